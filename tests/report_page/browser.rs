//! A headless Chromium, driven over its debugging pipe (the DevTools protocol: JSON, each message ended by a zero
//! byte). No driver and no socket: a shell moves the browser's pipe to the process's own input and output.

use serde_json::{Value, json};
use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

/// The names that the browser goes by.
const NAMES: [&str; 5] = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome"];

/// For how long an answer is waited for before the test fails.
const PATIENCE: Duration = Duration::from_secs(120);

/// Looks at the page and says what is wrong with it.
const LOOK: &str = r#"(() => {
  const width = document.documentElement.clientWidth, problems = [];
  if (document.documentElement.scrollWidth > width)
    problems.push(`the page is wider than the screen: ${document.documentElement.scrollWidth}`);
  for (const e of document.body.querySelectorAll('*')) {
    const r = e.getBoundingClientRect();
    if (!e.closest('svg') && r.width > 0 && r.right > width + 0.5)
      problems.push(`${e.tagName}.${e.className} is wider than the screen: ${r.right}`);
  }
  for (const svg of document.querySelectorAll('svg')) {
    const frame = svg.getBoundingClientRect();
    const name = svg.querySelector(':scope > title')?.textContent;
    if (!name) problems.push('a picture has no title');
    if (frame.width < 50 || frame.height < 20) problems.push(`${name}: nothing to be seen`);
    const texts = [...svg.querySelectorAll('text')].filter(t => t.textContent.trim());
    const boxes = texts.map(t => t.getBoundingClientRect());
    boxes.forEach((b, i) => {
      const word = texts[i].textContent;
      if (b.left < frame.left - 1.5 || b.right > frame.right + 1.5 || b.top < frame.top - 1.5 || b.bottom > frame.bottom + 3)
        problems.push(`${name}: "${word}" is cut off`);
      for (let j = 0; j < i; j++) {
        const o = boxes[j];
        const w = Math.min(b.right, o.right) - Math.max(b.left, o.left);
        const h = Math.min(b.bottom, o.bottom) - Math.max(b.top, o.top);
        if (w > 2 && h > 4.5) problems.push(`${name}: "${word}" is printed over another, "${texts[j].textContent}"`);
      }
    });
  }
  return { problems, pictures: document.querySelectorAll('svg').length };
})()"#;

/// A browser that runs.
pub(crate) struct Browser {
    child: Child,
    input: ChildStdin,
    messages: Receiver<Value>,
    next: u64,
    /// Events that came while an answer was waited for.
    events: Vec<Value>,
    _profile: tempfile::TempDir,
}

/// What was seen of a page.
pub(crate) struct Seen {
    /// What the console says: messages, errors, exceptions.
    pub(crate) console: Vec<String>,
    /// What was asked for besides the page.
    pub(crate) requests: Vec<String>,
    /// What does not fit.
    pub(crate) problems: Vec<String>,
    pub(crate) pictures: u64,
}

impl Browser {
    /// Starts a browser, if the machine has one.
    pub(crate) fn start() -> Option<Self> {
        let name = NAMES.into_iter().find(|name| {
            let version =
                Command::new(name).arg("--version").stdout(Stdio::null()).stderr(Stdio::null()).status();
            version.is_ok_and(|status| status.success())
        })?;
        let profile = tempfile::tempdir().unwrap();
        let mut child = Command::new("sh")
            .args(["-c", "exec \"$@\" 3<&0 4>&1 0</dev/null 1>/dev/null 2>&1", "sh", name])
            .args([
                "--headless=new",
                "--remote-debugging-pipe",
                "--no-sandbox",
                "--disable-gpu",
                "--no-first-run",
            ])
            .args(["--disable-dev-shm-usage", "--hide-scrollbars", "--host-resolver-rules=MAP * ~NOTFOUND"])
            .arg(format!("--user-data-dir={}", profile.path().display()))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let (input, output) = (child.stdin.take().unwrap(), child.stdout.take().unwrap());
        let (send, messages) = channel();
        std::thread::spawn(move || {
            for message in BufReader::new(output).split(0).map_while(Result::ok) {
                if send.send(serde_json::from_slice(&message).unwrap()).is_err() {
                    return;
                }
            }
        });
        Some(Self { child, input, messages, next: 1, events: Vec::new(), _profile: profile })
    }

    /// Opens a page at a width and looks at it.
    pub(crate) fn look(&mut self, page: &Path, width: u32) -> Seen {
        let target = self.call(None, "Target.createTarget", &json!({ "url": "about:blank" }));
        let target = target["targetId"].as_str().unwrap().to_owned();
        let attached =
            self.call(None, "Target.attachToTarget", &json!({ "targetId": target, "flatten": true }));
        let session = attached["sessionId"].as_str().unwrap().to_owned();
        let session = Some(session.as_str());
        for domain in ["Page", "Network", "Runtime", "Log"] {
            self.call(session, &format!("{domain}.enable"), &json!({}));
        }
        let screen = json!({ "width": width, "height": 844, "deviceScaleFactor": 1, "mobile": width < 500 });
        self.call(session, "Emulation.setDeviceMetricsOverride", &screen);
        self.events.clear();
        let url = format!("file://{}", page.display());
        self.call(session, "Page.navigate", &json!({ "url": url }));
        while !self.events.iter().any(|e| e["method"] == "Page.loadEventFired") {
            let event = self.message();
            self.events.push(event);
        }
        let seen = json!({ "expression": LOOK, "returnByValue": true });
        let seen = self.call(session, "Runtime.evaluate", &seen);
        let seen = &seen["result"]["value"];
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        let events = std::mem::take(&mut self.events);
        let of = |method: &'static str| {
            events.iter().filter(move |e| e["method"] == *method).map(|e| &e["params"])
        };
        let mut console: Vec<String> =
            of("Runtime.consoleAPICalled").map(|p| format!("console: {}", p["args"])).collect();
        console
            .extend(of("Runtime.exceptionThrown").map(|p| format!("exception: {}", p["exceptionDetails"])));
        console.extend(of("Log.entryAdded").map(|p| format!("log: {}", text(&p["entry"]["text"]))));
        let asked = of("Network.requestWillBeSent").map(|p| text(&p["request"]["url"]));
        let seen = Seen {
            console,
            requests: asked.filter(|asked| *asked != url && !asked.starts_with("data:")).collect(),
            problems: seen["problems"].as_array().unwrap().iter().map(text).collect(),
            pictures: seen["pictures"].as_u64().unwrap(),
        };
        self.call(None, "Target.closeTarget", &json!({ "targetId": target }));
        seen
    }

    fn call(&mut self, session: Option<&str>, method: &str, params: &Value) -> Value {
        let id = self.next;
        self.next += 1;
        let mut message = json!({ "id": id, "method": method, "params": params });
        if let Some(session) = session {
            message["sessionId"] = json!(session);
        }
        let mut bytes = serde_json::to_vec(&message).unwrap();
        bytes.push(0);
        self.input.write_all(&bytes).unwrap();
        self.input.flush().unwrap();
        loop {
            let message = self.message();
            if message["id"] == id {
                assert!(message["error"].is_null(), "{method}: {}", message["error"]);
                return message["result"].clone();
            }
            self.events.push(message);
        }
    }

    fn message(&mut self) -> Value {
        self.messages.recv_timeout(PATIENCE).expect("the browser answers")
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        self.child.kill().ok();
        self.child.wait().ok();
    }
}
