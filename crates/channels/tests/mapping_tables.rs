//! Tables through a mapping: what each key of the document makes of rows.
#![allow(clippy::unwrap_used)]

use std::fmt::Write as _;
use std::sync::Arc;
use throughline_channels::item::LogItem;
use throughline_channels::mapping::Mapping;
use throughline_channels::reject::{ReadCounts, RejectReason};
use throughline_channels::table::{Share, TableReader};
use throughline_core::event::EventData;
use throughline_core::ids::{ContactId, EventId, ProfileId};

const BASE: &str = r#"version = 1
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
"#;

fn with(more: &str) -> Arc<Mapping> {
    Arc::new(Mapping::from_toml(&format!("{BASE}\n{more}")).unwrap_or_else(|error| panic!("{error}")))
}

struct Read {
    items: Vec<LogItem>,
    rejects: Vec<String>,
    counts: ReadCounts,
}

fn read(mapping: &Arc<Mapping>, table: impl AsRef<[u8]>) -> Read {
    let mut reader = TableReader::new(table.as_ref(), mapping.clone(), 1 << 20);
    let (mut items, mut rejects) = (Vec::new(), Vec::new());
    for item in reader.by_ref() {
        match item {
            Ok(item) => items.push(item),
            Err(reject) => rejects.push(reject.to_string()),
        }
    }
    Read { items, rejects, counts: reader.counts().clone() }
}

impl Read {
    /// Kind, time and fields of each event, a line each.
    fn story(&self) -> String {
        let mut story = String::new();
        for item in &self.items {
            let data = serde_json::to_value(&item.event.data).unwrap();
            let fields = data.as_object().unwrap().iter();
            let fields = fields.filter(|(name, value)| *name != "contact" && !value.is_null());
            let fields: Vec<String> = fields.map(|(name, value)| format!("{name}={value}")).collect();
            let at = item.event.occurred_at.to_string();
            writeln!(story, "{} {} {}", at, item.event.data.kind(), fields.join(" ")).unwrap();
        }
        story
    }
}

const WORK: &str = r#"
[[rules]]
when = { state = "open" }
give = "work.done"
set = { effect = "works", activity = { from = "state" } }
"#;

#[test]
fn a_table_is_read_whatever_its_lines_end_with() {
    let mapping = with(WORK);
    let lines =
        ["ticket,customer,at,state", "t1,ann,2024-05-01 09:30,open", "", "t2,bo,2024-05-01 09:31,open"];
    let plain = read(&mapping, lines.join("\n"));
    assert_eq!((plain.counts.events, plain.counts.blank, plain.counts.rejected()), (4, 1, 0));
    assert_eq!(plain.items[1].profile, ProfileId::derived("desk", "ann"));
    for ends in [["\r\n"; 3], ["\n", "\r\n", "\n"], ["\r"; 3], ["\r", "\n", "\r\n"]] {
        let mixed: String =
            lines.iter().zip(ends.iter().chain(&["\n"])).flat_map(|(l, e)| [*l, *e]).collect();
        assert_eq!(read(&mapping, format!("\u{feff}{mixed}")).items, plain.items, "{ends:?}");
    }
}

#[test]
fn columns_go_by_name_by_number_and_by_which_of_two_alike() {
    let table = "ticket,customer,at,state,state\nt1,ann,2024-05-01 09:30,ignored,open\n";
    let reader = |mapping: &str| {
        let mapping = Arc::new(Mapping::from_toml(mapping).unwrap());
        TableReader::new(table.as_bytes(), mapping, 1 << 20)
            .map(|item| item.map(|_| ()).map_err(|e| e.to_string()))
    };
    let two_alike: Vec<_> = reader(&format!("{BASE}{WORK}")).collect();
    assert_eq!(two_alike, [Err("line 1: `header`: the header is not the one that the mapping is for; expected `state#1` or `state#2` where only `state` is written; there are `ticket`, `customer`, `at`, `state`, `state`".to_owned())]);
    for name in ["state#2", "#5"] {
        let text = format!("{BASE}{WORK}").replace("\"state\"", &format!("\"{name}\""));
        let text = text.replace("when = { state =", &format!("when = {{ \"{name}\" ="));
        assert_eq!(reader(&text).flatten().count(), 2, "{name}");
    }
}

