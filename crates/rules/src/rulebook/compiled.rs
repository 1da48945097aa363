//! The indexed form: rules sorted by name, and for each event only the rules that can react to it.

use super::calendars::{CalendarIx, Calendars};
use super::catalogue::{Catalogue, RuleIx, SignalIx};
use super::compiled_answers::AnswerPolicy;
use super::compiled_contact::{ChargedPolicy, ContactPolicy};
use super::compiled_partners::{ApologyRule, PartnerPolicy};
use super::compiled_reach::{ReachPolicy, about_offers};
use super::document::{
    CaseCondition, Document, LimitCounts, Opens, PausesFor, PrescribeOn, SignalSource, TargetClock,
};
use super::error::RulebookError;
use super::{
    LoopRule, TextPolicy, TooFarPolicy, check, compiled_identity, compiled_promises, compiled_texts,
};
use crate::calendar::WorkingTime;
use crate::decision::Clock;
use crate::identity::Policy;
use crate::waiting::Pauses;
use alloc::sync::Arc;
use alloc::{format, string::String, vec, vec::Vec};
use throughline_core::event::Channel;
use throughline_core::name::{Interner, Sym};
use throughline_core::time::Span;
use toml::Spanned;

/// A rulebook that was checked and can be evaluated. Its symbols belong to the interner that it was made with, its
/// indices to the [catalogue](Catalogue).
#[derive(Clone, Debug)]
pub struct Rulebook {
    /// `id@version`, as decisions name it.
    pub label: Sym,
    /// The rule that the moves of cases are announced under.
    pub cases_rule: RuleIx,
    /// Policies of cases.
    pub cases: CasePolicy,
    /// What counts as an answer.
    pub answers: AnswerPolicy,
    /// The rule of promises.
    pub promises_rule: RuleIx,
    /// When somebody calls back after a voicemail that named no time.
    pub voicemail_within: Span,
    /// What follows from a promise that nobody can keep, if anything does.
    pub too_far: Option<TooFarPolicy>,
    /// The targets.
    pub targets: Vec<TargetRule>,
    calendars: Calendars,
    /// The limits.
    pub limits: Vec<LimitRule>,
    /// Signs of leaving, if the rulebook has any.
    pub churn: Option<ChurnRule>,
    /// The longest time within which any signal looks for a contact before on the same issue; none: no signal does.
    pub repeats_within: Option<Span>,
    /// When a partner is silent, if the rulebook listens to any.
    pub partners: Option<PartnerPolicy>,
    /// What we owe an apology for, in the order of the document.
    pub apologies: Vec<ApologyRule>,
    /// What it means how many people can see a complaint.
    pub reach: ReachPolicy,
    /// What to do, in the order of the document.
    pub prescriptions: Vec<Prescription>,
    /// Who is who.
    pub identity: Policy,
    /// The contact guard, if the rulebook has one.
    pub contact: Option<ContactPolicy>,
    /// What a bill after a cancellation does, if it does anything.
    pub charged: Option<ChargedPolicy>,
    /// How texts are read.
    pub texts: Arc<TextPolicy>,
    /// When two machines answer each other; none: nobody looks.
    pub loops: Option<LoopRule>,
    rules: Vec<(Sym, Span)>,
    channels: Vec<ChannelPolicy>,
    topics: Vec<(Sym, Span)>,
    /// Topics, and those that they come of.
    children: Vec<(Sym, Vec<Sym>)>,
    /// Topics that are about the last offer.
    about_offers: Vec<Sym>,
    targets_by_channel: Vec<Vec<usize>>,
}

/// Policies of cases.
#[derive(Clone, Copy, Debug)]
pub struct CasePolicy {
    /// The reopen window of topics that have none of their own.
    pub reopen_window: Span,
    /// How long settled cases are kept in detail.
    pub retire_after: Span,
    /// How long an answered case waits before it lapses.
    pub lapse_after: Option<Span>,
    /// The share of a scale from which a rating is an acceptance.
    pub closes_at_rating: f64,
    /// The share up to which it says that nothing is solved.
    pub reopens_at_rating: f64,
    /// In which calendar working time is counted.
    calendar: Option<CalendarIx>,
    /// For whom it pauses.
    pub pauses: Pauses,
}

