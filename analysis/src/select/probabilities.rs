//! How likely each unit is to be taken.

use super::SelectionError;
use crate::design::LARGEST;
use crate::exact_sum::exact_sum;

/// Inclusion probabilities n·x/Σx, at most 1: units that reach 1 are taken with certainty and
/// the rest shared out again.
///
/// A unit of size 0 has probability 0.
///
/// # Errors
/// [`SelectionError`] for sizes that are negative, or fewer units than are to be drawn.
pub fn inclusion_probabilities(sizes: &[f64], n: usize) -> Result<Vec<f64>, SelectionError> {
    for (unit, &size) in sizes.iter().enumerate() {
        if !(0.0..=LARGEST).contains(&size) {
            return Err(SelectionError::Size { unit, size });
        }
    }
    let available = sizes.iter().filter(|&&x| x > 0.0).count();
    if n > available {
        return Err(SelectionError::TooMany { n, available });
    }
    let mut certain = vec![false; sizes.len()];
    loop {
        let taken = certain.iter().filter(|&&c| c).count();
        let open = || sizes.iter().zip(&certain).filter(|pair| !*pair.1).map(|(&x, _)| x);
        let sum = exact_sum(open());
        let rest = n.saturating_sub(taken) as f64;
        let probability = |unit: usize| {
            if certain[unit] {
                1.0
            } else if sum > 0.0 {
                rest * sizes[unit] / sum
            } else {
                0.0
            }
        };
        let probabilities: Vec<f64> = (0..sizes.len()).map(probability).collect();
        let mut grown = false;
        for (unit, &p) in probabilities.iter().enumerate() {
            if !certain[unit] && p >= 1.0 {
                certain[unit] = true;
                grown = true;
            }
        }
        if !grown {
            return Ok(probabilities);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn probabilities_add_up_and_a_giant_is_certain() {
        let p = inclusion_probabilities(&[100.0, 1.0, 1.0, 0.0, 2.0], 2).unwrap();
        assert_eq!(p, [1.0, 0.25, 0.25, 0.0, 0.5]);
        assert_eq!(
            inclusion_probabilities(&[1.0, 0.0], 2),
            Err(SelectionError::TooMany { n: 2, available: 1 })
        );
        assert!(inclusion_probabilities(&[-1.0], 1).is_err());
    }
}
