//! Decisions and ledger entries in words, for people: what a log line, a brief or a story prints.
//!
//! The words are for reading and may be improved; programs read the JSON form (`docs/JOURNEY.md`).

use crate::decision::{
    AnswerKind, Clock, CloseKind, Content, Decision, DecisionKind, OpenCause, ReopenCause, Slot,
};
use crate::ledger::{Announcement, Entry};
use core::fmt;

impl fmt::Display for Decision {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let case = self.slot.case;
        match &self.content {
            Content::CaseOpened { topic, follows, cause } => {
                write!(f, "case {case} is open")?;
                if let Some(topic) = topic {
                    write!(f, ", about {topic}")?;
                }
                if let Some(follows) = follows {
                    let how = if *cause == OpenCause::Child { "a child of" } else { "following" };
                    write!(f, ", {how} case {follows}")?;
                }
                write!(f, ": {}", opened(*cause))
            }
            Content::CaseAnswered { how } => {
                write!(f, "case {case} is answered, not yet confirmed: {}", answered(*how))
            }
            Content::AnswerVoided {} => {
                write!(f, "case {case} is open again: what counted as its answer is none")
            }
            Content::CaseReopened { cause, count } => {
                write!(f, "case {case} is open again (reopened {count}×): {}", reopened(*cause))
            }
            Content::CaseClosed { how } => write!(f, "case {case} is closed: {}", closed(*how)),
            Content::CaseLapsed {} => write!(f, "case {case} lapses: the customer never came back"),
            Content::TargetMissed { clock, due } => {
                write!(f, "case {case} missed `{}`: {}, due {due}", self.slot.rule, missed(*clock))?;
                if self.slot.occurrence > 0 {
                    write!(f, " (said {}×)", self.slot.occurrence + 1)
                } else {
                    Ok(())
                }
            }
            Content::PromiseBroken { promise, due } => {
                write!(f, "promise {promise} is broken: it was due {due}")
            }
            Content::LimitPassed { contact, count } => {
                write!(f, "contact {contact} passed `{}`: {count} by now", self.slot.rule)
            }
            Content::ChurnFlagged { score, cause } => {
                write!(f, "the customer shows signs of leaving ({score:.1}), most of all {cause}")
            }
            Content::ChurnCleared { flagged_at } => {
                write!(f, "the signs of leaving have faded that were there since {flagged_at}")
            }
            Content::DisruptionApplies { disruption, waiver, until } => {
                write!(f, "case {case} is part of {disruption}, which goes on until {until}")?;
                match waiver {
                    Some(waiver) => write!(f, ": she has {waiver}"),
                    None => Ok(()),
                }
            }
            Content::PrescriptionIssued { action, owner, due, because, .. } => {
                write!(f, "{owner} should {action} by {due}, because {}", found(*because))?;
                if case.is_nil() { Ok(()) } else { write!(f, " (case {case})") }
            }
            Content::ContactAgainstGuard { contact, purpose, reasons } => {
                write!(f, "contact {contact}")?;
                if let Some(purpose) = purpose {
                    write!(f, " for {purpose}")?;
                }
                write!(f, " was against the guard")?;
                for (place, reason) in reasons.iter().enumerate() {
                    write!(f, "{} {reason}", if place == 0 { ":" } else { ";" })?;
                }
                Ok(())
            }
            Content::PartnerSilent { partner, since, due } => {
                write!(f, "{partner} has told nothing since {since}; its next word was due {due}")?;
                if case.is_nil() { Ok(()) } else { write!(f, " (case {case})") }
            }
            Content::ApologyOwed { reason, because } => {
                write!(f, "we owe an apology for {reason}, because {}", found(*because))?;
                if case.is_nil() { Ok(()) } else { write!(f, " (case {case})") }
            }
            Content::MachineLoop { contact, since, turns } => write!(
                f,
                "two machines answer each other in contact {contact}: {turns} messages since {since}; switch the automatic answer off there and write in person"
            ),
            Content::PromiseTooFar { promise, what, due, earliest } => {
                write!(f, "promise {promise} is too far: {what} by {due} cannot be kept")?;
                match earliest {
                    Some(earliest) => write!(f, ", by {earliest} at the earliest"),
                    None => f.write_str(", and no slot is known to be free"),
                }
            }
        }
    }
}

impl fmt::Display for Entry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Announced(Announcement { decision, .. }) => write!(f, "announced: {decision}"),
            Self::Amended { reason, announcement, .. } => {
                write!(f, "amended: {}; because of {reason:#}", announcement.decision)
            }
            Self::Withdrawn { slot, reason, .. } => {
                write!(f, "withdrawn: {}; because of {reason:#}", Subject(slot))
            }
        }
    }
}

/// What a withdrawal is about: of what was withdrawn, only the slot is kept.
struct Subject<'a>(&'a Slot);

impl fmt::Display for Subject<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Slot { kind, rule, case, occurrence, .. } = self.0;
        write!(f, "{kind} by `{rule}`")?;
        if *occurrence > 0 {
            write!(f, " (said {}×)", occurrence + 1)?;
        }
        if case.is_nil() { Ok(()) } else { write!(f, " of case {case}") }
    }
}

const fn opened(cause: OpenCause) -> &'static str {
    match cause {
        OpenCause::Contact => "the customer made contact",
        OpenCause::Unanswered => "the customer gave up and nobody called back",
        OpenCause::Voicemail => "the customer left a voicemail",
        OpenCause::Complaint => "the customer says it is not solved",
        OpenCause::Callback => "the customer waits for a call back",
        OpenCause::ChargedAfterCancellation => "the customer was billed for what she had cancelled",
        OpenCause::Child => "it came of what that case is about",
    }
}

const fn answered(how: AnswerKind) -> &'static str {
    match how {
        AnswerKind::Substantive => "somebody wrote an answer",
        AnswerKind::Claimed => "we say that it is resolved",
        AnswerKind::Spoken => "somebody spoke with the customer to the end",
    }
}

const fn reopened(cause: ReopenCause) -> &'static str {
    match cause {
        ReopenCause::Contact => "the customer made contact again",
        ReopenCause::Message => "the customer wrote again",
        ReopenCause::Rejected => "the customer rejected the answer",
        ReopenCause::Rated => "the customer rated it badly",
        ReopenCause::Work => "work was taken up again",
        ReopenCause::Contradicted => "the customer's words contradict the acceptance",
        ReopenCause::Charged => "the customer was billed once more for what she had cancelled",
    }
}

const fn closed(how: CloseKind) -> &'static str {
    match how {
        CloseKind::Said => "the customer said so",
        CloseKind::Rated => "the customer rated it so",
        CloseKind::Overridden => "a person took the responsibility and said why",
    }
}

const fn missed(clock: Clock) -> &'static str {
    match clock {
        Clock::Acknowledged => "nobody said that it was received",
        Clock::FirstHuman => "no person reacted",
        Clock::FirstSubstantive => "nobody answered the question",
        Clock::Satisfactory => "no answer satisfied the customer",
        Clock::Accepted => "the customer accepted no answer",
    }
}

const fn found(kind: DecisionKind) -> &'static str {
    match kind {
        DecisionKind::TargetMissed => "a target was missed",
        DecisionKind::PromiseBroken => "a promise was broken",
        DecisionKind::LimitPassed => "a limit was passed",
        DecisionKind::ChurnFlagged => "the customer shows signs of leaving",
        DecisionKind::CaseReopened => "a case was reopened again and again",
        DecisionKind::MachineLoop => "two machines answer each other",
        DecisionKind::PartnerSilent => "a partner is silent",
        other => other.as_str(),
    }
}