/// Policies of a channel.
#[derive(Clone, Copy, Debug)]
pub struct ChannelPolicy {
    /// How long nobody may answer before a case opens; none: it opens at once.
    pub unanswered_after: Option<Span>,
}

/// A target on a clock.
#[derive(Clone, Debug)]
pub struct TargetRule {
    /// The rule.
    pub rule: RuleIx,
    /// The clock.
    pub clock: TargetClock,
    /// The time allowed.
    pub within: Span,
    /// In which calendar it is counted; none: it is the customer's time.
    calendar: Option<CalendarIx>,
    /// While the case waits for whom it pauses.
    pub pauses: Pauses,
    /// After how much more time it is said again.
    pub repeat: Span,
    /// How often it is said at most.
    pub times: u16,
    topics: Vec<Sym>,
}

/// A limit on what one contact may ask of a customer.
#[derive(Clone, Copy, Debug)]
pub struct LimitRule {
    /// The rule.
    pub rule: RuleIx,
    /// What is counted.
    pub counts: LimitCounts,
    /// The most that is acceptable.
    pub above: u16,
    /// The bit by which it is noted that a contact passed it.
    pub bit: u64,
}

/// Signs of leaving: one group with one half-life.
#[derive(Clone, Debug)]
pub struct ChurnRule {
    /// The rule.
    pub rule: RuleIx,
    /// The half-life.
    pub half_life: Span,
    /// The score from which a customer is flagged.
    pub flag_at: f64,
    /// The score at which the flag is cleared.
    pub clear_at: f64,
    /// The signals, in the order of the document.
    pub signals: Vec<SignalRule>,
}

/// One sign.
#[derive(Clone, Copy, Debug)]
pub struct SignalRule {
    /// The signal.
    pub signal: SignalIx,
    /// What gives it.
    pub on: SignalOn,
    /// What one weighs.
    pub weight: f64,
    /// What many weigh at most.
    pub cap: f64,
}

/// What gives a signal, with what it must match.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum SignalOn {
    /// A view of this page.
    PageViewed(Sym),
    /// A rating of at most this share of its scale.
    Rated(f64),
    /// A contact given up.
    ContactAbandoned,
    /// A promise broken.
    PromiseBroken,
    /// A target missed, of this rule if one is named.
    TargetMissed(Option<RuleIx>),
    /// A case reopened.
    CaseReopened,
    /// A limit passed.
    LimitPassed,
    /// A custom event of this name.
    Custom(Sym),
    /// A contact on the same issue as one that began at most so long before.
    RepeatContact(Span),
    /// A proof of identity asked for again.
    IdentityAskedAgain,
    /// A partner that is silent.
    PartnerSilent,
}

/// Something to do.
#[derive(Clone, Copy, Debug)]
pub struct Prescription {
    /// The rule.
    pub rule: RuleIx,
    /// What calls for it.
    pub on: PrescribeOn,
    /// Only when this rule found it.
    pub of: Option<RuleIx>,
    /// Only when this signal weighs most.
    pub cause: Option<SignalIx>,
    /// Only from this many reopenings on.
    pub reopened: u16,
    /// Only for a case that so many people can see.
    pub reach_at_least: u64,
    /// Only with, or without, an open case.
    pub case: Option<CaseCondition>,
    /// What to do.
    pub action: Sym,
    /// Who does it.
    pub owner: Sym,
    /// By when.
    pub within: Span,
    /// How long it is not prescribed again.
    pub cooldown: Span,
}

impl TargetClock {
    /// The clock of cases that a target on it holds.
    pub const fn clock(self) -> Clock {
        match self {
            Self::Acknowledged => Clock::Acknowledged,
            Self::FirstHuman => Clock::FirstHuman,
            Self::FirstSubstantive => Clock::FirstSubstantive,
        }
    }
}

impl TargetRule {
    /// Whether every moment counts: no calendar, no pause.
    #[inline]
    pub fn is_in_customer_time(&self) -> bool {
        self.calendar.is_none() && self.pauses == Pauses::default()
    }
}

