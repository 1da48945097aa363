//! The real engine on a store in memory, with a clock that goes when it is told to; and beside it the pure fold.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::sync::Arc;
use throughline::Engine;
use throughline::brief::BriefFor;
use throughline::core::event::NewEvent;
use throughline::core::fact::{Fact, ProfileIx};
use throughline::core::ids::{ContactId, CustomerId, LinkId, ProfileId};
use throughline::core::name::{Interner, Name};
use throughline::core::time::Micros;
use throughline::engine::{Announcements, EngineError};
use throughline::rules::contact::may_contact;
use throughline::rules::decision::Decision;
use throughline::rules::evaluate::Evaluator;
use throughline::rules::journey::Journey;
use throughline::rules::ledger::Judged;
use throughline::rules::permission::{Permission, Refusal};
use throughline::rules::rulebook::Rulebooks;
use throughline::rules::view::JourneyView;
use throughline::store::memory::MemoryStore;
use throughline_testkit::clock::ManualClock;
use throughline_testkit::scenario::{DAY_ONE, Happening, Question, Reader, Scenario, Teller, What};

pub(crate) struct EngineTeller {
    engine: Engine,
    clock: ManualClock,
    announcements: Announcements,
    facts: Vec<(ProfileId, NewEvent)>,
    links: BTreeMap<LinkId, (ProfileId, ProfileId)>,
    /// What the company said that it can keep, from when on.
    capabilities: Vec<(Micros, String)>,
    /// The documents of disruptions, each with from when on it counts.
    declared: Vec<(Micros, String)>,
}

impl EngineTeller {
    pub(crate) async fn start(scenario: &Scenario) -> Self {
        assert_eq!(scenario.rulebook, "", "these stories go by the rulebook that ships");
        let clock = ManualClock::at(DAY_ONE);
        let shown = clock.clone();
        let engine = Engine::builder(Arc::new(MemoryStore::new()));
        let engine = engine.clock(move || shown.now()).start().await.unwrap();
        let announcements = engine.subscribe("story").await.unwrap().with_historical();
        let (facts, links) = (Vec::new(), BTreeMap::new());
        let (declared, capabilities) = (Vec::new(), Vec::new());
        Self { engine, clock, announcements, facts, links, capabilities, declared }
    }

    /// Where everybody is in the end, and what stands announced of them.
    pub(crate) async fn end(&self, scenario: &Scenario) -> Vec<(JourneyView, Vec<Decision>)> {
        let mut ends = Vec::new();
        for (_, profile) in scenario.names.customers() {
            let journey = self.engine.journey(profile, self.clock.now()).await.unwrap();
            ends.push((journey, self.standing(profile).await));
        }
        ends
    }

    async fn standing(&self, profile: ProfileId) -> Vec<Decision> {
        let announced = self.engine.announced(profile).await.unwrap();
        let mut decisions: Vec<Decision> = announced.into_iter().map(|a| a.decision).collect();
        decisions.sort_by(|a, b| a.slot.cmp(&b.slot));
        decisions
    }

    /// The pure fold of the facts that the engine was given, and what it went by.
    fn fold_of(&self, profile: ProfileId, as_of: Micros) -> Folded {
        let mut profiles = BTreeSet::from([profile]);
        for _ in 0..self.links.len() {
            for (a, b) in self.links.values() {
                if profiles.contains(a) || profiles.contains(b) {
                    profiles.extend([*a, *b]);
                }
            }
        }
        let mut mine: Vec<&NewEvent> =
            self.facts.iter().filter(|(p, _)| profiles.contains(p)).map(|(_, event)| event).collect();
        mine.sort_by_key(|event| event.canonical_key());
        mine.dedup_by_key(|event| event.id);
        let (rules, mut names) = self.rules();
        let facts: Vec<Fact> = mine.iter().map(|event| Fact::of(event, ProfileIx(0), &mut names)).collect();
        let (mut journey, mut judged) = (Journey::new(), Judged::default());
        Evaluator::new(&rules).fold(&mut journey, &facts, as_of, &mut judged);
        let customer = CustomerId::of(profiles).unwrap();
        Folded { customer, journey, judged, rules, names }
    }

    /// The rulebook that ships, the disruptions, and what the company said that it can keep.
    fn rules(&self) -> (Rulebooks, Interner) {
        let mut names = Interner::new();
        let mut rules = Rulebooks::standard(&mut names);
        for (from, document) in &self.declared {
            rules.declare(*from, document, &mut names).unwrap();
        }
        for (from, document) in &self.capabilities {
            rules.declare_capability(*from, document, &mut names).unwrap();
        }
        (rules, names)
    }

    /// What the pure fold makes of the facts that the engine was given.
    fn fold(&self, profile: ProfileId, as_of: Micros) -> (JourneyView, Vec<Decision>) {
        let Folded { customer, journey, judged, rules, names } = self.fold_of(profile, as_of);
        let view = JourneyView::of(&journey, customer, &rules, &names, as_of, &BTreeMap::new());
        let mut decisions: Vec<Decision> = judged.decisions.iter().map(|(d, _)| d.named(&names)).collect();
        decisions.sort_by(|a, b| a.slot.cmp(&b.slot));
        (view, decisions)
    }

