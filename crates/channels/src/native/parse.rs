//! From one line to one event.

use super::envelope::Envelope;
use super::{SCHEMA_PREFIX, TYPE_PREFIX, data};
use crate::attribute::Attribute;
use crate::item::LogItem;
use crate::naming::Source;
use crate::reject::{Reject, RejectReason};
use crate::timestamp;
use std::str;
use throughline_core::event::{EventKind, NewEvent};
use throughline_core::ids::{EventId, IssueRef};
use throughline_core::name::Name;
use throughline_core::time::Micros;

/// What is wrong with a line, before it is known where the line is.
#[derive(Debug)]
pub(super) struct Fault {
    reason: RejectReason,
    attribute: Option<&'static str>,
    expected: String,
    /// The byte in the line, from 0.
    at: Option<usize>,
}

impl Fault {
    pub(super) fn new(reason: RejectReason, expected: impl Into<String>) -> Self {
        Self { reason, attribute: None, expected: expected.into(), at: None }
    }

    fn attribute(reason: RejectReason, attribute: &'static str, expected: impl Into<String>) -> Self {
        Self { attribute: Some(attribute), ..Self::new(reason, expected) }
    }

    pub(super) fn at_line(self, line: u64) -> Reject {
        let mut reject = Reject::new(line, self.reason, self.expected);
        reject.attribute = self.attribute.map(Into::into);
        reject.place.column = self.at.map(|at| u32::try_from(at + 1).unwrap_or(u32::MAX));
        reject
    }
}

/// Reads one line. `last_source` is the source of the line before, or becomes this one's.
pub(super) fn parse(line: &[u8], last_source: &mut Option<Source>) -> Result<LogItem, Fault> {
    let text = str::from_utf8(line).map_err(|error| Fault {
        at: Some(error.valid_up_to()),
        ..Fault::new(RejectReason::NotUtf8, "UTF-8")
    })?;
    // Asked first, because a derived `Deserialize` also takes an array for a struct.
    if !text.trim_ascii_start().starts_with('{') {
        let at = Some(text.len() - text.trim_ascii_start().len());
        let expected = "one CloudEvent, an object, on each line";
        return Err(Fault { at, ..Fault::new(RejectReason::NotAnObject, expected) });
    }
    let envelope: Envelope<'_> = serde_json::from_str(text).map_err(|error| not_an_event(&error))?;
    let (kind, schema) = kind_of(&envelope)?;
    let source = text_of(&envelope.source, "source", "the name of the system that says so")?;
    let source = match last_source {
        Some(last) if last.name().as_str() == source => last,
        _ => {
            let name = Name::new(source)
                .map_err(|e| Fault::attribute(RejectReason::BadAttribute, "source", e.to_string()))?;
            last_source.insert(Source::new(name))
        }
    };
    let id = id_of(&envelope.id, "id", |key| source.event(key))?;
    let profile = id_of(&envelope.subject, "subject", |key| source.profile(key))?;
    let correlation_id =
        optional(&envelope.correlationid, |it| id_of(it, "correlationid", |key| source.issue(key)))?;
    let causation_id =
        optional(&envelope.causationid, |it| id_of(it, "causationid", |key| source.event(key)))?;
    let occurred_at = time_of(&envelope.time, "time")?;
    let recorded_at = optional(&envelope.recordedtime, |it| time_of(it, "recordedtime"))?;
    let sequence = sequence_of(&envelope.sequence)?;
    let Some(raw) = envelope.data else {
        return Err(Fault::attribute(RejectReason::MissingAttribute, "data", data::expected(kind)));
    };
    let data = data::read(kind, schema, raw).map_err(|at| Fault {
        // Where the data begins in the line: both are slices of the same text.
        at: Some(raw.get().as_ptr().addr() - text.as_ptr().addr() + at),
        ..Fault::attribute(RejectReason::BadData, "data", data::expected(kind))
    })?;
    let event = NewEvent {
        id,
        occurred_at,
        source: source.name().clone(),
        sequence,
        correlation_id: correlation_id.map(|IssueRef(id)| id),
        causation_id: causation_id.map(|EventId(id)| id),
        data,
    };
    Ok(LogItem { profile, event, recorded_at })
}

fn not_an_event(error: &serde_json::Error) -> Fault {
    let (reason, expected) = match error.classify() {
        serde_json::error::Category::Data => (RejectReason::DuplicateAttribute, "every attribute once"),
        _ => (RejectReason::NotJson, "one whole JSON object on each line"),
    };
    Fault { at: Some(error.column().saturating_sub(1)), ..Fault::new(reason, expected) }
}

fn kind_of(envelope: &Envelope<'_>) -> Result<(EventKind, u8), Fault> {
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
    {
        let version =
            ours.rsplit_once(':').and_then(|(of, version)| (of == kind.as_str()).then_some(version));
        // An older version is read as it was written; what a newer one means is not known here.
        let known =
            version.and_then(|version| version.parse().ok()).filter(|v| (1..=kind.schema()).contains(v));
        return known.map(|version| (kind, version)).ok_or_else(|| {
            let or_older = if kind.schema() > 1 { " or an earlier version" } else { "" };
            let expected = format!("{SCHEMA_PREFIX}{kind}:{}{or_older}", kind.schema());
            Fault::attribute(RejectReason::UnknownSchema, "dataschema", expected)
        });
    }
    Ok((kind, kind.schema()))
}

fn text_of<'a>(it: &'a Attribute<'_>, name: &'static str, expected: &str) -> Result<&'a str, Fault> {
    match it {
        Attribute::Text(text) if !text.is_empty() => Ok(text),
        Attribute::Missing => Err(Fault::attribute(RejectReason::MissingAttribute, name, expected)),
        _ => Err(Fault::attribute(RejectReason::BadAttribute, name, expected)),
    }
}

fn id_of<T>(it: &Attribute<'_>, name: &'static str, named: impl Fn(&str) -> Option<T>) -> Result<T, Fault> {
    let expected = "a UUID that is not nil, or a text that is not empty";
    named(text_of(it, name, expected)?)
        .ok_or_else(|| Fault::attribute(RejectReason::BadAttribute, name, expected))
}

fn time_of(it: &Attribute<'_>, name: &'static str) -> Result<Micros, Fault> {
    timestamp::parse(text_of(it, name, timestamp::EXPECTED)?)
        .ok_or_else(|| Fault::attribute(RejectReason::BadTime, name, timestamp::EXPECTED))
}

fn sequence_of(it: &Attribute<'_>) -> Result<u64, Fault> {
    let digits = |text: &str| text.bytes().all(|b| b.is_ascii_digit()).then(|| text.parse().ok())?;
    match it {
        Attribute::Missing => Some(0),
        Attribute::Number(number) => Some(*number),
        Attribute::Text(text) => digits(text),
        Attribute::Other => None,
    }
    .ok_or_else(|| {
        Fault::attribute(RejectReason::BadAttribute, "sequence", "a whole number from 0, also as text")
    })
}

fn optional<'a, T>(
    it: &'a Attribute<'a>,
    read: impl FnOnce(&'a Attribute<'a>) -> Result<T, Fault>,
) -> Result<Option<T>, Fault> {
    if matches!(it, Attribute::Missing) { Ok(None) } else { read(it).map(Some) }
}
