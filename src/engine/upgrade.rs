//! What a new build, or another rulebook at the start, would announce differently: found out without announcing it.
//!
//! The ledger says what the builds before announced; this build judges every customer by what is in force and compares.
//! Nothing is written, so it can be run on a store that is in use, before the new build takes over.

use super::in_force::{InForce, Shared};
use super::load::{Known, fetch};
use super::reading::customer_of;
use super::{EngineBuilder, EngineError};
use crate::replay::Progress;
use crate::replay::what_if::{Compared, RuleDifference, Tally};
use hashbrown::HashSet;
use rustc_hash::FxBuildHasher;
use serde::Serialize;
use std::collections::BTreeMap;
use std::fmt;
use throughline_core::event::Position;
use throughline_core::ids::ProfileId;
use throughline_core::name::{Interner, Sym};
use throughline_core::time::Micros;
use throughline_rules::decision::{Decision, Slot};
use throughline_rules::evaluate::{Evaluator, EvaluatorVersion};
use throughline_rules::journey::Journey;
use throughline_rules::ledger::Judged;
use throughline_rules::rulebook::Rulebooks;
use throughline_store::contract::EventStore;
use throughline_store::stream::{StreamKey, TenantId};

/// How many events are read at once.
const PAGE: usize = 4_096;

/// What would be announced differently.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct UpgradePlan {
    /// The version of this form. Fields may be added within a version.
    pub format: u32,
    /// The newest version of the evaluator that this build has.
    pub evaluator: u16,
    /// The rulebook in force at that instant, `id@version`.
    pub rulebook: String,
    /// The instant that everything is as of: when the last event of the log was recorded. What became due since is no
    /// difference.
    pub as_of: Micros,
    /// Customers with at least one fact.
    pub customers: u64,
    /// Customers of whom something would be announced, taken back or amended.
    pub affected: u64,
    /// What stands announced in all (`as_is`), and what would (`what_if`).
    pub announcements: Compared<u64>,
    /// What stands and would be amended for no other reason than that it would name another rulebook.
    pub renamed: u64,
    /// What differs, by kind and rule: what would be announced is `new`, what would be taken back `gone`, and what would be
    /// amended `sooner`, `later` or `reworded`.
    pub by_rule: Vec<RuleDifference>,
}

impl UpgradePlan {
    /// The version of the form.
    pub const FORMAT: u32 = 1;

    /// Whether nothing would be announced.
    pub const fn is_empty(&self) -> bool {
        self.affected == 0
    }
}

impl fmt::Display for UpgradePlan {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { customers, affected, announcements, renamed, .. } = self;
        writeln!(f, "as of {} by rulebook {}, evaluator {}", self.as_of, self.rulebook, self.evaluator)?;
        write!(
            f,
            "{} announcements stand; {affected} of {customers} customers affected",
            announcements.as_is
        )?;
        if self.is_empty() {
            return write!(f, "\nnothing would be announced differently");
        }
        if *renamed > 0 {
            write!(f, "\n{renamed} would name another rulebook and say the same")?;
        }
        for rule in &self.by_rule {
            write!(f, "\n\n{rule}")?;
        }
        Ok(())
    }
}

impl EngineBuilder {
    /// Lists what the engine that this would start would announce differently from what stands announced, and announces
    /// nothing: run it with a new build, or with another first rulebook, before that takes over. Reads the whole log once
    /// and every customer once, in the order of the log; `progress` hears how many events of the log are looked at.
    pub async fn plan_upgrade(self, progress: Option<&Progress>) -> Result<UpgradePlan, EngineError> {
        let first = InForce::new(self.rulebook.into(), self.identifier_key)?;
        let in_force = Shared::new(self.store.clone(), self.tenant.clone(), first).now().await?;
        let planner = Planner {
            store: &*self.store,
            tenant: &self.tenant,
            rules: &in_force.rules,
            as_of: log_time(&*self.store).await?,
            seen: HashSet::default(),
            names: (*in_force.names).clone(),
            tally: Tally::default(),
            customers: 0,
            affected: 0,
            renamed: 0,
        };
        planner.plan(progress).await
    }
}

