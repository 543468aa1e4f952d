//! The least sample with which every unit and every group is known well enough.
//!
//! A survey reports on units, on groups and on the whole, and each of these is a sum of strata.
//! The problem is to make Σc·n least while the variance of every reported mean stays below its
//! limit and every n between its bounds. In 1/n the limits are linear and the cost is convex, so
//! the problem in real numbers has one solution, and any set of prices for the limits proves how
//! little can be spent at least.
//!
//! Sources: J. Bethel (1989), "Sample allocation in multivariate surveys", Survey Methodology 15;
//! J. R. Chromy (1987), Proceedings of the Survey Research Methods Section, ASA (multiplicative
//! steps); D. P. Bertsekas (1999), Nonlinear Programming, 2nd ed., section 5.1 (weak duality).

use super::AllocationError;
use super::dual::{Goal, Problem};
use super::whole::whole_numbers;
use crate::design::LARGEST;
use crate::exact_sum::ExactSum;
use crate::sample_size::{critical_z, whole};

/// A standard deviation below this is none, and no respondent costs less.
const SMALLEST: f64 = 1e-60;

/// What is fixed about a stratum before its sample is.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct StratumLimits {
    /// People there are.
    pub population: u64,
    /// Cost of one respondent, above 0.
    pub cost: f64,
    /// Fewest respondents; the population, if that is smaller.
    pub lower: u64,
    /// Most respondents; the population, if that is smaller.
    pub upper: u64,
}

/// How well the mean of one domain is to be known.
///
/// The domain is given by its strata, each with the standard deviation S of the variable among
/// its people (divisor N − 1), times √deff where a design effect is expected. The mean is
/// Σ(N/ΣN)·ȳ over these strata, so its variance is Σ(N/ΣN)²S²(1/n − 1/N) (Cochran 1977,
/// equation 5.6).
#[derive(Debug, Clone, PartialEq)]
pub struct PrecisionTarget {
    /// Position and standard deviation of each stratum of the domain.
    pub strata: Vec<(usize, f64)>,
    /// Largest variance of the mean.
    pub variance: f64,
    /// People of the domain outside these strata, such as a census with its own non-response.
    pub others: u64,
    /// What those people add to the variance, whatever the sample.
    pub fixed: f64,
}

/// A sample that meets all targets.
#[derive(Debug, Clone, PartialEq)]
pub struct LeastSample {
    /// Respondents of each stratum.
    pub respondents: Vec<u64>,
    /// Σc·n.
    pub cost: f64,
    /// No sample meets the targets for less than this.
    pub bound: f64,
}

impl LeastSample {
    /// The bound in whole respondents, where each costs 1.
    #[must_use]
    pub fn fewest(&self) -> u64 {
        whole(self.bound, u64::MAX)
    }
}

impl PrecisionTarget {
    /// Half the width of the interval of the mean is to be `margin` at most.
    ///
    /// # Errors
    /// [`AllocationError::Unusable`] for a margin below 0 or a level outside (0, 1).
    pub fn margin(
        strata: Vec<(usize, f64)>,
        margin: f64,
        level: f64,
    ) -> Result<Self, AllocationError> {
        let z = critical_z(level)?;
        if !(0.0..=LARGEST).contains(&margin) {
            return Err(AllocationError::Unusable { what: "margin" });
        }
        Ok(Self { strata, variance: (margin / z).powi(2), others: 0, fixed: 0.0 })
    }

    /// The standard error of the mean is to be `cv` times `mean` at most.
    ///
    /// # Errors
    /// [`AllocationError::Unusable`] for a coefficient or a mean that is negative or infinite.
    pub fn cv(strata: Vec<(usize, f64)>, mean: f64, cv: f64) -> Result<Self, AllocationError> {
        if !((0.0..=LARGEST).contains(&mean) && (0.0..=LARGEST).contains(&cv)) {
            return Err(AllocationError::Unusable { what: "coefficient of variation" });
        }
        Ok(Self { strata, variance: (cv * mean).powi(2), others: 0, fixed: 0.0 })
    }

    /// Adds `people` to the domain whose share of the variance is `variance` already.
    #[must_use]
    pub fn beside(self, people: u64, variance: f64) -> Self {
        Self { others: people, fixed: variance, ..self }
    }

