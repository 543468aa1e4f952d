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
/// With more degrees of freedom than this a variance is as good as known: the quantiles of t and
/// of the normal distribution differ by less than 5 parts in 10,000, as far out as 4.
const SURE: f64 = 10_000.0;
/// Numbers that are kept for the next question: 64 MiB. What goes beyond is drawn again.
const KEPT: usize = 1 << 23;

/// Some draws, side by side.
#[derive(Default)]
pub(crate) struct Block {
    /// The errors, unit by unit.
    pub(crate) errors: Vec<[f64; BLOCK]>,
    /// How many times too large each standard error is estimated; none where these are known.
    pub(crate) scales: Vec<[f64; BLOCK]>,
}

impl Block {
    /// Everything of one draw.
    pub(crate) fn column(&self, lane: usize) -> Vec<f64> {
        self.errors.iter().chain(&self.scales).map(|row| row[lane]).collect()
    }

    /// At most as many draws as a block has, as [`Block::column`] gives them, for so many units.
    /// What is left of the block is 0.
    pub(crate) fn of_columns(units: usize, columns: &[Vec<f64>]) -> Self {
        let row = |at: usize| {
            let number = |lane: usize| columns.get(lane).map(|column| column[at]);
            std::array::from_fn(|lane| number(lane).unwrap_or(if at < units { 0.0 } else { 1.0 }))
        };
        let size = columns.first().map_or(units, Vec::len);
        Self { errors: (0..units).map(row).collect(), scales: (units..size).map(row).collect() }
    }
}

/// Draws of a vector of errors that can be asked more than once.
pub(crate) struct NormalErrors {
    /// What is not 0 in each row of a square root of the covariance matrix.
    root: Vec<Vec<(usize, f64)>>,
    /// Degrees of freedom of each variance; nothing where variances are known.
    df: Option<Vec<f64>>,
    seed: [u8; 32],
    kept: Vec<Block>,
}

impl NormalErrors {
    /// Errors with the covariance matrix RR', of which the first `draws` are kept ready.
    ///
    /// Where variances are estimates, each varies from draw to draw like χ²/df.
    pub(crate) fn new(
        root: &DMatrix<f64>,
        df: Option<Vec<f64>>,
        seed: [u8; 32],
        draws: usize,
    ) -> Self {
        let row = |unit: usize| {
            let entries = root.row(unit).iter().copied().enumerate().collect::<Vec<_>>();
            entries.into_iter().filter(|&(_, entry)| entry != 0.0).collect()
        };
        let numbers = root.nrows() * if df.is_some() { 2 } else { 1 };
        let root = (0..root.nrows()).map(row).collect();
        let mut errors = Self { root, df, seed, kept: Vec::new() };
        let wanted = draws.div_ceil(BLOCK).min(KEPT / (numbers * BLOCK).max(1));
        errors.kept = (0..wanted).into_par_iter().map(|number| errors.drawn(number)).collect();
        errors
    }

    /// Degrees of freedom of the variances, if these are estimates.
    pub(crate) fn df(&self) -> Option<&[f64]> {
        self.df.as_deref()
    }

    /// Asks a block.
    pub(crate) fn with<R>(&self, number: usize, ask: impl FnOnce(&Block) -> R) -> R {
        match self.kept.get(number) {
            Some(kept) => ask(kept),
            None => ask(&self.drawn(number)),
        }
    }

    /// The block is kept ready.
    pub(crate) fn keeps(&self, number: usize) -> bool {
        number < self.kept.len()
    }

    fn drawn(&self, number: usize) -> Block {
        let mut normal = Normal::of(self.seed, number as u64);
        let draw = |_| std::array::from_fn(|_| normal.next());
        let shocks: Vec<[f64; BLOCK]> = (0..self.root.len()).map(draw).collect();
        let error = |row: &Vec<(usize, f64)>| {
            let mut errors = [0.0; BLOCK];
            for &(column, root) in row {
                let shocks = &shocks[column];
                errors.iter_mut().zip(shocks).for_each(|(error, shock)| *error += root * shock);
            }
            errors
        };
        let errors = self.root.iter().map(error).collect();
        // The errors have the streams from 0 on; these begin beyond them.
        let mut normal = Normal::of(self.seed, (1 << 40) + number as u64);
        let mut draw = |df: f64| match df <= SURE {
            true => (normal.chi_squared(df) / df).sqrt(),
            false => 1.0,
        };
        let scale = |&df: &f64| std::array::from_fn(|_| draw(df));
        let scales = self.df.iter().flatten().map(scale).collect();
        Block { errors, scales }
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
            // Nearly always; the logarithms would say the same.
            if v > 0.0 && u < 1.0 - 0.0331 * z.powi(4) {
                return 2.0 * d * v;
            }
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

    #[test]
    fn errors_drawn_again_are_those_that_were_kept() {
        let root = DMatrix::from_row_slice(2, 2, &[2.0, 0.0, 1.0, 1.0]);
        let of = |draws| NormalErrors::new(&root, Some(vec![3.0, 40.0]), [3; 32], draws);
        let (kept, drawn) = (of(1_000), of(0));
        assert!(kept.keeps(62) && !kept.keeps(63) && !drawn.keeps(0));
        for number in [0, 1, 62] {
            let columns = |errors: &NormalErrors| {
                errors.with(number, |block| [0, 3, 15].map(|lane| block.column(lane)))
            };
            let found = columns(&kept);
            assert_eq!(found, columns(&drawn));
            let block = Block::of_columns(2, &found);
            assert_eq!([0, 1, 2].map(|lane| block.column(lane)), found);
            assert_eq!(block.column(3), [0.0, 0.0, 1.0, 1.0]);
        }
    }

    #[test]
    fn errors_have_the_covariance_asked_for() {
        let root = DMatrix::from_row_slice(2, 2, &[2.0, 0.0, 1.0, 1.0]);
        let errors = NormalErrors::new(&root, None, [5; 32], 0);
        let (mut sums, draws) = ([0.0; 3], 100_096);
        for number in 0..draws / BLOCK {
            let block = errors.drawn(number);
            for (x, y) in block.errors[0].iter().zip(&block.errors[1]) {
                sums.iter_mut().zip([x * x, x * y, y * y]).for_each(|(sum, term)| *sum += term);
            }
        }
        let [xx, xy, yy] = sums.map(|sum| sum / draws as f64);
        // Standard errors: 4√(2/B), √((8 + 4)/B), 2√(2/B).
        assert!((xx - 4.0).abs() < 0.1 && (xy - 2.0).abs() < 0.06 && (yy - 2.0).abs() < 0.05);
    }
}
