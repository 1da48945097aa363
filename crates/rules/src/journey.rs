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
use crate::promise::Promises;
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
    /// What was promised.
    pub promises: Promises,
    /// Signs of leaving, once there was one.
    pub churn: Option<Box<Churn>>,
    /// What will happen by itself.
    pub deadlines: Deadlines,
    /// Until when an action is not prescribed again.
    pub(crate) cooldowns: ThinVec<(Sym, Micros)>,
    /// The last fact that was folded.
    pub(crate) last_fact: FactKey,
    /// When the last deadline fired.
    pub(crate) last_fired: Micros,
    /// Behind one pointer, since most customers have nothing of it.
    rare: Option<Box<Rare>>,
}

/// What most customers have nothing of.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct Rare {
    /// What partners told last, of each thing that they tell about; the newest last.
    pub(crate) partners: ThinVec<PartnerThing>,
    /// Apologies that are owed by the rulebook.
    pub(crate) apologies: ThinVec<OwedApology>,
    /// Verdicts on messages that did not come yet.
    pub(crate) early_verdicts: ThinVec<(EventId, TextVerdict)>,
    /// Machines that may be answering each other, one exchange for each channel.
    pub(crate) exchanges: ThinVec<Exchange>,
    /// The limits that each recent contact passed, a bit each.
    limits_passed: ThinVec<(ContactId, u64)>,
}

