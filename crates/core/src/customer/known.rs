//! What the company knows about the customer herself, as far as anybody stated it: proof of identity, consents,
//! preferences, facts, circumstances, subscriptions, accounts. Rare, so it stands behind one pointer that most
//! customers do not have.
//!
//! Every list has a limit, and what goes first beyond it is stated beside it; the log keeps everything.

use super::reached::ReachedOut;
use crate::canonical::{Canonical, CanonicalWriter};
use crate::event::{
    AccountRole, Channel, Consent, FormProgress, OfferAnswer, Preference, StatedBy, Strength,
};
use crate::ids::{ContactId, EventId, PromiseId};
use crate::name::Sym;
use crate::tight;
use crate::time::{MaybeMicros, Micros, Span};
use serde::{Deserialize, Serialize};
use thin_vec::ThinVec;

/// The most purposes whose consent is remembered; the one that was changed longest ago goes first.
pub const MAX_CONSENTS: usize = 32;
/// The most stated facts; the one that was stated longest ago goes first.
pub const MAX_STATED_FACTS: usize = 64;
/// The most circumstances at once; the oldest goes first.
pub const MAX_CIRCUMSTANCES: usize = 16;
/// The most call backs that are agreed on at once; the oldest goes first.
pub const MAX_CALLBACKS: usize = 16;
/// The most subscriptions; one that ended goes first, or else the oldest.
pub const MAX_SUBSCRIPTIONS: usize = 32;
/// The most accounts; the oldest goes first.
pub const MAX_ACCOUNTS: usize = 32;
/// The most ways to a contact; the oldest goes first.
pub const MAX_CLICK_PATHS: usize = 4;
/// The most pages that a way names: the last ones before the contact.
pub const MAX_PATH_PAGES: usize = 16;
/// The most fields that are named as entered again, each for each form; further ones are only counted in the effort
/// account.
pub const MAX_FIELDS: usize = 16;
/// The most times of being asked again that are kept as evidence; the oldest goes first.
pub const MAX_ASKED_AGAIN: usize = 16;

/// A proof of identity.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Verification {
    /// How strong it is.
    pub strength: Strength,
    /// When it was given.
    pub at: Micros,
    /// The contact in which it was given.
    pub contact: Option<ContactId>,
    pub(super) expires: MaybeMicros,
}

/// A time at which a customer who had proved who she is was asked for it again, and nobody said why.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct AskedAgain {
    /// The event: the evidence.
    pub event: EventId,
    /// When.
    pub at: Micros,
    /// In which contact.
    pub contact: Option<ContactId>,
    /// By whom; [`Sym::NONE`] if that is not known.
    pub agent: Sym,
}

/// What she allowed or forbade.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct StatedConsent {
    /// The purpose.
    pub purpose: Sym,
    /// Which.
    pub consent: Consent,
    /// Since when.
    pub since: Micros,
    /// The event that says so: the evidence.
    pub event: EventId,
}

/// How she wants to be dealt with.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct StatedPreference {
    /// What about.
    pub preference: Preference,
    /// The channel that she prefers.
    pub channel: Option<Channel>,
    /// What she prefers otherwise; [`Sym::NONE`] where it is a channel.
    pub value: Sym,
    /// Since when.
    pub since: Micros,
}

/// A fact about her.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct StatedFact {
    /// Which.
    pub fact: Sym,
    /// What it is.
    pub value: Sym,
    /// Who says so.
    pub by: StatedBy,
    /// Since when.
    pub since: Micros,
}

/// A state of life that changes what is decent.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Circumstance {
    /// Which.
    pub circumstance: Sym,
    /// Who says so.
    pub by: StatedBy,
    /// Since when.
    pub since: Micros,
    /// The event that says so: the evidence.
    pub event: EventId,
}

/// A call back that was agreed on and not made yet.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Callback {
    /// The promise that it is.
    pub promise: PromiseId,
    /// The contact in which it was agreed on.
    pub contact: ContactId,
    pub(super) from: MaybeMicros,
    pub(super) due: MaybeMicros,
}

/// Where a subscription stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum SubscriptionState {
    /// It runs.
    Active,
    /// It rests.
    Paused,
    /// It runs, and the customer asked to end it.
    Cancelling,
    /// It is over.
    Ended,
}

/// A subscription.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Subscription {
    /// Its number; [`Sym::NONE`] where a customer cancelled everything that she has.
    pub subscription: Sym,
    /// Its plan; [`Sym::NONE`] if nobody named it.
    pub plan: Sym,
    /// Where it stands.
    pub state: SubscriptionState,
    /// Since when.
    pub since: Micros,
}

