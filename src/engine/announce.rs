//! Announcing: what steps concluded becomes a ledger record, and is appended on condition that nothing of what it rests on
//! has changed.

use super::EngineError;
use super::activation::context;
use super::identity::is_lost_race;
use super::journal::Record;
use super::judge::{Judgement, Task};
use super::live::{Live, Rare};
use super::state::EngineState;
use smallvec::SmallVec;
use throughline_core::event::{Body, NewEvent, Version};
use throughline_core::fact::ProfileIx;
use throughline_core::ids::{EventId, ProfileId};
use throughline_core::name::Sym;
use throughline_core::time::Span;
use throughline_core::wire::Writer;
use throughline_rules::decision::{Decision, Slot};
use throughline_rules::ledger::{LEDGER_KIND, LEDGER_SCHEMA, encode_announced};
use throughline_store::append::{Append, ExpectedVersion, StreamAppend};
use throughline_store::error::{AppendError, StoreErrorKind};
use throughline_store::stream::{StreamId, StreamKey};
use uuid::Uuid;

impl EngineState {
    /// The record of what steps concluded, and of what has settled by now.
    pub(super) fn entries_of_steps(
        &self,
        live: &mut Live,
        made: &[(Decision<Sym>, ProfileIx)],
    ) -> Option<Append> {
        let mut records: Vec<(ProfileIx, Writer)> = Vec::new();
        for (decision, profile) in made {
            let settle = self.rules.settle(decision.slot.rule, decision.effective_at);
            let at = decision.effective_at + settle;
            if settle != Span::ZERO && at > self.now {
                live.rare().settling.push((at, decision.clone(), *profile));
            } else {
                self.say(live.rare.as_deref_mut(), decision, *profile, &mut records);
            }
        }
        if live.rare.as_ref().is_some_and(|r| r.settling.iter().any(|(at, ..)| *at <= self.now)) {
            let mut settled: Vec<_> =
                live.rare().settling.extract_if(.., |(at, ..)| *at <= self.now).collect();
            settled.sort_by_key(|(at, decision, _)| (*at, decision.effective_at));
            for (_, decision, profile) in &settled {
                self.say(live.rare.as_deref_mut(), decision, *profile, &mut records);
            }
        }
        live.tidy();
        let records = records.into_iter().map(|(profile, out)| (profile, out.plain));
        self.append_of(&live.profiles, &records.collect::<Vec<_>>())
    }

    fn say(
        &self,
        rare: Option<&mut Rare>,
        decision: &Decision<Sym>,
        profile: ProfileIx,
        records: &mut Vec<(ProfileIx, Writer)>,
    ) {
        let handle = rare.as_ref().and_then(|r| r.handles.get(&decision.slot.case)).copied();
        let handle = handle.unwrap_or(decision.slot.case);
        let mut generation = 0;
        if let Some(rare) = rare.filter(|r| !r.generations.is_empty()) {
            let slot = Slot { case: handle, ..decision.slot };
            if let Some(said) = rare.generations.get_mut(&slot) {
                generation = *said;
                *said += 1;
            }
        }
        let place = records.iter().position(|(p, _)| *p == profile).unwrap_or_else(|| {
            records.push((profile, Writer::new()));
            records.len() - 1
        });
        let historical = self.now.since(decision.effective_at) > self.historical_after;
        encode_announced(decision, handle, generation, historical, &self.names, &mut records[place].1);
    }

    /// One atomic append with the exact version of every profile, and of the context. None if there is nothing to say and only one
    /// profile: its own stream is all that the judgement rests on, and whoever writes there next will look.
    pub(super) fn append_of(
        &self,
        profiles: &[(ProfileId, Version)],
        records: &[(ProfileIx, Vec<u8>)],
    ) -> Option<Append> {
        if records.is_empty() && profiles.len() < 2 {
            return None;
        }
        let streams = profiles.iter().enumerate().map(|(index, (profile, version))| {
            let mine = records.iter().find(|(p, _)| p.0 as usize == index);
            StreamAppend {
                stream: StreamId::profile(self.tenant.clone(), *profile),
                expected: ExpectedVersion::Exact(*version),
                events: mine
                    .map(|(_, plain)| self.record_event(*profile, *version, plain))
                    .into_iter()
                    .collect(),
            }
        });
        // Nothing is announced by rules that are in force no more.
        let context = StreamAppend {
            stream: context(&self.tenant),
            expected: ExpectedVersion::Exact(self.in_force.version),
            events: Vec::new(),
        };
        Some(Append { streams: streams.chain([context]).collect(), recorded_at: self.now })
    }

