//! Publicity parity: whether who complains where everybody can see it is given more than who complains in private about the
//! same failure. Target of the difference: nothing.
//!
//! A case is public if the reach of one of its contacts was measured. What was given for it are the concessions in its
//! contacts. A customer who passed a limit is public if the reach of any of her contacts was; what was given to her is
//! what she was given from then on.

use super::issues::Issues;
use super::survival::Survival;
use crate::durations::Durations;
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};
use throughline_core::event::EventData;
use throughline_core::fact::Fact;
use throughline_core::ids::ContactId;
use throughline_core::name::{Interner, Sym};
use throughline_core::time::{Micros, Span};
use throughline_rules::case::CaseClocks;
use throughline_rules::decision::Clock;

#[cfg(feature = "schema")]
use schemars::JsonSchema;

/// A class of failure, those who complained in public against those who complained in private.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(JsonSchema))]
pub struct Parity {
    /// What the class is by: `topic` of cases, or `limit` that customers passed.
    pub by: String,
    /// The topic, or the rule of the limit.
    pub class: String,
    /// Those who complained in public.
    pub public: ParityGroup,
    /// Those who complained in private.
    pub private: ParityGroup,
    /// What was given on average, by currency.
    pub concessions: Vec<ParityOfConcessions>,
}

/// One of the two groups.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(JsonSchema))]
pub struct ParityGroup {
    /// How many: cases of a topic, customers of a limit.
    pub n: u64,
    /// The median time to the first word of a person, in seconds, with those that still wait; none if it never came to that.
    /// Of a topic alone.
    pub median_first_human_secs: Option<f64>,
}

/// What both were given on average, in a currency's minor units. Who was given nothing counts as nothing.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(JsonSchema))]
pub struct ParityOfConcessions {
    /// The currency.
    pub currency: String,
    /// The mean of the public ones.
    pub public_mean_minor: f64,
    /// The mean of the private ones.
    pub private_mean_minor: f64,
    /// The first less the second. Target: 0.
    pub difference_minor: f64,
}

/// What a class is by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Class {
    Topic(Sym),
    Limit(Sym),
}

/// One group of a class, adding up.
#[derive(Clone, Debug, Default)]
struct Group {
    n: u64,
    given: BTreeMap<Sym, i128>,
    first_human: Durations,
}

/// The classes, each with its public and its private group.
#[derive(Clone, Debug, Default)]
pub(super) struct ParityTally(BTreeMap<Class, [Group; 2]>);

/// One customer, as far as it matters here.
#[derive(Debug, Default)]
pub(super) struct ParityOfOne {
    first_humans: Vec<(ContactId, Sym, Span, bool)>,
    passed: Vec<(Sym, Micros)>,
}

impl ParityOfOne {
    /// A case's first instance, when it is over or when it is looked at last.
    pub(super) fn see_clocks(&mut self, clocks: &CaseClocks<'_>, now: Micros) {
        let key = clocks.case.key;
        if self.first_humans.iter().all(|(known, ..)| *known != key) {
            let reading = clocks.read(Clock::FirstHuman, now);
            let is_over = reading.fulfilled_at.is_some();
            self.first_humans.push((key, clocks.case.topic, reading.customer_time, is_over));
        }
    }

    /// She passed a limit.
    pub(super) fn passed(&mut self, rule: Sym, at: Micros) {
        if self.passed.iter().all(|(known, _)| *known != rule) {
            self.passed.push((rule, at));
        }
    }

