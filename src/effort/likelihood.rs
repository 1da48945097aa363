//! The model: proportional odds (McCullagh 1980), and how likely it makes the answers.
//!
//! `P(Y ≤ j) = σ(θⱼ + η)` with `η = Σ wₖ xₖ` and `θ₁ < θ₂ < …`: each unit of a burden multiplies the odds of an answer at or
//! below any level by `e^w`. The negative log-likelihood is convex in `θ` and `w` together (Pratt 1981), and it grows beyond
//! bounds where two thresholds meet, so that they stay in order by themselves.

/// Answers that are alike, moved and scaled.
#[derive(Clone, Debug)]
pub(super) struct Observed {
    /// The terms that are weighed.
    pub(super) terms: Vec<f64>,
    /// The place of the answer among the levels, from the hardest.
    pub(super) level: usize,
    pub(super) count: f64,
}

/// The negative log-likelihood of answers, as a function of the thresholds and then the weights.
#[derive(Clone, Debug)]
pub(super) struct Likelihood {
    pub(super) rows: Vec<Observed>,
    /// How many levels there are, at least two.
    pub(super) levels: usize,
}

/// The function and how it bends at a point.
#[derive(Clone, Debug)]
pub(super) struct Bend {
    pub(super) loss: f64,
    pub(super) gradient: Vec<f64>,
    /// Row by row.
    pub(super) hessian: Vec<f64>,
}

/// How an answer's log-likelihood depends on the ends of its interval.
#[derive(Clone, Copy, Debug, Default)]
struct Ends {
    upper: f64,
    lower: f64,
    upper_upper: f64,
    lower_lower: f64,
    upper_lower: f64,
}

impl Likelihood {
    /// How many of the parameters are thresholds; the weights come behind them.
    pub(super) const fn thresholds(&self) -> usize {
        self.levels - 1
    }

    fn burden(&self, row: &Observed, at: &[f64]) -> f64 {
        row.terms.iter().zip(&at[self.thresholds()..]).map(|(x, w)| x * w).sum()
    }

    /// The ends of the interval in which an answer falls: none below the first level, none above the last.
    fn interval(&self, row: &Observed, at: &[f64]) -> (Option<f64>, Option<f64>) {
        let burden = self.burden(row, at);
        let threshold = |place: usize| at[place] + burden;
        let lower = row.level.checked_sub(1).map(threshold);
        (lower, (row.level < self.thresholds()).then(|| threshold(row.level)))
    }

    /// The negative log-likelihood: infinite where thresholds are out of order.
    pub(super) fn loss(&self, at: &[f64]) -> f64 {
        -self.rows.iter().map(|row| row.count * log_probability(self.interval(row, at))).sum::<f64>()
    }

    /// The negative log-likelihood and how it bends.
    pub(super) fn bend(&self, at: &[f64]) -> Bend {
        let (size, thresholds) = (at.len(), self.thresholds());
        let mut bend = Bend { loss: 0.0, gradient: vec![0.0; size], hessian: vec![0.0; size * size] };
        for row in &self.rows {
            let interval = self.interval(row, at);
            bend.loss -= row.count * log_probability(interval);
            let ends = Ends::of(interval);
            // The parameters that this answer depends on: its thresholds, and every weight.
            let upper = (row.level < thresholds).then_some((row.level, ends.upper));
            let lower = row.level.checked_sub(1).map(|place| (place, ends.lower));
            let (by_burden, twice) =
                (ends.upper + ends.lower, ends.upper_upper + 2.0 * ends.upper_lower + ends.lower_lower);
            for (place, slope) in [upper, lower].into_iter().flatten() {
                bend.gradient[place] -= row.count * slope;
            }
            let mut add = |a: usize, b: usize, by: f64| {
                bend.hessian[a * size + b] -= row.count * by;
                if a != b {
                    bend.hessian[b * size + a] -= row.count * by;
                }
            };
            if let Some((up, _)) = upper {
                add(up, up, ends.upper_upper);
            }
            if let Some((low, _)) = lower {
                add(low, low, ends.lower_lower);
            }
            if let (Some((up, _)), Some((low, _))) = (upper, lower) {
                add(up, low, ends.upper_lower);
            }
            for (k, x) in row.terms.iter().enumerate() {
                if let Some((up, _)) = upper {
                    add(up, thresholds + k, (ends.upper_upper + ends.upper_lower) * x);
                }
                if let Some((low, _)) = lower {
                    add(low, thresholds + k, (ends.lower_lower + ends.upper_lower) * x);
                }
                for (other, y) in row.terms.iter().enumerate().take(k + 1) {
                    add(thresholds + k, thresholds + other, twice * x * y);
                }
            }
            for (k, x) in row.terms.iter().enumerate() {
                bend.gradient[thresholds + k] -= row.count * by_burden * x;
            }
        }
        bend
    }
}

