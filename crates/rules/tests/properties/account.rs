//! What changed between two accounts: nothing where they are equal, and all of it where they are not.

use crate::trial::{Trial, for_all};
use crate::world::{Bench, Chance, Course, History, START};
use proptest::prelude::*;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Debug;
use throughline_core::event::vocabulary::{
    Apology, ContactStarted, PartnerUpdated, PromiseMade, ReachMeasured,
};
use throughline_core::event::{ApologyStep, Channel, Direction};
use throughline_core::fact::Fact;
use throughline_core::ids::{ContactId, CustomerId, EventId, PromiseId};
use throughline_core::name::Name;
use throughline_core::time::{Micros, Span};
use throughline_rules::account::{Account, ApologyChange, Both, CaseMove, DecisionMove, PartnerChange};
use throughline_rules::apology_view::ApologyView;
use throughline_rules::decision::{Decision, Slot};
use throughline_rules::ledger::Announced;
use throughline_rules::partner_view::PartnerView;
use throughline_rules::rulebook::DEFAULT;
use throughline_rules::view::CaseView;

fn account(bench: &Bench, facts: &[Fact], as_of: Micros) -> Account {
    Account::of(facts, as_of, CustomerId::default(), &bench.rules, &bench.names, &Announced::new())
}

/// Two accounts of one history: of any two instants, each without some of the facts.
fn two(trial: &Trial, bench: &mut Bench) -> [Account; 2] {
    let facts = bench.facts_of(&trial.history);
    let mut chance = trial.chance();
    let known = |chance: &mut Chance| {
        let missing = 1 + chance.below(4);
        let known: Vec<Fact> = facts.iter().filter(|_| !chance.once_in(missing * 6)).cloned().collect();
        let anchor = facts.get(chance.below(facts.len().max(1))).map_or(trial.history.end(), |fact| fact.at);
        account(bench, &known, anchor + Span([0, 3_600_000_000, 40 * 86_400_000_000][chance.below(3)]))
    };
    [known(&mut chance), known(&mut chance)]
}

#[test]
fn an_account_is_what_the_fold_says() {
    for_all(40, |trial, mut bench| {
        let facts = bench.facts_of(&trial.history);
        let end = trial.history.end();
        let account = account(&bench, &facts, end);
        let (journey, judged) = bench.fold(&facts, end);
        prop_assert_eq!(&account.decisions, &bench.decisions(&judged).0);
        prop_assert_eq!(&account.journey.effort, &journey.customer.effort());
        prop_assert_eq!(account.journey.next_deadline, journey.next_deadline());
        Ok(())
    });
}

#[test]
fn nothing_changed_between_equal_accounts() {
    for_all(40, |trial, mut bench| {
        for account in two(trial, &mut bench) {
            let changes = account.difference(&account.clone());
            prop_assert!(changes.is_empty(), "{changes}");
        }
        Ok(())
    });
}

