//! Many seeds on all cores. Which thread tries which does not matter, so each must be alone in its world.

use std::ops::Range;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

/// Tries every seed of a range. Each thread begins with a state of its own, which it is given at each attempt and which comes
/// back in the end. The seed of an attempt that panics is named, the other threads stop at their next, and the panic goes on.
///
/// ```
/// use throughline_testkit::rng::Rng;
/// use throughline_testkit::seeds::try_all;
///
/// let heads = try_all(0..1_000, || 0_u64, |heads, seed| *heads += Rng::new(seed).next_u64() & 1);
/// assert!((400..600).contains(&heads.iter().sum::<u64>()));
/// ```
///
/// # Panics
///
/// As the attempt does.
pub fn try_all<S: Send>(
    seeds: Range<u64>,
    start: impl Fn() -> S + Sync,
    attempt: impl Fn(&mut S, u64) + Sync,
) -> Vec<S> {
    let (next, failed) = (AtomicU64::new(seeds.start), AtomicBool::new(false));
    let work = || {
        let mut state = start();
        while !failed.load(Ordering::Relaxed) {
            let seed = next.fetch_add(1, Ordering::Relaxed);
            if seed >= seeds.end {
                break;
            }
            let failing = Failing(seed, &failed);
            attempt(&mut state, seed);
            std::mem::forget(failing);
        }
        state
    };
    std::thread::scope(|scope| {
        let threads = std::thread::available_parallelism().map_or(1, usize::from);
        let running: Vec<_> = (0..threads).map(|_| scope.spawn(work)).collect();
        running
            .into_iter()
            .map(|t| t.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)))
            .collect()
    })
}

/// Names the seed of an attempt that panics, and lets the other threads know.
struct Failing<'a>(u64, &'a AtomicBool);

impl Drop for Failing<'_> {
    #[expect(clippy::print_stderr, reason = "how a failing test names its seed")]
    fn drop(&mut self) {
        self.1.store(true, Ordering::Relaxed);
        eprintln!("the failing one has seed {}", self.0);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_seed_is_tried_once() {
        let tried = try_all(3..500, Vec::new, Vec::push);
        let mut tried = tried.concat();
        tried.sort_unstable();
        assert_eq!(tried, (3..500).collect::<Vec<u64>>());
    }

    #[test]
    #[should_panic(expected = "the seventh")]
    fn one_that_panics_is_the_end() {
        try_all(0..1_000_000_000, || (), |(), seed| assert!(seed != 7, "the seventh"));
    }
}
