//! A clock that goes when it is told to.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use throughline_core::time::{Micros, Span};

/// A clock for tests. Clones show the same time. It may be set back, because clocks of machines are.
/// ```
/// use throughline_core::time::{Micros, Span};
/// use throughline_testkit::clock::ManualClock;
///
/// let clock = ManualClock::at(Micros(0));
/// let same = clock.clone();
/// clock.advance(Span::from_hours(4));
/// assert_eq!(same.now(), Micros(4 * 3_600_000_000));
/// ```
#[derive(Clone, Debug, Default)]
pub struct ManualClock {
    now: Arc<AtomicI64>,
}

impl ManualClock {
    /// A clock that shows `now`.
    pub fn at(now: Micros) -> Self {
        Self { now: Arc::new(AtomicI64::new(now.0)) }
    }

    /// What it shows.
    pub fn now(&self) -> Micros {
        Micros(self.now.load(Ordering::SeqCst))
    }

    /// Sets it, forwards or back.
    pub fn set(&self, now: Micros) {
        self.now.store(now.0, Ordering::SeqCst);
    }

    /// Moves it on, or back by a negative span, and says what it shows then.
    pub fn advance(&self, span: Span) -> Micros {
        let moved = |now: i64| Some((Micros(now) + span).0);
        let before = self.now.fetch_update(Ordering::SeqCst, Ordering::SeqCst, moved);
        // `moved` always answers, so there is no second case; both name the time before.
        let (Ok(before) | Err(before)) = before;
        Micros(before) + span
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_clock_goes_on_back_and_no_further_than_time_does() {
        let clock = ManualClock::at(Micros(10));
        assert_eq!(clock.advance(Span(5)), Micros(15));
        assert_eq!(clock.advance(Span(-20)), Micros(-5));
        clock.set(Micros::MAX);
        assert_eq!(clock.advance(Span(1)), Micros::MAX);
        assert_eq!(clock.now(), Micros::MAX);
    }
}
