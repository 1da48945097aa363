//! Joins answers to the rows that they answer, also when those come later in the file.
//!
//! A thread is a row that answers none and whatever answers it, directly or not. Its first customer's rows, and the
//! company's answers to them, are the contact that is named by the thread's root. Another customer who joins in has a
//! contact of their own, so that nobody's words end up in somebody else's journey; with `take = "first"` all is the
//! first customer's.
//!
//! A row whose parent did not come yet waits. At the end of the file, or when more rows wait than the mapping allows,
//! the oldest go on as if their parent had been there and named nobody: their thread is named by the missing row, so
//! that its answers stay together.

use super::generations::Generations;
use super::held::HeldRow;
use crate::mapping::{Mapping, RowFault};
use crate::reject::RejectReason;
use rustc_hash::{FxHashMap, FxHashSet};
use std::collections::VecDeque;
use std::sync::Arc;
use xxhash_rust::xxh3::xxh3_128;

/// The threads of a log.
pub(super) struct Threads {
    /// The rows that came, by a hash of what they are called.
    known: Generations<u128, Known>,
    /// Rows that wait, by what they answer.
    waiting: FxHashMap<String, Vec<(String, HeldRow)>>,
    /// What waiting rows are called, and what they answer.
    answers: FxHashMap<String, String>,
    /// What is waited for, in the order in which it was asked for.
    asked: VecDeque<String>,
    /// The first customer of each thread, and before there is one the rows that wait for one.
    customers: FxHashMap<Arc<str>, Arc<str>>,
    nobodys: FxHashMap<Arc<str>, Vec<(HeldRow, Option<String>)>>,
    /// The roots of `nobodys`, in order.
    silent: VecDeque<Arc<str>>,
    most: usize,
}

#[derive(Clone)]
struct Known {
    root: Arc<str>,
    /// Whose it is; `None` if nobody is known so far.
    customer: Option<Arc<str>>,
}

/// A row with its contact.
pub(super) struct Placed {
    pub(super) row: HeldRow,
    pub(super) contact: String,
    /// The row that it answers, if that is in the file.
    pub(super) parent: Option<String>,
    pub(super) customer: Option<Arc<str>>,
}

impl Threads {
    pub(super) fn new(most: usize) -> Self {
        Self {
            known: Generations::new(most),
            waiting: FxHashMap::default(),
            answers: FxHashMap::default(),
            asked: VecDeque::new(),
            customers: FxHashMap::default(),
            nobodys: FxHashMap::default(),
            silent: VecDeque::new(),
            most,
        }
    }

    /// Takes a row, and gives those whose thread is known now.
    pub(super) fn take(&mut self, mapping: &Mapping, row: HeldRow) -> Result<Vec<Placed>, RowFault> {
        // The reader has one only for a mapping with a parent.
        let names = mapping.parent().map(|parent| mapping.names_in_thread(parent, &row));
        let (Some(name), parent) = names.unwrap_or_default() else {
            let expected = "what other rows call this row";
            return Err(RowFault::new(RejectReason::MissingAttribute, expected));
        };
        let Some(parent) = parent.filter(|parent| *parent != name) else {
            return Ok(self.place(mapping, name, row, None));
        };
        if let Some(known) = self.known.get(&xxh3_128(parent.as_bytes())).cloned() {
            return Ok(self.place(mapping, name, row, Some((known, Some(parent)))));
        }
        if !self.waiting.contains_key(&parent) {
            self.asked.push_back(parent.clone());
        }
        self.answers.insert(name.clone(), parent.clone());
        self.waiting.entry(parent).or_default().push((name, row));
        if self.answers.len() > self.most {
            Ok(self.give_up(mapping).unwrap_or_default())
        } else {
            Ok(Vec::new())
        }
    }

    /// After the last row: gives some of the rows that still wait; `None` if none does.
    pub(super) fn release(&mut self, mapping: &Mapping) -> Option<Vec<Placed>> {
        if let Some(placed) = self.give_up(mapping) {
            return Some(placed);
        }
        // Threads in which nobody ever named a customer.
        let root = self.silent.pop_front()?;
        let rows = self.nobodys.remove(&root).unwrap_or_default();
        let contact = || root.to_string();
        Some(
            rows.into_iter()
                .map(|(row, parent)| Placed { row, parent, contact: contact(), customer: None })
                .collect(),
        )
    }

    /// Waits no longer for the row that was asked for first.
    fn give_up(&mut self, mapping: &Mapping) -> Option<Vec<Placed>> {
        let mut missing = loop {
            let asked = self.asked.pop_front()?;
            if self.waiting.contains_key(&asked) {
                break asked;
            }
        };
        // It may be there and wait itself. Then the one to give up is the one that it waits for.
        let mut seen = FxHashSet::default();
        while let Some(above) = self.answers.get(&missing)
            && seen.insert(missing.clone())
        {
            missing = above.clone();
        }
        let known = Known { root: missing.as_str().into(), customer: None };
        self.known.put(xxh3_128(missing.as_bytes()), known.clone());
        let mut placed = Vec::new();
        for (name, row) in self.waiting.remove(&missing).unwrap_or_default() {
            self.answers.remove(&name);
            placed.extend(self.place(mapping, name, row, Some((known.clone(), None))));
        }
        // Whoever asked first may still wait, behind others of the same thread that are not there.
        Some(placed)
    }

    /// Places a row and, behind it, all that waited for it.
    fn place(
        &mut self,
        mapping: &Mapping,
        name: String,
        row: HeldRow,
        parent: Option<(Known, Option<String>)>,
    ) -> Vec<Placed> {
        let mut placed = Vec::new();
        let mut next = VecDeque::from([(name, row, parent)]);
        while let Some((name, row, parent)) = next.pop_front() {
            let known = self.one(mapping, &name, row, parent, &mut placed);
            for (child, row) in self.waiting.remove(&name).unwrap_or_default() {
                self.answers.remove(&child);
                next.push_back((child, row, Some((known.clone(), Some(name.clone())))));
            }
            self.known.put(xxh3_128(name.as_bytes()), known);
        }
        placed
    }

    fn one(
        &mut self,
        mapping: &Mapping,
        name: &str,
        row: HeldRow,
        parent: Option<(Known, Option<String>)>,
        placed: &mut Vec<Placed>,
    ) -> Known {
        let (root, above, parent) = match parent {
            Some((known, parent)) => (known.root, known.customer, parent),
            None => (Arc::from(name), None, None),
        };
        let own = mapping.customer_of(&row).map(|customer| Arc::<str>::from(customer.as_ref()));
        let first = self.customers.get(&root).cloned();
        let customer = if mapping.one_customer() {
            first.clone().or(own)
        } else {
            own.or(above).or_else(|| first.clone())
        };
        let Some(customer) = customer else {
            if !self.nobodys.contains_key(&root) {
                self.silent.push_back(root.clone());
            }
            self.nobodys.entry(root.clone()).or_default().push((row, parent));
            return Known { root, customer: None };
        };
        if first.is_none() {
            self.customers.insert(root.clone(), customer.clone());
            for (row, parent) in self.nobodys.remove(&root).unwrap_or_default() {
                let contact = root.to_string();
                placed.push(Placed { row, contact, parent, customer: Some(customer.clone()) });
            }
        }
        let is_first = first.is_none_or(|first| first == customer);
        let contact = if is_first { root.to_string() } else { format!("{root} {customer}") };
        placed.push(Placed { row, contact, parent, customer: Some(customer.clone()) });
        Known { root, customer: Some(customer) }
    }
}
