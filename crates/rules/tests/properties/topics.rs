//! A topic that was read out of a text: whose it becomes, and what follows.

use crate::bounds::{contact, minute, started};
use crate::world::{Bench, History, event_id};
use throughline_core::event::EventData;
use throughline_core::event::vocabulary::TextClassified;
use throughline_core::name::Name;
use throughline_core::time::Micros;
use throughline_rules::journey::Journey;
use throughline_rules::rulebook::DEFAULT;

fn read(n: usize, topic: &str) -> EventData {
    TextClassified {
        message: event_id(0),
        contact: Some(contact(n)),
        topic: Some(Name::new(topic).unwrap()),
        intent: None,
        sentiment: None,
        annotator: Name::new("judge").unwrap(),
        annotator_version: 1,
    }
    .into()
}

struct Folded {
    bench: Bench,
    journey: Journey,
}

fn folded(rulebook: &str, told: impl IntoIterator<Item = EventData>) -> Folded {
    let mut bench = Bench::of(rulebook);
    let told = told.into_iter().enumerate().map(|(n, data)| (minute(n), data));
    let history = History::told(told.collect::<Vec<(Micros, EventData)>>());
    let facts = bench.facts_of(&history);
    let journey = bench.fold(&facts, history.end()).0;
    Folded { bench, journey }
}

impl Folded {
    /// What each case is about.
    fn topics(&self) -> Vec<&str> {
        self.journey.cases.cases().iter().map(|case| self.bench.names.resolve(case.topic)).collect()
    }
}

#[test]
fn a_case_without_a_topic_takes_the_one_that_was_read_last() {
    assert_eq!(folded(DEFAULT, [started(0, None), read(0, "billing")]).topics(), ["billing"]);
    let twice = folded(DEFAULT, [started(0, None), read(0, "billing"), read(0, "contract")]);
    assert_eq!(twice.topics(), ["contract"]);
    assert_eq!(folded(DEFAULT, [started(0, Some("delivery")), read(0, "billing")]).topics(), ["delivery"]);
    assert_eq!(folded(DEFAULT, [started(0, None), read(1, "billing")]).topics(), [""]);
}

#[test]
fn a_stated_topic_outranks_one_that_was_read_whenever_it_comes() {
    let stated = [started(0, None), read(0, "billing"), started(0, Some("delivery")), read(0, "contract")];
    let folded = folded(DEFAULT, stated);
    let contact = &folded.journey.customer.contacts()[0];
    assert_eq!((folded.bench.names.resolve(contact.topic), contact.topic_read), ("delivery", false));
}

#[test]
fn the_next_contact_on_the_topic_joins_the_case() {
    let told = [started(0, None), read(0, "billing"), started(1, Some("billing"))];
    let folded = folded(DEFAULT, told);
    assert_eq!(folded.topics(), ["billing"]);
    assert_eq!(folded.journey.cases.cases()[0].contacts, 2);
}

/// Targets that hold for some topics hold from the moment at which it is known that it is one of them, counted from the
/// start of the case; those that hold for all go on as they were.
#[test]
fn the_targets_are_those_of_the_topic_that_is_known() {
    let target = |rule: &str, topic: &str| {
        format!(
            "[[targets]]\nrule = \"{rule}\"\nclock = \"first-human\"\ntopics = [\"{topic}\"]\nwithin = \"3h\"\n\n"
        )
    };
    let rulebook = DEFAULT.replacen(
        "[promises]",
        &format!("{}{}[promises]", target("of-billing", "billing"), target("of-contract", "contract")),
        1,
    );
    let due = |told: Vec<EventData>| {
        let folded = folded(&rulebook, told);
        let mut due: Vec<(i64, u16)> = folded
            .journey
            .deadlines
            .as_slice()
            .iter()
            .map(|d| (d.at.since(minute(0)).0 / 3_600_000_000, d.rule.0))
            .collect();
        due.sort_unstable();
        due
    };
    let (without, billing) = (due(vec![started(0, None)]), due(vec![started(0, None), read(0, "billing")]));
    assert_eq!(without.len() + 1, billing.len());
    assert!(without.iter().all(|d| billing.contains(d)), "those that hold for all go on");
    let contract = due(vec![started(0, None), read(0, "billing"), read(0, "contract")]);
    assert_eq!((contract.len(), contract == billing), (billing.len(), false));
    assert_eq!(due(vec![started(0, Some("contract"))]), contract, "as if it had been stated at the start");
}
