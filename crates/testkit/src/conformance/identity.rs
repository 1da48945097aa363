//! Event ids: what is there is not written again, and an id never comes to stand for something else.

use super::Subject;
use super::evidence::{Violation, claim, log, same};
use super::sample::{append, append_events, event, part, source, stream, together};
use crate::outcome::{Refusal, outcome};
use throughline_core::event::{Body, NewEvent, Version};
use throughline_core::time::{Micros, Span};
use throughline_store::append::ExpectedVersion::{Any, Exact, Exists, NoStream};
use throughline_store::append::{Append, Appended};
use uuid::Uuid;

pub(super) async fn a6_a_retry_is_given_the_original_places(subject: &dyn Subject) -> Result<(), Violation> {
    let store = subject.fresh().await;
    let (a, b, c) = (stream(1), stream(2), stream(3));
    let original = together(vec![
        part(a.clone(), NoStream, &[1, 2]),
        part(b.clone(), NoStream, &[3]),
        part(c.clone(), NoStream, &[]),
    ]);
    let mut first = store.append(original.clone()).await?;
    // Others write on, also into the stream that the retry only looks at.
    store.append(append(a.clone(), Any, &[4])).await?;
    store.append(append(c.clone(), Any, &[5])).await?;
    let before = log(&*store).await?;
    for place in first.places.iter_mut().flatten() {
        claim(!place.was_there, "a new event is said to have been there")?;
        place.was_there = true;
    }
    let later = Append { recorded_at: original.recorded_at + Span::from_secs(5), ..original.clone() };
    for retry in [original, later] {
        same("the answer to a retry", &outcome(store.append(retry).await), &Ok(first.clone()))?;
        same("a retry changed the log", &log(&*store).await?, &before)?;
    }

    // Old and new together: the new one is written, if the expectation is met.
    let stale = outcome(store.append(append(a.clone(), NoStream, &[1, 6])).await);
    let is_conflict = matches!(stale, Err(Refusal::Conflict { .. }));
    claim(is_conflict, "an append with a new event was not checked because another was there")?;
    same("a refused append changed the log", &log(&*store).await?, &before)?;
    let Appended { places } = store.append(append(a, Exists, &[1, 6])).await?;
    let was_there: Vec<bool> = places[0].iter().map(|place| place.was_there).collect();
    same("which events were there", &was_there, &vec![true, false])?;
    same("the place of the one that was", &places[0][0], &first.places[0][0])?;
    same("what is in the log now", &log(&*store).await?.len(), &(before.len() + 1))
}

pub(super) async fn a7_an_id_with_other_content_is_refused(subject: &dyn Subject) -> Result<(), Violation> {
    let store = subject.fresh().await;
    let (a, b) = (stream(1), stream(2));
    let position = store.append(append(a.clone(), Any, &[1])).await?.places[0][0].position;
    let before = log(&*store).await?;
    let refusal = Err(Refusal::IdReused { id: event(1).id, position });
    for (what, changed) in changes() {
        let events = vec![event(2), changed];
        let answer = outcome(store.append(append_events(a.clone(), events)).await);
        same(&format!("the answer to an id with another {what}"), &answer, &refusal)?;
        same("a refused append changed the log", &log(&*store).await?, &before)?;
    }
    let elsewhere = together(vec![part(a, Exists, &[3]), part(b, NoStream, &[1])]);
    let answer = outcome(store.append(elsewhere).await);
    same("the answer to an id in another stream", &answer, &refusal)?;
    same("a refused append changed the log", &log(&*store).await?, &before)
}

/// The first event, changed in one field each time.
fn changes() -> Vec<(&'static str, NewEvent<Body>)> {
    let mut changes: Vec<(&'static str, NewEvent<Body>)> = Vec::new();
    let mut change = |what, by: fn(&mut NewEvent<Body>)| {
        let mut other = event(1);
        by(&mut other);
        changes.push((what, other));
    };
    change("time", |e| e.occurred_at = Micros(e.occurred_at.0 + 1));
    change("source", |e| e.source = source("shop"));
    change("sequence", |e| e.sequence += 1);
    change("correlation", |e| e.correlation_id = Some(Uuid::from_u128(1)));
    change("cause", |e| e.causation_id = Some(Uuid::from_u128(1)));
    change("kind", |e| e.data.kind += 1);
    change("schema", |e| e.data.schema += 1);
    change("tag", |e| e.data.tag = Some(Uuid::from_u128(1)));
    change("key", |e| e.data.key_id += 1);
    change("plain section", |e| e.data.plain = vec![0; e.data.plain.len() + 1].into());
    change("personal section", |e| e.data.personal = vec![0; e.data.personal.len() + 1].into());
    changes
}

pub(super) async fn a8_a_stream_or_id_named_twice_is_malformed(
    subject: &dyn Subject,
) -> Result<(), Violation> {
    let store = subject.fresh().await;
    let (a, b) = (stream(1), stream(2));
    let malformed = [
        ("a stream named twice", vec![part(a.clone(), Any, &[1]), part(a.clone(), Any, &[2])]),
        ("a stream named twice without events", vec![part(a.clone(), Any, &[]), part(a.clone(), Any, &[])]),
        ("an id given twice", vec![part(a.clone(), Any, &[1, 2, 1])]),
        ("an id given to two streams", vec![part(a.clone(), Any, &[1]), part(b, Any, &[1])]),
        // The order of checks: this one is also a conflict.
        ("an id given twice, expectation not met", vec![part(a.clone(), Exact(Version(7)), &[1, 1])]),
        ("an id given twice among many", vec![part(a, Any, &[1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 3])]),
    ];
    for (what, parts) in malformed {
        let answer = outcome(store.append(together(parts)).await);
        same(&format!("the answer to {what}"), &answer, &Err(Refusal::Malformed))?;
        claim(log(&*store).await?.is_empty(), "a malformed append changed the log")?;
    }
    Ok(())
}
