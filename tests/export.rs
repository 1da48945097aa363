//! Exports: every format says the same of one history, and texts stay out unless they are asked for.
#![allow(clippy::unwrap_used)]

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use throughline::channels::item::LogItem;
use throughline::channels::native::NativeReader;
use throughline::core::event::vocabulary::{AnswerAccepted, ContactStarted, Message};
use throughline::core::event::{Author, Channel, Direction, EventData, NewEvent, Text};
use throughline::core::ids::{ContactId, EventId, ProfileId};
use throughline::core::name::Name;
use throughline::core::time::{Micros, Span};
use throughline::export::{AnnouncementsWriter, Texts, Traces, facts};
use throughline::store::memory::MemoryStore;
use throughline::{Engine, Export, Replay};
use throughline_testkit::town::{Arrival, Town};

fn town() -> Vec<Arrival> {
    Town::new(11).with_customers(120).with_events(4_000).arrivals().collect()
}

fn export(arrivals: &[Arrival]) -> Export {
    Export::gather(arrivals.iter().map(|a| (a.profile, &a.event)), Texts::LeftOut)
}

const SECRET: &str = "my account number is 4711";

/// A chat that nobody answers.
fn chat() -> Vec<(ProfileId, NewEvent)> {
    let (profile, contact) = (ProfileId::derived("desk", "ann"), ContactId::derived("desk", "chat"));
    let (channel, direction) = (Channel::Chat, Direction::Inbound);
    let data: [EventData; 2] = [
        ContactStarted {
            contact,
            channel,
            direction,
            topic: Some(Name::new("bills & fees").unwrap()),
            issue: None,
            purpose: None,
        }
        .into(),
        Message { contact, author: Author::Customer, agent: None, verdict: None, text: Some(SECRET.into()) }
            .into(),
    ];
    let at = Micros(1_700_000_000_000_000);
    let event = |(number, data): (usize, EventData)| {
        let id = EventId::derived("desk", &number.to_string());
        (profile, NewEvent::new(id, at, Name::new("desk").unwrap(), data).with_sequence(number as u64))
    };
    data.into_iter().enumerate().map(event).collect()
}

fn of_chat(texts: Texts) -> Export {
    let events = chat();
    let last = events[1].1.occurred_at;
    Export::gather(events.iter().map(|(profile, event)| (*profile, event)), texts)
        .as_of(last + Span::from_days(2))
}

fn text(bytes: Vec<u8>) -> String {
    String::from_utf8(bytes).unwrap()
}

/// Everything that can be exported, as one text.
fn everything(export: &Export) -> String {
    let mut out = Vec::new();
    export.ocel(&mut out).unwrap();
    for traces in [Traces::ByCase, Traces::ByContact, Traces::ByCustomer] {
        export.xes(&mut out, traces).unwrap();
    }
    export.announcements(&mut out).unwrap();
    export.cases_table(&mut out).unwrap();
    export.contacts_table(&mut out).unwrap();
    export.decisions_table(&mut out).unwrap();
    text(out)
}

#[test]
fn texts_stay_out_unless_they_are_asked_for() {
    assert!(!everything(&of_chat(Texts::LeftOut)).contains("4711"));
    assert_eq!(
        everything(&of_chat(Texts::Kept)).matches(SECRET).count(),
        4,
        "in OCEL and in each kind of trace"
    );
    let items = || chat().into_iter().map(|(profile, event)| LogItem { profile, event, recorded_at: None });
    let written = |texts| {
        let mut out = Vec::new();
        assert_eq!(facts(items(), &mut out, texts).unwrap().events, 2);
        out
    };
    let kept: Vec<LogItem> = NativeReader::new(&written(Texts::Kept)[..]).map(Result::unwrap).collect();
    assert_eq!(kept, items().collect::<Vec<_>>());
    let without: Vec<LogItem> = NativeReader::new(&written(Texts::LeftOut)[..]).map(Result::unwrap).collect();
    let EventData::Message(message) = &without[1].event.data else { panic!("{without:?}") };
    assert_eq!(message.text, Some(Text::erased()));
}