impl Rulebook {
    /// Reads, checks and indexes a document. Names that the catalogue has keep their index; new ones are added to it.
    pub(super) fn parse(
        text: &str,
        names: &mut Interner,
        catalogue: &mut Catalogue,
    ) -> Result<Self, RulebookError> {
        let document: Document = toml::from_str(text)
            .map_err(|e| RulebookError { mistakes: vec![crate::mistake::mistake(text, &e)] })?;
        let mistakes = check::check(text, &document);
        if mistakes.is_empty() {
            Ok(Self::compile(text, &document, names, catalogue))
        } else {
            Err(RulebookError { mistakes })
        }
    }

    /// How long what a rule finds waits before it is announced; none if this rulebook has no such rule.
    pub fn settle(&self, rule: Sym) -> Option<Span> {
        self.rules.iter().find(|(name, _)| *name == rule).map(|(_, settle)| *settle)
    }

    /// Policies of a channel.
    pub fn channel(&self, channel: Option<Channel>) -> ChannelPolicy {
        channel
            .and_then(|c| self.channels.get(c as usize))
            .copied()
            .unwrap_or(ChannelPolicy { unanswered_after: None })
    }

    /// How the time that a target allows is counted.
    #[inline]
    pub fn time_of(&self, target: &TargetRule) -> WorkingTime<'_> {
        WorkingTime::of(self.calendars.get(target.calendar))
    }

    /// How the working time of cases is counted.
    pub fn working_time(&self) -> WorkingTime<'_> {
        WorkingTime::of(self.calendars.get(self.cases.calendar))
    }

    /// The calendar in which the working time of cases is counted, by name.
    pub fn calendar(&self) -> Option<Sym> {
        self.calendars.name(self.cases.calendar)
    }

    /// The time within which a new contact on a topic is the same case.
    pub fn reopen_window(&self, topic: Sym) -> Span {
        self.topics
            .iter()
            .find(|(name, _)| *name == topic)
            .map_or(self.cases.reopen_window, |(_, window)| *window)
    }

    /// The topics that a topic comes of.
    #[inline]
    pub fn parents_of(&self, topic: Sym) -> &[Sym] {
        let own = self.children.iter().find(|(child, _)| *child == topic);
        own.map_or(&[][..], |(_, parents)| parents)
    }

    /// Whether a case on a topic is about the offer that was made or answered last before it.
    pub fn is_about_an_offer(&self, topic: Sym) -> bool {
        self.about_offers.contains(&topic)
    }

    /// The targets that hold for a case that began on a channel, about a topic.
    pub fn targets_for(
        &self,
        channel: Option<Channel>,
        topic: Sym,
    ) -> impl Iterator<Item = (usize, &TargetRule)> {
        // The last list holds the targets of cases whose channel is unknown: those that hold for every channel.
        let list = channel.map_or(self.targets_by_channel.len() - 1, |c| c as usize);
        let targets = self.targets_by_channel.get(list).map_or(&[][..], Vec::as_slice);
        targets
            .iter()
            .map(|&i| (i, &self.targets[i]))
            .filter(move |(_, t)| t.topics.is_empty() || t.topics.contains(&topic))
    }

    fn compile(text: &str, document: &Document, names: &mut Interner, catalogue: &mut Catalogue) -> Self {
        let rules = rule_table(document, names);
        catalogue.add_rules(rules.iter().map(|(name, _)| *name));
        let ix = |name: &str| names.get(name).and_then(|name| catalogue.rule(name)).unwrap_or_default();
        let label = format!("{}@{}", document.rulebook.id.as_ref(), document.rulebook.version.as_ref());
        let (cases_rule, promises_rule) = (ix(check::CASES_RULE), ix(document.promises.rule.as_ref()));
        let target_rules: Vec<RuleIx> =
            document.targets.iter().map(|t| ix(t.as_ref().rule.as_ref())).collect();
        let limit_rules: Vec<RuleIx> = document.limits.iter().map(|l| ix(l.as_ref().rule.as_ref())).collect();
        let churn_rule = document.churn.as_ref().map(|c| ix(c.as_ref().rule.as_ref()));
        let prescription_rules: Vec<(RuleIx, Option<RuleIx>)> = document
            .prescriptions
            .iter()
            .map(|p| (ix(p.as_ref().rule.as_ref()), p.as_ref().of.as_ref().map(|of| ix(of.as_ref()))))
            .collect();
        let limited_to = ix_of_signals(document, ix);
        let guard_rule = document.contact.as_ref().map(|c| ix(c.rule.as_ref())).unwrap_or_default();
        let loops = compiled_texts::compile_loops(document, ix);
        let partner_rule =
            document.partners.as_ref().map(|p| ix(p.as_ref().rule.as_ref())).unwrap_or_default();
        let apology_rules: Vec<(RuleIx, Option<RuleIx>)> = document
            .apologies
            .iter()
            .map(|a| (ix(a.as_ref().rule.as_ref()), a.as_ref().of.as_ref().map(|of| ix(of.as_ref()))))
            .collect();
        let too_far_rule = compiled_promises::too_far_rule(&document.promises).map(ix);
        let too_far = too_far_rule.map(|rule| TooFarPolicy::new(rule, names));
        let limits = document.limits.iter().zip(limit_rules).map(|(l, rule)| {
            let l = l.as_ref();
            LimitRule { rule, counts: l.counts, above: l.above, bit: catalogue.limit_bit(rule) }
        });
        let limits = limits.collect();
        let cases = &document.cases;
        let calendars = Calendars::compile(document, names);
        let churn = churn(document, churn_rule, &limited_to, names, catalogue);
        let repeats = churn.iter().flat_map(|churn| &churn.signals).filter_map(|signal| match signal.on {
            SignalOn::RepeatContact(within) => Some(within),
            _ => None,
        });
        Self {
            repeats_within: repeats.max(),
            label: names.intern(&label),
            cases_rule,
            cases: CasePolicy {
                reopen_window: cases.reopen_window.as_ref().0,
                retire_after: cases.retire_after.as_ref().0,
                lapse_after: cases.lapse_after.map(|d| d.0),
                closes_at_rating: *cases.closes_at_rating.as_ref(),
                reopens_at_rating: *cases.reopens_at_rating.as_ref(),
                calendar: calendars.named(cases.calendar.as_ref(), names),
                pauses: pauses(&cases.pauses_for),
            },
            answers: AnswerPolicy::compile(
                &document.answers.as_ref().map(|a| a.as_ref().clone()).unwrap_or_default(),
            ),
            partners: PartnerPolicy::compile(document, partner_rule, names),
            apologies: ApologyRule::compile(document, &apology_rules, names),
            children: children(document, names),
            reach: ReachPolicy::compile(document),
            about_offers: about_offers(document, names),
            promises_rule,
            voicemail_within: document.promises.voicemail_within.as_ref().0,
            too_far,
            targets: targets(document, &target_rules, &calendars, names),
            calendars,
            targets_by_channel: targets_by_channel(document),
            limits,
            churn,
            prescriptions: prescriptions(document, &prescription_rules, names, catalogue),
            identity: compiled_identity::compile(text, document.identity.as_ref()),
            contact: document.contact.as_ref().map(|c| ContactPolicy::compile(c, guard_rule, names)),
            charged: document
                .charged_after_cancellation
                .as_ref()
                .map(|charged| ChargedPolicy::compile(charged, names)),
            texts: Arc::new(compiled_texts::compile(document)),
            loops,
            channels: channels(document),
            topics: document
                .topics
                .iter()
                .filter_map(|(name, t)| {
                    Some((names.intern(name.as_ref()), t.reopen_window.as_ref()?.as_ref().0))
                })
                .collect(),
            rules,
        }
    }
}

