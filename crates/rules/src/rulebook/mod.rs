//! The rulebook: a TOML document that a support lead can read and change, and its indexed form.
//!
//! Text flows in through [`Rulebooks::parse`], which reads it into a [`document`], checks it as a whole and says
//! of *every* mistake where it is and what to write instead. What comes out is a [`Rulebook`]: rules sorted by
//! name, and for each event only the rules that can react to it. [`Rulebooks`] knows which one is in force when.

mod calendars;
mod catalogue;
mod check;
mod check_answers;
mod check_contact;
mod check_identity;
mod check_partners;
mod check_reach;
mod check_texts;
mod compiled;
mod compiled_answers;
mod compiled_contact;
mod compiled_identity;
mod compiled_partners;
mod compiled_promises;
mod compiled_reach;
mod compiled_texts;
pub mod document;
pub mod document_answers;
pub mod document_contact;
pub mod document_partners;
pub mod document_reach;
pub mod document_texts;
mod error;
mod rulebooks;
#[cfg(feature = "schema")]
mod schema;
mod shape;

pub use crate::duration::Duration;
pub use crate::mistake::Mistake;
pub use catalogue::{Catalogue, RuleIx, SignalIx};
pub use check::CASES_RULE;
pub use compiled::{
    CasePolicy, ChannelPolicy, ChurnRule, LimitRule, Prescription, Rulebook, SignalOn, SignalRule, TargetRule,
};
pub use compiled_answers::AnswerPolicy;
pub use compiled_contact::{ChargedPolicy, ContactPolicy, Frequency, OpenCases, PurposeRule};
pub use compiled_partners::{ApologyRule, PartnerPolicy};
pub use compiled_promises::TooFarPolicy;
pub use compiled_reach::ReachPolicy;
pub use compiled_texts::{BoilerplatePolicy, LoopRule, TextPolicy};
pub use document::LimitCounts;
pub use error::RulebookError;
pub use rulebooks::{RulebookIx, Rulebooks};
#[cfg(feature = "schema")]
pub use schema::json_schema;

/// The rulebook that ships: good enough on day one.
pub const DEFAULT: &str = include_str!("default.toml");
