//! How the customer comes to us: the pages of the visit that goes on, which she had to look through before she found
//! a way, and the channel that she came by last.

use super::known::{ClickPath, MAX_PATH_PAGES};
use crate::canonical::{Canonical, CanonicalWriter};
use crate::event::Channel;
use crate::ids::ContactId;
use crate::name::Sym;
use crate::tight;
use crate::time::{MaybeMicros, Micros, Span};
use serde::{Deserialize, Serialize};
use thin_vec::ThinVec;

/// After so long without a page a visit is over: the usual end of a session in web analytics.
pub const VISIT_GAP: Span = Span::from_secs(30 * 60);

/// How long after her last contact a customer's contact on another channel counts as a switch of channel.
pub const SWITCH_WITHIN: Span = Span::from_days(7);

/// The last contact that she began, and the pages of one visit; the newest [`MAX_PATH_PAGES`] by name, all by number.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(super) struct Trail {
    inbound: MaybeMicros,
    last: MaybeMicros,
    count: u32,
    channel: Option<Channel>,
    pages: ThinVec<Sym>,
}

impl Trail {
    /// Notes that she begins a contact, and says whether on another channel than the last one, which was lately.
    pub(super) fn comes_by(&mut self, channel: Channel, at: Micros) -> bool {
        let other = self.channel.is_some_and(|before| before != channel);
        let lately = self.inbound.get().is_some_and(|before| at.since(before) <= SWITCH_WITHIN);
        self.inbound = MaybeMicros::some(at);
        self.channel = Some(channel);
        other && lately
    }

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

    /// Forgets everything and keeps the memory.
    pub(super) fn clear(&mut self) {
        let mut pages = core::mem::take(&mut self.pages);
        pages.clear();
        *self = Self { pages, ..Self::default() };
    }
}

impl Canonical for Trail {
    fn canonical(&self, to: &mut CanonicalWriter<'_>) {
        to.maybe_time(self.inbound.get());
        to.byte(self.channel.map_or(u8::MAX, |c| c as u8));
        to.maybe_time(self.last.get());
        to.number(u64::from(self.count));
        for page in &self.pages {
            to.name(*page);
        }
    }
}
