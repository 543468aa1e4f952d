//! Weights made to meet known population counts: post-strata, raking, calibration, trimming.
//!
//! Each gives a new [`Design`]; its variances are those of the calibration residuals.
//!
//! Sources: J.-C. Deville, C.-E. Särndal (1992), JASA 87 (calibration estimators, distance
//! functions); J.-C. Deville, C.-E. Särndal, O. Sautory (1993), JASA 88 (generalized raking);
//! W. E. Deming, F. F. Stephan (1940) (iterative proportional fitting).

use std::sync::Arc;

use serde::Serialize;
use thiserror::Error;

use crate::design::{Design, LARGEST, equal_weights};
use crate::exact_sum::{ExactSum, exact_sum};
use crate::matrix::Pseudoinverse;

/// Margins whose totals differ by more than this contradict each other.
const SAME_TOTAL: f64 = 0.5;

/// A classification of the rows with the population count of each class.
#[derive(Debug, Clone, PartialEq)]
pub struct Margin {
    /// Class of each row.
    pub class_of: Vec<usize>,
    /// People of each class in the population.
    pub counts: Vec<f64>,
}

/// How far a calibrated weight is from its design weight.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub enum Distance {
    /// g = 1 + x'λ (generalized regression); weights may become negative unless bounded.
    #[default]
    Linear,
    /// g = exp(x'λ).
    Raking,
    /// g between two bounds, by a logistic curve.
    Logit,
}

/// How the iteration is stopped and what weights are allowed.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Limits {
    /// Rounds at most.
    pub iterations: usize,
    /// Largest difference allowed between a margin and its count, relative to 1 + count.
    pub tolerance: f64,
    /// Least and largest ratio of new to old weight (needed for [`Distance::Logit`]).
    pub bounds: Option<[f64; 2]>,
}

impl Default for Limits {
    fn default() -> Self {
        Self { iterations: 200, tolerance: 1e-12, bounds: None }
    }
}

/// What calibration did to the weights.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Adjusted {
    /// Rounds needed.
    pub iterations: usize,
    /// Largest difference left between a margin and its count.
    pub margin_error: f64,
    /// Least ratio of new to old weight.
    pub least_ratio: f64,
    /// Largest ratio of new to old weight.
    pub largest_ratio: f64,
    /// 1 + cv² of the new weights (Kish 1965, section 11.7).
    pub weighting_effect: f64,
    /// Columns or classes that follow from the others and were not needed.
    pub dependent: usize,
}

/// Why weights cannot be made to meet the counts.
#[derive(Debug, Clone, PartialEq, Error)]
#[non_exhaustive]
pub enum CalibrationError {
    /// A column has another number of rows than the design, or counts are missing.
    #[error("{what}: {got} where {expected} are needed")]
    LengthMismatch {
        /// What was counted.
        what: &'static str,
        /// Needed.
        expected: usize,
        /// Given.
        got: usize,
    },
    /// A count, a column or a bound is not a usable number.
    #[error("{what} {position}: not a usable number")]
    NotANumber {
        /// What it is.
        what: &'static str,
        /// Which one, from 0.
        position: usize,
    },
    /// A class has people in the population and nobody in the sample.
    #[error("margin {margin}, class {class}: {count} people, but nobody in the sample")]
    EmptyCell {
        /// Margin, from 0.
        margin: usize,
        /// Class, from 0.
        class: usize,
        /// Its population count.
        count: f64,
    },
    /// A class has respondents but a population of zero.
    #[error("margin {margin}, class {class}: respondents, but a population of 0")]
    NoPopulation {
        /// Margin, from 0.
        margin: usize,
        /// Class, from 0.
        class: usize,
    },
    /// Two margins add up to different populations.
    #[error("margin {margin} adds up to {total}, the first one to {first}")]
    TotalsDiffer {
        /// Margin, from 0.
        margin: usize,
        /// Its total.
        total: f64,
        /// Total of the first margin.
        first: f64,
    },
    /// No weights within the bounds meet the counts, or not in so many rounds.
    #[error("no convergence in {iterations} rounds, a margin is still off by {margin_error}")]
    Infeasible {
        /// Rounds made.
        iterations: usize,
        /// Largest difference left.
        margin_error: f64,
    },
}

/// What an adjustment of the weights does to linearised scores.
#[derive(Debug, Clone)]
pub(crate) enum Adjustment {
    Poststratified { class_of: Vec<usize>, old: Vec<f64>, new: Vec<f64> },
    Raked { margins: Vec<Vec<usize>>, weight: Vec<f64> },
    Regressed { columns: Vec<Vec<f64>>, old: Vec<f64>, new: Vec<f64> },
}

