//! What a document says of identifiers, as a policy.

use super::document::{IdentityRules, Strength};
use crate::identity::{KindPolicy, Policy, Written};
use crate::mistake::line_of;
use alloc::string::String;
use throughline_core::identifier::Form;
use toml::Spanned;

/// The policy of a document that was read from `text`. Without a table `[identity]` nobody is joined.
pub(super) fn compile(text: &str, rules: Option<&IdentityRules>) -> Policy {
    let Some(rules) = rules else { return Policy::default() };
    let written = |value: &Spanned<String>| Written {
        value: value.as_ref().clone(),
        line: line_of(text, value.span().start),
    };
    let most = |limit: &Option<Spanned<u32>>| limit.as_ref().map_or(usize::MAX, |n| *n.as_ref() as usize);
    let kinds = rules.kinds.iter().map(|(kind, rules)| {
        let policy = KindPolicy {
            form: rules.form.unwrap_or_else(|| Form::of_kind(kind.as_ref())),
            joins: *rules.strength.as_ref() == Strength::Strong,
            unique: rules.unique,
            blocked: rules.blocked.iter().map(written).collect(),
            max_profiles: most(&rules.max_profiles),
            max_values: most(&rules.max_values),
        };
        (kind.as_ref().clone(), policy)
    });
    Policy::new(rules.region.as_ref().map(written), kinds.collect())
}
