//! The contact guard: asking changes nothing, the order of arrival does not matter to the answer, what forbids never
//! allows, and what is announced of a contact is what would have been answered before it.

use crate::trial::{courses, for_all};
use crate::world::{Bench, Chance, Course, History, cases};
use proptest::prelude::*;
use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use throughline_core::event::vocabulary::{CircumstanceChanged, ConsentChanged, ContactStarted};
use throughline_core::event::{
    Channel, CircumstanceChange, Consent, Direction, EventData, NewEvent, StatedBy,
};
use throughline_core::fact::{Fact, ProfileIx};
use throughline_core::ids::{ContactId, EventId};
use throughline_core::name::Name;
use throughline_core::time::{Micros, Span};
use throughline_rules::contact::may_contact;
use throughline_rules::decision::{Content, MAX_REASONS};
use throughline_rules::journey::Journey;
use throughline_rules::permission::Permission;

const PURPOSES: [&str; 5] = ["sales", "survey", "service", "marketing", "newsletter"];

/// What is answered for a purpose, with names spelled out.
fn asked(bench: &mut Bench, journey: &Journey, purpose: &str, at: Micros) -> Permission {
    let purpose = bench.names.intern(purpose);
    may_contact(journey, &bench.rules, purpose, at).named(&bench.names, &BTreeMap::new())
}

fn answers(bench: &mut Bench, journey: &Journey, at: Micros) -> Vec<Permission> {
    PURPOSES.map(|purpose| asked(bench, journey, purpose, at)).to_vec()
}

fn any_instant(history: &History, chance: &mut Chance) -> Micros {
    let (first, end) = (crate::world::START, history.end() + Span::from_days(3));
    first + Span((chance.next() % (end.since(first).0 as u64 + 1)) as i64)
}

#[test]
fn asking_whether_we_may_changes_no_bit() {
    for_all(30, |trial, mut bench| {
        let facts = bench.facts_of(&trial.history);
        let as_of = any_instant(&trial.history, &mut trial.chance());
        let (journey, _) = bench.fold(&facts, as_of);
        let (before, bytes) = (journey.clone(), bench.bytes(&journey));
        let first = answers(&mut bench, &journey, as_of);
        prop_assert_eq!(first, answers(&mut bench, &journey, as_of));
        prop_assert!(bytes == bench.bytes(&journey), "the bytes differ");
        prop_assert_eq!(journey, before);
        Ok(())
    });
}

#[test]
fn whether_we_may_does_not_depend_on_the_order_of_arrival() {
    let strangers: Vec<Bench> = courses().iter().map(Course::stranger).collect();
    for_all(30, |trial, mut bench| {
        let mut chance = trial.chance();
        let as_of = any_instant(&trial.history, &mut chance);
        let facts = bench.facts_of(&trial.history);
        let (journey, _) = bench.fold(&facts, as_of);
        let mut arrived = trial.history.events.clone();
        chance.shuffle(&mut arrived);
        let mut other = strangers[trial.course].clone();
        let again = other.facts(&arrived);
        let (other_journey, _) = other.fold(&again, as_of);
        prop_assert_eq!(answers(&mut bench, &journey, as_of), answers(&mut other, &other_journey, as_of));
        Ok(())
    });
}

/// A circumstance more, or a consent taken back, at any instant of any life.
#[test]
fn what_forbids_never_turns_a_no_into_a_yes() {
    let (refused, turned) = (Cell::new(0), Cell::new(0));
    for_all(30, |trial, mut bench| {
        let mut chance = trial.chance();
        let as_of = any_instant(&trial.history, &mut chance);
        let facts = bench.facts_of(&trial.history);
        let journey = bench.fold(&facts, as_of).0;
        let before = answers(&mut bench, &journey, as_of);
        let more: EventData = if chance.once_in(2) {
            let (change, by) = (CircumstanceChange::Begun, StatedBy::Agent);
            CircumstanceChanged { circumstance: Name::new("bereavement").unwrap(), change, by }.into()
        } else {
            let purpose = Name::new(PURPOSES[chance.below(3)]).unwrap();
            ConsentChanged { purpose, consent: Consent::Withdrawn, contact: None }.into()
        };
        let id = EventId::derived("guard", "one more");
        let at = any_instant(&trial.history, &mut chance);
        let event = NewEvent::new(id, at, Name::new("desk").unwrap(), more);
        let mut events = trial.history.events.clone();
        events.push((ProfileIx(0), event));
        let facts = bench.facts(&events);
        let journey = bench.fold(&facts, as_of).0;
        let after = answers(&mut bench, &journey, as_of);
        for (before, after) in before.iter().zip(&after) {
            prop_assert!(before.is_allowed() || !after.is_allowed(), "{before} became {after}");
            refused.set(refused.get() + u32::from(!before.is_allowed()));
            turned.set(turned.get() + u32::from(before.is_allowed() && !after.is_allowed()));
        }
        Ok(())
    });
    // Where nobody is refused before, and nobody because of what came, nothing was tried.
    assert!(refused.get() > cases() && turned.get() > cases() / 20, "{refused:?} {turned:?}");
}