#[test]
fn a_mapping_for_another_file_names_what_is_missing_and_what_is_there() {
    let read = read(&with(WORK), "id,who,at\n1,ann,2024-05-01 09:30\n");
    assert_eq!(
        read.rejects,
        [
            "line 1: `header`: the header is not the one that the mapping is for; expected a column `customer`, a column `ticket`, a column `state`; there are `id`, `who`, `at`"
        ]
    );
    // A table without a header: its first row is somebody's data and is not told.
    let read = self::read(&with(WORK), "t1,ann@example.org,2024-05-01 09:30,open\n");
    assert!(
        read.rejects[0].contains("`header = false`") && !read.rejects[0].contains("ann"),
        "{:?}",
        read.rejects
    );
}

#[test]
fn a_fault_says_where_it_is_and_what_it_looks_like_and_never_what_it_is() {
    let table = "ticket,customer,at,state\nt1,ann,01/05/2024 09h30,open\nt2,,2024-05-01 09:30,open\nt3,cy,2024-05-01 09:30\nt4,\"x\"\" y\",2024-05-01 09:30,open\n";
    let read = read(&with(WORK), table);
    assert_eq!(
        read.rejects,
        [
            "line 2, column 3: `at`: not a time; expected a time of the form `%Y-%m-%d %H:%M`; found 16 characters: digits, slashes, blanks and letters",
            "line 3, column 2: `customer`: missing; expected what names the customer",
            "line 4: not as many columns as there are; expected 4 columns, as the header has; `short-rows = \"fill\"` under `[file]` takes the last ones as missing; found 3",
        ]
    );
    assert_eq!(read.items.last().unwrap().profile, ProfileId::derived("desk", "x\" y"));
    assert_eq!(read.counts.rejected_for(RejectReason::BadTime), 1);
}

#[test]
fn bytes_that_are_no_text_and_quotes_that_are_not_closed_cost_one_row() {
    let mapping = with(WORK);
    let mut table = b"ticket,customer,at,state\nt1,an\xffn,2024-05-01 09:30,open\n".to_vec();
    table.extend_from_slice(b"t2,\"bo,2024-05-01 09:30,open\nt3,cy,2024-05-01 09:30,open\n");
    let read = self::read(&mapping, &table);
    assert_eq!(read.counts.rejected_for(RejectReason::NotUtf8), 1);
    assert_eq!(read.counts.rejected_for(RejectReason::OpenQuote), 1);
    assert!(read.rejects[1].starts_with("line 3: a quote is not closed"), "{}", read.rejects[1]);
    assert_eq!(read.items.last().unwrap().profile, ProfileId::derived("desk", "cy"));
    let latin = with(&format!("[file]\nencoding = \"latin-1\"\n{WORK}"));
    let read = self::read(&latin, b"ticket,customer,at,state\nt1,Zo\xeb,2024-05-01 09:30,open\n");
    assert_eq!(read.items[0].profile, ProfileId::derived("desk", "Zoë"));
}

#[test]
fn a_quoted_text_may_have_line_ends_and_lines_count_on() {
    let mapping = with(WORK);
    let read = self::read(
        &mapping,
        "ticket,customer,at,state\nt1,\"a\n\nb\",2024-05-01 09:30,open\nt2,bo,nonsense,open\n",
    );
    assert_eq!(read.items[0].profile, ProfileId::derived("desk", "a\n\nb"));
    assert!(read.rejects[0].starts_with("line 5, column 3: `at`"), "{:?}", read.rejects);
}