#[test]
fn what_changed_makes_the_later_account_of_the_earlier_one() {
    for_all(40, |trial, mut bench| {
        let [earlier, later] = two(trial, &mut bench);
        let changes = earlier.difference(&later);

        // Facts: those of before, less those that are gone, and those that came.
        let ids = |account: &Account| account.facts.iter().map(|f| f.event).collect::<BTreeSet<EventId>>();
        let mut facts = ids(&earlier);
        changes.facts_gone.iter().for_each(|fact| assert!(facts.remove(&fact.event)));
        changes.facts_come.iter().for_each(|fact| assert!(facts.insert(fact.event)));
        prop_assert_eq!(facts, ids(&later));

        // Decisions: slot by slot. What did not change is the same but for the name of its case.
        let mut left: BTreeMap<Slot, &Decision> = slots(&later);
        let mut before = slots(&earlier);
        for change in &changes.decisions {
            let Both { earlier: was, later: is } = &change.decision;
            prop_assert_eq!(was.is_some(), change.change != DecisionMove::New);
            prop_assert_eq!(is.is_some(), change.change != DecisionMove::Gone);
            if let Some(was) = was {
                prop_assert_eq!(before.remove(&was.slot), Some(was));
            }
            if let Some(is) = is {
                prop_assert_eq!(left.remove(&is.slot), Some(is));
            }
        }
        prop_assert_eq!(before.len(), left.len());
        let bare = |all: BTreeMap<Slot, &Decision>| {
            let all = all.into_values().map(|d| (d.slot.trigger, d.slot.rule.clone(), d.effective_at));
            let mut all: Vec<_> = all.collect();
            all.sort();
            all
        };
        prop_assert_eq!(bare(before), bare(left));

        // Effort: every count.
        let mut counts: BTreeMap<_, _> = earlier.journey.effort.counts().into_iter().collect();
        for change in &changes.effort {
            prop_assert_eq!(counts.insert(change.count, change.value.later), Some(change.value.earlier));
            prop_assert!(!change.because.is_empty(), "{changes}");
        }
        prop_assert_eq!(counts, later.journey.effort.counts().into_iter().collect());

        // Promises: each that is owed.
        let owed = |account: &Account| {
            account.journey.promises.iter().map(|p| (p.promise, p.clone())).collect::<BTreeMap<_, _>>()
        };
        let mut promises = owed(&earlier);
        for change in &changes.promises {
            prop_assert_eq!(promises.remove(&change.promise), change.owed.earlier.clone());
            promises.extend(change.owed.later.clone().map(|promise| (change.promise, promise)));
            prop_assert!(!change.because.is_empty(), "{changes}");
        }
        prop_assert_eq!(promises, owed(&later));

        // Partners and apologies: what is not named is the same but for the handle of its case.
        let told = |one: &PartnerView| PartnerView { case: None, ..one.clone() };
        let mut partners: Vec<PartnerView> = earlier.journey.partners.iter().map(told).collect();
        for PartnerChange { told: Both { earlier: was, later: is }, because } in &changes.partners {
            exchange(&mut partners, was.as_ref().map(told), is.as_ref().map(told));
            prop_assert!(!because.is_empty(), "{changes}");
        }
        prop_assert!(
            same(&partners, &later.journey.partners.iter().map(told).collect::<Vec<_>>()),
            "{changes}"
        );
        let owed = |one: &ApologyView| ApologyView { case: None, ..one.clone() };
        let mut apologies: Vec<ApologyView> = earlier.journey.apologies.iter().map(owed).collect();
        for ApologyChange { owed: Both { earlier: was, later: is }, because } in &changes.apologies {
            exchange(&mut apologies, was.as_ref().map(owed), is.as_ref().map(owed));
            prop_assert!(!because.is_empty(), "{changes}");
        }
        prop_assert!(
            same(&apologies, &later.journey.apologies.iter().map(owed).collect::<Vec<_>>()),
            "{changes}"
        );
        Ok(())
    });
}

/// Takes out what was, which must be there, and puts in what is.
fn exchange<T: PartialEq + Debug>(all: &mut Vec<T>, was: Option<T>, is: Option<T>) {
    if let Some(was) = was {
        let place = all.iter().position(|one| *one == was);
        all.remove(place.unwrap_or_else(|| panic!("{was:?} is not in {all:?}")));
    }
    all.extend(is);
}

/// Whether two lists hold the same, in whatever order.
fn same<T: PartialEq>(these: &[T], those: &[T]) -> bool {
    let in_all = |one: &T, all: &[T]| all.iter().filter(|other| *other == one).count();
    these.len() == those.len() && these.iter().all(|one| in_all(one, these) == in_all(one, those))
}

fn slots(account: &Account) -> BTreeMap<Slot, &Decision> {
    account.decisions.iter().map(|decision| (decision.slot.clone(), decision)).collect()
}

