//! Makes events of rows by a mapping, whatever the format that they were cut from.
//!
//! What is remembered from row to row, and so grows with the log:
//!
//! | What | When | How much |
//! |---|---|---|
//! | each contact | always | some 60 bytes |
//! | how often each key of a row came | rows have no id of their own and do not stand together | some 20 bytes a row |
//! | the contact's row before | a condition compares with it | the compared texts of at most `changes.remember` contacts |
//! | what each row is called, and its thread | `[parent]` | some 80 bytes for at most `parent.remember` rows |
//! | the first customer of each thread | `[parent]` | some 100 bytes a thread, not bounded by `parent.remember` |
//! | rows of threads that have no customer yet | `[parent]` | the columns in use, not bounded either |
//! | rows that wait for the row that they answer | `[parent]` | the columns in use of at most `parent.remember` rows |
//! | the rows of one contact | `rows = "together"`, XES | the columns in use |
//! | all rows | `rows = "in-any-order"` | the columns in use |

mod generations;
mod held;
mod machines;
mod note;
mod recent;
mod threads;

pub(crate) use note::{Became, Note, Seen};

use crate::item::LogItem;
use crate::mapping::{Given, Mapping, Row, RowFault, RowOrder, Unknown};
use crate::reject::{ReadCounts, Reject, RejectReason};
use crate::rejecting::Rejecting;
use crate::rejects_file::RejectsFile;
use generations::Generations;
use held::HeldRow;
use recent::Recent;
use rustc_hash::FxHashMap;
use std::collections::VecDeque;
use std::fmt;
use std::sync::Arc;
use threads::{Placed, Threads};
use throughline_core::event::{EventData, NewEvent};
use throughline_core::ids::{ContactId, EventId, ProfileId};
use throughline_core::time::Micros;
use xxhash_rust::xxh3::xxh3_64;

/// Said of rows that come before rows that they should follow.
const OUT_OF_ORDER: &str = "a row is earlier than the row of its contact before it; `rows = \"in-any-order\"` under `[file]` sorts them";

/// A share of a file's contacts. Several threads may read one file, each of them the rows of its own contacts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Share {
    /// Which share, from 0.
    pub index: u32,
    /// Of how many.
    pub of: u32,
}

impl Share {
    /// The whole file.
    pub const ALL: Self = Self { index: 0, of: 1 };
}

/// Turns rows into events.
pub(crate) struct Maker {
    mapping: Arc<Mapping>,
    rejecting: Rejecting,
    ready: VecDeque<Result<LogItem, Reject>>,
    contacts: FxHashMap<ContactId, Memory>,
    ids: Ids,
    /// How often each row's key came.
    occurrences: FxHashMap<u64, u32>,
    previous: Generations<ContactId, Vec<Option<Box<str>>>>,
    waiting: Waiting,
    /// Kept for the next row, so that rows need no memory of their own: a row's key, and what it gives.
    key: String,
    given: Vec<Result<Given, RowFault>>,
    share: Share,
    notes: Option<VecDeque<Note>>,
}

/// The ids of those whom rows name.
struct Ids {
    contacts: Recent<ContactId>,
    profiles: Recent<ProfileId>,
}

/// Rows that wait for others.
enum Waiting {
    /// None does.
    Nobody,
    /// For the end of their contact.
    Group { contact: String, rows: Vec<HeldRow> },
    /// For the end of the file, by contact, in the order in which contacts came.
    All { places: FxHashMap<String, usize>, groups: VecDeque<Vec<HeldRow>> },
    /// For the row that they answer.
    Threads(Box<Threads>),
}

/// What is remembered of a contact.
#[derive(Clone, Copy)]
struct Memory {
    /// The customer, if it is one for all rows.
    profile: Option<ProfileId>,
    row: Micros,
    event: Micros,
    sequence: u32,
    started: bool,
}

impl Memory {
    const NEW: Self =
        Self { profile: None, row: Micros::MIN, event: Micros::MIN, sequence: 0, started: false };

