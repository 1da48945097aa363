//! Puts the same operations to a store and to the model.

use super::{Model, Operation};
use crate::conformance::Violation;
use crate::outcome::{Outcome, outcome};
use core::fmt::Debug;
use throughline_core::event::{Position, Version};
use throughline_store::append::{Append, Place};
use throughline_store::contract::EventStore;
use throughline_store::read::{Checkpoint, Due, StoredEvent};
use throughline_store::stream::StreamId;

/// Whether an empty store answers every operation as the model does.
pub async fn agrees(store: &dyn EventStore, operations: &[Operation]) -> Result<(), Violation> {
    let mut comparison = Comparison { store, model: Model::default(), positions: Vec::new() };
    for (n, operation) in operations.iter().enumerate() {
        let differs = |violation| Violation::new(format!("operation {n}, {operation:?}: {violation}"));
        comparison.put(operation).await.map_err(differs)?;
    }
    let whole = Operation::ReadAll { after: 0, limit: 7 };
    comparison.put(&whole).await.map_err(|violation| Violation::new(format!("in the end: {violation}")))
}

struct Comparison<'a> {
    store: &'a dyn EventStore,
    model: Model,
    /// The store's positions in the order of the log. They may have gaps; the model's have none.
    positions: Vec<Position>,
}

fn same<T: PartialEq + Debug>(store: &T, model: &T) -> Result<(), Violation> {
    if store == model {
        return Ok(());
    }
    Err(Violation::new(format!("\n  store {store:?}\n  model {model:?}")))
}

