//! Ranks with their uncertainty: which places may a unit take?
//!
//! Source: M. Mogstad, J. P. Romano, A. M. Shaikh, D. Wilhelm (2024), Inference for Ranks with
//! Applications to Mobility across Neighbourhoods and Academic Achievement across Countries,
//! Review of Economic Studies 91.

use std::cmp::Ordering;

use serde::Serialize;
use thiserror::Error;

use crate::contrast::covariance_matrix;
use crate::distribution::normal_quantile;
use crate::figure::Figure;
use crate::marginal::{Other, Side, critical_value};
use crate::matrix::square_root;
use crate::normal::{BLOCK, Block, Normal, NormalErrors};
use crate::simulate::{Critical, MOST_DRAWS};
use crate::simultaneous::{is_diagonal, standard_errors};

/// A decision this many Monte-Carlo standard errors from its critical value does not hang on the
/// seed.
const SAFE: f64 = 3.0;
/// How many times as many draws settle a decision that is nearer.
const AGAIN: usize = 10;

/// Why no rank sets can be given.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum RankError {
    /// Estimates and covariance matrix do not fit, or are not finite.
    #[error("estimates and covariances do not fit together")]
    Unusable,
    /// A level outside (0, 1), fewer than 2 draws or more than 10 million.
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
    /// Random draws for the critical values; ten times as many where a decision is close.
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
    /// Pairs told apart, sorted: the first is larger than the second.
    pub apart: Vec<(usize, usize)>,
    /// Every decision is 3 Monte-Carlo standard errors or more from its critical value, so that
    /// another seed would give the same sets.
    pub settled: bool,
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
/// Neither the order of the units nor the number of threads changes a bit; units that have the
/// same estimate, variance and covariances keep their order.
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
    let level = rule.level > 0.0 && rule.level < 1.0;
    if !level || !(2..=MOST_DRAWS).contains(&rule.draws) {
        return Err(RankError::Level);
    }
    if p == 0 {
        return Ok(sets(0, Decision::default()));
    }
    let order = own_order(estimates, covariance);
    let comparison = Comparison::of(estimates, covariance, df, &order, rule);
    let comparison = comparison.ok_or(RankError::Unusable)?;
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
        result.settled &= own.settled;
        result.apart.extend(own.apart.into_iter().filter(|pair| pair.0 == unit || pair.1 == unit));
    }
    result.apart.sort_unstable();
    result.apart.dedup();
    Ok(result)
}

/// The units in an order that depends on their figures alone, so that each gets the same draws
/// in whatever order they come.
fn own_order(estimates: &[f64], covariance: &[Vec<f64>]) -> Vec<usize> {
    let sorted = |row: &Vec<f64>| {
        let mut row = row.clone();
        row.sort_by(f64::total_cmp);
        row
    };
    let rows: Vec<Vec<f64>> = covariance.iter().map(sorted).collect();
    let compared = |a: &[f64], b: &[f64]| {
        a.iter().zip(b).map(|(x, y)| x.total_cmp(y)).find(|o| o.is_ne()).unwrap_or(Ordering::Equal)
    };
    let mut order: Vec<usize> = (0..estimates.len()).collect();
    order.sort_by(|&a, &b| {
        let figures = |unit: usize| [estimates[unit], covariance[unit][unit]];
        compared(&figures(a), &figures(b)).then_with(|| compared(&rows[a], &rows[b]))
    });
    order
}

fn sets(p: usize, mut decision: Decision) -> RankSets {
    decision.apart.sort_unstable();
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
        settled: !decision.close,
        approximate: Vec::new(),
    }
}

#[derive(Default)]
struct Decision {
    apart: Vec<(usize, usize)>,
    critical_values: Vec<f64>,
    margin: Option<f64>,
    /// A decision hangs on the seed even after more draws.
    close: bool,
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
    /// Place of each unit among the simulated errors.
    place: Vec<usize>,
    errors: NormalErrors,
    /// Standard errors of the estimates, if no two have a covariance.
    independent: Option<Vec<f64>>,
    /// Degrees of freedom of each variance; nothing where variances are known.
    df: Option<&'a [f64]>,
}