/// A part in an account.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Account {
    /// The account.
    pub account: Sym,
    /// Which part.
    pub role: AccountRole,
    /// Since when.
    pub since: Micros,
}

/// The pages that a customer went through before she made contact.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ClickPath {
    /// The contact that it led to.
    pub contact: ContactId,
    /// How many pages came before the one from which she made contact.
    pub clicks: u32,
    /// The pages in order, the last one included; of a longer way the last [`MAX_PATH_PAGES`].
    pub pages: ThinVec<Sym>,
}

/// A field that had to be entered again.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ReenteredField {
    /// The field.
    pub field: Sym,
    /// The form, menu or script that asked for it; [`Sym::NONE`] if nobody said.
    pub form: Sym,
    /// How often.
    pub times: u32,
    /// The last time.
    pub last_at: Micros,
}

/// A form that a customer fills in or sent: one course, on however many channels.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Form {
    /// Which.
    pub form: Sym,
    /// What happened to it last.
    pub state: FormProgress,
    /// When it was begun.
    pub begun_at: Micros,
    /// When something happened to it last.
    pub last_at: Micros,
    /// The step that was reached last, from 1; 0 if nobody said.
    pub step: u16,
    /// How often nothing happened to it for more than [`FORM_GAP`](super::FORM_GAP).
    pub gaps: u16,
    /// The longest of those times.
    pub longest_gap: Span,
    /// How often a field had to be entered again in it.
    pub fields_reentered: u16,
    /// The channels on which it was filled in, in the order in which each came.
    pub channels: ThinVec<Channel>,
}

/// An offer that was made to her.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Offer {
    /// Which, by its code.
    pub offer: Sym,
    /// What she did with it; none: nothing so far.
    pub answer: Option<OfferAnswer>,
    pub(super) made_at: MaybeMicros,
    pub(super) answered_at: MaybeMicros,
}

/// What is known about the customer herself.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Known {
    pub(super) verification: Option<Verification>,
    pub(super) asked_again: ThinVec<AskedAgain>,
    pub(super) consents: ThinVec<StatedConsent>,
    pub(super) preferences: ThinVec<StatedPreference>,
    pub(super) facts: ThinVec<StatedFact>,
    pub(super) circumstances: ThinVec<Circumstance>,
    pub(super) callbacks: ThinVec<Callback>,
    pub(super) subscriptions: ThinVec<Subscription>,
    pub(super) accounts: ThinVec<Account>,
    pub(super) reentered: ThinVec<ReenteredField>,
    pub(super) reached: ThinVec<ReachedOut>,
    pub(super) forms: ThinVec<Form>,
    pub(super) offers: ThinVec<Offer>,
    pub(super) apologies_owed: u32,
}

