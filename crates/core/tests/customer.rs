//! What is known of a customer: what counts as effort, how long a proof holds, and that everything is bounded.
#![allow(clippy::unwrap_used)]

use throughline_core::canonical::{Canonical, CanonicalWriter, Names};
use throughline_core::customer::known::{
    MAX_ACCOUNTS, MAX_ASKED_AGAIN, MAX_CALLBACKS, MAX_CIRCUMSTANCES, MAX_CLICK_PATHS, MAX_CONSENTS,
    MAX_FIELDS, MAX_PATH_PAGES, MAX_STATED_FACTS, MAX_SUBSCRIPTIONS, SubscriptionState,
};
use throughline_core::customer::{CustomerState, SWITCH_WITHIN, VISIT_GAP};
use throughline_core::event::vocabulary::{
    AccountChanged, CallbackScheduled, CancellationRequested, CancellationSettled, CircumstanceChanged,
    ConsentChanged, ContactEnded, ContactStarted, FactStated, FieldReentered, IdentityAsked,
    IdentityVerified, PageViewed, PreferenceStated, PromiseKept, Rated, SubscriptionChanged,
};
use throughline_core::event::{
    AccountRole, AskedBy, CancellationOutcome, Channel, CircumstanceChange, Consent, Direction, Ending,
    EventData, Instrument, NewEvent, Preference, StatedBy, Strength, SubscriptionChange,
};
use throughline_core::fact::{Fact, ProfileIx};
use throughline_core::ids::{ContactId, EventId, PromiseId};
use throughline_core::name::{Interner, Name};
use throughline_core::time::{Micros, Span};
use uuid::Uuid;

#[derive(Default)]
struct Life {
    names: Interner,
    state: CustomerState,
    at: Micros,
    told: u128,
}

impl Life {
    fn tell(&mut self, data: impl Into<EventData>) -> &mut Self {
        self.told += 1;
        let id = EventId(Uuid::from_u128(self.told));
        let event = NewEvent::new(id, self.at, name("desk"), data.into());
        self.state.evolve(&Fact::of(&event, ProfileIx(0), &mut self.names));
        self
    }

    fn wait(&mut self, span: Span) -> &mut Self {
        self.at = self.at + span;
        self
    }

    fn start(&mut self, contact: u128, channel: Channel, direction: Direction) -> &mut Self {
        let contact = ContactId(Uuid::from_u128(contact));
        self.tell(ContactStarted { contact, channel, direction, topic: None, issue: None, purpose: None })
    }

    fn ask(&mut self, contact: u128, reason: Option<&str>) -> &mut Self {
        let contact = Some(ContactId(Uuid::from_u128(contact)));
        let reason = reason.map(name);
        self.tell(IdentityAsked { contact, by: AskedBy::Agent, agent: None, strength: None, reason })
    }

    fn prove(&mut self, contact: u128, strength: Strength, expires: Option<Micros>) -> &mut Self {
        let contact = Some(ContactId(Uuid::from_u128(contact)));
        self.tell(IdentityVerified { contact, method: None, strength, expires })
    }

    fn view(&mut self, page: &str) -> &mut Self {
        self.tell(PageViewed { page: name(page) })
    }

    fn bytes(&self) -> Vec<u8> {
        let mut out = Vec::new();
        self.state.canonical(&mut CanonicalWriter::new(&mut out, &self.names, Names::Spelled));
        out
    }
}

fn name(text: &str) -> Name {
    Name::new(text).unwrap()
}

const MINUTE: Span = Span::from_secs(60);

#[test]
fn a_proof_holds_as_long_as_its_contact_or_until_it_expires() {
    let mut life = Life::default();
    life.start(1, Channel::Phone, Direction::Inbound).ask(1, None).prove(1, Strength::Low, None);
    assert_eq!(life.state.effort().identity_asked_again, 0, "nobody had asked before");
    life.ask(1, None).ask(1, Some("new-account"));
    let effort = &life.state.effort();
    assert_eq!((effort.identity_asked, effort.identity_asked_again, effort.step_ups), (3, 1, 1));
    // In another contact it proves nothing, nor after its own.
    life.start(2, Channel::Phone, Direction::Inbound).ask(2, None);
    let contact = ContactId(Uuid::from_u128(1));
    life.tell(ContactEnded { contact, ending: Ending::Completed, agent: None }).ask(1, None);
    assert_eq!(life.state.effort().identity_asked_again, 1);
    // With an expiry it holds everywhere, to the microsecond before.
    let expires = life.at + MINUTE;
    life.prove(2, Strength::High, Some(expires)).wait(Span(MINUTE.0 - 1)).ask(1, None);
    assert_eq!(life.state.effort().identity_asked_again, 2);
    life.wait(Span(1)).ask(1, None);
    assert_eq!(life.state.effort().identity_asked_again, 2);
}