/// Judges one customer after the other.
struct Planner<'a> {
    store: &'a dyn EventStore,
    tenant: &'a TenantId,
    rules: &'a Rulebooks,
    as_of: Micros,
    seen: HashSet<ProfileId, FxBuildHasher>,
    names: Interner,
    tally: Tally,
    customers: u64,
    affected: u64,
    renamed: u64,
}

/// When the last event of the log was recorded.
async fn log_time(store: &dyn EventStore) -> Result<Micros, EngineError> {
    let head = store.head().await?;
    let last = store.read_all(Position(head.0.saturating_sub(1)), 1).await?;
    Ok(last.events.last().map_or(Micros(0), |event| event.recorded.recorded_at))
}

impl Planner<'_> {
    async fn plan(mut self, progress: Option<&Progress>) -> Result<UpgradePlan, EngineError> {
        let head = self.store.head().await?;
        let mut after = Position(0);
        while after < head {
            let page = self.store.read_all(after, PAGE).await?;
            let Some(last) = page.last_position() else { break };
            for event in page.events.iter().filter(|event| event.stream.tenant == *self.tenant) {
                if let StreamKey::Profile(profile) = event.stream.key
                    && !self.seen.contains(&profile)
                {
                    self.judge(profile).await?;
                }
            }
            after = last;
            if let Some(progress) = progress {
                progress(after.0.min(head.0), Some(head.0));
            }
        }
        Ok(self.found())
    }

    /// Compares what stands announced of a profile's customer with what follows.
    async fn judge(&mut self, profile: ProfileId) -> Result<(), EngineError> {
        let streams = fetch(self.store, self.tenant, profile, Known::ALL).await?;
        self.seen.extend(streams.profiles().copied());
        let customer = customer_of(streams.profiles().copied(), profile);
        let loaded = streams.assemble(&mut self.names)?;
        let as_of = self.as_of.max(loaded.recorded_until);
        let (mut journey, mut judged) = (Journey::new(), Judged::default());
        let folded = Evaluator::new(self.rules).fold(&mut journey, &loaded.facts, as_of, &mut judged);
        let said: Vec<&Decision<Sym>> = loaded.announced.effective().map(|(a, _)| &a.decision).collect();
        let inside = |slot: &Slot<Sym>| Slot { case: judged.inside(slot.case), ..*slot };
        let by_slot: BTreeMap<Slot<Sym>, &Decision<Sym>> =
            said.iter().map(|decision| (inside(&decision.slot), *decision)).collect();
        let mut follows = Vec::with_capacity(judged.decisions.len());
        let mut renamed = 0;
        for (decision, _) in &judged.decisions {
            let stands = by_slot.get(&decision.slot);
            // What has not settled is not said for the first time, but what stands is amended at once.
            let settles =
                decision.effective_at + self.rules.settle(decision.slot.rule, decision.effective_at);
            if stands.is_some() || settles <= as_of {
                follows.push(decision);
            }
            let same = stands.filter(|said| said.concludes_the_same(decision));
            renamed += u64::from(same.is_some_and(|said| said.rulebook != decision.rulebook));
        }
        let differs = self.tally.compare(customer, [&said, &follows], |case| judged.inside(case));
        self.customers += u64::from(folded > 0);
        self.affected += u64::from(differs || renamed > 0);
        self.renamed += renamed;
        Ok(())
    }

    fn found(self) -> UpgradePlan {
        UpgradePlan {
            format: UpgradePlan::FORMAT,
            evaluator: EvaluatorVersion::NEWEST.0,
            rulebook: self.names.resolve(self.rules.in_force(self.as_of).1.label).to_owned(),
            as_of: self.as_of,
            customers: self.customers,
            affected: self.affected,
            announcements: self.tally.decisions(),
            renamed: self.renamed,
            by_rule: self.tally.by_rule(&self.names),
        }
    }
}
