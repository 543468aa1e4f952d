//! The least sample in real numbers, and the proof that it is one.
//!
//! With x = 1/n the problem is to make Σc/x least under Σa·x ≤ limit for every goal. Prices λ ≥ 0
//! of the goals give each stratum a size of its own, n = √(Σλa/c) within its bounds, and a proof:
//! Σ(c/x + x·Σλa) − Σλ·limit at these sizes is never more than the least cost. The prices are
//! raised goal by goal, each to where its goal just holds (the exact maximum in this price), which
//! leads to the best proof; the sizes, drawn towards the upper bounds as far as some goal needs
//! it, are a sample.

use super::{AllocationError, Bounds, targets::StratumLimits};
use crate::exact_sum::exact_sum;

/// The part of a limit by which rounding may exceed it.
pub(super) const TOLERANCE: f64 = 1e-12;
/// The part of the cost that may be left unproven.
const GAP: f64 = 1e-9;
/// Rounds over all goals; far more than ever needed, and the proof stands after any number.
const ROUNDS: usize = 1_000;
/// Steps to find one price.
const STEPS: usize = 200;

/// Σa/n is to be `limit` at most.
#[derive(Debug, Clone)]
pub(super) struct Goal {
    /// Position and coefficient of each stratum, by position; coefficients are above 0.
    pub(super) terms: Vec<(usize, f64)>,
    pub(super) limit: f64,
}

/// Least cost under goals and bounds.
pub(super) struct Problem {
    pub(super) goals: Vec<Goal>,
    /// The goals that a stratum takes part in, and its coefficients.
    pub(super) roles: Vec<Vec<(usize, f64)>>,
    pub(super) costs: Vec<f64>,
    pub(super) lower: Vec<u64>,
    pub(super) upper: Vec<u64>,
}

/// A sample in real numbers, and what no sample can undercut.
pub(super) struct Solution {
    pub(super) sizes: Vec<f64>,
    pub(super) prices: Vec<f64>,
    pub(super) bound: f64,
}

impl Goal {
    /// Σa/n.
    pub(super) fn sum(&self, size: impl Fn(usize) -> f64) -> f64 {
        exact_sum(self.terms.iter().map(|&(h, a)| a / size(h)))
    }

    /// Whether `sum` is within the limit, rounding apart.
    pub(super) fn holds_with(&self, sum: f64) -> bool {
        sum <= self.limit + TOLERANCE * self.limit.abs()
    }
}

impl Problem {
    /// The problem, with bounds as tight as the goals make them.
    pub(super) fn new(strata: &[StratumLimits], goals: Vec<Goal>) -> Result<Self, AllocationError> {
        let mut roles = vec![Vec::new(); strata.len()];
        for (j, goal) in goals.iter().enumerate() {
            for &(h, a) in &goal.terms {
                roles[h].push((j, a));
            }
        }
        let populations: Vec<u64> = strata.iter().map(|stratum| stratum.population).collect();
        let bounds: Vec<(u64, u64)> =
            strata.iter().map(|stratum| (stratum.lower, stratum.upper)).collect();
        let Bounds { lower, upper, .. } = Bounds::of(&populations, &bounds);
        let costs = strata.iter().map(|stratum| stratum.cost).collect();
        let mut problem = Self { goals, roles, costs, lower, upper };
        let targets = problem.out_of_reach();
        if !targets.is_empty() {
            return Err(AllocationError::OutOfReach { targets });
        }
        problem.tighten();
        Ok(problem)
    }

    /// The goals that even the upper bounds miss.
    fn out_of_reach(&self) -> Vec<usize> {
        let nobody = |goal: &Goal| goal.terms.iter().any(|&(h, _)| self.upper[h] == 0);
        let missed =
            |goal: &Goal| nobody(goal) || !goal.holds_with(goal.sum(|h| self.upper[h] as f64));
        (0..self.goals.len()).filter(|&j| missed(&self.goals[j])).collect()
    }

    /// Raises lower bounds to what a goal needs of a stratum when all others are at their upper
    /// bounds, in whole numbers.
    fn tighten(&mut self) {
        for goal in &self.goals {
            let all = goal.sum(|h| self.upper[h] as f64);
            for &(h, a) in &goal.terms {
                let upper = self.upper[h];
                let room = goal.limit - (all - a / upper as f64);
                let least = (a / room * (1.0 - 1e-9)).ceil();
                let needs = if room > 0.0 && least < upper as f64 {
                    super::floor_to_u64(least)
                } else {
                    upper
                };
                self.lower[h] = self.lower[h].max(needs).max(1);
            }
        }
    }

    /// What so many respondents cost.
    pub(super) fn cost_of(&self, respondents: &[u64]) -> f64 {
        exact_sum(respondents.iter().zip(&self.costs).map(|(&n, c)| n as f64 * c))
    }

