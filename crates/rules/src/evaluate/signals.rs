//! Signs of leaving, and limits on what a contact may ask of a customer.

use super::prescriptions::Finding;
use super::{Outlet, Step};
use crate::case::CaseIx;
use crate::churn::{Churn, Flag};
use crate::deadline::{Deadline, DeadlineKind};
use crate::decision::Content;
use crate::rulebook::document::PrescribeOn;
use crate::rulebook::{LimitCounts, SignalOn};
use alloc::boxed::Box;
use throughline_core::customer::Contact;
use throughline_core::event::Direction;
use throughline_core::event::vocabulary::ContactStarted;
use throughline_core::ids::ContactId;
use throughline_core::name::Sym;
use throughline_core::time::{Micros, Span};
use uuid::Uuid;

/// How many whole minutes a time has, as far as they can be counted.
fn minutes(time: Span) -> u16 {
    u16::try_from(time.0 / Span::from_secs(60).0).unwrap_or(u16::MAX)
}

impl<S: Outlet> Step<'_, S> {
    pub(super) fn page_viewed(&mut self, page: Sym) {
        self.signal(|on| *on == SignalOn::PageViewed(page));
    }

    pub(super) fn custom(&mut self, name: Sym) {
        self.signal(|on| *on == SignalOn::Custom(name));
    }

    pub(super) fn identity_asked(&mut self) {
        if self.journey.customer.asked_again_by(self.trigger.event) {
            self.signal(|on| *on == SignalOn::IdentityAskedAgain);
        }
    }

    /// The customer makes contact about what she had made contact about before: the same case, or the same topic.
    pub(super) fn repeated(&mut self, e: &ContactStarted<Sym>) {
        let Some(longest) = self.rules.repeats_within.filter(|_| e.direction == Direction::Inbound) else {
            return;
        };
        let (at, cases) = (self.at, &self.journey.cases);
        let case = cases.of_contact(e.contact);
        let same = |earlier: &Contact| {
            case.is_some() && cases.of_contact(earlier.id) == case
                || e.topic.is_some_and(|topic| topic == earlier.topic)
        };
        // In the order in which they began, so that nothing older than the longest time is looked at.
        let recent =
            self.journey.customer.contacts().iter().rev().take_while(|c| at.since(c.started_at) <= longest);
        let mut inbound = recent.filter(|c| c.id != e.contact && c.direction == Direction::Inbound);
        if let Some(passed) = inbound.find(|c| same(c)).map(|c| at.since(c.started_at)) {
            self.signal_about(
                case,
                Some(e.contact),
                |on| matches!(on, SignalOn::RepeatContact(within) if passed <= *within),
            );
        }
    }

    /// Adds every signal that this step gives, unless it is the doing of a disruption.
    pub(super) fn signal_about(
        &mut self,
        case: Option<CaseIx>,
        contact: Option<ContactId>,
        gives: impl Fn(&SignalOn) -> bool,
    ) {
        if !self.is_excused(case, contact) {
            self.signal(gives);
        }
    }

    /// Adds every signal that this step gives.
    pub(super) fn signal(&mut self, gives: impl Fn(&SignalOn) -> bool) {
        let Some(rule) = &self.rules.churn else { return };
        for sign in rule.signals.iter().filter(|sign| gives(&sign.on)) {
            let churn = self.journey.churn.get_or_insert_with(|| Box::new(Churn::new()));
            let score = churn.add(sign, rule.half_life, self.at, self.trigger.event);
            match churn.flag {
                Some(_) => self.set_clearing(),
                None if score >= rule.flag_at => self.flag(score),
                None => {}
            }
        }
    }

    fn flag(&mut self, score: f64) {
        let (Some(rule), Some(churn)) = (&self.rules.churn, &mut self.journey.churn) else {
            return;
        };
        churn.flag = Some(Box::new(Flag { at: self.at, trigger: self.trigger }));
        let occurrence = churn.count_flag(self.trigger.event);
        let top = churn.top();
        let cause = top.map_or(Sym::NONE, |top| self.books.signal_name(top));
        let evidence = churn.evidence();
        self.conclude(
            rule.rule,
            ContactId::default(),
            Content::ChurnFlagged { score, cause },
            occurrence,
            evidence,
        );
        self.set_clearing();
        let found = Finding::new(PrescribeOn::ChurnFlagged, rule.rule, ContactId::default());
        self.act_on(&Finding { occurrence, top, ..found });
    }

    /// Solves once when the flag comes down, and lets that instant count.
    fn set_clearing(&mut self) {
        let (Some(rule), Some(churn)) = (&self.rules.churn, &self.journey.churn) else {
            return;
        };
        let Some(flag) = &churn.flag else { return };
        let at = churn.falls_to(rule.clear_at).max(self.at);
        self.journey.deadlines.cancel(|d| d.kind == DeadlineKind::ChurnClears);
        let (trigger, kind) = (flag.trigger, DeadlineKind::ChurnClears);
        self.journey.deadlines.set(Deadline {
            at,
            rule: rule.rule,
            trigger,
            kind,
            subject: Uuid::nil(),
            due: at,
        });
    }

    pub(super) fn churn_clears(&mut self, deadline: &Deadline) {
        let Some(churn) = &mut self.journey.churn else { return };
        let Some(flag) = churn.flag.take() else { return };
        let occurrence = churn.flags_of(flag.trigger.event);
        let evidence = churn.evidence();
        let content = Content::ChurnCleared { flagged_at: flag.at };
        self.conclude(deadline.rule, ContactId::default(), content, occurrence, evidence);
    }

    /// Waiting or hold has come to an end: was it too long?
    pub(super) fn check_waits(&mut self, contact: ContactId) {
        self.check_limits(contact, LimitCounts::WaitMinutes);
        self.check_limits(contact, LimitCounts::HoldMinutes);
    }

    /// Says once for each contact and limit that it was passed: when the count becomes one more than allowed.
    pub(super) fn check_limits(&mut self, contact: ContactId, counts: LimitCounts) {
        for limit in self.rules.limits.iter().filter(|l| l.counts == counts) {
            let Some(state) = self.journey.customer.contact(contact) else {
                return;
            };
            let count = match counts {
                LimitCounts::Transfers => state.transfers,
                LimitCounts::PingPongs => state.ping_pongs,
                LimitCounts::MenuDepth => state.menu_depth,
                LimitCounts::WaitMinutes => minutes(state.wait),
                LimitCounts::HoldMinutes => minutes(state.hold),
            };
            if count <= limit.above || self.journey.limits_passed(contact) & limit.bit != 0 {
                continue;
            }
            self.journey.pass_limit(contact, limit.bit);
            let cases = &self.journey.cases;
            let case = cases.of_contact(contact).map_or(ContactId::default(), |ix| cases.get(ix).key);
            let evidence = self.this_event();
            self.conclude(limit.rule, case, Content::LimitPassed { contact, count }, 0, evidence);
            self.signal_about(None, Some(contact), |on| *on == SignalOn::LimitPassed);
            self.act_on(&Finding::new(PrescribeOn::LimitPassed, limit.rule, case));
        }
    }

    pub(super) const fn now(&self) -> Micros {
        self.at
    }
}
