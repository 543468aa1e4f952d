//! Shares by a fixed key, with and without bounds.

use super::{AllocationError, Bounds, floor_to_u64, one_each};
use crate::design::LARGEST;
use crate::exact_sum::exact_sum;

/// A key below this part of the largest counts as 0, so that no quotient overflows.
const NOTHING: f64 = 1e-250;

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
    let keys = keys(populations, share)?;
    let sum = exact_sum(keys.iter().copied());
    if !(sum > 0.0 && (0.0..=LARGEST).contains(&n)) {
        return Err(AllocationError::Unusable { what: "sizes" });
    }
    Ok(keys.into_iter().map(|key| n * key / sum).collect())
}

/// Shares n out over strata in real numbers, within bounds lower ≤ n ≤ upper.
///
/// Every stratum gets s·key, cut off at its bounds, with the one s that gives n together. With
/// [`Share::Neyman`] this makes ΣN²S²/n least within the bounds; it is what the recursive Neyman
/// allocation (RNABOX) arrives at, found here from the sorted points at which a stratum meets a
/// bound. A stratum of fewer people than its lower bound becomes a census; one with key 0 stays
/// at its lower bound, also when the others are at their upper ones and some of n is left; with
/// n beyond all upper bounds these are met.
///
/// Sources: Stenger and Gabler (2005); Wesołowski, Wieczorkowski and Wójciak (2024).
///
/// # Errors
/// [`AllocationError::Infeasible`] when the lower bounds need more than n; as [`allocate`] for
/// lists that do not fit and numbers that are none.
pub fn allocate_within(
    n: u64,
    populations: &[u64],
    share: &Share<'_>,
    bounds: &[(u64, u64)],
) -> Result<Vec<f64>, AllocationError> {
    one_each("bounds", bounds.len(), populations.len())?;
    let keys = scaled(keys(populations, share)?);
    let bounds = Bounds::of(populations, bounds);
    if bounds.least > n {
        return Err(AllocationError::Infeasible { n, least: bounds.least });
    }
    let real = |counts: &[u64]| counts.iter().map(|&x| x as f64).collect::<Vec<f64>>();
    let (lower, upper) = (real(&bounds.lower), real(&bounds.upper));
    if bounds.most <= n {
        return Ok(upper);
    }
    let within = |s: f64, h: usize| match keys[h] > 0.0 {
        true => (s * keys[h]).clamp(lower[h], upper[h]),
        false => lower[h],
    };
    let together = |s: f64| exact_sum((0..keys.len()).map(|h| within(s, h)));
    // Between two neighbouring points the same strata are at bounds.
    let meets = |h: usize| [lower[h] / keys[h], upper[h] / keys[h]];
    let mut points: Vec<f64> = (0..keys.len()).filter(|&h| keys[h] > 0.0).flat_map(meets).collect();
    points.sort_by(f64::total_cmp);
    let n = n as f64;
    let after = points.partition_point(|&s| together(s) <= n);
    let Some(&next) = points.get(after) else {
        return Ok((0..keys.len()).map(|h| within(f64::MAX, h)).collect());
    };
    let before = after.checked_sub(1).map_or(0.0, |at| points[at]);
    let middle = before + (next - before) / 2.0;
    let open = |&h: &usize| {
        let x = within(middle, h);
        keys[h] > 0.0 && lower[h] < x && x < upper[h]
    };
    let (free, fixed): (Vec<usize>, Vec<usize>) = (0..keys.len()).partition(open);
    let rest = n - exact_sum(fixed.iter().map(|&h| within(middle, h)));
    let key = exact_sum(free.iter().map(|&h| keys[h]));
    let s = if key > 0.0 { (rest / key).clamp(before, next) } else { middle };
    Ok((0..keys.len()).map(|h| within(s, h)).collect())
}

/// The keys as parts of the largest.
fn scaled(keys: Vec<f64>) -> Vec<f64> {
    let largest = keys.iter().fold(0.0f64, |most, &key| most.max(key));
    let part = |key: f64| if key > NOTHING * largest { key / largest } else { 0.0 };
    keys.into_iter().map(part).collect()
}

