//! Which questions go with overall satisfaction? Association, not cause.
//!
//! Sources: R. H. Lindeman, P. F. Merenda, R. Z. Gold (1980) (LMG shares); J. W. Johnson (2000),
//! Multivariate Behavioral Research 35 (relative weights); U. Grömping (2007), The American
//! Statistician 61.

use nalgebra::{DMatrix, DVector};
use serde::Serialize;

use crate::incomplete::incomplete_covariances;
use crate::matrix::eigen;
use crate::reliability::covariances;
use crate::resample::Lot;
use crate::variable::Variable;

/// More predictors than this would need more than a million regressions.
const MOST: usize = 20;
/// More inflation than this is told.
const COLLINEAR: f64 = 10.0;
/// What is left of the variance of a predictor that follows from the others.
const DEPENDENT: f64 = 1e-14;

/// How the explained variance is shared out over the predictors.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Drivers {
    /// Share of the variance of the outcome that all predictors explain together.
    pub r_squared: f64,
    /// Shapley value of each predictor (LMG); they add up to `r_squared`.
    pub shapley: Vec<f64>,
    /// Johnson's relative weight of each predictor; they add up to `r_squared`.
    pub relative_weights: Vec<f64>,
    /// Standardised regression coefficient of each predictor: its sign says which way it goes.
    pub coefficients: Vec<f64>,
    /// Variance inflation of each predictor, 1/(1 − R² by the others).
    pub variance_inflation: Vec<f64>,
    /// Predictors with an inflation above 10: nearly a sum of others, whose shares are divided
    /// among them more or less at random.
    pub collinear: Vec<usize>,
    /// Respondents with all answers; with estimated missing answers, with at least one.
    pub n: u64,
}

/// Shares of the explained variance, from one weighted covariance matrix.
///
/// Rows that lack an answer take no part.
/// Nothing for no or more than 20 predictors (see [`sampled_drivers`]), for one that follows from
/// the others, or for an outcome without variance.
#[must_use]
pub fn drivers(outcome: &Variable, predictors: &[&Variable], weights: &[f64]) -> Option<Drivers> {
    let (correlation, n) = listwise(outcome, predictors, weights)?;
    (predictors.len() <= MOST).then_some(())?;
    exactly(correlation, n)
}

/// The same with missing answers estimated by maximum likelihood, from everybody who gave at
/// least one answer.
///
/// Nothing where [`incomplete_covariances`] has no estimate or did not come to rest.
#[must_use]
pub fn drivers_incomplete(
    outcome: &Variable,
    predictors: &[&Variable],
    weights: &[f64],
) -> Option<Drivers> {
    (1..=MOST).contains(&predictors.len()).then_some(())?;
    let mut variables = vec![outcome];
    variables.extend_from_slice(predictors);
    let found = incomplete_covariances(&variables, weights).filter(|found| found.converged)?;
    let size = variables.len();
    let covariance = DMatrix::from_fn(size, size, |i, j| found.covariance[i][j]);
    exactly(correlations(&covariance)?, found.n)
}

/// For any number of predictors: Shapley values as the mean gain over random orders in which
/// predictors enter, each followed by its reverse.
///
/// They add up to R² exactly, and each is within a few times 1/√`orders` of its value; the other
/// numbers are exact.
/// Source: J. Castro, D. Gómez, J. Tejada (2009), Computers & Operations Research 36.
#[must_use]
pub fn sampled_drivers(
    outcome: &Variable,
    predictors: &[&Variable],
    weights: &[f64],
    orders: usize,
    seed: [u8; 32],
) -> Option<Drivers> {
    let (correlation, n) = listwise(outcome, predictors, weights)?;
    let mut lot = Lot::of(seed, 0);
    let mut order: Vec<usize> = (1..correlation.nrows()).collect();
    let mut gains = vec![0.0; predictors.len()];
    let orders = orders.max(1);
    for _ in 0..orders {
        for last in (1..order.len()).rev() {
            let place = u32::try_from(last + 1).map_or(0, |limit| lot.below(limit));
            order.swap(last, place as usize);
        }
        enter(&correlation, &order, &mut gains)?;
        order.reverse();
        enter(&correlation, &order, &mut gains)?;
    }
    let shapley = gains.iter().map(|gain| gain / (2.0 * orders as f64)).collect();
    finished(correlation, shapley, n)
}

/// Correlations of outcome and predictors among the rows that have all answers.
fn listwise(
    outcome: &Variable,
    predictors: &[&Variable],
    weights: &[f64],
) -> Option<(DMatrix<f64>, u64)> {
    let mut variables = vec![outcome];
    variables.extend_from_slice(predictors);
    if predictors.is_empty() || variables.iter().any(|v| v.len() != weights.len()) {
        return None;
    }
    let (covariance, rows) = covariances(&variables, weights);
    Some((correlations(&covariance)?, rows.len() as u64))
}

