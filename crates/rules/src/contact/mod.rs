//! The contact guard: may we make contact for a purpose, now, and if not, why not.
//!
//! A [`Journey`], the rulebook in force and an instant flow in, a [`Permission`] comes out: yes, or no with *every* reason,
//! each with its evidence. It is asked before a contact ([`may_contact`]), and the evaluation asks it again when one has
//! begun, so that a contact that was against the guard is announced as our failure.
//!
//! What forbids a purpose stands in the rulebook's `[contact]`. A purpose that does not stand there is refused.

use crate::case::Case;
use crate::journey::Journey;
use crate::permission::{Permission, Refusal};
use crate::rulebook::{ContactPolicy, OpenCases, PurposeRule, Rulebooks};
use alloc::vec::Vec;
use throughline_core::customer::known::Known;
use throughline_core::event::Consent;
use throughline_core::ids::ContactId;
use throughline_core::name::Sym;
use throughline_core::time::Micros;

/// Whether we may make contact for a purpose at an instant, by the rulebook that is in force then. Changes nothing.
///
/// The journey must have been advanced to that instant. A purpose that the rulebook does not name is refused with
/// [`Refusal::PurposeNotNamed`]; so is every purpose where the rulebook has no `[contact]`.
pub fn may_contact(journey: &Journey, rules: &Rulebooks, purpose: Sym, now: Micros) -> Permission<Sym> {
    let book = rules.in_force(now).1;
    let refusals = match &book.contact {
        Some(policy) => refusals(journey, policy, Contacted::Nobody, purpose, now),
        None => alloc::vec![Refusal::PurposeNotNamed {}],
    };
    Permission { purpose, as_of: now, rulebook: book.label, refusals }
}

/// Which contact is judged: none, when it is asked beforehand, or the one that has just begun, which does not count
/// against itself.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Contacted {
    Nobody,
    By(ContactId),
}

/// Every reason why a contact for a purpose is against the guard.
pub(crate) fn refusals(
    journey: &Journey,
    policy: &ContactPolicy,
    contacted: Contacted,
    purpose: Sym,
    now: Micros,
) -> Vec<Refusal<Sym>> {
    let Some(rule) = policy.purpose(purpose) else {
        return alloc::vec![Refusal::PurposeNotNamed {}];
    };
    let mut found = Vec::new();
    if rule.unread_inquiry {
        found.extend(unread_inquiries(journey));
    }
    found.extend(open_cases(journey, &rule.open_case));
    let known = journey.customer.known();
    if let Some(known) = known {
        found.extend(circumstances(known, &rule.circumstances));
    }
    found.extend(consent(known, rule, purpose));
    if let Some(known) = known {
        found.extend(frequency(known, rule, contacted, now));
    }
    found
}

/// The inquiries that nobody has read, the newest first.
pub(crate) fn unread_inquiries(journey: &Journey) -> impl Iterator<Item = Refusal<Sym>> {
    let unread = journey.cases.cases().iter().rev().filter(|case| case.is_unread());
    unread.map(|case| Refusal::UnreadInquiry {
        case: case.key,
        since: case.instance.started_at,
        event: case.started_by.event,
    })
}

fn open_cases(journey: &Journey, forbid: &OpenCases) -> impl Iterator<Item = Refusal<Sym>> {
    let forbids = move |case: &&Case| match forbid {
        OpenCases::None => false,
        OpenCases::Any => true,
        OpenCases::About(topics) => topics.contains(&case.topic),
    };
    let open = journey.cases.cases().iter().rev().filter(|case| case.is_open());
    open.filter(forbids).map(|case| Refusal::OpenCase {
        case: case.key,
        topic: (!case.topic.is_none()).then_some(case.topic),
        since: case.since,
        event: case.started_by.event,
    })
}

fn circumstances(known: &Known, forbid: &[Sym]) -> impl Iterator<Item = Refusal<Sym>> {
    let going_on = known.circumstances().iter().filter(|known| forbid.contains(&known.circumstance));
    going_on.map(|known| Refusal::Circumstance {
        circumstance: known.circumstance,
        since: known.since,
        event: known.event,
    })
}

fn consent(known: Option<&Known>, rule: &PurposeRule, purpose: Sym) -> Option<Refusal<Sym>> {
    let needed = rule.consent?;
    let stated = known.and_then(|known| known.consents().iter().find(|c| c.purpose == purpose));
    match stated {
        Some(stated) if stated.consent == Consent::Withdrawn => {
            Some(Refusal::Consent { withdrawn: Some(stated.since), event: Some(stated.event) })
        }
        None if needed.must_be_given() => Some(Refusal::Consent { withdrawn: None, event: None }),
        _ => None,
    }
}

/// A window ends at the instant and begins after `within` before it: a contact exactly so long ago is out of it.
fn frequency(known: &Known, rule: &PurposeRule, contacted: Contacted, now: Micros) -> Option<Refusal<Sym>> {
    let limit = rule.frequency?;
    let counts = |at: Micros| at <= now && now.since(at) < limit.within;
    let reached = known.reached().iter().filter(|known| {
        known.purpose == rule.purpose && contacted != Contacted::By(known.contact) && counts(known.at)
    });
    let lately: Vec<_> = reached.collect();
    let excess = lately.len().checked_sub(usize::from(limit.at_most))?;
    let (first_to_go, last) = (lately.get(excess)?, lately.last()?);
    Some(Refusal::Frequency {
        contacts: u16::try_from(lately.len()).unwrap_or(u16::MAX),
        at_most: limit.at_most,
        within: limit.within,
        event: last.event,
        allowed_from: first_to_go.at + limit.within,
    })
}
