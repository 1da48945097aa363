//! How cases open, join, reopen and end.

use super::prescriptions::Finding;
use super::{Outlet, Step};
use crate::case::{Case, CaseClocks, CaseIx, CaseState, Instance, Origin, WaitsFor};
use crate::deadline::{Deadline, DeadlineKind};
use crate::decision::{Clock, CloseKind, Content, OpenCause, ReopenCause, Trigger};
use crate::rulebook::SignalOn;
use crate::rulebook::document::PrescribeOn;
use throughline_core::event::vocabulary::ContactStarted;
use throughline_core::event::{Channel, Direction, Ending, WorkEffect};
use throughline_core::ids::{ContactId, EventId};
use throughline_core::name::Sym;
use throughline_core::time::Micros;

impl<S: Outlet> Step<'_, S> {
    /// "Same issue" is decided by an explicit reference first, then by the topic within its reopen window.
    pub(super) fn contact_started(&mut self, e: &ContactStarted<Sym>) {
        if e.direction == Direction::CustomerAutomatic {
            return self.machine_began(e);
        }
        self.retire();
        if e.direction == Direction::Outbound && e.channel == Channel::Phone {
            self.called();
        }
        if let Some(ix) = self.journey.cases.of_contact(e.contact) {
            self.touch(ix);
            return;
        }
        // What comes in on a loop's own channel while it goes on is one more turn of it.
        if e.direction == Direction::Inbound && self.loop_goes_on(e.channel) {
            return self.machine_began(e);
        }
        let topic = e.topic.unwrap_or(Sym::NONE);
        let by_issue = e.issue.and_then(|issue| self.journey.cases.of_issue(issue));
        let on_topic = if topic.is_none() { None } else { self.journey.cases.of_topic(topic) };
        let window = self.rules.reopen_window(topic);
        let recent = |ix: &CaseIx| self.at.since(self.journey.cases.get(*ix).last_activity) <= window;
        let parent = self.parent_for(topic, e.issue);
        let same = by_issue
            .filter(|ix| parent != Some(*ix))
            .or_else(|| on_topic.filter(recent))
            .or_else(|| self.case_of_disruption(topic).filter(recent));
        match (same.filter(|ix| self.journey.cases.get(*ix).state != CaseState::Lapsed), parent) {
            (Some(ix), _) => self.join(e, topic, ix),
            (None, _) if e.direction == Direction::Outbound => {}
            (None, Some(parent)) => self.open_child(e, parent),
            (None, None) if self.rules.channel(Some(e.channel)).unanswered_after.is_some() => {}
            (None, None) => self.open(e.contact, OpenCause::Contact, self.at, e.issue, same.or(on_topic)),
        }
    }

    /// Cases that were settled long ago are kept as stubs.
    fn retire(&mut self) {
        let (at, after) = (self.at, self.rules.cases.retire_after);
        let mut any = false;
        for ix in self.journey.cases.old(at, after) {
            let clocks = CaseClocks::of(&self.journey.cases, ix, self.books);
            self.out.clocks_over(&clocks, clocks.case.since);
            any = true;
        }
        if any {
            self.journey.cases.retire(at, after);
        }
    }

    fn join(&mut self, e: &ContactStarted<Sym>, topic: Sym, ix: CaseIx) {
        self.hold(e.contact, ix);
        // A reference that names a case already goes on naming that one: a child does not take its parent's.
        let issue = e.issue.filter(|issue| self.journey.cases.of_issue(*issue).is_none());
        let case = self.journey.cases.get_mut(ix);
        case.contacts = case.contacts.saturating_add(1);
        case.last_activity = self.at;
        case.issue = case.issue.or(issue);
        let state = case.state;
        self.learn_topic(ix, topic, false);
        if e.direction == Direction::Inbound {
            if state == CaseState::Open {
                let case = self.journey.cases.get_mut(ix);
                case.priority = case.priority.saturating_add(1);
                self.wait_for(ix, WaitsFor::Us);
            }
            self.heard(ix, Some(e.channel));
            if state != CaseState::Open {
                self.reopen(ix, ReopenCause::Contact);
            }
        }
    }

    /// A case holds a contact, or what stands in the place of one, from now on.
    pub(super) fn hold(&mut self, contact: ContactId, ix: CaseIx) {
        let before = self.journey.cases.reach_of(ix);
        self.journey.cases.join(contact, ix);
        self.raise(ix, before);
        self.out.joined(contact, self.journey.cases.get(ix).key);
    }

    /// It becomes known what a case is about: said by her or by us, which outranks what was read out of a text, or read.
    /// From now on it is held to the targets for that.
    pub(super) fn learn_topic(&mut self, ix: CaseIx, topic: Sym, was_read: bool) {
        let case = self.journey.cases.get_mut(ix);
        let is_stated = !case.topic.is_none() && !case.topic_read;
        if topic.is_none() || is_stated {
            return;
        }
        case.topic_read = was_read;
        if case.topic == topic {
            return;
        }
        case.topic = topic;
        let state = case.state;
        if let Some(parent) = self.parent_for(topic, None) {
            self.adopt(ix, parent);
        }
        if state == CaseState::Open {
            self.disarm_targets_of_other_topics(ix);
            self.arm_targets(ix);
            self.join_disruption(ix);
        }
    }

    /// The customer speaks of a case. If it opened without her and this is the first time, there is now somebody who waits
    /// for an answer, and a channel that says how long she may wait: the clocks start.
    pub(super) fn heard(&mut self, ix: CaseIx, channel: Option<Channel>) {
        let (at, trigger) = (self.at, self.trigger);
        let case = self.journey.cases.get_mut(ix);
        if case.is_hers() || channel.is_none() {
            return;
        }
        case.channel = channel;
        if case.state == CaseState::Open {
            // Not over, as they are when it reopens: until now they measured what nobody waited for.
            self.journey.cases.forget_waits(ix);
            let case = self.journey.cases.get_mut(ix);
            case.instance = Instance::started(at);
            case.started_by = trigger;
            case.targets_said = 0;
            self.disarm_targets(ix, OnlyFulfilled::No);
            self.arm_targets(ix);
        }
    }

    /// Opens a case for a contact that has none.
    pub(super) fn open(
        &mut self,
        contact: ContactId,
        cause: OpenCause,
        clocks_from: Micros,
        issue: Option<throughline_core::ids::IssueRef>,
        follows: Option<CaseIx>,
    ) {
        let case = self.case_for(contact, cause, follows);
        self.open_case(Case { issue, instance: Instance::started(clocks_from), ..case });
    }

    /// A case that opens now for a contact: about what that is about, on its channel.
    pub(super) fn case_for(&self, contact: ContactId, cause: OpenCause, follows: Option<CaseIx>) -> Case {
        let known = self.journey.customer.contact(contact);
        let (topic, topic_read, channel) =
            known.map_or((Sym::NONE, false, None), |c| (c.topic, c.topic_read, c.channel));
        let origin = follows.map(|ix| Origin::Follows(self.journey.cases.get(ix).key));
        Case { topic, topic_read, origin, channel, ..self.new_case(contact, cause) }
    }

    /// A case that opens now, about nothing in particular, and holds one contact.
    pub(super) fn new_case(&self, key: ContactId, cause: OpenCause) -> Case {
        Case {
            key,
            topic: Sym::NONE,
            topic_read: false,
            issue: None,
            origin: None,
            channel: None,
            cause,
            state: CaseState::Open,
            since: self.at,
            waits_for: WaitsFor::Us,
            opened_at: self.at,
            last_activity: self.at,
            instance: Instance::started(self.at),
            started_by: self.trigger,
            answered_by: EventId::default(),
            answered_at: Micros::MIN,
            waited_for: WaitsFor::Us,
            closed_by: EventId::default(),
            reacted_by: EventId::default(),
            reacted_at: Micros::MIN,
            reopens: 0,
            reopened_because: None,
            contacts: 1,
            missed: 0,
            targets_said: 0,
            priority: 0,
            claimed: false,
            disruption: None,
            rulebook: self.rulebook,
        }
    }

    pub(super) fn open_case(&mut self, case: Case) {
        let Case { key, topic, origin, cause, .. } = case;
        let ix = self.journey.cases.open(case);
        self.raise(ix, 0);
        self.out.joined(key, key);
        let topic = (!topic.is_none()).then_some(topic);
        let evidence = self.this_event();
        let follows = origin.map(|(Origin::Follows(key) | Origin::ChildOf(key))| key);
        let content = Content::CaseOpened { topic, follows, cause };
        self.conclude(self.rules.cases_rule, key, content, 0, evidence);
        self.arm_targets(ix);
        self.join_disruption(ix);
    }

    /// Sets a deadline for every target of the case's instance that was not said yet and whose clock still runs.
    pub(super) fn arm_targets(&mut self, ix: CaseIx) {
        self.arm_targets_if(ix, |_| true);
    }

    /// Takes back the deadlines of a case's targets, of all clocks or of those that are fulfilled.
    pub(super) fn disarm_targets(&mut self, ix: CaseIx, only_fulfilled: OnlyFulfilled) {
        let Self { books, journey, .. } = self;
        let case = journey.cases.get(ix);
        let targets = &books.get(case.rulebook).targets;
        journey.deadlines.cancel(|d| match d.kind {
            DeadlineKind::Target { target, .. } if d.subject == case.key.0 => {
                let clock = targets[usize::from(target)].clock.clock();
                only_fulfilled == OnlyFulfilled::No || case.instance.fulfilled(clock).is_some()
            }
            DeadlineKind::Lapse => d.subject == case.key.0,
            _ => false,
        });
    }

    /// Takes back the deadlines of targets that do not hold for the topic that the case has now.
    pub(super) fn disarm_targets_of_other_topics(&mut self, ix: CaseIx) {
        let Self { books, journey, .. } = self;
        let case = journey.cases.get(ix);
        let targets = books.get(case.rulebook).targets_for(case.channel, case.topic);
        let holding = targets.fold(0_u64, |holding, (index, _)| holding | 1 << index);
        journey.deadlines.cancel(|d| match d.kind {
            DeadlineKind::Target { target, .. } => d.subject == case.key.0 && holding & (1 << target) == 0,
            _ => false,
        });
    }

    /// Starts a new instance of an answered or closed case. Counted.
    pub(super) fn reopen(&mut self, ix: CaseIx, cause: ReopenCause) {
        self.disarm_targets(ix, OnlyFulfilled::No);
        let (at, trigger) = (self.at, self.trigger);
        self.out.clocks_over(&CaseClocks::of(&self.journey.cases, ix, self.books), at);
        self.journey.cases.forget_waits(ix);
        let case = self.journey.cases.get_mut(ix);
        let mut evidence = crate::decision::Evidence::new();
        let closing = [case.answered_by, case.closed_by];
        evidence.extend([trigger.event].into_iter().chain(closing.into_iter().filter(|id| !id.is_nil())));
        case.state = CaseState::Open;
        case.since = at;
        case.waits_for = WaitsFor::Us;
        case.last_activity = at;
        case.instance = Instance::started(at);
        case.started_by = trigger;
        case.answered_by = EventId::default();
        case.closed_by = EventId::default();
        case.reacted_by = EventId::default();
        case.reopens = case.reopens.saturating_add(1);
        case.reopened_because = Some(cause);
        case.priority = case.priority.saturating_add(1);
        case.targets_said = 0;
        let (key, count) = (case.key, case.reopens);
        self.conclude(self.rules.cases_rule, key, Content::CaseReopened { cause, count }, 0, evidence);
        self.arm_targets(ix);
        self.signal_about(Some(ix), None, |on| *on == SignalOn::CaseReopened);
        let found = Finding::new(PrescribeOn::CaseReopened, self.rules.cases_rule, key);
        self.act_on(&Finding { reopens: Some(count), ..found });
    }

    /// Closes a case, on evidence.
    pub(super) fn close(&mut self, ix: CaseIx, how: CloseKind) {
        let (at, trigger) = (self.at, self.trigger);
        let case = self.journey.cases.get_mut(ix);
        if case.state.is_settled() {
            return;
        }
        let answered_at = if case.answered_by.is_nil() { at } else { case.answered_at };
        case.instance.fulfil(Clock::Satisfactory, answered_at);
        case.instance.fulfil(Clock::Accepted, at);
        case.state = CaseState::Closed(how);
        case.since = at;
        case.last_activity = at;
        case.closed_by = trigger.event;
        let (key, answer) = (case.key, case.answered_by);
        self.wait_for(ix, WaitsFor::Nobody);
        let mut evidence = self.this_event();
        evidence.extend((!answer.is_nil()).then_some(answer));
        self.disarm_targets(ix, OnlyFulfilled::No);
        self.conclude(self.rules.cases_rule, key, Content::CaseClosed { how }, 0, evidence);
    }

    pub(super) fn contact_ended(&mut self, contact: ContactId, ending: Ending) {
        let case = self.journey.cases.of_contact(contact);
        match (ending, case) {
            (Ending::Abandoned, None) => self.abandoned_without_case(contact),
            (Ending::Completed, Some(ix)) => self.spoken(contact, ix),
            _ => {}
        }
        if ending == Ending::Abandoned {
            self.signal_about(case, Some(contact), |on| *on == SignalOn::ContactAbandoned);
        }
    }

    fn abandoned_without_case(&mut self, contact: ContactId) {
        let channel = self.journey.customer.contact(contact).and_then(|c| c.channel);
        let Some(after) = self.rules.channel(channel).unanswered_after else {
            return;
        };
        let due = self.at + after;
        self.journey.deadlines.set(Deadline {
            at: due,
            rule: self.rules.cases_rule,
            trigger: self.trigger,
            kind: DeadlineKind::Unanswered,
            subject: contact.0,
            due,
        });
    }

    pub(super) fn worked(&mut self, contact: ContactId, effect: WorkEffect) {
        let Some(ix) = self.journey.cases.of_contact(contact) else {
            return;
        };
        let waits_for = match effect {
            WorkEffect::Notes => return,
            WorkEffect::Works => WaitsFor::Us,
            WorkEffect::WaitsForCustomer => WaitsFor::Customer,
            WorkEffect::WaitsForThirdParty => WaitsFor::ThirdParty,
        };
        match self.journey.cases.get(ix).state {
            CaseState::Lapsed => return,
            CaseState::Open => self.touch(ix),
            CaseState::Answered(_) | CaseState::Closed(_) => self.reopen(ix, ReopenCause::Work),
        }
        self.wait_for(ix, waits_for);
    }

    pub(super) fn overridden(&mut self, contact: ContactId) {
        if let Some(ix) = self.journey.cases.of_contact(contact) {
            self.close(ix, CloseKind::Overridden);
        }
    }

    /// Notes that something happened on a case.
    pub(super) fn touch(&mut self, ix: CaseIx) {
        self.journey.cases.get_mut(ix).last_activity = self.at;
    }

    /// A person deals with the customer now: contacts given up earlier are no longer unanswered.
    pub(super) fn nobody_waits_unanswered(&mut self) {
        self.journey.deadlines.cancel(|d| d.kind == DeadlineKind::Unanswered);
    }

    /// The trigger of this step, for deadlines that it sets.
    pub(super) const fn trigger(&self) -> Trigger {
        self.trigger
    }
}

/// Whether only deadlines of fulfilled clocks are meant.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum OnlyFulfilled {
    Yes,
    No,
}
