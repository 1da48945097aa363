//! Promises that are still to be kept. Kept and broken ones are counted; their story is in the decisions.

use crate::decision::Trigger;
use serde::{Deserialize, Serialize};
use throughline_core::canonical::{Canonical, CanonicalWriter};
use throughline_core::ids::{ContactId, PromiseId};
use throughline_core::name::Sym;
use throughline_core::time::Micros;

/// The most promises of one customer that can be open at once. Past it the oldest is forgotten and counted.
pub const MAX_PROMISES: usize = 256;

/// A promise that is still to be kept.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Promise {
    /// Its id.
    pub id: PromiseId,
    /// What was promised; [`Sym::NONE`] for a call back, of which nobody says more.
    pub what: Sym,
    /// The contact in which it was made.
    pub contact: Option<ContactId>,
    /// When it was made.
    pub made_at: Micros,
    /// By when it is to be kept.
    pub due: Micros,
    /// What keeps it.
    pub kept_by: KeptBy,
    /// The event that made it.
    pub made_by: Trigger,
    /// Whether its time has passed.
    pub broken: bool,
}

/// What keeps a promise.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum KeptBy {
    /// A source says that it was kept.
    Word,
    /// A call of ours from this instant on, or a source's word that there was one. A call before it keeps nothing.
    Call(Micros),
}

impl Promise {
    /// From when it can be kept, if that is not at any time.
    pub fn window_start(&self) -> Option<Micros> {
        match self.kept_by {
            KeptBy::Call(from) if from != Micros::MIN => Some(from),
            KeptBy::Call(_) | KeptBy::Word => None,
        }
    }

    /// Whether it is a call back that a call of ours at this instant keeps.
    pub fn is_kept_by_call_at(&self, at: Micros) -> bool {
        matches!(self.kept_by, KeptBy::Call(from) if at >= from)
    }

    /// Whether what happens at this instant can keep it.
    pub fn can_be_kept_at(&self, at: Micros) -> bool {
        match self.kept_by {
            KeptBy::Word => true,
            KeptBy::Call(from) => at >= from,
        }
    }
}

/// How a customer's promises went.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct PromiseCount {
    /// Made.
    pub made: u32,
    /// Kept in time.
    pub kept: u32,
    /// Not kept in time.
    pub broken: u32,
    /// Kept, but too late; counted in `broken` too.
    pub kept_late: u32,
    /// How often one was given another time before its own had come, which neither keeps nor breaks it.
    pub renegotiated: u32,
}

impl PromiseCount {
    /// Adds another count to this one, for a total over customers.
    pub const fn add(&mut self, other: Self) {
        self.made += other.made;
        self.kept += other.kept;
        self.broken += other.broken;
        self.kept_late += other.kept_late;
        self.renegotiated += other.renegotiated;
    }
}

impl Canonical for Promise {
    fn canonical(&self, to: &mut CanonicalWriter<'_>) {
        to.id(self.id.0);
        to.name(self.what);
        to.id(self.contact.unwrap_or_default().0);
        to.time(self.made_at);
        to.time(self.due);
        to.time(match self.kept_by {
            KeptBy::Word => Micros::MAX,
            KeptBy::Call(from) => from,
        });
        to.id(self.made_by.event.0);
        to.byte(u8::from(self.broken));
    }
}

impl Canonical for PromiseCount {
    fn canonical(&self, to: &mut CanonicalWriter<'_>) {
        to.number(u64::from(self.made) | u64::from(self.kept) << 32);
        to.number(u64::from(self.broken) | u64::from(self.kept_late) << 32);
        to.number(u64::from(self.renegotiated));
    }
}
