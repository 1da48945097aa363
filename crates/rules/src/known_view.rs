//! What was stated about a customer, with names spelled out: a part of [`JourneyView`](crate::view::JourneyView).

use alloc::{string::String, vec::Vec};
use core::fmt;
use serde::Serialize;
use throughline_core::customer::CustomerState;
use throughline_core::customer::known::{Form, Known};
use throughline_core::event::{
    AccountRole, Channel, Consent, FormProgress, OfferAnswer, Preference, StatedBy, Strength,
};
use throughline_core::ids::{ContactId, EventId, PromiseId};
use throughline_core::name::{Interner, Sym};
use throughline_core::time::{Micros, Span};

macro_rules! view {
    ($($(#[$doc:meta])* $name:ident { $($(#[$fdoc:meta])* $field:ident : $ty:ty,)* })*) => {$(
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Serialize)]
        pub struct $name { $($(#[$fdoc])* pub $field: $ty,)* }
    )*};
}

view! {
    /// What was stated about a customer.
    KnownView {
        /// The last proof of identity, whether it still holds or not.
        verification: Option<VerificationView>,
        /// The times at which she was asked again who she is, with the event that shows it.
        asked_again: Vec<AskedAgainView>,
        /// What she allowed and forbade.
        consents: Vec<ConsentView>,
        /// How she wants to be dealt with.
        preferences: Vec<PreferenceView>,
        /// Facts that somebody stated.
        facts: Vec<FactView>,
        /// The circumstances that go on.
        circumstances: Vec<CircumstanceView>,
        /// Call backs that were agreed on and not made yet.
        callbacks: Vec<CallbackView>,
        /// Subscriptions, and where they stand.
        subscriptions: Vec<SubscriptionView>,
        /// Accounts that she has a part in.
        accounts: Vec<AccountView>,
        /// By what pages she came to her last contacts that had such a way.
        click_paths: Vec<ClickPathView>,
        /// Fields that she had to enter again.
        fields_reentered: Vec<FieldView>,
        /// Forms that she fills in or sent.
        forms: Vec<FormView>,
        /// Offers that were made to her.
        offers: Vec<OfferView>,
        /// Apologies that are owed and not given yet.
        apologies_owed: u32,
    }
    /// A proof of identity.
    VerificationView {
        /// How strong.
        strength: Strength,
        /// When it was given.
        at: Micros,
        /// In which contact.
        contact: Option<ContactId>,
        /// Until when it holds; none: as long as the contact lasts.
        expires: Option<Micros>,
        /// Whether it holds at the instant that the journey is as of.
        holds: bool,
    }
    /// A time of being asked again.
    AskedAgainView {
        /// The event.
        event: EventId,
        /// When.
        at: Micros,
        /// In which contact.
        contact: Option<ContactId>,
        /// By whom.
        agent: Option<String>,
    }
    /// A consent.
    ConsentView {
        /// The purpose.
        purpose: String,
        /// Which.
        consent: Consent,
        /// Since when.
        since: Micros,
    }
    /// A preference.
    PreferenceView {
        /// What about.
        preference: Preference,
        /// The channel.
        channel: Option<Channel>,
        /// What otherwise.
        value: Option<String>,
        /// Since when.
        since: Micros,
    }
    /// A stated fact.
    FactView {
        /// Which.
        fact: String,
        /// What it is.
        value: String,
        /// Who says so.
        by: StatedBy,
        /// Since when.
        since: Micros,
    }
    /// A circumstance that goes on.
    CircumstanceView {
        /// Which.
        circumstance: String,
        /// Who says so.
        by: StatedBy,
        /// Since when.
        since: Micros,
    }
    /// A call back that was agreed on.
    CallbackView {
        /// The promise that it is.
        promise: PromiseId,
        /// The contact in which it was agreed on.
        contact: ContactId,
        /// From when.
        from: Option<Micros>,
        /// By when; none: as the rulebook says.
        due: Option<Micros>,
    }
    /// A subscription.
    SubscriptionView {
        /// Its number; none where the customer cancelled everything without naming it.
        subscription: Option<String>,
        /// Its plan.
        plan: Option<String>,
        /// `active`, `paused`, `cancelling` or `ended`.
        state: &'static str,
        /// Since when.
        since: Micros,
    }
    /// A part in an account.
    AccountView {
        /// The account.
        account: String,
        /// Which part.
        role: AccountRole,
        /// Since when.
        since: Micros,
    }
    /// A way to a contact.
    ClickPathView {
        /// The contact.
        contact: ContactId,
        /// How many pages came before the one from which she made contact.
        clicks: u32,
        /// The pages in order, that one last; of a long way the last ones.
        pages: Vec<String>,
    }
    /// A form: one course, on however many channels.
    FormView {
        /// Which.
        form: String,
        /// What happened to it last.
        state: FormProgress,
        /// The step that was reached last.
        step: Option<u16>,
        /// When it was begun.
        begun_at: Micros,
        /// When something happened to it last.
        last_at: Micros,
        /// The channels on which it was filled in, in the order in which each came.
        channels: Vec<Channel>,
        /// How often nothing happened to it for half an hour.
        gaps: u16,
        /// The longest of those times, in microseconds.
        longest_gap: Span,
        /// The fields that she had to enter again in it.
        fields_reentered: Vec<String>,
    }
    /// An offer that was made to her.
    OfferView {
        /// Which.
        offer: String,
        /// What she did with it; none: nothing so far.
        answer: Option<OfferAnswer>,
        /// Since when.
        since: Micros,
    }
    /// A field that was entered again.
    FieldView {
        /// The field.
        field: String,
        /// The form, menu or script that asked for it.
        form: Option<String>,
        /// How often.
        times: u32,
    }
}

impl KnownView {
    /// What is known of a customer, if anything ever was stated.
    pub(crate) fn of(customer: &CustomerState, names: &Interner, as_of: Micros) -> Option<Self> {
        match customer.known() {
            Some(known) => Some(Self::read(known, customer, names, as_of)),
            None if customer.paths().is_empty() => None,
            None => Some(Self::read(&Known::default(), customer, names, as_of)),
        }
    }

    fn read(known: &Known, customer: &CustomerState, names: &Interner, as_of: Micros) -> Self {
        let name = |sym: Sym| String::from(names.resolve(sym));
        let maybe = |sym: Sym| (!sym.is_none()).then(|| name(sym));
        Self {
            verification: known.verification().map(|v| VerificationView {
                strength: v.strength,
                at: v.at,
                contact: v.contact,
                expires: v.expires(),
                holds: customer.verification_at(as_of, v.contact).is_some(),
            }),
            asked_again: all(known.asked_again(), |it| AskedAgainView {
                event: it.event,
                at: it.at,
                contact: it.contact,
                agent: maybe(it.agent),
            }),
            consents: all(known.consents(), |it| ConsentView {
                purpose: name(it.purpose),
                consent: it.consent,
                since: it.since,
            }),
            preferences: all(known.preferences(), |it| PreferenceView {
                preference: it.preference,
                channel: it.channel,
                value: maybe(it.value),
                since: it.since,
            }),
            facts: all(known.facts(), |it| FactView {
                fact: name(it.fact),
                value: name(it.value),
                by: it.by,
                since: it.since,
            }),
            circumstances: all(known.circumstances(), |it| CircumstanceView {
                circumstance: name(it.circumstance),
                by: it.by,
                since: it.since,
            }),
            callbacks: all(known.callbacks(), |it| CallbackView {
                promise: it.promise,
                contact: it.contact,
                from: it.from(),
                due: it.due(),
            }),
            subscriptions: all(known.subscriptions(), |it| SubscriptionView {
                subscription: maybe(it.subscription),
                plan: maybe(it.plan),
                state: it.state.as_str(),
                since: it.since,
            }),
            accounts: all(known.accounts(), |it| AccountView {
                account: name(it.account),
                role: it.role,
                since: it.since,
            }),
            click_paths: all(customer.paths(), |it| ClickPathView {
                contact: it.contact,
                clicks: it.clicks,
                pages: all(&it.pages, |page| name(*page)),
            }),
            forms: all(known.forms(), |it| FormView::of(it, known, names)),
            offers: all(known.offers(), |it| OfferView {
                offer: name(it.offer),
                answer: it.answer,
                since: it.since(),
            }),
            fields_reentered: all(known.reentered(), |it| FieldView {
                field: name(it.field),
                form: maybe(it.form),
                times: it.times,
            }),
            apologies_owed: known.apologies_owed(),
        }
    }
}

impl FormView {
    fn of(form: &Form, known: &Known, names: &Interner) -> Self {
        let again = known.reentered().iter().filter(|f| f.form == form.form && f.last_at >= form.begun_at);
        Self {
            form: names.resolve(form.form).into(),
            state: form.state,
            step: (form.step > 0).then_some(form.step),
            begun_at: form.begun_at,
            last_at: form.last_at,
            channels: form.channels.to_vec(),
            gaps: form.gaps,
            longest_gap: form.longest_gap,
            fields_reentered: again.map(|field| names.resolve(field.field).into()).collect(),
        }
    }
}

impl fmt::Display for FormView {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "form {}: {}", self.form, self.state)?;
        if let Some(step) = self.step {
            write!(f, " (step {step})")?;
        }
        write!(f, " {}, begun {}", self.last_at, self.begun_at)?;
        for (place, channel) in self.channels.iter().enumerate() {
            write!(f, "{} {channel}", if place == 0 { ", on" } else { "," })?;
        }
        match self.gaps {
            0 => {}
            1 => write!(f, "; one gap, of {}", self.longest_gap)?,
            many => write!(f, "; {many} gaps, the longest of {}", self.longest_gap)?,
        }
        if !self.fields_reentered.is_empty() {
            write!(f, "; entered again: {}", self.fields_reentered.join(", "))?;
        }
        Ok(())
    }
}

