//! Throughline: customer journeys that stay open until the customer is satisfied.
//!
//! A library that a service embeds. It takes what customers do and what is done to them on every channel, folds
//! it into what should be known about each customer, opens a case for what is unresolved and keeps it open until
//! the customer got a satisfactory answer, keeps promises and clocks, scores signs of leaving, and says what to do
//! next and why. Start with [`Engine`] for what happens now and [`replay`] for whole histories.
//!
//! The four nouns: a **fact** is something that happened; a **journey** is what follows from a customer's facts; a
//! **decision** is what the rules conclude; an **announcement** is a decision that was said, and can be withdrawn.

pub mod activated;
pub mod annotate;
pub mod brief;
mod durations;
pub mod effort;
pub mod engine;
pub mod export;
#[cfg(feature = "html")]
mod page;
pub mod replay;
pub mod report;

pub use brief::Brief;
pub use engine::Engine;
pub use export::Export;
pub use replay::{History, Replay};
pub use report::Report;
pub use throughline_channels as channels;
pub use throughline_core as core;
pub use throughline_rules as rules;
pub use throughline_store as store;

/// Compiles the Rust in the documents.
#[cfg(doctest)]
mod documents {
    #[doc = include_str!("../docs/book/01-the-idea.md")]
    struct TheIdea;

    #[doc = include_str!("../docs/book/05-writing-a-rulebook.md")]
    struct WritingARulebook;

    #[doc = include_str!("../docs/EXPLAIN.md")]
    struct Explaining;

    #[doc = include_str!("../docs/book/02-clocks.md")]
    struct Clocks;

    #[doc = include_str!("../docs/book/04-promises.md")]
    struct Promises;

    #[doc = include_str!("../docs/DISRUPTIONS.md")]
    struct Disruptions;

    #[doc = include_str!("../docs/IDENTITY.md")]
    struct WhoIsWho;

    #[doc = include_str!("../docs/RULEBOOK.md")]
    struct TheRulebook;

    #[doc = include_str!("../docs/TEXTS.md")]
    struct Texts;

    #[doc = include_str!("../docs/SUBSCRIPTIONS.md")]
    struct Subscribing;

    #[doc = include_str!("../README.md")]
    struct Readme;
}
