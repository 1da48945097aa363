//! Who is who, by example: what joins people, what keeps them apart, and what takes them apart.
#![allow(clippy::unwrap_used)]

#[path = "identity/batches.rs"]
mod batches;
#[path = "identity/properties.rs"]
mod properties;
#[path = "identity/races.rs"]
mod races;
#[path = "identity/world.rs"]
mod world;

use std::sync::Arc;
use throughline::Engine;
use throughline::core::identifier::{Identifier, IdentifierKey};
use throughline::core::ids::{CustomerId, LinkId};
use throughline::engine::{Claimed, EngineError, EngineErrorKind};
use throughline::rules::identity::Apart;
use throughline::store::memory::MemoryStore;
use world::{KEY, World, builder, person, rulebook};

fn not_joined(reason: Apart) -> Claimed {
    Claimed::NotJoined(reason)
}

#[tokio::test]
async fn the_same_address_joins_however_it_is_written() {
    let world = World::new().await;
    assert_eq!(world.claim(1, "email", "ann@example.org").await, Claimed::First);
    let joined = world.claim(2, "email", " Ann@Example.ORG").await;
    assert!(matches!(joined, Claimed::Joined { with, .. } if with == person(1)), "{joined:?}");
    assert_eq!(world.claim(2, "email", "ann@example.org").await, Claimed::Known);
    assert_eq!(world.claim(3, "email", "bob@example.org").await, Claimed::First);
    let customer = world.engine.customer(person(2)).await.unwrap();
    assert_eq!(customer.id, CustomerId(person(1).0));
    assert_eq!(customer.profiles, [person(1), person(2)]);
    assert_eq!(world.who_is("email", "ANN@example.org").await, [customer]);
    assert_eq!(world.who_is("email", "nobody@example.org").await, []);
}

#[tokio::test]
async fn the_same_value_of_another_kind_is_another_identifier() {
    let world = World::new().await;
    world.claim(1, "email", "ann@example.org").await;
    assert_eq!(world.claim(2, "work-email", "ann@example.org").await, Claimed::First);
}

#[tokio::test]
async fn weak_kinds_and_kinds_without_a_policy_join_nobody() {
    let world = World::new().await;
    for kind in ["cookie", "never-heard-of"] {
        assert_eq!(world.claim(1, kind, "7").await, Claimed::First);
        assert_eq!(world.claim(2, kind, "7").await, not_joined(Apart::Weak));
        assert_eq!(world.who_is(kind, "7").await.len(), 2);
    }
}

#[tokio::test]
async fn a_blocked_value_joins_nobody_however_it_is_written() {
    let world = World::new().await;
    world.claim(1, "email", "TEST@test.com").await;
    assert_eq!(world.claim(2, "email", "test@Test.com ").await, not_joined(Apart::Blocked));
    // Nor does it tell two people apart: that both wrote nonsense for an account means nothing.
    world.claim(1, "account", "0000").await;
    world.claim(2, "account", "4711").await;
    world.claim(1, "email", "ann@example.org").await;
    assert!(matches!(world.claim(2, "email", "ann@example.org").await, Claimed::Joined { .. }));
}

#[tokio::test]
async fn a_household_is_not_a_person() {
    let world = World::new().await;
    world.claim(1, "phone", "030 901820").await;
    assert!(matches!(world.claim(2, "phone", "+49 30 901820").await, Claimed::Joined { .. }));
    let shared = not_joined(Apart::TooManyProfiles { limit: 2 });
    assert_eq!(world.claim(3, "phone", "030/901820").await, shared);
    // It joins nobody any more, whoever claims it again.
    assert_eq!(world.claim(1, "phone", "030 901820").await, shared);
    assert_eq!(world.who_is("phone", "030 901820").await.len(), 2);
}

#[tokio::test]
async fn a_customer_with_too_many_values_takes_in_nobody() {
    let world = World::new().await;
    for (who, address) in
        [(1, "a@example.org"), (1, "b@example.org"), (2, "c@example.org"), (2, "d@example.org")]
    {
        world.claim(who, "email", address).await;
    }
    world.claim(1, "phone", "030 901820").await;
    let refused = world.claim(2, "phone", "030 901820").await;
    let Claimed::NotJoined(Apart::TooManyValues { kind, values: 4, limit: 3 }) = &refused else {
        panic!("{refused:?}")
    };
    assert_eq!(kind.as_str(), "email");
}

