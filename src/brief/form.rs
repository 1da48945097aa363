//! The form of a brief. Every field is documented in `docs/BRIEFS.md`, and the JSON Schema beside it is made of these
//! types.

use serde::Serialize;
use throughline_core::ids::{ContactId, CustomerId, EventId, PromiseId};
use throughline_core::time::{Micros, Span};

#[cfg(feature = "schema")]
use schemars::JsonSchema;

macro_rules! form {
    ($($item:item)*) => {$(
        #[derive(Clone, Debug, PartialEq, Serialize)]
        #[cfg_attr(feature = "schema", derive(JsonSchema))]
        $item
    )*};
}

macro_rules! words {
    ($($(#[$doc:meta])* $name:ident { $($(#[$vdoc:meta])* $variant:ident $word:literal,)* })*) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
        #[cfg_attr(feature = "schema", derive(JsonSchema))]
        #[serde(rename_all = "kebab-case")]
        #[non_exhaustive]
        pub enum $name { $($(#[$vdoc])* $variant,)* }

        impl $name {
            /// The word for it.
            pub const fn as_str(self) -> &'static str { match self { $(Self::$variant => $word,)* } }
        }
    )*};
}

form! {
    /// What whoever deals with a customer next must know.
    pub struct Brief {
        /// The version of this form.
        pub format: u32,
        /// Who reads it.
        pub reader: BriefFor,
        /// The instant that it is as of.
        pub as_of: Micros,
        /// The rulebook that it went by, `id@version`.
        pub rulebook: String,
        /// The account that it is about, if it is about one.
        pub account: Option<String>,
        /// The meetings that are planned, the next one first.
        pub meetings: Vec<Meeting>,
        /// The customers that it is about: one, but for an account.
        pub people: Vec<Person>,
    }

    /// A meeting that is planned.
    pub struct Meeting {
        /// The calendar's reference.
        pub meeting: String,
        /// With whom.
        pub customer: CustomerId,
        /// When it begins, if that is known.
        pub starts: Option<Micros>,
        /// What it is for.
        pub purpose: Option<String>,
        /// The account that it is about.
        pub account: Option<String>,
    }

    /// A customer.
    pub struct Person {
        /// Who.
        pub customer: CustomerId,
        /// What she said and nobody has read, the newest first.
        pub unread: Vec<Inquiry>,
        /// Which tone to take, and why.
        pub tone: Vec<ToneReason>,
        /// What not to do, and why.
        pub avoid: Vec<Avoid>,
        /// The purposes for which we may make contact.
        pub allowed: Vec<String>,
        /// What she told us already and must not be asked again.
        pub told: Vec<Told>,
        /// What is not settled, the newest first.
        pub open: Vec<Issue>,
        /// How many cases are left out: those that are settled, and for an account those that were answered well.
        pub left_out: u32,
        /// What was promised and not kept yet, what is due first first.
        pub promises: Vec<Promise>,
        /// Apologies.
        pub apologies: Apologies,
    }

    /// An inquiry that nobody has read.
    pub struct Inquiry {
        /// Its case.
        pub case: ContactId,
        /// What it is about.
        pub topic: Option<String>,
        /// The channel that she came by.
        pub channel: Option<String>,
        /// Since when no person has replied.
        pub since: Micros,
        /// What she said, in order.
        pub words: Vec<Words>,
    }

    /// Something that she said.
    pub struct Words {
        /// When.
        pub at: Micros,
        /// The event that holds it.
        pub event: EventId,
        /// Her words; null where the log has none: none were recorded, or they were erased.
        pub text: Option<String>,
    }

    /// A reason for a tone.
    pub struct ToneReason {
        /// Which.
        pub tone: ToneWord,
        /// Why.
        pub because: String,
    }

    /// What not to do.
    pub struct Avoid {
        /// For what not to make contact.
        pub purposes: Vec<String>,
        /// Why not: the guard's word for the reason.
        pub reason: String,
        /// The same in a sentence.
        pub because: String,
        /// The event that shows it.
        pub event: Option<EventId>,
        /// From when on it stands in the way no more, where that can be told.
        pub allowed_from: Option<Micros>,
    }

    /// Something that she told us.
    pub struct Told {
        /// What kind of thing.
        pub kind: ToldKind,
        /// Which.
        pub what: String,
        /// What it is.
        pub value: String,
        /// Since when.
        pub since: Option<Micros>,
    }

    /// A case that is not settled.
    pub struct Issue {
        /// The handle that it was first announced under.
        pub case: ContactId,
        /// What it is about.
        pub topic: Option<String>,
        /// Where it stands: `open`, `answered` or `claimed resolved`.
        pub state: String,
        /// Why.
        pub why: String,
        /// Whom it waits for.
        pub waits_for: String,
        /// When it was opened.
        pub opened_at: Micros,
        /// For how long it has been unresolved, in microseconds of the customer's time, which never pauses.
        pub open_for: Span,
        /// For how long its clocks have run since it was opened, or opened again the last time, in microseconds of working
        /// time: open hours of the rulebook's calendar, without waits that pause it.
        pub working_time: Span,
        /// Who dealt with it last; null: nobody yet.
        pub owner: Option<String>,
        /// Its priority; 0 is ordinary.
        pub priority: u16,
        /// How often it was reopened.
        pub reopens: u16,
        /// How many targets were missed.
        pub missed: u16,
        /// What would close it.
        pub closes_when: String,
        /// What happened and was tried, in order.
        pub tried: Vec<Step>,
        /// How many earlier steps are left out.
        pub steps_left_out: u32,
    }

    /// Something that happened to a case, or was tried.
    pub struct Step {
        /// When.
        pub at: Micros,
        /// What kind of thing.
        pub kind: StepKind,
        /// The same in words.
        pub what: String,
        /// The event that shows it.
        pub event: EventId,
    }

    /// A promise that is not kept yet.
    pub struct Promise {
        /// Which.
        pub promise: PromiseId,
        /// What was promised.
        pub what: String,
        /// When it was made.
        pub made_at: Micros,
        /// From when it is to be kept; null: at any time.
        pub from: Option<Micros>,
        /// By when.
        pub due: Micros,
        /// Whether that time has passed.
        pub broken: bool,
    }

    /// Apologies.
    pub struct Apologies {
        /// How many are owed and not given yet.
        pub owed: u32,
        /// Those that were given, in order.
        pub given: Vec<Apology>,
    }

    /// An apology that was given.
    pub struct Apology {
        /// When.
        pub at: Micros,
        /// By whom.
        pub agent: Option<String>,
        /// What for.
        pub reason: Option<String>,
    }
}

words! {
    /// Who reads a brief.
    BriefFor {
        /// An agent to whom the customer is about to speak.
        Agent "agent",
        /// Somebody who is about to call her.
        Caller "caller",
        /// Somebody who is about to meet an account. What was answered well is left out.
        Account "account",
    }

    /// A tone.
    ToneWord {
        /// She goes through something that has nothing to do with us.
        Careful "careful",
        /// We failed her.
        Apologetic "apologetic",
        /// She may leave.
        Attentive "attentive",
        /// She has been asked too much: do not ask what stands here.
        Informed "informed",
        /// Nothing is in the way.
        Ordinary "ordinary",
    }

    /// What kind of thing she told us.
    ToldKind {
        /// Proof of who she is. Only where it still holds.
        Identity "identity",
        /// A part in an account.
        Account "account",
        /// How she wants to be dealt with.
        Preference "preference",
        /// A fact about her.
        Fact "fact",
        /// A state of life.
        Circumstance "circumstance",
        /// What she allowed or forbade.
        Consent "consent",
        /// What she had to enter more than once already.
        EnteredAgain "entered-again",
    }

    /// What kind of step it is.
    StepKind {
        /// A contact.
        Contact "contact",
        /// Somebody wrote or spoke.
        Message "message",
        /// She was moved.
        Transfer "transfer",
        /// An answer, or a claim of one.
        Answer "answer",
        /// What counted as an answer is none, or did not satisfy her.
        AnswerVoid "answer-void",
        /// The case is open again.
        Reopened "reopened",
        /// We failed: a target was missed, a bill came, a contact was against the guard.
        Failure "failure",
        /// Something was made good.
        Concession "concession",
        /// Something should be done.
        Prescribed "prescribed",
    }
}

impl Brief {
    /// The version of the form. Fields may be added within a version; none changes its meaning.
    pub const FORMAT: u32 = 1;
}
