//! The statements about the customer herself: who she is, what she wants, what she bought, what she was told.

use super::names::Names;
use super::phrase::Said;
use super::statement::{Make, Stated, contact, maybe, name, on, text, who};
use throughline_core::event::vocabulary::{
    AccountChanged, Apology, CallbackOffered, CallbackRequested, CallbackScheduled, CancellationRequested,
    CancellationSettled, Charged, CircumstanceChanged, ConsentChanged, FactStated, IdentityAsked,
    IdentityVerified, MeetingChanged, PartnerUpdated, PreferenceStated, PromiseRenegotiated, Purchase,
    SubscriptionChanged, WaitTold,
};
use throughline_core::event::{
    AccountRole, ApologyStep, AskedBy, CancellationOutcome, Channel, ChargeOutcome, CircumstanceChange,
    Consent, MeetingChange, Preference, StatedBy, Strength, SubscriptionChange,
};
use throughline_core::ids::IssueRef;
use throughline_core::name::Name;

/// The forms, as in [`super::statement`].
pub(super) const FORMS: &[(&str, Make)] = &[
    ("menu asks who calls in <contact>", |s, n| asked(s, n, AskedBy::Menu)),
    ("page asks who it is in <contact>", |s, n| asked(s, n, AskedBy::Page)),
    ("human <agent> asks who it is in <contact> [because <reason>]", |s, n| asked(s, n, AskedBy::Agent)),
    ("<who> proves who she is in <contact> [by <method>] [as <strength>] [until <moment>]", |s, n| {
        let strength = s.get("strength").and_then(Strength::from_word).unwrap_or(Strength::Low);
        let (method, expires) = (maybe(s, "method"), s.moment("moment"));
        on(s, n, |contact| IdentityVerified {
            contact: Some(contact),
            method: method.clone(),
            strength,
            expires,
        })
    }),
    ("<who> is told to wait <number> minutes in <contact>", |s, n| {
        let wait_secs = u32::from(s.number("number")) * 60;
        on(s, n, |contact| WaitTold { contact, wait_secs })
    }),
    ("<who> is offered a call back in <contact> [from <start>] [until <moment>]", |s, n| {
        on(s, n, |contact| CallbackOffered { contact, from: s.moment("start"), due: s.moment("moment") })
    }),
    ("<who> asks to be called back in <contact> as <new>", |s, n| {
        let (contact, owner) = contact(s, n);
        let promise = n.add_promise(s.word("new"), owner);
        Stated::Fact(owner, CallbackRequested { contact, promise }.into())
    }),
    ("<who> takes a call back in <contact> [from <start>] by <moment> as <new>", |s, n| {
        let (contact, owner) = contact(s, n);
        let promise = n.add_promise(s.word("new"), owner);
        let (from, due) = (s.moment("start"), s.moment("moment").unwrap_or_default());
        Stated::Fact(owner, CallbackScheduled { contact, promise, from, due }.into())
    }),
    ("promise <promise> is moved to <moment>", |s, n| {
        let (promise, owner) = n.promises.get(s.word("promise")).copied().unwrap_or_default();
        let due = s.moment("moment").unwrap_or_default();
        Stated::Fact(owner, PromiseRenegotiated { promise, contact: None, due }.into())
    }),
    ("<who> prefers to be answered by <channel>", |s, n| {
        let channel = Channel::from_word(s.word("channel"));
        Stated::Fact(
            who(s, n),
            PreferenceStated { preference: Preference::Channel, channel, value: None }.into(),
        )
    }),
    ("<who> allows <purpose>", |s, n| consent(s, n, Consent::Given)),
    ("<who> forbids <purpose>", |s, n| consent(s, n, Consent::Withdrawn)),
    ("<who> states that <fact> is <value>", |s, n| {
        let (fact, value) = (name(s, "fact"), maybe(s, "value"));
        Stated::Fact(who(s, n), FactStated { fact, value, by: StatedBy::Customer }.into())
    }),
    ("circumstance <circumstance> of <who> begins", |s, n| circumstance(s, n, CircumstanceChange::Begun)),
    ("circumstance <circumstance> of <who> ends", |s, n| circumstance(s, n, CircumstanceChange::Ended)),
    ("circumstance <circumstance> of <who> was a mistake", |s, n| {
        circumstance(s, n, CircumstanceChange::Mistaken)
    }),
    ("subscription <subscription> of <who> is <change>", |s, n| {
        let change = SubscriptionChange::from_word(s.word("change")).unwrap_or(SubscriptionChange::Started);
        let subscription = name(s, "subscription");
        Stated::Fact(
            who(s, n),
            SubscriptionChanged { subscription, change, plan: None, effective: None }.into(),
        )
    }),
    ("<who> cancels [<subscription>]", |s, n| {
        let subscription = maybe(s, "subscription");
        let (contact, effective, reason) = (None, None, None);
        Stated::Fact(
            who(s, n),
            CancellationRequested { subscription, contact, effective, reason, text: text(s) }.into(),
        )
    }),
    ("<who> stays [with <subscription>]", |s, n| {
        let (subscription, outcome) = (maybe(s, "subscription"), CancellationOutcome::Withdrawn);
        Stated::Fact(who(s, n), CancellationSettled { subscription, outcome }.into())
    }),
    ("the cancellation of <who> takes effect [for <subscription>]", |s, n| {
        let (subscription, outcome) = (maybe(s, "subscription"), CancellationOutcome::Effective);
        Stated::Fact(who(s, n), CancellationSettled { subscription, outcome }.into())
    }),
    ("<who> is billed [for <subscription>]", |s, n| {
        let (subscription, outcome) = (maybe(s, "subscription"), ChargeOutcome::Billed);
        Stated::Fact(
            who(s, n),
            Charged { charge: None, line: None, subscription, amount: None, outcome }.into(),
        )
    }),
    ("<who> is <role> of account <account>", |s, n| {
        let role = AccountRole::from_word(s.word("role")).unwrap_or(AccountRole::Holder);
        Stated::Fact(who(s, n), AccountChanged { account: name(s, "account"), role }.into())
    }),
    ("meeting <meeting> with <who> is planned on <moment> [about <account>] [for <purpose>]", |s, n| {
        met(s, n, MeetingChange::Planned)
    }),
    ("meeting <meeting> with <who> is held", |s, n| met(s, n, MeetingChange::Held)),
    ("meeting <meeting> with <who> is cancelled", |s, n| met(s, n, MeetingChange::Cancelled)),
    ("<who> buys <product>", |s, n| {
        let product = maybe(s, "product");
        Stated::Fact(who(s, n), Purchase { order: None, items: 1, amount: None, product }.into())
    }),
    ("partner <partner> tells <who> that <issue> is <status> [and again within <number> hours]", |s, n| {
        let issue = Some(IssueRef::derived("scenario", s.word("issue")));
        let next_within_secs = s.get("number").map(|_| u32::from(s.number("number")) * 3_600);
        let (partner, status) = (name(s, "partner"), maybe(s, "status"));
        Stated::Fact(
            who(s, n),
            PartnerUpdated { partner, issue, contact: None, status, next_within_secs }.into(),
        )
    }),
    ("an apology is owed in <contact>", |s, n| apology(s, n, ApologyStep::Owed)),
    ("human <agent> apologises in <contact>", |s, n| apology(s, n, ApologyStep::Given)),
];

