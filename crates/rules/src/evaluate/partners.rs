//! Third parties: what a partner told, and that it has told nothing for too long.

use super::prescriptions::Finding;
use super::{Outlet, Step};
use crate::deadline::{Deadline, DeadlineKind};
use crate::decision::{Content, Evidence};
use crate::partners::{MAX_PARTNER_THINGS, PartnerThing};
use crate::rulebook::SignalOn;
use crate::rulebook::document::PrescribeOn;
use throughline_core::event::vocabulary::PartnerUpdated;
use throughline_core::ids::ContactId;
use throughline_core::name::Sym;
use throughline_core::tight;
use throughline_core::time::Span;

impl<S: Outlet> Step<'_, S> {
    /// A partner tells where a thing stands, and perhaps when it will tell again.
    pub(super) fn partner_updated(&mut self, e: &PartnerUpdated<Sym>) {
        let Some(policy) = &self.rules.partners else { return };
        let (at, trigger, status) = (self.at, self.trigger, e.status.unwrap_or(Sym::NONE));
        let promised = e.next_within_secs.map(|secs| Span::from_secs(i64::from(secs)));
        // Where nothing more will happen, nothing more is told.
        let is_last = promised.is_none() && policy.is_last(status);
        let within = promised.or_else(|| policy.expected_of(e.partner)).filter(|_| !is_last);
        let (rule, due) = (policy.rule, within.map(|within| at + within));
        let things = &mut self.journey.rare_or_new().partners;
        let before = things.iter().position(|t| t.is_the_thing(e.partner, e.issue, e.contact));
        let before = before.or_else(|| (things.len() == MAX_PARTNER_THINGS).then_some(0));
        if let Some(before) = before {
            let told_by = things.remove(before).updated_by.event;
            self.journey
                .deadlines
                .cancel(|d| d.kind == DeadlineKind::PartnerSilent && d.trigger.event == told_by);
        }
        let thing = PartnerThing {
            partner: e.partner,
            issue: e.issue,
            contact: e.contact,
            status,
            updated_at: at,
            updated_by: trigger,
            due,
            silent: false,
        };
        tight::push(&mut self.journey.rare_or_new().partners, thing);
        if let Some(due) = due {
            let (kind, subject) = (DeadlineKind::PartnerSilent, trigger.event.0);
            self.journey.deadlines.set(Deadline { at: due, rule, trigger, kind, subject, due });
        }
    }

    /// The partner has told nothing for longer than it promised. Where the case is settled, nobody waits for it.
    pub(super) fn partner_is_silent(&mut self, deadline: &Deadline) {
        let told_by = deadline.trigger.event;
        let things = self.journey.partners();
        let Some(place) = things.iter().position(|t| t.updated_by.event == told_by) else { return };
        let case = self.journey.case_of_thing(&things[place]);
        if case.is_some_and(|ix| self.journey.cases.get(ix).state.is_settled()) {
            return;
        }
        let thing = &mut self.journey.rare_or_new().partners[place];
        thing.silent = true;
        let (partner, contact) = (thing.partner, thing.contact);
        let content = Content::PartnerSilent { partner, since: thing.updated_at, due: deadline.due };
        let key = case.map_or(ContactId::default(), |ix| self.journey.cases.get(ix).key);
        let mut evidence = Evidence::new();
        evidence.push(told_by);
        self.conclude(deadline.rule, key, content, 0, evidence);
        self.signal_about(case, contact, |on| *on == SignalOn::PartnerSilent);
        self.act_on(&Finding::new(PrescribeOn::PartnerSilent, deadline.rule, key));
    }
}
