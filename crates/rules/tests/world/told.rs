//! What becomes of a life that is told event by event.

use super::{Bench, History};
use throughline_core::event::EventData;
use throughline_core::time::Micros;
use throughline_rules::decision::Decision;
use throughline_rules::journey::Journey;

/// What becomes of a life by a rulebook.
pub(crate) struct Told {
    pub(crate) bench: Bench,
    pub(crate) journey: Journey,
    pub(crate) decisions: Vec<Decision>,
    pub(crate) as_of: Micros,
}

impl Told {
    pub(crate) fn by(
        rulebook: &str,
        as_of: Micros,
        events: impl IntoIterator<Item = (Micros, EventData)>,
    ) -> Self {
        let mut bench = Bench::of(rulebook);
        let facts = bench.facts_of(&History::told(events));
        let (journey, judged) = bench.fold(&facts, as_of);
        let decisions = bench.decisions(&judged).0;
        Self { bench, journey, decisions, as_of }
    }
}
