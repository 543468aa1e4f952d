//! What can be wrong with a design, and with a question asked of it.

use thiserror::Error;

/// Why a sample cannot be read as a probability sample.
#[derive(Debug, Clone, PartialEq, Error)]
#[non_exhaustive]
pub enum DesignError {
    /// A column has another number of rows than the sample.
    #[error("{what}: {got} rows where the sample has {expected}")]
    LengthMismatch {
        /// Which column.
        what: &'static str,
        /// Rows of the sample.
        expected: usize,
        /// Rows of the column.
        got: usize,
    },
    /// A row names a stratum that was not declared.
    #[error("row {row}: stratum {stratum} was not declared")]
    UnknownStratum {
        /// Row, from 0.
        row: usize,
        /// The index that the row gives.
        stratum: usize,
    },
    /// More were drawn, or answered, than there are (edge case EN).
    #[error("stratum {stratum}: {n} in the sample of a population of {population}")]
    FpcBelowSample {
        /// Name of the stratum.
        stratum: String,
        /// Sampling units in the sample.
        n: u64,
        /// Declared population of sampling units.
        population: f64,
    },
    /// Rows of one stratum (or of one cluster) state different population counts.
    #[error("stratum {stratum}: rows state different population counts")]
    PopulationDiffers {
        /// Name of the stratum.
        stratum: String,
    },
    /// A weight below zero (edge case Ew).
    #[error("row {row}: the weight {weight} is negative")]
    NegativeWeight {
        /// Row, from 0.
        row: usize,
        /// The weight.
        weight: f64,
    },
    /// A number that is infinite, not a number, or beyond ±10⁶⁰.
    #[error("{what}, row {row}: not a usable number")]
    NotANumber {
        /// Which column.
        what: &'static str,
        /// Row, from 0.
        row: usize,
    },
    /// More than 4,294,967,295 rows.
    #[error("too many rows")]
    TooManyRows,
}

/// Why a figure cannot be computed.
#[derive(Debug, Clone, PartialEq, Error)]
#[non_exhaustive]
pub enum FigureError {
    /// A variable or a domain has another number of rows than the design.
    #[error("{what}: {got} rows where the design has {expected}")]
    LengthMismatch {
        /// Variable or domain.
        what: &'static str,
        /// Rows of the design.
        expected: usize,
        /// Rows given.
        got: usize,
    },
    /// Figures of two designs cannot be combined: their covariance is not known.
    #[error("the figures belong to different designs")]
    DifferentDesigns,
    /// A composite has no parts, or its weights add up to nothing.
    #[error("a composite needs parts whose weights add up to more than zero")]
    NothingToCombine,
    /// A part of a composite has no data and the caller asked not to go on without it.
    #[error("part {part} of the composite has no data")]
    EmptyPart {
        /// Position among the parts, from 0.
        part: usize,
    },
    /// A stratum has one sampling unit only, and the rule is [`crate::Lonely::Fail`].
    #[error("stratum {stratum} has only one sampling unit, its variance is unknown")]
    LonelyPsu {
        /// Name of the stratum.
        stratum: String,
    },
    /// A confidence level outside (0, 1).
    #[error("the confidence level {level} is not between 0 and 1")]
    Level {
        /// The level asked for.
        level: f64,
    },
    /// An answer code that the scale does not know.
    #[error("row {row}: the scale has no answer {code}")]
    UnknownCode {
        /// Row, from 0.
        row: usize,
        /// The code.
        code: i8,
    },
    /// A number that is infinite or beyond ±10⁶⁰ (a missing number is NaN).
    #[error("{what}, row {row}: not a usable number")]
    NotANumber {
        /// Which column.
        what: &'static str,
        /// Row or position, from 0.
        row: usize,
    },
}
