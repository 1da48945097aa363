//! From what threads gathered to a history: duplicates out, linked profiles together, every bucket sorted.

use super::gather::{BUCKETS, Gathering, Row, Seen, bucket_of};
use super::history::{Bucket, History, ReadReport};
use super::names::SharedNames;
use crate::activated::Activated;
use hashbrown::{HashMap, HashSet};
use rustc_hash::FxBuildHasher;
use std::cmp::Ordering;
use std::num::NonZeroUsize;
use std::sync::Mutex;
use std::sync::atomic::AtomicUsize;
use std::sync::atomic::Ordering::Relaxed;
use throughline_core::fact::Fact;
use throughline_core::ids::{CustomerId, LinkId, ProfileId};
use throughline_core::name::Interner;
use throughline_core::time::Micros;

type Roots = HashMap<ProfileId, ProfileId, FxBuildHasher>;
type Arrivals = HashSet<u64, FxBuildHasher>;

/// The rows of a bucket, by who gathered them.
type Parts = Vec<Vec<Row>>;

/// Arranges what was gathered, with so many threads.
pub(super) fn arrange(mut gatherings: Vec<Gathering>, threads: NonZeroUsize) -> History {
    let mut read = ReadReport::default();
    for gathering in &gatherings {
        read.add(&gathering.read);
    }
    let gone = repeated(&mut gatherings, &mut read, threads);
    let roots = roots(&gatherings, &mut read);
    let activated = activated(&mut gatherings);
    let buckets = (0..BUCKETS)
        .map(|bucket| gatherings.iter_mut().map(|g| std::mem::take(&mut g.buckets[bucket])).collect())
        .collect();
    // The last that has the table of names has it for itself.
    let names = gatherings.pop().map(|last| last.names);
    drop(gatherings);
    let names = names.map(SharedNames::take).unwrap_or_default();
    let buckets = bring_together(buckets, &roots, threads);
    let buckets = in_parallel(threads, buckets, |parts| sort(parts, &gone, &names));
    History { names, buckets, read, activated }
}

/// What was activated, in the order of the log. Parts of a log stand in their order, and what was recorded before a part
/// was recorded before every activation in it.
fn activated(gatherings: &mut [Gathering]) -> Vec<Activated> {
    let (mut all, mut latest) = (Vec::new(), Micros(i64::MIN));
    for gathering in gatherings {
        let mine = std::mem::take(&mut gathering.activated);
        all.extend(mine.into_iter().map(|activated| activated.after(latest)));
        latest = latest.max(gathering.latest);
    }
    all
}

/// Does something with every item, on several threads, and keeps the order.
fn in_parallel<T: Send, R: Send>(
    threads: NonZeroUsize,
    items: Vec<T>,
    work: impl Fn(T) -> R + Sync,
) -> Vec<R> {
    let next = AtomicUsize::new(0);
    let slots: Vec<Mutex<(Option<T>, Option<R>)>> =
        items.into_iter().map(|item| Mutex::new((Some(item), None))).collect();
    let run = || {
        while let Some(slot) = slots.get(next.fetch_add(1, Relaxed)) {
            // Each slot is taken by one thread: the lock is never waited for.
            let Ok(mut slot) = slot.lock() else { continue };
            if let Some(item) = slot.0.take() {
                slot.1 = Some(work(item));
            }
        }
    };
    std::thread::scope(|scope| {
        for _ in 1..threads.get() {
            scope.spawn(run);
        }
        run();
    });
    slots.into_iter().filter_map(|slot| slot.into_inner().ok()?.1).collect()
}

/// The arrivals that do not count: the id came before, with the same content or with another.
fn repeated(gatherings: &mut [Gathering], read: &mut ReadReport, threads: NonZeroUsize) -> Arrivals {
    let by_id: Vec<Vec<Seen>> = (0..BUCKETS)
        .map(|bucket| {
            let mut all = Vec::new();
            for gathering in gatherings.iter_mut() {
                all.append(&mut gathering.seen[bucket]);
            }
            all
        })
        .collect();
    let found = in_parallel(threads, by_id, |mut seen| {
        seen.sort_unstable_by_key(|s| (s.id, s.arrival));
        let (mut gone, mut same, mut other) = (Vec::new(), 0, 0);
        for of_one in seen.chunk_by(|a, b| a.id == b.id).filter(|of_one| of_one.len() > 1) {
            for again in &of_one[1..] {
                gone.push(again.arrival);
                if again.content == of_one[0].content {
                    same += 1;
                } else {
                    other += 1;
                }
            }
        }
        (gone, same, other)
    });
    let mut gone = Arrivals::default();
    for (arrivals, same, other) in found {
        gone.extend(arrivals);
        read.duplicates += same;
        read.reused_ids += other;
    }
    gone
}

/// For each profile that a standing link joins to others, the smallest profile of its customer.
fn roots(gatherings: &[Gathering], read: &mut ReadReport) -> Roots {
    let unlinked: HashSet<LinkId, FxBuildHasher> =
        gatherings.iter().flat_map(|g| g.unlinked.iter().copied()).collect();
    let links: HashMap<LinkId, (ProfileId, ProfileId), FxBuildHasher> =
        gatherings.iter().flat_map(|g| &g.links).map(|(link, a, b)| (*link, (*a, *b))).collect();
    let mut roots = Roots::default();
    for (link, (a, b)) in &links {
        if unlinked.contains(link) {
            read.unlinked += 1;
            continue;
        }
        read.links += 1;
        let (a, b) = (root_of(&mut roots, *a), root_of(&mut roots, *b));
        // The smaller profile names the customer, whatever the order of the links.
        roots.insert(a.max(b), a.min(b));
    }
    let profiles: Vec<ProfileId> = roots.keys().copied().collect();
    for profile in profiles {
        let root = root_of(&mut roots, profile);
        roots.insert(profile, root);
    }
    roots
}

