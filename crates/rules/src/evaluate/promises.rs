//! Promises: made, kept, broken to the second.

use super::prescriptions::Finding;
use super::{Outlet, Step};
use crate::deadline::{Deadline, DeadlineKind};
use crate::decision::{Content, Evidence, OpenCause};
use crate::promise::{KeptBy, MAX_PROMISES, Promise};
use crate::rulebook::SignalOn;
use crate::rulebook::document::PrescribeOn;
use throughline_core::event::vocabulary::VoicemailLeft;
use throughline_core::ids::{ContactId, PromiseId};
use throughline_core::tight;
use throughline_core::time::Micros;

impl<S: Outlet> Step<'_, S> {
    /// A promise that is made again before its time is a new agreement: the new time holds.
    pub(super) fn promised(
        &mut self,
        id: PromiseId,
        contact: Option<ContactId>,
        due: Micros,
        kept_by: KeptBy,
    ) {
        self.forget_promise(id);
        if self.journey.promises.len() == MAX_PROMISES {
            let oldest = self.journey.promises[0].id;
            self.forget_promise(oldest);
        }
        let (at, trigger) = (self.at, self.trigger());
        self.journey.promise_count.made += 1;
        tight::push(
            &mut self.journey.promises,
            Promise { id, contact, made_at: at, due, kept_by, made_by: trigger, broken: false },
        );
        let (rule, kind) = (self.rules.promises_rule, DeadlineKind::Promise);
        self.journey.deadlines.set(Deadline { at: due.max(at), rule, trigger, kind, subject: id.0, due });
    }

    pub(super) fn promise_kept(&mut self, id: PromiseId) {
        let at = self.at;
        if self.journey.promises.iter().any(|p| p.id == id && !p.can_be_kept_at(at)) {
            return;
        }
        if let Some(promise) = self.forget_promise(id) {
            let count = &mut self.journey.promise_count;
            if promise.broken {
                count.kept_late += 1;
            } else {
                count.kept += 1;
            }
        }
    }

    /// We call: that is what every call back that was agreed on, and is not to be made later, waits for.
    pub(super) fn called(&mut self) {
        let at = self.at;
        while let Some(kept) =
            self.journey.promises.iter().find(|promise| promise.is_kept_by_call_at(at)).map(|p| p.id)
        {
            self.promise_kept(kept);
        }
    }

    /// The customer agreed to another time. A promise that is broken stays so; the new time is a new promise.
    pub(super) fn renegotiated(&mut self, id: PromiseId, due: Micros) {
        let Some(promise) = self.journey.promises.iter().find(|p| p.id == id) else {
            return;
        };
        let (contact, kept_by, broken) = (promise.contact, promise.kept_by, promise.broken);
        self.promised(id, contact, due, kept_by);
        // It is the same promise with another time, unless the old time had passed.
        self.journey.promise_count.made -= u32::from(!broken);
    }

    /// A call back: a promise with a window.
    pub(super) fn callback(
        &mut self,
        id: PromiseId,
        contact: ContactId,
        from: Option<Micros>,
        due: Option<Micros>,
    ) {
        match self.journey.cases.of_contact(contact) {
            Some(ix) => self.touch(ix),
            None => self.open(contact, OpenCause::Callback, self.at, None, None),
        }
        let known = self.journey.promises.iter().any(|p| p.id == id && !p.broken);
        let due = due.unwrap_or(self.at + self.rules.voicemail_within);
        self.promised(id, Some(contact), due, KeptBy::Call(from.unwrap_or(Micros::MIN)));
        // Asked for first and given a time later: one promise.
        self.journey.promise_count.made -= u32::from(known);
    }

    pub(super) fn voicemail(&mut self, e: &VoicemailLeft<()>) {
        match self.journey.cases.of_contact(e.contact) {
            Some(ix) => self.touch(ix),
            None => self.open(e.contact, OpenCause::Voicemail, self.at, None, None),
        }
        let due = e.due.unwrap_or(self.at + self.rules.voicemail_within);
        self.promised(e.promise, Some(e.contact), due, KeptBy::Word);
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
        self.signal_about(None, contact, |on| *on == SignalOn::PromiseBroken);
        self.act_on(&Finding::new(PrescribeOn::PromiseBroken, deadline.rule, case));
    }

    fn forget_promise(&mut self, id: PromiseId) -> Option<Promise> {
        let place = self.journey.promises.iter().position(|p| p.id == id)?;
        self.journey.deadlines.cancel(|d| d.kind == DeadlineKind::Promise && d.subject == id.0);
        Some(self.journey.promises.remove(place))
    }
}
