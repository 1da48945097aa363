//! What a customer has to do with the company beside asking it something: orders, contracts, wishes, meetings.

use super::super::words::{Source, name};
use super::{Issue, Life};
use throughline_core::event::vocabulary::{
    AccountChanged, Apology, CancellationRequested, CancellationSettled, Charged, CircumstanceChanged,
    ConcessionGiven, ConsentChanged, EntitlementChanged, FactStated, FeedbackGiven, FieldReentered,
    FormProgressed, MeetingChanged, OfferAnswered, OfferMade, PartnerUpdated, PredictionContradicted,
    PredictionMade, PreferenceStated, PromiseMade, PromiseRenegotiated, Purchase, ReachMeasured, Refunded,
    SubscriptionChanged,
};
use throughline_core::event::{
    AccountRole, ApologyStep, CancellationOutcome, Channel, ChargeOutcome, CircumstanceChange, Consent,
    Direction, EntitlementChange, FormProgress, MeetingChange, Money, OfferAnswer, Preference, StatedBy,
    SubscriptionChange, Text, Tone,
};
use throughline_core::name::Name;
use throughline_core::time::Span;

/// One of the small stories.
pub(super) fn go_about(life: &mut Life<'_>) {
    match life.dice().below(8) {
        0 => subscribe(life),
        1 => say_what_she_wants(life),
        2 => apply(life),
        3 => wait_for_a_partner(life),
        4 => be_made_an_offer(life),
        5 => be_guessed_about(life),
        6 => post_in_public(life),
        _ => meet(life),
    }
}

fn amount(life: &mut Life<'_>, most: u64) -> Money<Name> {
    Money { minor: 500 + life.dice().below(most) as i64, currency: name("EUR") }
}

/// An order, and sometimes the money back.
pub(super) fn order(life: &mut Life<'_>) {
    let items = 1 + life.dice().below(4) as u32;
    let amount = Some(amount(life, 20_000));
    life.tell(Source::Web, Purchase { order: None, items, amount: amount.clone(), product: None });
    if life.dice().chance(40) {
        life.hours(30, 400);
        let reason = Some(name("returned"));
        life.tell(Source::Desk, Refunded { order: None, charge: None, amount, reason });
    }
}

/// A contract begins, is billed, and perhaps ends.
fn subscribe(life: &mut Life<'_>) {
    let subscription = name("line");
    let moves = |life: &mut Life<'_>, change| {
        let (subscription, plan) = (subscription.clone(), Some(name("basic")));
        life.tell(Source::Desk, SubscriptionChanged { subscription, change, plan, effective: None });
    };
    moves(life, SubscriptionChange::Started);
    life.hours(24, 700);
    let amount = Some(amount(life, 6_000));
    let outcome = *life.dice().pick(ChargeOutcome::ALL);
    let (line, subscribed) = (Some(name("platform-surcharge")), Some(subscription.clone()));
    life.tell(
        Source::Desk,
        Charged { charge: None, line, subscription: subscribed.clone(), amount, outcome },
    );
    if life.dice().chance(250) {
        life.hours(1, 400);
        let effective = Some(life.now + Span::from_days(30));
        let (contact, reason, text) = (None, Some(name("price")), None);
        let subscription = subscribed.clone();
        life.tell(Source::Web, CancellationRequested { subscription, contact, effective, reason, text });
        life.hours(24, 200);
        let outcome = *life.dice().pick(CancellationOutcome::ALL);
        life.tell(Source::Desk, CancellationSettled { subscription: subscribed, outcome });
        if outcome == CancellationOutcome::Effective {
            moves(life, SubscriptionChange::Ended);
        }
    }
}

fn say_what_she_wants(life: &mut Life<'_>) {
    let channel = Some(*life.dice().pick(&[Channel::Sms, Channel::Mail, Channel::Phone]));
    life.tell(Source::Web, PreferenceStated { preference: Preference::Channel, channel, value: None });
    let consent = *life.dice().pick(Consent::ALL);
    life.tell(Source::Web, ConsentChanged { purpose: name("marketing"), consent, contact: None });
    life.secs(5, 90);
    let value = Some(life.dice().pick(&[name("one"), name("two"), name("four")]).clone());
    life.tell(Source::Web, FactStated { fact: name("household-size"), value, by: StatedBy::Customer });
    let role = *life.dice().pick(AccountRole::ALL);
    life.tell(Source::Desk, AccountChanged { account: name("household"), role });
    if life.dice().chance(100) {
        let change = *life.dice().pick(CircumstanceChange::ALL);
        let circumstance = name("bereavement");
        life.tell(Source::Desk, CircumstanceChanged { circumstance, change, by: StatedBy::ThirdParty });
    }
}

