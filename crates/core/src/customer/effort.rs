//! The effort account: raw counts of what the customer had to do and bear. No score: that needs a fit.

use crate::canonical::{Canonical, CanonicalWriter};
use crate::event::TransferKind;
use crate::time::Span;
use alloc::boxed::Box;
use serde::{Deserialize, Serialize};

/// What the customer had to do and bear so far.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Effort {
    /// Contacts of either direction.
    pub contacts: u32,
    /// Contacts that the customer gave up.
    pub abandoned: u32,
    /// Transfers in all.
    pub transfers: u32,
    /// Those of them with an introduction: the first agent told the second.
    pub warm_transfers: u32,
    /// Those of them to another queue.
    pub queue_changes: u32,
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
    /// Times she was asked to prove who she is.
    pub identity_asked: u32,
    /// Times of these at which she had proved it and nobody said why it was asked again.
    pub identity_asked_again: u32,
    /// Times of these at which more was asked for, with a reason.
    pub step_ups: u32,
    /// Contacts that she began on another channel than the one before, within a week of it.
    pub channel_switches: u32,
    /// Fields that she had to enter again.
    pub fields_reentered: u32,
    /// Pages that she looked through before the one from which she made contact.
    pub clicks_to_contact: u32,
    /// Contacts that we began on another channel than the one she prefers, and that she had not agreed on.
    pub answers_elsewhere: u32,
    /// Times she was told how long the wait will be.
    pub waits_told: u32,
    /// Call backs that she was offered.
    pub callbacks_offered: u32,
    /// Call backs that she took or asked for.
    pub callbacks_taken: u32,
    /// The longest wait that she was told of, in microseconds.
    pub longest_wait_told: Span,
    /// Time in queues, in microseconds.
    pub wait: Span,
    /// Time on hold, in microseconds.
    pub hold: Span,
}

/// The account as it is kept: whoever only looks at pages has nothing else to count, so the rest is behind a pointer.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(super) struct EffortAccount {
    pages: u32,
    more: Option<Box<Effort>>,
}

impl EffortAccount {
    pub(super) const fn count_page(&mut self) {
        self.pages += 1;
    }

    /// Everything but the pages, to be counted.
    #[inline]
    pub(super) fn more(&mut self) -> &mut Effort {
        self.more.get_or_insert_default()
    }

    /// The whole account.
    pub(super) fn sum(&self) -> Effort {
        let more = self.more.as_deref().cloned().unwrap_or_default();
        Effort { pages: self.pages, ..more }
    }

    pub(super) fn heap_bytes(&self) -> usize {
        self.more.as_ref().map_or(0, |_| size_of::<Effort>())
    }
}

impl Effort {
    /// Counts a transfer of a contact that was moved so often before.
    pub(super) fn count_transfer(&mut self, transfer: TransferKind, before: u16) {
        self.transfers += 1;
        self.warm_transfers += u32::from(transfer == TransferKind::Warm);
        self.queue_changes += u32::from(transfer == TransferKind::Queue);
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

    /// Every count by its name, lengths of time in microseconds: for comparing two accounts. A field that is added
    /// and forgotten here does not compile.
    pub const fn counts(&self) -> [(&'static str, i64); 28] {
        macro_rules! named {
            ($($count:ident)* ; $($span:ident)*) => {{
                let Self { $($count,)* $($span,)* } = self;
                [$((stringify!($count), *$count as i64),)* $((stringify!($span), $span.0),)*]
            }};
        }
        named!(
            contacts abandoned transfers warm_transfers queue_changes transferred_contacts over_two_contacts handovers handed_over_contacts
            ping_pongs ping_pong_contacts menu_levels dead_ends voicemails pages identity_asked
            identity_asked_again step_ups channel_switches fields_reentered clicks_to_contact answers_elsewhere
            waits_told callbacks_offered callbacks_taken; longest_wait_told wait hold
        )
    }

    /// Adds another account to this one, for a total over customers.
    pub fn add(&mut self, other: &Self) {
        self.combine(other, u32::wrapping_add);
        self.longest_wait_told = self.longest_wait_told.max(other.longest_wait_told);
        self.wait = self.wait + other.wait;
        self.hold = self.hold + other.hold;
    }

    /// What came to this account since an earlier one of the same customer.
    #[must_use]
    pub fn since(&self, earlier: &Self) -> Self {
        let mut since = self.clone();
        since.combine(earlier, u32::wrapping_sub);
        if earlier.longest_wait_told == self.longest_wait_told {
            since.longest_wait_told = Span::ZERO;
        }
        since.wait = Span(self.wait.0 - earlier.wait.0);
        since.hold = Span(self.hold.0 - earlier.hold.0);
        since
    }

    fn combine(&mut self, other: &Self, with: impl Fn(u32, u32) -> u32) {
        for (mine, theirs) in [
            (&mut self.contacts, other.contacts),
            (&mut self.abandoned, other.abandoned),
            (&mut self.transfers, other.transfers),
            (&mut self.warm_transfers, other.warm_transfers),
            (&mut self.queue_changes, other.queue_changes),
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
            (&mut self.identity_asked, other.identity_asked),
            (&mut self.identity_asked_again, other.identity_asked_again),
            (&mut self.step_ups, other.step_ups),
            (&mut self.channel_switches, other.channel_switches),
            (&mut self.fields_reentered, other.fields_reentered),
            (&mut self.clicks_to_contact, other.clicks_to_contact),
            (&mut self.answers_elsewhere, other.answers_elsewhere),
            (&mut self.waits_told, other.waits_told),
            (&mut self.callbacks_offered, other.callbacks_offered),
            (&mut self.callbacks_taken, other.callbacks_taken),
        ] {
            *mine = with(*mine, theirs);
        }
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
            (self.pages, self.identity_asked),
            (self.identity_asked_again, self.step_ups),
            (self.channel_switches, self.fields_reentered),
            (self.clicks_to_contact, self.answers_elsewhere),
            (self.waits_told, self.callbacks_offered),
            (self.callbacks_taken, self.warm_transfers),
            (self.queue_changes, 0),
        ] {
            to.number(u64::from(pair.0) | u64::from(pair.1) << 32);
        }
        to.number(self.longest_wait_told.0 as u64);
        to.number(self.wait.0 as u64);
        to.number(self.hold.0 as u64);
    }
}
