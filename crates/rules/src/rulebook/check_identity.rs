//! Checks what a document says of identifiers. Whether a region has phone numbers is found out where they are read.

use super::document::{Document, KindRules, Strength};
use crate::mistake::{Mistake, line_of};
use alloc::{collections::BTreeSet, format, string::String, vec::Vec};
use throughline_core::name::Name;

/// Finds every mistake in `[identity]`.
pub(super) fn check(text: &str, document: &Document) -> Vec<Mistake> {
    let mut mistakes = Vec::new();
    let mut say = |at: usize, message: String| mistakes.push(Mistake { line: line_of(text, at), message });
    let Some(identity) = &document.identity else { return mistakes };
    if let Some(region) = &identity.region {
        let code = region.as_ref();
        if code.len() != 2 || !code.bytes().all(|b| b.is_ascii_uppercase()) {
            let message =
                "`region` is a country by its two capital letters of ISO 3166-1; write for instance \"DE\"";
            say(region.span().start, message.into());
        }
    }
    for (kind, rules) in &identity.kinds {
        if let Err(e) = Name::new(kind.as_ref()) {
            say(kind.span().start, format!("a kind of identifier is no name: {e}"));
        }
        of_kind(rules, &mut say);
    }
    mistakes
}

fn of_kind(rules: &KindRules, say: &mut impl FnMut(usize, String)) {
    if let Some(most) = &rules.max_profiles {
        let at = most.span().start;
        if *rules.strength.as_ref() == Strength::Weak {
            say(at, "`max_profiles` has no effect on a kind that joins nobody; remove it, or write `strength = \"strong\"`".into());
        } else if *most.as_ref() < 2 {
            say(at, "`max_profiles` below 2 joins nobody; write 2 or more, or `strength = \"weak\"`".into());
        }
    }
    if let Some(most) = &rules.max_values {
        let at = most.span().start;
        if rules.unique {
            say(at, "`max_values` has no effect on a unique kind: a person has one value; remove it".into());
        } else if *most.as_ref() == 0 {
            say(
                at,
                "`max_values = 0` keeps everybody apart who has such an identifier; write 1 or more".into(),
            );
        }
    }
    let mut seen = BTreeSet::new();
    for blocked in &rules.blocked {
        let (at, value) = (blocked.span().start, blocked.as_ref().trim());
        // What is blocked may be somebody's, so a message does not repeat it.
        if value.is_empty() {
            say(at, "a blocked value is empty; remove it: nobody can claim nothing".into());
        } else if !seen.insert(value) {
            say(at, "this value is blocked already; remove one of the two".into());
        }
    }
}
