//! What happened to a case and was tried, from its facts and from what was concluded of them.

use super::form::{Step, StepKind};
use super::subject::Subject;
use throughline_core::event::{ApologyStep, Author, Direction, Ending, EventData};
use throughline_core::fact::Fact;
use throughline_core::ids::{ContactId, EventId};
use throughline_core::name::Sym;
use throughline_rules::case::Case;
use throughline_rules::decision::{Content, Decision};

/// The most steps that a brief tells of one case: the newest.
const MOST: usize = 24;

/// The newest steps, in order, and how many are left out.
pub(super) fn tried(subject: &Subject<'_>, case: &Case) -> (Vec<Step>, u32) {
    let contacts = subject.contacts_of(case);
    let of_contacts = subject.facts.iter().filter_map(|fact| of_fact(subject, fact, &contacts));
    let of_case = subject.decisions.iter().filter(|decision| decision.slot.case == case.key);
    let mut steps: Vec<Step> = of_contacts.collect();
    steps.extend(of_case.filter_map(|decision| of_decision(subject, decision)));
    // What happened stands before what was concluded from it.
    steps.sort_by_key(|step| step.at);
    let excess = steps.len().saturating_sub(MOST);
    steps.drain(..excess);
    (steps, excess as u32)
}

fn step(fact: (throughline_core::time::Micros, EventId), kind: StepKind, what: impl Into<String>) -> Step {
    Step { at: fact.0, kind, what: what.into(), event: fact.1 }
}

fn of_fact(subject: &Subject<'_>, fact: &Fact, contacts: &[ContactId]) -> Option<Step> {
    // A charge belongs to a case by its own id.
    let member = fact.data.contact().unwrap_or(ContactId(fact.id.0));
    if !contacts.contains(&member) {
        return None;
    }
    let at = (fact.at, fact.id);
    let who = |agent: Option<Sym>| subject.spelled(agent).unwrap_or_else(|| "somebody".to_owned());
    Some(match &fact.data {
        EventData::ContactStarted(e) => {
            let by = e.channel.as_str();
            let what = match e.direction {
                Direction::Inbound => format!("she came by {by}"),
                Direction::Outbound => {
                    let purpose =
                        subject.spelled(e.purpose).map_or_else(String::new, |p| format!(" for {p}"));
                    format!("we began a contact by {by}{purpose}")
                }
                // What her machine sent is nothing that was tried.
                Direction::CustomerAutomatic => return None,
            };
            step(at, StepKind::Contact, what)
        }
        EventData::Connected(e) => step(at, StepKind::Contact, format!("{} took it", who(e.agent))),
        EventData::ContactEnded(e) if e.ending == Ending::Abandoned => {
            step(at, StepKind::Failure, "she gave up waiting")
        }
        EventData::Transferred(e) => {
            let to = subject.spelled(e.to).map_or_else(String::new, |to| format!(" to {to}"));
            step(at, StepKind::Transfer, format!("she was moved{to} ({})", e.transfer))
        }
        EventData::Message(e) => {
            let what = match e.author {
                Author::Customer => "she wrote".to_owned(),
                Author::Human => format!("{} wrote", who(e.agent)),
                Author::Bot => "a bot wrote".to_owned(),
                Author::Automatic | Author::Workflow => "a machine wrote".to_owned(),
                Author::Unknown | Author::CustomerAutomatic => return None,
            };
            step(at, StepKind::Message, what)
        }
        EventData::VoicemailLeft(_) => step(at, StepKind::Message, "she left a voicemail"),
        EventData::AnswerRejected(_) => step(at, StepKind::AnswerVoid, "she said that it is not solved"),
        EventData::Rated(e) => step(at, StepKind::Message, format!("she rated it {} of {}", e.score, e.best)),
        EventData::CallbackRequested(_) | EventData::CallbackScheduled(_) => {
            step(at, StepKind::Message, "a call back was agreed on")
        }
        EventData::Charged(e) => {
            let what_for = subject.spelled(e.subscription).map_or_else(String::new, |s| format!(" for {s}"));
            step(at, StepKind::Failure, format!("she was billed{what_for} after the cancellation"))
        }
        EventData::ConcessionGiven(e) => {
            let what = subject.names.resolve(e.what);
            step(at, StepKind::Concession, format!("{} gave {what}", who(e.agent)))
        }
        EventData::Apology(e) if e.step == ApologyStep::Given => {
            step(at, StepKind::Concession, format!("{} apologised", who(e.agent)))
        }
        _ => return None,
    })
}

fn of_decision(subject: &Subject<'_>, decision: &Decision<Sym>) -> Option<Step> {
    use StepKind::{Answer, AnswerVoid, Failure, Prescribed, Reopened};
    let at = (decision.effective_at, decision.slot.trigger);
    let rule = subject.names.resolve(decision.slot.rule);
    Some(match &decision.content {
        Content::CaseAnswered { how } => step(at, Answer, format!("answered ({how}); not confirmed")),
        Content::AnswerVoided {} => step(at, AnswerVoid, "what counted as the answer is none"),
        Content::CaseReopened { cause, count } => {
            step(at, Reopened, format!("open again ({cause}), time {count}"))
        }
        Content::TargetMissed { .. } => step(at, Failure, format!("missed {rule}")),
        Content::PromiseBroken { .. } => step(at, Failure, "a promise was broken"),
        Content::PromiseTooFar { what, due, .. } => {
            let what = subject.names.resolve(*what);
            step(at, Failure, format!("{what} was promised by {due}, which cannot be kept"))
        }
        Content::LimitPassed { .. } => step(at, Failure, format!("{rule}, as the rulebook calls it")),
        Content::ContactAgainstGuard { purpose, .. } => {
            let what_for = subject.spelled(*purpose).map_or_else(String::new, |p| format!(" for {p}"));
            step(at, Failure, format!("we made contact{what_for} against the guard"))
        }
        Content::PrescriptionIssued { action, owner, due, .. } => {
            let (action, owner) = (subject.names.resolve(*action), subject.names.resolve(*owner));
            step(at, Prescribed, format!("{owner} should {action} by {due}"))
        }
        Content::PartnerSilent { partner, since, .. } => {
            let partner = subject.names.resolve(*partner);
            step(at, Failure, format!("{partner} has told nothing since {since}"))
        }
        Content::ApologyOwed { reason, .. } => {
            step(at, Prescribed, format!("an apology is owed for {}", subject.names.resolve(*reason)))
        }
        Content::MachineLoop { .. } => step(at, Failure, "two machines answered each other"),
        Content::DisruptionApplies { disruption, waiver, .. } => {
            let has =
                subject.spelled(*waiver).map_or_else(String::new, |waiver| format!(": she has {waiver}"));
            let what = format!("part of {}{has}", subject.names.resolve(*disruption));
            step(at, StepKind::Concession, what)
        }
        Content::CaseOpened { .. }
        | Content::CaseClosed { .. }
        | Content::CaseLapsed {}
        | Content::ChurnFlagged { .. }
        | Content::ChurnCleared { .. } => return None,
    })
}
