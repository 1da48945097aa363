//! What is on disk or in other systems for ever. A failure here is no reason to change the test: these numbers,
//! words and ids are in logs that were written before.
#![allow(clippy::unwrap_used)]

use throughline_core::event::vocabulary::{ContactStarted, FormProgressed, Rated};
use throughline_core::event::{
    AccountRole, ApologyStep, AskedBy, Author, CancellationOutcome, Channel, ChargeOutcome,
    CircumstanceChange, Consent, Direction, Ending, EntitlementChange, EventKind, FormProgress, Instrument,
    MeetingChange, MenuExit, OfferAnswer, Preference, Sentiment, StatedBy, Strength, SubscriptionChange,
    TextVerdict, Tone, TransferKind, WorkEffect,
};
use throughline_core::event::{Body, EventData, Text, decode};
use throughline_core::ids::{
    ContactId, CustomerId, EventId, IssueRef, LinkId, NAMESPACE, ProfileId, PromiseId,
};
use throughline_core::name::{Interner, Name};
use throughline_core::wire::{DecodeError, Owned};

/// Each kind with the schema that it was first written with.
const KINDS: [(u16, u8, &str); 56] = [
    (1, 1, "contact.started"),
    (2, 1, "contact.menu-reached"),
    (3, 1, "contact.queued"),
    (4, 1, "contact.held"),
    (5, 1, "contact.connected"),
    (6, 1, "contact.transferred"),
    (7, 1, "contact.ended"),
    (8, 1, "message"),
    (9, 1, "answer.accepted"),
    (10, 1, "answer.rejected"),
    (11, 1, "resolution.claimed"),
    (12, 1, "work.done"),
    (13, 1, "rated"),
    (14, 1, "page.viewed"),
    (15, 1, "promise.made"),
    (16, 1, "promise.kept"),
    (17, 1, "voicemail.left"),
    (18, 1, "identifier.claimed"),
    (19, 1, "profile.linked"),
    (20, 1, "profile.unlinked"),
    (21, 1, "action.taken"),
    (22, 1, "text.judged"),
    (23, 1, "case.overridden"),
    (24, 1, "custom"),
    (25, 1, "purchase"),
    (26, 1, "charged"),
    (27, 1, "refunded"),
    (28, 1, "subscription.changed"),
    (29, 1, "cancellation.requested"),
    (30, 1, "cancellation.settled"),
    (31, 1, "offer.made"),
    (32, 1, "offer.answered"),
    (33, 1, "entitlement.changed"),
    (34, 1, "promise.renegotiated"),
    (35, 1, "partner.updated"),
    (36, 1, "identity.asked"),
    (37, 1, "identity.verified"),
    (38, 1, "consent.changed"),
    (39, 1, "preference.stated"),
    (40, 1, "fact.stated"),
    (41, 1, "circumstance.changed"),
    (42, 1, "apology"),
    (43, 1, "concession.given"),
    (44, 1, "account.changed"),
    (45, 1, "meeting.changed"),
    (46, 1, "feedback.given"),
    (47, 1, "prediction.made"),
    (48, 1, "prediction.contradicted"),
    (49, 1, "wait.told"),
    (50, 1, "callback.offered"),
    (51, 1, "callback.requested"),
    (52, 1, "callback.scheduled"),
    (53, 1, "form.progressed"),
    (54, 1, "field.reentered"),
    (55, 1, "reach.measured"),
    (56, 1, "text.classified"),
];

/// Kinds that have a newer schema than their first one.
const RAISED: [(u16, u8); 3] = [(1, 2), (13, 2), (53, 2)];

#[test]
fn kinds_have_their_numbers_schemas_and_words() {
    let found: Vec<_> = EventKind::ALL.iter().map(|k| (*k as u16, k.schema(), k.as_str())).collect();
    let raised = |number| RAISED.iter().find(|(n, _)| *n == number).map(|(_, schema)| *schema);
    assert_eq!(found, KINDS.map(|(number, first, word)| (number, raised(number).unwrap_or(first), word)));
}

/// The story of the change: a scale on which 1 is the best answer could not be told from one on which it is the worst.
/// Five of five by survey with a word beside it, as version 1 of the schema wrote it.
#[test]
fn a_rating_of_schema_1_is_read_as_one_of_today() {
    let plain = hex("01 2ae574b1f57254f6896d246ae375aca0 00 05 05 01");
    let personal = hex("05 6772656174");
    let read = decode(13, 1, &plain, &personal, &mut Owned).unwrap();
    let today = Rated {
        contact: Some(ContactId::derived("desk", "4711")),
        instrument: Instrument::Csat,
        score: 5,
        best: 5,
        worst: None,
        comment: Some(Text::new("great")),
    };
    assert_eq!(read, EventData::from(today));
    // What is written from now on is the newer form, one byte longer.
    let again = Body::of(&read);
    assert_eq!(
        (again.schema, &*again.plain),
        (2, &*hex("01 2ae574b1f57254f6896d246ae375aca0 00 05 05 00 01"))
    );
    assert_eq!(again.open(), Ok(read));
    // An old record that has a byte more was never written.
    let longer = [&*plain, &[0]].concat();
    assert_eq!(decode(13, 1, &longer, &personal, &mut Owned), Err(DecodeError::TrailingBytes { extra: 1 }));
}

