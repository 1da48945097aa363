//! The catalogue: the names that indices stand for, shared by all rulebooks that are in force one after the other.
//!
//! A journey outlives the rulebook under which it began, so an index in it must mean the same under the next one. The
//! catalogue only grows: a name keeps the index that the first rulebook with it gave it.

use super::error::RulebookError;
use crate::mistake::Mistake;
use alloc::{format, vec, vec::Vec};
use serde::{Deserialize, Serialize};
use throughline_core::name::Sym;

/// A rule. Rules that came with one rulebook compare as their names do; those that came with a later one come after.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct RuleIx(pub u16);

/// A signal, by its place in the order in which rulebooks brought them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct SignalIx(pub u16);

/// The most limits that all rulebooks of a tenant can have together, by name.
const MAX_LIMITS: usize = 64;

/// The names that indices stand for.
#[derive(Clone, Debug, Default)]
pub struct Catalogue {
    rules: Vec<Sym>,
    signals: Vec<Sym>,
    limits: Vec<RuleIx>,
}

impl Catalogue {
    /// A rule's name.
    pub fn rule_name(&self, rule: RuleIx) -> Sym {
        self.rules.get(usize::from(rule.0)).copied().unwrap_or(Sym::NONE)
    }

    /// A signal's name.
    pub fn signal_name(&self, signal: SignalIx) -> Sym {
        self.signals.get(usize::from(signal.0)).copied().unwrap_or(Sym::NONE)
    }

    pub(super) fn rule(&self, name: Sym) -> Option<RuleIx> {
        place(&self.rules, &name).map(RuleIx)
    }

    pub(super) fn signal(&self, name: Sym) -> Option<SignalIx> {
        place(&self.signals, &name).map(SignalIx)
    }

    /// Adds the rules that are new. They come sorted by name.
    pub(super) fn add_rules(&mut self, names: impl Iterator<Item = Sym>) {
        for name in names {
            add(&mut self.rules, name);
        }
    }

    pub(super) fn add_signal(&mut self, name: Sym) -> SignalIx {
        SignalIx(add(&mut self.signals, name))
    }

    /// The bit of a limit. One beyond the most that there can be has none: [`Self::check`] refuses it.
    pub(super) fn limit_bit(&mut self, rule: RuleIx) -> u64 {
        1_u64.checked_shl(u32::from(add(&mut self.limits, rule))).unwrap_or(0)
    }

    /// Whether there are more names than indices.
    pub(super) fn check(&self) -> Result<(), RulebookError> {
        let too_many = [
            ("limits", self.limits.len(), MAX_LIMITS),
            ("rules", self.rules.len(), usize::from(u16::MAX)),
            ("signals", self.signals.len(), usize::from(u16::MAX)),
        ];
        match too_many.into_iter().find(|(_, found, most)| found > most) {
            None => Ok(()),
            Some((what, found, most)) => {
                let message = format!(
                    "with the rulebooks that were in force before there are {found} {what} of different names, more than {most}; name a {} as one of before where it is the same",
                    what.trim_end_matches('s')
                );
                Err(RulebookError { mistakes: vec![Mistake { line: 1, message }] })
            }
        }
    }
}

fn place<T: PartialEq>(list: &[T], wanted: &T) -> Option<u16> {
    list.iter().position(|known| known == wanted).and_then(|place| u16::try_from(place).ok())
}

fn add<T: PartialEq>(list: &mut Vec<T>, wanted: T) -> u16 {
    place(list, &wanted).unwrap_or_else(|| {
        list.push(wanted);
        u16::try_from(list.len() - 1).unwrap_or(u16::MAX)
    })
}
