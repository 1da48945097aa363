//! The form of a report: what `--json` prints. Every field is documented in `docs/REPORT.md`, and the JSON Schema
//! beside it is made of these types.

use super::effort::ScoredEffort;
use super::need::Reason;
use super::parity::Parity;
use super::rate::{Rate, Window};
use super::survival::Survival;
use super::timeline::Mark;
use crate::replay::ReplayReport;
use serde::Serialize;
use std::collections::BTreeMap;
use throughline_core::ids::CustomerId;
use throughline_core::time::Micros;
use throughline_rules::decision::Clock;

#[cfg(feature = "schema")]
use schemars::JsonSchema;

/// A replay's report with all its detail.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(JsonSchema))]
pub struct Report {
    /// What a replay finds without detail; its fields stand beside the others.
    #[serde(flatten)]
    pub found: ReplayReport,
    /// The time that the report covers. Every rate repeats it.
    pub window: Window,
    /// Contacts, and what became of them.
    pub contacts: Contacts,
    /// Waiting in queues.
    pub waits: Waits,
    /// Customers who had to come again.
    pub repeats: Repeats,
    /// Issues, from their opening on.
    pub issues: Issues,
    /// Customers who were moved.
    pub transfers: Transfers,
    /// What the rules found broken.
    pub breaches: Vec<Breach>,
    /// The five clocks of issues, with those that still run.
    pub clocks: Vec<ClockReport>,
    /// Promises kept in time, of all whose time has come.
    pub promises_kept: Rate,
    /// Whether what customers bore can be scored. What they bore is in `effort`.
    pub effort_score: ScoredEffort,
    /// How signs of leaving came and went.
    pub leaving: Leaving,
    /// Open cases by why they are open, and how old they are.
    pub open_cases: Vec<OpenCases>,
    /// Inbound contacts by channel and hour of the day, in UTC.
    pub hours: Vec<ChannelHours>,
    /// What went wrong, most frequent first.
    pub failures: Vec<Failures>,
    /// Who complained in public against who complained in private, by failure. Only failures of which there are both.
    pub publicity_parity: Vec<Parity>,
    /// What happened in each step of time.
    pub over_time: OverTime,
    /// The ten customers who need a person most, most needy first.
    pub need_a_person: Vec<NeedsPerson>,
}

/// Contacts, and what became of them.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(JsonSchema))]
pub struct Contacts {
    /// Contacts that customers began.
    pub inbound: u64,
    /// Contacts that the company began.
    pub outbound: u64,
    /// Inbound contacts that the customer gave up.
    pub abandoned: u64,
    /// Those of them that were given up in a queue or after one, before any person took them.
    pub abandoned_in_queue: u64,
    /// Inbound contacts in which a person spoke or wrote.
    pub answered_by_human: u64,
    /// Inbound contacts in which no person is known to have answered, but somebody says "resolved".
    pub claimed_only: u64,
    /// Inbound contacts in which only a bot answered.
    pub answered_by_bot_only: u64,
    /// Inbound contacts in which nobody answered, or only a machine that does not read. The four add up to
    /// `inbound`.
    pub unanswered: u64,
    /// `abandoned` of `inbound`.
    pub abandonment: Rate,
    /// `abandoned_in_queue` of the inbound contacts that came to a queue.
    pub abandonment_in_queue: Rate,
    /// `answered_by_human` of `inbound`.
    pub answered_by_human_rate: Rate,
    /// `unanswered` of `inbound`.
    pub unanswered_rate: Rate,
    /// Customers whose last inbound contact has ended with nobody having answered, of all who began one.
    pub customers_left_unanswered: Rate,
}

/// Waiting in queues, over inbound contacts. The wait of a contact is all its time in queues.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(JsonSchema))]
pub struct Waits {
    /// Inbound contacts that came to a queue.
    pub queued: u64,
    /// Those that waited longer than 30 s, answered or not.
    pub over_30_secs: Rate,
    /// Those that waited longer than 90 s, answered or not.
    pub over_90_secs: Rate,
    /// Those that waited longer than 300 s, answered or not.
    pub over_300_secs: Rate,
    /// How long it took until a person came. Who gave up waited at least so long: censored.
    pub to_a_person: Survival,
}

/// Customers who had to come again. Windows run from the start of one contact to the start of the next.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(JsonSchema))]
pub struct Repeats {
    /// Inbound contacts with an earlier inbound contact on the same issue within the time, of all inbound ones. The
    /// issue is the case; where there is none, the topic.
    pub same_issue: Repeat,
    /// Inbound contacts after which the same customer began another one within the time, about whatever.
    pub after_any_contact: Repeat,
    /// Inbound contacts that were given up, after which the same customer began another one within the time.
    pub after_giving_up: Repeat,
}

/// Repeats within two lengths of time.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(JsonSchema))]
pub struct Repeat {
    /// Within an hour.
    pub within_1h: Rate,
    /// Within 24 hours.
    pub within_24h: Rate,
}

/// Issues, from their opening on, those included that were retired long ago.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(JsonSchema))]
pub struct Issues {
    /// Cases that were opened.
    pub opened: u64,
    /// Cases by the state that they are in.
    pub by_state: BTreeMap<String, u64>,
    /// Cases that ever were answered or closed.
    pub answered: u64,
    /// Cases that somebody ever claimed to be resolved.
    pub claimed_resolved: u64,
    /// Cases that were reopened at least once.
    pub reopened: u64,
    /// Reopenings in all.
    pub reopens: u64,
    /// Cases for which somebody higher up was called for: a prescription whose action begins with `escalate`.
    pub escalated: u64,
    /// Closed on evidence of satisfaction, of all opened.
    pub closed_rate: Rate,
    /// Reopened at least once, of those that were answered.
    pub reopened_rate: Rate,
    /// Escalated, of all opened.
    pub escalated_rate: Rate,
    /// Resolved in the first contact: answered in it, not transferred, not escalated, and within the follow-up
    /// neither another inbound contact on the issue nor a reopening. Of issues that an inbound contact began: cases,
    /// and contacts that belong to no case and follow none on the same topic.
    pub first_contact_resolution: Rate,
}

