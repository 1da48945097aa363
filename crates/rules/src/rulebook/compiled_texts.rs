//! What a document says of texts, as what reads them, and of loops, as a rule.

use super::catalogue::RuleIx;
use super::document::Document;
use super::document_texts::PhraseLists;
use crate::texts::{Meaning, Phrases, PhrasesBuilder};
use alloc::{string::String, vec::Vec};
use throughline_core::event::{Sentiment, TextVerdict};
use throughline_core::name::Name;
use throughline_core::time::Span;
use toml::Spanned;

/// How texts are read by a rulebook.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TextPolicy {
    /// Its phrases.
    pub phrases: Phrases,
    /// When a reply is boilerplate; none: nothing is counted, and no reply is judged so.
    pub boilerplate: Option<BoilerplatePolicy>,
}

/// When a reply is boilerplate.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BoilerplatePolicy {
    /// In replies to how many other customers a run of five words must have been seen.
    pub other_customers: u16,
    /// Which share of a reply they must cover, in thousandths.
    pub coverage_per_mille: u16,
    /// Names of products.
    pub products: Vec<String>,
}

/// When two machines answer each other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LoopRule {
    /// The rule.
    pub rule: RuleIx,
    /// How many messages in turn are a loop, where both sides are known to be machines.
    pub turns: u16,
    /// How soon each follows the one before.
    pub within: Span,
}

pub(super) fn compile(document: &Document) -> TextPolicy {
    let mut phrases = PhrasesBuilder::default();
    for (language, lists) in document.texts.iter().flat_map(|texts| &texts.phrases) {
        each(lists, |phrase, meaning| phrases.add(language.as_ref(), phrase.as_ref(), meaning));
    }
    let rules = document.texts.as_ref().and_then(|texts| texts.boilerplate.as_ref());
    let boilerplate = rules.map(|rules| BoilerplatePolicy {
        other_customers: *rules.other_customers.as_ref(),
        coverage_per_mille: libm::round(*rules.coverage.as_ref() * 1_000.0) as u16,
        products: rules.products.iter().map(|product| product.as_ref().clone()).collect(),
    });
    TextPolicy { phrases: phrases.finish(), boilerplate }
}

pub(super) fn compile_loops(document: &Document, ix: impl Fn(&str) -> RuleIx) -> Option<LoopRule> {
    let loops = document.loops.as_ref()?.as_ref();
    Some(LoopRule {
        rule: ix(loops.rule.as_ref()),
        turns: *loops.turns.as_ref(),
        within: loops.within.as_ref().0,
    })
}

/// Every phrase with what it means, in a stated order.
fn each(lists: &PhraseLists, mut add: impl FnMut(&Spanned<String>, Meaning)) {
    let mut all = |list: &[Spanned<String>], meaning: &Meaning| {
        for phrase in list {
            add(phrase, meaning.clone());
        }
    };
    all(&lists.contradiction, &Meaning::Verdict(TextVerdict::Contradiction));
    all(&lists.substantive, &Meaning::Verdict(TextVerdict::Substantive));
    all(&lists.acknowledgement, &Meaning::Verdict(TextVerdict::Acknowledgement));
    all(&lists.boilerplate, &Meaning::Verdict(TextVerdict::Boilerplate));
    // Names were checked: an unknown topic or an intent that is no name is a mistake.
    let named = |name: &Spanned<String>| Name::new(name.as_ref()).ok();
    for (topic, list) in &lists.topics {
        if let Some(topic) = named(topic) {
            all(list, &Meaning::Topic(topic));
        }
    }
    for (intent, list) in &lists.intents {
        if let Some(intent) = named(intent) {
            all(list, &Meaning::Intent(intent));
        }
    }
    if let Some(sentiment) = &lists.sentiment {
        all(&sentiment.negative, &Meaning::Sentiment(Sentiment::Negative));
        all(&sentiment.positive, &Meaning::Sentiment(Sentiment::Positive));
    }
}
