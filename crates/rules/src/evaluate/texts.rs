//! Verdicts on texts. They come from outside, with who judged; here is what follows from them.

use super::{Outlet, Step};
use crate::case::CaseState;
use crate::decision::{AnswerKind, Clock, Content, ReopenCause};
use crate::journey::MAX_EARLY_VERDICTS;
use crate::rulebook::document::TargetClock;
use throughline_core::event::TextVerdict;
use throughline_core::ids::{ContactId, EventId};
use throughline_core::name::Sym;
use throughline_core::tight;

impl<S: Outlet> Step<'_, S> {
    /// The verdict that was recorded before the message of this step, if one was.
    pub(super) fn early_verdict(&mut self) -> Option<TextVerdict> {
        let early = &mut self.journey.rare_mut()?.early_verdicts;
        let found = early.iter().position(|(message, _)| *message == self.trigger.event)?;
        Some(early.remove(found).1)
    }

    pub(super) fn judged(&mut self, message: EventId, verdict: TextVerdict) {
        let cases = self.journey.cases.cases();
        // A case that has no answer holds the nil id in its place, and that names no message.
        let concerned = cases
            .iter()
            .rev()
            .filter(|_| !message.is_nil())
            .find(|c| [c.answered_by, c.reacted_by, c.closed_by].contains(&message));
        let Some(case) = concerned else {
            return self.keep_for_later(message, verdict);
        };
        let (key, reacted_at, answered, closed) =
            (case.key, case.reacted_at, case.answered_by == message, case.closed_by == message);
        let state = case.state;
        let Some(ix) = self.journey.cases.of_key(key) else {
            return;
        };
        match (verdict, state) {
            (
                TextVerdict::Boilerplate | TextVerdict::Acknowledgement,
                CaseState::Answered(AnswerKind::Substantive),
            ) if answered => {
                self.void_answer(ix);
            }
            (TextVerdict::Boilerplate | TextVerdict::Acknowledgement, CaseState::Open) => {
                self.void_reaction(ix);
            }
            (TextVerdict::Substantive, CaseState::Open) => {
                self.answer(ix, AnswerKind::Substantive, message, reacted_at);
            }
            (TextVerdict::Contradiction, CaseState::Closed(_)) if closed => {
                self.reopen(ix, ReopenCause::Contradicted);
            }
            _ => {}
        }
    }

    /// A topic was read out of a text. A case takes it if none was stated; of several that were read the last one counts.
    /// What the case is held to are the targets of the topic that it has.
    pub(super) fn classified(&mut self, contact: Option<ContactId>, topic: Option<Sym>) {
        let (Some(contact), Some(topic)) = (contact, topic) else { return };
        let Some(ix) = self.journey.cases.of_contact(contact) else { return };
        self.learn_topic(ix, topic, true);
    }

    /// What had counted as the answer is none: the case is open again in the *same* instance, since for the
    /// customer nothing had been answered in between.
    fn void_answer(&mut self, ix: crate::case::CaseIx) {
        let at = self.at;
        let case = self.journey.cases.get_mut(ix);
        case.instance.void(Clock::FirstSubstantive);
        case.instance.void_at(Clock::FirstHuman, case.answered_at);
        case.state = CaseState::Open;
        case.since = at;
        case.waits_for = case.waited_for;
        let waited_for = case.waited_for;
        self.journey.cases.void_wait(ix, waited_for);
        let case = self.journey.cases.get_mut(ix);
        case.reacted_by = case.answered_by;
        case.reacted_at = case.answered_at;
        case.answered_by = EventId::default();
        let (key, message) = (case.key, case.reacted_by);
        let mut evidence = self.this_event();
        evidence.push(message);
        self.disarm_targets(ix, super::cases::OnlyFulfilled::No);
        self.conclude(self.rules.cases_rule, key, Content::AnswerVoided {}, 0, evidence);
        self.arm_targets(ix);
    }

    /// A person's message was no answer anyway and is judged generic: nobody has dealt with the question yet.
    fn void_reaction(&mut self, ix: crate::case::CaseIx) {
        let case = self.journey.cases.get_mut(ix);
        if case.instance.void_at(Clock::FirstHuman, case.reacted_at) {
            self.arm_targets_if(ix, |target| target.clock == TargetClock::FirstHuman);
        }
    }

    fn keep_for_later(&mut self, message: EventId, verdict: TextVerdict) {
        let early = &mut self.journey.rare_or_new().early_verdicts;
        early.retain(|(known, _)| *known != message);
        if early.len() == MAX_EARLY_VERDICTS {
            early.remove(0);
        }
        tight::push(early, (message, verdict));
    }
}
