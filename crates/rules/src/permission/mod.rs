//! What the contact guard answers: yes, or no with every reason and its evidence.
//!
//! Only the words of it. How it is found out is in [`crate::contact`].

mod words;

use crate::spelling::spelled;
use alloc::{collections::BTreeMap, vec::Vec};
use serde::{Serialize, Serializer};
use throughline_core::canonical::{Canonical, CanonicalWriter};
use throughline_core::ids::{ContactId, EventId};
use throughline_core::name::{Interner, Name, Sym};
use throughline_core::time::{Micros, Span};

/// Whether we may make contact for a purpose. `N` is what a name is: a [`Sym`] while evaluating, a [`Name`] in the API.
#[derive(Clone, Debug, PartialEq)]
pub struct Permission<N = Name> {
    /// What for.
    pub purpose: N,
    /// The instant that was asked about.
    pub as_of: Micros,
    /// The rulebook in force then, `id@version`.
    pub rulebook: N,
    /// Every reason why not; none of them: yes.
    pub refusals: Vec<Refusal<N>>,
}

/// One reason why we may not make contact for a purpose.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(tag = "reason", rename_all = "kebab-case")]
pub enum Refusal<N = Name> {
    /// The rulebook in force names no such purpose, and what is not named is not allowed.
    PurposeNotNamed {},
    /// She waits for us, and no person has replied to what she asked.
    UnreadInquiry {
        /// Its case.
        case: ContactId,
        /// Since when: the start of the case's running instance.
        since: Micros,
        /// The event that started it.
        event: EventId,
    },
    /// Something is unresolved. An answered case is none of these, even if nobody has confirmed the answer.
    OpenCase {
        /// The case.
        case: ContactId,
        /// What it is about, if that is known.
        topic: Option<N>,
        /// Since when it is open.
        since: Micros,
        /// The event that started its running instance.
        event: EventId,
    },
    /// A state of life in which this is not decent.
    Circumstance {
        /// Which.
        circumstance: N,
        /// Since when.
        since: Micros,
        /// The event that says so.
        event: EventId,
    },
    /// She took back her consent, or gave none where one is needed.
    Consent {
        /// When she took it back; none: she never gave it.
        withdrawn: Option<Micros>,
        /// The event that says so.
        event: Option<EventId>,
    },
    /// We made contact for it often enough lately.
    Frequency {
        /// How many contacts for it there were in the window that ends at the instant.
        contacts: u16,
        /// How many there may be.
        at_most: u16,
        /// How long the window is.
        within: Span,
        /// The last of them.
        event: EventId,
        /// From when on there is room for one more, if there is no other contact for it until then.
        allowed_from: Micros,
    },
}

impl<N> Permission<N> {
    /// The version of the JSON form. Fields may be added within a version; none changes its meaning.
    pub const FORMAT: u32 = 1;

    /// Whether we may.
    pub const fn is_allowed(&self) -> bool {
        self.refusals.is_empty()
    }

    /// From when on we may, if that can be told: it can when nothing but time stands in the way.
    pub fn allowed_from(&self) -> Option<Micros> {
        let from = self.refusals.iter().map(Refusal::allowed_from);
        from.collect::<Option<Vec<_>>>()?.into_iter().max()
    }
}

impl Permission<Sym> {
    /// The same with names spelled out. `handles` names the cases that are announced under another handle than their
    /// inside key.
    pub fn named(&self, names: &Interner, handles: &BTreeMap<ContactId, ContactId>) -> Permission {
        let mut name = |sym: &Sym| spelled(names, *sym);
        Permission {
            purpose: name(&self.purpose),
            as_of: self.as_of,
            rulebook: name(&self.rulebook),
            refusals: self.refusals.iter().map(|r| r.map(&mut name).under(handles)).collect(),
        }
    }
}

