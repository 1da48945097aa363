//! Decisions: what the rules concluded, with rule, rulebook, evidence and the time at which it became true.
//!
//! `N` is what a name is, as in the vocabulary of events: a [`Sym`] while folding, a
//! [`Name`] in the API and on disk.

use crate::permission::Refusal;
use crate::spelling::spelled;
use arrayvec::ArrayVec;
use serde::{Deserialize, Serialize};
use thin_vec::ThinVec;
use throughline_core::canonical::{Canonical, CanonicalWriter};
use throughline_core::fact::ProfileIx;
use throughline_core::ids::{ContactId, EventId, PromiseId};
use throughline_core::name::{Interner, Name, Sym};
use throughline_core::time::Micros;

/// The most event ids that a decision gives as evidence: the newest of them.
pub const MAX_EVIDENCE: usize = 4;

/// The most reasons that a contact against the guard is announced with.
pub const MAX_REASONS: usize = 16;

/// The events that a decision rests on.
pub type Evidence = ArrayVec<EventId, MAX_EVIDENCE>;

/// What a decision is about. Two decisions about the same thing have the same slot.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Slot<N = Name> {
    /// The kind of decision.
    pub kind: DecisionKind,
    /// The rule that concluded it.
    pub rule: N,
    /// The case, by the contact that names it; nil if it is about no case.
    pub case: ContactId,
    /// The event that led to it.
    pub trigger: EventId,
    /// How often the rule said the same for the same trigger before: a target that is repeated.
    pub occurrence: u16,
}

/// One conclusion.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Decision<N = Name> {
    /// What it is about.
    pub slot: Slot<N>,
    /// The rulebook in force, `id@version`.
    pub rulebook: N,
    /// When it became true, not when it was computed.
    pub effective_at: Micros,
    /// What was concluded.
    #[serde(flatten)]
    pub content: Content<N>,
    /// The events that it rests on.
    pub evidence: Evidence,
}

