//! Arbitrary events: any value that each field may have, edges more often than chance would.

use proptest::option;
use proptest::prelude::*;
use proptest::sample::select;
use proptest::test_runner::{Config, RngSeed};
use throughline_core::event::vocabulary::{
    ActionTaken, AnswerAccepted, AnswerRejected, CaseOverridden, Connected, ContactEnded, ContactStarted,
    Custom, Held, IdentifierClaimed, MenuReached, Message, PageViewed, ProfileLinked, ProfileUnlinked,
    PromiseKept, PromiseMade, Queued, Rated, ResolutionClaimed, TextJudged, Transferred, VoicemailLeft,
    WorkDone,
};
use throughline_core::event::{
    Author, Channel, Direction, Ending, EventData, EventKind, IdentifierHash, Instrument, MenuExit, Text,
    TextVerdict, TransferKind, WorkEffect,
};
use throughline_core::ids::{ContactId, EventId, IssueRef, LinkId, ProfileId, PromiseId};
use throughline_core::name::Name;
use throughline_core::time::Micros;
use uuid::Uuid;

/// The same cases in every run, and no file left behind.
pub(crate) fn seeded(cases: u32) -> Config {
    Config { cases, rng_seed: RngSeed::Fixed(0x7457_0000), failure_persistence: None, ..Config::default() }
}

pub(crate) fn uuid() -> impl Strategy<Value = Uuid> {
    prop_oneof![Just(Uuid::nil()), Just(Uuid::max()), any::<u128>().prop_map(Uuid::from_u128)]
}

/// Few names and many: so that some are equal, and some are as long as a name may be.
pub(crate) fn name() -> impl Strategy<Value = Name> {
    let text = prop_oneof![
        select(vec!["billing", "desk", "é", "agent-1"]).prop_map(String::from),
        "[^\\p{Cc}]{1,20}",
        Just("x".repeat(Name::MAX_BYTES)),
    ];
    text.prop_map(|text| Name::new(text).unwrap())
}

pub(crate) fn micros() -> impl Strategy<Value = Micros> {
    prop_oneof![Just(Micros::MIN), Just(Micros::MAX), any::<i64>().prop_map(Micros)]
}

fn text() -> impl Strategy<Value = Text> {
    prop_oneof![Just(Text::erased()), ".{0,200}".prop_map(Text::new)]
}

fn contact() -> impl Strategy<Value = ContactId> {
    uuid().prop_map(ContactId)
}

fn promise() -> impl Strategy<Value = PromiseId> {
    uuid().prop_map(PromiseId)
}

/// Any data of a kind. A kind that is added must be added here, or this does not compile.
pub(crate) fn data_of(kind: EventKind, time: BoxedStrategy<Micros>) -> BoxedStrategy<EventData> {
    macro_rules! any_of {
        ($name:ident { $($field:ident : $strategy:expr),* $(,)? }) => {
            ($($strategy,)*).prop_map(|($($field,)*)| EventData::from($name { $($field,)* })).boxed()
        };
    }
    let agent = || option::of(name());
    match kind {
        EventKind::ContactStarted => any_of!(ContactStarted {
            contact: contact(),
            channel: select(Channel::ALL),
            direction: select(Direction::ALL),
            topic: option::of(name()),
            issue: option::of(uuid().prop_map(IssueRef)),
        }),
        EventKind::MenuReached => {
            any_of!(MenuReached { contact: contact(), depth: any::<u16>(), exit: select(MenuExit::ALL) })
        }
        EventKind::Queued => any_of!(Queued { contact: contact(), queue: name() }),
        EventKind::Held => any_of!(Held { contact: contact() }),
        EventKind::Connected => any_of!(Connected { contact: contact(), agent: agent() }),
        EventKind::Transferred => any_of!(Transferred {
            contact: contact(),
            transfer: select(TransferKind::ALL),
            to: option::of(name()),
        }),
        EventKind::ContactEnded => {
            any_of!(ContactEnded { contact: contact(), ending: select(Ending::ALL), agent: agent() })
        }
        EventKind::Message => any_of!(Message {
            contact: contact(),
            author: select(Author::ALL),
            agent: agent(),
            verdict: option::of(select(TextVerdict::ALL)),
            text: option::of(text()),
        }),
        EventKind::AnswerAccepted => any_of!(AnswerAccepted { contact: contact() }),
        EventKind::AnswerRejected => any_of!(AnswerRejected { contact: contact() }),
        EventKind::ResolutionClaimed => any_of!(ResolutionClaimed { contact: contact(), agent: agent() }),
        EventKind::WorkDone => any_of!(WorkDone {
            contact: contact(),
            agent: agent(),
            activity: option::of(name()),
            effect: select(WorkEffect::ALL),
        }),
        EventKind::Rated => any_of!(Rated {
            contact: option::of(contact()),
            instrument: select(Instrument::ALL),
            score: any::<u8>(),
            best: any::<u8>(),
            comment: option::of(text()),
        }),
        EventKind::PageViewed => any_of!(PageViewed { page: name() }),
        EventKind::PromiseMade => any_of!(PromiseMade {
            promise: promise(),
            contact: option::of(contact()),
            what: name(),
            due: time,
        }),
        EventKind::PromiseKept => any_of!(PromiseKept { promise: promise() }),
        EventKind::VoicemailLeft => any_of!(VoicemailLeft {
            contact: contact(),
            promise: promise(),
            due: option::of(time),
            text: option::of(text()),
        }),
        EventKind::IdentifierClaimed => {
            any_of!(IdentifierClaimed { kind: name(), hash: uuid().prop_map(IdentifierHash) })
        }
        EventKind::ProfileLinked => {
            any_of!(ProfileLinked { link: uuid().prop_map(LinkId), other: uuid().prop_map(ProfileId) })
        }
        EventKind::ProfileUnlinked => {
            any_of!(ProfileUnlinked { link: uuid().prop_map(LinkId), other: uuid().prop_map(ProfileId) })
        }
        EventKind::ActionTaken => any_of!(ActionTaken {
            action: name(),
            contact: option::of(contact()),
            announcement: option::of(uuid()),
        }),
        EventKind::TextJudged => any_of!(TextJudged {
            message: uuid().prop_map(EventId),
            verdict: select(TextVerdict::ALL),
            annotator: name(),
            annotator_version: any::<u32>(),
        }),
        EventKind::CaseOverridden => {
            any_of!(CaseOverridden { contact: contact(), by: name(), reason: text() })
        }
        EventKind::Custom => any_of!(Custom {
            name: name(),
            version: any::<u16>(),
            contact: option::of(contact()),
            value: option::of(any::<u64>()),
            payload: option::of(text()),
        }),
    }
}

/// Any data of any kind; every kind is equally likely.
pub(crate) fn data() -> impl Strategy<Value = EventData> {
    select(EventKind::ALL).prop_flat_map(|kind| data_of(kind, micros().boxed()))
}
