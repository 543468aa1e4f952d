//! How a sample is shared out over strata.
//!
//! Three questions, from the simplest: a given sample by a fixed key ([`Share`], with bounds in
//! [`allocate_within`]), the best use of a given sample ([`allocate_exactly`]), and the least
//! sample with which every unit and every group is known well enough
//! ([`allocate_to_targets`]).
//!
//! Sources: W. G. Cochran (1977), Sampling Techniques, 3rd ed., chapter 5; J. Neyman
//! (1934); M. D. Bankier (1988), The American Statistician 42 (power allocation); H. Stenger,
//! S. Gabler (2005), Metrika 61, and J. Wesołowski, R. Wieczorkowski, W. Wójciak (2024), Survey
//! Methodology 50 (bounds); T. Wright (2017), Statistics & Probability Letters 129 (exact
//! optimum in whole numbers); J. Bethel (1989), Survey Methodology 15 (several targets).

mod dual;
mod exact;
mod share;
mod targets;
mod whole;

pub use exact::{allocate_exactly, allocation_variance};
pub use share::{Share, allocate, allocate_within, round_largest_remainder};
pub use targets::{LeastSample, PrecisionTarget, StratumLimits, allocate_to_targets};

use thiserror::Error;

/// Why no sample size or allocation can be given.
#[derive(Debug, Clone, PartialEq, Error)]
#[non_exhaustive]
pub enum AllocationError {
    /// An argument is outside its domain.
    #[error("{what} is not usable")]
    Unusable {
        /// Which argument.
        what: &'static str,
    },
    /// Lists of different length.
    #[error("{what}: {got} where there are {expected} strata")]
    LengthMismatch {
        /// Which list.
        what: &'static str,
        /// Strata.
        expected: usize,
        /// Given.
        got: usize,
    },
    /// The lower bounds add up to more than there is to allocate.
    #[error("the least that the bounds allow is {least}, not {n}")]
    Infeasible {
        /// Sample to be allocated.
        n: u64,
        /// Sum of the lower bounds.
        least: u64,
    },
    /// Targets that are missed even by the largest sample that the bounds allow.
    #[error("the targets {targets:?} are out of reach, whatever the sample")]
    OutOfReach {
        /// Which targets, by position; all of them.
        targets: Vec<usize>,
    },
}

/// Refuses a list that has not one entry for each stratum.
fn one_each(what: &'static str, got: usize, expected: usize) -> Result<(), AllocationError> {
    if got == expected {
        Ok(())
    } else {
        Err(AllocationError::LengthMismatch { what, expected, got })
    }
}

/// The bounds as far as the population allows them, and their sums.
struct Bounds {
    lower: Vec<u64>,
    upper: Vec<u64>,
    least: u64,
    most: u64,
}

impl Bounds {
    fn of(populations: &[u64], bounds: &[(u64, u64)]) -> Self {
        let upper: Vec<u64> = bounds.iter().zip(populations).map(|(b, &p)| b.1.min(p)).collect();
        let lower: Vec<u64> = bounds.iter().zip(&upper).map(|(b, &most)| b.0.min(most)).collect();
        let sum = |all: &[u64]| all.iter().fold(0u64, |sum, &x| sum.saturating_add(x));
        Self { least: sum(&lower), most: sum(&upper), lower, upper }
    }
}

/// A finite number ≥ 0 without its fraction.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "the callers pass finite numbers from 0 to the largest count"
)]
pub(crate) fn floor_to_u64(number: f64) -> u64 {
    number as u64
}
