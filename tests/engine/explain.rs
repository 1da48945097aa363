//! Explanations, asked of the engine: of a case by any of its contacts, and of what was announced.

use super::scene::{ann, answer, at, bob, contact, engine, event, mail, scene};
use throughline::core::event::vocabulary::AnswerAccepted;
use throughline::core::ids::LinkId;
use throughline::core::name::Name;
use throughline::rules::decision::DecisionKind;
use throughline::rules::rulebook::DEFAULT;

#[tokio::test]
async fn a_case_is_explained_alike_after_a_restart_and_asking_changes_nothing() {
    let (store, clock, first) = scene().await;
    first.record(ann(), mail(0, 1)).await.unwrap();
    clock.set(at(30 * 60));
    first.advance().await.unwrap();
    let head = first.head().await.unwrap();
    let told = first.explain(contact(1), at(30 * 60)).await.unwrap().unwrap();
    assert_eq!(first.head().await.unwrap(), head);
    assert!(told.decisions.iter().all(|decision| decision.announcement.is_some()), "{told}");
    assert_eq!(told.next.as_ref().map(|next| next.rule.as_str()), Some("no-real-answer"));
    first.shutdown().await.unwrap();
    let second = engine(&store, &clock).await;
    assert_eq!(second.explain(contact(1), at(30 * 60)).await.unwrap(), Some(told));
    assert_eq!(second.explain(contact(9), at(30 * 60)).await.unwrap(), None, "no such contact");
}

#[tokio::test]
async fn every_run_of_a_cases_clocks_is_told() {
    let (_, clock, engine) = scene().await;
    engine.record(ann(), mail(0, 1)).await.unwrap();
    clock.set(at(90));
    engine.record(ann(), answer(60, 1)).await.unwrap();
    engine.record(ann(), event(70, AnswerAccepted { contact: contact(1) })).await.unwrap();
    let again = throughline::core::event::vocabulary::AnswerRejected { contact: contact(1) };
    engine.record(ann(), event(80, again)).await.unwrap();
    let told = engine.explain(contact(1), at(90)).await.unwrap().unwrap();
    let runs: Vec<_> = told.instances.iter().map(|run| (run.number, run.started_at, run.ended_at)).collect();
    assert_eq!(runs, [(1, at(0), Some(at(80))), (2, at(80), None)]);
    assert!(told.instances[0].clocks.iter().all(|clock| clock.fulfilled_at.is_some()), "{told}");
    assert_eq!((told.effort.reopens, told.effort.contacts), (1, 1));
}

#[tokio::test]
async fn what_was_announced_is_explained_by_the_rule_as_it_was_written_then_and_not_any_more_when_it_was_taken_back()
 {
    let (_, clock, engine) = scene().await;
    engine.record(ann(), mail(0, 1)).await.unwrap();
    clock.set(at(26 * 60));
    engine.advance().await.unwrap();
    let desk = Name::new("head-of-support").unwrap();
    let old = DEFAULT.lines().find(|line| line.starts_with("version = ")).unwrap();
    let other = DEFAULT.replacen(old, "version = \"2\"", 1).replace("within = \"24h\"", "within = \"8h\"");
    engine.activate(other, at(26 * 60), desk).await.unwrap();
    engine.record(bob(), mail(26 * 60 + 1, 2)).await.unwrap();
    clock.set(at(40 * 60));
    engine.advance().await.unwrap();
    for (who, written) in [(ann(), "within = \"24h\""), (bob(), "within = \"8h\"")] {
        let said = engine.announced(who).await.unwrap();
        let missed =
            said.iter().find(|a| a.decision.slot.rule.as_str() == "unanswered-within-promise").unwrap();
        let why = engine.explain_announcement(who, missed.id(), at(40 * 60)).await.unwrap().unwrap();
        assert_eq!(why.explained.decision, DecisionKind::TargetMissed);
        let source = why.source.as_ref().unwrap();
        assert!(source.text.contains(written), "{why}");
        assert_eq!(why.case.as_ref().unwrap().case.missed, 2, "{why}");
        assert!(why.to_string().contains("the rule, from line"), "{why}");
        // It was answered in time, as becomes known now.
        let late = answer(if who == ann() { 30 } else { 26 * 60 + 30 }, if who == ann() { 1 } else { 2 });
        engine.record(who, late).await.unwrap();
        assert_eq!(engine.explain_announcement(who, missed.id(), at(40 * 60)).await.unwrap(), None);
    }
}

#[tokio::test]
async fn a_case_of_a_linked_customer_is_explained_by_the_contacts_of_either_profile() {
    let (_, clock, engine) = scene().await;
    engine.record(ann(), mail(0, 1)).await.unwrap();
    engine.record(bob(), mail(1, 2)).await.unwrap();
    engine.link(LinkId::derived("test", "l"), ann(), bob()).await.unwrap();
    clock.set(at(60));
    for number in [1, 2] {
        let told = engine.explain(contact(number), at(60)).await.unwrap().unwrap();
        assert_eq!(told.case.handle, contact(number));
        assert_eq!(told.effort.contacts, 1);
    }
}
