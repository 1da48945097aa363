//! A journey: everything that follows from a customer's facts so far, and what will happen by itself.
//!
//! It is changed by steps alone ([`crate::evaluate`]). Reading it, or advancing time without anything firing,
//! changes no bit.

use crate::apology::OwedApology;
use crate::case::{CaseBook, CaseIx};
use crate::churn::Churn;
use crate::deadline::Deadlines;
use crate::loops::Exchange;
use crate::partners::PartnerThing;
use crate::promise::{Promise, PromiseCount};
use alloc::{boxed::Box, vec::Vec};
use core::cmp::Ordering;
use serde::{Deserialize, Serialize};
use thin_vec::ThinVec;
use throughline_core::canonical::{Canonical, CanonicalWriter, Names};
use throughline_core::customer::CustomerState;
use throughline_core::customer::known::Known;
use throughline_core::event::TextVerdict;
use throughline_core::fact::FactKey;
use throughline_core::ids::{ContactId, EventId};
use throughline_core::name::{Interner, Sym};
use throughline_core::tight;
use throughline_core::time::Micros;

/// The most verdicts that are kept for messages which did not come yet.
pub const MAX_EARLY_VERDICTS: usize = 16;

/// Everything that follows from a customer's facts.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Journey {
    /// What is known of the customer.
    pub customer: CustomerState,
    /// The cases.
    pub cases: CaseBook,
    /// Promises still to be kept.
    pub promises: ThinVec<Promise>,
    /// How promises went.
    pub promise_count: PromiseCount,
    /// What partners told last, of each thing that they tell about; the newest last.
    pub partners: ThinVec<PartnerThing>,
    /// Apologies that are owed by the rulebook.
    pub apologies: ThinVec<OwedApology>,
    /// Signs of leaving, once there was one.
    pub churn: Option<Box<Churn>>,
    /// What will happen by itself.
    pub deadlines: Deadlines,
    /// Verdicts on messages that did not come yet.
    pub(crate) early_verdicts: ThinVec<(EventId, TextVerdict)>,
    /// Until when an action is not prescribed again.
    pub(crate) cooldowns: ThinVec<(Sym, Micros)>,
    /// Machines that may be answering each other, one exchange for each channel.
    pub(crate) exchanges: ThinVec<Exchange>,
    /// The limits that each recent contact passed, a bit each.
    limits_passed: ThinVec<(ContactId, u64)>,
    /// The last fact that was folded.
    pub(crate) last_fact: FactKey,
    /// When the last deadline fired.
    pub(crate) last_fired: Micros,
}

impl Default for Journey {
    fn default() -> Self {
        Self {
            customer: CustomerState::default(),
            cases: CaseBook::default(),
            promises: ThinVec::new(),
            promise_count: PromiseCount::default(),
            partners: ThinVec::new(),
            apologies: ThinVec::new(),
            churn: None,
            deadlines: Deadlines::default(),
            early_verdicts: ThinVec::new(),
            cooldowns: ThinVec::new(),
            exchanges: ThinVec::new(),
            limits_passed: ThinVec::new(),
            last_fact: FactKey::BEFORE_ALL,
            last_fired: Micros::MIN,
        }
    }
}

impl Journey {
    /// The journey of a customer of whom nothing is known.
    pub fn new() -> Self {
        Self::default()
    }

    /// When something will happen by itself, if nothing happens before.
    #[inline]
    pub fn next_deadline(&self) -> Option<Micros> {
        self.deadlines.next_at()
    }

    /// The instant of the last step.
    pub fn last_step(&self) -> Micros {
        self.last_fired.max(self.last_fact.at)
    }

    /// Whether a fact sorts before the last step, so that this journey must be folded again to take it in.
    ///
    /// A fired deadline is a step: a fact of the same instant comes after it, an earlier one before.
    pub fn is_late(&self, fact: &FactKey, names: &Interner) -> bool {
        fact.at < self.last_fired || fact.compare(&self.last_fact, names) == Ordering::Less
    }

    /// The case that a thing is about which a partner tells of: by the partner's reference, or else by the contact.
    pub fn case_of_thing(&self, thing: &PartnerThing) -> Option<CaseIx> {
        let by_issue = thing.issue.and_then(|issue| self.cases.of_issue(issue));
        by_issue.or_else(|| thing.contact.and_then(|contact| self.cases.of_contact(contact)))
    }