impl Adjustment {
    /// Replaces the scores by their calibration residuals.
    pub(crate) fn residuals(&self, scores: &mut [f64]) {
        match self {
            Self::Poststratified { class_of, old, new } => {
                centre(scores, class_of, new, old);
            }
            Self::Raked { margins, weight } => sweep(scores, margins, weight),
            Self::Regressed { columns, old, new } => regress(scores, columns, old, new),
        }
    }
}

/// Takes the mean of score/weight, weighted by `by`, out of each class.
fn centre(scores: &mut [f64], class_of: &[usize], weight: &[f64], by: &[f64]) -> f64 {
    let classes = class_of.iter().max().map_or(0, |&last| last + 1);
    let mut sums = vec![(ExactSum::default(), ExactSum::default()); classes];
    for (row, &class) in class_of.iter().enumerate() {
        if weight[row] != 0.0 {
            sums[class].0.add(scores[row] * by[row] / weight[row]);
            sums[class].1.add(by[row]);
        }
    }
    let means: Vec<f64> = sums
        .iter()
        .map(|(sum, size)| if size.value() != 0.0 { sum.value() / size.value() } else { 0.0 })
        .collect();
    for (row, &class) in class_of.iter().enumerate() {
        scores[row] -= means[class] * weight[row];
    }
    means.iter().fold(0.0, |most, m| m.abs().max(most))
}

/// Takes the class means of all margins out in turn until nothing is left of them.
fn sweep(scores: &mut [f64], margins: &[Vec<usize>], weight: &[f64]) {
    let ones = vec![1.0; scores.len()];
    let mut first: Option<f64> = None;
    for _ in 0..1_000 {
        let change = margins
            .iter()
            .map(|class_of| centre(scores, class_of, weight, &ones))
            .fold(0.0, f64::max);
        let start = *first.get_or_insert(change);
        if change <= 1e-14 * start || margins.len() < 2 {
            break;
        }
    }
}

/// Takes the regression of score/weight on the columns out, weighted by the old weights.
fn regress(scores: &mut [f64], columns: &[Vec<f64>], old: &[f64], new: &[f64]) {
    let rows = || (0..scores.len()).filter(|&row| old[row] != 0.0 && new[row] != 0.0);
    let right: Vec<f64> = columns
        .iter()
        .map(|x| exact_sum(rows().map(|row| old[row] * x[row] * scores[row] / new[row])))
        .collect();
    let Some(inverse) = Pseudoinverse::of(&cross_products(columns, old)) else { return };
    let mut slopes = inverse.solve(&right);
    // One step of refinement brings the residuals to full precision.
    let residual = |slopes: &[f64], row: usize| {
        scores[row] / new[row] - columns.iter().zip(slopes).map(|(x, b)| x[row] * b).sum::<f64>()
    };
    let left: Vec<f64> = columns
        .iter()
        .map(|x| exact_sum(rows().map(|row| old[row] * x[row] * residual(&slopes, row))))
        .collect();
    for (slope, step) in slopes.iter_mut().zip(inverse.solve(&left)) {
        *slope += step;
    }
    let residuals: Vec<f64> = (0..scores.len())
        .map(|row| if new[row] == 0.0 { 0.0 } else { residual(&slopes, row) * new[row] })
        .collect();
    scores.copy_from_slice(&residuals);
}

fn cross_products(columns: &[Vec<f64>], weight: &[f64]) -> Vec<Vec<f64>> {
    let size = columns.len();
    let mut matrix = vec![vec![0.0; size]; size];
    for i in 0..size {
        for j in 0..=i {
            let terms =
                (0..weight.len()).map(|row| weight[row] * columns[i][row] * columns[j][row]);
            let sum = exact_sum(terms);
            matrix[i][j] = sum;
            matrix[j][i] = sum;
        }
    }
    matrix
}

impl Design {
    /// Weights that meet the count of every class of one classification.
    ///
    /// # Errors
    /// A class without respondents or without population, or a length that does not fit.
    pub fn poststratified(&self, margin: &Margin) -> Result<(Self, Adjusted), CalibrationError> {
        let sums = self.checked_margin(0, margin)?;
        let ratio = |row: usize| {
            let class = margin.class_of[row];
            if sums[class] > 0.0 { margin.counts[class] / sums[class] } else { 1.0 }
        };
        let old = self.weight.clone();
        let new: Vec<f64> = old.iter().enumerate().map(|(row, w)| w * ratio(row)).collect();
        let class_of = margin.class_of.clone();
        let report = report(&old, &new, 1, 0.0, 0);
        let adjustment = Adjustment::Poststratified { class_of, old, new: new.clone() };
        Ok((self.reweighted(new, Some(adjustment)), report))
    }

