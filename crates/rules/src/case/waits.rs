//! Times in which a case waits for somebody other than us: what a clock in working time leaves out.

use super::book::CaseIx;
use crate::waiting::WaitsFor;
use serde::{Deserialize, Serialize};
use thin_vec::ThinVec;
use throughline_core::canonical::{Canonical, CanonicalWriter};
use throughline_core::tight;
use throughline_core::time::Micros;

/// The most waits that are kept of a customer's cases, of the running instance of each. What goes first is the oldest
/// that is over: the time of that one counts as working time again.
pub const MAX_WAITS: usize = 64;

/// A time in which a case waits for the customer or for a third party.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Wait {
    case: CaseIx,
    /// For whom.
    pub whom: WaitsFor,
    /// Since when.
    pub from: Micros,
    /// Until when; [`Micros::MAX`] while it goes on.
    pub until: Micros,
}

/// The waits of a customer's cases, in the order in which they began.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(super) struct Waits(ThinVec<Wait>);

impl Waits {
    pub(super) fn of(&self, case: CaseIx) -> impl Iterator<Item = &Wait> {
        self.0.iter().filter(move |wait| wait.case == case)
    }

    pub(super) fn begin(&mut self, case: CaseIx, whom: WaitsFor, at: Micros) {
        if self.0.len() == MAX_WAITS {
            let over = self.0.iter().position(|wait| wait.until != Micros::MAX);
            self.0.remove(over.unwrap_or(0));
        }
        tight::push(&mut self.0, Wait { case, whom, from: at, until: Micros::MAX });
    }

    pub(super) fn end(&mut self, case: CaseIx, at: Micros) {
        if let Some(wait) = self.0.iter_mut().find(|w| w.case == case && w.until == Micros::MAX) {
            wait.until = at;
        }
    }

    /// Forgets the wait for the customer that goes on: nothing was given that she could have answered. Whom the case waited
    /// for before it has been waited for all along.
    pub(super) fn void(&mut self, case: CaseIx, before: WaitsFor) {
        if before == WaitsFor::Customer {
            return;
        }
        let goes_on = |wait: &Wait| wait.case == case && wait.until == Micros::MAX;
        let Some(place) = self.0.iter().position(goes_on) else { return };
        let since = self.0.remove(place).from;
        let broken_off = |wait: &&mut Wait| wait.case == case && wait.whom == before && wait.until == since;
        if let Some(wait) = self.0.iter_mut().rev().find(broken_off) {
            wait.until = Micros::MAX;
        }
    }

    pub(super) fn forget(&mut self, case: CaseIx) {
        self.0.retain(|wait| wait.case != case);
    }

    /// Cases have other places now, or none.
    pub(super) fn renumber(&mut self, moved: &[Option<CaseIx>]) {
        self.0.retain_mut(|wait| match moved[wait.case.place()] {
            Some(new) => {
                wait.case = new;
                true
            }
            None => false,
        });
    }

    pub(super) fn clear(&mut self) {
        self.0.clear();
    }

    pub(super) fn shrink(&mut self) {
        self.0.shrink_to_fit();
    }

    pub(super) fn heap_bytes(&self) -> usize {
        tight::heap_bytes(&self.0)
    }
}

impl Canonical for Waits {
    fn canonical(&self, to: &mut CanonicalWriter<'_>) {
        to.number(self.0.len() as u64);
        for wait in &self.0 {
            to.number(wait.case.place() as u64);
            to.byte(wait.whom as u8);
            to.time(wait.from);
            to.time(wait.until);
        }
    }
}
