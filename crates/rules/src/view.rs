//! What a person or a program reads of a journey: names spelled out, clocks as lengths, one stated format.
//!
//! The JSON form is documented in `docs/JOURNEY.md` and numbered by [`JourneyView::FORMAT`].

use crate::apology_view::ApologyView;
use crate::case::{Case, CaseClocks, CaseIx};
use crate::clock_view::ClockView;
use crate::decision::Clock;
use crate::journey::Journey;
use crate::known_view::KnownView;
use crate::ledger::handle_of;
use crate::outcome_view::{self, NOT_YET};
use crate::partner_view::PartnerView;
use crate::promise::PromiseCount;
use crate::rulebook::Rulebooks;
use alloc::{collections::BTreeMap, string::String, vec::Vec};
use core::fmt;
use serde::Serialize;
use throughline_core::customer::Effort;
use throughline_core::ids::{ContactId, CustomerId, PromiseId};
use throughline_core::name::{Interner, Sym};
use throughline_core::time::{Micros, Span};

/// A journey as of an instant.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct JourneyView {
    /// The version of this form.
    pub format: u32,
    /// The customer.
    pub customer: CustomerId,
    /// The instant that it is as of.
    pub as_of: Micros,
    /// The rulebook, `id@version`.
    pub rulebook: String,
    /// How many facts there are.
    pub facts: u64,
    /// When the first one happened.
    pub first_seen: Option<Micros>,
    /// When the last one did.
    pub last_seen: Option<Micros>,
    /// The cases, in the order in which they were opened.
    pub cases: Vec<CaseView>,
    /// How many more cases were settled long ago.
    pub retired_cases: u32,
    /// Promises still to be kept.
    pub promises: Vec<PromiseView>,
    /// What partners told last.
    pub partners: Vec<PartnerView>,
    /// Apologies that are owed by the rulebook; those that somebody said are owed stand in `known`.
    pub apologies: Vec<ApologyView>,
    /// How promises went.
    pub promise_count: PromiseCount,
    /// What the customer had to do and bear.
    pub effort: Effort,
    /// What was stated about the customer herself, if anything ever was.
    pub known: Option<KnownView>,
    /// Signs of leaving, if there was ever one.
    pub churn: Option<ChurnView>,
    /// The disruptions that go on and hit her.
    pub disruptions: Vec<DisruptionView>,
    /// When something will happen by itself.
    pub next_deadline: Option<Micros>,
}

/// A case.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct CaseView {
    /// The handle that it was first announced under; any of its contacts names it too.
    pub handle: ContactId,
    /// The contacts that it holds, in the order in which they came.
    pub contacts: Vec<ContactId>,
    /// What it is about.
    pub topic: Option<String>,
    /// Where it stands.
    pub state: &'static str,
    /// Since when.
    pub since: Micros,
    /// When it was opened.
    pub opened_at: Micros,
    /// Why it is where it is.
    pub why: &'static str,
    /// Whom it waits for.
    pub waits_for: &'static str,
    /// What would close it.
    pub closes_when: &'static str,
    /// How often it was reopened.
    pub reopens: u16,
    /// Its priority; 0 is ordinary.
    pub priority: u16,
    /// How many targets were missed.
    pub missed: u16,
    /// The case that it follows.
    pub follows: Option<ContactId>,
    /// The case that it came of.
    pub parent: Option<ContactId>,
    /// The cases that came of it.
    pub children: Vec<ContactId>,
    /// How many apologies are owed for it, its parents and its children.
    pub apologies_owed: u32,
    /// The disruption that it is part of.
    pub disruption: Option<String>,
    /// The offer that it is about, where its topic is about one.
    pub offer: Option<String>,
    /// How many people can see what she said in public; none: nobody measured it.
    pub reach: Option<u64>,
    /// Whether the first substantive answer of the running instance came before any target on it was missed: `yes`, `no` or
    /// `not yet`.
    pub quick: &'static str,
    /// Whether she accepted what was done: `yes`, `no` or `not yet`.
    pub acceptable: &'static str,
    /// How long it lasts or lasted, from its opening until it was settled: this clock goes on through every
    /// reopening.
    pub total: Span,
    /// When the running instance of the clocks started.
    pub clocks_started_at: Micros,
    /// The five clocks of the instance.
    pub clocks: Vec<ClockView>,
}