    /// The number of an event at this instant among those of the contact that are behind each other there.
    fn next(&mut self, at: Micros) -> u64 {
        self.sequence = if self.event == at { self.sequence + 1 } else { 1 };
        self.event = at;
        u64::from(self.sequence)
    }
}

/// Whose row it is.
#[derive(Clone, Copy)]
struct Whose<'a> {
    /// What the source calls the contact.
    key: &'a str,
    contact: ContactId,
    profile: ProfileId,
    /// The event that the row's parent is, if it has one.
    cause: Option<EventId>,
}

impl Maker {
    /// Makes events of rows that come in the order that the mapping says.
    pub(crate) fn new(mapping: Arc<Mapping>) -> Self {
        let waiting = match (mapping.parent(), mapping.file().rows) {
            (Some(parent), _) => Waiting::Threads(Box::new(Threads::new(parent.remember))),
            (None, RowOrder::InTimeOrder) => Waiting::Nobody,
            (None, RowOrder::Together) => Waiting::Group { contact: String::new(), rows: Vec::new() },
            (None, RowOrder::InAnyOrder) => {
                Waiting::All { places: FxHashMap::default(), groups: VecDeque::new() }
            }
        };
        Self {
            previous: Generations::new(mapping.remembered_contacts()),
            // One of its own: readers in several threads would else wait for each other, counting themselves in
            // and out of one mapping at every row.
            mapping: Arc::new(Arc::unwrap_or_clone(mapping)),
            rejecting: Rejecting::default(),
            ready: VecDeque::new(),
            contacts: FxHashMap::default(),
            ids: Ids { contacts: Recent::new(), profiles: Recent::new() },
            occurrences: FxHashMap::default(),
            waiting,
            key: String::new(),
            given: Vec::new(),
            share: Share::ALL,
            notes: None,
        }
    }

    /// Keeps rejected rows there, as they stood.
    pub(crate) fn with_rejects_file(self, rejects: RejectsFile) -> Self {
        Self { rejecting: self.rejecting.into_file(rejects), ..self }
    }

    /// Takes only the rows of a share of the contacts.
    pub(crate) fn with_share(self, share: Share) -> Self {
        Self { share, ..self }
    }

    /// Notes of each row what became of it and why.
    pub(crate) fn with_notes(self) -> Self {
        Self { notes: Some(VecDeque::new()), ..self }
    }

    /// The notes so far of rows that do not wait. Rows that wait get theirs when they go on.
    pub(crate) fn take_notes(&mut self) -> Vec<Note> {
        let all = self.ready.is_empty();
        let done = |notes: &mut VecDeque<Note>| {
            let count = if all { notes.len() } else { 0 };
            notes.drain(..count).collect()
        };
        self.notes.as_mut().map(done).unwrap_or_default()
    }

    pub(crate) const fn mapping(&self) -> &Arc<Mapping> {
        &self.mapping
    }

    pub(crate) const fn counts(&self) -> &ReadCounts {
        &self.rejecting.counts
    }

    /// What is ready to be handed out.
    pub(crate) fn next_ready(&mut self) -> Option<Result<LogItem, Reject>> {
        self.ready.pop_front()
    }

    /// A line with nothing on it.
    pub(crate) const fn blank(&mut self) {
        if self.share.index == 0 {
            self.rejecting.counts.blank += 1;
        }
    }

    /// Whether a row is one of this share. What is nobody's is the first one's. `mapping` is [`Self::mapping`], here
    /// and below: the reader holds it, so that it is not counted in and out for each call.
    pub(crate) fn owns(&mut self, mapping: &Mapping, row: &impl Row) -> bool {
        let Share { index, of } = self.share;
        if of <= 1 {
            return true;
        }
        let contact = mapping.contact_of(row);
        let owner = contact.as_ref().map_or(0, |contact| xxh3_64(contact.as_bytes()) % u64::from(of));
        if owner == u64::from(index) {
            return true;
        }
        // Another contact's row ends the one before it, whoever reads it.
        if let Waiting::Group { contact, rows } = &mut self.waiting {
            let ended = std::mem::take(rows);
            contact.clear();
            self.group_of(mapping, &ended.iter().collect::<Vec<_>>());
        }
        false
    }

