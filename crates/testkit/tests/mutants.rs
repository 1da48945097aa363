//! The suite finds what it is there to find: each store that is wrong on purpose is accused by exactly the
//! clauses that it breaks.
#![allow(clippy::unwrap_used)]

use std::collections::BTreeSet;
use throughline_testkit::conformance::{CLAUSES, Subject, Verdict, Volatile};
use throughline_testkit::model;
use throughline_testkit::mutants::Flaw::{self, *};
use throughline_testkit::mutants::Mutant;

/// Each flaw with the clauses that it breaks.
const BROKEN: &[(Flaw, &[&str])] = &[
    (StaleWriterAccepted, &["A3", "A4", "A10"]),
    (HalfOfAnAppendStays, &["A1", "A5", "A7", "A10"]),
    (VersionsWithGaps, &["A2"]),
    (ExistsIsAny, &["A1", "A3", "A4", "R5", "E1"]),
    (ConflictMisinforms, &["A4"]),
    (ConflictLooksTransient, &["A4", "A5", "A6", "A9", "A10", "E1"]),
    (ExpectationWithoutEventsIgnored, &["A5"]),
    (RetryWritesAgain, &["A6", "A9", "S1"]),
    (RetryIsRefused, &["A6", "A9", "S1"]),
    (RetryIsCheckedAgain, &["A6", "A9"]),
    (ReusedIdUnnoticed, &["A7", "A9", "R9", "S1", "E1"]),
    (NamedTwiceAccepted, &["A8", "A9", "E1"]),
    (ManyStopAtFailure, &["A9"]),
    (CheckThenAct, &["A10"]),
    (LastAppendForgotten, &["A11"]),
    (PositionsStartLate, &["P1"]),
    (WrittenBackwards, &["A2", "A9", "P1"]),
    (ReaderSkips, &["P2"]),
    (ReadsAfterVersion, &["A2", "R1", "R4", "R8", "R9"]),
    (KindsOfStreamMixed, &["R1"]),
    (LogByTime, &["P1", "P2", "R2"]),
    (CanonicalByArrival, &["R3"]),
    (SequenceIsSigned, &["R3"]),
    (LimitIgnored, &["R4"]),
    (MissingStreamFails, &["R5", "R9"]),
    (VersionsSorted, &["R6"]),
    (TagNamedTwice, &["R7"]),
    (TagOfFirstEventOnly, &["R7"]),
    (PersonalSectionDropped, &["A7", "R8"]),
    (RecordedAtLost, &["R8"]),
    (TenantsMixed, &["R9"]),
    (WakesAtOnce, &["S1"]),
    (CheckpointUnconditional, &["S2", "D1"]),
    (DueSavedAlone, &["D1"]),
    (DueNotReplaced, &["D2"]),
    (DueLatestFirst, &["D2"]),
    (DroppingLosesEvents, &["D3"]),
    (DroppingLeavesSnapshots, &["D3"]),
    (SnapshotStale, &["N1"]),
];

/// The clauses that accuse a store, with what they say.
fn accusations(subject: &dyn Subject) -> Vec<(&'static str, String)> {
    let mut runtime = tokio::runtime::Builder::new_multi_thread();
    let runtime = runtime.worker_threads(4).build().unwrap();
    let checked = CLAUSES.iter().map(|clause| (clause.id, runtime.block_on(clause.check(subject))));
    checked.filter_map(|(id, verdict)| Some((id, verdict.err()?.to_string()))).collect()
}

#[test]
fn each_flaw_is_accused_by_exactly_the_clauses_that_it_breaks() {
    let mut wrong = Vec::new();
    for (flaw, broken) in BROKEN {
        let accusations = accusations(flaw);
        let accusing: Vec<&str> = accusations.iter().map(|(id, _)| *id).collect();
        if accusing != *broken {
            let differing = accusations.iter().filter(|(id, _)| !broken.contains(id));
            let said: Vec<String> = differing.map(|(id, said)| format!("    {id}: {said:.600}")).collect();
            let said = said.join("\n");
            wrong.push(format!("{flaw:?}: accused by {accusing:?}, breaks {broken:?}\n{said}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn a_store_without_a_flaw_is_accused_by_none() {
    assert_eq!(accusations(&Volatile(Mutant::sound)), []);
}

#[test]
fn every_flaw_is_in_the_table_and_every_clause_finds_one() {
    let stated: Vec<Flaw> = BROKEN.iter().map(|(flaw, _)| *flaw).collect();
    assert_eq!(stated, Flaw::ALL);
    let found: BTreeSet<&str> = BROKEN.iter().flat_map(|(_, broken)| broken.iter().copied()).collect();
    let clauses: BTreeSet<&str> = CLAUSES.iter().map(|clause| clause.id).collect();
    assert_eq!(found, clauses);
}

/// The one clause that a store may opt out of says that it did, and is no accusation.
#[test]
fn a_store_that_is_not_durable_is_told_apart_from_one_that_is_kept() {
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    let a11 = CLAUSES.iter().find(|clause| clause.id == "A11").unwrap();
    let verdict = runtime.block_on(a11.check(&Volatile(Mutant::sound)));
    assert_eq!(verdict, Ok(Verdict::NotClaimed("the store declares itself not durable")));
}

/// What the model cannot see: races, waiting, reopening, and what its small alphabet has no letters for. Nor where
/// positions start, because a store's positions may have gaps and are compared by their order.
const UNSEEN_BY_THE_MODEL: &[Flaw] = &[
    CheckThenAct,
    LastAppendForgotten,
    PositionsStartLate,
    ReaderSkips,
    KindsOfStreamMixed,
    SequenceIsSigned,
    WakesAtOnce,
];

#[test]
fn the_model_sees_every_flaw_that_a_sequence_of_operations_can_show() {
    for flaw in Flaw::ALL {
        let is_unseen = UNSEEN_BY_THE_MODEL.contains(flaw);
        let agrees = model::compare(flaw, 300).is_ok();
        assert_eq!(agrees, is_unseen, "{flaw:?}");
    }
}
