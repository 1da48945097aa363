//! Reading wrongly, and the names, versions and positions that a flaw shows in place of those held.

use super::{Flaw, Mutant};
use throughline_core::event::{IdentifierHash, Position, Version};
use throughline_core::order::CanonicalKey;
use throughline_store::contract::EventStore as _;
use throughline_store::error::{StoreError, StoreErrorKind};
use throughline_store::read::{Page, StoredEvent};
use throughline_store::stream::{StreamId, StreamKey, TenantId};
use uuid::Uuid;

/// How much too late positions start.
const LATE: u64 = 10;

/// Every event whose position this divides is shown late. Few clauses write so many.
const SKIPPED: u64 = 64;

impl Mutant {
    pub(super) fn shown_version(&self, Version(held): Version) -> Version {
        let has_gaps = self.has(Flaw::VersionsWithGaps) && held > 0;
        Version(if has_gaps { held * 2 - 1 } else { held })
    }

    /// The version held that was shown as this one; one that no stream is at if none was.
    pub(super) fn held_version(&self, Version(shown): Version) -> Version {
        Version(match shown {
            _ if !self.has(Flaw::VersionsWithGaps) => shown,
            0 => 0,
            _ if shown % 2 == 0 => u64::MAX / 2,
            _ => shown / 2 + 1,
        })
    }

    pub(super) fn shown_position(&self, Position(held): Position) -> Position {
        let is_late = self.has(Flaw::PositionsStartLate) && held > 0;
        Position(if is_late { held + LATE } else { held })
    }

    pub(super) fn held_position(&self, Position(shown): Position) -> Position {
        let late = if self.has(Flaw::PositionsStartLate) { LATE } else { 0 };
        Position(shown.saturating_sub(late))
    }

    pub(super) fn held_stream(&self, stream: &StreamId) -> StreamId {
        let mut held = stream.clone();
        if self.has(Flaw::TenantsMixed) {
            held.tenant = TenantId::default();
        }
        held
    }

    /// A page as it is shown to somebody who asked for `asked`.
    fn shown(&self, mut page: Page, asked: Option<&StreamId>) -> Page {
        for stored in &mut page.events {
            let recorded = &mut stored.recorded;
            recorded.version = self.shown_version(recorded.version);
            recorded.position = self.shown_position(recorded.position);
            if self.has(Flaw::RecordedAtLost) {
                recorded.recorded_at = recorded.event.occurred_at;
            }
            if let Some(given) = self.notes().aliases.get(&recorded.event.id) {
                recorded.event.id = *given;
            }
            if let Some(asked) = asked {
                stored.stream = asked.clone();
            }
        }
        page
    }

    pub(super) async fn wrong_read_stream(
        &self,
        stream: &StreamId,
        from: Version,
        limit: usize,
    ) -> Result<Page, StoreError> {
        let held = self.held_stream(stream);
        if self.has(Flaw::MissingStreamFails) {
            let versions = self.inner().versions(std::slice::from_ref(&held)).await?;
            if versions[0].0 == 0 {
                return Err(StoreError::new(StoreErrorKind::Other, "there is no such stream"));
            }
        }
        if self.has(Flaw::KindsOfStreamMixed) {
            return self.read_kinds(stream, from, limit).await;
        }
        let from = match from.0 {
            shown if self.has(Flaw::VersionsWithGaps) => Version(shown / 2 + 1),
            shown if self.has(Flaw::ReadsAfterVersion) => Version(shown + 1),
            shown => Version(shown),
        };
        let limit = if self.has(Flaw::LimitIgnored) { usize::MAX } else { limit };
        Ok(self.shown(self.inner().read_stream(&held, from, limit).await?, Some(stream)))
    }

    /// The events of the first kind of stream that has any under the key.
    async fn read_kinds(&self, stream: &StreamId, from: Version, limit: usize) -> Result<Page, StoreError> {
        let (_, key) = stream.key_bytes();
        let other = StreamId { key: StreamKey::Identifier(IdentifierHash(key)), ..stream.clone() };
        let page = self.inner().read_stream(&other, from, limit).await?;
        if page.events.is_empty() {
            return self.inner().read_stream(stream, from, limit).await;
        }
        Ok(self.shown(page, Some(stream)))
    }

