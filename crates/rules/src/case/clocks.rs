//! The five clocks of one instance of a case. A reopen starts a new instance; the total keeps running.

use crate::decision::Clock;
use serde::{Deserialize, Serialize};
use throughline_core::canonical::{Canonical, CanonicalWriter};
use throughline_core::time::{Micros, Span};

/// One run of a case's clocks, from its opening or a reopening.
///
/// Customer time: these clocks never pause. Sources of the definitions: the service metrics of support desks
/// (first reply, first resolution), with *human* and *substantive* told apart.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Instance {
    /// When it started: the first inbound contact that nobody answered yet.
    pub started_at: Micros,
    fulfilled: [Micros; 5],
}

impl Instance {
    /// An instance with every clock running.
    pub const fn started(at: Micros) -> Self {
        Self { started_at: at, fulfilled: [Micros::MIN; 5] }
    }

    /// When a clock was fulfilled, if it was.
    pub fn fulfilled(&self, clock: Clock) -> Option<Micros> {
        Some(self.fulfilled[clock as usize]).filter(|&at| at != Micros::MIN)
    }

    /// How long a clock ran until it was fulfilled; none while it runs.
    pub fn took(&self, clock: Clock) -> Option<Span> {
        self.fulfilled(clock).map(|at| at.since(self.started_at))
    }

    /// Fulfils a clock, if it still runs.
    pub(crate) fn fulfil(&mut self, clock: Clock, at: Micros) {
        let slot = &mut self.fulfilled[clock as usize];
        if *slot == Micros::MIN {
            *slot = at;
        }
    }

    /// Lets a clock run on: what had fulfilled it was judged to be nothing of the kind.
    pub(crate) fn void(&mut self, clock: Clock) {
        self.fulfilled[clock as usize] = Micros::MIN;
    }

    /// Lets a clock run on if it was fulfilled at this instant; says whether it was.
    pub(crate) fn void_at(&mut self, clock: Clock, at: Micros) -> bool {
        let was = self.fulfilled(clock) == Some(at);
        if was {
            self.void(clock);
        }
        was
    }
}

impl Canonical for Instance {
    fn canonical(&self, to: &mut CanonicalWriter<'_>) {
        to.time(self.started_at);
        for at in self.fulfilled {
            to.time(at);
        }
    }
}