    /// Rejects what is no contact's. If others read other shares of the file, the first one says it for all.
    pub(crate) fn reject_line(&mut self, reject: Reject, raw: Option<&[u8]>) {
        if self.share.index == 0 {
            self.reject(reject, raw);
        }
    }

    pub(crate) fn warn(&mut self, of: &str) {
        self.rejecting.counts.warn(of);
    }

    /// Takes the next row.
    pub(crate) fn row(&mut self, mapping: &Mapping, row: &impl Row) {
        if self.has_ended() || !self.admits(mapping, row) {
            return;
        }
        let keeps_raw = self.rejecting.keeps_lines();
        if let Waiting::Threads(threads) = &mut self.waiting {
            match threads.take(mapping, HeldRow::of(row, mapping, keeps_raw)) {
                Ok(placed) => placed.into_iter().for_each(|placed| self.placed(mapping, &placed)),
                Err(fault) => self.fault(row, fault),
            }
            return;
        }
        let contact = match mapping.contact_of(row) {
            Ok(contact) => contact,
            Err(fault) => return self.fault(row, fault),
        };
        match &mut self.waiting {
            Waiting::Nobody | Waiting::Threads(_) => {
                if let Err(fault) = self.alone(mapping, row, &contact) {
                    self.fault(row, fault);
                }
            }
            Waiting::Group { contact: current, rows } => {
                let mut ended = Vec::new();
                if *current != *contact {
                    ended = std::mem::take(rows);
                    current.clear();
                    current.push_str(&contact);
                }
                rows.push(HeldRow::of(row, mapping, keeps_raw));
                self.group_of(mapping, &ended.iter().collect::<Vec<_>>());
            }
            Waiting::All { places, groups } => {
                let place = match places.get(contact.as_ref()) {
                    Some(place) => *place,
                    None => {
                        places.insert(contact.into_owned(), groups.len());
                        groups.push_back(Vec::new());
                        groups.len() - 1
                    }
                };
                groups[place].push(HeldRow::of(row, mapping, keeps_raw));
            }
        }
    }

    /// After the last row: makes events of some rows that still wait. `false` when none is left.
    pub(crate) fn finish(&mut self) -> bool {
        if self.has_ended() {
            return false;
        }
        let mapping = self.mapping.clone();
        match &mut self.waiting {
            Waiting::Nobody => false,
            Waiting::Group { rows, .. } => {
                let rows = std::mem::take(rows);
                self.group_of(&mapping, &rows.iter().collect::<Vec<_>>());
                !rows.is_empty()
            }
            Waiting::All { places, groups } => {
                places.clear();
                let Some(rows) = groups.pop_front() else { return false };
                self.group_of(&mapping, &rows.iter().collect::<Vec<_>>());
                true
            }
            Waiting::Threads(threads) => {
                let Some(placed) = threads.release(&mapping) else { return false };
                for placed in placed {
                    self.placed(&mapping, &placed);
                }
                true
            }
        }
    }

    /// The rows of one contact, which are all there.
    pub(crate) fn group<R: Row>(&mut self, rows: impl Iterator<Item = R>) {
        let mapping = self.mapping.clone();
        let rows: Vec<R> = rows.filter(|row| self.admits(&mapping, row)).collect();
        self.group_of(&mapping, &rows.iter().collect::<Vec<_>>());
    }

    /// Rejects something, and keeps it as it stood, where that is known.
    pub(crate) fn reject(&mut self, reject: Reject, raw: Option<&[u8]>) {
        if !self.has_ended() {
            let reject = self.rejecting.reject(reject.place.line, reject, raw.unwrap_or_default());
            self.say(reject);
        }
    }

