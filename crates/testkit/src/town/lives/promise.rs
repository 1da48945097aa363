//! Promises: made in a contact or with a purchase, and kept, kept late, or forgotten.

use super::super::words::Source;
use super::Life;
use throughline_core::event::vocabulary::{ActionTaken, PromiseKept, PromiseMade};
use throughline_core::ids::{ContactId, PromiseId};
use throughline_core::time::Span;

/// Somebody promises something in a contact.
pub(super) fn within_contact(life: &mut Life<'_>, contact: ContactId) {
    life.secs(30, 600);
    let within = Span::from_hours(6 + life.dice().below(8) as i64 * 12);
    let promise = make(life, Some(contact), within, Source::Desk);
    let before = life.now;
    if wait_for_keeping(life, within) {
        let action = life.scribe.words.actions[0].clone();
        life.tell(Source::Desk, ActionTaken { action, contact: Some(contact), announcement: None });
        keep(life, promise, Source::Desk);
    }
    // The contact itself goes on where the promise was made.
    life.now = before;
}

/// A parcel is promised for a day.
pub(super) fn deliver(life: &mut Life<'_>) {
    let within = Span::from_days(1 + life.dice().below(5) as i64);
    let promise = make(life, None, within, Source::Web);
    if wait_for_keeping(life, within) {
        keep(life, promise, Source::App);
    }
}

fn make(life: &mut Life<'_>, contact: Option<ContactId>, within: Span, source: Source) -> PromiseId {
    let promise = life.new_promise();
    let due = life.now + within;
    let what = life.scribe.dice.pick(&life.scribe.words.promises).clone();
    life.tell(source, PromiseMade { promise, contact, what, due });
    promise
}

/// Waits until a promise with so much time is kept, if it ever is: three in four in time, one in ten late.
pub(super) fn wait_for_keeping(life: &mut Life<'_>, within: Span) -> bool {
    match life.dice().below(100) {
        ..75 => life.wait(Span::from_secs(600), within),
        75..85 => life.wait(within, within + Span::from_days(4)),
        _ => {
            // Nobody does; the customer notices a little after the time.
            life.wait(within, within + Span::from_days(2));
            return false;
        }
    }
    true
}

/// Waits and keeps a promise that has so much time.
pub(super) fn keep_in_time(life: &mut Life<'_>, promise: PromiseId, within: Span) {
    life.wait(Span::from_secs(600), within);
    keep(life, promise, Source::App);
}

/// What was promised was done.
pub(super) fn keep(life: &mut Life<'_>, promise: PromiseId, source: Source) {
    life.tell(source, PromiseKept { promise });
}
