//! The closed choices that events make: channels, authors, endings. Closed, so that a new one cannot be
//! forgotten by a rule; each has a number on disk that is never used again for anything else.

use crate::wire::{Decode, DecodeError, Encode, Reader, Reading, Writer};
use serde::{Deserialize, Serialize};

macro_rules! choice {
    ($($(#[$doc:meta])* $name:ident ($what:literal) { $($(#[$vdoc:meta])* $variant:ident = $n:literal $text:literal,)* })*) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(rename_all = "kebab-case")]
        #[repr(u8)]
        pub enum $name { $($(#[$vdoc])* $variant = $n,)* }

        impl $name {
            /// Every choice, in the order of their numbers on disk.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)*];

            /// The word for it in documents and reports.
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $text,)* }
            }

            /// The choice that a word names.
            pub fn from_word(word: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|c| c.as_str() == word)
            }
        }

        impl core::fmt::Display for $name {
            fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result { f.pad(self.as_str()) }
        }

        impl Encode for $name {
            fn encode(&self, out: &mut Writer) { out.plain.push(*self as u8); }
        }

        impl<C: Reading> Decode<C> for $name {
            #[inline]
            fn decode(from: &mut Reader<'_>, _: &mut C) -> Result<Self, DecodeError> {
                match from.byte()? {
                    $($n => Ok(Self::$variant),)*
                    found => Err(DecodeError::UnknownVariant { what: $what, found: found.into(), at: from.offset() }),
                }
            }
        }
    )*};
}

choice! {
    /// Where a contact takes place.
    Channel("a channel") {
        /// A call.
        Phone = 0 "phone",
        /// Electronic mail.
        Mail = 1 "mail",
        /// A live chat.
        Chat = 2 "chat",
        /// A text message (SMS and its kind).
        Sms = 3 "sms",
        /// A form on a web page.
        Form = 4 "form",
        /// An app.
        App = 5 "app",
        /// A visit to a shop or branch.
        Store = 6 "store",
        /// A public post.
        Social = 7 "social",
        /// A letter on paper.
        Post = 8 "post",
        /// A facsimile.
        Fax = 9 "fax",
        /// A ticket in a help desk, whatever channel it came by.
        Ticket = 10 "ticket",
    }

    /// Who began a contact.
    Direction("a direction") {
        /// The customer.
        Inbound = 0 "inbound",
        /// The company.
        Outbound = 1 "outbound",
    }

    /// Who wrote a message. The first thing that an adapter maps; `Unknown` stops no clock.
    Author("an author") {
        /// The customer, in person.
        Customer = 0 "customer",
        /// A person of the company.
        Human = 1 "human",
        /// A program that takes part in a conversation.
        Bot = 2 "bot",
        /// A machine of the company that answers without reading: an autoresponder (RFC 3834).
        Automatic = 3 "automatic",
        /// A workflow or a bulk mailing.
        Workflow = 4 "workflow",
        /// Nobody could say.
        Unknown = 5 "unknown",
        /// The customer's own machine, for instance a vacation notice. Answers nothing and asks nothing.
        CustomerAutomatic = 6 "customer-automatic",
    }

    /// How a customer was moved.
    TransferKind("a kind of transfer") {
        /// Without an introduction.
        Cold = 0 "cold",
        /// With one: the first agent told the second.
        Warm = 1 "warm",
        /// To another queue.
        Queue = 2 "queue",
    }

    /// How a contact ended.
    Ending("an ending") {
        /// It came to its end.
        Completed = 0 "completed",
        /// The customer gave up before anybody answered.
        Abandoned = 1 "abandoned",
        /// The line or the session broke.
        Dropped = 2 "dropped",
    }

    /// Whether a menu offered a way on.
    MenuExit("a menu exit") {
        /// There was a way on, or to a person.
        Offered = 0 "offered",
        /// There was none: a dead end.
        DeadEnd = 1 "dead-end",
    }

    /// What work on a contact means for its case.
    WorkEffect("a work effect") {
        /// Somebody works on it: an answered case is open again.
        Works = 0 "works",
        /// Somebody works on it and now waits for the customer.
        WaitsForCustomer = 1 "waits-for-customer",
        /// Somebody works on it and now waits for a third party.
        WaitsForThirdParty = 2 "waits-for-third-party",
        /// A remark or bookkeeping: the case stays as it is.
        Notes = 3 "notes",
    }

    /// What a text was judged to be.
    TextVerdict("a verdict") {
        /// It addresses the question.
        Substantive = 0 "substantive",
        /// Generic text that would have fitted any question.
        Boilerplate = 1 "boilerplate",
        /// It says "received" and no more.
        Acknowledgement = 2 "acknowledgement",
        /// It contradicts an acceptance or a good rating: "approved", but "still does not work".
        Contradiction = 3 "contradiction",
    }

    /// What a rating was asked with.
    Instrument("an instrument") {
        /// Customer satisfaction, as a rule 1 to 5.
        Csat = 0 "csat",
        /// Customer effort score 2.0, 1 to 7, 7 is the least effort.
        Ces = 1 "ces",
        /// Net promoter score, 0 to 10.
        Nps = 2 "nps",
    }
}
