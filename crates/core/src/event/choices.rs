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
        /// A call with pictures.
        Video = 11 "video",
        /// A messenger that is not the telephone's own text message.
        Messenger = 12 "messenger",
        /// A page of the web, where no form and no chat is meant.
        Web = 13 "web",
    }

    /// Who began a contact.
    Direction("a direction") {
        /// The customer.
        Inbound = 0 "inbound",
        /// The company.
        Outbound = 1 "outbound",
        /// The customer's own machine, for instance a vacation notice. Such a contact opens and reopens nothing.
        CustomerAutomatic = 2 "customer-automatic",
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

    /// How a text sounds.
    Sentiment("a sentiment") {
        /// Angry, sad or disappointed.
        Negative = 0 "negative",
        /// Neither.
        Neutral = 1 "neutral",
        /// Pleased.
        Positive = 2 "positive",
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

    /// What became of a charge.
    ChargeOutcome("a charge outcome") {
        /// It was asked for.
        Billed = 0 "billed",
        /// It was paid.
        Paid = 1 "paid",
        /// The payment failed. Who leaves for this leaves involuntarily.
        Failed = 2 "failed",
        /// The customer disputes it: a chargeback.
        Disputed = 3 "disputed",
    }

    /// How a subscription moved.
    SubscriptionChange("a subscription change") {
        /// It began.
        Started = 0 "started",
        /// Its plan or terms are others.
        Changed = 1 "changed",
        /// It was renewed.
        Renewed = 2 "renewed",
        /// It rests.
        Paused = 3 "paused",
        /// It goes on after a rest.
        Resumed = 4 "resumed",
        /// It is over.
        Ended = 5 "ended",
    }

    /// What became of a cancellation.
    CancellationOutcome("a cancellation outcome") {
        /// The customer stays.
        Withdrawn = 0 "withdrawn",
        /// It took effect.
        Effective = 1 "effective",
    }

    /// What a customer did with an offer.
    OfferAnswer("an answer to an offer") {
        /// She took it.
        Accepted = 0 "accepted",
        /// She did not want it.
        Declined = 1 "declined",
        /// She used it.
        Redeemed = 2 "redeemed",
        /// It ran out unused.
        Expired = 3 "expired",
    }

    /// What happened to an entitlement.
    EntitlementChange("an entitlement change") {
        /// The customer has it.
        Granted = 0 "granted",
        /// It was used.
        Applied = 1 "applied",
        /// It ran out.
        Expired = 2 "expired",
    }

    /// Who asked a customer to prove who she is.
    AskedBy("who asked") {
        /// A menu.
        Menu = 0 "menu",
        /// A person of the company.
        Agent = 1 "agent",
        /// A page, an app or a form.
        Page = 2 "page",
        /// A program that takes part in a conversation.
        Bot = 3 "bot",
    }

    /// How strong a proof of identity is: the three levels of eIDAS. A later one includes the earlier.
    Strength("a strength") {
        /// Something that others may know too: a number, a date of birth.
        Low = 0 "low",
        /// Something that only she should know or have: a password, a one-time code.
        Substantial = 1 "substantial",
        /// Two things of different kinds, or a document that was checked.
        High = 2 "high",
    }

    /// Whether data may be used for a purpose.
    Consent("a consent") {
        /// The customer allowed it.
        Given = 0 "given",
        /// She forbade it, or took it back.
        Withdrawn = 1 "withdrawn",
    }

    /// What a stated preference is about.
    Preference("a preference") {
        /// The channel to be answered on.
        Channel = 0 "channel",
        /// The language.
        Language = 1 "language",
        /// The time of day.
        TimeOfDay = 2 "time-of-day",
        /// How to be addressed.
        Salutation = 3 "salutation",
        /// What she needs in order to take part: large print, relay service.
        Accessibility = 4 "accessibility",
    }

    /// Who states a fact about a customer.
    StatedBy("who states it") {
        /// The customer.
        Customer = 0 "customer",
        /// A person of the company.
        Agent = 1 "agent",
        /// Somebody else who may: a relative, an executor, a partner.
        ThirdParty = 2 "third-party",
    }

    /// What happened to a circumstance.
    CircumstanceChange("a circumstance change") {
        /// It began.
        Begun = 0 "begun",
        /// It ended.
        Ended = 1 "ended",
        /// It never was: a mistake.
        Mistaken = 2 "mistaken",
    }

    /// Whether an apology is still owed.
    ApologyStep("a step of an apology") {
        /// It is owed.
        Owed = 0 "owed",
        /// It was given.
        Given = 1 "given",
    }

    /// The part that a customer has in an account.
    AccountRole("a role") {
        /// It is hers.
        Holder = 0 "holder",
        /// She may use it.
        User = 1 "user",
        /// She speaks for it.
        Contact = 2 "contact",
        /// She pays for it.
        Payer = 3 "payer",
        /// None any more.
        Former = 4 "former",
    }

    /// What happened to a meeting.
    MeetingChange("a meeting change") {
        /// It is planned, or moved to another time.
        Planned = 0 "planned",
        /// It took place.
        Held = 1 "held",
        /// It will not take place.
        Cancelled = 2 "cancelled",
    }

    /// Which way feedback points.
    Tone("a tone") {
        /// Praise.
        Praise = 0 "praise",
        /// A suggestion.
        Suggestion = 1 "suggestion",
        /// A complaint.
        Complaint = 2 "complaint",
    }

    /// What happened to a form.
    FormProgress("the progress of a form") {
        /// It was begun.
        Started = 0 "started",
        /// A step was reached.
        StepReached = 1 "step-reached",
        /// It was left unfinished.
        Abandoned = 2 "abandoned",
        /// It was taken up again, perhaps on another channel.
        Resumed = 3 "resumed",
        /// It was sent.
        Submitted = 4 "submitted",
    }
}
