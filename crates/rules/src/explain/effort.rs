//! What a case cost the customer.

use serde::Serialize;
use throughline_core::customer::Effort;
use throughline_core::time::Span;

/// What a case cost the customer: raw counts, and no score. A score needs a fit to what customers say of their effort,
/// which weighs [its terms](Self::terms).
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct CaseEffort {
    /// Its contacts.
    pub contacts: u32,
    /// Those of them after the first that she began: she had to come again.
    pub repeats: u32,
    /// How often it was reopened.
    pub reopens: u32,
    /// How long it was open, or has been: in microseconds of her own time, which never pauses.
    pub open_for: Span,
    /// What she had to do and bear in its contacts.
    pub effort: Effort,
}

impl CaseEffort {
    /// Adds what another case cost her.
    pub fn add(&mut self, other: &Self) {
        self.contacts += other.contacts;
        self.repeats += other.repeats;
        self.reopens += other.reopens;
        self.open_for = self.open_for + other.open_for;
        self.effort.add(&other.effort);
    }
}
