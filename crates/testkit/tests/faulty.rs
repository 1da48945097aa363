//! The faulty store injects what it says, and the same again for the same seed.
#![allow(clippy::unwrap_used)]

use std::sync::Arc;
use throughline_core::event::{Body, NewEvent, Position, Version};
use throughline_core::ids::{EventId, ProfileId};
use throughline_core::name::Name;
use throughline_core::time::Micros;
use throughline_store::append::{Append, ExpectedVersion};
use throughline_store::contract::EventStore;
use throughline_store::error::{AppendError, StoreErrorKind};
use throughline_store::memory::MemoryStore;
use throughline_store::stream::{StreamId, TenantId};
use throughline_testkit::faulty::{FaultyStore, Injected, Plan};
use throughline_testkit::rng::Rng;

/// Without a fault it is the store below it.
mod calm {
    use super::{FaultyStore, Plan, over_memory};
    use throughline_testkit::conformance::Volatile;

    throughline_testkit::conformance!(Volatile(|| -> FaultyStore { over_memory(Plan::calm(1)) }));
}

fn over_memory(plan: Plan) -> FaultyStore {
    FaultyStore::new(Arc::new(MemoryStore::new()), plan)
}

fn stream(n: u64) -> StreamId {
    StreamId::profile(TenantId::default(), ProfileId::derived("faults", &n.to_string()))
}

fn append(stream: StreamId, expected: ExpectedVersion, event: u64) -> Append {
    let id = EventId::derived("faults", &event.to_string());
    let event = NewEvent::new(id, Micros(event as i64), Name::new("desk").unwrap(), Body::default());
    Append::to(stream, expected, vec![event], Micros(0))
}

/// One thread, so that the order of calls is the order of the program.
fn block_on<F: Future>(future: F) -> F::Output {
    tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(future)
}

fn kind(result: Result<impl Sized, AppendError>) -> StoreErrorKind {
    match result.err().unwrap() {
        AppendError::Store(error) => error.kind,
        other => panic!("not a failure of the store: {other}"),
    }
}

#[test]
fn a_lost_answer_is_in_the_log_and_a_retry_finds_it() {
    block_on(async {
        let store = over_memory(Plan { lost_answer_per_mille: 1_000, ..Plan::calm(1) });
        let lost = append(stream(1), ExpectedVersion::NoStream, 1);
        assert_eq!(kind(store.append(lost.clone()).await), StoreErrorKind::Unknown);
        store.calm();
        assert!(store.append(lost).await.unwrap().places[0][0].was_there);
    });
}

#[test]
fn a_lost_request_and_a_busy_store_leave_nothing() {
    block_on(async {
        let lost = Plan { lost_request_per_mille: 1_000, ..Plan::calm(1) };
        let busy = Plan { busy_per_mille: 1_000, ..Plan::calm(1) };
        for (plan, wanted) in [(lost, StoreErrorKind::Unknown), (busy, StoreErrorKind::Busy)] {
            let store = over_memory(plan);
            let append = append(stream(1), ExpectedVersion::NoStream, 1);
            assert_eq!(kind(store.append(append.clone()).await), wanted);
            let many = store.append_many(vec![append.clone(), append.clone()]).await;
            assert_eq!(many.into_iter().map(kind).collect::<Vec<_>>(), [wanted; 2]);
            store.calm();
            assert!(!store.append(append).await.unwrap().places[0][0].was_there);
        }
    });
}

#[test]
fn after_a_crash_everything_is_closed_until_the_restart() {
    block_on(async {
        let store = over_memory(Plan { crash_per_mille: 1_000, ..Plan::calm(1) });
        let append = append(stream(1), ExpectedVersion::Any, 1);
        assert_eq!(kind(store.append(append.clone()).await), StoreErrorKind::Closed);
        assert!(store.is_down());
        assert_eq!(kind(store.append(append.clone()).await), StoreErrorKind::Closed);
        assert_eq!(store.head().await.unwrap_err().kind, StoreErrorKind::Closed);
        assert_eq!(store.wait_beyond(Position(0)).await.unwrap_err().kind, StoreErrorKind::Closed);
        store.restart();
        store.calm();
        store.append(append).await.unwrap();
        assert_eq!(store.injected(), Injected { crashes: 1, ..Injected::default() });
    });
}

