//! One contact as it stands: where, with whom, waiting or held, how often moved.

use crate::canonical::{Canonical, CanonicalWriter};
use crate::event::{Channel, Direction, Ending};
use crate::ids::ContactId;
use crate::name::Sym;
use crate::time::{MaybeMicros, Micros, Span};
use serde::{Deserialize, Serialize};

/// A contact that is remembered.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Contact {
    /// Its id.
    pub id: ContactId,
    /// When it began.
    pub started_at: Micros,
    pub(super) ended: MaybeMicros,
    /// Since when she waits: in a queue, or on hold. Never both, since what begins the one ends the other.
    waits: MaybeMicros,
    on_hold: bool,
    /// Time spent in queues.
    pub wait: Span,
    /// Time spent on hold.
    pub hold: Span,
    /// What it is about; [`Sym::NONE`] if nobody said.
    pub topic: Sym,
    /// Whether the topic was read out of a text, so that one that is stated outranks it.
    pub topic_read: bool,
    /// Who handles it now; [`Sym::NONE`] before anybody did.
    pub agent: Sym,
    /// Who handled it before that.
    pub agent_before: Sym,
    /// How often the customer was moved.
    pub transfers: u16,
    /// How often another agent took over.
    pub handovers: u16,
    /// How often it went straight back to the agent before.
    pub ping_pongs: u16,
    /// The deepest menu level that was reached.
    pub menu_depth: u16,
    /// Where it takes place; none if its first event was lost.
    pub channel: Option<Channel>,
    /// Who began it.
    pub direction: Direction,
    /// How it ended, the last time it did.
    pub ending: Option<Ending>,
    /// Whether a person took it.
    pub connected: bool,
}

impl Contact {
    pub(super) const fn begun(id: ContactId, at: Micros) -> Self {
        Self {
            id,
            started_at: at,
            ended: MaybeMicros::NONE,
            waits: MaybeMicros::NONE,
            on_hold: false,
            wait: Span::ZERO,
            hold: Span::ZERO,
            topic: Sym::NONE,
            topic_read: false,
            agent: Sym::NONE,
            agent_before: Sym::NONE,
            transfers: 0,
            handovers: 0,
            ping_pongs: 0,
            menu_depth: 0,
            channel: None,
            direction: Direction::Inbound,
            ending: None,
            connected: false,
        }
    }

    /// When it ended; none while it goes on.
    pub const fn ended_at(&self) -> Option<Micros> {
        self.ended.get()
    }

    /// Since when the customer waits in a queue, if that is so.
    pub const fn waiting_since(&self) -> Option<Micros> {
        if self.on_hold { None } else { self.waits.get() }
    }

    /// Since when the customer is on hold, if that is so.
    pub const fn held_since(&self) -> Option<Micros> {
        if self.on_hold { self.waits.get() } else { None }
    }

    /// Takes the topic that its first event states. Without one, what was read out of a text stands.
    pub(super) fn about(&mut self, stated: Option<Sym>) {
        if stated.is_some() || !self.topic_read {
            self.topic = stated.unwrap_or(Sym::NONE);
            self.topic_read = false;
        }
    }

    /// Takes a topic that was read out of a text, unless one was stated.
    pub(super) fn reads_as(&mut self, topic: Sym) {
        if self.topic.is_none() || self.topic_read {
            self.topic = topic;
            self.topic_read = true;
        }
    }

    /// She waits from now on, in a queue or on hold. What she waited for before has [stopped](Self::stop_waiting).
    pub(super) fn start_waiting(&mut self, at: Micros, on_hold: bool) {
        self.waits = MaybeMicros::some(at);
        self.on_hold = on_hold;
    }

    /// Ends waiting and hold, and says how long each lasted.
    pub(super) fn stop_waiting(&mut self, at: Micros) -> (Span, Span) {
        let lasted = self.waits.take().map_or(Span::ZERO, |since| at.since(since));
        let was_held = core::mem::take(&mut self.on_hold);
        let (waited, held) = if was_held { (Span::ZERO, lasted) } else { (lasted, Span::ZERO) };
        self.wait = self.wait + waited;
        self.hold = self.hold + held;
        (waited, held)
    }

    /// Notes who handles it now. If that is another agent than before, says whether it went straight back.
    pub(super) fn handled_by(&mut self, agent: Sym) -> Option<bool> {
        if self.agent == agent {
            return None;
        }
        let handed_over = (!self.agent.is_none()).then_some(self.agent_before == agent);
        if let Some(back) = handed_over {
            self.handovers = self.handovers.saturating_add(1);
            self.ping_pongs = self.ping_pongs.saturating_add(u16::from(back));
        }
        self.agent_before = self.agent;
        self.agent = agent;
        handed_over
    }
}

impl Canonical for Contact {
    fn canonical(&self, to: &mut CanonicalWriter<'_>) {
        to.id(self.id.0);
        to.time(self.started_at);
        to.maybe_time(self.ended_at());
        to.maybe_time(self.waiting_since());
        to.maybe_time(self.held_since());
        to.number(self.wait.0 as u64);
        to.number(self.hold.0 as u64);
        to.name(self.topic);
        to.name(self.agent);
        to.name(self.agent_before);
        to.number(u64::from(self.transfers) | u64::from(self.handovers) << 16);
        to.number(u64::from(self.ping_pongs) | u64::from(self.menu_depth) << 16);
        to.byte(self.channel.map_or(u8::MAX, |c| c as u8));
        to.byte(self.direction as u8);
        to.byte(self.ending.map_or(u8::MAX, |e| e as u8));
        to.byte(u8::from(self.connected) | u8::from(self.topic_read) << 1);
    }
}