    /// Weights that meet several classifications at once, by iterative proportional fitting.
    ///
    /// # Errors
    /// As [`Design::poststratified`]; totals that differ; no convergence.
    pub fn raked(
        &self,
        margins: &[Margin],
        limits: &Limits,
    ) -> Result<(Self, Adjusted), CalibrationError> {
        let totals: Vec<f64> =
            margins.iter().map(|m| exact_sum(m.counts.iter().copied())).collect();
        for (number, margin) in margins.iter().enumerate() {
            self.checked_margin(number, margin)?;
            let (total, first) = (totals[number], totals[0]);
            if (total - first).abs() > SAME_TOTAL {
                return Err(CalibrationError::TotalsDiffer { margin: number, total, first });
            }
        }
        let mut weight = self.weight.clone();
        let mut error = f64::INFINITY;
        let mut rounds = 0;
        while rounds < limits.iterations.max(1) && error > limits.tolerance && !margins.is_empty() {
            for margin in margins {
                fit(&mut weight, margin);
            }
            error = margins.iter().map(|m| misfit(&weight, m)).fold(0.0, f64::max);
            rounds += 1;
        }
        if error > limits.tolerance.max(1e-9) && !margins.is_empty() {
            let margin_error = error;
            return Err(CalibrationError::Infeasible { iterations: rounds, margin_error });
        }
        let report = report(&self.weight, &weight, rounds, error.min(f64::MAX), 0);
        let margins = margins.iter().map(|m| m.class_of.clone()).collect();
        let adjustment = Adjustment::Raked { margins, weight: weight.clone() };
        Ok((self.reweighted(weight, Some(adjustment)), report))
    }

    /// Weights whose totals of several columns are the known ones.
    ///
    /// # Errors
    /// No convergence within the limits, or a length or number that does not fit.
    pub fn calibrated(
        &self,
        columns: &[Vec<f64>],
        totals: &[f64],
        distance: Distance,
        limits: &Limits,
    ) -> Result<(Self, Adjusted), CalibrationError> {
        let got = totals.len();
        if got != columns.len() {
            let expected = columns.len();
            return Err(CalibrationError::LengthMismatch { what: "totals", expected, got });
        }
        for column in columns {
            self.checked_length("column", column.len())?;
            let unusable = column.iter().position(|x| !x.is_finite() || x.abs() > LARGEST);
            if let Some(position) = unusable {
                return Err(CalibrationError::NotANumber { what: "column, row", position });
            }
        }
        if let Some(position) = totals.iter().position(|t| !t.is_finite() || t.abs() > LARGEST) {
            return Err(CalibrationError::NotANumber { what: "total", position });
        }
        let curve = Curve::of(distance, limits.bounds)
            .ok_or(CalibrationError::NotANumber { what: "bounds of", position: 0 })?;
        let solution = solve(columns, totals, &self.weight, &curve, limits)?;
        let old = self.weight.clone();
        let new: Vec<f64> = old.iter().zip(&solution.ratios).map(|(w, g)| w * g).collect();
        let report = report(&old, &new, solution.rounds, solution.margin_error, solution.dependent);
        let columns = columns.to_vec();
        let adjustment = Adjustment::Regressed { columns, old, new: new.clone() };
        Ok((self.reweighted(new, Some(adjustment)), report))
    }

