//! Replicate weights: given ones (jackknife, BRR, bootstrap), and the bootstrap of Rao and Wu
//! made here, reproducibly.
//!
//! Sources: K. Wolter (2007), Introduction to Variance Estimation, 2nd ed., chapters 3 and 4;
//! J. N. K. Rao, C. F. J. Wu (1988), JASA 83; J. N. K. Rao, C. F. J. Wu, K. Yue (1992), Survey
//! Methodology 18.

use std::borrow::Cow;

use rayon::prelude::*;
use thiserror::Error;

use crate::design::{Design, LARGEST};
use crate::domain::Domain;
use crate::estimate::{Est, Flag};
use crate::exact_sum::exact_sum;
use crate::interval::{Method, t_interval};
pub use crate::resample::rao_wu_factor;
use crate::resample::{Bootstrap, Units};
use crate::variable::Variable;

/// Why replicate weights cannot be used.
#[derive(Debug, Clone, PartialEq, Error)]
#[non_exhaustive]
pub enum ReplicateError {
    /// A replicate has another number of rows, or there are too few scales.
    #[error("{what}: {got} where {expected} are needed")]
    LengthMismatch {
        /// What was counted.
        what: &'static str,
        /// Needed.
        expected: usize,
        /// Given.
        got: usize,
    },
    /// A weight or scale that is not finite.
    #[error("replicate {replicate}: not a usable number")]
    NotANumber {
        /// Replicate, from 0.
        replicate: usize,
    },
}

/// Sets of replicate weights with the rule that makes a variance of them.
#[derive(Debug, Clone)]
pub struct Replicates {
    base: Vec<f64>,
    source: Source,
    rule: Rule,
}

/// What makes a variance of the values of replicates.
#[derive(Debug, Clone)]
pub(crate) struct Rule {
    /// Factor of all squared deviations.
    scale: f64,
    /// Factor of each squared deviation.
    scales: Vec<f64>,
    /// Deviations from the estimate itself; otherwise from the mean of the replicates.
    from_estimate: bool,
}

#[derive(Debug, Clone)]
enum Source {
    Given(Vec<Vec<f64>>),
    Bootstrap(Bootstrap),
    Jackknife(Units),
}

/// An estimate with its value in every replicate.
#[derive(Debug, Clone, PartialEq)]
pub struct Replicated {
    /// With the weights themselves.
    pub value: Option<f64>,
    /// With each set of replicate weights.
    pub replicates: Vec<Option<f64>>,
}

impl Replicates {
    /// Replicate weights from elsewhere.
    ///
    /// `combined`: they are full weights; otherwise they multiply the base weights.
    /// `scale` and `scales` make the variance, `scale·Σ scales·(θ_r − c)²`; c is the estimate if
    /// `from_estimate`, else the mean of the replicates with a positive scale.
    ///
    /// # Errors
    /// [`ReplicateError`] when lengths do not fit or a number is not finite.
    pub fn given(
        base: &[f64],
        replicates: Vec<Vec<f64>>,
        combined: bool,
        (scale, scales): (f64, Vec<f64>),
        from_estimate: bool,
    ) -> Result<Self, ReplicateError> {
        let expected = replicates.len();
        if scales.len() != expected {
            let got = scales.len();
            return Err(ReplicateError::LengthMismatch { what: "scales", expected, got });
        }
        let usable = |x: &f64| x.is_finite() && x.abs() <= LARGEST;
        let mut full = Vec::with_capacity(expected);
        for (replicate, mut weights) in replicates.into_iter().enumerate() {
            if weights.len() != base.len() {
                let (expected, got) = (base.len(), weights.len());
                return Err(ReplicateError::LengthMismatch { what: "weights", expected, got });
            }
            if !(weights.iter().all(usable) && usable(&scales[replicate]) && usable(&scale)) {
                return Err(ReplicateError::NotANumber { replicate });
            }
            if !combined {
                weights.iter_mut().zip(base).for_each(|(w, b)| *w *= b);
            }
            full.push(weights);
        }
        let rule = Rule { scale, scales, from_estimate };
        Ok(Self { base: base.to_vec(), source: Source::Given(full), rule })
    }

    /// The bootstrap of Rao, Wu and Yue: of n units of a stratum n − 1 are drawn with
    /// replacement, the finite population correction inside the factors.
    ///
    /// Replicate b depends on the seed and b alone.
    /// Rows are told apart by their weights, strata and values of `by`, so that the order of rows
    /// changes nothing in figures that are made of these.
    #[must_use]
    pub fn rao_wu(design: &Design, count: usize, seed: [u8; 32], by: &[&Variable]) -> Self {
        let units = Units::of(design, by);
        Self {
            base: design.weights().to_vec(),
            source: Source::Bootstrap(Bootstrap { units, seed }),
            rule: Rule::bootstrap(count),
        }
    }

