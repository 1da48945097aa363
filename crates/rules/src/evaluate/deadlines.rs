//! What happens when a deadline fires.

use super::prescriptions::Finding;
use super::{Outlet, Step};
use crate::case::{CaseState, WaitsFor};
use crate::deadline::{Deadline, DeadlineKind};
use crate::decision::{Content, Evidence, OpenCause};
use crate::rulebook::SignalOn;
use crate::rulebook::document::PrescribeOn;
use throughline_core::ids::ContactId;

impl<S: Outlet> Step<'_, S> {
    pub(super) fn fire(&mut self, deadline: &Deadline) {
        match deadline.kind {
            DeadlineKind::Target { target, occurrence } => self.target_missed(deadline, target, occurrence),
            DeadlineKind::Unanswered => self.still_unanswered(ContactId(deadline.subject)),
            DeadlineKind::Promise => self.promise_is_broken(deadline),
            DeadlineKind::Lapse => self.lapse(ContactId(deadline.subject)),
            DeadlineKind::ChurnClears => self.churn_clears(deadline),
            DeadlineKind::PartnerSilent => self.partner_is_silent(deadline),
        }
    }

    fn target_missed(&mut self, deadline: &Deadline, target: u16, occurrence: u16) {
        let key = ContactId(deadline.subject);
        let Some(ix) = self.journey.cases.of_key(key) else {
            return;
        };
        let case = self.journey.cases.get_mut(ix);
        case.missed = case.missed.saturating_add(1);
        case.priority = case.priority.saturating_add(1);
        case.targets_said |= 1 << target;
        let mut evidence = Evidence::new();
        evidence.push(deadline.trigger.event);
        evidence.extend((!case.reacted_by.is_nil()).then_some(case.reacted_by));
        let began_with = self.books.get(case.rulebook);
        let rule = &began_with.targets[usize::from(target)];
        let clock = rule.clock.clock();
        if occurrence + 1 < rule.times {
            let kind = DeadlineKind::Target { target, occurrence: occurrence + 1 };
            // In working time it is said again in working time. A calendar that does not open any more repeats nothing.
            let again = began_with.time_of(rule).after(deadline.at, rule.repeat, core::iter::empty());
            if let Some(at) = again {
                self.journey.deadlines.set(Deadline { at, kind, ..deadline.clone() });
            }
        }
        let content = Content::TargetMissed { clock, due: deadline.due };
        self.conclude_by(began_with.label, deadline.rule, key, content, occurrence, evidence);
        let found_by = deadline.rule;
        self.signal_about(
            Some(ix),
            None,
            |on| matches!(on, SignalOn::TargetMissed(of) if of.is_none_or(|of| of == found_by)),
        );
        let found = Finding::new(PrescribeOn::TargetMissed, deadline.rule, key);
        self.act_on(&Finding { occurrence, ..found });
    }

    fn still_unanswered(&mut self, contact: ContactId) {
        if self.journey.cases.of_contact(contact).is_some() {
            return;
        }
        let began = self.journey.customer.contact(contact).map_or(self.at, |c| c.started_at);
        self.open(contact, OpenCause::Unanswered, began, None, None);
    }

    fn lapse(&mut self, key: ContactId) {
        let Some(ix) = self.journey.cases.of_key(key) else {
            return;
        };
        let at = self.at;
        let case = self.journey.cases.get_mut(ix);
        case.state = CaseState::Lapsed;
        case.since = at;
        let answer = case.answered_by;
        self.wait_for(ix, WaitsFor::Nobody);
        let mut evidence = Evidence::new();
        evidence.push(answer);
        self.conclude(self.rules.cases_rule, key, Content::CaseLapsed {}, 0, evidence);
    }
}