    /// The event that holds one judgement's entries. Its id follows from what it says and where: computing it
    /// twice gives the same event.
    fn record_event(&self, profile: ProfileId, version: Version, plain: &[u8]) -> NewEvent<Body> {
        let mut hash = xxhash_rust::xxh3::Xxh3::with_seed(version.0);
        hash.update(profile.as_bytes());
        hash.update(plain);
        let id = EventId(Uuid::new_v8(hash.digest128().to_le_bytes()));
        let data = Body { kind: LEDGER_KIND, schema: LEDGER_SCHEMA, plain: plain.into(), ..Body::default() };
        NewEvent::new(id, self.now, self.ledger_source.clone(), data)
    }

    /// Appends what is ready and puts the customers back; what lost a race is read and judged again.
    pub(super) async fn announce(
        &mut self,
        ready: Vec<Judgement>,
        again: &mut Vec<Task>,
        failed: &mut Option<EngineError>,
    ) {
        if ready.is_empty() {
            return;
        }
        let mut lives = Vec::with_capacity(ready.len());
        let mut appends = Vec::with_capacity(ready.len());
        for judgement in ready {
            let Judgement { live, append, profile } = judgement;
            let said = if live.has_journal() { records_of(&append) } else { SmallVec::new() };
            lives.push((live, profile, said));
            appends.push(append);
        }
        let outcomes = self.store.append_many(appends).await;
        for ((mut live, profile, said), outcome) in lives.into_iter().zip(outcomes) {
            match outcome {
                Ok(appended) => {
                    for ((_, version), places) in live.profiles.iter_mut().zip(&appended.places) {
                        for place in places {
                            self.covered.add(place.position);
                            *version = place.version;
                            live.recorded_until = live.recorded_until.max(self.now);
                        }
                    }
                    live.note_said(said);
                    self.put(live);
                }
                Err(error) => {
                    self.cache.release(&live);
                    let others = live.profiles.iter().map(|(p, _)| *p);
                    self.context_moved |= is_of_context(&error);
                    match retry(&error) {
                        Retry::ReadAgain => again.extend(others.map(|p| Task::Reload(p, None))),
                        Retry::Later => {
                            tracing::warn!(%error, "a judgement could not be announced; it will be made again");
                            self.dirty.extend(others);
                            self.dirty.insert(profile);
                            *failed = Some(error.into());
                        }
                    }
                }
            }
        }
        let keep = self.cache_limit;
        if self.cache.len() > keep {
            self.save_stored().await;
            self.cache.shrink_to(keep - keep / 8);
        }
    }

    /// Puts a customer back, and notes its due time for the store's index.
    pub(super) fn put(&mut self, mut live: Box<Live>) {
        let (before, first) = (live.due(), live.profiles.first().map(|(p, _)| *p));
        let due = live.next_due();
        if let (Some(first), true) = (first, before != due) {
            self.due_changes.insert(first, due);
        }
        if due.is_none() {
            // It may be dormant for years now.
            live.journey.shrink();
        }
        self.note_unsaved(&live);
        self.cache.put(live);
    }
}

/// The records that are appended, each to the stream of one of the customer's profiles.
fn records_of(append: &Append) -> SmallVec<[Record; 1]> {
    let parts = append.streams.iter().zip(0..);
    parts
        .flat_map(|(part, ix)| part.events.iter().map(move |e| (ProfileIx(ix), e.data.plain.clone())))
        .collect()
}

enum Retry {
    ReadAgain,
    Later,
}

/// Whether the context has moved on.
fn is_of_context(error: &AppendError) -> bool {
    matches!(error, AppendError::Conflict { stream, .. } if stream.key == StreamKey::Context)
}

const fn retry(error: &AppendError) -> Retry {
    match error {
        error if is_lost_race(error) => Retry::ReadAgain,
        AppendError::Store(error) if matches!(error.kind, StoreErrorKind::Unknown) => Retry::ReadAgain,
        _ => Retry::Later,
    }
}