    /// The variance of the mean with these respondents; infinite if a stratum has none.
    #[must_use]
    pub fn variance_with(&self, respondents: &[u64], strata: &[StratumLimits]) -> f64 {
        let domain = self.people(strata);
        let mut sum = ExactSum::default();
        sum.add(self.fixed);
        for &(h, s) in &self.strata {
            let (Some(stratum), Some(&n)) = (strata.get(h), respondents.get(h)) else {
                return f64::INFINITY;
            };
            if s <= SMALLEST || n >= stratum.population {
                continue;
            }
            if n == 0 {
                return f64::INFINITY;
            }
            let people = stratum.population as f64;
            sum.add((people / domain * s).powi(2) * (1.0 / n as f64 - 1.0 / people));
        }
        sum.value()
    }

    fn people(&self, strata: &[StratumLimits]) -> f64 {
        let of = |&(h, _): &(usize, f64)| strata.get(h).map_or(0, |stratum| stratum.population);
        self.strata.iter().map(of).fold(self.others, u64::saturating_add) as f64
    }

    /// The target as a limit to Σa/n.
    fn goal(&self, strata: &[StratumLimits]) -> Result<Goal, AllocationError> {
        let unusable = |what| Err(AllocationError::Unusable { what });
        let usable = |x: f64| (0.0..=LARGEST).contains(&x);
        if !(usable(self.variance) && usable(self.fixed)) {
            return unusable("variance");
        }
        let domain = self.people(strata);
        let mut terms: Vec<(usize, f64)> = Vec::with_capacity(self.strata.len());
        let mut limit = ExactSum::default();
        limit.add(self.variance);
        limit.add(-self.fixed);
        for &(h, s) in &self.strata {
            let Some(stratum) = strata.get(h) else { return unusable("stratum") };
            if !usable(s) {
                return unusable("deviations");
            }
            if stratum.population > 0 && s > SMALLEST {
                let people = stratum.population as f64;
                let spread = (people / domain * s).powi(2);
                limit.add(spread / people);
                terms.push((h, spread));
            }
        }
        terms.sort_by_key(|&(h, _)| h);
        if terms.windows(2).any(|pair| pair[0].0 == pair[1].0) {
            return unusable("stratum");
        }
        Ok(Goal { terms, limit: limit.value() })
    }
}

