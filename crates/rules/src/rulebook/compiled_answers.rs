//! What a document says of answers, as a policy.

use super::document_answers::{Answers, Boilerplate, Claim, Weight, Who};
use throughline_core::event::{Author, TextVerdict};

/// What counts as an answer, and whose message stops which clock.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "independent answers to independent questions")]
pub struct AnswerPolicy {
    human_acknowledges: bool,
    bot_acknowledges: bool,
    machine_acknowledges: bool,
    human_answers: bool,
    bot_answers: bool,
    boilerplate_reacts: bool,
    /// Whether a call that a person brought to its end is an answer.
    pub spoken_answers: bool,
    /// Whether a claim of a resolution makes a case answered.
    pub claim_answers: bool,
}

impl AnswerPolicy {
    pub(super) fn compile(answers: &Answers) -> Self {
        let acknowledges = |who| answers.acknowledged_by.contains(&who);
        Self {
            human_acknowledges: acknowledges(Who::Human),
            bot_acknowledges: acknowledges(Who::Bot),
            machine_acknowledges: acknowledges(Who::Automatic),
            human_answers: answers.unjudged_human == Weight::Answers,
            bot_answers: answers.unjudged_bot == Weight::Answers,
            boilerplate_reacts: answers.boilerplate == Boilerplate::Reacts,
            spoken_answers: answers.spoken == Weight::Answers,
            claim_answers: answers.claimed == Claim::Answers,
        }
    }

    /// Whether a message of this author says that hers was received.
    pub const fn acknowledges(&self, author: Author) -> bool {
        match author {
            Author::Human => self.human_acknowledges,
            Author::Bot => self.bot_acknowledges,
            Author::Automatic | Author::Workflow => self.machine_acknowledges,
            Author::Customer | Author::CustomerAutomatic | Author::Unknown => false,
        }
    }

    /// Whether a message of a person is a reaction of one: somebody has dealt with the question.
    pub const fn is_human_reaction(&self, verdict: Option<TextVerdict>) -> bool {
        self.boilerplate_reacts
            || !matches!(verdict, Some(TextVerdict::Boilerplate | TextVerdict::Acknowledgement))
    }

    /// Whether a message of this author is an answer: as it was judged, and as the policy says where nobody judged it.
    pub const fn answers(&self, author: Author, verdict: Option<TextVerdict>) -> bool {
        match (verdict, author) {
            (Some(verdict), Author::Human | Author::Bot) => matches!(verdict, TextVerdict::Substantive),
            (None, Author::Human) => self.human_answers,
            (None, Author::Bot) => self.bot_answers,
            _ => false,
        }
    }
}
