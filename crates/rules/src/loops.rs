//! Machines that answer each other: an exchange on one channel, counted turn by turn.
//!
//! A turn is a message of the other side than the one before, soon after it. A person's message ends an exchange. It
//! depends on facts alone, and there is at most one for each channel.

use serde::{Deserialize, Serialize};
use throughline_core::canonical::{Canonical, CanonicalWriter};
use throughline_core::event::{Author, Channel};
use throughline_core::time::{Micros, Span};

/// Whose machine wrote.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[repr(u8)]
pub(crate) enum Side {
    /// The company's.
    Ours = 0,
    /// The customer's.
    Theirs = 1,
    /// Nobody could say whose, nor whether it is a machine: it answers a machine, so it is taken for the other side.
    Unknown = 2,
}

impl Side {
    /// The side of an author; none for a person.
    pub(crate) const fn of(author: Author) -> Option<Self> {
        match author {
            Author::Automatic | Author::Workflow | Author::Bot => Some(Self::Ours),
            Author::CustomerAutomatic => Some(Self::Theirs),
            Author::Unknown => Some(Self::Unknown),
            Author::Customer | Author::Human => None,
        }
    }
}

/// What passes between machines on one channel.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Exchange {
    pub(crate) channel: Option<Channel>,
    pub(crate) since: Micros,
    pub(crate) last: Micros,
    side: Side,
    pub(crate) turns: u16,
    /// Whether every message so far is known to be a machine's.
    certain: bool,
    /// Whether it was found to be a loop.
    pub(crate) said: bool,
}

impl Exchange {
    pub(crate) const fn begun(channel: Option<Channel>, side: Side, at: Micros) -> Self {
        let certain = !matches!(side, Side::Unknown);
        Self { channel, since: at, last: at, side, turns: 1, certain, said: false }
    }

    /// Whether a message now still belongs to it.
    pub(crate) fn goes_on(&self, at: Micros, within: Span) -> bool {
        at.since(self.last) <= within
    }

    /// Takes in the next message. Who writes twice in a row takes one turn.
    pub(crate) fn takes(&mut self, side: Side, at: Micros) {
        self.last = at;
        self.certain &= side != Side::Unknown;
        if side != self.side {
            self.side = side;
            self.turns = self.turns.saturating_add(1);
        }
    }

    /// Whether it is a loop: so many turns, twice as many where a person may be among those who wrote.
    pub(crate) const fn is_loop(&self, turns: u16) -> bool {
        self.turns >= if self.certain { turns } else { turns.saturating_mul(2) }
    }
}

impl Canonical for Exchange {
    fn canonical(&self, to: &mut CanonicalWriter<'_>) {
        to.byte(self.channel.map_or(u8::MAX, |c| c as u8));
        to.time(self.since);
        to.time(self.last);
        to.number(u64::from(self.turns) | (self.side as u64) << 16);
        to.byte(u8::from(self.certain) | u8::from(self.said) << 1);
    }
}
