//! Pareto selection: a race that every unit runs with a number of its own.
//!
//! Source: B. Rosén (1997), "On sampling with probability proportional to size", Journal of
//! Statistical Planning and Inference 62.

use super::{SelectionError, Start};

/// Takes the units of the smallest `u(1 − π)/((1 − u)π)`, as many as the probabilities add up to.
///
/// The chance of a unit is π up to a difference that vanishes as Σπ(1 − π) grows, and is below
/// 0.01 from Σπ(1 − π) = 1 on. With the same number in two rounds a unit of the first sample is
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
    use super::*;
    use crate::select::trial::{PROBABILITIES, frequencies, numbers};

    #[test]
    fn units_are_taken_nearly_as_often_as_their_probabilities_say() {
        let draws = 40_000;
        let taken = frequencies(draws, |u| pareto(&PROBABILITIES, u).unwrap());
        for (share, p) in taken.iter().zip(PROBABILITIES) {
            let chance = 4.0 * (p * (1.0 - p) / f64::from(draws)).sqrt();
            assert!((share - p).abs() <= 0.01 + chance, "{share} {p}");
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
