//! What to do about a finding: the first prescription that fits, unless it was just prescribed or done.

use super::{Outlet, Step};
use crate::decision::Content;
use crate::rulebook::document::{CaseCondition, PrescribeOn};
use crate::rulebook::{Prescription, RuleIx};
use throughline_core::ids::ContactId;
use throughline_core::name::Sym;
use throughline_core::tight;
use throughline_core::time::{Micros, Span};

impl<S: Outlet> Step<'_, S> {
    pub(super) fn prescribe(
        &mut self,
        on: PrescribeOn,
        found_by: RuleIx,
        case: ContactId,
        occurrence: u16,
        top: Option<u16>,
    ) {
        self.prescribe_if(on, found_by, case, occurrence, top, |_| true);
    }

    /// A reopening calls for what is prescribed from so many reopenings on.
    pub(super) fn prescribe_for_reopening(&mut self, case: ContactId, count: u16) {
        let (on, rule) = (PrescribeOn::CaseReopened, self.rules.cases_rule);
        self.prescribe_if(on, rule, case, 0, None, |p| count >= p.reopened);
    }

    fn prescribe_if(
        &mut self,
        on: PrescribeOn,
        found_by: RuleIx,
        case: ContactId,
        occurrence: u16,
        top: Option<u16>,
        also: impl Fn(&Prescription) -> bool,
    ) {
        let any_open = self.journey.cases.any_open();
        let fits = |p: &&Prescription| {
            p.on == on
                && also(p)
                && p.of.is_none_or(|of| of == found_by)
                && p.cause.is_none_or(|cause| top == Some(cause))
                && match p.case {
                    None => true,
                    Some(CaseCondition::Open) => any_open,
                    Some(CaseCondition::NoneOpen) => !any_open,
                }
        };
        let Some(p) = self.rules.prescriptions.iter().find(fits) else {
            return;
        };
        if self.journey.cooldowns.iter().any(|(action, until)| *action == p.action && self.now() < *until) {
            return;
        }
        self.cool_down(p.action, p.cooldown);
        let signals = self.rules.churn.as_ref().map_or(&[][..], |c| &c.signals);
        let content = Content::PrescriptionIssued {
            action: p.action,
            owner: p.owner,
            due: self.now() + p.within,
            because: match on {
                PrescribeOn::TargetMissed => crate::decision::DecisionKind::TargetMissed,
                PrescribeOn::PromiseBroken => crate::decision::DecisionKind::PromiseBroken,
                PrescribeOn::LimitPassed => crate::decision::DecisionKind::LimitPassed,
                PrescribeOn::ChurnFlagged => crate::decision::DecisionKind::ChurnFlagged,
                PrescribeOn::CaseReopened => crate::decision::DecisionKind::CaseReopened,
            },
            cause: top.and_then(|top| signals.get(usize::from(top))).map(|s| s.name),
        };
        let evidence = self.this_event();
        self.conclude(p.rule, case, content, occurrence, evidence);
    }

    /// What was really done also starts the cooldown: decisions are no inputs, facts are.
    pub(super) fn action_taken(&mut self, action: Sym) {
        let cooldowns = self.rules.prescriptions.iter().filter(|p| p.action == action).map(|p| p.cooldown);
        if let Some(longest) = cooldowns.max() {
            self.cool_down(action, longest);
        }
    }

    fn cool_down(&mut self, action: Sym, cooldown: Span) {
        if cooldown == Span::ZERO {
            return;
        }
        let until: Micros = self.now() + cooldown;
        match self.journey.cooldowns.iter_mut().find(|(known, _)| *known == action) {
            Some((_, known)) => *known = until.max(*known),
            None => tight::push(&mut self.journey.cooldowns, (action, until)),
        }
    }
}