fn asked(s: &Said, n: &Names, by: AskedBy) -> Stated {
    let (agent, reason): (Option<Name>, Option<Name>) = (maybe(s, "agent"), maybe(s, "reason"));
    on(s, n, |contact| IdentityAsked {
        contact: Some(contact),
        by,
        agent: agent.clone(),
        strength: None,
        reason: reason.clone(),
    })
}

fn consent(s: &Said, n: &Names, consent: Consent) -> Stated {
    Stated::Fact(who(s, n), ConsentChanged { purpose: name(s, "purpose"), consent, contact: None }.into())
}

fn circumstance(s: &Said, n: &Names, change: CircumstanceChange) -> Stated {
    let (circumstance, by) = (name(s, "circumstance"), StatedBy::Customer);
    Stated::Fact(who(s, n), CircumstanceChanged { circumstance, change, by }.into())
}

fn met(s: &Said, n: &Names, change: MeetingChange) -> Stated {
    let (meeting, starts) = (name(s, "meeting"), s.moment("moment"));
    let (account, purpose) = (maybe(s, "account"), maybe(s, "purpose"));
    Stated::Fact(who(s, n), MeetingChanged { meeting, change, starts, account, purpose }.into())
}

fn apology(s: &Said, n: &Names, step: ApologyStep) -> Stated {
    let agent = maybe(s, "agent");
    on(s, n, |contact| Apology { contact: Some(contact), step, agent: agent.clone(), reason: None })
}
