//! Appending: atomicity, versions, expectations, and what a refusal says.

use super::Subject;
use super::evidence::{Violation, claim, log, same, stream as read};
use super::sample::{append, part, stream, together};
use crate::outcome::{Refusal, outcome};
use throughline_core::event::Version;
use throughline_store::append::Appended;
use throughline_store::append::ExpectedVersion::{self, Any, Exact, Exists, NoStream};
use throughline_store::error::AppendError;
use throughline_store::stream::StreamId;

pub(super) async fn a1_an_append_over_several_streams_is_all_or_nothing(
    subject: &dyn Subject,
) -> Result<(), Violation> {
    let store = subject.fresh().await;
    let (a, b, c) = (stream(1), stream(2), stream(3));
    store.append(append(a.clone(), NoStream, &[1])).await?;
    let before = log(&*store).await?;
    let parts = |last: ExpectedVersion| {
        together(vec![
            part(a.clone(), Exists, &[2, 3]),
            part(b.clone(), NoStream, &[4]),
            part(c.clone(), last, &[5]),
        ])
    };
    let refused = store.append(parts(Exists)).await;
    claim(refused.is_err(), "an append passed although its last expectation was not met")?;
    same("a refused append left something in the log", &log(&*store).await?, &before)?;
    let versions = store.versions(&[a.clone(), b.clone(), c.clone()]).await?;
    let empty = versions[1..].iter().all(|version| version.0 == 0);
    claim(empty, "a refused append left a stream that has a version")?;

    // The same events again: had one of them been kept somewhere, it would be said to have been there.
    let appended = store.append(parts(NoStream)).await?;
    let was_there = appended.places.iter().flatten().any(|place| place.was_there);
    claim(!was_there, "events of a refused append were remembered as if they had been written")?;
    same("not every event of an append is in the log", &log(&*store).await?.len(), &5)
}

pub(super) async fn a2_versions_of_a_stream_have_no_gaps(subject: &dyn Subject) -> Result<(), Violation> {
    let store = subject.fresh().await;
    let (a, b) = (stream(1), stream(2));
    let mut said = Vec::new();
    let versions =
        |appended: &Appended, n: usize| appended.places[n].iter().map(|p| p.version.0).collect::<Vec<_>>();
    said.extend(versions(&store.append(append(a.clone(), Any, &[1])).await?, 0));
    store.append(append(b.clone(), Any, &[2])).await?;
    said.extend(versions(&store.append(append(a.clone(), Any, &[3, 4])).await?, 0));
    let both = together(vec![part(b.clone(), Any, &[5]), part(a.clone(), Any, &[6])]);
    said.extend(versions(&store.append(both).await?, 1));
    // A refused append takes no version.
    let refused = store.append(append(a.clone(), NoStream, &[7])).await;
    claim(refused.is_err(), "an append to a stream passed that was expected not to exist")?;
    said.extend(versions(&store.append(append(a.clone(), Any, &[8])).await?, 0));

    same("the versions that appends returned", &said, &vec![1, 2, 3, 4, 5])?;
    let held = read(&*store, &a).await?;
    let held: Vec<u64> = held.iter().map(|stored| stored.recorded.version.0).collect();
    same("the versions that the stream holds", &held, &said)?;
    same("the stream's version", &store.versions(&[a]).await?, &vec![Version(5)])
}

pub(super) async fn a3_each_expectation_is_met_by_its_versions_and_no_others(
    subject: &dyn Subject,
) -> Result<(), Violation> {
    let store = subject.fresh().await;
    let mut next = 0;
    for (case, expected_at) in [0_u64, 1, 2].into_iter().enumerate() {
        for (n, kind) in ["any", "no stream", "exists", "exact", "less", "more"].into_iter().enumerate() {
            let stream = stream((case * 10 + n) as u128);
            let mut actual = Version(0);
            for _ in 0..expected_at {
                next += 1;
                let appended = store.append(append(stream.clone(), Any, &[next])).await?;
                actual = appended.places[0][0].version;
            }
            let (expected, is_met) = match kind {
                "any" => (Any, true),
                "no stream" => (NoStream, expected_at == 0),
                "exists" => (Exists, expected_at > 0),
                "exact" => (Exact(actual), true),
                "less" => (Exact(Version(actual.0.saturating_sub(1))), expected_at == 0),
                _ => (Exact(Version(actual.0 + 1)), false),
            };
            next += 1;
            let result = store.append(append(stream, expected, &[next])).await;
            let what = format!("whether {expected:?} is met by a stream of {expected_at} events");
            same(&what, &result.is_ok(), &is_met)?;
        }
    }
    Ok(())
}