    /// Whether nothing more is to come than what is ready.
    pub(crate) const fn has_ended(&self) -> bool {
        self.rejecting.has_ended()
    }

    /// Nothing behind this can be read. If others read other shares of the file, the first one says it for all.
    pub(crate) fn end(&mut self, reject: Reject) {
        if self.share.index == 0 && !self.has_ended() {
            let reject = self.rejecting.end(reject);
            self.say(reject);
        }
    }

    /// The log is over, at this line, and no row waits any more.
    pub(crate) fn close(&mut self, line: u64) {
        if !self.has_ended()
            && let Some(reject) = self.rejecting.finish(line.max(1))
        {
            self.say(reject);
        }
    }

    fn say(&mut self, reject: Reject) {
        if let Some(notes) = &mut self.notes {
            Note::of_reject(notes, &reject);
        }
        self.ready.push_back(Err(reject));
    }

    /// Whether a row is looked at: the mapping may ignore or refuse it.
    fn admits(&mut self, mapping: &Mapping, row: &impl Row) -> bool {
        if let Some(notes) = &mut self.notes {
            notes.push_back(Note::begun(mapping, row));
        }
        if let Some(entry) = mapping.ignores(row) {
            self.rejecting.counts.ignored += 1;
            self.note(row, Became::Ignored(Some(entry)));
            return false;
        }
        if let Some(fault) = mapping.refuses(row) {
            self.fault(row, fault);
            return false;
        }
        for warning in mapping.warnings(row) {
            self.rejecting.counts.warn(warning);
        }
        true
    }

    /// A row that is the next of its contact.
    fn alone(&mut self, mapping: &Mapping, row: &impl Row, key: &str) -> Result<(), RowFault> {
        let time = mapping.time_of(row)?;
        let contact = self.ids.contact(mapping, key, row)?;
        let mut memory = self.contacts.get(&contact).copied().unwrap_or(Memory::NEW);
        let known = memory.profile.filter(|_| mapping.one_customer());
        let Some(profile) = known.map_or_else(|| self.ids.profile(mapping, row, key), |p| Ok(Some(p)))?
        else {
            self.ignored(row);
            return Ok(());
        };
        memory.profile = Some(profile);
        if time < memory.row {
            self.rejecting.counts.warn(OUT_OF_ORDER);
        }
        memory.row = time;
        self.one(mapping, row, Whose { key, contact, profile, cause: None }, time, &mut memory);
        self.contacts.insert(contact, memory);
        Ok(())
    }

    /// A row whose thread is known.
    fn placed(&mut self, mapping: &Mapping, placed: &Placed) {
        let row = &placed.row;
        let made = (|| {
            let time = mapping.time_of(row)?;
            let contact = self.ids.contact(mapping, &placed.contact, row)?;
            let profile = match &placed.customer {
                Some(customer) => self.ids.customer(mapping, customer, row)?,
                None => match Ids::unknown(mapping, row, &placed.contact)? {
                    Some(profile) => profile,
                    None => {
                        self.ignored(row);
                        return Ok(());
                    }
                },
            };
            let mut memory = self.contacts.get(&contact).copied().unwrap_or(Memory::NEW);
            let cause = placed.parent.as_deref().and_then(|parent| mapping.parent_event(parent));
            let whose = Whose { key: &placed.contact, contact, profile, cause };
            self.one(mapping, row, whose, time, &mut memory);
            self.contacts.insert(contact, memory);
            Ok(())
        })();
        if let Err(fault) = made {
            self.fault(row, fault);
        }
    }

