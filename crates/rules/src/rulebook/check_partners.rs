//! Checks what a document says of third parties, of apologies, and of topics that come of others.

use super::check::{Check, words};
use super::document::{Document, PrescribeOn, SignalSource};
use alloc::{collections::BTreeSet, format};

impl Check<'_> {
    pub(super) fn partners(&mut self, document: &Document) {
        let Some(partners) = &document.partners else { return self.needs_partners(document) };
        let partners = partners.as_ref();
        if let Some(expected) = &partners.expected {
            self.positive("[partners] expected", expected);
        }
        for (who, expected) in &partners.expected_of {
            self.name("a partner's name", who);
            self.positive("what is expected of a partner", expected);
        }
        let mut known = BTreeSet::new();
        for status in &partners.last {
            self.name("where a thing stands", status);
            if !known.insert(status.as_ref()) {
                self.say(
                    status.span().start,
                    format!("`{}` stands here twice; once is enough", status.as_ref()),
                );
            }
        }
    }

    /// What reacts to a partner's silence has no effect where nobody listens.
    fn needs_partners(&mut self, document: &Document) {
        let prescriptions = document.prescriptions.iter();
        let prescriptions = prescriptions.map(|p| (p.span().start, p.as_ref().on));
        let apologies = document.apologies.iter().map(|a| (a.span().start, a.as_ref().on));
        let signals = document.churn.iter().flat_map(|churn| &churn.as_ref().signals);
        let signals = signals.filter(|s| s.as_ref().on == SignalSource::PartnerSilent);
        let places = prescriptions.chain(apologies).filter(|(_, on)| *on == PrescribeOn::PartnerSilent);
        for at in places.map(|(at, _)| at).chain(signals.map(|s| s.span().start)) {
            self.say(at, "`on = \"partner-silent\"` needs a [partners] table".into());
        }
    }

    pub(super) fn apologies(&mut self, document: &Document) {
        for apology in &document.apologies {
            let (at, apology) = (apology.span().start, apology.as_ref());
            self.name("`reason`", &apology.reason);
            if matches!(apology.on, PrescribeOn::ChurnFlagged | PrescribeOn::MachineLoop) {
                self.say(at, "an apology is owed for what we failed to do: write `on` = `target-missed`, `promise-broken`, `limit-passed`, `case-reopened` or `partner-silent`".into());
                continue;
            }
            self.narrowed(apology.on, apology.of.as_ref(), apology.reopened.as_ref());
        }
    }

    /// A topic comes of topics that there are, and not of itself in the end.
    pub(super) fn children(&mut self, document: &Document) {
        let topic = |name: &str| document.topics.iter().find(|(known, _)| known.as_ref() == name);
        for (name, rules) in &document.topics {
            for parent in &rules.child_of {
                if topic(parent.as_ref()).is_none() {
                    let known = words(document.topics.keys().map(|t| t.as_ref().as_str()));
                    let (at, parent) = (parent.span().start, parent.as_ref());
                    self.say(
                        at,
                        format!(
                            "there is no topic `{parent}`; write one of {known}, or add [topics.{parent}]"
                        ),
                    );
                    continue;
                }
                let (mut seen, mut next) = (BTreeSet::new(), alloc::vec![parent.as_ref().as_str()]);
                while let Some(ancestor) = next.pop().filter(|_| !seen.contains(name.as_ref().as_str())) {
                    if seen.insert(ancestor) {
                        let above = topic(ancestor).into_iter().flat_map(|(_, rules)| &rules.child_of);
                        next.extend(above.map(|above| above.as_ref().as_str()));
                    }
                }
                if seen.contains(name.as_ref().as_str()) {
                    let (at, name) = (parent.span().start, name.as_ref());
                    self.say(
                        at,
                        format!("the topic `{name}` would come of itself; remove `{}` here", parent.as_ref()),
                    );
                }
            }
        }
    }
}
