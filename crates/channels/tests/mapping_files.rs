//! Files through a mapping: opening, rejects, and showing what a mapping makes of the first rows.
#![allow(clippy::unwrap_used)]

use flate2::{Compression, write::GzEncoder};
use std::io::Write;
use std::path::PathBuf;
use std::sync::Arc;
use throughline_channels::check::{CheckOptions, check};
use throughline_channels::mapping::Mapping;
use throughline_channels::open::{Format, OpenError, OpenOptions, open_log_with};
use throughline_channels::reject::RejectReason;
use throughline_channels::rejects_file::RejectsFile;

const MAPPING: &str = r#"version = 1
format = "csv"
source = "desk"
zone = "UTC"
time-format = "%Y-%m-%d %H:%M"

[customer]
id = { from = "customer" }
take = "first"

[contact]
id = { from = "ticket" }
channel = "ticket"
direction = "inbound"
started = "with-first-event"

[event]
time = { from = "at" }
key = ["at", "state"]
otherwise = "ignore"

[[ignore]]
when = { state = "test" }

[[rules]]
when = { state = "open" }
give = "work.done"
set = { effect = "works" }
"#;

const TABLE: &str = "ticket,customer,at,state,note\n\
    t1,ann,2024-05-01 09:30,open,x\n\
    t2,bo,1 May 2024,open,secret\n\
    t3,cy,2024-05-01 09:31,test,x\n\
    t4,di,2024-05-01 09:32,odd,x\n";

fn mapping() -> Arc<Mapping> {
    Arc::new(Mapping::from_toml(MAPPING).unwrap())
}

fn options() -> OpenOptions {
    OpenOptions { mapping: Some(mapping()), ..OpenOptions::default() }
}

fn file(name: &str, bytes: &[u8]) -> PathBuf {
    let path = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(format!("mapping-files-{name}"));
    std::fs::write(&path, bytes).unwrap();
    path
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut out = GzEncoder::new(Vec::new(), Compression::fast());
    out.write_all(bytes).unwrap();
    out.finish().unwrap()
}

#[test]
fn a_table_is_known_by_its_name_or_by_its_mapping_and_may_be_packed() {
    for (name, bytes) in
        [("a.csv", TABLE.as_bytes().to_vec()), ("b.txt", TABLE.into()), ("c.csv.gz", gzip(TABLE.as_bytes()))]
    {
        let mut log = open_log_with(file(name, &bytes), options()).unwrap();
        assert_eq!(log.format(), Format::Table);
        assert_eq!(log.by_ref().flatten().count(), 3, "{name}");
        assert_eq!((log.counts().rejected(), log.counts().ignored), (1, 2), "{name}");
    }
}

#[test]
fn what_is_wrong_is_known_before_anything_is_read() {
    let error = |name: &str, bytes: &[u8]| open_log_with(file(name, bytes), options()).unwrap_err();
    let other = error("other.csv", b"id,who\n1,ann\n").to_string();
    assert_eq!(
        other,
        "the mapping is for another file: line 1: `header`: the header is not the one that the mapping is for; expected a column `customer`, a column `ticket`, a column `at`, a column `state`; there are `id`, `who`"
    );
    assert!(error("wide.csv", b"\xff\xfet\0i\0").to_string().contains("UTF-16"));
    assert!(matches!(error("log.xes", b"<log/>"), OpenError::WrongMapping));
    assert!(matches!(error("zip.csv", b"PK\x03\x04"), OpenError::Zip));
    assert!(matches!(error("not.csv.gz", TABLE.as_bytes()), OpenError::NotGzip));
    let without = open_log_with(file("without.csv", TABLE.as_bytes()), OpenOptions::default());
    assert!(matches!(without, Err(OpenError::NeedsMapping)));
}

#[test]
fn a_packed_table_that_is_cut_says_so_at_its_end() {
    let many: Vec<String> =
        (0..500).map(|n| format!("t{n},ann{n},2024-05-01 09:30,open,{}", n * 7_919)).collect();
    let many = many.join(
        "
",
    );
    let packed = gzip(format!("ticket,customer,at,state,note\n{many}").as_bytes());
    // Rows that wait for the end of the file come before what ended it, too.
    for rows in ["in-time-order", "together", "in-any-order"] {
        let mapping = Mapping::from_toml(&format!("{MAPPING}\n[file]\nrows = \"{rows}\"\n")).unwrap();
        let options = OpenOptions { mapping: Some(Arc::new(mapping)), ..OpenOptions::default() };
        let mut log = open_log_with(file("cut.csv.gz", &packed[..packed.len() / 2]), options).unwrap();
        let last = log.by_ref().last().unwrap().unwrap_err();
        assert!(last.ends_log() && last.reason == RejectReason::Truncated, "{rows}: {last}");
        assert!(log.counts().events > 0 && log.counts().rejected() == 1, "{rows}");
    }
}

#[test]
fn rejected_rows_are_kept_as_they_stood_for_their_owner_only() {
    let path = file("rejects.txt", b"");
    let rejects = Some(RejectsFile::create(&path).unwrap());
    let log =
        open_log_with(file("rejects.csv", TABLE.as_bytes()), OpenOptions { rejects, ..options() }).unwrap();
    let said: Vec<String> = log.filter_map(Result::err).map(|reject| reject.to_string()).collect();
    assert!(said.len() == 1 && !said[0].contains("secret") && !said[0].contains("May"), "{said:?}");
    let kept = std::fs::read_to_string(&path).unwrap();
    assert_eq!(kept, "3\tnot a time\tt2,bo,1 May 2024,open,secret\n");
}

#[test]
fn the_check_says_what_became_of_each_row_and_why() {
    let path = file("check.csv", TABLE.as_bytes());
    let shown = check(&path, mapping(), CheckOptions::default()).unwrap();
    // The last row starts its contact, whatever else it says.
    assert_eq!((shown.rows_with_events(), shown.unused_columns()), (2, &["note".to_owned()][..]));
    let text = shown.to_string();
    for part in [
        "line 2\n    customer: 3 characters: letters\n",
        "  by rule 1: line 26 of the mapping, looks at `state`\n  -> work.done at 2024-05-01T09:30:00Z, id ",
        "line 3, column 3: `at`: not a time; expected a time of the form `%Y-%m-%d %H:%M`; found 10 characters: digits, blanks and letters",
        "  -> ignored, by number 1 of `ignore`\n",
        "  -> ignored: no rule is for it, or its customer is unknown\n",
        "4 rows: 2 gave events, 2 did not\ncolumns that nothing uses: `note`",
    ] {
        assert!(text.contains(part), "{part}\nis not in\n{text}");
    }
    assert!(!text.contains("ann") && !text.contains("May"), "a value is shown");
    let mut options = CheckOptions::default();
    (options.show_values, options.rows) = (true, 1);
    let text = check(&path, mapping(), options).unwrap().to_string();
    assert!(text.contains("customer: \"ann\"") && text.contains("1 rows: 1 gave events"), "{text}");
}
