//! The score of effort in the report: weights with what they are worth, or the reason why there are none.

use throughline::core::event::vocabulary::{Connected, ContactEnded, ContactStarted, Rated, Transferred};
use throughline::core::event::{Channel, Direction, Ending, EventData, Instrument, NewEvent, TransferKind};
use throughline::core::ids::{ContactId, EventId, ProfileId};
use throughline::core::name::Name;
use throughline::core::time::{Micros, Span};
use throughline::replay::Gathering;
use throughline::{Replay, Report};

/// So many customers call, are transferred up to three times, and say how easy that was: each transfer takes up to two
/// levels, and what nobody counts up to two more.
fn report(customers: u64) -> Report {
    let mut gathering = Gathering::new();
    for n in 0..customers {
        let (contact, profile) =
            (ContactId::derived("desk", &n.to_string()), ProfileId::derived("desk", &n.to_string()));
        let (channel, direction) = (Channel::Phone, Direction::Inbound);
        let transfers = n % 4;
        let mut all: Vec<EventData> = vec![
            ContactStarted { contact, channel, direction, topic: None, issue: None, purpose: None }.into(),
            Connected { contact, agent: None }.into(),
        ];
        for _ in 0..transfers {
            all.push(Transferred { contact, transfer: TransferKind::Cold, to: None }.into());
        }
        all.push(ContactEnded { contact, ending: Ending::Completed, agent: None }.into());
        let hard = transfers * (n / 4 % 3) + n / 12 % 3;
        let score = 7 - hard.min(6) as u8;
        let instrument = Instrument::Ces;
        all.push(
            Rated { contact: Some(contact), instrument, score, best: 7, worst: Some(1), comment: None }
                .into(),
        );
        for (minute, data) in all.into_iter().enumerate() {
            let at = Micros(1_770_000_000_000_000) + Span::from_secs(60 * minute as i64);
            let id = EventId::derived("desk", &format!("{n} {minute}"));
            gathering.push(profile, &NewEvent::new(id, at, Name::new("desk").unwrap(), data));
        }
    }
    Replay::new().report(&gathering.finish()).unwrap()
}

#[test]
fn a_fit_is_shown_with_what_it_is_worth_and_the_counts_beside_it() {
    let report = report(240);
    let fit = report.effort_score.fit.as_ref().unwrap();
    assert!(fit.holds_out_of_sample() && fit.terms()[1].weight > 0.5, "{fit}");
    let text = report.to_string();
    assert!(text.contains("  in all: 0 re-asks, 360 transfers, 0s on hold"), "{text}");
    assert!(
        text.contains("  fitted to 240 answers of 240 customers, how many were asked is not known\n"),
        "{text}"
    );
    let quality = fit.out_of_sample();
    let correlation = quality.rank_correlation.unwrap();
    let line =
        format!("rank correlation with the answer {correlation:+.2}, pseudo-R² {:.3}", quality.pseudo_r2);
    assert!(text.contains(&format!("  on answers it was not made from: {line}\n")), "{text}");
    let page = report.to_html();
    assert!(page.contains(&format!("<td class=\"n\">{correlation:+.2}</td>")), "{page}");
    assert!(page.contains(&format!("<td class=\"n\">{:.4}</td>", fit.terms()[1].weight)), "{page}");
    assert!(!page.contains("no better than chance"), "{page}");
    let json = serde_json::to_value(&report).unwrap();
    assert_eq!(json["effort_score"]["fit"]["terms"][1]["term"], "transfers");
    assert_eq!(json["effort_score"]["no_fit_because"], serde_json::Value::Null);
}

#[test]
fn where_there_is_no_fit_there_are_the_counts_and_what_is_missing() {
    let report = report(60);
    let why = "60 answers can be used and 100 are needed: ask more customers how easy it was";
    assert_eq!(report.effort_score.fit, None);
    assert_eq!(report.effort_score.no_fit_because.as_deref(), Some(why));
    let text = report.to_string();
    assert!(text.contains(&format!("  no score: {why}\n")), "{text}");
    assert!(text.contains("  in all: 0 re-asks, 90 transfers, 0s on hold"), "{text}");
    let page = report.to_html();
    assert!(page.contains(&format!("No score: {why}.")), "{page}");
}
