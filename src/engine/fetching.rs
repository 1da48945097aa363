//! Reading the customers that a judgement needs: as a whole, from a snapshot in memory, or from the stored one.

use super::EngineError;
use super::joining::{End, Joined, Joining, fetch_joined};
use super::live::Profiles;
use super::load::{Known, Streams, fetch, fetch_after};
use super::snapshots::Tail;
use super::state::EngineState;
use super::stored::{Sealed, fetch_from_stored, is_worth_looking};
use throughline_core::event::Version;
use throughline_core::ids::ProfileId;
use throughline_rules::ledger::Reason;
use throughline_store::contract::EventStore;
use throughline_store::stream::TenantId;
use tokio::task::JoinSet;

/// A customer that must be read.
pub(super) struct Wanted {
    pub(super) profile: ProfileId,
    pub(super) reason: Option<Reason>,
    pub(super) from: ReadFrom,
}

impl Wanted {
    /// Whom it is about.
    pub(super) fn concerned(&self) -> Vec<ProfileId> {
        match &self.from {
            ReadFrom::Joining(joining) => joining.profiles().collect(),
            _ => vec![self.profile],
        }
    }
}

/// From where on a customer is read.
pub(super) enum ReadFrom {
    /// From the first fact.
    Start,
    /// From the stored snapshot, if there is one.
    Stored,
    /// Two who were joined, from a snapshot in memory of one of them.
    Joining(Joining),
    /// From a snapshot in memory.
    Tail(Tail),
}

impl ReadFrom {
    /// Of two who want the same customer, the one whose number is less is served: it can do with less.
    pub(super) const fn order(&self) -> u8 {
        match self {
            Self::Start => 0,
            Self::Stored => 1,
            Self::Joining(_) => 2,
            Self::Tail(_) => 3,
        }
    }
}

/// What was read of a customer.
pub(super) enum Fetched {
    /// Everything.
    Whole(Streams),
    /// What came since the stored snapshot.
    Stored(Sealed, Streams),
    /// What came since the snapshot in memory.
    Tail(Streams),
    /// What came since one of them of the one, and everything of the other.
    Joined(Joined),
}

impl Fetched {
    pub(super) const fn streams(&self) -> &Streams {
        match self {
            Self::Whole(streams) | Self::Stored(_, streams) | Self::Tail(streams) => streams,
            Self::Joined(joined) => joined.streams(),
        }
    }
}

impl EngineState {
    /// From where on a customer is read to whom something happened at a version.
    pub(super) const fn stored_or_start(&self, at: Version) -> ReadFrom {
        if is_worth_looking(self.stored_every, at) { ReadFrom::Stored } else { ReadFrom::Start }
    }

    /// Reads several customers at once: a store answers many readers as fast as one.
    pub(super) async fn fetch_all(&self, wanted: &[Wanted]) -> Vec<Result<Fetched, EngineError>> {
        let fetched = |wanted: &Wanted| {
            let (store, tenant, profile) = (self.store.clone(), self.tenant.clone(), wanted.profile);
            let plan = self.reading_of(&wanted.from);
            async move { plan.fetch(&*store, &tenant, profile).await }
        };
        if let [alone] = wanted {
            return vec![fetched(alone).await];
        }
        let mut fetching = JoinSet::new();
        for (index, wanted) in wanted.iter().enumerate() {
            let one = fetched(wanted);
            fetching.spawn(async move { (index, one.await) });
        }
        let mut fetched: Vec<_> = wanted.iter().map(|_| Err(EngineError::Closed)).collect();
        while let Some(done) = fetching.join_next().await {
            // A task that panicked leaves its error in place, and its customer is judged again later.
            if let Ok((index, one)) = done {
                fetched[index] = one;
            }
        }
        fetched
    }

    fn reading_of(&self, from: &ReadFrom) -> Plan {
        match from {
            ReadFrom::Tail(tail) => Plan::After(tail.base().profiles.clone()),
            ReadFrom::Joining(joining) => {
                let (snapshots, fewer) = joining.to_read();
                Plan::Joining(snapshots, fewer)
            }
            ReadFrom::Stored => self.fingerprint.map_or(Plan::Whole, Plan::Stored),
            ReadFrom::Start => Plan::Whole,
        }
    }
}

/// What is to be read, with all that the reading needs: it goes on while the engine's state is elsewhere.
enum Plan {
    Whole,
    /// The stored snapshot, if it has this fingerprint, and what came after it.
    Stored(u64),
    /// What came after these versions.
    After(Profiles),
    /// What came after one of these snapshots of the one, and everything of the other.
    Joining(Vec<End>, Profiles),
}

impl Plan {
    /// Reads as planned, or everything where that will not do.
    async fn fetch(
        self,
        store: &dyn EventStore,
        tenant: &TenantId,
        profile: ProfileId,
    ) -> Result<Fetched, EngineError> {
        let found = match self {
            Self::Whole => None,
            Self::After(versions) => Some(Fetched::Tail(fetch_after(store, tenant, &versions).await?)),
            Self::Joining(snapshots, fewer) => {
                fetch_joined(store, tenant, &snapshots, &fewer).await?.map(Fetched::Joined)
            }
            Self::Stored(fingerprint) => fetch_from_stored(store, tenant, profile, fingerprint)
                .await?
                .map(|(sealed, streams)| Fetched::Stored(sealed, streams)),
        };
        match found {
            Some(found) => Ok(found),
            None => Ok(Fetched::Whole(fetch(store, tenant, profile, Known::ALL).await?)),
        }
    }
}
