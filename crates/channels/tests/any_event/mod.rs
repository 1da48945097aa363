//! Arbitrary events of every kind.

use proptest::option::of;
use proptest::prelude::*;
use proptest::sample::select;
use throughline_channels::item::LogItem;
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
    CircumstanceChange, Consent, Direction, Ending, EntitlementChange, EventData, FormProgress,
    IdentifierHash, Instrument, MeetingChange, MenuExit, Money, NewEvent, OfferAnswer, Preference, Sentiment,
    StatedBy, Strength, SubscriptionChange, Text, TextVerdict, Tone, TransferKind, WorkEffect,
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

/// Data of a kind whose fields each have a strategy.
macro_rules! any_of {
    ($name:ident { $($field:ident : $strategy:expr),* $(,)? }) => {
        ($($strategy,)*).prop_map(|($($field,)*)| EventData::from($name { $($field,)* }))
    };
}

fn money() -> impl Strategy<Value = Money<Name>> + Clone {
    (any::<i64>(), name()).prop_map(|(minor, currency)| Money { minor, currency })
}

fn in_a_contact() -> impl Strategy<Value = EventData> {
    prop_oneof![
        (
            contact(),
            select(Channel::ALL),
            select(Direction::ALL),
            of(name()),
            of(uuid().prop_map(IssueRef)),
            of(name())
        )
            .prop_map(|(contact, channel, direction, topic, issue, purpose)| {
                ContactStarted { contact, channel, direction, topic, issue, purpose }.into()
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
        (of(contact()), select(Instrument::ALL), any::<(u8, u8)>(), of(any::<u8>()), of(text())).prop_map(
            |(contact, instrument, (score, best), worst, comment)| {
                Rated { contact, instrument, score, best, worst, comment }.into()
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

fn what_money_says() -> impl Strategy<Value = EventData> {
    prop_oneof![
        any_of!(Purchase {
            order: of(name()),
            items: any::<u32>(),
            amount: of(money()),
            product: of(name())
        }),
        any_of!(Charged {
            charge: of(name()),
            line: of(name()),
            subscription: of(name()),
            amount: of(money()),
            outcome: select(ChargeOutcome::ALL)
        }),
        any_of!(Refunded { order: of(name()), charge: of(name()), amount: of(money()), reason: of(name()) }),
        any_of!(SubscriptionChanged {
            subscription: name(),
            change: select(SubscriptionChange::ALL),
            plan: of(name()),
            effective: of(time())
        }),
        any_of!(CancellationRequested {
            subscription: of(name()),
            contact: of(contact()),
            effective: of(time()),
            reason: of(name()),
            text: of(text())
        }),
        any_of!(CancellationSettled { subscription: of(name()), outcome: select(CancellationOutcome::ALL) }),
        any_of!(OfferMade {
            offer: name(),
            campaign: of(name()),
            channel: of(select(Channel::ALL)),
            contact: of(contact()),
            expires: of(time())
        }),
        any_of!(OfferAnswered { offer: name(), answer: select(OfferAnswer::ALL), contact: of(contact()) }),
        any_of!(EntitlementChanged {
            entitlement: name(),
            change: select(EntitlementChange::ALL),
            until: of(time())
        }),
    ]
}

fn what_is_stated() -> impl Strategy<Value = EventData> {
    prop_oneof![
        any_of!(PromiseRenegotiated { promise: promise(), contact: of(contact()), due: time() }),
        any_of!(PartnerUpdated {
            partner: name(),
            issue: of(uuid().prop_map(IssueRef)),
            contact: of(contact()),
            status: of(name()),
            next_within_secs: of(any::<u32>())
        }),
        any_of!(IdentityAsked {
            contact: of(contact()),
            by: select(AskedBy::ALL),
            agent: of(name()),
            strength: of(select(Strength::ALL)),
            reason: of(name())
        }),
        any_of!(IdentityVerified {
            contact: of(contact()),
            method: of(name()),
            strength: select(Strength::ALL),
            expires: of(time())
        }),
        any_of!(ConsentChanged { purpose: name(), consent: select(Consent::ALL), contact: of(contact()) }),
        any_of!(PreferenceStated {
            preference: select(Preference::ALL),
            channel: of(select(Channel::ALL)),
            value: of(name())
        }),
        any_of!(FactStated { fact: name(), value: of(name()), by: select(StatedBy::ALL) }),
        any_of!(CircumstanceChanged {
            circumstance: name(),
            change: select(CircumstanceChange::ALL),
            by: select(StatedBy::ALL)
        }),
        any_of!(Apology {
            contact: of(contact()),
            step: select(ApologyStep::ALL),
            agent: of(name()),
            reason: of(name())
        }),
        any_of!(ConcessionGiven {
            contact: of(contact()),
            what: name(),
            agent: of(name()),
            amount: of(money())
        }),
        any_of!(AccountChanged { account: name(), role: select(AccountRole::ALL) }),
    ]
}

fn what_the_company_does() -> impl Strategy<Value = EventData> {
    prop_oneof![
        any_of!(MeetingChanged {
            meeting: name(),
            change: select(MeetingChange::ALL),
            starts: of(time()),
            account: of(name()),
            purpose: of(name())
        }),
        any_of!(FeedbackGiven {
            contact: of(contact()),
            about: of(name()),
            tone: of(select(Tone::ALL)),
            text: of(text())
        }),
        any_of!(PredictionMade {
            prediction: name(),
            model: name(),
            model_version: any::<u32>(),
            percent: of(any::<u8>())
        }),
        any_of!(PredictionContradicted { prediction: name(), by: select(StatedBy::ALL) }),
        any_of!(WaitTold { contact: contact(), wait_secs: any::<u32>() }),
        any_of!(CallbackOffered { contact: contact(), from: of(time()), due: of(time()) }),
        any_of!(CallbackRequested { contact: contact(), promise: promise() }),
        any_of!(CallbackScheduled { contact: contact(), promise: promise(), from: of(time()), due: time() }),
        any_of!(FormProgressed {
            form: name(),
            contact: of(contact()),
            progress: select(FormProgress::ALL),
            step: of(any::<u16>()),
            channel: of(select(Channel::ALL))
        }),
        any_of!(FieldReentered { field: name(), form: of(name()), contact: of(contact()) }),
        any_of!(ReachMeasured { contact: contact(), reach: any::<u64>() }),
        any_of!(TextClassified {
            message: uuid().prop_map(EventId),
            contact: of(contact()),
            topic: of(name()),
            intent: of(name()),
            sentiment: of(select(Sentiment::ALL)),
            annotator: name(),
            annotator_version: any::<u32>()
        }),
    ]
}

/// An event of any kind, with everything that a header may have.
pub(crate) fn any_item() -> impl Strategy<Value = LogItem> {
    let header = (uuid(), uuid(), time(), of(time()), name(), any::<u64>(), of(uuid()), of(uuid()));
    (
        header,
        prop_oneof![
            in_a_contact(),
            beside_contacts(),
            what_money_says(),
            what_is_stated(),
            what_the_company_does()
        ],
    )
        .prop_map(|(header, data)| {
            let (profile, id, occurred_at, recorded_at, source, sequence, correlation_id, causation_id) =
                header;
            let id = EventId(id);
            let event = NewEvent { id, occurred_at, source, sequence, correlation_id, causation_id, data };
            LogItem { profile: ProfileId(profile), event, recorded_at }
        })
}