#[tokio::test]
async fn different_accounts_are_never_one_customer_nor_through_a_third() {
    let world = World::new().await;
    world.claim(1, "account", "K-1").await;
    world.claim(2, "account", "K-2").await;
    world.claim(1, "email", "ann@example.org").await;
    let refused = world.claim(2, "email", "ann@example.org").await;
    assert!(matches!(&refused, Claimed::NotJoined(Apart::Unique { kind }) if kind.as_str() == "account"));
    // The third is joined to the one who claimed it first, and so not to the other.
    world.claim(2, "phone", "030 901820").await;
    assert!(
        matches!(world.claim(3, "email", "ann@example.org").await, Claimed::Joined { with, .. } if with == person(1))
    );
    let through = world.claim(3, "phone", "030 901820").await;
    assert!(matches!(through, Claimed::NotJoined(Apart::Unique { .. })), "{through:?}");
    // Somebody's word makes them no one person either.
    let error = world.engine.link(LinkId::from_bytes([7; 16]), person(2), person(3)).await.unwrap_err();
    assert!(matches!(&error, EngineError::Contradiction { kind } if kind.as_str() == "account"), "{error}");
    assert_eq!(error.kind(), EngineErrorKind::Invalid);
}

#[tokio::test]
async fn who_turns_out_to_have_another_account_leaves() {
    let world = World::new().await;
    world.claim(1, "account", "K-1").await;
    world.claim(1, "phone", "030 901820").await;
    let Claimed::Joined { link, .. } = world.claim(2, "phone", "030 901820").await else { panic!() };
    let identified = world.identify(2, "account", "K-2").await.unwrap();
    assert_eq!(
        (identified.claimed.clone(), identified.parted.clone()),
        (Claimed::First, vec![(link, person(1))])
    );
    let said = identified.to_string();
    assert_eq!(
        said,
        format!("nobody else claimed it; link {link} was taken back, since a person has one such identifier")
    );
    assert_eq!(world.engine.customer(person(2)).await.unwrap().profiles, [person(2)]);
    // And finds whoever has that account.
    world.claim(3, "account", "K-1").await;
    let identified = world.identify(3, "email", "carl@example.org").await.unwrap();
    assert!(identified.parted.is_empty());
    assert_eq!(world.engine.customer(person(3)).await.unwrap().profiles, [person(1), person(3)]);
}

#[tokio::test]
async fn what_was_taken_apart_no_claim_joins_again_but_somebodys_word_does() {
    let world = World::new().await;
    world.claim(1, "phone", "030 901820").await;
    let Claimed::Joined { link, .. } = world.claim(2, "phone", "030 901820").await else { panic!() };
    world.engine.unlink(link, person(1), person(2)).await.unwrap();
    for who in [1, 2] {
        assert_eq!(world.claim(who, "phone", "030 901820").await, not_joined(Apart::TakenApart));
    }
    // Nor another identifier, nor a third who is joined to one of them.
    world.claim(1, "email", "home@example.org").await;
    assert_eq!(world.claim(2, "email", "home@example.org").await, not_joined(Apart::TakenApart));
    assert!(matches!(world.claim(3, "email", "home@example.org").await, Claimed::Joined { .. }));
    world.claim(2, "email", "b@example.org").await;
    assert_eq!(world.claim(3, "email", "b@example.org").await, not_joined(Apart::TakenApart));
    world.engine.link(LinkId::from_bytes([9; 16]), person(1), person(2)).await.unwrap();
    assert_eq!(world.engine.customer(person(3)).await.unwrap().profiles, [person(1), person(2), person(3)]);
}

#[tokio::test]
async fn a_link_taken_back_is_noted_at_its_identifier() {
    use throughline::rules::identity::record::Record;
    let world = World::new().await;
    world.claim(1, "phone", "030 901820").await;
    let Claimed::Joined { link, .. } = world.claim(2, "phone", "030 901820").await else { panic!() };
    for _ in 0..2 {
        world.engine.unlink(link, person(2), person(1)).await.unwrap();
    }
    let kind = || throughline::core::name::Name::new("phone").unwrap();
    let expected = [
        Record::Claimed { kind: kind(), profile: person(1) },
        Record::Claimed { kind: kind(), profile: person(2) },
        Record::Linked { link, profile: person(2), other: person(1) },
        Record::Unlinked { link },
    ];
    assert_eq!(world.records().await, expected);
}