#[test]
fn remarks_delimiters_and_lines_before_the_header_are_what_the_mapping_says() {
    let file =
        "[file]\ndelimiter = \"semicolon\"\ncomment = \"#\"\nskip-lines = 2\nquote = \"'\"\ntrim = true\n";
    let table = "Export of\nMay\nticket;customer;at;state\n# nothing\nt1; ann ;2024-05-01 09:30;'open'\n";
    let read = self::read(&with(&format!("{file}{WORK}")), table);
    assert_eq!((read.counts.events, read.items[0].profile), (2, ProfileId::derived("desk", "ann")));
    let blanks = "[file]\ndelimiter = \"blanks\"\nheader = false\n[columns]\nticket = { from = 1 }\ncustomer = { from = 2 }\nat = { from = [\"#3\", \"#4\"] }\nstate = { from = 5 }\n";
    let read = self::read(&with(&format!("{blanks}{WORK}")), "t1   ann 2024-05-01   09:30 open\n");
    assert_eq!((read.counts.events, read.rejects.len()), (2, 0), "{:?}", read.rejects);
}

#[test]
fn one_row_gives_several_events_each_with_its_own_time_and_id() {
    let mapping = Mapping::from_toml(
        r#"
version = 1
format = "csv"
source = "calls"
zone = "Europe/Rome"
time-format = "%Y-%m-%d %H:%M"

[file]
missing = ["-"]

[times]
start = { from = ["day", "start"] }
answer = { from = ["day", "answer"], near = "start" }
end = { from = ["day", "end"], near = "start" }

[customer]
id = { from = "caller" }
take = "first"
unknown = "own"

[contact]
id = { from = "call" }
channel = "phone"
direction = "inbound"
started = "by-rule"

[event]
time = "start"
id = { from = "call" }
otherwise = "refuse"

[[rules]]
[[rules.events]]
give = "contact.started"
[[rules.events]]
give = "contact.connected"
time = "answer"
[[rules.events]]
give = "contact.ended"
time = ["end", "answer"]
when = { answer = { missing = false } }
set = { ending = "completed" }
[[rules.events]]
name = "given-up"
give = "contact.ended"
time = "end"
when = { answer = { missing = true } }
set = { ending = "abandoned" }
"#,
    );
    let mapping = Arc::new(mapping.unwrap_or_else(|error| panic!("{error}")));
    let table =
        "call,caller,day,start,answer,end\n1,ann,2024-05-01,23:50,23:55,0:10\n2,-,2024-05-01,24:15,-,24:20\n";
    let read = self::read(&mapping, table);
    assert_eq!(
        read.story(),
        "2024-05-01T21:50:00Z contact.started channel=\"phone\" direction=\"inbound\"\n\
         2024-05-01T21:55:00Z contact.connected \n\
         2024-05-01T22:10:00Z contact.ended ending=\"completed\"\n\
         2024-05-01T22:15:00Z contact.started channel=\"phone\" direction=\"inbound\"\n\
         2024-05-01T22:20:00Z contact.ended ending=\"abandoned\"\n"
    );
    let ids: std::collections::BTreeSet<_> = read.items.iter().map(|item| item.event.id).collect();
    assert_eq!(ids.len(), 5);
    assert_eq!(self::read(&mapping, table).items, read.items, "reading twice names every event the same");
}

const CHANGES: &str = r#"
[[rules]]
[[rules.events]]
name = "moved"
give = "contact.transferred"
when = { group = { changed = true } }
set = { transfer = "queue", to = { from = "group" } }
[[rules.events]]
give = "resolution.claimed"
when = { state = { is = "resolved", was = ["new", "active"] } }
[[rules.events]]
name = "again"
give = "work.done"
when = { reopened = { rose = true } }
set = { effect = "works", activity = "reopened" }
"#;

const UPDATES: &str = "ticket,customer,at,state,group,reopened\n\
    t1,ann,2024-05-01 09:00,new,one,0\n\
    t1,ann,2024-05-01 09:10,active,two,0\n\
    t2,bo,2024-05-01 09:11,new,two,0\n\
    t1,ann,2024-05-01 09:20,resolved,two,0\n\
    t1,ann,2024-05-01 09:30,resolved,two,0\n\
    t1,ann,2024-05-01 09:40,active,one,1\n";

