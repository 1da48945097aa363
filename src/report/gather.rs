//! What a report needs beyond the totals, gathered customer by customer while a replay folds.
//!
//! One gatherer a thread; adding them up gives the same whatever thread folded whom. Kept per customer: nothing but
//! the ten who need a person most. Kept per clock: its length, eight bytes; per answer to a survey of effort: 72.

use super::clock_times::AllClockTimes;
use super::issues::{Issue, Issues};
use super::need::{Needy, need};
use super::parity::{ParityOfOne, ParityTally};
use super::rate::Share;
use super::sightings::{Answered, Moves, Sighting, Sightings};
use crate::durations::Durations;
use crate::effort::EffortGatherer;
use crate::replay::{Folded, Observer, add_counts};
use hashbrown::HashMap;
use rustc_hash::FxBuildHasher;
use std::collections::{BTreeMap, BTreeSet};
use throughline_core::event::{Channel, EventData, MenuExit};
use throughline_core::fact::ProfileIx;
use throughline_core::ids::ContactId;
use throughline_core::name::{Interner, Sym};
use throughline_core::time::{Micros, Span};
use throughline_rules::case::CaseClocks;
use throughline_rules::decision::{Content, Decision, DecisionKind, OpenCause, ReopenCause};
use throughline_rules::evaluate::Outlet;
use throughline_rules::rulebook::Rulebooks;

/// For how long repeats are looked for.
pub(super) const REPEATS: [Span; 2] = [Span::from_hours(1), Span::from_hours(24)];

/// For how long an issue must stay quiet to count as resolved in its first contact.
pub(super) const FIRST_CONTACT: Span = Span::from_days(7);

/// How many of the customers who need a person are named.
pub(super) const MOST_NEEDY: usize = 10;

/// The ages of open cases, in days: less than one, than three, …, and more.
pub(super) const AGES: [i64; 4] = [1, 3, 7, 30];

const HOUR: i64 = 3_600_000_000;
pub(super) const DAY: i64 = 24 * HOUR;

/// What was gathered.
#[derive(Debug)]
pub(crate) struct Gathered {
    as_of: Micros,
    escalating: Vec<Sym>,
    contacts: Sightings,
    issues: Issues,
    breaches: BTreeSet<(DecisionKind, Sym)>,
    parity: ParityOfOne,
    on_topic: HashMap<Sym, Micros, FxBuildHasher>,
    pub(super) effort: EffortGatherer,
    pub(super) tally: Tally,
}

/// What adds up over customers.
#[derive(Clone, Debug, Default)]
pub(super) struct Tally {
    pub(super) first: Option<Micros>,
    pub(super) contacts: ContactTally,
    pub(super) issues: IssueTally,
    pub(super) moves: Moves,
    pub(super) clocks: AllClockTimes,
    pub(super) hours: BTreeMap<Option<Channel>, [u64; 24]>,
    pub(super) ages: BTreeMap<&'static str, [u64; AGES.len() + 1]>,
    pub(super) breaches: BTreeMap<(DecisionKind, Sym), Breach>,
    pub(super) failures: BTreeMap<Failure, u64>,
    pub(super) parity: ParityTally,
    pub(super) days: BTreeMap<i64, Day>,
    pub(super) flagged_customers: u64,
    pub(super) observed_secs: u64,
    pub(super) needy: BTreeSet<Needy>,
}

/// Contacts.
#[derive(Clone, Debug, Default)]
pub(super) struct ContactTally {
    pub(super) inbound: u64,
    pub(super) outbound: u64,
    pub(super) abandoned: u64,
    pub(super) abandoned_in_queue: u64,
    pub(super) queued: u64,
    pub(super) by_person: u64,
    pub(super) by_claim: u64,
    pub(super) by_bot: u64,
    pub(super) unanswered: u64,
    pub(super) handled: u64,
    pub(super) transferred: u64,
    pub(super) over_two: u64,
    pub(super) last_unanswered: Share,
    pub(super) waits: Durations,
    pub(super) waits_to_person: Durations,
    pub(super) repeat_issue: [Share; 2],
    pub(super) repeat_any: [Share; 2],
    pub(super) repeat_abandoned: [Share; 2],
}