#[tokio::test]
async fn a_claim_that_is_made_again_is_one_fact() {
    let world = World::new().await;
    world.claim(1, "email", "ann@example.org").await;
    world.claim(2, "email", "ann@example.org").await;
    let head = world.store.head().await.unwrap();
    assert_eq!(world.claim(2, "email", "Ann@example.org").await, Claimed::Known);
    assert_eq!(world.store.head().await.unwrap(), head);
}

#[tokio::test]
async fn a_customers_name_is_its_smallest_profile_through_link_and_unlink() {
    let world = World::new().await;
    let id = async |who| world.engine.customer(person(who)).await.unwrap().id;
    let (low, high) = (LinkId::from_bytes([1; 16]), LinkId::from_bytes([2; 16]));
    world.engine.link(high, person(3), person(2)).await.unwrap();
    assert_eq!(id(3).await, CustomerId(person(2).0));
    world.engine.link(low, person(3), person(1)).await.unwrap();
    assert_eq!(id(2).await, CustomerId(person(1).0));
    world.engine.unlink(low, person(1), person(3)).await.unwrap();
    assert_eq!((id(1).await, id(3).await), (CustomerId(person(1).0), CustomerId(person(2).0)));
    let journey = world.engine.journey(person(3), world::at(0)).await.unwrap();
    assert_eq!(journey.customer, CustomerId(person(2).0));
}

#[tokio::test]
async fn an_engine_without_a_key_takes_no_identifier() {
    let engine = Engine::builder(Arc::new(MemoryStore::new())).start().await.unwrap();
    let email = Identifier::new("email", "ann@example.org").unwrap();
    let error = engine.who_is(&email).await.unwrap_err();
    assert!(matches!(error, EngineError::NoIdentifierKey), "{error}");
    assert_eq!(error.kind(), EngineErrorKind::Invalid);
}

#[tokio::test]
async fn a_region_that_has_no_phones_is_refused_with_its_line() {
    let document = rulebook().replace("region = \"DE\"", "region = \"QQ\"");
    let builder = Engine::builder(Arc::new(MemoryStore::new())).identifier_key(IdentifierKey::new(KEY));
    let error = builder.rulebook(&document).start().await.unwrap_err().to_string();
    let line = 1 + document.lines().position(|line| line.starts_with("region")).unwrap();
    assert!(error.contains(&format!("line {line}: `region` names no country with phone numbers")), "{error}");
}

/// Everything that is said or shown about an identifier, for any outcome: neither its value nor its hash.
#[tokio::test]
async fn neither_value_nor_hash_is_said_or_shown() {
    let world = World::new().await;
    let mut said = Vec::new();
    for (who, kind, value) in [
        (1, "email", "secret-ann@example.org"),
        (2, "email", "secret-ann@example.org"),
        (1, "phone", "030 901820"),
        (3, "phone", "030 901820"),
        (1, "phone", "secret-number"),
        (1, "account", "secret-1"),
        (2, "account", "secret-2"),
    ] {
        let identifier = Identifier::new(kind, value).unwrap();
        said.push(format!("{identifier:?}"));
        said.push(match world.identify(who, kind, value).await {
            Ok(identified) => format!("{identified} {identified:?}"),
            Err(error) => format!("{error} {error:?}"),
        });
    }
    said.push(format!("{:?} {:?}", world.engine, builder(world.store.clone(), &world.clock)));
    let said = said.join("\n");
    let hashes: Vec<String> = world.hashes().await;
    assert!(
        said.contains("joined to a customer")
            && said.contains("was taken back")
            && said.contains("no identifier")
    );
    assert!(hashes.len() >= 4);
    for secret in ["secret", "901820"].into_iter().chain(hashes.iter().map(String::as_str)) {
        assert!(!said.contains(secret), "{secret} is shown:\n{said}");
    }
}