    /// Counts her, and forgets her.
    pub(super) fn count(&mut self, facts: &[Fact], issues: &Issues, tally: &mut ParityTally) {
        // Of most customers there is neither, and then nobody asks which contact belongs to which case.
        let matters =
            |fact: &Fact| matches!(fact.data, EventData::ReachMeasured(_) | EventData::ConcessionGiven(_));
        let members = facts.iter().any(matters).then(|| issues.members()).into_iter().flatten();
        let case_of: BTreeMap<ContactId, ContactId> =
            members.map(|(contact, place)| (contact, issues.list[place].key)).collect();
        let (mut public, mut given) = (BTreeSet::<ContactId>::new(), Vec::new());
        let mut is_public = false;
        for fact in facts {
            match &fact.data {
                EventData::ReachMeasured(e) if e.reach > 0 => {
                    is_public = true;
                    public.extend(case_of.get(&e.contact).copied());
                }
                EventData::ConcessionGiven(e) => {
                    let case = e.contact.and_then(|contact| case_of.get(&contact)).copied();
                    given.extend(
                        e.amount.as_ref().map(|amount| (fact.at, case, amount.currency, amount.minor)),
                    );
                }
                _ => {}
            }
        }
        for (case, topic, took, is_over) in
            self.first_humans.drain(..).filter(|(_, topic, ..)| !topic.is_none())
        {
            let group = tally.group(Class::Topic(topic), public.contains(&case));
            group.n += 1;
            group.first_human.add_one(took, is_over);
            let of_case = given.iter().filter(|(_, of, ..)| *of == Some(case));
            of_case.for_each(|(.., currency, minor)| group.gives(*currency, *minor));
        }
        for (rule, at) in self.passed.drain(..) {
            let group = tally.group(Class::Limit(rule), is_public);
            group.n += 1;
            let since = given.iter().filter(|(when, ..)| *when >= at);
            since.for_each(|(.., currency, minor)| group.gives(*currency, *minor));
        }
    }
}

impl Group {
    fn gives(&mut self, currency: Sym, minor: i64) {
        *self.given.entry(currency).or_default() += i128::from(minor);
    }

    fn mean(&self, currency: Sym) -> f64 {
        self.given.get(&currency).map_or(0.0, |sum| *sum as f64 / self.n.max(1) as f64)
    }

    fn report(&self, by_clock: bool) -> ParityGroup {
        let median = by_clock.then(|| Survival::of(self.first_human.clone()).median_secs).flatten();
        ParityGroup { n: self.n, median_first_human_secs: median }
    }
}

impl ParityTally {
    fn group(&mut self, class: Class, is_public: bool) -> &mut Group {
        &mut self.0.entry(class).or_default()[usize::from(!is_public)]
    }

    pub(super) fn add(&mut self, other: Self) {
        for (class, theirs) in other.0 {
            for (mine, theirs) in self.0.entry(class).or_default().iter_mut().zip(theirs) {
                mine.n += theirs.n;
                mine.first_human.add(theirs.first_human);
                for (currency, sum) in theirs.given {
                    *mine.given.entry(currency).or_default() += sum;
                }
            }
        }
    }

    /// The classes in which there are both, in the order of their names.
    pub(super) fn report(&self, names: &Interner) -> Vec<Parity> {
        let name = |sym: Sym| names.resolve(sym).to_owned();
        let both = self.0.iter().filter(|(_, [public, private])| public.n > 0 && private.n > 0);
        let mut all: Vec<Parity> = both
            .map(|(class, [public, private])| {
                let (by, of) = match class {
                    Class::Topic(topic) => ("topic", *topic),
                    Class::Limit(rule) => ("limit", *rule),
                };
                let currencies: BTreeSet<Sym> =
                    public.given.keys().chain(private.given.keys()).copied().collect();
                let mut concessions: Vec<ParityOfConcessions> = currencies
                    .into_iter()
                    .map(|currency| {
                        let (open, quiet) = (public.mean(currency), private.mean(currency));
                        ParityOfConcessions {
                            currency: name(currency),
                            public_mean_minor: open,
                            private_mean_minor: quiet,
                            difference_minor: open - quiet,
                        }
                    })
                    .collect();
                concessions.sort_by(|a, b| a.currency.cmp(&b.currency));
                let is_topic = by == "topic";
                Parity {
                    by: by.to_owned(),
                    class: name(of),
                    public: public.report(is_topic),
                    private: private.report(is_topic),
                    concessions,
                }
            })
            .collect();
        all.sort_by(|a, b| (&a.by, &a.class).cmp(&(&b.by, &b.class)));
        all
    }
}
