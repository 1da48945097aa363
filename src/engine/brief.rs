//! Making a brief: a pure function of what the store holds, as reading a journey is.

use super::load::Known;
use super::reading::{Read, Stands};
use super::{Engine, EngineError};
use crate::brief::{Brief, BriefFor, Heard, Meeting, Person, Subject, meetings, person};
use std::cmp::Reverse;
use std::collections::BTreeSet;
use throughline_core::event::{Body, NewEvent};
use throughline_core::ids::ProfileId;
use throughline_core::name::Name;
use throughline_core::time::Micros;

impl Engine {
    /// What whoever deals with a profile's customer next must know, by everything that is known and had happened by
    /// `now`. Changes nothing. Holds personal data, among it her own words as the log has them.
    ///
    /// For an account with several customers: [`brief_of_account`](Self::brief_of_account).
    pub async fn brief(
        &self,
        profile: ProfileId,
        reader: BriefFor,
        now: impl Into<Micros> + Send,
    ) -> Result<Brief, EngineError> {
        self.brief_of(&[profile], reader, None, now.into()).await
    }

    /// What somebody must know who is about to meet an account: its customers among these profiles, each once, and the
    /// meetings about it that are planned. What was answered well is left out.
    ///
    /// The log has no index from accounts to customers, so the profiles come from you: the contacts that your CRM has of
    /// the account. A customer of theirs who never had a part in the account (`account.changed`), or has none any more, is
    /// left out.
    pub async fn brief_of_account(
        &self,
        account: &Name,
        profiles: &[ProfileId],
        now: impl Into<Micros> + Send,
    ) -> Result<Brief, EngineError> {
        self.brief_of(profiles, BriefFor::Account, Some(account), now.into()).await
    }

    async fn brief_of(
        &self,
        profiles: &[ProfileId],
        reader: BriefFor,
        account: Option<&Name>,
        now: Micros,
    ) -> Result<Brief, EngineError> {
        let mut brief = Brief {
            format: Brief::FORMAT,
            reader,
            as_of: now,
            rulebook: String::new(),
            account: account.map(ToString::to_string),
            meetings: Vec::new(),
            people: Vec::new(),
        };
        let mut seen = BTreeSet::new();
        for profile in profiles {
            if seen.contains(profile) {
                continue;
            }
            let mut heard = Heard::default();
            let hear = |event: &NewEvent<Body>| heard.keep(event.id, &event.data);
            let read = self.read_hearing(*profile, Known::ALL, hear).await?;
            seen.extend(read.loaded.profiles.iter().map(|(profile, _)| *profile));
            read.names.resolve(read.rules.in_force(now).1.label).clone_into(&mut brief.rulebook);
            if let Some((person, planned)) = read.brief(*profile, reader, account, now, &heard)? {
                brief.people.push(person);
                brief.meetings.extend(planned);
            }
        }
        // Who waits for a reply comes first, and of several the one who wrote last; else they stay as they were named.
        brief.people.sort_by_key(|person| Reverse(person.unread.first().map(|inquiry| inquiry.since)));
        brief.meetings.sort_by_key(|meeting| meeting.starts.unwrap_or(Micros::MAX));
        Ok(brief)
    }
}

impl Read {
    /// What a brief says of this customer; none if it is about an account that she has no part in.
    fn brief(
        &self,
        asked: ProfileId,
        reader: BriefFor,
        account: Option<&Name>,
        now: Micros,
        heard: &Heard,
    ) -> Result<Option<(Person, Vec<Meeting>)>, EngineError> {
        let Stands { journey, judged, handles } = self.stands(now);
        let has_part = |account: &Name| {
            let accounts = journey.customer.known().map_or(&[][..], |known| known.accounts());
            accounts.iter().any(|known| self.names.resolve(known.account) == account.as_str())
        };
        if account.is_some_and(|account| !has_part(account)) {
            return Ok(None);
        }
        let known = self.loaded.facts.partition_point(|fact| fact.at <= now);
        let subject = Subject {
            customer: self.loaded.customer(asked),
            journey: &journey,
            facts: &self.loaded.facts[..known],
            decisions: judged.decisions.iter().map(|(decision, _)| decision).collect(),
            handles: &handles,
            rules: &self.rules,
            names: &self.names,
            as_of: now,
        };
        let planned = meetings(&subject, account.map(Name::as_str));
        Ok(Some((person(&subject, reader, heard)?, planned)))
    }
}