    pub(super) async fn wrong_read_all(&self, after: Position, limit: usize) -> Result<Page, StoreError> {
        let limit = if self.has(Flaw::LimitIgnored) { usize::MAX } else { limit };
        let after = self.held_position(after);
        if self.has(Flaw::ReaderSkips) {
            let mut page = self.inner().read_all(after, limit.saturating_add(1)).await?;
            let head = self.inner().head().await?.0;
            page.events.retain(|e| e.recorded.position.0 % SKIPPED != 0 || head > e.recorded.position.0 + 1);
            page.events.truncate(limit);
            return Ok(page);
        }
        if self.has(Flaw::LogByTime) {
            let mut page = self.inner().read_all(Position(0), usize::MAX).await?;
            page.events.sort_by_key(|stored| stored.recorded.event.occurred_at);
            let seen = page.events.iter().position(|e| e.recorded.position == after).map_or(0, |at| at + 1);
            page.events.drain(..seen);
            page.events.truncate(limit);
            return Ok(page);
        }
        Ok(self.shown(self.inner().read_all(after, limit).await?, None))
    }

    pub(super) async fn wrong_read_canonical(
        &self,
        stream: &StreamId,
        after: Option<&CanonicalKey>,
        limit: usize,
    ) -> Result<Page, StoreError> {
        let held = self.held_stream(stream);
        let by_arrival = self.has(Flaw::CanonicalByArrival);
        if !by_arrival && !self.has(Flaw::SequenceIsSigned) {
            return Ok(self.shown(self.inner().read_canonical(&held, after, limit).await?, Some(stream)));
        }
        let key = |stored: &StoredEvent| stored.recorded.event.canonical_key();
        let signed = |key: CanonicalKey| (key.occurred_at, key.source, key.sequence as i64, key.id);
        let mut page = self.inner().read_stream(&held, Version(1), usize::MAX).await?;
        if by_arrival {
            page.events.retain(|stored| after.is_none_or(|after| key(stored) > *after));
        } else {
            page.events.sort_by_key(|stored| signed(key(stored)));
            page.events
                .retain(|stored| after.is_none_or(|after| signed(key(stored)) > signed(after.clone())));
        }
        page.events.truncate(limit);
        Ok(page)
    }

    pub(super) async fn wrong_versions(&self, streams: &[StreamId]) -> Result<Vec<Version>, StoreError> {
        let mut held: Vec<StreamId> = streams.iter().map(|stream| self.held_stream(stream)).collect();
        if self.has(Flaw::VersionsSorted) {
            held.sort();
        }
        let versions = self.inner().versions(&held).await?;
        Ok(versions.into_iter().map(|version| self.shown_version(version)).collect())
    }

    pub(super) async fn wrong_streams_tagged(
        &self,
        tenant: &TenantId,
        tag: Uuid,
    ) -> Result<Vec<StreamId>, StoreError> {
        let held_tenant = if self.has(Flaw::TenantsMixed) { &TenantId::default() } else { tenant };
        let streams = self.inner().streams_tagged(held_tenant, tag).await?;
        let mut found = Vec::new();
        for mut stream in streams {
            stream.tenant = tenant.clone();
            let events = self.inner().read_stream(&self.held_stream(&stream), Version(1), usize::MAX).await?;
            let is_tagged = |stored: &&StoredEvent| stored.recorded.event.data.tag == Some(tag);
            let times = match self.flaw {
                Some(Flaw::TagNamedTwice) => events.events.iter().filter(is_tagged).count(),
                Some(Flaw::TagOfFirstEventOnly) => events.events.iter().take(1).filter(is_tagged).count(),
                _ => 1,
            };
            found.extend(std::iter::repeat_n(stream, times));
        }
        Ok(found)
    }
}
