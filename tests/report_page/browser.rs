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

/// What a printer would do to the page, in print media at the width of a sheet: what may be cut by the end of a page,
/// what is dark, what is too small to read.
const PRINTED: &str = r#"(sheet => {
  const problems = [], name = e => `${e.tagName}.${e.className.baseVal ?? e.className}`;
  const style = e => getComputedStyle(e);
  const shade = colour => {
    const [r, g, b, a] = [...colour.matchAll(/[\d.]+/g)].map(Number);
    return a === 0 ? 255 : 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  for (const e of [document.documentElement, ...document.body.querySelectorAll('*')]) {
    const box = e.getBoundingClientRect();
    if (box.width === 0 || box.height === 0) continue;
    if (!e.closest('svg') && shade(style(e).backgroundColor) < 200) problems.push(`${name(e)} has a dark background`);
    if (e.tagName === 'svg' || e.tagName === 'TR') {
      let keeper = e;
      while (keeper && style(keeper).breakInside !== 'avoid') keeper = keeper.parentElement;
      if (!keeper) problems.push(`${name(e)} may be cut by the end of a page`);
      else if (keeper.getBoundingClientRect().height > sheet)
        problems.push(`${name(keeper)} is higher than a page: ${keeper.getBoundingClientRect().height}`);
    }
    const words = [...e.childNodes].some(n => n.nodeType === 3 && n.textContent.trim());
    if (words && !e.closest('svg') && parseFloat(style(e).fontSize) < 10.5)
      problems.push(`${name(e)} is too small to read: ${style(e).fontSize}`);
    if (e.tagName === 'text' || e.tagName === 'tspan') {
      const svg = e.closest('svg'), scale = svg.getBoundingClientRect().width / svg.viewBox.baseVal.width;
      if (parseFloat(style(e).fontSize) * scale < 9)
        problems.push(`"${e.textContent}" is too small to read: ${parseFloat(style(e).fontSize) * scale}`);
      if (shade(style(e).fill) > 140) problems.push(`"${e.textContent}" is too pale to read`);
    }
    if (e.tagName === 'THEAD' && style(e).display !== 'table-header-group')
      problems.push(`${name(e)} is not repeated on each page`);
  }
  return problems;
})"#;

/// What fits on a sheet of A4 between margins of a centimetre, in pixels of CSS: 190 and 277 mm.
const SHEET: (u32, u32) = (718, 1_046);

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

/// What came out of the printer.
pub(crate) struct Printed {
    /// What does not fit, may be cut or is hard to read.
    pub(crate) problems: Vec<String>,
    /// The PDF, as base64.
    pub(crate) pdf: String,
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
            .args([
                "--disable-quic",
                "--disable-background-networking",
                "--disable-component-update",
                "--disable-sync",
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
        let (target, session, url) = self.open(page, width);
        let session = Some(session.as_str());
        let seen = self.evaluate(session, LOOK);
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

    /// Prints a page on A4, as a reader who likes the dark would, and looks at what the printer gets.
    pub(crate) fn print(&mut self, page: &Path) -> Printed {
        let (target, session, _) = self.open(page, SHEET.0);
        let session = Some(session.as_str());
        let media =
            json!({ "media": "print", "features": [{ "name": "prefers-color-scheme", "value": "dark" }] });
        self.call(session, "Emulation.setEmulatedMedia", &media);
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        let fits = self.evaluate(session, LOOK);
        let printed = self.evaluate(session, &format!("{PRINTED}({})", SHEET.1));
        let problems = [&fits["problems"], &printed].into_iter().flat_map(|list| list.as_array().unwrap());
        let problems = problems.map(text).collect();
        let margin = 1.0 / 2.54;
        let paper = json!({ "paperWidth": 21.0 / 2.54, "paperHeight": 29.7 / 2.54, "printBackground": true,
            "marginTop": margin, "marginBottom": margin, "marginLeft": margin, "marginRight": margin });
        let pdf = text(&self.call(session, "Page.printToPDF", &paper)["data"]);
        self.call(None, "Target.closeTarget", &json!({ "targetId": target }));
        Printed { problems, pdf }
    }

    /// Opens a page in a tab of its own: the tab, the session with it, and the page's address.
    fn open(&mut self, page: &Path, width: u32) -> (String, String, String) {
        let target = self.call(None, "Target.createTarget", &json!({ "url": "about:blank" }));
        let target = target["targetId"].as_str().unwrap().to_owned();
        let attached =
            self.call(None, "Target.attachToTarget", &json!({ "targetId": target, "flatten": true }));
        let session = attached["sessionId"].as_str().unwrap().to_owned();
        for domain in ["Page", "Network", "Runtime", "Log"] {
            self.call(Some(&session), &format!("{domain}.enable"), &json!({}));
        }
        let screen = json!({ "width": width, "height": 844, "deviceScaleFactor": 1, "mobile": width < 500 });
        self.call(Some(&session), "Emulation.setDeviceMetricsOverride", &screen);
        self.events.clear();
        let url = format!("file://{}", page.display());
        self.call(Some(&session), "Page.navigate", &json!({ "url": url }));
        while !self.events.iter().any(|e| e["method"] == "Page.loadEventFired") {
            let event = self.message();
            self.events.push(event);
        }
        (target, session, url)
    }

    fn evaluate(&mut self, session: Option<&str>, expression: &str) -> Value {
        let asked = json!({ "expression": expression, "returnByValue": true });
        let answer = self.call(session, "Runtime.evaluate", &asked);
        assert!(answer["exceptionDetails"].is_null(), "{}", answer["exceptionDetails"]);
        answer["result"]["value"].clone()
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
