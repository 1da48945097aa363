//! What a reader was told, against what the log owes it: by a model that knows notices and links, and nothing of how an
//! engine keeps who is parked.
//!
//! Where a story leaves open what is in the store (an answer was lost, a reader died while it committed), the model holds
//! the engine to what is so in either case.

use super::owed::Owed;
use super::reader::{Happened, Place};
use std::collections::{BTreeMap, BTreeSet};
use throughline::core::event::Position;
use throughline::core::ids::ProfileId;
use throughline::engine::Parked;
use throughline::store::read::StoredEvent;

/// How often something of it happened.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Counted {
    pub(crate) delivered: u64,
    pub(crate) delivered_again: u64,
    pub(crate) parked: u64,
    pub(crate) parks_in_doubt: u64,
    pub(crate) too_many: u64,
    pub(crate) tried_again: u64,
    pub(crate) failed_again: u64,
    pub(crate) released: u64,
    pub(crate) skipped: u64,
    pub(crate) found_parked: u64,
}

/// What one reader was told, from its beginning to its end.
#[derive(Debug, Default)]
struct Session {
    handed: BTreeSet<Place>,
    /// What is dealt with, or given up.
    done: BTreeSet<Place>,
    /// What may be given up.
    given_up: BTreeSet<Place>,
    last: Option<(Place, bool)>,
    /// Who was tried again, and whoever was ever linked with them.
    retried: BTreeSet<ProfileId>,
    /// Whose notices may be held back.
    held: BTreeSet<ProfileId>,
    listed: BTreeMap<ProfileId, Parked>,
    /// Whether something that it committed may be in the store without its knowing.
    is_in_doubt: bool,
    /// A reader that goes on after its checkpoint was dropped may say that it commits what it had committed before.
    is_forgotten: bool,
}

/// What is known of a subscription.
struct Delivery {
    owed: Owed,
    session: Session,
    delivered: BTreeSet<Place>,
    /// What was dealt with, or may be given up, by any reader.
    done: BTreeSet<Place>,
    /// How often what failed did.
    failed: BTreeMap<Place, u32>,
    /// What does not come again.
    committed: BTreeSet<Place>,
    /// What may not come again.
    perhaps_committed: BTreeSet<Place>,
    /// Who is parked in the store.
    parked: BTreeSet<ProfileId>,
    counted: Counted,
}

/// Delivered at least once, in order, and after a commit never again; whoever is parked is held back, and nobody else.
pub(crate) fn check(happened: &[Happened], log: &[StoredEvent]) -> Result<Counted, String> {
    let mut delivery = Delivery {
        owed: Owed::of(log)?,
        session: Session::default(),
        delivered: BTreeSet::new(),
        done: BTreeSet::new(),
        failed: BTreeMap::new(),
        committed: BTreeSet::new(),
        perhaps_committed: BTreeSet::new(),
        parked: BTreeSet::new(),
        counted: Counted::default(),
    };
    for (number, step) in happened.iter().enumerate() {
        delivery
            .step(step)
            .map_err(|error| format!("step {number} of the subscription, {step:?}: {error}"))?;
    }
    delivery.end()
}

impl Delivery {
    fn step(&mut self, step: &Happened) -> Result<(), String> {
        match step {
            Happened::Opened(listed) => self.opened(listed),
            Happened::Delivered { place, fails } => self.delivered(*place, *fails),
            Happened::Parked(listed) => self.was_parked(listed),
            Happened::TooMany { listed, limit } => {
                self.counted.too_many += 1;
                if listed.len() < *limit { Err("these are not too many".into()) } else { Ok(()) }
            }
            Happened::Retried(profile) => {
                self.retried(*profile);
                Ok(())
            }
            Happened::Skipped(profile) => {
                self.skipped(*profile);
                Ok(())
            }
            Happened::ReadUpTo(head) => self.read_up_to(*head),
            Happened::Committing => {
                self.perhaps_committed.extend(self.session.done.union(&self.session.given_up));
                // Whoever was tried again may be released.
                self.parked.retain(|profile| !self.session.retried.contains(profile));
                Ok(())
            }
            Happened::Committed(listed) => self.was_committed(listed),
            // The reader parks once more, which is the same record, or stops.
            Happened::ParkInDoubt => {
                self.counted.parks_in_doubt += 1;
                Ok(())
            }
            Happened::CommitInDoubt => {
                self.session.is_in_doubt = true;
                Ok(())
            }
            Happened::ParkOvertaken | Happened::CommitOvertaken if self.session.is_in_doubt => Ok(()),
            Happened::CommitOvertaken if self.session.is_forgotten => Ok(()),
            Happened::ParkOvertaken | Happened::CommitOvertaken => Err("there is no other reader".into()),
            Happened::Forgotten => {
                self.committed.clear();
                self.session.is_forgotten = true;
                Ok(())
            }
        }
    }

    fn opened(&mut self, listed: &[Parked]) -> Result<(), String> {
        self.session = Session::default();
        self.list(listed)?;
        self.session.held = self.session.listed.keys().copied().collect();
        self.counted.found_parked += listed.len() as u64;
        match self.parked.iter().find(|parked| !self.session.listed.contains_key(parked)) {
            Some(lost) => Err(format!("{lost} was parked and is not any more")),
            None => Ok(()),
        }
    }

    /// Takes in who is said to be parked: for a notice of its own that failed, and not more often than it did.
    fn list(&mut self, listed: &[Parked]) -> Result<(), String> {
        for parked in listed {
            let tries: u32 =
                self.owed.in_record(parked.position).filter_map(|place| self.failed.get(place)).sum();
            if parked.tries == 0 || parked.tries > tries {
                return Err(format!("{parked:?} is listed, and failed {tries} times"));
            }
        }
        self.session.listed = listed.iter().map(|parked| (parked.profile, parked.clone())).collect();
        Ok(())
    }