    /// Weights cut at limits, what was cut spread equally over the rows within them.
    ///
    /// With `strict` this is repeated until no weight is outside.
    ///
    /// # Errors
    /// When every weight is outside, or the limits cannot hold the total.
    pub fn trimmed(
        &self,
        lower: Option<f64>,
        upper: Option<f64>,
        strict: bool,
    ) -> Result<(Self, Adjusted), CalibrationError> {
        let low = lower.unwrap_or(f64::NEG_INFINITY);
        let high = upper.unwrap_or(f64::INFINITY);
        if low.is_nan() || high.is_nan() || low > high {
            return Err(CalibrationError::NotANumber { what: "limit", position: 0 });
        }
        let mut weight = self.weight.clone();
        let mut rounds = 0;
        loop {
            let outside: Vec<bool> = weight.iter().map(|&w| w < low || w > high).collect();
            if !outside.contains(&true) {
                break;
            }
            let inside = outside.iter().filter(|&&out| !out).count();
            let cut: Vec<f64> = weight.iter().map(|w| w.clamp(low, high)).collect();
            let excess = exact_sum(weight.iter().zip(&cut).map(|(w, c)| w - c));
            if inside == 0 || rounds == 10_000 {
                let margin_error = excess.abs();
                return Err(CalibrationError::Infeasible { iterations: rounds, margin_error });
            }
            for (row, slot) in weight.iter_mut().enumerate() {
                *slot = if outside[row] { cut[row] } else { cut[row] + excess / inside as f64 };
            }
            rounds += 1;
            if !strict {
                break;
            }
        }
        let report = report(&self.weight, &weight, rounds, 0.0, 0);
        Ok((self.reweighted(weight, None), report))
    }

    fn reweighted(&self, weight: Vec<f64>, adjustment: Option<Adjustment>) -> Self {
        let mut design = self.clone();
        design.equal_weights = equal_weights(&weight, &self.stratum_of, self.strata.len());
        design.weight = weight;
        design.scale_known = vec![true; self.strata.len()];
        design.adjustments.extend(adjustment.map(Arc::new));
        design
    }

    fn checked_length(&self, what: &'static str, got: usize) -> Result<(), CalibrationError> {
        let expected = self.rows();
        if got == expected {
            Ok(())
        } else {
            Err(CalibrationError::LengthMismatch { what, expected, got })
        }
    }

    /// The weighted count of each class, if the margin can be met.
    fn checked_margin(&self, number: usize, margin: &Margin) -> Result<Vec<f64>, CalibrationError> {
        self.checked_length("classes of rows", margin.class_of.len())?;
        let last = margin.class_of.iter().max().map_or(0, |&last| last + 1);
        if last > margin.counts.len() {
            let (expected, got) = (last, margin.counts.len());
            return Err(CalibrationError::LengthMismatch { what: "counts", expected, got });
        }
        if let Some(position) = margin.counts.iter().position(|c| !(0.0..=LARGEST).contains(c)) {
            return Err(CalibrationError::NotANumber { what: "count", position });
        }
        let sums = class_sums(&self.weight, margin);
        for (class, (&count, &sum)) in margin.counts.iter().zip(&sums).enumerate() {
            if count > 0.0 && sum <= 0.0 {
                return Err(CalibrationError::EmptyCell { margin: number, class, count });
            }
            if count == 0.0 && sum > 0.0 {
                return Err(CalibrationError::NoPopulation { margin: number, class });
            }
        }
        Ok(sums)
    }
}

fn class_sums(weight: &[f64], margin: &Margin) -> Vec<f64> {
    let mut sums = vec![ExactSum::default(); margin.counts.len()];
    for (row, &class) in margin.class_of.iter().enumerate() {
        sums[class].add(weight[row]);
    }
    sums.iter().map(ExactSum::value).collect()
}

fn fit(weight: &mut [f64], margin: &Margin) {
    let sums = class_sums(weight, margin);
    for (row, &class) in margin.class_of.iter().enumerate() {
        if sums[class] > 0.0 {
            weight[row] *= margin.counts[class] / sums[class];
        }
    }
}

fn misfit(weight: &[f64], margin: &Margin) -> f64 {
    let sums = class_sums(weight, margin);
    let misfits = sums.iter().zip(&margin.counts).map(|(s, c)| (s - c).abs() / (1.0 + c));
    misfits.fold(0.0, f64::max)
}

fn report(
    old: &[f64],
    new: &[f64],
    iterations: usize,
    margin_error: f64,
    dependent: usize,
) -> Adjusted {
    let ratios = || old.iter().zip(new).filter(|pair| *pair.0 > 0.0).map(|(o, n)| n / o);
    let sum = exact_sum(new.iter().copied());
    let squares = exact_sum(new.iter().map(|w| w * w));
    let positive = new.iter().filter(|&&w| w != 0.0).count() as f64;
    let effect = if sum == 0.0 { 1.0 } else { positive * squares / (sum * sum) };
    let least = ratios().fold(f64::INFINITY, f64::min);
    Adjusted {
        iterations,
        margin_error,
        least_ratio: if least.is_finite() { least } else { 1.0 },
        largest_ratio: ratios().fold(0.0, f64::max),
        weighting_effect: effect,
        dependent,
    }
}