/// `None` where a variable has no variance.
fn correlations(covariance: &DMatrix<f64>) -> Option<DMatrix<f64>> {
    let size = covariance.nrows();
    (0..size).all(|i| covariance[(i, i)] > 0.0).then(|| {
        DMatrix::from_fn(size, size, |i, j| {
            covariance[(i, j)] / (covariance[(i, i)] * covariance[(j, j)]).sqrt()
        })
    })
}

fn exactly(correlation: DMatrix<f64>, n: u64) -> Option<Drivers> {
    let p = correlation.nrows() - 1;
    let explained = explained_by_subset(&correlation)?;
    finished(correlation, shapley(&explained, p), n)
}

/// Everything but the Shapley values.
fn finished(correlation: DMatrix<f64>, shapley: Vec<f64>, n: u64) -> Option<Drivers> {
    let p = shapley.len();
    let among = correlation.view((1, 1), (p, p)).into_owned();
    let with = DVector::from_fn(p, |i, _| correlation[(0, i + 1)]);
    let inverse = among.clone().cholesky()?.inverse();
    let coefficients = &inverse * &with;
    let variance_inflation: Vec<f64> = inverse.diagonal().iter().copied().collect();
    let result = Drivers {
        r_squared: with.dot(&coefficients),
        shapley,
        relative_weights: relative_weights(among, &with)?,
        coefficients: coefficients.iter().copied().collect(),
        collinear: (0..p).filter(|&i| variance_inflation[i] > COLLINEAR).collect(),
        variance_inflation,
        n,
    };
    let lists = [&result.shapley, &result.relative_weights, &result.coefficients];
    let all = lists.into_iter().flatten().chain(&result.variance_inflation);
    let finite = all.chain([&result.r_squared]).all(|x| x.is_finite());
    finite.then_some(result)
}

/// What is left of the covariances of the outcome (first) and the predictors from `next` on when
/// the predictors of a subset are known.
struct Rest {
    subset: usize,
    next: usize,
    covariance: Vec<Vec<f64>>,
}

/// R² of every subset of the predictors; the subset's bits are its position.
///
/// Each subset is the one without its last member, swept by that member (J. H. Goodnight 1979,
/// The American Statistician 33).
fn explained_by_subset(correlation: &DMatrix<f64>) -> Option<Vec<f64>> {
    let p = correlation.nrows() - 1;
    let mut explained = vec![0.0; 1 << p];
    let row = |i: usize| (0..=p).map(|j| correlation[(i, j)]).collect();
    let mut waiting = vec![Rest { subset: 0, next: 0, covariance: (0..=p).map(row).collect() }];
    while let Some(Rest { subset, next, covariance }) = waiting.pop() {
        for own in next..p {
            // The place of the predictor among those that are left, after the outcome.
            let place = own - next + 1;
            let pivot = covariance[place][place];
            if pivot < DEPENDENT {
                return None;
            }
            let subset = subset | 1 << own;
            let left = |i: usize, j: usize| {
                covariance[i][j] - covariance[i][place] * covariance[place][j] / pivot
            };
            explained[subset] = 1.0 - left(0, 0);
            let kept: Vec<usize> = [0].into_iter().chain(place + 1..covariance.len()).collect();
            if kept.len() > 1 {
                let row = |&i: &usize| kept.iter().map(|&j| left(i, j)).collect();
                let covariance = kept.iter().map(row).collect();
                waiting.push(Rest { subset, next: own + 1, covariance });
            }
        }
    }
    Some(explained)
}

/// Adds what each predictor explains beyond those before it in an order.
fn enter(correlation: &DMatrix<f64>, order: &[usize], gains: &mut [f64]) -> Option<()> {
    let mut rest = correlation.clone();
    for &own in order {
        let pivot = rest[(own, own)];
        if pivot < DEPENDENT {
            return None;
        }
        let before = rest[(0, 0)];
        let column = rest.column(own).into_owned();
        rest.ger(-1.0 / pivot, &column, &column, 1.0);
        gains[own - 1] += before - rest[(0, 0)];
    }
    Some(())
}

fn shapley(explained: &[f64], p: usize) -> Vec<f64> {
    // s!(p − s − 1)!/p! = 1/(p·C(p − 1, s))
    let mut weight = vec![1.0 / p as f64; p];
    for s in 1..p {
        weight[s] = weight[s - 1] * s as f64 / (p - s) as f64;
    }
    let share = |own: usize| {
        let bit = 1usize << own;
        let others = (0..explained.len()).filter(|subset| subset & bit == 0);
        let gain = |subset: usize| {
            let size = subset.count_ones() as usize;
            weight[size] * (explained[subset | bit] - explained[subset])
        };
        others.map(gain).sum()
    };
    (0..p).map(share).collect()
}