/// The same as a line of a log.
#[test]
fn a_rating_of_schema_1_is_read_from_json() {
    let read = |schema, json: &str| {
        let mut from = serde_json::Deserializer::from_str(json);
        EventData::deserialize_schema(EventKind::Rated, schema, &mut from)
    };
    let old = r#"{"contact":null,"instrument":"nps","score":9,"best":10,"comment":null}"#;
    let EventData::Rated(rated) = read(1, old).unwrap().unwrap() else { panic!("another kind") };
    assert_eq!((rated.score, rated.best, rated.worst), (9, 10, None));
    // A field that schema 1 did not have is refused there, and there is no schema 3.
    let new = r#"{"contact":null,"instrument":"nps","score":9,"best":10,"worst":0,"comment":null}"#;
    assert!(read(1, new).unwrap().is_err());
    assert!(read(2, new).unwrap().is_ok());
    assert!(read(3, new).is_none());
}

/// The story of the change: an application that went on in an app could not be told from one that stayed on the website.
/// Step 3 of one, in no contact, as version 1 of the schema wrote it.
#[test]
fn a_form_of_schema_1_is_read_as_one_of_today() {
    let plain = hex("07 6163636f756e74 00 01 01 03");
    let read = decode(53, 1, &plain, &[], &mut Owned).unwrap();
    let today = FormProgressed {
        form: Name::new("account").unwrap(),
        contact: None,
        progress: FormProgress::StepReached,
        step: Some(3),
        channel: None,
    };
    assert_eq!(read, EventData::from(today));
    let again = Body::of(&read);
    assert_eq!((again.schema, &*again.plain), (2, &*hex("07 6163636f756e74 00 01 01 03 00")));
    assert_eq!(again.open(), Ok(read));
    let from_json = |schema, json: &str| {
        let mut from = serde_json::Deserializer::from_str(json);
        EventData::deserialize_schema(EventKind::FormProgressed, schema, &mut from)
    };
    let old = r#"{"form":"account","contact":null,"progress":"started","step":null}"#;
    assert!(from_json(1, old).unwrap().is_ok());
    let new = r#"{"form":"account","contact":null,"progress":"started","step":null,"channel":"app"}"#;
    assert!(from_json(1, new).unwrap().is_err());
    assert!(from_json(2, new).unwrap().is_ok());
    assert!(from_json(3, new).is_none());
}

/// The story of the change: nobody could say what we make contact for, and so nobody could be held to it. A contact whose
/// purpose is not said stays in the old form, byte for byte: what was in flight while a service was upgraded is the same
/// fact when it is recorded again.
#[test]
fn a_contact_of_schema_1_is_read_as_one_of_today_and_written_as_it_was() {
    let plain = hex("2ae574b1f57254f6896d246ae375aca0 01 01 01 05 7072696365 00");
    let read = decode(1, 1, &plain, &[], &mut Owned).unwrap();
    let today = ContactStarted {
        contact: ContactId::derived("desk", "4711"),
        channel: Channel::Mail,
        direction: Direction::Outbound,
        topic: Some(Name::new("price").unwrap()),
        issue: None,
        purpose: None,
    };
    assert_eq!(read, EventData::from(today.clone()));
    let again = Body::of(&read);
    assert_eq!((again.schema, &*again.plain), (1, &*plain));
    assert_eq!(again.open(), Ok(read));
    let longer = [&*plain, &[0]].concat();
    assert_eq!(decode(1, 1, &longer, &[], &mut Owned), Err(DecodeError::TrailingBytes { extra: 1 }));
    // With a purpose it is of schema 2.
    let sales: EventData = ContactStarted { purpose: Some(Name::new("sales").unwrap()), ..today }.into();
    let body = Body::of(&sales);
    assert_eq!((body.schema, &*body.plain), (2, &*[&*plain, &hex("01 05 73616c6573")].concat()));
    assert_eq!(body.open(), Ok(sales));
}