#[test]
fn updates_of_a_record_give_events_where_something_changed() {
    let story = "2024-05-01T09:00:00Z contact.started channel=\"ticket\" direction=\"inbound\"\n\
        2024-05-01T09:10:00Z contact.transferred to=\"two\" transfer=\"queue\"\n\
        2024-05-01T09:11:00Z contact.started channel=\"ticket\" direction=\"inbound\"\n\
        2024-05-01T09:20:00Z resolution.claimed \n\
        2024-05-01T09:40:00Z contact.transferred to=\"one\" transfer=\"queue\"\n\
        2024-05-01T09:40:00Z work.done activity=\"reopened\" effect=\"works\"\n";
    let read = read(&with(CHANGES), UPDATES);
    assert_eq!((read.story().as_str(), read.counts.ignored), (story, 3));
}

#[test]
fn rows_that_are_not_in_order_are_warned_of_and_sorted_if_the_mapping_says_so() {
    let mut lines: Vec<&str> = UPDATES.lines().collect();
    lines[1..].reverse();
    let reversed = lines.join("\n");
    let warned = read(&with(CHANGES), &reversed);
    assert_eq!(warned.counts.warnings().values().sum::<u64>(), 4);
    let sorted = read(&with(&format!("[file]\nrows = \"in-any-order\"\n{CHANGES}")), &reversed);
    let by_time = |read: &Read| {
        let mut items = read.items.clone();
        items.sort_by_key(|item| (item.event.occurred_at, item.event.sequence, item.event.id));
        items
    };
    assert_eq!(by_time(&sorted), by_time(&read(&with(CHANGES), UPDATES)));
    assert!(sorted.counts.warnings().is_empty());
}

#[test]
fn what_is_forgotten_counts_as_a_first_row() {
    let forgetful = with(&format!("[changes]\nremember = 2\n{CHANGES}"));
    let mut table = UPDATES.lines().take(2).collect::<Vec<_>>().join("\n");
    for other in 0..3 {
        write!(table, "\no{other},bo,2024-05-01 09:05,new,one,0").unwrap();
    }
    table.push_str("\nt1,ann,2024-05-01 09:10,active,two,0\n");
    let transfers = |mapping| {
        let read = read(mapping, &table);
        read.items.iter().filter(|item| matches!(item.event.data, EventData::Transferred(_))).count()
    };
    assert_eq!((transfers(&with(CHANGES)), transfers(&forgetful)), (1, 0));
}

const POSTS: &str = r#"version = 1
format = "csv"
source = "posts"
zone = "UTC"
time-format = "%Y-%m-%d %H:%M"

[customer]
id = { from = "who" }
when = { inbound = "1" }
take = "each"

[contact]
id = { from = "post" }
channel = "social"
direction = "inbound"
started = "with-first-event"

[parent]
id = { from = "post" }
of = { from = "answers", whole = true }

[event]
id = { from = "post" }
time = { from = "at" }
otherwise = "refuse"

[[rules]]
when = { post = { missing = false } }
give = "message"
set = { author = { from = "inbound", values = { 1 = "customer", 0 = "human" } } }
"#;