#[test]
fn a_case_that_is_not_named_is_where_it_was_and_one_that_is_has_its_events() {
    for_all(40, |trial, mut bench| {
        let [earlier, later] = two(trial, &mut bench);
        let changes = earlier.difference(&later);
        let stands = |case: &CaseView| {
            (
                case.state,
                case.since,
                case.reopens,
                case.priority,
                case.missed,
                case.contacts.iter().copied().collect::<BTreeSet<_>>(),
                case.clocks.iter().map(throughline_rules::clock_view::ClockView::took).collect::<Vec<_>>(),
            )
        };
        let named: BTreeSet<_> = changes.cases.iter().map(|change| change.case).collect();
        for case in later.journey.cases.iter().filter(|case| !named.contains(&case.handle)) {
            let before = earlier.journey.case_of(case.contacts[0]);
            prop_assert_eq!(before.map(stands), Some(stands(case)), "{}", changes);
        }
        let opened = changes.cases.iter().filter(|change| change.change == CaseMove::Opened).count();
        let ended = |change: &&_| matches!(change, CaseMove::Gone | CaseMove::Retired);
        let ended = changes.cases.iter().map(|change| change.change).filter(|change| ended(&change)).count();
        prop_assert_eq!(
            earlier.journey.cases.len() + opened,
            later.journey.cases.len() + ended,
            "{}",
            changes
        );
        for change in changes.cases.iter().filter(|change| change.change != CaseMove::Retired) {
            prop_assert!(!change.because.is_empty(), "{changes}");
        }
        // In words everything that changed is there.
        let words = changes.to_string();
        prop_assert!(changes.cases.iter().all(|change| words.contains(&change.case.to_string())));
        prop_assert!(
            changes.decisions.iter().all(|change| words.contains(&change.latest().unwrap().to_string()))
        );
        Ok(())
    });
}

/// A call back is promised for 11:00 and nobody calls: seen at 8:00, before anything, at 10:00 and at noon.
#[test]
fn a_promise_is_made_and_broken_and_the_changes_say_so_in_words_and_as_json() {
    let mut bench = Course::standard().bench();
    let hour = |n: i64| START + Span::from_hours(n);
    let (promise, contact) = (PromiseId::from_bytes([9; 16]), ContactId::from_bytes([1; 16]));
    let name = |text: &str| Name::new(text).unwrap();
    let history = History::told([
        (
            hour(0),
            ContactStarted {
                contact,
                channel: Channel::Mail,
                direction: Direction::Inbound,
                topic: Some(name("billing")),
                issue: None,
                purpose: None,
            }
            .into(),
        ),
        (
            hour(0),
            PromiseMade { promise, contact: Some(contact), what: name("call-back"), due: hour(2) }.into(),
        ),
    ]);
    let facts = bench.facts_of(&history);
    let [before, made, broken] = [-1, 1, 3].map(|n| account(&bench, &facts, hour(n)));
    let [came, promised] = [0, 1].map(|n| history.events[n].1.id);

    let changes = before.difference(&made);
    assert_eq!(changes.cases.iter().map(|case| case.change).collect::<Vec<_>>(), [CaseMove::Opened]);
    let [owed] = &changes.promises[..] else { panic!("{changes}") };
    assert_eq!((owed.promise, &owed.because[..]), (promise, &[promised][..]));
    let [effort] = &changes.effort[..] else { panic!("{changes}") };
    assert_eq!((effort.count, &effort.because[..]), ("contacts", &[came][..]));
    assert_eq!(effort.value, Both { earlier: 0, later: 1 });
    let words = changes.to_string();
    for line in [
        "from 0 facts by 2026-01-01T08:00:00Z to 2 facts by 2026-01-01T10:00:00Z",
        ", billing: open since 2026-01-01T09:00:00Z, was not there",
        ": to be kept, due 2026-01-01T11:00:00Z (was not owed)",
        "effort, contacts: 1 (was 0)",
        "promises: 1 made, 0 kept, 0 broken (were 0, 0, 0)",
    ] {
        assert!(words.contains(line), "{line}\n{words}");
    }

    let changes = made.difference(&broken);
    assert!(changes.facts_come.is_empty() && changes.effort.is_empty(), "only time has passed: {changes}");
    let because = &changes.promises[0].because;
    assert_eq!(because[..], [promised], "no event broke it: the evidence of the decision");
    assert!(changes.to_string().contains("broken, still owed"), "{changes}");
    let json = serde_json::to_value(&changes).unwrap();
    assert_eq!(json["format"], 1);
    assert_eq!(json["promise_count"]["later"]["broken"], 1);
    assert_eq!(json["promises"][0]["owed"]["earlier"]["broken"], false);
    assert_eq!(json["churn"]["score"]["earlier"], serde_json::Value::Null);

    // The other way round what was opened is gone.
    let back = broken.difference(&before);
    assert_eq!(back.cases[0].change, CaseMove::Gone);
    assert!(back.to_string().contains("billing: gone; it was open"), "{back}");
    assert!(back.decisions.iter().all(|change| change.change == DecisionMove::Gone));
}

