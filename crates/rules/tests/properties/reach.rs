//! How many people can see a complaint makes us quicker, and nothing else.

use crate::bounds::{contact, folded, minute, started};
use crate::trial::for_all;
use proptest::prelude::*;
use throughline_core::customer::{FORM_GAP, MAX_FORMS, MAX_OFFERS};
use throughline_core::event::vocabulary::{
    FieldReentered, FormProgressed, OfferAnswered, OfferMade, ReachMeasured,
};
use throughline_core::event::{Channel, EventData, FormProgress, OfferAnswer};
use throughline_core::name::{Name, Sym};
use throughline_core::time::{Micros, Span};
use throughline_rules::case::{Case, MAX_REACHES};
use throughline_rules::decision::{Content, Decision};
use throughline_rules::ledger::Judged;

fn name(text: &str) -> Name {
    Name::new(text).unwrap()
}

fn reaches(n: usize, reach: u64) -> EventData {
    ReachMeasured { contact: contact(n), reach }.into()
}

/// What was concluded, but for what is to be done; and what is to be done: for which case, what, by whom, and by when.
type Concluded = (Vec<Decision<Sym>>, Vec<(throughline_core::ids::ContactId, Micros, Sym, Sym, Micros)>);

fn concluded(judged: &Judged) -> Concluded {
    let (mut said, mut to_do) = (Vec::new(), Vec::new());
    for (decision, _) in &judged.decisions {
        match &decision.content {
            Content::PrescriptionIssued { action, owner, due, .. } => {
                to_do.push((decision.slot.case, decision.effective_at, *action, *owner, *due));
            }
            _ => said.push(decision.clone()),
        }
    }
    (said, to_do)
}

#[test]
fn reach_makes_quicker_and_nothing_else() {
    for_all(40, |trial, mut bench| {
        let as_of = trial.history.end() + Span::from_days(30);
        let facts = bench.facts_of(&trial.history);
        let quiet: Vec<_> =
            facts.iter().filter(|f| !matches!(f.data, EventData::ReachMeasured(_))).cloned().collect();
        let (loud_journey, loud) = bench.fold(&facts, as_of);
        let (quiet_journey, quiet) = bench.fold(&quiet, as_of);
        let ((loud_said, loud_to_do), (quiet_said, quiet_to_do)) = (concluded(&loud), concluded(&quiet));
        prop_assert_eq!(loud_said, quiet_said);
        prop_assert_eq!(loud_to_do.len(), quiet_to_do.len());
        for (loud, quiet) in loud_to_do.iter().zip(&quiet_to_do) {
            prop_assert_eq!((loud.0, loud.1, loud.2, loud.3), (quiet.0, quiet.1, quiet.2, quiet.3));
            prop_assert!(loud.4 <= quiet.4, "who is heard by many waits longer: {loud:?} {quiet:?}");
        }
        let plain = |case: &Case| {
            let mut case = case.clone();
            case.priority = 0;
            case
        };
        let (loud, quiet) = (loud_journey.cases.cases(), quiet_journey.cases.cases());
        prop_assert_eq!(loud.len(), quiet.len());
        for (loud, quiet) in loud.iter().zip(quiet) {
            prop_assert_eq!(plain(loud), plain(quiet));
            prop_assert!(loud.priority >= quiet.priority);
        }
        Ok(())
    });
}

#[test]
fn a_case_is_as_urgent_as_its_reach_whenever_that_becomes_known() {
    let priority = |told: &[EventData]| {
        let told = told.iter().enumerate().map(|(n, data)| (minute(n), data.clone()));
        let journey = folded(told.collect::<Vec<_>>());
        let cases = journey.cases.cases().iter();
        cases
            .map(|case| (case.priority, journey.cases.reach_of(journey.cases.of_key(case.key).unwrap())))
            .collect::<Vec<_>>()
    };
    let social = started(0, Some("waiting"));
    assert_eq!(priority(&[social.clone(), reaches(0, 999)]), [(0, 999)]);
    assert_eq!(priority(&[social.clone(), reaches(0, 1_000)]), [(1, 1_000)]);
    assert_eq!(priority(&[social.clone(), reaches(0, 80_000)]), [(2, 80_000)]);
    // Step by step, measured twice, and smaller again: no step counts twice.
    let steps =
        [social.clone(), reaches(0, 1_500), reaches(0, 1_500), reaches(0, 80_000), reaches(0, 70_000)];
    assert_eq!(priority(&steps), [(2, 80_000)]);
    // Before the post is known to begin a contact.
    assert_eq!(priority(&[reaches(0, 80_000), social.clone()]), [(2, 80_000)]);
    // A second post in the same case adds the steps that the first did not come to, beside the one for asking again.
    let again = started(1, Some("waiting"));
    assert_eq!(
        priority(&[social.clone(), reaches(0, 1_500), reaches(1, 80_000), again.clone()]),
        [(3, 80_000)]
    );
    assert_eq!(priority(&[social, again, reaches(1, 80_000), reaches(0, 1_500)]), [(3, 80_000)]);
}

