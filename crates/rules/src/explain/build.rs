//! Puts an explanation together.

use super::fold::{Folded, fold};
use super::{
    CaseEffort, CaseExplanation, DecisionExplanation, DecisionView, EvidenceView, GivenApology, InstanceView,
    NextView,
};
use crate::apology_view::ApologyView;
use crate::case::{Case, CaseIx};
use crate::deadline::{Deadline, DeadlineKind};
use crate::decision::{Decision, Slot};
use crate::ledger::{Announced, AnnouncementId, handle_of};
use crate::rulebook::Rulebooks;
use crate::view::{CaseView, JourneyView};
use alloc::collections::{BTreeMap, BTreeSet};
use alloc::string::{String, ToString};
use alloc::vec::Vec;
use throughline_core::event::{ApologyStep, EventData};
use throughline_core::fact::Fact;
use throughline_core::ids::{ContactId, CustomerId, EventId};
use throughline_core::name::Interner;
use throughline_core::time::Micros;

/// What an explanation is worked out from.
struct Asked<'a> {
    folded: Folded<'a>,
    view: JourneyView,
    handles: BTreeMap<ContactId, ContactId>,
    announced: &'a Announced,
    rules: &'a Rulebooks,
    names: &'a Interner,
    as_of: Micros,
}

impl CaseExplanation {
    /// Explains the case that a handle names, from facts in canonical order, as far as `as_of`. None if there is no such
    /// case, or if it was settled so long ago that only a stub is kept of it.
    pub fn of(
        handle: ContactId,
        facts: &[Fact],
        as_of: Micros,
        rules: &Rulebooks,
        names: &Interner,
        announced: &Announced,
    ) -> Option<Self> {
        Asked::of(facts, as_of, rules, names, announced).case(handle)
    }
}

impl DecisionExplanation {
    /// Explains what was announced and stands: by the facts of its customer in canonical order, as far as `as_of`. None if
    /// no such announcement stands. Where the rule is written has to be looked up by whoever has the documents.
    pub fn of(
        announcement: AnnouncementId,
        facts: &[Fact],
        as_of: Micros,
        rules: &Rulebooks,
        names: &Interner,
        announced: &Announced,
    ) -> Option<Self> {
        let mut standing = announced.effective().map(|(said, _)| said.named(names));
        let said = standing.find(|said| said.id() == announcement)?;
        let asked = Asked::of(facts, as_of, rules, names, announced);
        let handle = said.decision.slot.case;
        Some(Self {
            format: CaseExplanation::FORMAT,
            announcement,
            explained: asked.decision(&said.decision, Some(announcement)),
            source: None,
            case: (!handle.is_nil()).then(|| asked.case(handle)).flatten(),
            decision: said.decision,
        })
    }
}

impl<'a> Asked<'a> {
    fn of(
        facts: &'a [Fact],
        as_of: Micros,
        rules: &'a Rulebooks,
        names: &'a Interner,
        announced: &'a Announced,
    ) -> Self {
        let folded = fold(facts, as_of, rules, names);
        let handles = folded.judged.handles(announced);
        // Whose journey it is stands in no case.
        let nobody = CustomerId::default();
        let view = JourneyView::of(&folded.journey, nobody, rules, names, as_of, &handles);
        Self { folded, view, handles, announced, rules, names, as_of }
    }

    fn case(&self, handle: ContactId) -> Option<CaseExplanation> {
        let cases = &self.folded.journey.cases;
        let inside = self.folded.judged.inside(handle);
        let ix = cases.of_contact(inside).or_else(|| cases.of_key(inside))?;
        let case = cases.get(ix);
        let view = self.view.cases.get(ix.place())?.clone();
        let of_it =
            |contact: Option<ContactId>| contact.is_some_and(|contact| view.contacts.contains(&contact));
        let made_in = self.folded.journey.promises.open().iter().filter(|p| of_it(p.contact)).map(|p| p.id);
        let made_in: BTreeSet<_> = made_in.collect();
        Some(CaseExplanation {
            format: CaseExplanation::FORMAT,
            as_of: self.as_of,
            rulebook: self.view.rulebook.clone(),
            began_under: self.names.resolve(self.rules.get(case.rulebook).label).into(),
            instances: self.instances(case, &view),
            effort: self.effort(ix),
            inherited: self.inherited(case),
            decisions: self.decisions(case.key),
            promises: self.view.promises.iter().filter(|p| made_in.contains(&p.promise)).cloned().collect(),
            partners: self.view.partners.iter().filter(|p| p.case == Some(view.handle)).cloned().collect(),
            apologies: self
                .folded
                .journey
                .apologies_of(ix)
                .map(|owed| ApologyView::of(owed, self.rules, self.names, &self.handles))
                .collect(),
            apologised: self.apologised(ix),
            next: self.next(ix, &view),
            case: view,
        })
    }

