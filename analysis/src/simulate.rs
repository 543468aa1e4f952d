//! Normal errors with a given covariance matrix, drawn from a seed: critical values, adjusted
//! p-values and probabilities of ranks are read from them.

use nalgebra::DMatrix;

use crate::matrix::square_root;
use crate::normal::Normal;

/// More draws than this are refused: they would need gigabytes and settle nothing.
pub(crate) const MOST_DRAWS: usize = 10_000_000;

/// How often chance is played through, and from which seed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Draws {
    /// How many draws: from 1 to 10 million, others are taken to the nearer of the two.
    pub count: usize,
    /// Seed of the draws.
    pub seed: [u8; 32],
}

impl Default for Draws {
    fn default() -> Self {
        Self { count: 100_000, seed: [0; 32] }
    }
}

impl Draws {
    pub(crate) fn number(&self) -> usize {
        self.count.clamp(1, MOST_DRAWS)
    }
}

/// A stream of error vectors from N(0, Σ).
pub(crate) struct Errors {
    root: DMatrix<f64>,
    normal: Normal,
    shocks: Vec<f64>,
    errors: Vec<f64>,
}

impl Errors {
    /// `None` for a matrix that is empty, not square or not finite.
    pub(crate) fn seeded(covariance: &[Vec<f64>], seed: [u8; 32]) -> Option<Self> {
        let size = covariance.len();
        if covariance.iter().any(|row| row.len() != size) {
            return None;
        }
        let root = square_root(covariance)?;
        let (shocks, errors) = (vec![0.0; size], vec![0.0; size]);
        Some(Self { root, normal: Normal::of(seed, 0), shocks, errors })
    }

    /// The next vector of errors.
    pub(crate) fn next(&mut self) -> &[f64] {
        let normal = &mut self.normal;
        self.shocks.iter_mut().for_each(|z| *z = normal.next());
        self.errors.fill(0.0);
        for (column, shock) in self.shocks.iter().enumerate() {
            for (error, root) in self.errors.iter_mut().zip(self.root.column(column).iter()) {
                *error += root * shock;
            }
        }
        &self.errors
    }
}

/// A quantile of simulated numbers.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Critical {
    pub(crate) value: f64,
    /// Its Monte-Carlo standard error.
    pub(crate) error: f64,
}

impl Critical {
    /// A value that nothing was drawn for.
    pub(crate) fn exact(value: f64) -> Self {
        Self { value, error: 0.0 }
    }

    /// The quantile at a level.
    ///
    /// The share of B draws below the true quantile has the standard error √(p(1 − p)/B), and the
    /// quantile that error over the density (W. J. Conover 1999, Practical Nonparametric
    /// Statistics, 3rd ed., section 3.2), here taken from the quantiles three errors to either
    /// side.
    pub(crate) fn of(mut values: Vec<f64>, level: f64) -> Self {
        let [from, to, spread] = Self::range(values.len(), level);
        let read = values.len() - Self::needed(values.len(), level);
        if read > 0 {
            values.select_nth_unstable_by(read - 1, f64::total_cmp);
        }
        values[read..].sort_unstable_by(f64::total_cmp);
        let at = |p: f64| quantile(&values, p);
        let error = (at(to) - at(from)) * spread / (to - from);
        Self { value: at(level), error: if error.is_finite() { error } else { f64::MAX } }
    }

    /// How many of the largest of so many values [`Critical::of`] reads; of the others, only
    /// that they are smaller.
    pub(crate) fn needed(draws: usize, level: f64) -> usize {
        let [from, ..] = Self::range(draws, level);
        draws - position(from, draws.saturating_sub(1))
    }

    /// The quantiles that the error is read from, and the standard error of the share below one.
    fn range(draws: usize, level: f64) -> [f64; 3] {
        let spread = (level * (1.0 - level) / draws.max(1) as f64).sqrt();
        [(level - 3.0 * spread).max(0.0), (level + 3.0 * spread).min(1.0), spread]
    }
}

/// The p-quantile of numbers in ascending order, linear between neighbours; 0 of none.
pub(crate) fn quantile(sorted: &[f64], p: f64) -> f64 {
    let Some(last) = sorted.len().checked_sub(1) else { return 0.0 };
    let place = p * last as f64;
    let below = position(p, last);
    let above = (below + 1).min(last);
    sorted[below] + (place - below as f64) * (sorted[above] - sorted[below])
}

/// The whole part of `p · last`.
fn position(p: f64, last: usize) -> usize {
    (0..=last).rfind(|&i| i as f64 <= p * last as f64).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn drawn_errors_have_the_covariance_asked_for() {
        let covariance = vec![vec![4.0, 1.0, 0.0], vec![1.0, 1.0, 0.0], vec![0.0; 3]];
        let mut errors = Errors::seeded(&covariance, [3; 32]).unwrap();
        let draws = 100_000;
        let mut sums = vec![vec![0.0; 3]; 3];
        for _ in 0..draws {
            let error = errors.next();
            for (i, row) in sums.iter_mut().enumerate() {
                row.iter_mut().zip(error).for_each(|(sum, e)| *sum += error[i] * e);
            }
        }
        for (row, want) in sums.iter().flatten().zip(covariance.iter().flatten()) {
            assert!((row / f64::from(draws) - want).abs() < 0.06, "{row} {want}");
        }
    }

    #[test]
    fn the_error_of_a_quantile_is_what_other_seeds_show() {
        let quantile = |seed: u8| {
            let mut errors = Errors::seeded(&[vec![1.0]], [seed; 32]).unwrap();
            Critical::of((0..4_000).map(|_| errors.next()[0].abs()).collect(), 0.95)
        };
        let found: Vec<Critical> = (0..100).map(quantile).collect();
        let mean = found.iter().map(|c| c.value).sum::<f64>() / 100.0;
        let variance = found.iter().map(|c| (c.value - mean).powi(2)).sum::<f64>() / 99.0;
        let stated = found.iter().map(|c| c.error).sum::<f64>() / 100.0;
        assert!((mean - 1.96).abs() < 0.02, "{mean}");
        assert!((stated / variance.sqrt() - 1.0).abs() < 0.25, "{stated} {}", variance.sqrt());
        assert!(found.iter().all(|c| (c.error / stated - 1.0).abs() < 0.6), "{found:?}");
    }

    #[test]
    fn a_matrix_that_is_none_gives_no_errors() {
        assert!(Errors::seeded(&[], [0; 32]).is_none());
        assert!(Errors::seeded(&[vec![1.0, 2.0]], [0; 32]).is_none());
        assert!(Errors::seeded(&[vec![f64::NAN]], [0; 32]).is_none());
        assert_eq!(quantile(&[], 0.5), 0.0);
    }
}
