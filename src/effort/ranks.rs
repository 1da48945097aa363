//! Rank correlation.

/// Spearman's: Pearson's correlation of the ranks, where those that tie share their mean rank. None where one of the two
/// is the same everywhere.
pub(super) fn rank_correlation(pairs: &[(f64, f64)]) -> Option<f64> {
    let a = ranks(pairs.iter().map(|pair| pair.0));
    let b = ranks(pairs.iter().map(|pair| pair.1));
    let mean = f64::midpoint(1.0, pairs.len() as f64);
    let product = |a: &[f64], b: &[f64]| a.iter().zip(b).map(|(x, y)| (x - mean) * (y - mean)).sum::<f64>();
    let lengths = product(&a, &a) * product(&b, &b);
    (lengths > 0.0).then(|| (product(&a, &b) / lengths.sqrt()).clamp(-1.0, 1.0))
}

/// The rank of each value, from 1.
fn ranks(values: impl Iterator<Item = f64>) -> Vec<f64> {
    let mut placed: Vec<(usize, f64)> = values.enumerate().collect();
    placed.sort_by(|a, b| a.1.total_cmp(&b.1));
    let (mut ranks, mut before) = (vec![0.0; placed.len()], 0);
    for tied in placed.chunk_by(|a, b| a.1.total_cmp(&b.1).is_eq()) {
        // The mean of before + 1 to before + n.
        let rank = before as f64 + f64::midpoint(1.0, tied.len() as f64);
        for (place, _) in tied {
            ranks[*place] = rank;
        }
        before += tied.len();
    }
    ranks
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The numbers of `scipy.stats.spearmanr` (SciPy 1.17.1).
    #[test]
    fn ties_share_their_mean_rank_as_in_scipy() {
        let told = |a: &[f64], b: &[f64]| {
            let pairs: Vec<(f64, f64)> = a.iter().copied().zip(b.iter().copied()).collect();
            rank_correlation(&pairs).unwrap()
        };
        let a = [0.0, 0.0, 1.5, 3.0, 3.0, 3.0, 0.5, 8.0, 0.0, 2.0];
        let b = [7.0, 6.0, 5.0, 5.0, 2.0, 1.0, 7.0, 3.0, 7.0, 6.0];
        assert!((told(&a, &b) - SCIPY_A).abs() < 1e-12, "{}", told(&a, &b));
        assert!((told(&b, &[1.0, 1.0, 2.0, 2.0, 2.0, 1.0, 3.0, 4.0, 5.0, 5.0]) - SCIPY_B).abs() < 1e-12);
        assert!((told(&[1.0, 2.0, 3.0], &[9.0, 8.0, 1.0]) + 1.0).abs() < 1e-12);
    }

    const SCIPY_A: f64 = -0.835_459_771_433_629_5;
    const SCIPY_B: f64 = 0.250_805_025_429_155_4;

    #[test]
    fn what_never_changes_has_no_rank() {
        assert_eq!(rank_correlation(&[(1.0, 2.0), (1.0, 3.0)]), None);
        assert_eq!(rank_correlation(&[]), None);
    }
}
