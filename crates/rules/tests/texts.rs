//! What the phrases of the rulebook that ships say of texts.
#![allow(clippy::unwrap_used)]

use throughline_core::event::{Author, Sentiment, TextVerdict};
use throughline_core::name::Interner;
use throughline_rules::rulebook::{DEFAULT, Rulebooks};
use throughline_rules::texts::{Annotation, Annotator, MAX_TEXT_BYTES, Phrases, Said};

use Author::{Automatic, Customer, CustomerAutomatic, Human};
use TextVerdict::{Acknowledgement, Boilerplate, Contradiction};

fn phrases(document: &str) -> Phrases {
    Rulebooks::parse(document, &mut Interner::new()).unwrap().first().texts.phrases.clone()
}

#[track_caller]
fn check(author: Author, text: &str, verdict: Option<TextVerdict>) {
    assert_eq!(phrases(DEFAULT).read(&Said::new(author, text)).verdict, verdict, "{text}");
}

#[test]
fn a_customer_who_says_that_it_does_not_work_contradicts_whatever_she_thanks_for() {
    check(Customer, "Thank you, but it STILL doesn’t work!!", Some(Contradiction));
    check(Customer, "Danke, aber es geht immer noch nicht.", Some(Contradiction));
    check(Human, "You say that it still does not work?", None);
}

#[test]
fn thanks_are_thanks_only_where_nothing_else_is_said() {
    check(Customer, "Thanks a lot, all good", Some(Acknowledgement));
    check(Customer, "Vielen Dank!", Some(Acknowledgement));
    check(Customer, "Thanks. When will it come?", None);
    check(Customer, "Thank you for nothing, I have been calling you for three weeks now", None);
    check(Human, "We have received your request.", Some(Acknowledgement));
}

#[test]
fn generic_words_are_boilerplate_only_where_they_are_most_of_the_reply() {
    check(Human, "Thank you for your patience.", Some(Boilerplate));
    check(Human, "Vielen Dank für Ihre Anfrage. Ihr Anliegen ist uns wichtig.", Some(Boilerplate));
    check(
        Human,
        "Thank you for your patience. The charge of 12 May was ours by mistake, and it is credited.",
        None,
    );
    check(Customer, "Thank you for your patience.", None);
}

#[test]
fn machines_say_nothing() {
    for author in [Automatic, CustomerAutomatic] {
        check(author, "We have received your request.", None);
        check(author, "It still does not work", None);
    }
}

#[test]
fn topic_intent_and_sentiment_are_the_customers() {
    let text =
        "Ridiculous! I was charged twice, the refund never came. I want to cancel, and to talk to a human.";
    let read = phrases(DEFAULT).read(&Said::new(Customer, text));
    assert_eq!(read.topic.as_ref().map(AsRef::as_ref), Some("billing"));
    assert_eq!(read.sentiment, Some(Sentiment::Negative));
    // Of two intents with as many phrases it is the first by name.
    assert_eq!(read.intent.as_ref().map(AsRef::as_ref), Some("cancel"));
    assert_eq!(phrases(DEFAULT).read(&Said::new(Human, text)), Annotation::default());
}

#[test]
fn the_stated_language_alone_is_looked_at() {
    let said = Said::new(Customer, "passt");
    let verdict = |language| phrases(DEFAULT).read(&said.in_language(language)).verdict;
    assert_eq!(
        (verdict("de"), verdict("DE"), verdict("en")),
        (Some(Acknowledgement), Some(Acknowledgement), None)
    );
    assert_eq!(verdict("fr"), Some(Acknowledgement), "a language without phrases is like none");
}

#[test]
fn other_lists_are_another_version() {
    let version = |document: &str| phrases(document).version();
    let other = DEFAULT.replacen("\"still broken\"", "\"still in pieces\"", 1);
    assert_eq!(version(DEFAULT), version(DEFAULT));
    assert_ne!(version(DEFAULT), version(&other));
    // A list that moves and says the same is the same.
    let case = DEFAULT.replacen("\"still broken\"", "\"Still Broken!\"", 1);
    assert_eq!(version(DEFAULT), version(&case));
}

/// Somebody pastes a log file into a mail.
#[test]
fn what_stands_behind_the_part_that_is_read_is_not_read() {
    let long = format!("{} it still does not work", "word ".repeat(MAX_TEXT_BYTES / 5 + 1));
    check(Customer, &long, None);
    check(Customer, &format!("it still does not work {long}"), Some(Contradiction));
}