    fn apologised(&self, ix: CaseIx) -> Vec<GivenApology> {
        let cases = &self.folded.journey.cases;
        let opened_at = cases.get(ix).opened_at;
        let of_family =
            |contact: Option<ContactId>, at: Micros| match contact.and_then(|c| cases.of_contact(c)) {
                Some(of) => cases.family(ix).any(|one| one.key == cases.get(of).key),
                None => contact.is_none() && at >= opened_at,
            };
        let given = self.folded.facts.iter().filter_map(|fact| match &fact.data {
            EventData::Apology(e) if e.step == ApologyStep::Given && of_family(e.contact, fact.at) => {
                let agent = e.agent.map(|agent| self.names.resolve(agent).into());
                Some(GivenApology { at: fact.at, event: fact.id, agent, contact: e.contact })
            }
            _ => None,
        });
        given.collect()
    }

    fn instances(&self, case: &Case, view: &CaseView) -> Vec<InstanceView> {
        let mut instances = self.folded.over.get(&case.key).cloned().unwrap_or_default();
        instances.push(InstanceView {
            number: instances.len() as u16 + 1,
            started_at: case.instance.started_at,
            ended_at: None,
            clocks: view.clocks.clone(),
        });
        instances
    }

    fn effort(&self, ix: CaseIx) -> CaseEffort {
        self.folded.borne.of_case(&self.folded.journey, ix, self.as_of)
    }

    fn inherited(&self, case: &Case) -> Option<CaseEffort> {
        let cases = &self.folded.journey.cases;
        let mut sum: Option<CaseEffort> = None;
        let mut parent = case.parent();
        // The line of parents cannot be longer than there are cases.
        for _ in cases.cases() {
            let Some(ix) = parent.and_then(|key| cases.of_key(key)) else { break };
            sum.get_or_insert_default().add(&self.effort(ix));
            parent = cases.get(ix).parent();
        }
        sum
    }

    fn decisions(&self, key: ContactId) -> Vec<DecisionView> {
        let standing: BTreeMap<_, _> = self
            .announced
            .effective()
            .map(|(said, _)| {
                let slot = said.decision.slot;
                let inside = Slot { case: self.folded.judged.inside(slot.case), ..slot };
                (inside.named(self.names), said.named(self.names).id())
            })
            .collect();
        let decisions = self.folded.judged.decisions.iter().filter(|(d, _)| d.slot.case == key);
        let explained = decisions.map(|(decision, _)| {
            let named = decision.named(self.names);
            let id = standing.get(&named.slot).copied();
            let public = handle_of(named.slot.case, &self.handles);
            let named = Decision { slot: Slot { case: public, ..named.slot.clone() }, ..named };
            self.decision(&named, id)
        });
        explained.collect()
    }

    fn decision(&self, decision: &Decision, announcement: Option<AnnouncementId>) -> DecisionView {
        let evidence = |event: &EventId| {
            let fact = self.folded.facts.iter().find(|fact| fact.id == *event);
            EvidenceView {
                event: *event,
                at: fact.map(|fact| fact.at),
                kind: fact.map(|fact| fact.data.kind().as_str()),
                contact: fact.and_then(|fact| fact.data.contact()),
            }
        };
        DecisionView {
            at: decision.effective_at,
            decision: decision.slot.kind,
            what: decision.to_string(),
            rule: decision.slot.rule.clone(),
            rulebook: decision.rulebook.clone(),
            evidence: decision.evidence.iter().map(evidence).collect(),
            announcement,
        }
    }

    /// The first deadline that is about the case: its own, that of a promise made in it, or that of a partner.
    fn next(&self, ix: CaseIx, view: &CaseView) -> Option<NextView> {
        let journey = &self.folded.journey;
        let key = journey.cases.get(ix).key;
        let about = |deadline: &&Deadline| match deadline.kind {
            DeadlineKind::Target { .. } | DeadlineKind::Lapse => deadline.subject == key.0,
            DeadlineKind::Promise => journey.promises.open().iter().any(|promise| {
                promise.id.0 == deadline.subject
                    && promise.contact.is_some_and(|of| view.contacts.contains(&of))
            }),
            DeadlineKind::PartnerSilent => {
                let told_by = deadline.trigger.event;
                let mut things = journey.partners().iter().filter(|thing| thing.updated_by.event == told_by);
                things.any(|thing| journey.case_of_thing(thing) == Some(ix))
            }
            DeadlineKind::Unanswered | DeadlineKind::ChurnClears => false,
        };
        let deadline = journey.deadlines.as_slice().iter().rev().find(about)?;
        let rule = String::from(self.names.resolve(self.rules.rule_name(deadline.rule)));
        let what = match deadline.kind {
            DeadlineKind::Target { .. } => "a target is missed".into(),
            DeadlineKind::Lapse => "it lapses".into(),
            DeadlineKind::Promise => "a promise is broken".into(),
            DeadlineKind::PartnerSilent => "a partner has been silent for too long".into(),
            DeadlineKind::Unanswered | DeadlineKind::ChurnClears => return None,
        };
        Some(NextView { at: deadline.at, what, rule })
    }
}
