//! Waiting for the log to grow.

use super::Subject;
use super::evidence::{Violation, claim};
use super::sample::{append, stream};
use core::pin::Pin;
use core::task::Poll;
use std::future::poll_fn;
use std::sync::Arc;
use throughline_core::event::Position;
use throughline_store::append::ExpectedVersion::Any;
use throughline_store::contract::EventStore;
use throughline_store::error::StoreError;
use tokio::task::JoinHandle;

pub(super) async fn s1_a_waiter_wakes_when_the_log_is_longer(subject: &dyn Subject) -> Result<(), Violation> {
    let store = subject.fresh().await;
    let waiters = Waiters::new(&store, Position(0)).await?;
    store.append(append(stream(1), Any, &[1])).await?;
    waiters.woke().await?;

    let head = store.head().await?;
    store.wait_beyond(Position(0)).await?;
    let mut waiters = Waiters::new(&store, head).await?;
    // A retry and a refusal make the log no longer.
    store.append(append(stream(1), Any, &[1])).await?;
    let refused = store.append(append(stream(2), Any, &[1])).await;
    claim(refused.is_err(), "an event id was used in two streams")?;
    waiters.are_waiting().await?;
    for outcome in store.append_many(vec![append(stream(1), Any, &[2, 3, 4])]).await {
        outcome?;
    }
    waiters.woke().await?;
    Ok(store.wait_beyond(head).await?)
}

type Answer = Result<(), StoreError>;

/// Two that wait for the same: one that is asked here, so that whether it still waits does not depend on which
/// thread has a turn, and one in a task of its own, which is never asked and has to be woken.
struct Waiters {
    asked: Pin<Box<dyn Future<Output = Answer> + Send>>,
    woken: JoinHandle<Answer>,
}

impl Waiters {
    /// Both, after the first was seen to wait.
    async fn new(store: &Arc<dyn EventStore>, position: Position) -> Result<Self, Violation> {
        let wait = |store: Arc<dyn EventStore>| async move { store.wait_beyond(position).await };
        let asked = Box::pin(wait(store.clone()));
        let woken = tokio::spawn(wait(store.clone()));
        let mut waiters = Self { asked, woken };
        waiters.are_waiting().await?;
        Ok(waiters)
    }

    /// Asks many times, because a store that works on another thread needs a while to be wrong.
    async fn are_waiting(&mut self) -> Result<(), Violation> {
        for _ in 0..200 {
            let asked = poll_fn(|context| Poll::Ready(self.asked.as_mut().poll(context))).await;
            let is_waiting = asked.is_pending() && !self.woken.is_finished();
            claim(is_waiting, "a waiter woke although the log is no longer than before")?;
            tokio::task::yield_now().await;
        }
        Ok(())
    }

    async fn woke(self) -> Result<(), Violation> {
        self.asked.await?;
        Ok(self.woken.await.map_err(|e| Violation::new(format!("a waiter panicked: {e}")))??)
    }
}
