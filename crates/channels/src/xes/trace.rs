//! One trace: the attributes that were asked for, of itself and of its events.

use crate::mapping::Scope;
use std::ops::Range;

/// A trace. All its texts lie in one buffer, which the next trace uses again.
#[derive(Debug)]
pub struct Trace {
    text: String,
    attributes: Vec<Attribute>,
    /// The attributes of the trace itself; they may stand behind its events.
    own: Vec<Attribute>,
    events: Vec<EventPart>,
    pub(super) number: u32,
    pub(super) line: u64,
    max_bytes: usize,
    too_large: bool,
}

#[derive(Debug)]
struct Attribute {
    column: usize,
    value: Range<usize>,
}

#[derive(Debug)]
struct EventPart {
    attributes: Range<usize>,
    line: u64,
}

/// One event of a trace.
#[derive(Clone, Copy, Debug)]
pub struct TraceEvent<'a> {
    trace: &'a Trace,
    index: usize,
}

impl Trace {
    pub(super) const fn new(max_bytes: usize) -> Self {
        Self {
            text: String::new(),
            attributes: Vec::new(),
            own: Vec::new(),
            events: Vec::new(),
            number: 0,
            line: 0,
            max_bytes,
            too_large: false,
        }
    }

    /// Whether more was added than may be held. It was not kept, so the trace must not be used.
    pub(super) const fn is_too_large(&self) -> bool {
        self.too_large
    }

    /// Its number in the log, from 1.
    pub const fn number(&self) -> u32 {
        self.number
    }

    /// The events, in the order of the file.
    pub fn events(&self) -> impl ExactSizeIterator<Item = TraceEvent<'_>> {
        (0..self.events.len()).map(|index| TraceEvent { trace: self, index })
    }

    /// What the trace's own attribute says that is in this place of the columns that were asked for.
    pub fn value(&self, column: usize) -> Option<&str> {
        self.find(&self.own, column)
    }

    /// The last one counts if an attribute stands there twice. An empty one is not there.
    fn find<'a>(&'a self, attributes: &'a [Attribute], column: usize) -> Option<&'a str> {
        let found = attributes.iter().rfind(|attribute| attribute.column == column)?;
        Some(&self.text[found.value.clone()]).filter(|text| !text.is_empty())
    }

    pub(super) fn begin(&mut self, line: u64) {
        self.text.clear();
        self.attributes.clear();
        self.own.clear();
        self.events.clear();
        self.number += 1;
        self.line = line;
        self.too_large = false;
    }

    pub(super) fn begin_event(&mut self, line: u64) {
        if self.is_full(0) {
            return;
        }
        let start = self.attributes.len();
        self.events.push(EventPart { attributes: start..start, line });
    }

    pub(super) fn add(&mut self, scope: Scope, column: usize, value: &str) {
        if self.is_full(value.len()) {
            return;
        }
        let start = self.text.len();
        self.text.push_str(value);
        let attribute = Attribute { column, value: start..self.text.len() };
        match (scope, self.events.last_mut()) {
            (Scope::Event, Some(event)) => {
                self.attributes.push(attribute);
                event.attributes.end = self.attributes.len();
            }
            _ => self.own.push(attribute),
        }
    }

    /// Notes if there is no room for so much more text.
    fn is_full(&mut self, more: usize) -> bool {
        let bytes = self.text.len()
            + more
            + (self.attributes.len() + self.own.len()) * size_of::<Attribute>()
            + self.events.len() * size_of::<EventPart>();
        self.too_large |= bytes > self.max_bytes;
        self.too_large
    }
}

impl<'a> TraceEvent<'a> {
    /// What the event says in this place of the columns that were asked for.
    pub fn value(&self, column: usize) -> Option<&'a str> {
        let attributes = self.trace.events[self.index].attributes.clone();
        self.trace.find(&self.trace.attributes[attributes], column)
    }

    /// The line on which it begins.
    pub fn line(&self) -> u64 {
        self.trace.events[self.index].line
    }

    pub(super) const fn index(&self) -> usize {
        self.index
    }

    pub(super) const fn trace(&self) -> &'a Trace {
        self.trace
    }
}