    /// The best sample in real numbers.
    pub(super) fn solve(&self) -> Solution {
        let mut prices = vec![0.0; self.goals.len()];
        let mut best: Option<Solution> = None;
        for round in 1..=ROUNDS {
            for j in 0..self.goals.len() {
                prices[j] = self.price(j, &prices);
            }
            let sizes = self.sizes(&prices);
            let proven = self.proof(&sizes, &prices);
            let known = best.as_ref().map_or_else(|| self.cost_of(&self.lower), |best| best.bound);
            let bound = known.max(proven);
            let solution = Solution { sizes: self.mended(sizes), prices: prices.clone(), bound };
            let cost = exact_sum(solution.sizes.iter().zip(&self.costs).map(|(n, c)| n * c));
            let done = cost - bound <= GAP * cost;
            best = Some(solution);
            if done || round == ROUNDS {
                break;
            }
        }
        best.unwrap_or_else(|| Solution { sizes: Vec::new(), prices, bound: 0.0 })
    }

    /// What the goals together would pay for 1/n of a stratum to be smaller.
    fn worth(&self, h: usize, prices: &[f64]) -> f64 {
        self.roles[h].iter().map(|&(j, a)| prices[j] * a).sum()
    }

    /// The size of a stratum at its worth, within its bounds.
    fn size(&self, h: usize, worth: f64) -> f64 {
        (worth / self.costs[h]).sqrt().clamp(self.lower[h] as f64, self.upper[h] as f64)
    }

    fn sizes(&self, prices: &[f64]) -> Vec<f64> {
        (0..self.costs.len()).map(|h| self.size(h, self.worth(h, prices))).collect()
    }

    /// The price at which goal `j` just holds while the others stay as they are; 0 if it holds
    /// for nothing.
    fn price(&self, j: usize, prices: &[f64]) -> f64 {
        let goal = &self.goals[j];
        let others: Vec<f64> =
            goal.terms.iter().map(|&(h, a)| self.worth(h, prices) - prices[j] * a).collect();
        let sum = |price: f64| {
            let term = |(&(h, a), other): (&(usize, f64), &f64)| {
                a / self.size(h, other.max(0.0) + price * a)
            };
            exact_sum(goal.terms.iter().zip(&others).map(term))
        };
        if sum(0.0) <= goal.limit {
            return 0.0;
        }
        // At this price every stratum is at its upper bound, whatever the others pay.
        let full = |&(h, a): &(usize, f64)| self.costs[h] * (self.upper[h] as f64).powi(2) / a;
        let (mut low, mut high) = (0.0, goal.terms.iter().map(full).fold(0.0, f64::max));
        let mut price = if prices[j] > 0.0 && prices[j] < high { prices[j] } else { high / 2.0 };
        for step in 0..STEPS {
            let at = sum(price);
            if (at - goal.limit).abs() <= 1e-14 * goal.limit || high - low <= 1e-15 * high {
                break;
            }
            if at > goal.limit {
                low = price;
            } else {
                high = price;
            }
            // Without bounds and other prices n grows as √λ, so this step would be exact.
            let scaled = price * (at / goal.limit).powi(2);
            price = if step % 2 == 0 && low < scaled && scaled < high {
                scaled
            } else {
                low + (high - low) / 2.0
            };
        }
        price
    }

    /// What the prices prove: no sample costs less.
    fn proof(&self, sizes: &[f64], prices: &[f64]) -> f64 {
        let paid = |h: usize| match self.worth(h, prices) {
            worth if worth > 0.0 => worth / sizes[h],
            _ => 0.0,
        };
        let spent = (0..sizes.len()).map(|h| self.costs[h] * sizes[h] + paid(h));
        let limits = self.goals.iter().zip(prices).map(|(goal, price)| -price * goal.limit);
        let sum = exact_sum(spent.chain(limits));
        let proven = sum - 1e-13 * sum.abs();
        // Prices too large to be added up prove nothing.
        if proven > 0.0 && proven.is_finite() { proven } else { 0.0 }
    }

    /// The sizes, drawn towards the upper bounds until every goal holds.
    fn mended(&self, sizes: Vec<f64>) -> Vec<f64> {
        let mut way = 0.0f64;
        for goal in &self.goals {
            let here = goal.sum(|h| sizes[h]);
            if here > goal.limit {
                let there = goal.sum(|h| self.upper[h] as f64);
                let part = (here - goal.limit) / (here - there);
                way = way.max(if part.is_finite() { part.clamp(0.0, 1.0) } else { 1.0 });
            }
        }
        let drawn = |(h, n): (usize, f64)| {
            let upper = self.upper[h] as f64;
            if self.roles[h].is_empty() || n >= upper {
                n
            } else {
                1.0 / ((1.0 - way) / n + way / upper)
            }
        };
        sizes.into_iter().enumerate().map(drawn).collect()
    }
}
