//! Promises: made, kept, broken to the second.

use super::{Outlet, Step};
use crate::deadline::{Deadline, DeadlineKind};
use crate::decision::{Content, Evidence, OpenCause};
use crate::promise::{MAX_PROMISES, Promise};
use crate::rulebook::SignalOn;
use crate::rulebook::document::PrescribeOn;
use throughline_core::event::vocabulary::VoicemailLeft;
use throughline_core::ids::{ContactId, PromiseId};
use throughline_core::tight;
use throughline_core::time::Micros;

impl<S: Outlet> Step<'_, S> {
    /// A promise that is made again before its time is a new agreement: the new time holds.
    pub(super) fn promised(&mut self, id: PromiseId, contact: Option<ContactId>, due: Micros) {
        self.forget_promise(id);
        if self.journey.promises.len() == MAX_PROMISES {
            let oldest = self.journey.promises[0].id;
            self.forget_promise(oldest);
        }
        let (at, trigger) = (self.at, self.trigger());
        self.journey.promise_count.made += 1;
        tight::push(
            &mut self.journey.promises,
            Promise { id, contact, made_at: at, due, made_by: trigger, broken: false },
        );
        let (rule, kind) = (self.rules.promises_rule, DeadlineKind::Promise);
        self.journey.deadlines.set(Deadline { at: due.max(at), rule, trigger, kind, subject: id.0, due });
    }

    pub(super) fn promise_kept(&mut self, id: PromiseId) {
        if let Some(promise) = self.forget_promise(id) {
            let count = &mut self.journey.promise_count;
            if promise.broken {
                count.kept_late += 1;
            } else {
                count.kept += 1;
            }
        }
    }

    pub(super) fn voicemail(&mut self, e: &VoicemailLeft<()>) {
        match self.journey.cases.of_contact(e.contact) {
            Some(ix) => self.touch(ix),
            None => self.open(e.contact, OpenCause::Voicemail, self.at, None, None),
        }
        let due = e.due.unwrap_or(self.at + self.rules.voicemail_within);
        self.promised(e.promise, Some(e.contact), due);
    }

    pub(super) fn promise_is_broken(&mut self, deadline: &Deadline) {
        let id = PromiseId(deadline.subject);
        let Some(promise) = self.journey.promises.iter_mut().find(|p| p.id == id) else {
            return;
        };
        promise.broken = true;
        let contact = promise.contact;
        self.journey.promise_count.broken += 1;
        let cases = &self.journey.cases;
        let case =
            contact.and_then(|c| cases.of_contact(c)).map_or(ContactId::default(), |ix| cases.get(ix).key);
        let mut evidence = Evidence::new();
        evidence.push(deadline.trigger.event);
        let content = Content::PromiseBroken { promise: id, due: deadline.due };
        self.conclude(deadline.rule, case, content, 0, evidence);
        self.signal(|on| *on == SignalOn::PromiseBroken);
        self.prescribe(PrescribeOn::PromiseBroken, deadline.rule, case, 0, None);
    }

    fn forget_promise(&mut self, id: PromiseId) -> Option<Promise> {
        let place = self.journey.promises.iter().position(|p| p.id == id)?;
        self.journey.deadlines.cancel(|d| d.kind == DeadlineKind::Promise && d.subject == id.0);
        Some(self.journey.promises.remove(place))
    }
}
