//! What happens in a life: facts of every kind, biased to instants at which something is due.

use throughline::core::event::vocabulary::{
    ActionTaken, AnswerAccepted, AnswerRejected, CaseOverridden, Connected, ContactEnded, ContactStarted,
    FactStated, MenuReached, Message, PageViewed, PromiseKept, PromiseMade, Rated, ResolutionClaimed,
    TextClassified, TextJudged, Transferred, VoicemailLeft, WorkDone,
};
use throughline::core::event::{
    Author, Channel, Direction, Ending, EventData, Instrument, MenuExit, NewEvent, StatedBy, TextVerdict,
    TransferKind, WorkEffect,
};
use throughline::core::ids::{ContactId, EventId, IssueRef, ProfileId, PromiseId};
use throughline::core::name::Name;
use throughline::core::time::{Micros, Span};
use throughline_testkit::rng::Rng;

/// Times of a life are multiples of this, and so are the times of its rulebook: they meet often.
pub(crate) const GRID: Span = Span::from_secs(15 * 60);

/// When lives begin: 1 January 2026, 9:00.
pub(crate) const BEGIN: Micros = Micros(1_767_258_000_000_000);

/// Makes the facts of one life.
#[derive(Debug)]
pub(crate) struct Facts {
    rng: Rng,
    pub(crate) profiles: Vec<ProfileId>,
    contacts: Vec<(usize, ContactId, Channel)>,
    promises: Vec<PromiseId>,
    messages: Vec<EventId>,
    made: u64,
}

fn id(kind: u64, number: u64) -> [u8; 16] {
    // Small and in a scattered order, so that the smallest profile or contact is not always the oldest.
    let scattered = number.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 40;
    (u128::from(kind) << 96 | u128::from(scattered) << 32 | u128::from(number)).to_be_bytes()
}

pub(crate) fn name(text: &str) -> Name {
    Name::new(text).unwrap()
}

impl Facts {
    pub(crate) fn new(mut rng: Rng, profiles: usize) -> Self {
        let profiles: Vec<_> = (0..profiles as u64).map(|n| ProfileId::from_bytes(id(1, n))).collect();
        let channels = [Channel::Mail, Channel::Phone, Channel::Chat, Channel::Mail, Channel::Ticket];
        let contacts = (0..profiles.len() as u64 * 3).map(|n| {
            let channel = *rng.pick(&channels).unwrap();
            (n as usize % profiles.len(), ContactId::from_bytes(id(2, n)), channel)
        });
        let contacts = contacts.collect();
        Self { rng, profiles, contacts, promises: Vec::new(), messages: Vec::new(), made: 0 }
    }

    /// A fact that nobody has seen yet, and the profile that it is about.
    pub(crate) fn next(&mut self, now: Micros) -> (ProfileId, NewEvent) {
        self.made += 1;
        let id = EventId::from_bytes(id(3, self.made));
        let at = self.time(now);
        let (owner, contact, channel) = *self.rng.pick(&self.contacts).unwrap();
        // Sometimes a system knows the contact under another profile of the customer.
        let owner =
            if self.rng.chance(120) { self.rng.below(self.profiles.len() as u64) as usize } else { owner };
        let data = self.data(id, contact, channel, at);
        let source = name(["crm", "mail", "pbx"][self.rng.below(3) as usize]);
        (self.profiles[owner], NewEvent::new(id, at, source, data).with_sequence(self.rng.below(3)))
    }

    /// Mostly just now, often late, sometimes in the future; as a rule on the grid.
    fn time(&mut self, now: Micros) -> Micros {
        let steps = match self.rng.below(10) {
            0..4 => 0,
            4..6 => -(self.rng.below(4) as i64),
            6..8 => -(self.rng.below(60) as i64),
            8 => self.rng.below(12) as i64,
            _ => -(self.rng.below(8) as i64),
        };
        let on_grid = Micros(now.0 - (now.0 - BEGIN.0).rem_euclid(GRID.0)) + Span(GRID.0 * steps);
        if self.rng.chance(100) { on_grid + Span(self.rng.below(3) as i64 - 1) } else { on_grid }
    }

    fn verdict(&mut self) -> Option<TextVerdict> {
        match self.rng.below(8) {
            0 => Some(TextVerdict::Substantive),
            1 => Some(TextVerdict::Boilerplate),
            2 => Some(TextVerdict::Acknowledgement),
            3 => Some(TextVerdict::Contradiction),
            _ => None,
        }
    }

