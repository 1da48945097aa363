//! The statements about forms, offers, what was given, and how far something was heard.

use super::names::Names;
use super::phrase::Said;
use super::statement::{Make, Stated, contact, maybe, name, on, who};
use throughline_core::event::vocabulary::{
    ConcessionGiven, FieldReentered, FormProgressed, OfferAnswered, OfferMade, ReachMeasured,
};
use throughline_core::event::{Channel, FormProgress, Money, OfferAnswer};
use throughline_core::ids::ContactId;

/// The forms, as in [`super::statement`].
pub(super) const FORMS: &[(&str, Make)] = &[
    ("<who> begins form <form> [on <channel>] [in <contact>]", |s, n| progress(s, n, FormProgress::Started)),
    ("<who> reaches step <number> of form <form> [on <channel>] [in <contact>]", |s, n| {
        progress(s, n, FormProgress::StepReached)
    }),
    ("<who> leaves form <form> [on <channel>] [in <contact>]", |s, n| {
        progress(s, n, FormProgress::Abandoned)
    }),
    ("<who> goes on with form <form> [at step <number>] [on <channel>] [in <contact>]", |s, n| {
        progress(s, n, FormProgress::Resumed)
    }),
    ("<who> sends form <form> [on <channel>] [in <contact>]", |s, n| progress(s, n, FormProgress::Submitted)),
    ("<who> enters <field> again [of form <form>] [in <contact>]", |s, n| {
        let (field, form, contact) = (name(s, "field"), maybe(s, "form"), place(s, n));
        Stated::Fact(who(s, n), FieldReentered { field, form, contact }.into())
    }),
    ("<who> is offered <offer> [in <contact>]", |s, n| {
        let (offer, contact) = (name(s, "offer"), place(s, n));
        Stated::Fact(
            who(s, n),
            OfferMade { offer, campaign: None, channel: None, contact, expires: None }.into(),
        )
    }),
    ("<who> takes offer <offer> [in <contact>]", |s, n| answered(s, n, OfferAnswer::Accepted)),
    ("<who> declines offer <offer> [in <contact>]", |s, n| answered(s, n, OfferAnswer::Declined)),
    ("<who> redeems offer <offer> [in <contact>]", |s, n| answered(s, n, OfferAnswer::Redeemed)),
    ("<contact> reaches <reach> people", |s, n| {
        on(s, n, |contact| ReachMeasured { contact, reach: s.amount("reach").into() })
    }),
    ("human <agent> gives <what> of <minor> <currency> in <contact>", |s, n| {
        let amount = Money { minor: s.amount("minor").into(), currency: name(s, "currency") };
        on(s, n, |contact| ConcessionGiven {
            contact: Some(contact),
            what: name(s, "what"),
            agent: maybe(s, "agent"),
            amount: Some(amount.clone()),
        })
    }),
];

fn place(s: &Said, n: &Names) -> Option<ContactId> {
    s.get("contact").map(|_| contact(s, n).0)
}

fn progress(s: &Said, n: &Names, progress: FormProgress) -> Stated {
    let (form, contact) = (name(s, "form"), place(s, n));
    let (step, channel) =
        (s.get("number").map(|_| s.number("number")), Channel::from_word(s.word("channel")));
    Stated::Fact(who(s, n), FormProgressed { form, contact, progress, step, channel }.into())
}

fn answered(s: &Said, n: &Names, answer: OfferAnswer) -> Stated {
    let (offer, contact) = (name(s, "offer"), place(s, n));
    Stated::Fact(who(s, n), OfferAnswered { offer, answer, contact }.into())
}
