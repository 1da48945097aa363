//! One case as it stands.

use super::Instance;
use crate::decision::{AnswerKind, Clock, CloseKind, OpenCause, ReopenCause, Trigger};
use crate::disruption::DisruptionIx;
use crate::rulebook::RulebookIx;
use crate::waiting::WaitsFor;
use serde::{Deserialize, Serialize};
use throughline_core::canonical::{Canonical, CanonicalWriter};
use throughline_core::event::Channel;
use throughline_core::ids::{ContactId, EventId, IssueRef};
use throughline_core::name::Sym;
use throughline_core::time::{Micros, Span};

/// The states of a case.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum CaseState {
    /// Something is unresolved.
    Open,
    /// An answer was given; the customer did not confirm it.
    Answered(AnswerKind),
    /// The customer is satisfied, on the evidence named.
    Closed(CloseKind),
    /// The customer never came back, and the rulebook let the case go. Not the same as closed.
    Lapsed,
}

/// The case that was before one, by its key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Origin {
    /// An earlier one on the topic, which was over for too long to be reopened.
    Follows(ContactId),
    /// The one that led to it: what it is about came of what that one is about.
    ChildOf(ContactId),
}

/// One case.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Case {
    /// The contact that names it inside: the earliest that it holds. A case that a charge opened is named by the charge's
    /// event, whose id stands here in a contact's place.
    pub key: ContactId,
    /// What it is about; [`Sym::NONE`] if nobody said.
    pub topic: Sym,
    /// Whether the topic was read out of a text, so that one that is stated outranks it.
    pub topic_read: bool,
    /// The explicit reference that it is known by.
    pub issue: Option<IssueRef>,
    /// The case that was before it, if there was one.
    pub origin: Option<Origin>,
    /// The channel of its first contact.
    pub channel: Option<Channel>,
    /// Why it was opened.
    pub cause: OpenCause,
    /// Where it stands.
    pub state: CaseState,
    /// Since when.
    pub since: Micros,
    /// Whom it waits for.
    pub waits_for: WaitsFor,
    /// When it was opened.
    pub opened_at: Micros,
    /// When the customer or the company last did something about it.
    pub last_activity: Micros,
    /// The clocks of the instance that runs, or ran last.
    pub instance: Instance,
    /// What the instance was started by.
    pub started_by: Trigger,
    /// The event that made it answered; nil if none did.
    pub answered_by: EventId,
    /// When that event happened.
    pub answered_at: Micros,
    /// Whom it waited for when it was answered, to whom it comes back if the answer turns out to be none.
    pub(crate) waited_for: WaitsFor,
    /// The event that closed it; nil if none did.
    pub closed_by: EventId,
    /// The last outbound message that was no answer, which a verdict may still make one; nil if there is none.
    pub reacted_by: EventId,
    /// When that was.
    pub reacted_at: Micros,
    /// How often it was reopened.
    pub reopens: u16,
    /// Why the last time.
    pub reopened_because: Option<ReopenCause>,
    /// How many contacts it holds; 0 as long as only a charge has opened it.
    pub contacts: u16,
    /// How many targets were missed.
    pub missed: u16,
    /// The targets of the running instance that were missed and said, a bit each.
    pub(crate) targets_said: u64,
    /// 0 is ordinary; every repeated contact, missed target and reopening raises it by one.
    pub priority: u16,
    /// Whether anybody ever claimed that it is resolved.
    pub claimed: bool,
    /// The disruption that it is part of.
    pub disruption: Option<DisruptionIx>,
    /// The rulebook whose targets it is held to: the one in force when it was opened.
    pub rulebook: RulebookIx,
}

impl CaseState {
    /// The word for an open case.
    pub const OPEN: &'static str = "open";
    /// The word for an answered case, unless the answer is a claim.
    pub const ANSWERED: &'static str = "answered";
    /// The words for a case that somebody on our side says is resolved.
    pub const CLAIMED: &'static str = "claimed resolved";
    /// The word for a closed case, whatever closed it.
    pub const CLOSED: &'static str = "closed";
    /// The word for a case that was let go.
    pub const LAPSED: &'static str = "lapsed";

    /// The word for it in documents and reports.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Open => Self::OPEN,
            Self::Answered(AnswerKind::Claimed) => Self::CLAIMED,
            Self::Answered(_) => Self::ANSWERED,
            Self::Closed(_) => Self::CLOSED,
            Self::Lapsed => Self::LAPSED,
        }
    }

    /// Whether nothing is left to do: closed or lapsed.
    pub const fn is_settled(self) -> bool {
        matches!(self, Self::Closed(_) | Self::Lapsed)
    }

    const fn number(self) -> u8 {
        match self {
            Self::Open => 0,
            Self::Answered(how) => 0x10 | how as u8,
            Self::Closed(how) => 0x20 | how as u8,
            Self::Lapsed => 0x30,
        }
    }
}

impl core::fmt::Display for CaseState {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.pad(self.as_str())
    }
}

