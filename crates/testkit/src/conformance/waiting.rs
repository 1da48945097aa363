//! Waiting for the log to grow.

use super::Subject;
use super::evidence::{Violation, claim};
use super::sample::{append, stream};
use std::sync::Arc;
use throughline_core::event::Position;
use throughline_store::append::ExpectedVersion::Any;
use throughline_store::contract::EventStore;
use throughline_store::error::StoreError;
use tokio::task::JoinHandle;

pub(super) async fn s1_a_waiter_wakes_when_the_log_is_longer(subject: &dyn Subject) -> Result<(), Violation> {
    let store = subject.fresh().await;
    let waiters: Vec<_> = (0..3).map(|_| waiter(&store, Position(0))).collect();
    claim(
        still_waiting(&waiters).await,
        "a waiter woke although the log is empty",
    )?;
    store.append(append(stream(1), Any, &[1])).await?;
    all_woke(waiters).await?;

    let head = store.head().await?;
    store.wait_beyond(Position(0)).await?;
    // A retry and a refusal make the log no longer.
    let waiters = vec![waiter(&store, head)];
    store.append(append(stream(1), Any, &[1])).await?;
    let refused = store.append(append(stream(2), Any, &[1])).await;
    claim(refused.is_err(), "an event id was used in two streams")?;
    claim(
        still_waiting(&waiters).await,
        "a waiter woke although the log is no longer",
    )?;
    for outcome in store.append_many(vec![append(stream(1), Any, &[2, 3, 4])]).await {
        outcome?;
    }
    all_woke(waiters).await?;
    Ok(store.wait_beyond(head).await?)
}

type Waiter = JoinHandle<Result<(), StoreError>>;

fn waiter(store: &Arc<dyn EventStore>, position: Position) -> Waiter {
    let store = store.clone();
    tokio::spawn(async move { store.wait_beyond(position).await })
}

/// Whether nobody woke after everybody had many turns. A store that wakes too early may still get away with it
/// on a machine that gives it no turn; one that is right is never accused.
async fn still_waiting(waiters: &[Waiter]) -> bool {
    for _ in 0..200 {
        tokio::task::yield_now().await;
    }
    waiters.iter().all(|waiter| !waiter.is_finished())
}

async fn all_woke(waiters: Vec<Waiter>) -> Result<(), Violation> {
    for waiter in waiters {
        waiter
            .await
            .map_err(|e| Violation::new(format!("a waiter panicked: {e}")))??;
    }
    Ok(())
}
