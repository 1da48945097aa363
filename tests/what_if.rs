//! What if our rules were different: in step with two replays, the same for any number of threads, and silent where
//! nothing would differ.
//!
//! `UPDATE=1 cargo test --test what_if` writes `docs/what_if.schema.json` anew.
#![allow(clippy::unwrap_used)]
#![allow(clippy::disallowed_methods, reason = "`UPDATE=1` is read from the environment")]

#[path = "report/shape.rs"]
mod shape;

use shape::{collect, misfits};
use std::collections::{BTreeMap, BTreeSet};
use std::num::NonZeroUsize;
use std::sync::LazyLock;
use throughline::core::event::vocabulary::{ContactStarted, Message};
use throughline::core::event::{Author, Channel, Direction, EventData, NewEvent};
use throughline::core::ids::{ContactId, EventId, ProfileId};
use throughline::core::name::Name;
use throughline::core::time::{Micros, Span};
use throughline::replay::Gathering;
use throughline::replay::what_if::{Differs, EXAMPLES, Example, WhatIf, json_schema};
use throughline::rules::rulebook::DEFAULT;
use throughline::{History, Replay};
use throughline_testkit::town::Town;

static TOWN: LazyLock<History> = LazyLock::new(|| {
    let mut gathering = Gathering::new();
    for arrival in Town::new(8).with_customers(800).with_events(20_000).arrivals() {
        gathering.push(arrival.profile, &arrival.event);
    }
    gathering.finish()
});

/// The rulebook that ships, with another time for a person to react in.
fn within(time: &str) -> String {
    let (before, target) = DEFAULT.split_once("unanswered-within-promise").unwrap();
    let changed = target.replacen("within = \"24h\"", &format!("within = \"{time}\""), 1);
    assert_ne!(target, changed);
    format!("{before}unanswered-within-promise{changed}")
}

fn what_if(other: &str) -> WhatIf {
    Replay::new().what_if(&TOWN, other).unwrap()
}

#[test]
fn the_same_rulebook_twice_makes_no_difference() {
    let found = what_if(DEFAULT);
    assert!(found.is_empty() && found.by_rule.is_empty(), "{found}");
    assert!(found.customers > 500 && found.decisions.as_is > 1_000, "{found}");
    assert_eq!(found.decisions.as_is, found.decisions.what_if);
    assert!(found.to_string().ends_with("nothing would differ"));
    // A label is no difference.
    let renamed = what_if(&DEFAULT.replacen("id = \"default\"", "id = \"other\"", 1));
    assert!(renamed.is_empty(), "{renamed}");
    assert_eq!((&*renamed.rulebook.as_is, &*renamed.rulebook.what_if), ("default@1", "other@1"));
}

#[test]
fn a_stricter_target_is_missed_more_often_and_sooner_and_only_what_follows_changes() {
    let found = what_if(&within("8h"));
    let target = "unanswered-within-promise";
    let missed = found.by_rule.iter().find(|r| r.kind == "target-missed").unwrap();
    assert_eq!(missed.rule, target);
    assert!(missed.new > 0 && missed.sooner > 0, "{missed}");
    assert_eq!((missed.gone, missed.later), (0, 0), "{missed}");
    // Whatever was missed by 24 hours is missed by 8. A call is a case only once it was unanswered for 24 hours: then
    // both are missed at that instant, the stricter one long since.
    assert_eq!(missed.sooner + missed.reworded, missed.decisions.as_is);
    let of_calls = missed.examples.iter().filter(|example| example.differs == Differs::Reworded);
    for Example { effective_at, says, .. } in of_calls {
        let due = |says: &Option<String>| says.as_ref().unwrap().rsplit_once("due ").unwrap().1.to_owned();
        assert!(due(&says.what_if) < due(&says.as_is), "{missed}");
        assert!(due(&says.as_is) <= effective_at.as_is.unwrap().to_string(), "{missed}");
    }
    for rule in &found.by_rule {
        let follows = match &*rule.kind {
            "target-missed" => rule.rule == target,
            "prescription-issued" => [
                "escalate-unanswered",
                "escalate-unanswered-in-public",
                "fix-the-failure-first",
                "ask-what-is-wrong",
            ]
            .contains(&&*rule.rule),
            "churn-flagged" | "churn-cleared" => true,
            _ => false,
        };
        assert!(follows, "{rule}");
    }
    // A missed target moves no case.
    assert!(found.cases.values().all(|count| count.as_is == count.what_if), "{found}");
    assert!(missed.customers <= found.affected && found.affected < found.customers, "{found}");
}