impl<'a> Comparison<'a> {
    fn of(
        estimates: &[f64],
        covariance: &'a [Vec<f64>],
        df: Option<&'a [f64]>,
        order: &[usize],
        rule: &RankRule,
    ) -> Option<Self> {
        let p = estimates.len();
        let ordered: Vec<Vec<f64>> =
            order.iter().map(|&i| order.iter().map(|&j| covariance[i][j]).collect()).collect();
        let root = square_root(&ordered)?;
        let mut pairs = Vec::with_capacity(p * p.saturating_sub(1) / 2);
        for a in 0..p {
            for b in a + 1..p {
                let (larger, smaller) = if estimates[a] >= estimates[b] { (a, b) } else { (b, a) };
                let size = covariance[a][a] + covariance[b][b];
                let variance = size - (covariance[a][b] + covariance[b][a]);
                let se = if variance > 1e-14 * size { variance.sqrt() } else { 0.0 };
                let statistic = (estimates[larger] - estimates[smaller]) / se;
                pairs.push(Pair { larger, smaller, se, statistic });
            }
        }
        let mut place = vec![0; p];
        order.iter().enumerate().for_each(|(at, &unit)| place[unit] = at);
        // Censuses are compared without any draw.
        let draws = if pairs.iter().any(|pair| pair.se > 0.0) { rule.draws } else { 0 };
        let errors = NormalErrors::new(root, rule.seed, draws);
        let independent = is_diagonal(covariance).then(|| standard_errors(covariance));
        Some(Self { pairs, covariance, place, errors, independent, df })
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
            let (critical, nearest) = self.step(&open, &settled, rule);
            decision.close |= nearest < SAFE * critical.error;
            decision.critical_values.push(critical.value);
            decision.margin = Some(decision.margin.map_or(nearest, |m| m.min(nearest)));
            let (rejected, rest): (Vec<Pair>, Vec<Pair>) =
                open.iter().partition(|p| p.statistic > critical.value);
            decision.apart.extend(rejected.iter().map(|p| (p.larger, p.smaller)));
            if rejected.is_empty() || !rule.step_down {
                break;
            }
            settled.extend(rejected);
            open = rest;
        }
        decision
    }

    /// The critical value of a step and how far the nearest decision is from it, with more draws
    /// where that is too near to be sure of.
    fn step(&self, open: &[Pair], settled: &[Pair], rule: &RankRule) -> (Critical, f64) {
        let nearest = |critical: &Critical| {
            open.iter().map(|p| (p.statistic - critical.value).abs()).fold(f64::MAX, f64::min)
        };
        let known = self.df.is_none();
        let exact = known.then(|| self.exact_value(open, settled, rule)).flatten();
        let exact = exact.map(Critical::exact);
        let critical = exact.unwrap_or_else(|| self.critical_value(open, settled, rule));
        let distance = nearest(&critical);
        if distance >= SAFE * critical.error {
            return (critical, distance);
        }
        let draws = rule.draws.saturating_mul(AGAIN).min(MOST_DRAWS);
        let more = RankRule { draws, ..*rule };
        let critical = self.critical_value(open, settled, &more);
        let distance = nearest(&critical);
        (critical, distance)
    }

    /// The critical value without draws: of one pair, or of one unit's pairs where all estimates
    /// are independent.
    fn exact_value(&self, open: &[Pair], settled: &[Pair], rule: &RankRule) -> Option<f64> {
        if open.len() == 1 && settled.is_empty() {
            return normal_quantile(0.5 * (1.0 + rule.level));
        }
        let errors = self.independent.as_ref()?;
        let first = open.first()?;
        let all = || open.iter().chain(settled);
        let has = |unit: &usize| all().all(|p| p.larger == *unit || p.smaller == *unit);
        let unit = [first.larger, first.smaller].into_iter().find(has)?;
        let other = |p: &Pair| if p.larger == unit { p.smaller } else { p.larger };
        let compared = |p: &Pair, side: Side| Other { se: errors[other(p)], side };
        // What is open of a settled pair is that its smaller unit were the larger one.
        let reverse =
            |p: &Pair| if p.larger == unit { Side::OtherLarger } else { Side::OtherSmaller };
        let mut others: Vec<Other> = open.iter().map(|p| compared(p, Side::Both)).collect();
        others.extend(settled.iter().map(|p| compared(p, reverse(p))));
        critical_value(errors[unit], &others, rule.level)
    }

    /// The quantile of the largest studentised difference over the open pairs, in both
    /// directions, and over the settled ones in the direction that is still open.
    ///
    /// Where variances are estimates, each varies in a draw like χ²/df, and differences are
    /// measured by it.
    fn critical_value(&self, open: &[Pair], settled: &[Pair], rule: &RankRule) -> Critical {
        let largest = match self.df {
            None => self.errors.largest(rule.draws, |_, errors, largest| {
                self.raise(open, errors, largest, f64::abs);
                self.raise(settled, errors, largest, |distance| -distance);
            }),
            Some(df) => self.errors.largest(rule.draws, |number, errors, largest| {
                let scales = self.scales(df, rule.seed, number);
                self.raise_studentised(open, errors, &scales, largest, f64::abs);
                self.raise_studentised(settled, errors, &scales, largest, |distance| -distance);
            }),
        };
        Critical::of(largest, rule.level)
    }

    /// By how much each standard deviation is estimated too large or too small, in the draws of
    /// a block; units by their place.
    fn scales(&self, df: &[f64], seed: [u8; 32], number: usize) -> Vec<[f64; BLOCK]> {
        // The errors have the streams from 0 on; these begin beyond them.
        let mut normal = Normal::of(seed, (1 << 40) + number as u64);
        let mut by_place = vec![1.0; df.len()];
        for (&place, &df) in self.place.iter().zip(df) {
            by_place[place] = df.max(1.0);
        }
        let scale = |df: f64| {
            let mut draw = || (normal.chi_squared(df) / df).sqrt();
            std::array::from_fn(|_| draw())
        };
        by_place.into_iter().map(scale).collect()
    }

    /// Lifts the largest distances of some draws to those of the pairs.
    fn raise(
        &self,
        pairs: &[Pair],
        errors: &Block,
        largest: &mut [f64; BLOCK],
        direction: impl Fn(f64) -> f64,
    ) {
        // A copy, which the processor can keep at hand from pair to pair.
        let mut most = *largest;
        for pair in pairs {
            let scale = 1.0 / pair.se;
            let larger = &errors[self.place[pair.larger]];
            let smaller = &errors[self.place[pair.smaller]];
            for ((most, a), b) in most.iter_mut().zip(larger).zip(smaller) {
                let distance = direction((a - b) * scale);
                // Unlike `f64::max`, this is done for several numbers at once.
                *most = if distance > *most { distance } else { *most };
            }
        }
        *largest = most;
    }

    /// The same with standard errors that vary from draw to draw.
    fn raise_studentised(
        &self,
        pairs: &[Pair],
        errors: &Block,
        scales: &Block,
        largest: &mut [f64; BLOCK],
        direction: impl Fn(f64) -> f64,
    ) {
        for pair in pairs {
            let (a, b) = (pair.larger, pair.smaller);
            let (at, beside) = (self.place[a], self.place[b]);
            let common = self.covariance[a][b] + self.covariance[b][a];
            for (draw, most) in largest.iter_mut().enumerate() {
                let (x, y) = (scales[at][draw], scales[beside][draw]);
                let own = self.covariance[a][a] * x * x + self.covariance[b][b] * y * y;
                let spread = (own - common * x * y).max(f64::MIN_POSITIVE).sqrt();
                let distance = direction((errors[at][draw] - errors[beside][draw]) / spread);
                *most = most.max(distance);
            }
        }
    }
}