    /// The stratified jackknife: each unit left out once (Wolter 2007, section 4.5).
    #[must_use]
    pub fn jackknife(design: &Design) -> Self {
        let units = Units::of(design, &[]);
        let mut scales = vec![0.0; units.count];
        for (members, rest) in units.strata.iter().zip(&units.not_sampled) {
            let n = members.len() as f64;
            for &unit in members {
                scales[unit as usize] = if n > 1.0 { (n - 1.0) / n * rest } else { 0.0 };
            }
        }
        Self {
            base: design.weights().to_vec(),
            source: Source::Jackknife(units),
            rule: Rule { scale: 1.0, scales, from_estimate: true },
        }
    }

    /// What [`Replicates::given`] needs besides the weights to make the same variances.
    pub(crate) fn rule(&self) -> ((f64, Vec<f64>), bool) {
        ((self.rule.scale, self.rule.scales.clone()), self.rule.from_estimate)
    }

    /// How many replicates there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.rule.len()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The weights of one replicate.
    #[must_use]
    pub fn weights(&self, replicate: usize) -> Cow<'_, [f64]> {
        match &self.source {
            Source::Given(all) => Cow::Borrowed(all.get(replicate).map_or(&[], Vec::as_slice)),
            Source::Bootstrap(bootstrap) => {
                self.factored(&bootstrap.units, &bootstrap.factors(replicate))
            }
            Source::Jackknife(units) => self.factored(units, &units.without(replicate)),
        }
    }

    fn factored(&self, units: &Units, factors: &[f64]) -> Cow<'_, [f64]> {
        let rows = self.base.iter().zip(&units.unit);
        Cow::Owned(rows.map(|(w, &unit)| w * factors[unit as usize]).collect())
    }

    /// Rows of the sample that are in the domain and have every variable.
    fn usable(&self, domain: &Domain, variables: &[&Variable]) -> Vec<usize> {
        let complete = |row: &usize| variables.iter().all(|v| v.value(*row).is_some());
        domain.rows().filter(|&row| row < self.base.len()).filter(complete).collect()
    }

    /// Any statistic of the weights, in every replicate; replicates are shared out over threads.
    pub fn apply(&self, statistic: impl Fn(&[f64]) -> Option<f64> + Sync) -> Replicated {
        let finite = |weights: &[f64]| statistic(weights).filter(|v| v.is_finite());
        let value = finite(&self.base);
        let replicates = (0..self.len()).into_par_iter().map(|r| finite(&self.weights(r)));
        Replicated { value, replicates: replicates.collect() }
    }

    /// The mean of a variable in a domain.
    pub fn mean(&self, variable: &Variable, domain: &Domain) -> Replicated {
        let rows = self.usable(domain, &[variable]);
        self.apply(|w| {
            let size = exact_sum(rows.iter().map(|&r| w[r]));
            Some(exact_sum(rows.iter().map(|&r| w[r] * variable.values[r])) / size)
        })
    }

    /// The total of a variable in a domain.
    pub fn total(&self, variable: &Variable, domain: &Domain) -> Replicated {
        let rows = self.usable(domain, &[variable]);
        self.apply(|w| Some(exact_sum(rows.iter().map(|&r| w[r] * variable.values[r]))))
    }

    /// The ratio of two totals in a domain.
    pub fn ratio(&self, above: &Variable, below: &Variable, domain: &Domain) -> Replicated {
        let rows = self.usable(domain, &[above, below]);
        self.apply(|w| {
            let sum = |v: &Variable| exact_sum(rows.iter().map(|&r| w[r] * v.values[r]));
            Some(sum(above) / sum(below))
        })
    }

    /// The covariance of two statistics of these replicates.
    ///
    /// Replicates in which either has no value are left out; nothing without any left.
    #[must_use]
    pub fn covariance(&self, first: &Replicated, second: &Replicated) -> Option<f64> {
        self.rule.covariance(first, second)
    }

    /// Degrees of freedom: units less strata; for given weights the rank of the matrix less one.
    #[must_use]
    pub fn degrees_of_freedom(&self) -> f64 {
        match &self.source {
            Source::Given(weights) => (rank(weights) as f64 - 1.0).max(0.0),
            Source::Bootstrap(Bootstrap { units, .. }) | Source::Jackknife(units) => {
                (units.count - units.strata.len()) as f64
            }
        }
    }

    /// An estimate with its standard error and t interval.
    #[must_use]
    pub fn estimate(&self, of: &Replicated, n: u64, df: f64, level: f64) -> Est {
        self.rule.estimate(of, n, df, level)
    }
}

