//! The effort account: raw counts of what the customer had to do and bear. No score: that needs a fit.

use crate::canonical::{Canonical, CanonicalWriter};
use crate::time::Span;
use serde::Serialize;

/// What the customer had to do and bear so far.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Effort {
    /// Contacts of either direction.
    pub contacts: u32,
    /// Contacts that the customer gave up.
    pub abandoned: u32,
    /// Transfers in all.
    pub transfers: u32,
    /// Contacts with at least one transfer.
    pub transferred_contacts: u32,
    /// Contacts with more than two.
    pub over_two_contacts: u32,
    /// Times another agent took over.
    pub handovers: u32,
    /// Contacts with at least one hand-over.
    pub handed_over_contacts: u32,
    /// Times a contact went straight back to the agent before (A, B, A).
    pub ping_pongs: u32,
    /// Contacts to which that happened.
    pub ping_pong_contacts: u32,
    /// Menu levels passed.
    pub menu_levels: u32,
    /// Menus without a way on.
    pub dead_ends: u32,
    /// Voicemails left.
    pub voicemails: u32,
    /// Pages viewed.
    pub pages: u32,
    /// Time in queues, in microseconds.
    pub wait: Span,
    /// Time on hold, in microseconds.
    pub hold: Span,
}

impl Effort {
    /// Counts a transfer of a contact that was moved so often before.
    pub(super) fn count_transfer(&mut self, before: u16) {
        self.transfers += 1;
        self.transferred_contacts += u32::from(before == 0);
        self.over_two_contacts += u32::from(before == 2);
    }

    /// Counts a hand-over, perhaps back to the agent before, of a contact that had so many (hand-overs,
    /// ping-pongs).
    pub(super) fn count_handover(&mut self, before: (u16, u16), back: bool) {
        self.handovers += 1;
        self.handed_over_contacts += u32::from(before.0 == 0);
        self.ping_pongs += u32::from(back);
        self.ping_pong_contacts += u32::from(back && before.1 == 0);
    }

    /// Adds another account to this one, for a total over customers.
    pub fn add(&mut self, other: &Self) {
        for (mine, theirs) in [
            (&mut self.contacts, other.contacts),
            (&mut self.abandoned, other.abandoned),
            (&mut self.transfers, other.transfers),
            (&mut self.transferred_contacts, other.transferred_contacts),
            (&mut self.over_two_contacts, other.over_two_contacts),
            (&mut self.handovers, other.handovers),
            (&mut self.handed_over_contacts, other.handed_over_contacts),
            (&mut self.ping_pongs, other.ping_pongs),
            (&mut self.ping_pong_contacts, other.ping_pong_contacts),
            (&mut self.menu_levels, other.menu_levels),
            (&mut self.dead_ends, other.dead_ends),
            (&mut self.voicemails, other.voicemails),
            (&mut self.pages, other.pages),
        ] {
            *mine += theirs;
        }
        self.wait = self.wait + other.wait;
        self.hold = self.hold + other.hold;
    }
}

impl Canonical for Effort {
    fn canonical(&self, to: &mut CanonicalWriter<'_>) {
        for pair in [
            (self.contacts, self.abandoned),
            (self.transfers, self.transferred_contacts),
            (self.over_two_contacts, self.handovers),
            (self.handed_over_contacts, self.ping_pongs),
            (self.ping_pong_contacts, self.menu_levels),
            (self.dead_ends, self.voicemails),
            (self.pages, 0),
        ] {
            to.number(u64::from(pair.0) | u64::from(pair.1) << 32);
        }
        to.number(self.wait.0 as u64);
        to.number(self.hold.0 as u64);
    }
}
