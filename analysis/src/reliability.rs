//! Do the questions of a criterion measure one thing? Coefficients of reliability.
//!
//! Sources: L. J. Cronbach (1951), Psychometrika 16 (α); L. Guttman (1945), Psychometrika 10
//! (λ6); W. Revelle, R. Zinbarg (2009), Psychometrika 74 (ω); K. G. Jöreskog (1967), Psychometrika 32 (factor
//! analysis by maximum likelihood).

use nalgebra::{DMatrix, DVector};
use serde::Serialize;

use crate::exact_sum::exact_sum;
use crate::incomplete::incomplete_covariances;
use crate::variable::Variable;

/// Reliability of a scale.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Reliability {
    /// Respondents whose answers are in the coefficients: those who answered every question, or
    /// at least one where missing answers were estimated ([`reliability_incomplete`]).
    pub n: u64,
    /// Respondents who answered at least one question.
    pub answered_some: u64,
    /// Cronbach's α of the answers as they are.
    pub alpha: Option<f64>,
    /// α of the standardised answers.
    pub standardised_alpha: Option<f64>,
    /// Guttman's λ6, from what each question shares with the others.
    pub lambda6: Option<f64>,
    /// Mean correlation between questions.
    pub average_correlation: Option<f64>,
    /// α without each question.
    pub alpha_if_dropped: Vec<Option<f64>>,
    /// Correlation of each question with the sum of the others.
    pub item_total: Vec<Option<f64>>,
    /// Questions left out because all answers are alike.
    pub without_variance: Vec<usize>,
    /// The questions go against each other on average (α is then below zero): is one of them
    /// reversed, or do they measure two things?
    pub negative_average: bool,
    /// The estimation of missing answers came to rest; always so where nothing was estimated.
    pub converged: bool,
}

/// A one-factor model of a scale.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct OneFactor {
    /// Loading of each question.
    pub loadings: Vec<f64>,
    /// Variance of each question that the factor does not explain.
    pub uniquenesses: Vec<f64>,
    /// ω: the share of the variance of the sum that the factor explains.
    pub omega: f64,
    /// A uniqueness has reached its lower bound (a Heywood case): do not rely on the model.
    pub heywood: bool,
    /// Some question goes against the factor: ω of the plain sum is then too low.
    pub negative_loading: bool,
}

/// Weighted covariances of the rows that have every variable, with how many there are.
///
/// The divisor is the sum of the weights; rows of weight zero or less take no part.
pub(crate) fn covariances(variables: &[&Variable], weights: &[f64]) -> (DMatrix<f64>, Vec<usize>) {
    let complete =
        |row: &usize| weights[*row] > 0.0 && variables.iter().all(|v| v.value(*row).is_some());
    let rows: Vec<usize> = (0..weights.len()).filter(complete).collect();
    let size = exact_sum(rows.iter().map(|&r| weights[r]));
    let value = |v: usize, r: usize| variables[v].values[r];
    let means: Vec<f64> = (0..variables.len())
        .map(|v| exact_sum(rows.iter().map(|&r| weights[r] * value(v, r))) / size)
        .collect();
    let alike = |v: usize| rows.iter().all(|&r| value(v, r) == value(v, rows[0]));
    let alike: Vec<bool> = (0..variables.len()).map(alike).collect();
    let matrix = DMatrix::from_fn(variables.len(), variables.len(), |i, j| {
        if alike[i] || alike[j] {
            return 0.0;
        }
        let product = |&r: &usize| weights[r] * (value(i, r) - means[i]) * (value(j, r) - means[j]);
        exact_sum(rows.iter().map(product)) / size
    });
    (matrix, rows)
}

/// Reliability of a scale from the respondents who answered every question.
///
/// Weights of 1 give the coefficients of the sample, design weights those of the population.
/// Reversed questions must be declared by their scores; nothing is guessed.
/// Fewer than two questions with variance give no coefficient.
#[must_use]
pub fn reliability(items: &[&Variable], weights: &[f64]) -> Reliability {
    let usable = items.iter().all(|v| v.len() == weights.len());
    let (all, rows) = if usable {
        covariances(items, weights)
    } else {
        (DMatrix::zeros(items.len(), items.len()), Vec::new())
    };
    of_covariance(&all, rows.len() as u64, answered_some(items, weights))
}

