//! Who claimed an identifier: what its stream holds, read as far as a decision needs it.
//!
//! A shop's own number or the cookie of a terminal is claimed by everybody. What makes it join nobody is known from the
//! first few claims, so no more of such a stream is read, and a claim costs the same however many there were.

use crate::engine::EngineError;
use std::collections::BTreeSet;
use throughline_core::event::{IdentifierHash, Version};
use throughline_core::ids::ProfileId;
use throughline_rules::identity::record::Record;
use throughline_store::contract::EventStore;
use throughline_store::stream::{StreamId, StreamKey, TenantId};

/// How many records are read at once at most.
const PAGE: usize = 1_024;

/// The profiles that claimed an identifier.
#[derive(Debug, Default)]
pub(super) struct Claimants {
    /// The first of them, the first first, each once.
    pub(super) claimed: Vec<ProfileId>,
    /// Where the stream ends; none if it was not read to its end, since enough was known before.
    pub(super) end: Option<Version>,
}

/// The stream of an identifier.
pub(in crate::engine) fn stream_of(tenant: &TenantId, hash: IdentifierHash) -> StreamId {
    StreamId { tenant: tenant.clone(), key: StreamKey::Identifier(hash) }
}

/// Reads an identifier's stream until so many profiles are known to have claimed it, or to its end.
pub(super) async fn read_claimants(
    store: &dyn EventStore,
    tenant: &TenantId,
    hash: IdentifierHash,
    enough: usize,
) -> Result<Claimants, EngineError> {
    let stream = stream_of(tenant, hash);
    // A join leaves a record of its own, so there are about twice as many records as profiles.
    let limit = enough.saturating_mul(2).clamp(16, PAGE);
    let (mut claimed, mut known, mut end) = (Vec::new(), BTreeSet::new(), Version(0));
    loop {
        let page = store.read_stream(&stream, Version(end.0 + 1), limit).await?;
        for event in &page.events {
            end = event.recorded.version;
            if let Record::Claimed { profile, .. } = Record::open(&event.recorded.event.data)?
                && known.insert(profile)
            {
                claimed.push(profile);
            }
        }
        if page.events.len() < limit {
            return Ok(Claimants { claimed, end: Some(end) });
        }
        if claimed.len() >= enough {
            return Ok(Claimants { claimed, end: None });
        }
    }
}
