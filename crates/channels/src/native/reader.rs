//! Reads the native log, line by line.

use super::envelope::{Attribute, Envelope};
use super::{SCHEMA_PREFIX, TYPE_PREFIX, data};
use crate::item::LogItem;
use crate::lines::{Line, Lines};
use crate::naming;
use crate::reject::{ReadCounts, Reject, RejectReason};
use crate::rejects_file::RejectsFile;
use crate::timestamp;
use std::fmt;
use std::io::{self, BufRead};
use std::str;
use throughline_core::event::{EventKind, NewEvent};
use throughline_core::ids::{EventId, IssueRef, ProfileId};
use throughline_core::name::Name;
use throughline_core::time::Micros;
use uuid::Uuid;

/// The longest line that is read unless another limit is set: 1 MiB.
pub const DEFAULT_MAX_LINE_BYTES: usize = 1 << 20;

/// Finds out how many lines stand before the first one of a reader that began in the middle of a file.
type LinesBefore = Box<dyn Fn() -> io::Result<u64> + Send>;

/// Reads a native log from any stream of bytes. A broken line comes out as a [`Reject`] and the next one is
/// read; only when [`Reject::ends_log`] is nothing more to come.
pub struct NativeReader<R> {
    lines: Lines<R>,
    lines_before: Option<LinesBefore>,
    counts: ReadCounts,
    rejects: Option<RejectsFile>,
    /// The source of the last event. Most logs have one, and a name that is there already costs nothing.
    source: Option<Name>,
    ended: bool,
}

/// What is wrong with a line, before it is known where the line is.
#[derive(Debug)]
struct Fault {
    reason: RejectReason,
    attribute: Option<&'static str>,
    expected: String,
    /// The byte in the line, from 0.
    at: Option<usize>,
}

impl Fault {
    fn new(reason: RejectReason, expected: impl Into<String>) -> Self {
        Self {
            reason,
            attribute: None,
            expected: expected.into(),
            at: None,
        }
    }

    fn attribute(reason: RejectReason, attribute: &'static str, expected: impl Into<String>) -> Self {
        Self {
            attribute: Some(attribute),
            ..Self::new(reason, expected)
        }
    }

    fn at_line(self, line: u64) -> Reject {
        let mut reject = Reject::new(line, self.reason, self.expected);
        reject.attribute = self.attribute.map(Into::into);
        reject.place.column = self.at.map(|at| u32::try_from(at + 1).unwrap_or(u32::MAX));
        reject
    }
}

impl<R: BufRead> NativeReader<R> {
    /// Reads from `input`.
    pub fn new(input: R) -> Self {
        Self {
            lines: Lines::new(input, DEFAULT_MAX_LINE_BYTES),
            lines_before: None,
            counts: ReadCounts::default(),
            rejects: None,
            source: None,
            ended: false,
        }
    }

    /// Rejects lines with more bytes than this instead of [`DEFAULT_MAX_LINE_BYTES`].
    #[must_use]
    pub fn with_max_line_bytes(mut self, max_bytes: usize) -> Self {
        self.lines = self.lines.with_max_bytes(max_bytes);
        self
    }

    /// Writes every rejected line, as it stood, to a file.
    #[must_use]
    pub fn with_rejects_file(self, file: RejectsFile) -> Self {
        Self {
            rejects: Some(file),
            ..self
        }
    }

    pub(super) fn in_the_middle(self, lines_before: impl Fn() -> io::Result<u64> + Send + 'static) -> Self {
        let lines = self.lines.without_mark();
        Self {
            lines,
            lines_before: Some(Box::new(lines_before)),
            ..self
        }
    }

    /// What was read and rejected so far.
    pub const fn counts(&self) -> &ReadCounts {
        &self.counts
    }

    fn finish(&mut self) -> Option<Result<LogItem, Reject>> {
        self.ended = true;
        let error = self.rejects.as_mut().and_then(|file| file.flush().err())?;
        let line = self.lines.number();
        Some(Err(self.end(rejects_file(line, &error))))
    }

    fn end(&mut self, reject: Reject) -> Reject {
        self.ended = true;
        self.counts.reject(reject.reason);
        reject
    }
}

