//! Which rulebook is in force when.
//!
//! The first is in force from the beginning; each of the others was activated from an instant on. What happened before
//! that instant is judged by the one that was in force then. An activation triggers nothing by itself, and a case keeps
//! the targets of the rulebook under which it was opened.

use super::DEFAULT;
use super::catalogue::{Catalogue, RuleIx, SignalIx};
use super::compiled::Rulebook;
use super::error::RulebookError;
use crate::disruption::{Disruption, DisruptionError, DisruptionIx, Disruptions};
use crate::feasibility::{Capabilities, CapabilityError, Declaration, Feasibility};
use alloc::{vec, vec::Vec};
use serde::{Deserialize, Serialize};
use throughline_core::customer::CustomerState;
use throughline_core::name::{Interner, Sym};
use throughline_core::time::{Micros, Span};

/// A rulebook among those of a tenant, in the order in which they were activated.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct RulebookIx(pub u16);

/// The rulebooks of a tenant, each from an instant on.
#[derive(Clone, Debug)]
pub struct Rulebooks {
    books: Vec<Rulebook>,
    catalogue: Catalogue,
    /// From when which is in force, in the order of time. The first is from the beginning.
    timeline: Vec<(Micros, RulebookIx)>,
    /// When the first one is replaced: mostly never, and then nothing is looked up.
    first_change: Micros,
    disruptions: Disruptions,
    capabilities: Capabilities,
}

impl Rulebooks {
    /// One rulebook, in force from the beginning. Reads, checks and indexes its document.
    pub fn parse(text: &str, names: &mut Interner) -> Result<Self, RulebookError> {
        let mut catalogue = Catalogue::default();
        let first = Rulebook::parse(text, names, &mut catalogue)?;
        catalogue.check()?;
        let timeline = vec![(Micros::MIN, RulebookIx(0))];
        Ok(Self {
            books: vec![first],
            catalogue,
            timeline,
            first_change: Micros::MAX,
            disruptions: Disruptions::default(),
            capabilities: Capabilities::default(),
        })
    }

    /// The rulebook that ships, alone.
    pub fn standard(names: &mut Interner) -> Self {
        Self::parse(DEFAULT, names)
            .unwrap_or_else(|e| unreachable!("the rulebook that ships is checked by a test: {e}"))
    }

    /// Puts another one in force from an instant on, until the next one is. Of two from the same instant the one that
    /// was activated last counts. Refused, and nothing changes, if the document has a mistake.
    ///
    /// `names` is the interner that the others were made with.
    pub fn activate(
        &mut self,
        from: Micros,
        text: &str,
        names: &mut Interner,
    ) -> Result<RulebookIx, RulebookError> {
        let mut catalogue = self.catalogue.clone();
        let book = Rulebook::parse(text, names, &mut catalogue)?;
        catalogue.check()?;
        let ix = RulebookIx(u16::try_from(self.books.len()).unwrap_or(u16::MAX));
        self.catalogue = catalogue;
        self.books.push(book);
        self.timeline.retain(|(at, _)| *at != from);
        self.timeline.insert(self.timeline.partition_point(|(at, _)| *at < from), (from, ix));
        self.first_change = self.timeline.get(1).map_or(Micros::MAX, |(at, _)| *at);
        Ok(ix)
    }

    /// Declares a disruption, which counts from `not_before` on at the earliest. The same again changes nothing; another
    /// document under the same name takes its place from where it counts. Refused, and nothing changes, if the document
    /// has a mistake.
    pub fn declare(
        &mut self,
        not_before: Micros,
        text: &str,
        names: &mut Interner,
    ) -> Result<(), DisruptionError> {
        self.disruptions.declare(Disruption::parse(text, not_before, names)?);
        Ok(())
    }

    /// The disruptions that were declared, in the order in which they were.
    pub fn disruptions(&self) -> &[Disruption] {
        self.disruptions.all()
    }

    /// One of them.
    #[inline]
    pub fn disruption(&self, ix: DisruptionIx) -> &Disruption {
        self.disruptions.get(ix)
    }

    /// Those that go on at an instant and hit a customer, by what is known of her.
    #[inline]
    pub fn disruptions_of<'d, 'c>(
        &'d self,
        customer: &'c CustomerState,
        at: Micros,
    ) -> impl Iterator<Item = (DisruptionIx, &'d Disruption)> + use<'d, 'c> {
        self.disruptions.of(customer, at)
    }

    /// Declares what can be kept, which counts from an instant on. What says nothing new changes nothing. Refused, and
    /// nothing changes, if the document has a mistake.
    pub fn declare_capability(
        &mut self,
        from: Micros,
        text: &str,
        names: &mut Interner,
    ) -> Result<Sym, CapabilityError> {
        let declared = Declaration::parse(text, names)?;
        self.capabilities.declare(from, &declared);
        Ok(declared.what)
    }

    /// Whether declaring this would change what is known of what can be kept.
    pub fn would_change(&self, declared: &Declaration) -> bool {
        self.capabilities.would_change(declared)
    }

    /// Whether something may be promised for a time, asked at an instant, by what was declared to be possible by then: yes,
    /// or no with every reason and the earliest instant that can be kept. Changes nothing.
    pub fn may_promise(&self, what: Sym, due: Micros, now: Micros) -> Feasibility<Sym> {
        self.capabilities.may_promise(what, due, now)
    }

    /// Whether anything was declared of what can be kept.
    #[inline]
    pub(crate) fn knows_what_can_be_kept(&self) -> bool {
        !self.capabilities.is_empty()
    }

    /// The one in force at an instant.
    #[inline]
    pub fn in_force(&self, at: Micros) -> (RulebookIx, &Rulebook) {
        let ix = if at < self.first_change { self.timeline[0].1 } else { self.later(at) };
        (ix, self.get(ix))
    }

    #[cold]
    fn later(&self, at: Micros) -> RulebookIx {
        self.timeline[self.timeline.partition_point(|(from, _)| *from <= at).max(1) - 1].1
    }

    /// One of them.
    #[inline]
    pub fn get(&self, ix: RulebookIx) -> &Rulebook {
        &self.books[usize::from(ix.0)]
    }

    /// The one that was in force first.
    pub fn first(&self) -> &Rulebook {
        &self.books[0]
    }

    /// All of them, in the order in which they were activated.
    pub fn all(&self) -> &[Rulebook] {
        &self.books
    }

    /// From when which one is in force, in the order of time. The first is from the beginning.
    pub fn timeline(&self) -> impl Iterator<Item = (Micros, &Rulebook)> {
        self.timeline.iter().map(|(from, ix)| (*from, self.get(*ix)))
    }

    /// A rule's name.
    pub fn rule_name(&self, rule: RuleIx) -> Sym {
        self.catalogue.rule_name(rule)
    }

    /// A signal's name.
    pub fn signal_name(&self, signal: SignalIx) -> Sym {
        self.catalogue.signal_name(signal)
    }

    /// How long what a rule found at an instant waits before it is announced: as the rulebook then in force says. A rule
    /// that it does not have is of one before, whose target or promise was still running.
    pub fn settle(&self, rule: Sym, found_at: Micros) -> Span {
        let (in_force, book) = self.in_force(found_at);
        let before = self.books[..usize::from(in_force.0)].iter().rev();
        let mut others = before.chain(&self.books[usize::from(in_force.0) + 1..]);
        book.settle(rule).or_else(|| others.find_map(|b| b.settle(rule))).unwrap_or(Span::ZERO)
    }
}