/// Some more contacts of ours in any life, and now and then a bereavement in it.
fn reaching_out(history: &History, chance: &mut Chance) -> Vec<(ProfileIx, NewEvent)> {
    let name = |text: &str| Name::new(text).unwrap();
    let mut more: Vec<EventData> = Vec::new();
    for number in 0..chance.below(5) {
        more.push(
            ContactStarted {
                contact: ContactId::derived("guard", &number.to_string()),
                channel: Channel::Phone,
                direction: Direction::Outbound,
                topic: None,
                issue: None,
                purpose: Some(name(PURPOSES[chance.below(3)])),
            }
            .into(),
        );
    }
    if chance.once_in(3) {
        let (change, by) = (CircumstanceChange::Begun, StatedBy::Agent);
        more.push(CircumstanceChanged { circumstance: name("bereavement"), change, by }.into());
    }
    let told = more.into_iter().enumerate().map(|(number, data)| {
        let id = EventId::derived("guard", &number.to_string());
        (ProfileIx(0), NewEvent::new(id, any_instant(history, chance), name("desk"), data))
    });
    told.collect()
}

/// A contact that begins is judged by what was true before it.
fn answered_before(bench: &mut Bench, facts: &[Fact], index: usize) -> Option<(Permission, Fact)> {
    let EventData::ContactStarted(started) = &facts[index].data else { return None };
    let purpose = started.purpose.filter(|_| started.direction == Direction::Outbound)?;
    let at = facts[index].at;
    let (journey, _) = bench.fold(&facts[..index], at);
    if journey.customer.contact(started.contact).is_some() {
        return None;
    }
    let answer = may_contact(&journey, &bench.rules, purpose, at);
    let answer = answer.named(&bench.names, &BTreeMap::new());
    Some((answer, facts[index].clone()))
}

#[test]
fn what_is_announced_of_a_contact_is_what_would_have_been_answered_before_it() {
    let announced = RefCell::new(BTreeMap::<String, u32>::new());
    for_all(30, |trial, mut bench| {
        let mut chance = trial.chance();
        let mut events = trial.history.events.clone();
        events.extend(reaching_out(&trial.history, &mut chance));
        let facts = bench.facts(&events);
        let (_, judged) = bench.fold(&facts, trial.history.end() + Span::from_days(3));
        for index in 0..facts.len() {
            let Some((answer, fact)) = answered_before(&mut bench, &facts, index) else { continue };
            let said = judged.decisions.iter().map(|(d, _)| d.named(&bench.names)).find(|decision| {
                decision.slot.trigger == fact.id
                    && matches!(decision.content, Content::ContactAgainstGuard { .. })
            });
            let reasons = said.map(|decision| match decision.content {
                Content::ContactAgainstGuard { reasons, .. } => reasons.to_vec(),
                _ => Vec::new(),
            });
            for reason in reasons.iter().flatten() {
                let what = reason.to_string().split(':').next().unwrap_or_default().to_owned();
                *announced.borrow_mut().entry(what).or_default() += 1;
            }
            let guarded = bench.rules.in_force(fact.at).1.contact.is_some();
            let mut expected = answer.refusals.clone();
            expected.truncate(MAX_REASONS);
            prop_assert_eq!(reasons.unwrap_or_default(), if guarded { expected } else { Vec::new() });
        }
        Ok(())
    });
    // Each of the six reasons was met.
    let announced = announced.into_inner();
    assert!(
        announced.len() == 6 && announced.values().all(|times| times * 1_000 >= cases()),
        "{announced:?}"
    );
}
