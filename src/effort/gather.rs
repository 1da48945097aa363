//! Gathers answers, customer by customer, while a replay folds.
//!
//! What an issue had cost by the time of an answer stands in no journey any more, so who answered is folded a second time,
//! as far as her last answer. Kept per answer: 72 bytes.

use super::answer::{EffortAnswer, EffortLevel, SetApart};
use super::sample::{EffortSample, SampleCounts};
use crate::replay::{Folded, Observer, add_counts};
use std::collections::BTreeMap;
use throughline_core::event::vocabulary::Rated;
use throughline_core::event::{Direction, EventData, Instrument};
use throughline_core::fact::{Fact, ProfileIx};
use throughline_core::name::{Interner, Sym};
use throughline_rules::decision::Decision;
use throughline_rules::evaluate::Outlet;
use throughline_rules::explain::{CaseEffort, IssueEffort};

/// The purpose for which a customer is asked, as the rulebook that ships names it.
const SURVEY: &str = "survey";

/// What was gathered so far.
#[derive(Clone, Debug, Default)]
pub(crate) struct EffortGatherer {
    survey: Option<Sym>,
    answers: Vec<EffortAnswer>,
    rescaled: u64,
    customers_answered: u64,
    customers_asked: u64,
    set_apart: BTreeMap<SetApart, u64>,
}

impl EffortGatherer {
    pub(crate) fn new(names: &Interner) -> Self {
        Self { survey: names.get(SURVEY), ..Self::default() }
    }

    fn see_answers(&mut self, folded: &Folded<'_>) {
        let before = self.answers.len();
        let about = |fact: &Fact| ces(fact).and_then(|rated| rated.contact);
        IssueEffort::just_before(folded.facts, folded.rules, about, |fact, issue| {
            let Some(rated) = ces(fact) else { return };
            match answer(fact, rated, &issue) {
                Ok(answer) => {
                    let is_on_the_scale = rated.best == EffortLevel::EASIEST
                        && rated.worst.unwrap_or(1) == EffortLevel::HARDEST;
                    self.rescaled += u64::from(!is_on_the_scale);
                    self.answers.push(answer);
                }
                Err(why) => self.set_apart(why),
            }
        });
        self.customers_answered += u64::from(self.answers.len() > before);
    }

    fn set_apart(&mut self, why: SetApart) {
        *self.set_apart.entry(why).or_default() += 1;
    }

    /// Everything that was gathered, in order.
    pub(crate) fn finish(self) -> EffortSample {
        let set_apart = self.set_apart.into_iter().map(|(why, times)| (why.as_str().to_owned(), times));
        let counts = SampleCounts {
            rescaled: self.rescaled,
            customers_answered: Some(self.customers_answered),
            customers_asked: (self.customers_asked > 0).then_some(self.customers_asked),
            set_apart: set_apart.collect(),
            ..SampleCounts::default()
        };
        EffortSample::new(self.answers, counts)
    }
}

/// The answer to a survey of effort, if a fact is one.
const fn ces(fact: &Fact) -> Option<&Rated<()>> {
    match &fact.data {
        EventData::Rated(rated) if matches!(rated.instrument, Instrument::Ces) => Some(rated),
        _ => None,
    }
}

fn answer(fact: &Fact, rated: &Rated<()>, issue: &IssueEffort) -> Result<EffortAnswer, SetApart> {
    let level = EffortLevel::of(rated)?;
    match issue {
        IssueEffort::Case(cost) | IssueEffort::Contact(cost) => {
            Ok(EffortAnswer { event: fact.id, level, terms: CaseEffort::terms(cost) })
        }
        IssueEffort::Retired => Err(SetApart::SettledLongAgo),
        IssueEffort::Unknown => Err(SetApart::ContactNotKnown),
    }
}

impl Outlet for EffortGatherer {
    fn decision(&mut self, _: &Decision<Sym>, _: ProfileIx) {}
}

impl Observer for EffortGatherer {
    fn customer(&mut self, folded: &Folded<'_>) {
        let (mut is_asked, mut answers) = (false, false);
        for fact in folded.facts {
            match &fact.data {
                EventData::ContactStarted(e) if e.direction == Direction::Outbound => {
                    is_asked |= e.purpose.is_some() && e.purpose == self.survey;
                }
                EventData::Rated(e) if e.instrument == Instrument::Ces => match e.contact {
                    Some(_) => answers = true,
                    None => self.set_apart(SetApart::NoContact),
                },
                _ => {}
            }
        }
        self.customers_asked += u64::from(is_asked);
        // Few do, and nobody else is folded again.
        if answers {
            self.see_answers(folded);
        }
    }

    fn add(&mut self, other: Self) {
        self.answers.extend(other.answers);
        self.rescaled += other.rescaled;
        self.customers_answered += other.customers_answered;
        self.customers_asked += other.customers_asked;
        add_counts(&mut self.set_apart, other.set_apart);
    }
}
