//! Events: what happened, when, according to whom.
//!
//! A [`NewEvent`] has happened but is not in a log yet; a [`RecordedEvent`] has a position there. Both carry
//! either typed [`EventData`] or, on their way to and from a store, a sealed [`Body`] whose meaning the store
//! does not know. The vocabulary, one struct for each kind of event, is in [`vocabulary`].

mod about;
mod body;
mod choices;
mod define;
mod header;
mod money;
mod section;
mod upcast;
pub mod vocabulary;

pub use crate::text::{IdentifierHash, Text};
pub use body::{Body, decode};
pub use choices::{
    AccountRole, ApologyStep, AskedBy, Author, CancellationOutcome, Channel, ChargeOutcome,
    CircumstanceChange, Consent, Direction, Ending, EntitlementChange, FormProgress, Instrument,
    MeetingChange, MenuExit, OfferAnswer, Preference, Sentiment, StatedBy, Strength, SubscriptionChange,
    TextVerdict, Tone, TransferKind, WorkEffect,
};
pub use header::{NewEvent, Position, RecordedEvent, Version};
pub use money::Money;
pub use section::Section;
pub use vocabulary::{EventData, EventKind};
