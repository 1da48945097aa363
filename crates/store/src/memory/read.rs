//! Reading: slots are found by an index, then their events are copied into a page.

use super::log::{Log, Slot, key};
use crate::read::{Page, StoredEvent};
use crate::stream::{StreamId, TenantId};
use throughline_core::event::{Position, Version};
use throughline_core::order::CanonicalKey;
use uuid::Uuid;

impl Log {
    pub(super) fn read_stream(&self, stream: &StreamId, from: Version, limit: usize) -> Page {
        let slots = self.stream(stream).map_or(&[][..], |held| &held.slots);
        let first = from.0.saturating_sub(1).min(slots.len() as u64) as usize;
        self.page(slots[first..].iter().copied(), limit)
    }

    pub(super) fn read_all(&self, after: Position, limit: usize) -> Page {
        let first = after.0.min(self.events.len() as u64) as usize;
        self.page((first..self.events.len()).filter_map(Slot::at), limit)
    }

    pub(super) fn read_canonical(
        &self,
        stream: &StreamId,
        after: Option<&CanonicalKey>,
        limit: usize,
    ) -> Page {
        let order = self.stream(stream).map_or(&[][..], |held| held.canonical());
        let first = after.map_or(0, |after| {
            let after = (after.occurred_at, &after.source, after.sequence, after.id);
            order.partition_point(|&slot| key(&self.events.get(slot).recorded.event) <= after)
        });
        self.page(order[first..].iter().copied(), limit)
    }

    pub(super) fn streams_tagged(&self, tenant: &TenantId, tag: Uuid) -> Vec<StreamId> {
        let tagged = self.by_tag.get(&tag).map_or(&[][..], Vec::as_slice);
        let names = tagged.iter().map(|&ix| &self.stream_at(ix).name);
        let mut names: Vec<_> = names.filter(|name| name.tenant == *tenant).cloned().collect();
        names.sort_unstable();
        names
    }

    fn page(&self, slots: impl Iterator<Item = Slot> + Clone, limit: usize) -> Page {
        let slots = slots.take(limit.max(1));
        // Counting a shared body's readers waits for memory, one body after the other; looking at each first waits for
        // all of them at once.
        for slot in slots.clone() {
            let held = self.events.get(slot);
            let event = &held.recorded.event;
            std::hint::black_box((held.stream, event.id, event.sequence, event.data.plain.first().copied()));
        }
        let stored = slots.map(|slot| {
            let held = self.events.get(slot);
            StoredEvent { stream: self.stream_at(held.stream).name.clone(), recorded: held.recorded.clone() }
        });
        Page { events: stored.collect() }
    }
}
