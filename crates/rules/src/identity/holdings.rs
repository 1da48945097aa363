//! What is known of who a customer is: its profiles, what each claimed, and what was joined and taken apart.

use alloc::{collections::BTreeMap, collections::BTreeSet, vec::Vec};
use throughline_core::event::IdentifierHash;
use throughline_core::ids::{CustomerId, LinkId, ProfileId};
use throughline_core::name::Name;

/// A customer, as far as it matters for who is who. Sets only: in which order it came about makes no difference.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Holdings {
    /// What each profile claimed. A profile that claimed nothing is there too.
    pub claims: BTreeMap<ProfileId, BTreeSet<(Name, IdentifierHash)>>,
    /// The links that stand, with their ends.
    pub links: BTreeMap<LinkId, (ProfileId, ProfileId)>,
    /// The pairs of profiles that were taken apart, the smaller first.
    pub apart: BTreeSet<(ProfileId, ProfileId)>,
}

impl Holdings {
    /// Whether a profile is of this customer.
    pub fn has(&self, profile: ProfileId) -> bool {
        self.claims.contains_key(&profile)
    }

    /// The name of the customer; none if it has no profile.
    pub fn customer(&self) -> Option<CustomerId> {
        CustomerId::of(self.claims.keys().copied())
    }

    /// Adds a claim.
    pub fn claim(&mut self, profile: ProfileId, kind: Name, hash: IdentifierHash) {
        self.claims.entry(profile).or_default().insert((kind, hash));
    }

    /// Notes that two profiles were taken apart.
    pub fn part(&mut self, a: ProfileId, b: ProfileId) {
        self.apart.insert((a.min(b), a.max(b)));
    }

    /// Whether somebody of this customer was taken apart from somebody of another.
    pub fn were_parted(&self, theirs: &Self) -> bool {
        let crosses = |(a, b): &(ProfileId, ProfileId)| {
            (self.has(*a) && theirs.has(*b)) || (self.has(*b) && theirs.has(*a))
        };
        self.apart.iter().chain(&theirs.apart).any(crosses)
    }

    /// The links of a profile that stand, with the profile at the other end.
    pub fn links_of(&self, profile: ProfileId) -> Vec<(LinkId, ProfileId)> {
        let ends = self.links.iter().filter_map(|(link, (a, b))| match profile {
            _ if *a == profile => Some((*link, *b)),
            _ if *b == profile => Some((*link, *a)),
            _ => None,
        });
        ends.collect()
    }

    /// Takes a profile out, with its links, and answers what it holds alone.
    #[must_use]
    pub fn take_out(&mut self, profile: ProfileId) -> Self {
        let mut alone = Self { apart: self.apart.clone(), ..Self::default() };
        for (link, other) in self.links_of(profile) {
            self.links.remove(&link);
            alone.part(profile, other);
        }
        self.apart.clone_from(&alone.apart);
        alone.claims.extend(self.claims.remove_entry(&profile));
        alone
    }
}
