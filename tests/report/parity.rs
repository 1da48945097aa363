//! Publicity parity, from the story in which one complains in public and one in private.

use throughline::core::event::EventData;
use throughline::replay::Gathering;
use throughline::report::{Parity, ParityOfConcessions};
use throughline::{Replay, Report};
use throughline_testkit::scenario::{Scenario, What};

const STORY: &str = include_str!("../golden/11-the-whole-world-hears.txt");

/// The report of the story, with what was given changed in this way.
fn report(given: impl Fn(&mut i64)) -> Report {
    let mut gathering = Gathering::new();
    for happening in Scenario::parse(STORY).unwrap().happenings {
        let What::Fact { profile, mut event } = happening.what else { panic!("{}", happening.sentence) };
        if let EventData::ConcessionGiven(e) = &mut event.data {
            given(&mut e.amount.as_mut().unwrap().minor);
        }
        gathering.push(profile, &event);
    }
    Replay::new().report(&gathering.finish()).unwrap()
}

fn classes(report: &Report) -> Vec<(&str, &str, u64, u64)> {
    let class = |p: &'_ Parity| (p.public.n, p.private.n);
    report
        .publicity_parity
        .iter()
        .map(|p| (p.by.as_str(), p.class.as_str(), class(p).0, class(p).1))
        .collect()
}

#[test]
fn who_complains_in_public_is_answered_sooner_and_given_the_same() {
    let report = report(|_| {});
    assert_eq!(classes(&report), [("limit", "on-hold-too-long", 1, 1), ("topic", "waiting", 1, 1)]);
    let [limit, topic] = &report.publicity_parity[..] else { panic!("{report}") };
    let same = ParityOfConcessions {
        currency: "EUR".into(),
        public_mean_minor: 2_000.0,
        private_mean_minor: 2_000.0,
        difference_minor: 0.0,
    };
    for class in [limit, topic] {
        assert_eq!(class.concessions[..], *std::slice::from_ref(&same));
    }
    // From half past eleven until noon of the next day, and until two.
    let medians = (topic.public.median_first_human_secs, topic.private.median_first_human_secs);
    assert_eq!(medians, (Some(24.5 * 3_600.0), Some(26.5 * 3_600.0)));
    assert_eq!(limit.public.median_first_human_secs, None);
}

#[test]
fn what_was_given_more_in_public_stands_in_the_text_and_on_the_page() {
    let first = std::cell::Cell::new(true);
    let report = report(|minor| *minor *= if first.replace(false) { 3 } else { 1 });
    let topic = &report.publicity_parity[1];
    assert!((topic.concessions[0].difference_minor - 4_000.0).abs() < 1e-9);
    let text = report.to_string();
    assert!(text.contains("6000.0 against 2000.0, +4000.0"), "{text}");
    let page = report.to_html();
    assert!(page.contains("<td class=\"n\">+4000.0</td>"), "{page}");
}

#[test]
fn where_nobody_complained_in_public_there_is_nothing_to_compare() {
    let mut gathering = Gathering::new();
    for happening in Scenario::parse(STORY).unwrap().happenings {
        let What::Fact { profile, event } = happening.what else { panic!("{}", happening.sentence) };
        if !matches!(event.data, EventData::ReachMeasured(_)) {
            gathering.push(profile, &event);
        }
    }
    let report = Replay::new().report(&gathering.finish()).unwrap();
    assert_eq!(report.publicity_parity, []);
    assert!(!report.to_html().contains("id=\"parity\""));
}
