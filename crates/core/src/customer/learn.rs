//! How events change what is known about the customer herself, and what they cost her.

use super::CustomerState;
use super::known::{
    Account, AskedAgain, Callback, Circumstance, Known, MAX_ACCOUNTS, MAX_ASKED_AGAIN, MAX_CALLBACKS,
    MAX_CIRCUMSTANCES, MAX_CLICK_PATHS, MAX_CONSENTS, MAX_STATED_FACTS, MAX_SUBSCRIPTIONS, StatedConsent,
    StatedFact, StatedPreference, Subscription, SubscriptionState, Verification,
};
use super::reached::{self, ReachedOut};
use crate::event::vocabulary::{
    ContactStarted, IdentityAsked, IdentityVerified, PreferenceStated, SubscriptionChanged,
};
use crate::event::{
    AccountRole, ApologyStep, CancellationOutcome, Channel, CircumstanceChange, Direction, EventData,
    SubscriptionChange,
};
use crate::fact::Fact;
use crate::ids::{ContactId, PromiseId};
use crate::name::Sym;
use crate::tight;
use crate::time::{MaybeMicros, Micros, Span};
use alloc::boxed::Box;
use thin_vec::ThinVec;

impl CustomerState {
    /// Takes in what is about the customer rather than about the course of a contact.
    pub(super) fn learn(&mut self, fact: &Fact) {
        let at = fact.at;
        match &fact.data {
            EventData::IdentityAsked(e) => self.asked(e, fact),
            EventData::IdentityVerified(e) => self.verified(e, at),
            EventData::ConsentChanged(e) => {
                let item =
                    StatedConsent { purpose: e.purpose, consent: e.consent, since: at, event: fact.id };
                replace(&mut self.know().consents, MAX_CONSENTS, item, |known| known.purpose == e.purpose);
            }
            EventData::PreferenceStated(e) => self.prefers(e, at),
            EventData::FactStated(e) => {
                let facts = &mut self.know().facts;
                match e.value {
                    None => facts.retain(|known| known.fact != e.fact),
                    Some(value) => {
                        let item = StatedFact { fact: e.fact, value, by: e.by, since: at };
                        replace(facts, MAX_STATED_FACTS, item, |known| known.fact == e.fact);
                    }
                }
            }
            EventData::CircumstanceChanged(e) => {
                let going_on = &mut self.know().circumstances;
                let known = going_on.iter().any(|c| c.circumstance == e.circumstance);
                match e.change {
                    CircumstanceChange::Begun if known => {}
                    CircumstanceChange::Begun => {
                        let (since, event) = (at, fact.id);
                        let item = Circumstance { circumstance: e.circumstance, by: e.by, since, event };
                        keep(going_on, MAX_CIRCUMSTANCES, item);
                    }
                    CircumstanceChange::Ended | CircumstanceChange::Mistaken => {
                        going_on.retain(|c| c.circumstance != e.circumstance);
                    }
                }
            }
            EventData::SubscriptionChanged(e) => self.subscribed(e, at),
            EventData::CancellationRequested(e) => {
                self.cancels(e.subscription, SubscriptionState::Cancelling, at);
            }
            EventData::CancellationSettled(e) => {
                let state = match e.outcome {
                    CancellationOutcome::Withdrawn => SubscriptionState::Active,
                    CancellationOutcome::Effective => SubscriptionState::Ended,
                };
                self.cancels(e.subscription, state, at);
            }
            EventData::AccountChanged(e) => {
                let accounts = &mut self.know().accounts;
                if e.role == AccountRole::Former {
                    accounts.retain(|known| known.account != e.account);
                } else {
                    let item = Account { account: e.account, role: e.role, since: at };
                    replace(accounts, MAX_ACCOUNTS, item, |known| known.account == e.account);
                }
            }
            EventData::Apology(e) => {
                let owed = &mut self.know().apologies_owed;
                *owed = match e.step {
                    ApologyStep::Owed => owed.saturating_add(1),
                    ApologyStep::Given => owed.saturating_sub(1),
                };
            }
            EventData::WaitTold(e) => {
                self.begin(e.contact, at);
                let effort = self.effort.more();
                effort.waits_told += 1;
                effort.longest_wait_told = effort.longest_wait_told.max(Span::from_secs(e.wait_secs.into()));
            }
            EventData::CallbackOffered(e) => {
                self.begin(e.contact, at);
                self.effort.more().callbacks_offered += 1;
            }
            EventData::CallbackRequested(e) => {
                self.begin(e.contact, at);
                self.agrees_on_callback(e.promise, e.contact, None, None);
            }
            EventData::CallbackScheduled(e) => {
                self.begin(e.contact, at);
                self.agrees_on_callback(e.promise, e.contact, e.from, Some(e.due));
            }
            EventData::PromiseKept(e) => {
                if let Some(known) = &mut self.known {
                    known.callbacks.retain(|c| c.promise != e.promise || !c.is_made_at(at));
                }
            }
            EventData::PromiseRenegotiated(e) => {
                let callbacks = self.known.iter_mut().flat_map(|known| &mut known.callbacks);
                for callback in callbacks.filter(|callback| callback.promise == e.promise) {
                    callback.due = MaybeMicros::some(e.due);
                }
            }
            EventData::TextClassified(e) => {
                let place = e.contact.and_then(|contact| self.place_of(contact));
                if let (Some(place), Some(topic)) = (place, e.topic) {
                    self.contacts[place].reads_as(topic);
                }
            }
            _ => {}
        }
    }