pub(super) async fn a4_stale_writer_is_refused(subject: &dyn Subject) -> Result<(), Violation> {
    let store = subject.fresh().await;
    let (a, b) = (stream(1), stream(2));
    let first = store.append(append(a.clone(), Any, &[1])).await?.places[0][0].version;
    let second = store.append(append(a.clone(), Any, &[2])).await?.places[0][0].version;
    let before = log(&*store).await?;
    let conflict = |stream: &StreamId, expected, actual| {
        Err(Refusal::Conflict { stream: stream.clone(), expected, actual })
    };

    let stale = outcome(store.append(append(a.clone(), Exact(first), &[3])).await);
    same("the answer to a stale writer", &stale, &conflict(&a, Exact(first), second))?;

    // With two faults the first in the order of the append is named.
    let two_faults = together(vec![part(b.clone(), Exists, &[4]), part(a.clone(), Exact(first), &[5])]);
    let stale = outcome(store.append(two_faults).await);
    same("the answer to an append with two faults", &stale, &conflict(&b, Exists, Version(0)))?;
    same("a refused append changed the log", &log(&*store).await?, &before)?;

    // What it says is what helps: who decides again from `actual` gets through.
    store.append(append(a, Exact(second), &[3])).await?;
    Ok(())
}

pub(super) async fn a5_an_expectation_without_events_is_checked(
    subject: &dyn Subject,
) -> Result<(), Violation> {
    let store = subject.fresh().await;
    let (a, b) = (stream(1), stream(2));
    store.append(append(a.clone(), Any, &[1])).await?;
    let before = log(&*store).await?;
    for alone in [true, false] {
        let mut parts = vec![part(a.clone(), NoStream, &[])];
        if !alone {
            parts.insert(0, part(b.clone(), Any, &[2]));
        }
        let refused = outcome(store.append(together(parts)).await);
        let is_conflict = matches!(refused, Err(Refusal::Conflict { .. }));
        claim(is_conflict, "an expectation without events was not checked")?;
        same("a refused append changed the log", &log(&*store).await?, &before)?;
    }
    let only = together(vec![part(a.clone(), Exists, &[]), part(b.clone(), NoStream, &[])]);
    let nothing = Appended { places: vec![Vec::new(), Vec::new()] };
    same("the answer to expectations alone", &outcome(store.append(only).await), &Ok(nothing))?;
    same("expectations alone changed the log", &log(&*store).await?, &before)?;

    let mixed = together(vec![part(a, Exists, &[]), part(b.clone(), NoStream, &[2])]);
    let lens: Vec<usize> = store.append(mixed).await?.places.iter().map(Vec::len).collect();
    same("the places of each part", &lens, &vec![0, 1])?;
    claim(store.versions(&[b]).await?[0] > Version(0), "the part with an event was not written")
}

pub(super) async fn a9_each_of_many_appends_succeeds_or_fails_alone(
    subject: &dyn Subject,
) -> Result<(), Violation> {
    let store = subject.fresh().await;
    let (a, b) = (stream(1), stream(2));
    let many = vec![
        append(a.clone(), NoStream, &[1]),
        append(a.clone(), NoStream, &[2]),
        append(b.clone(), NoStream, &[3]),
        append(b.clone(), Any, &[1]),
        together(vec![part(a.clone(), Any, &[4]), part(a.clone(), Any, &[5])]),
        append(a.clone(), Exists, &[6]),
        append(a.clone(), NoStream, &[1]),
        append(b.clone(), Exists, &[7, 8]),
    ];
    let outcomes: Vec<_> = store.append_many(many).await.into_iter().map(outcome).collect();
    let kinds: Vec<_> = outcomes.iter().map(kind).collect();
    let wanted =
        ["written", "conflict", "written", "id reused", "malformed", "written", "was there", "written"];
    same("what many appends came to", &kinds, &wanted.to_vec())?;
    let held: Vec<_> = log(&*store).await?.into_iter().map(|stored| stored.recorded.event).collect();
    let wanted: Vec<_> = [1, 3, 6, 7, 8].into_iter().map(super::sample::event).collect();
    same("what many appends left in the log", &held, &wanted)?;
    claim(store.append_many(Vec::new()).await.is_empty(), "no appends have an answer")
}

/// The kind of an outcome, for a clause that is about which it is and not about where an event went.
fn kind(outcome: &crate::outcome::Outcome) -> &'static str {
    match outcome {
        Ok(appended) if appended.places.iter().flatten().all(|place| place.was_there) => "was there",
        Ok(_) => "written",
        Err(Refusal::Conflict { .. }) => "conflict",
        Err(Refusal::IdReused { .. }) => "id reused",
        Err(Refusal::Malformed) => "malformed",
        Err(Refusal::Store(_)) => "failed",
    }
}

pub(super) async fn e1_a_refusal_says_that_a_retry_cannot_help(
    subject: &dyn Subject,
) -> Result<(), Violation> {
    let store = subject.fresh().await;
    let (a, b) = (stream(1), stream(2));
    store.append(append(a.clone(), Any, &[1])).await?;
    let refused = [
        append(a.clone(), NoStream, &[2]),
        append(b.clone(), Exists, &[2]),
        append(b.clone(), Any, &[1]),
        together(vec![part(a.clone(), Any, &[2]), part(a, Any, &[3])]),
    ];
    for append in refused {
        // Twice: what is not retryable must not succeed when it is tried again as it is.
        for _ in 0..2 {
            let error = store.append(append.clone()).await.err();
            let error: AppendError =
                error.ok_or_else(|| Violation::new("an append passed that had to be refused"))?;
            let what = format!("a refusal claims that trying again can help: {error}");
            claim(!error.is_retryable(), &what)?;
        }
    }
    Ok(())
}
