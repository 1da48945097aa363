//! What a step can say, biased to what moves cases: answers, verdicts before and after their messages, ratings,
//! promises made again or too late, contact ids used again, and things told of contacts that nobody knows.

use super::history::event_id;
use throughline_core::event::vocabulary::{
    ActionTaken, AnswerAccepted, AnswerRejected, Apology, CallbackRequested, CallbackScheduled,
    CancellationRequested, CancellationSettled, CaseOverridden, Charged, CircumstanceChanged, Connected,
    ConsentChanged, ContactEnded, ContactStarted, Custom, FieldReentered, FormProgressed, Held,
    IdentifierClaimed, IdentityAsked, IdentityVerified, MenuReached, Message, OfferAnswered, OfferMade,
    PageViewed, PartnerUpdated, PreferenceStated, PromiseKept, PromiseMade, PromiseRenegotiated, Queued,
    Rated, ReachMeasured, ResolutionClaimed, SubscriptionChanged, TextClassified, TextJudged, Transferred,
    VoicemailLeft, WaitTold, WorkDone,
};
use throughline_core::event::{
    ApologyStep, AskedBy, Author, CancellationOutcome, Channel, ChargeOutcome, CircumstanceChange, Consent,
    Direction, Ending, EventData, FormProgress, IdentifierHash, Instrument, MenuExit, OfferAnswer,
    Preference, StatedBy, Strength, SubscriptionChange, Text, TextVerdict, TransferKind, WorkEffect,
};
use throughline_core::ids::{ContactId, IssueRef, PromiseId};
use throughline_core::name::Name;
use throughline_core::time::{Micros, Span};
use uuid::Uuid;

const CHANNELS: [Channel; 5] = [Channel::Mail, Channel::Mail, Channel::Phone, Channel::Chat, Channel::Ticket];
const TOPICS: [Option<&str>; 4] = [Some("billing"), Some("delivery"), None, None];
const AGENTS: [Option<&str>; 3] = [Some("bo"), Some("cy"), None];
const ENDINGS: [Ending; 4] = [Ending::Completed, Ending::Completed, Ending::Abandoned, Ending::Dropped];
const VERDICTS: [TextVerdict; 7] = [
    TextVerdict::Substantive,
    TextVerdict::Substantive,
    TextVerdict::Boilerplate,
    TextVerdict::Boilerplate,
    TextVerdict::Boilerplate,
    TextVerdict::Acknowledgement,
    TextVerdict::Contradiction,
];
const MACHINES: [Author; 5] =
    [Author::Bot, Author::Automatic, Author::Workflow, Author::Unknown, Author::CustomerAutomatic];
const EFFECTS: [WorkEffect; 4] =
    [WorkEffect::Works, WorkEffect::WaitsForCustomer, WorkEffect::WaitsForThirdParty, WorkEffect::Notes];
const ACTIONS: [&str; 3] = ["fix-the-open-case", "call-and-ask", "escalate-to-team-lead"];

/// What we make contact for; the last is named by no rulebook.
const PURPOSES: [Option<&str>; 8] = [
    Some("sales"),
    Some("sales"),
    Some("survey"),
    Some("survey"),
    Some("service"),
    Some("newsletter"),
    None,
    None,
];

/// How many people can see something: on the steps of the rulebook, and beside them.
const REACHES: [u64; 6] = [0, 9, 10, 999, 1_000, 80_000];

const STRENGTHS: [Strength; 3] = [Strength::Low, Strength::Substantial, Strength::High];

/// One contact more often than the others, so that stories go on.
const CONTACTS: [u8; 8] = [0, 0, 0, 0, 1, 2, 3, 4];

/// How far back a verdict looks for what it judges, from two steps ahead.
const BACK: [usize; 8] = [3, 3, 3, 4, 4, 5, 1, 0];

/// How long after it is made a promise is due; also before.
const DUE: [i64; 6] = [0, 60, 3_600, 86_400, 3 * 86_400, -3_600];

fn pick<T: Copy>(items: &[T], by: u8) -> T {
    items[usize::from(by) % items.len()]
}

fn name(text: &str) -> Name {
    Name::new(text).unwrap()
}

fn contact(who: u8) -> ContactId {
    ContactId(Uuid::from_u128(0xc0_0000 | u128::from(pick(&CONTACTS, who))))
}

fn promise(which: u8) -> PromiseId {
    PromiseId(Uuid::from_u128(0x9_0000 | u128::from(which % 3)))
}

/// What a machine answers a machine's message with, in the same contact.
pub(super) fn answered(who: u8, author: Author, which: u8) -> EventData {
    let author = match author {
        Author::CustomerAutomatic | Author::Unknown => pick(&[Author::Automatic, Author::Bot], which),
        _ => pick(&[Author::CustomerAutomatic, Author::CustomerAutomatic, Author::Unknown], which),
    };
    Message { contact: contact(who), author, agent: None, verdict: None, text: None }.into()
}