    /// What an inbound contact cost before it began, and whether one of ours is where she wants it.
    pub(super) fn weigh(&mut self, e: &ContactStarted<Sym>, fact: &Fact) {
        let at = fact.at;
        match e.direction {
            Direction::Inbound => {}
            Direction::Outbound => {
                self.reached_out(e.channel, at);
                if let Some(purpose) = e.purpose {
                    let new = ReachedOut { purpose, contact: e.contact, event: fact.id, at };
                    reached::keep(&mut self.know().reached, new);
                }
                return;
            }
            // Her machine came by itself: she neither looked for a way nor changed the channel.
            Direction::CustomerAutomatic => return,
        }
        self.effort.more().channel_switches += u32::from(self.trail.comes_by(e.channel, at));
        if let Some(path) = self.trail.lead_to(e.contact, at) {
            self.effort.more().clicks_to_contact += path.clicks;
            keep(&mut self.paths, MAX_CLICK_PATHS, path);
        }
    }

    pub(super) fn views(&mut self, page: Sym, at: Micros) {
        self.effort.count_page();
        self.trail.view(page, at);
    }

    /// A call that she agreed on is welcome whatever she prefers otherwise.
    fn reached_out(&mut self, channel: Channel, at: Micros) {
        let Some(known) = &mut self.known else { return };
        let before = known.callbacks.len();
        if channel == Channel::Phone {
            known.callbacks.retain(|callback| !callback.is_made_at(at));
        }
        let agreed_on = known.callbacks.len() < before;
        let elsewhere = known.preferred_channel().is_some_and(|preferred| preferred != channel);
        self.effort.more().answers_elsewhere += u32::from(elsewhere && !agreed_on);
    }

    fn asked(&mut self, e: &IdentityAsked<Sym>, fact: &Fact) {
        self.effort.more().identity_asked += 1;
        if self.verification_at(fact.at, e.contact).is_none() {
            return;
        }
        if e.reason.is_some() {
            self.effort.more().step_ups += 1;
            return;
        }
        self.effort.more().identity_asked_again += 1;
        let agent = e.agent.unwrap_or(Sym::NONE);
        let item = AskedAgain { event: fact.id, at: fact.at, contact: e.contact, agent };
        keep(&mut self.know().asked_again, MAX_ASKED_AGAIN, item);
    }

