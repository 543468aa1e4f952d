//! From the best sample in real numbers to one in whole numbers that still meets every goal.

use super::dual::{Problem, Solution};
use super::floor_to_u64;

/// Strata times attempts to exchange respondents: enough for a few hundred strata several times
/// over, and an end for many thousand.
const ATTEMPTS: usize = 1_000_000;

/// The better of rounding up and giving back, and of rounding down and adding.
pub(super) fn whole_numbers(problem: &Problem, solution: &Solution) -> Vec<u64> {
    let rounded = |round: fn(f64) -> f64| -> Vec<u64> {
        let within = |h: usize| {
            let n = floor_to_u64(round(solution.sizes[h]));
            n.clamp(problem.lower[h], problem.upper[h])
        };
        (0..problem.costs.len()).map(within).collect()
    };
    let mut up = Rounding::new(problem, solution, rounded(|n| (n * (1.0 - 1e-12)).ceil()));
    up.mend();
    up.give_back(None);
    let mut down = Rounding::new(problem, solution, rounded(f64::floor));
    down.mend();
    down.give_back(None);
    let (up_cost, down_cost) =
        (problem.cost_of(&up.respondents), problem.cost_of(&down.respondents));
    let mut best = if down_cost < up_cost { down } else { up };
    best.exchange();
    best.respondents
}

/// A sample in whole numbers, and Σa/n of every goal.
struct Rounding<'p> {
    problem: &'p Problem,
    prices: &'p [f64],
    respondents: Vec<u64>,
    sums: Vec<f64>,
}

impl<'p> Rounding<'p> {
    fn new(problem: &'p Problem, solution: &'p Solution, respondents: Vec<u64>) -> Self {
        let mut rounding =
            Self { problem, prices: &solution.prices, respondents, sums: Vec::new() };
        rounding.add_up();
        rounding
    }

    fn add_up(&mut self) {
        let size = |h: usize| self.respondents[h] as f64;
        self.sums = self.problem.goals.iter().map(|goal| goal.sum(size)).collect();
    }

    /// Σa/n of goal `j` with one respondent more or fewer in a stratum of coefficient `a`.
    fn sum_with(&self, j: usize, a: f64, h: usize, n: u64) -> f64 {
        self.sums[j] + a * (1.0 / n as f64 - 1.0 / self.respondents[h] as f64)
    }

    fn set(&mut self, h: usize, n: u64) {
        for &(j, a) in &self.problem.roles[h] {
            self.sums[j] = self.sum_with(j, a, h, n);
        }
        self.respondents[h] = n;
    }

    fn misses(&self, j: usize) -> bool {
        !self.problem.goals[j].holds_with(self.sums[j])
    }

    /// What the goals would pay for the next respondent of a stratum, per cost.
    fn value(&self, h: usize, from: u64, to: u64) -> f64 {
        let step = 1.0 / from as f64 - 1.0 / to as f64;
        let worth: f64 =
            self.problem.roles[h].iter().map(|&(j, a)| self.prices[j] * a * step).sum();
        worth / self.problem.costs[h]
    }

    /// Strata by the value of a respondent, the dearest first; equal ones in their order.
    fn by_value(&self, value: impl Fn(usize) -> f64) -> Vec<usize> {
        let mut order: Vec<(f64, usize)> = (0..self.respondents.len())
            .filter(|&h| !self.problem.roles[h].is_empty())
            .map(|h| (value(h), h))
            .collect();
        order.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
        order.into_iter().map(|(_, h)| h).collect()
    }

    /// Adds respondents, the most valuable first, until every goal holds.
    fn mend(&mut self) {
        while (0..self.sums.len()).any(|j| self.misses(j)) {
            let order =
                self.by_value(|h| self.value(h, self.respondents[h], self.respondents[h] + 1));
            let mut raised = false;
            for h in order {
                let wanted = self.problem.roles[h].iter().any(|&(j, _)| self.misses(j));
                if wanted && self.respondents[h] < self.problem.upper[h] {
                    self.set(h, self.respondents[h] + 1);
                    raised = true;
                }
            }
            self.add_up();
            if !raised {
                // Everybody whom the goals ask for is in the sample.
                break;
            }
        }
    }

    /// Takes away respondents that no goal needs, those of least value first; of the stratum
    /// `except` nobody.
    fn give_back(&mut self, except: Option<usize>) {
        loop {
            let last = |h: usize| {
                let n = self.respondents[h].max(2);
                -self.value(h, n - 1, n)
            };
            let mut changed = false;
            for h in self.by_value(last) {
                let least = self.least(h);
                if except != Some(h) && least < self.respondents[h] {
                    self.set(h, least);
                    changed = true;
                }
            }
            if !changed {
                break;
            }
            self.add_up();
        }
    }

    /// The fewest respondents of a stratum with which every goal holds, the others as they are.
    fn least(&self, h: usize) -> u64 {
        let holds = |n: u64| {
            let mut roles = self.problem.roles[h].iter();
            roles.all(|&(j, a)| self.problem.goals[j].holds_with(self.sum_with(j, a, h, n)))
        };
        let (mut low, mut high) = (self.problem.lower[h], self.respondents[h]);
        // Most often nobody can be spared.
        if low >= high || !holds(high - 1) {
            return high;
        }
        high -= 1;
        while low < high {
            let middle = low + (high - low) / 2;
            if holds(middle) {
                high = middle;
            } else {
                low = middle + 1;
            }
        }
        high
    }

    /// Adds one respondent where that spares a dearer one, or several, elsewhere.
    fn exchange(&mut self) {
        let strata = self.respondents.len();
        let mut attempts = ATTEMPTS / strata.max(1);
        let mut improved = true;
        while improved {
            improved = false;
            for h in 0..strata {
                let n = self.respondents[h];
                if self.problem.roles[h].is_empty() || n >= self.problem.upper[h] {
                    continue;
                }
                let Some(left) = attempts.checked_sub(1) else { return };
                attempts = left;
                let before = self.respondents.clone();
                self.set(h, n + 1);
                self.give_back(Some(h));
                if self.problem.cost_of(&self.respondents) < self.problem.cost_of(&before) {
                    improved = true;
                } else {
                    self.respondents = before;
                    self.add_up();
                }
            }
        }
    }
}
