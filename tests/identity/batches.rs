//! Many claims at once: they come out as if they had been made one after the other, in an order that can be read off the
//! log, in which those of one profile and those of one identifier stand as they were given.

use crate::world::{World, at, person};
use proptest::prelude::*;
use proptest::test_runner::RngSeed;
use throughline::core::event::EventKind;
use throughline::core::identifier::Identifier;
use throughline::core::ids::LinkId;
use throughline::core::name::Name;
use throughline::core::time::{Micros, Span};
use throughline::engine::{Claim, Claimed, EngineError, Identified};
use throughline::rules::identity::Apart;

const PEOPLE: u8 = 6;

const VALUES: [(&str, &str); 9] = [
    ("account", "K-1"),
    ("account", "K-2"),
    ("email", "a@example.org"),
    ("email", "b@example.org"),
    ("email", "c@example.org"),
    ("email", "test@test.com"),
    ("phone", "+49 30 901820"),
    ("birth-date", "1 May"),
    ("cookie", "c-1"),
];

/// Each at a time of its own, by which it is found in the log.
fn time_of(index: usize) -> Micros {
    at(-100_000) + Span::from_hours(index as i64)
}

fn claim(index: usize, (who, what): (u8, usize)) -> Claim {
    let (kind, value) = VALUES[what];
    let identifier = Identifier::new(kind, value).unwrap();
    Claim { profile: person(who), identifier, at: time_of(index), source: Name::new("test").unwrap() }
}

/// In which order the claims of a batch are in the log.
async fn order(world: &World) -> Vec<usize> {
    let log = world.log().await;
    let claims = log.iter().filter(|e| e.recorded.event.data.kind == EventKind::IdentifierClaimed as u16);
    let index = |at: Micros| (at.since(at_first()).0 / Span::from_hours(1).0) as usize;
    claims.map(|e| index(e.recorded.event.occurred_at)).collect()
}

fn at_first() -> Micros {
    time_of(0)
}

async fn check(claims: Vec<(u8, usize)>, batches: usize) -> Result<(), TestCaseError> {
    let (world, other) = (World::new().await, World::new().await);
    let made: Vec<Claim> = claims.iter().enumerate().map(|(index, one)| claim(index, *one)).collect();
    let mut outcomes: Vec<Identified> = Vec::new();
    for batch in made.chunks(made.len().div_ceil(batches)) {
        let identified = world.engine.identify_all(batch.to_vec()).await.unwrap();
        outcomes.extend(identified.into_iter().map(Result::unwrap));
    }
    let order = order(&world).await;
    prop_assert_eq!(order.len(), claims.len());
    for (before, after) in
        order.iter().enumerate().flat_map(|(i, a)| order[..i].iter().map(move |b| (*b, *a)))
    {
        let is_same = claims[before].0 == claims[after].0 || claims[before].1 == claims[after].1;
        prop_assert!(!is_same || before < after, "{after} came before {before}");
    }
    for index in order {
        let claim = &made[index];
        let identified = other
            .engine
            .identify(claim.profile, &claim.identifier, claim.at, claim.source.clone())
            .await
            .unwrap();
        prop_assert_eq!(&outcomes[index], &identified, "claim {}", index);
    }
    for who in 1..=PEOPLE {
        let (mine, yours) =
            (world.engine.customer(person(who)).await, other.engine.customer(person(who)).await);
        prop_assert_eq!(mine.unwrap(), yours.unwrap());
    }
    prop_assert_eq!(world.records().await.len(), other.records().await.len());
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, rng_seed: RngSeed::Fixed(29), failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn many_claims_at_once_come_out_as_if_made_one_after_the_other(
        claims in proptest::collection::vec((1..=PEOPLE, 0..VALUES.len()), 1..40),
        batches in 1..4_usize,
    ) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(check(claims, batches))?;
    }
}

#[tokio::test]
async fn a_value_that_is_no_identifier_stops_no_other() {
    let world = World::new().await;
    let mut claims: Vec<Claim> =
        [(1, 2), (2, 2), (3, 8)].into_iter().enumerate().map(|(i, c)| claim(i, c)).collect();
    claims[1].identifier = Identifier::new("email", "not an address").unwrap();
    let made = world.engine.identify_all(claims).await.unwrap();
    assert_eq!(made[0].as_ref().unwrap().claimed, Claimed::First);
    assert!(matches!(made[1], Err(EngineError::NotNormal(_))), "{:?}", made[1]);
    assert_eq!(made[2].as_ref().unwrap().claimed, Claimed::First);
    assert!(world.engine.identify_all([]).await.unwrap().is_empty());
}

/// Of what many claimed the first few are read. If those are all one customer, whether the others are must be looked for.
#[tokio::test]
async fn a_customer_who_claimed_a_value_many_times_is_told_from_one_with_a_stranger_behind_her() {
    let world = World::new().await;
    for who in 2..=20 {
        world.engine.link(LinkId::from_bytes([who; 16]), person(1), person(who)).await.unwrap();
    }
    assert_eq!(world.claim(1, "birth-date", "1 May").await, Claimed::First);
    for who in 2..=20 {
        assert_eq!(world.claim(who, "birth-date", "1 May").await, Claimed::Known, "{who}");
    }
    let weak = || Claimed::NotJoined(Apart::Weak);
    assert_eq!(world.claim(21, "birth-date", "1 May").await, weak());
    assert_eq!(world.claim(20, "birth-date", "1 May").await, weak());
    assert_eq!(world.claim(1, "birth-date", "1 May").await, weak());
}
