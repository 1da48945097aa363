//! What comes after an answer: the customer's word, an agent's claim, a survey, or the same issue again.

use super::super::words::{CONTRADICTION, Source};
use super::{Issue, Life, MOST_RETURNS, written};
use throughline_core::event::vocabulary::{
    AnswerAccepted, AnswerRejected, CaseOverridden, Rated, ResolutionClaimed,
};
use throughline_core::event::{Instrument, Text, TextVerdict};
use throughline_core::ids::ContactId;
use throughline_core::time::Span;

/// A contact was answered; whether that satisfies is the customer's to say.
pub(super) fn after_answer(life: &mut Life<'_>, contact: ContactId, issue: Issue) {
    if life.dice().chance(400) {
        life.secs(10, 3_600);
        let agent = Some(life.agent());
        life.tell(Source::Desk, ResolutionClaimed { contact, agent });
    }
    match life.dice().below(1_000) {
        ..430 => {
            life.hours(0, 40);
            life.tell(Source::Web, AnswerAccepted { contact });
        }
        430..520 if issue.returns < MOST_RETURNS => return reject(life, contact, issue),
        520..523 => {
            life.hours(24, 200);
            let (by, reason) = (life.agent(), Text::from("Agreed by telephone with the customer's lawyer."));
            life.tell(Source::Desk, CaseOverridden { contact, by, reason });
        }
        _ => {}
    }
    if life.dice().chance(180) {
        life.hours(1, 72);
        survey(life, Some(contact));
    }
    if issue.returns < MOST_RETURNS && life.dice().chance(110) {
        life.wait(Span::from_days(1), Span::from_days(20));
        super::contact(life, Issue { returns: issue.returns + 1, ..issue });
    }
}

fn reject(life: &mut Life<'_>, contact: ContactId, issue: Issue) {
    life.hours(0, 30);
    life.tell(Source::Web, AnswerRejected { contact });
    if life.dice().chance(800) {
        written::work(life, contact);
        life.hours(1, 60);
        written::answer(life, contact, Source::Desk);
        after_answer(life, contact, Issue { returns: issue.returns + 1, ..issue });
    }
}

/// A survey about the relationship as a whole.
pub(super) fn relationship_survey(life: &mut Life<'_>) {
    survey(life, None);
}

fn survey(life: &mut Life<'_>, contact: Option<ContactId>) {
    let instrument = if contact.is_some() { Instrument::Csat } else { Instrument::Nps };
    let instrument = if life.dice().chance(200) { Instrument::Ces } else { instrument };
    let (worst, best) = match instrument {
        Instrument::Csat => (1, 5),
        Instrument::Ces => (1, 7),
        Instrument::Nps => (0, 10),
    };
    // Of two draws the better: most people are content, and those who are not are a long tail.
    let range = u64::from(best - worst) + 1;
    let score = worst + life.dice().below(range).max(life.dice().below(range)) as u8;
    let contradicts = score == best && life.dice().chance(60);
    let comment = contradicts.then(|| Text::from(CONTRADICTION));
    let rated =
        life.tell(Source::Web, Rated { contact, instrument, score, best, worst: Some(worst), comment });
    if contradicts {
        life.secs(1, 60);
        written::judge(life, rated, TextVerdict::Contradiction);
    }
}
