//! Checks what a document says of complaints in public: reach may make us quicker, and nothing else.

use super::document::{Document, Prescription};
use crate::mistake::{Mistake, line_of};
use alloc::{format, string::String, vec::Vec};

/// The most steps of reach.
const MOST_STEPS: usize = 8;

/// Finds every mistake in `[reach]` and in prescriptions for what many people can see.
pub(super) fn check(text: &str, document: &Document) -> Vec<Mistake> {
    let mut mistakes = Vec::new();
    let mut say = |at: usize, message: String| mistakes.push(Mistake { line: line_of(text, at), message });
    if let Some(reach) = &document.reach {
        let steps = &reach.as_ref().raises_priority_at;
        let at = steps.span().start;
        let steps = steps.as_ref();
        if steps.is_empty() || steps.len() > MOST_STEPS {
            say(
                at,
                format!(
                    "`raises_priority_at` has 1 to {MOST_STEPS} steps; without any remove the table [reach]"
                ),
            );
        }
        if steps.first() == Some(&0) {
            say(at, "a reach of 0 is what everything has; write a first step of 1 or more".into());
        }
        if let Some((one, next)) = steps.iter().zip(steps.iter().skip(1)).find(|(one, next)| one >= next) {
            let message = "the steps of `raises_priority_at` ascend";
            say(at, format!("{message}; {one} stands before {next}: put them in order, each once"));
        }
    }
    for (place, prescription) in document.prescriptions.iter().enumerate() {
        let quick = prescription.as_ref();
        let Some(reach) = &quick.reach_at_least else { continue };
        let at = reach.span().start;
        if *reach.as_ref() == 0 {
            say(
                at,
                "a reach of 0 is what everything has; write `reach_at_least` of 1 or more, or remove it"
                    .into(),
            );
        }
        // Directly below, so that nobody is prescribed something else in between.
        let mut below = document.prescriptions[place + 1..].iter().map(AsRef::as_ref);
        let plain = below.find(|p| p.reach_at_least.is_none()).filter(|p| is_the_same(quick, p));
        let Some(plain) = plain else {
            say(
                at,
                format!(
                    "`reach_at_least` makes us quicker, and nothing else: write the same prescription without it directly \
                     below, also with `action = \"{}\"` and `owner = \"{}\"`, for who complains in private",
                    quick.action, quick.owner
                ),
            );
            continue;
        };
        if plain.within.0 <= quick.within.0 {
            say(
                at,
                "`reach_at_least` makes us quicker: write a `within` that is shorter than that of the same prescription \
                 without it, or remove this one"
                    .into(),
            );
        }
    }
    mistakes
}

/// Whether two prescriptions are called for by the same and have the same done by the same.
fn is_the_same(a: &Prescription, b: &Prescription) -> bool {
    let name = |name: &Option<toml::Spanned<String>>| name.as_ref().map(|name| name.as_ref().clone());
    let reopened = |p: &Prescription| p.reopened.as_ref().map(|n| *n.as_ref());
    (a.on, name(&a.of), name(&a.cause), reopened(a), a.case)
        == (b.on, name(&b.of), name(&b.cause), reopened(b), b.case)
        && (&a.action, &a.owner, a.cooldown.map(|c| c.0)) == (&b.action, &b.owner, b.cooldown.map(|c| c.0))
}
