//! How good the boilerplate test is: its verdicts on replies that were labelled by hand.
//!
//! The labels are numbers of tweets and letters; the words are in the log alone. `docs/TEXTS.md` has the protocol and this
//! table: `cargo test --test real_logs boilerplate -- --nocapture`.

use super::{data, document, read};
use std::collections::BTreeMap;
use std::io::Write;
use std::sync::Arc;
use throughline::annotate::{TextReader, count_reply};
use throughline::core::event::{EventData, NewEvent, TextVerdict};
use throughline::core::ids::{EventId, ProfileId};
use throughline::core::name::{Interner, Name};
use throughline::rules::rulebook::Rulebooks;
use throughline::rules::texts::{
    Annotation, Annotator, AnnotatorFailed, Boilerplate, Said, ShingleCounts, Shingles,
};

/// What was labelled, by the event of the tweet: whether it is boilerplate.
fn labels() -> BTreeMap<EventId, bool> {
    let lines = include_str!("boilerplate.txt").lines().filter(|line| !line.starts_with('#'));
    let label = |line: &str| {
        let (tweet, label) = line.split_once(' ').unwrap();
        let judged = match label {
            "b" => true,
            "s" => false,
            "x" => return None,
            other => panic!("{tweet} is labelled {other}"),
        };
        Some((EventId::derived("twitter", tweet), judged))
    };
    lines.filter_map(label).collect()
}

/// What came of one `k` and `τ`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Score {
    fingerprints: usize,
    right: u32,
    wrong: u32,
    missed: u32,
    /// How many replies of the whole log were judged boilerplate.
    judged: u32,
}

impl Score {
    fn precision(self) -> f64 {
        f64::from(self.right) / f64::from((self.right + self.wrong).max(1))
    }

    fn recall(self) -> f64 {
        f64::from(self.right) / f64::from((self.right + self.missed).max(1))
    }
}

fn counted(log: &[(ProfileId, NewEvent)], other_customers: u16) -> ShingleCounts {
    let (mut counts, mut shingles) = (ShingleCounts::new(other_customers), Shingles::new());
    for (profile, event) in log {
        count_reply(&mut counts, &mut shingles, *profile, &event.data);
    }
    counts
}

/// Reads the whole log, as an import does, and compares what is said with the labels.
fn score(
    log: &[(ProfileId, NewEvent)],
    annotator: Arc<dyn Annotator>,
    labels: &BTreeMap<EventId, bool>,
) -> Score {
    let mut reader = TextReader::new(vec![annotator]);
    let mut score = Score::default();
    for (profile, event) in log {
        let facts = reader.read(*profile, event).unwrap();
        let is_boilerplate = facts.iter().any(|fact| {
            matches!(&fact.data, EventData::TextJudged(judged) if judged.verdict == TextVerdict::Boilerplate)
        });
        score.judged += u32::from(is_boilerplate);
        match (is_boilerplate, labels.get(&event.id)) {
            (true, Some(true)) => score.right += 1,
            (true, Some(false)) => score.wrong += 1,
            (false, Some(true)) => score.missed += 1,
            (false, Some(false)) | (_, None) => {}
        }
    }
    score
}

fn by_shingles(
    log: &[(ProfileId, NewEvent)],
    k: u16,
    per_mille: u16,
    labels: &BTreeMap<EventId, bool>,
) -> Score {
    let set = counted(log, k).fingerprints(1, per_mille);
    let fingerprints = set.len();
    Score { fingerprints, ..score(log, Arc::new(Boilerplate::new(Arc::new(set), [])), labels) }
}

/// Says boilerplate of every reply: what precision and recall are compared with.
#[derive(Debug)]
struct All;

impl Annotator for All {
    fn name(&self) -> Name {
        Name::new("all").unwrap()
    }

    fn version(&self) -> u32 {
        1
    }

    fn annotate(&self, said: &Said<'_>) -> Result<Annotation, AnnotatorFailed> {
        let verdict = said.question.map(|_| TextVerdict::Boilerplate);
        Ok(Annotation { verdict, ..Annotation::default() })
    }
}

#[test]
fn boilerplate_is_found_as_it_was_labelled() {
    let Some(path) = data("boilerplate_is_found_as_it_was_labelled", "twcs_sample.csv.gz") else { return };
    let read = read(&path, &document("twcs.toml"));
    // In the order of time: a question stands before its answer.
    let mut log: Vec<(ProfileId, NewEvent)> =
        read.items.into_iter().map(|item| (item.profile, item.event)).collect();
    log.sort_by_key(|(_, event)| (event.occurred_at, event.sequence));
    let labels = labels();
    assert_eq!((labels.len(), labels.values().filter(|is| **is).count()), (235, 126));

    let mut out = std::io::stderr();
    writeln!(out, "\n k    τ   fingerprints  judged  right wrong missed  precision  recall").unwrap();
    let mut scores = BTreeMap::new();
    for (k, per_mille) in
        [2, 3, 5, 10, 20].iter().flat_map(|k| [500, 650, 800, 1_000].map(|share| (*k, share)))
    {
        let score = by_shingles(&log, k, per_mille, &labels);
        let Score { fingerprints, right, wrong, missed, judged } = score;
        writeln!(
            out,
            "{k:>2} {:>5.2} {fingerprints:>13} {judged:>7} {right:>6} {wrong:>5} {missed:>6} {:>10.2} {:>7.2}",
            f64::from(per_mille) / 1_000.0,
            score.precision(),
            score.recall()
        )
        .unwrap();
        scores.insert((k, per_mille), score);
    }
    let rules = Rulebooks::standard(&mut Interner::new());
    let phrases = score(&log, Arc::new(rules.first().texts.phrases.clone()), &labels);
    let (precision, recall) = (phrases.precision(), phrases.recall());
    writeln!(out, "phrases of the rulebook that ships: precision {precision:.2}, recall {recall:.2}")
        .unwrap();
    let all = score(&log, Arc::new(All), &labels);
    writeln!(
        out,
        "every reply that has a question: precision {:.2}, recall {:.2}",
        all.precision(),
        all.recall()
    )
    .unwrap();
    // The table of the documentation. What is said is right; the log is too small to say it often, and at `k = 20` at all:
    // half of its companies have at most 14 replies in it.
    let said = |k, per_mille| {
        let Score { fingerprints, right, wrong, missed, judged } = scores[&(k, per_mille)];
        (fingerprints, judged, right, wrong, missed)
    };
    assert_eq!(said(2, 500), (670, 195, 25, 2, 101));
    assert_eq!(said(2, 800), (670, 114, 19, 0, 107));
    assert_eq!(said(3, 800), (346, 69, 12, 0, 114));
    assert_eq!(said(5, 800), (132, 37, 7, 0, 119));
    assert_eq!(said(10, 800), (36, 21, 5, 0, 121));
    assert_eq!(said(20, 800), (11, 0, 0, 0, 126));
}
