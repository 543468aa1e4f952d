//! Conditional Poisson and Sampford selection, unit by unit through a list.
//!
//! Both designs give a sample s a probability in proportion to `Π_s p/(1 − p)` (conditional
//! Poisson) or to `Π_s π/(1 − π)·Σ_s(1 − π)` (Sampford). Drawn by trial and error they need more and
//! more trials as samples grow, and a new set of random numbers for each. Here the list is gone
//! through once: with the sums over all ways in which the rest of the list can complete a sample,
//! the chance of the next unit given those before it is known exactly, and its own number decides.
//!
//! Sources: S. X. Chen, A. P. Dempster, J. S. Liu (1994), Biometrika 81; M. R. Sampford (1967),
//! Biometrika 54; I. Traat, L. Bondesson, K. Meister (2004), "Sampling design and sample selection
//! through distribution theory", Journal of Statistical Planning and Inference 123 (the
//! list-sequential method); J. Hájek (1981), Sampling from a Finite Population.

use super::{SelectionError, Start, WHOLE};

/// Units times sample size for which time and memory are taken.
const MOST: usize = 10_000_000;
/// Probabilities are reached to within this.
const REACHED: f64 = 1e-12;
/// Farther off than this they are not; probabilities that do not quite add up cannot be nearer.
const MISSED: f64 = WHOLE;
/// A step shorter than this leads nowhere.
const SHORTEST: f64 = 1e-6;
/// Trials to reach them.
const TRIALS: usize = 200;

/// Conditional Poisson selection, the design of largest entropy with these probabilities.
///
/// The probabilities are exact. The list is gone through in its order, so two draws agree where
/// lists and numbers do: sort the list by something that stays. Time and memory grow as units
/// times sample size.
///
/// Returns the positions of the units taken, in the order of the list.
///
/// # Errors
/// As [`pareto`](super::pareto); [`SelectionError::TooLarge`] above ten million units times sample
/// size.
pub fn conditional_poisson(
    probabilities: &[f64],
    numbers: &[f64],
) -> Result<Vec<usize>, SelectionError> {
    select(probabilities, numbers, Design::conditional_poisson)
}

/// Sampford selection.
///
/// The probabilities are exact; otherwise as [`conditional_poisson`].
///
/// Returns the positions of the units taken, in the order of the list.
///
/// # Errors
/// As [`conditional_poisson`].
pub fn sampford(probabilities: &[f64], numbers: &[f64]) -> Result<Vec<usize>, SelectionError> {
    select(probabilities, numbers, |p, _| Ok(Design::sampford(p)))
}

fn select(
    probabilities: &[f64],
    numbers: &[f64],
    design: impl FnOnce(&[f64], usize) -> Result<Design, SelectionError>,
) -> Result<Vec<usize>, SelectionError> {
    let start = Start::of(probabilities, numbers)?;
    let (units, n) = (start.open.len(), start.n);
    if units.saturating_mul(n) > MOST {
        return Err(SelectionError::TooLarge { units, n, most: MOST });
    }
    let of = |list: &[f64]| start.open.iter().map(|&k| list[k]).collect::<Vec<f64>>();
    let taken = design(&of(probabilities), n)?.take(n, &of(numbers));
    let taken: Vec<usize> = taken.into_iter().map(|k| start.open[k]).collect();
    Ok(start.with(taken))
}

/// A sample s has a probability in proportion to `Π_s p/(1 − p)·(first + Σ_s value)`.
struct Design {
    p: Vec<f64>,
    value: Vec<f64>,
    first: f64,
}

impl Design {
    fn sampford(probabilities: &[f64]) -> Self {
        let value = probabilities.iter().map(|p| 1.0 - p).collect();
        Self { p: probabilities.to_vec(), value, first: 0.0 }
    }

    /// Finds the working probabilities p with which the units have the chances wanted.
    ///
    /// With η = log(p/(1 − p)) the chances are the slopes of a convex function of η, so there is
    /// one solution but for a common constant. The steps are Newton's with Hájek's approximation
    /// of the covariances, whose diagonal is exact; a step that leads away is halved.
    fn conditional_poisson(wanted: &[f64], n: usize) -> Result<Self, SelectionError> {
        let mut p = wanted.to_vec();
        let mut chances = chances(&p, n);
        let mut error = distance(&chances, wanted);
        let mut length = 1.0;
        for _ in 0..TRIALS {
            if error <= REACHED || length < SHORTEST {
                break;
            }
            let next: Vec<f64> = stepped(&p, &chances, wanted, length);
            let there = self::chances(&next, n);
            let left = distance(&there, wanted);
            if left < error {
                (p, chances, error, length) = (next, there, left, 1.0);
            } else {
                length *= 0.5;
            }
        }
        // Written so that a distance that is no number is refused too.
        if error <= MISSED {
            Ok(Self { value: vec![0.0; p.len()], p, first: 1.0 })
        } else {
            Err(SelectionError::NotReached { error })
        }
    }

