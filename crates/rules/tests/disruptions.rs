//! The document of a disruption: what is refused, with what to write instead.
#![allow(clippy::unwrap_used)]

use throughline_core::customer::fold;
use throughline_core::event::vocabulary::FactStated;
use throughline_core::event::{NewEvent, StatedBy};
use throughline_core::fact::{Fact, ProfileIx};
use throughline_core::ids::EventId;
use throughline_core::name::{Interner, Name};
use throughline_core::time::{Micros, Span};
use throughline_rules::disruption::Disruption;

const STORM: &str = r#"disruption = "storm"
from = "2026-02-03T06:00:00Z"
until = "2026-02-05T06:00:00+01:00"
topics = ["flight"]
longer = 2.0

[[who]]
fact = "flies"
values = ["FRA"]
"#;

fn said(from: &str, to: &str) -> String {
    assert!(STORM.contains(from), "{from}");
    let text = STORM.replacen(from, to, 1);
    match Disruption::parse(&text, Micros::MIN, &mut Interner::new()) {
        Ok(_) => "accepted".to_owned(),
        Err(error) => error.mistakes.iter().map(ToString::to_string).collect::<Vec<_>>().join(" / "),
    }
}

#[test]
fn every_mistake_is_refused_with_its_line_and_what_to_write_instead() {
    for (from, to, expected) in [
        ("\"storm\"", "\"\"", "line 1: `disruption` is no name"),
        ("\"2026-02-03T06:00:00Z\"", "\"3 February\"", "line 2: "),
        ("2026-02-05", "2026-02-01", "line 3: `until` must be later than `from`; swap them"),
        (
            "2026-02-05",
            "2028-02-05",
            "line 3: a disruption lasts 366d at most; what goes on for longer is a rule",
        ),
        ("[\"flight\"]", "[]", "line 4: without topics no contact is about it; name at least one"),
        ("2.0", "0.0", "line 5: `longer` is how many times its time a target is allowed"),
        ("values = [\"FRA\"]", "", "line 7: `fact` needs `values`"),
        ("fact = \"flies\"\nvalues = [\"FRA\"]", "", "line 7: this `[[who]]` names nobody"),
        ("fact = \"flies\"", "everybody = true", "line 7: `values` are those of a fact"),
        ("fact = \"flies\"", "fact = \"flies\"\neverybody = true", "line 7: this `[[who]]` has several keys"),
        ("topics =", "topic =", "line 4: there is no key `topic` here; did you mean `topics`?"),
        ("until = \"2026-02-05T06:00:00+01:00\"\n", "", "`until`"),
        ("[[who]]", "[who]", "line 7: "),
    ] {
        let said = said(from, to);
        assert!(said.contains(expected), "{to:?}: {said}");
    }
}

#[test]
fn a_disruption_counts_from_its_begin_and_not_before_it_was_recorded() {
    let mut names = Interner::new();
    let storm = Disruption::parse(STORM, Micros::MIN, &mut names).unwrap();
    assert_eq!(storm.from.to_string(), "2026-02-03T06:00:00Z");
    assert_eq!(storm.until.to_string(), "2026-02-05T05:00:00Z");
    assert!(storm.goes_on(storm.from) && !storm.goes_on(storm.until) && storm.goes_on(storm.until - Span(1)));
    let late = storm.from + Span::from_hours(5);
    assert_eq!(Disruption::parse(STORM, late, &mut names).unwrap().from, late);
}

/// The story: values are looked up in order, and the order is that in which somebody first said them, whoever that was.
#[test]
fn whom_it_hits_does_not_depend_on_the_order_in_which_that_is_listed() {
    let airports = ["FRA", "MUC", "LHR", "CDG", "OSL"];
    for first in 0..airports.len() {
        let mut names = Interner::new();
        for airport in airports.iter().cycle().skip(first).take(airports.len()) {
            names.intern(airport);
        }
        let storm = STORM.replace("[\"FRA\"]", "[\"OSL\", \"FRA\", \"CDG\", \"FRA\"]");
        let storm = Disruption::parse(&storm, Micros::MIN, &mut names).unwrap();
        let mut hits = |airport: &str| {
            let name = |text: &str| Name::new(text).unwrap();
            let data = FactStated { fact: name("flies"), value: Some(name(airport)), by: StatedBy::Customer };
            let event = NewEvent::new(EventId::default(), storm.from, name("crm"), data.into());
            storm.hits(&fold(&[Fact::of(&event, ProfileIx(0), &mut names)]))
        };
        assert_eq!(airports.map(&mut hits), [true, false, false, true, true], "{first}");
    }
}
