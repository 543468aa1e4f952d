//! Importance and performance: which questions matter, how sure that is, and where to begin.
//!
//! Association, not cause: a question that goes with satisfaction need not make it.
//!
//! Sources: J. A. Martilla, J. C. James (1977), Journal of Marketing 41 (importance and
//! performance); U. Grömping (2007), The American Statistician 61 (bootstrap of shares).

use serde::Serialize;

use crate::driver::{Drivers, drivers};
use crate::estimate::Est;
use crate::exact_sum::exact_sum;
use crate::replicate::{Replicated, Replicates};
use crate::variable::Variable;

/// Percentiles of fewer replicates than this say nothing about the tails.
const FEWEST: usize = 1_000;

/// Drivers with the percentile intervals of their replicates.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct DriverIntervals {
    /// The drivers by the weights of the design.
    pub drivers: Drivers,
    /// Interval of R²; like all others nothing with fewer than 1,000 replicates.
    pub r_squared: Option<[f64; 2]>,
    /// Interval of each Shapley value.
    pub shapley: Vec<Option<[f64; 2]>>,
    /// Interval of each of Johnson's relative weights.
    pub relative_weights: Vec<Option<[f64; 2]>>,
    /// Interval of each standardised coefficient: where 0 is inside, its sign is not sure.
    pub coefficients: Vec<Option<[f64; 2]>>,
    /// Replicates in which the drivers could be computed.
    pub replicates: usize,
}

/// Drivers by the weights of a design, with the percentiles of its replicates.
///
/// `weights` are those of the design that the replicates were made of.
/// Nothing where [`drivers`] gives nothing.
#[must_use]
pub fn driver_intervals(
    outcome: &Variable,
    predictors: &[&Variable],
    weights: &[f64],
    replicates: &Replicates,
    level: f64,
) -> Option<DriverIntervals> {
    let whole = drivers(outcome, predictors, weights)?;
    let each: Vec<Drivers> = (0..replicates.len())
        .filter_map(|r| drivers(outcome, predictors, &replicates.weights(r)))
        .collect();
    let interval = |of: &dyn Fn(&Drivers) -> f64| {
        let values = each.iter().map(|drivers| Some(of(drivers))).collect();
        let found = Replicated { value: None, replicates: values };
        found.percentiles(level).filter(|_| each.len() >= FEWEST)
    };
    let predictors = 0..predictors.len();
    let shapley = predictors.clone().map(|i| interval(&|d| d.shapley[i])).collect();
    let relative_weights =
        predictors.clone().map(|i| interval(&|d| d.relative_weights[i])).collect();
    let coefficients = predictors.map(|i| interval(&|d| d.coefficients[i])).collect();
    Some(DriverIntervals {
        r_squared: interval(&|d| d.r_squared),
        shapley,
        relative_weights,
        coefficients,
        replicates: each.len(),
        drivers: whole,
    })
}

/// Where a question lies by importance and performance.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Quadrant {
    /// Matters, and is judged badly: begin here.
    Improve,
    /// Matters, and is judged well.
    KeepUp,
    /// Matters less, and is judged badly.
    LowPriority,
    /// Matters less, and is judged well: perhaps more effort than is needed.
    Ease,
}

/// The quadrant of a question.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Placed {
    /// Its quadrant by the estimates.
    pub quadrant: Quadrant,
    /// The interval of its importance does not cross the line between much and little.
    pub importance_sure: bool,
    /// The interval of its performance does not cross the line between well and badly.
    pub performance_sure: bool,
}

/// The quadrant of each question, from its importance (a share of explained variance with its
/// interval) and its performance.
///
/// The lines are `cuts` (importance, performance) or, where none are given, the means over the
/// questions that have both; on a line counts as above.
/// A question without performance is in no quadrant; an interval that is not known is not sure.
#[must_use]
pub fn quadrants(
    importance: &[(f64, Option<[f64; 2]>)],
    performance: &[Est],
    cuts: Option<[f64; 2]>,
) -> Vec<Option<Placed>> {
    let both: Vec<(f64, f64)> = importance
        .iter()
        .zip(performance)
        .filter_map(|(share, est)| Some((share.0, est.value?)))
        .collect();
    let mean = |of: &dyn Fn(&(f64, f64)) -> f64| exact_sum(both.iter().map(of)) / both.len() as f64;
    let [much, well] = cuts.unwrap_or_else(|| [mean(&|pair| pair.0), mean(&|pair| pair.1)]);
    let sure =
        |ci: Option<[f64; 2]>, line: f64| ci.is_some_and(|[low, high]| low > line || high < line);
    let place = |(place, &(share, ci)): (usize, &(f64, Option<[f64; 2]>))| {
        let est = performance.get(place)?;
        let quadrant = match (share >= much, est.value? >= well) {
            (true, true) => Quadrant::KeepUp,
            (true, false) => Quadrant::Improve,
            (false, true) => Quadrant::Ease,
            (false, false) => Quadrant::LowPriority,
        };
        let (importance_sure, performance_sure) = (sure(ci, much), sure(est.ci, well));
        Some(Placed { quadrant, importance_sure, performance_sure })
    };
    importance.iter().enumerate().map(place).collect()
}
