//! Specific tokens: what only an answer to this question would repeat. Order numbers, amounts, dates, products.

use super::matcher::Matcher;
use super::words::{fold, own_lines};
use alloc::{collections::BTreeSet, string::String};

/// The specific tokens that both texts have, as they are when case-folded.
pub(super) fn shared(question: &str, reply: &str, products: &Matcher) -> BTreeSet<String> {
    let mut shared = tokens(reply);
    if !shared.is_empty() {
        let asked = tokens(question);
        shared.retain(|token| asked.contains(token));
    }
    let (in_question, in_reply) = (products.found(question), products.found(reply));
    let named = in_question.iter().filter(|(product, _)| in_reply.iter().any(|(other, _)| other == product));
    shared.extend(named.map(|(product, _)| products.words_of(*product).into()));
    shared
}

fn tokens(text: &str) -> BTreeSet<String> {
    let raw = own_lines(text).flat_map(str::split_whitespace);
    raw.filter(|token| !token.starts_with(['@', '^']) && !token.contains("://"))
        .filter_map(specific)
        .collect()
}

/// The token in the form in which it is compared, if it is specific.
fn specific(token: &str) -> Option<String> {
    if !token.bytes().any(|b| b.is_ascii_digit()) {
        return None;
    }
    let currency = token.contains(['$', '€', '£', '¥', '₹', '₺', '₩', '₽']);
    let core = token.trim_matches(|c: char| !c.is_alphanumeric());
    let digits = core.chars().filter(char::is_ascii_digit).count();
    let separated = core.split(|c: char| !c.is_alphanumeric()).filter(|part| !part.is_empty()).count() > 1;
    // `a320` and `note8`, but not `24h` and `5pm`.
    let code = core.chars().next().is_some_and(char::is_alphabetic) && core.chars().count() > 2;
    let is_specific = digits > 2 || currency || code || (separated && digits > 1);
    is_specific.then(|| {
        let mut folded = String::new();
        fold(core, &mut folded);
        folded
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(token: &str, is: Option<&str>) {
        assert_eq!(specific(token).as_deref(), is, "{token}");
    }

    #[test]
    fn numbers_of_orders_amounts_dates_and_models_are_specific() {
        check("#4711,", Some("4711"));
        check("€5", Some("5"));
        check("49.90.", Some("49.90"));
        check("12/03", Some("12/03"));
        check("A320", Some("a320"));
        check("AB-12", Some("ab-12"));
    }

    #[test]
    fn small_numbers_and_times_of_day_are_not() {
        for token in ["24", "2", "24h", "5pm", "hello"] {
            check(token, None);
        }
    }
}
