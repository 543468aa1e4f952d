//! Raking and trimming in turn, until the margins are met by weights of which none is too large.
//!
//! Trimming alone breaks the margins, raking alone brings the large weights back.
//! Where bounds on the ratio of new to old weight will do, calibration within bounds
//! ([`crate::Distance::Logit`]) is the better way; a cap on the weights themselves needs this one.
//!
//! Sources: D. Izrael, M. P. Battaglia, M. R. Frankel (2009), Extreme survey weight adjustment as
//! a component of sample balancing (SAS Global Forum); F. J. Potter (1990), Proceedings of the
//! Section on Survey Research Methods of the American Statistical Association (rules for caps).

use serde::Serialize;

use crate::calibrate::{Adjusted, CalibrationError, Limits, Margin, crossed, report};
use crate::design::Design;
use crate::exact_sum::ExactSum;
use crate::residual::Adjustment;
use crate::simulate::quantile;

/// How near to the cap a weight must come: relative to the cap.
const NEAR: f64 = 1e-6;

/// The largest weight allowed.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Cap {
    /// This weight.
    Weight(f64),
    /// So many times the median of the weights above zero.
    Medians(f64),
    /// The median and so many distances between the quartiles.
    Quartiles(f64),
}

/// What raking and trimming did.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct RakedAndTrimmed {
    /// Ratios, margin error and weighting effect of the final weights.
    pub adjusted: Adjusted,
    /// The largest weight allowed; nothing without a weight above zero.
    pub cap: Option<f64>,
    /// Rows whose weight is at the cap.
    pub at_cap: usize,
    /// Turns of trimming that were needed; 0 if raking alone kept within the cap.
    pub turns: usize,
}

/// A class whose weighted count is not its population count.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Misfit {
    /// Margin, from 0.
    pub margin: usize,
    /// Class, from 0.
    pub class: usize,
    /// Its population count.
    pub count: f64,
    /// Its weighted count in the sample.
    pub weighted: f64,
}

impl Design {
    /// Weights that meet several classifications at once, none above a cap.
    ///
    /// The cap is fixed from the weights raked once, so that it does not move with the trimming.
    ///
    /// # Errors
    /// As [`Design::raked`]; [`CalibrationError::Infeasible`] if the two cannot both hold, or not
    /// in `limits.iterations` turns; a cap that is not above zero.
    pub fn raked_and_trimmed(
        &self,
        margins: &[Margin],
        cap: Cap,
        limits: &Limits,
    ) -> Result<(Self, RakedAndTrimmed), CalibrationError> {
        let (mut design, mut adjusted) = self.raked(margins, limits)?;
        let highest = cap.of(design.weights())?;
        let most = highest.unwrap_or(f64::INFINITY);
        let mut turns = 0;
        while design.weights().iter().any(|&w| w > most * (1.0 + NEAR)) {
            if turns == limits.iterations.max(1) {
                let over = design.weights().iter().fold(0.0, |m: f64, &w| m.max(w / most - 1.0));
                return Err(CalibrationError::Infeasible { iterations: turns, margin_error: over });
            }
            let cut = design.weights().iter().map(|w| w.min(most)).collect();
            (design, adjusted) = self.reweighted(cut, None).raked(margins, limits)?;
            turns += 1;
        }
        let weight = design.weights().to_vec();
        let at_cap = weight.iter().filter(|w| **w >= most * (1.0 - NEAR)).count();
        let final_report =
            report(self.weights(), &weight, adjusted.iterations, adjusted.margin_error, 0);
        let (cell_of, cells) = crossed(margins, weight.len());
        let adjustment = Adjustment::Raked { cell_of, cells, weight: weight.clone() };
        let done = RakedAndTrimmed { adjusted: final_report, cap: highest, at_cap, turns };
        Ok((self.reweighted(weight, Some(adjustment)), done))
    }

    /// The classes of margins that the weights do not meet to one part in a million of 1 + count.
    ///
    /// Before calibration this says how far the sample is from the population, after a failure
    /// which margins ask for too much.
    #[must_use]
    pub fn misfits(&self, margins: &[Margin]) -> Vec<Misfit> {
        let mut found = Vec::new();
        for (number, margin) in margins.iter().enumerate() {
            let mut sums = vec![ExactSum::default(); margin.counts.len()];
            for (&class, &weight) in margin.class_of.iter().zip(self.weights()) {
                if let Some(sum) = sums.get_mut(class) {
                    sum.add(weight);
                }
            }
            for (class, (sum, &count)) in sums.iter().zip(&margin.counts).enumerate() {
                let weighted = sum.value();
                if (weighted - count).abs() > 1e-6 * (1.0 + count.abs()) {
                    found.push(Misfit { margin: number, class, count, weighted });
                }
            }
        }
        found
    }

    /// A margin without the classes that nobody in the sample belongs to, and these classes: the
    /// figures then speak for the others only.
    ///
    /// With other margins beside it their totals differ afterwards, which raking refuses.
    #[must_use]
    pub fn answered_classes(&self, margin: &Margin) -> (Margin, Vec<usize>) {
        let answered = |class: usize| {
            let rows = margin.class_of.iter().zip(self.weights());
            rows.into_iter().any(|(&own, &weight)| own == class && weight > 0.0)
        };
        let classes = 0..margin.counts.len();
        let empty: Vec<usize> =
            classes.filter(|&class| margin.counts[class] != 0.0 && !answered(class)).collect();
        let mut kept = margin.clone();
        empty.iter().for_each(|&class| kept.counts[class] = 0.0);
        (kept, empty)
    }
}

impl Cap {
    fn of(self, weights: &[f64]) -> Result<Option<f64>, CalibrationError> {
        let mut positive: Vec<f64> = weights.iter().copied().filter(|w| *w > 0.0).collect();
        positive.sort_by(f64::total_cmp);
        let at = |p: f64| quantile(&positive, p);
        let cap = match self {
            Self::Weight(most) => most,
            Self::Medians(times) => times * at(0.5),
            Self::Quartiles(times) => at(0.5) + times * (at(0.75) - at(0.25)),
        };
        if positive.is_empty() {
            return Ok(None);
        }
        match cap > 0.0 && cap.is_finite() {
            true => Ok(Some(cap)),
            false => Err(CalibrationError::NotANumber { what: "cap", position: 0 }),
        }
    }
}
