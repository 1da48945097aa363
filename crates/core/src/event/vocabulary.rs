//! The vocabulary: one struct for each kind of event.
//!
//! `N` is what a name is and `T` what a text is: [`Name`] and [`Text`] in the API, [`Sym`](crate::name::Sym)
//! and `()` in the fold. A kind's number and a field's place are on disk for ever; a kind that must change gets
//! a higher schema version and an upcaster.

use super::{
    Author, Channel, Direction, Ending, IdentifierHash, Instrument, MenuExit, Text, TextVerdict,
    TransferKind, WorkEffect,
};
use crate::ids::{ContactId, EventId, IssueRef, LinkId, ProfileId, PromiseId};
use crate::name::Name;
use crate::time::Micros;
use crate::wire::{Decode, DecodeError, Encode, Reader, Reading, Writer};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

macro_rules! vocabulary {
    ($($(#[$doc:meta])* $num:literal $word:literal v $schema:literal => $name:ident [$($g:ident),*] {
        $($(#[$fdoc:meta])* $field:ident : $ty:ty,)*
    })*) => {
        $(
            $(#[$doc])*
            #[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
            #[serde(deny_unknown_fields)]
            pub struct $name<$($g),*> { $($(#[$fdoc])* pub $field: $ty,)* }

            impl<$($g: Encode),*> Encode for $name<$($g),*> {
                fn encode(&self, #[allow(unused)] out: &mut Writer) { $(self.$field.encode(out);)* }
            }
        )*

        /// What happened. Closed: a new kind of event cannot be forgotten silently by the fold or by a rule.
        #[derive(Clone, Debug, PartialEq)]
        pub enum EventData<N = Name, T = Text> {
            $($(#[$doc])* $name($name<$($g),*>),)*
        }

        /// The kinds of event. Their numbers are the ones on disk.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[repr(u16)]
        pub enum EventKind { $($(#[$doc])* $name = $num,)* }

        impl EventKind {
            /// Every kind, in the order of their numbers.
            pub const ALL: &'static [Self] = &[$(Self::$name,)*];

            /// The kind's name in documents and in the `type` of a CloudEvent.
            pub const fn as_str(self) -> &'static str { match self { $(Self::$name => $word,)* } }

            /// The newest version of the kind's layout.
            pub const fn schema(self) -> u8 { match self { $(Self::$name => $schema,)* } }

            /// The kind with this number.
            pub const fn from_number(number: u16) -> Option<Self> {
                match number { $($num => Some(Self::$name),)* _ => None }
            }
        }

        impl<N: Encode, T: Encode> EventData<N, T> {
            pub(super) fn encode(&self, out: &mut Writer) {
                match self { $(Self::$name(data) => data.encode(out),)* }
            }
        }

        impl<N, T> EventData<N, T> {
            /// What kind of event this is.
            pub const fn kind(&self) -> EventKind { match self { $(Self::$name(_) => EventKind::$name,)* } }
        }

        $(impl<N, T> From<$name<$($g),*>> for EventData<N, T> {
            fn from(data: $name<$($g),*>) -> Self { Self::$name(data) }
        })*

        impl EventData {
            /// Reads the data of an event of this kind from any serde format: the `data` of a CloudEvent.
            pub fn deserialize_kind<'de, D: serde::Deserializer<'de>>(kind: EventKind, from: D) -> Result<Self, D::Error> {
                match kind { $(EventKind::$name => $name::deserialize(from).map(Self::$name),)* }
            }
        }

        impl Serialize for EventData {
            fn serialize<S: serde::Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
                match self { $(Self::$name(data) => data.serialize(to),)* }
            }
        }

        pub(super) fn decode_kind<C: Reading>(
            kind: EventKind, from: &mut Reader<'_>, context: &mut C,
        ) -> Result<EventData<C::Name, C::Text>, DecodeError>
        where C::Name: Decode<C>, C::Text: Decode<C>,
        {
            Ok(match kind {
                $(EventKind::$name => {
                    $(let $field = Decode::decode(from, context)?;)*
                    EventData::$name($name { $($field,)* })
                })*
            })
        }
    };
}

vocabulary! {
    /// A contact began.
    1 "contact.started" v 1 => ContactStarted [N] {
        /// The contact; its id also names the case that comes to hold it.
        contact: ContactId,
        /// Where.
        channel: Channel,
        /// Who began it.
        direction: Direction,
        /// What it is about, if that is known at the start.
        topic: Option<N>,
        /// An explicit reference to the issue: ticket, thread, order.
        issue: Option<IssueRef>,
    }
    /// The caller reached a level of a menu.
    2 "contact.menu-reached" v 1 => MenuReached [] {
        /// The contact.
        contact: ContactId,
        /// How deep the menu is here; 1 is the first level.
        depth: u16,
        /// Whether there was a way on.
        exit: MenuExit,
    }
    /// The customer began to wait in a queue.
    3 "contact.queued" v 1 => Queued [N] {
        /// The contact.
        contact: ContactId,
        /// The queue.
        queue: N,
    }
    /// The customer was put on hold.
    4 "contact.held" v 1 => Held [] {
        /// The contact.
        contact: ContactId,
    }
    /// A person took the customer from the queue or from hold.
    5 "contact.connected" v 1 => Connected [N] {
        /// The contact.
        contact: ContactId,
        /// Who took it.
        agent: Option<N>,
    }
    /// The customer was moved to somebody else.
    6 "contact.transferred" v 1 => Transferred [N] {
        /// The contact.
        contact: ContactId,
        /// How.
        transfer: TransferKind,
        /// To which queue or person.
        to: Option<N>,
    }
    /// A contact ended. An ending is no answer.
    7 "contact.ended" v 1 => ContactEnded [N] {
        /// The contact.
        contact: ContactId,
        /// How it ended.
        ending: Ending,
        /// Who ended it, if a person of the company did.
        agent: Option<N>,
    }
    /// Somebody wrote or said something in a contact.
    8 "message" v 1 => Message [N, T] {
        /// The contact.
        contact: ContactId,
        /// Who wrote it.
        author: Author,
        /// Which agent, if a person of the company did.
        agent: Option<N>,
        /// What the text was judged to be when it came in, if somebody did.
        verdict: Option<TextVerdict>,
        /// The words.
        text: Option<T>,
    }
    /// The customer said that the answer is good.
    9 "answer.accepted" v 1 => AnswerAccepted [] {
        /// The contact whose case was answered.
        contact: ContactId,
    }
    /// The customer said that it is not.
    10 "answer.rejected" v 1 => AnswerRejected [] {
        /// The contact whose case was answered.
        contact: ContactId,
    }
    /// An agent or a ticket says "resolved". A claim: only the customer can confirm it.
    11 "resolution.claimed" v 1 => ResolutionClaimed [N] {
        /// The contact.
        contact: ContactId,
        /// Who claims it.
        agent: Option<N>,
    }
    /// Somebody worked on a contact without speaking to the customer.
    12 "work.done" v 1 => WorkDone [N] {
        /// The contact.
        contact: ContactId,
        /// Who.
        agent: Option<N>,
        /// What, in the source's own word.
        activity: Option<N>,
        /// What it means for the case.
        effect: WorkEffect,
    }
    /// The customer answered a survey.
    13 "rated" v 1 => Rated [T] {
        /// The contact it is about; none for the relationship as a whole.
        contact: Option<ContactId>,
        /// What was asked.
        instrument: Instrument,
        /// The answer.
        score: u8,
        /// The best answer that the scale has.
        best: u8,
        /// What the customer wrote beside it.
        comment: Option<T>,
    }
    /// The customer looked at a page.
    14 "page.viewed" v 1 => PageViewed [N] {
        /// The page, by the name that rules know it by.
        page: N,
    }
    /// The customer was told that something will happen by a time.
    15 "promise.made" v 1 => PromiseMade [N] {
        /// The promise.
        promise: PromiseId,
        /// The contact in which it was made.
        contact: Option<ContactId>,
        /// What was promised.
        what: N,
        /// By when.
        due: Micros,
    }
    /// What was promised was done.
    16 "promise.kept" v 1 => PromiseKept [] {
        /// The promise.
        promise: PromiseId,
    }
    /// The customer left a voicemail, which promises to call back.
    17 "voicemail.left" v 1 => VoicemailLeft [T] {
        /// The contact.
        contact: ContactId,
        /// The promise that the announcement made.
        promise: PromiseId,
        /// By when the announcement said that somebody calls back; none: the rulebook's time holds.
        due: Option<Micros>,
        /// What was said, as text.
        text: Option<T>,
    }
    /// The customer was seen under an identifier.
    18 "identifier.claimed" v 1 => IdentifierClaimed [N] {
        /// What kind of identifier: `email`, `phone`, `account`.
        kind: N,
        /// The keyed hash of its normalised value.
        hash: IdentifierHash,
    }
    /// Two profiles were found to be one customer. Recorded in the streams of both.
    19 "profile.linked" v 1 => ProfileLinked [] {
        /// The link, by which it can be taken back.
        link: LinkId,
        /// The profile at the other end.
        other: ProfileId,
    }
    /// A link was a mistake. Recorded in the streams of both.
    20 "profile.unlinked" v 1 => ProfileUnlinked [] {
        /// The link that is taken back.
        link: LinkId,
        /// The profile at the other end.
        other: ProfileId,
    }
    /// The company really did something: a mail sent, an offer made, a call placed.
    21 "action.taken" v 1 => ActionTaken [N] {
        /// What was done, by the name that the rulebook's prescriptions use.
        action: N,
        /// The contact it belongs to, if any.
        contact: Option<ContactId>,
        /// The announcement that prescribed it, if one did.
        announcement: Option<Uuid>,
    }
    /// Somebody or something judged a text.
    22 "text.judged" v 1 => TextJudged [N] {
        /// The event whose text was judged.
        message: EventId,
        /// The judgement.
        verdict: TextVerdict,
        /// Who or what judged.
        annotator: N,
        /// The annotator's version.
        annotator_version: u32,
    }
    /// A person closed the case of a contact without the customer's word, and says why.
    23 "case.overridden" v 1 => CaseOverridden [N, T] {
        /// The contact.
        contact: ContactId,
        /// Who takes the responsibility.
        by: N,
        /// Why.
        reason: T,
    }
    /// An event of the embedder's own. The shipped rules ignore it; rules in Rust may not.
    24 "custom" v 1 => Custom [N, T] {
        /// The event's name, registered by the embedder.
        name: N,
        /// The embedder's schema version.
        version: u16,
        /// The contact it belongs to, if any.
        contact: Option<ContactId>,
        /// A number that rules may read.
        value: Option<u64>,
        /// Whatever else there is, as the embedder encodes it.
        payload: Option<T>,
    }
}

impl EventKind {
    /// The first number that belongs to records of other crates.
    pub const FIRST_FOREIGN: u16 = 1_000;

    /// The kind that a document's word names.
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|k| k.as_str() == word)
    }
}

impl core::fmt::Display for EventKind {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.pad(self.as_str())
    }
}

impl<N, T> EventData<N, T> {
    /// The contact that this event introduces, by which a store can find its stream again.
    pub const fn tag(&self) -> Option<ContactId> {
        match self {
            Self::ContactStarted(started) => Some(started.contact),
            _ => None,
        }
    }
}
