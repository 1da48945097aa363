//! What is known about one customer: contacts in progress, recent contacts, the effort account, and what was stated
//! about her ([`known`]).
//!
//! Facts flow in through [`CustomerState::evolve`] in canonical order. It cannot fail: what it is told has
//! already happened. Nothing here decides anything; cases, clocks and scores stand on this state, in
//! `throughline-rules`.
//!
//! Limits: at most [`MAX_CONTACTS`] contacts are remembered, ended ones for [`REMEMBERED_FOR`] after they
//! ended. What the effort account counts is counted for ever.

mod contact;
mod effort;
mod forms;
pub mod known;
mod learn;
pub mod reached;
mod trail;

pub use contact::Contact;
pub use effort::Effort;
use effort::EffortAccount;
pub use forms::{FORM_GAP, MAX_FORMS, MAX_OFFERS};
pub use trail::{SWITCH_WITHIN, VISIT_GAP};

use known::{ClickPath, Known, Verification};
use trail::Trail;

use crate::canonical::{Canonical, CanonicalWriter};
use crate::event::{Author, Direction, Ending, EventData, WorkEffect};
use crate::fact::Fact;
use crate::hint::Hint;
use crate::ids::{ContactId, EventId};
use crate::name::Sym;
use crate::tight;
use crate::time::{MaybeMicros, Micros, Span};
use alloc::boxed::Box;
use serde::{Deserialize, Serialize};
use thin_vec::ThinVec;

/// The most contacts that a customer's state holds. Past it the oldest that has ended is forgotten, or else the
/// oldest.
pub const MAX_CONTACTS: usize = 1_024;

/// How long an ended contact is remembered. A later event about it counts as the first one of a new contact.
pub const REMEMBERED_FOR: Span = Span::from_days(90);

/// How many contacts may be remembered before ended ones are looked for.
const SWEEP_ABOVE: usize = 4;

/// What is known about one customer.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct CustomerState {
    first: MaybeMicros,
    last: MaybeMicros,
    /// How many facts were folded.
    pub facts: u64,
    effort: EffortAccount,
    contacts: ThinVec<Contact>,
    /// The contact that the last event was about.
    #[serde(skip)]
    current: Hint,
    trail: Trail,
    paths: ThinVec<ClickPath>,
    known: Option<Box<Known>>,
}

impl CustomerState {
    /// When the first fact happened.
    pub const fn first_seen(&self) -> Option<Micros> {
        self.first.get()
    }

    /// When the last one did.
    pub const fn last_seen(&self) -> Option<Micros> {
        self.last.get()
    }

    /// What the customer had to do and bear.
    pub fn effort(&self) -> Effort {
        self.effort.sum()
    }

    /// The contacts that are remembered, in the order in which they began.
    pub fn contacts(&self) -> &[Contact] {
        &self.contacts
    }

    /// A contact that is remembered. The one that the last event was about is looked at first, then the newest.
    #[inline]
    pub fn contact(&self, id: ContactId) -> Option<&Contact> {
        self.place_of(id).map(|place| &self.contacts[place])
    }

    #[inline]
    fn place_of(&self, id: ContactId) -> Option<usize> {
        let current = self.current.place(&self.contacts, |c| c.id == id);
        current.or_else(|| self.contacts.iter().rposition(|c| c.id == id))
    }

    /// What was stated about the customer herself; none if nothing ever was.
    pub fn known(&self) -> Option<&Known> {
        self.known.as_deref()
    }

    /// By what ways she came to the last contacts that had one.
    pub fn paths(&self) -> &[ClickPath] {
        &self.paths
    }

    /// The proof of identity that holds at an instant, for a contact. One without an expiry holds as long as the
    /// contact in which it was given, transfers included.
    pub fn verification_at(&self, at: Micros, contact: Option<ContactId>) -> Option<&Verification> {
        let held = self.known()?.verification()?;
        let holds = match held.expires() {
            Some(expires) => at < expires,
            None => {
                held.contact.is_some()
                    && held.contact == contact
                    && contact.and_then(|id| self.contact(id)).is_none_or(|c| c.ended_at().is_none())
            }
        };
        holds.then_some(held)
    }

    /// Whether an event asked the customer again who she is, although she had proved it.
    pub fn asked_again_by(&self, event: EventId) -> bool {
        self.known().is_some_and(|known| known.asked_again().last().is_some_and(|asked| asked.event == event))
    }

