//! Who lives in the town: which customers the company has met, and what their profiles are called.

use super::dice::{Dice, mix, random_uuid};
use throughline_core::event::IdentifierHash;
use throughline_core::ids::ProfileId;
use uuid::Uuid;

/// One person. Everything about a person follows from the town's seed and this number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Customer(pub(super) u32);

/// Everybody, met or not.
#[derive(Clone, Debug)]
pub(super) struct Census {
    seed: u64,
    size: u32,
    met: u32,
    /// Who has made a second profile, by number.
    doubled: Vec<bool>,
    doubles: u32,
}

/// What is made from a person's number, each in a space of its own.
#[derive(Clone, Copy, Debug)]
enum Facet {
    Profile = 1,
    SecondProfile = 2,
    Email = 3,
    Phone = 4,
    Account = 5,
}

impl Census {
    pub(super) const fn new(seed: u64, size: u32) -> Self {
        Self { seed, size, met: 0, doubled: Vec::new(), doubles: 0 }
    }

    /// How many profiles there are of those who were met.
    pub(super) fn profiles(&self) -> u64 {
        u64::from(self.met) + u64::from(self.doubles)
    }

    pub(super) const fn met(&self) -> u32 {
        self.met
    }

    /// The next person whom the company has never met, if there is one left.
    pub(super) const fn meet(&mut self) -> Option<Customer> {
        if self.met == self.size {
            return None;
        }
        self.met += 1;
        Some(Customer(self.met - 1))
    }

    /// One of those whom it has met. A few people are heard of far more often than most.
    pub(super) fn somebody(&self, dice: &mut Dice) -> Customer {
        let n = u64::from(self.met);
        let index = if dice.chance(300) {
            dice.below(n).min(dice.below(n)).min(dice.below(n))
        } else {
            dice.below(n)
        };
        Customer(index as u32)
    }

    /// The profile under which a person is known first.
    pub(super) fn profile(&self, who: Customer) -> ProfileId {
        ProfileId(self.derive(who, Facet::Profile))
    }

    /// The profile that a person makes by coming back unrecognised.
    pub(super) fn second_profile(&mut self, who: Customer) -> ProfileId {
        let index = who.0 as usize;
        self.doubled.resize(self.doubled.len().max(index + 1), false);
        self.doubles += u32::from(!std::mem::replace(&mut self.doubled[index], true));
        ProfileId(self.derive(who, Facet::SecondProfile))
    }

    pub(super) fn email(&self, who: Customer) -> IdentifierHash {
        IdentifierHash(self.derive(who, Facet::Email))
    }

    /// Neighbours share a telephone: two people, one number.
    pub(super) fn phone(&self, who: Customer) -> IdentifierHash {
        IdentifierHash(self.derive(Customer(who.0 / 2), Facet::Phone))
    }

    pub(super) fn account(&self, who: Customer) -> IdentifierHash {
        IdentifierHash(self.derive(who, Facet::Account))
    }

    /// Who shares a telephone with a person, if that one was met too.
    pub(super) fn neighbour(&self, who: Customer) -> Option<Customer> {
        let other = who.0 ^ 1;
        (other < self.met).then_some(Customer(other))
    }

    fn derive(&self, who: Customer, facet: Facet) -> Uuid {
        let high = mix(self.seed ^ mix(u64::from(who.0) << 8 | facet as u64));
        random_uuid(high, mix(high ^ u64::from(who.0)))
    }
}