/// Issues.
#[derive(Clone, Debug, Default)]
pub(super) struct IssueTally {
    pub(super) opened: u64,
    pub(super) by_state: BTreeMap<&'static str, u64>,
    pub(super) answered: u64,
    pub(super) claimed: u64,
    pub(super) reopened: u64,
    pub(super) reopens: u64,
    pub(super) escalated: u64,
    pub(super) transferred: u64,
    pub(super) over_two: u64,
    pub(super) handovers: u64,
    pub(super) handed_over: u64,
    pub(super) ping_pong: u64,
    pub(super) ping_pongs: u64,
    pub(super) first_contact: Share,
}

/// How often a rule was broken.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Breach {
    pub(super) times: u64,
    pub(super) customers: u64,
}

/// What went wrong for a customer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Failure {
    GaveUp,
    DeadEnd,
    Voided,
    Charged,
    Reopened(ReopenCause),
    Rule(DecisionKind, Sym),
}

/// A day.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Day {
    pub(super) opened: u64,
    pub(super) reopened: u64,
    pub(super) settled: u64,
    pub(super) flagged: u64,
    pub(super) cleared: u64,
}

impl Gathered {
    pub(super) fn new(rules: &Rulebooks, names: &Interner, as_of: Micros) -> Self {
        let actions = rules.all().iter().flat_map(|book| &book.prescriptions).map(|p| p.action);
        Self {
            as_of,
            escalating: actions.filter(|action| names.resolve(*action).starts_with("escalate")).collect(),
            contacts: Sightings::default(),
            issues: Issues::default(),
            breaches: BTreeSet::new(),
            parity: ParityOfOne::default(),
            on_topic: HashMap::default(),
            effort: EffortGatherer::new(names),
            tally: Tally::default(),
        }
    }

    fn day(&mut self, at: Micros) -> &mut Day {
        self.tally.days.entry(at.0.div_euclid(DAY)).or_default()
    }

    fn broke(&mut self, kind: DecisionKind, rule: Sym) {
        let breach = self.tally.breaches.entry((kind, rule)).or_default();
        breach.times += 1;
        breach.customers += u64::from(self.breaches.insert((kind, rule)));
        self.failed(Failure::Rule(kind, rule));
    }

    fn failed(&mut self, failure: Failure) {
        *self.tally.failures.entry(failure).or_default() += 1;
    }

    fn see_facts(&mut self, folded: &Folded<'_>) {
        for fact in folded.facts {
            self.contacts.see(fact, &mut self.tally.moves);
            match &fact.data {
                EventData::MenuReached(e) if e.exit == MenuExit::DeadEnd => self.failed(Failure::DeadEnd),
                _ => {}
            }
        }
        let first = folded.facts.first().map(|fact| fact.at);
        self.tally.first = [self.tally.first, first].into_iter().flatten().min();
        if let Some(first) = first {
            self.tally.observed_secs += (folded.as_of.since(first).0 / 1_000_000).unsigned_abs();
        }
    }

    fn count_contacts(&mut self) {
        let (tally, as_of) = (&mut self.tally.contacts, self.as_of);
        let list = &self.contacts.list;
        for (place, contact) in list.iter().enumerate() {
            tally.count(contact, as_of);
            let hour = contact.at.0.div_euclid(HOUR).rem_euclid(24) as usize;
            if !contact.inbound {
                continue;
            }
            self.tally.hours.entry(contact.channel).or_default()[hour] += 1;
            let next = list[place + 1..].iter().find(|later| later.inbound);
            for (window, (any, abandoned)) in
                REPEATS.iter().zip(tally.repeat_any.iter_mut().zip(&mut tally.repeat_abandoned))
            {
                let repeated = next.is_some_and(|next| next.at.since(contact.at) <= *window);
                let matured = as_of.since(contact.at) >= *window;
                for share in [Some(any), contact.abandoned().then_some(abandoned)].into_iter().flatten() {
                    if matured {
                        share.count(repeated);
                    } else {
                        share.young += 1;
                    }
                }
            }
        }
        let last = list.iter().rfind(|contact| contact.inbound);
        if let Some(last) = last {
            tally.last_unanswered.count(last.answered < Answered::Claim && last.ended_at.is_some());
        }
        let gave_up = list.iter().filter(|c| c.inbound && c.abandoned()).count() as u64;
        if gave_up > 0 {
            *self.tally.failures.entry(Failure::GaveUp).or_default() += gave_up;
        }
    }

