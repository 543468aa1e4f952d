//! Weights made to meet known population counts: post-strata, raking, calibration, trimming.
//!
//! Each gives a new [`Design`]; its variances are those of the calibration residuals.
//!
//! Sources: J.-C. Deville, C.-E. Särndal (1992), JASA 87 (calibration estimators, distance
//! functions); J.-C. Deville, C.-E. Särndal, O. Sautory (1993), JASA 88 (generalized raking);
//! W. E. Deming, F. F. Stephan (1940) (iterative proportional fitting).

use std::collections::HashMap;
use std::sync::Arc;

use serde::Serialize;
use thiserror::Error;

use crate::design::{Design, LARGEST, equal_weights};
use crate::exact_sum::{ExactSum, exact_sum};
use crate::newton::{Curve, solve};
use crate::residual::Adjustment;

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
        finite(&new, 1)?;
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
        // Rows of the same classes keep their proportions: it is enough to fit their sums.
        let (cell_of, cells) = crossed(margins, self.rows());
        let start = cell_sums(&self.weight, &cell_of, cells.len());
        let on_cells: Vec<Margin> = (0..margins.len())
            .map(|m| Margin {
                class_of: cells.iter().map(|classes| classes[m]).collect(),
                counts: margins[m].counts.clone(),
            })
            .collect();
        let mut sums = start.clone();
        let mut error = f64::INFINITY;
        let mut rounds = 0;
        while rounds < limits.iterations.max(1) && error > limits.tolerance && !margins.is_empty() {
            for margin in &on_cells {
                fit(&mut sums, margin);
            }
            error = on_cells.iter().map(|m| misfit(&sums, m)).fold(0.0, f64::max);
            rounds += 1;
        }
        let factor: Vec<f64> = sums
            .iter()
            .zip(&start)
            .map(|(now, before)| if *before > 0.0 { now / before } else { 1.0 })
            .collect();
        let weight: Vec<f64> =
            self.weight.iter().zip(&cell_of).map(|(w, &cell)| w * factor[cell]).collect();
        if error > limits.tolerance.max(1e-9) && !margins.is_empty() {
            let margin_error = error;
            return Err(CalibrationError::Infeasible { iterations: rounds, margin_error });
        }
        finite(&weight, rounds)?;
        let report = report(&self.weight, &weight, rounds, error.min(f64::MAX), 0);
        let adjustment = Adjustment::Raked { cell_of, cells, weight: weight.clone() };
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

    pub(crate) fn reweighted(&self, weight: Vec<f64>, adjustment: Option<Adjustment>) -> Self {
        let mut design = self.clone();
        let weights = equal_weights(&weight, &self.stratum_of, self.strata.len());
        (design.first_weight, design.equal_weights) = weights;
        design.weight = weight;
        design.by_population = false;
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

/// Combinations of classes that occur: the combination of each row, and the classes of each.
pub(crate) fn crossed(margins: &[Margin], rows: usize) -> (Vec<usize>, Vec<Vec<usize>>) {
    let mut cell_of = vec![0; rows];
    let mut cells = vec![Vec::new()];
    for margin in margins {
        let mut numbers: HashMap<(usize, usize), usize> = HashMap::new();
        let mut finer: Vec<Vec<usize>> = Vec::new();
        for (cell, &class) in cell_of.iter_mut().zip(&margin.class_of) {
            let coarse = *cell;
            *cell = *numbers.entry((coarse, class)).or_insert_with(|| {
                finer.push(cells[coarse].iter().copied().chain([class]).collect());
                finer.len() - 1
            });
        }
        cells = finer;
    }
    (cell_of, cells)
}

fn cell_sums(weight: &[f64], cell_of: &[usize], cells: usize) -> Vec<f64> {
    let mut sums = vec![ExactSum::default(); cells];
    for (&weight, &cell) in weight.iter().zip(cell_of) {
        sums[cell].add(weight);
    }
    sums.iter().map(ExactSum::value).collect()
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

/// Weights near the smallest number there is cannot be raised to a count.
fn finite(weights: &[f64], iterations: usize) -> Result<(), CalibrationError> {
    let margin_error = f64::MAX;
    match weights.iter().all(|w| w.is_finite()) {
        true => Ok(()),
        false => Err(CalibrationError::Infeasible { iterations, margin_error }),
    }
}

pub(crate) fn report(
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
