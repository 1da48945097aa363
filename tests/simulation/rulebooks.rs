//! The rulebooks of a life: the one that it begins with, and others that are put in force while it is lived; and storms
//! that are declared meanwhile.

use super::facts::GRID;
use super::life::{Life, note};
use super::model::{Activation, Known, Wanted};
use super::node::Running;
use std::collections::{BTreeMap, BTreeSet};
use throughline::activated::Activated;
use throughline::core::name::{Interner, Name};
use throughline::core::time::{Micros, Span};
use throughline::engine::{Engine, EngineError};
use throughline::rules::activation::{ACTIVATION_KIND, Activation as What};
use throughline::rules::rulebook::Rulebooks;
use throughline::store::read::StoredEvent;
use tokio::task::JoinHandle;

/// The rulebook that a life begins with.
pub(crate) const FIRST: &str = include_str!("rulebook.toml");

/// How many are activated in one life at most.
const MOST: usize = 4;

/// The first one and those that are put in force after it: shorter and longer targets, rules and signs of other names,
/// other levels. Odd ones are strict.
pub(crate) fn variant(number: usize) -> String {
    let mut text = FIRST.replace("version = \"1\"", &format!("version = \"{}\"", number + 2));
    let changes: &[(&str, &str)] = if number % 2 == 1 {
        &[
            ("clock = \"first-human\"\nwithin = \"3h\"", "clock = \"first-human\"\nwithin = \"30m\""),
            ("within = \"6h\"\nrepeat = \"2h\"\ntimes = 3", "within = \"2h\"\nrepeat = \"1h\"\ntimes = 5"),
            ("half_life = \"6h\"\nflag_at = 3.0", "half_life = \"12h\"\nflag_at = 2.0"),
            ("lapse_after = \"20h\"", "lapse_after = \"5h\""),
        ]
    } else {
        &[
            ("rule = \"real-answer\"", "rule = \"an-answer\""),
            ("rule = \"transfers\"", "rule = \"moves\""),
            ("signal = \"again\"", "signal = \"once-more\""),
            ("clear_at = 1.5", "clear_at = 0.7"),
            ("settle = \"45m\"", "settle = \"15m\""),
        ]
    };
    for (from, to) in changes {
        assert!(text.contains(from), "the rulebook of the lives has changed: {from:?} is gone");
        text = text.replace(from, to);
    }
    text
}

/// A storm that hits whoever flies from one of two airports. Of the same name with another end, it takes the place of the
/// one before.
pub(crate) fn storm(number: usize, from: Micros, steps: i64) -> String {
    let until = from + Span(GRID.0 * steps);
    let (topic, airport) = [("delivery", "FRA"), ("billing", "MUC")][number % 2];
    format!(
        "disruption = \"storm-{number}\"\nfrom = \"{from}\"\nuntil = \"{until}\"\ntopics = [\"{topic}\"]\n\
         waiver = \"fee\"\nlonger = 2.5\n[[who]]\nfact = \"flies-from\"\nvalues = [\"{airport}\"]\n"
    )
}

/// The rulebooks of a log, made once for each list of activations.
#[derive(Debug)]
pub(crate) struct Library {
    made: BTreeMap<Vec<(Micros, Document)>, Rulebooks>,
}

/// What an activation puts in force.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Document {
    Rulebook(String),
    Disruption(String),
}

impl Library {
    pub(crate) const fn new() -> Self {
        Self { made: BTreeMap::new() }
    }

