//! Steps of one length through a list.

use crate::exact_sum::ExactSum;

/// Systematic selection in the given order: unit k is taken when start + a whole number lies in
/// (C₍k−1₎, C₍k₎], with C the cumulated probabilities.
///
/// The start is between 0 and 1; rounding of a boundary counts as on it (tolerance 1e-12).
#[must_use]
pub fn systematic(probabilities: &[f64], start: f64) -> Vec<usize> {
    let mut selected = Vec::new();
    let mut sum = ExactSum::default();
    let mut before = reached(0.0, start);
    for (unit, &p) in probabilities.iter().enumerate() {
        if p.is_finite() && p > 0.0 {
            sum.add(p);
        }
        let now = reached(sum.value(), start);
        if now > before {
            selected.push(unit);
        }
        before = now;
    }
    selected
}

/// How many of start, start + 1, … lie at or below a cumulated probability.
fn reached(cumulated: f64, start: f64) -> f64 {
    (cumulated - start + 1e-12).floor() + 1.0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn systematic_selection_takes_as_many_as_the_probabilities_add_up_to() {
        let p = crate::select::inclusion_probabilities(&[5.0, 3.0, 8.0, 1.0, 4.0, 4.0], 3).unwrap();
        for step in 1..=20 {
            assert_eq!(systematic(&p, f64::from(step) / 20.0).len(), 3);
        }
    }
}