/// A disruption that goes on and hits her.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct DisruptionView {
    /// Its name.
    pub disruption: String,
    /// Since when it counts.
    pub from: Micros,
    /// Until when it goes on.
    pub until: Micros,
    /// What she has a right to because of it.
    pub waiver: Option<String>,
}

/// A promise still to be kept.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct PromiseView {
    /// The promise.
    pub promise: PromiseId,
    /// What was promised; none for a call back, of which nobody says more.
    pub what: Option<String>,
    /// When it was made.
    pub made_at: Micros,
    /// From when it is to be kept: a call back that comes earlier is none. None: at any time.
    pub from: Option<Micros>,
    /// By when it is to be kept.
    pub due: Micros,
    /// Whether that time has passed.
    pub broken: bool,
}

/// Signs of leaving.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ChurnView {
    /// The score now.
    pub score: f64,
    /// Since when the customer is flagged, if so.
    pub flagged_since: Option<Micros>,
    /// The parts that make the score, by signal.
    pub parts: Vec<(String, f64)>,
}

impl JourneyView {
    /// The version of the form. Fields may be added within a version; none changes its meaning.
    pub const FORMAT: u32 = 2;

    /// Reads a journey. `handles` names the cases that are announced under another handle than their inside key.
    pub fn of(
        journey: &Journey,
        customer: CustomerId,
        rules: &Rulebooks,
        names: &Interner,
        as_of: Micros,
        handles: &BTreeMap<ContactId, ContactId>,
    ) -> Self {
        let mut contacts: BTreeMap<ContactId, Vec<ContactId>> = BTreeMap::new();
        for (contact, case) in journey.cases.members() {
            contacts.entry(case.key).or_default().push(contact);
        }
        let cases = journey.cases.cases();
        let children = |of: ContactId| cases.iter().filter(move |case| case.parent() == Some(of));
        let case = |(place, c): (usize, &Case)| {
            let key = c.key;
            let clocks = CaseClocks::of(&journey.cases, CaseIx(place as u32), rules);
            let clock = |clock: &Clock| ClockView::of(*clock, &clocks, journey, rules, names, as_of);
            let public = |key: ContactId| handle_of(key, handles);
            let reach = journey.cases.reach_of(CaseIx(place as u32));
            let clocks_started_at = c.instance.started_at;
            let clocks: Vec<ClockView> = Clock::ALL.iter().map(clock).collect();
            CaseView {
                handle: public(key),
                contacts: contacts.get(&key).cloned().unwrap_or_default(),
                topic: spelled(names, c.topic),
                state: c.state.as_str(),
                since: c.since,
                opened_at: c.opened_at,
                why: c.why(),
                waits_for: c.waits_for.as_str(),
                closes_when: c.closes_when(),
                reopens: c.reopens,
                priority: c.priority,
                missed: c.missed,
                follows: c.follows().map(public),
                parent: c.parent().map(public),
                children: children(key).map(|child| public(child.key)).collect(),
                apologies_owed: journey.apologies_of(CaseIx(place as u32)).count() as u32,
                disruption: c.disruption.and_then(|of| spelled(names, rules.disruption(of).id)),
                offer: outcome_view::offer(c, journey, rules, names),
                reach: (reach > 0).then_some(reach),
                quick: outcome_view::quick(&clocks),
                acceptable: outcome_view::acceptable(c),
                total: c.total(as_of),
                clocks_started_at,
                clocks,
            }
        };
        let disruptions = rules.disruptions_of(&journey.customer, as_of).map(|(_, d)| DisruptionView {
            disruption: names.resolve(d.id).into(),
            from: d.from,
            until: d.until,
            waiver: spelled(names, d.waiver),
        });
        let promises = journey.promises.open().iter();
        let promises = promises.map(|p| PromiseView {
            promise: p.id,
            what: spelled(names, p.what),
            made_at: p.made_at,
            from: p.window_start(),
            due: p.due,
            broken: p.broken,
        });
        Self {
            format: Self::FORMAT,
            customer,
            as_of,
            rulebook: names.resolve(rules.in_force(as_of).1.label).into(),
            facts: journey.customer.facts,
            first_seen: journey.customer.first_seen(),
            last_seen: journey.customer.last_seen(),
            cases: journey.cases.cases().iter().enumerate().map(case).collect(),
            retired_cases: journey.cases.retired(),
            promises: promises.collect(),
            partners: journey
                .partners()
                .iter()
                .map(|thing| PartnerView::of(thing, journey, names, handles))
                .collect(),
            apologies: journey
                .apologies()
                .iter()
                .map(|owed| ApologyView::of(owed, rules, names, handles))
                .collect(),
            promise_count: journey.promises.count(),
            effort: journey.customer.effort(),
            known: KnownView::of(&journey.customer, names, as_of),
            churn: churn_view(journey, rules, names, as_of),
            disruptions: disruptions.collect(),
            next_deadline: journey.next_deadline(),
        }
    }

