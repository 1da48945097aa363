//! What to do about a finding: the first prescription that fits, unless it was just prescribed or done.

use super::{Outlet, Step};
use crate::decision::{Content, DecisionKind};
use crate::rulebook::document::{CaseCondition, PrescribeOn};
use crate::rulebook::{Prescription, RuleIx, SignalIx};
use throughline_core::ids::ContactId;
use throughline_core::name::Sym;
use throughline_core::tight;
use throughline_core::time::{Micros, Span};

/// What was found, for which something may be prescribed.
pub(super) struct Finding {
    pub(super) on: PrescribeOn,
    /// The rule that found it.
    pub(super) rule: RuleIx,
    /// The case that it is about; nil for the customer.
    pub(super) case: ContactId,
    /// How often the same was found before.
    pub(super) occurrence: u16,
    /// The churn signal that weighs most, where one does.
    pub(super) top: Option<SignalIx>,
    /// How often the case was reopened, where that is what was found.
    pub(super) reopens: Option<u16>,
}

impl Finding {
    /// Something about a case, or about the customer.
    pub(super) const fn new(on: PrescribeOn, rule: RuleIx, case: ContactId) -> Self {
        Self { on, rule, case, occurrence: 0, top: None, reopens: None }
    }

    /// Whether it is of a kind, by a rule if one is named, and at so many reopenings at least.
    pub(super) fn is(&self, on: PrescribeOn, of: Option<RuleIx>, reopened: u16) -> bool {
        self.on == on
            && of.is_none_or(|of| of == self.rule)
            && self.reopens.is_none_or(|count| count >= reopened)
    }

    /// The kind of decision that says it.
    pub(super) const fn decision(&self) -> DecisionKind {
        match self.on {
            PrescribeOn::TargetMissed => DecisionKind::TargetMissed,
            PrescribeOn::PromiseBroken => DecisionKind::PromiseBroken,
            PrescribeOn::LimitPassed => DecisionKind::LimitPassed,
            PrescribeOn::ChurnFlagged => DecisionKind::ChurnFlagged,
            PrescribeOn::CaseReopened => DecisionKind::CaseReopened,
            PrescribeOn::MachineLoop => DecisionKind::MachineLoop,
            PrescribeOn::PartnerSilent => DecisionKind::PartnerSilent,
        }
    }
}

impl<S: Outlet> Step<'_, S> {
    /// What follows from a finding besides what it says: an apology may be owed, and something may be prescribed.
    pub(super) fn act_on(&mut self, found: &Finding) {
        self.owe_apologies(found);
        self.prescribe(found);
    }

    fn prescribe(&mut self, found: &Finding) {
        let Finding { case, top, .. } = *found;
        let any_open = self.journey.cases.any_open();
        let cases = &self.journey.cases;
        let reach = cases.of_key(case).map_or(0, |ix| cases.reach_of(ix));
        let fits = |p: &&Prescription| {
            found.is(p.on, p.of, p.reopened)
                && p.cause.is_none_or(|cause| top == Some(cause))
                && p.reach_at_least <= reach
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
        let content = Content::PrescriptionIssued {
            action: p.action,
            owner: p.owner,
            due: self.now() + p.within,
            because: found.decision(),
            cause: top.map(|top| self.books.signal_name(top)),
        };
        let evidence = self.this_event();
        self.conclude(p.rule, case, content, found.occurrence, evidence);
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