macro_rules! decisions {
    ($($(#[$doc:meta])* $n:literal $word:literal $name:ident { $($(#[$fdoc:meta])* $field:ident : $ty:ty,)* })*) => {
        /// The kinds of decision. Their numbers are the ones on disk.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(rename_all = "kebab-case")]
        #[repr(u8)]
        pub enum DecisionKind { $($(#[$doc])* $name = $n,)* }

        impl DecisionKind {
            /// Every kind, in the order of their numbers.
            pub const ALL: &'static [Self] = &[$(Self::$name,)*];

            /// The word for it in documents and reports.
            pub const fn as_str(self) -> &'static str { match self { $(Self::$name => $word,)* } }

            /// The kind with this number.
            pub const fn from_number(n: u8) -> Option<Self> { match n { $($n => Some(Self::$name),)* _ => None } }
        }

        /// What was concluded.
        #[derive(Clone, Debug, PartialEq, Serialize)]
        #[serde(tag = "decision", rename_all = "kebab-case")]
        pub enum Content<N = Name> { $($(#[$doc])* $name { $($(#[$fdoc])* $field: $ty,)* },)* }

        impl<N> Content<N> {
            /// The kind of decision that this is the content of.
            pub const fn kind(&self) -> DecisionKind {
                match self { $(Self::$name { .. } => DecisionKind::$name,)* }
            }
        }
    };
}

decisions! {
    /// A case was opened.
    1 "case-opened" CaseOpened {
        /// What it is about, if known.
        topic: Option<N>,
        /// The earlier case on the same topic that it follows, if any; with the cause `child`, the one that it came of.
        follows: Option<ContactId>,
        /// Why it was opened.
        cause: OpenCause,
    }
    /// A case was answered; nobody confirmed it yet.
    2 "case-answered" CaseAnswered {
        /// What makes it answered.
        how: AnswerKind,
    }
    /// What had counted as the answer was judged to be none.
    3 "answer-voided" AnswerVoided {}
    /// An answered or closed case is open again.
    4 "case-reopened" CaseReopened {
        /// Why.
        cause: ReopenCause,
        /// How often it was reopened by now.
        count: u16,
    }
    /// A case was closed on evidence of satisfaction.
    5 "case-closed" CaseClosed {
        /// The evidence.
        how: CloseKind,
    }
    /// An answered case got no word from the customer for so long that the rulebook lets it go.
    6 "case-lapsed" CaseLapsed {}
    /// A target on a clock was missed.
    7 "target-missed" TargetMissed {
        /// The clock.
        clock: Clock,
        /// When it was due the first time.
        due: Micros,
    }
    /// A promise was not kept in time.
    8 "promise-broken" PromiseBroken {
        /// The promise.
        promise: PromiseId,
        /// When it was due.
        due: Micros,
    }
    /// A contact asked more of the customer than the rulebook allows.
    9 "limit-passed" LimitPassed {
        /// The contact.
        contact: ContactId,
        /// How many it is by now.
        count: u16,
    }
    /// A customer shows signs of leaving.
    10 "churn-flagged" ChurnFlagged {
        /// The score at that moment.
        score: f64,
        /// The signal that weighs most.
        cause: N,
    }
    /// The signs have faded.
    11 "churn-cleared" ChurnCleared {
        /// When the customer was flagged.
        flagged_at: Micros,
    }
    /// Something should be done.
    12 "prescription-issued" PrescriptionIssued {
        /// What.
        action: N,
        /// Who does it.
        owner: N,
        /// By when.
        due: Micros,
        /// The kind of finding that calls for it.
        because: DecisionKind,
        /// The signal that weighs most, for signs of leaving.
        cause: Option<N>,
    }
    /// We made contact although the guard forbids it.
    13 "contact-against-guard" ContactAgainstGuard {
        /// The contact.
        contact: ContactId,
        /// What for, if that was said.
        purpose: Option<N>,
        /// Why it was against the guard: the first [`MAX_REASONS`] reasons.
        reasons: ThinVec<Refusal<N>>,
    }
    /// Two machines answer each other.
    14 "machine-loop" MachineLoop {
        /// The contact of the last message.
        contact: ContactId,
        /// When the first message of it was sent.
        since: Micros,
        /// How many messages it is by now.
        turns: u16,
    }
    /// A case is about a disruption that hits the customer.
    15 "disruption-applies" DisruptionApplies {
        /// The disruption.
        disruption: N,
        /// What she has a right to because of it, if anything is granted.
        waiver: Option<N>,
        /// Until when it goes on.
        until: Micros,
    }
    /// A partner has told nothing for longer than it promised, or than the rulebook expects.
    16 "partner-silent" PartnerSilent {
        /// The partner.
        partner: N,
        /// When it told something last.
        since: Micros,
        /// When the next word was due.
        due: Micros,
    }
    /// We owe an apology.
    17 "apology-owed" ApologyOwed {
        /// What for.
        reason: N,
        /// The kind of finding that calls for it.
        because: DecisionKind,
    }
    /// Something was promised for a time that cannot be kept, by what was declared to be possible.
    18 "promise-too-far" PromiseTooFar {
        /// The promise.
        promise: PromiseId,
        /// What was promised.
        what: N,
        /// By when.
        due: Micros,
        /// The first instant that could be kept; none if no slot was known to be free.
        earliest: Option<Micros>,
    }
}

macro_rules! word_enum {
    ($($(#[$doc:meta])* $name:ident { $($(#[$vdoc:meta])* $variant:ident = $n:literal $word:literal,)* })*) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(rename_all = "kebab-case")]
        #[repr(u8)]
        pub enum $name { $($(#[$vdoc])* $variant = $n,)* }

        impl $name {
            /// Every choice, in the order of their numbers.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)*];

            /// The word for it in documents and reports.
            pub const fn as_str(self) -> &'static str { match self { $(Self::$variant => $word,)* } }

            /// The choice with this number on disk.
            pub const fn from_number(n: u8) -> Option<Self> { match n { $($n => Some(Self::$variant),)* _ => None } }
        }

        impl core::fmt::Display for $name {
            fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result { f.pad(self.as_str()) }
        }
    )*};
}

word_enum! {
    /// Why a case was opened.
    OpenCause {
        /// The customer began a contact.
        Contact = 0 "contact",
        /// The customer gave up, and nobody answered for a while.
        Unanswered = 1 "unanswered",
        /// The customer left a voicemail.
        Voicemail = 2 "voicemail",
        /// The customer said that something is not solved.
        Complaint = 3 "complaint",
        /// The customer hung up on the word that somebody calls back.
        Callback = 4 "callback",
        /// She was billed for what she had cancelled.
        ChargedAfterCancellation = 5 "charged-after-cancellation",
        /// What it is about came of what another case is about.
        Child = 6 "child",
    }

    /// What makes a case answered.
    AnswerKind {
        /// An answer that addresses the question.
        Substantive = 0 "substantive",
        /// An agent or a ticket says "resolved": a claim.
        Claimed = 1 "claimed",
        /// A person spoke with the customer to the end of the contact.
        Spoken = 2 "spoken",
    }

    /// Why a case is open again.
    ReopenCause {
        /// A new contact on the same issue.
        Contact = 0 "contact",
        /// The customer wrote again.
        Message = 1 "message",
        /// The customer said that the answer is not good.
        Rejected = 2 "rejected",
        /// A bad rating.
        Rated = 3 "rated",
        /// Work was taken up again.
        Work = 4 "work",
        /// A verdict on a text contradicts the acceptance.
        Contradicted = 5 "contradicted",
        /// She was billed once more for what she had cancelled.
        Charged = 6 "charged",
    }

    /// The evidence on which a case is closed.
    CloseKind {
        /// The customer said so.
        Said = 0 "said",
        /// The customer rated it so.
        Rated = 1 "rated",
        /// A person took the responsibility, and said why.
        Overridden = 2 "overridden",
    }

    /// The five clocks of a case.
    Clock {
        /// To the first outbound message of any known author.
        Acknowledged = 0 "acknowledged",
        /// To the first one of a person.
        FirstHuman = 1 "first-human",
        /// To the first one that addresses the question.
        FirstSubstantive = 2 "first-substantive",
        /// To the answer that the customer accepted later.
        Satisfactory = 3 "satisfactory",
        /// To the acceptance.
        Accepted = 4 "accepted",
    }
}

impl core::fmt::Display for DecisionKind {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.pad(self.as_str())
    }
}

/// The event that led to something, and the profile whose stream an announcement of it goes to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Trigger {
    /// The event.
    pub event: EventId,
    /// Its profile, in the numbering of this evaluation; part of no state and no digest.
    pub profile: ProfileIx,
}

impl<N> Slot<N> {
    /// The same slot with the rule under another kind of name.
    pub fn map<M>(&self, rule: M) -> Slot<M> {
        Slot { kind: self.kind, rule, case: self.case, trigger: self.trigger, occurrence: self.occurrence }
    }
}

impl Slot<Sym> {
    /// The slot with the rule's name spelled out.
    pub fn named(&self, names: &Interner) -> Slot {
        self.map(spelled(names, self.rule))
    }
}

impl<N: PartialEq> Decision<N> {
    /// Whether another one concludes the same from the same events at the same instant, whatever the case is called
    /// and whatever rulebook it went by.
    pub fn concludes_the_same(&self, other: &Self) -> bool {
        self.effective_at == other.effective_at
            && self.evidence == other.evidence
            && self.content == other.content
    }
}

impl Decision<Sym> {
    /// The decision with its names spelled out. Texts are shared with the interner, not copied.
    pub fn named(&self, names: &Interner) -> Decision {
        let name = |sym: Sym| spelled(names, sym);
        Decision {
            slot: self.slot.named(names),
            rulebook: name(self.rulebook),
            effective_at: self.effective_at,
            content: self.content.map(&mut |sym: &Sym| name(*sym)),
            evidence: self.evidence.clone(),
        }
    }
}

impl<N> Content<N> {
    /// The same content with names of another kind.
    pub fn map<M>(&self, f: &mut impl FnMut(&N) -> M) -> Content<M> {
        match self {
            Self::CaseOpened { topic, follows, cause } => {
                Content::CaseOpened { topic: topic.as_ref().map(f), follows: *follows, cause: *cause }
            }
            Self::CaseAnswered { how } => Content::CaseAnswered { how: *how },
            Self::AnswerVoided {} => Content::AnswerVoided {},
            Self::CaseReopened { cause, count } => Content::CaseReopened { cause: *cause, count: *count },
            Self::CaseClosed { how } => Content::CaseClosed { how: *how },
            Self::CaseLapsed {} => Content::CaseLapsed {},
            Self::TargetMissed { clock, due } => Content::TargetMissed { clock: *clock, due: *due },
            Self::PromiseBroken { promise, due } => Content::PromiseBroken { promise: *promise, due: *due },
            Self::LimitPassed { contact, count } => Content::LimitPassed { contact: *contact, count: *count },
            Self::ChurnFlagged { score, cause } => Content::ChurnFlagged { score: *score, cause: f(cause) },
            Self::ChurnCleared { flagged_at } => Content::ChurnCleared { flagged_at: *flagged_at },
            Self::DisruptionApplies { disruption, waiver, until } => Content::DisruptionApplies {
                disruption: f(disruption),
                waiver: waiver.as_ref().map(&mut *f),
                until: *until,
            },
            Self::PrescriptionIssued { action, owner, due, because, cause } => Content::PrescriptionIssued {
                action: f(action),
                owner: f(owner),
                due: *due,
                because: *because,
                cause: cause.as_ref().map(f),
            },
            Self::ContactAgainstGuard { contact, purpose, reasons } => Content::ContactAgainstGuard {
                contact: *contact,
                purpose: purpose.as_ref().map(&mut *f),
                reasons: reasons.iter().map(|reason| reason.map(f)).collect(),
            },
            Self::MachineLoop { contact, since, turns } => {
                Content::MachineLoop { contact: *contact, since: *since, turns: *turns }
            }
            Self::PartnerSilent { partner, since, due } => {
                Content::PartnerSilent { partner: f(partner), since: *since, due: *due }
            }
            Self::ApologyOwed { reason, because } => {
                Content::ApologyOwed { reason: f(reason), because: *because }
            }
            Self::PromiseTooFar { promise, what, due, earliest } => {
                Content::PromiseTooFar { promise: *promise, what: f(what), due: *due, earliest: *earliest }
            }
        }
    }
}

impl Canonical for Decision<Sym> {
    fn canonical(&self, to: &mut CanonicalWriter<'_>) {
        to.byte(self.slot.kind as u8);
        to.name(self.slot.rule);
        to.id(self.slot.case.0);
        to.id(self.slot.trigger.0);
        to.number(u64::from(self.slot.occurrence));
        to.name(self.rulebook);
        to.time(self.effective_at);
        self.content.canonical(to);
        to.number(self.evidence.len() as u64);
        for event in &self.evidence {
            to.id(event.0);
        }
    }
}

impl Canonical for Content<Sym> {
    fn canonical(&self, to: &mut CanonicalWriter<'_>) {
        match self {
            Self::CaseOpened { topic, follows, cause } => {
                to.name(topic.unwrap_or(Sym::NONE));
                to.id(follows.unwrap_or_default().0);
                to.byte(*cause as u8);
            }
            Self::CaseAnswered { how } => to.byte(*how as u8),
            Self::AnswerVoided {} | Self::CaseLapsed {} => {}
            Self::CaseReopened { cause, count } => {
                to.byte(*cause as u8);
                to.number(u64::from(*count));
            }
            Self::CaseClosed { how } => to.byte(*how as u8),
            Self::TargetMissed { clock, due } => {
                to.byte(*clock as u8);
                to.time(*due);
            }
            Self::PromiseBroken { promise, due } => {
                to.id(promise.0);
                to.time(*due);
            }
            Self::LimitPassed { contact, count } => {
                to.id(contact.0);
                to.number(u64::from(*count));
            }
            Self::ChurnFlagged { score, cause } => {
                to.float(*score);
                to.name(*cause);
            }
            Self::ChurnCleared { flagged_at } => to.time(*flagged_at),
            Self::DisruptionApplies { disruption, waiver, until } => {
                to.name(*disruption);
                to.name(waiver.unwrap_or(Sym::NONE));
                to.time(*until);
            }
            Self::PrescriptionIssued { action, owner, due, because, cause } => {
                to.name(*action);
                to.name(*owner);
                to.time(*due);
                to.byte(*because as u8);
                to.name(cause.unwrap_or(Sym::NONE));
            }
            Self::ContactAgainstGuard { contact, purpose, reasons } => {
                to.id(contact.0);
                to.name(purpose.unwrap_or(Sym::NONE));
                to.list(reasons);
            }
            Self::PartnerSilent { partner, since, due } => {
                to.name(*partner);
                to.time(*since);
                to.time(*due);
            }
            Self::ApologyOwed { reason, because } => {
                to.name(*reason);
                to.byte(*because as u8);
            }
            Self::MachineLoop { contact, since, turns } => {
                to.id(contact.0);
                to.time(*since);
                to.number(u64::from(*turns));
            }
            Self::PromiseTooFar { promise, what, due, earliest } => {
                to.id(promise.0);
                to.name(*what);
                to.time(*due);
                to.maybe_time(*earliest);
            }
        }
    }
}
