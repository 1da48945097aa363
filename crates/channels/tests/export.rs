//! The writers for formats of others: what they write is well-formed, whatever stands in a name or a text.
#![allow(clippy::unwrap_used)]

mod any_event;

use any_event::any_item;
use proptest::prelude::*;
use proptest::test_runner::RngSeed;
use throughline_channels::export::{
    Attribute, JsonLinesWriter, ObjectRow, OcelError, OcelEvent, OcelWriter, Relation, TableWriter, Value,
    XesError, XesEvent, XesWriter, describe,
};
use throughline_channels::mapping::{Column, Scope};
use throughline_channels::xes::Traces;
use throughline_core::time::Micros;

const AT: Micros = Micros(1_700_000_000_000_000);

fn event<'a>(kind: &'a str, attributes: &'a [Attribute]) -> OcelEvent<'a> {
    OcelEvent { id: "e", kind, at: AT, attributes, relations: &[] }
}

fn json(writer: OcelWriter<Vec<u8>>) -> serde_json::Value {
    serde_json::from_slice(&writer.finish().unwrap()).unwrap()
}

#[test]
fn a_log_without_anything_is_a_log_too() {
    let empty = json(OcelWriter::new(Vec::new()).unwrap());
    assert_eq!(empty, serde_json::json!({"objects": [], "events": [], "objectTypes": [], "eventTypes": []}));
    let xes = XesWriter::new(Vec::new()).unwrap().finish().unwrap();
    let mut traces = Traces::new(&xes[..], Vec::new());
    assert!(traces.next_trace().is_none());
}

#[test]
fn types_are_declared_with_what_their_attributes_hold() {
    let mut writer = OcelWriter::new(Vec::new()).unwrap();
    let relations = [Relation { object: "customer:1".into(), qualifier: "of".into() }];
    let attributes = [Attribute::new("priority", 2_u16), Attribute::new("since", AT)];
    writer
        .object(&ObjectRow {
            id: "case:1",
            kind: "case",
            attributes: &attributes,
            at: AT,
            relations: &relations,
        })
        .unwrap();
    writer.event(&event("rated", &[Attribute::new("score", 3_i64), Attribute::new("best", 5_i64)])).unwrap();
    writer.event(&event("rated", &[Attribute::new("score", 3.5), Attribute::new("best", "five")])).unwrap();
    let refused = writer
        .object(&ObjectRow { id: "x", kind: "case", attributes: &[], at: AT, relations: &[] })
        .unwrap_err();
    assert!(matches!(refused, OcelError::ObjectBehindEvents));
    assert_eq!((writer.objects(), writer.events()), (1, 2));
    let log = json(writer);
    let declared = |types: &str| -> Vec<(String, String)> {
        let attributes = log[types][0]["attributes"].as_array().unwrap().iter();
        attributes.map(|a| (a["name"].as_str().unwrap().into(), a["type"].as_str().unwrap().into())).collect()
    };
    let pairs = |list: [(&str, &str); 2]| list.map(|(a, b)| (a.to_owned(), b.to_owned())).to_vec();
    assert_eq!(declared("objectTypes"), pairs([("priority", "integer"), ("since", "time")]));
    // What comes in two forms is declared as one that holds both.
    assert_eq!(declared("eventTypes"), pairs([("best", "string"), ("score", "float")]));
    assert_eq!(log["objects"][0]["attributes"][1]["value"], "2023-11-14T22:13:20Z");
    assert_eq!(log["objects"][0]["relationships"][0]["objectId"], "customer:1");
}