    fn data(&mut self, id: EventId, contact: ContactId, channel: Channel, at: Micros) -> EventData {
        let agent = Some(name(["ann", "bo"][self.rng.below(2) as usize]));
        match self.rng.below(26) {
            0..6 => {
                let topic = [None, Some("billing"), Some("delivery")][self.rng.below(3) as usize].map(name);
                let issue = self.rng.chance(250).then(|| IssueRef::from_bytes([self.rng.below(3) as u8; 16]));
                let direction = match self.rng.below(20) {
                    0 | 1 => Direction::Outbound,
                    2 => Direction::CustomerAutomatic,
                    _ => Direction::Inbound,
                };
                ContactStarted { contact, channel, direction, topic, issue, purpose: None }.into()
            }
            6..10 => {
                let author = [
                    Author::Human,
                    Author::Customer,
                    Author::Automatic,
                    Author::Bot,
                    Author::Human,
                    Author::CustomerAutomatic,
                ];
                let author = *self.rng.pick(&author).unwrap();
                let verdict = self.verdict();
                self.messages.push(id);
                Message { contact, author, agent, verdict, text: None }.into()
            }
            10 if self.rng.chance(300) => {
                let message = self.rng.pick(&self.messages).copied().unwrap_or(id);
                let topic = [None, Some("billing"), Some("delivery")][self.rng.below(3) as usize].map(name);
                let (contact, annotator) = (Some(contact), name("judge"));
                let (intent, sentiment, annotator_version) = (None, None, 1);
                TextClassified { message, contact, topic, intent, sentiment, annotator, annotator_version }
                    .into()
            }
            10 => {
                let message = self.rng.pick(&self.messages).copied().unwrap_or(id);
                let verdict = self.verdict().unwrap_or(TextVerdict::Boilerplate);
                TextJudged { message, verdict, annotator: name("judge"), annotator_version: 1 }.into()
            }
            11 => {
                self.messages.push(id);
                AnswerAccepted { contact }.into()
            }
            12 => AnswerRejected { contact }.into(),
            13 => ResolutionClaimed { contact, agent }.into(),
            14 => {
                let effect = [WorkEffect::Works, WorkEffect::WaitsForCustomer, WorkEffect::Notes];
                WorkDone { contact, agent, activity: None, effect: *self.rng.pick(&effect).unwrap() }.into()
            }
            15 => {
                let score = 1 + self.rng.below(5) as u8;
                Rated {
                    contact: Some(contact),
                    instrument: Instrument::Csat,
                    score,
                    best: 5,
                    worst: None,
                    comment: None,
                }
                .into()
            }
            16 if self.rng.chance(600) => {
                let value =
                    [None, Some("FRA"), Some("MUC"), Some("MUC")][self.rng.below(4) as usize].map(name);
                FactStated { fact: name("flies-from"), value, by: StatedBy::Customer }.into()
            }
            16..19 => PageViewed { page: name("cancellation-terms") }.into(),
            19 | 20 => self.promise(id, contact, at),
            21 => {
                let ending = [Ending::Abandoned, Ending::Completed, Ending::Dropped];
                ContactEnded { contact, ending: *self.rng.pick(&ending).unwrap(), agent: None }.into()
            }
            _ => self.call(contact, agent),
        }
    }

    fn promise(&mut self, id: EventId, contact: ContactId, at: Micros) -> EventData {
        let due = at + Span(GRID.0 * self.rng.below(12) as i64);
        match self.rng.below(4) {
            0 if !self.promises.is_empty() => {
                PromiseKept { promise: *self.rng.pick(&self.promises).unwrap() }.into()
            }
            1 => {
                let promise = PromiseId(id.0);
                self.promises.push(promise);
                VoicemailLeft { contact, promise, due: self.rng.chance(500).then_some(due), text: None }
                    .into()
            }
            again => {
                let known = self.rng.pick(&self.promises).copied();
                let promise = known.filter(|_| again == 2).unwrap_or(PromiseId(id.0));
                self.promises.push(promise);
                PromiseMade { promise, contact: Some(contact), what: name("call-back"), due }.into()
            }
        }
    }

    fn call(&mut self, contact: ContactId, agent: Option<Name>) -> EventData {
        match self.rng.below(5) {
            0 | 1 => Connected { contact, agent }.into(),
            2 => {
                let (transfer, to) = (TransferKind::Cold, Some(name("second-level")));
                Transferred { contact, transfer, to }.into()
            }
            3 => MenuReached { contact, depth: 1 + self.rng.below(4) as u16, exit: MenuExit::Offered }.into(),
            _ if self.rng.chance(500) => {
                let action = name("apologise");
                ActionTaken { action, contact: Some(contact), announcement: None }.into()
            }
            _ => {
                let reason = throughline::core::event::Text::new("it was agreed on the phone");
                CaseOverridden { contact, by: name("ann"), reason }.into()
            }
        }
    }
}
