//! The ledger: what was announced, and the difference to what follows from the facts.
//!
//! Decisions follow from facts and change when facts do: a late mail can make a missed target no miss. What was
//! *said* cannot be unsaid, only amended or withdrawn. After each judgement [`difference()`] compares the two, slot
//! by slot and with content, and yields the entries that make what was said equal to what is true. Entries of one
//! judgement and one profile are stored as one record, in that profile's stream.

mod announced;
mod difference;
mod encode;
mod encode_refusals;
mod entry;
mod said;

pub use announced::{Announced, Standing};
pub use difference::{Difference, Judged, difference, handle_of};
pub use encode::{
    LEDGER_KIND, LEDGER_SCHEMA, decode_entries, decode_entries_into, encode_announced, encode_entries,
    encode_entries_of, entries_at_most,
};
pub use entry::{Announcement, AnnouncementId, Entry, Reason, announcement_id};
pub use said::{Said, Saying, TakenBack};
