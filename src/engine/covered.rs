//! Which positions of the log this engine wrote itself, so that catching up reads only what others wrote.

use std::collections::BTreeMap;
use throughline_core::event::Position;

/// Ranges of positions, none touching another.
#[derive(Debug, Default)]
pub(super) struct Covered {
    /// First position of each range, and its last.
    ranges: BTreeMap<u64, u64>,
}

impl Covered {
    /// Notes a position.
    pub(super) fn add(&mut self, position: Position) {
        let Position(at) = position;
        let before = self.ranges.range(..=at).next_back().map(|(first, last)| (*first, *last));
        let first = match before {
            Some((_, last)) if last >= at => return,
            Some((first, last)) if last + 1 == at => first,
            _ => at,
        };
        let last = self.ranges.remove(&(at + 1)).unwrap_or(at);
        self.ranges.insert(first, last);
    }

    /// Whether a position is covered.
    pub(super) fn contains(&self, position: Position) -> bool {
        self.ranges.range(..=position.0).next_back().is_some_and(|(_, last)| *last >= position.0)
    }

    /// The last position of the range that goes on right after `cursor`; `cursor` itself if none does.
    pub(super) fn beyond(&self, cursor: Position) -> Position {
        let next = cursor.0 + 1;
        match self.ranges.range(..=next).next_back() {
            Some((_, last)) if *last >= next => Position(*last),
            _ => cursor,
        }
    }

    /// Forgets everything up to a position.
    pub(super) fn forget_until(&mut self, position: Position) {
        while let Some((first, last)) = self.ranges.first_key_value().map(|(f, l)| (*f, *l)) {
            if first > position.0 {
                break;
            }
            self.ranges.remove(&first);
            if last > position.0 {
                self.ranges.insert(position.0 + 1, last);
                break;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_join_and_are_skipped_as_one() {
        let mut covered = Covered::default();
        for at in [5, 3, 4, 9, 1] {
            covered.add(Position(at));
        }
        assert_eq!(covered.beyond(Position(2)), Position(5));
        assert_eq!(covered.beyond(Position(5)), Position(5));
        assert!(covered.contains(Position(4)) && !covered.contains(Position(2)));
        covered.forget_until(Position(4));
        assert!(!covered.contains(Position(4)) && covered.contains(Position(5)));
    }
}