impl Default for Journey {
    fn default() -> Self {
        Self {
            customer: CustomerState::default(),
            cases: CaseBook::default(),
            promises: Promises::default(),
            churn: None,
            deadlines: Deadlines::default(),
            cooldowns: ThinVec::new(),
            last_fact: FactKey::BEFORE_ALL,
            last_fired: Micros::MIN,
            rare: None,
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

    /// What partners told last, of each thing that they tell about; the newest last.
    pub fn partners(&self) -> &[PartnerThing] {
        self.rare.as_ref().map_or(&[], |rare| &rare.partners)
    }

    /// Apologies that are owed by the rulebook.
    pub fn apologies(&self) -> &[OwedApology] {
        self.rare.as_ref().map_or(&[], |rare| &rare.apologies)
    }

    /// What most customers have nothing of, if this one has.
    #[inline]
    pub(crate) fn rare(&self) -> Option<&Rare> {
        self.rare.as_deref()
    }

    /// The same, to change what is there.
    #[inline]
    pub(crate) fn rare_mut(&mut self) -> Option<&mut Rare> {
        self.rare.as_deref_mut()
    }

    /// The same, to put something there.
    pub(crate) fn rare_or_new(&mut self) -> &mut Rare {
        self.rare.get_or_insert_default()
    }

    /// The case that a thing is about which a partner tells of: by the partner's reference, or else by the contact.
    pub fn case_of_thing(&self, thing: &PartnerThing) -> Option<CaseIx> {
        let by_issue = thing.issue.and_then(|issue| self.cases.of_issue(issue));
        by_issue.or_else(|| thing.contact.and_then(|contact| self.cases.of_contact(contact)))
    }

    /// The apologies that are owed by the rulebook for a case: for what it is about, what that came of and what came of it.
    pub fn apologies_of(&self, case: CaseIx) -> impl Iterator<Item = &OwedApology> {
        let owed = self.apologies().iter();
        owed.filter(move |owed| self.cases.family(case).any(|one| one.key == owed.case))
    }

    /// How many apologies are owed: those that somebody said are, and those that the rulebook says are.
    pub fn apologies_owed(&self) -> u32 {
        let said = self.customer.known().map_or(0, Known::apologies_owed);
        said + self.apologies().len() as u32
    }

    pub(crate) fn limits_passed(&self, contact: ContactId) -> u64 {
        let passed = self.rare().map_or(&[][..], |rare| &rare.limits_passed);
        passed.iter().rev().find(|(known, _)| *known == contact).map_or(0, |(_, bits)| *bits)
    }

    pub(crate) fn pass_limit(&mut self, contact: ContactId, bit: u64) {
        let passed = &mut self.rare.get_or_insert_default().limits_passed;
        if let Some((_, bits)) = passed.iter_mut().find(|(known, _)| *known == contact) {
            *bits |= bit;
            return;
        }
        // A contact that the customer state has forgotten can pass no limit any more.
        let customer = &self.customer;
        passed.retain(|(known, _)| customer.contact(*known).is_some());
        tight::push(passed, (contact, bit));
    }

    /// Forgets everything and keeps the memory, for the next customer of a bulk replay.
    pub fn clear(&mut self) {
        self.customer.clear();
        self.cases.clear();
        self.promises.clear();
        self.churn = None;
        self.deadlines.clear();
        self.cooldowns.clear();
        self.last_fact = FactKey::BEFORE_ALL;
        self.last_fired = Micros::MIN;
        self.rare = None;
    }

    /// Gives back memory that is not used, before the journey is kept for long.
    pub fn shrink(&mut self) {
        self.customer.shrink();
        self.cases.shrink();
        self.deadlines.shrink();
        self.promises.shrink();
        self.cooldowns.shrink_to_fit();
        if let Some(rare) = &mut self.rare {
            rare.shrink();
        }
    }

    /// Appends the journey's canonical bytes.
    pub fn canonical_bytes(&self, out: &mut Vec<u8>, names: &Interner, style: Names) {
        self.canonical(&mut CanonicalWriter::new(out, names, style));
    }

    /// The bytes that the journey takes, on the heap and off it.
    pub fn total_bytes(&self) -> usize {
        let churn = self.churn.as_ref().map_or(0, |c| size_of::<Churn>() + c.heap_bytes());
        let rare = self.rare.as_ref().map_or(0, |rare| size_of::<Rare>() + rare.heap_bytes());
        size_of::<Self>()
            + self.customer.heap_bytes()
            + self.cases.heap_bytes()
            + self.deadlines.heap_bytes()
            + self.promises.heap_bytes()
            + tight::heap_bytes(&self.cooldowns)
            + churn
            + rare
    }
}

impl Rare {
    fn shrink(&mut self) {
        self.partners.shrink_to_fit();
        self.apologies.shrink_to_fit();
        self.early_verdicts.shrink_to_fit();
        self.exchanges.shrink_to_fit();
        self.limits_passed.shrink_to_fit();
    }

    fn heap_bytes(&self) -> usize {
        tight::heap_bytes(&self.partners)
            + tight::heap_bytes(&self.apologies)
            + tight::heap_bytes(&self.early_verdicts)
            + tight::heap_bytes(&self.exchanges)
            + tight::heap_bytes(&self.limits_passed)
    }
}

impl Canonical for Journey {
    fn canonical(&self, to: &mut CanonicalWriter<'_>) {
        self.customer.canonical(to);
        self.cases.canonical(to);
        self.promises.canonical(to);
        to.list(self.partners());
        to.list(self.apologies());
        match &self.churn {
            None => to.byte(0),
            Some(churn) => {
                to.byte(1);
                churn.canonical(to);
            }
        }
        self.deadlines.canonical(to);
        let (early, exchanges) =
            self.rare().map_or((&[][..], &[][..]), |rare| (&rare.early_verdicts, &rare.exchanges));
        to.number(early.len() as u64);
        for (event, verdict) in early {
            to.id(event.0);
            to.byte(*verdict as u8);
        }
        to.number(self.cooldowns.len() as u64);
        for (action, until) in &self.cooldowns {
            to.name(*action);
            to.time(*until);
        }
        to.list(exchanges);
        let passed = self.rare().map_or(&[][..], |rare| &rare.limits_passed);
        to.number(passed.len() as u64);
        for (contact, bits) in passed {
            to.id(contact.0);
            to.number(*bits);
        }
        to.time(self.last_fired);
        to.id(self.last_fact.id.0);
    }
}