fn root_of(roots: &mut Roots, profile: ProfileId) -> ProfileId {
    let mut at = profile;
    while let Some(&up) = roots.get(&at) {
        if up == at {
            break;
        }
        at = up;
    }
    if at != profile {
        roots.insert(profile, at);
    }
    at
}

/// Puts linked profiles under the name of their customer, and their rows into the bucket of that name.
fn bring_together(buckets: Vec<Parts>, roots: &Roots, threads: NonZeroUsize) -> Vec<Parts> {
    if roots.is_empty() {
        return buckets;
    }
    let numbered = buckets.into_iter().enumerate().collect();
    let divided = in_parallel(threads, numbered, |(bucket, mut parts): (usize, Parts)| {
        let mut away = Vec::new();
        for rows in &mut parts {
            let mut at = 0;
            while let Some(row) = rows.get_mut(at) {
                row.profile = roots.get(&row.profile).copied().unwrap_or(row.profile);
                if bucket_of(row.profile.as_bytes()) == bucket {
                    at += 1;
                } else {
                    away.push(rows.swap_remove(at));
                }
            }
        }
        (parts, away)
    });
    let (mut buckets, away): (Vec<Parts>, Vec<Vec<Row>>) = divided.into_iter().unzip();
    let mut came: Vec<Vec<Row>> = std::iter::repeat_with(Vec::new).take(BUCKETS).collect();
    for row in away.into_iter().flatten() {
        came[bucket_of(row.profile.as_bytes())].push(row);
    }
    for (parts, came) in buckets.iter_mut().zip(came) {
        parts.push(came);
    }
    buckets
}

/// Where the fact of a row is found. Small, so that the wide rows are moved once and looked at rarely: the time decides
/// nearly always.
#[derive(Clone, Copy, Debug, Default)]
struct Key {
    at: Micros,
    row: u32,
    part: u16,
}

/// Sorts a bucket by customer, and each customer's facts into canonical order.
fn sort(mut parts: Parts, gone: &Arrivals, names: &Interner) -> Bucket {
    let (mut keys, customers) = by_customer(&parts, gone);
    let mut facts = Vec::with_capacity(keys.len());
    for (_, end) in &customers {
        let of_one = &mut keys[facts.len()..*end];
        let place = |key: &Key| parts[usize::from(key.part)][key.row as usize].fact.as_ref().map(Fact::key);
        of_one.sort_unstable_by(|a, b| {
            let places = || place(a).zip(place(b));
            a.at.cmp(&b.at).then_with(|| places().map_or(Ordering::Equal, |(a, b)| a.compare(&b, names)))
        });
        let taken = |key: &Key| parts[usize::from(key.part)][key.row as usize].fact.take();
        facts.extend(of_one.iter().filter_map(taken));
    }
    Bucket { facts, customers }
}

/// The facts that count, customer by customer, and where those of each end. They are counted and not compared, since a
/// bucket holds many facts of few customers.
fn by_customer(parts: &Parts, gone: &Arrivals) -> (Vec<Key>, Vec<(CustomerId, usize)>) {
    let mut numbers: HashMap<ProfileId, usize, FxBuildHasher> = HashMap::default();
    let mut counts: Vec<(ProfileId, usize)> = Vec::new();
    let mut numbered: Vec<(usize, Key)> = Vec::with_capacity(parts.iter().map(Vec::len).sum());
    for (part, rows) in parts.iter().enumerate() {
        for (at, row) in rows.iter().enumerate() {
            let Some(fact) = &row.fact else { continue };
            if !gone.is_empty() && gone.contains(&row.arrival) {
                continue;
            }
            let number = *numbers.entry(row.profile).or_insert_with(|| {
                counts.push((row.profile, 0));
                counts.len() - 1
            });
            counts[number].1 += 1;
            numbered.push((number, Key { at: fact.at, row: at as u32, part: part as u16 }));
        }
    }
    let mut in_order: Vec<usize> = (0..counts.len()).collect();
    in_order.sort_unstable_by_key(|number| counts[*number].0);
    let (mut places, mut ends) = (vec![0; counts.len()], Vec::with_capacity(counts.len()));
    let mut end = 0;
    for number in in_order {
        let (profile, count) = counts[number];
        places[number] = end;
        end += count;
        ends.push((CustomerId(profile.0), end));
    }
    let mut keys = vec![Key::default(); end];
    for (number, key) in numbered {
        keys[places[number]] = key;
        places[number] += 1;
    }
    (keys, ends)
}

impl ReadReport {
    /// Adds what another thread read.
    pub(super) fn add(&mut self, other: &Self) {
        self.events += other.events;
        self.ledger_records += other.ledger_records;
        self.ignored += other.ignored;
        let pairs = [(&mut self.rejected, &other.rejected), (&mut self.warned, &other.warned)];
        for (mine, theirs) in pairs {
            for (what, count) in theirs {
                *mine.entry(what.clone()).or_default() += count;
            }
        }
    }
}
