//! Chance that repeats itself: the same seed and names give the same throws.

use rand_chacha::{
    ChaCha20Rng,
    rand_core::{Rng, SeedableRng},
};
use sha2::{Digest, Sha256};

/// Throws that depend on a seed and on what they are for, and on nothing else.
///
/// Only the bits of `ChaCha20` are used, which never change; the distributions of a
/// library may from one version to the next.
pub(super) struct Dice(ChaCha20Rng);

impl Dice {
    /// Dice for the purpose that `names` tell, such as a person and a question.
    pub(super) fn new(seed: u64, names: &[&str]) -> Self {
        let mut hash = Sha256::new().chain_update(b"phieu demo").chain_update(seed.to_be_bytes());
        for name in names {
            hash.update((name.len() as u64).to_be_bytes());
            hash.update(name);
        }
        Self(ChaCha20Rng::from_seed(hash.finalize().into()))
    }

    /// A number below `limit`, which is not 0.
    pub(super) fn below(&mut self, limit: usize) -> usize {
        let scaled = u128::from(self.0.next_u64()) * (limit as u128);
        usize::try_from(scaled >> 64).expect("the product's upper half is below the limit")
    }

    /// True in `permille` of a thousand throws.
    pub(super) fn chance(&mut self, permille: usize) -> bool {
        self.below(1_000) < permille
    }

    /// One of `things`, which are not empty.
    pub(super) fn pick<'t, T>(&mut self, things: &'t [T]) -> &'t T {
        &things[self.below(things.len())]
    }

    /// One of `things` as often as its weight says.
    pub(super) fn weighted<'t, T>(&mut self, things: &'t [(usize, T)]) -> &'t T {
        let mut left = self.below(things.iter().map(|(weight, _)| weight).sum());
        for (weight, thing) in things {
            match left.checked_sub(*weight) {
                Some(less) => left = less,
                None => return thing,
            }
        }
        unreachable!("a throw below the sum of weights meets one of them")
    }

    /// A number between 0 and 1.
    pub(super) fn share(&mut self) -> f64 {
        #[expect(clippy::cast_precision_loss, reason = "53 bits fit an f64 exactly")]
        let bits = (self.0.next_u64() >> 11) as f64;
        bits / 9_007_199_254_740_992.0
    }

    /// A number around 0 with standard deviation 1, from sums alone.
    ///
    /// Logarithms differ in their last bit between machines; additions do not.
    pub(super) fn bell(&mut self) -> f64 {
        (0..12).map(|_| self.share()).sum::<f64>() - 6.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_names_throw_the_same() {
        let throw = |names: &[&str]| Dice::new(7, names).below(1_000_000_007);
        assert_eq!(throw(&["a", "b"]), throw(&["a", "b"]));
        assert_ne!(throw(&["a", "b"]), throw(&["ab"]));
        assert_ne!(throw(&["a", "b"]), Dice::new(8, &["a", "b"]).below(1_000_000_007));
    }

    #[test]
    fn throws_are_fair_enough() {
        let mut dice = Dice::new(1, &["fair"]);
        let ones = (0..10_000).filter(|_| dice.chance(300)).count();
        assert!((2_800..3_200).contains(&ones), "{ones}");
        let mean = (0..10_000).map(|_| dice.bell()).sum::<f64>() / 10_000.0;
        assert!(mean.abs() < 0.05, "{mean}");
        let thirds = (0..9_000).filter(|_| *dice.weighted(&[(1, 'a'), (2, 'b')]) == 'a').count();
        assert!((2_800..3_200).contains(&thirds), "{thirds}");
    }
}
