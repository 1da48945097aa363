//! Who is who: claiming identifiers, asking whom one belongs to, and the customer that a profile is of.
//!
//! How people are put together and taken apart, with the rulebook's policies: `docs/IDENTITY.md`.

mod claim;
mod claimants;
mod parts;
mod round;
mod said;
mod summary;

pub(super) use claimants::stream_of;
pub(super) use parts::{Parts, ROUNDS, is_lost_race};
pub(super) use said::{Ends, Kept};

use super::actor::Request;
use super::load::{Known, fetch};
use super::reading::customer_of;
use super::{Engine, EngineError};
use claimants::read_claimants;
use std::fmt;
use throughline_channels::identifier::{Hasher, Normaliser};
use throughline_core::event::IdentifierHash;
use throughline_core::identifier::{Identifier, IdentifierKey};
use throughline_core::ids::{CustomerId, LinkId, ProfileId};
use throughline_core::name::Name;
use throughline_core::time::Micros;
use throughline_rules::identity::{Apart, Policy};
use throughline_rules::rulebook::{Mistake, RulebookError};
use tokio::sync::oneshot;

/// A customer: profiles that links join.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Customer {
    /// Its name: the smallest of its profiles. A link gives both sides the smaller of their two names, an unlink gives
    /// each side the name that it would have if it had never been linked; nothing else changes it.
    pub id: CustomerId,
    /// Its profiles, in order.
    pub profiles: Vec<ProfileId>,
}

/// A profile was seen under an identifier.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Claim {
    /// The profile.
    pub profile: ProfileId,
    /// What it was seen under.
    pub identifier: Identifier,
    /// When.
    pub at: Micros,
    /// Who says so.
    pub source: Name,
}

/// A claim, of whose value nothing is left but its hash.
pub(super) struct HashedClaim {
    profile: ProfileId,
    kind: Name,
    hash: IdentifierHash,
    at: Micros,
    source: Name,
}

/// What a claim came to. The claim itself is recorded whatever it came to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Identified {
    /// Whether the claimant was joined.
    pub claimed: Claimed,
    /// The links of the claimant that were taken back, with the profiles at their other ends: it claimed another value of
    /// a kind of which a person has one.
    pub parted: Vec<(LinkId, ProfileId)>,
}

/// Whether a claim joined two customers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Claimed {
    /// Nobody else claimed the identifier.
    First,
    /// Everybody who claimed it is one customer already.
    Known,
    /// The claimant is one customer now with a profile that claimed it before.
    Joined {
        /// The link, by which this can be taken back.
        link: LinkId,
        /// The profile at its other end.
        with: ProfileId,
    },
    /// Somebody else claimed it, and they are not joined.
    NotJoined(Apart),
}

impl fmt::Display for Identified {
    /// For whoever asks what happened. Names links and kinds, never an identifier.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.claimed {
            Claimed::First => f.write_str("nobody else claimed it")?,
            Claimed::Known => f.write_str("whoever claimed it is this customer already")?,
            Claimed::Joined { link, .. } => write!(f, "joined to a customer by link {link}")?,
            Claimed::NotJoined(reason) => write!(f, "not joined: {reason}")?,
        }
        for (link, _) in &self.parted {
            write!(f, "; link {link} was taken back, since a person has one such identifier")?;
        }
        Ok(())
    }
}

/// The policy of the rulebook, and what is needed to hash identifiers.
pub(super) struct Identity {
    pub(super) policy: Policy,
    hasher: Option<Hasher>,
}

impl Identity {
    /// Blocks what the rulebook blocks, under the key. A blocked value that is no identifier of its kind needs no hash:
    /// nobody can claim it.
    pub(super) fn new(mut policy: Policy, key: Option<IdentifierKey>) -> Result<Self, RulebookError> {
        let normaliser = match &policy.region {
            None => Normaliser::new(),
            Some(region) => Normaliser::in_region(&region.value).map_err(|error| {
                let message = format!("`region` names no country with phone numbers: {error}");
                RulebookError { mistakes: vec![Mistake { line: region.line, message }] }
            })?,
        };
        let hasher = key.map(|key| Hasher::new(key, normaliser));
        if let Some(hasher) = &hasher {
            let kinds = policy.kinds();
            let values = kinds.flat_map(|(kind, p)| p.blocked.iter().map(move |b| (kind, p.form, &b.value)));
            let hashes = values.filter_map(|(kind, form, value)| hasher.hash(kind, form, value).ok());
            for hash in hashes.collect::<Vec<_>>() {
                policy.block(hash);
            }
        }
        Ok(Self { policy, hasher })
    }