#[test]
fn a_table_quotes_what_needs_quotes_and_has_no_row_of_another_length() {
    let mut table = TableWriter::new(Vec::new(), &["a", "b"]).unwrap();
    table.row(&["plain", ""]).unwrap();
    table.row(&["with \"quotes\", and commas", "two\r\nlines"]).unwrap();
    table.row(&["long ".repeat(1_000), "end".to_owned()]).unwrap();
    assert!(table.row(&["alone"]).is_err());
    assert_eq!(table.rows(), 3);
    let text = String::from_utf8(table.finish().unwrap()).unwrap();
    let long = "long ".repeat(1_000);
    let rows = "\"with \"\"quotes\"\", and commas\",\"two\r\nlines\"\r\n";
    assert_eq!(text, format!("a,b\r\nplain,\r\n{rows}{long},end\r\n"));
}

#[test]
fn an_event_outside_of_traces_is_refused() {
    let mut writer = XesWriter::new(Vec::new()).unwrap();
    let event = XesEvent { name: "x", at: AT, resource: None, attributes: &[] };
    assert!(matches!(writer.event(&event), Err(XesError::OutsideOfTraces)));
    writer.trace("t", &[]).unwrap();
    writer.event(&event).unwrap();
    assert_eq!((writer.traces(), writer.events()), (1, 1));
}

#[test]
fn lines_are_counted() {
    let mut lines = JsonLinesWriter::new(Vec::new());
    lines.write(&"a\nb").unwrap();
    lines.write(&[1, 2]).unwrap();
    assert_eq!(lines.lines(), 2);
    assert_eq!(lines.finish().unwrap(), b"\"a\\nb\"\n[1,2]\n");
}

proptest! {
    #![proptest_config(ProptestConfig { rng_seed: RngSeed::Fixed(20_240_501), ..ProptestConfig::default() })]

    /// Every kind of event that there is, by the names of its fields alone.
    #[test]
    fn an_event_of_any_kind_is_described_without_a_word_lost(item in any_item()) {
        let fields = serde_json::to_value(&item.event.data).unwrap();
        let says = describe(&item.event.data);
        let told: String = says
            .attributes
            .iter()
            .map(|attribute| format!("{:?}", attribute.value))
            .chain(says.objects.iter().map(|object| format!("{:?}", object.key)))
            .chain(says.agent.iter().map(|agent| format!("{agent:?}")))
            .collect();
        for (name, value) in fields.as_object().unwrap() {
            if let Some(text) = value.as_str().filter(|text| !text.is_empty()) {
                prop_assert!(told.contains(&format!("{text:?}")), "{name} of {}", item.event.kind());
            }
        }
    }

    #[test]
    fn whatever_stands_in_a_text_the_trace_is_read_back(text in any::<String>(), name in "[a-z&<>\"']{1,9}") {
        let mut writer = XesWriter::new(Vec::new()).unwrap();
        writer.trace(&name, &[]).unwrap();
        let attributes = [Attribute::new("text", text.as_str()), Attribute::new("n", Value::Integer(-1))];
        writer.event(&XesEvent { name: &name, at: AT, resource: Some("bo"), attributes: &attributes }).unwrap();
        let bytes = writer.finish().unwrap();
        let column = |name: &str, scope| Column { name: name.into(), scope };
        let columns = vec![
            column("concept:name", Scope::Trace),
            column("concept:name", Scope::Event),
            column("time:timestamp", Scope::Event),
            column("text", Scope::Event),
        ];
        let mut traces = Traces::new(&bytes[..], columns);
        let trace = traces.next_trace().unwrap().unwrap();
        prop_assert_eq!(trace.value(0), Some(name.as_str()));
        let read = trace.events().next().unwrap();
        prop_assert_eq!(read.value(1), Some(name.as_str()));
        prop_assert_eq!(read.value(2), Some("2023-11-14T22:13:20Z"));
        // XML cannot hold every character, and makes blanks of line ends; all others come back.
        let same = |text: &str| text.chars().filter(|c| !c.is_control() && !matches!(c, ' ' | '\u{fffd}'..='\u{ffff}')).collect::<String>();
        prop_assert_eq!(same(read.value(3).unwrap_or_default()), same(&text));
        prop_assert!(traces.next_trace().is_none());
    }
}