    fn group_of<R: Row>(&mut self, mapping: &Mapping, rows: &[&R]) {
        let mut in_order = Vec::with_capacity(rows.len());
        for (index, row) in rows.iter().enumerate() {
            match mapping.time_of(*row) {
                Ok(time) => in_order.push((time, index)),
                Err(fault) => self.fault(*row, fault),
            }
        }
        // By the place in the file too, so that it decides ties whatever the sort does.
        in_order.sort_unstable();
        let Some(&(_, first)) = in_order.first() else { return };
        self.occurrences.clear();
        if let Err(fault) = self.whole(mapping, rows, &in_order, rows[first]) {
            for (_, index) in in_order {
                self.fault(rows[index], fault.clone());
            }
        }
    }

    /// All rows of a contact, with their times, in order.
    fn whole<R: Row>(
        &mut self,
        mapping: &Mapping,
        rows: &[&R],
        in_order: &[(Micros, usize)],
        first: &R,
    ) -> Result<(), RowFault> {
        let key = mapping.contact_of(first)?;
        let contact = self.ids.contact(mapping, &key, first)?;
        if self.contacts.insert(contact, Memory::NEW).is_some() {
            let expected = "the rows of each contact in one place; those in a second one are not read";
            return Err(RowFault::new(RejectReason::RepeatedContact, expected));
        }
        let mut one = None;
        if mapping.one_customer() {
            let named = in_order.iter().find(|(_, index)| mapping.customer_of(rows[*index]).is_some());
            // If none names a customer, the first row's fault is the one to report.
            let row = named.map_or(first, |(_, index)| rows[*index]);
            match self.ids.profile(mapping, row, &key)? {
                Some(profile) => one = Some(profile),
                None => {
                    for (_, index) in in_order {
                        self.ignored(rows[*index]);
                    }
                    return Ok(());
                }
            }
        }
        let mut memory = Memory::NEW;
        for &(time, index) in in_order {
            let row = rows[index];
            match one.map_or_else(|| self.ids.profile(mapping, row, &key), |profile| Ok(Some(profile))) {
                Ok(Some(profile)) => {
                    self.one(
                        mapping,
                        row,
                        Whose { key: &key, contact, profile, cause: None },
                        time,
                        &mut memory,
                    );
                }
                Ok(None) => self.ignored(row),
                Err(fault) => self.fault(row, fault),
            }
        }
        Ok(())
    }

    /// Makes the events of one row.
    fn one(
        &mut self,
        mapping: &Mapping,
        row: &impl Row,
        whose: Whose<'_>,
        time: Micros,
        memory: &mut Memory,
    ) {
        let begins = !std::mem::replace(&mut memory.started, true);
        let ready = self.ready.len();
        if begins {
            match mapping.started(whose.contact, row) {
                Ok(None) => {}
                Ok(Some(data)) => self.give(row, whose, mapping.started_id(whose.key), (time, 0), data),
                Err(fault) => self.fault(row, fault),
            }
        }
        if let Err(fault) = self.events(mapping, row, whose, time, memory) {
            self.fault(row, fault);
        }
        if begins {
            machines::note_who_began(self.ready.range_mut(ready..));
        }
    }

    fn events(
        &mut self,
        mapping: &Mapping,
        row: &impl Row,
        whose: Whose<'_>,
        time: Micros,
        memory: &mut Memory,
    ) -> Result<(), RowFault> {
        let own = mapping.own_id(row)?;
        let mut key = std::mem::take(&mut self.key);
        let mut occurrence = 0;
        if own.is_none() {
            // Rows are counted whatever becomes of them, so that a change of the rules moves no id.
            mapping.key_of(whose.key, row, time, &mut key);
            let count = self.occurrences.entry(xxh3_64(key.as_bytes())).or_insert(0);
            occurrence = *count;
            *count += 1;
        }
        let mut given = std::mem::take(&mut self.given);
        let rule = if mapping.looks_back() {
            let before = self.previous.take(&whose.contact);
            let rule = mapping.said(whose.contact, row, time, before.as_deref(), &mut given);
            let mut now = before.unwrap_or_default();
            mapping.compared_of(row, &mut now);
            self.previous.put(whose.contact, now);
            rule
        } else {
            mapping.said(whose.contact, row, time, None, &mut given)
        };
        if let Some(rule) = rule? {
            self.note(row, Became::Ruled(rule));
        }
        if given.is_empty() {
            self.ignored(row);
        }
        for event in given.drain(..) {
            let made = event.and_then(|Given { name, at, data }| {
                let id = match &own {
                    Some(own) => mapping.event_id(own, name.as_deref(), row)?,
                    None => mapping.row_id(&mut key, occurrence, name.as_deref()),
                };
                Ok((at, id, data))
            });
            match made {
                Ok((at, id, data)) => self.give(row, whose, id, (at, memory.next(at)), data),
                Err(fault) => self.fault(row, fault),
            }
        }
        (self.key, self.given) = (key, given);
        Ok(())
    }