#[test]
fn who_waits_learns_of_a_crash() {
    block_on(async {
        let store = over_memory(Plan::calm(1));
        let waiter = tokio::spawn({
            let store = store.clone();
            async move { store.wait_beyond(Position(0)).await }
        });
        tokio::task::yield_now().await;
        store.crash();
        assert_eq!(waiter.await.unwrap().unwrap_err().kind, StoreErrorKind::Closed);
    });
}

#[test]
fn a_crash_can_leave_the_first_of_many_appends() {
    block_on(async {
        let mut left: Vec<u64> = Vec::new();
        for seed in 0..40 {
            let store = over_memory(Plan { crash_per_mille: 1_000, ..Plan::calm(seed) });
            let many = (0..9).map(|n| append(stream(n), ExpectedVersion::Any, n)).collect();
            let answers = store.append_many(many).await;
            assert!(answers.into_iter().all(|answer| kind(answer) == StoreErrorKind::Closed));
            store.restart();
            store.calm();
            left.push(store.head().await.unwrap().0);
        }
        left.sort_unstable();
        left.dedup();
        assert!(left.len() > 3 && left[0] == 0, "a crash leaves always the same: {left:?}");
    });
}

/// Three writers take turns; whoever fails tries again, whoever finds the store down restarts it.
async fn live(seed: u64, plan: Plan) -> (FaultyStore, Vec<EventId>) {
    let store = over_memory(plan);
    let mut rng = Rng::new(seed);
    let mut next = [0_u64; 3];
    while next.iter().any(|&written| written < 40) {
        let writer = rng.below(3);
        let written = &mut next[writer as usize];
        if *written == 40 {
            continue;
        }
        let expected = ExpectedVersion::Exact(Version(*written));
        match store.append(append(stream(writer), expected, writer * 1_000 + *written)).await {
            Ok(_) => *written += 1,
            Err(AppendError::Store(error)) if error.kind == StoreErrorKind::Closed => store.restart(),
            Err(error) => assert!(error.is_retryable(), "{error}"),
        }
    }
    store.restart();
    store.calm();
    let page = store.read_all(Position(0), 1_000).await.unwrap();
    let mut ids: Vec<EventId> = page.events.iter().map(|stored| stored.recorded.event.id).collect();
    ids.sort();
    (store, ids)
}

#[test]
fn writers_who_try_again_leave_the_log_that_a_calm_store_has() {
    block_on(async {
        for seed in 0..50 {
            let (faulty, left) = live(seed, Plan::harsh(seed)).await;
            let (_, wanted) = live(seed, Plan::calm(seed)).await;
            assert!(left == wanted, "SEED={seed} lost or repeated an event");
            let Injected { busy, lost_requests, lost_answers, slow, .. } = faulty.injected();
            assert!(busy * lost_requests * lost_answers * slow > 0, "SEED={seed} injected too little");
        }
    });
}

#[test]
fn one_seed_gives_one_trace_and_another_gives_another() {
    block_on(async {
        let trace =
            |store: &FaultyStore| -> Vec<String> { store.trace().iter().map(ToString::to_string).collect() };
        let (one, _) = live(7, Plan::harsh(7)).await;
        let (same, _) = live(7, Plan::harsh(7)).await;
        let (other, _) = live(7, Plan::harsh(8)).await;
        assert_eq!(one.trace(), same.trace());
        assert_eq!(trace(&one), trace(&same));
        assert_ne!(one.trace(), other.trace());
        assert!(trace(&one).iter().any(|line| line.contains("LostAnswer -> Append(Err(Store(Unknown)))")));
    });
}
