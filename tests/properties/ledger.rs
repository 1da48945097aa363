//! Exactly once in effect, read from the log itself.

use std::collections::{BTreeMap, BTreeSet};
use throughline_rules::decision::Slot;
use throughline_rules::ledger::{AnnouncementId, Entry, LEDGER_KIND, decode_entries};
use throughline_store::read::StoredEvent;

/// Asserts that no announcement is in the log twice, that generations of a slot count 0, 1, 2, …, that a slot has at
/// most one announcement that stands, and that only what stands is amended or withdrawn.
pub(crate) fn is_sound(log: &[StoredEvent]) {
    let mut ids = BTreeSet::new();
    let mut slots: BTreeMap<Slot, (u32, Option<AnnouncementId>)> = BTreeMap::new();
    for event in log.iter().filter(|e| e.recorded.event.data.kind == LEDGER_KIND) {
        for entry in decode_entries(&event.recorded.event.data.plain).unwrap() {
            let (next, stands) = slots.entry(entry.slot().clone()).or_default();
            let id = entry.announcement_id();
            match entry {
                Entry::Announced(announcement) => {
                    assert_eq!(*stands, None, "said while it stands");
                    assert_eq!(announcement.generation, *next);
                }
                Entry::Amended { supersedes, announcement, .. } => {
                    assert_eq!(*stands, Some(supersedes), "amended what does not stand");
                    assert_eq!(announcement.generation, *next);
                }
                Entry::Withdrawn { .. } => {
                    assert_eq!(stands.take(), Some(id), "withdrew what does not stand");
                    continue;
                }
            }
            assert!(ids.insert(id), "announced twice: {id}");
            (*next, *stands) = (*next + 1, Some(id));
        }
    }
}