/// A parcel service is silent for too long, tells again, and an apology is given.
#[test]
fn what_a_partner_told_and_what_is_owed_for_its_silence_is_in_the_changes() {
    let mut bench = Bench::of(DEFAULT);
    let hour = |n: i64| START + Span::from_hours(n);
    let contact = ContactId::from_bytes([1; 16]);
    let name = |text: &str| Name::new(text).unwrap();
    let comes = ContactStarted {
        contact,
        channel: Channel::Mail,
        direction: Direction::Inbound,
        topic: Some(name("delivery")),
        issue: None,
        purpose: None,
    };
    let tells = |status: &str| PartnerUpdated {
        partner: name("parcels"),
        issue: None,
        contact: Some(contact),
        status: Some(name(status)),
        next_within_secs: Some(2 * 3_600),
    };
    let sorry = Apology { contact: Some(contact), step: ApologyStep::Given, agent: None, reason: None };
    let history = History::told([
        (hour(0), comes.into()),
        (hour(1), tells("on-its-way").into()),
        (hour(5), tells("lost").into()),
        (hour(6), sorry.into()),
    ]);
    let facts = bench.facts_of(&history);
    let [told, silent, again, given] = [2, 4, 5, 6].map(|n| account(&bench, &facts, hour(n)));
    let [_, on_its_way, lost, sorry] = [0, 1, 2, 3].map(|n| history.events[n].1.id);

    // Nothing came; that the partner is silent follows from what it told.
    let changes = told.difference(&silent);
    let [partner] = &changes.partners[..] else { panic!("{changes}") };
    assert_eq!(partner.because[..], [on_its_way]);
    let is_silent = |told: &Option<PartnerView>| told.as_ref().map(|told| told.silent);
    assert_eq!([&partner.told.earlier, &partner.told.later].map(is_silent), [Some(false), Some(true)]);
    let [apology] = &changes.apologies[..] else { panic!("{changes}") };
    assert_eq!((apology.owed.earlier.is_none(), &apology.because[..]), (true, &[on_its_way][..]));
    let words = changes.to_string();
    for line in
        ["SILENT, its next word was due 2026-01-01T12:00:00Z", "an apology is owed for ", "(was not owed)"]
    {
        assert!(words.contains(line), "{line}\n{words}");
    }

    let changes = silent.difference(&again);
    assert_eq!(changes.partners[0].because[..], [on_its_way, lost]);
    assert!(changes.apologies.is_empty() && changes.to_string().contains(": lost since "), "{changes}");
    let changes = again.difference(&given);
    assert_eq!(changes.apologies[0].because[..], [sorry]);
    assert!(
        changes.partners.is_empty() && changes.to_string().contains("no apology is owed for "),
        "{changes}"
    );
}

/// A post was counted before anybody told us of it: when it came it was a case that many saw, and the only trace of why was the
/// count, which had moved nothing when it came.
#[test]
fn what_was_measured_before_there_was_a_case_is_why_it_stands_higher() {
    let mut bench = Bench::of(DEFAULT);
    let hour = |n: i64| START + Span::from_hours(n);
    let contact = ContactId::from_bytes([1; 16]);
    let comes = ContactStarted {
        contact,
        channel: Channel::Social,
        direction: Direction::Inbound,
        topic: None,
        issue: None,
        purpose: None,
    };
    let history = History::told([
        (hour(0), ReachMeasured { contact, reach: 1_000_000 }.into()),
        (hour(1), comes.into()),
    ]);
    let facts = bench.facts_of(&history);
    let [unmeasured, measured] = [&facts[1..], &facts[..]].map(|facts| account(&bench, facts, hour(1)));
    let changes = unmeasured.difference(&measured);
    let [case] = &changes.cases[..] else { panic!("{changes}") };
    assert!(case.priority.later > case.priority.earlier, "{changes}");
    assert_eq!(case.because[..], [history.events[0].1.id]);
}