/// What a step says; `near` are its own index and that of the last message of a person.
pub(super) fn happened(what: u8, who: u8, which: u8, how: u8, at: Micros, near: [usize; 2]) -> EventData {
    let (contact, agent) = (contact(who), pick(&AGENTS, which).map(name));
    let verdict = how.is_multiple_of(2).then(|| pick(&VERDICTS, how / 2));
    let message = |author, agent| Message { contact, author, agent, verdict, text: None }.into();
    match what % 40 {
        0..=5 => ContactStarted {
            contact,
            channel: pick(&CHANNELS, which),
            direction: match how % 16 {
                7 | 15 => Direction::Outbound,
                3 => Direction::CustomerAutomatic,
                _ => Direction::Inbound,
            },
            topic: pick(&TOPICS, how).map(name),
            issue: (which >= 128).then(|| IssueRef(Uuid::from_u128(0x155 + u128::from(which % 2)))),
            purpose: pick(&PURPOSES, who).filter(|_| how % 8 >= 6).map(name),
        }
        .into(),
        6 | 7 => message(Author::Customer, None),
        8..=11 => message(Author::Human, agent),
        12 => message(pick(&MACHINES, which), None),
        14 if how.is_multiple_of(5) => TextClassified {
            message: event_id(near[1]),
            contact: (which < 230).then_some(contact),
            topic: pick(&TOPICS, which).map(name),
            intent: None,
            sentiment: None,
            annotator: name("judge"),
            annotator_version: 1,
        }
        .into(),
        13 | 14 => TextJudged {
            // Of what was told before, or after: a verdict may overtake what it judges.
            message: event_id(if which < 160 {
                near[1]
            } else {
                (near[0] + 2).saturating_sub(pick(&BACK, which))
            }),
            verdict: pick(&VERDICTS, how),
            annotator: name("judge"),
            annotator_version: 1,
        }
        .into(),
        15 | 16 => AnswerAccepted { contact }.into(),
        17 => AnswerRejected { contact }.into(),
        18 => ResolutionClaimed { contact, agent }.into(),
        19 => WorkDone { contact, agent, activity: None, effect: pick(&EFFECTS, how) }.into(),
        20 | 21 => Rated {
            contact: (!how.is_multiple_of(4)).then_some(contact),
            instrument: Instrument::Csat,
            score: 1 + which % 5,
            best: 5,
            worst: None,
            comment: None,
        }
        .into(),
        22 => PromiseMade {
            promise: promise(which),
            contact: (!how.is_multiple_of(4)).then_some(contact),
            what: name("call-back"),
            due: at + Span::from_secs(pick(&DUE, how)),
        }
        .into(),
        23 => PromiseKept { promise: promise(which) }.into(),
        24 => VoicemailLeft {
            contact,
            promise: promise(which),
            due: how.is_multiple_of(2).then(|| at + Span::from_secs(pick(&DUE, how / 2))),
            text: None,
        }
        .into(),
        25 | 26 => Transferred { contact, transfer: TransferKind::Cold, to: None }.into(),
        27 => Connected { contact, agent }.into(),
        28 | 29 => ContactEnded { contact, ending: pick(&ENDINGS, how), agent: None }.into(),
        30 | 31 => PageViewed { page: name(if how % 8 == 7 { "home" } else { "cancellation-terms" }) }.into(),
        32 => ActionTaken { action: name(pick(&ACTIONS, how)), contact: None, announcement: None }.into(),
        33 => CaseOverridden { contact, by: name("team-lead"), reason: Text::erased() }.into(),
        34 => MenuReached { contact, depth: u16::from(how % 7), exit: MenuExit::Offered }.into(),
        _ => rare(contact, which, how, at),
    }
}