    /// A weaker proof takes nothing from a stronger one that holds.
    fn verified(&mut self, e: &IdentityVerified<Sym>, at: Micros) {
        let held = self.verification_at(at, e.contact);
        if held.is_some_and(|held| held.strength > e.strength) {
            return;
        }
        let expires = e.expires.map_or(MaybeMicros::NONE, MaybeMicros::some);
        self.know().verification =
            Some(Verification { strength: e.strength, at, contact: e.contact, expires });
    }

    fn prefers(&mut self, e: &PreferenceStated<Sym>, at: Micros) {
        let preferences = &mut self.know().preferences;
        preferences.retain(|known| known.preference != e.preference);
        if e.channel.is_some() || e.value.is_some() {
            let value = e.value.unwrap_or(Sym::NONE);
            let item = StatedPreference { preference: e.preference, channel: e.channel, value, since: at };
            tight::push(preferences, item);
        }
    }

    fn subscribed(&mut self, e: &SubscriptionChanged<Sym>, at: Micros) {
        let state = match e.change {
            SubscriptionChange::Started
            | SubscriptionChange::Changed
            | SubscriptionChange::Renewed
            | SubscriptionChange::Resumed => SubscriptionState::Active,
            SubscriptionChange::Paused => SubscriptionState::Paused,
            SubscriptionChange::Ended => SubscriptionState::Ended,
        };
        let known = self.subscription(e.subscription, at);
        known.plan = e.plan.unwrap_or(known.plan);
        // Another plan or another year does not take back that she asked to leave.
        let still = matches!(e.change, SubscriptionChange::Changed | SubscriptionChange::Renewed)
            && known.state == SubscriptionState::Cancelling;
        known.moves_to(if still { known.state } else { state }, at);
    }

    fn cancels(&mut self, subscription: Option<Sym>, state: SubscriptionState, at: Micros) {
        match subscription {
            Some(subscription) => self.subscription(subscription, at).moves_to(state, at),
            None => {
                self.subscription(Sym::NONE, at);
                let all = &mut self.know().subscriptions;
                let running = all.iter_mut().filter(|known| known.state != SubscriptionState::Ended);
                running.for_each(|known| known.moves_to(state, at));
            }
        }
    }

    fn subscription(&mut self, subscription: Sym, at: Micros) -> &mut Subscription {
        let all = &mut self.know().subscriptions;
        let place = all.iter().position(|known| known.subscription == subscription).unwrap_or_else(|| {
            if all.len() == MAX_SUBSCRIPTIONS {
                let ended = all.iter().position(|known| known.state == SubscriptionState::Ended);
                all.remove(ended.unwrap_or(0));
            }
            let state = SubscriptionState::Active;
            tight::push(all, Subscription { subscription, plan: Sym::NONE, state, since: at });
            all.len() - 1
        });
        &mut all[place]
    }

    fn agrees_on_callback(
        &mut self,
        promise: PromiseId,
        contact: ContactId,
        from: Option<Micros>,
        due: Option<Micros>,
    ) {
        let time = |at: Option<Micros>| at.map_or(MaybeMicros::NONE, MaybeMicros::some);
        let item = Callback { promise, contact, from: time(from), due: time(due) };
        let callbacks = &mut self.know().callbacks;
        let known = callbacks.iter().any(|known| known.promise == promise);
        replace(callbacks, MAX_CALLBACKS, item, |known| known.promise == promise);
        self.effort.more().callbacks_taken += u32::from(!known);
    }

    pub(super) fn know(&mut self) -> &mut Known {
        self.known.get_or_insert_with(Box::default)
    }
}

impl Subscription {
    fn moves_to(&mut self, state: SubscriptionState, at: Micros) {
        if self.state != state {
            self.state = state;
            self.since = at;
        }
    }
}

/// Appends an item; the oldest goes where there is no room.
fn keep<T>(list: &mut ThinVec<T>, most: usize, item: T) {
    if list.len() >= most {
        list.remove(0);
    }
    tight::push(list, item);
}

/// Appends an item in place of the one that it replaces, so that the list is in the order of the last change.
fn replace<T>(list: &mut ThinVec<T>, most: usize, item: T, same: impl Fn(&T) -> bool) {
    list.retain(|known| !same(known));
    keep(list, most, item);
}
