//! What a case shows besides its own: the offer that it is about, how many people can see it, and whether it went well.
//! Quick and acceptable are two separate answers: an answer in time may be none that she accepts, and the other way round.

use crate::case::{Case, CaseState};
use crate::clock_view::{ClockState, ClockView};
use crate::decision::{Clock, CloseKind, ReopenCause};
use crate::journey::Journey;
use crate::rulebook::Rulebooks;
use alloc::string::String;
use throughline_core::name::Interner;

/// The word for what is so.
pub(crate) const YES: &str = "yes";
/// The word for what is not so.
pub(crate) const NO: &str = "no";
/// The word for what cannot be said yet.
pub(crate) const NOT_YET: &str = "not yet";

/// Whether the first substantive answer of the running instance came before any target on it was missed.
pub(crate) fn quick(clocks: &[ClockView]) -> &'static str {
    let Some(clock) = clocks.iter().find(|clock| clock.clock == Clock::FirstSubstantive) else {
        return NOT_YET;
    };
    match clock.state {
        _ if !clock.breached.is_empty() => NO,
        ClockState::Fulfilled => YES,
        // Settled, and nobody ever answered.
        ClockState::Stopped => NO,
        ClockState::Running | ClockState::Paused => NOT_YET,
    }
}

/// Whether the customer accepted what was done. What a person of ours decided over her head she did not accept.
pub(crate) const fn acceptable(case: &Case) -> &'static str {
    match (case.state, case.reopened_because) {
        (CaseState::Closed(CloseKind::Said | CloseKind::Rated), _) => YES,
        (CaseState::Closed(CloseKind::Overridden), _)
        | (CaseState::Open, Some(ReopenCause::Rejected | ReopenCause::Rated | ReopenCause::Contradicted)) => {
            NO
        }
        (CaseState::Open | CaseState::Answered(_) | CaseState::Lapsed, _) => NOT_YET,
    }
}

/// The offer that a case is about, where its topic is about one: the one made or answered last before it was opened.
pub(crate) fn offer(case: &Case, journey: &Journey, rules: &Rulebooks, names: &Interner) -> Option<String> {
    if !rules.get(case.rulebook).is_about_an_offer(case.topic) {
        return None;
    }
    let offer = journey.customer.known()?.last_offer(case.opened_at)?;
    Some(names.resolve(offer.offer).into())
}
