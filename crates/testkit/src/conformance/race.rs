//! Real races: many tasks on several threads, and what holds whoever comes first.

use super::Subject;
use super::evidence::{Violation, claim, log, log_after, same};
use super::sample::{append, part, stream, together};
use crate::outcome::{Outcome, Refusal, outcome};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use throughline_core::event::{Position, Version};
use throughline_store::append::Append;
use throughline_store::append::ExpectedVersion::{Any, Exact};
use throughline_store::contract::EventStore;
use throughline_store::error::StoreErrorKind;
use throughline_store::read::StoredEvent;
use tokio::sync::Barrier;

const ROUNDS: u64 = 12;
const RACERS: u64 = 8;

pub(super) async fn a10_of_racing_writers_exactly_one_wins(subject: &dyn Subject) -> Result<(), Violation> {
    let store = subject.fresh().await;
    let (a, b) = (stream(1), stream(2));
    let mut actual = Version(0);
    for round in 0..ROUNDS {
        let start = Arc::new(Barrier::new(RACERS as usize));
        let racers: Vec<_> = (0..RACERS)
            .map(|racer| {
                let n = 1 + (round * RACERS + racer) * 2;
                let mut parts = vec![part(a.clone(), Exact(actual), &[n]), part(b.clone(), Any, &[n + 1])];
                // Half of them name the streams the other way round: who locks in that order must not lock up.
                if racer % 2 == 1 {
                    parts.reverse();
                }
                let (store, start) = (store.clone(), start.clone());
                tokio::spawn(async move {
                    start.wait().await;
                    until_answered(&*store, &together(parts)).await
                })
            })
            .collect();
        let mut winners = 0;
        for racer in racers {
            match racer.await.map_err(|e| Violation::new(format!("a writer panicked: {e}")))? {
                Ok(_) => winners += 1,
                Err(Refusal::Conflict { stream, .. }) if stream == a => {}
                Err(other) => return Err(Violation::new(format!("a loser was told {other:?}"))),
            }
        }
        same("how many of the racing writers won", &winners, &1)?;
        actual = store.versions(std::slice::from_ref(&a)).await?[0];
    }
    same("the events of all winners", &log(&*store).await?.len(), &(ROUNDS as usize * 2))
}

/// Appends, and tries again as long as the store says that this can help.
async fn until_answered(store: &dyn EventStore, append: &Append) -> Outcome {
    loop {
        match outcome(store.append(append.clone()).await) {
            Err(Refusal::Store(StoreErrorKind::Busy | StoreErrorKind::Unknown)) => {
                tokio::task::yield_now().await;
            }
            answer => return answer,
        }
    }
}

const WRITERS: u64 = 6;
const APPENDS: u64 = 40;

pub(super) async fn p2_a_reader_never_skips_an_event(subject: &dyn Subject) -> Result<(), Violation> {
    // First a reader that looks after every single append, then one that looks while many are under way. Here
    // what comes later happened earlier, so that a log in the order of time is found without luck.
    let store = subject.fresh().await;
    let mut seen = Vec::new();
    for n in (1..=WRITERS * APPENDS).rev() {
        store.append(append(stream(u128::from(n % 5)), Any, &[n])).await?;
        read_on(&*store, &mut seen).await?;
    }
    nothing_was_skipped(&*store, &seen).await?;

    let store = subject.fresh().await;
    let done = Arc::new(AtomicBool::new(false));
    let reader = tokio::spawn({
        let (store, done) = (store.clone(), done.clone());
        async move {
            let mut seen = Vec::new();
            loop {
                // Asked before the last look, so that the last look comes after the last append.
                let is_last = done.load(Ordering::Acquire);
                read_on(&*store, &mut seen).await?;
                if is_last {
                    return Ok::<_, Violation>(seen);
                }
                tokio::task::yield_now().await;
            }
        }
    });
    let writers: Vec<_> = (0..WRITERS).map(|writer| tokio::spawn(write(store.clone(), writer))).collect();
    let mut written = Vec::new();
    for writer in writers {
        written.push(writer.await);
    }
    done.store(true, Ordering::Release);
    let lost = |e| Violation::new(format!("a task panicked: {e}"));
    let seen = reader.await.map_err(lost)??;
    for outcome in written {
        let refused = outcome.map_err(lost)?.err();
        claim(refused.is_none(), "a writer that expects nothing was refused")?;
    }
    same("how many events were written", &seen.len(), &((WRITERS * APPENDS * 2) as usize))?;
    nothing_was_skipped(&*store, &seen).await
}

/// One writer's appends, each to a stream of its own and to one that all share.
async fn write(store: Arc<dyn EventStore>, writer: u64) -> Result<(), Refusal> {
    for n in 0..APPENDS {
        let n = 1 + (writer * APPENDS + n) * 2;
        let own = stream(u128::from(writer) + 1);
        let parts = vec![part(own, Any, &[n]), part(stream(0), Any, &[n + 1])];
        until_answered(&*store, &together(parts)).await?;
        tokio::task::yield_now().await;
    }
    Ok(())
}

/// Reads from where the reader is to where the log ends just now.
async fn read_on(store: &dyn EventStore, seen: &mut Vec<StoredEvent>) -> Result<(), Violation> {
    let after = seen.last().map_or(Position(0), |last| last.recorded.position);
    seen.extend(log_after(store, after).await?);
    Ok(())
}

async fn nothing_was_skipped(store: &dyn EventStore, seen: &[StoredEvent]) -> Result<(), Violation> {
    let all = log(store).await?;
    let skipped = all.iter().find(|event| !seen.contains(event));
    match skipped {
        None => same("what a reader saw, against the log", &seen.len(), &all.len()),
        Some(event) => Err(Violation::new(format!(
            "position {} appeared after a reader had read beyond it",
            event.recorded.position
        ))),
    }
}
