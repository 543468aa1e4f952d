//! The answers to one question in one domain, counted by stratum and code.

use std::collections::BTreeSet;

use crate::exact_sum::ExactSum;
use crate::figure::Reference;

/// A code of a question in a stratum: how many gave it, its value, and their weight.
#[derive(Clone, Copy)]
pub(crate) struct Entry {
    pub(crate) stratum: usize,
    /// Code + 2.
    pub(crate) level: usize,
    pub(crate) count: f64,
    pub(crate) value: f64,
    pub(crate) weight: f64,
}

/// The answers to one question in one domain.
pub(crate) struct Cell {
    pub(crate) entries: Vec<Entry>,
    pub(crate) scale_known: bool,
    pub(crate) n: u64,
    /// Σw.
    pub(crate) size: f64,
    /// Σw².
    squares: f64,
}

impl Cell {
    pub(crate) fn of(entries: Vec<Entry>, scale_known: bool) -> Self {
        let (mut size, mut squares) = (ExactSum::default(), ExactSum::default());
        for e in &entries {
            size.add_product(e.count, e.weight);
            squares.add_product(e.count, e.weight * e.weight);
        }
        let n = entries.iter().fold(0u64, |sum, e| sum + whole(e.count));
        Self { entries, scale_known, n, size: size.value(), squares: squares.value() }
    }

    pub(crate) fn kish(&self) -> Option<f64> {
        (self.squares > 0.0).then(|| self.size * self.size / self.squares)
    }

    pub(crate) fn mean(&self) -> Option<f64> {
        let values = || self.entries.iter().map(|e| e.value);
        let low = values().reduce(f64::min)?;
        let high = values().reduce(f64::max)?;
        let mut excess = ExactSum::default();
        for e in &self.entries {
            excess.add_product(e.count, e.weight * (e.value - low));
        }
        Some((low + excess.value() / self.size).clamp(low, high))
    }

    pub(crate) fn degrees_of_freedom(&self, variance_stratum: &[usize]) -> f64 {
        let strata: BTreeSet<usize> =
            self.entries.iter().map(|e| variance_stratum[e.stratum]).collect();
        self.n as f64 - strata.len() as f64
    }

    pub(crate) fn reference(&self, mean: f64) -> Option<Reference> {
        let mut spread = ExactSum::default();
        for e in &self.entries {
            spread.add_product(e.count, e.weight * (e.value - mean).powi(2));
        }
        let n = self.n as f64;
        let with_replacement = spread.value() / self.size / (n - 1.0);
        let not_sampled = self.scale_known.then(|| 1.0 - n / self.size);
        (n > 1.0 && with_replacement.is_finite())
            .then_some(Reference { with_replacement, not_sampled })
    }
}

/// A count that was made a number for arithmetic.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "counts of at most 2³² rows are exact in both types"
)]
pub(crate) fn whole(count: f64) -> u64 {
    count as u64
}