#[test]
fn an_answer_finds_the_row_that_it_answers_wherever_that_stands() {
    let mapping = Arc::new(Mapping::from_toml(POSTS).unwrap_or_else(|error| panic!("{error}")));
    let rows = [
        "3,desk,0,2024-05-01 09:20,2.0",
        "2,ann,1,2024-05-01 09:10,1.0",
        "1,desk,0,2024-05-01 09:00,",
        "5,desk,0,2024-05-01 09:30,4",
        "4,bo,1,2024-05-01 09:25,1",
        "6,cy,1,2024-05-01 09:40,99",
        "7,desk,0,2024-05-01 09:50,99",
        "8,desk,0,2024-05-01 09:50,98",
    ];
    let table = |rows: &[&str]| format!("post,who,inbound,at,answers\n{}\n", rows.join("\n"));
    let read = self::read(&mapping, table(&rows));
    // The last one answers nothing that is there, and nobody knows whom.
    assert_eq!(read.rejects.len(), 1);
    assert!(read.rejects[0].contains("line 9: `who`"), "{}", read.rejects[0]);
    let of = |post: &str| {
        let id = EventId::derived("posts", post);
        let item = read.items.iter().find(|item| item.event.id == id).unwrap();
        let EventData::Message(message) = &item.event.data else { panic!("a message") };
        (item.profile, message.contact, item.event.causation_id)
    };
    let (ann, bo, cy) = (
        ProfileId::derived("posts", "ann"),
        ProfileId::derived("posts", "bo"),
        ProfileId::derived("posts", "cy"),
    );
    let thread = ContactId::derived("posts", "1");
    let cause = |post: &str| Some(EventId::derived("posts", post).0);
    // What the company wrote first is the first customer's who answers.
    assert_eq!(
        [of("1"), of("2"), of("3")],
        [(ann, thread, None), (ann, thread, cause("1")), (ann, thread, cause("2"))]
    );
    // Another customer in the thread has a contact of their own, and so have the answers to them.
    let other = ContactId::derived("posts", "1 bo");
    assert_eq!([of("4"), of("5")], [(bo, other, cause("1")), (bo, other, cause("4"))]);
    // A thread whose root is not there is named by it.
    let missing = ContactId::derived("posts", "99");
    assert_eq!([of("6"), of("7")], [(cy, missing, None), (cy, missing, None)]);
    let mut reversed = rows;
    reversed.reverse();
    let ids = |read: &Read| {
        read.items.iter().map(|i| (i.event.id, i.profile)).collect::<std::collections::BTreeSet<_>>()
    };
    assert_eq!(ids(&read).len(), ids(&self::read(&mapping, table(&reversed))).len());
}

#[test]
fn rows_that_answer_each_other_in_a_circle_are_read_all_the_same() {
    let mapping = Arc::new(Mapping::from_toml(POSTS).unwrap());
    let read = self::read(
        &mapping,
        "post,who,inbound,at,answers\n1,ann,1,2024-05-01 09:00,2\n2,ann,1,2024-05-01 09:01,1\n3,ann,1,2024-05-01 09:02,3\n",
    );
    assert_eq!(read.items.iter().filter(|i| matches!(i.event.data, EventData::Message(_))).count(), 3);
}

#[test]
fn fixed_width_equal_rows_and_money() {
    let text = include_str!("../../../docs/mappings/cdnow.toml");
    let mapping = Arc::new(Mapping::from_toml(text).unwrap_or_else(|error| panic!("{error}")));
    let row = " 00004 0001 19970101  2   29.33\n";
    let read = self::read(&mapping, format!("{row}{row} 00005 0002 19970102\n"));
    assert_eq!(read.items.len(), 2);
    assert_ne!(read.items[0].event.id, read.items[1].event.id);
    assert!(read.story().contains("\"minor\":2933"), "{}", read.story());
    // A short line lacks its last columns: no rule is for it.
    assert_eq!(read.counts.rejected_for(RejectReason::NoRule), 1);
}

#[test]
fn shares_of_a_file_are_the_whole_of_it() {
    let mapping = with(CHANGES);
    let whole = read(&mapping, UPDATES);
    let (mut items, mut counts) = (Vec::new(), ReadCounts::default());
    for index in 0..3 {
        let reader = TableReader::new(UPDATES.as_bytes(), mapping.clone(), 1 << 20);
        let mut reader = reader.with_share(Share { index, of: 3 });
        items.extend(reader.by_ref().map(Result::unwrap));
        counts.add(reader.counts());
    }
    let key = |item: &LogItem| (item.event.occurred_at, item.event.sequence, item.event.id);
    items.sort_by_key(key);
    let mut all = whole.items;
    all.sort_by_key(key);
    assert_eq!((items, counts), (all, whole.counts));
}