    pub(super) fn hash(&self, identifier: &Identifier) -> Result<IdentifierHash, EngineError> {
        let hasher = self.hasher.as_ref().ok_or(EngineError::NoIdentifierKey)?;
        let kind = identifier.kind.as_str();
        Ok(hasher.hash(kind, self.policy.kind(kind).form, identifier.value.as_str())?)
    }
}

impl Engine {
    /// Records that a profile was seen under an identifier, and joins it to the customer who claimed the same before if
    /// the rulebook's policy says so: all of it in one step, or nothing.
    ///
    /// Identifying again is safe, and is how a lost answer is dealt with: a claim with the same time and source is one
    /// fact, and two customers are joined by one link. What somebody took back with [`Engine::unlink`] no claim joins
    /// again. Two engines that join by one identifier at once end with one link.
    pub async fn identify(
        &self,
        profile: ProfileId,
        identifier: &Identifier,
        at: impl Into<Micros> + Send,
        source: Name,
    ) -> Result<Identified, EngineError> {
        let claim = Claim { profile, identifier: identifier.clone(), at: at.into(), source };
        let mut identified = self.identify_all([claim]).await?;
        identified.pop().unwrap_or(Err(EngineError::Closed))
    }

    /// Records many claims with as few commits as possible, as if they were made one after the other with
    /// [`identify`](Self::identify): those of one profile and those of one identifier in the order given, the others in
    /// any. Each succeeds or fails alone, in the order given: a value that is no identifier of
    /// its kind stops no other.
    pub async fn identify_all(
        &self,
        claims: impl IntoIterator<Item = Claim> + Send,
    ) -> Result<Vec<Result<Identified, EngineError>>, EngineError> {
        let in_force = self.in_force.now().await?;
        let identity = in_force.identity((self.clock)());
        let mut refused = Vec::new();
        let mut hashed = Vec::new();
        for claim in claims {
            match identity.hash(&claim.identifier) {
                Ok(hash) => {
                    let (Claim { profile, at, source, .. }, kind) = (&claim, claim.identifier.kind.clone());
                    hashed.push(HashedClaim {
                        profile: *profile,
                        kind,
                        hash,
                        at: *at,
                        source: source.clone(),
                    });
                    refused.push(None);
                }
                Err(error) => refused.push(Some(error)),
            }
        }
        if hashed.is_empty() {
            return Ok(refused.into_iter().flatten().map(Err).collect());
        }
        let (answer, identified) = oneshot::channel();
        self.ask(Request::Identify(hashed, answer))?;
        let mut identified = identified.await.map_err(|_| EngineError::Closed)?.into_iter();
        let outcomes = refused.into_iter().map(|refused| match refused {
            Some(error) => Err(error),
            None => identified.next().unwrap_or(Err(EngineError::Closed)),
        });
        Ok(outcomes.collect())
    }

    /// The customers who claimed an identifier, in the order of their first claims; none if nobody did. Several, if
    /// something keeps them apart.
    pub async fn who_is(&self, identifier: &Identifier) -> Result<Vec<Customer>, EngineError> {
        let hash = self.in_force.now().await?.identity((self.clock)()).hash(identifier)?;
        let mut customers: Vec<Customer> = Vec::new();
        for profile in read_claimants(&*self.store, &self.tenant, hash, usize::MAX).await?.claimed {
            if customers.iter().all(|known| known.profiles.binary_search(&profile).is_err()) {
                customers.push(self.customer(profile).await?);
            }
        }
        Ok(customers)
    }

    /// The customer that a profile is of. A profile of which nothing is known is a customer by itself.
    pub async fn customer(&self, profile: ProfileId) -> Result<Customer, EngineError> {
        let streams = fetch(&*self.store, &self.tenant, profile, Known::ALL).await?;
        let profiles: Vec<ProfileId> = streams.profiles().copied().collect();
        Ok(Customer { id: customer_of(profiles.iter().copied(), profile), profiles })
    }
}
