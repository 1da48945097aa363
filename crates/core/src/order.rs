//! The one order that belongs to the facts: (`occurred_at`, source, `sequence`, `event_id`).
//!
//! It does not depend on when or where a fact was recorded, so every arrival order folds to the same journey.

use crate::event::NewEvent;
use crate::ids::EventId;
use crate::name::Name;
use crate::time::Micros;

/// A fact's place among all facts of its customer.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CanonicalKey {
    /// When it happened.
    pub occurred_at: Micros,
    /// Who says so; sources are ordered by their names' bytes.
    pub source: Name,
    /// The source's own number for it.
    pub sequence: u64,
    /// The event.
    pub id: EventId,
}

impl<D> NewEvent<D> {
    /// The event's place in canonical order.
    pub fn canonical_key(&self) -> CanonicalKey {
        CanonicalKey {
            occurred_at: self.occurred_at,
            source: self.source.clone(),
            sequence: self.sequence,
            id: self.id,
        }
    }
}
