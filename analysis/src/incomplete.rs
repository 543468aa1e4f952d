//! Means and covariances of questions that not everybody answered, by maximum likelihood.
//!
//! Listwise deletion drops a person for one missing answer of thirty; pairwise covariances need
//! not form a covariance matrix at all.
//! The EM algorithm for the multivariate normal uses every answer that was given.
//! It rests on answers missing at random: whether an answer is missing may depend on the answers
//! that were given, not on itself.
//!
//! Sources: A. P. Dempster, N. M. Laird, D. B. Rubin (1977), Journal of the Royal Statistical
//! Society B 39; R. J. A. Little, D. B. Rubin (2002), Statistical Analysis with Missing Data, 2nd
//! ed., section 11.2.

use std::collections::BTreeMap;

use nalgebra::{DMatrix, DVector};
use serde::Serialize;

use crate::exact_sum::exact_sum;
use crate::variable::Variable;

/// Rounds at most.
const ROUNDS: usize = 10_000;
/// Changes of means and covariances, in standard deviations, below which the iteration ends.
const STILL: f64 = 1e-10;

/// Means and covariances of questions of which answers are missing.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Incomplete {
    /// Mean of each question.
    pub means: Vec<f64>,
    /// Covariances by rows; the divisor is the sum of the weights.
    pub covariance: Vec<Vec<f64>>,
    /// Respondents who answered at least one question.
    pub n: u64,
    /// Respondents who answered all.
    pub complete: u64,
    /// Rounds of the iteration.
    pub rounds: usize,
    /// It came to rest; otherwise do not rely on the numbers.
    pub converged: bool,
}

/// Maximum likelihood means and covariances under the multivariate normal, with weights.
///
/// Rows of weight zero or less take no part; no more do rows without any answer.
/// Nothing when the lists differ in length, a question has no answer or no variance, or two
/// questions depend on each other so far that a missing answer cannot be regressed on them.
#[must_use]
pub fn incomplete_covariances(items: &[&Variable], weights: &[f64]) -> Option<Incomplete> {
    if items.is_empty() || items.iter().any(|v| v.len() != weights.len()) {
        return None;
    }
    let data = Data::of(items, weights);
    let (mut means, mut covariance) = data.start()?;
    let scale: Vec<f64> = (0..items.len()).map(|i| covariance[(i, i)].sqrt()).collect();
    if data.patterns.iter().all(|pattern| pattern.missing.is_empty()) {
        let (means, covariance) = data.step(&means, &covariance)?;
        return Some(data.result(&means, &covariance, 1, true));
    }
    for round in 1..=ROUNDS {
        let (next_means, next) = data.step(&means, &covariance)?;
        let moved = (0..items.len()).map(|i| (next_means[i] - means[i]).abs() / scale[i]);
        let bent = (0..items.len()).flat_map(|i| (0..=i).map(move |j| (i, j)));
        let bent =
            bent.map(|(i, j)| (next[(i, j)] - covariance[(i, j)]).abs() / scale[i] / scale[j]);
        let change = moved.chain(bent).fold(0.0, f64::max);
        (means, covariance) = (next_means, next);
        if change <= STILL {
            return Some(data.result(&means, &covariance, round, true));
        }
    }
    Some(data.result(&means, &covariance, ROUNDS, false))
}

/// Rows that answered the same questions, with all that the algorithm needs of them.
struct Pattern {
    given: Vec<usize>,
    missing: Vec<usize>,
    weight: f64,
    /// Weighted means of the given answers, and their covariances about them.
    means: Vec<f64>,
    products: DMatrix<f64>,
}

struct Data {
    size: usize,
    patterns: Vec<Pattern>,
    n: u64,
    complete: u64,
}

impl Data {
    /// Sufficient statistics by pattern, in an order that does not depend on the rows'.
    fn of(items: &[&Variable], weights: &[f64]) -> Self {
        let mut rows: BTreeMap<Vec<bool>, Vec<usize>> = BTreeMap::new();
        for row in (0..weights.len()).filter(|&row| weights[row] > 0.0) {
            let given: Vec<bool> = items.iter().map(|v| v.value(row).is_some()).collect();
            if given.contains(&true) {
                rows.entry(given).or_default().push(row);
            }
        }
        let count = |rows: &Vec<usize>| rows.len() as u64;
        let complete = rows.get(&vec![true; items.len()]).map_or(0, count);
        let n = rows.values().map(count).sum();
        let pattern = |(given, rows): (&Vec<bool>, &Vec<usize>)| {
            let (given, missing): (Vec<usize>, Vec<usize>) =
                (0..items.len()).partition(|&item| given[item]);
            let weight = exact_sum(rows.iter().map(|&r| weights[r]));
            let value = |k: usize, row: usize| items[given[k]].values[row];
            let means: Vec<f64> = (0..given.len())
                .map(|k| exact_sum(rows.iter().map(|&r| weights[r] * value(k, r))) / weight)
                .collect();
            let products = DMatrix::from_fn(given.len(), given.len(), |a, b| {
                let product =
                    |&r: &usize| weights[r] * (value(a, r) - means[a]) * (value(b, r) - means[b]);
                exact_sum(rows.iter().map(product)) / weight
            });
            Pattern { given, missing, weight, means, products }
        };
        Self { size: items.len(), patterns: rows.iter().map(pattern).collect(), n, complete }
    }

