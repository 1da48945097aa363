//! Which tokens of a text are names of people, by where they stand. No list of names and no language is needed: who is
//! greeted stands in the greeting, and who signs stands at the end.

use super::words::{fold, own_lines};
use alloc::{string::String, vec::Vec};

/// The most tokens of a greeting or a signature.
const MOST_TOKENS: usize = 4;

/// A text's tokens, without handles, marks of who signed, and names of people.
pub(super) fn without_names<'a>(text: &'a str, known: &[&str]) -> Vec<&'a str> {
    let mut tokens: Vec<&str> =
        own_lines(text).flat_map(str::split_whitespace).filter(|token| !is_handle(token)).collect();
    drop_signature(&mut tokens);
    drop_greeted(&mut tokens);
    if !known.is_empty() {
        let known: Vec<String> = known.iter().flat_map(|name| name.split_whitespace()).map(folded).collect();
        tokens.retain(|token| !known.contains(&folded(token.trim_matches(|c: char| !c.is_alphanumeric()))));
    }
    tokens
}

fn folded(word: &str) -> String {
    let mut folded = String::new();
    fold(word, &mut folded);
    folded
}

/// `@somebody`, or the mark of who wrote: `^JK`, `*JK`, `/JK`.
fn is_handle(token: &str) -> bool {
    let Some(rest) = token.strip_prefix(['@', '^', '*', '/', '.', '-', '~']) else { return false };
    match token.as_bytes()[0] {
        b'@' => rest.chars().next().is_some_and(|c| c.is_alphanumeric() || c == '_'),
        b'.' => rest.starts_with('@'),
        b'^' => rest.chars().next().is_some_and(char::is_alphabetic) && rest.chars().count() <= 12,
        _ => is_initials(rest),
    }
}

fn is_initials(word: &str) -> bool {
    (1..=3).contains(&word.chars().count()) && word.chars().all(char::is_uppercase)
}

fn is_capitalised(token: &str) -> bool {
    token.trim_start_matches(|c: char| !c.is_alphanumeric()).chars().next().is_some_and(char::is_uppercase)
}

/// "Hi Anna," and "Dear Mr Smith:": what is written with a capital behind the first word, up to the first stop.
fn drop_greeted(tokens: &mut Vec<&str>) {
    let stop =
        tokens.iter().take(MOST_TOKENS).position(|token| token.ends_with([',', '!', ':', '-', '\u{2013}']));
    let Some(stop) = stop.filter(|stop| *stop > 0) else { return };
    let mut place = 0;
    tokens.retain(|token| {
        let greeted = (1..=stop).contains(&place) && is_capitalised(token);
        place += 1;
        !greeted
    });
}

/// "… Regards, Tom K.": what follows the last stop, if it is all names.
fn drop_signature(tokens: &mut Vec<&str>) {
    let ends = |token: &&str| token.ends_with(['.', '!', '?', ',', ':', ';']) || token.starts_with("http");
    let Some(last) = tokens.len().checked_sub(1) else { return };
    let from = tokens[..last].iter().rposition(ends).map_or(0, |stop| stop + 1);
    let signed = &tokens[from..];
    if from > 0
        && signed.len() < MOST_TOKENS
        && signed.iter().all(|t| is_capitalised(t) && !t.starts_with("http"))
    {
        tokens.truncate(from);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, left: &str) {
        assert_eq!(without_names(text, &["Cleo Duarte"]).join(" "), left);
    }

    #[test]
    fn who_is_greeted_and_who_signs_is_left_out_in_any_language() {
        check("Hi Anna, we look into it. Regards, Tom", "Hi we look into it. Regards,");
        check("Hallo Frau Müller! Wir prüfen das. Grüße, Bo K.", "Hallo Wir prüfen das. Grüße,");
        check("@115712 We can help. Send us a DM. ^JK", "We can help. Send us a DM.");
        check(".@anna thanks /AB", "thanks");
        check("This is Cleo from support.", "This is from support.");
    }

    #[test]
    fn nothing_else_is_left_out() {
        check("We cancelled order 4711 today", "We cancelled order 4711 today");
        check("Thank You", "Thank You");
        check("Please, Anna Maria went home", "Please, Anna Maria went home");
        check("See https://t.co/Ab3", "See https://t.co/Ab3");
        check("a ^", "a ^");
        check("", "");
    }
}
