//! What happened to one customer lately, as marks on a line of time: no words of anybody, no names.

use super::sightings::{Answered, Moves, Sighting, Sightings};
use serde::Serialize;
use std::collections::BTreeMap;
use throughline_core::fact::{Fact, ProfileIx};
use throughline_core::ids::ContactId;
use throughline_core::name::{Interner, Sym};
use throughline_core::time::{Micros, Span};
use throughline_rules::decision::{Content, Decision};
use throughline_rules::evaluate::Evaluator;
use throughline_rules::journey::Journey;

/// How far back a timeline reaches.
const REACH: Span = Span::from_days(365);

/// The most marks of a timeline; the newest stay.
const MOST_MARKS: usize = 60;

/// Something that happened to a customer.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Mark {
    /// When, or from when.
    pub at: Micros,
    /// Until when, of what lasts; the instant of the report for what goes on.
    pub until: Option<Micros>,
    /// What kind of thing it is.
    pub lane: Lane,
    /// Whether it is good for the customer.
    pub tone: Tone,
    /// What it is, in words.
    pub what: String,
}

/// Kinds of things that happen.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum Lane {
    /// A contact.
    Contact,
    /// A case, or what became of one.
    Case,
    /// A rule that was broken, or a sign of leaving.
    Failure,
}

/// Whether something is good for the customer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum Tone {
    /// It helps.
    Good,
    /// Neither.
    Plain,
    /// It hurts.
    Bad,
}

/// The timeline of a customer with these facts.
pub(super) fn timeline(
    evaluator: Evaluator<'_>,
    names: &Interner,
    facts: &[Fact],
    as_of: Micros,
) -> Vec<Mark> {
    let (mut journey, mut decisions) = (Journey::new(), Vec::new());
    let folded = evaluator.fold(&mut journey, facts, as_of, &mut decisions);
    let (mut contacts, mut moves) = (Sightings::default(), Moves::default());
    facts[..folded].iter().for_each(|fact| contacts.see(fact, &mut moves));
    let mut marks: Vec<Mark> = contacts.list.iter().map(|contact| of_contact(contact, as_of)).collect();
    marks.extend(of_decisions(&decisions, names, as_of));
    marks.retain(|mark| as_of.since(mark.until.unwrap_or(mark.at)) <= REACH);
    marks.sort();
    let excess = marks.len().saturating_sub(MOST_MARKS);
    marks.drain(..excess);
    marks
}

fn of_contact(contact: &Sighting, as_of: Micros) -> Mark {
    let channel = contact.channel.map_or("contact", |channel| channel.as_str());
    let (tone, became) = match contact.answered {
        _ if !contact.inbound => (Tone::Plain, "from us"),
        Answered::Person => (Tone::Good, "a person answered"),
        _ if contact.abandoned() => (Tone::Bad, "given up"),
        Answered::Claim => (Tone::Plain, "said to be resolved"),
        Answered::Bot => (Tone::Plain, "only a bot answered"),
        Answered::Nobody => (Tone::Bad, "nobody answered"),
    };
    let moved = match contact.transfers {
        0 => String::new(),
        1 => ", moved once".to_owned(),
        times => format!(", moved {times} times"),
    };
    let until = contact.ended_at.filter(|end| *end > contact.at).map(|end| end.min(as_of));
    Mark { at: contact.at, until, lane: Lane::Contact, tone, what: format!("{channel}: {became}{moved}") }
}

fn of_decisions(said: &[(Decision<Sym>, ProfileIx)], names: &Interner, as_of: Micros) -> Vec<Mark> {
    let mut marks = Vec::new();
    // Cases are bars: from the opening to the end, or to now.
    let mut bars: BTreeMap<ContactId, usize> = BTreeMap::new();
    for (decision, _) in said {
        let (at, case) = (decision.effective_at, decision.slot.case);
        let rule = names.resolve(decision.slot.rule);
        let mut mark = |lane, tone, until, what: String| marks.push(Mark { at, until, lane, tone, what });
        match &decision.content {
            Content::CaseOpened { .. } => {
                mark(Lane::Case, Tone::Plain, Some(as_of), "case opened".to_owned());
                bars.insert(case, marks.len() - 1);
            }
            Content::CaseClosed { .. } | Content::CaseLapsed {} => {
                let closed = matches!(decision.content, Content::CaseClosed { .. });
                let (tone, what) =
                    if closed { (Tone::Good, "case closed") } else { (Tone::Plain, "case lapsed") };
                mark(Lane::Case, tone, None, what.to_owned());
                if let Some(bar) = bars.get(&case) {
                    marks[*bar].until = Some(at);
                }
            }
            Content::CaseReopened { count, .. } => {
                mark(Lane::Case, Tone::Bad, None, format!("case reopened (time {count})"));
                if let Some(bar) = bars.get(&case) {
                    marks[*bar].until = Some(as_of);
                }
            }
            Content::CaseAnswered { .. } => mark(Lane::Case, Tone::Good, None, "case answered".to_owned()),
            Content::AnswerVoided {} => {
                mark(Lane::Case, Tone::Bad, None, "what counted as the answer is none".to_owned());
            }
            Content::TargetMissed { .. } => {
                mark(Lane::Failure, Tone::Bad, None, format!("target missed: {rule}"));
            }
            Content::PromiseBroken { .. } => {
                mark(Lane::Failure, Tone::Bad, None, "promise broken".to_owned());
            }
            Content::PromiseTooFar { what, .. } => {
                let what = names.resolve(*what);
                mark(Lane::Failure, Tone::Bad, None, format!("promise too far: {what}"));
            }
            Content::LimitPassed { .. } => {
                mark(Lane::Failure, Tone::Bad, None, format!("limit passed: {rule}"));
            }
            Content::ContactAgainstGuard { purpose, .. } => {
                let purpose = purpose.map_or("no purpose", |purpose| names.resolve(purpose));
                mark(Lane::Failure, Tone::Bad, None, format!("contact against the guard: {purpose}"));
            }
            Content::ChurnFlagged { cause, .. } => {
                let cause = names.resolve(*cause);
                mark(Lane::Failure, Tone::Bad, None, format!("signs of leaving, most of all {cause}"));
            }
            Content::ChurnCleared { .. } => {
                mark(Lane::Failure, Tone::Good, None, "signs of leaving faded".to_owned());
            }
            Content::DisruptionApplies { disruption, .. } => {
                let disruption = names.resolve(*disruption);
                mark(Lane::Case, Tone::Plain, None, format!("part of {disruption}"));
            }
            Content::MachineLoop { .. } => {
                mark(Lane::Failure, Tone::Bad, None, "two machines answer each other".to_owned());
            }
            Content::PartnerSilent { partner, .. } => {
                let partner = names.resolve(*partner);
                mark(Lane::Failure, Tone::Bad, None, format!("{partner} is silent"));
            }
            Content::ApologyOwed { reason, .. } => {
                let reason = names.resolve(*reason);
                mark(Lane::Case, Tone::Plain, None, format!("an apology is owed for {reason}"));
            }
            Content::PrescriptionIssued { .. } => {}
        }
    }
    marks
}