#[test]
fn an_unanswered_chat_is_told_in_every_format() {
    let export = of_chat(Texts::LeftOut);
    let mut out = Vec::new();
    export.ocel(&mut out).unwrap();
    let ocel: serde_json::Value = serde_json::from_slice(&out).unwrap();
    let (contact, case) = ("contact:", "case:");
    let chat = ContactId::derived("desk", "chat");
    let objects: BTreeMap<_, _> =
        ocel["objects"].as_array().unwrap().iter().map(|o| (o["id"].as_str().unwrap(), o)).collect();
    let the_contact = objects[format!("{contact}{chat}").as_str()];
    assert_eq!(the_contact["type"], "contact");
    let part_of = serde_json::json!({"objectId": format!("{case}{chat}"), "qualifier": "part of"});
    assert!(the_contact["relationships"].as_array().unwrap().contains(&part_of));
    let the_case = objects[format!("{case}{chat}").as_str()];
    let state = serde_json::json!({"name": "state", "time": "2023-11-14T22:13:20Z", "value": "open"});
    assert!(the_case["attributes"].as_array().unwrap().contains(&state), "{the_case}");
    let types: BTreeSet<_> =
        ocel["eventTypes"].as_array().unwrap().iter().map(|t| t["name"].as_str().unwrap()).collect();
    assert!(
        types.is_superset(&["contact.started", "message", "case-opened", "target-missed"].into()),
        "{types:?}"
    );

    let mut xes = Vec::new();
    let exported = export.xes(&mut xes, Traces::ByCase).unwrap();
    let xes = text(xes);
    assert!(xes.contains(r#"<string key="topic" value="bills &amp; fees"/>"#), "{xes}");
    assert_eq!((exported.traces, exported.events), (1, xes.matches("<event>").count() as u64));

    let mut table = Vec::new();
    export.cases_table(&mut table).unwrap();
    let table = text(table);
    let row = table.split("\r\n").nth(1).unwrap();
    assert!(row.starts_with(&format!("{chat},")) && row.contains(",bills & fees,chat,open,"), "{row}");
}

/// One contact opened a case that was settled, and a third of a year later another one: they were one object, with the
/// state of the second and the events of both.
#[test]
fn two_cases_that_one_contact_opened_are_two() {
    let (profile, contact) = (ProfileId::derived("desk", "ann"), ContactId::derived("desk", "mail"));
    let started = |topic: &str| ContactStarted {
        contact,
        channel: Channel::Ticket,
        direction: Direction::Inbound,
        topic: Some(Name::new(topic).unwrap()),
        issue: None,
        purpose: None,
    };
    let next = ContactStarted { contact: ContactId::derived("desk", "next"), ..started("billing") };
    let days: [(i64, EventData); 4] = [
        (0, started("delivery").into()),
        (1, AnswerAccepted { contact }.into()),
        (120, started("billing").into()),
        (130, next.into()),
    ];
    let event = |(day, data): (i64, EventData)| {
        let at = Micros(1_700_000_000_000_000) + Span::from_days(day);
        let id = EventId::derived("desk", &day.to_string());
        (profile, NewEvent::new(id, at, Name::new("desk").unwrap(), data))
    };
    let events = days.map(event);
    let export = Export::gather(events.iter().map(|(profile, event)| (*profile, event)), Texts::LeftOut);
    let (first, second) = (contact.to_string(), format!("{contact}/2"));

    let mut ocel = Vec::new();
    export.ocel(&mut ocel).unwrap();
    let ocel: serde_json::Value = serde_json::from_slice(&ocel).unwrap();
    let cases: BTreeMap<_, _> = ocel["objects"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|object| object["type"] == "case")
        .map(|object| {
            let state =
                object["attributes"].as_array().unwrap().iter().find(|a| a["name"] == "state").unwrap();
            (object["id"].as_str().unwrap(), state["value"].as_str().unwrap())
        })
        .collect();
    let (ocel_first, ocel_second) = (format!("case:{first}"), format!("case:{second}"));
    assert_eq!(cases, [(ocel_first.as_str(), "closed"), (&ocel_second, "open")].into());
    let related = |id: EventId| {
        let all = ocel["events"].as_array().unwrap();
        let event = all.iter().find(|event| event["id"] == id.to_string()).unwrap();
        let relations = event["relationships"].as_array().unwrap();
        relations.iter().find(|r| r["qualifier"] == "case").unwrap()["objectId"].as_str().unwrap().to_owned()
    };
    let of: Vec<String> = events.iter().map(|(_, event)| related(event.id)).collect();
    assert_eq!(of, [&*ocel_first, &ocel_first, &ocel_second, &ocel_second]);

    let mut xes = Vec::new();
    assert_eq!(export.xes(&mut xes, Traces::ByCase).unwrap().traces, 2);
    let xes = text(xes);
    for trace in [&first, &second] {
        assert!(xes.contains(&format!(r#"<string key="concept:name" value="{trace}"/>"#)), "{trace}: {xes}");
    }

    let rows = |write: &dyn Fn(&mut Vec<u8>)| {
        let mut out = Vec::new();
        write(&mut out);
        text(out).lines().skip(1).map(str::to_owned).collect::<Vec<_>>()
    };
    let table = rows(&|out| _ = export.cases_table(out).unwrap());
    assert!(table.len() == 2 && table[0].starts_with(&format!("{first},")), "{table:?}");
    assert!(table[0].contains(",closed,") && table[1].starts_with(&format!("{second},")), "{table:?}");
    let table = rows(&|out| _ = export.decisions_table(out).unwrap());
    let of = |case: &str| table.iter().filter(|row| row.contains(&format!(",{case},"))).count();
    assert!(of(&first) > 1 && of(&second) > 0 && of(&first) + of(&second) <= table.len(), "{table:?}");
    let contacts = rows(&|out| _ = export.contacts_table(out).unwrap());
    assert!(contacts.iter().all(|row| row.contains(&format!(",{second},"))), "{contacts:?}");
}

#[test]
fn every_format_says_the_same_of_a_town() {
    let export = export(&town());
    let report = Replay::new().run(export.history()).unwrap();
    let decided: u64 = report.decisions.values().sum();
    let by = |traces| export.xes(std::io::sink(), traces).unwrap();
    let all = by(Traces::ByCustomer);
    assert_eq!((all.events, all.traces, all.left_out), (report.facts + decided, report.customers, 0));
    for traces in [Traces::ByCase, Traces::ByContact] {
        let some = by(traces);
        assert_eq!(some.events + some.left_out, all.events);
        assert!(some.traces > report.customers / 2 && some.left_out > 0);
    }
    assert_eq!(by(Traces::ByCase).traces, report.decisions["case-opened"]);
    assert_eq!(export.announcements(std::io::sink()).unwrap().events, decided);
    assert_eq!(export.decisions_table(std::io::sink()).unwrap().events, decided);
    assert_eq!(export.cases_table(std::io::sink()).unwrap().events, report.decisions["case-opened"]);
    let mut out = Vec::new();
    export.announcements(&mut out).unwrap();
    let lines = text(out);
    let ids: BTreeSet<String> = lines
        .lines()
        .map(|line| serde_json::from_str::<serde_json::Value>(line).unwrap()["id"].to_string())
        .collect();
    assert_eq!(ids.len() as u64, decided, "every announcement has an id of its own");
    // The same events in another order, and every one twice: the same export, byte for byte.
    let mut arrivals = town();
    let mut seen = BTreeSet::new();
    arrivals.retain(|a| seen.insert(a.event.id));
    let once = everything(&Export::gather(arrivals.iter().map(|a| (a.profile, &a.event)), Texts::LeftOut));
    arrivals.reverse();
    let twice = arrivals.iter().chain(&arrivals).map(|a| (a.profile, &a.event));
    assert!(everything(&Export::gather(twice, Texts::LeftOut)) == once);
}

#[tokio::test]
async fn what_an_export_announces_is_what_an_engine_announces() {
    let export = of_chat(Texts::LeftOut);
    let mut out = Vec::new();
    export.announcements(&mut out).unwrap();
    let expected: BTreeSet<String> = text(out).lines().map(id_of).collect();

    let as_of = chat()[0].1.occurred_at + Span::from_days(2);
    let engine = Engine::builder(Arc::new(MemoryStore::new())).clock(move || as_of).start().await.unwrap();
    for (profile, event) in chat() {
        engine.record(profile, event).await.unwrap();
    }
    engine.advance().await.unwrap();
    let mut announcements = engine.subscribe("export").await.unwrap();
    let mut writer = AnnouncementsWriter::new(Vec::new());
    while let Some(notice) = announcements.try_next().await.unwrap() {
        writer.write(&notice).unwrap();
    }
    let said: BTreeSet<String> = text(writer.finish().unwrap()).lines().map(id_of).collect();
    assert!(!said.is_empty());
    assert_eq!(said, expected);
}

fn id_of(line: &str) -> String {
    let line: serde_json::Value = serde_json::from_str(line).unwrap();
    assert_eq!(line["entry"], "announced", "{line}");
    line["id"].to_string()
}
