//! What a document says of answers: whose message stops which clock, and what makes a case answered.
//!
//! Every key has a default, which is the policy that ships; the table may be left out.

use super::shape::words;
use alloc::{vec, vec::Vec};
use serde::Deserialize;

/// What counts as an answer.
#[derive(Clone, Debug, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, default)]
pub struct Answers {
    /// Whose message says that hers was received: stops the clock `acknowledged`.
    pub acknowledged_by: Vec<Who>,
    /// What a person's message counts as before anybody judged its text.
    pub unjudged_human: Weight,
    /// What a bot's message counts as before anybody judged its text.
    pub unjudged_bot: Weight,
    /// What a person's boilerplate, or "received", counts as: whether it stops the clock `first-human`.
    pub boilerplate: Boilerplate,
    /// What a call counts as that a person took and brought to its end.
    pub spoken: Weight,
    /// Whether "resolved", said by an agent or a ticket, makes a case answered. It never closes one.
    pub claimed: Claim,
}

impl Default for Answers {
    fn default() -> Self {
        Self {
            acknowledged_by: vec![Who::Human, Who::Bot, Who::Automatic],
            unjudged_human: Weight::Answers,
            unjudged_bot: Weight::Reacts,
            boilerplate: Boilerplate::IsNoReaction,
            spoken: Weight::Answers,
            claimed: Claim::Answers,
        }
    }
}

words! {
    /// Who wrote a message, as far as it matters for an acknowledgement.
    pub enum Who {
        /// A person.
        Human,
        /// A bot.
        Bot,
        /// An autoresponder, or a message of a workflow.
        Automatic,
    }

    /// What something counts as.
    pub enum Weight {
        /// As an answer, until it is judged to be none.
        Answers,
        /// As a reaction: no answer until it is judged to be one.
        Reacts,
    }

    /// What boilerplate that a person sends counts as.
    pub enum Boilerplate {
        /// As no reaction of a person: nobody has dealt with the question.
        IsNoReaction,
        /// As a first reaction of a person, and as no answer.
        Reacts,
    }

    /// What a claim of a resolution counts as.
    pub enum Claim {
        /// The case is answered, as claimed.
        Answers,
        /// It is noted, and the case stays open.
        IsNoted,
    }
}