/// What is about the customer herself, and what is rare.
fn rare(contact: ContactId, which: u8, how: u8, at: Micros) -> EventData {
    let later = |n: u8| at + Span::from_secs(pick(&DUE, n));
    match how % 28 {
        0 => Queued { contact, queue: name("billing") }.into(),
        1 => Held { contact }.into(),
        2 => IdentifierClaimed {
            kind: name("email"),
            hash: IdentifierHash(Uuid::from_u128(u128::from(which % 2))),
        }
        .into(),
        3 => Custom {
            name: name("complained-in-public"),
            version: 1,
            contact: Some(contact),
            value: None,
            payload: None,
        }
        .into(),
        4 | 5 => IdentityAsked {
            contact: Some(contact),
            by: AskedBy::Agent,
            agent: None,
            strength: None,
            reason: which.is_multiple_of(5).then(|| name("new-bank-account")),
        }
        .into(),
        6 => IdentityVerified {
            contact: Some(contact),
            method: None,
            strength: pick(&STRENGTHS, which),
            expires: which.is_multiple_of(2).then(|| later(which / 2)),
        }
        .into(),
        7 => CallbackRequested { contact, promise: promise(which) }.into(),
        8 | 9 => CallbackScheduled {
            contact,
            promise: promise(which),
            from: which.is_multiple_of(2).then(|| later(which / 2)),
            due: later(which),
        }
        .into(),
        10 => {
            PromiseRenegotiated { promise: promise(which), contact: Some(contact), due: later(which) }.into()
        }
        11 => PreferenceStated {
            preference: Preference::Channel,
            channel: Some(pick(&CHANNELS, which)),
            value: None,
        }
        .into(),
        12 => SubscriptionChanged {
            subscription: name("line-1"),
            change: SubscriptionChange::ALL[usize::from(which) % SubscriptionChange::ALL.len()],
            plan: None,
            effective: None,
        }
        .into(),
        13 => CancellationRequested {
            subscription: which.is_multiple_of(2).then(|| name("line-1")),
            contact: Some(contact),
            effective: None,
            reason: None,
            text: None,
        }
        .into(),
        14 => WaitTold { contact, wait_secs: 60 * u32::from(which) }.into(),
        15 => CancellationSettled {
            subscription: which.is_multiple_of(2).then(|| name("line-1")),
            outcome: CancellationOutcome::ALL[usize::from(which / 2) % 2],
        }
        .into(),
        16 | 17 => Charged {
            charge: None,
            line: None,
            subscription: (!which.is_multiple_of(3)).then(|| name("line-1")),
            amount: None,
            outcome: ChargeOutcome::ALL[usize::from(which) % ChargeOutcome::ALL.len()],
        }
        .into(),
        18 => ConsentChanged {
            purpose: name(if which.is_multiple_of(2) { "sales" } else { "survey" }),
            consent: Consent::ALL[usize::from(which / 2) % 2],
            contact: None,
        }
        .into(),
        19..=21 => told_by_others(contact, which, how % 28),
        22..=26 => dealt(contact, which, how % 28),
        _ => CircumstanceChanged {
            circumstance: name("bereavement"),
            change: CircumstanceChange::ALL[usize::from(which) % 3],
            by: StatedBy::ThirdParty,
        }
        .into(),
    }
}

/// What a partner tells, and apologies.
fn told_by_others(contact: ContactId, which: u8, what: u8) -> EventData {
    match what {
        19 | 20 => PartnerUpdated {
            partner: name(if which.is_multiple_of(3) { "tracer" } else { "carrier" }),
            issue: which
                .is_multiple_of(2)
                .then(|| IssueRef(Uuid::from_u128(0x155 + u128::from(which / 2 % 2)))),
            contact: (which % 5 < 3).then_some(contact),
            status: which.is_multiple_of(7).then(|| name("delivered")),
            next_within_secs: which.is_multiple_of(4).then(|| 600 * u32::from(which)),
        }
        .into(),
        _ => Apology {
            contact: (!which.is_multiple_of(4)).then_some(contact),
            step: if which.is_multiple_of(5) { ApologyStep::Owed } else { ApologyStep::Given },
            agent: None,
            reason: None,
        }
        .into(),
    }
}

/// How far something was heard, forms, and offers.
fn dealt(contact: ContactId, which: u8, what: u8) -> EventData {
    match what {
        22 | 23 => ReachMeasured { contact, reach: REACHES[usize::from(which) % REACHES.len()] }.into(),
        24 => FormProgressed {
            form: name(if which.is_multiple_of(3) { "claim" } else { "application" }),
            contact: which.is_multiple_of(2).then_some(contact),
            progress: FormProgress::ALL[usize::from(which) % FormProgress::ALL.len()],
            step: (!which.is_multiple_of(4)).then_some(u16::from(which % 4)),
            channel: which.is_multiple_of(5).then(|| pick(&CHANNELS, which)),
        }
        .into(),
        25 => FieldReentered {
            field: name("date-of-birth"),
            form: (!which.is_multiple_of(3)).then(|| name("application")),
            contact: which.is_multiple_of(2).then_some(contact),
        }
        .into(),
        26 if which.is_multiple_of(2) => OfferMade {
            offer: name(if which.is_multiple_of(4) { "spring" } else { "winter" }),
            campaign: None,
            channel: None,
            contact: Some(contact),
            expires: None,
        }
        .into(),
        _ => OfferAnswered {
            offer: name(if which % 4 == 1 { "spring" } else { "winter" }),
            answer: OfferAnswer::ALL[usize::from(which / 4) % OfferAnswer::ALL.len()],
            contact: None,
        }
        .into(),
    }
}
