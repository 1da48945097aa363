//! Arbitrary events: any value that each field may have, edges more often than chance would.

use proptest::option;
use proptest::prelude::*;
use proptest::sample::select;
use proptest::test_runner::{Config, RngSeed};
use throughline_core::event::vocabulary::{
    AccountChanged, ActionTaken, AnswerAccepted, AnswerRejected, Apology, CallbackOffered, CallbackRequested,
    CallbackScheduled, CancellationRequested, CancellationSettled, CaseOverridden, Charged,
    CircumstanceChanged, ConcessionGiven, Connected, ConsentChanged, ContactEnded, ContactStarted, Custom,
    EntitlementChanged, FactStated, FeedbackGiven, FieldReentered, FormProgressed, Held, IdentifierClaimed,
    IdentityAsked, IdentityVerified, MeetingChanged, MenuReached, Message, OfferAnswered, OfferMade,
    PageViewed, PartnerUpdated, PredictionContradicted, PredictionMade, PreferenceStated, ProfileLinked,
    ProfileUnlinked, PromiseKept, PromiseMade, PromiseRenegotiated, Purchase, Queued, Rated, ReachMeasured,
    Refunded, ResolutionClaimed, SubscriptionChanged, TextClassified, TextJudged, Transferred, VoicemailLeft,
    WaitTold, WorkDone,
};
use throughline_core::event::{
    AccountRole, ApologyStep, AskedBy, Author, CancellationOutcome, Channel, ChargeOutcome,
    CircumstanceChange, Consent, Direction, Ending, EntitlementChange, EventData, EventKind, FormProgress,
    IdentifierHash, Instrument, MeetingChange, MenuExit, Money, OfferAnswer, Preference, Sentiment, StatedBy,
    Strength, SubscriptionChange, Text, TextVerdict, Tone, TransferKind, WorkEffect,
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

fn money() -> impl Strategy<Value = Money<Name>> {
    (any::<i64>(), name()).prop_map(|(minor, currency)| Money { minor, currency })
}

fn promise() -> impl Strategy<Value = PromiseId> {
    uuid().prop_map(PromiseId)
}

/// Any data of a kind. A kind that is added must be added here, or this does not compile.
#[expect(clippy::too_many_lines, reason = "one arm for each kind of event")]
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
            purpose: option::of(name()),
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
            worst: option::of(any::<u8>()),
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
        EventKind::TextClassified => any_of!(TextClassified {
            message: uuid().prop_map(EventId),
            contact: option::of(contact()),
            topic: option::of(name()),
            intent: option::of(name()),
            sentiment: option::of(select(Sentiment::ALL)),
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
        EventKind::Purchase => any_of!(Purchase {
            order: option::of(name()),
            items: any::<u32>(),
            amount: option::of(money()),
            product: option::of(name())
        }),
        EventKind::Charged => any_of!(Charged {
            charge: option::of(name()),
            line: option::of(name()),
            subscription: option::of(name()),
            amount: option::of(money()),
            outcome: select(ChargeOutcome::ALL)
        }),
        EventKind::Refunded => any_of!(Refunded {
            order: option::of(name()),
            charge: option::of(name()),
            amount: option::of(money()),
            reason: option::of(name())
        }),
        EventKind::SubscriptionChanged => any_of!(SubscriptionChanged {
            subscription: name(),
            change: select(SubscriptionChange::ALL),
            plan: option::of(name()),
            effective: option::of(time)
        }),
        EventKind::CancellationRequested => any_of!(CancellationRequested {
            subscription: option::of(name()),
            contact: option::of(contact()),
            effective: option::of(time),
            reason: option::of(name()),
            text: option::of(text())
        }),
        EventKind::CancellationSettled => any_of!(CancellationSettled {
            subscription: option::of(name()),
            outcome: select(CancellationOutcome::ALL)
        }),
        EventKind::OfferMade => any_of!(OfferMade {
            offer: name(),
            campaign: option::of(name()),
            channel: option::of(select(Channel::ALL)),
            contact: option::of(contact()),
            expires: option::of(time)
        }),
        EventKind::OfferAnswered => any_of!(OfferAnswered {
            offer: name(),
            answer: select(OfferAnswer::ALL),
            contact: option::of(contact())
        }),
        EventKind::EntitlementChanged => any_of!(EntitlementChanged {
            entitlement: name(),
            change: select(EntitlementChange::ALL),
            until: option::of(time)
        }),
        EventKind::PromiseRenegotiated => {
            any_of!(PromiseRenegotiated { promise: promise(), contact: option::of(contact()), due: time })
        }
        EventKind::PartnerUpdated => any_of!(PartnerUpdated {
            partner: name(),
            issue: option::of(uuid().prop_map(IssueRef)),
            contact: option::of(contact()),
            status: option::of(name()),
            next_within_secs: option::of(any::<u32>())
        }),
        EventKind::IdentityAsked => any_of!(IdentityAsked {
            contact: option::of(contact()),
            by: select(AskedBy::ALL),
            agent: option::of(name()),
            strength: option::of(select(Strength::ALL)),
            reason: option::of(name())
        }),
        EventKind::IdentityVerified => any_of!(IdentityVerified {
            contact: option::of(contact()),
            method: option::of(name()),
            strength: select(Strength::ALL),
            expires: option::of(time)
        }),
        EventKind::ConsentChanged => any_of!(ConsentChanged {
            purpose: name(),
            consent: select(Consent::ALL),
            contact: option::of(contact())
        }),
        EventKind::PreferenceStated => any_of!(PreferenceStated {
            preference: select(Preference::ALL),
            channel: option::of(select(Channel::ALL)),
            value: option::of(name())
        }),
        EventKind::FactStated => {
            any_of!(FactStated { fact: name(), value: option::of(name()), by: select(StatedBy::ALL) })
        }
        EventKind::CircumstanceChanged => any_of!(CircumstanceChanged {
            circumstance: name(),
            change: select(CircumstanceChange::ALL),
            by: select(StatedBy::ALL)
        }),
        EventKind::Apology => any_of!(Apology {
            contact: option::of(contact()),
            step: select(ApologyStep::ALL),
            agent: option::of(name()),
            reason: option::of(name())
        }),
        EventKind::ConcessionGiven => any_of!(ConcessionGiven {
            contact: option::of(contact()),
            what: name(),
            agent: option::of(name()),
            amount: option::of(money())
        }),
        EventKind::AccountChanged => {
            any_of!(AccountChanged { account: name(), role: select(AccountRole::ALL) })
        }
        EventKind::MeetingChanged => any_of!(MeetingChanged {
            meeting: name(),
            change: select(MeetingChange::ALL),
            starts: option::of(time),
            account: option::of(name()),
            purpose: option::of(name())
        }),
        EventKind::FeedbackGiven => any_of!(FeedbackGiven {
            contact: option::of(contact()),
            about: option::of(name()),
            tone: option::of(select(Tone::ALL)),
            text: option::of(text())
        }),
        EventKind::PredictionMade => any_of!(PredictionMade {
            prediction: name(),
            model: name(),
            model_version: any::<u32>(),
            percent: option::of(any::<u8>())
        }),
        EventKind::PredictionContradicted => {
            any_of!(PredictionContradicted { prediction: name(), by: select(StatedBy::ALL) })
        }
        EventKind::WaitTold => any_of!(WaitTold { contact: contact(), wait_secs: any::<u32>() }),
        EventKind::CallbackOffered => {
            any_of!(CallbackOffered {
                contact: contact(),
                from: option::of(time.clone()),
                due: option::of(time.clone())
            })
        }
        EventKind::CallbackRequested => any_of!(CallbackRequested { contact: contact(), promise: promise() }),
        EventKind::CallbackScheduled => any_of!(CallbackScheduled {
            contact: contact(),
            promise: promise(),
            from: option::of(time.clone()),
            due: time
        }),
        EventKind::FormProgressed => any_of!(FormProgressed {
            form: name(),
            contact: option::of(contact()),
            progress: select(FormProgress::ALL),
            step: option::of(any::<u16>()),
            channel: option::of(select(Channel::ALL))
        }),
        EventKind::FieldReentered => any_of!(FieldReentered {
            field: name(),
            form: option::of(name()),
            contact: option::of(contact())
        }),
        EventKind::ReachMeasured => any_of!(ReachMeasured { contact: contact(), reach: any::<u64>() }),
    }
}

/// Any data of any kind; every kind is equally likely.
pub(crate) fn data() -> impl Strategy<Value = EventData> {
    select(EventKind::ALL).prop_flat_map(|kind| data_of(kind, micros().boxed()))
}
