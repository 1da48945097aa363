//! A clock of a case as people and programs read it.

use crate::case::CaseClocks;
use crate::deadline::DeadlineKind;
use crate::decision::Clock;
use crate::journey::Journey;
use crate::rulebook::Rulebooks;
use alloc::{string::String, vec::Vec};
use core::fmt;
use serde::{Deserialize, Serialize};
use throughline_core::name::Interner;
use throughline_core::time::{Micros, Span};

/// What a clock does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ClockState {
    /// It runs.
    Running,
    /// It runs in the customer's time, and pauses in working time: the case waits for somebody else.
    Paused,
    /// What it waited for has come.
    Fulfilled,
    /// The case was settled without it.
    Stopped,
}

/// One of the five clocks of a case's instance.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ClockView {
    /// Which.
    pub clock: Clock,
    /// What it does.
    pub state: ClockState,
    /// When it was fulfilled; none while it runs.
    pub fulfilled_at: Option<Micros>,
    /// How long it ran, or has run by now: every moment, which is how the customer counts.
    pub customer_time: Span,
    /// How much of that was working time.
    pub working_time: Span,
    /// The targets on it that this instance breached, by rule.
    pub breached: Vec<String>,
    /// When the next target on it is breached, if nothing happens before.
    pub due: Option<Micros>,
}

impl ClockView {
    /// How long it took until it was fulfilled, in the customer's time; none while it runs.
    pub fn took(&self) -> Option<Span> {
        self.fulfilled_at.map(|_| self.customer_time)
    }

    pub(crate) fn of(
        clock: Clock,
        clocks: &CaseClocks<'_>,
        journey: &Journey,
        rules: &Rulebooks,
        names: &Interner,
        as_of: Micros,
    ) -> Self {
        let case = clocks.case;
        let targets = &rules.get(case.rulebook).targets;
        let on_it = |target: u16| targets[usize::from(target)].clock.clock() == clock;
        let due = journey.deadlines.as_slice().iter().rev().find_map(|d| match d.kind {
            DeadlineKind::Target { target, .. } if d.subject == case.key.0 && on_it(target) => {
                Some(d.due.max(d.at))
            }
            _ => None,
        });
        Self { due, ..Self::past(clock, clocks, rules, names, as_of) }
    }

    /// One of the clocks of an instance as it stood at an instant, whatever was due then.
    pub(crate) fn past(
        clock: Clock,
        clocks: &CaseClocks<'_>,
        rules: &Rulebooks,
        names: &Interner,
        at: Micros,
    ) -> Self {
        let (case, reading) = (clocks.case, clocks.read(clock, at));
        let state = match reading.fulfilled_at {
            Some(_) => ClockState::Fulfilled,
            None if case.state.is_settled() => ClockState::Stopped,
            None if reading.paused => ClockState::Paused,
            None => ClockState::Running,
        };
        let targets = &rules.get(case.rulebook).targets;
        let breached = targets
            .iter()
            .enumerate()
            .filter(|(place, target)| case.targets_said & (1 << place) != 0 && target.clock.clock() == clock);
        Self {
            clock,
            state,
            fulfilled_at: reading.fulfilled_at,
            customer_time: reading.customer_time,
            working_time: reading.working_time,
            breached: breached.map(|(_, t)| names.resolve(rules.rule_name(t.rule)).into()).collect(),
            due: None,
        }
    }
}

impl fmt::Display for ClockView {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { clock, customer_time, working_time, .. } = self;
        match self.state {
            ClockState::Fulfilled => write!(f, "{clock}: after {customer_time}")?,
            ClockState::Running | ClockState::Paused => write!(f, "{clock}: runs, {customer_time} by now")?,
            ClockState::Stopped => write!(f, "{clock}: never, within {customer_time}")?,
        }
        if working_time != customer_time {
            write!(f, ", {working_time} of it working time")?;
        }
        if self.state == ClockState::Paused {
            f.write_str(", which pauses")?;
        }
        for (place, rule) in self.breached.iter().enumerate() {
            write!(f, "{} `{rule}`", if place == 0 { "; missed" } else { "," })?;
        }
        match self.due {
            Some(due) => write!(f, "; due {due}"),
            None => Ok(()),
        }
    }
}
