//! Files that are not what they should be: an error or a counted reject each, never a panic, and never more memory
//! than the limits allow. `--nocapture` prints what each gave.
#![allow(clippy::unwrap_used, clippy::print_stdout)]

mod formats;

use flate2::Compression;
use flate2::write::GzEncoder;
use formats::{FORMATS, Format};
use std::collections::BTreeMap;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use throughline_channels::mapping::Mapping;
use throughline_channels::open::{OpenOptions, open_log_with};

/// How much more memory than before a reader may take while it reads 100 MB that should not be there: two of the
/// largest pieces of markup, the largest line, and buffers.
const MOST_MEMORY_BYTES: u64 = 48 << 20;

const LONG: usize = 100_000_000;

/// What became of a file.
#[derive(Debug)]
enum Gave {
    /// It was not opened, or its mapping not accepted.
    Error(String),
    /// It was read: events, and rejects by reason.
    Read { events: u64, rejects: BTreeMap<String, u64>, first: Option<String> },
}

/// What must become of it.
#[derive(Clone, Copy)]
enum Wanted {
    /// An error that says this.
    Error(&'static str),
    /// Some rejects of this reason, and as many events at least.
    Rejects(&'static str, u64),
    /// Everything, as if nothing were wrong.
    All,
}

use Wanted::{All, Error, Rejects};

struct Case {
    what: &'static str,
    /// The name behind that of the format.
    ending: String,
    bytes: Vec<u8>,
    mapping: Option<String>,
    wanted: Wanted,
}

fn cases(format: &Format) -> Vec<Case> {
    let sample = format.sample;
    let lines = format.ending == "ndjson";
    let case = |what, ending: &str, bytes: Vec<u8>, wanted| {
        let mapping = format.mapping.map(str::to_owned);
        Case { what, ending: format!("{}{ending}", format.ending), bytes, mapping, wanted }
    };
    let plain = |what, text: &str, wanted| case(what, "", text.as_bytes().to_vec(), wanted);
    // What cuts off one line of lines ends a log of markup.
    let (utf8, quotes) = if lines { ("not UTF-8", "not JSON") } else { ("broken XML", "broken XML") };
    let long = if lines { "the line is too long" } else { "broken XML" };
    let (head, tail) = sample.rsplit_once("TEXT").unwrap();
    let packed = gzip(sample.repeat(if lines { 2_000 } else { 1 }).as_bytes());
    let mut corrupt = packed.clone();
    let middle = corrupt.len() / 2;
    corrupt[middle..middle + 8].fill(0xff);
    let mut trailing = gzip(sample.as_bytes());
    trailing.extend_from_slice(b"and more, which is no gzip");
    let zip = [&b"PK\x03\x04"[..], sample.as_bytes()].concat();
    let mixed: String =
        sample.lines().enumerate().flat_map(|(n, line)| [line, ["\n", "\r\n", "\n\r\n"][n % 3]]).collect();
    let mut cases = vec![
        plain("sound", sample, All),
        plain("byte order mark", &format!("\u{feff}{sample}"), All),
        plain("mixed line ends", &mixed, All),
        plain("no line end at the end", sample.trim_end(), All),
        case("invalid UTF-8", "", [head.as_bytes(), b"\xff\xfe", tail.as_bytes()].concat(), Rejects(utf8, 0)),
        plain("unclosed quotes", &format!("{head}{}", tail.replacen('"', "", 1)), Rejects(quotes, 0)),
        case("sound gzip", ".gz", gzip(sample.as_bytes()), All),
        case(
            "truncated gzip",
            ".gz",
            packed[..packed.len() - 20].to_vec(),
            Rejects("the file ends in the middle", 0),
        ),
        case("corrupt gzip", ".gz", corrupt, Rejects("the compressed data are damaged", 0)),
        case("a zip where gzip was said", ".gz", zip.clone(), Error("zip archive")),
        case("a zip", "", zip, Error("zip archive")),
        case(
            "plain text where gzip was said",
            ".gz",
            sample.as_bytes().to_vec(),
            Error("the name says gzip"),
        ),
        case("something behind the gzip", ".gz", trailing, Rejects("the compressed data are damaged", 1)),
        plain("a line of 100 MB", &format!("{head}{}{tail}", "x".repeat(LONG)), Rejects(long, 0)),
        case(
            "a line of 100 MB in gzip",
            ".gz",
            gzip(format!("{head}{}{tail}", "x".repeat(LONG)).as_bytes()),
            Rejects(long, 0),
        ),
    ];
    if lines {
        let array = format!("[{}]", sample.trim_end().replace('\n', ",\n"));
        cases.push(plain("one JSON array", &array, Error("JSON array")));
    }
    if let Some(document) = format.mapping {
        let with = |what, mapping: Option<String>, wanted| Case { mapping, ..plain(what, sample, wanted) };
        let other = document.replace("\"customer\"", "\"kunde\"").replace("\"time:timestamp\"", "\"zeit\"");
        cases.push(with("a mapping for another file", Some(other), Rejects("missing", 0)));
        let twice = document.replace("[fields]\n", "[fields]\nactivity = { from = \"customer\" }\n");
        cases.push(with("two mappings for one column", Some(twice), Error("duplicate key")));
        cases.push(with("no mapping", None, Error("needs a mapping")));
    }
    cases
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut packed = GzEncoder::new(Vec::new(), Compression::fast());
    packed.write_all(bytes).unwrap();
    packed.finish().unwrap()
}

fn read(path: &Path, mapping: Option<&str>) -> Gave {
    let mapping = match mapping.map(Mapping::from_toml).transpose() {
        Ok(mapping) => mapping.map(Arc::new),
        Err(error) => return Gave::Error(error.to_string()),
    };
    let mut log = match open_log_with(path, OpenOptions { mapping, ..OpenOptions::default() }) {
        Ok(log) => log,
        Err(error) => return Gave::Error(error.to_string()),
    };
    let (mut events, mut rejected, mut first) = (0, 0, None);
    for item in log.by_ref() {
        match item {
            Ok(_) => events += 1,
            Err(reject) => {
                rejected += 1;
                first.get_or_insert(reject.to_string().replace(&format!("{}, ", path.display()), ""));
            }
        }
    }
    let counts = log.counts();
    assert_eq!((events, rejected), (counts.events, counts.rejected()), "what came out was counted");
    let rejects = counts.by_reason().map(|(reason, count)| (reason.to_string(), count)).collect();
    Gave::Read { events, rejects, first }
}

/// The most memory that this process ever took, since the mark was set back, where the system tells.
fn peak_bytes() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    line.trim().strip_suffix("kB")?.trim().parse::<u64>().ok().map(|kilobytes| kilobytes * 1_024)
}

fn set_mark_back() {
    // Where that is not possible the mark stays high, and the check below is weaker.
    _ = std::fs::write("/proc/self/clear_refs", "5");
}

#[test]
fn whatever_a_file_holds_it_gives_an_error_or_counted_rejects() {
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("bad-input");
    std::fs::create_dir_all(&folder).unwrap();
    let mut wrong = Vec::new();
    for format in FORMATS {
        let mut sound = 0;
        for Case { what, ending, bytes, mapping, wanted } in cases(&format) {
            let path = folder.join(format!("{}.{ending}", format.name));
            std::fs::write(&path, &bytes).unwrap();
            drop(bytes);
            set_mark_back();
            let before = peak_bytes();
            let gave = read(&path, mapping.as_deref());
            let more = peak_bytes().zip(before).map(|(after, before)| after.saturating_sub(before));
            std::fs::remove_file(&path).unwrap();

            if let (true, Gave::Read { events, .. }) = (what == "sound", &gave) {
                sound = *events;
            }
            let is_right = match (&gave, wanted) {
                (Gave::Error(error), Error(says)) => error.contains(says),
                (Gave::Read { events, rejects, .. }, Rejects(reason, least)) => {
                    rejects.contains_key(reason) && *events >= least
                }
                (Gave::Read { events, rejects, .. }, All) => {
                    rejects.is_empty() && *events == sound && sound > 0
                }
                _ => false,
            };
            let is_small = more.is_none_or(|more| more <= MOST_MEMORY_BYTES);
            let told = match &gave {
                Gave::Error(error) => format!("error: {error}"),
                Gave::Read { events, rejects, first } => {
                    format!("{events} events, rejects {rejects:?} {}", first.as_deref().unwrap_or_default())
                }
            };
            let memory = more.map_or("?".into(), |more| (more >> 20).to_string());
            println!("{:8} {what:32} {memory:>3} MiB  {told}", format.name);
            if !is_right || !is_small {
                wrong.push(format!("{} {what}: {memory} MiB, {told}", format.name));
            }
        }
    }
    std::fs::remove_dir_all(folder).unwrap();
    assert!(wrong.is_empty(), "\n{}\n", wrong.join("\n"));
}