    /// The apologies that are owed by the rulebook for a case: for what it is about, what that came of and what came of it.
    pub fn apologies_of(&self, case: CaseIx) -> impl Iterator<Item = &OwedApology> {
        let owed = self.apologies.iter();
        owed.filter(move |owed| self.cases.family(case).any(|one| one.key == owed.case))
    }

    /// How many apologies are owed: those that somebody said are, and those that the rulebook says are.
    pub fn apologies_owed(&self) -> u32 {
        let said = self.customer.known().map_or(0, Known::apologies_owed);
        said + self.apologies.len() as u32
    }

    pub(crate) fn limits_passed(&self, contact: ContactId) -> u64 {
        self.limits_passed.iter().rev().find(|(known, _)| *known == contact).map_or(0, |(_, bits)| *bits)
    }

    pub(crate) fn pass_limit(&mut self, contact: ContactId, bit: u64) {
        if let Some((_, bits)) = self.limits_passed.iter_mut().find(|(known, _)| *known == contact) {
            *bits |= bit;
            return;
        }
        // A contact that the customer state has forgotten can pass no limit any more.
        let customer = &self.customer;
        self.limits_passed.retain(|(known, _)| customer.contact(*known).is_some());
        tight::push(&mut self.limits_passed, (contact, bit));
    }

    /// Forgets everything and keeps the memory, for the next customer of a bulk replay.
    pub fn clear(&mut self) {
        self.customer.clear();
        self.cases.clear();
        self.promises.clear();
        self.promise_count = PromiseCount::default();
        self.partners.clear();
        self.apologies.clear();
        self.churn = None;
        self.deadlines.clear();
        self.early_verdicts.clear();
        self.cooldowns.clear();
        self.exchanges.clear();
        self.limits_passed.clear();
        self.last_fact = FactKey::BEFORE_ALL;
        self.last_fired = Micros::MIN;
    }

    /// Gives back memory that is not used, before the journey is kept for long.
    pub fn shrink(&mut self) {
        self.customer.shrink();
        self.cases.shrink();
        self.deadlines.shrink();
        self.promises.shrink_to_fit();
        self.partners.shrink_to_fit();
        self.apologies.shrink_to_fit();
        self.early_verdicts.shrink_to_fit();
        self.cooldowns.shrink_to_fit();
        self.exchanges.shrink_to_fit();
        self.limits_passed.shrink_to_fit();
    }

    /// Appends the journey's canonical bytes.
    pub fn canonical_bytes(&self, out: &mut Vec<u8>, names: &Interner, style: Names) {
        self.canonical(&mut CanonicalWriter::new(out, names, style));
    }

    /// The bytes that the journey takes, on the heap and off it.
    pub fn total_bytes(&self) -> usize {
        let churn = self.churn.as_ref().map_or(0, |c| size_of::<Churn>() + c.heap_bytes());
        size_of::<Self>()
            + self.customer.heap_bytes()
            + self.cases.heap_bytes()
            + self.deadlines.heap_bytes()
            + tight::heap_bytes(&self.promises)
            + tight::heap_bytes(&self.partners)
            + tight::heap_bytes(&self.apologies)
            + tight::heap_bytes(&self.early_verdicts)
            + tight::heap_bytes(&self.cooldowns)
            + tight::heap_bytes(&self.exchanges)
            + tight::heap_bytes(&self.limits_passed)
            + churn
    }
}

impl Canonical for Journey {
    fn canonical(&self, to: &mut CanonicalWriter<'_>) {
        self.customer.canonical(to);
        self.cases.canonical(to);
        to.list(&self.promises);
        self.promise_count.canonical(to);
        to.list(&self.partners);
        to.list(&self.apologies);
        match &self.churn {
            None => to.byte(0),
            Some(churn) => {
                to.byte(1);
                churn.canonical(to);
            }
        }
        self.deadlines.canonical(to);
        to.number(self.early_verdicts.len() as u64);
        for (event, verdict) in &self.early_verdicts {
            to.id(event.0);
            to.byte(*verdict as u8);
        }
        to.number(self.cooldowns.len() as u64);
        for (action, until) in &self.cooldowns {
            to.name(*action);
            to.time(*until);
        }
        to.list(&self.exchanges);
        to.number(self.limits_passed.len() as u64);
        for (contact, bits) in &self.limits_passed {
            to.id(contact.0);
            to.number(*bits);
        }
        to.time(self.last_fired);
        to.id(self.last_fact.id.0);
    }
}
