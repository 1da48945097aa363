//! What can be made again: checkpoints, due entries, snapshots.

use super::Subject;
use super::evidence::{Violation, claim, log, same};
use super::sample::{append, stream};
use throughline_core::event::Position;
use throughline_core::time::Micros;
use throughline_store::append::ExpectedVersion::{Any, Exact};
use throughline_store::contract::EventStore;
use throughline_store::read::{Checkpoint, Due};

fn at(position: u64) -> Checkpoint {
    Checkpoint { position: Position(position) }
}

fn due(n: u128, at: i64) -> Due {
    Due { stream: stream(n), at: Some(Micros(at)) }
}

pub(super) async fn s2_a_checkpoint_is_saved_only_over_what_was_read(
    subject: &dyn Subject,
) -> Result<(), Violation> {
    let store = subject.fresh().await;
    same("a checkpoint that nobody saved", &store.checkpoint("reports").await?, &at(0))?;
    let table = [
        // (expected, new, whether it is saved, what is there then)
        (3, 5, false, 0),
        (0, 5, true, 5),
        (0, 6, false, 5),
        (5, 9, true, 9),
        (5, 9, false, 9),
        (9, 2, true, 2),
    ];
    for (expected, new, is_saved, then) in table {
        let saved = store.save_checkpoint("reports", at(expected), at(new), Vec::new()).await?;
        same(&format!("whether {new} is saved over {expected}"), &saved, &is_saved)?;
        same("the checkpoint then", &store.checkpoint("reports").await?, &at(then))?;
    }
    same("a checkpoint of another name", &store.checkpoint("report").await?, &at(0))
}

pub(super) async fn d1_due_entries_are_there_if_the_checkpoint_is(
    subject: &dyn Subject,
) -> Result<(), Violation> {
    let store = subject.fresh().await;
    save(&*store, vec![due(1, 10)]).await?;
    same("due entries saved with a checkpoint", &store.due_by(Micros::MAX, 10).await?, &vec![due(1, 10)])?;
    let now = store.checkpoint("due").await?;
    let stale = Checkpoint { position: Position(now.position.0 + 7) };
    let entries = vec![due(2, 5), Due { stream: stream(1), at: None }];
    let saved = store.save_checkpoint("due", stale, at(99), entries).await?;
    claim(!saved, "a checkpoint was saved over another than was read")?;
    let left = store.due_by(Micros::MAX, 10).await?;
    same("due entries of a checkpoint that was not saved", &left, &vec![due(1, 10)])
}

/// Saves due entries with the next checkpoint.
async fn save(store: &dyn EventStore, entries: Vec<Due>) -> Result<(), Violation> {
    let now = store.checkpoint("due").await?;
    let next = at(now.position.0 + 1);
    let saved = store.save_checkpoint("due", now, next, entries).await?;
    claim(saved, "a checkpoint was not saved over the one that was read")
}

pub(super) async fn d2_due_streams_are_listed_earliest_first(subject: &dyn Subject) -> Result<(), Violation> {
    let store = subject.fresh().await;
    save(&*store, vec![due(1, 30), due(2, -10), due(3, 20), due(4, 40)]).await?;
    let listed = store.due_by(Micros(30), 10).await?;
    same("what is due at 30 or before", &listed, &vec![due(2, -10), due(3, 20), due(1, 30)])?;
    let listed = store.due_by(Micros(30), 2).await?;
    same("the two that are due first", &listed, &vec![due(2, -10), due(3, 20)])?;
    same("what is due before anything is", &store.due_by(Micros(-11), 10).await?, &Vec::new())?;

    // Later, earlier, not at all; and twice in one list, where the last one counts.
    let none = Due { stream: stream(3), at: None };
    save(&*store, vec![due(2, 35), due(4, 5), none, due(1, 1), due(1, 33)]).await?;
    let listed = store.due_by(Micros::MAX, 10).await?;
    same("what is due after changes", &listed, &vec![due(4, 5), due(1, 33), due(2, 35)])?;
    save(&*store, vec![due(3, 7), due(2, 35)]).await?;
    let listed = store.due_by(Micros(34), 10).await?;
    same("what is due after more changes", &listed, &vec![due(4, 5), due(3, 7), due(1, 33)])
}

pub(super) async fn d3_without_what_is_derived_no_event_is_lost(
    subject: &dyn Subject,
) -> Result<(), Violation> {
    let store = subject.fresh().await;
    let name = stream(1);
    let version = store.append(append(name.clone(), Any, &[1])).await?.places[0][0].version;
    let before = log(&*store).await?;
    save(&*store, vec![due(1, 10)]).await?;
    store.save_snapshot(&name, Some(vec![1, 2, 3])).await?;
    store.drop_derived().await?;
    same("the checkpoint after dropping", &store.checkpoint("due").await?, &at(0))?;
    same("what is due after dropping", &store.due_by(Micros::MAX, 10).await?, &Vec::new())?;
    same("the snapshot after dropping", &store.snapshot(&name).await?, &None)?;
    same("the log after dropping", &log(&*store).await?, &before)?;
    store.append(append(name, Exact(version), &[2])).await?;
    save(&*store, vec![due(2, 20)]).await?;
    same("what is due afterwards", &store.due_by(Micros::MAX, 10).await?, &vec![due(2, 20)])
}

pub(super) async fn n1_a_snapshot_comes_back_until_replaced_or_dropped(
    subject: &dyn Subject,
) -> Result<(), Violation> {
    let store = subject.fresh().await;
    let (a, b) = (stream(1), stream(2));
    same("a snapshot that nobody saved", &store.snapshot(&a).await?, &None)?;
    store.save_snapshot(&b, Some(vec![9])).await?;
    for bytes in [vec![1, 2, 3], vec![0; 300_000], Vec::new(), vec![255]] {
        store.save_snapshot(&a, Some(bytes.clone())).await?;
        same("a snapshot that was saved", &store.snapshot(&a).await?, &Some(bytes))?;
    }
    for _ in 0..2 {
        store.save_snapshot(&a, None).await?;
        same("a snapshot that was dropped", &store.snapshot(&a).await?, &None)?;
    }
    same("another stream's snapshot", &store.snapshot(&b).await?, &Some(vec![9]))
}
