//! The evaluation: `f` as one step after the other.
//!
//! There is one [`Evaluator`] and no mode: the live engine and the bulk replay call the same two functions.
//! [`Evaluator::step`] fires what is due and then folds one fact; [`Evaluator::advance`] fires what is due.
//! Each family of rules has its file here: cases, answers, promises, signals, limits, prescriptions.

mod answers;
mod apologies;
mod cases;
mod charges;
mod children;
mod deadlines;
mod disruptions;
mod guard;
mod machines;
mod outlet;
mod partners;
mod prescriptions;
mod promises;
mod reach;
mod signals;
mod texts;
mod waits;

pub use outlet::{Count, Discard, Outlet};

use crate::decision::{Content, Decision, Evidence, Slot, Trigger};
use crate::journey::Journey;
use crate::rulebook::{LimitCounts, RuleIx, Rulebook, RulebookIx, Rulebooks};
use throughline_core::event::{Author, EventData, WorkEffect};
use throughline_core::fact::Fact;
use throughline_core::ids::ContactId;
use throughline_core::name::Sym;
use throughline_core::time::Micros;

/// A version of the evaluator: of what it concludes from the same facts by the same rulebook.
///
/// It is raised by every change of the code here after which something else would be concluded. What a log's facts mean
/// was said by the version that was in force, so a version is activated like a rulebook, from an instant on, and a build
/// that does not have the one in force judges nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct EvaluatorVersion(pub u16);

impl EvaluatorVersion {
    /// The version that judges a log in which none was activated.
    pub const FIRST: Self = Self(1);

    /// The newest that this build has. It has all from the first one on.
    pub const NEWEST: Self = Self(1);

    /// Whether this build has it.
    pub fn is_known(self) -> bool {
        (Self::FIRST..=Self::NEWEST).contains(&self)
    }
}

/// Evaluates journeys, each step by the rulebook that is in force at its instant.
#[derive(Clone, Copy, Debug)]
pub struct Evaluator<'r> {
    books: &'r Rulebooks,
}

impl<'r> Evaluator<'r> {
    /// An evaluator by these rulebooks. Facts must use the interner that they were made with.
    pub const fn new(books: &'r Rulebooks) -> Self {
        Self { books }
    }

    /// The rulebooks.
    pub const fn rules(&self) -> &'r Rulebooks {
        self.books
    }

    /// Takes in the next fact in canonical order, after every deadline that fires at or before it.
    pub fn step(&self, journey: &mut Journey, fact: &Fact, out: &mut impl Outlet) {
        self.advance(journey, fact.at, out);
        journey.last_fact = fact.key();
        journey.customer.evolve(fact);
        let trigger = Trigger { event: fact.id, profile: fact.profile };
        self.at(journey, fact.at, trigger, out).react(fact);
    }

    /// Fires every deadline up to and including an instant. Changes no bit if none is due.
    #[inline]
    pub fn advance(&self, journey: &mut Journey, until: Micros, out: &mut impl Outlet) {
        while let Some(deadline) = journey.deadlines.pop_until(until) {
            journey.last_fired = deadline.at;
            self.at(journey, deadline.at, deadline.trigger, out).fire(&deadline);
        }
    }

    #[inline]
    fn at<'a, S>(
        &'a self,
        journey: &'a mut Journey,
        at: Micros,
        trigger: Trigger,
        out: &'a mut S,
    ) -> Step<'a, S> {
        let (rulebook, rules) = self.books.in_force(at);
        Step { books: self.books, rulebook, rules, journey, out, at, trigger }
    }

    /// The whole function: folds facts in canonical order as far as `as_of`, then fires what is due by then.
    /// Facts dated after `as_of` are left for later. Returns how many were folded.
    pub fn fold(&self, journey: &mut Journey, facts: &[Fact], as_of: Micros, out: &mut impl Outlet) -> usize {
        // One after the other up to the first that is later: a search for it would miss the cache at every step.
        let mut known = 0;
        for fact in facts.iter().take_while(|fact| fact.at <= as_of) {
            self.step(journey, fact, out);
            known += 1;
        }
        self.advance(journey, as_of, out);
        known
    }
}

/// One step in the making.
struct Step<'a, S> {
    books: &'a Rulebooks,
    /// The rulebook in force at this instant.
    rules: &'a Rulebook,
    rulebook: RulebookIx,
    journey: &'a mut Journey,
    out: &'a mut S,
    at: Micros,
    trigger: Trigger,
}