/// The cheapest sample in whole numbers that meets every target, within bounds.
///
/// The problem in real numbers is solved by raising the price of one limit after the other to
/// where it just holds, until the prices prove that no more than a billionth of the cost could
/// be saved. Its solution is then rounded: up where a limit needs it and down where none does.
/// The result always meets all targets, and [`LeastSample::bound`] says how much a better
/// rounding could save at most.
///
/// A stratum that no target names stays at its lower bound, and so does one without spread; of
/// any other at least one person is asked. A stratum of fewer people than its lower bound becomes
/// a census. Equal strata that compete for one respondent are served in their order.
///
/// # Errors
/// [`AllocationError::OutOfReach`] with every target that is missed even at the upper bounds;
/// [`AllocationError::Unusable`] for numbers outside their domain, for a stratum that does not
/// exist and for one that a target names twice.
pub fn allocate_to_targets(
    strata: &[StratumLimits],
    targets: &[PrecisionTarget],
) -> Result<LeastSample, AllocationError> {
    if strata.iter().any(|stratum| !(SMALLEST..=LARGEST).contains(&stratum.cost)) {
        return Err(AllocationError::Unusable { what: "costs" });
    }
    let goals: Vec<Goal> =
        targets.iter().map(|target| target.goal(strata)).collect::<Result<_, _>>()?;
    let problem = Problem::new(strata, goals)?;
    let solution = problem.solve();
    let respondents = whole_numbers(&problem, &solution);
    let cost = problem.cost_of(&respondents);
    Ok(LeastSample { respondents, cost, bound: solution.bound.min(cost) })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn limits(population: u64) -> StratumLimits {
        StratumLimits { population, cost: 1.0, lower: 1, upper: population }
    }

    fn half(strata: &[StratumLimits], domain: &[usize]) -> Vec<(usize, f64)> {
        let deviation = |&h: &usize| {
            let people = strata[h].population as f64;
            (h, (0.25 * people / (people - 1.0)).sqrt())
        };
        domain.iter().map(deviation).collect()
    }

    #[test]
    fn one_stratum_needs_what_the_textbook_says() {
        // Cochran (1977), section 4.4: n = n0/(1 + (n0 − 1)/N) with n0 = z²p(1 − p)/d².
        let strata = [limits(10_000)];
        let target = PrecisionTarget::margin(half(&strata, &[0]), 0.05, 0.95).unwrap();
        let sample = allocate_to_targets(&strata, &[target]).unwrap();
        assert_eq!(sample.respondents, [370]);
        assert!(sample.bound > 369.0 && sample.bound <= 370.0, "{}", sample.bound);
    }

    #[test]
    fn two_groups_of_one_unit_share_its_target_as_neyman_would() {
        let strata = [limits(900), limits(100)];
        let domain = vec![(0, 0.5), (1, 0.25)];
        let target = PrecisionTarget { strata: domain, variance: 0.001, others: 0, fixed: 0.0 };
        let sample = allocate_to_targets(&strata, std::slice::from_ref(&target)).unwrap();
        let [large, small] = sample.respondents[..] else { panic!("two strata") };
        assert!(target.variance_with(&sample.respondents, &strata) <= 0.001);
        // N·S is 450 and 25.
        assert!(large >= 17 * small && large + small == sample.fewest(), "{sample:?}");
    }

    #[test]
    fn a_target_that_a_census_misses_is_named() {
        let strata = [limits(50), StratumLimits { upper: 20, ..limits(200) }];
        let target = |h: usize, margin: f64| {
            PrecisionTarget::margin(half(&strata, &[h]), margin, 0.95).unwrap()
        };
        let found = allocate_to_targets(&strata, &[target(0, 0.0), target(1, 0.1)]);
        assert_eq!(found, Err(AllocationError::OutOfReach { targets: vec![1] }));
        let others = target(0, 0.1).beside(10, 0.01);
        let found = allocate_to_targets(&strata, &[target(1, 0.3), others]);
        assert_eq!(found, Err(AllocationError::OutOfReach { targets: vec![1] }));
        // A margin of nothing is a census.
        let census = allocate_to_targets(&strata, &[target(0, 0.0)]).unwrap();
        assert_eq!(census.respondents, [50, 1]);
        assert_eq!(census.bound, 51.0);
    }

    #[test]
    fn without_targets_or_strata_the_lower_bounds_are_enough() {
        let strata =
            [StratumLimits { lower: 7, ..limits(50) }, StratumLimits { lower: 7, ..limits(3) }];
        let sample = allocate_to_targets(&strata, &[]).unwrap();
        assert_eq!((sample.respondents, sample.cost, sample.bound), (vec![7, 3], 10.0, 10.0));
        assert_eq!(allocate_to_targets(&[], &[]).unwrap().respondents, Vec::<u64>::new());
        let nobody = PrecisionTarget { strata: vec![], variance: 0.1, others: 0, fixed: 0.0 };
        assert!(allocate_to_targets(&[], &[nobody]).is_ok());
        let twice = PrecisionTarget {
            strata: vec![(0, 1.0), (0, 1.0)],
            variance: 0.1,
            others: 0,
            fixed: 0.0,
        };
        assert_eq!(
            allocate_to_targets(&strata, &[twice]),
            Err(AllocationError::Unusable { what: "stratum" })
        );
    }

    #[test]
    fn sixty_units_of_four_groups_are_planned_to_within_a_few_respondents() {
        let strata: Vec<StratumLimits> = (0..240u64)
            .map(|h| StratumLimits { lower: 5, ..limits(8 + (h * h * 37) % 900) })
            .collect();
        let domain = |of: &dyn Fn(usize) -> bool| -> Vec<(usize, f64)> {
            half(&strata, &(0..240).filter(|&h| of(h)).collect::<Vec<usize>>())
        };
        let margin = |of: &dyn Fn(usize) -> bool, margin| {
            PrecisionTarget::margin(domain(of), margin, 0.95).unwrap()
        };
        let mut targets: Vec<PrecisionTarget> =
            (0..60).map(|unit| margin(&|h| h / 4 == unit, 0.05)).collect();
        targets.extend((0..4).map(|group| margin(&|h| h % 4 == group, 0.0125)));
        targets.push(margin(&|_| true, 0.006));
        let sample = allocate_to_targets(&strata, &targets).unwrap();
        for target in &targets {
            assert!(
                target.variance_with(&sample.respondents, &strata) <= target.variance * 1.000_001
            );
        }
        // Rounding costs less than one respondent for each target.
        assert!(sample.cost - sample.bound < 65.0, "{} {}", sample.cost, sample.bound);
        assert!(sample.fewest() > 21_000 && sample.cost < 22_000.0);
    }

    /// A small problem: strata of at most nine people, and some domains of them.
    fn small() -> impl Strategy<Value = (Vec<StratumLimits>, Vec<PrecisionTarget>)> {
        let cost = prop::sample::select(vec![1.0, 1.0, 1.0, 2.5]);
        let stratum =
            (2u64..10, cost, 0u64..4, 1u64..12).prop_map(|(population, cost, lower, upper)| {
                StratumLimits { population, cost, lower, upper }
            });
        let strata = prop::collection::vec(stratum, 1..5);
        strata.prop_flat_map(|strata| {
            let count = strata.len();
            let domain = prop::collection::btree_map(0..count, 0.1..2.0f64, 1..=count);
            let target = (domain, 0.01..0.6f64, prop_oneof![3 => Just(0.0), 1 => 0.0..0.01f64])
                .prop_map(|(domain, variance, fixed)| PrecisionTarget {
                    strata: domain.into_iter().collect(),
                    variance,
                    others: if fixed > 0.0 { 3 } else { 0 },
                    fixed,
                });
            (Just(strata), prop::collection::vec(target, 1..5))
        })
    }

    /// The least cost of all samples within the bounds that meet the targets.
    fn brute_force(strata: &[StratumLimits], targets: &[PrecisionTarget]) -> Option<f64> {
        let range = |s: &StratumLimits| {
            let upper = s.upper.min(s.population);
            (s.lower.min(upper), upper)
        };
        let ranges: Vec<(u64, u64)> = strata.iter().map(range).collect();
        let mut sample: Vec<u64> = ranges.iter().map(|r| r.0).collect();
        let mut best: Option<f64> = None;
        loop {
            if targets.iter().all(|t| t.variance_with(&sample, strata) <= t.variance * (1.0 + 1e-9))
            {
                let cost = sample.iter().zip(strata).map(|(&n, s)| n as f64 * s.cost).sum();
                best = Some(best.map_or(cost, |known: f64| known.min(cost)));
            }
            let Some(h) = (0..sample.len()).rev().find(|&h| sample[h] < ranges[h].1) else {
                return best;
            };
            sample[h] += 1;
            for later in h + 1..sample.len() {
                sample[later] = ranges[later].0;
            }
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(2_000))]

        #[test]
        fn all_targets_are_met_and_no_sample_beats_the_bound((strata, targets) in small()) {
            let best = brute_force(&strata, &targets);
            match allocate_to_targets(&strata, &targets) {
                Ok(sample) => {
                    for (n, s) in sample.respondents.iter().zip(&strata) {
                        let upper = s.upper.min(s.population);
                        prop_assert!(s.lower.min(upper) <= *n && *n <= upper);
                    }
                    for target in &targets {
                        let variance = target.variance_with(&sample.respondents, &strata);
                        prop_assert!(variance <= target.variance * (1.0 + 1e-9));
                    }
                    let best = best.expect("a sample that meets the targets");
                    prop_assert!(sample.bound <= best * (1.0 + 1e-12), "{} {best}", sample.bound);
                    // Rounding loses one respondent at most.
                    prop_assert!(best <= sample.cost && sample.cost <= best + 2.5);
                }
                Err(AllocationError::OutOfReach { targets: missed }) => {
                    let most: Vec<u64> = strata.iter().map(|s| s.upper.min(s.population)).collect();
                    for (at, target) in targets.iter().enumerate() {
                        let met = target.variance_with(&most, &strata) <= target.variance * (1.0 + 1e-9);
                        prop_assert_eq!(met, !missed.contains(&at));
                    }
                    prop_assert_eq!(best, None);
                }
                Err(other) => prop_assert!(false, "{other}"),
            }
        }
    }
}
