//! Over random histories of several customers who are linked and taken apart, with notices that fail some times, retries,
//! and readers that die anywhere: every notice is dealt with, and those of one customer in order; by a reader that keeps its
//! bookmark with its work, each exactly once.

use crate::desk::{Desk, person};
use proptest::prelude::*;
use proptest::test_runner::RngSeed;
use std::collections::BTreeMap;
use throughline::core::event::Position;
use throughline::core::ids::ProfileId;
use throughline::engine::{Announcements, Bookmark, Notice};
use throughline::store::contract::EventStore;

const PEOPLE: u8 = 4;

type Place = (Position, u32);

/// What the reader does when it has read a little.
#[derive(Clone, Copy, Debug)]
enum End {
    /// It commits its own work, then with the engine.
    Commit,
    /// It goes on without a commit.
    GoOn,
    /// It dies before it commits anything.
    Die,
    /// It dies between its own commit and that with the engine.
    DieBetween,
}

#[derive(Clone, Debug)]
enum Act {
    Mail(u8),
    Link(u8, u8),
    Unlink(usize),
    Read(usize, End),
    Retry(u8),
}

fn acts() -> impl Strategy<Value = Vec<Act>> {
    let who = || 1..=PEOPLE;
    let end = prop_oneof![
        4 => Just(End::Commit),
        2 => Just(End::GoOn),
        1 => Just(End::Die),
        1 => Just(End::DieBetween),
    ];
    let act = prop_oneof![
        6 => who().prop_map(Act::Mail),
        1 => (who(), who()).prop_map(|(a, b)| Act::Link(a, b)),
        1 => (0..4_usize).prop_map(Act::Unlink),
        5 => (1..6_usize, end).prop_map(|(most, end)| Act::Read(most, end)),
        2 => who().prop_map(Act::Retry),
    ];
    proptest::collection::vec(act, 1..40)
}

/// A link, and between which positions it stood.
struct Stood {
    ends: [u8; 2],
    from: Position,
    until: Position,
}

/// A desk, and a reader with what it keeps.
struct World {
    desk: Desk,
    /// Whether the reader keeps its bookmark with its work.
    is_own: bool,
    reader: Announcements,
    kept: Bookmark,
    done: Vec<Place>,
    work: Vec<Place>,
    /// How often each notice still fails; those that were not met yet take the next number.
    fails: BTreeMap<Place, u8>,
    luck: Vec<u8>,
    links: Vec<Stood>,
    mails: u8,
}

fn place(notice: &Notice) -> Place {
    (notice.position, notice.index)
}

impl World {
    async fn new(is_own: bool, luck: Vec<u8>) -> Self {
        let desk = Desk::open().await;
        let reader = desk.reader().await;
        let (kept, done, work, links) = Default::default();
        Self { desk, is_own, reader, kept, done, work, fails: BTreeMap::new(), luck, links, mails: 0 }
    }

    async fn act(&mut self, act: &Act) {
        match act {
            Act::Mail(who) => {
                self.mails += 1;
                self.desk.mails(&[(*who, self.mails)]).await;
            }
            Act::Link(a, b) if a == b => {}
            Act::Link(a, b) => {
                let number = self.links.len() as u8;
                self.desk.link(number, *a, *b).await;
                let from = self.desk.store.head().await.unwrap();
                self.links.push(Stood { ends: [*a, *b], from, until: Position(u64::MAX) });
            }
            Act::Unlink(number) => {
                let Some(link) = self.links.get_mut(*number) else { return };
                if link.until == Position(u64::MAX) {
                    link.until = self.desk.store.head().await.unwrap();
                    self.desk.unlink(*number as u8, link.ends[0], link.ends[1]).await;
                }
            }
            Act::Read(most, end) => self.read(*most, *end).await,
            Act::Retry(who) => {
                self.reader.retry(person(*who));
            }
        }
    }

    /// Whether a notice fails this time.
    fn fails(&mut self, place: Place) -> bool {
        let next = self.luck.get(self.fails.len() % self.luck.len().max(1)).copied().unwrap_or(0);
        let left = self.fails.entry(place).or_insert(next);
        let fails = *left > 0;
        *left = left.saturating_sub(1);
        fails
    }

