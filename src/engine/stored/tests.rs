//! What is a snapshot and what is none.

#![allow(clippy::unwrap_used)]

use super::shape::shape_of;
use super::{Sealed, fingerprint, seal};
use crate::engine::live::{Live, Profiles};
use serde::Deserialize;
use throughline_core::event::vocabulary::{ContactStarted, Message, PageViewed, PromiseMade};
use throughline_core::event::{Author, Channel, Direction, EventData, NewEvent, Version};
use throughline_core::fact::{Fact, ProfileIx};
use throughline_core::ids::{ContactId, EventId, ProfileId, PromiseId};
use throughline_core::name::{Interner, Name};
use throughline_core::time::{Micros, Span};
use throughline_rules::evaluate::Evaluator;
use throughline_rules::journey::Journey;
use throughline_rules::ledger::Judged;
use throughline_rules::rulebook::{DEFAULT, Rulebooks};

fn name(text: &str) -> Name {
    Name::new(text).unwrap()
}

/// A customer to whom much happened.
fn ann(names: &mut Interner) -> Live {
    let rules = Rulebooks::parse(DEFAULT, names).unwrap();
    let (mut journey, mut judged) = (Journey::new(), Judged::default());
    let facts: Vec<Fact> = (0..200_i64)
        .map(|n| {
            let contact = ContactId::derived("test", &(n / 4).to_string());
            let data: EventData = match n % 4 {
                0 => ContactStarted {
                    contact,
                    channel: if n % 8 == 0 { Channel::Mail } else { Channel::Phone },
                    direction: Direction::Inbound,
                    topic: Some(name(
                        ["billing", "delivery", "a topic of more than 15 bytes"][n as usize % 3],
                    )),
                    issue: None,
                    purpose: None,
                }
                .into(),
                1 => PageViewed { page: name(&format!("page {n}")) }.into(),
                2 => PromiseMade {
                    promise: PromiseId::derived("test", &n.to_string()),
                    contact: Some(contact),
                    what: name("call back"),
                    due: Micros(n * 600_000_000) + Span::from_hours(300),
                }
                .into(),
                _ => Message {
                    contact,
                    author: Author::Human,
                    agent: Some(name("bo")),
                    verdict: None,
                    text: None,
                }
                .into(),
            };
            let id = EventId::derived("test", &n.to_string());
            let event = NewEvent::new(id, Micros(n * 600_000_000), name("desk"), data);
            Fact::of(&event, ProfileIx(0), names)
        })
        .collect();
    let until = facts[facts.len() - 1].at + Span::from_days(2);
    Evaluator::new(&rules).fold(&mut journey, &facts, until, &mut judged);
    assert!(journey.churn.is_some() && !journey.promises.open().is_empty() && journey.cases.any_open());
    let profiles = Profiles::from_slice(&[(ProfileId::from_bytes([1; 16]), Version(300))]);
    Live::new(profiles, journey)
}

#[test]
fn a_state_comes_back_as_it_was_whatever_numbers_its_names_have() {
    let mut names = Interner::new();
    let live = ann(&mut names);
    let bytes = seal(&live, 7, &names).unwrap();
    let mut others = Interner::new();
    for text in ["names", "of", "another", "process", "bo"] {
        others.intern(text);
    }
    let sealed = Sealed::open(bytes, 7).unwrap();
    assert_eq!(sealed.profiles, live.profiles);
    let read = sealed.snapshot(&mut others).unwrap();
    let bytes_of = |journey: &Journey, names: &Interner| {
        let mut out = Vec::new();
        journey.canonical_bytes(&mut out, names, throughline_core::canonical::Names::Spelled);
        out
    };
    assert_eq!(bytes_of(&read.journey, &others), bytes_of(&live.journey, &names));
    // What is canonical leaves out numbers of the process: with the same interner it is the same in every field.
    let read = sealed.snapshot(&mut names).unwrap();
    assert_eq!(read.journey, live.journey);
}

#[test]
fn bytes_that_were_cut_or_changed_anywhere_are_no_snapshot() {
    let mut names = Interner::new();
    let bytes = seal(&ann(&mut names), 7, &names).unwrap();
    for length in 0..bytes.len() {
        assert!(Sealed::open(bytes[..length].to_vec(), 7).is_err(), "cut to {length} bytes");
    }
    for at in 0..bytes.len() {
        let mut other = bytes.clone();
        other[at] ^= 1 << (at % 8);
        assert!(Sealed::open(other, 7).is_err(), "byte {at} changed");
    }
    assert!(Sealed::open(bytes, 8).is_err(), "of another fingerprint");
}