/// A form that is begun, perhaps left, and sent.
fn apply(life: &mut Life<'_>) {
    let form = name("account-application");
    let goes = |life: &mut Life<'_>, progress, step| {
        life.tell(
            Source::Web,
            FormProgressed { form: form.clone(), contact: None, progress, step, channel: None },
        );
    };
    goes(life, FormProgress::Started, Some(1));
    life.secs(20, 300);
    goes(life, FormProgress::StepReached, Some(3));
    if life.dice().chance(400) {
        goes(life, FormProgress::Abandoned, Some(3));
        life.hours(2, 30);
        goes(life, FormProgress::Resumed, Some(3));
        life.secs(10, 60);
        let (field, form) = (name("date-of-birth"), Some(form.clone()));
        life.tell(Source::App, FieldReentered { field, form, contact: None });
    }
    life.secs(20, 300);
    goes(life, FormProgress::Submitted, None);
    life.tell(Source::Web, Purchase { order: None, items: 1, amount: None, product: Some(name("account")) });
}

/// A parcel at a carrier, which is late; a new day is agreed on.
fn wait_for_a_partner(life: &mut Life<'_>) {
    let (promise, due) = (life.new_promise(), life.now + Span::from_days(2));
    life.tell(Source::Web, PromiseMade { promise, contact: None, what: name("delivery"), due });
    for status in ["accepted", "in-transit", "delayed"] {
        life.hours(1, 12);
        let (partner, status, next_within_secs) = (name("carrier"), Some(name(status)), Some(6 * 3_600));
        let updated = PartnerUpdated { partner, issue: None, contact: None, status, next_within_secs };
        life.tell(Source::Desk, updated);
    }
    let due = due + Span::from_days(2);
    life.tell(Source::Desk, PromiseRenegotiated { promise, contact: None, due });
    super::promise::keep_in_time(life, promise, Span::from_days(2));
    if life.dice().chance(300) {
        life.tell(
            Source::Desk,
            Apology { contact: None, step: ApologyStep::Owed, agent: None, reason: None },
        );
        life.hours(1, 40);
        let agent = Some(life.agent());
        let amount = Some(amount(life, 2_000));
        let given = Apology { contact: None, step: ApologyStep::Given, agent: agent.clone(), reason: None };
        life.tell(Source::Desk, given);
        life.tell(Source::Desk, ConcessionGiven { contact: None, what: name("credit"), agent, amount });
    }
}

fn be_made_an_offer(life: &mut Life<'_>) {
    let offer = name("spring");
    let expires = Some(life.now + Span::from_days(14));
    let (campaign, channel) = (None, Some(Channel::Mail));
    life.tell(Source::Mail, OfferMade { offer: offer.clone(), campaign, channel, contact: None, expires });
    life.hours(1, 300);
    let answer = *life.dice().pick(OfferAnswer::ALL);
    life.tell(Source::Web, OfferAnswered { offer, answer, contact: None });
    let entitlement = name("standing-discount");
    let change = *life.dice().pick(EntitlementChange::ALL);
    life.tell(Source::Web, EntitlementChanged { entitlement, change, until: expires });
}

fn be_guessed_about(life: &mut Life<'_>) {
    let (prediction, model) = (name("moves-house"), name("moving"));
    let percent = Some(life.dice().below(101) as u8);
    let made = PredictionMade { prediction: prediction.clone(), model, model_version: 3, percent };
    life.tell(Source::Annotator, made);
    life.hours(1, 200);
    if life.dice().chance(400) {
        life.tell(Source::Desk, PredictionContradicted { prediction, by: StatedBy::Customer });
    }
    let tone = Some(*life.dice().pick(Tone::ALL));
    let text = Some(Text::from("You know me less well than you think."));
    life.tell(Source::Web, FeedbackGiven { contact: None, about: Some(name("letters")), tone, text });
}

fn post_in_public(life: &mut Life<'_>) {
    let issue = Issue { topic: 0, reference: None, returns: 0 };
    let contact = life.start(Source::Web, Channel::Social, Direction::Inbound, issue);
    life.hours(1, 20);
    let reach = life.dice().below(80_000);
    life.tell(Source::Web, ReachMeasured { contact, reach });
}

fn meet(life: &mut Life<'_>) {
    let meeting = name("renewal");
    for change in [MeetingChange::Planned, MeetingChange::Held] {
        let starts = Some(life.now + Span::from_days(if change == MeetingChange::Planned { 7 } else { 0 }));
        let (account, purpose) = (None, Some(name("renewal")));
        life.tell(
            Source::Desk,
            MeetingChanged { meeting: meeting.clone(), change, starts, account, purpose },
        );
        life.hours(24 * 6, 24 * 8);
    }
}
