//! XES (IEEE 1849): traces of events, one thing each.

use super::{Attribute, Value};
use quick_xml::Writer;
use quick_xml::events::{BytesDecl, BytesEnd, BytesStart, Event};
use std::borrow::Cow;
use std::io::{self, Write};
use thiserror::Error;
use throughline_core::time::Micros;

/// Extensions whose attributes are used, with their prefixes.
const EXTENSIONS: [(&str, &str); 4] =
    [("Concept", "concept"), ("Time", "time"), ("Lifecycle", "lifecycle"), ("Organizational", "org")];

/// Writes an XES log, trace by trace. Holds nothing of what was written.
pub struct XesWriter<W: Write> {
    xml: Writer<W>,
    in_trace: bool,
    traces: u64,
    events: u64,
}

/// An event of a trace.
#[derive(Clone, Debug)]
pub struct XesEvent<'a> {
    /// What happened: `concept:name`.
    pub name: &'a str,
    /// When: `time:timestamp`.
    pub at: Micros,
    /// Who did it: `org:resource`.
    pub resource: Option<&'a str>,
    /// What else is known, under names of its own.
    pub attributes: &'a [Attribute],
}

/// Why an XES log was not written on.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum XesError {
    /// The output took no more.
    #[error("the log cannot be written on")]
    Io(#[from] io::Error),
    /// An event stands in no trace.
    #[error("an event must stand in a trace; begin one first")]
    OutsideOfTraces,
}

impl<W: Write> XesWriter<W> {
    /// Begins a log on `out`, which should be buffered.
    pub fn new(out: W) -> Result<Self, XesError> {
        let mut xml = Writer::new_with_indent(out, b' ', 1);
        xml.write_event(Event::Decl(BytesDecl::new("1.0", Some("UTF-8"), None)))?;
        let mut log = BytesStart::new("log");
        log.push_attribute(("xes.version", "1849.2016"));
        log.push_attribute(("xmlns", "http://www.xes-standard.org/"));
        xml.write_event(Event::Start(log))?;
        for (name, prefix) in EXTENSIONS {
            let mut extension = BytesStart::new("extension");
            extension.push_attribute(("name", name));
            extension.push_attribute(("prefix", prefix));
            let uri = format!("http://www.xes-standard.org/{prefix}.xesext");
            extension.push_attribute(("uri", uri.as_str()));
            xml.write_event(Event::Empty(extension))?;
        }
        let mut classifier = BytesStart::new("classifier");
        classifier.push_attribute(("name", "Activity"));
        classifier.push_attribute(("keys", "concept:name"));
        xml.write_event(Event::Empty(classifier))?;
        Ok(Self { xml, in_trace: false, traces: 0, events: 0 })
    }

    /// Ends the trace before, if there is one, and begins another.
    pub fn trace(&mut self, name: &str, attributes: &[Attribute]) -> Result<(), XesError> {
        self.end_trace()?;
        self.xml.write_event(Event::Start(BytesStart::new("trace")))?;
        self.in_trace = true;
        self.traces += 1;
        self.text("concept:name", name)?;
        attributes.iter().try_for_each(|attribute| self.attribute(attribute))
    }

    /// Writes an event of the trace that was begun last.
    pub fn event(&mut self, event: &XesEvent<'_>) -> Result<(), XesError> {
        if !self.in_trace {
            return Err(XesError::OutsideOfTraces);
        }
        self.events += 1;
        self.xml.write_event(Event::Start(BytesStart::new("event")))?;
        self.text("concept:name", event.name)?;
        self.typed("date", "time:timestamp", &event.at.to_string())?;
        // Every event of ours is an instant, and over when it is known.
        self.text("lifecycle:transition", "complete")?;
        if let Some(resource) = event.resource {
            self.text("org:resource", resource)?;
        }
        event.attributes.iter().try_for_each(|attribute| self.attribute(attribute))?;
        Ok(self.xml.write_event(Event::End(BytesEnd::new("event")))?)
    }

    /// How many traces were begun.
    pub const fn traces(&self) -> u64 {
        self.traces
    }

    /// How many events were written.
    pub const fn events(&self) -> u64 {
        self.events
    }

    /// Ends the log, and gives the output back. Without this it is no XML.
    pub fn finish(mut self) -> Result<W, XesError> {
        self.end_trace()?;
        self.xml.write_event(Event::End(BytesEnd::new("log")))?;
        let mut out = self.xml.into_inner();
        out.write_all(b"\n")?;
        out.flush()?;
        Ok(out)
    }

    fn end_trace(&mut self) -> Result<(), XesError> {
        if std::mem::take(&mut self.in_trace) {
            self.xml.write_event(Event::End(BytesEnd::new("trace")))?;
        }
        Ok(())
    }

    fn attribute(&mut self, Attribute { name, value }: &Attribute) -> Result<(), XesError> {
        match value {
            Value::Text(text) => self.text(name, text),
            Value::Integer(number) => self.typed("int", name, &number.to_string()),
            Value::Float(number) => self.typed("float", name, &number.to_string()),
            Value::Boolean(yes) => self.typed("boolean", name, if *yes { "true" } else { "false" }),
            Value::Time(at) => self.typed("date", name, &at.to_string()),
        }
    }

    fn text(&mut self, key: &str, value: &str) -> Result<(), XesError> {
        self.typed("string", key, value)
    }

    fn typed(&mut self, kind: &str, key: &str, value: &str) -> Result<(), XesError> {
        let mut tag = BytesStart::new(kind);
        tag.push_attribute(("key", &*sound(key)));
        tag.push_attribute(("value", &*sound(value)));
        Ok(self.xml.write_event(Event::Empty(tag))?)
    }
}

impl<W: Write> std::fmt::Debug for XesWriter<W> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("XesWriter")
            .field("traces", &self.traces)
            .field("events", &self.events)
            .finish_non_exhaustive()
    }
}

/// The text with what XML 1.0 cannot hold, escaped or not, replaced.
fn sound(text: &str) -> Cow<'_, str> {
    let holds = |c: char| matches!(c, '\t' | '\n' | '\r' | '\u{20}'..='\u{d7ff}' | '\u{e000}'..='\u{fffd}' | '\u{10000}'..);
    if text.chars().all(holds) {
        Cow::Borrowed(text)
    } else {
        text.chars().map(|c| if holds(c) { c } else { '\u{fffd}' }).collect()
    }
}
