//! Cuts XML into traces.

use super::input::{MAX_MARKUP_BYTES, NumberedInput};
use super::trace::Trace;
use crate::mapping::{Column, Scope};
use crate::reject::{Reject, RejectReason};
use quick_xml::events::{BytesStart, Event};
use quick_xml::{Reader, XmlVersion};
use std::collections::BTreeSet;
use std::fmt;
use std::io::BufRead;

/// The most memory that one trace may take unless another limit is set: 64 MiB.
pub const DEFAULT_MAX_TRACE_BYTES: usize = 64 << 20;

/// Reads a log trace by trace.
pub struct Traces<R> {
    xml: Reader<NumberedInput<R>>,
    buffer: Vec<u8>,
    columns: Vec<Column>,
    trace: Trace,
    at: At,
    /// How deep we are in an element that is skipped.
    skipping: u32,
    max_trace_bytes: usize,
    /// The attributes of events, wanted or not, for whoever writes a mapping; none: nobody asked.
    keys: Option<BTreeSet<String>>,
}

/// The innermost element that matters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum At {
    Start,
    Log,
    Trace,
    Event,
    /// Behind the log. Read to the end all the same, because only there a damaged gzip stream shows.
    Behind,
    End,
}

impl<R: BufRead> Traces<R> {
    /// Reads a log, and of it the attributes that `columns` name. Their places there are what
    /// [`Trace::value`] and [`TraceEvent::value`](super::TraceEvent::value) are asked with.
    pub fn new(input: R, columns: Vec<Column>) -> Self {
        Self {
            xml: Reader::from_reader(NumberedInput::new(input)),
            buffer: Vec::new(),
            columns,
            trace: Trace::new(DEFAULT_MAX_TRACE_BYTES),
            at: At::Start,
            skipping: 0,
            max_trace_bytes: DEFAULT_MAX_TRACE_BYTES,
            keys: None,
        }
    }

    /// Rejects traces that take more memory than this instead of [`DEFAULT_MAX_TRACE_BYTES`].
    #[must_use]
    pub fn with_max_trace_bytes(self, max_trace_bytes: usize) -> Self {
        let trace = Trace::new(max_trace_bytes);
        Self { trace, max_trace_bytes, ..self }
    }

    pub(super) fn noting_keys(self) -> Self {
        Self { keys: Some(BTreeSet::new()), ..self }
    }

    /// The line up to which the log has been read.
    pub(super) const fn line(&self) -> u64 {
        self.xml.get_ref().line()
    }

    pub(super) fn keys_seen(&self) -> Vec<String> {
        self.keys.iter().flatten().cloned().collect()
    }

    /// The next trace; `None` behind the last one, and behind an error that ends the log.
    pub fn next_trace(&mut self) -> Option<Result<&Trace, Reject>> {
        match self.read() {
            Ok(true) => Some(Ok(&self.trace)),
            Ok(false) => None,
            Err(mut reject) => {
                if matches!(self.at, At::Trace | At::Event) || reject.reason == RejectReason::TooLarge {
                    reject.place.trace = Some(self.trace.number);
                }
                if self.at == At::Event {
                    reject.place.event = u32::try_from(self.trace.events().len()).ok();
                }
                if reject.ends_log() {
                    self.at = At::End;
                }
                Some(Err(reject))
            }
        }
    }

    /// Reads to the end of a trace; `false` at the end of the log.
    fn read(&mut self) -> Result<bool, Reject> {
        while self.at != At::End {
            self.buffer.clear();
            self.xml.get_mut().next_piece();
            let event = self.xml.read_event_into(&mut self.buffer);
            let line = self.xml.get_ref().line();
            let event = match event {
                Ok(event) => event,
                Err(error) => return Err(broken(self.xml.get_ref(), &error)),
            };
            match event {
                Event::Start(_) if self.skipping > 0 => self.skipping += 1,
                Event::Empty(_) if self.skipping > 0 => {}
                Event::Start(tag) | Event::Empty(tag) if !belongs(self.at, &tag) => return Err(no_log(line)),
                Event::Start(tag) => {
                    if let Some(at) = step(self.at, &tag) {
                        self.at = at;
                        match at {
                            At::Trace => self.trace.begin(line),
                            At::Event => self.trace.begin_event(line),
                            _ => {}
                        }
                    } else {
                        self.skipping = 1;
                        note(&mut self.trace, (&self.columns, &mut self.keys), self.at, &tag, line)?;
                    }
                }
                Event::Empty(tag) => match step(self.at, &tag) {
                    Some(At::Trace) => {
                        self.trace.begin(line);
                        return Ok(true);
                    }
                    Some(At::Event) => self.trace.begin_event(line),
                    Some(_) => self.at = At::Behind,
                    None => note(&mut self.trace, (&self.columns, &mut self.keys), self.at, &tag, line)?,
                },
                Event::End(_) if self.skipping > 0 => self.skipping -= 1,
                Event::End(_) => {
                    let complete = self.end_element()?;
                    if complete {
                        return Ok(true);
                    }
                }
                Event::Eof if matches!(self.at, At::Log | At::Trace | At::Event) => {
                    let expected = "the end of the log; the last, unfinished trace was not read";
                    return Err(Reject::new(line, RejectReason::Truncated, expected));
                }
                Event::Eof => {
                    let empty = self.at == At::Start;
                    self.at = At::End;
                    if empty {
                        return Err(no_log(line));
                    }
                }
                _ => {}
            }
        }
        Ok(false)
    }

