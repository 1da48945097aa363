//! Why a case stands where it stands, and why something was said: rule, rulebook, evidence, what would close it, what
//! happens next if nothing does.
//!
//! A journey keeps what is needed to go on; an explanation is worked out from the facts when somebody asks, so that nothing
//! of it has to be kept: every run of a case's clocks, what it cost the customer, and every decision with the events that it
//! rests on.

mod borne;
mod build;
mod effort;
mod fold;
mod issue;
mod terms;
mod words;

pub use effort::CaseEffort;
pub use issue::IssueEffort;
pub use terms::{EffortTerm, EffortTerms};

use crate::apology_view::ApologyView;
use crate::clock_view::ClockView;
use crate::decision::{Decision, DecisionKind};
use crate::ledger::AnnouncementId;
use crate::partner_view::PartnerView;
use crate::view::{CaseView, PromiseView};
use alloc::{string::String, vec::Vec};
use serde::Serialize;
use throughline_core::ids::{ContactId, EventId};
use throughline_core::name::Name;
use throughline_core::time::Micros;

/// Why a case stands where it stands. `docs/EXPLAIN.md` documents every field.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct CaseExplanation {
    /// The version of this form.
    pub format: u32,
    /// The instant that it is as of.
    pub as_of: Micros,
    /// The rulebook in force then, `id@version`.
    pub rulebook: String,
    /// The rulebook that the case began under, to whose targets it is held.
    pub began_under: String,
    /// Where it stands.
    pub case: CaseView,
    /// Every run of its clocks: the one that its opening started, and one for each reopening.
    pub instances: Vec<InstanceView>,
    /// What it cost the customer.
    pub effort: CaseEffort,
    /// What the cases cost her that it came of.
    pub inherited: Option<CaseEffort>,
    /// What was concluded about it, in order.
    pub decisions: Vec<DecisionView>,
    /// Promises that were made in its contacts and are still to be kept.
    pub promises: Vec<PromiseView>,
    /// Partners that told something of it.
    pub partners: Vec<PartnerView>,
    /// Apologies that are owed for it, for what it came of and for what came of it.
    pub apologies: Vec<ApologyView>,
    /// Apologies that were given for it, for what it came of or for what came of it.
    pub apologised: Vec<GivenApology>,
    /// What happens next about it if nobody does anything.
    pub next: Option<NextView>,
}

/// One run of a case's clocks.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct InstanceView {
    /// Which: 1 is the first.
    pub number: u16,
    /// When it started.
    pub started_at: Micros,
    /// When the next one took its place; none: it is the last.
    pub ended_at: Option<Micros>,
    /// Its five clocks, as they stood then, or stand now.
    pub clocks: Vec<ClockView>,
}

/// Something that was concluded.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct DecisionView {
    /// When it became true.
    pub at: Micros,
    /// What kind of decision it is.
    pub decision: DecisionKind,
    /// The same in words.
    pub what: String,
    /// The rule that says so.
    pub rule: Name,
    /// The rulebook that it stands in, `id@version`.
    pub rulebook: Name,
    /// The events that it rests on.
    pub evidence: Vec<EvidenceView>,
    /// The announcement that says so; none: it was not announced, or does not stand announced.
    pub announcement: Option<AnnouncementId>,
}

/// An event that something rests on.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct EvidenceView {
    /// The event.
    pub event: EventId,
    /// When it happened; none: it is not among the customer's facts any more.
    pub at: Option<Micros>,
    /// What kind of event it is.
    pub kind: Option<&'static str>,
    /// The contact that it belongs to.
    pub contact: Option<ContactId>,
}

/// An apology that was given.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct GivenApology {
    /// When.
    pub at: Micros,
    /// The event that says so.
    pub event: EventId,
    /// By whom.
    pub agent: Option<String>,
    /// The contact in which it was given; none: in none, which is for everything.
    pub contact: Option<ContactId>,
}

/// What happens if nobody does anything.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct NextView {
    /// When.
    pub at: Micros,
    /// What.
    pub what: String,
    /// The rule by which it happens.
    pub rule: String,
}

/// Why something was said.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct DecisionExplanation {
    /// The version of this form.
    pub format: u32,
    /// The announcement.
    pub announcement: AnnouncementId,
    /// What was concluded, as it was announced.
    pub decision: Decision,
    /// The same in words, with the events that it rests on.
    pub explained: DecisionView,
    /// The rule as it is written in that rulebook.
    pub source: Option<RuleSource>,
    /// The case that it is about, if it is about one.
    pub case: Option<CaseExplanation>,
}

/// A rule as it is written.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct RuleSource {
    /// The line of the document on which it begins, from 1.
    pub line: usize,
    /// The lines.
    pub text: String,
}

impl CaseExplanation {
    /// The version of the form. Fields may be added within a version; none changes its meaning.
    pub const FORMAT: u32 = 1;
}

impl RuleSource {
    /// Finds a rule in the text of a rulebook: the table whose `rule` it is, or `[cases]` for the rule that cases move by.
    /// None if the document has no such rule.
    pub fn find(document: &str, rule: &str) -> Option<Self> {
        let is_named = |line: &str| {
            let value = line.strip_prefix("rule").and_then(|rest| rest.trim_start().strip_prefix('='));
            let quoted = value.and_then(|value| value.trim_start().strip_prefix('"'));
            quoted.is_some_and(|quoted| quoted.strip_prefix(rule).is_some_and(|rest| rest.starts_with('"')))
        };
        let is_cases = |line: &str| rule == crate::rulebook::CASES_RULE && line.starts_with("[cases]");
        let lines: Vec<&str> = document.lines().collect();
        let named = lines.iter().position(|line| is_named(line.trim()) || is_cases(line.trim()))?;
        let is_header = |line: &&str| line.trim_start().starts_with('[');
        let first = lines[..=named].iter().rposition(is_header)?;
        // An array over several lines has lines that begin with a bracket, but none has one at its very start.
        let length = lines[named + 1..].iter().position(|line| line.starts_with('['));
        let mut last = length.map_or(lines.len(), |length| named + 1 + length);
        while last > named + 1 && is_between(lines[last - 1]) {
            last -= 1;
        }
        Some(Self { line: first + 1, text: lines[first..last].join("\n") })
    }
}

/// Whether a line belongs to no table: it is empty, or a comment that says what comes next.
fn is_between(line: &str) -> bool {
    line.trim().is_empty() || line.starts_with('#')
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rulebook::DEFAULT;

    #[test]
    fn a_rule_is_found_as_it_is_written() {
        let source = RuleSource::find(DEFAULT, "unanswered-within-promise").expect("the rule is there");
        assert!(source.text.starts_with("[[targets]]\nrule = \"unanswered-within-promise\""), "{source:?}");
        assert!(source.text.ends_with("within = \"24h\""), "{source:?}");
        let line = DEFAULT.lines().nth(source.line - 1);
        assert_eq!(line, Some("[[targets]]"));
    }

    #[test]
    fn the_rule_of_cases_is_their_table_and_a_rule_that_is_not_there_is_not_found() {
        let source = RuleSource::find(DEFAULT, "case-lifecycle").expect("the table is there");
        assert!(source.text.starts_with("[cases]\nreopen_window"), "{source:?}");
        assert_eq!(RuleSource::find(DEFAULT, "unanswered"), None);
    }
}