    /// Goes through the list: each unit is taken if its number is below its chance given the
    /// units before it.
    fn take(&self, n: usize, numbers: &[f64]) -> Vec<usize> {
        let rests = Rests::of(self, n);
        let (mut taken, mut left, mut value) = (Vec::with_capacity(n), n, self.first);
        for (k, &number) in numbers.iter().enumerate() {
            if left == 0 {
                break;
            }
            if number < self.chance(&rests, k, left, value) {
                taken.push(k);
                left -= 1;
                value += self.value[k];
            }
        }
        taken
    }

    /// The chance of unit k when `left` are still to be taken and those taken add up to `value`.
    fn chance(&self, rests: &Rests, k: usize, left: usize, value: f64) -> f64 {
        if self.p.len() - k <= left {
            return 1.0;
        }
        let with = self.p[k] * rests.weight(k + 1, left - 1, value + self.value[k]);
        let without = (1.0 - self.p[k]) * rests.weight(k + 1, left, value);
        let all = with + without;
        if all > 0.0 { with / all } else { 0.0 }
    }
}

/// For the rest of the list from each unit on and every number of units taken from it: the sum
/// over all ways to take them of Πp·Π(1 − p), and of the same times Σ value.
struct Rests {
    sizes: usize,
    plain: Vec<f64>,
    valued: Vec<f64>,
}

impl Rests {
    fn of(design: &Design, n: usize) -> Self {
        let (units, sizes) = (design.p.len(), n + 1);
        let mut plain = vec![0.0; (units + 1) * sizes];
        let mut valued = vec![0.0; (units + 1) * sizes];
        plain[units * sizes] = 1.0;
        for k in (0..units).rev() {
            let (p, value) = (design.p[k], design.value[k]);
            let (here, next) = (k * sizes, (k + 1) * sizes);
            for taken in 0..sizes {
                plain[here + taken] = (1.0 - p) * plain[next + taken];
                valued[here + taken] = (1.0 - p) * valued[next + taken];
                if taken > 0 {
                    let before = next + taken - 1;
                    plain[here + taken] += p * plain[before];
                    valued[here + taken] += p * (valued[before] + value * plain[before]);
                }
            }
        }
        Self { sizes, plain, valued }
    }

    fn weight(&self, from: usize, taken: usize, value: f64) -> f64 {
        let at = from * self.sizes + taken;
        value * self.plain[at] + self.valued[at]
    }
}

/// The chance of each unit in a conditional Poisson sample of n with working probabilities p.
fn chances(p: &[f64], n: usize) -> Vec<f64> {
    let design = Design { p: p.to_vec(), value: vec![0.0; p.len()], first: 1.0 };
    let rests = Rests::of(&design, n);
    let all = rests.weight(0, n, 1.0);
    // How likely so many units are to be taken before unit k.
    let mut before = vec![0.0; n + 1];
    before[0] = 1.0;
    let mut chances = Vec::with_capacity(p.len());
    for (k, &p) in p.iter().enumerate() {
        let ways: f64 = (0..n).map(|j| before[j] * rests.weight(k + 1, n - 1 - j, 1.0)).sum();
        chances.push(p * ways / all);
        for j in (0..=n).rev() {
            let fewer = if j > 0 { before[j - 1] } else { 0.0 };
            before[j] = (1.0 - p) * before[j] + p * fewer;
        }
    }
    chances
}

/// A step of `length` towards the chances wanted.
fn stepped(p: &[f64], chances: &[f64], wanted: &[f64], length: f64) -> Vec<f64> {
    let spread: Vec<f64> = wanted.iter().map(|w| w * (1.0 - w)).collect();
    let all: f64 = spread.iter().sum();
    let step = |k: usize| {
        let change = (wanted[k] - chances[k]) / spread[k] * (1.0 - spread[k] / all);
        let odds = p[k] / (1.0 - p[k]) * (length * change).clamp(-5.0, 5.0).exp();
        odds / (1.0 + odds)
    };
    (0..p.len()).map(step).collect()
}