impl Rule {
    /// The mean of squared deviations from the estimate itself.
    pub(crate) fn bootstrap(count: usize) -> Self {
        let scale = 1.0 / count.max(1) as f64;
        Self { scale, scales: vec![1.0; count], from_estimate: true }
    }

    pub(crate) fn len(&self) -> usize {
        self.scales.len()
    }

    pub(crate) fn covariance(&self, first: &Replicated, second: &Replicated) -> Option<f64> {
        let pairs = first.replicates.iter().zip(&second.replicates).zip(&self.scales);
        let pairs: Vec<(f64, f64, f64)> =
            pairs.filter_map(|((a, b), &s)| Some(((*a)?, (*b)?, s))).collect();
        let positive: Vec<&(f64, f64, f64)> = pairs.iter().filter(|p| p.2 > 0.0).collect();
        let count = positive.len() as f64;
        let (a, b) = if self.from_estimate {
            (first.value?, second.value?)
        } else {
            let mean = |of: &dyn Fn(&(f64, f64, f64)) -> f64| {
                exact_sum(positive.iter().map(|p| of(p))) / count
            };
            (mean(&|p| p.0), mean(&|p| p.1))
        };
        let sum = exact_sum(pairs.iter().map(|p| p.2 * (p.0 - a) * (p.1 - b)));
        (count > 0.0 && sum.is_finite()).then_some(self.scale * sum)
    }

    pub(crate) fn estimate(&self, of: &Replicated, n: u64, df: f64, level: f64) -> Est {
        let mut est = Est::without_value(n, None, level);
        est.value = of.value;
        est.df = Some(df).filter(|df| df.is_finite());
        est.se = of.value.and_then(|_| self.covariance(of, of)).map(|v| v.max(0.0).sqrt());
        est.ci = of.value.zip(est.se).and_then(|(value, se)| t_interval(value, se, df, level));
        est.method = if est.ci.is_some() { Method::T } else { Method::None };
        if of.value.is_none() {
            est.flags.insert(Flag::NoData);
        } else if of.replicates.iter().any(Option::is_none) {
            est.flags.insert(Flag::NotConverged);
        }
        est
    }
}

impl Replicated {
    /// A function of several figures, replicate by replicate: an index, its points, a difference.
    ///
    /// A replicate in which a part or the function has no value has none.
    pub fn of(parts: &[&Self], function: impl Fn(&[f64]) -> Option<f64>) -> Self {
        let of = |values: Option<Vec<f64>>| function(&values?).filter(|v| v.is_finite());
        let count = parts.iter().map(|part| part.replicates.len()).min().unwrap_or(0);
        let replicate = |b: usize| of(parts.iter().map(|part| part.replicates[b]).collect());
        Self {
            value: of(parts.iter().map(|part| part.value).collect()),
            replicates: (0..count).map(replicate).collect(),
        }
    }

    /// How often, among the replicates, a condition holds: the probability of a step.
    #[must_use]
    pub fn share(&self, condition: impl Fn(f64) -> bool) -> Option<f64> {
        let values: Vec<f64> = self.replicates.iter().flatten().copied().collect();
        let hits = values.iter().filter(|v| condition(**v)).count();
        (!values.is_empty()).then(|| hits as f64 / values.len() as f64)
    }

    /// The percentile interval: quantiles of the replicates (needs a thousand or more).
    #[must_use]
    pub fn percentiles(&self, level: f64) -> Option<[f64; 2]> {
        let tail = crate::interval::tail_of(level)?;
        let mut values: Vec<f64> = self.replicates.iter().flatten().copied().collect();
        values.sort_by(f64::total_cmp);
        let at = |p: f64| {
            let place = p * (values.len() as f64 - 1.0);
            let below = (0..values.len()).rfind(|&i| i as f64 <= place)?;
            let above = (below + 1).min(values.len() - 1);
            let step = place - below as f64;
            Some(values[below] + step * (values[above] - values[below]))
        };
        Some([at(tail)?, at(1.0 - tail)?])
    }
}

