//! Promises that are still to be kept. Kept and broken ones are counted; their story is in the decisions.

use crate::decision::Trigger;
use alloc::boxed::Box;
use serde::{Deserialize, Serialize};
use thin_vec::ThinVec;
use throughline_core::canonical::{Canonical, CanonicalWriter};
use throughline_core::ids::{ContactId, PromiseId};
use throughline_core::name::Sym;
use throughline_core::tight;
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

/// The promises of one customer: those still to be kept, and how all of them went. Most customers were promised nothing, and
/// then it takes one pointer.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Promises(Option<Box<Ledger>>);

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
struct Ledger {
    open: ThinVec<Promise>,
    count: PromiseCount,
}

impl Promises {
    /// Those still to be kept, in the order in which they were made.
    pub fn open(&self) -> &[Promise] {
        self.0.as_ref().map_or(&[], |ledger| &ledger.open)
    }

    /// One that is still to be kept.
    pub fn get(&self, id: PromiseId) -> Option<&Promise> {
        self.open().iter().find(|promise| promise.id == id)
    }

    /// How all of them went.
    pub fn count(&self) -> PromiseCount {
        self.0.as_ref().map_or(PromiseCount::default(), |ledger| ledger.count)
    }

    pub(crate) fn get_mut(&mut self, id: PromiseId) -> Option<&mut Promise> {
        self.0.as_mut()?.open.iter_mut().find(|promise| promise.id == id)
    }

    pub(crate) fn count_mut(&mut self) -> &mut PromiseCount {
        &mut self.0.get_or_insert_default().count
    }

    /// Adds one, and counts it.
    pub(crate) fn add(&mut self, promise: Promise) {
        let ledger = self.0.get_or_insert_default();
        ledger.count.made += 1;
        tight::push(&mut ledger.open, promise);
    }

    /// Takes out one that is not still to be kept any more.
    pub(crate) fn take(&mut self, id: PromiseId) -> Option<Promise> {
        let open = &mut self.0.as_mut()?.open;
        let place = open.iter().position(|promise| promise.id == id)?;
        Some(open.remove(place))
    }

    pub(crate) fn clear(&mut self) {
        self.0 = None;
    }

    pub(crate) fn shrink(&mut self) {
        if let Some(ledger) = &mut self.0 {
            ledger.open.shrink_to_fit();
        }
    }

    /// The bytes on the heap.
    pub fn heap_bytes(&self) -> usize {
        self.0.as_ref().map_or(0, |ledger| size_of::<Ledger>() + tight::heap_bytes(&ledger.open))
    }
}

impl Canonical for Promises {
    fn canonical(&self, to: &mut CanonicalWriter<'_>) {
        to.list(self.open());
        self.count().canonical(to);
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
