//! What a partner told last, as people and programs read it: a part of [`JourneyView`](crate::view::JourneyView).

use crate::journey::Journey;
use crate::ledger::handle_of;
use crate::partners::PartnerThing;
use alloc::{collections::BTreeMap, string::String};
use core::fmt;
use serde::Serialize;
use throughline_core::ids::{ContactId, EventId, IssueRef};
use throughline_core::name::Interner;
use throughline_core::time::Micros;

/// What a partner told last of one thing.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct PartnerView {
    /// The partner.
    pub partner: String,
    /// The handle of the case that it is about, if it is about one.
    pub case: Option<ContactId>,
    /// The issue that it is about, by the partner's reference.
    pub issue: Option<IssueRef>,
    /// The contact that it is about, if it was told for one.
    pub contact: Option<ContactId>,
    /// Where it stands, in the partner's own word.
    pub status: Option<String>,
    /// When that was told.
    pub updated_at: Micros,
    /// The event that told it.
    pub event: EventId,
    /// When its next word is or was due; none: nothing more is expected.
    pub due: Option<Micros>,
    /// Whether it has been silent for longer than that.
    pub silent: bool,
}

impl PartnerView {
    pub(crate) fn of(
        thing: &PartnerThing,
        journey: &Journey,
        names: &Interner,
        handles: &BTreeMap<ContactId, ContactId>,
    ) -> Self {
        let case = journey.case_of_thing(thing).map(|ix| journey.cases.get(ix).key);
        Self {
            partner: names.resolve(thing.partner).into(),
            case: case.map(|key| handle_of(key, handles)),
            issue: thing.issue,
            contact: thing.contact,
            status: (!thing.status.is_none()).then(|| names.resolve(thing.status).into()),
            updated_at: thing.updated_at,
            event: thing.updated_by.event,
            due: thing.due,
            silent: thing.silent,
        }
    }
}

impl fmt::Display for PartnerView {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { partner, updated_at, .. } = self;
        write!(f, "{partner}")?;
        if let Some(case) = self.case {
            write!(f, " about case {case}")?;
        }
        match &self.status {
            Some(status) => write!(f, ": {status} since {updated_at}")?,
            None => write!(f, ": heard of at {updated_at}")?,
        }
        match self.due {
            Some(due) if self.silent => write!(f, "; SILENT, its next word was due {due}"),
            Some(due) => write!(f, "; its next word is due {due}"),
            None => Ok(()),
        }
    }
}