#[test]
fn what_differs_one_way_differs_the_other_way_round() {
    let (there, back) = (what_if(&within("8h")), {
        let replay = Replay::new().rulebook(within("8h"));
        replay.what_if(&TOWN, DEFAULT).unwrap()
    });
    assert_eq!(there.affected, back.affected);
    let counts = |found: &WhatIf, turned: bool| -> BTreeMap<(String, String), [u64; 5]> {
        let rules = found.by_rule.iter().map(|r| {
            let (new, sooner) = ((r.new, r.gone), (r.sooner, r.later));
            let turn = |pair: (u64, u64)| if turned { (pair.1, pair.0) } else { pair };
            let ((new, gone), (sooner, later)) = (turn(new), turn(sooner));
            ((r.kind.clone(), r.rule.clone()), [new, gone, sooner, later, r.reworded])
        });
        rules.collect()
    };
    assert_eq!(counts(&there, false), counts(&back, true));
}

#[test]
fn the_counts_are_those_of_two_replays() {
    // Rules that move cases: what reopens one and what a person's unjudged word is worth.
    let other = within("8h")
        .replace("reopen_window = \"14d\"", "reopen_window = \"1d\"")
        .replace("unjudged_human = \"answers\"", "unjudged_human = \"reacts\"");
    let found = what_if(&other);
    let (as_is, then) =
        (Replay::new().run(&TOWN).unwrap(), Replay::new().rulebook(other).run(&TOWN).unwrap());
    assert_ne!(as_is.cases, then.cases);
    let states = |pick: fn(&throughline::replay::what_if::Compared<u64>) -> u64| {
        let counts = found.cases.iter().map(|(state, count)| (state.clone(), pick(count)));
        counts.filter(|(_, count)| *count > 0).collect::<BTreeMap<_, _>>()
    };
    assert_eq!((states(|c| c.as_is), states(|c| c.what_if)), (as_is.cases, then.cases));
    let all = |decisions: &BTreeMap<String, u64>| decisions.values().sum::<u64>();
    assert_eq!(found.decisions.as_is, all(&as_is.decisions));
    assert_eq!(found.decisions.what_if, all(&then.decisions));
    assert_eq!((found.facts, found.customers), (as_is.facts, as_is.customers));
    let mut more = 0_i64;
    for rule in &found.by_rule {
        let difference = rule.decisions.what_if as i64 - rule.decisions.as_is as i64;
        assert_eq!(difference, rule.new as i64 - rule.gone as i64, "{rule}");
        more += difference;
    }
    assert_eq!(found.decisions.what_if as i64, found.decisions.as_is as i64 + more);
    // Missed targets by rule, as the replays count them.
    for rule in found.by_rule.iter().filter(|rule| rule.kind == "target-missed") {
        let missed = |by: &BTreeMap<String, u64>| by.get(&rule.rule).copied().unwrap_or_default();
        assert_eq!(rule.decisions.as_is, missed(&as_is.missed_by_rule));
        assert_eq!(rule.decisions.what_if, missed(&then.missed_by_rule));
    }
}

