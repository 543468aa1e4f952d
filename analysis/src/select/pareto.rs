//! Pareto selection: a race that every unit runs with a number of its own.
//!
//! Source: B. Rosén (1997), "On sampling with probability proportional to size", Journal of
//! Statistical Planning and Inference 62.

use super::{SelectionError, Start};

/// Takes the units of the smallest `u(1 − π)/((1 − u)π)`, as many as the probabilities add up to.
///
/// The chance of a unit is π up to a difference that vanishes as Σπ(1 − π) grows: by integration
/// over random populations (see the tests) it is below 0.02 from Σπ(1 − π) = 1 on, below 0.006
/// from 2 and below 0.001 from 5 on. With the same number in two rounds a unit of the first sample is
/// most likely in the second, too; the order of the list does not matter (of units that tie, the
/// first is taken).
///
/// Returns the positions of the units taken, in the order of the list.
///
/// # Errors
/// [`SelectionError`] for probabilities outside [0, 1] or without a whole sum, for lists of
/// different length, and for numbers outside [0, 1).
pub fn pareto(probabilities: &[f64], numbers: &[f64]) -> Result<Vec<usize>, SelectionError> {
    let start = Start::of(probabilities, numbers)?;
    let odds = |p: f64| p / (1.0 - p);
    let rank = |&k: &usize| odds(numbers[k]) / odds(probabilities[k]);
    let mut race: Vec<(f64, usize)> = start.open.iter().map(|k| (rank(k), *k)).collect();
    race.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
    let taken: Vec<usize> = race.into_iter().take(start.n).map(|(_, k)| k).collect();
    Ok(start.with(taken))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::select::inclusion_probabilities;
    use crate::select::trial::{PROBABILITIES, frequencies, numbers};

    /// The chance of each unit: the integral, over where it comes in, of how likely fewer than n
    /// of the others are before it.
    fn chances(probabilities: &[f64], n: usize) -> Vec<f64> {
        const POINTS: u32 = 400;
        let odds = |p: f64| p / (1.0 - p);
        let mut chances = vec![0.0; probabilities.len()];
        for point in 0..POINTS {
            let place = (f64::from(point) + 0.5) / f64::from(POINTS);
            // Unit j comes before the place s with probability s·o/(1 − s + s·o).
            let below = |p: f64| place * odds(p) / (1.0 - place + place * odds(p));
            let density = |p: f64| odds(p) / (1.0 - place + place * odds(p)).powi(2);
            for (k, &p) in probabilities.iter().enumerate() {
                let mut before = vec![0.0; n];
                before[0] = 1.0;
                for (_, &other) in probabilities.iter().enumerate().filter(|&(j, _)| j != k) {
                    for count in (0..n).rev() {
                        let fewer = if count > 0 { before[count - 1] } else { 0.0 };
                        before[count] += below(other) * (fewer - before[count]);
                    }
                }
                chances[k] += density(p) * before.iter().sum::<f64>() / f64::from(POINTS);
            }
        }
        chances
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(48))]

        #[test]
        fn chances_differ_from_the_probabilities_by_little(
            sizes in prop::collection::vec(0.02..1.0f64, 4..30),
            percent in 20usize..80,
        ) {
            let n = (sizes.len() * percent / 100).max(1);
            let p = inclusion_probabilities(&sizes, n).unwrap();
            prop_assume!(p.iter().all(|&p| p < 0.98));
            let spread: f64 = p.iter().map(|p| p * (1.0 - p)).sum();
            let most = match spread {
                spread if spread >= 5.0 => 0.001,
                spread if spread >= 2.0 => 0.006,
                spread if spread >= 1.0 => 0.02,
                _ => 0.1,
            };
            let chances = chances(&p, n);
            prop_assert!((chances.iter().sum::<f64>() - n as f64).abs() < 0.01);
            for (chance, p) in chances.iter().zip(&p) {
                prop_assert!((chance - p).abs() < most, "{chance} {p} {spread}");
            }
        }
    }

    #[test]
    fn units_are_taken_as_often_as_their_chances_say() {
        let draws = 20_000;
        let taken = frequencies(draws, |u| pareto(&PROBABILITIES, u).unwrap());
        for (share, p) in taken.iter().zip(chances(&PROBABILITIES, 3)) {
            let chance = 4.0 * (p * (1.0 - p) / f64::from(draws)).sqrt();
            assert!((share - p).abs() <= 0.001 + chance, "{share} {p}");
        }
    }

    #[test]
    fn the_order_of_the_list_does_not_matter() {
        let p = [0.2, 0.7, 1.0, 0.5, 0.0, 0.6];
        for draw in 0..50 {
            let u = numbers(draw, p.len());
            let turned = |list: &[f64]| list.iter().rev().copied().collect::<Vec<f64>>();
            let there = pareto(&p, &u).unwrap();
            let back = pareto(&turned(&p), &turned(&u)).unwrap();
            let mut back: Vec<usize> = back.into_iter().map(|k| p.len() - 1 - k).collect();
            back.sort_unstable();
            assert_eq!(there, back);
            assert_eq!(there.len(), 3);
            assert!(there.contains(&2) && !there.contains(&4));
        }
    }

    #[test]
    fn a_unit_that_becomes_more_important_stays_in_the_sample() {
        for draw in 0..200 {
            let u = numbers(draw, 4);
            let before = pareto(&[0.5, 0.5, 0.5, 0.5], &u).unwrap();
            let after = pareto(&[0.8, 0.4, 0.4, 0.4], &u).unwrap();
            assert!(!before.contains(&0) || after.contains(&0));
        }
    }

    #[test]
    fn what_is_no_probability_or_no_number_is_refused() {
        let u = [0.5; 3];
        assert_eq!(pareto(&[0.5, 0.7, 0.5], &u), Err(SelectionError::NotWhole { sum: 1.7 }));
        assert!(matches!(
            pareto(&[1.5, 0.5, 0.0], &u),
            Err(SelectionError::Probability { unit: 0, .. })
        ));
        assert!(matches!(
            pareto(&[1.0, 0.5, 0.5], &[0.5, f64::NAN, 0.5]),
            Err(SelectionError::Number { unit: 1, .. })
        ));
        assert!(matches!(pareto(&[0.5, 0.5], &u), Err(SelectionError::LengthMismatch { .. })));
        assert_eq!(pareto(&[], &[]), Ok(vec![]));
    }
}