#[test]
fn of_too_many_posts_the_ones_that_fewest_can_see_are_forgotten() {
    let told = (0..100).flat_map(|n| {
        [(minute(n), started(n, Some("waiting"))), (minute(n) + Span(1), reaches(n, 500 + n as u64 % 50))]
    });
    let first = [(minute(0) + Span(2), reaches(0, 90_000))];
    let size = |most: usize| {
        let mut journey = folded(told.clone().take(2 * most).chain(first.clone()));
        journey.shrink();
        journey
    };
    let journey = size(100);
    let case = journey.cases.of_contact(contact(0)).unwrap();
    assert_eq!(journey.cases.reach_of(case), 90_000);
    // Sixteen of sixteen bytes and an eight-byte number each, whatever else a hundred contacts take.
    let many = (0..1_000).map(|n| (minute(n), reaches(n, n as u64 + 1)));
    let bytes = |most: usize| {
        let mut journey = folded(many.clone().take(most));
        journey.shrink();
        journey.total_bytes()
    };
    assert_eq!(bytes(MAX_REACHES), bytes(1_000));
    assert!(bytes(MAX_REACHES) > bytes(MAX_REACHES - 1));
}

fn form(of: &str, progress: FormProgress, channel: Channel) -> EventData {
    let (form, contact, step) = (name(of), None, None);
    FormProgressed { form, contact, progress, step, channel: Some(channel) }.into()
}

#[test]
fn forms_and_offers_do_not_pile_up() {
    let told = (0..200).flat_map(|n| {
        let (offer, campaign) = (name(&format!("offer-{n}")), None);
        [
            form(&format!("form-{n}"), FormProgress::Started, Channel::ALL[n % Channel::ALL.len()]),
            OfferMade { offer, campaign, channel: None, contact: None, expires: None }.into(),
        ]
    });
    let journey = folded(told.enumerate().map(|(n, data)| (minute(n), data)));
    let known = journey.customer.known().unwrap();
    assert_eq!((known.forms().len(), known.offers().len()), (MAX_FORMS, MAX_OFFERS));
    // However long one form takes: no more channels than there are, and one field once.
    let long = (0..2_000).flat_map(|n| {
        let again = FieldReentered { field: name("name"), form: Some(name("long")), contact: None };
        [form("long", FormProgress::Resumed, Channel::ALL[n % Channel::ALL.len()]), again.into()]
    });
    let journey = folded(long.enumerate().map(|(n, data)| (minute(n), data)));
    let [form] = journey.customer.known().unwrap().forms() else { panic!("one form") };
    assert_eq!((form.channels.len(), form.fields_reentered), (Channel::ALL.len(), 2_000));
}

#[test]
fn a_form_is_one_course_until_it_was_sent_and_half_an_hour_is_no_gap() {
    use FormProgress::{Abandoned, Resumed, Started, StepReached, Submitted};
    let at = |after: Span, progress, channel| (minute(0) + after, form("application", progress, channel));
    let half_a_day = Span::from_hours(12);
    let told = [
        at(Span::ZERO, Started, Channel::Web),
        at(FORM_GAP, StepReached, Channel::Web),
        at(FORM_GAP + FORM_GAP + Span(1), Abandoned, Channel::Web),
        at(half_a_day, Resumed, Channel::App),
        at(half_a_day + Span(1), Started, Channel::Phone),
        at(half_a_day + Span(2), Submitted, Channel::Phone),
        at(half_a_day + Span(3), Submitted, Channel::Phone),
    ];
    let journey = folded(told.clone());
    let [one] = journey.customer.known().unwrap().forms() else { panic!("one course") };
    assert_eq!(one.channels[..], [Channel::Web, Channel::App, Channel::Phone]);
    assert_eq!((one.gaps, one.longest_gap), (2, Span(half_a_day.0 - 2 * FORM_GAP.0 - 1)));
    assert_eq!((one.state, one.begun_at), (Submitted, minute(0)));
    // What comes after it was sent is another one.
    let next = at(half_a_day + Span(4), Started, Channel::Web);
    let journey = folded(told.into_iter().chain([next]));
    assert_eq!(journey.customer.known().unwrap().forms().len(), 2);
}

#[test]
fn the_last_offer_is_the_one_made_or_answered_last_before_an_instant() {
    let made = |offer: &str| -> EventData {
        let (offer, campaign, channel) = (name(offer), None, None);
        OfferMade { offer, campaign, channel, contact: None, expires: None }.into()
    };
    let redeemed = |offer: &str| -> EventData {
        OfferAnswered { offer: name(offer), answer: OfferAnswer::Redeemed, contact: None }.into()
    };
    let told = [made("first"), made("second"), redeemed("first"), made("third")];
    let journey = folded(told.into_iter().enumerate().map(|(n, data)| (minute(n), data)));
    let known = journey.customer.known().unwrap();
    let last = |n: usize| {
        known.last_offer(minute(n)).map(|offer| known.offers().iter().position(|o| o == offer).unwrap())
    };
    // In the order of the last change: the second, the first, the third.
    assert_eq!([last(0), last(1), last(2), last(3)], [Some(1), Some(0), Some(1), Some(2)]);
    assert_eq!(known.last_offer(minute(0) - Span(1)), None);
}
