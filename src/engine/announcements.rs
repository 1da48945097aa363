//! Reading announcements in order, with a checkpoint: where side effects begin.
//!
//! Delivery is at least once: what was read but not committed comes again after a restart, with the same id. Use
//! that id as idempotency key for what you do, and record what you did as a fact.

use super::{Engine, EngineError};
use std::collections::VecDeque;
use std::sync::Arc;
use throughline_core::event::Position;
use throughline_core::ids::ProfileId;
use throughline_core::time::Micros;
use throughline_rules::ledger::{AnnouncementId, Entry, LEDGER_KIND, decode_entries};
use throughline_store::contract::EventStore;
use throughline_store::read::Checkpoint;
use throughline_store::stream::{StreamKey, TenantId};

/// How many events are read at once.
const PAGE: usize = 1_024;

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
    /// What is said.
    pub entry: Entry,
}

/// A reader of announcements.
#[derive(Debug)]
pub struct Announcements {
    store: Arc<dyn EventStore>,
    tenant: TenantId,
    name: String,
    committed: Checkpoint,
    /// How far the log was read.
    read: Position,
    /// How far what was handed out goes: all of the log up to there was handed out or is no announcement.
    handed: Position,
    waiting: VecDeque<Notice>,
    historical: bool,
}

impl Engine {
    /// Reads announcements under a name, from where that name was committed last. What was long past when it was
    /// announced is left out; see [`Announcements::with_historical`].
    pub async fn subscribe(&self, name: &str) -> Result<Announcements, EngineError> {
        let name = format!("announcements/{}/{name}", self.tenant);
        let committed = self.store.checkpoint(&name).await?;
        Ok(Announcements {
            store: self.store.clone(),
            tenant: self.tenant.clone(),
            name,
            committed,
            read: committed.position,
            handed: committed.position,
            waiting: VecDeque::new(),
            historical: false,
        })
    }
}

impl Announcements {
    /// Delivers also what was long past when it was announced.
    #[must_use]
    pub const fn with_historical(mut self) -> Self {
        self.historical = true;
        self
    }

    /// The next announcement. Waits for one if there is none yet.
    pub async fn next(&mut self) -> Result<Notice, EngineError> {
        loop {
            if let Some(notice) = self.try_next().await? {
                return Ok(notice);
            }
            self.store.wait_beyond(self.read).await?;
        }
    }

    /// The next announcement, or none if there is none yet.
    pub async fn try_next(&mut self) -> Result<Option<Notice>, EngineError> {
        while self.waiting.is_empty() {
            self.handed = self.read;
            let page = self.store.read_all(self.read, PAGE).await?;
            let Some(last) = page.last_position() else { return Ok(None) };
            for event in page.events {
                let StreamKey::Profile(profile) = event.stream.key else { continue };
                let recorded = event.recorded;
                if event.stream.tenant != self.tenant || recorded.event.data.kind != LEDGER_KIND {
                    continue;
                }
                let entries = decode_entries(&recorded.event.data.plain)?.into_iter();
                let wanted = entries.filter(|e| self.historical || !e.is_historical());
                self.waiting.extend(wanted.map(|entry| Notice {
                    id: entry.announcement_id(),
                    profile,
                    announced_at: recorded.recorded_at,
                    position: recorded.position,
                    entry,
                }));
            }
            self.read = last;
        }
        let notice = self.waiting.pop_front();
        if let Some(notice) = &notice {
            // A record with several entries is done with only when its last one was handed out.
            let more = self.waiting.front().is_some_and(|next| next.position == notice.position);
            self.handed = if self.waiting.is_empty() {
                self.read
            } else if more {
                Position(notice.position.0 - 1)
            } else {
                notice.position
            };
        }
        Ok(notice)
    }

    /// Says that everything handed out so far is dealt with. After a restart reading goes on behind it.
    ///
    /// Answers `false` if another reader of the same name has committed since: then this one should stop.
    pub async fn commit(&mut self) -> Result<bool, EngineError> {
        let new = Checkpoint { position: self.handed };
        if new == self.committed {
            return Ok(true);
        }
        let saved = self.store.save_checkpoint(&self.name, self.committed, new, Vec::new()).await?;
        if saved {
            self.committed = new;
        }
        Ok(saved)
    }
}