    /// The case that holds a contact.
    pub fn case_of(&self, contact: ContactId) -> Option<&CaseView> {
        self.cases.iter().find(|c| c.contacts.contains(&contact))
    }
}

fn churn_view(journey: &Journey, rules: &Rulebooks, names: &Interner, as_of: Micros) -> Option<ChurnView> {
    let churn = journey.churn.as_ref()?;
    let whole = churn.score(as_of);
    let kept: f64 = churn.parts.iter().map(|p| p.score).sum();
    let faded = if kept > 0.0 { whole / kept } else { 0.0 };
    let signal = |signal| names.resolve(rules.signal_name(signal)).into();
    let parts = churn.parts.iter().map(|p| (signal(p.signal), p.score * faded));
    Some(ChurnView { score: whole, flagged_since: churn.flag.as_ref().map(|f| f.at), parts: parts.collect() })
}

fn spelled(names: &Interner, sym: Sym) -> Option<String> {
    (!sym.is_none()).then(|| names.resolve(sym).into())
}

impl fmt::Display for JourneyView {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let facts = counted(u32::try_from(self.facts).unwrap_or(u32::MAX), "fact", "facts");
        writeln!(f, "{facts} by {}, rulebook {}", self.as_of, self.rulebook)?;
        for DisruptionView { disruption, until, waiver, .. } in &self.disruptions {
            write!(f, "  hit by {disruption} until {until}")?;
            match waiver {
                Some(waiver) => writeln!(f, ": has {waiver}")?,
                None => writeln!(f)?,
            }
        }
        for case in &self.cases {
            writeln!(f, "{case}")?;
        }
        for promise in &self.promises {
            writeln!(f, "  {promise}")?;
        }
        write_promises(f, self.promise_count)?;
        for partner in &self.partners {
            writeln!(f, "  {partner}")?;
        }
        for apology in &self.apologies {
            writeln!(f, "  {apology}")?;
        }
        write_effort(f, &self.effort)?;
        if let Some(known) = &self.known {
            write!(f, "{known}")?;
        }
        if let Some(churn) = &self.churn {
            let flag = churn.flagged_since.map_or("not flagged", |_| "flagged");
            writeln!(f, "  signs of leaving: {:.2} ({flag})", churn.score)?;
        }
        match self.next_deadline {
            Some(at) => write!(f, "  next: {at}"),
            None => write!(f, "  nothing is due"),
        }
    }
}

impl fmt::Display for PromiseView {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "promise {}", self.promise)?;
        if let Some(what) = &self.what {
            write!(f, ", {what}")?;
        }
        let state = if self.broken { "broken, still owed" } else { "to be kept" };
        write!(f, ": {state}, ")?;
        if let Some(from) = self.from {
            write!(f, "from {from}, ")?;
        }
        write!(f, "due {}", self.due)
    }
}

