//! Draws for tests: numbers from a generator with a fixed seed, and how often each unit came.

use rand_chacha::ChaCha20Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};

/// A sample of 3 of 7, with probabilities far apart.
pub(super) const PROBABILITIES: [f64; 7] = [0.1, 0.25, 0.9, 0.45, 0.3, 0.6, 0.4];

/// One number between 0 and 1 for each unit.
pub(super) fn numbers(draw: u64, units: usize) -> Vec<f64> {
    let mut random = ChaCha20Rng::seed_from_u64(20_260_301);
    random.set_stream(draw);
    (0..units).map(|_| (random.next_u64() >> 11) as f64 / 2f64.powi(53)).collect()
}

/// The share of draws in which each unit was taken.
pub(super) fn frequencies(draws: u32, select: impl Fn(&[f64]) -> Vec<usize>) -> Vec<f64> {
    let mut taken = vec![0u32; PROBABILITIES.len()];
    for draw in 0..draws {
        let sample = select(&numbers(u64::from(draw), PROBABILITIES.len()));
        assert_eq!(sample.len(), 3);
        assert!(sample.windows(2).all(|pair| pair[0] < pair[1]));
        sample.into_iter().for_each(|unit| taken[unit] += 1);
    }
    taken.into_iter().map(|n| f64::from(n) / f64::from(draws)).collect()
}
