//! What differs of what partners told and of the apologies that are owed.

use super::difference::{once, only_in_one};
use super::{Account, ApologyChange, Both, Changes, PartnerChange};
use crate::apology_view::ApologyView;
use crate::decision::{Content, Decision};
use crate::partner_view::PartnerView;
use crate::view::JourneyView;
use alloc::vec::Vec;
use throughline_core::ids::EventId;

/// What partners told otherwise. Which case a thing is about is told with the case.
pub(super) fn partners(then: &JourneyView, now: &JourneyView) -> Vec<PartnerChange> {
    let is_the_thing = |a: &PartnerView, b: &PartnerView| {
        (&a.partner, a.issue, a.contact) == (&b.partner, b.issue, b.contact)
    };
    let told = |a: &PartnerView| (a.event, a.updated_at, a.status.clone(), a.due, a.silent);
    let differing = pairs(&then.partners, &now.partners, is_the_thing)
        .into_iter()
        .filter(|both| both.earlier.map(told) != both.later.map(told));
    let change = |Both { earlier, later }: Both<Option<&PartnerView>>| PartnerChange {
        told: Both { earlier: earlier.cloned(), later: later.cloned() },
        because: once(earlier.into_iter().chain(later).map(|told| told.event)),
    };
    differing.map(change).collect()
}

/// Apologies that are owed otherwise.
pub(super) fn apologies(earlier: &Account, later: &Account, changes: &Changes) -> Vec<ApologyChange> {
    let is_the_same = |a: &ApologyView, b: &ApologyView| (a.event, &a.rule) == (b.event, &b.rule);
    let (then, now) = (&earlier.journey.apologies, &later.journey.apologies);
    let owed = |a: &ApologyView| (a.since, a.reason.clone());
    let differing = pairs(then, now, is_the_same)
        .into_iter()
        .filter(|both| both.earlier.map(owed) != both.later.map(owed));
    let change = |Both { earlier: was, later: is }: Both<Option<&ApologyView>>| {
        let led_to_it = was.or(is).map(|owed| owed.event).unwrap_or_default();
        let moved = |account: &Account| -> Vec<EventId> {
            account.moves.apologies.get(&led_to_it).cloned().unwrap_or_default()
        };
        let said = |decision: &Decision| {
            matches!(decision.content, Content::ApologyOwed { .. }) && decision.evidence.contains(&led_to_it)
        };
        let moved = only_in_one(&moved(earlier), &moved(later));
        let mut because = once(moved.into_iter().chain(changes.evidence(said)));
        if because.is_empty() {
            because.push(led_to_it);
        }
        ApologyChange { owed: Both { earlier: was.cloned(), later: is.cloned() }, because }
    };
    differing.map(change).collect()
}

/// The things of two lists, each beside the one in the other list that it is; those that only the first has come last.
fn pairs<'a, T>(then: &'a [T], now: &'a [T], same: impl Fn(&T, &T) -> bool) -> Vec<Both<Option<&'a T>>> {
    let mut left: Vec<&T> = then.iter().collect();
    let mut pairs: Vec<Both<Option<&T>>> = now
        .iter()
        .map(|later| {
            let place = left.iter().position(|earlier| same(earlier, later));
            Both { earlier: place.map(|place| left.remove(place)), later: Some(later) }
        })
        .collect();
    pairs.extend(left.into_iter().map(|earlier| Both { earlier: Some(earlier), later: None }));
    pairs
}