/// Reliability of a scale from everybody who answered at least one question, missing answers by
/// maximum likelihood ([`incomplete_covariances`]).
///
/// Nothing where that has no estimate.
#[must_use]
pub fn reliability_incomplete(items: &[&Variable], weights: &[f64]) -> Option<Reliability> {
    let varying: Vec<usize> = (0..items.len()).filter(|&i| varies(items[i], weights)).collect();
    let kept: Vec<&Variable> = varying.iter().map(|&i| items[i]).collect();
    let found = incomplete_covariances(&kept, weights)?;
    let place = |item: usize| varying.iter().position(|&kept| kept == item);
    let all = DMatrix::from_fn(items.len(), items.len(), |i, j| match (place(i), place(j)) {
        (Some(a), Some(b)) => found.covariance[a][b],
        _ => 0.0,
    });
    let reliability = of_covariance(&all, found.n, answered_some(items, weights));
    Some(Reliability { converged: found.converged, ..reliability })
}

/// Cronbach's α of the respondents who answered every question, and nothing else.
pub(crate) fn alpha_of(items: &[&Variable], weights: &[f64]) -> Option<f64> {
    if items.iter().any(|v| v.len() != weights.len()) {
        return None;
    }
    let (all, _) = covariances(items, weights);
    let kept: Vec<usize> = (0..items.len()).filter(|&i| all[(i, i)] > 0.0).collect();
    alpha(&all.select_rows(&kept).select_columns(&kept))
}

fn varies(item: &Variable, weights: &[f64]) -> bool {
    let rows = (0..weights.len()).filter(|&row| weights[row] > 0.0);
    let mut values = rows.filter_map(|row| item.value(row));
    values.next().is_some_and(|first| values.any(|value| value != first))
}

fn answered_some(items: &[&Variable], weights: &[f64]) -> u64 {
    let rows = (0..weights.len()).filter(|&row| weights[row] > 0.0);
    rows.filter(|&row| items.iter().any(|item| item.value(row).is_some())).count() as u64
}

fn of_covariance(all: &DMatrix<f64>, n: u64, answered_some: u64) -> Reliability {
    let items = all.nrows();
    let spread = |i: &usize| all[(*i, *i)] > 0.0;
    let (kept, without_variance): (Vec<usize>, Vec<usize>) = (0..items).partition(spread);
    let covariance = all.select_rows(&kept).select_columns(&kept);
    let correlation = correlations(&covariance);
    let place = |item: usize| kept.iter().position(|&k| k == item);
    let k = kept.len();
    let dropped = |item: usize| {
        let rest: Vec<usize> = (0..k).filter(|&i| Some(i) != place(item)).collect();
        place(item).and_then(|_| alpha(&covariance.select_rows(&rest).select_columns(&rest)))
    };
    Reliability {
        n,
        answered_some,
        alpha: alpha(&covariance),
        standardised_alpha: alpha(&correlation),
        lambda6: lambda6(&correlation),
        average_correlation: (k > 1)
            .then(|| (correlation.sum() - k as f64) / (k as f64 * (k as f64 - 1.0)))
            .filter(|r| r.is_finite()),
        alpha_if_dropped: (0..items).map(dropped).collect(),
        item_total: (0..items).map(|i| item_total(&covariance, place(i)?)).collect(),
        without_variance,
        negative_average: covariance.sum() < covariance.trace(),
        converged: true,
    }
}

/// k/(k − 1)·(1 − Σvariances/variance of the sum).
fn alpha(covariance: &DMatrix<f64>) -> Option<f64> {
    let k = covariance.nrows() as f64;
    let value = k / (k - 1.0) * (1.0 - covariance.trace() / covariance.sum());
    (k > 1.0 && covariance.sum() > 0.0 && value.is_finite()).then_some(value)
}

fn correlations(covariance: &DMatrix<f64>) -> DMatrix<f64> {
    DMatrix::from_fn(covariance.nrows(), covariance.ncols(), |i, j| {
        if i == j {
            1.0
        } else {
            covariance[(i, j)] / (covariance[(i, i)] * covariance[(j, j)]).sqrt()
        }
    })
}

/// 1 − Σ(1 − squared multiple correlation)/sum of the correlations.
fn lambda6(correlation: &DMatrix<f64>) -> Option<f64> {
    let inverse = correlation.clone().cholesky()?.inverse();
    let errors: f64 = (0..inverse.nrows()).map(|i| 1.0 / inverse[(i, i)]).sum();
    let value = 1.0 - errors / correlation.sum();
    (inverse.nrows() > 1 && value.is_finite()).then_some(value)
}

/// Correlation of a question with the sum of the others.
fn item_total(covariance: &DMatrix<f64>, item: usize) -> Option<f64> {
    let row: f64 = covariance.row(item).sum();
    let own = covariance[(item, item)];
    let rest = covariance.sum() - 2.0 * row + own;
    let value = (row - own) / (own * rest).sqrt();
    (covariance.nrows() > 1 && value.is_finite()).then_some(value)
}