impl Ends {
    /// With `log P = log σ(u) + log σ(−l) + log(1 − e^(l−u))`, which loses nothing far out, as a difference of two `σ` would.
    fn of((lower, upper): (Option<f64>, Option<f64>)) -> Self {
        let mut ends = Self::default();
        if let Some(u) = upper {
            ends.upper = sigmoid(-u);
            ends.upper_upper = -sigmoid(u) * sigmoid(-u);
        }
        if let Some(l) = lower {
            ends.lower = -sigmoid(l);
            ends.lower_lower = -sigmoid(l) * sigmoid(-l);
        }
        if let (Some(l), Some(u)) = (lower, upper) {
            let gap = 1.0 / libm::expm1(u - l);
            ends.upper += gap;
            ends.lower -= gap;
            ends.upper_upper -= gap * (1.0 + gap);
            ends.lower_lower -= gap * (1.0 + gap);
            ends.upper_lower = gap * (1.0 + gap);
        }
        ends
    }
}

/// `log P` of an answer in an interval; minus infinity where its ends are out of order.
pub(super) fn log_probability((lower, upper): (Option<f64>, Option<f64>)) -> f64 {
    let below = upper.map_or(0.0, |u| -softplus(-u));
    let above = lower.map_or(0.0, |l| -softplus(l));
    let between = match (lower, upper) {
        (Some(l), Some(u)) if u > l => libm::log(-libm::expm1(l - u)),
        (Some(_), Some(_)) => f64::NEG_INFINITY,
        _ => 0.0,
    };
    below + above + between
}

/// `1 / (1 + e^−x)`.
fn sigmoid(x: f64) -> f64 {
    if x >= 0.0 {
        1.0 / (1.0 + libm::exp(-x))
    } else {
        let e = libm::exp(x);
        e / (1.0 + e)
    }
}

/// `log(1 + e^x)`.
fn softplus(x: f64) -> f64 {
    x.max(0.0) + libm::log1p(libm::exp(-x.abs()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn some() -> (Likelihood, Vec<f64>) {
        let row = |terms: [f64; 2], level, count| Observed { terms: terms.to_vec(), level, count };
        let rows = vec![
            row([0.0, 1.0], 0, 3.0),
            row([1.5, -0.5], 1, 2.0),
            row([-1.0, 0.2], 2, 5.0),
            row([0.3, 2.0], 3, 1.0),
            row([0.7, 0.1], 1, 4.0),
        ];
        (Likelihood { rows, levels: 4 }, vec![-1.2, 0.1, 0.9, 0.4, 0.7])
    }

    #[test]
    fn the_gradient_and_the_hessian_are_those_of_the_loss() {
        let (likelihood, at) = some();
        let bend = likelihood.bend(&at);
        assert!((bend.loss - likelihood.loss(&at)).abs() < 1e-12);
        let step = 1e-5;
        for a in 0..at.len() {
            let moved = |by: f64| {
                let mut to = at.clone();
                to[a] += by;
                likelihood.bend(&to)
            };
            let (up, down) = (moved(step), moved(-step));
            let slope = (up.loss - down.loss) / (2.0 * step);
            assert!((slope - bend.gradient[a]).abs() < 1e-7, "{a}: {slope} {}", bend.gradient[a]);
            for b in 0..at.len() {
                let second = (up.gradient[b] - down.gradient[b]) / (2.0 * step);
                let told = bend.hessian[a * at.len() + b];
                assert!((second - told).abs() < 1e-6, "{a} {b}: {second} {told}");
            }
        }
    }

    #[test]
    fn far_out_nothing_is_lost_and_out_of_order_is_impossible() {
        // σ(41) − σ(40) is nothing in 64 bits; its logarithm is that of e^−40 − e^−41, but for e^−40.
        let told = log_probability((Some(40.0), Some(41.0)));
        assert!((told - (-40.0 + libm::log(1.0 - libm::exp(-1.0)))).abs() < 1e-9, "{told}");
        assert!(log_probability((Some(1.0), Some(1.0))).is_infinite());
        let (likelihood, _) = some();
        assert!(likelihood.loss(&[0.1, -1.2, 0.9, 0.4, 0.7]).is_infinite());
    }
}