    /// Leaves an element; `true` if a trace is complete.
    fn end_element(&mut self) -> Result<bool, Reject> {
        match self.at {
            At::Event => self.at = At::Trace,
            At::Trace => {
                self.at = At::Log;
                if self.trace.is_too_large() {
                    let expected =
                        format!("a trace of at most {} bytes, or a higher limit", self.max_trace_bytes);
                    return Err(Reject::new(self.trace.line, RejectReason::TooLarge, expected));
                }
                return Ok(true);
            }
            _ => self.at = At::Behind,
        }
        Ok(false)
    }
}

/// Whether a tag may stand here: a log is one element.
fn belongs(at: At, tag: &BytesStart<'_>) -> bool {
    match at {
        At::Start => tag.local_name().as_ref() == "log",
        At::Behind | At::End => false,
        At::Log | At::Trace | At::Event => true,
    }
}

fn no_log(line: u64) -> Reject {
    Reject::new(line, RejectReason::BadXml, "an XES log, which is one element `<log>` and nothing beside it")
}

/// Where a tag leads; `None` if it leads into nothing that has events.
fn step(at: At, tag: &BytesStart<'_>) -> Option<At> {
    match (at, tag.local_name().as_ref()) {
        (At::Start, "log") => Some(At::Log),
        (At::Log, "trace") => Some(At::Trace),
        (At::Trace, "event") => Some(At::Event),
        _ => None,
    }
}

/// Keeps an attribute if somebody asked for it.
fn note(
    trace: &mut Trace,
    (columns, keys): (&[Column], &mut Option<BTreeSet<String>>),
    at: At,
    tag: &BytesStart<'_>,
    line: u64,
) -> Result<(), Reject> {
    let scope = match at {
        At::Trace => Scope::Trace,
        At::Event => Scope::Event,
        // The standard allows events outside of traces. They belong to no contact.
        At::Log if tag.local_name().as_ref() == "event" => {
            let expected = "every event in a trace";
            return Err(Reject::new(line, RejectReason::MissingAttribute, expected).about("trace"));
        }
        _ => return Ok(()),
    };
    let (mut key, mut value) = (None, None);
    for attribute in tag.attributes().with_checks(false) {
        let attribute = attribute
            .map_err(|_| Reject::new(line, RejectReason::BadXml, "attributes of the form name=\"value\""))?;
        match attribute.key.as_ref() {
            "key" => key = Some(attribute),
            "value" => value = Some(attribute),
            _ => {}
        }
    }
    let (Some(key), Some(value)) = (key, value) else {
        return Ok(());
    };
    let unescaped = |attribute: &quick_xml::events::attributes::Attribute<'_>| {
        attribute.normalized_value(XmlVersion::Explicit1_0).map(std::borrow::Cow::into_owned)
    };
    // Nearly all keys have nothing to unescape, and nearly all attributes are not wanted.
    let raw = &*key.value;
    if let (Some(keys), Scope::Event) = (keys, scope)
        && !keys.contains(raw)
    {
        keys.insert(raw.to_owned());
    }
    let column = if raw.contains('&') {
        let Ok(key) = unescaped(&key) else { return Ok(()) };
        position(columns, scope, &key)
    } else {
        position(columns, scope, raw)
    };
    let Some(column) = column else { return Ok(()) };
    let value = value.normalized_value(XmlVersion::Explicit1_0).map_err(|_| {
        let expected = "text with no other entities than those of XML itself";
        Reject::new(line, RejectReason::BadXml, expected).about(columns[column].name.clone())
    })?;
    trace.add(scope, column, &value);
    Ok(())
}

fn position(columns: &[Column], scope: Scope, key: &str) -> Option<usize> {
    columns.iter().position(|column| column.scope == scope && column.name == key)
}

/// The reject for what the XML reader says. Its own words may quote the log.
fn broken<R: BufRead>(input: &NumberedInput<R>, error: &quick_xml::Error) -> Reject {
    use quick_xml::Error;
    let line = input.line();
    if input.too_large() {
        let expected = format!("no piece of markup above {MAX_MARKUP_BYTES} bytes");
        return Reject::new(line, RejectReason::BadXml, expected);
    }
    let expected = match error {
        Error::Io(error) => return Reject::of_io(line, error),
        Error::Syntax(_) => "markup that is closed again",
        Error::IllFormed(_) => "an end tag for every start tag, in order",
        Error::Encoding(_) => "XML in UTF-8",
        _ => "well-formed XML",
    };
    Reject::new(line, RejectReason::BadXml, expected)
}

impl<R> fmt::Debug for Traces<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Traces").field("columns", &self.columns).field("at", &self.at).finish_non_exhaustive()
    }
}
