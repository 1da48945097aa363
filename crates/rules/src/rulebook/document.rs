//! The document as it is written. Its shape is the one that grows: new tables and keys are added, none moves.

use super::Duration;
use super::document_answers::Answers;
use super::document_contact::{ChargedAfterCancellation, ContactRules};
use super::document_partners::{Apology, Partners};
use super::document_reach::{About, Reach};
use super::document_texts::{Loops, Texts};
use super::shape::{document, words};
use alloc::{collections::BTreeMap, string::String, vec::Vec};
use throughline_core::event::Channel;
use throughline_core::identifier::Form;
use toml::Spanned;

document! {
    /// A whole rulebook.
    pub struct Document {
        /// Which rulebook this is.
        pub rulebook: Identity,
        /// When contacts are one issue, what closes and reopens a case.
        pub cases: Cases,
        /// What counts as an answer, and whose message stops which clock.
        #[cfg_attr(feature = "schema", schemars(with = "Option<Answers>"))]
        pub answers: Option<Spanned<Answers>>,
        /// When we are at work, by name.
        #[serde(default)]
        #[cfg_attr(feature = "schema", schemars(with = "BTreeMap<String, CalendarRules>"))]
        pub calendars: BTreeMap<Spanned<String>, CalendarRules>,
        /// What is special about a channel.
        #[serde(default)]
        #[cfg_attr(feature = "schema", schemars(with = "BTreeMap<String, ChannelRules>"))]
        pub channels: BTreeMap<Spanned<String>, ChannelRules>,
        /// What is special about a topic.
        #[serde(default)]
        #[cfg_attr(feature = "schema", schemars(with = "BTreeMap<String, Topic>"))]
        pub topics: BTreeMap<Spanned<String>, Topic>,
        /// What a customer may expect on each clock.
        #[serde(default)]
        #[cfg_attr(feature = "schema", schemars(with = "Vec<Target>"))]
        pub targets: Vec<Spanned<Target>>,
        /// How promises are kept.
        pub promises: Promises,
        /// What is too much for a customer.
        #[serde(default)]
        #[cfg_attr(feature = "schema", schemars(with = "Vec<Limit>"))]
        pub limits: Vec<Spanned<Limit>>,
        /// Third parties who tell us where a thing stands. Without this table what they tell is kept in the log, and no more.
        #[cfg_attr(feature = "schema", schemars(with = "Option<Partners>"))]
        pub partners: Option<Spanned<Partners>>,
        /// What we owe an apology for.
        #[serde(default)]
        #[cfg_attr(feature = "schema", schemars(with = "Vec<Apology>"))]
        pub apologies: Vec<Spanned<Apology>>,
        /// What it means how many people can see a complaint.
        #[cfg_attr(feature = "schema", schemars(with = "Option<Reach>"))]
        pub reach: Option<Spanned<Reach>>,
        /// Signs of leaving.
        #[cfg_attr(feature = "schema", schemars(with = "Option<Churn>"))]
        pub churn: Option<Spanned<Churn>>,
        /// What to do about what was found.
        #[serde(default)]
        #[cfg_attr(feature = "schema", schemars(with = "Vec<Prescription>"))]
        pub prescriptions: Vec<Spanned<Prescription>>,
        /// Who is who: what joins two profiles, and what keeps them apart.
        pub identity: Option<IdentityRules>,
        /// The contact guard: what forbids us to make contact.
        pub contact: Option<ContactRules>,
        /// A bill after a cancellation took effect opens a case by itself. Without this table it does not.
        pub charged_after_cancellation: Option<ChargedAfterCancellation>,
        /// How texts are read.
        pub texts: Option<Texts>,
        /// When two machines answer each other.
        #[cfg_attr(feature = "schema", schemars(with = "Option<Loops>"))]
        pub loops: Option<Spanned<Loops>>,
    }

    /// Which rulebook this is. Every decision names it as `id@version`.
    pub struct Identity {
        /// Its name.
        #[cfg_attr(feature = "schema", schemars(with = "String"))]
        pub id: Spanned<String>,
        /// Its version: change it whenever a rule changes.
        #[cfg_attr(feature = "schema", schemars(with = "String"))]
        pub version: Spanned<String>,
    }

    /// Policies of cases.
    pub struct Cases {
        /// How long after its last contact a new one on the same topic is the same case.
        #[cfg_attr(feature = "schema", schemars(with = "Duration"))]
        pub reopen_window: Spanned<Duration>,
        /// How long a settled case is kept in detail; at least the longest reopen window.
        #[cfg_attr(feature = "schema", schemars(with = "Duration"))]
        pub retire_after: Spanned<Duration>,
        /// How long an answered case waits for the customer's word before it lapses. Never, if not given.
        pub lapse_after: Option<Duration>,
        /// The share of a scale from which a rating is an acceptance, 0 to 1.
        #[cfg_attr(feature = "schema", schemars(with = "f64"))]
        pub closes_at_rating: Spanned<f64>,
        /// The share of a scale up to which a rating says that it is not solved, 0 to 1.
        #[cfg_attr(feature = "schema", schemars(with = "f64"))]
        pub reopens_at_rating: Spanned<f64>,
        /// The calendar in which the working time of cases is counted; every moment counts, if not given.
        #[cfg_attr(feature = "schema", schemars(with = "Option<String>"))]
        pub calendar: Option<Spanned<String>>,
        /// While a case waits for one of these, its working time pauses. The customer's time never does.
        #[serde(default)]
        pub pauses_for: Vec<PausesFor>,
    }

    /// When we are at work.
    pub struct CalendarRules {
        /// The place by whose clocks, as the IANA database names it.
        #[cfg_attr(feature = "schema", schemars(with = "String"))]
        pub zone: Spanned<String>,
        /// Opening hours by day or days of the week: `mon`, `mon-fri`. A day that is not named is closed.
        #[serde(default)]
        #[cfg_attr(feature = "schema", schemars(with = "BTreeMap<String, Vec<String>>"))]
        pub hours: BTreeMap<Spanned<String>, Vec<Spanned<String>>>,
        /// Days on which it is closed: dates, or month and day for every year.
        #[serde(default)]
        #[cfg_attr(feature = "schema", schemars(with = "Vec<String>"))]
        pub holidays: Vec<Spanned<String>>,
        /// Days with hours of their own, holidays or not.
        #[serde(default)]
        #[cfg_attr(feature = "schema", schemars(with = "BTreeMap<String, Vec<String>>"))]
        pub special: BTreeMap<Spanned<String>, Vec<Spanned<String>>>,
    }

    /// Policies of a channel.
    pub struct ChannelRules {
        /// When a contact opens a case.
        pub opens: Opens,
        /// For `when-unanswered`: how long nobody may answer.
        pub unanswered_after: Option<Duration>,
    }

    /// Policies of a topic.
    pub struct Topic {
        /// A reopen window of its own.
        #[cfg_attr(feature = "schema", schemars(with = "Option<Duration>"))]
        pub reopen_window: Option<Spanned<Duration>>,
        /// The topics that it comes of: a contact about it, while a case of one of those is known, opens a child of that case.
        #[serde(default)]
        #[cfg_attr(feature = "schema", schemars(with = "Vec<String>"))]
        pub child_of: Vec<Spanned<String>>,
        /// What a case on it is about besides: `offer` is the offer that was made or answered last before it.
        pub about: Option<About>,
    }

    /// A target on a clock.
    pub struct Target {
        /// The rule's name.
        #[cfg_attr(feature = "schema", schemars(with = "String"))]
        pub rule: Spanned<String>,
        /// The clock.
        pub clock: TargetClock,
        /// The channels of the case's first contact that it holds for; all, if not given.
        #[cfg_attr(feature = "schema", schemars(with = "Option<Vec<String>>"))]
        pub channels: Option<Vec<Spanned<Channel>>>,
        /// The topics that it holds for; all, if not given.
        #[cfg_attr(feature = "schema", schemars(with = "Option<Vec<String>>"))]
        pub topics: Option<Vec<Spanned<String>>>,
        /// The time allowed from the start of the case's instance.
        #[cfg_attr(feature = "schema", schemars(with = "Duration"))]
        pub within: Spanned<Duration>,
        /// After how much more time it is said again.
        #[cfg_attr(feature = "schema", schemars(with = "Option<Duration>"))]
        pub repeat: Option<Spanned<Duration>>,
        /// How often it is said at most.
        #[cfg_attr(feature = "schema", schemars(with = "Option<u16>"))]
        pub times: Option<Spanned<u16>>,
        /// The calendar in which the time allowed is counted: working time. The customer's time, if not given.
        #[cfg_attr(feature = "schema", schemars(with = "Option<String>"))]
        pub calendar: Option<Spanned<String>>,
        /// While the case waits for one of these, the time allowed pauses.
        #[serde(default)]
        pub pauses_for: Vec<PausesFor>,
        /// How long a missed target waits before it is announced, for facts that are still on their way.
        pub settle: Option<Duration>,
    }

    /// How promises are kept.
    pub struct Promises {
        /// The rule's name.
        #[cfg_attr(feature = "schema", schemars(with = "String"))]
        pub rule: Spanned<String>,
        /// When somebody calls back after a voicemail whose announcement named no time.
        #[cfg_attr(feature = "schema", schemars(with = "Duration"))]
        pub voicemail_within: Spanned<Duration>,
        /// How long a broken promise waits before it is announced.
        pub settle: Option<Duration>,
        /// What follows from a promise that nobody can keep, by what was declared to be possible; nothing, if not given.
        #[cfg_attr(feature = "schema", schemars(with = "Option<TooFar>"))]
        pub too_far: Option<Spanned<TooFar>>,
        /// The name of the rule that announces it.
        #[cfg_attr(feature = "schema", schemars(with = "Option<String>"))]
        pub too_far_rule: Option<Spanned<String>>,
    }

    /// What is too much for a customer in one contact.
    pub struct Limit {
        /// The rule's name.
        #[cfg_attr(feature = "schema", schemars(with = "String"))]
        pub rule: Spanned<String>,
        /// What is counted.
        pub counts: LimitCounts,
        /// The most that is still acceptable.
        pub above: u16,
    }

    /// Signs that a customer thinks of leaving.
    pub struct Churn {
        /// The rule's name.
        #[cfg_attr(feature = "schema", schemars(with = "String"))]
        pub rule: Spanned<String>,
        /// The time in which a sign loses half its weight.
        #[cfg_attr(feature = "schema", schemars(with = "Duration"))]
        pub half_life: Spanned<Duration>,
        /// The score from which a customer is flagged.
        #[cfg_attr(feature = "schema", schemars(with = "f64"))]
        pub flag_at: Spanned<f64>,
        /// The lower score at which the flag is cleared.
        #[cfg_attr(feature = "schema", schemars(with = "f64"))]
        pub clear_at: Spanned<f64>,
        /// How long a flag waits before it is announced.
        pub settle: Option<Duration>,
        /// The signs.
        #[serde(default)]
        #[cfg_attr(feature = "schema", schemars(with = "Vec<Signal>"))]
        pub signals: Vec<Spanned<Signal>>,
    }

    /// One sign.
    pub struct Signal {
        /// Its name.
        #[cfg_attr(feature = "schema", schemars(with = "String"))]
        pub signal: Spanned<String>,
        /// What gives it.
        pub on: SignalSource,
        /// For `page-viewed`: which page.
        pub page: Option<String>,
        /// For `rated`: the share of the scale up to which a rating is bad.
        pub at_most: Option<f64>,
        /// For `custom`: the event's name.
        pub name: Option<String>,
        /// For `target-missed`: only when this rule of `[[targets]]` found it.
        #[cfg_attr(feature = "schema", schemars(with = "Option<String>"))]
        pub of: Option<Spanned<String>>,
        /// For `repeat-contact`: how long after the contact before on the same issue at most.
        #[cfg_attr(feature = "schema", schemars(with = "Option<Duration>"))]
        pub within: Option<Spanned<Duration>>,
        /// What one such sign weighs.
        pub weight: f64,
        /// What many of them weigh together at most, so that forty page views are not forty intents.
        pub cap: f64,
    }

    /// Something to do.
    pub struct Prescription {
        /// The rule's name.
        #[cfg_attr(feature = "schema", schemars(with = "String"))]
        pub rule: Spanned<String>,
        /// What calls for it.
        pub on: PrescribeOn,
        /// Only when this rule found it.
        #[cfg_attr(feature = "schema", schemars(with = "Option<String>"))]
        pub of: Option<Spanned<String>>,
        /// For `churn-flagged`: only when this signal weighs most.
        #[cfg_attr(feature = "schema", schemars(with = "Option<String>"))]
        pub cause: Option<Spanned<String>>,
        /// For `case-reopened`: only from this many reopenings of the case on.
        #[cfg_attr(feature = "schema", schemars(with = "Option<u16>"))]
        pub reopened: Option<Spanned<u16>>,
        /// Only for a case that at least so many people can see. The same stands below without it: reach makes us quicker, and
        /// nothing else.
        #[cfg_attr(feature = "schema", schemars(with = "Option<u64>"))]
        pub reach_at_least: Option<Spanned<u64>>,
        /// Only with, or without, an open case.
        pub case: Option<CaseCondition>,
        /// What to do, by the name under which it is recorded when it was done (`action.taken`).
        pub action: String,
        /// Who does it.
        pub owner: String,
        /// By when, from the moment it is prescribed.
        pub within: Duration,
        /// How long the same action is not prescribed again, after it was prescribed or taken.
        pub cooldown: Option<Duration>,
    }

    /// Who is who.
    pub struct IdentityRules {
        /// The country (ISO 3166-1, two letters) whose phone numbers are written without a code.
        #[cfg_attr(feature = "schema", schemars(with = "Option<String>"))]
        pub region: Option<Spanned<String>>,
        /// The kinds of identifier. One that is not named is kept and joins nobody.
        #[serde(default)]
        #[cfg_attr(feature = "schema", schemars(with = "BTreeMap<String, KindRules>"))]
        pub kinds: BTreeMap<Spanned<String>, KindRules>,
    }

    /// Policies of a kind of identifier.
    pub struct KindRules {
        /// What its values look like; that of the kind's name, if not given.
        pub form: Option<Form>,
        /// Whether one value joins the profiles that claim it.
        #[cfg_attr(feature = "schema", schemars(with = "Strength"))]
        pub strength: Spanned<Strength>,
        /// Whether a person has one value of it: profiles with different values are never one customer.
        #[serde(default)]
        pub unique: bool,
        /// Values that say nothing about who somebody is.
        #[serde(default)]
        #[cfg_attr(feature = "schema", schemars(with = "Vec<String>"))]
        pub blocked: Vec<Spanned<String>>,
        /// How many profiles may have claimed a value that still joins.
        #[cfg_attr(feature = "schema", schemars(with = "Option<u32>"))]
        pub max_profiles: Option<Spanned<u32>>,
        /// How many different values of it a customer may have after a join.
        #[cfg_attr(feature = "schema", schemars(with = "Option<u32>"))]
        pub max_values: Option<Spanned<u32>>,
    }
}

