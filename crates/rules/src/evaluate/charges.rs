//! A bill after a cancellation took effect: our failure, which opens a case whether she writes about it or not.
//!
//! Such a case has no contact, so the charge's event names it in the place of one. It is about the rulebook's topic, and
//! what comes later about that topic joins it as it would join any other.

use super::{Outlet, Step};
use crate::case::{Case, CaseIx, CaseState, Instance, Origin, WaitsFor};
use crate::decision::{OpenCause, ReopenCause};
use crate::rulebook::ChargedPolicy;
use throughline_core::customer::known::{Subscription, SubscriptionState};
use throughline_core::event::ChargeOutcome;
use throughline_core::event::vocabulary::Charged;
use throughline_core::ids::ContactId;
use throughline_core::name::Sym;

impl<S: Outlet> Step<'_, S> {
    pub(super) fn charged(&mut self, e: &Charged<Sym>) {
        // Who disputes a charge was charged before.
        let Some(policy) = self.rules.charged.filter(|_| e.outcome != ChargeOutcome::Disputed) else {
            return;
        };
        if !self.had_ended(e.subscription, policy) {
            return;
        }
        let key = ContactId(self.trigger.event.0);
        let on_topic = self.journey.cases.of_topic(policy.topic);
        let window = self.rules.reopen_window(policy.topic);
        let same = on_topic.filter(|ix| {
            let case = self.journey.cases.get(*ix);
            case.state != CaseState::Lapsed && self.at.since(case.last_activity) <= window
        });
        match same {
            Some(ix) => self.charge_joins(key, ix),
            None => self.open_for_charge(key, policy.topic, on_topic),
        }
    }

    /// Whether what is charged for was over by then. A charge that names no subscription is one for what was cancelled only
    /// where everything was, and nothing was begun since.
    fn had_ended(&self, subscription: Option<Sym>, policy: ChargedPolicy) -> bool {
        let all = self.journey.customer.known().map_or(&[][..], |known| known.subscriptions());
        let of = |wanted: Sym| all.iter().find(|known| known.subscription == wanted);
        let is_over = |known: &Subscription| {
            known.state == SubscriptionState::Ended && self.at.since(known.since) > policy.final_bill_within
        };
        match subscription.and_then(of) {
            Some(known) => is_over(known),
            None => {
                of(Sym::NONE).is_some_and(is_over)
                    && all.iter().all(|known| known.state == SubscriptionState::Ended)
            }
        }
    }

    /// The charge's id names the case too: where the charge was told first, that is how the case was announced.
    fn charge_joins(&mut self, key: ContactId, ix: CaseIx) {
        self.hold(key, ix);
        self.touch(ix);
        let case = self.journey.cases.get_mut(ix);
        if case.state == CaseState::Open {
            case.priority = case.priority.saturating_add(1);
            self.wait_for(ix, WaitsFor::Us);
        } else {
            self.reopen(ix, ReopenCause::Charged);
        }
    }

    fn open_for_charge(&mut self, key: ContactId, topic: Sym, follows: Option<CaseIx>) {
        let origin = follows.map(|ix| Origin::Follows(self.journey.cases.get(ix).key));
        let case = Case {
            topic,
            origin,
            contacts: 0,
            instance: Instance::started(self.at),
            ..self.new_case(key, OpenCause::ChargedAfterCancellation)
        };
        self.open_case(case);
    }
}