impl<R: BufRead> Iterator for NativeReader<R> {
    type Item = Result<LogItem, Reject>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.ended {
            return None;
        }
        loop {
            let (number, line) = match self.lines.next_line() {
                Ok(Some(numbered)) => numbered,
                Ok(None) => return self.finish(),
                Err(error) => {
                    let line = self.lines.number().max(1);
                    return Some(Err(self.end(Reject::of_io(line, &error))));
                }
            };
            let (fault, raw): (Fault, &[u8]) = match line {
                Line::TooLong => (
                    Fault::new(RejectReason::LineTooLong, "a shorter line, or a higher limit"),
                    &[],
                ),
                Line::Bytes(line) if line.trim_ascii().is_empty() => {
                    self.counts.blank += 1;
                    continue;
                }
                Line::Bytes(line) => match parse(line, &mut self.source) {
                    Ok(item) => {
                        self.counts.events += 1;
                        return Some(Ok(item));
                    }
                    Err(fault) => (fault, line),
                },
            };
            // Far from the fast way, so finding out where a range begins is no loss here.
            let before = self.lines_before.as_ref().map_or(Ok(0), |count| count());
            let reject = match before {
                Ok(before) => fault.at_line(before + number),
                Err(error) => return Some(Err(self.end(Reject::of_io(number, &error)))),
            };
            if let Some(file) = &mut self.rejects
                && let Err(error) = file.write(&reject, raw)
            {
                return Some(Err(self.end(rejects_file(number, &error))));
            }
            self.counts.reject(reject.reason);
            return Some(Err(reject));
        }
    }
}

fn rejects_file(line: u64, error: &io::Error) -> Reject {
    Reject::new(
        line,
        RejectReason::RejectsFile,
        format!("a file with room to write ({})", error.kind()),
    )
}

fn parse(line: &[u8], last_source: &mut Option<Name>) -> Result<LogItem, Fault> {
    let text = str::from_utf8(line).map_err(|error| Fault {
        at: Some(error.valid_up_to()),
        ..Fault::new(RejectReason::NotUtf8, "UTF-8")
    })?;
    // Asked first, because a derived `Deserialize` also takes an array for a struct.
    if !text.trim_ascii_start().starts_with('{') {
        let at = Some(text.len() - text.trim_ascii_start().len());
        let expected = "one CloudEvent, an object, on each line";
        return Err(Fault {
            at,
            ..Fault::new(RejectReason::NotAnObject, expected)
        });
    }
    let envelope: Envelope<'_> = serde_json::from_str(text).map_err(|error| not_an_event(&error))?;
    let kind = kind_of(&envelope)?;
    let source = text_of(&envelope.source, "source", "the name of the system that says so")?;
    let source = match last_source {
        Some(last) if last.as_str() == source => last.clone(),
        _ => {
            let name = Name::new(source)
                .map_err(|e| Fault::attribute(RejectReason::BadAttribute, "source", e.to_string()))?;
            last_source.insert(name).clone()
        }
    };
    let scope = source.as_str();
    let id = id_of(&envelope.id, "id", |key| EventId::derived(scope, key).0)?;
    let subject = id_of(&envelope.subject, "subject", |key| {
        ProfileId::derived(scope, key).0
    })?;
    let correlation_id = optional(&envelope.correlationid, |it| {
        id_of(it, "correlationid", |key| IssueRef::derived(scope, key).0)
    })?;
    let causation_id = optional(&envelope.causationid, |it| {
        id_of(it, "causationid", |key| EventId::derived(scope, key).0)
    })?;
    let occurred_at = time_of(&envelope.time, "time")?;
    let recorded_at = optional(&envelope.recordedtime, |it| time_of(it, "recordedtime"))?;
    let sequence = sequence_of(&envelope.sequence)?;
    let Some(raw) = envelope.data else {
        return Err(Fault::attribute(
            RejectReason::MissingAttribute,
            "data",
            data::expected(kind),
        ));
    };
    let data = data::read(kind, raw).map_err(|at| Fault {
        // Where the data begins in the line: both are slices of the same text.
        at: Some(raw.get().as_ptr().addr() - text.as_ptr().addr() + at),
        ..Fault::attribute(RejectReason::BadData, "data", data::expected(kind))
    })?;
    let event = NewEvent {
        id: EventId(id),
        occurred_at,
        source,
        sequence,
        correlation_id,
        causation_id,
        data,
    };
    Ok(LogItem {
        profile: ProfileId(subject),
        event,
        recorded_at,
    })
}

