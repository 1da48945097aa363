//! Where decisions go while they are made.

use crate::case::CaseClocks;
use crate::decision::{Decision, DecisionKind};
use alloc::vec::Vec;
use throughline_core::fact::ProfileIx;
use throughline_core::ids::ContactId;
use throughline_core::name::Sym;
use throughline_core::time::Micros;

/// Receives what an evaluation concludes, in the order of the steps.
pub trait Outlet {
    /// A decision, and the profile of the event that led to it.
    fn decision(&mut self, decision: &Decision<Sym>, profile: ProfileIx);

    /// A contact now belongs to the case that `case` names.
    fn joined(&mut self, contact: ContactId, case: ContactId) {
        let _ = (contact, case);
    }

    /// The clocks of a case are given up at this instant: it is reopened, which starts new ones, or it is retired
    /// to a stub. For statistics: what the clocks showed is kept nowhere else.
    fn clocks_over(&mut self, clocks: &CaseClocks<'_>, at: Micros) {
        let _ = (clocks, at);
    }
}

/// Wants nothing.
#[derive(Clone, Copy, Debug, Default)]
pub struct Discard;

impl Outlet for Discard {
    fn decision(&mut self, _: &Decision<Sym>, _: ProfileIx) {}
}

/// Counts decisions by kind.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Count {
    by_kind: Vec<u64>,
}

impl Default for Count {
    fn default() -> Self {
        // By number, and numbers may have gaps.
        let highest = DecisionKind::ALL.iter().map(|kind| *kind as usize).max().unwrap_or(0);
        Self { by_kind: alloc::vec![0; highest + 1] }
    }
}

impl Count {
    /// How many decisions of a kind there were.
    pub fn of(&self, kind: DecisionKind) -> u64 {
        self.by_kind[kind as usize]
    }

    /// How many there were in all.
    pub fn total(&self) -> u64 {
        self.by_kind.iter().sum()
    }

    /// Adds another count to this one.
    pub fn add(&mut self, other: &Self) {
        for (mine, theirs) in self.by_kind.iter_mut().zip(&other.by_kind) {
            *mine += theirs;
        }
    }
}

impl Outlet for Count {
    #[inline]
    fn decision(&mut self, decision: &Decision<Sym>, _: ProfileIx) {
        self.by_kind[decision.slot.kind as usize] += 1;
    }
}

/// Keeps every decision.
impl Outlet for Vec<(Decision<Sym>, ProfileIx)> {
    fn decision(&mut self, decision: &Decision<Sym>, profile: ProfileIx) {
        self.push((decision.clone(), profile));
    }
}
