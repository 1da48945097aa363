//! Checks what a document says of texts and of machines that answer each other.

use super::document::{Document, PrescribeOn};
use super::document_texts::{BoilerplateRules, PhraseLists};
use crate::mistake::{Mistake, line_of};
use crate::texts::{MAX_PHRASE_WORDS, folded_phrase};
use alloc::{collections::BTreeMap, format, string::String, vec::Vec};
use throughline_core::name::Name;
use throughline_core::time::Span;
use toml::Spanned;

/// The most phrases of a language.
const MAX_PHRASES: usize = 4_000;

struct Check<'a> {
    text: &'a str,
    mistakes: Vec<Mistake>,
}

/// Finds every mistake in `[texts]` and `[loops]`.
pub(super) fn check(text: &str, document: &Document) -> Vec<Mistake> {
    let mut check = Check { text, mistakes: Vec::new() };
    if let Some(texts) = &document.texts {
        for (language, lists) in &texts.phrases {
            check.language(language);
            check.phrases(document, language, lists);
        }
        if let Some(rules) = &texts.boilerplate {
            check.boilerplate(rules);
        }
    }
    check.loops(document);
    check.mistakes
}

impl Check<'_> {
    fn say(&mut self, at: usize, message: String) {
        self.mistakes.push(Mistake { line: line_of(self.text, at), message });
    }

    fn language(&mut self, language: &Spanned<String>) {
        let code = language.as_ref();
        if code.len() != 2 || !code.bytes().all(|b| b.is_ascii_lowercase()) {
            let message = format!(
                "`{code}` is no language by its two small letters of ISO 639-1; write for instance [texts.phrases.en]"
            );
            self.say(language.span().start, message);
        }
    }

    fn phrases(&mut self, document: &Document, language: &Spanned<String>, lists: &PhraseLists) {
        let verdicts = [
            ("contradiction", &lists.contradiction),
            ("substantive", &lists.substantive),
            ("acknowledgement", &lists.acknowledgement),
            ("boilerplate", &lists.boilerplate),
        ];
        self.told_apart("verdict", &verdicts);
        let named =
            |lists: &BTreeMap<Spanned<String>, Vec<Spanned<String>>>| -> Vec<(String, Vec<Spanned<String>>)> {
                lists.iter().map(|(name, list)| (name.as_ref().clone(), list.clone())).collect()
            };
        for (what, lists) in [("topic", named(&lists.topics)), ("intent", named(&lists.intents))] {
            let lists: Vec<(&str, &Vec<Spanned<String>>)> =
                lists.iter().map(|(name, list)| (name.as_str(), list)).collect();
            self.told_apart(what, &lists);
        }
        if let Some(sentiment) = &lists.sentiment {
            let lists = [("negative", &sentiment.negative), ("positive", &sentiment.positive)];
            self.told_apart("sentiment", &lists);
        }
        for topic in lists.topics.keys() {
            if !document.topics.keys().any(|known| known.as_ref() == topic.as_ref()) {
                let known: Vec<String> =
                    document.topics.keys().map(|t| format!("`{}`", t.as_ref())).collect();
                let known = if known.is_empty() { "(none is defined)".into() } else { known.join(", ") };
                let name = topic.as_ref();
                let message = format!(
                    "there is no topic `{name}`; write phrases for one of {known}, or add [topics.{name}]"
                );
                self.say(topic.span().start, message);
            }
        }
        for intent in lists.intents.keys() {
            if let Err(e) = Name::new(intent.as_ref()) {
                self.say(intent.span().start, format!("an intent's name is no name: {e}"));
            }
        }
        let all = verdicts.iter().map(|(_, list)| list.len()).sum::<usize>()
            + lists.topics.values().chain(lists.intents.values()).map(Vec::len).sum::<usize>();
        if all > MAX_PHRASES {
            let message = format!(
                "a language has at most {MAX_PHRASES} phrases, and this one {all}; an annotator of your own can read more"
            );
            self.say(language.span().start, message);
        }
    }

    /// Each phrase is one, and says one thing: lists that exclude each other have none in common.
    fn told_apart(&mut self, what: &str, lists: &[(&str, &Vec<Spanned<String>>)]) {
        let mut seen: BTreeMap<String, (&str, usize)> = BTreeMap::new();
        for (name, phrase) in
            lists.iter().flat_map(|(name, list)| list.iter().map(move |phrase| (*name, phrase)))
        {
            let (at, written) = (phrase.span().start, phrase.as_ref());
            let line = line_of(self.text, at);
            let folded = folded_phrase(written);
            let words = folded.split_whitespace().count();
            if words == 0 {
                self.say(
                    at,
                    format!("a phrase of `{name}` has no word; write the words to look for, or remove it"),
                );
            } else if words > MAX_PHRASE_WORDS {
                let message = format!(
                    "a phrase has at most {MAX_PHRASE_WORDS} words, and this one {words}; keep the part that says it"
                );
                self.say(at, message);
            } else if let Some((other, first)) = seen.insert(folded, (name, line)) {
                let message = if other == name {
                    format!("`{written}` is in this list already, on line {first}; remove one of the two")
                } else {
                    format!(
                        "`{written}` is `{other}` already, on line {first}, and a text has one {what}; keep it in one list"
                    )
                };
                self.say(at, message);
            }
        }
    }

    fn boilerplate(&mut self, rules: &BoilerplateRules) {
        if *rules.other_customers.as_ref() < 2 {
            let message = "`other_customers` below 2 makes boilerplate of what two customers were told; write 20, or at least 2";
            self.say(rules.other_customers.span().start, message.into());
        }
        let coverage = *rules.coverage.as_ref();
        if !(coverage > 0.0 && coverage <= 1.0) {
            let message = "`coverage` is the share of a reply that must be generic, above 0.0 and up to 1.0; for 4 of 5 words write 0.8";
            self.say(rules.coverage.span().start, message.into());
        }
        for product in rules.products.iter().filter(|product| folded_phrase(product.as_ref()).is_empty()) {
            self.say(product.span().start, "a product has no word; write its name, or remove it".into());
        }
    }

    fn loops(&mut self, document: &Document) {
        let Some(loops) = &document.loops else {
            let calls = |on| on == PrescribeOn::MachineLoop;
            let wanted = document.prescriptions.iter().filter(|p| calls(p.as_ref().on));
            let places: Vec<usize> = wanted.map(|p| p.span().start).collect();
            for at in places {
                self.say(at, "`on = \"machine-loop\"` needs a [loops] table".into());
            }
            return;
        };
        let turns = loops.as_ref().turns.as_ref();
        if !(4..=100).contains(turns) {
            let message = "`turns` is how many messages in turn are a loop, 4 to 100: a question and its receipt are none";
            self.say(loops.as_ref().turns.span().start, message.into());
        }
        let within = &loops.as_ref().within;
        if within.as_ref().0 <= Span::ZERO {
            self.say(
                within.span().start,
                "[loops] within must be more than no time; write for instance \"5m\"".into(),
            );
        }
    }
}
