//! The pages of the visit that goes on: what the customer had to look through before she found a way to us.

use super::known::{ClickPath, MAX_PATH_PAGES};
use crate::canonical::{Canonical, CanonicalWriter};
use crate::ids::ContactId;
use crate::name::Sym;
use crate::tight;
use crate::time::{MaybeMicros, Micros, Span};
use thin_vec::ThinVec;

/// After so long without a page a visit is over: the usual end of a session in web analytics.
pub const VISIT_GAP: Span = Span::from_secs(30 * 60);

/// The pages of one visit; the newest [`MAX_PATH_PAGES`] by name, all by number.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Trail {
    last: MaybeMicros,
    count: u32,
    pages: ThinVec<Sym>,
}

impl Trail {
    /// Adds a page, to this visit or as the first of a new one.
    pub(super) fn view(&mut self, page: Sym, at: Micros) {
        if !self.goes_on(at) {
            self.count = 0;
            self.pages.clear();
        }
        self.last = MaybeMicros::some(at);
        if self.pages.len() == MAX_PATH_PAGES {
            self.pages.remove(0);
        }
        tight::push(&mut self.pages, page);
        self.count = self.count.saturating_add(1);
    }

    /// Ends the visit because the customer made contact, and says by what way she came to it. None if no visit was
    /// going on, or if the way in stood on its first page.
    pub(super) fn lead_to(&mut self, contact: ContactId, at: Micros) -> Option<ClickPath> {
        let pages = core::mem::take(&mut self.pages);
        let path = (self.goes_on(at) && self.count > 1).then(|| ClickPath {
            contact,
            clicks: self.count - 1,
            pages,
        });
        self.count = 0;
        path
    }

    fn goes_on(&self, at: Micros) -> bool {
        self.last.get().is_some_and(|last| at.since(last) <= VISIT_GAP)
    }

    pub(super) fn heap_bytes(&self) -> usize {
        tight::heap_bytes(&self.pages)
    }

    pub(super) fn shrink(&mut self) {
        self.pages.shrink_to_fit();
    }

    /// Forgets the visit and keeps the memory.
    pub(super) fn clear(&mut self) {
        self.pages.clear();
        self.last = MaybeMicros::NONE;
        self.count = 0;
    }
}

impl Canonical for Trail {
    fn canonical(&self, to: &mut CanonicalWriter<'_>) {
        to.maybe_time(self.last.get());
        to.number(u64::from(self.count));
        for page in &self.pages {
            to.name(*page);
        }
    }
}
