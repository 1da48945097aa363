//! Reading announcements in order, with a checkpoint: where side effects begin.
//!
//! Delivery is at least once: what was read but not committed comes again after a restart, with the same id. Use
//! that id as idempotency key for what you do, and record what you did as a fact. A reader with a transaction of its own
//! has each exactly once ([`Engine::subscribe_from`]).
//!
//! What one customer's notices do to the reader is no matter of the others: [`Announcements::park`].

use super::bookmark::Bookmark;
use super::load::link_of;
use super::notice::{Item, Notice, items, unreadable};
use super::parking::Parkings;
use super::retry::Retry;
use super::{Engine, EngineError};
use std::collections::{BTreeSet, VecDeque};
use std::sync::Arc;
use throughline_core::event::Position;
use throughline_core::ids::ProfileId;
use throughline_rules::subscription::EntryPlace;
use throughline_store::contract::EventStore;
use throughline_store::read::{Checkpoint, StoredEvent};
use throughline_store::stream::{StreamKey, TenantId};

/// How many events are read at once.
const PAGE: usize = 1_024;

/// A reader of announcements.
#[derive(Debug)]
pub struct Announcements {
    pub(super) store: Arc<dyn EventStore>,
    pub(super) tenant: TenantId,
    name: String,
    committed: Checkpoint,
    /// How far the log was read.
    read: Position,
    /// The first place that was not handed out: everything before it was handed out, is held back, or is no announcement.
    pub(super) handed: EntryPlace,
    waiting: VecDeque<Item>,
    pub(super) historical: bool,
    pub(super) parkings: Parkings,
    /// Who is to be tried again.
    pub(super) asked: VecDeque<ProfileId>,
    pub(super) retry: Option<Retry>,
}

impl Engine {
    /// Reads announcements under a name, from where that name was committed last. What was long past when it was
    /// announced is left out; see [`Announcements::with_historical`].
    pub async fn subscribe(&self, name: &str) -> Result<Announcements, EngineError> {
        let (store, tenant) = (self.store.clone(), self.tenant.clone());
        let parkings = Parkings::load(store.clone(), tenant.clone(), name, self.clock.clone()).await?;
        let name = format!("announcements/{tenant}/{name}");
        let committed = store.checkpoint(&name).await?;
        Ok(Announcements {
            store,
            tenant,
            name,
            committed,
            read: committed.position,
            handed: EntryPlace::behind(committed.position),
            waiting: VecDeque::new(),
            historical: false,
            parkings,
            asked: VecDeque::new(),
            retry: None,
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

    /// The next announcement, or none if there is none yet. What is tried again comes first.
    ///
    /// A record that cannot be read parks its customer by itself.
    pub async fn try_next(&mut self) -> Result<Option<Notice>, EngineError> {
        if let Some(notice) = self.next_retried().await? {
            return Ok(Some(notice));
        }
        loop {
            while let Some(Item { place, profile, said }) = self.waiting.front() {
                let is_held = self.parkings.holds(*profile, *place);
                if !is_held && let Err(error) = said {
                    self.parkings.park(*profile, *place, &unreadable(error)).await?;
                }
                if let Some(item) = self.hand_out()
                    && !is_held
                    && let Ok(notice) = item.said
                {
                    return Ok(Some(*notice));
                }
            }
            if !self.read_on().await? {
                return Ok(None);
            }
        }
    }

    /// Reads a page of the log. `false` if there is nothing more.
    async fn read_on(&mut self) -> Result<bool, EngineError> {
        let page = self.store.read_all(self.read, PAGE).await?;
        let Some(last) = page.last_position() else { return Ok(false) };
        let mine = |event: &StoredEvent| match event.stream.key {
            StreamKey::Profile(profile) if event.stream.tenant == self.tenant => Some(profile),
            _ => None,
        };
        let mine: Vec<_> = page.events.iter().filter_map(|event| Some((mine(event)?, event))).collect();
        let is_link = |event: &StoredEvent| !matches!(link_of(&event.recorded.event.data), Ok(None));
        let linked: BTreeSet<ProfileId> =
            mine.iter().filter(|(_, event)| is_link(event)).map(|(profile, _)| *profile).collect();
        self.parkings.links_changed(&linked).await?;
        let read = mine.into_iter().flat_map(|(profile, event)| items(profile, event, self.historical));
        self.waiting.extend(read.filter(|item| item.place >= self.handed));
        self.read = last;
        if self.waiting.is_empty() {
            self.handed = self.handed.max(EntryPlace::behind(last));
        }
        Ok(true)
    }

    /// Takes out what waits first, and moves on behind it.
    fn hand_out(&mut self) -> Option<Item> {
        let item = self.waiting.pop_front()?;
        let position = item.place.position;
        self.handed = match self.waiting.front() {
            None => EntryPlace::behind(self.read),
            // A record with several entries is done with only when its last one was handed out.
            Some(next) if next.place.position == position => item.place.next(),
            Some(_) => EntryPlace::behind(position),
        };
        Some(item)
    }

    /// Says that everything handed out so far is dealt with. After a restart reading goes on behind it.
    ///
    /// Answers `false` if another reader of the same name has committed since: then this one should stop.
    pub async fn commit(&mut self) -> Result<bool, EngineError> {
        if !self.parkings.commit(self.handed).await? {
            return Ok(false);
        }
        let new = Checkpoint { position: Position(self.handed.position.0 - 1) };
        if new == self.committed {
            return Ok(true);
        }
        let saved = self.store.save_checkpoint(&self.name, self.committed, new, Vec::new()).await?;
        if saved {
            self.committed = new;
        }
        Ok(saved)
    }

    /// How far this reader came, with everything handed out so far: what to keep together with the work for it, and to
    /// start from with [`Engine::subscribe_from`].
    pub fn bookmark(&self) -> Bookmark {
        Bookmark { next: self.handed, retried: self.parkings.ahead() }
    }

    pub(super) fn go_to(&mut self, bookmark: &Bookmark) {
        self.read = Position(bookmark.next.position.0.saturating_sub(1));
        self.handed = bookmark.next.max(EntryPlace::behind(self.read));
        for retried in &bookmark.retried {
            self.parkings.resume(retried.profile, retried.until, retried.is_released);
        }
    }
}