    /// Which contacts belong to which issue: moves, repeats on the same issue, and what the first contact resolved.
    fn count_issues(&mut self) {
        let (issues, contacts) = (&mut self.issues, &self.contacts);
        let members: Vec<_> = issues.members().collect();
        // The last inbound contact of each issue so far, and the first inbound one after its first contact.
        let mut last: Vec<Option<Micros>> = vec![None; issues.list.len()];
        let mut second: Vec<Option<Micros>> = last.clone();
        let mut on_a_case = vec![false; contacts.list.len()];
        for (contact, place) in members {
            let Some(at) = contacts.place(contact) else { continue };
            let (seen, issue) = (&contacts.list[at], &mut issues.list[place]);
            issue.transfers += seen.transfers;
            issue.handovers += seen.handovers;
            issue.ping_pongs += seen.ping_pongs;
            on_a_case[at] = true;
            if !seen.inbound {
                continue;
            }
            self.tally.contacts.repeats_issue(last[place].replace(seen.at), seen.at);
            if contact != issue.key {
                second[place] = second[place].or(Some(seen.at));
            }
        }
        for (issue, second) in issues.list.iter().zip(second) {
            self.tally.issues.count(issue, contacts.get(issue.key), second, self.as_of);
        }
        self.count_without_case(&on_a_case);
    }

    /// A call that a person took opens no case as a rule. It is an issue all the same: solved in its first contact
    /// if nobody had to move the customer and no other contact on the topic followed.
    fn count_without_case(&mut self, on_a_case: &[bool]) {
        let list = &self.contacts.list;
        // The next inbound contact on the same topic, seen from the end.
        let mut next: Vec<Option<Micros>> = vec![None; list.len()];
        self.on_topic.clear();
        for (place, contact) in list.iter().enumerate().rev().filter(|(_, contact)| contact.inbound) {
            next[place] = self.on_topic.insert(contact.topic, contact.at);
        }
        self.on_topic.clear();
        for (place, contact) in list.iter().enumerate().filter(|(_, contact)| contact.inbound) {
            let before = self.on_topic.insert(contact.topic, contact.at);
            if on_a_case[place] {
                continue;
            }
            self.tally.contacts.repeats_issue(before, contact.at);
            if before.is_none_or(|before| contact.at.since(before) > FIRST_CONTACT) {
                self.tally.issues.count_contact(contact, next[place], self.as_of);
            }
        }
    }

    fn count_open(&mut self, folded: &Folded<'_>) {
        for clocks in folded.journey.cases.clocks(folded.rules) {
            self.tally.clocks.take(&clocks, folded.as_of);
            self.parity.see_clocks(&clocks, folded.as_of);
            let case = clocks.case;
            if !case.state.is_settled() {
                let days = folded.as_of.since(case.opened_at).0 / DAY;
                let age = AGES.iter().take_while(|limit| days >= **limit).count();
                self.tally.ages.entry(case.why()).or_default()[age] += 1;
            }
        }
    }
}

impl Outlet for Gathered {
    fn decision(&mut self, decision: &Decision<Sym>, _: ProfileIx) {
        self.issues.hear(decision, &self.escalating);
        let (kind, rule, at) = (decision.slot.kind, decision.slot.rule, decision.effective_at);
        match &decision.content {
            Content::CaseOpened { cause, .. } => {
                self.day(at).opened += 1;
                if *cause == OpenCause::ChargedAfterCancellation {
                    self.failed(Failure::Charged);
                }
            }
            Content::CaseReopened { cause, .. } => {
                self.day(at).reopened += 1;
                self.failed(Failure::Reopened(*cause));
            }
            Content::CaseClosed { .. } | Content::CaseLapsed {} => self.day(at).settled += 1,
            Content::AnswerVoided {} => self.failed(Failure::Voided),
            Content::TargetMissed { .. }
            | Content::PromiseBroken { .. }
            | Content::PromiseTooFar { .. }
            | Content::LimitPassed { .. }
            | Content::ContactAgainstGuard { .. } => {
                self.broke(kind, rule);
                if kind == DecisionKind::LimitPassed {
                    self.parity.passed(rule, at);
                }
            }
            Content::ChurnFlagged { .. } => {
                self.day(at).flagged += 1;
                self.tally.flagged_customers += u64::from(self.breaches.insert((kind, Sym::NONE)));
            }
            Content::ChurnCleared { .. } => self.day(at).cleared += 1,
            Content::CaseAnswered { .. }
            | Content::DisruptionApplies { .. }
            | Content::PrescriptionIssued { .. }
            | Content::PartnerSilent { .. }
            | Content::ApologyOwed { .. }
            | Content::MachineLoop { .. } => {}
        }
    }

