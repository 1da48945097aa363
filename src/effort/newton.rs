//! The least value of a convex function where some of its arguments may not be negative: Newton's method, projected
//! (Bertsekas 1982).
//!
//! An argument that stands at nothing and would have to go below it stays there; the others move by Newton's step, which
//! is cut where it leaves what is allowed and shortened until it leads down (Armijo's rule). That comes to the least value
//! from anywhere.

use super::likelihood::{Bend, Likelihood};

/// How steep it may still be: in units of answers, where every term has a deviation of one.
const FLAT: f64 = 1e-7;

/// More steps than any sample needed: some ten do.
const MOST_STEPS: usize = 500;

/// The least point, and how the function bends there in what is free to move.
#[derive(Clone, Debug)]
pub(super) struct Least {
    pub(super) at: Vec<f64>,
    pub(super) loss: f64,
    /// The variance of each argument; none of those that stay at nothing.
    pub(super) variances: Vec<Option<f64>>,
}

/// Why none was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct NotFound;

/// Finds the least point, from a point that is allowed.
pub(super) fn minimise(of: &Likelihood, start: Vec<f64>) -> Result<Least, NotFound> {
    let bounded = of.thresholds();
    let mut at = start;
    for _ in 0..MOST_STEPS {
        let bend = of.bend(&at);
        let free: Vec<usize> =
            (0..at.len()).filter(|k| *k < bounded || at[*k] > 0.0 || bend.gradient[*k] < 0.0).collect();
        let Some(factor) = Factor::of(&bend, &free) else { return Err(NotFound) };
        if free.iter().all(|k| bend.gradient[*k].abs() <= FLAT) {
            let mut variances = vec![None; at.len()];
            for (place, k) in free.iter().enumerate() {
                let mut unit = vec![0.0; free.len()];
                unit[place] = 1.0;
                variances[*k] = Some(factor.solve(unit)[place]);
            }
            return Ok(Least { at, loss: bend.loss, variances });
        }
        let step = factor.solve(free.iter().map(|k| bend.gradient[*k]).collect());
        at = walk(of, &at, &bend, &free, &step, bounded).ok_or(NotFound)?;
    }
    Err(NotFound)
}

/// Goes down by a step, or by a half of it, a quarter, …
fn walk(
    of: &Likelihood,
    from: &[f64],
    bend: &Bend,
    free: &[usize],
    step: &[f64],
    bounded: usize,
) -> Option<Vec<f64>> {
    let mut share = 1.0;
    for _ in 0..60 {
        let mut to = from.to_vec();
        for (k, by) in free.iter().zip(step) {
            let moved = from[*k] - share * by;
            to[*k] = if *k < bounded { moved } else { moved.max(0.0) };
        }
        let down: f64 = free.iter().map(|k| bend.gradient[*k] * (from[*k] - to[*k])).sum();
        // Near the least point the last bits of the sum say nothing any more.
        let slack = 8.0 * f64::EPSILON * bend.loss.abs();
        if of.loss(&to) <= bend.loss - 1e-4 * down + slack {
            return Some(to);
        }
        share *= 0.5;
    }
    None
}

/// A Hessian as the product of a triangle and its mirror image (Cholesky).
struct Factor {
    size: usize,
    lower: Vec<f64>,
}

impl Factor {
    /// Of the arguments that are free. A hair is added to the diagonal where the function is flat.
    fn of(bend: &Bend, free: &[usize]) -> Option<Self> {
        let all = bend.gradient.len();
        let most = free.iter().map(|k| bend.hessian[k * all + k]).fold(0.0, f64::max);
        let mut hair = 0.0;
        for _ in 0..12 {
            if let Some(factor) = Self::try_of(bend, free, hair) {
                return Some(factor);
            }
            hair = if hair > 0.0 { hair * 10.0 } else { most * 1e-14 };
        }
        None
    }

    fn try_of(bend: &Bend, free: &[usize], hair: f64) -> Option<Self> {
        let (size, all) = (free.len(), bend.gradient.len());
        let mut lower = vec![0.0; size * size];
        for a in 0..size {
            for b in 0..=a {
                let mut rest = bend.hessian[free[a] * all + free[b]];
                for c in 0..b {
                    rest -= lower[a * size + c] * lower[b * size + c];
                }
                lower[a * size + b] = if a > b {
                    rest / lower[b * size + b]
                } else if rest + hair > 0.0 {
                    (rest + hair).sqrt()
                } else {
                    return None;
                };
            }
        }
        Some(Self { size, lower })
    }

    /// What the matrix turns into `right`.
    fn solve(&self, mut right: Vec<f64>) -> Vec<f64> {
        let (size, lower) = (self.size, &self.lower);
        for a in 0..size {
            for b in 0..a {
                right[a] -= lower[a * size + b] * right[b];
            }
            right[a] /= lower[a * size + a];
        }
        for a in (0..size).rev() {
            for b in a + 1..size {
                right[a] -= lower[b * size + a] * right[b];
            }
            right[a] /= lower[a * size + a];
        }
        right
    }
}
