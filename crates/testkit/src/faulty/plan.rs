//! What goes wrong, and how often.

use super::Call;
use crate::rng::Rng;

/// How often each fault is injected, in so many of a thousand calls, and the seed that decides into which.
/// Together they are at most a thousand; what is beyond is cut off at the last.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Plan {
    /// Where chance starts from.
    pub seed: u64,
    /// Answers `Busy`; nothing was done.
    pub busy_per_mille: u32,
    /// The request is lost: `Unknown`, and nothing was done.
    pub lost_request_per_mille: u32,
    /// The answer is lost: `Unknown`, and it was done.
    pub lost_answer_per_mille: u32,
    /// Others have some turns first.
    pub slow_per_mille: u32,
    /// The store crashes, before or after it was done.
    pub crash_per_mille: u32,
}

/// What is done to one call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Fault {
    /// It is answered `Busy` and not made.
    Busy,
    /// It is answered `Unknown` and not made.
    LostRequest,
    /// It is made and answered `Unknown`.
    LostAnswer,
    /// It is made after others had so many turns.
    Slow {
        /// How many.
        turns: u32,
    },
    /// The store crashes and the call is not made.
    CrashBefore,
    /// The call is made, then the store crashes. Of many appends so many in a thousand were made.
    CrashAfter {
        /// How much of it, if it can be made in part.
        per_mille: u32,
    },
}

impl Plan {
    /// Nothing is injected.
    pub const fn calm(seed: u64) -> Self {
        Self {
            seed,
            busy_per_mille: 0,
            lost_request_per_mille: 0,
            lost_answer_per_mille: 0,
            slow_per_mille: 0,
            crash_per_mille: 0,
        }
    }

    /// A bad day: something happens to every third call.
    pub const fn harsh(seed: u64) -> Self {
        Self {
            seed,
            busy_per_mille: 80,
            lost_request_per_mille: 50,
            lost_answer_per_mille: 80,
            slow_per_mille: 100,
            crash_per_mille: 20,
        }
    }

    /// What happens to the next call. Draws the same numbers whatever the call is, so that a test that reads once
    /// more does not see quite other faults from then on.
    pub(super) fn draw(&self, rng: &mut Rng, call: Call) -> Option<Fault> {
        let (roll, detail) = (rng.below(1_000), rng.next_u64());
        let faults = [
            (self.busy_per_mille, Fault::Busy),
            (self.lost_request_per_mille, Fault::LostRequest),
            (self.lost_answer_per_mille, Fault::LostAnswer),
            (self.slow_per_mille, Fault::Slow { turns: 1 + (detail % 8) as u32 }),
            (self.crash_per_mille, crash(detail)),
        ];
        let mut end = 0;
        let drawn = faults.into_iter().find(|(per_mille, _)| {
            end += u64::from(*per_mille);
            roll < end
        });
        match drawn?.1 {
            // A read that got lost can only be made again, as a busy store asks for.
            Fault::LostRequest | Fault::LostAnswer if !call.writes() => Some(Fault::Busy),
            fault => Some(fault),
        }
    }
}

fn crash(detail: u64) -> Fault {
    if detail.is_multiple_of(2) {
        Fault::CrashBefore
    } else {
        Fault::CrashAfter { per_mille: (detail / 2 % 1_001) as u32 }
    }
}
