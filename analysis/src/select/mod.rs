//! Unequal-probability selection.
//!
//! [`inclusion_probabilities`] says how likely each unit is to be taken; the others take a sample
//! of that size. There is no generator here: a caller gives one number between 0 and 1 for each
//! unit, and the sample follows from it. Numbers that stay with a unit for good (permanent random
//! numbers, E. Ohlsson 1995) make the samples of two rounds overlap as much as they can, or as
//! little, and let anybody repeat a draw.
//!
//! | function | size | probabilities | what for |
//! |---|---|---|---|
//! | [`pareto`] | fixed | nearly exact | permanent numbers, any size, any order of the list |
//! | [`conditional_poisson`] | fixed | exact | the most random design there is of these probabilities |
//! | [`sampford`] | fixed | exact | as above, and needs no search for working probabilities |
//! | [`systematic`] | fixed | exact | a list in a meaningful order |
//! | [`cube`] | fixed | exact | totals of known variables are met |
//!
//! Sources: C.-E. Särndal, B. Swensson, J. Wretman (1992), Model Assisted Survey Sampling,
//! section 3.6; Y. Tillé (2006), Sampling Algorithms; each file names its own.

mod cube;
mod list_sequential;
mod pareto;
mod probabilities;
mod systematic;
#[cfg(test)]
mod trial;

pub use cube::{Balanced, cube};
pub use list_sequential::{conditional_poisson, sampford};
pub use pareto::pareto;
pub use probabilities::inclusion_probabilities;
pub use systematic::systematic;

use crate::exact_sum::exact_sum;
use thiserror::Error;

/// Probabilities may add up to so little more or less than a whole number.
const WHOLE: f64 = 1e-6;

/// Why no probabilities can be given, or no sample taken.
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
    /// A probability outside [0, 1].
    #[error("unit {unit}: {probability} is not a probability")]
    Probability {
        /// Unit, from 0.
        unit: usize,
        /// What was given.
        probability: f64,
    },
    /// Probabilities that do not add up to a whole number, so that no size can be fixed.
    #[error("the probabilities add up to {sum}, which is not a whole number")]
    NotWhole {
        /// Their sum.
        sum: f64,
    },
    /// A number that is not between 0 and 1 (1 excluded).
    #[error("unit {unit}: {number} is not a random number between 0 and 1")]
    Number {
        /// Unit, from 0.
        unit: usize,
        /// What was given.
        number: f64,
    },
    /// A value to balance on that is infinite, not a number, or beyond ±10⁶⁰.
    #[error("unit {unit}: the value {value} cannot be balanced on")]
    Value {
        /// Unit, from 0.
        unit: usize,
        /// What was given.
        value: f64,
    },
    /// Lists of different length.
    #[error("{what}: {got} where there are {expected} units")]
    LengthMismatch {
        /// Which list.
        what: &'static str,
        /// Units.
        expected: usize,
        /// Given.
        got: usize,
    },
    /// A list too long for a method that needs time and memory for every unit and every size.
    #[error("{units} units times a sample of {n} is more than {most}")]
    TooLarge {
        /// Units that may or may not be taken.
        units: usize,
        /// To be drawn of them.
        n: usize,
        /// The largest product.
        most: usize,
    },
    /// No working probabilities were found that lead to those wanted.
    #[error("the probabilities cannot be reached: the nearest differ by {error}")]
    NotReached {
        /// Largest difference.
        error: f64,
    },
}

/// What a selection of fixed size starts from: who is certain, who is open, how many to take.
struct Start {
    /// Units of probability 1.
    certain: Vec<usize>,
    /// Units that may or may not be taken.
    open: Vec<usize>,
    /// How many of the open ones are taken.
    n: usize,
}

impl Start {
    /// Refuses what are no probabilities, no numbers between 0 and 1, or no whole size.
    fn of(probabilities: &[f64], numbers: &[f64]) -> Result<Self, SelectionError> {
        checked(probabilities, numbers)?;
        let sum = exact_sum(probabilities.iter().copied());
        if (sum - sum.round()).abs() > WHOLE {
            return Err(SelectionError::NotWhole { sum });
        }
        let with = |kind: fn(f64) -> bool| -> Vec<usize> {
            (0..probabilities.len()).filter(|&k| kind(probabilities[k])).collect()
        };
        let certain = with(|p| p >= 1.0);
        let open = with(|p| 0.0 < p && p < 1.0);
        let all = usize::try_from(crate::allocate::floor_to_u64(sum.round())).unwrap_or(0);
        let n = all.saturating_sub(certain.len()).min(open.len());
        Ok(Self { certain, open, n })
    }

    /// The certain units and those taken, in the order of the list.
    fn with(self, taken: impl IntoIterator<Item = usize>) -> Vec<usize> {
        let mut units = self.certain;
        units.extend(taken);
        units.sort_unstable();
        units
    }
}

fn checked(probabilities: &[f64], numbers: &[f64]) -> Result<(), SelectionError> {
    one_each("numbers", numbers.len(), probabilities.len())?;
    let none = |p: &f64| !(0.0..=1.0).contains(p);
    if let Some(unit) = probabilities.iter().position(none) {
        return Err(SelectionError::Probability { unit, probability: probabilities[unit] });
    }
    if let Some(unit) = numbers.iter().position(|u| !(0.0..1.0).contains(u)) {
        return Err(SelectionError::Number { unit, number: numbers[unit] });
    }
    Ok(())
}

fn one_each(what: &'static str, got: usize, expected: usize) -> Result<(), SelectionError> {
    if got == expected {
        Ok(())
    } else {
        Err(SelectionError::LengthMismatch { what, expected, got })
    }
}