    /// Means and variances of each question by itself.
    fn start(&self) -> Option<(DVector<f64>, DMatrix<f64>)> {
        let mut means = DVector::zeros(self.size);
        let mut covariance = DMatrix::zeros(self.size, self.size);
        for item in 0..self.size {
            let places = || {
                self.patterns.iter().filter_map(move |pattern| {
                    Some((pattern, pattern.given.iter().position(|&given| given == item)?))
                })
            };
            let weight = exact_sum(places().map(|(pattern, _)| pattern.weight));
            let mean = exact_sum(places().map(|(p, k)| p.weight * p.means[k])) / weight;
            let square = places()
                .map(|(p, k)| p.weight * (p.products[(k, k)] + (p.means[k] - mean).powi(2)));
            means[item] = mean;
            covariance[(item, item)] = exact_sum(square) / weight;
        }
        let spread = (0..self.size).all(|i| covariance[(i, i)] > 0.0);
        (spread && means.iter().chain(covariance.iter()).all(|x| x.is_finite()))
            .then_some((means, covariance))
    }

    /// One round: expected sums given the answers that there are, then their means.
    fn step(
        &self,
        means: &DVector<f64>,
        covariance: &DMatrix<f64>,
    ) -> Option<(DVector<f64>, DMatrix<f64>)> {
        let filled: Vec<Filled> =
            self.patterns.iter().map(|p| p.filled(means, covariance)).collect::<Option<_>>()?;
        let weight = exact_sum(self.patterns.iter().map(|p| p.weight));
        let each = || self.patterns.iter().zip(&filled);
        let mean = |i: usize| exact_sum(each().map(|(p, f)| p.weight * f.means[i])) / weight;
        let next = DVector::from_fn(self.size, |i, _| mean(i));
        let product = |i: usize, j: usize| {
            let term = |(p, f): (&Pattern, &Filled)| {
                let between = (f.means[i] - next[i]) * (f.means[j] - next[j]);
                p.weight * (f.products[(i, j)] + between)
            };
            exact_sum(each().map(term)) / weight
        };
        let products = DMatrix::from_fn(self.size, self.size, product);
        let finite = next.iter().chain(products.iter()).all(|x| x.is_finite());
        finite.then_some((next, products))
    }

    fn result(
        &self,
        means: &DVector<f64>,
        covariance: &DMatrix<f64>,
        rounds: usize,
        converged: bool,
    ) -> Incomplete {
        let row = |i: usize| (0..self.size).map(|j| covariance[(i, j)]).collect();
        Incomplete {
            means: means.iter().copied().collect(),
            covariance: (0..self.size).map(row).collect(),
            n: self.n,
            complete: self.complete,
            rounds,
            converged,
        }
    }
}

/// A pattern with its missing answers filled in by regression on the given ones.
struct Filled {
    means: DVector<f64>,
    products: DMatrix<f64>,
}

impl Pattern {
    fn filled(&self, means: &DVector<f64>, covariance: &DMatrix<f64>) -> Option<Filled> {
        let size = means.len();
        let (given, missing) = (&self.given, &self.missing);
        let of = |rows: &[usize], columns: &[usize]| {
            covariance.select_rows(rows).select_columns(columns)
        };
        // Slopes of every question on the given ones: 1 on itself for a given one.
        let mut slopes = DMatrix::zeros(size, given.len());
        given.iter().enumerate().for_each(|(k, &item)| slopes[(item, k)] = 1.0);
        let mut rest = DMatrix::zeros(size, size);
        if !missing.is_empty() {
            let factor = of(given, given).cholesky()?;
            let across = of(given, missing);
            let solved = factor.solve(&across);
            let left = of(missing, missing) - across.transpose() * &solved;
            for (a, &i) in missing.iter().enumerate() {
                (0..given.len()).for_each(|k| slopes[(i, k)] = solved[(k, a)]);
                missing.iter().enumerate().for_each(|(b, &j)| rest[(i, j)] = left[(a, b)]);
            }
        }
        let distance = DVector::from_fn(given.len(), |k, _| self.means[k] - means[given[k]]);
        Some(Filled {
            means: means + &slopes * distance,
            products: &slopes * &self.products * slopes.transpose() + rest,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn variable(values: &[f64]) -> Variable {
        Variable::numbers(values.to_vec()).unwrap()
    }

    #[test]
    fn complete_answers_give_the_plain_covariances() {
        let (a, b) = (variable(&[1.0, 2.0, 4.0, 5.0]), variable(&[2.0, 1.0, 3.0, 6.0]));
        let found = incomplete_covariances(&[&a, &b], &[1.0, 1.0, 2.0, 0.0]).unwrap();
        assert_eq!((found.n, found.complete, found.rounds), (3, 3, 1));
        let near = |got: f64, want: f64| assert!((got - want).abs() < 1e-12, "{got} {want}");
        near(found.means[0], 11.0 / 4.0);
        near(found.means[1], 9.0 / 4.0);
        near(found.covariance[0][1], (2.0 + 2.0 + 24.0) / 4.0 - 99.0 / 16.0);
        assert!(found.converged);
    }

    #[test]
    fn nothing_comes_of_nothing() {
        let (a, none) = (variable(&[1.0, 2.0, 4.0]), variable(&[f64::NAN; 3]));
        assert_eq!(incomplete_covariances(&[], &[]), None);
        assert_eq!(incomplete_covariances(&[&a, &none], &[1.0; 3]), None);
        assert_eq!(incomplete_covariances(&[&a], &[1.0; 2]), None);
        assert_eq!(incomplete_covariances(&[&variable(&[3.0; 3])], &[1.0; 3]), None);
        assert_eq!(incomplete_covariances(&[&a], &[0.0; 3]), None);
    }
}