    fn joined(&mut self, contact: ContactId, case: ContactId) {
        self.issues.joined(contact, case);
    }

    fn clocks_over(&mut self, clocks: &CaseClocks<'_>, at: Micros) {
        self.tally.clocks.take(clocks, at);
        self.parity.see_clocks(clocks, at);
    }
}

impl Observer for Gathered {
    fn customer(&mut self, folded: &Folded<'_>) {
        self.see_facts(folded);
        self.count_contacts();
        self.count_issues();
        self.count_open(folded);
        self.parity.count(folded.facts, &self.issues, &mut self.tally.parity);
        self.effort.customer(folded);
        if let Some(needy) = need(folded, self.contacts.list.iter().rfind(|c| c.inbound)) {
            self.tally.needs(needy);
        }
        self.contacts.clear();
        self.issues.clear();
        self.breaches.clear();
    }

    fn add(&mut self, other: Self) {
        self.effort.add(other.effort);
        self.tally.add(other.tally);
    }
}

impl ContactTally {
    /// Counts an inbound contact on an issue whose inbound contact before was then.
    fn repeats_issue(&mut self, before: Option<Micros>, at: Micros) {
        for (window, share) in REPEATS.iter().zip(&mut self.repeat_issue) {
            share.count(before.is_some_and(|before| at.since(before) <= *window));
        }
    }

    fn count(&mut self, contact: &Sighting, as_of: Micros) {
        let handled = contact.answered >= Answered::Claim || contact.transfers > 0;
        self.handled += u64::from(handled);
        self.transferred += u64::from(contact.transfers > 0);
        self.over_two += u64::from(contact.transfers > 2);
        if !contact.inbound {
            self.outbound += 1;
            return;
        }
        self.inbound += 1;
        self.abandoned += u64::from(contact.abandoned());
        match contact.answered {
            Answered::Person => self.by_person += 1,
            Answered::Claim => self.by_claim += 1,
            Answered::Bot => self.by_bot += 1,
            Answered::Nobody => self.unanswered += 1,
        }
        if contact.queued {
            self.queued += 1;
            self.abandoned_in_queue += u64::from(contact.abandoned() && contact.answered != Answered::Person);
            self.waits.ended(contact.waited(as_of));
            match contact.wait_to_person {
                Some(wait) => self.waits_to_person.ended(wait),
                None => self.waits_to_person.cut_off(contact.waited(as_of)),
            }
        }
    }

    fn add(&mut self, other: Self) {
        for (mine, theirs) in [
            (&mut self.inbound, other.inbound),
            (&mut self.outbound, other.outbound),
            (&mut self.abandoned, other.abandoned),
            (&mut self.abandoned_in_queue, other.abandoned_in_queue),
            (&mut self.queued, other.queued),
            (&mut self.by_person, other.by_person),
            (&mut self.by_claim, other.by_claim),
            (&mut self.by_bot, other.by_bot),
            (&mut self.unanswered, other.unanswered),
            (&mut self.handled, other.handled),
            (&mut self.transferred, other.transferred),
            (&mut self.over_two, other.over_two),
        ] {
            *mine += theirs;
        }
        self.last_unanswered.add(other.last_unanswered);
        self.waits.add(other.waits);
        self.waits_to_person.add(other.waits_to_person);
        for (mine, theirs) in [
            (&mut self.repeat_issue, other.repeat_issue),
            (&mut self.repeat_any, other.repeat_any),
            (&mut self.repeat_abandoned, other.repeat_abandoned),
        ] {
            mine.iter_mut().zip(theirs).for_each(|(mine, theirs)| mine.add(theirs));
        }
    }
}

