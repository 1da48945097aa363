//! Looks for appends of other processes while somebody waits for the log to grow.

use super::log;
use super::shared::Shared;
use rusqlite::Connection;
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::time::Duration;

/// How many wait, and whether the store is closing.
#[derive(Debug, Default)]
struct Demand {
    waiting: usize,
    is_closing: bool,
}

/// Wakes the poller when there is something to wait for.
#[derive(Debug, Default)]
pub(super) struct Poller {
    demand: Mutex<Demand>,
    changed: Condvar,
}

/// Somebody waits as long as this lives.
#[derive(Debug)]
pub(super) struct Waiter<'a>(&'a Poller);

impl Poller {
    /// Registers somebody who waits.
    pub(super) fn wait(&self) -> Waiter<'_> {
        self.change(|demand| demand.waiting += 1);
        Waiter(self)
    }

    /// Ends the thread.
    pub(super) fn close(&self) {
        self.change(|demand| demand.is_closing = true);
    }

    /// Polls while somebody waits, sleeps while nobody does. An error is not reported here: whoever waits will
    /// meet it at the next read.
    pub(super) fn run(&self, db: &Connection, shared: &Arc<Shared>, every: Duration) {
        let mut demand = self.demand.lock().unwrap_or_else(PoisonError::into_inner);
        while !demand.is_closing {
            demand = if demand.waiting == 0 {
                self.changed.wait(demand).unwrap_or_else(PoisonError::into_inner)
            } else {
                drop(demand);
                if let Ok(head) = log::head(db) {
                    shared.announce(head);
                }
                let demand = self.demand.lock().unwrap_or_else(PoisonError::into_inner);
                let waited =
                    self.changed.wait_timeout_while(demand, every, |d| !d.is_closing && d.waiting > 0);
                waited.unwrap_or_else(PoisonError::into_inner).0
            };
        }
    }

    fn change(&self, change: impl FnOnce(&mut Demand)) {
        change(&mut self.demand.lock().unwrap_or_else(PoisonError::into_inner));
        self.changed.notify_all();
    }
}

impl Drop for Waiter<'_> {
    fn drop(&mut self) {
        self.0.change(|demand| demand.waiting -= 1);
    }
}