impl Case {
    /// The earlier case on the topic that it follows. A child follows none: it came of its parent.
    pub const fn follows(&self) -> Option<ContactId> {
        match self.origin {
            Some(Origin::Follows(key)) => Some(key),
            _ => None,
        }
    }

    /// The case that led to it.
    pub const fn parent(&self) -> Option<ContactId> {
        match self.origin {
            Some(Origin::ChildOf(key)) => Some(key),
            _ => None,
        }
    }

    /// Whether something is unresolved: no answer was given, or what was given is none any more.
    pub fn is_open(&self) -> bool {
        self.state == CaseState::Open
    }

    /// Whether the customer has said something of it. A case that a charge opened is ours alone until she does: it has no
    /// channel then.
    pub fn is_hers(&self) -> bool {
        self.cause != OpenCause::ChargedAfterCancellation || self.channel.is_some()
    }

    /// Whether it is an unread inquiry: the customer waits for us, and no person has replied to what she said. A case that
    /// [opened without her](Self::is_hers) is none.
    pub fn is_unread(&self) -> bool {
        self.is_open()
            && self.waits_for == WaitsFor::Us
            && self.is_hers()
            && self.instance.fulfilled(Clock::FirstHuman).is_none()
    }

    /// How long it took until it was settled, or has taken by an instant: of the customer's own time, which never pauses.
    pub fn total(&self, as_of: Micros) -> Span {
        if self.state.is_settled() { self.since } else { as_of }.since(self.opened_at)
    }

    /// Why the case is where it is, in a few words that a report can count by.
    pub const fn why(&self) -> &'static str {
        match (self.state, self.reopened_because) {
            (CaseState::Open, Some(cause)) => match cause {
                ReopenCause::Contact => "reopened: the customer made contact again",
                ReopenCause::Message => "reopened: the customer wrote again",
                ReopenCause::Rejected => "reopened: the customer rejected the answer",
                ReopenCause::Rated => "reopened: the customer rated it badly",
                ReopenCause::Work => "reopened: work was taken up again",
                ReopenCause::Contradicted => "reopened: the customer's words contradict the acceptance",
                ReopenCause::Charged => "reopened: billed once more after the cancellation",
            },
            (CaseState::Open, None) => match self.cause {
                _ if !self.reacted_by.is_nil() => "open: a reaction, but no answer yet",
                OpenCause::Contact => "open: no answer yet",
                OpenCause::Unanswered => "open: the customer gave up and nobody called back",
                OpenCause::Voicemail => "open: a voicemail was left",
                OpenCause::Complaint => "open: the customer says it is not solved",
                OpenCause::Callback => "open: a call back was agreed on",
                OpenCause::ChargedAfterCancellation => "open: billed after the cancellation",
                OpenCause::Child => "open: it came of another case, and there is no answer yet",
            },
            (CaseState::Answered(AnswerKind::Claimed), _) => "claimed resolved: the customer did not confirm",
            (CaseState::Answered(_), _) => "answered: the customer did not confirm",
            (CaseState::Closed(CloseKind::Said), _) => "closed: the customer said so",
            (CaseState::Closed(CloseKind::Rated), _) => "closed: the customer rated it so",
            (CaseState::Closed(CloseKind::Overridden), _) => "closed: overridden by a person who said why",
            (CaseState::Lapsed, _) => "lapsed: the customer never came back",
        }
    }

    /// What would close the case.
    pub const fn closes_when(&self) -> &'static str {
        match self.state {
            CaseState::Open => "an answer that the customer accepts or rates well",
            CaseState::Answered(_) => "the customer accepts the answer or rates it well",
            CaseState::Closed(_) | CaseState::Lapsed => "it is settled",
        }
    }
}

impl Canonical for Case {
    fn canonical(&self, to: &mut CanonicalWriter<'_>) {
        to.id(self.key.0);
        to.name(self.topic);
        to.id(self.issue.unwrap_or_default().0);
        to.id(self.follows().unwrap_or_default().0);
        to.id(self.parent().unwrap_or_default().0);
        to.byte(self.channel.map_or(u8::MAX, |c| c as u8));
        to.byte(self.cause as u8);
        to.byte(self.state.number());
        to.time(self.since);
        to.byte(self.waits_for as u8);
        to.time(self.opened_at);
        to.time(self.last_activity);
        self.instance.canonical(to);
        to.id(self.started_by.event.0);
        to.id(self.answered_by.0);
        to.time(self.answered_at);
        to.byte(self.waited_for as u8);
        to.id(self.closed_by.0);
        to.id(self.reacted_by.0);
        to.time(self.reacted_at);
        to.number(
            u64::from(self.reopens) | u64::from(self.contacts) << 16 | u64::from(self.rulebook.0) << 32,
        );
        to.number(u64::from(self.missed) | u64::from(self.priority) << 16);
        to.number(self.targets_said);
        to.byte(self.reopened_because.map_or(u8::MAX, |c| c as u8));
        to.byte(u8::from(self.claimed) | u8::from(self.topic_read) << 1);
        to.number(self.disruption.map_or(0, |ix| u64::from(ix.0) + 1));
    }
}
