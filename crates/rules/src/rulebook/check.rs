//! Checks a document as a whole. Every mistake is found in one go, each with its line and its remedy.

use super::document::{Document, LimitCounts, Opens, PrescribeOn, Promises, SignalSource, Target, TooFar};
use super::{calendars, check_answers, check_contact, check_identity, check_reach, check_texts};
use crate::mistake::{Mistake, line_of};
use alloc::{collections::BTreeMap, format, string::String, vec::Vec};
use throughline_core::event::Channel;
use throughline_core::name::Name;
use throughline_core::time::Span;
use toml::Spanned;

/// The rule that the moves of cases are announced under.
pub const CASES_RULE: &str = "case-lifecycle";

pub(super) struct Check<'a> {
    text: &'a str,
    mistakes: Vec<Mistake>,
    /// Rule names, and the line and table in which each is defined.
    rules: BTreeMap<String, (usize, &'static str)>,
}

/// Finds every mistake of a document that was read from `text`.
pub(super) fn check(text: &str, document: &Document) -> Vec<Mistake> {
    let mut check = Check { text, mistakes: Vec::new(), rules: BTreeMap::new() };
    check.identity(document);
    check.rule_names(document);
    check.cases(document);
    check.channels(document);
    check.topics(document);
    for target in &document.targets {
        check.target(document, target);
    }
    if document.targets.len() > 64 || document.limits.len() > 64 {
        check.say(
            0,
            "a rulebook can have at most 64 targets and 64 limits; join some by channel or topic".into(),
        );
    }
    check.positive("[promises] voicemail_within", &document.promises.voicemail_within);
    check.too_far(&document.promises);
    for limit in &document.limits {
        if limit.as_ref().above == 0 && limit.as_ref().counts != LimitCounts::PingPongs {
            check.say(
                limit.span().start,
                "`above = 0` forbids what every contact has; write 1 or more".into(),
            );
        }
    }
    check.churn(document);
    check.prescriptions(document);
    check.partners(document);
    check.apologies(document);
    check.children(document);
    check.mistakes.extend(check_answers::check(text, document));
    check.mistakes.extend(calendars::check(text, document));
    check.mistakes.extend(check_identity::check(text, document));
    check.mistakes.extend(check_contact::check(text, document));
    check.mistakes.extend(check_reach::check(text, document));
    check.mistakes.extend(check_texts::check(text, document));
    check.mistakes.sort_by_key(|m| m.line);
    check.mistakes
}

