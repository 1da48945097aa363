//! Deadlines: what a journey will do by itself if nothing else happens.
//!
//! They fire in the order of (time, rule name, trigger). A deadline that was already due when it was set fires
//! right after the step that set it. Once set its time does not change; it can only be taken back by a step.

use crate::decision::Trigger;
use crate::rulebook::RuleIx;
use core::cmp::Reverse;
use serde::{Deserialize, Serialize};
use thin_vec::ThinVec;
use throughline_core::canonical::{Canonical, CanonicalWriter};
use throughline_core::ids::EventId;
use throughline_core::tight;
use throughline_core::time::Micros;
use uuid::Uuid;

/// What happens when a deadline fires.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum DeadlineKind {
    /// A target on a case's clock is missed: the target's index, and how often it was said before.
    Target {
        /// Index into the rulebook's targets.
        target: u16,
        /// How often it was said before.
        occurrence: u16,
    },
    /// A contact that was given up is still unanswered.
    Unanswered,
    /// A promise is not kept.
    Promise,
    /// An answered case lapses.
    Lapse,
    /// The churn score has faded below the level at which the flag is cleared.
    ChurnClears,
    /// A partner tells nothing for longer than it promised.
    PartnerSilent,
}

/// One thing that will happen.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Deadline {
    /// When it fires: when it is due, or when it was set if that is later.
    pub at: Micros,
    /// The rule.
    pub rule: RuleIx,
    /// What led to it.
    pub trigger: Trigger,
    /// What happens.
    pub kind: DeadlineKind,
    /// What it is about: a case's key, a contact, a promise, a partner's update; nil for the customer.
    pub subject: Uuid,
    /// When it was due, which is before `at` if it was set too late.
    pub due: Micros,
}

impl Deadline {
    const fn order(&self) -> (Micros, RuleIx, EventId) {
        (self.at, self.rule, self.trigger.event)
    }
}

/// The deadlines of one journey, the next one last.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Deadlines {
    list: ThinVec<Deadline>,
}

impl Deadlines {
    /// When the next one fires.
    #[inline]
    pub fn next_at(&self) -> Option<Micros> {
        self.list.last().map(|d| d.at)
    }

    /// Takes the next one, if it fires at or before `until`.
    #[inline]
    pub fn pop_until(&mut self, until: Micros) -> Option<Deadline> {
        if self.next_at()? <= until { self.list.pop() } else { None }
    }

    /// Adds one.
    pub fn set(&mut self, deadline: Deadline) {
        // Equal keys keep the order in which they were set: the newer one goes before, and so fires after.
        let place = self.list.partition_point(|d| Reverse(d.order()) < Reverse(deadline.order()));
        tight::insert(&mut self.list, place, deadline);
    }

    /// Takes back those that a condition names.
    pub fn cancel(&mut self, mut gone: impl FnMut(&Deadline) -> bool) {
        self.list.retain(|d| !gone(d));
    }

    /// The deadlines, the last one to fire first.
    pub fn as_slice(&self) -> &[Deadline] {
        &self.list
    }

    /// Forgets all and keeps the memory.
    pub fn clear(&mut self) {
        self.list.clear();
    }

    pub(crate) fn shrink(&mut self) {
        self.list.shrink_to_fit();
    }

    /// The bytes on the heap.
    pub fn heap_bytes(&self) -> usize {
        tight::heap_bytes(&self.list)
    }
}

impl Canonical for Deadline {
    fn canonical(&self, to: &mut CanonicalWriter<'_>) {
        to.time(self.at);
        to.number(u64::from(self.rule.0));
        to.id(self.trigger.event.0);
        let kind = match self.kind {
            DeadlineKind::Target { target, occurrence } => {
                1 | u64::from(target) << 16 | u64::from(occurrence) << 32
            }
            DeadlineKind::Unanswered => 2,
            DeadlineKind::Promise => 3,
            DeadlineKind::Lapse => 4,
            DeadlineKind::ChurnClears => 5,
            DeadlineKind::PartnerSilent => 6,
        };
        to.number(kind);
        to.id(self.subject);
        to.time(self.due);
    }
}

impl Canonical for Deadlines {
    fn canonical(&self, to: &mut CanonicalWriter<'_>) {
        to.list(&self.list);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::vec::Vec;
    use throughline_core::fact::ProfileIx;

    fn deadline(at: i64, rule: u16, trigger: u8) -> Deadline {
        let event = EventId::from_bytes([trigger; 16]);
        Deadline {
            at: Micros(at),
            rule: RuleIx(rule),
            trigger: Trigger { event, profile: ProfileIx(0) },
            kind: DeadlineKind::Lapse,
            subject: Uuid::nil(),
            due: Micros(at),
        }
    }

    #[test]
    fn deadlines_fire_by_time_then_rule_name_then_trigger() {
        let mut deadlines = Deadlines::default();
        for (at, rule, trigger) in [(5, 1, 1), (3, 2, 1), (3, 1, 9), (3, 1, 2), (9, 0, 0)] {
            deadlines.set(deadline(at, rule, trigger));
        }
        let mut fired = Vec::new();
        while let Some(d) = deadlines.pop_until(Micros(5)) {
            fired.push((d.at.0, d.rule.0, d.trigger.event.as_bytes()[0]));
        }
        assert_eq!(fired, [(3, 1, 2), (3, 1, 9), (3, 2, 1), (5, 1, 1)]);
        assert_eq!(deadlines.next_at(), Some(Micros(9)));
    }
}