macro_rules! lists {
    ($($(#[$doc:meta])* $name:ident : $item:ty;)*) => {
        impl Known {
            $($(#[$doc])* pub fn $name(&self) -> &[$item] { &self.$name })*

            /// The bytes on the heap.
            pub(super) fn heap_bytes(&self) -> usize {
                let channels: usize = self.forms.iter().map(|form| tight::heap_bytes(&form.channels)).sum();
                channels $(+ tight::heap_bytes(&self.$name))*
            }

            pub(super) fn shrink(&mut self) {
                $(self.$name.shrink_to_fit();)*
            }
        }

        impl Canonical for Known {
            fn canonical(&self, to: &mut CanonicalWriter<'_>) {
                match &self.verification {
                    None => to.byte(0),
                    Some(verification) => {
                        to.byte(1);
                        verification.canonical(to);
                    }
                }
                $(to.list(&self.$name);)*
                to.number(u64::from(self.apologies_owed));
            }
        }
    };
}

lists! {
    /// The times at which she was asked again who she is, as evidence.
    asked_again: AskedAgain;
    /// What she allowed and forbade, by purpose.
    consents: StatedConsent;
    /// How she wants to be dealt with; one of each kind.
    preferences: StatedPreference;
    /// Facts that somebody stated.
    facts: StatedFact;
    /// The circumstances that go on.
    circumstances: Circumstance;
    /// Call backs that were agreed on and not made yet.
    callbacks: Callback;
    /// Subscriptions.
    subscriptions: Subscription;
    /// Accounts that she has a part in.
    accounts: Account;
    /// Fields that she had to enter again.
    reentered: ReenteredField;
    /// The last contacts that we began for each purpose, in the order of time.
    reached: ReachedOut;
    /// Forms, in the order in which something happened to them last.
    forms: Form;
    /// Offers that were made to her, in the order in which something happened to them last.
    offers: Offer;
}

impl Known {
    /// The last proof of identity, whether it still holds or not.
    pub const fn verification(&self) -> Option<&Verification> {
        self.verification.as_ref()
    }

    /// How many apologies are owed and not given yet.
    pub const fn apologies_owed(&self) -> u32 {
        self.apologies_owed
    }

    /// The offer that was made or answered last before an instant, among those that are remembered.
    pub fn last_offer(&self, before: Micros) -> Option<&Offer> {
        let touched = self.offers.iter().filter_map(|offer| Some((offer.touched(before)?, offer)));
        touched.max_by_key(|(at, _)| *at).map(|(_, offer)| offer)
    }

    /// The channel that she wants to be answered on.
    pub fn preferred_channel(&self) -> Option<Channel> {
        self.preferences.iter().find(|p| p.preference == Preference::Channel)?.channel
    }
}

impl Verification {
    /// Until when it holds; none: as long as its contact lasts.
    pub const fn expires(&self) -> Option<Micros> {
        self.expires.get()
    }
}

impl Callback {
    /// From when it is to be made; none: at any time.
    pub const fn from(&self) -> Option<Micros> {
        self.from.get()
    }

    /// By when; none: as the rulebook says.
    pub const fn due(&self) -> Option<Micros> {
        self.due.get()
    }

    /// Whether a call at this instant is the one that was agreed on, and not one that comes too early.
    pub fn is_made_at(&self, at: Micros) -> bool {
        self.from().is_none_or(|from| at >= from)
    }
}

impl Offer {
    /// Since when it stands as it does.
    pub fn since(&self) -> Micros {
        self.answered_at.get().or(self.made_at.get()).unwrap_or(Micros::MIN)
    }

    /// When it was made or answered last, up to an instant.
    fn touched(&self, before: Micros) -> Option<Micros> {
        [self.answered_at.get(), self.made_at.get()].into_iter().flatten().find(|at| *at <= before)
    }
}

impl SubscriptionState {
    /// The word for it in documents and reports.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::Paused => "paused",
            Self::Cancelling => "cancelling",
            Self::Ended => "ended",
        }
    }
}

macro_rules! canonical {
    ($($name:ident($it:ident, $to:ident) { $($line:expr;)* })*) => {$(
        impl Canonical for $name {
            fn canonical(&self, $to: &mut CanonicalWriter<'_>) {
                let $it = self;
                $($line;)*
            }
        }
    )*};
}

canonical! {
    Verification(it, to) {
        to.byte(it.strength as u8); to.time(it.at); to.id(it.contact.unwrap_or_default().0);
        to.maybe_time(it.expires());
    }
    AskedAgain(it, to) {
        to.id(it.event.0); to.time(it.at); to.id(it.contact.unwrap_or_default().0); to.name(it.agent);
    }
    StatedConsent(it, to) {
        to.name(it.purpose); to.byte(it.consent as u8); to.time(it.since); to.id(it.event.0);
    }
    StatedPreference(it, to) {
        to.byte(it.preference as u8); to.byte(it.channel.map_or(u8::MAX, |c| c as u8)); to.name(it.value);
        to.time(it.since);
    }
    StatedFact(it, to) { to.name(it.fact); to.name(it.value); to.byte(it.by as u8); to.time(it.since); }
    Circumstance(it, to) {
        to.name(it.circumstance); to.byte(it.by as u8); to.time(it.since); to.id(it.event.0);
    }
    Callback(it, to) {
        to.id(it.promise.0); to.id(it.contact.0); to.maybe_time(it.from()); to.maybe_time(it.due());
    }
    Subscription(it, to) { to.name(it.subscription); to.name(it.plan); to.byte(it.state as u8); to.time(it.since); }
    Account(it, to) { to.name(it.account); to.byte(it.role as u8); to.time(it.since); }
    ClickPath(it, to) {
        to.id(it.contact.0); to.number(u64::from(it.clicks)); to.number(it.pages.len() as u64);
        it.pages.iter().for_each(|page| to.name(*page));
    }
    ReenteredField(it, to) {
        to.name(it.field); to.name(it.form); to.number(u64::from(it.times)); to.time(it.last_at);
    }
    Form(it, to) {
        to.name(it.form); to.byte(it.state as u8); to.time(it.begun_at); to.time(it.last_at);
        to.number(u64::from(it.step) | u64::from(it.gaps) << 16 | u64::from(it.fields_reentered) << 32);
        to.number(it.longest_gap.0 as u64); to.number(it.channels.len() as u64);
        it.channels.iter().for_each(|channel| to.byte(*channel as u8));
    }
    Offer(it, to) {
        to.name(it.offer); to.byte(it.answer.map_or(u8::MAX, |answer| answer as u8));
        to.maybe_time(it.made_at.get()); to.maybe_time(it.answered_at.get());
    }
}