    /// What is in force by what a log holds.
    pub(crate) fn of(&mut self, log: &[StoredEvent], names: &mut Interner) -> Rulebooks {
        let mut latest = Micros(i64::MIN);
        let activations = log.iter().filter_map(|stored| {
            let before = latest;
            latest = before.max(stored.recorded.recorded_at);
            (stored.recorded.event.data.kind == ACTIVATION_KIND).then_some((&stored.recorded, before))
        });
        let key = activations.map(|(recorded, before)| {
            // After everything that stands before it in the log.
            let from = recorded.event.occurred_at.max(recorded.recorded_at).max(before + Span(1));
            match What::open(&recorded.event.data).unwrap() {
                What::Rulebook(document) => (from, Document::Rulebook(document)),
                What::Disruption(document) => (from, Document::Disruption(document)),
                other => panic!("nobody activates anything else here: {other:?}"),
            }
        });
        let key: Vec<_> = key.collect();
        if let Some(made) = self.made.get(&key) {
            return made.clone();
        }
        let mut rules = Rulebooks::parse(FIRST, names).unwrap();
        for (from, document) in &key {
            match document {
                Document::Rulebook(document) => drop(rules.activate(*from, document, names).unwrap()),
                Document::Disruption(document) => rules.declare(*from, document, names).unwrap(),
            }
        }
        // Those of lives before this one are not needed again.
        if self.made.len() > 64 {
            self.made.clear();
        }
        self.made.insert(key, rules.clone());
        rules
    }
}

/// Asks an engine to put something in force.
fn ask(engine: Engine, activation: &Activation) -> JoinHandle<Result<Activated, EngineError>> {
    let (what, from) = (activation.what(), activation.from);
    let by = Name::new("head-of-support").unwrap();
    tokio::spawn(async move {
        match what {
            What::Rulebook(document) => engine.activate(document, from, by).await,
            What::Disruption(document) => engine.declare(document, by).await,
            other => panic!("nobody activates anything else here: {other:?}"),
        }
    })
}

impl Activation {
    /// What is put in force.
    pub(crate) fn what(&self) -> What {
        match self.wanted {
            Wanted::Rulebook(number) => What::Rulebook(variant(number)),
            Wanted::Storm(number, steps) => What::Disruption(storm(number, self.from, steps)),
        }
    }
}

impl Life<'_> {
    /// A new activation, mostly from now on, or one that was asked for before.
    pub(crate) fn some_activation(&mut self, engine: Engine) -> Option<Running> {
        let asked = self.model.activations.len();
        let again = asked > 0 && (asked == MOST || self.rng.chance(300));
        let index = if again { self.rng.below(asked as u64) as usize } else { asked };
        if !again {
            let steps = [-8, 0, 0, 0, 0, 2, 12];
            let from = self.now + Span(GRID.0 * self.rng.pick(&steps).copied()?);
            let (known, positions) = (Known::Absent, BTreeSet::new());
            let wanted = if self.rng.chance(500) {
                let lasts = [3, 12, 40, 100];
                // No two documents are the same.
                Wanted::Storm(self.rng.below(2) as usize, self.rng.pick(&lasts).copied()? + index as i64)
            } else {
                Wanted::Rulebook(index)
            };
            self.model.activations.push(Activation { wanted, from, known, positions });
        }
        let activation = &self.model.activations[index];
        note!(self, "{:?} is to be in force from {}", activation.wanted, activation.from);
        Some(Running::Activate(index, ask(engine, activation)))
    }

    /// An activation was answered.
    pub(crate) fn activated(&mut self, index: usize, activated: &Activated) -> Result<(), String> {
        let activation = &mut self.model.activations[index];
        activation.positions.insert(activated.position);
        if matches!(activation.wanted, Wanted::Rulebook(_)) && activation.positions.len() > 1 {
            let known = &activation.positions;
            return Err(format!("a rulebook was acknowledged at {known:?}, which is twice: {activated:?}"));
        }
        if activated.effective_at < activated.recorded_at {
            return Err(format!("in force before it was recorded: {activated:?}"));
        }
        let is_new = u64::from(activation.known != Known::Acknowledged);
        match activation.wanted {
            Wanted::Rulebook(_) => self.met.activations += is_new,
            Wanted::Storm(..) => self.met.storms += is_new,
        }
        activation.known = Known::Acknowledged;
        Ok(())
    }
}