    /// Forgets everything and keeps the memory, for the next customer of a bulk replay.
    pub fn clear(&mut self) {
        let mut contacts = core::mem::take(&mut self.contacts);
        contacts.clear();
        let mut trail = core::mem::take(&mut self.trail);
        trail.clear();
        *self = Self { contacts, trail, ..Self::default() };
    }

    /// Gives back memory that is not used.
    pub fn shrink(&mut self) {
        self.contacts.shrink_to_fit();
        self.trail.shrink();
        self.paths.shrink_to_fit();
        if let Some(known) = &mut self.known {
            known.shrink();
        }
    }

    /// The bytes on the heap behind this state.
    pub fn heap_bytes(&self) -> usize {
        let pages: usize = self.paths.iter().map(|path| tight::heap_bytes(&path.pages)).sum();
        let known = self.known.as_ref().map_or(0, |known| size_of::<Known>() + known.heap_bytes());
        tight::heap_bytes(&self.contacts)
            + self.effort.heap_bytes()
            + self.trail.heap_bytes()
            + tight::heap_bytes(&self.paths)
            + pages
            + known
    }

    /// Takes in what happened next.
    #[expect(clippy::too_many_lines, reason = "one arm for each kind of event, so that none is forgotten")]
    pub fn evolve(&mut self, fact: &Fact) {
        if self.facts == 0 {
            self.first = MaybeMicros::some(fact.at);
        }
        self.last = MaybeMicros::some(fact.at);
        self.facts += 1;
        let at = fact.at;
        match &fact.data {
            EventData::ContactStarted(e) => {
                let contacts = self.effort.more().contacts;
                let contact = self.begin(e.contact, at);
                contact.channel = Some(e.channel);
                contact.direction = e.direction;
                contact.about(e.topic);
                if e.direction == Direction::CustomerAutomatic {
                    // Her machine's work is none of hers.
                    self.effort.more().contacts = contacts;
                }
                self.weigh(e, fact);
            }
            EventData::MenuReached(e) => {
                let contact = self.begin(e.contact, at);
                contact.menu_depth = contact.menu_depth.max(e.depth);
                self.effort.more().menu_levels += 1;
                self.effort.more().dead_ends += u32::from(e.exit == crate::event::MenuExit::DeadEnd);
            }
            // From one queue to the next, or to hold and back: what she waited before counts.
            EventData::Queued(e) => {
                self.stop_waiting(e.contact, at);
                self.begin(e.contact, at).start_waiting(at, false);
            }
            EventData::Held(e) => {
                self.stop_waiting(e.contact, at);
                self.begin(e.contact, at).start_waiting(at, true);
            }
            EventData::Connected(e) => {
                self.stop_waiting(e.contact, at);
                self.begin(e.contact, at).connected = true;
                self.handled_by(e.contact, e.agent);
            }
            EventData::Transferred(e) => {
                self.stop_waiting(e.contact, at);
                let contact = self.begin(e.contact, at);
                let before = contact.transfers;
                contact.transfers = before.saturating_add(1);
                self.effort.more().count_transfer(e.transfer, before);
            }
            EventData::ContactEnded(e) => {
                self.end(e.contact, at, e.ending);
                self.handled_by(e.contact, e.agent);
            }
            // A vacation notice in a contact that nobody knows begins none.
            EventData::Message(e)
                if e.author == Author::CustomerAutomatic && self.contact(e.contact).is_none() => {}
            EventData::Message(e) => {
                self.begin(e.contact, at);
                self.handled_by(e.contact, e.agent);
            }
            EventData::ResolutionClaimed(e) => {
                self.begin(e.contact, at);
                self.handled_by(e.contact, e.agent);
            }
            EventData::WorkDone(e) => {
                let contact = self.begin(e.contact, at);
                // Work after the end means that the contact goes on: tickets are closed and taken up again.
                if e.effect != WorkEffect::Notes {
                    contact.ended = MaybeMicros::NONE;
                }
                self.handled_by(e.contact, e.agent);
            }
            EventData::VoicemailLeft(e) => {
                self.begin(e.contact, at);
                self.effort.more().voicemails += 1;
            }
            EventData::PageViewed(e) => self.views(e.page, at),
            EventData::IdentityAsked(_)
            | EventData::IdentityVerified(_)
            | EventData::ConsentChanged(_)
            | EventData::PreferenceStated(_)
            | EventData::FactStated(_)
            | EventData::CircumstanceChanged(_)
            | EventData::SubscriptionChanged(_)
            | EventData::CancellationRequested(_)
            | EventData::CancellationSettled(_)
            | EventData::AccountChanged(_)
            | EventData::Apology(_)
            | EventData::WaitTold(_)
            | EventData::CallbackOffered(_)
            | EventData::CallbackRequested(_)
            | EventData::CallbackScheduled(_)
            | EventData::PromiseKept(_)
            | EventData::PromiseRenegotiated(_)
            | EventData::TextClassified(_) => self.learn(fact),
            EventData::FieldReentered(_)
            | EventData::FormProgressed(_)
            | EventData::OfferMade(_)
            | EventData::OfferAnswered(_) => self.deals(fact),
            EventData::AnswerAccepted(_)
            | EventData::AnswerRejected(_)
            | EventData::Rated(_)
            | EventData::PromiseMade(_)
            | EventData::IdentifierClaimed(_)
            | EventData::ProfileLinked(_)
            | EventData::ProfileUnlinked(_)
            | EventData::ActionTaken(_)
            | EventData::TextJudged(_)
            | EventData::CaseOverridden(_)
            | EventData::Custom(_)
            | EventData::Purchase(_)
            | EventData::Charged(_)
            | EventData::Refunded(_)
            | EventData::EntitlementChanged(_)
            | EventData::PartnerUpdated(_)
            | EventData::ConcessionGiven(_)
            | EventData::MeetingChanged(_)
            | EventData::FeedbackGiven(_)
            | EventData::PredictionMade(_)
            | EventData::PredictionContradicted(_)
            | EventData::ReachMeasured(_) => {}
        }
    }