fn not_an_event(error: &serde_json::Error) -> Fault {
    let (reason, expected) = match error.classify() {
        serde_json::error::Category::Data => (RejectReason::DuplicateAttribute, "every attribute once"),
        _ => (RejectReason::NotJson, "one whole JSON object on each line"),
    };
    Fault {
        at: Some(error.column().saturating_sub(1)),
        ..Fault::new(reason, expected)
    }
}

fn kind_of(envelope: &Envelope<'_>) -> Result<EventKind, Fault> {
    if text_of(&envelope.specversion, "specversion", "1.0")? != "1.0" {
        return Err(Fault::attribute(RejectReason::BadAttribute, "specversion", "1.0"));
    }
    let expected = "`throughline.` and a kind of event, such as `throughline.contact.started`";
    let kind = text_of(&envelope.kind, "type", expected)?
        .strip_prefix(TYPE_PREFIX)
        .and_then(EventKind::from_word)
        .ok_or_else(|| Fault::attribute(RejectReason::UnknownType, "type", expected))?;
    if let Attribute::Text(schema) = &envelope.dataschema
        && let Some(ours) = schema.strip_prefix(SCHEMA_PREFIX)
        && ours
            .rsplit_once(':')
            .and_then(|(of, version)| (of == kind.as_str()).then(|| version.parse().ok())?)
            != Some(kind.schema())
    {
        let expected = format!("{SCHEMA_PREFIX}{kind}:{}", kind.schema());
        return Err(Fault::attribute(
            RejectReason::UnknownSchema,
            "dataschema",
            expected,
        ));
    }
    Ok(kind)
}

fn text_of<'a>(it: &'a Attribute<'_>, name: &'static str, expected: &str) -> Result<&'a str, Fault> {
    match it {
        Attribute::Text(text) if !text.is_empty() => Ok(text),
        Attribute::Missing => Err(Fault::attribute(RejectReason::MissingAttribute, name, expected)),
        _ => Err(Fault::attribute(RejectReason::BadAttribute, name, expected)),
    }
}

fn id_of(it: &Attribute<'_>, name: &'static str, derived: impl Fn(&str) -> Uuid) -> Result<Uuid, Fault> {
    let expected = "a UUID that is not nil, or a text that is not empty";
    naming::id_of(text_of(it, name, expected)?, derived)
        .ok_or_else(|| Fault::attribute(RejectReason::BadAttribute, name, expected))
}

fn time_of(it: &Attribute<'_>, name: &'static str) -> Result<Micros, Fault> {
    timestamp::parse(text_of(it, name, timestamp::EXPECTED)?)
        .ok_or_else(|| Fault::attribute(RejectReason::BadTime, name, timestamp::EXPECTED))
}

fn sequence_of(it: &Attribute<'_>) -> Result<u64, Fault> {
    let digits = |text: &str| {
        text.bytes()
            .all(|b| b.is_ascii_digit())
            .then(|| text.parse().ok())?
    };
    match it {
        Attribute::Missing => Some(0),
        Attribute::Number(number) => Some(*number),
        Attribute::Text(text) => digits(text),
        Attribute::Other => None,
    }
    .ok_or_else(|| {
        Fault::attribute(
            RejectReason::BadAttribute,
            "sequence",
            "a whole number from 0, also as text",
        )
    })
}

fn optional<'a, T>(
    it: &'a Attribute<'a>,
    read: impl FnOnce(&'a Attribute<'a>) -> Result<T, Fault>,
) -> Result<Option<T>, Fault> {
    if matches!(it, Attribute::Missing) {
        Ok(None)
    } else {
        read(it).map(Some)
    }
}

impl<R> fmt::Debug for NativeReader<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("NativeReader")
            .field("counts", &self.counts)
            .finish_non_exhaustive()
    }
}
