//! Partners who tell us where a thing stands, and when we expect to hear of it again.
//!
//! The customer asks us, not the carrier: a partner that is silent for longer than it promised is ours to notice, before
//! she calls to ask. *Stale* is defined as `t − last update > q`, `q` being the interval that the partner promised with its
//! update, or else the one that the rulebook expects.

use crate::decision::Trigger;
use serde::{Deserialize, Serialize};
use throughline_core::canonical::{Canonical, CanonicalWriter};
use throughline_core::ids::{ContactId, IssueRef};
use throughline_core::name::Sym;
use throughline_core::time::Micros;

/// The most things of one customer that partners tell about at once. Past it the one that was told about longest ago goes.
pub const MAX_PARTNER_THINGS: usize = 32;

/// What a partner told last of one thing.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PartnerThing {
    /// The partner.
    pub partner: Sym,
    /// The issue that it is about, by the partner's reference.
    pub issue: Option<IssueRef>,
    /// The contact that it is about.
    pub contact: Option<ContactId>,
    /// Where it stands, in the partner's own word; [`Sym::NONE`] if it named none.
    pub status: Sym,
    /// When it was told.
    pub updated_at: Micros,
    /// The event that told it.
    pub updated_by: Trigger,
    /// When we expect to hear of it again; none: nothing more is expected.
    pub due: Option<Micros>,
    /// Whether the partner has been silent for longer than was expected.
    pub silent: bool,
}

impl PartnerThing {
    /// Whether it is the same thing: told by the same partner, about the same issue or contact.
    pub(crate) fn is_the_thing(
        &self,
        partner: Sym,
        issue: Option<IssueRef>,
        contact: Option<ContactId>,
    ) -> bool {
        (self.partner, self.issue, self.contact) == (partner, issue, contact)
    }
}

impl Canonical for PartnerThing {
    fn canonical(&self, to: &mut CanonicalWriter<'_>) {
        to.name(self.partner);
        to.id(self.issue.unwrap_or_default().0);
        to.id(self.contact.unwrap_or_default().0);
        to.name(self.status);
        to.time(self.updated_at);
        to.id(self.updated_by.event.0);
        to.maybe_time(self.due);
        to.byte(u8::from(self.silent));
    }
}
