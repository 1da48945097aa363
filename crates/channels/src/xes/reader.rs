//! Makes events of traces.

use super::trace::{Trace, TraceEvent};
use super::traces::Traces;
use crate::item::LogItem;
use crate::mapping::{ColumnIx, Mapping, Row, RowFault};
use crate::reject::{Place, ReadCounts, Reject, RejectReason};
use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::fmt;
use std::io::BufRead;
use std::sync::Arc;
use throughline_core::event::{EventData, NewEvent};
use throughline_core::ids::{ContactId, EventId, ProfileId};
use throughline_core::time::Micros;

/// Reads an XES log by a mapping.
pub struct XesReader<R> {
    traces: Traces<R>,
    maker: Maker,
    ended: bool,
}

/// What is kept from trace to trace.
struct Maker {
    mapping: Arc<Mapping>,
    counts: ReadCounts,
    /// The contacts so far. A log that names two traces alike would give two rows one id without being noticed.
    seen: BTreeSet<ContactId>,
    ready: VecDeque<Result<LogItem, Reject>>,
}

/// What all events of a trace have in common.
struct Common {
    /// What the source calls the contact.
    key: String,
    contact: ContactId,
    /// The customer, if it is one for all.
    profile: Option<ProfileId>,
}

impl<R: BufRead> XesReader<R> {
    /// Reads from `input`.
    pub fn new(input: R, mapping: Arc<Mapping>) -> Self {
        let traces = Traces::new(input, mapping.columns().to_vec());
        let maker =
            Maker { mapping, counts: ReadCounts::default(), seen: BTreeSet::new(), ready: VecDeque::new() };
        Self { traces, maker, ended: false }
    }

    /// Rejects traces that take more memory than this instead of
    /// [`DEFAULT_MAX_TRACE_BYTES`](super::DEFAULT_MAX_TRACE_BYTES).
    #[must_use]
    pub fn with_max_trace_bytes(self, max_trace_bytes: usize) -> Self {
        Self { traces: self.traces.with_max_trace_bytes(max_trace_bytes), ..self }
    }

    /// What was read, ignored and rejected so far, a trace at a time.
    pub const fn counts(&self) -> &ReadCounts {
        &self.maker.counts
    }
}

impl<R: BufRead> Iterator for XesReader<R> {
    type Item = Result<LogItem, Reject>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            if let Some(item) = self.maker.ready.pop_front() {
                return Some(item);
            }
            if self.ended {
                return None;
            }
            match self.traces.next_trace() {
                None => self.ended = true,
                Some(Ok(trace)) => self.maker.take(trace),
                Some(Err(reject)) => self.maker.reject(reject),
            }
        }
    }
}

impl Row for TraceEvent<'_> {
    fn value(&self, column: ColumnIx) -> Option<&str> {
        TraceEvent::value(self, column.0).or_else(|| self.trace().value(column.0))
    }
}

impl Maker {
    fn take(&mut self, trace: &Trace) {
        if trace.events().len() == 0 {
            return;
        }
        let mapping = self.mapping.clone();
        let events = self.in_order(&mapping, trace);
        let Some(&(first_at, first)) = events.first() else {
            return;
        };
        let first = trace.event(first);
        let common = match self.common(&mapping, trace, &events) {
            Ok(common) => common,
            Err(fault) => {
                for (_, index) in events {
                    self.fault(trace, index, fault.clone());
                }
                return;
            }
        };
        if mapping.starts_with_first_event() {
            let profile = common.profile.map_or_else(|| mapping.profile_of(&first), Ok);
            // A customer that is missing there is reported with that event, just below.
            if let Ok(profile) = profile {
                match mapping.started(common.contact, &first) {
                    Ok(data) => self.give(profile, mapping.started_id(&common.key), (first_at, 0), data),
                    Err(fault) => self.fault(trace, events[0].1, fault),
                }
            }
        }
        self.events(&mapping, trace, &common, &events);
    }

    /// The events that have a time, ordered by it; the others are rejected.
    fn in_order(&mut self, mapping: &Mapping, trace: &Trace) -> Vec<(Micros, usize)> {
        let mut events = Vec::with_capacity(trace.events().len());
        for (index, event) in trace.events().enumerate() {
            match mapping.time_of(&event) {
                Ok(time) => events.push((time, index)),
                Err(fault) => self.fault(trace, index, fault),
            }
        }
        // By the place in the file too, so that it decides ties whatever the sort does.
        events.sort_unstable();
        events
    }

    fn common(
        &mut self,
        mapping: &Mapping,
        trace: &Trace,
        events: &[(Micros, usize)],
    ) -> Result<Common, RowFault> {
        let first = trace.event(events[0].1);
        let (key, contact) = mapping.contact_of(&first)?;
        if !self.seen.insert(contact) {
            return Err(RowFault {
                reason: RejectReason::RepeatedContact,
                attribute: None,
                expected: "one trace for each contact; the events of the second one are not read".into(),
            });
        }
        let profile = mapping.one_customer().then(|| {
            let named = |&(_, index): &(Micros, usize)| mapping.profile_of(&trace.event(index)).ok();
            // If none names a customer, the first event's fault is the one to report.
            events.iter().find_map(named).map_or_else(|| mapping.profile_of(&first), Ok)
        });
        Ok(Common { key: key.to_owned(), contact, profile: profile.transpose()? })
    }

    fn events(&mut self, mapping: &Mapping, trace: &Trace, common: &Common, events: &[(Micros, usize)]) {
        let mut equal_rows: BTreeMap<String, u32> = BTreeMap::new();
        let mut last = None;
        let mut sequence = 0;
        for &(time, index) in events {
            let event = trace.event(index);
            sequence = if last == Some(time) { sequence + 1 } else { 1 };
            last = Some(time);
            // Rows are counted whatever becomes of them, so that a change of the rules moves no id.
            let key = mapping.key_of(&common.key, &event, time);
            let occurrence = equal_rows.entry(key.clone()).or_insert(0);
            let id = mapping.row_id(&key, *occurrence);
            *occurrence += 1;
            let profile = common.profile.map_or_else(|| mapping.profile_of(&event), Ok);
            let made = profile.and_then(|p| Ok((p, mapping.data_of(common.contact, &event)?)));
            match made {
                Ok((profile, Some(data))) => self.give(profile, id, (time, sequence), data),
                Ok((_, None)) => self.counts.ignored += 1,
                Err(fault) => self.fault(trace, index, fault),
            }
        }
    }

    fn give(&mut self, profile: ProfileId, id: EventId, (at, sequence): (Micros, u64), data: EventData) {
        let event = NewEvent::new(id, at, self.mapping.source().clone(), data).with_sequence(sequence);
        self.counts.events += 1;
        self.ready.push_back(Ok(LogItem { profile, event, recorded_at: None }));
    }

    fn fault(&mut self, trace: &Trace, index: usize, fault: RowFault) {
        let mut reject = Reject::new(0, fault.reason, fault.expected);
        reject.attribute = fault.attribute.map(Into::into);
        reject.place = Place {
            line: trace.event(index).line(),
            column: None,
            trace: Some(trace.number()),
            event: u32::try_from(index + 1).ok(),
        };
        self.reject(reject);
    }

    fn reject(&mut self, reject: Reject) {
        self.counts.reject(reject.reason);
        self.ready.push_back(Err(reject));
    }
}

impl<R> fmt::Debug for XesReader<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("XesReader").field("counts", &self.maker.counts).finish_non_exhaustive()
    }
}
