//! What was true, what was known and what was said are three answers, and the difference names its events.

use super::scene::{ann, answer, bob, contact, hours, mail, scene};
use throughline::core::event::Position;
use throughline::core::ids::LinkId;
use throughline::engine::RecordedBy;
use throughline::rules::account::{CaseMove, DecisionMove};
use throughline::rules::decision::DecisionKind::{CaseAnswered, PrescriptionIssued, TargetMissed};
use throughline::rules::decision::{Clock, DecisionKind};
use throughline::rules::ledger::Reason;

/// A mail of 0:00; what was due in its first day fires; the answer of 6:00 arrives on the third.
#[tokio::test]
async fn late_truth_is_told_from_both_sides() {
    let (_, clock, engine) = scene().await;
    engine.record(ann(), mail(0, 1)).await.unwrap();
    for _ in 0..30 {
        clock.advance(hours(1));
        engine.advance().await.unwrap();
    }
    let then = clock.now();
    clock.advance(hours(24));
    let late = answer(360, 1);
    engine.record(ann(), late.clone()).await.unwrap();

    let known = engine.account(ann(), then, then).await.unwrap();
    let was_true = engine.account(ann(), then, RecordedBy::NOW).await.unwrap();
    assert_eq!(known.journey, engine.known(ann(), then, then).await.unwrap());
    assert_eq!(was_true.journey, engine.journey(ann(), then).await.unwrap());
    assert_eq!((known.journey.cases[0].state, was_true.journey.cases[0].state), ("open", "answered"));

    let changes = known.difference(&was_true);
    assert_eq!(changes.facts_come.iter().map(|fact| fact.event).collect::<Vec<_>>(), [late.id]);
    assert!(changes.facts_gone.is_empty() && changes.promises.is_empty() && changes.effort.is_empty());
    let [case] = &changes.cases[..] else { panic!("{changes}") };
    assert_eq!((case.case, case.change), (contact(1), CaseMove::Answered));
    assert!(case.because.contains(&late.id), "{changes}");
    let stopped: Vec<_> = case.clocks.iter().map(|c| (c.clock, c.took.earlier, c.took.later)).collect();
    let six = Some(hours(6));
    assert_eq!(stopped[1..], [(Clock::FirstHuman, None, six), (Clock::FirstSubstantive, None, six)]);
    let decided = |kept: DecisionMove| -> Vec<DecisionKind> {
        let fitting = changes.decisions.iter().filter(|change| change.change == kept);
        fitting.map(|change| change.latest().unwrap().slot.kind).collect()
    };
    assert_eq!(decided(DecisionMove::Gone), [TargetMissed, PrescriptionIssued]);
    assert_eq!(decided(DecisionMove::New), [CaseAnswered]);
    assert!(changes.churn.is_some_and(|churn| churn.score.later.is_none()));

    // What was said by then is in the ledger, whatever is true; later it is taken back, once, because of the mail.
    let said = engine.said(ann(), then).await.unwrap();
    let kinds = |said: &throughline::rules::ledger::Said| -> Vec<DecisionKind> {
        said.stands.iter().map(|saying| saying.announcement.decision.slot.kind).collect()
    };
    assert_eq!(kinds(&said)[2..], [TargetMissed, PrescriptionIssued]);
    assert!(said.taken_back.is_empty(), "{said}");
    let now = engine.said(ann(), clock.now()).await.unwrap();
    assert_eq!(now, engine.said(ann(), engine.head().await.unwrap()).await.unwrap());
    let reasons: Vec<Reason> = now.taken_back.iter().map(|taken| taken.reason).collect();
    assert!(reasons.len() >= 2 && reasons.iter().all(|r| *r == Reason::LateFact(late.id)), "{now}");
    assert!(now.taken_back.iter().all(|taken| taken.taken_back_at == clock.now()));
    assert!(now.stands.iter().all(|saying| saying.announcement.generation == 0));
}

#[tokio::test]
async fn a_link_recorded_later_does_not_count_and_neither_does_an_unlink() {
    let (_, clock, engine) = scene().await;
    engine.record(ann(), mail(0, 1)).await.unwrap();
    engine.record(bob(), answer(30, 1)).await.unwrap();
    let apart = clock.now();
    clock.advance(hours(2));
    engine.advance().await.unwrap();
    let missed = clock.now();
    clock.advance(hours(1));
    let link = LinkId::from_bytes([7; 16]);
    engine.link(link, ann(), bob()).await.unwrap();
    let linked = clock.now();
    clock.advance(hours(1));
    engine.unlink(link, ann(), bob()).await.unwrap();
    let now = clock.now();

    for (profile, moment, facts) in
        [(ann(), apart, 1), (ann(), linked, 2), (bob(), linked, 2), (ann(), now, 1), (bob(), missed, 1)]
    {
        let known = engine.known(profile, now, moment).await.unwrap();
        assert_eq!(known.facts, facts, "{known}");
    }
    let kinds = |said: throughline::rules::ledger::Said| -> Vec<(DecisionKind, u32)> {
        let said = said.stands.into_iter().map(|saying| saying.announcement);
        said.map(|announcement| (announcement.decision.slot.kind, announcement.generation)).collect()
    };
    // Missed, taken back by the link, and said again when the link was taken back: the second generation.
    let [before, between, after] = [missed, linked, now];
    assert!(kinds(engine.said(ann(), before).await.unwrap()).contains(&(TargetMissed, 0)));
    let said = engine.said(bob(), between).await.unwrap();
    assert_eq!(said.taken_back[0].reason, Reason::Link(link));
    assert!(!kinds(said).iter().any(|(kind, _)| *kind == TargetMissed));
    assert!(kinds(engine.said(ann(), after).await.unwrap()).contains(&(TargetMissed, 1)));
    // Nothing was known and nothing said before anything was recorded.
    let nothing = engine.said(ann(), Position(0)).await.unwrap();
    assert_eq!(nothing.to_string(), "nothing was said");
    assert_eq!(engine.known(ann(), now, Position(0)).await.unwrap().facts, 0);
}
