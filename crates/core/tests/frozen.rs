//! What is on disk or in other systems for ever. A failure here is no reason to change the test: these numbers,
//! words and ids are in logs that were written before.
#![allow(clippy::unwrap_used)]

use throughline_core::event::{
    Author, Channel, Direction, Ending, EventKind, Instrument, MenuExit, TextVerdict, TransferKind,
    WorkEffect,
};
use throughline_core::ids::{
    ContactId, CustomerId, EventId, IssueRef, LinkId, NAMESPACE, ProfileId, PromiseId,
};
use throughline_core::name::Interner;

const KINDS: [(u16, u8, &str); 24] = [
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
];

#[test]
fn kinds_have_their_numbers_schemas_and_words() {
    let found: Vec<_> = EventKind::ALL.iter().map(|k| (*k as u16, k.schema(), k.as_str())).collect();
    assert_eq!(found, KINDS);
}

#[test]
fn numbers_and_words_lead_back_to_their_kinds() {
    for &kind in EventKind::ALL {
        assert_eq!(EventKind::from_number(kind as u16), Some(kind));
        assert_eq!(EventKind::from_word(kind.as_str()), Some(kind));
        assert!((kind as u16) < EventKind::FIRST_FOREIGN);
    }
    assert_eq!((EventKind::from_number(0), EventKind::from_number(25)), (None, None));
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
        Instrument
    );
    assert_eq!(
        found,
        [
            "phone mail chat sms form app store social post fax ticket",
            "inbound outbound",
            "customer human bot automatic workflow unknown customer-automatic",
            "cold warm queue",
            "completed abandoned dropped",
            "offered dead-end",
            "works waits-for-customer waits-for-third-party notes",
            "substantive boilerplate acknowledgement contradiction",
            "csat ces nps",
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