impl<N> Refusal<N> {
    /// The word for the reason, as the JSON form has it.
    pub const fn as_str(&self) -> &'static str {
        match self {
            Self::PurposeNotNamed {} => "purpose-not-named",
            Self::UnreadInquiry { .. } => "unread-inquiry",
            Self::OpenCase { .. } => "open-case",
            Self::Circumstance { .. } => "circumstance",
            Self::Consent { .. } => "consent",
            Self::Frequency { .. } => "frequency",
        }
    }

    /// The case that stands in the way, if one does.
    pub const fn case(&self) -> Option<ContactId> {
        match self {
            Self::UnreadInquiry { case, .. } | Self::OpenCase { case, .. } => Some(*case),
            Self::PurposeNotNamed {}
            | Self::Circumstance { .. }
            | Self::Consent { .. }
            | Self::Frequency { .. } => None,
        }
    }

    /// The event that shows it, if there is one.
    pub const fn event(&self) -> Option<EventId> {
        match self {
            Self::UnreadInquiry { event, .. }
            | Self::OpenCase { event, .. }
            | Self::Circumstance { event, .. }
            | Self::Frequency { event, .. } => Some(*event),
            Self::Consent { event, .. } => *event,
            Self::PurposeNotNamed {} => None,
        }
    }

    /// From when on it stands in the way no more, if that can be told.
    pub const fn allowed_from(&self) -> Option<Micros> {
        match self {
            Self::Frequency { allowed_from, .. } => Some(*allowed_from),
            _ => None,
        }
    }

    /// The same with names of another kind.
    pub fn map<M>(&self, f: &mut impl FnMut(&N) -> M) -> Refusal<M> {
        match self {
            Self::PurposeNotNamed {} => Refusal::PurposeNotNamed {},
            Self::UnreadInquiry { case, since, event } => {
                Refusal::UnreadInquiry { case: *case, since: *since, event: *event }
            }
            Self::OpenCase { case, topic, since, event } => {
                Refusal::OpenCase { case: *case, topic: topic.as_ref().map(f), since: *since, event: *event }
            }
            Self::Circumstance { circumstance, since, event } => {
                Refusal::Circumstance { circumstance: f(circumstance), since: *since, event: *event }
            }
            Self::Consent { withdrawn, event } => Refusal::Consent { withdrawn: *withdrawn, event: *event },
            Self::Frequency { contacts, at_most, within, event, allowed_from } => Refusal::Frequency {
                contacts: *contacts,
                at_most: *at_most,
                within: *within,
                event: *event,
                allowed_from: *allowed_from,
            },
        }
    }

    /// The same with its case under the handle that it is announced under.
    fn under(mut self, handles: &BTreeMap<ContactId, ContactId>) -> Self {
        if let Self::UnreadInquiry { case, .. } | Self::OpenCase { case, .. } = &mut self
            && let Some(handle) = handles.get(case)
        {
            *case = *handle;
        }
        self
    }
}

impl Canonical for Refusal<Sym> {
    fn canonical(&self, to: &mut CanonicalWriter<'_>) {
        match self {
            Self::PurposeNotNamed {} => to.byte(0),
            Self::UnreadInquiry { case, since, event } => {
                to.byte(1);
                to.id(case.0);
                to.time(*since);
                to.id(event.0);
            }
            Self::OpenCase { case, topic, since, event } => {
                to.byte(2);
                to.id(case.0);
                to.name(topic.unwrap_or(Sym::NONE));
                to.time(*since);
                to.id(event.0);
            }
            Self::Circumstance { circumstance, since, event } => {
                to.byte(3);
                to.name(*circumstance);
                to.time(*since);
                to.id(event.0);
            }
            Self::Consent { withdrawn, event } => {
                to.byte(4);
                to.maybe_time(*withdrawn);
                to.id(event.unwrap_or_default().0);
            }
            Self::Frequency { contacts, at_most, within, event, allowed_from } => {
                to.byte(5);
                to.number(u64::from(*contacts) | u64::from(*at_most) << 16);
                to.number(within.0 as u64);
                to.id(event.0);
                to.time(*allowed_from);
            }
        }
    }
}

/// The JSON form: what the fields say, and what follows from them.
impl Serialize for Permission {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        #[derive(Serialize)]
        struct Form<'a> {
            format: u32,
            purpose: &'a Name,
            as_of: Micros,
            rulebook: &'a Name,
            allowed: bool,
            reasons: &'a [Refusal],
            allowed_from: Option<Micros>,
        }
        let form = Form {
            format: Self::FORMAT,
            purpose: &self.purpose,
            as_of: self.as_of,
            rulebook: &self.rulebook,
            allowed: self.is_allowed(),
            reasons: &self.refusals,
            allowed_from: self.allowed_from(),
        };
        form.serialize(to)
    }
}
