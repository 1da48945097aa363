//! What had been said of a customer by a point of the log: from the ledger alone, whatever was true.

use super::{Announcement, AnnouncementId, Entry, Reason};
use crate::decision::Slot;
use alloc::{collections::BTreeMap, vec::Vec};
use core::fmt;
use serde::Serialize;
use throughline_core::event::Position;
use throughline_core::ids::CustomerId;
use throughline_core::time::Micros;

/// What stood said of a customer, and what had been taken back.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Said {
    /// The version of this form.
    pub format: u32,
    /// The customer, by the links that were recorded by then.
    pub customer: CustomerId,
    /// The last position of the log that counts.
    pub until: Position,
    /// What stood, in the order in which it was said.
    pub stands: Vec<Saying>,
    /// What stood no more, in the order in which it was taken back.
    pub taken_back: Vec<TakenBack>,
}

/// Something that stands.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Saying {
    /// The announcement's id.
    pub id: AnnouncementId,
    /// When it was said.
    pub said_at: Micros,
    /// What was said, with its generation.
    #[serde(flatten)]
    pub announcement: Announcement,
}

/// Something that was said and stands no more.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct TakenBack {
    /// When it was taken back.
    pub taken_back_at: Micros,
    /// Why.
    pub reason: Reason,
    /// What was said in its place, if it was amended; none if it was withdrawn.
    pub replaced_by: Option<AnnouncementId>,
    /// What had been said.
    pub saying: Saying,
}

/// What stands of each slot, with the place of the entry that said it.
type Standing = BTreeMap<Slot, (usize, Saying)>;

/// Lets something stand, and returns what stood in its place.
fn stand(standing: &mut Standing, place: usize, saying: Saying) -> Option<Saying> {
    let slot = saying.announcement.decision.slot.clone();
    standing.insert(slot, (place, saying)).map(|(_, before)| before)
}

impl Said {
    /// The version of the form. Fields may be added within a version; none changes its meaning.
    pub const FORMAT: u32 = 1;

    /// Adds up the ledger's entries, in the order of the log, each with the time at which it was recorded.
    pub fn of(
        customer: CustomerId,
        until: Position,
        entries: impl IntoIterator<Item = (Micros, Entry)>,
    ) -> Self {
        let mut standing = Standing::new();
        let mut taken_back = Vec::new();
        for (place, (at, entry)) in entries.into_iter().enumerate() {
            let id = entry.announcement_id();
            let gone = match entry {
                Entry::Announced(announcement) => {
                    stand(&mut standing, place, Saying { id, said_at: at, announcement });
                    continue;
                }
                Entry::Amended { reason, announcement, .. } => {
                    stand(&mut standing, place, Saying { id, said_at: at, announcement })
                        .map(|saying| (reason, Some(id), saying))
                }
                Entry::Withdrawn { slot, generation, reason } => standing
                    .remove(&slot)
                    .filter(|(_, saying)| saying.announcement.generation == generation)
                    .map(|(_, saying)| (reason, None, saying)),
            };
            let gone = gone.map(|(reason, replaced_by, saying)| TakenBack {
                taken_back_at: at,
                reason,
                replaced_by,
                saying,
            });
            taken_back.extend(gone);
        }
        let mut stands: Vec<(usize, Saying)> = standing.into_values().collect();
        stands.sort_by_key(|(place, _)| *place);
        let stands = stands.into_iter().map(|(_, saying)| saying).collect();
        Self { format: Self::FORMAT, customer, until, stands, taken_back }
    }
}

impl fmt::Display for Said {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.stands.is_empty() && self.taken_back.is_empty() {
            return f.write_str("nothing was said");
        }
        let mut line_end = "";
        for Saying { said_at, announcement, .. } in &self.stands {
            write!(f, "{line_end}{said_at}  {}", announcement.decision)?;
            if announcement.generation > 0 {
                write!(f, " (said before: {}×)", announcement.generation)?;
            }
            line_end = "\n";
        }
        for TakenBack { taken_back_at, reason, replaced_by, saying } in &self.taken_back {
            let how = if replaced_by.is_some() { "amended" } else { "withdrawn" };
            let (said_at, decision) = (saying.said_at, &saying.announcement.decision);
            write!(f, "{line_end}{said_at}  {how} {taken_back_at} because of {reason:#}: {decision}")?;
            line_end = "\n";
        }
        Ok(())
    }
}
