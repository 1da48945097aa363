//! The pages of the visit that goes on: what the customer had to look through before she found a way to us.

use super::known::{ClickPath, MAX_PATH_PAGES};
use crate::canonical::{Canonical, CanonicalWriter};
use crate::ids::ContactId;
use crate::name::Sym;
use crate::time::{Micros, Span};

/// After so long without a page a visit is over: the usual end of a session in web analytics.
pub const VISIT_GAP: Span = Span::from_secs(30 * 60);

/// The pages of one visit; the newest [`MAX_PATH_PAGES`] by name, all by number.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Trail {
    last: Micros,
    count: u32,
    pages: [Sym; MAX_PATH_PAGES],
}

impl Trail {
    pub(super) const fn new() -> Self {
        Self { last: Micros::MIN, count: 0, pages: [Sym::NONE; MAX_PATH_PAGES] }
    }

    /// Adds a page, to this visit or as the first of a new one.
    pub(super) fn view(&mut self, page: Sym, at: Micros) {
        if at.since(self.last) > VISIT_GAP {
            self.count = 0;
        }
        self.last = at;
        let place = self.named();
        if place == MAX_PATH_PAGES {
            self.pages.rotate_left(1);
            self.pages[MAX_PATH_PAGES - 1] = page;
        } else {
            self.pages[place] = page;
        }
        self.count = self.count.saturating_add(1);
    }

    /// Ends the visit because the customer made contact, and says by what way she came to it. None if no visit was
    /// going on, or if the way in stood on its first page.
    pub(super) fn lead_to(&mut self, contact: ContactId, at: Micros) -> Option<ClickPath> {
        let going_on = self.count > 0 && at.since(self.last) <= VISIT_GAP;
        let path = (going_on && self.count > 1).then(|| ClickPath {
            contact,
            clicks: self.count - 1,
            pages: self.pages[..self.named()].iter().copied().collect(),
        });
        self.count = 0;
        path
    }

    fn named(&self) -> usize {
        (self.count as usize).min(MAX_PATH_PAGES)
    }
}

impl Canonical for Trail {
    fn canonical(&self, to: &mut CanonicalWriter<'_>) {
        to.time(self.last);
        to.number(u64::from(self.count));
        for page in &self.pages[..self.named()] {
            to.name(*page);
        }
    }
}
