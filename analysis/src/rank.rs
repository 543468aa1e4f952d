//! Ranks with their uncertainty: which places may a unit take?
//!
//! Source: M. Mogstad, J. P. Romano, A. M. Shaikh, D. Wilhelm (2024), Inference for Ranks with
//! Applications to Mobility across Neighbourhoods and Academic Achievement across Countries,
//! Review of Economic Studies 91.

use nalgebra::DMatrix;
use rand_chacha::ChaCha20Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};
use serde::Serialize;
use thiserror::Error;

use crate::contrast::covariance_matrix;
use crate::figure::Figure;
use crate::matrix::eigen;

/// Why no rank sets can be given.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum RankError {
    /// Estimates and covariance matrix do not fit, or are not finite.
    #[error("estimates and covariances do not fit together")]
    Unusable,
    /// A level outside (0, 1) or no draws.
    #[error("the level or the number of draws is not usable")]
    Level,
    /// A figure without data has no rank.
    #[error("figure {figure} has no value")]
    NoValue {
        /// Position among the figures, from 0.
        figure: usize,
    },
}

/// What is asked.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct RankRule {
    /// Confidence level.
    pub level: f64,
    /// All sets hold together; otherwise each for itself.
    pub simultaneous: bool,
    /// Test again without the pairs that were told apart.
    pub step_down: bool,
    /// Random draws for the critical values.
    pub draws: usize,
    /// Seed of the draws.
    pub seed: [u8; 32],
}

impl Default for RankRule {
    fn default() -> Self {
        Self { level: 0.95, simultaneous: true, step_down: true, draws: 100_000, seed: [0; 32] }
    }
}

/// The ranks that each unit may have; rank 1 is the largest estimate.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct RankSets {
    /// Best possible rank of each unit.
    pub best: Vec<usize>,
    /// Worst possible rank of each unit.
    pub worst: Vec<usize>,
    /// Critical values, one per step (for simultaneous sets).
    pub critical_values: Vec<f64>,
    /// How far the nearest decision is from its critical value.
    pub margin: f64,
    /// Pairs told apart: the first is larger than the second.
    pub apart: Vec<(usize, usize)>,
    /// Units whose figures rest on few respondents or few degrees of freedom: with them the level
    /// is only nearly kept.
    pub approximate: Vec<usize>,
}

/// Sets of ranks of figures of one design, for samples of any size.
///
/// The critical values take into account what each variance estimate is worth
/// ([`crate::DegreesOfFreedom::Effective`]): in a draw, the variances vary as the errors do.
/// What strata whose answers are all alike may hide is added to the variance.
///
/// # Errors
/// [`RankError::NoValue`] for a figure without data; [`RankError::Unusable`] for figures of
/// different designs or without a variance.
pub fn rank_sets_of(figures: &[&Figure<'_>], rule: &RankRule) -> Result<RankSets, RankError> {
    let mut covariance = covariance_matrix(figures).map_err(|_| RankError::Unusable)?;
    let (mut estimates, mut df, mut approximate) = (Vec::new(), Vec::new(), Vec::new());
    for (position, figure) in figures.iter().enumerate() {
        let value = figure.value().ok_or(RankError::NoValue { figure: position })?;
        let found = figure.uncertainty().map_err(|_| RankError::Unusable)?;
        covariance[position][position] += found.hidden;
        estimates.push(value);
        df.push(found.df);
        if found.approximate {
            approximate.push(position);
        }
    }
    let sets = sets_of(&estimates, &covariance, Some(&df), rule)?;
    Ok(RankSets { approximate, ..sets })
}

/// Sets of ranks from estimates and their covariances, which are taken to be known: for large
/// samples.
///
/// Two units whose difference has no sampling error (both censuses) are compared exactly.
///
/// # Errors
/// [`RankError`] when the arguments do not fit.
pub fn rank_sets(
    estimates: &[f64],
    covariance: &[Vec<f64>],
    rule: &RankRule,
) -> Result<RankSets, RankError> {
    sets_of(estimates, covariance, None, rule)
}

fn sets_of(
    estimates: &[f64],
    covariance: &[Vec<f64>],
    df: Option<&[f64]>,
    rule: &RankRule,
) -> Result<RankSets, RankError> {
    let p = estimates.len();
    let square = covariance.len() == p && covariance.iter().all(|row| row.len() == p);
    let finite = estimates.iter().chain(covariance.iter().flatten()).all(|x| x.is_finite());
    if !square || !finite {
        return Err(RankError::Unusable);
    }
    if !(rule.level > 0.0 && rule.level < 1.0) || rule.draws < 2 {
        return Err(RankError::Level);
    }
    if p == 0 {
        return Ok(sets(0, Decision::default()));
    }
    let comparison = Comparison::of(estimates, covariance, df).ok_or(RankError::Unusable)?;
    if rule.simultaneous {
        let found = comparison.decide(rule, |_, _| true);
        return Ok(sets(p, found));
    }
    let mut result = sets(p, Decision::default());
    for unit in 0..p {
        let found = comparison.decide(rule, |a, b| a == unit || b == unit);
        let own = sets(p, found);
        result.best[unit] = own.best[unit];
        result.worst[unit] = own.worst[unit];
        result.margin = result.margin.min(own.margin);
        result.apart.extend(own.apart.into_iter().filter(|pair| pair.0 == unit || pair.1 == unit));
    }
    result.apart.sort_unstable();
    result.apart.dedup();
    Ok(result)
}

fn sets(p: usize, decision: Decision) -> RankSets {
    let (mut best, mut worst) = (vec![1; p], vec![p; p]);
    for &(larger, smaller) in &decision.apart {
        best[smaller] += 1;
        worst[larger] -= 1;
    }
    RankSets {
        best,
        worst,
        critical_values: decision.critical_values,
        margin: decision.margin.unwrap_or(f64::MAX),
        apart: decision.apart,
        approximate: Vec::new(),
    }
}

#[derive(Default)]
struct Decision {
    apart: Vec<(usize, usize)>,
    critical_values: Vec<f64>,
    margin: Option<f64>,
}

/// A pair of units, the first of them the larger estimate.
#[derive(Clone, Copy)]
struct Pair {
    larger: usize,
    smaller: usize,
    se: f64,
    statistic: f64,
}

struct Comparison<'a> {
    pairs: Vec<Pair>,
    covariance: &'a [Vec<f64>],
    /// A square root of the covariance matrix.
    root: DMatrix<f64>,
    /// Degrees of freedom of each variance; nothing where variances are known.
    df: Option<&'a [f64]>,
}

