//! Saving: of long histories alone, in between, and never while a fact waits for it.

use super::seal;
use crate::engine::live::{Live, Rare};
use crate::engine::state::EngineState;
use throughline_core::ids::ProfileId;
use throughline_store::error::StoreError;
use throughline_store::stream::StreamId;
use tokio::task::JoinSet;

/// How many snapshots are saved at once: a store commits many as fast as one.
const AT_ONCE: usize = 64;

/// How many customers may wait to be saved without being asked.
const WAITING: usize = 1_024;

/// Under how many of a customer's profiles her snapshot is saved, so that it is found from each.
const COPIES: usize = 4;

/// A stream and the bytes that are saved under it; none to drop what is there.
type Copied = (StreamId, Option<Vec<u8>>);

impl Live {
    /// Whether all that is known of her is in her journey. What waits for its time is not written: it is read from
    /// the log, and so is the whole of who goes by another handle.
    fn is_plain(&self) -> bool {
        self.rare
            .as_ref()
            .is_none_or(|r| r.parked.is_empty() && r.settling.is_empty() && r.handles.is_empty())
    }

    /// How many facts were folded since she was saved.
    fn unsaved_facts(&self) -> u64 {
        let facts = self.journey.customer.facts;
        facts.saturating_sub(self.rare.as_ref().map_or(0, |r| r.stored))
    }
}

impl Rare {
    /// Notes that a snapshot of so many facts is in the store.
    pub(in crate::engine) const fn note_stored(&mut self, facts: u64) {
        self.stored = facts;
    }
}

impl EngineState {
    /// Notes a customer whose history grew long since she was saved.
    pub(in crate::engine) fn note_unsaved(&mut self, live: &Live) {
        let long = self.stored_every != 0 && live.unsaved_facts() >= self.stored_every;
        if long && live.is_plain() {
            self.unsaved.extend(live.profiles.first().map(|(first, _)| *first));
        }
    }

    /// Saves snapshots if many customers wait for it.
    pub(in crate::engine) async fn save_stored_if_many(&mut self) {
        if self.unsaved.len() > WAITING {
            self.save_stored().await;
        }
    }

    /// Saves the snapshots of those whose history grew long, and drops that of whom it did not fit. What cannot be
    /// saved is a matter of time alone: she is read as a whole the next time.
    pub(in crate::engine) async fn save_stored(&mut self) {
        let mut waiting: Vec<ProfileId> = std::mem::take(&mut self.unsaved).into_iter().collect();
        while !waiting.is_empty() {
            let some = waiting.split_off(waiting.len().saturating_sub(AT_ONCE));
            let mut saving = JoinSet::new();
            for profile in some {
                let Some((facts, copies)) = self.copies_of(profile) else { continue };
                let store = self.store.clone();
                saving.spawn(async move {
                    for (stream, bytes) in copies {
                        store.save_snapshot(&stream, bytes).await?;
                    }
                    Ok::<_, StoreError>((profile, facts))
                });
            }
            while let Some(saved) = saving.join_next().await {
                match saved {
                    Ok(Ok((profile, facts))) => {
                        if let Some(live) = self.cache.get_mut(profile) {
                            live.rare().note_stored(facts);
                            live.tidy();
                        }
                    }
                    Ok(Err(error)) => {
                        tracing::warn!(%error, "a snapshot could not be saved; it is not needed");
                    }
                    Err(error) => tracing::warn!(%error, "a snapshot was not saved; it is not needed"),
                }
            }
        }
    }

    /// How many facts a customer's snapshot holds, and what is saved under each of her streams.
    fn copies_of(&self, profile: ProfileId) -> Option<(u64, Vec<Copied>)> {
        let fingerprint = self.fingerprint?;
        let live = self.cache.get(profile)?;
        let is_long = live.journey.customer.facts >= self.stored_every;
        let bytes = if is_long && live.is_plain() { seal(live, fingerprint, &self.names).ok() } else { None };
        let facts = if bytes.is_some() { live.journey.customer.facts } else { 0 };
        let under = live.profiles.iter().take(COPIES).map(|(profile, _)| profile);
        let stream = |profile: &ProfileId| StreamId::profile(self.tenant.clone(), *profile);
        Some((facts, under.map(|profile| (stream(profile), bytes.clone())).collect()))
    }
}