#[test]
fn a_weaker_proof_takes_nothing_from_a_stronger_one() {
    let mut life = Life::default();
    let expires = Some(life.at + MINUTE);
    life.prove(1, Strength::High, expires).prove(1, Strength::Low, None);
    assert_eq!(life.state.known().unwrap().verification().unwrap().strength, Strength::High);
    life.wait(MINUTE).prove(1, Strength::Low, None);
    assert_eq!(life.state.known().unwrap().verification().unwrap().strength, Strength::Low);
}

#[test]
fn a_visit_ends_after_half_an_hour_and_with_the_contact_it_led_to() {
    let mut life = Life::default();
    life.view("lost").wait(VISIT_GAP + Span(1)).view("home").wait(VISIT_GAP).view("contact");
    life.start(1, Channel::Phone, Direction::Inbound);
    let path = &life.state.paths()[0];
    let pages: Vec<&str> = path.pages.iter().map(|page| life.names.resolve(*page)).collect();
    assert_eq!((path.clicks, pages), (1, vec!["home", "contact"]));
    // The same pages are not counted again, and ours to her counts none.
    life.start(2, Channel::Phone, Direction::Inbound).view("home").view("help");
    life.start(3, Channel::Phone, Direction::Outbound);
    assert_eq!(life.state.effort().clicks_to_contact, 1);
    life.wait(VISIT_GAP + Span(1)).start(4, Channel::Phone, Direction::Inbound);
    assert_eq!(life.state.effort().clicks_to_contact, 1, "the visit was over");
    assert_eq!(life.state.effort().pages, 5);
}

#[test]
fn another_channel_within_a_week_is_a_switch() {
    let mut life = Life::default();
    life.start(1, Channel::Chat, Direction::Inbound).start(2, Channel::Phone, Direction::Outbound);
    life.wait(SWITCH_WITHIN).start(3, Channel::Mail, Direction::Inbound);
    assert_eq!(life.state.effort().channel_switches, 1);
    life.wait(SWITCH_WITHIN + Span(1)).start(4, Channel::Chat, Direction::Inbound);
    assert_eq!(life.state.effort().channel_switches, 1);
}

#[test]
fn a_call_that_she_agreed_on_is_no_answer_elsewhere() {
    let mut life = Life::default();
    let (contact, promise) = (ContactId(Uuid::from_u128(1)), PromiseId(Uuid::from_u128(7)));
    let from = Some(life.at + MINUTE);
    let due = life.at + MINUTE + MINUTE_AND_A_HALF;
    let preference = Preference::Channel;
    life.tell(PreferenceStated { preference, channel: Some(Channel::Sms), value: None });
    life.tell(CallbackScheduled { contact, promise, from, due });
    // Too early: neither the call that was agreed on nor where she wants it.
    life.start(2, Channel::Phone, Direction::Outbound).tell(PromiseKept { promise });
    assert_eq!(
        (life.state.effort().answers_elsewhere, life.state.known().unwrap().callbacks().len()),
        (1, 1)
    );
    life.wait(MINUTE).start(3, Channel::Phone, Direction::Outbound);
    assert_eq!(
        (life.state.effort().answers_elsewhere, life.state.known().unwrap().callbacks().len()),
        (1, 0)
    );
    life.start(4, Channel::Sms, Direction::Outbound).start(5, Channel::Mail, Direction::Outbound);
    assert_eq!(life.state.effort().answers_elsewhere, 2);
    // She takes the preference back.
    life.tell(PreferenceStated { preference, channel: None, value: None });
    life.start(6, Channel::Mail, Direction::Outbound);
    assert_eq!(life.state.effort().answers_elsewhere, 2);
}

const MINUTE_AND_A_HALF: Span = Span::from_secs(90);

