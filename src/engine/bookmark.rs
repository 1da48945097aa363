//! How far a reader came, for a reader that keeps it with its own work.

use super::{Announcements, Engine, EngineError};
use serde::{Deserialize, Serialize};
use throughline_core::event::Position;
use throughline_core::ids::ProfileId;
use throughline_rules::subscription::EntryPlace;

/// How far a reader came. Kept in the transaction in which the work is done, it makes delivery exactly once: see
/// [`Engine::subscribe_from`].
///
/// Keep it as a whole, in the form that `serde` gives it. The default one is the beginning of the log.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Bookmark {
    /// The first place that was not handed out yet.
    pub next: EntryPlace,
    /// How far trying again came of those who are parked.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub retried: Vec<Retried>,
}

/// How far trying again came of one parked customer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Retried {
    /// The profile that the customer is parked under.
    pub profile: ProfileId,
    /// What of the customer was held back before this place is dealt with.
    pub until: EntryPlace,
    /// Whether that is all of it, so that nothing is held back any more.
    pub is_released: bool,
}

impl From<Position> for Bookmark {
    /// Everything behind a position of the log.
    fn from(position: Position) -> Self {
        Self { next: EntryPlace::behind(position), retried: Vec::new() }
    }
}

impl Engine {
    /// Reads announcements under a name, from where the reader itself says that it came.
    ///
    /// A reader that writes to a database of its own keeps [`Announcements::bookmark`] there, in the transaction in which it
    /// does its work, and starts with this: then work and bookmark are there together or not at all, and nothing is done
    /// twice or left out, wherever the process ends. [`Announcements::commit`] comes after that transaction; it records who
    /// is released, and what it records is made up for by the bookmark if the process ends before it.
    pub async fn subscribe_from(
        &self,
        name: &str,
        bookmark: impl Into<Bookmark> + Send,
    ) -> Result<Announcements, EngineError> {
        let bookmark = bookmark.into();
        let mut announcements = self.subscribe(name).await?;
        announcements.go_to(&bookmark);
        Ok(announcements)
    }
}
