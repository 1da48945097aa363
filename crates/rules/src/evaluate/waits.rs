//! Whom a case waits for, and what that does to its targets in working time.

use super::{Outlet, Step};
use crate::case::{CaseBook, CaseIx, CaseState, WaitsFor};
use crate::deadline::{Deadline, DeadlineKind};
use crate::rulebook::{Rulebook, TargetRule};
use throughline_core::time::{Micros, Span};

impl<S: Outlet> Step<'_, S> {
    /// A case waits for somebody from now on. Targets that pause for them pause; those that paused go on.
    pub(super) fn wait_for(&mut self, ix: CaseIx, whom: WaitsFor) {
        let case = self.journey.cases.get_mut(ix);
        let before = core::mem::replace(&mut case.waits_for, whom);
        if before == whom {
            return;
        }
        let running = case.state == CaseState::Open;
        self.journey.cases.wait(ix, whom, self.at);
        if running {
            self.pause(ix, |target| target.pauses.for_whom(whom) && !target.pauses.for_whom(before));
            self.arm_targets_if(ix, |target| target.pauses.for_whom(before));
        }
    }

    /// Takes back the deadlines of targets that pause. One that was missed already is said again nevertheless.
    fn pause(&mut self, ix: CaseIx, pauses: impl Fn(&TargetRule) -> bool) {
        let Self { books, journey, .. } = self;
        let case = journey.cases.get(ix);
        let targets = &books.get(case.rulebook).targets;
        if !targets.iter().any(&pauses) {
            return;
        }
        let key = case.key.0;
        journey.deadlines.cancel(|d| match d.kind {
            DeadlineKind::Target { target, occurrence: 0 } if d.subject == key => {
                pauses(&targets[usize::from(target)])
            }
            _ => false,
        });
    }

    /// Sets the deadlines of targets that were not missed yet anew, since what they go by has changed.
    pub(super) fn rearm_targets(&mut self, ix: CaseIx) {
        self.pause(ix, |_| true);
        self.arm_targets_if(ix, |_| true);
    }

    /// Sets a deadline for every target of the case's instance that is wanted, was not said yet, does not pause, and
    /// whose clock still runs.
    pub(super) fn arm_targets_if(&mut self, ix: CaseIx, wanted: impl Fn(&TargetRule) -> bool) {
        let Self { books, journey, at, .. } = self;
        let case = journey.cases.get(ix);
        let rules = books.get(case.rulebook);
        for (index, target) in rules.targets_for(case.channel, case.topic) {
            let running = case.instance.fulfilled(target.clock.clock()).is_none();
            if !running || !wanted(target) || case.targets_said & (1 << index) != 0 {
                continue;
            }
            // What is said again and again has its next time already.
            let armed = |d: &Deadline| {
                d.subject == case.key.0
                    && matches!(d.kind, DeadlineKind::Target { target, .. } if usize::from(target) == index)
            };
            if journey.deadlines.as_slice().iter().any(armed) {
                continue;
            }
            let lengthened = case.disruption.map(|of| books.disruption(of));
            let lengthened = lengthened.filter(|disruption| disruption.goes_on(case.instance.started_at));
            let within = lengthened.map_or(target.within, |disruption| disruption.lengthen(target.within));
            let Some(due) = due(rules, target, within, &journey.cases, ix) else { continue };
            journey.deadlines.set(Deadline {
                at: due.max(*at),
                rule: target.rule,
                trigger: case.started_by,
                kind: DeadlineKind::Target { target: index as u16, occurrence: 0 },
                subject: case.key.0,
                due,
            });
        }
    }
}

/// When a target of a case is missed if nobody does anything: not while it pauses.
#[inline]
fn due(rules: &Rulebook, target: &TargetRule, within: Span, cases: &CaseBook, ix: CaseIx) -> Option<Micros> {
    let case = cases.get(ix);
    let started = case.instance.started_at;
    if target.is_in_customer_time() {
        return Some(started + within);
    }
    if target.pauses.for_whom(case.waits_for) {
        return None;
    }
    let waits = cases.waits(ix).filter(|wait| target.pauses.for_whom(wait.whom));
    rules.time_of(target).after(started, within, waits.map(|wait| (wait.from, wait.until)))
}