/// Every rule with its settle time, sorted by name, so that deadlines of one instant fire in a stated order.
fn rule_table(document: &Document, names: &mut Interner) -> Vec<(Sym, Span)> {
    let settle = |d: Option<super::Duration>| d.map_or(Span::ZERO, |d| d.0);
    let mut rules: Vec<(&str, Span)> = vec![(check::CASES_RULE, Span::ZERO)];
    rules.push((document.promises.rule.as_ref(), settle(document.promises.settle)));
    rules.extend(compiled_promises::too_far_rule(&document.promises).map(|rule| (rule, Span::ZERO)));
    rules.extend(document.contact.iter().map(|c| (c.rule.as_ref().as_str(), Span::ZERO)));
    rules.extend(
        document.targets.iter().map(|t| (t.as_ref().rule.as_ref().as_str(), settle(t.as_ref().settle))),
    );
    rules.extend(document.limits.iter().map(|l| (l.as_ref().rule.as_ref().as_str(), Span::ZERO)));
    rules.extend(
        document.churn.iter().map(|c| (c.as_ref().rule.as_ref().as_str(), settle(c.as_ref().settle))),
    );
    rules.extend(document.loops.iter().map(|l| (l.as_ref().rule.as_ref().as_str(), Span::ZERO)));
    rules.extend(
        document.partners.iter().map(|p| (p.as_ref().rule.as_ref().as_str(), settle(p.as_ref().settle))),
    );
    // What follows from a finding must not be announced before the finding is.
    let inherited = |on: PrescribeOn, of: Option<&Spanned<String>>| {
        let found_by = |rule: &str| of.is_none_or(|of| of.as_ref() == rule);
        match on {
            PrescribeOn::TargetMissed => {
                let of = document.targets.iter().filter(|t| found_by(t.as_ref().rule.as_ref()));
                of.map(|t| settle(t.as_ref().settle)).max().unwrap_or(Span::ZERO)
            }
            PrescribeOn::PromiseBroken => settle(document.promises.settle),
            PrescribeOn::ChurnFlagged => settle(document.churn.as_ref().and_then(|c| c.as_ref().settle)),
            PrescribeOn::PartnerSilent => settle(document.partners.as_ref().and_then(|p| p.as_ref().settle)),
            PrescribeOn::LimitPassed | PrescribeOn::CaseReopened | PrescribeOn::MachineLoop => Span::ZERO,
        }
    };
    for p in &document.prescriptions {
        let p = p.as_ref();
        rules.push((p.rule.as_ref(), inherited(p.on, p.of.as_ref())));
    }
    for a in &document.apologies {
        let a = a.as_ref();
        rules.push((a.rule.as_ref(), inherited(a.on, a.of.as_ref())));
    }
    rules.sort_unstable();
    rules.into_iter().map(|(name, settle)| (names.intern(name), settle)).collect()
}

