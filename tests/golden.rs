//! The stories, told to the real engine: above `---` what happened, below it what the engine says.
//!
//! `UPDATE=1 cargo test --test golden` rewrites what stands below the line; read the difference before you commit
//! it. Besides its text every story must hold: the engine reads what the pure fold of the same facts says, what
//! stands announced is what follows, and it ends as if everything had been known on time.
#![allow(clippy::unwrap_used)]
#![allow(clippy::disallowed_methods, reason = "`UPDATE=1` is read from the environment")]

#[path = "golden/teller.rs"]
mod teller;

use std::path::PathBuf;
use teller::EngineTeller;
use throughline_testkit::scenario::{Scenario, difference};

fn path(story: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/golden").join(story).with_extension("txt")
}

async fn tell(scenario: &Scenario) -> (String, EngineTeller) {
    let mut teller = EngineTeller::start(scenario).await;
    let told = scenario.tell(&mut teller).await.unwrap();
    (told, teller)
}

/// Checks one story.
async fn check(story: &str) -> Scenario {
    let path = path(story);
    let text = std::fs::read_to_string(&path).unwrap();
    let scenario = Scenario::parse(&text).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
    let (told, teller) = tell(&scenario).await;
    if std::env::var("UPDATE").is_ok_and(|update| update == "1") {
        std::fs::write(&path, &told).unwrap();
    } else {
        let differs = difference(&text, &told);
        assert!(differs.is_empty(), "{story} comes out differently (UPDATE=1 accepts it):\n{differs}");
    }
    // Arrival order does not matter: not to the journeys, and not to what stands announced in the end.
    let (_, on_time) = tell(&scenario.clone().on_time()).await;
    assert_eq!(teller.end(&scenario).await, on_time.end(&scenario).await, "{story}: on time");
    scenario
}

#[tokio::test]
async fn story_1_asked_who_you_are() {
    check("01-asked-who-you-are").await;
}

#[tokio::test]
async fn story_2_the_form_nobody_read() {
    check("02-the-form-nobody-read").await;
}

#[tokio::test]
async fn story_3_the_storm() {
    check("03-the-storm").await;
}

#[tokio::test]
async fn story_5_closed_but_not() {
    check("05-closed-but-not").await;
}

#[tokio::test]
async fn story_9_the_bag() {
    check("09-the-bag").await;
}

#[tokio::test]
async fn story_10_the_meeting() {
    check("10-the-meeting").await;
}

#[tokio::test]
async fn story_18_finding_you() {
    check("18-finding-you").await;
}

#[tokio::test]
async fn story_4_the_bill() {
    check("04-the-bill").await;
}

#[tokio::test]
async fn story_4_with_a_verdict_that_comes_later() {
    check("04-the-bill-judged-later").await;
}

#[tokio::test]
async fn story_4_without_the_confirmation_is_open_a_year_later() {
    check("04-the-bill-unconfirmed").await;
}

#[tokio::test]
async fn story_7_half_a_day_later_elsewhere() {
    check("07-half-a-day-later").await;
}

#[tokio::test]
async fn story_11_the_whole_world_hears() {
    check("11-the-whole-world-hears").await;
}

#[tokio::test]
async fn story_8_talk_to_a_human() {
    check("08-talk-to-a-human").await;
}

#[tokio::test]
async fn story_13_a_promise_too_far() {
    check("13-a-promise-too-far").await;
}

#[tokio::test]
async fn story_16_late_truth() {
    let scenario = check("16-late-truth").await;
    let (told, _) = tell(&scenario).await;
    // Once: nothing is withdrawn twice.
    let mut withdrawn: Vec<&str> =
        told.lines().filter_map(|l| l.split_once("withdrawn: ")).map(|(_, what)| what).collect();
    let before = withdrawn.len();
    withdrawn.sort_unstable();
    withdrawn.dedup();
    assert_eq!((before, withdrawn.len()), (2, 2));
    assert!(
        withdrawn.iter().all(|what| what.contains("because of a late fact ‹day 1 15:00")),
        "{withdrawn:?}"
    );
}

#[tokio::test]
async fn two_machines_that_answer_each_other_open_nothing() {
    check("two-machines").await;
}

#[tokio::test]
async fn a_topic_that_was_read_is_what_the_case_is_about() {
    check("a-topic-is-read").await;
}

#[tokio::test]
async fn story_17_two_people_one_phone() {
    let scenario = check("17-two-people-one-phone").await;
    let (_, linked) = tell(&scenario).await;
    let apart = scenario.clone().never_linked();
    let (_, never) = tell(&apart).await;
    assert_eq!(linked.end(&scenario).await, never.end(&apart).await);
}