    fn give(
        &mut self,
        row: &impl Row,
        whose: Whose<'_>,
        id: EventId,
        (at, sequence): (Micros, u64),
        data: EventData,
    ) {
        // A reject of the same contact may have ended the log.
        if self.has_ended() {
            return;
        }
        let mut event = NewEvent::new(id, at, self.mapping.source().clone(), data).with_sequence(sequence);
        event.causation_id = whose.cause.filter(|_| sequence > 0).map(|cause| cause.0);
        if self.notes.is_some() {
            self.note(row, Became::Event { kind: event.data.kind(), id, at });
        }
        self.rejecting.counts.events += 1;
        self.ready.push_back(Ok(LogItem { profile: whose.profile, event, recorded_at: None }));
    }

    fn ignored(&mut self, row: &impl Row) {
        if self.has_ended() {
            return;
        }
        self.rejecting.counts.ignored += 1;
        self.note(row, Became::Ignored(None));
    }

    fn fault(&mut self, row: &impl Row, fault: RowFault) {
        let mut place = row.place();
        place.column = fault.column.or(place.column);
        let reject = Reject {
            file: None,
            place,
            reason: fault.reason,
            attribute: fault.attribute.map(Into::into),
            expected: fault.expected.into(),
            found: fault.found.map(Into::into),
        };
        let raw = self.rejecting.keeps_lines().then(|| row.raw()).flatten();
        self.reject(reject, raw.as_deref());
    }

    fn note(&mut self, row: &impl Row, became: Became) {
        if let Some(notes) = &mut self.notes {
            Note::add(notes, row.place(), became);
        }
    }
}

impl Ids {
    fn contact(&mut self, mapping: &Mapping, key: &str, row: &impl Row) -> Result<ContactId, RowFault> {
        let id = self.contacts.id(key, |key| mapping.contact(key));
        id.ok_or_else(|| mapping.no_contact(row))
    }

    fn customer(&mut self, mapping: &Mapping, name: &str, row: &impl Row) -> Result<ProfileId, RowFault> {
        let id = self.profiles.id(name, |name| mapping.profile(name));
        id.ok_or_else(|| mapping.no_customer(row))
    }

    /// Whose a row is; `None` if nobody knows and it is to be ignored.
    fn profile(
        &mut self,
        mapping: &Mapping,
        row: &impl Row,
        key: &str,
    ) -> Result<Option<ProfileId>, RowFault> {
        match mapping.customer_of(row) {
            Some(customer) => self.customer(mapping, &customer, row).map(Some),
            None => Self::unknown(mapping, row, key),
        }
    }

    fn unknown(mapping: &Mapping, row: &impl Row, key: &str) -> Result<Option<ProfileId>, RowFault> {
        match mapping.unknown_customers() {
            Unknown::Refuse => Err(mapping.no_customer(row)),
            Unknown::Ignore => Ok(None),
            Unknown::Own => Ok(mapping.unknown_profile(key)),
        }
    }
}

impl fmt::Debug for Maker {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Maker").field("counts", &self.rejecting.counts).finish_non_exhaustive()
    }
}