fn all<T, V>(items: &[T], view: impl Fn(&T) -> V) -> Vec<V> {
    items.iter().map(view).collect()
}

impl fmt::Display for KnownView {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(VerificationView { strength, at, contact, expires, holds }) = &self.verification {
            write!(f, "  identity proved ({strength}) {at}")?;
            match (contact, expires) {
                (_, Some(expires)) => write!(f, ", until {expires}")?,
                (Some(contact), None) => write!(f, ", for contact {contact}")?,
                (None, None) => {}
            }
            writeln!(f, "{}", if *holds { "" } else { "; holds no longer" })?;
        }
        for AskedAgainView { at, contact, agent, event } in &self.asked_again {
            write!(f, "  asked again who she is: {at}")?;
            if let Some(agent) = agent {
                write!(f, " by {agent}")?;
            }
            if let Some(contact) = contact {
                write!(f, " in contact {contact}")?;
            }
            writeln!(f, ": {event}")?;
        }
        for ConsentView { purpose, consent, since } in &self.consents {
            writeln!(f, "  consent for {purpose}: {consent} {since}")?;
        }
        for PreferenceView { preference, channel, value, since } in &self.preferences {
            let channel = channel.map_or("", Channel::as_str);
            writeln!(
                f,
                "  prefers {preference}: {channel}{} since {since}",
                value.as_deref().unwrap_or_default()
            )?;
        }
        for FactView { fact, value, by, since } in &self.facts {
            writeln!(f, "  {fact}: {value}, says the {by} {since}")?;
        }
        for CircumstanceView { circumstance, since, .. } in &self.circumstances {
            writeln!(f, "  circumstance: {circumstance} since {since}")?;
        }
        for SubscriptionView { subscription, plan, state, since } in &self.subscriptions {
            let what = subscription.as_deref().unwrap_or("everything");
            write!(f, "  subscription {what}")?;
            if let Some(plan) = plan {
                write!(f, " ({plan})")?;
            }
            writeln!(f, ": {state} since {since}")?;
        }
        for AccountView { account, role, since } in &self.accounts {
            writeln!(f, "  account {account}: {role} since {since}")?;
        }
        for ClickPathView { contact, clicks, pages } in &self.click_paths {
            let ways = if *clicks == 1 { "click" } else { "clicks" };
            writeln!(f, "  {clicks} {ways} to contact {contact}: {}", pages.join(", "))?;
        }
        for FieldView { field, form, times } in &self.fields_reentered {
            let of = form.as_ref().map_or(String::new(), |form| alloc::format!(" in {form}"));
            writeln!(f, "  entered again: {field}{of} ({times}×)")?;
        }
        for form in &self.forms {
            writeln!(f, "  {form}")?;
        }
        for OfferView { offer, answer, since } in &self.offers {
            let stands = answer.map_or("made", OfferAnswer::as_str);
            writeln!(f, "  offer {offer}: {stands} {since}")?;
        }
        match self.apologies_owed {
            0 => Ok(()),
            1 => writeln!(f, "  an apology is owed"),
            n => writeln!(f, "  {n} apologies are owed"),
        }
    }
}