impl IssueTally {
    fn count(&mut self, issue: &Issue, first: Option<&Sighting>, second: Option<Micros>, as_of: Micros) {
        self.opened += 1;
        *self.by_state.entry(issue.state.as_str()).or_default() += 1;
        self.answered += u64::from(issue.first_answer.is_some());
        self.claimed += u64::from(issue.claimed);
        self.reopened += u64::from(issue.reopens > 0);
        self.reopens += u64::from(issue.reopens);
        self.escalated += u64::from(issue.escalated.is_some());
        self.transferred += u64::from(issue.transfers > 0);
        self.over_two += u64::from(issue.transfers > 2);
        self.handovers += u64::from(issue.handovers);
        self.handed_over += u64::from(issue.handovers > 0);
        self.ping_pong += u64::from(issue.ping_pongs > 0);
        self.ping_pongs += u64::from(issue.ping_pongs);
        let Some(first) = first.filter(|first| first.inbound) else { return };
        let until = issue.first_answer.unwrap_or(issue.opened_at) + FIRST_CONTACT;
        if until > as_of {
            self.first_contact.young += 1;
            return;
        }
        let quiet = [second, issue.first_reopen, issue.escalated].into_iter().flatten().all(|at| at > until);
        self.first_contact.count(issue.first_answer.is_some() && first.transfers == 0 && quiet);
    }

    /// The same for an inbound contact that belongs to no case.
    fn count_contact(&mut self, contact: &Sighting, next: Option<Micros>, as_of: Micros) {
        let until = contact.at + FIRST_CONTACT;
        if until > as_of {
            self.first_contact.young += 1;
            return;
        }
        let quiet = next.is_none_or(|next| next > until);
        self.first_contact.count(contact.answered == Answered::Person && contact.transfers == 0 && quiet);
    }

    fn add(&mut self, other: Self) {
        for (mine, theirs) in [
            (&mut self.opened, other.opened),
            (&mut self.answered, other.answered),
            (&mut self.claimed, other.claimed),
            (&mut self.reopened, other.reopened),
            (&mut self.reopens, other.reopens),
            (&mut self.escalated, other.escalated),
            (&mut self.transferred, other.transferred),
            (&mut self.over_two, other.over_two),
            (&mut self.handovers, other.handovers),
            (&mut self.handed_over, other.handed_over),
            (&mut self.ping_pong, other.ping_pong),
            (&mut self.ping_pongs, other.ping_pongs),
        ] {
            *mine += theirs;
        }
        self.first_contact.add(other.first_contact);
        add_counts(&mut self.by_state, other.by_state);
    }
}

impl Tally {
    fn needs(&mut self, needy: Needy) {
        self.needy.insert(needy);
        if self.needy.len() > MOST_NEEDY {
            self.needy.pop_last();
        }
    }

    fn add(&mut self, other: Self) {
        self.first = [self.first, other.first].into_iter().flatten().min();
        self.contacts.add(other.contacts);
        self.issues.add(other.issues);
        add_counts(&mut self.moves.flow, other.moves.flow);
        add_counts(&mut self.moves.by_kind, other.moves.by_kind);
        self.clocks.add(other.clocks);
        add_lists(&mut self.hours, other.hours);
        add_lists(&mut self.ages, other.ages);
        for (rule, theirs) in other.breaches {
            let mine = self.breaches.entry(rule).or_default();
            mine.times += theirs.times;
            mine.customers += theirs.customers;
        }
        add_counts(&mut self.failures, other.failures);
        self.parity.add(other.parity);
        for (day, theirs) in other.days {
            let mine = self.days.entry(day).or_default();
            mine.opened += theirs.opened;
            mine.reopened += theirs.reopened;
            mine.settled += theirs.settled;
            mine.flagged += theirs.flagged;
            mine.cleared += theirs.cleared;
        }
        self.flagged_customers += other.flagged_customers;
        self.observed_secs += other.observed_secs;
        other.needy.into_iter().for_each(|needy| self.needs(needy));
    }
}

fn add_lists<K: Ord, const N: usize>(mine: &mut BTreeMap<K, [u64; N]>, theirs: BTreeMap<K, [u64; N]>)
where
    [u64; N]: Default,
{
    for (key, counts) in theirs {
        let sums = mine.entry(key).or_default();
        sums.iter_mut().zip(counts).for_each(|(sum, count)| *sum += count);
    }
}
