//! Arbitrary events of every kind.

use proptest::option::of;
use proptest::prelude::*;
use proptest::sample::select;
use throughline_channels::item::LogItem;
use throughline_core::event::vocabulary::{
    ActionTaken, AnswerAccepted, AnswerRejected, CaseOverridden, Connected, ContactEnded, ContactStarted,
    Custom, Held, IdentifierClaimed, MenuReached, Message, PageViewed, ProfileLinked, ProfileUnlinked,
    PromiseKept, PromiseMade, Queued, Rated, ResolutionClaimed, TextJudged, Transferred, VoicemailLeft,
    WorkDone,
};
use throughline_core::event::{
    Author, Channel, Direction, Ending, EventData, IdentifierHash, Instrument, MenuExit, NewEvent, Text,
    TextVerdict, TransferKind, WorkEffect,
};
use throughline_core::ids::{ContactId, EventId, IssueRef, LinkId, ProfileId, PromiseId};
use throughline_core::name::Name;
use throughline_core::time::Micros;
use uuid::Uuid;

fn uuid() -> impl Strategy<Value = Uuid> + Clone {
    (1_u128..).prop_map(Uuid::from_u128)
}

fn name() -> impl Strategy<Value = Name> + Clone {
    // Quotes, backslashes and letters of several bytes: whatever a name may hold.
    "[a-z\"\\\\/ äλ漢🙂.-]{1,20}".prop_map(|text| Name::new(text).unwrap())
}

fn text() -> impl Strategy<Value = Text> + Clone {
    any::<String>().prop_map(Text::new)
}

/// The times that RFC 3339 can name.
fn time() -> impl Strategy<Value = Micros> + Clone {
    (-62_167_219_200_000_000_i64..253_402_300_800_000_000).prop_map(Micros)
}

fn contact() -> impl Strategy<Value = ContactId> + Clone {
    uuid().prop_map(ContactId)
}

fn promise() -> impl Strategy<Value = PromiseId> + Clone {
    uuid().prop_map(PromiseId)
}

fn in_a_contact() -> impl Strategy<Value = EventData> {
    prop_oneof![
        (contact(), select(Channel::ALL), select(Direction::ALL), of(name()), of(uuid().prop_map(IssueRef)))
            .prop_map(|(contact, channel, direction, topic, issue)| {
                ContactStarted { contact, channel, direction, topic, issue }.into()
            }),
        (contact(), any::<u16>(), select(MenuExit::ALL)).prop_map(|(contact, depth, exit)| MenuReached {
            contact,
            depth,
            exit
        }
        .into()),
        (contact(), name()).prop_map(|(contact, queue)| Queued { contact, queue }.into()),
        contact().prop_map(|contact| Held { contact }.into()),
        (contact(), of(name())).prop_map(|(contact, agent)| Connected { contact, agent }.into()),
        (contact(), select(TransferKind::ALL), of(name())).prop_map(|(contact, transfer, to)| Transferred {
            contact,
            transfer,
            to
        }
        .into()),
        (contact(), select(Ending::ALL), of(name())).prop_map(|(contact, ending, agent)| ContactEnded {
            contact,
            ending,
            agent
        }
        .into()),
        (contact(), select(Author::ALL), of(name()), of(select(TextVerdict::ALL)), of(text())).prop_map(
            |(contact, author, agent, verdict, text)| Message { contact, author, agent, verdict, text }
                .into()
        ),
        contact().prop_map(|contact| AnswerAccepted { contact }.into()),
        contact().prop_map(|contact| AnswerRejected { contact }.into()),
        (contact(), of(name())).prop_map(|(contact, agent)| ResolutionClaimed { contact, agent }.into()),
        (contact(), of(name()), of(name()), select(WorkEffect::ALL)).prop_map(
            |(contact, agent, activity, effect)| WorkDone { contact, agent, activity, effect }.into()
        ),
    ]
}

fn beside_contacts() -> impl Strategy<Value = EventData> {
    prop_oneof![
        (of(contact()), select(Instrument::ALL), any::<(u8, u8)>(), of(text())).prop_map(
            |(contact, instrument, (score, best), comment)| {
                Rated { contact, instrument, score, best, comment }.into()
            }
        ),
        name().prop_map(|page| PageViewed { page }.into()),
        (promise(), of(contact()), name(), time()).prop_map(|(promise, contact, what, due)| PromiseMade {
            promise,
            contact,
            what,
            due
        }
        .into()),
        promise().prop_map(|promise| PromiseKept { promise }.into()),
        (contact(), promise(), of(time()), of(text())).prop_map(|(contact, promise, due, text)| {
            VoicemailLeft { contact, promise, due, text }.into()
        }),
        (name(), uuid().prop_map(IdentifierHash))
            .prop_map(|(kind, hash)| IdentifierClaimed { kind, hash }.into()),
        (uuid(), uuid()).prop_map(|(link, other)| {
            ProfileLinked { link: LinkId(link), other: ProfileId(other) }.into()
        }),
        (uuid(), uuid()).prop_map(|(link, other)| {
            ProfileUnlinked { link: LinkId(link), other: ProfileId(other) }.into()
        }),
        (name(), of(contact()), of(uuid())).prop_map(|(action, contact, announcement)| {
            ActionTaken { action, contact, announcement }.into()
        }),
        (uuid().prop_map(EventId), select(TextVerdict::ALL), name(), any::<u32>()).prop_map(
            |(message, verdict, annotator, annotator_version)| {
                TextJudged { message, verdict, annotator, annotator_version }.into()
            }
        ),
        (contact(), name(), text())
            .prop_map(|(contact, by, reason)| CaseOverridden { contact, by, reason }.into()),
        (name(), any::<u16>(), of(contact()), of(any::<u64>()), of(text())).prop_map(
            |(name, version, contact, value, payload)| {
                Custom { name, version, contact, value, payload }.into()
            }
        ),
    ]
}

/// An event of any kind, with everything that a header may have.
pub(crate) fn any_item() -> impl Strategy<Value = LogItem> {
    let header = (uuid(), uuid(), time(), of(time()), name(), any::<u64>(), of(uuid()), of(uuid()));
    (header, prop_oneof![in_a_contact(), beside_contacts()]).prop_map(|(header, data)| {
        let (profile, id, occurred_at, recorded_at, source, sequence, correlation_id, causation_id) = header;
        let id = EventId(id);
        let event = NewEvent { id, occurred_at, source, sequence, correlation_id, causation_id, data };
        LogItem { profile: ProfileId(profile), event, recorded_at }
    })
}
