//! Forms that a customer fills in, on whatever channels, and offers that were made to her.
//!
//! A form is one course until it was sent, whoever fills it in and wherever: begun on a website, gone on in an app and
//! ended on the phone it is the same. What follows after it was sent is another one.

use super::CustomerState;
use super::known::{Form, MAX_FIELDS, Offer, ReenteredField};
use crate::event::vocabulary::{FieldReentered, FormProgressed, OfferAnswered};
use crate::event::{Channel, EventData, FormProgress};
use crate::fact::Fact;
use crate::ids::ContactId;
use crate::name::Sym;
use crate::tight;
use crate::time::{MaybeMicros, Micros, Span};
use thin_vec::ThinVec;

/// How long nothing may happen to a form before that is a gap: as long as a visit to a website lasts without a page.
pub const FORM_GAP: Span = Span::from_secs(30 * 60);
/// The most forms that are remembered; the one to which nothing happened for longest goes first.
pub const MAX_FORMS: usize = 8;
/// The most offers that are remembered; the one to which nothing happened for longest goes first.
pub const MAX_OFFERS: usize = 16;

impl CustomerState {
    /// Takes in what happened to a form or an offer.
    pub(super) fn deals(&mut self, fact: &Fact) {
        let at = fact.at;
        match &fact.data {
            EventData::FormProgressed(e) => {
                let channel = e.channel.or_else(|| self.channel_of(e.contact));
                progress(&mut self.know().forms, e, channel, at);
            }
            EventData::FieldReentered(e) => self.reenters(e, at),
            EventData::OfferMade(e) => offer(&mut self.know().offers, e.offer, at),
            EventData::OfferAnswered(e) => answer(&mut self.know().offers, e, at),
            _ => {}
        }
    }

    fn reenters(&mut self, e: &FieldReentered<Sym>, at: Micros) {
        self.effort.more().fields_reentered += 1;
        let (field, form, channel) = (e.field, e.form.unwrap_or(Sym::NONE), self.channel_of(e.contact));
        let known = self.know();
        let fields = &mut known.reentered;
        if let Some(known) = fields.iter_mut().find(|known| (known.field, known.form) == (field, form)) {
            known.times = known.times.saturating_add(1);
            known.last_at = at;
        } else if fields.len() < MAX_FIELDS {
            tight::push(fields, ReenteredField { field, form, times: 1, last_at: at });
        }
        reenter(&mut known.forms, form, channel, at);
    }

    /// The channel of a contact, if it is known.
    fn channel_of(&self, contact: Option<ContactId>) -> Option<Channel> {
        self.contact(contact?)?.channel
    }
}

impl Form {
    fn begun(form: Sym, at: Micros) -> Self {
        Self {
            form,
            state: FormProgress::Started,
            begun_at: at,
            last_at: at,
            step: 0,
            gaps: 0,
            longest_gap: Span::ZERO,
            fields_reentered: 0,
            channels: ThinVec::new(),
        }
    }

    /// Something happens to it, on a channel.
    fn touch(&mut self, at: Micros, channel: Option<Channel>) {
        let passed = at.since(self.last_at);
        if passed > FORM_GAP {
            self.gaps = self.gaps.saturating_add(1);
            self.longest_gap = self.longest_gap.max(passed);
        }
        self.last_at = at;
        if let Some(channel) = channel.filter(|channel| !self.channels.contains(channel)) {
            tight::push(&mut self.channels, channel);
        }
    }
}

/// A form was begun, went on, was left or was sent.
fn progress(forms: &mut ThinVec<Form>, e: &FormProgressed<Sym>, channel: Option<Channel>, at: Micros) {
    let known = forms.iter().rposition(|known| known.form == e.form);
    let going_on = known.filter(|place| forms[*place].state != FormProgress::Submitted);
    let mut form = match (going_on, known) {
        (Some(place), _) => forms.remove(place),
        // Sent twice is sent once.
        (None, Some(place)) if e.progress == FormProgress::Submitted => forms.remove(place),
        (None, _) => Form::begun(e.form, at),
    };
    let was_sent = form.state == FormProgress::Submitted;
    if !was_sent {
        form.touch(at, channel);
    }
    form.state = e.progress;
    form.step = e.step.unwrap_or(form.step);
    keep(forms, MAX_FORMS, form);
}

/// A field was entered again in a form.
fn reenter(forms: &mut ThinVec<Form>, form: Sym, channel: Option<Channel>, at: Micros) {
    let going_on = |known: &Form| known.form == form && known.state != FormProgress::Submitted;
    if let Some(place) = forms.iter().rposition(going_on) {
        let mut form = forms.remove(place);
        form.touch(at, channel);
        form.fields_reentered = form.fields_reentered.saturating_add(1);
        keep(forms, MAX_FORMS, form);
    }
}

/// An offer was made. Made again, it is the same.
fn offer(offers: &mut ThinVec<Offer>, offer: Sym, at: Micros) {
    let (made_at, answered_at) = (MaybeMicros::some(at), MaybeMicros::NONE);
    let new = Offer { offer, answer: None, made_at, answered_at };
    offers.retain(|known| known.offer != offer);
    keep(offers, MAX_OFFERS, new);
}

/// The customer did something with an offer, of which nobody may have said that it was made.
fn answer(offers: &mut ThinVec<Offer>, e: &OfferAnswered<Sym>, at: Micros) {
    let known = offers.iter().position(|known| known.offer == e.offer).map(|place| offers.remove(place));
    let made_at = known.map_or(MaybeMicros::NONE, |known| known.made_at);
    let new = Offer { offer: e.offer, answer: Some(e.answer), made_at, answered_at: MaybeMicros::some(at) };
    keep(offers, MAX_OFFERS, new);
}

/// Appends what something happened to last; what nothing happened to for longest goes where there is no room.
fn keep<T>(list: &mut ThinVec<T>, most: usize, item: T) {
    if list.len() >= most {
        list.remove(0);
    }
    tight::push(list, item);
}