/// Columns that do not depend on earlier ones, to one part in 10⁵ (as R's `qr` decides).
fn rank(columns: &[Vec<f64>]) -> usize {
    let norm = |v: &[f64]| v.iter().map(|x| x * x).sum::<f64>().sqrt();
    let mut basis: Vec<Vec<f64>> = Vec::new();
    for column in columns {
        let before = norm(column);
        let mut rest = column.clone();
        for direction in &basis {
            let along: f64 = direction.iter().zip(&rest).map(|(d, r)| d * r).sum();
            rest.iter_mut().zip(direction).for_each(|(r, d)| *r -= along * d);
        }
        let after = norm(&rest);
        if after > 1e-5 * before {
            rest.iter_mut().for_each(|r| *r /= after);
            basis.push(rest);
        }
    }
    basis.len()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Declaration, Stratum};

    fn design(order: &[usize]) -> (Design, Variable) {
        let values = [5.0, 3.0, 4.0, 1.0, 2.0, 2.0, 4.0];
        let stratum = [0, 0, 0, 1, 1, 1, 1];
        let strata = vec![Stratum::new("a", Some(30)), Stratum::new("b", Some(9))];
        let declaration = Declaration::new(strata, order.iter().map(|&i| stratum[i]).collect());
        let variable = Variable::numbers(order.iter().map(|&i| values[i]).collect()).unwrap();
        (declaration.build().unwrap(), variable)
    }

    #[test]
    fn the_bootstrap_comes_near_the_linearised_error_and_ignores_the_order_of_rows() {
        let estimate = |order: &[usize]| {
            let (design, variable) = design(order);
            let replicates = Replicates::rao_wu(&design, 4_000, [7; 32], &[&variable]);
            let mean = replicates.mean(&variable, &design.everyone());
            let bootstrap = replicates.estimate(&mean, 7, 5.0, 0.95).se.unwrap();
            let figure = design.mean(&variable, &design.everyone()).unwrap();
            (bootstrap, figure.estimate().unwrap().se.unwrap())
        };
        let (bootstrap, linear) = estimate(&[0, 1, 2, 3, 4, 5, 6]);
        assert!((bootstrap / linear - 1.0).abs() < 0.05, "{bootstrap} {linear}");
        assert_eq!(bootstrap.to_bits(), estimate(&[6, 2, 4, 0, 5, 3, 1]).0.to_bits());
    }

    #[test]
    fn people_of_joined_strata_are_told_apart_whatever_the_order_of_rows() {
        // One of the strata is lonely, so that both are drawn again as one; all else is alike.
        let total_of_the_first = |stratum_of: Vec<usize>| {
            let strata = vec![Stratum::new("a", None), Stratum::new("b", None)];
            let alike = Variable::numbers(vec![1.0; stratum_of.len()]).unwrap();
            let design = Declaration::new(strata, stratum_of).build().unwrap();
            let replicates = Replicates::rao_wu(&design, 20, [7; 32], &[&alike]);
            replicates.total(&alike, &design.in_strata(&[0]))
        };
        assert_eq!(total_of_the_first(vec![0, 1, 1, 1]), total_of_the_first(vec![1, 1, 1, 0]));
    }

    #[test]
    fn the_jackknife_of_a_mean_of_one_stratum_is_the_linearised_error() {
        let strata = vec![Stratum::new("a", Some(50))];
        let design = Declaration::new(strata, vec![0; 5]).build().unwrap();
        let variable = Variable::numbers(vec![1.0, 4.0, 2.0, 5.0, 5.0]).unwrap();
        let replicates = Replicates::jackknife(&design);
        let mean = replicates.mean(&variable, &design.everyone());
        let se = replicates.estimate(&mean, 5, 4.0, 0.95).se.unwrap();
        let figure = design.mean(&variable, &design.everyone()).unwrap();
        assert!((se - figure.estimate().unwrap().se.unwrap()).abs() < 1e-12);
    }

    #[test]
    fn a_function_of_figures_is_taken_in_every_replicate() {
        let figure = |value, replicates: &[Option<f64>]| Replicated {
            value: Some(value),
            replicates: replicates.to_vec(),
        };
        let a = figure(90.0, &[Some(91.0), Some(89.0), None]);
        let b = figure(40.0, &[Some(41.0), Some(38.0), Some(40.0)]);
        let points = |of: &[f64]| Some(of[0] - of[1]).filter(|_| of[0] >= 90.0);
        let found = Replicated::of(&[&a, &b], points);
        assert_eq!(found, figure(50.0, &[Some(50.0), None, None]));
    }

    #[test]
    fn a_census_has_no_bootstrap_error() {
        assert_eq!(rao_wu_factor(3, 4, 5, 0.0), 1.0);
        assert_eq!(rao_wu_factor(0, 0, 1, 0.5), 1.0);
    }
}
