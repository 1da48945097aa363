//! Mails, chats and forms: machines that answer at once, and people who answer in time, late, or never.

use super::super::words::{self, ACKNOWLEDGEMENT, ANSWERS, BOILERPLATE, Source};
use super::{Issue, Life, MOST_RETURNS, outcome, promise};
use throughline_core::event::vocabulary::{ContactEnded, Message, TextClassified, TextJudged, WorkDone};
use throughline_core::event::{Author, Channel, Direction, Ending, Sentiment, Text, TextVerdict, WorkEffect};
use throughline_core::ids::{ContactId, EventId};

/// The customer writes a mail.
pub(super) fn mail(life: &mut Life<'_>, issue: Issue) {
    letter(life, issue, Source::Mail, Channel::Mail);
}

/// The customer fills in a form, of the web page or of the app.
pub(super) fn form(life: &mut Life<'_>, issue: Issue) {
    if life.dice().chance(500) {
        letter(life, issue, Source::Web, Channel::Form);
    } else {
        letter(life, issue, Source::App, Channel::App);
    }
}

fn letter(life: &mut Life<'_>, mut issue: Issue, source: Source, channel: Channel) {
    if issue.reference.is_none() && life.dice().chance(800) {
        issue.reference = Some(life.new_reference());
    }
    let contact = life.start(source, channel, Direction::Inbound, issue);
    ask(life, contact, issue, source);
    if life.dice().chance(700) {
        life.secs(2, 90);
        let verdict = Some(TextVerdict::Acknowledgement);
        write(life, contact, Author::Automatic, verdict, ACKNOWLEDGEMENT, source);
    }
    while life.dice().chance(300) {
        work(life, contact);
    }
    if life.dice().chance(150) {
        life.hours(1, 20);
        boilerplate(life, contact, source);
        if life.dice().chance(500) {
            life.hours(1, 30);
            ask(life, contact, issue, source);
        }
    }
    if life.dice().chance(80) {
        life.hours(1, 30);
        promise::within_contact(life, contact);
    }
    match life.dice().below(100) {
        ..70 => life.hours(1, 22),
        70..92 => life.hours(24, 110),
        _ => return give_up_waiting(life, issue),
    }
    answer(life, contact, source);
    if channel == Channel::Mail && life.dice().chance(30) {
        // She is on holiday, and her machine says so. It asks nothing.
        life.secs(1, 30);
        write(life, contact, Author::CustomerAutomatic, None, words::VACATION, source);
    }
    outcome::after_answer(life, contact, issue);
}

fn give_up_waiting(life: &mut Life<'_>, issue: Issue) {
    if issue.returns < MOST_RETURNS && life.dice().chance(600) {
        life.hours(24, 200);
        super::contact(life, Issue { returns: issue.returns + 1, ..issue });
    }
}

/// The customer opens a chat: a bot first, then perhaps a person.
pub(super) fn chat(life: &mut Life<'_>, issue: Issue) {
    let contact = life.start(Source::Web, Channel::Chat, Direction::Inbound, issue);
    ask(life, contact, issue, Source::Web);
    loop {
        life.secs(1, 4);
        write(life, contact, Author::Bot, Some(TextVerdict::Boilerplate), BOILERPLATE[1], Source::Web);
        life.secs(20, 200);
        if life.dice().chance(500) {
            break;
        }
        ask(life, contact, issue, Source::Web);
    }
    if life.dice().chance(350) {
        let ending = if life.dice().chance(700) { Ending::Abandoned } else { Ending::Dropped };
        life.tell(Source::Web, ContactEnded { contact, ending, agent: None });
        return give_up_waiting(life, issue);
    }
    life.secs(20, 900);
    answer(life, contact, Source::Web);
    life.secs(20, 300);
    life.tell(Source::Web, ContactEnded { contact, ending: Ending::Completed, agent: None });
    outcome::after_answer(life, contact, issue);
}

fn ask(life: &mut Life<'_>, contact: ContactId, issue: Issue, source: Source) {
    let text = life.dice().chance(600).then(|| words::question(issue.topic, life.dice()));
    life.tell(source, Message { contact, author: Author::Customer, agent: None, verdict: None, text });
}

fn write(
    life: &mut Life<'_>,
    contact: ContactId,
    author: Author,
    verdict: Option<TextVerdict>,
    words: &str,
    source: Source,
) -> EventId {
    let agent = (author == Author::Human).then(|| life.agent());
    let text = life.dice().chance(400).then(|| Text::from(words));
    life.tell(source, Message { contact, author, agent, verdict, text })
}

/// A person answers what was asked. Whether it is an answer, the source says or an annotator finds out.
pub(super) fn answer(life: &mut Life<'_>, contact: ContactId, source: Source) {
    let words = *life.dice().pick(&ANSWERS);
    judged(life, contact, TextVerdict::Substantive, words, source);
}

fn boilerplate(life: &mut Life<'_>, contact: ContactId, source: Source) {
    judged(life, contact, TextVerdict::Boilerplate, BOILERPLATE[0], source);
}

fn judged(life: &mut Life<'_>, contact: ContactId, verdict: TextVerdict, words: &str, source: Source) {
    if life.dice().chance(600) {
        write(life, contact, Author::Human, Some(verdict), words, source);
    } else {
        let message = write(life, contact, Author::Human, None, words, source);
        life.secs(1, 60);
        judge(life, message, verdict);
    }
}

/// An annotator says what a text is.
pub(super) fn judge(life: &mut Life<'_>, message: EventId, verdict: TextVerdict) {
    let annotator = life.scribe.words.annotator.clone();
    let judged = TextJudged { message, verdict, annotator, annotator_version: 1 };
    let told = life.told(Source::Annotator, judged.into());
    life.scribe.tell(super::Told { cause: Some(message.0), ..told });
    if verdict == TextVerdict::Contradiction {
        let annotator = life.scribe.words.annotator.clone();
        let (contact, topic, intent, sentiment) = (None, None, None, Some(Sentiment::Negative));
        let read =
            TextClassified { message, contact, topic, intent, sentiment, annotator, annotator_version: 1 };
        let told = life.told(Source::Annotator, read.into());
        life.scribe.tell(super::Told { cause: Some(message.0), ..told });
    }
}

/// Somebody works on a contact without a word to the customer.
pub(super) fn work(life: &mut Life<'_>, contact: ContactId) {
    life.hours(0, 9);
    let agent = Some(life.agent());
    let activity = Some(life.scribe.dice.pick(&life.scribe.words.activities).clone());
    let effect = *life.dice().pick(WorkEffect::ALL);
    life.tell(Source::Desk, WorkDone { contact, agent, activity, effect });
}
