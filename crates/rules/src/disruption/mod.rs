//! Disruptions: what happens to many customers at once, declared once.
//!
//! A storm, a strike, an outage: one document in the tenant's context says whom it hits, from when until when, what
//! contacts about it are about, what everybody hit has a right to, and how much more time we take. Nobody is written to:
//! whether a customer is hit is looked up in what is known of *her* whenever a rule asks, so a million customers cost
//! nothing until they get in touch, a booking that becomes known late is covered, and at its end it is over by itself.

mod document;
mod reading;

pub(crate) use document::Moment;
pub use document::{DisruptionDocument, Who};
pub use reading::DisruptionError;

use alloc::vec::Vec;
use serde::{Deserialize, Serialize};
use throughline_core::customer::CustomerState;
use throughline_core::customer::known::SubscriptionState;
use throughline_core::name::Sym;
use throughline_core::time::{Micros, Span};

/// A disruption among those of a tenant, in the order in which they were declared.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct DisruptionIx(pub u16);

/// What is told of a customer, by which a disruption knows whom it hits. Lists are in the order of their symbols.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Hits {
    /// Everybody.
    Everybody,
    /// Whoever a fact with one of these values was stated of.
    Fact(Sym, Vec<Sym>),
    /// Whoever has a part in one of these accounts.
    Account(Vec<Sym>),
    /// Whoever has a subscription with one of these plans that did not end.
    Plan(Vec<Sym>),
}

/// A disruption, as it is looked up.
#[derive(Clone, Debug, PartialEq)]
pub struct Disruption {
    /// Its name.
    pub id: Sym,
    /// From when on it counts: not before it was recorded.
    pub from: Micros,
    /// Until when.
    pub until: Micros,
    /// What everybody whom it hits has a right to; [`Sym::NONE`] if nothing is granted.
    pub waiver: Sym,
    /// How many times its time every target of a case is allowed that began in the window.
    pub longer: f64,
    pub(crate) topics: Vec<Sym>,
    pub(crate) who: Vec<Hits>,
}

impl Disruption {
    /// Whether it goes on at an instant.
    #[inline]
    pub fn goes_on(&self, at: Micros) -> bool {
        self.from <= at && at < self.until
    }

    /// Whether a contact on a topic is about it.
    pub fn is_about(&self, topic: Sym) -> bool {
        self.topics.contains(&topic)
    }

    /// Whether it hits a customer, by what is known of her.
    pub fn hits(&self, customer: &CustomerState) -> bool {
        self.who.iter().any(|who| who.is(customer))
    }

    /// The time that a target allows for a case of it.
    pub(crate) fn lengthen(&self, within: Span) -> Span {
        Span(libm::round(within.0 as f64 * self.longer) as i64)
    }
}

impl Hits {
    fn is(&self, customer: &CustomerState) -> bool {
        let Some(known) = customer.known() else { return *self == Self::Everybody };
        match self {
            Self::Everybody => true,
            Self::Fact(fact, values) => {
                known.facts().iter().any(|f| f.fact == *fact && values.binary_search(&f.value).is_ok())
            }
            Self::Account(accounts) => {
                known.accounts().iter().any(|a| accounts.binary_search(&a.account).is_ok())
            }
            Self::Plan(plans) => known
                .subscriptions()
                .iter()
                .any(|s| s.state != SubscriptionState::Ended && plans.binary_search(&s.plan).is_ok()),
        }
    }
}

/// The disruptions of a tenant.
#[derive(Clone, Debug, Default)]
pub(crate) struct Disruptions(Vec<Disruption>);

impl Disruptions {
    /// Adds one. The same again changes nothing; another account of one that is known counts from where it counts, and
    /// ends the one before.
    pub(crate) fn declare(&mut self, disruption: Disruption) {
        let Some(known) = self.0.iter_mut().rfind(|d| d.id == disruption.id && d.from < d.until) else {
            return self.0.push(disruption);
        };
        let says_the_same = Disruption { from: known.from, ..disruption.clone() } == *known;
        if says_the_same {
            return;
        }
        known.until = known.until.min(disruption.from);
        self.0.push(disruption);
    }

    pub(crate) fn all(&self) -> &[Disruption] {
        &self.0
    }

    pub(crate) fn get(&self, ix: DisruptionIx) -> &Disruption {
        &self.0[usize::from(ix.0)]
    }

    /// Those that go on at an instant and hit a customer.
    pub(crate) fn of<'d, 'c>(
        &'d self,
        customer: &'c CustomerState,
        at: Micros,
    ) -> impl Iterator<Item = (DisruptionIx, &'d Disruption)> + use<'d, 'c> {
        let all = self.0.iter().enumerate();
        all.filter(move |(_, d)| d.goes_on(at) && d.hits(customer))
            .map(|(ix, d)| (DisruptionIx(ix as u16), d))
    }
}
