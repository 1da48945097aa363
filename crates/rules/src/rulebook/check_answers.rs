//! Checks what a document says of answers: that a message can stop every clock that has a target.

use super::document::{Document, TargetClock};
use super::document_answers::{Weight, Who};
use crate::mistake::{Mistake, line_of};
use alloc::{format, string::String, vec::Vec};

/// Finds every mistake.
pub(super) fn check(text: &str, document: &Document) -> Vec<Mistake> {
    let mut mistakes = Vec::new();
    let Some(answers) = &document.answers else { return mistakes };
    let (line, answers) = (line_of(text, answers.span().start), answers.as_ref());
    let mut say = |message: String| mistakes.push(Mistake { line, message });
    if answers.acknowledged_by.is_empty() {
        let targets = document.targets.iter().map(toml::Spanned::as_ref);
        for target in targets.filter(|target| target.clock == TargetClock::Acknowledged) {
            let rule = target.rule.as_ref();
            say(format!(
                "`acknowledged_by = []` lets no message stop the clock `acknowledged`, so that every case misses `{rule}`; name who acknowledges, or remove that target"
            ));
        }
    }
    for who in [Who::Human, Who::Bot, Who::Automatic] {
        if answers.acknowledged_by.iter().filter(|named| **named == who).count() > 1 {
            say("`acknowledged_by` names somebody twice; once is enough".into());
        }
    }
    if (answers.unjudged_bot, answers.unjudged_human) == (Weight::Answers, Weight::Reacts) {
        say("by this a bot's message answers and a person's does not until it is judged; write `unjudged_bot = \"reacts\"`, or `unjudged_human = \"answers\"`".into());
    }
    mistakes
}