fn relative_weights(among: DMatrix<f64>, with: &DVector<f64>) -> Option<Vec<f64>> {
    let eigen = eigen(among)?;
    let roots = DMatrix::from_diagonal(&eigen.eigenvalues.map(|v| v.max(0.0).sqrt()));
    let half = &eigen.eigenvectors * roots * eigen.eigenvectors.transpose();
    let slopes = half.clone().lu().solve(with)?;
    let weight = |i: usize| (0..slopes.len()).map(|j| (half[(i, j)] * slopes[j]).powi(2)).sum();
    Some((0..slopes.len()).map(weight).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn numbers(values: &[f64]) -> Variable {
        Variable::numbers(values.to_vec()).unwrap()
    }

    #[test]
    fn shares_add_up_and_a_copy_of_a_predictor_gives_nothing() {
        let y = numbers(&[1.0, 2.0, 4.0, 3.0, 5.0, 2.0]);
        let (a, b) =
            (numbers(&[1.0, 2.0, 3.0, 3.0, 5.0, 1.0]), numbers(&[2.0, 1.0, 4.0, 3.0, 4.0, 3.0]));
        let found = drivers(&y, &[&a, &b], &[1.0; 6]).unwrap();
        assert!((found.shapley.iter().sum::<f64>() - found.r_squared).abs() < 1e-12);
        assert!((found.relative_weights.iter().sum::<f64>() - found.r_squared).abs() < 1e-12);
        assert_eq!(drivers(&y, &[&a, &a], &[1.0; 6]), None);
        assert_eq!(drivers(&y, &[], &[1.0; 6]), None);
        assert_eq!(drivers(&y, &[&a], &[1.0; 5]), None);
    }

    #[test]
    fn predictors_that_nearly_follow_from_each_other_are_told() {
        let y = numbers(&[1.0, 2.0, 4.0, 3.0, 5.0, 2.0]);
        let a = numbers(&[1.0, 2.0, 3.0, 3.0, 5.0, 1.0]);
        let nearly = numbers(&[1.0, 2.0, 3.0, 3.0, 5.0, 1.2]);
        let other = numbers(&[5.0, 1.0, 4.0, -2.0, 3.0, 2.0]);
        let found = drivers(&y, &[&a, &other, &nearly], &[1.0; 6]).unwrap();
        assert_eq!(found.collinear, [0, 2]);
        assert!(found.variance_inflation[1] < 10.0);
    }

    #[test]
    fn two_predictors_have_the_textbook_coefficients() {
        // Standardised: (r1 − r2·r12)/(1 − r12²), and R² = Σ β·r.
        let (y, a, b) = (
            numbers(&[1.0, 2.0, 4.0, 3.0, 5.0, 2.0, 1.0]),
            numbers(&[1.0, 2.0, 3.0, 3.0, 5.0, 1.0, 2.0]),
            numbers(&[5.0, 1.0, 4.0, 2.0, 1.0, 3.0, 3.0]),
        );
        let (c, _) = listwise(&y, &[&a, &b], &[1.0; 7]).unwrap();
        let (r1, r2, r12) = (c[(0, 1)], c[(0, 2)], c[(1, 2)]);
        let found = drivers(&y, &[&a, &b], &[1.0; 7]).unwrap();
        let want = [(r1 - r2 * r12) / (1.0 - r12 * r12), (r2 - r1 * r12) / (1.0 - r12 * r12)];
        for (got, want) in found.coefficients.iter().zip(want) {
            assert!((got - want).abs() < 1e-12);
        }
        assert!((found.variance_inflation[0] - 1.0 / (1.0 - r12 * r12)).abs() < 1e-12);
        let shapley = 0.5 * (r1 * r1 + found.r_squared - r2 * r2);
        assert!((found.shapley[0] - shapley).abs() < 1e-12);
    }

    #[test]
    fn random_orders_come_near_all_subsets() {
        let column = |k: u32| {
            let value = |i: u32| f64::from((i * (2 * k + 3) + i * i * (k + 1)) % 7 + i % (k + 2));
            Variable::numbers((0..40).map(value).collect()).unwrap()
        };
        let columns: Vec<Variable> = (0..6).map(column).collect();
        let predictors: Vec<&Variable> = columns[1..].iter().collect();
        let exact = drivers(&columns[0], &predictors, &[1.0; 40]).unwrap();
        let sampled =
            sampled_drivers(&columns[0], &predictors, &[1.0; 40], 4_000, [1; 32]).unwrap();
        for (got, want) in sampled.shapley.iter().zip(&exact.shapley) {
            assert!((got - want).abs() < 0.003, "{got} {want}");
        }
        assert!((sampled.shapley.iter().sum::<f64>() - exact.r_squared).abs() < 1e-9);
        assert_eq!(sampled.coefficients, exact.coefficients);
    }
}