impl Comparison<'_> {
    async fn put(&mut self, operation: &Operation) -> Result<(), Violation> {
        match operation {
            Operation::Append(append) => {
                let answer = outcome(self.store.append(append.clone()).await);
                self.appended(append, answer)
            }
            Operation::AppendMany(appends) => {
                let answers = self.store.append_many(appends.clone()).await;
                same(&answers.len(), &appends.len())?;
                for (append, answer) in appends.iter().zip(answers) {
                    self.appended(append, outcome(answer))?;
                }
                Ok(())
            }
            Operation::ReadAll { after, limit } => self.read_all(*after, *limit).await,
            Operation::ReadStream { stream, from, limit } => {
                self.read_stream(stream, *from, *limit).await?;
                self.read_canonical(stream, *from, *limit).await
            }
            Operation::Versions(streams) => {
                let versions = streams.iter().map(|stream| self.model.version(stream)).collect();
                same(&self.store.versions(streams).await?, &versions)
            }
            Operation::Tagged { stream: StreamId { tenant, .. }, tag } => {
                let is_tagged = |held: &&StoredEvent| {
                    held.recorded.event.data.tag == Some(*tag) && held.stream.tenant == *tenant
                };
                let streams = self.model.log.iter().filter(is_tagged).map(|held| held.stream.clone());
                let mut streams: Vec<StreamId> = streams.collect();
                streams.sort();
                streams.dedup();
                same(&self.store.streams_tagged(tenant, *tag).await?, &streams)
            }
            derived => self.put_derived(derived).await,
        }
    }

    async fn put_derived(&mut self, operation: &Operation) -> Result<(), Violation> {
        match operation {
            Operation::SaveCheckpoint { name, is_fresh, position, due } => {
                let mut expected = self.store.checkpoint(name).await?;
                same(&expected, &self.model.checkpoints.get(*name).copied().unwrap_or_default())?;
                expected.position.0 += u64::from(!is_fresh);
                let new = Checkpoint { position: Position(*position) };
                let saved = self.store.save_checkpoint(name, expected, new, due.clone()).await?;
                same(&saved, &self.model.save_checkpoint(name, expected, new, due))
            }
            Operation::DueBy(now) => {
                let due = self.model.due.iter().filter(|(_, at)| *at <= now);
                let mut due: Vec<Due> =
                    due.map(|(stream, at)| Due { stream: stream.clone(), at: Some(*at) }).collect();
                due.sort_by_key(|due| due.at);
                // Streams that are due at one instant may come in any order, so times are compared, then streams.
                let mut found = self.store.due_by(*now, 1_000).await?;
                let times = |due: &[Due]| due.iter().map(|due| due.at).collect::<Vec<_>>();
                same(&times(&found), &times(&due))?;
                same(&times(&self.store.due_by(*now, 1).await?), &times(&due[..due.len().min(1)]))?;
                found.sort_by_key(|due| (due.at, due.stream.clone()));
                same(&found, &due)
            }
            Operation::SaveSnapshot { stream, bytes } => {
                match bytes {
                    Some(bytes) => self.model.snapshots.insert(stream.clone(), bytes.clone()),
                    None => self.model.snapshots.remove(stream),
                };
                Ok(self.store.save_snapshot(stream, bytes.clone()).await?)
            }
            Operation::Snapshot(stream) => {
                same(&self.store.snapshot(stream).await?, &self.model.snapshots.get(stream).cloned())
            }
            _ => {
                self.model.drop_derived();
                Ok(self.store.drop_derived().await?)
            }
        }
    }

    /// Compares an answer, after its new positions were taken in.
    fn appended(&mut self, append: &Append, mut answer: Outcome) -> Result<(), Violation> {
        if let Ok(appended) = &mut answer {
            for place in appended.places.iter_mut().flatten() {
                if !place.was_there {
                    let grows = self.positions.last().is_none_or(|last| *last < place.position);
                    same(&grows, &true)?;
                    self.positions.push(place.position);
                }
                *place = Place { position: self.rank(place.position), ..*place };
            }
        } else if let Err(crate::outcome::Refusal::IdReused { position, .. }) = &mut answer {
            *position = self.rank(*position);
        }
        same(&answer, &self.model.append(append))
    }

    /// The model's position for one of the store's; 0 for one that the store never gave to an event.
    fn rank(&self, position: Position) -> Position {
        Position(self.positions.binary_search(&position).map_or(0, |index| index as u64 + 1))
    }

    fn ranked(&self, mut events: Vec<StoredEvent>) -> Vec<StoredEvent> {
        for stored in &mut events {
            stored.recorded.position = self.rank(stored.recorded.position);
        }
        events
    }

    async fn read_all(&self, after: usize, limit: usize) -> Result<(), Violation> {
        let after = after.min(self.positions.len());
        let mut position = if after == 0 { Position(0) } else { self.positions[after - 1] };
        let mut events = Vec::new();
        loop {
            let page = self.store.read_all(position, limit).await?;
            same(&(page.events.len() <= limit), &true)?;
            let Some(last) = page.last_position() else { break };
            same(&(last > position), &true)?;
            position = last;
            events.extend(page.events);
        }
        same(&self.ranked(events), &self.model.log[after..].to_vec())
    }

    async fn read_stream(&self, stream: &StreamId, from: usize, limit: usize) -> Result<(), Violation> {
        let mut version = Version(from as u64);
        let mut events = Vec::new();
        loop {
            let page = self.store.read_stream(stream, version, limit).await?;
            same(&(page.events.len() <= limit), &true)?;
            let Some(last) = page.events.last() else { break };
            same(&(last.recorded.version >= version), &true)?;
            version = Version(last.recorded.version.0 + 1);
            events.extend(page.events);
        }
        let wanted = self.model.stream(stream).into_iter().skip(from.saturating_sub(1)).collect();
        same(&self.ranked(events), &wanted)
    }

    async fn read_canonical(&self, stream: &StreamId, from: usize, limit: usize) -> Result<(), Violation> {
        let ordered = self.model.canonical(stream);
        let from = from.min(ordered.len());
        let mut after = ordered[..from].last().map(|stored| stored.recorded.event.canonical_key());
        let mut events = Vec::new();
        loop {
            let page = self.store.read_canonical(stream, after.as_ref(), limit).await?;
            same(&(page.events.len() <= limit), &true)?;
            let Some(last) = page.events.last() else { break };
            let key = Some(last.recorded.event.canonical_key());
            same(&(key > after), &true)?;
            after = key;
            events.extend(page.events);
        }
        same(&self.ranked(events), &ordered[from..].to_vec())
    }
}
