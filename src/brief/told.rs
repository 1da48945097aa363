//! What she told us already: nobody should ask her for it again.

use super::form::{Told, ToldKind};
use super::subject::Subject;
use throughline_core::customer::known::Known;
use throughline_core::event::Channel;
use throughline_core::time::Micros;

/// Everything that was stated of her, by kind.
pub(super) fn told(subject: &Subject<'_>) -> Vec<Told> {
    let Some(known) = subject.journey.customer.known() else { return Vec::new() };
    let name = |sym| subject.names.resolve(sym).to_owned();
    let mut told: Vec<Told> = identity(known, subject.as_of).into_iter().collect();
    told.extend(known.accounts().iter().map(|known| Told {
        kind: ToldKind::Account,
        what: name(known.account),
        value: known.role.as_str().to_owned(),
        since: Some(known.since),
    }));
    told.extend(known.preferences().iter().map(|known| Told {
        kind: ToldKind::Preference,
        what: known.preference.as_str().to_owned(),
        value: known.channel.map_or_else(|| name(known.value), |channel| Channel::as_str(channel).to_owned()),
        since: Some(known.since),
    }));
    told.extend(known.facts().iter().map(|known| Told {
        kind: ToldKind::Fact,
        what: name(known.fact),
        value: format!("{}, says the {}", name(known.value), known.by),
        since: Some(known.since),
    }));
    told.extend(known.circumstances().iter().map(|known| Told {
        kind: ToldKind::Circumstance,
        what: name(known.circumstance),
        value: format!("says the {}", known.by),
        since: Some(known.since),
    }));
    told.extend(known.consents().iter().map(|known| Told {
        kind: ToldKind::Consent,
        what: name(known.purpose),
        value: known.consent.as_str().to_owned(),
        since: Some(known.since),
    }));
    told.extend(known.reentered().iter().map(|known| Told {
        kind: ToldKind::EnteredAgain,
        what: name(known.field),
        value: format!("{}×", known.times),
        since: None,
    }));
    told
}

/// A proof that has expired must be asked for anew, and so must one that held for the contact in which it was given, once
/// that is over.
fn identity(known: &Known, as_of: Micros) -> Option<Told> {
    let proof = known.verification()?;
    let expires = proof.expires().filter(|expires| as_of < *expires)?;
    Some(Told {
        kind: ToldKind::Identity,
        what: "who she is".to_owned(),
        value: format!("proved ({}), holds until {expires}", proof.strength),
        since: Some(proof.at),
    })
}
