//! Mistakes in a mapping document: where, what, and what to write instead.
#![allow(clippy::unwrap_used)]

use throughline_channels::mapping::Mapping;

const GOOD: &str = r#"version = 1
format = "xes"
source = "desk"

[customer]
id = { from = "customer" }
take = "first"

[contact]
id = { from = "concept:name", of = "trace" }
channel = "ticket"
direction = "inbound"
started = "with-first-event"

[event]
time = { from = "time:timestamp" }
key = ["time:timestamp", "concept:name"]
otherwise = "note"

[fields]
agent = { from = "org:resource" }

[[rules]]
when = { "concept:name" = ["Take", "Assign"] }
give = "work.done"
set = { effect = "works" }

[[rules]]
when = { "concept:name" = "Survey", survey = "CSAT" }
give = "rated"
set = { instrument = "csat", score = { from = "answer" }, best = 5 }
"#;

fn said_to(from: &str, to: &str) -> String {
    assert!(GOOD.contains(from), "{from}");
    Mapping::from_toml(&GOOD.replacen(from, to, 1)).unwrap_err().to_string()
}

#[test]
fn a_sound_document_is_read() {
    let mapping = Mapping::from_toml(GOOD).unwrap();
    let columns: Vec<&str> = mapping.columns().iter().map(|column| column.name.as_str()).collect();
    assert_eq!(
        columns,
        ["customer", "concept:name", "time:timestamp", "concept:name", "org:resource", "survey", "answer"]
    );
}

#[test]
fn the_documented_example_is_sound() {
    let documented = include_str!("../src/mapping/mod.rs").lines().map_while(|line| line.strip_prefix("//!"));
    let example = documented.skip_while(|line| !line.starts_with(" ```toml")).skip(1);
    let example: Vec<&str> = example.take_while(|line| !line.starts_with(" ```")).collect();
    Mapping::from_toml(&example.join("\n")).unwrap();
}

#[test]
fn a_mistake_is_answered_with_its_line_and_what_to_write() {
    for (from, to, says) in [
        ("version = 1", "version = 2", "line 1: this is no version of the document; write `version = 1`"),
        ("\"xes\"", "\"xse\"", "line 2: `xse` is no format; write one of `xes`, `csv`, `tsv`, `fixed`"),
        (
            "\"desk\"",
            "\"\"",
            "line 3: a name must not be empty; write a short name of the system, such as `helpdesk`",
        ),
        ("take = ", "takes = ", "line 7: unknown field `takes`; write `take`"),
        ("take = \"first\"\n", "", "line 5: missing field `take`; write `take = …` there"),
        ("\"first\"", "\"frist\"", "line 7: `frist` is no choice; write `first`"),
        ("\"trace\"", "\"log\"", "line 10: `log` is no part of a log; write one of `event`, `trace`"),
        ("\"ticket\"", "\"tikcet\"", "line 11: `tikcet` is no channel; write `ticket`"),
        (
            "\"time:timestamp\" }",
            "\"t\", zone = \"Rome\" }",
            "line 16: `Rome` is no zone that is known here; write `Europe/Rome`",
        ),
        (
            "[\"time:timestamp\", \"concept:name\"]",
            "[]",
            "line 17: without a key two rows of a contact cannot be told apart; write the columns that tell rows apart, such as the time and the activity",
        ),
        ("agent = ", "agnet = ", "line 21: `agnet` is no field of any kind of event; write `agent`"),
        (
            "[\"Take\", \"Assign\"]",
            "7",
            "line 24: a column's values are texts; write `\"value\"` or `[\"one\", \"other\"]`",
        ),
        (
            "{ \"concept:name\" = [\"Take\", \"Assign\"] }",
            "{}",
            "line 24: this rule fits every row; write the columns and values it is for, or leave it out and use `otherwise`",
        ),
        ("\"work.done\"", "\"work.did\"", "line 25: `work.did` is no kind of event; write `work.done`"),
        ("effect =", "efect =", "line 26: `efect` is no field of work.done; write `effect`"),
        (
            "\"works\"",
            "\"worx\"",
            "line 26: the field `effect` of `work.done` cannot be this: unknown variant `worx`, expected one of `works`, `waits-for-customer`, `waits-for-third-party`, `notes`; write `set` with the fields that it needs, of contact, agent, activity, effect",
        ),
        (
            "set = { effect = \"works\" }",
            "",
            "line 25: `work.done` cannot be made of this: missing field `effect`; write `set` with the fields that it needs, of contact, agent, activity, effect",
        ),
        (
            "{ from = \"answer\" }",
            "{ form = \"answer\" }",
            "line 31: this names no column; write `{ from = \"column\" }`",
        ),
        (
            "best = 5",
            "best = 500",
            "line 31: the field `best` of `rated` cannot be this: invalid value: integer `500`, expected u8; write `set` with the fields that it needs, of contact, instrument, score, best, worst, comment",
        ),
        (
            "version = 1",
            "version = ",
            "line 1: string values must be quoted; write what the mapping's documentation shows there",
        ),
    ] {
        assert_eq!(said_to(from, to), says, "for {to} instead of {from}");
    }
}

#[test]
fn a_document_that_is_not_there_is_named() {
    let error = Mapping::read("no/such/mapping.toml").unwrap_err().to_string();
    assert!(error.starts_with("no/such/mapping.toml: the document cannot be read"), "{error}");
}