impl Check<'_> {
    pub(super) fn say(&mut self, at: usize, message: String) {
        self.mistakes.push(Mistake { line: line_of(self.text, at), message });
    }

    pub(super) fn name(&mut self, what: &str, name: &Spanned<String>) {
        if let Err(e) = Name::new(name.as_ref()) {
            self.say(name.span().start, format!("{what} is no name: {e}"));
        }
    }

    pub(super) fn positive(&mut self, what: &str, length: &Spanned<super::Duration>) {
        if length.as_ref().0 <= Span::ZERO {
            self.say(
                length.span().start,
                format!("{what} must be more than no time; write for instance \"24h\""),
            );
        }
    }

    fn share(&mut self, what: &str, share: &Spanned<f64>) {
        if !(0.0..=1.0).contains(share.as_ref()) {
            let at = share.span().start;
            self.say(at, format!("{what} is a share of the scale from 0.0 to 1.0; for 4 of 5 write 0.8"));
        }
    }

    fn identity(&mut self, document: &Document) {
        self.name("[rulebook] id", &document.rulebook.id);
        self.name("[rulebook] version", &document.rulebook.version);
    }

    fn rule_names(&mut self, document: &Document) {
        self.rule(&document.promises.rule, "promises");
        if let Some(rule) = &document.promises.too_far_rule {
            self.rule(rule, "too-far");
        }
        for target in &document.targets {
            self.rule(&target.as_ref().rule, "targets");
        }
        for limit in &document.limits {
            self.rule(&limit.as_ref().rule, "limits");
        }
        if let Some(churn) = &document.churn {
            self.rule(&churn.as_ref().rule, "churn");
        }
        if let Some(loops) = &document.loops {
            self.rule(&loops.as_ref().rule, "loops");
        }
        if let Some(partners) = &document.partners {
            self.rule(&partners.as_ref().rule, "partners");
        }
        for apology in &document.apologies {
            self.rule(&apology.as_ref().rule, "apologies");
        }
        for prescription in &document.prescriptions {
            self.rule(&prescription.as_ref().rule, "prescriptions");
        }
        if let Some(contact) = &document.contact {
            self.rule(&contact.rule, "contact");
        }
    }

    fn rule(&mut self, rule: &Spanned<String>, table: &'static str) {
        self.name("a rule's name", rule);
        let at = rule.span().start;
        if rule.as_ref() == CASES_RULE {
            self.say(at, format!("`{CASES_RULE}` is the rule that cases move by; choose another name"));
        }
        let line = line_of(self.text, at);
        if let Some((first, _)) = self.rules.insert(rule.as_ref().clone(), (line, table)) {
            let name = rule.as_ref();
            self.say(
                at,
                format!("the rule `{name}` is already defined on line {first}; give this one another name"),
            );
        }
    }

    fn too_far(&mut self, promises: &Promises) {
        if let Some(too_far) = promises.too_far.as_ref().filter(|to| *to.as_ref() == TooFar::Record)
            && promises.too_far_rule.is_none()
        {
            let message = "`too_far = \"record\"` needs a rule to announce it by; add `too_far_rule = \"promise-too-far\"`";
            self.say(too_far.span().start, message.into());
        }
    }

    fn cases(&mut self, document: &Document) {
        let cases = &document.cases;
        self.positive("[cases] reopen_window", &cases.reopen_window);
        self.share("[cases] closes_at_rating", &cases.closes_at_rating);
        self.share("[cases] reopens_at_rating", &cases.reopens_at_rating);
        if cases.reopens_at_rating.as_ref() >= cases.closes_at_rating.as_ref() {
            self.say(
                cases.reopens_at_rating.span().start,
                "`reopens_at_rating` must be lower than `closes_at_rating`: one rating cannot do both; swap them".into(),
            );
        }
        let windows = document.topics.values().filter_map(|t| t.reopen_window.as_ref()).map(|w| w.as_ref().0);
        let longest = windows.chain([cases.reopen_window.as_ref().0]).max().unwrap_or(Span::ZERO);
        if cases.retire_after.as_ref().0 < longest {
            let at = cases.retire_after.span().start;
            self.say(at, format!("`retire_after` must be at least the longest reopen window ({longest}), else a case is forgotten while it can still be reopened"));
        }
    }

    fn channels(&mut self, document: &Document) {
        for (name, rules) in &document.channels {
            let at = name.span().start;
            if Channel::from_word(name.as_ref()).is_none() {
                let known = words(Channel::ALL.iter().map(|c| c.as_str()));
                self.say(at, format!("there is no channel `{}`; write one of {known}", name.as_ref()));
            }
            match (rules.opens, rules.unanswered_after) {
                (Opens::WhenUnanswered, None) => self.say(
                    at,
                    "`opens = \"when-unanswered\"` needs `unanswered_after`, for instance \"24h\"".into(),
                ),
                (Opens::AtOnce, Some(_)) => self.say(
                    at,
                    "`unanswered_after` has no effect with `opens = \"at-once\"`; remove it or write \"when-unanswered\"".into(),
                ),
                _ => {}
            }
        }
    }

    fn topics(&mut self, document: &Document) {
        for (name, topic) in &document.topics {
            self.name("a topic's name", name);
            if let Some(window) = &topic.reopen_window {
                self.positive("a topic's reopen_window", window);
            }
        }
    }

    fn target(&mut self, document: &Document, target: &Spanned<Target>) {
        let start = target.span().start;
        let target = target.as_ref();
        self.positive("`within`", &target.within);
        match (&target.repeat, &target.times) {
            (Some(repeat), Some(times)) => {
                self.positive("`repeat`", repeat);
                if !(2..=100).contains(times.as_ref()) {
                    self.say(
                        times.span().start,
                        "`times` is how often a target is said, 2 to 100 with `repeat`".into(),
                    );
                }
            }
            (Some(_), None) => {
                self.say(start, "`repeat` needs `times`: how often at most, for instance 3".into());
            }
            (None, Some(_)) => {
                self.say(start, "`times` needs `repeat`: after how much time it is said again".into());
            }
            (None, None) => {}
        }
        if target.channels.as_ref().is_some_and(Vec::is_empty) {
            self.say(
                start,
                "`channels = []` holds for no case at all; remove the key to hold for every channel".into(),
            );
        }
        for topic in target.topics.iter().flatten() {
            if !document.topics.keys().any(|known| known.as_ref() == topic.as_ref()) {
                let known = words(document.topics.keys().map(|t| t.as_ref().as_str()));
                let (at, topic) = (topic.span().start, topic.as_ref());
                self.say(
                    at,
                    format!("there is no topic `{topic}`; write one of {known}, or add [topics.{topic}]"),
                );
            }
        }
    }

    fn churn(&mut self, document: &Document) {
        let Some(churn) = &document.churn else { return };
        let churn = churn.as_ref();
        self.positive("[churn] half_life", &churn.half_life);
        let (flag, clear) = (*churn.flag_at.as_ref(), *churn.clear_at.as_ref());
        if !(flag.is_finite() && flag > 0.0) {
            self.say(churn.flag_at.span().start, "`flag_at` must be a score above 0".into());
        }
        if !(clear.is_finite() && clear > 0.0 && clear < flag) {
            let at = churn.clear_at.span().start;
            self.say(at, "`clear_at` must be above 0 and lower than `flag_at`: the flag goes on at the higher score and off at the lower; swap them if they are the wrong way round".into());
        }
        let mut seen = Vec::new();
        if churn.signals.is_empty() {
            let at = churn.rule.span().start;
            self.say(
                at,
                "without signals nobody is ever flagged; add [[churn.signals]], or remove [churn]".into(),
            );
        }
        for signal in &churn.signals {
            let (at, signal) = (signal.span().start, signal.as_ref());
            self.name("a signal's name", &signal.signal);
            if seen.contains(&signal.signal.as_ref()) {
                self.say(signal.signal.span().start, "two signals have this name; give one another".into());
            }
            seen.push(signal.signal.as_ref());
            if !(signal.weight.is_finite() && signal.weight > 0.0) {
                self.say(
                    at,
                    "a signal's `weight` must be above 0: a sign of leaving cannot lower the risk".into(),
                );
            }
            if !(signal.cap.is_finite() && signal.cap >= signal.weight) {
                self.say(
                    at,
                    "a signal's `cap` must be at least its `weight`, else one sign is already cut".into(),
                );
            }
            let needs = match signal.on {
                SignalSource::PageViewed if signal.page.is_none() => Some("`page`: which page"),
                SignalSource::Rated if signal.at_most.is_none() => {
                    Some("`at_most`: up to which share of the scale")
                }
                SignalSource::Custom if signal.name.is_none() => Some("`name`: which event"),
                SignalSource::RepeatContact if signal.within.is_none() => {
                    Some("`within`: how long after the contact before, for instance \"7d\"")
                }
                _ => None,
            };
            if let Some(needs) = needs {
                self.say(at, format!("this signal needs {needs}"));
            }
            for (key, given, goes_with) in [
                ("page", signal.page.is_some(), SignalSource::PageViewed),
                ("at_most", signal.at_most.is_some(), SignalSource::Rated),
                ("name", signal.name.is_some(), SignalSource::Custom),
                ("of", signal.of.is_some(), SignalSource::TargetMissed),
                ("within", signal.within.is_some(), SignalSource::RepeatContact),
            ] {
                if given && signal.on != goes_with {
                    self.say(at, format!("`{key}` has no effect on this signal; remove it, or change `on`"));
                }
            }
            if let Some(within) = &signal.within {
                self.positive("a signal's `within`", within);
            }
            if let Some(of) = signal.of.as_ref().filter(|_| signal.on == SignalSource::TargetMissed) {
                self.names_a_rule(of, "targets");
            }
            if signal.at_most.is_some_and(|share| !(0.0..=1.0).contains(&share)) {
                self.say(
                    at,
                    "`at_most` is a share of the scale from 0.0 to 1.0; for 2 of 5 write 0.4".into(),
                );
            }
        }
        let reachable: f64 = churn.signals.iter().map(|s| s.as_ref().cap).sum();
        if reachable < flag && !churn.signals.is_empty() {
            let at = churn.flag_at.span().start;
            self.say(at, format!("no customer can reach `flag_at`: all caps together are {reachable}; lower it or raise a cap"));
        }
    }

    pub(super) fn names_a_rule(&mut self, of: &Spanned<String>, table: &str) {
        if self.rules.get(of.as_ref()).is_none_or(|(_, defined)| *defined != table) {
            let known = self.rules.iter().filter(|(_, (_, t))| *t == table).map(|(name, _)| name.as_str());
            let known = words(known);
            let message =
                format!("`of = \"{}\"` names no rule of [{table}]; write one of {known}", of.as_ref());
            self.say(of.span().start, message);
        }
    }

    /// What is only for findings of one rule, or from so many reopenings on, must be for findings that have those.
    pub(super) fn narrowed(
        &mut self,
        on: PrescribeOn,
        of: Option<&Spanned<String>>,
        reopened: Option<&Spanned<u16>>,
    ) {
        match of {
            Some(of) if on == PrescribeOn::CaseReopened => {
                let message = "`of` has no effect on `case-reopened`: cases move by one rule; remove it";
                self.say(of.span().start, message.into());
            }
            Some(of) => self.names_a_rule(of, found_by(on)),
            None => {}
        }
        if let Some(reopened) = reopened {
            let at = reopened.span().start;
            if on != PrescribeOn::CaseReopened {
                self.say(at, "`reopened` goes with `on = \"case-reopened\"` only; remove it".into());
            } else if *reopened.as_ref() == 0 {
                self.say(at, "`reopened` is a number of reopenings, 1 or more".into());
            }
        }
    }

    fn prescriptions(&mut self, document: &Document) {
        for prescription in &document.prescriptions {
            let (at, p) = (prescription.span().start, prescription.as_ref());
            let table = found_by(p.on);
            if p.on == PrescribeOn::ChurnFlagged && document.churn.is_none() {
                self.say(at, "`on = \"churn-flagged\"` needs a [churn] table".into());
            }
            let several = self.rules.values().filter(|(_, t)| *t == table).count() > 1;
            if several && p.of.is_none() {
                let message =
                    format!("several rules of [{table}] could call for this; say which one with `of`");
                self.say(at, message);
            }
            self.narrowed(p.on, p.of.as_ref(), p.reopened.as_ref());
            if let Some(cause) = &p.cause {
                let signals = document.churn.iter().flat_map(|c| &c.as_ref().signals);
                let mut names = signals.map(|s| s.as_ref().signal.as_ref().as_str());
                if p.on != PrescribeOn::ChurnFlagged {
                    self.say(
                        cause.span().start,
                        "`cause` goes with `on = \"churn-flagged\"` only; remove it".into(),
                    );
                } else if !names.any(|name| name == cause.as_ref()) {
                    let message = format!(
                        "there is no signal `{}`; write a signal of [[churn.signals]]",
                        cause.as_ref()
                    );
                    self.say(cause.span().start, message);
                }
            }
            for (key, value) in [("action", &p.action), ("owner", &p.owner)] {
                if let Err(e) = Name::new(value) {
                    self.say(at, format!("`{key}` is no name: {e}"));
                }
            }
        }
    }
}

/// The table whose rules find something.
const fn found_by(on: PrescribeOn) -> &'static str {
    match on {
        PrescribeOn::TargetMissed => "targets",
        PrescribeOn::PromiseBroken => "promises",
        PrescribeOn::LimitPassed => "limits",
        PrescribeOn::ChurnFlagged => "churn",
        PrescribeOn::CaseReopened => "cases",
        PrescribeOn::MachineLoop => "loops",
        PrescribeOn::PartnerSilent => "partners",
    }
}

pub(super) fn words<'a>(words: impl Iterator<Item = &'a str>) -> String {
    let list: Vec<String> = words.map(|w| format!("`{w}`")).collect();
    if list.is_empty() { "(none is defined)".into() } else { list.join(", ") }
}
