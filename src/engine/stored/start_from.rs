//! Starting from a stored snapshot: what is read beside it, and when it will not do.

use super::Sealed;
use crate::engine::EngineError;
use crate::engine::live::Profiles;
use crate::engine::load::{Streams, fetch_beyond};
use crate::engine::refold::Refolded;
use crate::engine::state::EngineState;
use throughline_core::event::Version;
use throughline_core::ids::ProfileId;
use throughline_rules::ledger::Reason;
use throughline_store::contract::EventStore;
use throughline_store::stream::{StreamId, TenantId};

/// Whether a customer may have a stored snapshot, who is to be read since something happened to her at this version:
/// nobody with a short history is looked for.
pub(in crate::engine) const fn is_worth_looking(every: u64, from: Version) -> bool {
    every != 0 && (from.0 == 0 || from.0 >= every)
}

/// The stored snapshot of a profile's customer and what her streams hold since. None if there is none, or if the
/// streams are not those that it is of.
pub(in crate::engine) async fn fetch_from_stored(
    store: &dyn EventStore,
    tenant: &TenantId,
    profile: ProfileId,
    fingerprint: u64,
) -> Result<Option<(Sealed, Streams)>, EngineError> {
    let bytes = match store.snapshot(&StreamId::profile(tenant.clone(), profile)).await {
        Ok(bytes) => bytes,
        Err(error) => {
            tracing::warn!(%error, "a snapshot could not be read; the customer is read from the log");
            None
        }
    };
    let Some(bytes) = bytes else { return Ok(None) };
    let sealed = match Sealed::open(bytes, fingerprint) {
        Ok(sealed) => sealed,
        Err(error) => {
            tracing::debug!(%error, "a snapshot does not fit; the customer is read from the log");
            return Ok(None);
        }
    };
    if sealed.profiles.iter().all(|(of, _)| *of != profile) {
        return Ok(None);
    }
    let streams = fetch_beyond(store, tenant, &sealed.profiles).await?;
    Ok(streams.map(|streams| (sealed, streams)))
}

impl EngineState {
    /// Folds what came since a stored snapshot. None if everything must be read: a link was made or taken back, which
    /// makes another customer; a fact belongs before the snapshot's last step; or something was taken back that was
    /// said before it, by an engine that saw what this one does not.
    pub(in crate::engine) fn refold_stored(
        &mut self,
        sealed: &Sealed,
        streams: Streams,
        reason: Option<Reason>,
    ) -> Result<Option<Refolded>, EngineError> {
        if streams.has_links() {
            return Ok(None);
        }
        let Ok(base) = sealed.snapshot(&mut self.names) else { return Ok(None) };
        let read: Vec<(ProfileId, Version)> = streams.ends().collect();
        let mut ends: Profiles = base.profiles.clone();
        for (profile, known) in &mut ends {
            // A stream of which nothing was read ends where the snapshot does.
            let end = read.iter().find(|(read, _)| read == profile).map_or(*known, |(_, end)| *end);
            *known = end.max(*known);
        }
        let facts = base.facts();
        let mut refolded = self.refold_from(&base, &ends, streams, reason)?;
        if let Some(Refolded { live, .. }) = &mut refolded {
            live.rare().note_stored(facts);
        }
        Ok(refolded)
    }
}
