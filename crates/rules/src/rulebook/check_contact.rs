//! Checks what a document says of contacts that we begin, and of bills after a cancellation.

use super::document::Document;
use super::document_contact::{OpenCase, PurposeRules};
use crate::mistake::{Mistake, line_of};
use alloc::{collections::BTreeSet, format, string::String, vec::Vec};
use throughline_core::customer::reached::MAX_OF_ONE_PURPOSE;
use throughline_core::name::Name;
use throughline_core::time::Span;
use toml::Spanned;

/// The most contacts that a frequency can allow. One more than that is remembered: the one that is judged itself.
const MOST: u16 = MAX_OF_ONE_PURPOSE as u16 - 1;

/// Finds every mistake in `[contact]` and `[charged_after_cancellation]`. That rules have different names is checked with
/// those of all others.
pub(super) fn check(text: &str, document: &Document) -> Vec<Mistake> {
    let mut mistakes = Vec::new();
    let mut say = |at: usize, message: String| mistakes.push(Mistake { line: line_of(text, at), message });
    if let Some(contact) = &document.contact {
        if contact.purposes.is_empty() {
            let message = "without purposes every contact of ours is refused; add for instance [contact.purposes.service], or remove [contact]";
            say(contact.rule.span().start, message.into());
        }
        for (purpose, rules) in &contact.purposes {
            if let Err(e) = Name::new(purpose.as_ref()) {
                say(purpose.span().start, format!("a purpose's name is no name: {e}"));
            }
            circumstances(rules, &mut say);
            open_case(document, rules, &mut say);
            frequency(rules, purpose, &mut say);
        }
    }
    if let Some(charged) = &document.charged_after_cancellation {
        topic(document, &charged.topic, &mut say);
    }
    mistakes
}

fn circumstances(rules: &PurposeRules, say: &mut impl FnMut(usize, String)) {
    let Some(list) = &rules.circumstances else { return };
    if list.as_ref().is_empty() {
        let message =
            "`circumstances = []` forbids nothing; remove it, or write for instance [\"bereavement\"]";
        say(list.span().start, message.into());
    }
    let mut seen = BTreeSet::new();
    for circumstance in list.as_ref() {
        let (at, name) = (circumstance.span().start, circumstance.as_ref());
        if let Err(e) = Name::new(name) {
            say(at, format!("a circumstance is no name: {e}"));
        } else if !seen.insert(name) {
            say(at, format!("`{name}` stands in this list already; remove one of the two"));
        }
    }
}

fn open_case(document: &Document, rules: &PurposeRules, say: &mut impl FnMut(usize, String)) {
    let Some(open) = &rules.open_case else { return };
    match open.as_ref() {
        OpenCase::Word(word) if word == "any" => {}
        OpenCase::Word(word) => {
            let message = format!(
                "`open_case` is \"any\" or a list of topics, not \"{word}\"; for one topic write [\"{word}\"]"
            );
            say(open.span().start, message);
        }
        OpenCase::About(topics) if topics.is_empty() => {
            let message = "`open_case = []` forbids nothing; write \"any\", name topics, or remove it";
            say(open.span().start, message.into());
        }
        OpenCase::About(topics) => topics.iter().for_each(|name| topic(document, name, say)),
    }
}

fn frequency(rules: &PurposeRules, purpose: &Spanned<String>, say: &mut impl FnMut(usize, String)) {
    match (&rules.at_most, &rules.within) {
        (Some(at_most), None) => {
            let message = "`at_most` needs `within`: in which time, for instance \"30d\"";
            say(at_most.span().start, message.into());
        }
        (None, Some(within)) => {
            let message = "`within` needs `at_most`: how many contacts in that time, for instance 2";
            say(within.span().start, message.into());
        }
        _ => {}
    }
    if let Some(at_most) = &rules.at_most {
        let (at, count) = (at_most.span().start, *at_most.as_ref());
        if count == 0 {
            let purpose = purpose.as_ref();
            say(
                at,
                format!(
                    "`at_most = 0` never allows it; write 1 or more, or leave out [contact.purposes.{purpose}]: what is not named is not allowed"
                ),
            );
        } else if count > MOST {
            say(
                at,
                format!(
                    "`at_most` is at most {MOST}: that many contacts of one purpose are remembered; allow fewer in a shorter time"
                ),
            );
        }
    }
    if let Some(within) = rules.within.as_ref().filter(|within| within.as_ref().0 <= Span::ZERO) {
        let message = "`within` must be more than no time; write for instance \"30d\"";
        say(within.span().start, message.into());
    }
}

fn topic(document: &Document, topic: &Spanned<String>, say: &mut impl FnMut(usize, String)) {
    if document.topics.keys().any(|known| known.as_ref() == topic.as_ref()) {
        return;
    }
    let known: Vec<String> = document.topics.keys().map(|t| format!("`{}`", t.as_ref())).collect();
    let known = if known.is_empty() { "(none is defined)".into() } else { known.join(", ") };
    let (at, topic) = (topic.span().start, topic.as_ref());
    say(at, format!("there is no topic `{topic}`; write one of {known}, or add [topics.{topic}]"));
}
