//! Announcements, one JSON object a line.

use super::story::Step;
use super::{Export, ExportError, Exported};
use crate::engine::Notice;
use serde::Serialize;
use std::io::{self, Write};
use throughline_channels::export::JsonLinesWriter;
use throughline_core::event::Position;
use throughline_core::ids::{CustomerId, ProfileId};
use throughline_core::time::{Micros, Span};
use throughline_rules::ledger::{Announcement, AnnouncementId, Entry};

/// What an engine marks as long past unless it is told otherwise.
const HISTORICAL_AFTER: Span = Span::from_days(30);

/// Writes what a subscription delivers. The form is that of `docs/FORMATS.md`.
#[derive(Debug)]
pub struct AnnouncementsWriter<W>(JsonLinesWriter<W>);

#[derive(Serialize)]
struct Said<'a> {
    id: AnnouncementId,
    profile: ProfileId,
    announced_at: Micros,
    position: Position,
    #[serde(flatten)]
    entry: &'a Entry,
}

#[derive(Serialize)]
struct Follows<'a> {
    id: AnnouncementId,
    customer: CustomerId,
    #[serde(flatten)]
    entry: &'a Entry,
}

impl<W: Write> AnnouncementsWriter<W> {
    /// Writes to `out`, which should be buffered.
    pub const fn new(out: W) -> Self {
        Self(JsonLinesWriter::new(out))
    }

    /// Writes one notice.
    pub fn write(&mut self, notice: &Notice) -> io::Result<()> {
        let Notice { id, profile, announced_at, position, index: _, entry } = notice;
        let (id, profile, announced_at, position) = (*id, *profile, *announced_at, *position);
        self.0.write(&Said { id, profile, announced_at, position, entry })
    }

    /// Flushes, and gives the output back.
    pub fn finish(self) -> io::Result<W> {
        self.0.finish()
    }
}

impl Export {
    /// Writes what an engine that takes this log in at the instant of the export announces, in the order of
    /// customers and then of steps. Nothing has been said before, so each is the first of its slot.
    pub fn announcements(&self, out: impl Write) -> Result<Exported, ExportError> {
        let mut lines = JsonLinesWriter::new(out);
        let as_of = self.instant();
        self.stories(&mut |story, names| {
            for step in &story.steps {
                let Step::Concluded { decision, .. } = step else { continue };
                let historical = as_of.since(decision.effective_at) > HISTORICAL_AFTER;
                let said = Announcement { generation: 0, historical, decision: decision.named(names) };
                let (id, entry) = (said.id(), Entry::Announced(said));
                lines.write(&Follows { id, customer: story.customer, entry: &entry })?;
            }
            Ok(())
        })?;
        let exported = Exported { events: lines.lines(), ..Exported::default() };
        lines.finish()?;
        Ok(exported)
    }
}
