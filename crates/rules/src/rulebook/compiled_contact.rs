//! What a document says of contacts that we begin and of bills after a cancellation, as policies.

use super::catalogue::RuleIx;
use super::document_contact::{ChargedAfterCancellation, ConsentNeed, ContactRules, OpenCase, PurposeRules};
use alloc::vec::Vec;
use throughline_core::name::{Interner, Sym};
use throughline_core::time::Span;
use toml::Spanned;

/// The contact guard.
#[derive(Clone, Debug)]
pub struct ContactPolicy {
    /// The rule that a contact against the guard is announced under.
    pub rule: RuleIx,
    /// Whether a contact of ours that names no purpose must wait while an inquiry is unread.
    pub unread_first: bool,
    purposes: Vec<PurposeRule>,
}

/// What forbids a purpose.
#[derive(Clone, Debug)]
pub struct PurposeRule {
    /// The purpose.
    pub purpose: Sym,
    /// The circumstances that forbid it.
    pub circumstances: Vec<Sym>,
    /// The open cases that do.
    pub open_case: OpenCases,
    /// Whether an unread inquiry does.
    pub unread_inquiry: bool,
    /// What must be true of her consent, if anything.
    pub consent: Option<ConsentNeed>,
    /// How many contacts are allowed, if there is a limit.
    pub frequency: Option<Frequency>,
}

/// Which open cases forbid a purpose.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum OpenCases {
    /// None does.
    None,
    /// Each does.
    Any,
    /// Those about one of these topics.
    About(Vec<Sym>),
}

/// How many contacts are allowed in a window that ends now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Frequency {
    /// How many.
    pub at_most: u16,
    /// How long the window is.
    pub within: Span,
}

/// A bill after a cancellation took effect opens a case.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ChargedPolicy {
    /// What the case is about.
    pub topic: Sym,
    /// How long after the end a last bill may still come.
    pub final_bill_within: Span,
}

impl ContactPolicy {
    /// What forbids a purpose; none if the rulebook does not name it.
    pub fn purpose(&self, purpose: Sym) -> Option<&PurposeRule> {
        self.purposes.iter().find(|rule| rule.purpose == purpose)
    }

    /// The purposes that are named.
    pub fn purposes(&self) -> &[PurposeRule] {
        &self.purposes
    }

    pub(super) fn compile(rules: &ContactRules, rule: RuleIx, names: &mut Interner) -> Self {
        let purposes =
            rules.purposes.iter().map(|(purpose, rules)| PurposeRule::compile(purpose, rules, names));
        Self { rule, unread_first: rules.unread_first, purposes: purposes.collect() }
    }
}

impl PurposeRule {
    fn compile(purpose: &Spanned<alloc::string::String>, rules: &PurposeRules, names: &mut Interner) -> Self {
        let circumstances = rules.circumstances.iter().flat_map(Spanned::as_ref);
        Self {
            purpose: names.intern(purpose.as_ref()),
            circumstances: circumstances.map(|name| names.intern(name.as_ref())).collect(),
            open_case: match rules.open_case.as_ref().map(Spanned::as_ref) {
                None => OpenCases::None,
                Some(OpenCase::Word(_)) => OpenCases::Any,
                Some(OpenCase::About(topics)) => {
                    OpenCases::About(topics.iter().map(|topic| names.intern(topic.as_ref())).collect())
                }
            },
            unread_inquiry: rules.unread_inquiry,
            consent: rules.consent,
            frequency: rules
                .at_most
                .as_ref()
                .zip(rules.within.as_ref())
                .map(|(at_most, within)| Frequency { at_most: *at_most.as_ref(), within: within.as_ref().0 }),
        }
    }
}

impl ChargedPolicy {
    pub(super) fn compile(rules: &ChargedAfterCancellation, names: &mut Interner) -> Self {
        Self {
            topic: names.intern(rules.topic.as_ref()),
            final_bill_within: rules.final_bill_within.map_or(Span::ZERO, |d| d.0),
        }
    }
}