/// The checksum guards against chance, not against a program that sums up what it damaged.
#[test]
fn a_state_that_is_damaged_under_a_right_checksum_neither_panics_nor_takes_more_memory_than_it_has_bytes() {
    let mut names = Interner::new();
    let bytes = seal(&ann(&mut names), 7, &names).unwrap();
    let mut seed = 1_u64;
    let mut refused = 0;
    for _ in 0..4_000 {
        let mut other = bytes.clone();
        for _ in 0..3 {
            seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            let at = 16 + (seed >> 33) as usize % (other.len() - 16);
            other[at] = if seed & 256 == 0 { 255 } else { (seed >> 24) as u8 };
        }
        if seed & 1 == 0 {
            other.truncate(16 + (seed >> 40) as usize % (other.len() - 16));
        }
        let checksum = super::xxh3_64(&other[8..]);
        other[..8].copy_from_slice(&checksum.to_le_bytes());
        let mut names = Interner::new();
        let read = Sealed::open(other, 7).and_then(|sealed| sealed.snapshot(&mut names));
        match read {
            Ok(snapshot) => assert!(snapshot.journey.total_bytes() < 1_024 * bytes.len()),
            Err(_) => refused += 1,
        }
    }
    assert!(refused > 1_000, "{refused} of 4,000");
}

#[test]
fn other_rules_make_another_fingerprint() {
    let one = |document| fingerprint([(Micros::MIN, document)]);
    let of_default = one(DEFAULT);
    shape_of::<super::State>().expect("the types of the state say their shape");
    assert_eq!(of_default, one(DEFAULT));
    assert_ne!(of_default, one(&format!("{DEFAULT}\n")));
    assert_ne!(of_default, fingerprint([(Micros::MIN, DEFAULT), (Micros(5), DEFAULT)]));
    let later = fingerprint([(Micros::MIN, DEFAULT), (Micros(6), DEFAULT)]);
    assert_ne!(fingerprint([(Micros::MIN, DEFAULT), (Micros(5), DEFAULT)]), later);
}

macro_rules! shapes {
    ($($module:ident { $($item:item)* })*) => {$(
        mod $module {
            #![allow(dead_code, reason = "only their shapes matter")]
            use super::Deserialize;
            $(#[derive(Deserialize)] $item)*
        }
    )*};
}

shapes! {
    before {
        pub(super) struct State { a: u16, list: Vec<Kind> }
        pub(super) enum Kind { One, Two(u8), Three { at: i64 } }
    }
    added { pub(super) struct State { a: u16, list: Vec<Kind>, b: bool } enum Kind { One, Two(u8), Three { at: i64 } } }
    renamed { pub(super) struct State { b: u16, list: Vec<Kind> } enum Kind { One, Two(u8), Three { at: i64 } } }
    retyped { pub(super) struct State { a: u32, list: Vec<Kind> } enum Kind { One, Two(u8), Three { at: i64 } } }
    moved { pub(super) struct State { list: Vec<Kind>, a: u16 } enum Kind { One, Two(u8), Three { at: i64 } } }
    another_choice {
        pub(super) struct State { a: u16, list: Vec<Kind> }
        enum Kind { One, Two(u8), Three { at: i64 }, Four }
    }
    inside_a_choice {
        pub(super) struct State { a: u16, list: Vec<Kind> }
        enum Kind { One, Two(u8), Three { at: u64 } }
    }
}

#[test]
fn a_field_that_is_added_renamed_retyped_or_moved_anywhere_makes_another_shape() {
    let before = shape_of::<before::State>().unwrap();
    assert_eq!(before, shape_of::<before::State>().unwrap());
    let others = [
        shape_of::<added::State>(),
        shape_of::<renamed::State>(),
        shape_of::<retyped::State>(),
        shape_of::<moved::State>(),
        shape_of::<another_choice::State>(),
        shape_of::<inside_a_choice::State>(),
    ];
    for (index, other) in others.into_iter().enumerate() {
        assert_ne!(before, other.unwrap(), "change {index}");
    }
}
