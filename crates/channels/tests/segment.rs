//! Calls of the Segment spec: each becomes what the table in `docs/FORMATS.md` says, or is rejected by name.
#![allow(clippy::unwrap_used)]

use std::collections::BTreeSet;
use std::io::Write;
use throughline_channels::identifier::Hasher;
use throughline_channels::item::LogItem;
use throughline_channels::open::{Format, OpenOptions, open_log, open_log_with};
use throughline_channels::reject::RejectReason;
use throughline_channels::rejects_file::RejectsFile;
use throughline_channels::segment::SegmentReader;
use throughline_core::event::{Author, Consent, EventData};
use throughline_core::identifier::{Form, IdentifierKey};
use throughline_core::ids::{ContactId, EventId, ProfileId};
use throughline_core::name::Name;

const KEY: IdentifierKey = IdentifierKey::new([7; 16]);

fn source() -> Name {
    Name::new("web").unwrap()
}

fn read(log: &str) -> Vec<LogItem> {
    let reader = SegmentReader::new(log.as_bytes(), source()).with_identifiers(KEY);
    reader.map(Result::unwrap).collect()
}

fn call(rest: &str) -> String {
    format!(r#"{{"messageId":"m-1","userId":"c-7","timestamp":"2024-05-01T09:30:00Z",{rest}}}"#)
}

fn said_to(line: &str) -> String {
    let mut reader = SegmentReader::new(line.as_bytes(), source());
    reader.next().unwrap().unwrap_err().to_string()
}

fn kinds(items: &[LogItem]) -> Vec<&'static str> {
    items.iter().map(|item| item.event.kind().as_str()).collect()
}