fn children(document: &Document, names: &mut Interner) -> Vec<(Sym, Vec<Sym>)> {
    let children = document.topics.iter().filter(|(_, topic)| !topic.child_of.is_empty());
    children
        .map(|(name, topic)| {
            let parents = topic.child_of.iter().map(|parent| names.intern(parent.as_ref())).collect();
            (names.intern(name.as_ref()), parents)
        })
        .collect()
}

fn targets(
    document: &Document,
    rules: &[RuleIx],
    calendars: &Calendars,
    names: &mut Interner,
) -> Vec<TargetRule> {
    let compiled = document.targets.iter().zip(rules).map(|(t, &rule)| {
        let t = t.as_ref();
        TargetRule {
            rule,
            clock: t.clock,
            within: t.within.as_ref().0,
            calendar: calendars.named(t.calendar.as_ref(), names),
            pauses: pauses(&t.pauses_for),
            repeat: t.repeat.as_ref().map_or(Span::ZERO, |d| d.as_ref().0),
            times: t.times.as_ref().map_or(1, |n| *n.as_ref()),
            topics: t.topics.iter().flatten().map(|topic| names.intern(topic.as_ref())).collect(),
        }
    });
    compiled.collect()
}

fn targets_by_channel(document: &Document) -> Vec<Vec<usize>> {
    let holds_for = |channel: Option<Channel>| {
        let targets = document.targets.iter().enumerate();
        let fits = targets.filter(|(_, t)| match (&t.as_ref().channels, channel) {
            (None, _) => true,
            (Some(_), None) => false,
            (Some(list), Some(channel)) => list.iter().any(|c| *c.as_ref() == channel),
        });
        fits.map(|(i, _)| i).collect()
    };
    Channel::ALL.iter().map(|c| holds_for(Some(*c))).chain([holds_for(None)]).collect()
}

