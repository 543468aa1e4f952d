//! The best use of a given sample, in whole numbers.

use super::{AllocationError, Bounds, one_each};
use crate::exact_sum::exact_sum;

/// The allocation in whole numbers that makes the variance of a stratified total least.
///
/// Minimises ΣN²S²(1/n − 1/N) under lower ≤ n ≤ upper by giving each next respondent to the
/// stratum of the largest N·S/√(n(n + 1)), from the lower bounds on.
/// A stratum of fewer people than its lower bound becomes a census; with n beyond the upper
/// bounds all of these are met.
///
/// Source: Wright (2017); equal priorities go to the stratum that comes first.
///
/// # Errors
/// [`AllocationError::Infeasible`] when the lower bounds need more than n.
pub fn allocate_exactly(
    n: u64,
    populations: &[u64],
    deviations: &[f64],
    bounds: &[(u64, u64)],
) -> Result<Vec<u64>, AllocationError> {
    let strata = populations.len();
    one_each("deviations", deviations.len(), strata)?;
    one_each("bounds", bounds.len(), strata)?;
    if deviations.iter().any(|s| !(*s >= 0.0 && s.is_finite())) {
        return Err(AllocationError::Unusable { what: "deviations" });
    }
    let Bounds { lower: mut given, upper, least, most } = Bounds::of(populations, bounds);
    if least > n {
        return Err(AllocationError::Infeasible { n, least });
    }
    if most <= n {
        return Ok(upper);
    }
    let priority = |h: usize, at: u64| {
        let at = at as f64;
        if at == 0.0 {
            f64::INFINITY
        } else {
            populations[h] as f64 * deviations[h] / (at * (at + 1.0)).sqrt()
        }
    };
    let mut queue: std::collections::BinaryHeap<Candidate> = (0..strata)
        .filter(|&h| given[h] < upper[h] && deviations[h] > 0.0)
        .map(|h| Candidate { priority: priority(h, given[h]), stratum: h })
        .collect();
    let mut rest = n - least;
    while rest > 0 {
        let Some(Candidate { stratum, .. }) = queue.pop() else { break };
        given[stratum] += 1;
        rest -= 1;
        if given[stratum] < upper[stratum] {
            queue.push(Candidate { priority: priority(stratum, given[stratum]), stratum });
        }
    }
    Ok(given)
}

/// ΣN²S²(1/n − 1/N): the variance of the estimated total; infinite if a stratum gets nobody.
#[must_use]
pub fn allocation_variance(given: &[u64], populations: &[u64], deviations: &[f64]) -> f64 {
    let term = |((&n, &people), &s): ((&u64, &u64), &f64)| {
        let people = people as f64;
        if s == 0.0 || people == 0.0 {
            0.0
        } else {
            (people * s).powi(2) * (1.0 / n as f64 - 1.0 / people)
        }
    };
    exact_or_infinite(given.iter().zip(populations).zip(deviations).map(term))
}

fn exact_or_infinite(terms: impl Iterator<Item = f64>) -> f64 {
    let terms: Vec<f64> = terms.collect();
    if terms.iter().all(|t| t.is_finite()) { exact_sum(terms) } else { f64::INFINITY }
}

#[derive(Debug, PartialEq)]
struct Candidate {
    priority: f64,
    stratum: usize,
}

impl Eq for Candidate {}

impl Ord for Candidate {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.priority.total_cmp(&other.priority).then(other.stratum.cmp(&self.stratum))
    }
}

impl PartialOrd for Candidate {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_exact_allocation_beats_every_other_one() {
        let (populations, deviations) = ([9u64, 5, 4], [3.0, 10.0, 1.0]);
        let bounds = [(1u64, 9u64), (2, 5), (1, 4)];
        let best = allocate_exactly(9, &populations, &deviations, &bounds).unwrap();
        let least = allocation_variance(&best, &populations, &deviations);
        for a in 1..=9 {
            for b in 2..=5 {
                for c in 1..=4 {
                    if a + b + c == 9 {
                        let other = allocation_variance(&[a, b, c], &populations, &deviations);
                        assert!(least <= other + 1e-9);
                    }
                }
            }
        }
    }

    #[test]
    fn bounds_that_cannot_be_met_name_the_least_sample() {
        let error = allocate_exactly(5, &[9, 9], &[1.0, 1.0], &[(4, 9), (4, 9)]).unwrap_err();
        assert_eq!(error, AllocationError::Infeasible { n: 5, least: 8 });
        assert_eq!(allocate_exactly(99, &[9, 2], &[1.0, 1.0], &[(0, 9), (4, 9)]), Ok(vec![9, 2]));
    }
}
