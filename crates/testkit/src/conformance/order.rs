//! The two orders of the log: that of commits, and that of the facts.

use super::Subject;
use super::evidence::{Violation, canonical, claim, ids, log, same};
use super::sample::{append, append_events, event, part, source, stream, together};
use throughline_core::event::{Body, NewEvent, Position};
use throughline_core::ids::EventId;
use throughline_core::order::CanonicalKey;
use throughline_core::time::Micros;
use throughline_store::append::Appended;
use throughline_store::append::ExpectedVersion::Any;
use uuid::Uuid;

pub(super) async fn p1_positions_grow_in_the_order_of_commits(
    subject: &dyn Subject,
) -> Result<(), Violation> {
    let store = subject.fresh().await;
    same("the head of an empty log", &store.head().await?, &Position(0))?;
    let appends = [
        append(stream(2), Any, &[9]),
        together(vec![part(stream(3), Any, &[8, 1]), part(stream(1), Any, &[7])]),
        append(stream(2), Any, &[2, 6]),
    ];
    let mut positions = Vec::new();
    for append in appends {
        let Appended { places } = store.append(append).await?;
        let new: Vec<Position> = places.iter().flatten().map(|place| place.position).collect();
        same("the head after an append", &Some(&store.head().await?), &new.last())?;
        positions.extend(new);
    }
    same("the first position", &positions.first(), &Some(&Position(1)))?;
    claim(positions.is_sorted_by(|a, b| a < b), "positions do not grow in the order of commits")?;

    let held = log(&*store).await?;
    let wanted: Vec<EventId> = [9, 8, 1, 7, 2, 6].into_iter().map(|n| event(n).id).collect();
    same("the log, which has the events of one append next to each other", &ids(&held), &wanted)?;
    let held: Vec<Position> = held.iter().map(|stored| stored.recorded.position).collect();
    same("the positions in the log", &held, &positions)
}

pub(super) async fn r3_a_stream_reads_in_canonical_order(subject: &dyn Subject) -> Result<(), Violation> {
    let store = subject.fresh().await;
    let name = stream(1);
    let ordered = in_canonical_order();
    // Appended in an order that has nothing to do with it, a few at a time, and with another stream between.
    for step in [3, 0, 4, 1, 2] {
        let some = ordered.iter().skip(step).step_by(5).rev().cloned().collect();
        store.append(append_events(name.clone(), some)).await?;
        let mut other = event(900 + step as u64);
        other.occurred_at = Micros(step as i64);
        store.append(append_events(stream(2), vec![other])).await?;
    }
    let wanted: Vec<EventId> = ordered.iter().map(|event| event.id).collect();
    let all = canonical(&*store, &name, None, 100).await?;
    same("a stream in canonical order", &ids(&all), &wanted)?;
    for (n, event) in ordered.iter().enumerate() {
        let key = event.canonical_key();
        let rest = canonical(&*store, &name, Some(key.clone()), 100).await?;
        same("a stream after an event's key", &ids(&rest), &wanted[n + 1..].to_vec())?;
        // A key between two events, which no event has.
        let between = CanonicalKey { id: EventId(Uuid::from_u128(event.id.0.as_u128() - 1)), ..key };
        let rest = canonical(&*store, &name, Some(between), 100).await?;
        same("a stream after a key between two events", &ids(&rest), &wanted[n..].to_vec())?;
    }
    Ok(())
}

/// Events whose order is decided by each part of the key in turn: time (also before 1970), the bytes of the
/// source's name, the sequence number as an unsigned number, and the id.
fn in_canonical_order() -> Vec<NewEvent<Body>> {
    let keys = [
        (i64::MIN, "desk", 0),
        (-1, "desk", 0),
        (0, "desk", 5),
        (7, "Z", 9),
        (7, "a", 0),
        (7, "a", 1),
        (7, "a", 1),
        (7, "a", 1 << 63),
        (7, "aa", 0),
        (7, "b", 0),
        (7, "\u{e4}", 0),
        (8, "A", 0),
        (i64::MAX, "A", 0),
    ];
    let events = keys.into_iter().enumerate().map(|(n, (at, from, sequence))| {
        // Ids two apart, so that there is a key between any two events.
        let id = EventId(Uuid::from_u128(0x0abc_0000 + 2 * n as u128));
        NewEvent::new(id, Micros(at), source(from), event(n as u64).data).with_sequence(sequence)
    });
    events.collect()
}
