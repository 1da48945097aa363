//! What can be asked of an event of any kind: which contact it is about, and which instants it names.

use super::EventData;
use super::vocabulary::Rated;
use crate::ids::ContactId;
use crate::time::Micros;

impl<N, T> EventData<N, T> {
    /// The contact that this event introduces, by which a store can find its stream again.
    pub const fn tag(&self) -> Option<ContactId> {
        match self {
            Self::ContactStarted(started) => Some(started.contact),
            _ => None,
        }
    }

    /// The instants that the data names besides the event's own time: when something is due, ends or begins.
    pub const fn times(&self) -> [Option<Micros>; 2] {
        match self {
            Self::PromiseMade(e) => [Some(e.due), None],
            Self::PromiseRenegotiated(e) => [Some(e.due), None],
            Self::VoicemailLeft(e) => [e.due, None],
            Self::CallbackOffered(e) => [e.from, e.due],
            Self::CallbackScheduled(e) => [e.from, Some(e.due)],
            Self::SubscriptionChanged(e) => [e.effective, None],
            Self::CancellationRequested(e) => [e.effective, None],
            Self::OfferMade(e) => [e.expires, None],
            Self::EntitlementChanged(e) => [e.until, None],
            Self::IdentityVerified(e) => [e.expires, None],
            Self::MeetingChanged(e) => [e.starts, None],
            _ => [None, None],
        }
    }

    /// The contact that the data is about, if it names one.
    pub const fn contact(&self) -> Option<ContactId> {
        match self {
            Self::ContactStarted(e) => Some(e.contact),
            Self::MenuReached(e) => Some(e.contact),
            Self::Queued(e) => Some(e.contact),
            Self::Held(e) => Some(e.contact),
            Self::Connected(e) => Some(e.contact),
            Self::Transferred(e) => Some(e.contact),
            Self::ContactEnded(e) => Some(e.contact),
            Self::Message(e) => Some(e.contact),
            Self::AnswerAccepted(e) => Some(e.contact),
            Self::AnswerRejected(e) => Some(e.contact),
            Self::ResolutionClaimed(e) => Some(e.contact),
            Self::WorkDone(e) => Some(e.contact),
            Self::VoicemailLeft(e) => Some(e.contact),
            Self::CaseOverridden(e) => Some(e.contact),
            Self::WaitTold(e) => Some(e.contact),
            Self::CallbackOffered(e) => Some(e.contact),
            Self::CallbackRequested(e) => Some(e.contact),
            Self::CallbackScheduled(e) => Some(e.contact),
            Self::ReachMeasured(e) => Some(e.contact),
            Self::Rated(e) => e.contact,
            Self::PromiseMade(e) => e.contact,
            Self::ActionTaken(e) => e.contact,
            Self::Custom(e) => e.contact,
            Self::CancellationRequested(e) => e.contact,
            Self::OfferMade(e) => e.contact,
            Self::OfferAnswered(e) => e.contact,
            Self::PromiseRenegotiated(e) => e.contact,
            Self::PartnerUpdated(e) => e.contact,
            Self::IdentityAsked(e) => e.contact,
            Self::IdentityVerified(e) => e.contact,
            Self::ConsentChanged(e) => e.contact,
            Self::Apology(e) => e.contact,
            Self::ConcessionGiven(e) => e.contact,
            Self::FeedbackGiven(e) => e.contact,
            Self::FormProgressed(e) => e.contact,
            Self::FieldReentered(e) => e.contact,
            Self::TextClassified(e) => e.contact,
            Self::PageViewed(_)
            | Self::PromiseKept(_)
            | Self::IdentifierClaimed(_)
            | Self::ProfileLinked(_)
            | Self::ProfileUnlinked(_)
            | Self::TextJudged(_)
            | Self::Purchase(_)
            | Self::Charged(_)
            | Self::Refunded(_)
            | Self::SubscriptionChanged(_)
            | Self::CancellationSettled(_)
            | Self::EntitlementChanged(_)
            | Self::PreferenceStated(_)
            | Self::FactStated(_)
            | Self::CircumstanceChanged(_)
            | Self::AccountChanged(_)
            | Self::MeetingChanged(_)
            | Self::PredictionMade(_)
            | Self::PredictionContradicted(_) => None,
        }
    }
}

impl<T> Rated<T> {
    /// How good the answer is as a share of its scale: 4 of 5 is 0.8, and so is 2 on a scale from 1, the best, to 5.
    pub fn share(&self) -> f64 {
        let (score, best, worst) = (u16::from(self.score), u16::from(self.best), self.worst.map(u16::from));
        match worst.filter(|worst| *worst > best) {
            // Turned round, so that a high number is a good answer.
            Some(worst) => f64::from((worst + best).saturating_sub(score)) / f64::from(worst),
            None => f64::from(score) / f64::from(best.max(1)),
        }
    }
}