/// How promises went, once the time of one has come or was changed.
fn write_promises(f: &mut fmt::Formatter<'_>, count: PromiseCount) -> fmt::Result {
    let PromiseCount { made, kept, broken, kept_late, renegotiated } = count;
    if kept + broken + renegotiated == 0 {
        return Ok(());
    }
    write!(f, "  promises: {made} made, {kept} kept, {broken} broken")?;
    if kept_late > 0 {
        write!(f, " ({kept_late} of them kept late)")?;
    }
    if renegotiated > 0 {
        write!(f, ", {}", counted(renegotiated, "time renegotiated", "times renegotiated"))?;
    }
    writeln!(f)
}

/// What the customer had to do and bear.
fn write_effort(f: &mut fmt::Formatter<'_>, effort: &Effort) -> fmt::Result {
    write!(f, "  effort: {}", counted(effort.contacts, "contact", "contacts"))?;
    effort_words(f, effort)?;
    writeln!(f)
}

/// The counts of an effort account that are not none, but for the contacts themselves, each after a comma.
pub(crate) fn effort_words(f: &mut fmt::Formatter<'_>, effort: &Effort) -> fmt::Result {
    for (count, one, many) in [
        (effort.abandoned, "given up", "given up"),
        (effort.transfers, "transfer", "transfers"),
        (effort.warm_transfers, "of them warm", "of them warm"),
        (effort.queue_changes, "of them to another queue", "of them to another queue"),
        (effort.over_two_contacts, "with more than two transfers", "with more than two transfers"),
        (effort.ping_pongs, "time back and forth", "times back and forth"),
        (effort.menu_levels, "menu level", "menu levels"),
        (effort.dead_ends, "dead end", "dead ends"),
        (effort.voicemails, "voicemail", "voicemails"),
        (effort.pages, "page", "pages"),
        (effort.clicks_to_contact, "click to contact", "clicks to contact"),
        (effort.channel_switches, "switch of channel", "switches of channel"),
        (effort.fields_reentered, "field entered again", "fields entered again"),
        (effort.identity_asked, "time asked who she is", "times asked who she is"),
        (effort.identity_asked_again, "of them again", "of them again"),
        (effort.step_ups, "of them with a reason", "of them with a reason"),
        (effort.waits_told, "wait told", "waits told"),
        (effort.callbacks_offered, "call back offered", "calls back offered"),
        (effort.callbacks_taken, "call back taken", "calls back taken"),
        (
            effort.answers_elsewhere,
            "answer on another channel than she prefers",
            "answers on another channel than she prefers",
        ),
    ] {
        if count > 0 {
            write!(f, ", {}", counted(count, one, many))?;
        }
    }
    let spans =
        [(effort.longest_wait_told, "told to wait"), (effort.wait, "waiting"), (effort.hold, "on hold")];
    for (span, what) in spans {
        if span != Span::ZERO {
            write!(f, ", {span} {what}")?;
        }
    }
    Ok(())
}

fn counted(count: u32, one: &str, many: &str) -> String {
    alloc::format!("{count} {}", if count == 1 { one } else { many })
}

impl fmt::Display for CaseView {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let topic = self.topic.as_deref().unwrap_or("no topic");
        writeln!(f, "  case {}, {topic}: {} since {}", self.handle, self.state, self.since)?;
        write!(f, "    {}; waits for {}; priority {}", self.why, self.waits_for, self.priority)?;
        if self.reopens > 0 {
            write!(f, "; reopened {}×; {} in total", self.reopens, self.total)?;
        }
        if let Some(parent) = self.parent {
            write!(f, "; a child of case {parent}")?;
        }
        if let Some(disruption) = &self.disruption {
            write!(f, "; part of {disruption}")?;
        }
        if let Some(offer) = &self.offer {
            write!(f, "; about the offer {offer}")?;
        }
        if let Some(reach) = self.reach {
            write!(f, "; reach {reach}")?;
        }
        if (self.quick, self.acceptable) != (NOT_YET, NOT_YET) {
            write!(f, "\n    quick: {}; acceptable: {}", self.quick, self.acceptable)?;
        }
        if self.contacts.len() > 1 {
            write!(f, "\n    holds")?;
            for (place, contact) in self.contacts.iter().enumerate() {
                write!(f, "{} {contact}", if place == 0 { "" } else { "," })?;
            }
        }
        for clock in &self.clocks {
            write!(f, "\n    {clock}")?;
        }
        Ok(())
    }
}