impl<S: Outlet> Step<'_, S> {
    fn react(&mut self, fact: &Fact) {
        match &fact.data {
            EventData::ContactStarted(e) => {
                let was_agreed = self.is_agreed_call(e);
                self.contact_started(e);
                self.guard(e, was_agreed);
                self.repeated(e);
            }
            EventData::MenuReached(e) => self.check_limits(e.contact, LimitCounts::MenuDepth),
            EventData::Connected(e) => {
                self.person_answers(e.contact);
                self.check_limits(e.contact, LimitCounts::PingPongs);
                self.check_waits(e.contact);
            }
            EventData::Transferred(e) => {
                self.check_limits(e.contact, LimitCounts::Transfers);
                self.check_waits(e.contact);
            }
            EventData::ContactEnded(e) => {
                self.contact_ended(e.contact, e.ending);
                self.check_limits(e.contact, LimitCounts::PingPongs);
                self.check_waits(e.contact);
            }
            EventData::Message(e) => {
                self.journey.cases.look_up(e.contact);
                self.turn(e.contact, e.author);
                let verdict = e.verdict.or_else(|| self.early_verdict());
                match e.author {
                    Author::Customer => self.customer_wrote(e.contact, verdict),
                    Author::Human => self.human_wrote(e.contact, verdict),
                    Author::Bot => self.bot_wrote(e.contact, verdict),
                    Author::Automatic | Author::Workflow => self.machine_wrote(e.contact),
                    Author::Unknown | Author::CustomerAutomatic => {}
                }
                self.check_limits(e.contact, LimitCounts::PingPongs);
            }
            EventData::AnswerAccepted(e) => self.accepted(e.contact),
            EventData::AnswerRejected(e) => self.rejected(e.contact),
            EventData::ResolutionClaimed(e) => {
                self.claimed(e.contact);
                self.check_limits(e.contact, LimitCounts::PingPongs);
            }
            EventData::WorkDone(e) => {
                self.worked(e.contact, e.effect);
                if e.effect != WorkEffect::Notes {
                    self.check_limits(e.contact, LimitCounts::PingPongs);
                }
            }
            EventData::Rated(e) => self.rated(e.contact, e.share()),
            EventData::PageViewed(e) => self.page_viewed(e.page),
            EventData::PromiseMade(e) => self.promise_made(e),
            EventData::PromiseKept(e) => self.promise_kept(e.promise),
            EventData::VoicemailLeft(e) => self.voicemail(e),
            EventData::ActionTaken(e) => self.action_taken(e.action),
            EventData::TextJudged(e) => self.judged(e.message, e.verdict),
            EventData::TextClassified(e) => self.classified(e.contact, e.topic),
            EventData::CaseOverridden(e) => self.overridden(e.contact),
            EventData::Custom(e) => self.custom(e.name),
            EventData::PromiseRenegotiated(e) => self.renegotiated(e.promise, e.due),
            EventData::CallbackRequested(e) => self.callback(e.promise, e.contact, None, None),
            EventData::CallbackScheduled(e) => self.callback(e.promise, e.contact, e.from, Some(e.due)),
            EventData::FactStated(_) | EventData::AccountChanged(_) | EventData::SubscriptionChanged(_) => {
                self.look_for_disruptions();
            }
            EventData::IdentityAsked(_) => self.identity_asked(),
            EventData::Charged(e) => self.charged(e),
            EventData::PartnerUpdated(e) => self.partner_updated(e),
            EventData::Apology(e) => self.apologised(e),
            EventData::ReachMeasured(e) => self.reach_measured(e),
            EventData::Queued(_)
            | EventData::Held(_)
            | EventData::Purchase(_)
            | EventData::Refunded(_)
            | EventData::CancellationRequested(_)
            | EventData::CancellationSettled(_)
            | EventData::OfferMade(_)
            | EventData::OfferAnswered(_)
            | EventData::EntitlementChanged(_)
            | EventData::IdentityVerified(_)
            | EventData::ConsentChanged(_)
            | EventData::PreferenceStated(_)
            | EventData::CircumstanceChanged(_)
            | EventData::ConcessionGiven(_)
            | EventData::MeetingChanged(_)
            | EventData::FeedbackGiven(_)
            | EventData::PredictionMade(_)
            | EventData::PredictionContradicted(_)
            | EventData::WaitTold(_)
            | EventData::CallbackOffered(_)
            | EventData::FormProgressed(_)
            | EventData::FieldReentered(_)
            | EventData::IdentifierClaimed(_)
            | EventData::ProfileLinked(_)
            | EventData::ProfileUnlinked(_) => {}
        }
    }

    /// Hands out a decision that became true in this step.
    fn conclude(
        &mut self,
        rule: RuleIx,
        case: ContactId,
        content: Content<Sym>,
        occurrence: u16,
        evidence: Evidence,
    ) {
        self.conclude_by(self.rules.label, rule, case, content, occurrence, evidence);
    }

    /// The same, by a rulebook that need not be the one in force: a case is held to the targets that it began with.
    fn conclude_by(
        &mut self,
        rulebook: Sym,
        rule: RuleIx,
        case: ContactId,
        content: Content<Sym>,
        occurrence: u16,
        evidence: Evidence,
    ) {
        let slot = Slot {
            kind: content.kind(),
            rule: self.books.rule_name(rule),
            case,
            trigger: self.trigger.event,
            occurrence,
        };
        let decision = Decision { slot, rulebook, effective_at: self.at, content, evidence };
        self.out.decision(&decision, self.trigger.profile);
    }

    /// The event of this step as the only evidence.
    fn this_event(&self) -> Evidence {
        let mut evidence = Evidence::new();
        evidence.push(self.trigger.event);
        evidence
    }
}
