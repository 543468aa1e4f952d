//! Ranks with their uncertainty: which places may a unit take?
//!
//! Source: M. Mogstad, J. P. Romano, A. M. Shaikh, D. Wilhelm (2024), Inference for Ranks with
//! Applications to Mobility across Neighbourhoods and Academic Achievement across Countries,
//! Review of Economic Studies 91.

use std::cmp::Ordering;

use serde::Serialize;
use thiserror::Error;

use crate::contrast::covariance_matrix;
use crate::figure::Figure;
use crate::simulate::MOST_DRAWS;

mod comparison;
mod tail;

use comparison::{Comparison, Decision};

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
    /// Random draws for the critical values; up to four times as many where a decision is close.
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
/// A figure whose uncertainty is not known (one respondent) is told apart from nobody.
///
/// # Errors
/// [`RankError::NoValue`] for a figure without data; [`RankError::Unusable`] for figures of
/// different designs.
pub fn rank_sets_of(figures: &[&Figure<'_>], rule: &RankRule) -> Result<RankSets, RankError> {
    let (mut compared, mut approximate) = (Vec::new(), Vec::new());
    let (mut estimates, mut hidden, mut df) = (Vec::new(), Vec::new(), Vec::new());
    for (position, figure) in figures.iter().enumerate() {
        let value = figure.value().ok_or(RankError::NoValue { figure: position })?;
        let found = figure.uncertainty().map_err(|_| RankError::Unusable)?;
        if found.approximate {
            approximate.push(position);
        }
        if found.hidden.is_finite() {
            compared.push(position);
            estimates.push(value);
            hidden.push(found.hidden);
            df.push(found.df);
        }
    }
    let known: Vec<&Figure<'_>> = compared.iter().map(|&position| figures[position]).collect();
    let mut covariance = covariance_matrix(&known).map_err(|_| RankError::Unusable)?;
    hidden.iter().enumerate().for_each(|(at, hidden)| covariance[at][at] += hidden);
    let found = sets_of(&estimates, &covariance, Some(&df), rule)?;
    let unknown = figures.len() - compared.len();
    let mut sets = RankSets { approximate, ..sets(figures.len(), Decision::default()) };
    for (at, &position) in compared.iter().enumerate() {
        (sets.best[position], sets.worst[position]) = (found.best[at], found.worst[at] + unknown);
    }
    sets.apart = found.apart.iter().map(|&(a, b)| (compared[a], compared[b])).collect();
    (sets.margin, sets.settled) = (found.margin, found.settled);
    sets.critical_values = found.critical_values;
    Ok(sets)
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
        return Ok(sets(p, comparison.decide(rule, None)));
    }
    let mut result = sets(p, Decision::default());
    for unit in 0..p {
        let own = sets(p, comparison.decide(rule, Some(unit)));
        result.best[unit] = own.best[unit];
        result.worst[unit] = own.worst[unit];
        result.margin = result.margin.min(own.margin);
        result.settled &= own.settled;
        result.apart.extend(own.apart);
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