impl<'a> Comparison<'a> {
    fn of(estimates: &[f64], covariance: &'a [Vec<f64>], df: Option<&'a [f64]>) -> Option<Self> {
        let p = estimates.len();
        let matrix = DMatrix::from_fn(p, p, |i, j| 0.5 * (covariance[i][j] + covariance[j][i]));
        let eigen = eigen(matrix)?;
        let roots = DMatrix::from_diagonal(&eigen.eigenvalues.map(|v| v.max(0.0).sqrt()));
        let root = &eigen.eigenvectors * roots;
        let mut pairs = Vec::with_capacity(p * p.saturating_sub(1) / 2);
        for a in 0..p {
            for b in a + 1..p {
                let (larger, smaller) = if estimates[a] >= estimates[b] { (a, b) } else { (b, a) };
                let size = covariance[a][a] + covariance[b][b];
                let variance = size - covariance[a][b] - covariance[b][a];
                let se = if variance > 1e-14 * size { variance.sqrt() } else { 0.0 };
                let statistic = (estimates[larger] - estimates[smaller]) / se;
                pairs.push(Pair { larger, smaller, se, statistic });
            }
        }
        Some(Self { pairs, covariance, root, df })
    }

    /// Tests the pairs concerned, in steps.
    fn decide(&self, rule: &RankRule, concerns: impl Fn(usize, usize) -> bool) -> Decision {
        let mut decision = Decision::default();
        let concerned = self.pairs.iter().filter(|p| concerns(p.larger, p.smaller));
        let (exact, mut open): (Vec<Pair>, Vec<Pair>) = concerned.partition(|p| p.se == 0.0);
        let apart = exact.iter().filter(|p| p.statistic > 0.0);
        decision.apart.extend(apart.map(|p| (p.larger, p.smaller)));
        // A pair told apart stays open in the other direction.
        let mut settled: Vec<Pair> = Vec::new();
        while !open.is_empty() {
            let critical = self.critical_value(&open, &settled, rule);
            decision.critical_values.push(critical);
            let nearest = open.iter().map(|p| (p.statistic - critical).abs());
            decision.margin = nearest.chain(decision.margin).reduce(f64::min);
            let (rejected, rest): (Vec<Pair>, Vec<Pair>) =
                open.iter().partition(|p| p.statistic > critical);
            decision.apart.extend(rejected.iter().map(|p| (p.larger, p.smaller)));
            if rejected.is_empty() || !rule.step_down {
                break;
            }
            settled.extend(rejected);
            open = rest;
        }
        decision
    }