#[test]
fn a_cancellation_outlives_a_renewal_and_not_its_withdrawal() {
    let mut life = Life::default();
    let subscription = name("line-1");
    let moves = |life: &mut Life, change| {
        let subscription = subscription.clone();
        life.tell(SubscriptionChanged { subscription, change, plan: None, effective: None });
        life.state.known().unwrap().subscriptions()[0].state
    };
    assert_eq!(moves(&mut life, SubscriptionChange::Started), SubscriptionState::Active);
    let (contact, effective, reason, text) = (None, None, None, None);
    life.tell(CancellationRequested { subscription: None, contact, effective, reason, text });
    assert_eq!(moves(&mut life, SubscriptionChange::Renewed), SubscriptionState::Cancelling);
    let outcome = CancellationOutcome::Withdrawn;
    life.tell(CancellationSettled { subscription: Some(subscription.clone()), outcome });
    assert_eq!(moves(&mut life, SubscriptionChange::Paused), SubscriptionState::Paused);
    assert_eq!(moves(&mut life, SubscriptionChange::Ended), SubscriptionState::Ended);
}

#[test]
fn a_scale_may_run_either_way() {
    let share = |score, best, worst| {
        let (contact, instrument, comment) = (None, Instrument::Csat, None::<()>);
        Rated { contact, instrument, score, best, worst, comment }.share()
    };
    for (score, best, worst, expected) in [
        (4, 5, None, 0.8),
        (4, 5, Some(1), 0.8),
        (2, 1, Some(5), 0.8),
        (1, 1, Some(6), 1.0),
        (5, 1, Some(5), 0.2),
        (0, 0, None, 0.0),
        (255, 0, Some(1), 0.0),
    ] {
        assert!((share(score, best, worst) - expected).abs() < 1e-12, "{score} of {best}, worst {worst:?}");
    }
}

#[test]
fn everything_that_is_known_is_bounded() {
    let mut life = Life::default();
    for n in 0..2_000_u128 {
        let text = format!("n-{n}");
        let by = StatedBy::Customer;
        life.wait(Span::from_secs(1));
        life.tell(ConsentChanged { purpose: name(&text), consent: Consent::Given, contact: None });
        life.tell(FactStated { fact: name(&text), value: Some(name("yes")), by });
        life.tell(CircumstanceChanged { circumstance: name(&text), change: CircumstanceChange::Begun, by });
        life.tell(AccountChanged { account: name(&text), role: AccountRole::Holder });
        life.tell(FieldReentered { field: name(&text), form: None, contact: None });
        let change = SubscriptionChange::Started;
        life.tell(SubscriptionChanged { subscription: name(&text), change, plan: None, effective: None });
        let (contact, promise) = (ContactId(Uuid::from_u128(n)), PromiseId(Uuid::from_u128(n)));
        life.tell(CallbackScheduled { contact, promise, from: None, due: life.at });
        life.prove(n, Strength::Low, None).ask(n, None);
        for _ in 0..20 {
            life.view(&text);
        }
        life.start(n, Channel::Chat, Direction::Inbound);
    }
    let known = life.state.known().unwrap();
    let lengths = [
        (known.consents().len(), MAX_CONSENTS),
        (known.facts().len(), MAX_STATED_FACTS),
        (known.circumstances().len(), MAX_CIRCUMSTANCES),
        (known.accounts().len(), MAX_ACCOUNTS),
        (known.reentered().len(), MAX_FIELDS),
        (known.subscriptions().len(), MAX_SUBSCRIPTIONS),
        (known.callbacks().len(), MAX_CALLBACKS),
        (known.asked_again().len(), MAX_ASKED_AGAIN),
        (life.state.paths().len(), MAX_CLICK_PATHS),
        (life.state.paths()[0].pages.len(), MAX_PATH_PAGES),
    ];
    assert!(lengths.iter().all(|(length, most)| length == most), "{lengths:?}");
    // The newest stay, and what was counted was counted for ever.
    assert_eq!(life.names.resolve(known.facts()[MAX_STATED_FACTS - 1].fact), "n-1999");
    assert_eq!(life.state.effort().clicks_to_contact, 2_000 * 19);
    assert!(life.state.heap_bytes() < 200_000, "{} bytes", life.state.heap_bytes());
}

/// A state that was used for somebody else and cleared is a new one.
#[test]
fn a_cleared_state_is_a_fresh_one() {
    let mut life = Life::default();
    life.view("home").view("help").start(1, Channel::Chat, Direction::Inbound).prove(1, Strength::Low, None);
    assert_ne!(life.bytes(), Life::default().bytes());
    life.state.clear();
    assert_eq!(life.bytes(), Life::default().bytes());
}
