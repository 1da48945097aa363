//! What changed between two accounts: nothing where they are equal, and all of it where they are not.

use crate::trial::{Trial, for_all};
use crate::world::{Bench, Chance};
use proptest::prelude::*;
use std::collections::{BTreeMap, BTreeSet};
use throughline_core::fact::Fact;
use throughline_core::ids::{CustomerId, EventId};
use throughline_core::time::{Micros, Span};
use throughline_rules::account::{Account, Both, CaseMove, DecisionMove};
use throughline_rules::decision::{Decision, Slot};
use throughline_rules::ledger::Announced;
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
        prop_assert_eq!(&account.journey.effort, &journey.customer.effort);
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
        Ok(())
    });
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
                case.contacts.clone(),
                case.clocks,
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
