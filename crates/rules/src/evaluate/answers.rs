//! What counts as an answer, and what the customer says of it.

use super::cases::OnlyFulfilled;
use super::{Outlet, Step};
use crate::case::{CaseIx, CaseState, WaitsFor};
use crate::deadline::{Deadline, DeadlineKind};
use crate::decision::{AnswerKind, Clock, CloseKind, Content, OpenCause, ReopenCause};
use crate::rulebook::SignalOn;
use throughline_core::event::{Author, TextVerdict};
use throughline_core::ids::{ContactId, EventId};
use throughline_core::time::Micros;

impl<S: Outlet> Step<'_, S> {
    /// A person took the call: acknowledged, and a human reaction; no answer yet.
    pub(super) fn person_answers(&mut self, contact: ContactId) {
        self.nobody_waits_unanswered();
        if let Some(ix) = self.journey.cases.of_contact(contact) {
            self.touch(ix);
            self.fulfil(ix, &[Clock::Acknowledged, Clock::FirstHuman]);
        }
    }

    /// A contact in which a person spoke with the customer came to its end: that is an answer.
    pub(super) fn spoken(&mut self, contact: ContactId, ix: CaseIx) {
        let Some(spoke) = self.journey.customer.contact(contact).filter(|c| c.connected) else {
            return;
        };
        // What was written in this contact is judged by itself; what was written before it says nothing of a call.
        let case = self.journey.cases.get(ix);
        let wrote = !case.reacted_by.is_nil() && case.reacted_at >= spoke.started_at;
        if !wrote && self.rules.answers.spoken_answers {
            self.answer(ix, AnswerKind::Spoken, self.trigger.event, self.at);
        }
    }

    pub(super) fn human_wrote(&mut self, contact: ContactId, verdict: Option<TextVerdict>) {
        self.nobody_waits_unanswered();
        let Some(ix) = self.journey.cases.of_contact(contact) else {
            return;
        };
        self.touch(ix);
        let policy = self.rules.answers;
        self.acknowledge(ix, Author::Human);
        // Boilerplate and "received" are sent by people too. As a rule nobody has dealt with the question yet.
        if policy.is_human_reaction(verdict) {
            self.fulfil(ix, &[Clock::FirstHuman]);
        }
        self.answer_or_react(ix, policy.answers(Author::Human, verdict));
    }

    /// A program's message is, as a rule, an answer only when somebody judged it to be one.
    pub(super) fn bot_wrote(&mut self, contact: ContactId, verdict: Option<TextVerdict>) {
        let Some(ix) = self.journey.cases.of_contact(contact) else {
            return;
        };
        self.acknowledge(ix, Author::Bot);
        self.answer_or_react(ix, self.rules.answers.answers(Author::Bot, verdict));
    }

    pub(super) fn machine_wrote(&mut self, contact: ContactId) {
        if let Some(ix) = self.journey.cases.of_contact(contact) {
            self.acknowledge(ix, Author::Automatic);
        }
    }

    fn acknowledge(&mut self, ix: CaseIx, author: Author) {
        if self.rules.answers.acknowledges(author) {
            self.fulfil(ix, &[Clock::Acknowledged]);
        }
    }

    pub(super) fn customer_wrote(&mut self, contact: ContactId, verdict: Option<TextVerdict>) {
        let Some(ix) = self.journey.cases.of_contact(contact) else {
            let channel = self.journey.customer.contact(contact).and_then(|c| c.channel);
            if self.rules.channel(channel).unanswered_after.is_none() {
                self.open(contact, OpenCause::Contact, self.at, None, None);
            }
            return;
        };
        self.touch(ix);
        match self.journey.cases.get(ix).state {
            CaseState::Open => {
                self.wait_for(ix, WaitsFor::Us);
                let channel = self.journey.customer.contact(contact).and_then(|c| c.channel);
                self.heard(ix, channel);
            }
            CaseState::Lapsed => {}
            // "Thank you" acknowledges the answer and asks nothing.
            _ if verdict == Some(TextVerdict::Acknowledgement) => {}
            CaseState::Answered(_) | CaseState::Closed(_) => self.reopen(ix, ReopenCause::Message),
        }
    }

    /// An agent or a ticket says "resolved". That is a claim; no message went to the customer.
    pub(super) fn claimed(&mut self, contact: ContactId) {
        let Some(ix) = self.journey.cases.of_contact(contact) else {
            return;
        };
        self.touch(ix);
        self.journey.cases.get_mut(ix).claimed = true;
        if self.rules.answers.claim_answers {
            self.answer(ix, AnswerKind::Claimed, self.trigger.event, self.at);
        }
    }

    pub(super) fn accepted(&mut self, contact: ContactId) {
        let Some(ix) = self.journey.cases.of_contact(contact) else {
            return;
        };
        if self.early_verdict() == Some(TextVerdict::Contradiction) {
            self.not_solved(ix, ReopenCause::Contradicted);
        } else {
            self.close(ix, CloseKind::Said);
        }
    }

    pub(super) fn rejected(&mut self, contact: ContactId) {
        match self.journey.cases.of_contact(contact) {
            Some(ix) => self.not_solved(ix, ReopenCause::Rejected),
            None => self.open(contact, OpenCause::Complaint, self.at, None, None),
        }
    }

    pub(super) fn rated(&mut self, contact: Option<ContactId>, share: f64) {
        let contradicted = self.early_verdict() == Some(TextVerdict::Contradiction);
        let case = contact.and_then(|contact| self.journey.cases.of_contact(contact));
        let policy = self.rules.cases;
        match (case, contact) {
            (Some(ix), _) if contradicted => self.not_solved(ix, ReopenCause::Contradicted),
            (Some(ix), _) if share <= policy.reopens_at_rating => self.not_solved(ix, ReopenCause::Rated),
            (Some(ix), _) if share >= policy.closes_at_rating => {
                // A good mark for a friendly agent is no evidence where nothing was answered.
                if matches!(self.journey.cases.get(ix).state, CaseState::Answered(_)) {
                    self.close(ix, CloseKind::Rated);
                }
            }
            (None, Some(contact)) if share <= policy.reopens_at_rating => {
                self.open(contact, OpenCause::Complaint, self.at, None, None);
            }
            _ => {}
        }
        self.signal_about(case, contact, |on| matches!(on, SignalOn::Rated(at_most) if share <= *at_most));
    }

    /// The customer says that it is not solved.
    pub(super) fn not_solved(&mut self, ix: CaseIx, cause: ReopenCause) {
        match self.journey.cases.get(ix).state {
            CaseState::Lapsed => {}
            CaseState::Answered(_) | CaseState::Closed(_) => self.reopen(ix, cause),
            CaseState::Open => {
                self.touch(ix);
                let case = self.journey.cases.get_mut(ix);
                case.priority = case.priority.saturating_add(1);
                self.wait_for(ix, WaitsFor::Us);
            }
        }
    }

    /// Makes an open case answered.
    pub(super) fn answer(&mut self, ix: CaseIx, how: AnswerKind, answer: EventId, answered_at: Micros) {
        let at = self.at;
        let case = self.journey.cases.get_mut(ix);
        if case.state != CaseState::Open {
            return;
        }
        case.state = CaseState::Answered(how);
        case.since = at;
        case.answered_by = answer;
        case.answered_at = answered_at;
        case.waited_for = case.waits_for;
        case.reacted_by = EventId::default();
        if how != AnswerKind::Claimed {
            case.instance.fulfil(Clock::FirstSubstantive, answered_at);
        }
        let key = case.key;
        self.wait_for(ix, WaitsFor::Customer);
        self.disarm_targets(ix, OnlyFulfilled::No);
        if let Some(after) = self.rules.cases.lapse_after {
            let due = at + after;
            let (rule, trigger) = (self.rules.cases_rule, self.trigger());
            let kind = DeadlineKind::Lapse;
            self.journey.deadlines.set(Deadline { at: due, rule, trigger, kind, subject: key.0, due });
        }
        let mut evidence = self.this_event();
        evidence.extend((answer != self.trigger.event).then_some(answer));
        self.conclude(self.rules.cases_rule, key, Content::CaseAnswered { how }, 0, evidence);
    }

    fn answer_or_react(&mut self, ix: CaseIx, answers: bool) {
        if answers {
            self.answer(ix, AnswerKind::Substantive, self.trigger.event, self.at);
        } else {
            let (event, at) = (self.trigger.event, self.at);
            let case = self.journey.cases.get_mut(ix);
            if case.state == CaseState::Open {
                case.reacted_by = event;
                case.reacted_at = at;
            }
        }
    }

    fn fulfil(&mut self, ix: CaseIx, clocks: &[Clock]) {
        let at = self.at;
        let case = self.journey.cases.get_mut(ix);
        if case.state.is_settled() {
            return;
        }
        let running = clocks.iter().any(|c| case.instance.fulfilled(*c).is_none());
        for clock in clocks {
            case.instance.fulfil(*clock, at);
        }
        if running && case.state == CaseState::Open {
            self.disarm_targets(ix, OnlyFulfilled::Yes);
        }
    }
}