/// What the strata are shared out by.
fn keys(populations: &[u64], share: &Share<'_>) -> Result<Vec<f64>, AllocationError> {
    let strata = populations.len();
    let list = |what: &'static str, values: &[f64]| {
        one_each(what, values.len(), strata)?;
        let usable = values.iter().all(|v| (0.0..=LARGEST).contains(v));
        if usable { Ok(()) } else { Err(AllocationError::Unusable { what }) }
    };
    let people = |h: usize| populations[h] as f64;
    Ok(match share {
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
    })
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

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::allocate::{allocate_exactly, allocation_variance};

    #[test]
    fn remainders_go_to_the_first_of_equals() {
        assert_eq!(round_largest_remainder(&[1.5, 1.5, 1.0], 4), [2, 1, 1]);
        assert_eq!(round_largest_remainder(&[], 3), Vec::<u64>::new());
    }

    #[test]
    fn what_one_stratum_cannot_take_goes_to_the_others() {
        // By size 50, 30 and 20 of 100; the first takes 20 at most, the last at least 40.
        let bounds = [(0, 20), (0, 100), (40, 100)];
        let given = allocate_within(100, &[500, 300, 200], &Share::Proportional, &bounds);
        assert_eq!(given, Ok(vec![20.0, 40.0, 40.0]));
    }

    #[test]
    fn a_stratum_without_spread_stays_at_its_lower_bound() {
        let neyman = Share::Neyman(&[0.0, 2.0]);
        let given = |n| allocate_within(n, &[50, 10], &neyman, &[(3, 50), (1, 10)]);
        assert_eq!(given(9), Ok(vec![3.0, 6.0]));
        assert_eq!(given(40), Ok(vec![3.0, 10.0]));
        assert_eq!(given(60), Ok(vec![50.0, 10.0]));
        assert_eq!(given(3), Err(AllocationError::Infeasible { n: 3, least: 4 }));
    }

    #[test]
    fn few_people_are_all_asked() {
        let given = allocate_within(30, &[4, 400], &Share::Equal, &[(10, 400), (10, 400)]);
        assert_eq!(given, Ok(vec![4.0, 26.0]));
    }

    /// Strata of (population, deviation, lower, upper), and a sample.
    fn strata() -> impl Strategy<Value = (Vec<(u64, f64, u64, u64)>, u64)> {
        let stratum = (0u64..40, prop_oneof![Just(0.0), 0.01..9.0f64], 0u64..12, 0u64..45);
        (prop::collection::vec(stratum, 1..7), 0u64..150)
    }

    proptest! {
        #[test]
        fn bounds_are_kept_and_no_exchange_makes_it_better((strata, n) in strata()) {
            let populations: Vec<u64> = strata.iter().map(|s| s.0).collect();
            let deviations: Vec<f64> = strata.iter().map(|s| s.1).collect();
            let bounds: Vec<(u64, u64)> = strata.iter().map(|s| (s.2, s.3)).collect();
            let Ok(real) = allocate_within(n, &populations, &Share::Neyman(&deviations), &bounds)
            else {
                return Ok(());
            };
            let box_of = Bounds::of(&populations, &bounds);
            let key = |h: usize| populations[h] as f64 * deviations[h];
            for (h, &x) in real.iter().enumerate() {
                prop_assert!(box_of.lower[h] as f64 <= x && x <= box_of.upper[h] as f64);
                // The first-order conditions: what another respondent gains is the same in all
                // strata between their bounds, not less at an upper and not more at a lower one.
                for (k, &y) in real.iter().enumerate() {
                    let (may_give, may_take) =
                        (x > box_of.lower[h] as f64, y < box_of.upper[k] as f64);
                    if may_give && may_take && box_of.most > n && key(h) + key(k) > 0.0 {
                        prop_assert!(key(h) * y >= key(k) * x * (1.0 - 1e-9), "{real:?}");
                    }
                }
            }
            let sum: f64 = real.iter().sum();
            let idle = (0..real.len()).all(|h| key(h) == 0.0 || real[h] == box_of.upper[h] as f64);
            prop_assert!(idle || (sum - n as f64).abs() < 1e-9 * (1.0 + sum), "{sum} {n}");
        }

        #[test]
        fn whole_numbers_cost_little((strata, n) in strata()) {
            let populations: Vec<u64> = strata.iter().map(|s| s.0).collect();
            let deviations: Vec<f64> = strata.iter().map(|s| s.1).collect();
            let bounds: Vec<(u64, u64)> = strata.iter().map(|s| (s.2.max(1), s.3.max(1))).collect();
            let neyman = Share::Neyman(&deviations);
            let Ok(real) = allocate_within(n, &populations, &neyman, &bounds) else {
                return Ok(());
            };
            let whole = allocate_exactly(n, &populations, &deviations, &bounds).unwrap();
            let variance = |given: &[f64]| -> f64 {
                (0..given.len())
                    .filter(|&h| populations[h] > 0)
                    .map(|h| {
                        let people = populations[h] as f64;
                        (people * deviations[h]).powi(2) * (1.0 / given[h] - 1.0 / people)
                    })
                    .sum()
            };
            let exact = allocation_variance(&whole, &populations, &deviations);
            prop_assert!(variance(&real) <= exact * (1.0 + 1e-9) + 1e-9);
        }
    }
}
