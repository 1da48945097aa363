//! What a document says of third parties and of apologies, as rules.

use super::catalogue::RuleIx;
use super::document::{Document, PrescribeOn};
use alloc::vec::Vec;
use throughline_core::name::{Interner, Sym};
use throughline_core::time::Span;

/// When a partner is silent.
#[derive(Clone, Debug)]
pub struct PartnerPolicy {
    /// The rule.
    pub rule: RuleIx,
    expected: Option<Span>,
    expected_of: Vec<(Sym, Span)>,
    last: Vec<Sym>,
}

/// What we owe an apology for.
#[derive(Clone, Copy, Debug)]
pub struct ApologyRule {
    /// The rule.
    pub rule: RuleIx,
    /// What calls for it.
    pub on: PrescribeOn,
    /// Only when this rule found it.
    pub of: Option<RuleIx>,
    /// Only from this many reopenings on.
    pub reopened: u16,
    /// What it is for.
    pub reason: Sym,
}

impl PartnerPolicy {
    pub(super) fn compile(document: &Document, rule: RuleIx, names: &mut Interner) -> Option<Self> {
        let partners = document.partners.as_ref()?.as_ref();
        let expected_of = partners.expected_of.iter();
        Some(Self {
            rule,
            expected: partners.expected.as_ref().map(|expected| expected.as_ref().0),
            expected_of: expected_of
                .map(|(who, within)| (names.intern(who.as_ref()), within.as_ref().0))
                .collect(),
            last: partners.last.iter().map(|status| names.intern(status.as_ref())).collect(),
        })
    }

    /// How long after its last word a partner is silent that promised no time; none: never.
    pub fn expected_of(&self, partner: Sym) -> Option<Span> {
        let own = self.expected_of.iter().find(|(who, _)| *who == partner);
        own.map(|(_, within)| *within).or(self.expected)
    }

    /// Whether no further word is expected of a thing that stands so.
    pub fn is_last(&self, status: Sym) -> bool {
        self.last.contains(&status)
    }
}

impl ApologyRule {
    pub(super) fn compile(
        document: &Document,
        rules: &[(RuleIx, Option<RuleIx>)],
        names: &mut Interner,
    ) -> Vec<Self> {
        let apologies = document.apologies.iter().zip(rules).map(|(apology, &(rule, of))| {
            let apology = apology.as_ref();
            Self {
                rule,
                on: apology.on,
                of,
                reopened: apology.reopened.as_ref().map_or(0, |n| *n.as_ref()),
                reason: names.intern(apology.reason.as_ref()),
            }
        });
        apologies.collect()
    }
}