fn channels(document: &Document) -> Vec<ChannelPolicy> {
    let policy = |channel: &Channel| {
        let rules =
            document.channels.iter().find(|(name, _)| name.as_ref() == channel.as_str()).map(|(_, r)| r);
        let unanswered_after =
            rules.filter(|r| r.opens == Opens::WhenUnanswered).and_then(|r| r.unanswered_after);
        ChannelPolicy { unanswered_after: unanswered_after.map(|d| d.0) }
    };
    Channel::ALL.iter().map(policy).collect()
}

/// For each signal the rule that it is limited to.
fn ix_of_signals(document: &Document, ix: impl Fn(&str) -> RuleIx) -> Vec<Option<RuleIx>> {
    let signals = document.churn.iter().flat_map(|churn| &churn.as_ref().signals);
    signals.map(|signal| signal.as_ref().of.as_ref().map(|of| ix(of.as_ref()))).collect()
}

fn churn(
    document: &Document,
    rule: Option<RuleIx>,
    limited_to: &[Option<RuleIx>],
    names: &mut Interner,
    catalogue: &mut Catalogue,
) -> Option<ChurnRule> {
    let churn = document.churn.as_ref()?.as_ref();
    let signals = churn.signals.iter().zip(limited_to).map(|(s, &of)| {
        let s = s.as_ref();
        let on = match s.on {
            SignalSource::PageViewed => {
                SignalOn::PageViewed(names.intern(s.page.as_deref().unwrap_or_default()))
            }
            SignalSource::Rated => SignalOn::Rated(s.at_most.unwrap_or_default()),
            SignalSource::ContactAbandoned => SignalOn::ContactAbandoned,
            SignalSource::PromiseBroken => SignalOn::PromiseBroken,
            SignalSource::TargetMissed => SignalOn::TargetMissed(of),
            SignalSource::CaseReopened => SignalOn::CaseReopened,
            SignalSource::LimitPassed => SignalOn::LimitPassed,
            SignalSource::Custom => SignalOn::Custom(names.intern(s.name.as_deref().unwrap_or_default())),
            SignalSource::RepeatContact => {
                SignalOn::RepeatContact(s.within.as_ref().map_or(Span::ZERO, |within| within.as_ref().0))
            }
            SignalSource::IdentityAskedAgain => SignalOn::IdentityAskedAgain,
            SignalSource::PartnerSilent => SignalOn::PartnerSilent,
        };
        let signal = catalogue.add_signal(names.intern(s.signal.as_ref()));
        SignalRule { signal, on, weight: s.weight, cap: s.cap }
    });
    Some(ChurnRule {
        rule: rule.unwrap_or_default(),
        half_life: churn.half_life.as_ref().0,
        flag_at: *churn.flag_at.as_ref(),
        clear_at: *churn.clear_at.as_ref(),
        signals: signals.collect(),
    })
}

fn prescriptions(
    document: &Document,
    rules: &[(RuleIx, Option<RuleIx>)],
    names: &mut Interner,
    catalogue: &Catalogue,
) -> Vec<Prescription> {
    let compiled = document.prescriptions.iter().zip(rules).map(|(p, &(rule, of))| {
        let p = p.as_ref();
        let cause = p.cause.as_ref().and_then(|c| catalogue.signal(names.get(c.as_ref())?));
        Prescription {
            rule,
            on: p.on,
            of,
            cause,
            reopened: p.reopened.as_ref().map_or(0, |n| *n.as_ref()),
            reach_at_least: p.reach_at_least.as_ref().map_or(0, |n| *n.as_ref()),
            case: p.case,
            action: names.intern(&p.action),
            owner: names.intern(&p.owner),
            within: p.within.0,
            cooldown: p.cooldown.map_or(Span::ZERO, |d| d.0),
        }
    });
    compiled.collect()
}

fn pauses(list: &[PausesFor]) -> Pauses {
    Pauses {
        customer: list.contains(&PausesFor::Customer),
        third_party: list.contains(&PausesFor::ThirdParty),
    }
}
