//! How a sample is shared out over strata.
//!
//! Sources: W. G. Cochran (1977), Sampling Techniques, 3rd ed., chapter 5; J. Neyman
//! (1934); M. D. Bankier (1988), The American Statistician 42 (power allocation); T. Wright
//! (2017), Statistics & Probability Letters 129 (exact optimum in whole numbers).

use thiserror::Error;

use crate::design::LARGEST;
use crate::exact_sum::exact_sum;

/// Why no sample size or allocation can be given.
#[derive(Debug, Clone, PartialEq, Error)]
#[non_exhaustive]
pub enum AllocationError {
    /// An argument is outside its domain.
    #[error("{what} is not usable")]
    Unusable {
        /// Which argument.
        what: &'static str,
    },
    /// Lists of different length.
    #[error("{what}: {got} where there are {expected} strata")]
    LengthMismatch {
        /// Which list.
        what: &'static str,
        /// Strata.
        expected: usize,
        /// Given.
        got: usize,
    },
    /// The lower bounds add up to more than there is to allocate.
    #[error("the least that the bounds allow is {least}, not {n}")]
    Infeasible {
        /// Sample to be allocated.
        n: u64,
        /// Sum of the lower bounds.
        least: u64,
    },
}

/// A finite number ≥ 0 without its fraction.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "the callers pass finite numbers from 0 to the largest count"
)]
pub(crate) fn floor_to_u64(number: f64) -> u64 {
    number as u64
}

/// How a sample is shared out over strata, before bounds.
#[derive(Debug, Clone, PartialEq)]
pub enum Share<'a> {
    /// The same in each.
    Equal,
    /// By population N.
    Proportional,
    /// By N·S, with S the standard deviation of each stratum.
    Neyman(&'a [f64]),
    /// By N·S/√c, with c the cost of an interview.
    Cost(&'a [f64], &'a [f64]),
    /// By X^q·CV, with q between 0 and 1 (X = N if not given otherwise).
    Power {
        /// Importance of each stratum.
        size: &'a [f64],
        /// Coefficient of variation of each stratum.
        cv: &'a [f64],
        /// Exponent.
        q: f64,
    },
}

/// Shares n out over strata in real numbers, without bounds.
///
/// # Errors
/// [`AllocationError`] for lists that do not fit, negative numbers, or nothing to share by.
pub fn allocate(
    n: f64,
    populations: &[u64],
    share: &Share<'_>,
) -> Result<Vec<f64>, AllocationError> {
    let strata = populations.len();
    let list = |what: &'static str, values: &[f64]| {
        if values.len() != strata {
            return Err(AllocationError::LengthMismatch {
                what,
                expected: strata,
                got: values.len(),
            });
        }
        let usable = values.iter().all(|v| (0.0..=LARGEST).contains(v));
        if usable { Ok(()) } else { Err(AllocationError::Unusable { what }) }
    };
    let people = |h: usize| populations[h] as f64;
    let measure: Vec<f64> = match share {
        Share::Equal => vec![1.0; strata],
        Share::Proportional => (0..strata).map(people).collect(),
        Share::Neyman(deviations) => {
            list("deviations", deviations)?;
            (0..strata).map(|h| people(h) * deviations[h]).collect()
        }
        Share::Cost(deviations, costs) => {
            list("deviations", deviations)?;
            list("costs", costs)?;
            if costs.contains(&0.0) {
                return Err(AllocationError::Unusable { what: "costs" });
            }
            (0..strata).map(|h| people(h) * deviations[h] / costs[h].sqrt()).collect()
        }
        Share::Power { size, cv, q } => {
            list("sizes", size)?;
            list("coefficients of variation", cv)?;
            if !(0.0..=1.0).contains(q) {
                return Err(AllocationError::Unusable { what: "exponent" });
            }
            (0..strata).map(|h| size[h].powf(*q) * cv[h]).collect()
        }
    };
    let sum = exact_sum(measure.iter().copied());
    if !(sum > 0.0 && (0.0..=LARGEST).contains(&n)) {
        return Err(AllocationError::Unusable { what: "sizes" });
    }
    Ok(measure.into_iter().map(|m| n * m / sum).collect())
}

/// Rounds an allocation to whole numbers of the same sum, by largest remainder.
///
/// Equal remainders go to the stratum that comes first.
#[must_use]
pub fn round_largest_remainder(allocation: &[f64], n: u64) -> Vec<u64> {
    let floors: Vec<f64> = allocation
        .iter()
        .map(|x| if *x >= 0.0 && x.is_finite() { x.floor() } else { 0.0 })
        .collect();
    let mut whole: Vec<u64> = floors.iter().map(|&x| floor_to_u64(x)).collect();
    let mut order: Vec<usize> = (0..allocation.len()).collect();
    let remainder = |h: usize| allocation[h] - floors[h];
    order.sort_by(|&a, &b| remainder(b).total_cmp(&remainder(a)).then(a.cmp(&b)));
    let given: u64 = whole.iter().fold(0, |sum, &x| sum.saturating_add(x));
    let missing = n.saturating_sub(given);
    let strata = order.len() as u64;
    if strata == 0 {
        return whole;
    }
    for (place, &h) in (0u64..).zip(&order) {
        let more = missing / strata + u64::from(place < missing % strata);
        whole[h] = whole[h].saturating_add(more);
    }
    whole
}

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
    for (what, got) in [("deviations", deviations.len()), ("bounds", bounds.len())] {
        if got != strata {
            return Err(AllocationError::LengthMismatch { what, expected: strata, got });
        }
    }
    if deviations.iter().any(|s| !(*s >= 0.0 && s.is_finite())) {
        return Err(AllocationError::Unusable { what: "deviations" });
    }
    let upper: Vec<u64> = bounds.iter().zip(populations).map(|(b, &p)| b.1.min(p)).collect();
    let mut given: Vec<u64> = bounds.iter().zip(&upper).map(|(b, &most)| b.0.min(most)).collect();
    let least = given.iter().fold(0u64, |sum, &x| sum.saturating_add(x));
    if least > n {
        return Err(AllocationError::Infeasible { n, least });
    }
    if upper.iter().fold(0u64, |sum, &x| sum.saturating_add(x)) <= n {
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

    #[test]
    fn remainders_go_to_the_first_of_equals() {
        assert_eq!(round_largest_remainder(&[1.5, 1.5, 1.0], 4), [2, 1, 1]);
        assert_eq!(round_largest_remainder(&[], 3), Vec::<u64>::new());
    }
}