/// g as a function of x'λ.
struct Curve {
    distance: Distance,
    low: f64,
    high: f64,
}

impl Curve {
    fn of(distance: Distance, bounds: Option<[f64; 2]>) -> Option<Self> {
        let [low, high] = bounds.unwrap_or([f64::NEG_INFINITY, f64::INFINITY]);
        let around_one = low < 1.0 && high > 1.0;
        let finite = low.is_finite() && high.is_finite();
        (around_one && (distance != Distance::Logit || finite)).then_some(Self {
            distance,
            low,
            high,
        })
    }

    /// The value and its slope.
    fn at(&self, u: f64) -> (f64, f64) {
        let Self { low, high, .. } = *self;
        let cut = |value: f64, slope: f64| {
            if value <= low {
                (low, 0.0)
            } else if value >= high {
                (high, 0.0)
            } else {
                (value, slope)
            }
        };
        match self.distance {
            Distance::Linear => cut(1.0 + u, 1.0),
            Distance::Raking => {
                let g = u.min(700.0).exp();
                cut(g, g)
            }
            Distance::Logit => {
                let speed = (high - low) / ((high - 1.0) * (1.0 - low));
                let e = (speed * u).clamp(-700.0, 700.0).exp();
                let below = high - 1.0 + (1.0 - low) * e;
                let g = (low * (high - 1.0) + high * (1.0 - low) * e) / below;
                (g, speed * (g - low) * (high - g) / (high - low))
            }
        }
    }
}

struct Solution {
    ratios: Vec<f64>,
    rounds: usize,
    margin_error: f64,
    dependent: usize,
}

/// Newton's method on λ, halving steps that lead away.
fn solve(
    columns: &[Vec<f64>],
    totals: &[f64],
    weight: &[f64],
    curve: &Curve,
    limits: &Limits,
) -> Result<Solution, CalibrationError> {
    let mut lambda = vec![0.0; columns.len()];
    let mut state = State::at(columns, totals, weight, curve, &lambda);
    let mut best = state.error;
    let (mut rounds, mut dependent) = (0, 0);
    while state.error > limits.tolerance && rounds < limits.iterations.max(1) {
        let slopes: Vec<f64> = weight.iter().zip(&state.slopes).map(|(w, s)| w * s).collect();
        let Some(inverse) = Pseudoinverse::of(&cross_products(columns, &slopes)) else { break };
        dependent = inverse.dependent;
        let mut step = inverse.solve(&state.misfit);
        let mut next = state.error;
        for _ in 0..40 {
            let trial: Vec<f64> = lambda.iter().zip(&step).map(|(l, s)| l + s).collect();
            let candidate = State::at(columns, totals, weight, curve, &trial);
            next = candidate.error;
            if next < state.error {
                (lambda, state) = (trial, candidate);
                break;
            }
            step.iter_mut().for_each(|s| *s *= 0.5);
        }
        rounds += 1;
        if next >= best {
            // The last digits are reached, or there is no way on.
            break;
        }
        best = state.error;
    }
    let margin_error = state.error;
    if margin_error.is_nan() || margin_error > limits.tolerance.max(1e-9) {
        return Err(CalibrationError::Infeasible { iterations: rounds, margin_error });
    }
    Ok(Solution { ratios: state.ratios, rounds, margin_error, dependent })
}

struct State {
    ratios: Vec<f64>,
    slopes: Vec<f64>,
    misfit: Vec<f64>,
    /// Largest misfit relative to 1 + total.
    error: f64,
}

impl State {
    fn at(
        columns: &[Vec<f64>],
        totals: &[f64],
        weight: &[f64],
        curve: &Curve,
        lambda: &[f64],
    ) -> Self {
        let linear = |row: usize| columns.iter().zip(lambda).map(|(x, l)| x[row] * l).sum::<f64>();
        let (ratios, slopes): (Vec<f64>, Vec<f64>) =
            (0..weight.len()).map(|row| curve.at(linear(row))).unzip();
        let reached = |x: &Vec<f64>| {
            exact_sum((0..weight.len()).map(|row| weight[row] * ratios[row] * x[row]))
        };
        let misfit: Vec<f64> = columns.iter().zip(totals).map(|(x, t)| t - reached(x)).collect();
        let relative = misfit.iter().zip(totals).map(|(m, t)| m.abs() / (1.0 + t.abs()));
        let error =
            relative.fold(0.0, |most: f64, e| if e.is_nan() { f64::NAN } else { most.max(e) });
        Self { ratios, slopes, misfit, error }
    }
}