    /// The quantile of the largest studentised difference over the open pairs, in both
    /// directions, and over the settled ones in the direction that is still open.
    ///
    /// Where variances are estimates, each varies in a draw like χ²/df, and differences are
    /// measured by it.
    fn critical_value(&self, open: &[Pair], settled: &[Pair], rule: &RankRule) -> f64 {
        let p = self.root.nrows();
        let mut normal = Normal::seeded(rule.seed);
        let mut largest = Vec::with_capacity(rule.draws);
        let mut shocks = vec![0.0; p];
        let mut errors = vec![0.0; p];
        let mut scales = vec![1.0; p];
        for _ in 0..rule.draws {
            shocks.iter_mut().for_each(|z| *z = normal.next());
            errors.iter_mut().for_each(|e| *e = 0.0);
            for (j, z) in shocks.iter().enumerate() {
                for (error, root) in errors.iter_mut().zip(self.root.column(j).iter()) {
                    *error += root * z;
                }
            }
            for (scale, &df) in scales.iter_mut().zip(self.df.into_iter().flatten()) {
                *scale = (normal.chi_squared(df.max(1.0)) / df.max(1.0)).sqrt();
            }
            let distance = |p: &Pair| {
                let error = errors[p.larger] - errors[p.smaller];
                error / self.df.map_or(p.se, |_| self.spread(p, &scales))
            };
            let both = open.iter().map(|p| distance(p).abs());
            let reverse = settled.iter().map(|p| -distance(p));
            largest.push(both.chain(reverse).fold(0.0, f64::max));
        }
        largest.sort_by(f64::total_cmp);
        // The chance of the draws counts too: with this order statistic a further draw is larger
        // with a probability of at most 1 − level.
        let place = (rule.level * (largest.len() as f64 + 1.0)).ceil();
        let index = (1..largest.len()).find(|&i| i as f64 >= place).unwrap_or(largest.len());
        largest[index - 1]
    }

    /// The standard error of a difference when each standard deviation is scaled.
    fn spread(&self, pair: &Pair, scales: &[f64]) -> f64 {
        let (a, b) = (pair.larger, pair.smaller);
        let own = |i: usize| self.covariance[i][i] * scales[i] * scales[i];
        let common = (self.covariance[a][b] + self.covariance[b][a]) * scales[a] * scales[b];
        (own(a) + own(b) - common).max(f64::MIN_POSITIVE).sqrt()
    }
}

/// Standard normal numbers by the polar method (G. Marsaglia 1964).
struct Normal {
    random: ChaCha20Rng,
    spare: Option<f64>,
}

impl Normal {
    fn seeded(seed: [u8; 32]) -> Self {
        Self { random: ChaCha20Rng::from_seed(seed), spare: None }
    }

    fn next(&mut self) -> f64 {
        if let Some(spare) = self.spare.take() {
            return spare;
        }
        loop {
            let (x, y) = (self.between(), self.between());
            let s = x * x + y * y;
            if s > 0.0 && s < 1.0 {
                let factor = (-2.0 * s.ln() / s).sqrt();
                self.spare = Some(y * factor);
                return x * factor;
            }
        }
    }

    /// Chi-squared with at least one degree of freedom (G. Marsaglia, W. W. Tsang 2000, A simple
    /// method for generating gamma variables).
    fn chi_squared(&mut self, df: f64) -> f64 {
        let d = df / 2.0 - 1.0 / 3.0;
        let c = 1.0 / (9.0 * d).sqrt();
        loop {
            let z = self.next();
            let v = (1.0 + c * z).powi(3);
            let u = 0.5 * (1.0 + self.between());
            if v > 0.0 && u.ln() < 0.5 * z * z + d - d * v + d * v.ln() {
                return 2.0 * d * v;
            }
        }
    }

    /// Uniform between −1 and 1.
    fn between(&mut self) -> f64 {
        let bits = self.random.next_u64() >> 11;
        2.0 * (bits as f64 / (1u64 << 53) as f64) - 1.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn censuses_are_compared_exactly_and_ties_share_their_ranks() {
        let none = vec![vec![0.0; 3]; 3];
        let sets = rank_sets(&[5.0, 7.0, 5.0], &none, &RankRule::default()).unwrap();
        assert_eq!(sets.best, [2, 1, 2]);
        assert_eq!(sets.worst, [3, 1, 3]);
    }

    #[test]
    fn one_unit_has_rank_one_and_bad_input_is_refused() {
        let sets = rank_sets(&[5.0], &[vec![1.0]], &RankRule::default()).unwrap();
        assert_eq!((sets.best, sets.worst), (vec![1], vec![1]));
        let empty = rank_sets(&[], &[], &RankRule::default()).unwrap();
        assert!(empty.best.is_empty());
        assert!(
            rank_sets(&[1.0, f64::NAN], &[vec![1.0; 2], vec![1.0; 2]], &RankRule::default())
                .is_err()
        );
        assert!(rank_sets(&[1.0], &[], &RankRule::default()).is_err());
    }

    #[test]
    fn two_units_far_apart_are_told_apart() {
        let covariance = vec![vec![1.0, 0.5], vec![0.5, 1.0]];
        let rule = RankRule { draws: 20_000, ..RankRule::default() };
        let sets = rank_sets(&[10.0, 0.0], &covariance, &rule).unwrap();
        assert_eq!((sets.best, sets.worst), (vec![1, 2], vec![1, 2]));
        // One pair: the critical value is that of |Z|.
        assert!((sets.critical_values[0] - 1.96).abs() < 0.03);
    }
}
