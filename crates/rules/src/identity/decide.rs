//! Decides whether a claim joins.

use super::{Holdings, Policy};
use alloc::collections::{BTreeMap, BTreeSet};
use core::fmt;
use throughline_core::event::IdentifierHash;
use throughline_core::ids::ProfileId;
use throughline_core::name::Name;

/// What a claim means for who is who.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Nobody else claimed the value.
    First,
    /// Everybody who claimed it is this customer already.
    Known,
    /// The claimant and this profile, who claimed it before, are one customer.
    Join(ProfileId),
    /// Somebody else claimed it, and they are not joined.
    Apart(Apart),
}

/// Why two customers who claimed the same value are not joined.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Apart {
    /// The rulebook says that values of this kind join nobody.
    Weak,
    /// The value is blocked: it says nothing about who somebody is.
    Blocked,
    /// More profiles claimed the value than one customer has: a household, a shop's own number.
    TooManyProfiles {
        /// How many may.
        limit: usize,
    },
    /// Together they would have more values of a kind than a customer has.
    TooManyValues {
        /// The kind.
        kind: Name,
        /// How many they would have.
        values: usize,
        /// How many a customer may have.
        limit: usize,
    },
    /// They have different values of a kind of which a person has one.
    Unique {
        /// The kind.
        kind: Name,
    },
    /// They were one and were taken apart; only a link that somebody makes joins them again.
    TakenApart,
}

impl fmt::Display for Apart {
    /// For whoever asks why. Names kinds and numbers, never a value.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Weak => f.write_str("identifiers of this kind join nobody"),
            Self::Blocked => f.write_str("the value is blocked"),
            Self::TooManyProfiles { limit } => {
                write!(f, "more profiles share the value than the {limit} that it may join")
            }
            Self::TooManyValues { kind, values, limit } => {
                write!(
                    f,
                    "together they have {values} values of `{kind}`, more than the {limit} of one customer"
                )
            }
            Self::Unique { kind } => {
                write!(f, "they have different values of `{kind}`, of which a person has one")
            }
            Self::TakenApart => f.write_str("they were taken apart before"),
        }
    }
}

impl Policy {
    /// What a claim means. `claimed` are the profiles that claimed the value, the first first, the claimant among them
    /// or not. `mine` is the claimant's customer, the claim included; `others` are the other customers of `claimed`.
    ///
    /// The first of the others that may be joined is; if none may, the reason is that of the first.
    pub fn decide(
        &self,
        kind: &str,
        hash: IdentifierHash,
        claimed: &[ProfileId],
        mine: &Holdings,
        others: &[Holdings],
    ) -> Verdict {
        let strangers: BTreeSet<_> = claimed.iter().filter(|profile| !mine.has(**profile)).collect();
        if strangers.is_empty() {
            return if claimed.len() > 1 { Verdict::Known } else { Verdict::First };
        }
        if let Some(reason) = self.joins_nobody(kind, hash, claimed) {
            return Verdict::Apart(reason);
        }
        let mut first = None;
        for profile in claimed.iter().filter(|profile| strangers.contains(profile)) {
            let Some(theirs) = others.iter().find(|other| other.has(*profile)) else { continue };
            match self.keeps_apart(mine, theirs) {
                None => return Verdict::Join(*profile),
                Some(reason) => first = first.or(Some(reason)),
            }
        }
        // Who was not handed over is not known well enough to be joined.
        Verdict::Apart(first.unwrap_or(Apart::Weak))
    }

    /// Why a value joins nobody, whoever claimed it: then nothing about the customers need be known.
    pub fn joins_nobody(&self, kind: &str, hash: IdentifierHash, claimed: &[ProfileId]) -> Option<Apart> {
        let policy = self.kind(kind);
        if self.is_blocked(hash) {
            Some(Apart::Blocked)
        } else if !policy.joins {
            Some(Apart::Weak)
        } else if claimed.len() > policy.max_profiles {
            Some(Apart::TooManyProfiles { limit: policy.max_profiles })
        } else {
            None
        }
    }

    /// Of how many of the profiles that claimed a value first it must be known who they are: what the others are, makes no
    /// difference, unless all of these are one customer.
    pub fn enough_claimants(&self, kind: &str, hash: IdentifierHash) -> usize {
        let policy = self.kind(kind);
        if policy.joins && !self.is_blocked(hash) { policy.max_profiles.saturating_add(1) } else { 2 }
    }

    /// Whether a claim of this value can show that somebody is not who they were taken for.
    pub fn may_contradict(&self, kind: &str, hash: IdentifierHash) -> bool {
        self.kind(kind).unique && !self.is_blocked(hash)
    }

    /// Why two customers cannot be one, whatever they share.
    pub fn keeps_apart(&self, mine: &Holdings, theirs: &Holdings) -> Option<Apart> {
        self.contradiction(mine, theirs)
            .map(|kind| Apart::Unique { kind })
            .or_else(|| mine.were_parted(theirs).then_some(Apart::TakenApart))
            .or_else(|| self.too_many_values(mine, theirs))
    }

    /// The unique kind of which two customers have different values.
    pub fn contradiction(&self, mine: &Holdings, theirs: &Holdings) -> Option<Name> {
        let unique = self.kinds().filter(|(_, policy)| policy.unique).map(|(kind, _)| kind);
        let (mine, theirs) = (self.values(mine), self.values(theirs));
        unique.into_iter().find_map(|kind| {
            let (kind, mine) = mine.iter().find(|(name, _)| name.as_str() == kind)?;
            let theirs = theirs.get(*kind)?;
            (mine.len() > 1 || theirs.len() > 1 || mine != theirs).then(|| (*kind).clone())
        })
    }

    fn too_many_values(&self, mine: &Holdings, theirs: &Holdings) -> Option<Apart> {
        let (mut together, theirs) = (self.values(mine), self.values(theirs));
        for (kind, values) in theirs {
            together.entry(kind).or_default().extend(values);
        }
        self.kinds().find_map(|(kind, policy)| {
            let (kind, values) = together.iter().find(|(name, _)| name.as_str() == kind)?;
            let (values, limit) = (values.len(), policy.max_values);
            (values > limit).then(|| Apart::TooManyValues { kind: (*kind).clone(), values, limit })
        })
    }

    /// The values of a customer by kind, without those that are blocked.
    fn values<'h>(&self, of: &'h Holdings) -> BTreeMap<&'h Name, BTreeSet<IdentifierHash>> {
        let mut values: BTreeMap<&Name, BTreeSet<IdentifierHash>> = BTreeMap::new();
        for (kind, hash) in of.claims.values().flatten().filter(|(_, hash)| !self.is_blocked(*hash)) {
            values.entry(kind).or_default().insert(*hash);
        }
        values
    }
}
