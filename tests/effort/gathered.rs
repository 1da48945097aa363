//! What an issue had cost by the time of an answer, told as a story, and the same as an explanation says it.

use std::collections::BTreeMap;
use std::num::NonZeroUsize;
use throughline::core::event::{Channel, EventData, Instrument};
use throughline::core::time::{Micros, Span};
use throughline::effort::EffortSample;
use throughline::replay::Gathering;
use throughline::rules::explain::{CaseExplanation, EffortTerms};
use throughline::rules::ledger::Announced;
use throughline::rules::rulebook::{DEFAULT, Rulebooks};
use throughline::{History, Replay};
use throughline_testkit::scenario::{Scenario, What};
use throughline_testkit::town::Town;

/// What is gathered from a story. Of a fax nobody told that it came.
fn told(story: &str) -> EffortSample {
    let mut gathering = Gathering::new();
    for happening in Scenario::parse(&format!("{story}\n---\n")).unwrap().happenings {
        let What::Fact { profile, event } = happening.what else { panic!("{}", happening.sentence) };
        let is_lost = matches!(&event.data, EventData::ContactStarted(e) if e.channel == Channel::Fax);
        if !is_lost {
            gathering.push(profile, &event);
        }
    }
    Replay::new().effort(&gathering.finish()).unwrap()
}

/// A thread of three contacts, of which she began two after the first on two other channels, and answers in between.
const STORY: &str = "\
customer ann

day 1 09:00  ann starts mail \"mail\" about router on thread-1: \"It restarts.\"
day 1 10:00  ann enters serial-number again in \"mail\"
day 2 09:00  ann rates \"mail\" 6 of 7 by ces where 1 is worst
day 3 09:00  ann starts phone \"call\" about router on thread-1
day 3 09:01  ann proves who she is in \"call\" by account-number as low
day 3 09:02  human bo takes \"call\"
day 3 09:03  human bo asks who it is in \"call\"
day 3 09:04  human bo puts \"call\" on hold
day 3 09:14  human bo takes \"call\"
day 3 09:15  \"call\" is transferred by cold to repairs
day 3 09:16  human cleo takes \"call\"
day 3 09:20  \"call\" ends
day 3 10:00  ann rates \"call\" 4 of 1 by ces where 5 is worst
day 4 09:00  ann starts chat \"chat\" about router on thread-1
day 4 09:05  ann enters serial-number again in \"chat\"
day 4 21:00  ann rates \"mail\" 1 of 7 by ces
";

#[test]
fn an_answer_stands_beside_what_its_issue_had_cost_until_then_and_nothing_later() {
    let sample = told(STORY);
    let mut told: Vec<(u8, EffortTerms)> =
        sample.answers().iter().map(|answer| (answer.level.get(), answer.terms)).collect();
    told.sort_by_key(|(_, terms)| terms.open_for);
    let first = EffortTerms { fields_reentered: 1, open_for: Span::from_days(1), ..EffortTerms::default() };
    let second = EffortTerms {
        re_asks: 1,
        transfers: 1,
        hold: Span::from_secs(600),
        repeats: 1,
        channel_switches: 1,
        open_for: Span::from_hours(49),
        ..first
    };
    let third = EffortTerms {
        repeats: 2,
        channel_switches: 2,
        fields_reentered: 2,
        open_for: Span::from_hours(84),
        ..second
    };
    assert_eq!(told, [(6, first), (3, second), (1, third)]);
    let counts = sample.counts();
    assert_eq!((counts.answers, counts.levels, counts.rescaled), (3, 3, 1));
    assert_eq!((counts.customers_answered, counts.customers_asked), (Some(1), None));
    assert!(counts.set_apart.is_empty(), "{counts}");
}

#[test]
fn a_call_that_belongs_to_no_case_is_an_issue_of_its_own() {
    let sample = told(
        "customer ann\n\n\
         day 1 09:00  ann starts phone \"call\"\n\
         day 1 09:02  human bo takes \"call\"\n\
         day 1 09:03  \"call\" is transferred by cold to repairs\n\
         day 1 09:04  human cleo takes \"call\"\n\
         day 1 09:20  \"call\" ends\n\
         day 2 09:00  ann rates \"call\" 7 of 7 by ces\n",
    );
    let [answer] = sample.answers() else { panic!("{sample:?}") };
    assert_eq!(answer.terms, EffortTerms { transfers: 1, ..EffortTerms::default() });
}

