//! Two engines on one store that claim the same identifier at once: one answer, one link, none lost.

use crate::world::{World, person};
use std::sync::Arc;
use throughline::engine::{Claimed, EngineError, Identified};
use throughline::rules::identity::record::Record;
use throughline::store::contract::EventStore;
use throughline::store::memory::MemoryStore;
use throughline::store::sqlite::SqliteStore;

async fn on_memory() -> [World; 2] {
    let store: Arc<dyn EventStore> = Arc::new(MemoryStore::new());
    [World::on(store.clone()).await, World::on(store).await]
}

/// Two processes would open the file twice, so it is.
async fn on_a_file(folder: &tempfile::TempDir) -> [World; 2] {
    let open = || Arc::new(SqliteStore::open(folder.path().join("log.sqlite")).unwrap());
    [World::on(open()).await, World::on(open()).await]
}

/// A claim that is made until it is taken, as a service does.
async fn claim(world: &World, who: u8, kind: &str, value: &str) -> Identified {
    loop {
        match world.identify(who, kind, value).await {
            Ok(identified) => return identified,
            Err(error) => assert!(error.is_retryable() || matches!(error, EngineError::Contended), "{error}"),
        }
        tokio::task::yield_now().await;
    }
}

async fn one_identifier_joins_once([one, other]: [World; 2], rounds: u8) {
    for round in 0..rounds {
        let (a, b, address) = (2 * round + 1, 2 * round + 2, format!("p{round}@example.org"));
        let outcomes = tokio::join!(claim(&one, a, "email", &address), claim(&other, b, "email", &address));
        let joined = |identified: &Identified| matches!(identified.claimed, Claimed::Joined { .. });
        assert!(joined(&outcomes.0) ^ joined(&outcomes.1), "round {round}: {outcomes:?}");
        for world in [&one, &other] {
            let customers = world.who_is("email", &address).await;
            assert_eq!(customers.len(), 1, "round {round}");
            assert_eq!(customers[0].profiles, [person(a), person(b)], "round {round}");
        }
    }
    let records = one.records().await;
    let count = |wanted: fn(&Record) -> bool| records.iter().filter(|record| wanted(record)).count();
    assert_eq!(count(|record| matches!(record, Record::Claimed { .. })), 2 * usize::from(rounds));
    assert_eq!(count(|record| matches!(record, Record::Linked { .. })), usize::from(rounds));
}

/// One engine learns the account of somebody whom the other joins at that moment: whoever is first, they end as two.
async fn accounts_stay_apart([one, other]: [World; 2], rounds: u8) {
    for round in 0..rounds {
        let (a, b, address) = (2 * round + 1, 2 * round + 2, format!("p{round}@example.org"));
        let (mine, yours) = (format!("K-{a}"), format!("K-{b}"));
        claim(&one, a, "account", &mine).await;
        claim(&one, a, "email", &address).await;
        let outcomes = tokio::join!(claim(&one, b, "email", &address), claim(&other, b, "account", &yours));
        for world in [&one, &other] {
            let profiles = world.engine.customer(person(a)).await.unwrap().profiles;
            assert_eq!(profiles, [person(a)], "round {round}: {outcomes:?}");
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_engines_in_memory_join_by_one_identifier_once() {
    one_identifier_joins_once(on_memory().await, 100).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_engines_on_a_file_join_by_one_identifier_once() {
    let folder = tempfile::tempdir().unwrap();
    one_identifier_joins_once(on_a_file(&folder).await, 30).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_engines_in_memory_keep_two_accounts_apart() {
    accounts_stay_apart(on_memory().await, 100).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_engines_on_a_file_keep_two_accounts_apart() {
    let folder = tempfile::tempdir().unwrap();
    accounts_stay_apart(on_a_file(&folder).await, 60).await;
}
