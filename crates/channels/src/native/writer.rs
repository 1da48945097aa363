//! Writes the native log.

use super::{SCHEMA_PREFIX, TYPE_PREFIX};
use serde::{Serialize, Serializer};
use std::fmt;
use std::io::{self, Write};
use thiserror::Error;
use throughline_core::event::{EventData, EventKind, NewEvent};
use throughline_core::ids::{EventId, ProfileId};
use throughline_core::name::Name;
use throughline_core::time::Micros;
use uuid::Uuid;

/// Writes events, one CloudEvent a line, in a form that [`NativeReader`](super::NativeReader) reads back equal.
///
/// The caller gives it something buffered, or a system call is made for every few bytes.
#[derive(Debug)]
pub struct NativeWriter<W> {
    out: W,
}

/// Why an event was not written.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum WriteError {
    /// The output took no more. Whether a part of the line is in it is not known.
    #[error("the log cannot be written on")]
    Io(#[from] io::Error),
    /// RFC 3339 has years of four digits only. Nothing was written.
    #[error("the event's time is outside the years 0 to 9999, which RFC 3339 can name")]
    TimeOutOfRange,
}

#[derive(Serialize)]
struct Line<'a> {
    specversion: &'static str,
    id: EventId,
    source: &'a Name,
    #[serde(rename = "type", serialize_with = "kind_as_type")]
    kind: EventKind,
    subject: ProfileId,
    time: Micros,
    #[serde(skip_serializing_if = "Option::is_none")]
    recordedtime: Option<Micros>,
    // As text, because that is what CloudEvents' `sequence` extension says it is.
    #[serde(serialize_with = "as_text", skip_serializing_if = "is_zero")]
    sequence: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    correlationid: Option<Uuid>,
    #[serde(skip_serializing_if = "Option::is_none")]
    causationid: Option<Uuid>,
    #[serde(serialize_with = "kind_as_schema")]
    dataschema: EventKind,
    data: &'a EventData,
}

impl<W: Write> NativeWriter<W> {
    /// Writes to `out`.
    pub const fn new(out: W) -> Self {
        Self { out }
    }

    /// Writes one event of a profile.
    pub fn write(
        &mut self,
        profile: ProfileId,
        event: &NewEvent,
        recorded_at: Option<Micros>,
    ) -> Result<(), WriteError> {
        let times = [Some(event.occurred_at), recorded_at].into_iter().chain(event.data.times());
        if !times.flatten().all(has_four_digit_year) {
            return Err(WriteError::TimeOutOfRange);
        }
        let line = Line {
            specversion: "1.0",
            id: event.id,
            source: &event.source,
            kind: event.kind(),
            subject: profile,
            time: event.occurred_at,
            recordedtime: recorded_at,
            sequence: event.sequence,
            correlationid: event.correlation_id,
            causationid: event.causation_id,
            dataschema: event.kind(),
            data: &event.data,
        };
        serde_json::to_writer(&mut self.out, &line).map_err(io::Error::from)?;
        Ok(self.out.write_all(b"\n")?)
    }

    /// Flushes, and gives the output back.
    pub fn finish(mut self) -> Result<W, WriteError> {
        self.out.flush()?;
        Ok(self.out)
    }
}

fn has_four_digit_year(time: Micros) -> bool {
    // 0000-01-01 to 9999-12-31, both included.
    (-62_167_219_200_000_000..253_402_300_800_000_000).contains(&time.0)
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes fields by reference")]
const fn is_zero(sequence: &u64) -> bool {
    *sequence == 0
}

fn as_text<S: Serializer>(number: impl fmt::Display, to: S) -> Result<S::Ok, S::Error> {
    to.collect_str(&number)
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes fields by reference")]
fn kind_as_type<S: Serializer>(kind: &EventKind, to: S) -> Result<S::Ok, S::Error> {
    to.collect_str(&format_args!("{TYPE_PREFIX}{kind}"))
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes fields by reference")]
fn kind_as_schema<S: Serializer>(kind: &EventKind, to: S) -> Result<S::Ok, S::Error> {
    to.collect_str(&format_args!("{SCHEMA_PREFIX}{kind}:{}", kind.schema()))
}