#[test]
fn threads_do_not_matter_and_examples_are_few() {
    let other = within("8h").replace("reopen_window = \"14d\"", "reopen_window = \"1d\"");
    let by = |threads| {
        let replay = Replay::new().threads(NonZeroUsize::new(threads).unwrap());
        replay.what_if(&TOWN, &other).unwrap()
    };
    let one = by(1);
    for threads in [2, 3, 8] {
        assert_eq!(by(threads), one);
    }
    for rule in &one.by_rule {
        for (differs, count) in [
            (Differs::New, rule.new),
            (Differs::Gone, rule.gone),
            (Differs::Sooner, rule.sooner),
            (Differs::Later, rule.later),
            (Differs::Reworded, rule.reworded),
        ] {
            let shown: Vec<_> = rule.examples.iter().filter(|example| example.differs == differs).collect();
            assert_eq!(shown.len() as u64, count.min(EXAMPLES as u64), "{rule}");
            for example in shown {
                assert_eq!(example.effective_at.as_is.is_some(), differs != Differs::New);
                assert_eq!(example.effective_at.what_if.is_some(), differs != Differs::Gone);
            }
        }
    }
}

/// One mail, answered after ten hours: by 8 hours a target is missed that by 24 is not.
#[test]
fn an_example_says_what_would_be_said_of_whom_and_when() {
    let (ann, contact) = (ProfileId::derived("test", "ann"), ContactId::derived("test", "mail"));
    let start = Micros(1_767_258_000_000_000);
    let (channel, direction) = (Channel::Mail, Direction::Inbound);
    let events: [(i64, EventData); 2] = [
        (0, ContactStarted { contact, channel, direction, topic: None, issue: None, purpose: None }.into()),
        (10, Message { contact, author: Author::Human, agent: None, verdict: None, text: None }.into()),
    ];
    let mut gathering = Gathering::new();
    for (hours, data) in events {
        let id = EventId::derived("test", &hours.to_string());
        let at = start + Span::from_hours(hours);
        gathering.push(ann, &NewEvent::new(id, at, Name::new("mail").unwrap(), data));
    }
    let found = Replay::new().what_if(&gathering.finish(), &within("8h")).unwrap();
    assert_eq!((found.affected, found.customers), (1, 1));
    let rules: Vec<_> = found.by_rule.iter().map(|rule| (&*rule.kind, &*rule.rule, rule.new)).collect();
    let expected = [
        ("target-missed", "unanswered-within-promise", 1),
        ("prescription-issued", "escalate-unanswered", 1),
    ];
    assert_eq!(rules, expected);
    let example = &found.by_rule[0].examples[0];
    assert_eq!((example.case, example.trigger), (Some(contact), EventId::derived("test", "0")));
    assert_eq!(example.effective_at.what_if, Some(start + Span::from_hours(8)));
    assert_eq!(example.effective_at.as_is, None);
    assert!(example.says.what_if.as_ref().unwrap().contains("no person reacted"), "{example}");
}

#[test]
fn a_mistake_in_the_other_rulebook_is_refused_with_its_line() {
    let refused =
        Replay::new().what_if(&TOWN, &within("8h").replace("[promises]", "[promisses]")).unwrap_err();
    assert!(refused.to_string().contains("promisses"), "{refused}");
}

fn document(name: &str) -> String {
    format!("{}/docs/{name}", env!("CARGO_MANIFEST_DIR"))
}

#[test]
fn the_schema_in_the_documents_is_up_to_date_and_every_field_is_described() {
    let schema = json_schema();
    let now = serde_json::to_string_pretty(&schema).unwrap() + "\n";
    if std::env::var("UPDATE").is_ok_and(|update| update == "1") {
        std::fs::write(document("what_if.schema.json"), &now).unwrap();
    }
    let written = std::fs::read_to_string(document("what_if.schema.json")).unwrap_or_default();
    assert!(written == now, "docs/what_if.schema.json is behind the types; see the head of this file");
    let found = serde_json::to_value(what_if(&within("8h"))).unwrap();
    assert_eq!(misfits(&schema, &schema, &found, "what-if"), Vec::<String>::new());
    let page = std::fs::read_to_string(document("TIME_TRAVEL.md")).unwrap();
    let mut fields = BTreeSet::new();
    collect(&schema, &mut fields);
    assert!(fields.len() > 20, "{}", fields.len());
    for (field, described) in fields {
        assert!(described, "`{field}` has no description in the schema");
        assert!(page.contains(&format!("`{field}`")), "docs/TIME_TRAVEL.md does not say what `{field}` is");
    }
}
