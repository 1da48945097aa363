//! What happens in lives: which story begins, and the few things that all stories do.

mod browsing;
mod dealings;
mod identity;
mod outcome;
mod phone;
mod promise;
mod written;

use super::census::{Census, Customer};
use super::dice::Dice;
use super::scribe::{Scribe, Told};
use super::stats::Simultaneous;
use super::words::Source;
use throughline_core::event::vocabulary::ContactStarted;
use throughline_core::event::{Channel, Direction, EventData, IdentifierHash};
use throughline_core::ids::{ContactId, EventId, IssueRef, ProfileId, PromiseId};
use throughline_core::name::Name;
use throughline_core::time::{Micros, Span};

/// A stretch of one life while it is told: whose it is and how far it has come.
#[derive(Debug)]
struct Life<'a> {
    scribe: &'a mut Scribe,
    who: Customer,
    profile: ProfileId,
    account: IdentifierHash,
    now: Micros,
    told_at: Micros,
    sequence: u64,
}

/// What a story is about: one issue of one customer, on whatever channels it comes up.
#[derive(Clone, Copy, Debug)]
struct Issue {
    /// Index of the topic among the town's topics.
    topic: usize,
    /// The ticket or thread, once there is one.
    reference: Option<IssueRef>,
    /// How often it has come back.
    returns: u8,
}

/// How often an issue may come back. Bounds the length of a story.
const MOST_RETURNS: u8 = 4;

/// Somebody appears for the first time.
pub(super) fn arrive(scribe: &mut Scribe, census: &mut Census, who: Customer, at: Micros) {
    let mut life = Life::of(scribe, census, who, at);
    identity::introduce(&mut life, census);
    browsing::look_around(&mut life);
    if life.scribe.dice.chance(400) {
        begin_issue(&mut life);
    }
}

/// Something happens to somebody whom the company knows.
pub(super) fn go_on(scribe: &mut Scribe, census: &mut Census, at: Micros) {
    let who = census.somebody(&mut scribe.dice);
    let mut life = Life::of(scribe, census, who, at);
    match life.scribe.dice.below(1_000) {
        ..210 => browsing::look_around(&mut life),
        210..270 => browsing::buy(&mut life),
        270..300 => browsing::think_of_leaving(&mut life),
        300..345 => promise::deliver(&mut life),
        345..365 => identity::come_back_unrecognised(&mut life, census),
        365..370 => identity::be_mistaken_for_a_neighbour(&mut life, census),
        370..395 => outcome::relationship_survey(&mut life),
        395..425 => dealings::go_about(&mut life),
        _ => begin_issue(&mut life),
    }
}

fn begin_issue(life: &mut Life<'_>) {
    // Bills and parcels make most people call.
    let topic = [0, 0, 0, 1, 1, 1, 2, 3, 3, 4][life.scribe.dice.below(10) as usize];
    contact(life, Issue { topic, reference: None, returns: 0 });
}

/// The customer gets in touch about an issue, on one channel or another.
fn contact(life: &mut Life<'_>, issue: Issue) {
    match life.scribe.dice.below(100) {
        ..45 => phone::call(life, issue),
        45..75 => written::mail(life, issue),
        75..92 => written::chat(life, issue),
        _ => written::form(life, issue),
    }
}

impl<'a> Life<'a> {
    fn of(scribe: &'a mut Scribe, census: &Census, who: Customer, at: Micros) -> Self {
        let (profile, account) = (census.profile(who), census.account(who));
        Self { scribe, who, profile, account, now: at, told_at: Micros::MIN, sequence: 0 }
    }

    fn dice(&mut self) -> &mut Dice {
        &mut self.scribe.dice
    }

    /// Time passes, more often little than much.
    fn wait(&mut self, least: Span, most: Span) {
        let wait = self.scribe.dice.wait(least, most);
        // Some sources stamp a whole exchange with one time.
        if wait > Span::from_secs(60) || !self.scribe.dice.chance(20) {
            self.now = self.now + wait;
        }
    }

    fn secs(&mut self, least: i64, most: i64) {
        self.wait(Span::from_secs(least), Span::from_secs(most));
    }

    fn hours(&mut self, least: i64, most: i64) {
        self.wait(Span::from_hours(least), Span::from_hours(most));
    }

    /// Something happens now.
    fn tell(&mut self, source: Source, data: impl Into<EventData>) -> EventId {
        let told = self.told(source, data.into());
        self.scribe.tell(told)
    }

    fn told(&mut self, source: Source, data: EventData) -> Told {
        let simultaneous = if self.now == self.told_at { Simultaneous::Yes } else { Simultaneous::No };
        self.told_at = self.now;
        self.sequence += 1;
        let (profile, at, sequence) = (self.profile, self.now, self.sequence);
        Told { profile, at, source, sequence, cause: None, simultaneous, data }
    }

    fn start(&mut self, source: Source, channel: Channel, direction: Direction, issue: Issue) -> ContactId {
        let contact = ContactId(self.dice().uuid());
        let topic = self.dice().chance(700).then(|| self.topic(issue));
        let started =
            ContactStarted { contact, channel, direction, topic, issue: issue.reference, purpose: None };
        self.tell(source, started);
        contact
    }

    fn topic(&self, issue: Issue) -> Name {
        self.scribe.words.topics[issue.topic].clone()
    }

    fn agent(&mut self) -> Name {
        self.scribe.words.agent(&mut self.scribe.dice)
    }

    fn new_promise(&mut self) -> PromiseId {
        PromiseId(self.dice().uuid())
    }

    fn new_reference(&mut self) -> IssueRef {
        IssueRef(self.dice().uuid())
    }
}
