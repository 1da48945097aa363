//! What a subscription delivers: the entries of the ledger's records, each by itself.

use throughline_core::event::Position;
use throughline_core::ids::ProfileId;
use throughline_core::time::Micros;
use throughline_core::wire::DecodeError;
use throughline_rules::ledger::{AnnouncementId, Entry, LEDGER_KIND, decode_entries};
use throughline_rules::subscription::EntryPlace;
use throughline_store::read::StoredEvent;

/// One entry of the ledger, delivered.
#[derive(Clone, Debug, PartialEq)]
pub struct Notice {
    /// The announcement that is made, amended to, or withdrawn: the idempotency key.
    pub id: AnnouncementId,
    /// The profile whose event led to it.
    pub profile: ProfileId,
    /// When it was announced.
    pub announced_at: Micros,
    /// Where it is in the log.
    pub position: Position,
    /// Which entry of the record there it is, from 0.
    pub index: u32,
    /// What is said.
    pub entry: Entry,
}

impl Notice {
    pub(super) const fn place(&self) -> EntryPlace {
        EntryPlace { position: self.position, entry: self.index }
    }
}

/// What is at one place: a notice, or a record that cannot be read.
#[derive(Debug)]
pub(super) struct Item {
    pub(super) place: EntryPlace,
    pub(super) profile: ProfileId,
    pub(super) said: Result<Box<Notice>, DecodeError>,
}

/// What a profile's event says; nothing if it is no record of the ledger.
pub(super) fn items(profile: ProfileId, stored: &StoredEvent, historical: bool) -> Vec<Item> {
    let recorded = &stored.recorded;
    let (position, body) = (recorded.position, &recorded.event.data);
    if body.kind != LEDGER_KIND {
        return Vec::new();
    }
    let entries = match decode_entries(&body.plain) {
        Ok(entries) => entries,
        Err(error) => {
            return vec![Item { place: EntryPlace { position, entry: 0 }, profile, said: Err(error) }];
        }
    };
    let numbered = (0..).zip(entries).filter(|(_, entry)| historical || !entry.is_historical());
    let item = |(index, entry): (u32, Entry)| Item {
        place: EntryPlace { position, entry: index },
        profile,
        said: Ok(Box::new(Notice {
            id: entry.announcement_id(),
            profile,
            announced_at: recorded.recorded_at,
            position,
            index,
            entry,
        })),
    };
    numbered.map(item).collect()
}

/// What is noted of a record that cannot be read.
pub(super) fn unreadable(error: &DecodeError) -> String {
    format!("the record cannot be read: {error}")
}
