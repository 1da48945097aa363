//! Pages looked at and things bought, by customers whom nobody has to answer.

use super::super::words::Source;
use super::{Life, dealings, outcome};
use throughline_core::event::vocabulary::{ActionTaken, Custom, PageViewed};
use throughline_core::time::Span;

/// A visit of a few pages.
pub(super) fn look_around(life: &mut Life<'_>) {
    let source = if life.dice().chance(400) { Source::App } else { Source::Web };
    for _ in 0..=life.dice().below(6) {
        let page = if life.dice().chance(8) {
            life.scribe.words.cancellation_terms.clone()
        } else {
            life.scribe.dice.pick(&life.scribe.words.pages).clone()
        };
        life.tell(source, PageViewed { page });
        life.secs(3, 240);
    }
}

/// A purchase; one shop in ten reports it as an event of its own.
pub(super) fn buy(life: &mut Life<'_>) {
    look_around(life);
    if !life.dice().chance(100) {
        return dealings::order(life);
    }
    let (name, value) = (life.scribe.words.purchase.clone(), Some(500 + life.dice().below(20_000)));
    life.tell(Source::Web, Custom { name, version: 1, contact: None, value, payload: None });
}

/// The page with the cancellation terms, several times within days; sometimes somebody notices and acts.
pub(super) fn think_of_leaving(life: &mut Life<'_>) {
    for _ in 0..2 + life.dice().below(3) {
        let page = life.scribe.words.cancellation_terms.clone();
        life.tell(Source::Web, PageViewed { page });
        life.wait(Span::from_secs(60), Span::from_days(3));
    }
    if life.dice().chance(350) {
        let action = life.scribe.dice.pick(&life.scribe.words.actions).clone();
        life.tell(Source::Desk, ActionTaken { action, contact: None, announcement: None });
        if life.dice().chance(300) {
            life.hours(2, 90);
            outcome::relationship_survey(life);
        }
    }
}
