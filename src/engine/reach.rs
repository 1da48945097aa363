//! Whom parking a profile holds back, and from where on: the profile itself, and everyone who is linked with one who is
//! held back, from the link on.
//!
//! Who was held back stays so when a link is taken back, or what is delivered next would overtake what is held. All of
//! it follows from where links stand in the log, so that whoever works it out at whatever time comes to the same: what
//! was held back before a restart is what is delivered again after it.

use super::EngineError;
use super::load::{Known, LinkFact, link_of, read_stream};
use std::collections::{BTreeMap, BTreeSet};
use throughline_core::event::{Position, Version};
use throughline_core::ids::{LinkId, ProfileId};
use throughline_rules::subscription::EntryPlace;
use throughline_store::contract::EventStore;
use throughline_store::stream::{StreamId, TenantId};

/// Who is held back, each from its place on.
pub(super) type Reach = BTreeMap<ProfileId, EntryPlace>;

/// A link, as long as it stood.
struct Edge {
    ends: (ProfileId, ProfileId),
    made: Position,
    taken_back: Position,
}

/// Whom a profile that is parked from a place on holds back, by what the store holds now.
pub(super) async fn reach(
    store: &dyn EventStore,
    tenant: &TenantId,
    profile: ProfileId,
    from: EntryPlace,
) -> Result<Reach, EngineError> {
    let edges = edges(store, tenant, profile).await?;
    let mut held = Reach::from([(profile, from)]);
    // As many rounds as the longest chain of links; customers have few.
    loop {
        let mut is_settled = true;
        for Edge { ends: (a, b), made, taken_back } in edges.values() {
            for (near, far) in [(a, b), (b, a)] {
                let Some(since) = held.get(near) else { continue };
                let joins = (*since).max(EntryPlace { position: *made, entry: 0 });
                if joins.position < *taken_back && held.get(far).is_none_or(|known| joins < *known) {
                    held.insert(*far, joins);
                    is_settled = false;
                }
            }
        }
        if is_settled {
            return Ok(held);
        }
    }
}

/// The links of everyone who was ever linked with a profile, directly or by others.
async fn edges(
    store: &dyn EventStore,
    tenant: &TenantId,
    profile: ProfileId,
) -> Result<BTreeMap<LinkId, Edge>, EngineError> {
    let mut edges: BTreeMap<LinkId, Edge> = BTreeMap::new();
    let mut taken_back: BTreeMap<LinkId, Position> = BTreeMap::new();
    let (mut read, mut wanted) = (BTreeSet::new(), vec![profile]);
    while let Some(next) = wanted.pop() {
        if !read.insert(next) {
            continue;
        }
        let stream = StreamId::profile(tenant.clone(), next);
        for event in read_stream(store, &stream, Version(1), Known::ALL).await? {
            let position = event.recorded.position;
            // Nothing is announced of a customer with a link that cannot be read, so nothing waits for it here either.
            match link_of(&event.recorded.event.data) {
                Ok(Some(LinkFact::Linked(link, other))) => {
                    let edge = Edge { ends: (next, other), made: position, taken_back: Position(u64::MAX) };
                    let known = edges.entry(link).or_insert(edge);
                    // Each end has its half; they are next to each other.
                    known.made = known.made.min(position);
                    wanted.push(other);
                }
                Ok(Some(LinkFact::Unlinked(link, _))) => {
                    let known = taken_back.entry(link).or_insert(position);
                    *known = (*known).min(position);
                }
                Ok(None) | Err(_) => {}
            }
        }
    }
    for (link, position) in taken_back {
        if let Some(edge) = edges.get_mut(&link) {
            edge.taken_back = position;
        }
    }
    Ok(edges)
}
