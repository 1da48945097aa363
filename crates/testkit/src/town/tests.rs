//! What a town promises, checked over whole towns.
#![allow(clippy::unwrap_used)]

use super::{Arrival, IdStyle, Town};
use std::collections::{BTreeMap, BTreeSet};
use throughline_core::event::{EventData, EventKind};
use throughline_core::time::Span;

/// FNV-1a over everything that an arrival says, in its stored form.
fn digest(arrivals: impl Iterator<Item = Arrival>) -> u64 {
    let mut hash = 0xcbf2_9ce4_8422_2325_u64;
    let mut add = |bytes: &[u8]| {
        for byte in bytes {
            hash = (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3);
        }
    };
    for Arrival { profile, event, arrives_at } in arrivals {
        let body = event.seal().data;
        add(profile.as_bytes());
        add(event.id.as_bytes());
        add(&event.occurred_at.0.to_le_bytes());
        add(&arrives_at.0.to_le_bytes());
        add(event.source.as_str().as_bytes());
        add(&event.sequence.to_le_bytes());
        add(event.causation_id.unwrap_or_default().as_bytes());
        add(&body.kind.to_le_bytes());
        add(&body.plain);
        add(&body.personal);
    }
    hash
}

#[test]
fn a_seed_means_the_same_town_for_ever() {
    // Changes when a story, the vocabulary or its stored form changes; then say so in the changelog, since
    // published measurements name a seed. It never changes with the machine.
    assert_eq!(digest(Town::new(1).arrivals().take(100_000)), 410_087_511_939_517_631);
}

#[test]
fn threads_change_nothing_and_seeds_change_everything() {
    let town = |seed| Town::new(seed).with_customers(500).with_events(10_000);
    let here = digest(town(3).arrivals());
    let there = std::thread::scope(|scope| {
        let threads =
            [scope.spawn(|| digest(town(3).arrivals())), scope.spawn(|| digest(town(3).arrivals()))];
        threads.map(|thread| thread.join().unwrap())
    });
    assert_eq!(there, [here, here]);
    assert_ne!(digest(town(4).arrivals()), here);
}

#[test]
fn the_default_town_has_what_it_promises() {
    let town = Town::new(2);
    let mut arrivals = town.arrivals();
    let mut last = town.start;
    for arrival in arrivals.by_ref() {
        assert!(arrival.arrives_at >= last, "arrivals go backwards at {last}");
        last = arrival.arrives_at;
    }
    let stats = arrivals.stats();
    assert!((500_000..501_000).contains(&stats.arrivals), "{stats:?}");
    assert_eq!(stats.customers, 20_000);
    assert!(stats.profiles > 20_500, "{stats:?}");
    let per_ten_thousand = |n: u64| n * 10_000 / stats.arrivals;
    assert!((80..120).contains(&per_ten_thousand(stats.late)), "{stats:?}");
    assert!((40..60).contains(&per_ten_thousand(stats.duplicates)), "{stats:?}");
    assert!((7..13).contains(&per_ten_thousand(stats.future_dated)), "{stats:?}");
    assert!((50..200).contains(&stats.reused_ids), "{stats:?}");
    assert!(per_ten_thousand(stats.equal_timestamps) > 50, "{stats:?}");
    for kind in EventKind::ALL {
        assert!(stats.of(*kind) > 0, "no {kind} in {stats:?}");
    }
    assert_eq!(stats.kinds().map(|(_, n)| n).sum::<u64>(), stats.facts);
    let year_and_tail = town.length + Span::from_days(200);
    assert!(last.since(town.start) < year_and_tail, "{last}");
}

#[test]
fn statistics_count_what_a_reader_of_the_arrivals_would_count() {
    let mut arrivals = Town::new(5).with_customers(2_000).with_events(50_000).arrivals();
    let (mut seen, mut duplicates, mut reused, mut ahead) = (BTreeMap::new(), 0, 0, 0);
    for arrival in arrivals.by_ref() {
        match seen.get(&arrival.event.id) {
            Some(earlier) if *earlier == (arrival.profile, arrival.event.clone()) => duplicates += 1,
            Some(_) => reused += 1,
            None => {
                ahead += u64::from(arrival.event.occurred_at > arrival.arrives_at);
                seen.insert(arrival.event.id, (arrival.profile, arrival.event));
            }
        }
    }
    let stats = arrivals.stats();
    assert_eq!((stats.duplicates, stats.reused_ids, stats.future_dated), (duplicates, reused, ahead));
    assert_eq!(stats.facts, seen.len() as u64);
    let profiles: BTreeSet<_> = seen.values().map(|(profile, _)| *profile).collect();
    assert_eq!(stats.profiles, profiles.len() as u64);
}

#[test]
fn ids_sort_by_arrival_or_not_at_all() {
    let firsts = |ids| {
        let mut seen = BTreeSet::new();
        let arrivals = Town::new(6).with_customers(200).with_events(5_000).with_ids(ids).arrivals();
        let new = arrivals
            .filter(|a| !matches!(a.event.data, EventData::ProfileLinked(_) | EventData::ProfileUnlinked(_)));
        new.map(|a| a.event.id).filter(|id| seen.insert(*id)).collect::<Vec<_>>()
    };
    assert!(firsts(IdStyle::ArrivalOrdered).is_sorted());
    let random = firsts(IdStyle::Random);
    let rising = random.windows(2).filter(|pair| pair[0] < pair[1]).count();
    assert!((random.len() * 2 / 5..random.len() * 3 / 5).contains(&rising), "{rising} of {}", random.len());
}

#[test]
fn each_link_stands_in_the_streams_of_both_profiles_under_ids_of_its_own() {
    let mut halves: BTreeMap<_, Vec<Arrival>> = BTreeMap::new();
    for arrival in Town::new(8).with_customers(2_000).with_events(50_000).arrivals() {
        let key = match &arrival.event.data {
            EventData::ProfileLinked(linked) => (linked.link, linked.other, arrival.profile, "linked"),
            EventData::ProfileUnlinked(unlinked) => {
                (unlinked.link, unlinked.other, arrival.profile, "unlinked")
            }
            _ => continue,
        };
        let (link, other, own, what) = key;
        assert_ne!(own, other);
        halves.entry((link, own.min(other), own.max(other), what)).or_default().push(arrival);
    }
    assert!(halves.len() > 50);
    assert!(halves.keys().any(|(.., what)| *what == "unlinked"));
    for ((_, low, high, _), arrivals) in halves {
        let [a, b] = <[Arrival; 2]>::try_from(arrivals).unwrap();
        assert_ne!(a.event.id, b.event.id);
        assert_eq!((a.profile.min(b.profile), a.profile.max(b.profile)), (low, high));
        assert_eq!(a.event.occurred_at, b.event.occurred_at);
    }
}

#[test]
fn the_edges_of_a_plan_are_towns_too() {
    let nobody = Town::new(1).with_customers(0).with_events(100);
    assert_eq!(nobody.arrivals().count(), 0);
    let moment = Town { length: Span::ZERO, ..Town::new(1).with_customers(10).with_events(100) };
    assert!(moment.arrivals().count() >= 100);
    let quiet = Town::new(1).with_customers(30).with_events(0);
    assert!(quiet.arrivals().count() >= 60);
}
