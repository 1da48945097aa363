//! What had been recorded by then: a moment of the log, by its time or by its position.
//!
//! The log is in the order of commits; `recorded_at` is what the clock of a writer showed. Where several writers'
//! clocks differ, the times in the log go back and forth by as much, and "everything with an earlier time" would be
//! a set of events that the log never consisted of: a fact without the link before it, an announcement without the
//! fact that it is about. So an instant is turned into a *position*, and everything up to there counts.

use super::{Engine, EngineError};
use chrono::{DateTime, Utc};
use throughline_core::event::Position;
use throughline_core::time::Micros;

/// A moment of the log: what had been recorded by then.
///
/// ```
/// use throughline::core::{event::Position, time::Micros};
/// use throughline::engine::RecordedBy;
///
/// assert_eq!(RecordedBy::from(Micros(0)), RecordedBy::Time(Micros(0)));
/// assert_eq!(RecordedBy::from(Position(7)), RecordedBy::Position(Position(7)));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RecordedBy {
    /// When the writers' clocks passed this instant; see [`Engine::position_at`].
    Time(Micros),
    /// Up to and with this position. Take the last one of an append: between two events that were appended together,
    /// as the two ends of a link are, the log never stood.
    Position(Position),
}

impl RecordedBy {
    /// Everything that is in the log now.
    pub const NOW: Self = Self::Position(Position(u64::MAX));
}

impl From<Micros> for RecordedBy {
    fn from(time: Micros) -> Self {
        Self::Time(time)
    }
}

impl From<DateTime<Utc>> for RecordedBy {
    fn from(time: DateTime<Utc>) -> Self {
        Self::Time(time.into())
    }
}

impl From<Position> for RecordedBy {
    fn from(position: Position) -> Self {
        Self::Position(position)
    }
}

impl Engine {
    /// The position at which the log stood at an instant: the event there was recorded at or before it, the next one
    /// after it. 0 if nothing had been recorded.
    ///
    /// Where the times of several writers cross there may be several such places, as far apart as their clocks are;
    /// this is one of them, a later instant never gives an earlier place, and what is recorded after the instant
    /// does not move it. Costs a few reads of one event each, by the logarithm of the log's length.
    pub async fn position_at(
        &self,
        recorded_until: impl Into<Micros> + Send,
    ) -> Result<Position, EngineError> {
        let until = recorded_until.into();
        // From the highest bit down, and not between the ends of the log: the places that are looked at do not
        // depend on how long the log has grown since.
        let head = self.store.head().await?.0;
        let mut found = 0;
        for bit in (0..u64::BITS - head.leading_zeros()).rev() {
            let place = found | 1 << bit;
            if place > head {
                continue;
            }
            let page = self.store.read_all(Position(place - 1), 1).await?;
            if page.events.first().is_some_and(|event| event.recorded.recorded_at <= until) {
                found = place;
            }
        }
        Ok(Position(found))
    }

    /// The last position that counts.
    pub(super) async fn position_of(&self, recorded: RecordedBy) -> Result<Position, EngineError> {
        match recorded {
            RecordedBy::Time(time) => self.position_at(time).await,
            RecordedBy::Position(position) => Ok(position.min(self.store.head().await?)),
        }
    }
}