words! {
    /// What follows from a promise that nobody can keep.
    pub enum TooFar {
        /// It is announced.
        Record,
        /// Nothing.
        Off,
    }
}

words! {
    /// When a contact opens a case.
    pub enum Opens {
        /// As soon as it begins.
        AtOnce,
        /// When the customer gave up and nobody answered for a while.
        WhenUnanswered,
    }

    /// Whom a case can wait for while a clock in working time pauses.
    pub enum PausesFor {
        /// The customer.
        Customer,
        /// Somebody else.
        ThirdParty,
    }

    /// The clocks that can have a target.
    pub enum TargetClock {
        /// To the first outbound message of any known author.
        Acknowledged,
        /// To the first one of a person.
        FirstHuman,
        /// To the first one that addresses the question.
        FirstSubstantive,
    }

    /// What a limit counts, in one contact.
    pub enum LimitCounts {
        /// Transfers.
        Transfers,
        /// Times it went straight back to the agent before.
        PingPongs,
        /// Menu levels.
        MenuDepth,
        /// Whole minutes in queues, when the waiting ends.
        WaitMinutes,
        /// Whole minutes on hold, when the hold ends.
        HoldMinutes,
    }

    /// What gives a signal.
    pub enum SignalSource {
        /// The customer looked at a page.
        PageViewed,
        /// The customer rated badly.
        Rated,
        /// The customer gave up waiting.
        ContactAbandoned,
        /// A promise was broken.
        PromiseBroken,
        /// A target was missed.
        TargetMissed,
        /// A case was reopened.
        CaseReopened,
        /// A limit was passed.
        LimitPassed,
        /// An event of the embedder's own.
        Custom,
        /// The customer made contact about the same issue again.
        RepeatContact,
        /// The customer had to prove again who she is.
        IdentityAskedAgain,
        /// A partner told nothing for longer than it promised.
        PartnerSilent,
    }

    /// What calls for a prescription.
    pub enum PrescribeOn {
        /// A target was missed.
        TargetMissed,
        /// A promise was broken.
        PromiseBroken,
        /// A limit was passed.
        LimitPassed,
        /// A customer was flagged.
        ChurnFlagged,
        /// A case was reopened.
        CaseReopened,
        /// Two machines answer each other.
        MachineLoop,
        /// A partner told nothing for longer than it promised.
        PartnerSilent,
    }

    /// What an identifier says about who somebody is.
    pub enum Strength {
        /// Who has the same value is the same person.
        Strong,
        /// It says something, and not enough to join anybody.
        Weak,
    }

    /// A condition on the customer's cases.
    pub enum CaseCondition {
        /// At least one is not settled.
        Open,
        /// None is.
        NoneOpen,
    }
}
