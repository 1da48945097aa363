//! Reads and checks the document of a disruption. Every mistake is found in one go, with its line and its remedy.

use super::document::{DisruptionDocument, Who};
use super::{Disruption, Hits};
use crate::mistake::{self, Mistake, line_of, mistake};
use alloc::{format, string::String, vec, vec::Vec};
use core::fmt;
use throughline_core::name::{Interner, Name, Sym};
use throughline_core::time::{Micros, Span};
use toml::Spanned;

/// The longest that one disruption may last: what goes on for longer is a rule, and belongs into the rulebook.
const LONGEST: Span = Span::from_days(366);

/// Why the document of a disruption is refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub struct DisruptionError {
    /// Every mistake, by line.
    pub mistakes: Vec<Mistake>,
}

impl fmt::Display for DisruptionError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        mistake::list(f, "the disruption", &self.mistakes)
    }
}

impl Disruption {
    /// Reads and checks a document. It counts from `not_before` on at the earliest.
    pub fn parse(text: &str, not_before: Micros, names: &mut Interner) -> Result<Self, DisruptionError> {
        let document: DisruptionDocument = toml::from_str(text)
            .map_err(|error| DisruptionError { mistakes: vec![mistake(text, &error)] })?;
        let mistakes = check(text, &document);
        if !mistakes.is_empty() {
            return Err(DisruptionError { mistakes });
        }
        // In order, so that a customer's is looked up and not searched for.
        let mut all = |list: &[String]| -> Vec<Sym> {
            let mut all: Vec<Sym> = list.iter().map(|name| names.intern(name)).collect();
            all.sort_unstable();
            all.dedup();
            all
        };
        let who = document.who.as_ref().iter().flat_map(|who| {
            let Who { everybody, accounts, plans, values, .. } = who.as_ref();
            let mut hits = Vec::new();
            hits.extend(everybody.then_some(Hits::Everybody));
            if let Some(fact) = &who.as_ref().fact {
                let values = all(values);
                hits.push(Hits::Fact(all(core::slice::from_ref(fact))[0], values));
            }
            hits.extend((!accounts.is_empty()).then(|| Hits::Account(all(accounts))));
            hits.extend((!plans.is_empty()).then(|| Hits::Plan(all(plans))));
            hits
        });
        let who = who.collect();
        let topics = document.topics.as_ref().iter().map(|topic| names.intern(topic.as_ref()));
        Ok(Self {
            topics: topics.collect(),
            who,
            id: names.intern(document.disruption.as_ref()),
            from: document.from.as_ref().0.max(not_before),
            until: document.until.as_ref().0,
            waiver: document.waiver.as_ref().map_or(Sym::NONE, |waiver| names.intern(waiver.as_ref())),
            longer: document.longer.as_ref().map_or(1.0, |longer| *longer.as_ref()),
        })
    }

    /// When a document's disruption begins.
    pub fn begins(text: &str) -> Result<Micros, DisruptionError> {
        Self::parse(text, Micros::MIN, &mut Interner::new()).map(|disruption| disruption.from)
    }
}

fn check(text: &str, document: &DisruptionDocument) -> Vec<Mistake> {
    let mut mistakes = Vec::new();
    let mut say = |at: usize, message: String| mistakes.push(Mistake { line: line_of(text, at), message });
    let name = |what: &str, name: &Spanned<String>, say: &mut dyn FnMut(usize, String)| {
        if let Err(e) = Name::new(name.as_ref()) {
            say(name.span().start, format!("{what} is no name: {e}"));
        }
    };
    name("`disruption`", &document.disruption, &mut say);
    document.waiver.iter().for_each(|waiver| name("`waiver`", waiver, &mut say));
    document.topics.as_ref().iter().for_each(|topic| name("a topic", topic, &mut say));
    let (from, until) = (document.from.as_ref().0, document.until.as_ref().0);
    if until <= from {
        say(
            document.until.span().start,
            "`until` must be later than `from`; swap them if they are the wrong way round".into(),
        );
    } else if until.since(from) > LONGEST {
        say(
            document.until.span().start,
            format!(
                "a disruption lasts {LONGEST} at most; what goes on for longer is a rule: write it into the rulebook"
            ),
        );
    }
    if document.topics.as_ref().is_empty() {
        say(
            document.topics.span().start,
            "without topics no contact is about it; name at least one, for instance `topics = [\"flight\"]`"
                .into(),
        );
    }
    if let Some(longer) = &document.longer
        && !(1.0..=100.0).contains(longer.as_ref())
    {
        say(longer.span().start, "`longer` is how many times its time a target is allowed, 1.0 to 100.0; for three times write 3.0".into());
    }
    if document.who.as_ref().is_empty() {
        say(
            document.who.span().start,
            "without `[[who]]` it hits nobody; write whom, or `everybody = true`".into(),
        );
    }
    for who in document.who.as_ref() {
        check_who(who, &mut say);
    }
    mistakes.sort_by_key(|mistake| mistake.line);
    mistakes
}

fn check_who(who: &Spanned<Who>, say: &mut impl FnMut(usize, String)) {
    let (at, who) = (who.span().start, who.as_ref());
    let keys = [who.everybody, who.fact.is_some(), !who.accounts.is_empty(), !who.plans.is_empty()];
    match keys.iter().filter(|given| **given).count() {
        0 => say(at, "this `[[who]]` names nobody; write `fact` with `values`, `accounts`, `plans`, or `everybody = true`".into()),
        1 => {}
        _ => say(at, "this `[[who]]` has several keys; whoever any of them is true of is hit, so write a `[[who]]` for each".into()),
    }
    if who.fact.is_some() && who.values.is_empty() {
        say(at, "`fact` needs `values`: which of them are hit".into());
    }
    if who.fact.is_none() && !who.values.is_empty() {
        say(at, "`values` are those of a fact; write which, with `fact`".into());
    }
    for text in who.fact.iter().chain(&who.values).chain(&who.accounts).chain(&who.plans) {
        if let Err(e) = Name::new(text) {
            say(at, format!("`{}` is no name: {e}", text.chars().take(40).collect::<String>()));
        }
    }
}
