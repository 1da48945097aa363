//! The ledger: what was said follows what is true, whatever arrives, leaves or settles in between.

use crate::said::Said;
use crate::trial::for_all;
use crate::world::START;
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::test_runner::{Config, RngSeed, TestRunner};
use throughline_core::time::Span;
use throughline_core::wire::Writer;
use throughline_rules::ledger::{Announcement, Entry, decode_entries, encode_announced, encode_entries};

#[test]
fn what_stands_is_what_is_true_after_every_judgement_whatever_arrived_in_between() {
    for_all(24, |trial, mut bench| {
        let facts = bench.facts_of(&trial.history);
        let mut chance = trial.chance();
        let (mut said, mut now) = (Said::default(), START);
        for _ in 0..4 {
            // Facts arrive in any order, and leave again when a link is taken back.
            let keep = chance.below(5);
            let known: Vec<_> = facts.iter().filter(|_| chance.below(4) < keep).cloned().collect();
            now = now + Span([0, 1_800_000_000, 86_400_000_000, 5 * 86_400_000_000][chance.below(4)]);
            if chance.once_in(3) {
                now = now.max(trial.history.end());
            }
            said.judge(&bench, &known, now)?;
        }
        let end = trial.history.end().max(now) + Span::from_days(60);
        let (judged, _) = said.judge(&bench, &facts, end)?;
        prop_assert_eq!(said.standing(&bench, &judged).len(), judged.decisions.len());
        Ok(())
    });
}

#[test]
fn what_was_withdrawn_and_is_said_again_is_another_announcement_of_the_same_slot() {
    for_all(16, |trial, mut bench| {
        let facts = bench.facts_of(&trial.history);
        let (mut said, end) = (Said::default(), trial.history.end() + Span::from_days(40));
        let (_, first) = said.judge(&bench, &facts, end)?;
        let (_, withdrawn) = said.judge(&bench, &[], end)?;
        let all = withdrawn.iter().all(|entry| matches!(entry, Entry::Withdrawn { .. }));
        prop_assert!(all, "not withdrawn: {:?}", withdrawn);
        prop_assert_eq!(said.announced.effective().count(), 0);
        let (_, again) = said.judge(&bench, &facts, end)?;
        prop_assert_eq!(first.len(), again.len());
        for (one, other) in first.iter().zip(&again) {
            prop_assert_eq!(one.slot(), other.slot());
            prop_assert!(one.announcement_id() != other.announcement_id());
        }
        Ok(())
    });
}

#[test]
fn an_announcement_is_written_alike_from_an_evaluation_and_from_the_ledger() {
    for_all(24, |trial, mut bench| {
        let facts = bench.facts_of(&trial.history);
        let (_, judged) = bench.fold(&facts, trial.history.end() + Span::from_days(20));
        for (index, (decision, _)) in judged.decisions.iter().enumerate() {
            let (generation, historical) = (index as u32 % 3, index.is_multiple_of(2));
            let mut straight = Writer::new();
            let handle = decision.slot.case;
            encode_announced(decision, handle, generation, historical, &bench.names, &mut straight);
            let announcement =
                Announcement { generation, historical, decision: decision.named(&bench.names) };
            let entry = Entry::Announced(announcement);
            prop_assert_eq!(&straight.plain, &encode_entries([&entry]));
            prop_assert_eq!(decode_entries(&straight.plain).unwrap(), vec![entry]);
            // A record that lost its end, or a bit, is refused or read as something else; it does not panic.
            let mut broken = straight.plain.clone();
            let place = trial.chance().below(broken.len());
            broken[place] ^= 1 << (trial.seed % 8);
            drop(decode_entries(&broken));
            prop_assert!(place == 0 || decode_entries(&straight.plain[..place]).is_err());
        }
        Ok(())
    });
}

#[test]
fn no_bytes_make_the_reader_of_the_ledger_panic() {
    let config = Config {
        cases: crate::world::cases(),
        rng_seed: RngSeed::Fixed(0x7457_0002),
        failure_persistence: None,
        ..Config::default()
    };
    let bytes = (0_u8..5, 0_u8..14, vec(any::<u8>(), 0..160));
    let outcome = TestRunner::new(config).run(&bytes, |(entry, kind, rest)| {
        let mut record = vec![entry, 0, 0, kind];
        record.extend_from_slice(&rest);
        if let Ok(entries) = decode_entries(&record) {
            let once = encode_entries(&entries);
            prop_assert_eq!(decode_entries(&once).unwrap(), entries);
        }
        Ok(())
    });
    if let Err(failure) = outcome {
        panic!("{failure}");
    }
}