fn distance(chances: &[f64], wanted: &[f64]) -> f64 {
    let apart = chances.iter().zip(wanted).map(|(c, w)| (c - w).abs());
    apart.fold(0.0, |most: f64, d| if d.is_nan() { f64::NAN } else { most.max(d) })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::select::inclusion_probabilities;
    use crate::select::trial::{PROBABILITIES, frequencies};

    /// Every sample of n units, and how likely the list-sequential draw is to take it.
    fn drawn(design: &Design, n: usize) -> Vec<(Vec<usize>, f64)> {
        let rests = Rests::of(design, n);
        let units = design.p.len();
        let mut samples = Vec::new();
        for set in 0u32..1 << units {
            if set.count_ones() as usize != n {
                continue;
            }
            let (mut likely, mut left, mut value) = (1.0, n, design.first);
            let mut sample = Vec::new();
            for k in 0..units {
                let chance = if left == 0 { 0.0 } else { design.chance(&rests, k, left, value) };
                if set >> k & 1 == 1 {
                    likely *= chance;
                    left = left.saturating_sub(1);
                    value += design.value[k];
                    sample.push(k);
                } else {
                    likely *= 1.0 - chance;
                }
            }
            samples.push((sample, likely));
        }
        samples
    }

    fn inclusion(samples: &[(Vec<usize>, f64)], unit: usize) -> f64 {
        samples.iter().filter(|(sample, _)| sample.contains(&unit)).map(|(_, p)| p).sum()
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(200))]

        #[test]
        fn every_sample_has_the_probability_of_its_design(
            sizes in prop::collection::vec(0.05..1.0f64, 2..9),
            percent in 10usize..90,
        ) {
            let n = (sizes.len() * percent / 100).max(1);
            let pi = inclusion_probabilities(&sizes, n).unwrap();
            prop_assume!(pi.iter().all(|&p| p < 1.0));
            let odds = |p: f64| p / (1.0 - p);
            for design in [Design::sampford(&pi), Design::conditional_poisson(&pi, n).unwrap()] {
                let samples = drawn(&design, n);
                let formula = |sample: &[usize]| -> f64 {
                    let product: f64 = sample.iter().map(|&k| odds(design.p[k])).product();
                    product * (design.first + sample.iter().map(|&k| design.value[k]).sum::<f64>())
                };
                let all: f64 = samples.iter().map(|(sample, _)| formula(sample)).sum();
                for (sample, likely) in &samples {
                    prop_assert!((likely - formula(sample) / all).abs() < 1e-10);
                }
                for (k, p) in pi.iter().enumerate() {
                    prop_assert!((inclusion(&samples, k) - p).abs() < 1e-9);
                }
            }
        }
    }

    #[test]
    fn units_are_taken_as_often_as_their_probabilities_say() {
        let draws = 20_000;
        for select in [conditional_poisson, sampford] {
            let taken = frequencies(draws, |u| select(&PROBABILITIES, u).unwrap());
            for (share, p) in taken.iter().zip(PROBABILITIES) {
                let chance = 4.0 * (p * (1.0 - p) / f64::from(draws)).sqrt();
                assert!((share - p).abs() <= chance, "{share} {p}");
            }
        }
    }

    #[test]
    fn certain_units_are_taken_and_impossible_ones_are_not() {
        let p = [1.0, 0.0, 0.5, 0.5];
        for select in [conditional_poisson, sampford] {
            assert_eq!(select(&p, &[0.9, 0.0, 0.4, 0.0]), Ok(vec![0, 2]));
            assert_eq!(select(&p, &[0.9, 0.0, 0.6, 0.9]), Ok(vec![0, 3]));
            assert_eq!(select(&[1.0, 1.0], &[0.0, 0.5]), Ok(vec![0, 1]));
            assert_eq!(select(&[0.999_999_9; 2], &[0.0, 0.5]), Ok(vec![0, 1]));
            assert_eq!(select(&[], &[]), Ok(vec![]));
        }
    }

    #[test]
    fn two_units_of_which_one_is_taken_are_no_trouble() {
        let design = Design::conditional_poisson(&[0.9, 0.1], 1).unwrap();
        assert!((inclusion(&drawn(&design, 1), 0) - 0.9).abs() < 1e-12);
        let wanted = [0.499_9, 0.500_05, 0.000_05];
        let design = Design::conditional_poisson(&wanted, 1).unwrap();
        assert!((inclusion(&drawn(&design, 1), 2) - 0.000_05).abs() < 1e-12);
    }

    #[test]
    fn a_long_list_is_drawn_from_exactly_and_a_longer_one_is_refused() {
        let sizes: Vec<f64> = (0..3_000).map(|k| 1.0 + f64::from(k % 97)).collect();
        let pi = inclusion_probabilities(&sizes, 300).unwrap();
        let design = Design::conditional_poisson(&pi, 300).unwrap();
        assert!(distance(&chances(&design.p, 300), &pi) < 1e-11);
        let numbers = crate::select::trial::numbers(1, 3_000);
        assert_eq!(conditional_poisson(&pi, &numbers).unwrap().len(), 300);
        assert_eq!(sampford(&pi, &numbers).unwrap().len(), 300);
        let many = vec![0.5; 10_000];
        assert_eq!(
            sampford(&many, &vec![0.5; 10_000]),
            Err(SelectionError::TooLarge { units: 10_000, n: 5_000, most: MOST })
        );
    }
}