    async fn read(&mut self, most: usize, end: End) {
        for _ in 0..most {
            let Some(notice) = self.reader.try_next().await.unwrap() else { break };
            if self.fails(place(&notice)) {
                self.reader.park(&notice, "it failed").await.unwrap();
            } else {
                self.work.push(place(&notice));
            }
        }
        // A reader without a transaction has done what it did, whatever becomes of it.
        let is_lost = self.is_own && matches!(end, End::Die | End::GoOn);
        if !is_lost {
            self.done.append(&mut self.work);
        }
        if self.is_own && matches!(end, End::Commit | End::DieBetween) {
            // As it is kept: as text.
            let text = serde_json::to_string(&self.reader.bookmark()).unwrap();
            self.kept = serde_json::from_str(&text).unwrap();
        }
        if matches!(end, End::Commit) {
            assert!(self.reader.commit().await.unwrap());
        }
        if matches!(end, End::Die | End::DieBetween) {
            self.work.clear();
            self.reader = if self.is_own {
                self.desk.engine.subscribe_from("mailer", self.kept.clone()).await.unwrap()
            } else {
                self.desk.reader().await
            };
        }
    }

    /// Nothing fails any more, and everyone is tried again.
    async fn heal(&mut self) {
        self.luck.clear();
        self.fails.values_mut().for_each(|left| *left = 0);
        for _ in 0..2 {
            self.read(usize::MAX, End::Commit).await;
            for parked in self.reader.parked() {
                self.reader.retry(parked.profile);
            }
        }
        assert_eq!(self.reader.parked(), []);
    }

    /// Whether two are one customer when the log ends at a position.
    fn are_one(&self, a: ProfileId, b: ProfileId, at: Position) -> bool {
        let mut found = vec![a];
        let mut next = 0;
        while let Some(one) = found.get(next).copied() {
            next += 1;
            for link in self.links.iter().filter(|link| link.from < at && at <= link.until) {
                let ends = link.ends.map(person);
                if ends.contains(&one) {
                    found.extend(ends.into_iter().filter(|end| !found.contains(end)).collect::<Vec<_>>());
                }
            }
        }
        found.contains(&b)
    }

    /// Everything is done, and everything of one customer in order; by a reader of its own transaction once.
    async fn check(&self) {
        let mut all = self.desk.engine.subscribe("all").await.unwrap();
        let mut said: Vec<(Place, ProfileId)> = Vec::new();
        while let Some(notice) = all.try_next().await.unwrap() {
            said.push((place(&notice), notice.profile));
        }
        let mut first: BTreeMap<Place, usize> = BTreeMap::new();
        for (index, place) in self.done.iter().enumerate() {
            let is_new = first.insert(*place, index).is_none();
            assert!(is_new || !self.is_own, "{place:?} was done twice");
            if !is_new {
                // What counts is when it was done first.
                let index = self.done.iter().position(|done| done == place).unwrap();
                first.insert(*place, index);
            }
        }
        assert_eq!(first.len(), said.len(), "something was left out");
        for (later, (place, profile)) in said.iter().enumerate() {
            for (before, other) in &said[..later] {
                if self.are_one(*profile, *other, place.0) {
                    assert!(first[before] < first[place], "{place:?} overtook {before:?}");
                }
            }
        }
    }
}

fn live(is_own: bool, acts: &[Act], luck: Vec<u8>) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
    runtime.block_on(async {
        let mut world = World::new(is_own, luck).await;
        for act in acts {
            world.act(act).await;
        }
        world.heal().await;
        world.check().await;
    });
}

fn luck() -> impl Strategy<Value = Vec<u8>> {
    proptest::collection::vec(prop_oneof![3 => Just(0_u8), 1 => 1..3_u8], 1..12)
}

#[allow(clippy::disallowed_methods, reason = "`THROUGHLINE_CASES` is read from the environment")]
fn config() -> ProptestConfig {
    let cases = std::env::var("THROUGHLINE_CASES").ok().and_then(|n| n.parse().ok()).unwrap_or(1_000);
    ProptestConfig {
        cases,
        rng_seed: RngSeed::Fixed(4),
        failure_persistence: None,
        ..ProptestConfig::default()
    }
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn a_reader_that_keeps_its_bookmark_with_its_work_does_everything_once_and_in_order(
        acts in acts(),
        luck in luck(),
    ) {
        live(true, &acts, luck);
    }

    #[test]
    fn a_reader_that_commits_with_the_engine_leaves_nothing_out_and_keeps_the_order(
        acts in acts(),
        luck in luck(),
    ) {
        live(false, &acts, luck);
    }
}