#[test]
fn a_page_is_viewed_by_its_user() {
    let line =
        call(r#""type":"page","name":"terms","receivedAt":"2024-05-01T09:30:02Z","anonymousId":"a-1""#);
    let items = read(&line);
    let [item] = items.as_slice() else { panic!("{items:?}") };
    assert_eq!(item.profile, ProfileId::derived("web", "c-7"));
    assert_eq!(item.event.id, EventId::derived("web", "m-1"));
    assert_eq!(item.event.occurred_at.to_string(), "2024-05-01T09:30:00Z");
    assert_eq!(item.recorded_at.unwrap().to_string(), "2024-05-01T09:30:02Z");
    let EventData::PageViewed(page) = &item.event.data else { panic!("{item:?}") };
    assert_eq!(page.page.as_str(), "terms");
    let without_name =
        read(&call(r#""type":"screen","properties":{"path":"/terms","url":"https://x/?q=1"}"#));
    let EventData::PageViewed(page) = &without_name[0].event.data else { panic!("{without_name:?}") };
    assert_eq!(page.page.as_str(), "/terms");
}

#[test]
fn a_live_chat_is_a_contact() {
    let chat = |event: &str, rest: &str| {
        call(&format!(
            r#""type":"track","event":"Live Chat {event}","properties":{{"conversation_id":"v-1"{rest}}}"#
        ))
    };
    let lines = [
        chat("Conversation Started", ""),
        chat("Message Sent", r#","message_body":"where is it?","agent_id":"bo""#),
        chat("Message Received", r#","message_body":"on its way","agent_id":"bo""#),
        chat("Message Received", r#","message_body":"we received it""#),
        chat("Conversation Ended", ""),
    ];
    let items = read(&lines.join("\n"));
    assert_eq!(kinds(&items), ["contact.started", "message", "message", "message", "contact.ended"]);
    let authors: Vec<_> = items
        .iter()
        .filter_map(|item| match &item.event.data {
            EventData::Message(message) => {
                assert_eq!(message.contact, ContactId::derived("web", "v-1"));
                Some((message.author, message.agent.as_ref().map(Name::as_str)))
            }
            _ => None,
        })
        .collect();
    // Who is not named may be a bot, whose words stop no clock.
    assert_eq!(authors, [(Author::Customer, None), (Author::Human, Some("bo")), (Author::Unknown, None)]);
}

#[test]
fn another_event_is_kept_under_its_name() {
    let items =
        read(&call(r#""type":"track","event":"Coupon Applied","properties":{"value":12,"code":"X"}"#));
    let EventData::Custom(custom) = &items[0].event.data else { panic!("{items:?}") };
    assert_eq!((custom.name.as_str(), custom.value), ("Coupon Applied", Some(12)));
    assert_eq!(custom.payload.as_ref().unwrap().as_str(), r#"{"value":12,"code":"X"}"#);
    let group = read(&call(r#""type":"group","groupId":"acme","traits":{"plan":"pro"}"#));
    let EventData::Custom(custom) = &group[0].event.data else { panic!("{group:?}") };
    assert_eq!(custom.payload.as_ref().unwrap().as_str(), r#"{"groupId":"acme","traits":{"plan":"pro"}}"#);
}

#[test]
fn an_order_is_a_purchase_and_its_refund_a_refund() {
    let order = |event: &str, rest: &str| {
        let line = call(&format!(
            r#""type":"track","event":"Order {event}","properties":{{"order_id":"o-1",{rest}}}"#
        ));
        read(&line).swap_remove(0).event.data
    };
    let products = r#""products":[{"product_id":"p","quantity":2},{"product_id":"q"}]"#;
    let EventData::Purchase(purchase) =
        order("Completed", &format!(r#""total":27.5,"revenue":25,"currency":"usd",{products}"#))
    else {
        panic!()
    };
    let amount = purchase.amount.unwrap();
    assert_eq!((amount.minor, amount.currency.as_str(), purchase.items), (2_750, "USD", 3));
    assert_eq!(purchase.order.unwrap().as_str(), "o-1");
    let EventData::Refunded(refund) = order("Refunded", r#""total":"5","currency":"JPY""#) else { panic!() };
    assert_eq!(refund.amount.unwrap().minor, 5);
    // Five of what?
    let EventData::Refunded(refund) = order("Refunded", r#""total":5"#) else { panic!() };
    assert_eq!(refund.amount, None);
}

#[test]
fn consent_is_read_where_it_changes_and_not_where_it_is_repeated() {
    let consent = r#""context":{"consent":{"categoryPreferences":{"Advertising":false,"Functional":true}}}"#;
    let said = |rest: &str| -> Vec<(String, Consent)> {
        let of_consent = |item: LogItem| match item.event.data {
            EventData::ConsentChanged(e) => Some((e.purpose.as_str().to_owned(), e.consent)),
            _ => None,
        };
        read(&call(&format!("{rest},{consent}"))).into_iter().filter_map(of_consent).collect()
    };
    let both = [("Advertising".into(), Consent::Withdrawn), ("Functional".into(), Consent::Given)];
    assert_eq!(said(r#""type":"identify""#), both);
    assert_eq!(said(r#""type":"track","event":"Segment Consent Preference Updated""#), both);
    assert_eq!(said(r#""type":"page","name":"p""#), []);
}

#[test]
fn who_is_identified_is_joined_with_who_was_anonymous_and_seen_under_hashes() {
    let line = call(
        r#""type":"identify","anonymousId":"a-1","traits":{"email":" Ann@Example.org","phone":"+49 (30) 901820"},
           "context":{"externalIds":[{"id":"99","type":"crm","collection":"users","encoding":"none"},{"id":"ann@example.org","type":"email"}]}"#,
    )
    .replace('\n', " ");
    let items = read(&line);
    let claims = ["identifier.claimed"; 4];
    assert_eq!(kinds(&items), [&claims[..], &["profile.linked"; 2]].concat());
    let kinds_of_identifier: Vec<_> = items
        .iter()
        .filter_map(|item| match &item.event.data {
            EventData::IdentifierClaimed(claim) => Some((claim.kind.as_str(), claim.hash)),
            _ => None,
        })
        .collect();
    let hash = |kind, value| (kind, Hasher::from(KEY).hash(kind, Form::of_kind(kind), value).unwrap());
    assert_eq!(
        kinds_of_identifier,
        [
            hash("userId", "c-7"),
            hash("email", "ann@example.org"),
            hash("phone", "+4930901820"),
            hash("crm", "99")
        ]
    );
    let ids: BTreeSet<_> = items.iter().map(|item| item.event.id).collect();
    assert_eq!(ids.len(), items.len(), "every event has an id of its own");
    let [.., EventData::ProfileLinked(one), EventData::ProfileLinked(other)] =
        &items.iter().map(|item| item.event.data.clone()).collect::<Vec<_>>()[..]
    else {
        panic!()
    };
    assert_eq!((one.link, one.other), (other.link, ProfileId::derived("web", "a-1")));
    assert_eq!(other.other, ProfileId::derived("web", "c-7"));

    // Without a key no identifier is kept, hashed or not.
    let reader = SegmentReader::new(line.as_bytes(), source());
    let without: Vec<_> = reader.map(Result::unwrap).collect();
    assert_eq!(kinds(&without), ["profile.linked"; 2]);
}

#[test]
fn a_link_that_is_said_again_is_the_same_fact() {
    let said = |message: &str, at: &str| {
        let line = call(r#""type":"alias","previousId":"a-1""#);
        line.replace("m-1", message).replace("09:30", at)
    };
    let items = read(&[said("m-1", "09:30"), said("m-2", "11:30")].join("\n"));
    assert_eq!(items.len(), 4);
    assert_eq!(items[0].event, items[2].event);
    assert_eq!(items[1].event, items[3].event);
    // To be the same as oneself says nothing.
    assert!(read(&call(r#""type":"alias","previousId":"c-7""#)).is_empty());
    // Two people may share a browser: only `identify` and `alias` join.
    assert_eq!(kinds(&read(&call(r#""type":"track","event":"x","anonymousId":"a-1""#))), ["custom"]);
}

#[test]
fn the_senders_clock_is_corrected_where_nobody_did() {
    let at = |times: &str| {
        let line = format!(r#"{{"type":"page","name":"p","messageId":"m","userId":"c",{times}}}"#);
        read(&line)[0].event.occurred_at.to_string()
    };
    let original = r#""originalTimestamp":"2024-05-01T12:00:00Z""#;
    // The clock was three hours ahead when the call was sent.
    let sent = r#""sentAt":"2024-05-01T12:00:05Z","receivedAt":"2024-05-01T09:00:05Z""#;
    assert_eq!(at(&format!("{original},{sent}")), "2024-05-01T09:00:00Z");
    assert_eq!(at(original), "2024-05-01T12:00:00Z");
    assert_eq!(
        at(&format!(r#"{original},{sent},"timestamp":"2024-05-01T08:00:00Z""#)),
        "2024-05-01T08:00:00Z"
    );
    assert_eq!(at(r#""receivedAt":"2024-05-01T09:00:05Z""#), "2024-05-01T09:00:05Z");
}

#[test]
fn a_broken_call_says_what_was_expected_and_not_what_stood_there() {
    for (line, says) in [
        (
            call(r#""type":"trakc""#),
            "line 1: `type`: not a known kind of event; expected one of `track`, `identify`, `page`, `screen`, `group`, `alias`",
        ),
        (call(r#""type":"track""#), "line 1: `event`: missing; expected the name of what happened"),
        (
            call(r#""type":"page""#),
            "line 1: `name`: missing; expected the page's `name`, or `properties.path`",
        ),
        (
            call(r#""type":"page","name":"a\nb""#),
            "line 1: `name`: not readable; expected a text of 1 to 256 bytes without control characters",
        ),
        (
            call(r#""type":"track","event":"x","properties":[1]"#),
            "line 1: `properties`: not readable; expected an object",
        ),
        (
            call(r#""type":"track","event":"Live Chat Message Sent""#),
            "line 1: `properties.conversation_id`: missing; expected a text that is not empty",
        ),
        (
            call(r#""type":"identify","context":{"externalIds":5}"#),
            "line 1: `context`: not readable; expected an object with a list of objects as `externalIds` and true or false for each category",
        ),
        (call(r#""type":"alias""#), "line 1: `previousId`: missing; expected a text that is not empty"),
        (
            call(r#""type":"page","type":"page""#),
            "line 1, column 89: an attribute stands there twice; expected every attribute once",
        ),
        (
            call("").replace(",}", ""),
            "line 1, column 68: not JSON; expected one whole JSON object on each line",
        ),
        ("[1]".into(), "line 1, column 1: not a JSON object; expected one call, an object, on each line"),
        (
            call(r#""type":"page""#).replace("09:30", "25:30"),
            "line 1: `timestamp`: not a time; expected an RFC 3339 time with an offset, such as 2024-05-01T09:30:00Z",
        ),
        (
            call(r#""type":"page""#).replace("m-1", ""),
            "line 1: `messageId`: not readable; expected a text that is not empty",
        ),
        (
            call(r#""type":"page""#).replace("userId", "user"),
            "line 1: `userId`: missing; expected `userId` or `anonymousId`",
        ),
        (
            r#"{"type":"page","name":"p","messageId":"m","userId":"c"}"#.into(),
            "line 1: `timestamp`: missing; expected an RFC 3339 time with an offset, such as 2024-05-01T09:30:00Z",
        ),
    ] {
        assert_eq!(said_to(&line), says, "for {line}");
    }
}

#[test]
fn the_first_line_tells_calls_from_cloud_events() {
    let folder = std::path::Path::new(env!("CARGO_TARGET_TMPDIR")).join("segment");
    std::fs::create_dir_all(&folder).unwrap();
    let write = |name: &str, text: &str| {
        let path = folder.join(name);
        std::fs::write(&path, text).unwrap();
        path
    };
    let page = call(r#""type":"page","name":"terms""#);
    let calls = write("calls.ndjson", &format!("{page}\nnonsense\n{page}\n"));
    let events = write("events.ndjson", r#"{"specversion":"1.0","id":"1","userId":"7"}"#);
    assert_eq!(open_log(&events).unwrap().format(), Format::Native);
    let rejects = folder.join("rejects.txt");
    let options = OpenOptions {
        source: Some(source()),
        rejects: Some(RejectsFile::create(&rejects).unwrap()),
        ..OpenOptions::default()
    };
    let mut log = open_log_with(&calls, options).unwrap();
    assert_eq!(log.format(), Format::Segment);
    let items: Vec<_> = log.by_ref().collect();
    assert_eq!(items[0].as_ref().unwrap().profile, ProfileId::derived("web", "c-7"));
    assert_eq!(items[1].as_ref().unwrap_err().reason, RejectReason::NotAnObject);
    assert_eq!((log.counts().events, log.counts().rejected()), (2, 1));
    assert_eq!(std::fs::read_to_string(rejects).unwrap(), "2\tnot a JSON object\tnonsense\n");

    let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    packed.write_all(page.as_bytes()).unwrap();
    let packed_path = folder.join("calls.json.gz");
    std::fs::write(&packed_path, packed.finish().unwrap()).unwrap();
    let log = open_log(&packed_path).unwrap();
    assert_eq!((log.format(), log.flatten().count()), (Format::Segment, 1));
    let told = OpenOptions { format: Some(Format::Native), ..OpenOptions::default() };
    assert_eq!(open_log_with(&packed_path, told).unwrap().flatten().count(), 0);
    std::fs::remove_dir_all(folder).unwrap();
}
