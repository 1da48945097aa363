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
    // One event tells one thing; what is expected after it may differ by the rulebook, and by the time that has passed.
    let is_told_alike =
        |a: &PartnerView, b: &PartnerView| (a.event, a.due, a.silent) == (b.event, b.due, b.silent);
    let differing = differing(&then.partners, &now.partners, is_the_thing, is_told_alike);
    let change = |Both { earlier, later }: Both<Option<&PartnerView>>| PartnerChange {
        told: Both { earlier: earlier.cloned(), later: later.cloned() },
        because: once(earlier.into_iter().chain(later).map(|told| told.event)),
    };
    differing.into_iter().map(change).collect()
}

/// Apologies that are owed otherwise.
pub(super) fn apologies(earlier: &Account, later: &Account, changes: &Changes) -> Vec<ApologyChange> {
    let is_the_same = |a: &ApologyView, b: &ApologyView| (a.event, &a.rule) == (b.event, &b.rule);
    let (then, now) = (&earlier.journey.apologies, &later.journey.apologies);
    let is_owed_alike = |a: &ApologyView, b: &ApologyView| (a.since, &a.reason) == (b.since, &b.reason);
    let differing = differing(then, now, is_the_same, is_owed_alike);
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
    differing.into_iter().map(change).collect()
}

/// What of two lists is not alike in both, each beside what it is in the other list; what only the first has comes last.
fn differing<'a, T>(
    then: &'a [T],
    now: &'a [T],
    is_the_same: impl Fn(&T, &T) -> bool,
    is_alike: impl Fn(&T, &T) -> bool,
) -> Vec<Both<Option<&'a T>>> {
    let mut left: Vec<&T> = then.iter().collect();
    let mut differing = Vec::new();
    for later in now {
        let place = left.iter().position(|earlier| is_the_same(earlier, later));
        let earlier = place.map(|place| left.remove(place));
        if !earlier.is_some_and(|earlier| is_alike(earlier, later)) {
            differing.push(Both { earlier, later: Some(later) });
        }
    }
    differing.extend(left.into_iter().map(|earlier| Both { earlier: Some(earlier), later: None }));
    differing
}
