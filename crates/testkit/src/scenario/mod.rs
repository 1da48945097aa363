//! Given, when, then: a story as text that a support lead can read and write, and a check that it comes out.
//!
//! Above a line `---` stands what happened, one statement a line, with the instant first; below it what is asked,
//! and indented under each question the answer. [`Scenario::tell`] tells the story to a [`Teller`], in the order in
//! which things *arrived*, and returns the same text with the answers that came. This crate knows no rules: who
//! answers is the engine that a test sets up, ours or one with your own rulebook.
//!
//! ```
//! use throughline_core::time::Micros;
//! use throughline_testkit::scenario::{Happening, Question, Scenario, Teller, difference};
//!
//! const STORY: &str = r#"# A mail and its answer
//! customer ann
//! day 1 09:00  ann starts mail "m1" about billing
//! day 1 15:00  human bo answers "m1": "It is a fee."  [arrives day 3 08:00]
//! ---
//! day 2 09:00  journey of ann
//!   1 fact is known
//!
//! day 4 09:00  journey of ann
//!   2 facts are known
//! "#;
//!
//! /// Knows nothing but how much it was told.
//! struct Counts(usize);
//!
//! impl Teller for Counts {
//!     type Error = std::convert::Infallible;
//!     async fn advance(&mut self, _: Micros) -> Result<Option<Micros>, Self::Error> {
//!         Ok(None)
//!     }
//!     async fn learn(&mut self, _: Micros, _: &Happening) -> Result<(), Self::Error> {
//!         self.0 += 1;
//!         Ok(())
//!     }
//!     async fn answer(&mut self, _: Micros, _: &Question) -> Result<String, Self::Error> {
//!         Ok(if self.0 == 1 { "1 fact is known".into() } else { format!("{} facts are known", self.0) })
//!     }
//! }
//!
//! # tokio::runtime::Builder::new_current_thread().build()?.block_on(async {
//! let scenario = Scenario::parse(STORY)?;
//! let told = scenario.tell(&mut Counts(0)).await?;
//! assert_eq!(difference(STORY, &told), "");
//! # Ok::<(), Box<dyn std::error::Error>>(()) })?;
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! A mistake in the text is refused with its line and with what to write instead:
//! ```
//! use throughline_testkit::scenario::Scenario;
//!
//! let mistake = Scenario::parse("customer ann\nday 1 09:00  ann starts maill \"m1\"\n---\n").unwrap_err();
//! assert!(mistake.to_string().starts_with("line 2: after `ann starts` `maill` stands there; expected a channel"));
//! ```
//!
//! All forms of statements are listed by [`forms`]. At the end of a line, in brackets: `[arrives day 4 10:00]` for a
//! fact that is learnt late (or, on a line that is there twice, delivered twice), `[known as question]` to name an
//! event that is judged later, `[from crm]` for its source. A block `rulebook:` with indented lines below it is
//! handed to the teller's side as it is, in [`Scenario::rulebook`]. A block `disruption "storm":` holds the document of
//! a disruption, with its instants as the story tells them (`from = "day 2 06:00"`); it happens where a line says
//! `company declares "storm" by operations`.

mod dealing;
mod difference;
mod error;
mod kept;
mod moment;
mod names;
mod parse;
mod phrase;
mod question;
mod stated;
mod statement;
mod tell;
mod token;

pub use difference::difference;
pub use error::ScenarioError;
pub use moment::{DAY_ONE, moment};
pub use names::Names;
pub use question::{Asked, Question, Reader};
pub use tell::Teller;

use throughline_core::event::NewEvent;
use throughline_core::ids::{LinkId, ProfileId};
use throughline_core::name::Name;
use throughline_core::time::Micros;

/// A story, read.
#[derive(Clone, Debug, PartialEq)]
pub struct Scenario {
    /// Its first comment.
    pub title: String,
    /// The text above the line, as it is written.
    pub given: String,
    /// The block `rulebook:`, without its indentation; empty if there is none.
    pub rulebook: String,
    /// What happened, in the order of the text.
    pub happenings: Vec<Happening>,
    /// What is asked, in order.
    pub questions: Vec<Asked>,
    /// Who is who.
    pub names: Names,
}

/// One thing that happened.
#[derive(Clone, Debug, PartialEq)]
pub struct Happening {
    /// In the words of the scenario, with its instant.
    pub sentence: String,
    /// When it happened.
    pub at: Micros,
    /// When it becomes known: then, or later.
    pub arrives: Micros,
    /// What.
    pub what: What,
}

/// What can happen.
#[derive(Clone, Debug, PartialEq)]
pub enum What {
    /// Something in a customer's life.
    Fact {
        /// The customer's profile.
        profile: ProfileId,
        /// The event.
        event: NewEvent,
    },
    /// Two profiles are found to be one customer.
    Linked {
        /// The link.
        link: LinkId,
        /// One profile.
        a: ProfileId,
        /// The other.
        b: ProfileId,
    },
    /// A link is taken back.
    Unlinked {
        /// The link.
        link: LinkId,
        /// One profile.
        a: ProfileId,
        /// The other.
        b: ProfileId,
    },
    /// The company says what it can keep of what it promises.
    Capability {
        /// The document that says so.
        document: String,
    },
    /// A disruption is declared: what hits many customers at once.
    Declared {
        /// Its document, with its instants in the form of RFC 3339.
        document: String,
        /// Who says so.
        by: Name,
    },
}

impl Scenario {
    /// Reads the text of a scenario.
    pub fn parse(text: &str) -> Result<Self, ScenarioError> {
        parse::parse(text)
    }

    /// The same story with everything known as soon as it happened.
    #[must_use]
    pub fn on_time(mut self) -> Self {
        for happening in &mut self.happenings {
            happening.arrives = happening.at;
        }
        self
    }

    /// The same story in which nobody was ever linked.
    #[must_use]
    pub fn never_linked(mut self) -> Self {
        self.happenings.retain(|h| !matches!(h.what, What::Linked { .. } | What::Unlinked { .. }));
        self
    }
}

/// Every form that a statement above the line can have. `<…>` is to be filled in, `[…]` may be left out; what was
/// said or written follows at the end, after a colon and in quotation marks.
/// ```
/// use throughline_testkit::scenario::forms;
///
/// assert!(forms().any(|form| form == "<who> accepts the answer in <contact>"));
/// ```
pub fn forms() -> impl Iterator<Item = &'static str> {
    let forms = statement::FORMS.iter().chain(stated::FORMS).chain(dealing::FORMS).chain(kept::FORMS);
    forms.map(|(form, _)| *form)
}