/// Customers who were moved: transfers as they were told, and hand-overs seen from who worked on what.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(JsonSchema))]
pub struct Transfers {
    /// Transfers in all.
    pub total: u64,
    /// Transfers by kind.
    pub by_kind: BTreeMap<String, u64>,
    /// Contacts with at least one, of those that somebody handled.
    pub contacts_with_one: Rate,
    /// Contacts with more than two, of all.
    pub contacts_over_two: Rate,
    /// Issues with at least one in their contacts, of all.
    pub issues_with_one: Rate,
    /// Issues with more than two in their contacts, of all.
    pub issues_over_two: Rate,
    /// Times another person took over, transferred or not.
    pub handovers: u64,
    /// Issues with at least one hand-over, of all.
    pub issues_handed_over: Rate,
    /// Issues in which a contact went straight back to the person before (A, B, A), of all.
    pub issues_ping_pong: Rate,
    /// How often that happened in all.
    pub ping_pongs: u64,
    /// From where to where, most frequent first.
    pub flow: Vec<Flow>,
}

/// Moves from one place to another.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(JsonSchema))]
pub struct Flow {
    /// The queue or the channel that customers were in.
    pub from: String,
    /// The queue or the person that they were moved to.
    pub to: String,
    /// How many times.
    pub times: u64,
}

/// A rule that was broken.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(JsonSchema))]
pub struct Breach {
    /// The kind of decision that says so.
    pub kind: String,
    /// The rule.
    pub rule: String,
    /// How many times.
    pub times: u64,
    /// For how many customers.
    pub customers: u64,
}

/// A clock over all issues. A reopening starts a new one.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(JsonSchema))]
pub struct ClockReport {
    /// The clock.
    pub clock: String,
    /// What stops it.
    pub stops_with: String,
    /// How long it ran, in the customer's time: every moment counts.
    #[serde(flatten)]
    pub ran: Survival,
    /// How long it ran in working time: open hours of the rulebook's calendar, without waits for others.
    pub in_working_time: Survival,
}

/// How signs of leaving came and went.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(JsonSchema))]
pub struct Leaving {
    /// Customers who were flagged at least once, of all.
    pub customers_flagged: Rate,
    /// Flags raised or cleared for each month (30 days) that a customer was known: how restless the flags are.
    pub flags_per_customer_month: Option<f64>,
}

/// Open cases that are open for one reason.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(JsonSchema))]
pub struct OpenCases {
    /// Why they are not settled.
    pub why: String,
    /// How many.
    pub cases: u64,
    /// By age since they were opened: under 1 day, under 3, under 7, under 30, and 30 or more.
    pub by_age: [u64; 5],
}

/// Inbound contacts of a channel.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(JsonSchema))]
pub struct ChannelHours {
    /// The channel; `unknown` where the first event of a contact was lost.
    pub channel: String,
    /// How many began in each hour of the day, from 00 to 23, in UTC.
    pub by_hour: [u64; 24],
}

/// A kind of failure.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(JsonSchema))]
pub struct Failures {
    /// What went wrong.
    pub what: String,
    /// How many times.
    pub times: u64,
    /// The share of all failures that this one and those above it make.
    pub cumulative_share: f64,
}

/// What happened, step by step.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(JsonSchema))]
pub struct OverTime {
    /// How many days a step has: 1, 7 or 30.
    pub step_days: u32,
    /// The steps, first to last, those included in which nothing happened.
    pub steps: Vec<TimeStep>,
}

/// A step of time. The last one may be cut short by the end of the report.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(JsonSchema))]
pub struct TimeStep {
    /// When it begins.
    pub from: Micros,
    /// Cases opened.
    pub opened: u64,
    /// Cases reopened.
    pub reopened: u64,
    /// Cases closed or lapsed.
    pub settled: u64,
    /// Customers flagged as leaving.
    pub flagged: u64,
    /// Customers whose flag came down.
    pub cleared: u64,
    /// Customers flagged at the end of the step.
    pub flagged_at_end: u64,
}

/// A customer who needs a person.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(JsonSchema))]
pub struct NeedsPerson {
    /// The customer.
    #[cfg_attr(feature = "schema", schemars(with = "String"))]
    pub customer: CustomerId,
    /// Points, by which they are ranked.
    pub points: u32,
    /// What the points are for.
    pub reasons: Vec<Reason>,
    /// What happened lately, in the order of time.
    pub timeline: Vec<Mark>,
}

impl Report {
    /// The clock of this name.
    pub fn clock(&self, clock: Clock) -> Option<&Survival> {
        self.clocks.iter().find(|c| c.clock == clock.as_str()).map(|c| &c.ran)
    }

    /// Cases that are not settled.
    pub fn unsettled(&self) -> u64 {
        self.open_cases.iter().map(|open| open.cases).sum()
    }
}

impl NeedsPerson {
    /// The first eight digits of the customer's id: enough to find the customer, and no more than is needed.
    pub fn short_id(&self) -> String {
        let mut id = self.customer.to_string();
        id.truncate(8);
        id
    }
}