/// A one-factor model of the correlations by maximum likelihood; nothing below three questions,
/// with dependent questions, or without convergence.
#[must_use]
pub fn one_factor(items: &[&Variable], weights: &[f64]) -> Option<OneFactor> {
    /// No uniqueness may fall below this.
    const FLOOR: f64 = 0.005;
    if items.len() < 3 || items.iter().any(|v| v.len() != weights.len()) {
        return None;
    }
    let (covariance, _) = covariances(items, weights);
    if (0..items.len()).any(|i| covariance[(i, i)] <= 0.0) {
        return None;
    }
    let correlation = correlations(&covariance);
    let inverse = correlation.clone().cholesky()?.inverse();
    let k = items.len();
    let mut unique: Vec<f64> = (0..k).map(|i| (1.0 / inverse[(i, i)]).clamp(FLOOR, 1.0)).collect();
    let mut loadings = DVector::from_element(k, 0.5);
    let mut change = f64::INFINITY;
    for _ in 0..200_000 {
        // One step of the EM algorithm (Rubin and Thayer 1982) for one factor.
        let scaled = DVector::from_fn(k, |i, _| loadings[i] / unique[i]);
        let precision = 1.0 + scaled.dot(&loadings);
        let regression = &scaled / precision;
        let covered = &correlation * &regression;
        let second = regression.dot(&covered) + 1.0 - regression.dot(&loadings);
        let next = covered / second;
        change = (&next - &loadings).amax();
        for i in 0..k {
            let through: f64 = (0..k).map(|j| regression[j] * correlation[(j, i)]).sum();
            let value = (1.0 - next[i] * through).max(FLOOR);
            change = change.max((value - unique[i]).abs());
            unique[i] = value;
        }
        loadings = next;
        if change < 1e-13 {
            break;
        }
    }
    let explained = loadings.sum().powi(2);
    let omega = explained / (explained + unique.iter().sum::<f64>());
    (change < 1e-8 && omega.is_finite()).then(|| OneFactor {
        heywood: unique.iter().any(|&u| u <= FLOOR),
        negative_loading: loadings.iter().any(|&l| l < 0.0) && loadings.iter().any(|&l| l > 0.0),
        loadings: loadings.iter().copied().collect(),
        uniquenesses: unique,
        omega,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn variable(values: &[f64]) -> Variable {
        Variable::numbers(values.to_vec()).unwrap()
    }

    #[test]
    fn a_question_without_variance_is_left_out_and_named() {
        let (a, b) = (variable(&[1.0, 2.0, 3.0, 5.0]), variable(&[1.0, 3.0, 2.0, 5.0]));
        let constant = variable(&[4.0; 4]);
        let with = reliability(&[&a, &constant, &b], &[1.0; 4]);
        let without = reliability(&[&a, &b], &[1.0; 4]);
        assert_eq!(with.without_variance, [1]);
        assert_eq!(with.alpha, without.alpha);
        assert_eq!(with.alpha_if_dropped, [None, None, None]);
    }

    #[test]
    fn questions_that_go_against_each_other_are_told() {
        let (a, b) = (variable(&[1.0, 2.0, 3.0, 5.0]), variable(&[5.0, 4.5, 2.0, 2.0]));
        let found = reliability(&[&a, &b], &[1.0; 4]);
        assert!(found.negative_average && found.alpha.is_some_and(|alpha| alpha < 0.0));
        assert!(!reliability(&[&a, &a], &[1.0; 4]).negative_average);
    }

    #[test]
    fn a_person_with_a_missing_answer_counts_where_it_is_estimated() {
        let a = variable(&[1.0, 2.0, 3.0, 5.0, 4.0]);
        let b = variable(&[1.0, 3.0, 2.0, 5.0, f64::NAN]);
        let (listwise, all) =
            (reliability(&[&a, &b], &[1.0; 5]), reliability_incomplete(&[&a, &b], &[1.0; 5]));
        let all = all.unwrap();
        assert_eq!((listwise.n, listwise.answered_some, all.n), (4, 5, 5));
        assert!(all.converged && all.alpha != listwise.alpha);
        let complete = reliability_incomplete(&[&a, &a], &[1.0; 5]).unwrap();
        let want = reliability(&[&a, &a], &[1.0; 5]).alpha.unwrap();
        assert!((complete.alpha.unwrap() - want).abs() < 1e-12);
    }

    #[test]
    fn one_question_or_nobody_gives_nothing() {
        let a = variable(&[1.0, 2.0]);
        assert_eq!(reliability(&[&a], &[1.0; 2]).alpha, None);
        assert_eq!(reliability(&[&a, &a], &[0.0; 2]).alpha, None);
        assert_eq!(reliability(&[], &[]).n, 0);
        assert_eq!(one_factor(&[&a, &a, &a], &[1.0; 2]), None);
    }
}