    /// The engine refuses what the pure function refuses, and for as many reasons.
    fn assert_guards(&self, profile: ProfileId, said: &Permission) {
        let Folded { journey, rules, mut names, .. } = self.fold_of(profile, said.as_of);
        let purpose = names.intern(said.purpose.as_str());
        let pure = may_contact(&journey, &rules, purpose, said.as_of).named(&names, &BTreeMap::new());
        let events = |p: &Permission| p.refusals.iter().map(Refusal::event).collect::<Vec<_>>();
        assert_eq!(events(said), events(&pure), "the engine and the pure guard differ");
    }

    fn assert_folds(&self, profile: ProfileId, view: &JourneyView) {
        let mut folded = self.fold(profile, view.as_of).0;
        let mut view = view.clone();
        // Under which handle a case was announced first is the ledger's business, which the fold does not know.
        for case in view.cases.iter_mut().chain(&mut folded.cases) {
            case.handle = ContactId::default();
        }
        assert_eq!(view, folded, "the engine and the pure fold differ");
    }
}

/// What the pure fold comes to.
struct Folded {
    customer: CustomerId,
    journey: Journey,
    judged: Judged,
    rules: Rulebooks,
    names: Interner,
}

impl Teller for EngineTeller {
    type Error = EngineError;

    async fn advance(&mut self, now: Micros) -> Result<Option<Micros>, EngineError> {
        self.clock.set(now);
        self.engine.advance().await
    }

    async fn learn(&mut self, now: Micros, happening: &Happening) -> Result<(), EngineError> {
        self.clock.set(now);
        match &happening.what {
            What::Fact { profile, event } => {
                self.facts.push((*profile, event.clone()));
                self.engine.record(*profile, event.clone()).await.map(drop)
            }
            What::Linked { link, a, b } => {
                self.links.insert(*link, (*a, *b));
                self.engine.link(*link, *a, *b).await
            }
            What::Unlinked { link, a, b } => {
                self.links.remove(link);
                self.engine.unlink(*link, *a, *b).await
            }
            What::Capability { document } => {
                let by = Name::new("operations").unwrap();
                let declared = self.engine.declare_capability(document.clone(), by).await?;
                self.capabilities.push((declared.effective_at, document.clone()));
                Ok(())
            }
            What::Declared { document, by } => {
                let declared = self.engine.declare(document.clone(), by.clone()).await?;
                self.declared.push((declared.effective_at, document.clone()));
                Ok(())
            }
        }
    }

    async fn answer(&mut self, now: Micros, question: &Question) -> Result<String, EngineError> {
        Ok(match question {
            Question::Journey { profile, as_of } => {
                let view = self.engine.journey(*profile, *as_of).await?;
                self.assert_folds(*profile, &view);
                assert_eq!(
                    self.standing(*profile).await,
                    self.fold(*profile, now).1,
                    "the ledger and the fold"
                );
                view.to_string()
            }
            Question::Known { profile, at } => self.engine.known(*profile, *at, *at).await?.to_string(),
            Question::Standing { profile } => {
                let mut standing = self.standing(*profile).await;
                standing.sort_by_key(|decision| decision.effective_at);
                standing.iter().fold(String::new(), |mut text, decision| {
                    let _ = writeln!(text, "{}  {decision}", decision.effective_at);
                    text
                })
            }
            Question::MayContact { profile, purpose } => {
                let permission = self.engine.may_contact(*profile, purpose, now).await?;
                self.assert_guards(*profile, &permission);
                permission.to_string()
            }
            Question::MayPromise { what, due } => {
                let answer = self.engine.may_promise(what, *due, now).await?;
                let (rules, mut names) = self.rules();
                let pure = rules.may_promise(names.intern(what.as_str()), *due, now).named(&names);
                assert_eq!(answer, pure, "the engine and the pure function differ");
                answer.to_string()
            }
            Question::Brief { profile, reader } => {
                let reader = match reader {
                    Reader::Agent => BriefFor::Agent,
                    Reader::Caller => BriefFor::Caller,
                };
                self.engine.brief(*profile, reader, now).await?.to_string()
            }
            Question::AccountBrief { account, profiles } => {
                self.engine.brief_of_account(account, profiles, now).await?.to_string()
            }
            Question::Explanation { contact } => match self.engine.explain(*contact, now).await? {
                Some(explanation) => explanation.to_string(),
                None => "there is no such case".into(),
            },
            Question::Announcements => {
                let mut text = String::new();
                while let Some(notice) = self.announcements.try_next().await? {
                    let _ = writeln!(text, "{}  {}", notice.announced_at, notice.entry);
                }
                if text.is_empty() { "nothing new".into() } else { text }
            }
        })
    }
}