    /// The contact, begun now if nothing was known of it: a source may lose its first event.
    fn begin(&mut self, id: ContactId, at: Micros) -> &mut Contact {
        if let Some(known) = self.place_of(id) {
            self.current = Hint::at(known);
            return &mut self.contacts[known];
        }
        self.sweep(at);
        self.effort.more().contacts += 1;
        tight::push(&mut self.contacts, Contact::begun(id, at));
        let last = self.contacts.len() - 1;
        self.current = Hint::at(last);
        &mut self.contacts[last]
    }

    /// Forgets contacts that ended long ago. Only when a new one begins, so that it depends on facts alone.
    fn sweep(&mut self, at: Micros) {
        if self.contacts.len() >= SWEEP_ABOVE {
            // They are in the order in which they began, and none ended before that: mostly there is nothing to look for.
            if self.contacts.first().is_some_and(|c| at.since(c.started_at) >= REMEMBERED_FOR) {
                self.contacts.retain(|c| c.ended_at().is_none_or(|ended| at.since(ended) < REMEMBERED_FOR));
            }
        }
        if self.contacts.len() >= MAX_CONTACTS {
            let oldest = self.contacts.iter().position(|c| c.ended_at().is_some()).unwrap_or(0);
            self.contacts.remove(oldest);
        }
    }

    fn stop_waiting(&mut self, id: ContactId, at: Micros) {
        let contact = self.begin(id, at);
        let (waited, held) = contact.stop_waiting(at);
        let effort = self.effort.more();
        effort.wait = effort.wait + waited;
        effort.hold = effort.hold + held;
    }

    fn end(&mut self, id: ContactId, at: Micros, ending: Ending) {
        self.stop_waiting(id, at);
        let contact = self.begin(id, at);
        contact.ended = MaybeMicros::some(at);
        contact.ending = Some(ending);
        self.effort.more().abandoned += u32::from(ending == Ending::Abandoned);
    }

    /// Counts hand-overs (another agent than before) and ping-pong (back to the agent before that).
    fn handled_by(&mut self, id: ContactId, agent: Option<Sym>) {
        let Some(agent) = agent else { return };
        if let Some(place) = self.place_of(id) {
            let contact = &mut self.contacts[place];
            let was = (contact.handovers, contact.ping_pongs);
            if let Some(back) = contact.handled_by(agent) {
                self.effort.more().count_handover(was, back);
            }
        }
    }
}

/// Folds facts, which must be in canonical order, into a fresh state.
pub fn fold<'a>(facts: impl IntoIterator<Item = &'a Fact>) -> CustomerState {
    let mut state = CustomerState::default();
    for fact in facts {
        state.evolve(fact);
    }
    state
}

impl Canonical for CustomerState {
    fn canonical(&self, to: &mut CanonicalWriter<'_>) {
        to.maybe_time(self.first_seen());
        to.maybe_time(self.last_seen());
        to.number(self.facts);
        self.effort.sum().canonical(to);
        to.list(&self.contacts);
        self.trail.canonical(to);
        to.list(&self.paths);
        match &self.known {
            None => to.byte(0),
            Some(known) => {
                to.byte(1);
                known.canonical(to);
            }
        }
    }
}
