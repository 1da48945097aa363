//! What was read and what follows from it, for other programs: process-mining logs, tables, lines of JSON.
//!
//! An [`Export`] gathers a log, folds it customer by customer and hands each one's story to a writer of
//! [`crate::channels::export`]. Free text stays out unless it is asked for with [`Texts::Kept`]; identifiers are
//! keyed hashes and come along as such. Links between profiles are not events of a process: they decide whose
//! story an event is in. Facts dated after the instant of the export are left out.
//!
//! Memory: what a history takes (see [`crate::replay`]) and for each event its stored form, some 100 bytes; while
//! writing, one customer's story at a time, and for OCEL the ids of the objects written. [`facts`] alone goes line
//! by line and holds nothing.

mod announcements;
mod attributes;
mod bodies;
mod facts;
mod ocel;
mod story;
#[cfg(feature = "tables")]
mod tables;
mod xes;

pub use announcements::AnnouncementsWriter;
pub use bodies::Texts;
pub use facts::facts;
pub use xes::Traces;

use crate::replay::{Gathering, History, SourceError};
use bodies::Bodies;
use std::io;
use std::path::Path;
use story::Story;
use thiserror::Error;
use throughline_channels::export::{OcelError, XesError};
use throughline_channels::native::WriteError;
use throughline_channels::open::{OpenOptions, open_log_with};
use throughline_channels::reject::Reject;
use throughline_core::event::NewEvent;
use throughline_core::ids::ProfileId;
use throughline_core::name::Interner;
use throughline_core::time::Micros;
use throughline_core::wire::DecodeError;
use throughline_rules::evaluate::Evaluator;
use throughline_rules::rulebook::{DEFAULT, RulebookError};

/// Why nothing, or not all, was exported.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum ExportError {
    /// The log could not be read.
    #[error(transparent)]
    Source(#[from] SourceError),
    /// The rulebook has a mistake.
    #[error(transparent)]
    Rulebook(#[from] RulebookError),
    /// The output took no more.
    #[error("the export cannot be written on")]
    Io(#[from] io::Error),
    /// The output as OCEL took no more.
    #[error(transparent)]
    Ocel(#[from] OcelError),
    /// The output as XES took no more.
    #[error(transparent)]
    Xes(#[from] XesError),
    /// A fact could not be written.
    #[error(transparent)]
    Fact(#[from] WriteError),
    /// A fact's stored form could not be read again: an error of ours, to be reported.
    #[error("a fact cannot be read again: {0}")]
    Unreadable(#[from] DecodeError),
}

/// What was written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Exported {
    /// Events, lines or rows.
    pub events: u64,
    /// Objects, in a format that has them.
    pub objects: u64,
    /// Traces, in a format that has them.
    pub traces: u64,
    /// Events that belong to no trace of the kind that was asked for.
    pub left_out: u64,
}

/// A log, ready to be written in any format.
#[derive(Debug)]
pub struct Export {
    history: History,
    bodies: Bodies,
    rulebook: String,
    as_of: Option<Micros>,
}

impl Export {
    /// Gathers events from anywhere.
    pub fn gather<'a>(events: impl IntoIterator<Item = (ProfileId, &'a NewEvent)>, texts: Texts) -> Self {
        let mut gatherer = Gatherer::new(texts);
        for (profile, event) in events {
            gatherer.push(profile, event);
        }
        gatherer.finish()
    }

    /// Gathers a log of any known format. What cannot be read is handed to `rejected`.
    pub fn from_log(
        path: &Path,
        options: OpenOptions,
        texts: Texts,
        rejected: &mut dyn FnMut(&Reject),
    ) -> Result<Self, ExportError> {
        let mut gatherer = Gatherer::new(texts);
        for item in open_log_with(path, options).map_err(SourceError::from)? {
            match item {
                Ok(item) => gatherer.push(item.profile, &item.event),
                Err(reject) if reject.ends_log() => return Err(SourceError::Cut(Box::new(reject)).into()),
                Err(reject) => rejected(&reject),
            }
        }
        Ok(gatherer.finish())
    }

    /// By another rulebook than the one that ships, as the text of its document.
    #[must_use]
    pub fn rulebook(self, document: impl Into<String>) -> Self {
        Self { rulebook: document.into(), ..self }
    }

    /// As of another instant than that of the last fact.
    #[must_use]
    pub fn as_of(self, as_of: impl Into<Micros>) -> Self {
        Self { as_of: Some(as_of.into()), ..self }
    }

    /// What was gathered.
    pub const fn history(&self) -> &History {
        &self.history
    }

    fn instant(&self) -> Micros {
        self.as_of.or(self.history.last_occurred_at()).unwrap_or(Micros(0))
    }

    /// Hands every customer's story to `each`.
    fn stories(
        &self,
        each: &mut dyn FnMut(&Story<'_>, &Interner) -> Result<(), ExportError>,
    ) -> Result<(), ExportError> {
        let mut names = self.history.names().clone();
        let rules = self.history.rulebooks(&self.rulebook, &mut names)?;
        let evaluator = Evaluator::new(&rules);
        let as_of = self.instant();
        for (customer, facts) in self.history.by_customer() {
            let known = &facts[..facts.partition_point(|fact| fact.at <= as_of)];
            if !known.is_empty() {
                each(&Story::of(customer, known, evaluator, &self.bodies, as_of)?, &names)?;
            }
        }
        Ok(())
    }
}

/// Gathers a history, and beside it what the fold does not need.
struct Gatherer {
    gathering: Gathering,
    bodies: Bodies,
}

impl Gatherer {
    fn new(texts: Texts) -> Self {
        Self { gathering: Gathering::new(), bodies: Bodies::new(texts) }
    }

    fn push(&mut self, profile: ProfileId, event: &NewEvent) {
        self.gathering.push(profile, event);
        self.bodies.keep(event);
    }

    fn finish(self) -> Export {
        let history = self.gathering.finish();
        Export { history, bodies: self.bodies, rulebook: DEFAULT.to_owned(), as_of: None }
    }
}
