//! Unequal-probability selection: inclusion probabilities and systematic selection.
//!
//! Source: Särndal, Swensson, Wretman (1992), section 3.6; W. G. Madow (1949).

use thiserror::Error;

use crate::exact_sum::{ExactSum, exact_sum};

/// Why no probabilities can be given.
#[derive(Debug, Clone, PartialEq, Error)]
#[non_exhaustive]
pub enum SelectionError {
    /// A negative or infinite size.
    #[error("unit {unit}: the size {size} is not usable")]
    Size {
        /// Unit, from 0.
        unit: usize,
        /// Its size.
        size: f64,
    },
    /// More to be drawn than units of positive size.
    #[error("{n} to be drawn of {available} units of positive size")]
    TooMany {
        /// To be drawn.
        n: usize,
        /// Units of positive size.
        available: usize,
    },
}

/// Inclusion probabilities n·x/Σx, at most 1: units that reach 1 are taken with certainty and
/// the rest shared out again.
///
/// A unit of size 0 has probability 0.
///
/// # Errors
/// [`SelectionError`] for sizes that are negative, or fewer units than are to be drawn.
pub fn inclusion_probabilities(sizes: &[f64], n: usize) -> Result<Vec<f64>, SelectionError> {
    for (unit, &size) in sizes.iter().enumerate() {
        if !(0.0..=crate::design::LARGEST).contains(&size) {
            return Err(SelectionError::Size { unit, size });
        }
    }
    let available = sizes.iter().filter(|&&x| x > 0.0).count();
    if n > available {
        return Err(SelectionError::TooMany { n, available });
    }
    let mut certain = vec![false; sizes.len()];
    loop {
        let taken = certain.iter().filter(|&&c| c).count();
        let open = || sizes.iter().zip(&certain).filter(|pair| !*pair.1).map(|(&x, _)| x);
        let sum = exact_sum(open());
        let rest = n.saturating_sub(taken) as f64;
        let probability = |unit: usize| {
            if certain[unit] {
                1.0
            } else if sum > 0.0 {
                rest * sizes[unit] / sum
            } else {
                0.0
            }
        };
        let probabilities: Vec<f64> = (0..sizes.len()).map(probability).collect();
        let mut grown = false;
        for (unit, &p) in probabilities.iter().enumerate() {
            if !certain[unit] && p >= 1.0 {
                certain[unit] = true;
                grown = true;
            }
        }
        if !grown {
            return Ok(probabilities);
        }
    }
}

/// Systematic selection in the given order: unit k is taken when start + a whole number lies in
/// (C₍k−1₎, C₍k₎], with C the cumulated probabilities.
///
/// The start is between 0 and 1; rounding of a boundary counts as on it (tolerance 1e-12).
#[must_use]
pub fn systematic(probabilities: &[f64], start: f64) -> Vec<usize> {
    let mut selected = Vec::new();
    let mut sum = ExactSum::default();
    let mut before = reached(0.0, start);
    for (unit, &p) in probabilities.iter().enumerate() {
        if p.is_finite() && p > 0.0 {
            sum.add(p);
        }
        let now = reached(sum.value(), start);
        if now > before {
            selected.push(unit);
        }
        before = now;
    }
    selected
}

/// How many of start, start + 1, … lie at or below a cumulated probability.
fn reached(cumulated: f64, start: f64) -> f64 {
    (cumulated - start + 1e-12).floor() + 1.0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn probabilities_add_up_and_a_giant_is_certain() {
        let p = inclusion_probabilities(&[100.0, 1.0, 1.0, 0.0, 2.0], 2).unwrap();
        assert_eq!(p, [1.0, 0.25, 0.25, 0.0, 0.5]);
        assert_eq!(
            inclusion_probabilities(&[1.0, 0.0], 2),
            Err(SelectionError::TooMany { n: 2, available: 1 })
        );
        assert!(inclusion_probabilities(&[-1.0], 1).is_err());
    }

    #[test]
    fn systematic_selection_takes_as_many_as_the_probabilities_add_up_to() {
        let p = inclusion_probabilities(&[5.0, 3.0, 8.0, 1.0, 4.0, 4.0], 3).unwrap();
        for step in 1..=20 {
            assert_eq!(systematic(&p, f64::from(step) / 20.0).len(), 3);
        }
    }
}
