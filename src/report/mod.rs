//! The report that people read: what a history says about how customers were treated.
//!
//! [`Replay::report`] folds a history as [`Replay::run`] does and looks on while it does so. What it gathers adds up
//! over customers and threads; [`Report`] is that, spelled out, with a numerator, a denominator and a window beside
//! every rate. It prints as text, as JSON (`docs/REPORT.md`, `docs/report.schema.json`) and, with the feature
//! `html`, as one page with pictures (`Report::to_html`).
//!
//! Customers appear by their id alone, and only the ten who need a person most. No names, no words of anybody.

mod build;
mod clock_times;
mod effort;
mod form;
mod gather;
mod issues;
mod need;
mod parity;
mod rate;
mod sightings;
mod survival;
mod text;
mod timeline;

#[cfg(feature = "html")]
mod html;

pub use effort::ScoredEffort;
pub use form::{
    Breach, ChannelHours, ClockReport, Contacts, Failures, Flow, Issues, Leaving, NeedsPerson, OpenCases,
    OverTime, Repeat, Repeats, Report, TimeStep, Transfers, Waits,
};
pub use need::Reason;
pub use parity::{Parity, ParityGroup, ParityOfConcessions};
pub use rate::{Rate, Window};
pub use survival::{CurvePoint, Survival};
pub use timeline::{Lane, Mark, Tone};

use crate::replay::{History, Replay};
use gather::Gathered;
use throughline_rules::rulebook::RulebookError;

impl Replay {
    /// Folds a history, and gathers a report with all its detail. The same by however many threads.
    pub fn report(&self, history: &History) -> Result<Report, RulebookError> {
        let as_of = self.instant(history);
        let run = self.observed(history, |rules, names| Gathered::new(rules, names, as_of))?;
        Ok(build::build(run, history))
    }
}

/// The JSON Schema of a report.
#[cfg(feature = "schema")]
pub fn json_schema() -> serde_json::Value {
    schemars::SchemaGenerator::default().into_root_schema_for::<Report>().to_value()
}
