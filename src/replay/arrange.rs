//! From what threads gathered to a history: duplicates out, linked profiles together, every bucket sorted.

use super::gather::{BUCKETS, Gathering, Row, Seen, bucket_of};
use super::history::{Bucket, History, ReadReport};
use crate::activated::Activated;
use hashbrown::{HashMap, HashSet};
use rustc_hash::FxBuildHasher;
use std::num::NonZeroUsize;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use throughline_core::ids::{CustomerId, LinkId, ProfileId};
use throughline_core::name::Interner;
use throughline_core::time::Micros;

type Roots = HashMap<ProfileId, ProfileId, FxBuildHasher>;
type Arrivals = HashSet<u64, FxBuildHasher>;

/// Arranges what was gathered, with so many threads.
pub(super) fn arrange(mut gatherings: Vec<Gathering>, threads: NonZeroUsize) -> History {
    let mut read = ReadReport::default();
    for gathering in &gatherings {
        read.add(&gathering.read);
    }
    let gone = repeated(&mut gatherings, &mut read, threads);
    let roots = roots(&gatherings, &mut read);
    let mut buckets: Vec<Vec<Row>> = std::iter::repeat_with(Vec::new).take(BUCKETS).collect();
    for gathering in &mut gatherings {
        for (all, mine) in buckets.iter_mut().zip(&mut gathering.buckets) {
            if all.is_empty() {
                *all = std::mem::take(mine);
            } else {
                all.append(mine);
            }
        }
    }
    let activated = activated(&mut gatherings);
    let names = gatherings.into_iter().map(|g| g.names.take()).next_back().unwrap_or_default();
    bring_together(&mut buckets, &roots);
    let buckets = in_parallel(threads, buckets, |rows| sort(rows, &gone, &roots, &names));
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
        while let Some(slot) = slots.get(next.fetch_add(1, Ordering::Relaxed)) {
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

/// Moves the rows of linked profiles to the bucket of their customer.
fn bring_together(buckets: &mut [Vec<Row>], roots: &Roots) {
    if roots.is_empty() {
        return;
    }
    let mut away = Vec::new();
    let mut sources: Vec<usize> = roots.keys().map(|p| bucket_of(p.as_bytes())).collect();
    sources.sort_unstable();
    sources.dedup();
    for bucket in sources {
        let leaves =
            |row: &mut Row| roots.get(&row.profile).is_some_and(|root| bucket_of(root.as_bytes()) != bucket);
        away.extend(buckets[bucket].extract_if(.., leaves));
    }
    for row in away {
        let root = roots.get(&row.profile).copied().unwrap_or(row.profile);
        buckets[bucket_of(root.as_bytes())].push(row);
    }
}

/// Sorts a bucket by customer, and each customer's facts into canonical order.
fn sort(rows: Vec<Row>, gone: &Arrivals, roots: &Roots, names: &Interner) -> Bucket {
    // A small key that decides nearly always, so that the wide rows are moved once and compared rarely.
    let customer = |row: &Row| roots.get(&row.profile).copied().unwrap_or(row.profile);
    let mut order: Vec<(ProfileId, i64, u32)> = rows
        .iter()
        .enumerate()
        .filter(|(_, row)| gone.is_empty() || !gone.contains(&row.arrival))
        .map(|(index, row)| (customer(row), row.fact.at.0, index as u32))
        .collect();
    order.sort_unstable_by(|a, b| {
        (a.0, a.1).cmp(&(b.0, b.1)).then_with(|| {
            let (a, b) = (&rows[a.2 as usize].fact, &rows[b.2 as usize].fact);
            a.key().compare(&b.key(), names)
        })
    });
    let mut rows: Vec<Option<Row>> = rows.into_iter().map(Some).collect();
    let mut bucket = Bucket { facts: Vec::with_capacity(order.len()), customers: Vec::new() };
    for of_one in order.chunk_by(|a, b| a.0 == b.0) {
        let facts = of_one.iter().filter_map(|(.., index)| rows[*index as usize].take()).map(|row| row.fact);
        bucket.facts.extend(facts);
        bucket.customers.push((CustomerId(of_one[0].0.0), bucket.facts.len()));
    }
    bucket
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
