//! The indexed form of what follows from a promise that nobody can keep.

use super::catalogue::RuleIx;
use super::document::{Promises, TooFar};
use crate::feasibility::CALLBACK;
use throughline_core::name::{Interner, Sym};

/// A promise that nobody can keep is announced.
#[derive(Clone, Copy, Debug)]
pub struct TooFarPolicy {
    /// The rule.
    pub rule: RuleIx,
    /// What call backs are called.
    pub callback: Sym,
}

impl TooFarPolicy {
    pub(super) fn new(rule: RuleIx, names: &mut Interner) -> Self {
        Self { rule, callback: names.intern(CALLBACK) }
    }
}

/// The name of the rule, if it is announced at all.
pub(super) fn too_far_rule(promises: &Promises) -> Option<&str> {
    let announced = promises.too_far.as_ref().is_some_and(|to| *to.as_ref() == TooFar::Record);
    promises.too_far_rule.as_ref().filter(|_| announced).map(|rule| rule.as_ref().as_str())
}
