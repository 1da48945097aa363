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
    /// A reject for damaged bytes of gzip. Where they lie decides whether they look like an early end.
    Damage,
    /// Everything, as if nothing were wrong.
    All,
}

use Wanted::{All, Damage, Error, Rejects};

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
    let (json, markup, csv) = (format.ending == "ndjson", format.ending == "xes", format.ending == "csv");
    let case = |what, ending: &str, bytes: Vec<u8>, wanted| {
        let mapping = format.mapping.map(str::to_owned);
        Case { what, ending: format!("{}{ending}", format.ending), bytes, mapping, wanted }
    };
    let plain = |what, text: &str, wanted| case(what, "", text.as_bytes().to_vec(), wanted);
    // What cuts off one line of lines ends a log of markup.
    let (utf8, long) =
        if markup { ("broken XML", "broken XML") } else { ("not UTF-8", "the line is too long") };
    let (head, tail) = sample.rsplit_once("TEXT").unwrap();
    // As long as a log may be whose parts can stand behind each other: XML has one root, a table one header.
    let (once, again) = if csv { sample.split_at(sample.find('\n').unwrap() + 1) } else { ("", sample) };
    let packed = gzip(format!("{once}{}", again.repeat(if markup { 1 } else { 2_000 })).as_bytes());
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
        case("sound gzip", ".gz", gzip(sample.as_bytes()), All),
        case(
            "truncated gzip",
            ".gz",
            packed[..packed.len() - 20].to_vec(),
            Rejects("the file ends in the middle", 0),
        ),
        case("corrupt gzip", ".gz", corrupt, Damage),
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
    if json {
        let array = format!("[{}]", sample.trim_end().replace('\n', ",\n"));
        cases.push(plain("one JSON array", &array, Error("JSON array")));
    }
    if json || markup {
        let open = format!("{head}{}", tail.replacen('"', "", 1));
        cases.push(plain("unclosed quotes", &open, Rejects(if json { "not JSON" } else { "broken XML" }, 0)));
    }
    if csv {
        // What stands in the row with the open quote is lost, and the row behind it is read.
        let open = sample.replace("\"\"\",", "\"\",");
        cases.push(plain("unclosed quotes", &open, Rejects("a quote is not closed", 1)));
        cases.push(plain("line ends of CR alone", &sample.replace("\r\n", "\r"), All));
        cases.push(plain(
            "another number of columns",
            &sample.replace("TEXT", "a,b"),
            Rejects("not as many columns as there are", 1),
        ));
        let wide: Vec<u8> = sample.encode_utf16().flat_map(u16::to_le_bytes).collect();
        cases.push(case("UTF-16", "", [&b"\xff\xfe"[..], &wide].concat(), Error("UTF-16")));
    }
    if let Some(document) = format.mapping {
        let with = |what, mapping: Option<String>, wanted| Case { mapping, ..plain(what, sample, wanted) };
        let other = match format.name {
            // Without a header only the values show it.
            "fixed" => document.replace("at = 8, width = 16", "at = 12, width = 12"),
            _ => document
                .replace("from = \"customer\"", "from = \"kunde\"")
                .replace("from = \"time:timestamp\"", "from = \"zeit\""),
        };
        assert_ne!(other, document);
        let wanted = match format.name {
            "xes" => Rejects("missing", 0),
            "fixed" => Rejects("not a time", 0),
            _ => Error("the mapping is for another file"),
        };
        cases.push(with("a mapping for another file", Some(other), wanted));
        let twice = document.replace("[fields]\n", "[fields]\nactivity = { from = \"customer\" }\n");
        cases.push(with("two mappings for one column", Some(twice), Error("duplicate key")));
        let none = if format.name == "fixed" { "not a known format" } else { "needs a mapping" };
        cases.push(with("no mapping", None, Error(none)));
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
                (Gave::Read { rejects, .. }, Damage) => {
                    ["the compressed data are damaged", "the file ends in the middle"]
                        .iter()
                        .any(|reason| rejects.contains_key(*reason))
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
