//! The properties of the design on the real engine: whatever order facts and links arrive in, however late, twice,
//! in whatever batches, through however many engines, and however often those are restarted, what is announced in
//! the end is what follows from the facts.
//!
//! Every run tries the same cases; `THROUGHLINE_CASES` says how many (see `docs/TESTING.md`).
#![allow(clippy::unwrap_used)]

#[path = "properties/arrivals.rs"]
mod arrivals;
#[path = "properties/desk.rs"]
mod desk;
#[path = "properties/found.rs"]
mod found;
#[path = "properties/ledger.rs"]
mod ledger;
#[path = "properties/travel.rs"]
mod travel;
#[path = "properties/truth.rs"]
mod truth;
// The small world of the rules' own properties, so that the engine is tried on the histories that those are.
#[path = "../crates/rules/tests/world/mod.rs"]
mod world;

use arrivals::{Arrival, Arrivals, Op};
use desk::Desk;
use std::sync::Arc;
use throughline_core::ids::LinkId;
use throughline_store::contract::EventStore;
use throughline_store::memory::MemoryStore;
use throughline_store::sqlite::SqliteStore;
use throughline_testkit::seeds::try_all;
use truth::{Truth, standing};
use world::{Chance, cases};

/// The seed of the first case: `THROUGHLINE_FIRST`, or 0.
#[expect(clippy::disallowed_methods, reason = "a test may be told by the environment where to go on")]
fn first() -> u64 {
    std::env::var("THROUGHLINE_FIRST").map_or(0, |text| {
        text.parse().unwrap_or_else(|_| panic!("THROUGHLINE_FIRST must be a number, not {text:?}"))
    })
}

/// Runs the cases of a property on all cores, each with a seed that a failure names.
fn for_all(salt: u64, property: &(impl AsyncFn(&mut Chance) + Sync)) {
    let runtime = || tokio::runtime::Builder::new_current_thread().build().unwrap();
    try_all(first()..first() + u64::from(cases()), runtime, |runtime, seed| {
        runtime.block_on(property(&mut Chance::new(seed << 8 | salt)));
    });
}

#[test]
fn what_is_announced_in_the_end_follows_from_the_facts_however_they_arrived() {
    for_all(1, &async |chance: &mut Chance| {
        let arrivals = Arrivals::random(chance, 24);
        let mut desk = Desk::open(arrivals.rulebook(), 1 + chance.below(3)).await;
        for op in &arrivals.ops {
            desk.take(op, chance).await;
        }
        desk.come_to_the_end().await;
        Truth::of(&arrivals).holds_at(&desk).await;
        ledger::is_sound(&desk.log().await);
    });
}

#[test]
fn the_same_is_announced_as_by_an_engine_that_got_everything_in_order_and_in_time() {
    for_all(2, &async |chance: &mut Chance| {
        let arrivals = Arrivals::random(chance, 16);
        let mut late = Desk::open(arrivals.rulebook(), 1 + chance.below(2)).await;
        for op in &arrivals.ops {
            late.take(op, chance).await;
        }
        late.come_to_the_end().await;
        let mut in_time = Desk::told(arrivals.rulebook(), &arrivals.in_time()).await;
        in_time.come_to_the_end().await;
        let truth = Truth::of(&arrivals);
        for customer in &truth.customers {
            let (one, other) = (standing(&late, customer).await, standing(&in_time, customer).await);
            assert_eq!(one, other, "{arrivals:?}");
            assert_eq!(customer.view(&late).await, customer.view(&in_time).await, "{arrivals:?}");
        }
    });
}

#[test]
fn a_link_that_was_taken_back_leaves_no_trace_in_what_stands() {
    for_all(3, &async |chance: &mut Chance| {
        let mut arrivals = Arrivals::random(chance, 14);
        arrivals.ops.retain(|a| matches!(a.op, Op::Fact(..)));
        let never = arrivals.clone();
        let link = LinkId(uuid::Uuid::from_u128(77));
        // The unlink may even be known before the link that it names.
        let places = [chance.below(arrivals.ops.len() + 1), chance.below(arrivals.ops.len() + 1)];
        for (place, op) in places.into_iter().zip([Op::Link(link, 0, 1), Op::Unlink(link, 0, 1)]) {
            let at = arrivals.ops.get(place).or(arrivals.ops.last()).map_or(world::START, |a| a.at);
            arrivals.ops.insert(place, Arrival { at, op });
        }
        let mut linked = Desk::open(arrivals.rulebook(), 1).await;
        for op in &arrivals.ops {
            linked.take(op, chance).await;
        }
        linked.come_to_the_end().await;
        let mut apart = Desk::told(arrivals.rulebook(), &never.ops).await;
        apart.come_to_the_end().await;
        for customer in &Truth::of(&never).customers {
            assert_eq!(standing(&linked, customer).await, standing(&apart, customer).await, "{arrivals:?}");
            assert_eq!(customer.view(&linked).await, customer.view(&apart).await, "{arrivals:?}");
        }
    });
}

/// A customer is read from what is stored of her wherever that is good, and from her first fact wherever it is lost,
/// damaged, or of another state of the log: it comes out the same.
#[test]
fn what_is_stored_of_customers_changes_nothing_whatever_becomes_of_it() {
    for_all(5, &async |chance: &mut Chance| {
        let arrivals = Arrivals::random(chance, 20);
        // A file costs as much as hundreds of cases in memory.
        let folder = chance.once_in(200).then(|| tempfile::tempdir().unwrap());
        let store: Arc<dyn EventStore> = match &folder {
            Some(folder) => Arc::new(SqliteStore::open(folder.path().join("log.sqlite")).unwrap()),
            None => Arc::new(MemoryStore::new()),
        };
        let mut stored = Desk::open_on(store, arrivals.rulebook(), 1 + chance.below(2)).await;
        for op in &arrivals.ops {
            stored.take(op, chance).await;
            if chance.once_in(3) {
                stored.damage_snapshot(chance).await;
            }
            if chance.once_in(3) {
                stored.restart_all(chance).await;
            }
        }
        stored.come_to_the_end().await;
        let mut without = Desk::told_without_snapshots(arrivals.rulebook(), &arrivals.in_time()).await;
        without.come_to_the_end().await;
        for customer in &Truth::of(&arrivals).customers {
            let (one, other) = (standing(&stored, customer).await, standing(&without, customer).await);
            assert_eq!(one, other, "{arrivals:?}");
            assert_eq!(customer.view(&stored).await, customer.view(&without).await, "{arrivals:?}");
        }
    });
}

#[test]
fn the_order_in_which_links_become_known_does_not_matter() {
    for_all(4, &async |chance: &mut Chance| {
        let arrivals = Arrivals::random(chance, 14);
        let mut desks = Vec::new();
        for _ in 0..2 {
            let mut shuffled = arrivals.clone();
            shuffled.shuffle_links(chance);
            let mut desk = Desk::open(arrivals.rulebook(), 1).await;
            for op in &shuffled.ops {
                desk.take(op, chance).await;
            }
            desk.come_to_the_end().await;
            desks.push(desk);
        }
        for customer in &Truth::of(&arrivals).customers {
            let (one, other) = (standing(&desks[0], customer).await, standing(&desks[1], customer).await);
            assert_eq!(one, other, "{arrivals:?}");
        }
    });
}