    fn delivered(&mut self, place: Place, fails: bool) -> Result<(), String> {
        let profile = *self.owed.notices.get(&place).ok_or("it is not in the log")?;
        let session = &mut self.session;
        if session.handed.last().is_some_and(|last| place <= *last) && !session.retried.contains(&profile) {
            return Err("out of order, and nobody of its customer is tried again".into());
        }
        if session.done.contains(&place) {
            return Err("it was dealt with already".into());
        }
        let after = session.handed.range(place..).skip_while(|handed| **handed == place);
        if let Some(after) = after.into_iter().find(|after| self.owed.notices.get(after) == Some(&profile)) {
            return Err(format!("{after:?} of the same profile was handed out before"));
        }
        if self.committed.contains(&place) {
            return Err("it was committed".into());
        }
        let customer = self.owed.customer(profile, place.0);
        let before = self.owed.notices.range(..place).filter(|(_, whose)| customer.contains(whose));
        if let Some((before, whose)) = before.into_iter().find(|(before, _)| !self.done.contains(before)) {
            return Err(format!(
                "{before:?} of {whose}, who is the same customer, was not dealt with before"
            ));
        }
        session.handed.insert(place);
        session.last = Some((place, fails));
        self.counted.delivered_again += u64::from(!self.delivered.insert(place));
        if fails {
            let times = self.failed.entry(place).or_default();
            *times += 1;
            self.counted.failed_again += u64::from(*times > 1);
        } else {
            self.done.insert(place);
            session.done.insert(place);
        }
        Ok(())
    }

    fn was_parked(&mut self, listed: &[Parked]) -> Result<(), String> {
        let Some((place, true)) = self.session.last else { return Err("nothing had failed".into()) };
        let before = std::mem::take(&mut self.session.listed);
        self.list(listed)?;
        let kin = self.owed.kin(self.owed.notices[&place]);
        let theirs: BTreeSet<ProfileId> =
            self.session.listed.keys().filter(|profile| kin.contains(profile)).copied().collect();
        if theirs.is_empty() {
            return Err("nobody of its customer is parked".into());
        }
        let new = theirs.iter().filter(|profile| !before.contains_key(profile));
        // Whoever was not parked before is in the store at once.
        self.parked.extend(new);
        self.session.held.extend(theirs);
        self.counted.parked += 1;
        Ok(())
    }

    fn retried(&mut self, profile: ProfileId) {
        self.counted.tried_again += 1;
        self.session.held.remove(&profile);
        self.session.retried.extend(self.owed.kin(profile));
    }

    /// Which of the notices that failed is given up is the engine's to say when several of a customer's profiles are parked:
    /// it may be any of them.
    fn skipped(&mut self, profile: ProfileId) {
        self.counted.skipped += 1;
        self.retried(profile);
        let kin = self.owed.kin(profile);
        // Also what another reader dealt with after it had failed: that was not committed, perhaps.
        let failed = self.failed.keys().filter(|place| kin.contains(&self.owed.notices[place]));
        let failed: Vec<Place> = failed.copied().collect();
        self.done.extend(&failed);
        self.session.given_up.extend(&failed);
        let parked: Vec<&Parked> =
            self.session.listed.values().filter(|one| kin.contains(&one.profile)).collect();
        let [Parked { position, .. }] = parked[..] else { return };
        let poison: Vec<Place> = failed.into_iter().filter(|place| place.0 == *position).collect();
        if let [poison] = poison[..] {
            self.session.done.insert(poison);
        }
    }

    /// Whatever was not handed out is held back with somebody who is parked, or may be committed.
    fn read_up_to(&self, head: Position) -> Result<(), String> {
        let Session { handed, done, given_up, held, listed, .. } = &self.session;
        let is_dealt_with =
            |place| [handed, done, given_up, &self.perhaps_committed].iter().any(|set| set.contains(place));
        for (place, profile) in self.owed.notices.range(..=(head, u32::MAX)) {
            if is_dealt_with(place) {
                continue;
            }
            let kin = self.owed.kin(*profile);
            let is_before = |one: &ProfileId| listed.get(one).is_some_and(|p| p.position <= place.0);
            if !held.intersection(&kin).any(is_before) {
                return Err(format!("{place:?} of {profile} was left out; held back are {held:?}"));
            }
        }
        Ok(())
    }

    fn was_committed(&mut self, listed: &[Parked]) -> Result<(), String> {
        let before = self.session.listed.len();
        self.list(listed)?;
        self.counted.released += before.saturating_sub(listed.len()) as u64;
        self.parked = self.session.listed.keys().copied().collect();
        if self.session.is_forgotten {
            return Ok(());
        }
        // A record that was not handed out as a whole comes again.
        let reached = self.session.handed.last().map_or(Position(0), |place| place.0);
        let is_whole = self.owed.in_record(reached).all(|place| self.session.handed.contains(place));
        let done = self.session.done.iter().filter(|place| is_whole || place.0 != reached);
        self.committed.extend(done);
        Ok(())
    }

    fn end(mut self) -> Result<Counted, String> {
        if let Some((place, whose)) = self.owed.notices.iter().find(|(place, _)| !self.done.contains(place)) {
            return Err(format!("{place:?} of {whose} was never dealt with"));
        }
        if !self.session.listed.is_empty() {
            return Err(format!("when all was done these were parked: {:?}", self.session.listed));
        }
        self.counted.delivered = self.delivered.len() as u64;
        Ok(self.counted)
    }
}