#[test]
fn answers_that_nothing_can_be_said_of_are_set_apart_and_counted_by_why() {
    let sample = told(
        "customer ann\ncustomer bob\n\n\
         day 1 09:00  ann starts mail \"mail\"\n\
         day 1 09:00  ann starts fax \"hers\"\n\
         day 1 09:00  bob starts fax \"his\"\n\
         day 1 09:30  company starts mail \"please\" with bob for survey\n\
         day 1 09:40  company starts mail \"please, please\" with bob for survey\n\
         day 1 10:00  ann rates the company 3 of 7 by ces\n\
         day 1 11:00  ann rates \"hers\" 3 of 7 by ces\n\
         day 1 12:00  ann rates \"mail\" 9 of 7 by ces\n\
         day 1 13:00  ann rates \"mail\" 1 of 1 by ces\n\
         day 1 14:00  ann rates \"mail\" 3 of 5\n\
         day 1 15:00  bob rates \"his\" 3 of 7 by ces\n",
    );
    assert!(sample.answers().is_empty(), "{sample:?}");
    let counts = sample.counts();
    let expected = [
        ("about a contact that the log does not know", 2),
        ("about no contact", 1),
        ("on a scale that is not known", 1),
        ("outside its own scale", 1),
    ];
    let expected: BTreeMap<String, u64> =
        expected.into_iter().map(|(why, times)| (why.to_owned(), times)).collect();
    assert_eq!((&counts.set_apart, counts.customers_answered), (&expected, Some(0)));
    assert_eq!(counts.customers_asked, Some(1));
}

fn town() -> History {
    let mut gathering = Gathering::new();
    for arrival in Town::new(7).with_customers(2_000).with_events(60_000).arrivals() {
        gathering.push(arrival.profile, &arrival.event);
    }
    gathering.finish()
}

/// An answer and an explanation of its case a moment before count alike.
#[test]
fn the_terms_of_an_answer_are_those_of_an_explanation_at_its_time() {
    let history = town();
    let sample = Replay::new().effort(&history).unwrap();
    let mut names = history.names().clone();
    let rules = Rulebooks::parse(DEFAULT, &mut names).unwrap();
    let (mut on_cases, mut borne) = (0, 0);
    for (_, facts) in history.by_customer() {
        for (place, fact) in facts.iter().enumerate() {
            let EventData::Rated(rated) = &fact.data else { continue };
            let Some(contact) = rated.contact.filter(|_| rated.instrument == Instrument::Ces) else {
                continue;
            };
            let as_of = Micros(fact.at.0 - 1);
            if facts[..place].last().is_some_and(|before| before.at > as_of) {
                continue;
            }
            let explained =
                CaseExplanation::of(contact, &facts[..place], as_of, &rules, &names, &Announced::default());
            let Some(explained) = explained else { continue };
            let answer = sample.answers().iter().find(|answer| answer.event == fact.id).unwrap();
            let mut terms = explained.effort.terms();
            let later = answer.terms.open_for.0 - terms.open_for.0;
            assert!(later == 0 || later == 1, "{later} µs: {explained}");
            terms.open_for = answer.terms.open_for;
            assert_eq!(answer.terms, terms, "{explained}");
            on_cases += 1;
            borne += u32::from(terms.transfers + terms.repeats + terms.channel_switches > 0);
        }
    }
    assert!(on_cases > 50 && borne > 10, "{on_cases} {borne}");
}

#[test]
fn threads_change_no_bit() {
    let history = town();
    let by = |threads| Replay::new().threads(NonZeroUsize::new(threads).unwrap()).effort(&history).unwrap();
    let one = by(1);
    assert!(one.answers().len() > 100, "{}", one.counts());
    for threads in [2, 5] {
        assert_eq!(by(threads), one);
        assert_eq!(by(threads).fit(), one.fit());
    }
    // And the report has the very fit.
    let report = Replay::new().report(&history).unwrap().effort_score;
    assert_eq!((&report.sample, report.fit), (one.counts(), one.fit().ok()));
    assert_eq!(report.no_fit_because, one.fit().err().map(|because| because.to_string()));
}