/// The same as a line of a log.
#[test]
fn a_contact_of_schema_1_is_read_from_json() {
    let read = |schema, json: &str| {
        let mut from = serde_json::Deserializer::from_str(json);
        EventData::deserialize_schema(EventKind::ContactStarted, schema, &mut from)
    };
    let old = r#"{"contact":"2ae574b1-f572-54f6-896d-246ae375aca0","channel":"mail","direction":"outbound"}"#;
    let EventData::ContactStarted(started) = read(1, old).unwrap().unwrap() else { panic!("another kind") };
    assert_eq!((started.channel, started.topic, started.purpose), (Channel::Mail, None, None));
    let new = old.replace('}', r#","purpose":"sales"}"#);
    assert!(read(1, &new).unwrap().is_err());
    assert!(read(2, &new).unwrap().is_ok());
    assert!(read(3, &new).is_none());
}

fn hex(text: &str) -> Vec<u8> {
    let digits: Vec<u32> = text.chars().filter_map(|c| c.to_digit(16)).collect();
    digits.chunks(2).map(|pair| (pair[0] * 16 + pair[1]) as u8).collect()
}

#[test]
fn numbers_and_words_lead_back_to_their_kinds() {
    for &kind in EventKind::ALL {
        assert_eq!(EventKind::from_number(kind as u16), Some(kind));
        assert_eq!(EventKind::from_word(kind.as_str()), Some(kind));
        assert!((kind as u16) < EventKind::FIRST_FOREIGN);
    }
    assert_eq!((EventKind::from_number(0), EventKind::from_number(57)), (None, None));
    assert_eq!(EventKind::from_word("Message"), None);
}

#[test]
fn choices_have_their_numbers_and_words() {
    macro_rules! words {
        ($($choice:ident),*) => { [$(
            $choice::ALL.iter().enumerate().map(|(place, choice)| {
                assert_eq!(*choice as usize, place, "{choice} has moved");
                assert_eq!($choice::from_word(choice.as_str()), Some(*choice));
                assert_eq!(serde_json::to_string(choice).unwrap(), format!("\"{choice}\""));
                choice.as_str()
            }).collect::<Vec<_>>().join(" "),
        )*] };
    }
    let found = words!(
        Channel,
        Direction,
        Author,
        TransferKind,
        Ending,
        MenuExit,
        WorkEffect,
        TextVerdict,
        Sentiment,
        Instrument,
        ChargeOutcome,
        SubscriptionChange,
        CancellationOutcome,
        OfferAnswer,
        EntitlementChange,
        AskedBy,
        Strength,
        Consent,
        Preference,
        StatedBy,
        CircumstanceChange,
        ApologyStep,
        AccountRole,
        MeetingChange,
        Tone,
        FormProgress
    );
    assert_eq!(
        found,
        [
            "phone mail chat sms form app store social post fax ticket video messenger web",
            "inbound outbound customer-automatic",
            "customer human bot automatic workflow unknown customer-automatic",
            "cold warm queue",
            "completed abandoned dropped",
            "offered dead-end",
            "works waits-for-customer waits-for-third-party notes",
            "substantive boilerplate acknowledgement contradiction",
            "negative neutral positive",
            "csat ces nps",
            "billed paid failed disputed",
            "started changed renewed paused resumed ended",
            "withdrawn effective",
            "accepted declined redeemed expired",
            "granted applied expired",
            "menu agent page bot",
            "low substantial high",
            "given withdrawn",
            "channel language time-of-day salutation accessibility",
            "customer agent third-party",
            "begun ended mistaken",
            "owed given",
            "holder user contact payer former",
            "planned held cancelled",
            "praise suggestion complaint",
            "started step-reached abandoned resumed submitted",
        ]
    );
}

#[test]
fn derived_ids_never_change() {
    let derived = [
        EventId::derived("desk", "4711").0,
        ProfileId::derived("desk", "4711").0,
        CustomerId::derived("desk", "4711").0,
        ContactId::derived("desk", "4711").0,
        LinkId::derived("desk", "4711").0,
        PromiseId::derived("desk", "4711").0,
        IssueRef::derived("desk", "4711").0,
    ];
    // Computed with another implementation of RFC 9562 §5.5.
    assert_eq!(NAMESPACE.to_string(), "7468726f-7567-686c-696e-652d69647301");
    assert_eq!(
        derived.map(|id| id.to_string()),
        [
            "0e59278f-88ef-5043-b38d-103eed220c96",
            "62112762-a5fb-5f53-a0ac-44c64c75cef8",
            "b2e9060b-bb80-5f4a-a2cd-36a4192da324",
            "2ae574b1-f572-54f6-896d-246ae375aca0",
            "5f3ae1ea-4cae-57b7-a464-716d0f9adac6",
            "8b41dcd2-169a-58f6-adb0-8ab63d3118e2",
            "8c50b842-e6ee-540a-af1e-7439c73d39d8"
        ]
    );
}

#[test]
fn a_derived_id_does_not_mix_up_scope_and_key() {
    assert_ne!(EventId::derived("desk", "1x"), EventId::derived("desk1", "x"));
    assert_ne!(EventId::derived("", "deskx"), EventId::derived("desk", "x"));
}

#[test]
fn a_customer_is_named_by_the_smallest_profile() {
    let [a, b] = ["1", "2"].map(|key| ProfileId::derived("desk", key));
    assert_eq!(CustomerId::of([a, b]), CustomerId::of([b, a, b]));
    assert_eq!(CustomerId::of([a, b]), Some(CustomerId(a.0.min(b.0))));
    assert_eq!(CustomerId::of([]), None);
}

#[test]
fn stable_hashes_of_names_are_fnv_1a() {
    // The published test vectors for 64 bits.
    let mut names = Interner::new();
    for (name, hash) in
        [("", 0xcbf2_9ce4_8422_2325), ("a", 0xaf63_dc4c_8601_ec8c), ("foobar", 0x8594_4171_f739_67e8)]
    {
        let symbol = names.intern(name);
        assert_eq!(names.stable_hash(symbol), hash, "{name}");
    }
}
