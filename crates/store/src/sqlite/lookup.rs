//! Questions that the indexes answer, checked against the events themselves.

use super::catalog::Catalog;
use super::failure::Failure;
use super::frame::EventRef;
use super::index::{first_of, position_of, stream_entry};
use super::{fingerprint, log};
use crate::stream::StreamId;
use rusqlite::Connection;
use std::ops::ControlFlow;
use throughline_core::ids::EventId;
use uuid::Uuid;

/// The catalog together with the transaction in which it holds.
#[derive(Clone, Copy, Debug)]
pub(super) struct Lookup<'a> {
    pub(super) db: &'a Connection,
    pub(super) catalog: &'a Catalog,
    /// Positions after this are of commits that the transaction does not see.
    pub(super) head: u64,
}

impl Lookup<'_> {
    /// Hands the event with an id to `read`, if the log holds it.
    pub(super) fn event<R>(
        &self,
        id: EventId,
        read: impl Fn(EventRef<'_>) -> R,
    ) -> Result<Option<R>, Failure> {
        let mut places = Vec::new();
        let from = first_of(fingerprint::of_id(id.0));
        self.catalog.ids.walk(self.db, &from, &mut |entry| {
            places.push(position_of(entry));
            ControlFlow::Continue(())
        })?;
        places.retain(|p| *p <= self.head);
        if places.is_empty() {
            return Ok(None);
        }
        places.sort_unstable();
        let found = log::pick(self.db, &places, |event| {
            if event.id == id { ControlFlow::Break(read(event)) } else { ControlFlow::Continue(()) }
        })?;
        Ok(match found {
            ControlFlow::Break(read) => Some(read),
            ControlFlow::Continue(()) => None,
        })
    }

    /// The last version of a stream; 0 if it has no event.
    pub(super) fn version(&self, stream: &StreamId) -> Result<u64, Failure> {
        let mut version = 0;
        let mut failure = None;
        self.catalog.streams.walk_back(self.db, fingerprint::of_stream(stream), &mut |entry| {
            let position = position_of(entry);
            if position > self.head {
                return ControlFlow::Continue(());
            }
            let found = log::pick(self.db, &[position], |event| {
                if event.is_in(stream) {
                    ControlFlow::Break(event.version.0)
                } else {
                    ControlFlow::Continue(())
                }
            });
            match found {
                Ok(ControlFlow::Break(found)) => version = found,
                // Another stream has the same fingerprint.
                Ok(ControlFlow::Continue(())) => return ControlFlow::Continue(()),
                Err(error) => failure = Some(error),
            }
            ControlFlow::Break(())
        })?;
        failure.map_or(Ok(version), Err)
    }

    /// Where a stream's events from a version on are, oldest first, at most `limit`. Places of other streams
    /// with the same fingerprint can be among them.
    pub(super) fn places(&self, stream: &StreamId, from: u64, limit: usize) -> Result<Vec<u64>, Failure> {
        let mut places = Vec::new();
        let from = stream_entry(fingerprint::of_stream(stream), from, 0);
        self.catalog.streams.walk(self.db, &from, &mut |entry| {
            let position = position_of(entry);
            if position <= self.head {
                places.push(position);
            }
            if places.len() == limit { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
        })?;
        places.sort_unstable();
        Ok(places)
    }

    /// Where events with a tag, or with another of the same fingerprint, are, in order.
    pub(super) fn tagged(&self, tag: Uuid) -> Result<Vec<u64>, Failure> {
        let mut places = Vec::new();
        let from = first_of(fingerprint::of_id(tag));
        self.catalog.tags.walk(self.db, &from, &mut |entry| {
            places.push(position_of(entry));
            ControlFlow::Continue(())
        })?;
        places.retain(|p| *p <= self.head);
        places.sort_unstable();
        Ok(places)
    }
}
