//! Promises: made, kept, broken to the second.

use super::prescriptions::Finding;
use super::{Outlet, Step};
use crate::deadline::{Deadline, DeadlineKind};
use crate::decision::{Content, Evidence, OpenCause};
use crate::promise::{KeptBy, MAX_PROMISES, Promise};
use crate::rulebook::SignalOn;
use crate::rulebook::document::PrescribeOn;
use throughline_core::event::vocabulary::{PromiseMade, VoicemailLeft};
use throughline_core::ids::{ContactId, PromiseId};
use throughline_core::name::Sym;
use throughline_core::time::Micros;

impl<S: Outlet> Step<'_, S> {
    /// Somebody promises something by a time.
    pub(super) fn promise_made(&mut self, e: &PromiseMade<Sym>) {
        self.promised(e.promise, e.contact, e.what, e.due, KeptBy::Word);
        self.look_whether_too_far(e.promise);
    }

    /// A promise that is made again before its time is a new agreement: the new time holds.
    fn promised(
        &mut self,
        id: PromiseId,
        contact: Option<ContactId>,
        what: Sym,
        due: Micros,
        kept_by: KeptBy,
    ) {
        self.forget_promise(id);
        if self.journey.promises.open().len() == MAX_PROMISES {
            let oldest = self.journey.promises.open()[0].id;
            self.forget_promise(oldest);
        }
        let (at, trigger) = (self.at, self.trigger());
        let promise =
            Promise { id, what, contact, made_at: at, due, kept_by, made_by: trigger, broken: false };
        self.journey.promises.add(promise);
        let (rule, kind) = (self.rules.promises_rule, DeadlineKind::Promise);
        self.journey.deadlines.set(Deadline { at: due.max(at), rule, trigger, kind, subject: id.0, due });
    }

    pub(super) fn promise_kept(&mut self, id: PromiseId) {
        let at = self.at;
        if self.journey.promises.get(id).is_some_and(|promise| !promise.can_be_kept_at(at)) {
            return;
        }
        if let Some(promise) = self.forget_promise(id) {
            let count = self.journey.promises.count_mut();
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
            self.journey.promises.open().iter().find(|promise| promise.is_kept_by_call_at(at)).map(|p| p.id)
        {
            self.promise_kept(kept);
        }
    }

    /// The customer agreed to another time. A promise that is broken stays so; the new time is a new promise.
    pub(super) fn renegotiated(&mut self, id: PromiseId, due: Micros) {
        let Some(promise) = self.journey.promises.get(id) else {
            return;
        };
        let Promise { contact, what, kept_by, broken, .. } = *promise;
        self.promised(id, contact, what, due, kept_by);
        // It is the same promise with another time, unless the old time had passed.
        let count = self.journey.promises.count_mut();
        count.made -= u32::from(!broken);
        count.renegotiated += u32::from(!broken);
        self.look_whether_too_far(id);
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
        let known = self.journey.promises.get(id).is_some_and(|promise| !promise.broken);
        let (kept_by, within) = (KeptBy::Call(from.unwrap_or(Micros::MIN)), self.rules.voicemail_within);
        self.promised(id, Some(contact), Sym::NONE, due.unwrap_or(self.at + within), kept_by);
        // Asked for first and given a time later: one promise.
        self.journey.promises.count_mut().made -= u32::from(known);
        if due.is_some() {
            self.look_whether_too_far(id);
        }
    }

    pub(super) fn voicemail(&mut self, e: &VoicemailLeft<()>) {
        match self.journey.cases.of_contact(e.contact) {
            Some(ix) => self.touch(ix),
            None => self.open(e.contact, OpenCause::Voicemail, self.at, None, None),
        }
        let due = e.due.unwrap_or(self.at + self.rules.voicemail_within);
        self.promised(e.promise, Some(e.contact), Sym::NONE, due, KeptBy::Word);
    }

    /// Says so if somebody has just named a time that cannot be kept, by what was known to be possible then.
    fn look_whether_too_far(&mut self, id: PromiseId) {
        let Some(policy) = self.rules.too_far.filter(|_| self.books.knows_what_can_be_kept()) else { return };
        let Some(promise) = self.journey.promises.get(id) else { return };
        let (due, contact) = (promise.due, promise.contact);
        let what = match promise.kept_by {
            KeptBy::Call(_) => policy.callback,
            KeptBy::Word => promise.what,
        };
        let answer = self.books.may_promise(what, due, self.at);
        if answer.is_refused() {
            let content = Content::PromiseTooFar { promise: id, what, due, earliest: answer.earliest };
            self.conclude(policy.rule, self.case_in(contact), content, 0, self.this_event());
        }
    }

    /// The case of the contact in which a promise was made; nil if there is none.
    fn case_in(&self, contact: Option<ContactId>) -> ContactId {
        let cases = &self.journey.cases;
        contact.and_then(|c| cases.of_contact(c)).map_or(ContactId::default(), |ix| cases.get(ix).key)
    }

    pub(super) fn promise_is_broken(&mut self, deadline: &Deadline) {
        let id = PromiseId(deadline.subject);
        let Some(promise) = self.journey.promises.get_mut(id) else {
            return;
        };
        promise.broken = true;
        let contact = promise.contact;
        self.journey.promises.count_mut().broken += 1;
        let case = self.case_in(contact);
        let mut evidence = Evidence::new();
        evidence.push(deadline.trigger.event);
        let content = Content::PromiseBroken { promise: id, due: deadline.due };
        self.conclude(deadline.rule, case, content, 0, evidence);
        self.signal_about(None, contact, |on| *on == SignalOn::PromiseBroken);
        self.act_on(&Finding::new(PrescribeOn::PromiseBroken, deadline.rule, case));
    }

    fn forget_promise(&mut self, id: PromiseId) -> Option<Promise> {
        let promise = self.journey.promises.take(id)?;
        self.journey.deadlines.cancel(|d| d.kind == DeadlineKind::Promise && d.subject == id.0);
        Some(promise)
    }
}
