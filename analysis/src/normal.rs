//! Normal errors with a given covariance matrix, drawn in blocks by any number of threads.
//!
//! A block has a stream of random numbers of its own, so that its draws depend on the seed and
//! its number alone: neither the threads nor how many draws are wanted change a bit of it.

use nalgebra::DMatrix;
use rand_chacha::ChaCha20Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};
use rayon::prelude::*;

/// Draws of a block: few enough to stay near the processor, enough to be worth a stream.
pub(crate) const BLOCK: usize = 16;
/// Errors that are kept for the next question: 64 MiB. What goes beyond is drawn again.
const KEPT: usize = 1 << 23;

/// The errors of one block, unit by unit.
pub(crate) type Block = [[f64; BLOCK]];

/// Draws of a vector of errors that can be asked more than once.
pub(crate) struct NormalErrors {
    /// A square root of the covariance matrix.
    root: DMatrix<f64>,
    seed: [u8; 32],
    kept: Vec<Vec<[f64; BLOCK]>>,
}

impl NormalErrors {
    /// Errors with the covariance matrix RR', of which the first `draws` are kept ready.
    pub(crate) fn new(root: DMatrix<f64>, seed: [u8; 32], draws: usize) -> Self {
        let fits = KEPT / (root.nrows() * BLOCK).max(1);
        let mut errors = Self { root, seed, kept: Vec::new() };
        let wanted = draws.div_ceil(BLOCK).min(fits);
        errors.kept = (0..wanted).into_par_iter().map(|number| errors.drawn(number)).collect();
        errors
    }

    /// The largest of some statistics in each draw, or 0 where that is larger.
    ///
    /// `raise` is given the number and the errors of a block and lifts the value of each of its
    /// draws.
    pub(crate) fn largest(
        &self,
        draws: usize,
        raise: impl Fn(usize, &Block, &mut [f64; BLOCK]) + Sync,
    ) -> Vec<f64> {
        let block = |number: usize| {
            let mut largest = [0.0; BLOCK];
            match self.kept.get(number) {
                Some(kept) => raise(number, kept, &mut largest),
                None => raise(number, &self.drawn(number), &mut largest),
            }
            largest
        };
        let blocks: Vec<[f64; BLOCK]> =
            (0..draws.div_ceil(BLOCK)).into_par_iter().map(block).collect();
        let mut largest = blocks.into_flattened();
        largest.truncate(draws);
        largest
    }

    fn drawn(&self, number: usize) -> Vec<[f64; BLOCK]> {
        let mut normal = Normal::of(self.seed, number as u64);
        let draw = |_| std::array::from_fn(|_| normal.next());
        let shocks: Vec<[f64; BLOCK]> = (0..self.root.ncols()).map(draw).collect();
        let error = |unit: usize| {
            let mut errors = [0.0; BLOCK];
            for (root, shocks) in self.root.row(unit).iter().zip(&shocks) {
                errors.iter_mut().zip(shocks).for_each(|(error, shock)| *error += root * shock);
            }
            errors
        };
        (0..self.root.nrows()).map(error).collect()
    }
}

/// Standard normal numbers by the polar method (G. Marsaglia 1964).
pub(crate) struct Normal {
    random: ChaCha20Rng,
    spare: Option<f64>,
}

impl Normal {
    pub(crate) fn of(seed: [u8; 32], stream: u64) -> Self {
        let mut random = ChaCha20Rng::from_seed(seed);
        random.set_stream(stream);
        Self { random, spare: None }
    }

    pub(crate) fn next(&mut self) -> f64 {
        if let Some(spare) = self.spare.take() {
            return spare;
        }
        loop {
            let (x, y) = (self.between(), self.between());
            let s = x * x + y * y;
            if s > 0.0 && s < 1.0 {
                let factor = (-2.0 * s.ln() / s).sqrt();
                self.spare = Some(y * factor);
                return x * factor;
            }
        }
    }

    /// Chi-squared with at least one degree of freedom (G. Marsaglia, W. W. Tsang 2000, A simple
    /// method for generating gamma variables).
    pub(crate) fn chi_squared(&mut self, df: f64) -> f64 {
        let d = df / 2.0 - 1.0 / 3.0;
        let c = 1.0 / (9.0 * d).sqrt();
        loop {
            let z = self.next();
            let v = (1.0 + c * z).powi(3);
            let u = 0.5 * (1.0 + self.between());
            if v > 0.0 && u.ln() < 0.5 * z * z + d - d * v + d * v.ln() {
                return 2.0 * d * v;
            }
        }
    }

    /// Uniform between −1 and 1.
    fn between(&mut self) -> f64 {
        let bits = self.random.next_u64() >> 11;
        2.0 * (bits as f64 / (1u64 << 53) as f64) - 1.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn first(_: usize, block: &Block, largest: &mut [f64; BLOCK]) {
        largest.iter_mut().zip(block[0]).for_each(|(l, e)| *l = l.max(e));
    }

    #[test]
    fn errors_drawn_again_are_those_that_were_kept() {
        let root = DMatrix::from_row_slice(2, 2, &[2.0, 0.0, 1.0, 1.0]);
        let kept = NormalErrors::new(root.clone(), [3; 32], 1_000).largest(1_000, first);
        let drawn = NormalErrors::new(root, [3; 32], 0).largest(1_000, first);
        assert_eq!(kept, drawn);
    }

    #[test]
    fn errors_have_the_covariance_asked_for() {
        let root = DMatrix::from_row_slice(2, 2, &[2.0, 0.0, 1.0, 1.0]);
        let errors = NormalErrors::new(root, [5; 32], 0);
        let (mut sums, draws) = ([0.0; 3], 100_096);
        for number in 0..draws / BLOCK {
            let block = errors.drawn(number);
            for (x, y) in block[0].iter().zip(&block[1]) {
                sums.iter_mut().zip([x * x, x * y, y * y]).for_each(|(sum, term)| *sum += term);
            }
        }
        let [xx, xy, yy] = sums.map(|sum| sum / draws as f64);
        // Standard errors: 4√(2/B), √((8 + 4)/B), 2√(2/B).
        assert!((xx - 4.0).abs() < 0.1 && (xy - 2.0).abs() < 0.06 && (yy - 2.0).abs() < 0.05);
    }
}