#[test]
fn conditions_compare_numbers_texts_and_what_is_missing() {
    let fits = |when: &str| {
        let mapping = with(&format!(
            "[file]\nmissing = [\"?\"]\n[[rules]]\nwhen = {{ state = {{ {when} }} }}\ngive = \"resolution.claimed\"\n"
        ));
        let states = ["5", "-1.5", "open", "reopened", "?", ""];
        let rows = states.iter().enumerate();
        let rows: Vec<String> = rows.map(|(n, state)| format!("t{n},ann,2024-05-01 09:30,{state}")).collect();
        let table = rows.join("\n");
        let read = self::read(&mapping, format!("ticket,customer,at,state\n{table}"));
        let claimed = |t: &usize| {
            let contact = ContactId::derived("desk", &format!("t{t}"));
            read.items
                .iter()
                .any(|i| matches!(&i.event.data, EventData::ResolutionClaimed(e) if e.contact == contact))
        };
        (0..states.len()).filter(claimed).map(|t| states[t]).collect::<Vec<_>>()
    };
    assert_eq!(fits("above = 4.5"), ["5"]);
    assert_eq!(fits("at-most = 5, above = -2"), ["5", "-1.5"]);
    assert_eq!(fits("below = 0"), ["-1.5"]);
    assert_eq!(fits("contains = \"open\""), ["open", "reopened"]);
    assert_eq!(fits("starts-with = [\"re\", \"5\"]"), ["5", "reopened"]);
    assert_eq!(fits("missing = true"), ["?", ""]);
    assert_eq!(fits("not = [\"5\", \"open\"]"), ["-1.5", "reopened", "?", ""]);
}

#[test]
fn mistakes_are_answered_with_their_line() {
    let said = |more: &str| Mapping::from_toml(&format!("{BASE}\n{more}")).unwrap_err().to_string();
    for (more, says) in [
        (
            "[file]\ndelimiter = \"tabb\"",
            "line 23: `tabb` is no sign that stands between columns; write `tab`",
        ),
        (
            "[file]\nrows = \"sorted\"",
            "line 23: `sorted` is no order of rows; write one of `in-time-order`, `together`, `in-any-order`",
        ),
        (
            "[columns]\nx = { from = \"y\" }",
            "line 23: nothing uses the column `x`; write its name where it is meant, or leave it out",
        ),
        (
            "[columns]\nstate = { at = 3, width = 2 }",
            "line 23: `at` and `width` are for `format = \"fixed\"`; write `from`",
        ),
        (
            "[times]\nend = { from = \"end\", near = \"strat\" }\nstart = { from = \"at\" }",
            "line 23: `strat` is no time of this mapping; write `start`",
        ),
        (
            "[times]\nend = { from = \"end\", format = \"YYYY\" }",
            "line 23: `YYYY` is no format of a time; write `rfc3339`, `unix`, `unix-millis`, `unix-micros`, or signs such as `%Y-%m-%d %H:%M:%S`",
        ),
        (
            "[[rules]]\nwhen = { state = { over = 3 } }\ngive = \"message\"",
            "line 23: `over` compares nothing; write one of",
        ),
        (
            "[[rules]]\nwhen = { state = { above = \"3\" } }\ngive = \"message\"",
            "line 23: `above` takes a number; write `above = 0`",
        ),
        (
            "[[ignore]]\nwhen = { state = { changed = true } }",
            "line 23: a row by itself has no row before it; write `changed`, `was` and their kind in `[[rules]]`",
        ),
        (
            "[[rules]]\nwhen = { state = \"x\" }",
            "line 23: this rule gives nothing; write `give`, or `[[rules.events]]`",
        ),
        (
            "[[rules]]\n[[rules.events]]\ngive = \"resolution.claimed\"\n[[rules.events]]\ngive = \"resolution.claimed\"",
            "line 26: two events of this rule are named `resolution.claimed`, and would have one id; write `name = …` with a name of its own",
        ),
        (
            "[[rules]]\nwhen = { state = \"x\" }\ngive = \"message\"\nset = { author = { from = \"state\", values = { x = \"custmer\" } } }",
            "line 25: the field `author` of `message` cannot be this: unknown variant `custmer`",
        ),
        ("[fields]\nagent = \"a\"\nagent = \"b\"", "line 24: duplicate key"),
        (
            "[columns]\nstate = { whole = true, decimals = 2 }",
            "line 23: a number is either whole or has decimals; write one of them",
        ),
    ] {
        assert!(said(more).starts_with(says), "{more}\nsays {}\nnot  {says}", said(more));
    }
}
