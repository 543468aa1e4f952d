//! Which questions go with overall satisfaction? Association, not cause.
//!
//! Sources: R. H. Lindeman, P. F. Merenda, R. Z. Gold (1980) (LMG shares); J. W. Johnson (2000),
//! Multivariate Behavioral Research 35 (relative weights); U. Grömping (2007), The American
//! Statistician 61.

use nalgebra::{DMatrix, DVector};
use serde::Serialize;

use crate::matrix::eigen;
use crate::reliability::covariances;
use crate::variable::Variable;

/// More predictors than this would need more than a million regressions.
const MOST: usize = 20;

/// How the explained variance is shared out over the predictors.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Drivers {
    /// Share of the variance of the outcome that all predictors explain together.
    pub r_squared: f64,
    /// Shapley value of each predictor (LMG); they add up to `r_squared`.
    pub shapley: Vec<f64>,
    /// Johnson's relative weight of each predictor; they add up to `r_squared`.
    pub relative_weights: Vec<f64>,
    /// Respondents with all answers.
    pub n: u64,
}

/// Shares of the explained variance, from one weighted covariance matrix.
///
/// Rows that lack an answer take no part.
/// Nothing for no or more than 20 predictors, for one that follows from the others, or for an
/// outcome without variance.
#[must_use]
pub fn drivers(outcome: &Variable, predictors: &[&Variable], weights: &[f64]) -> Option<Drivers> {
    let p = predictors.len();
    let same = |v: &&Variable| v.len() == weights.len();
    if p == 0 || p > MOST || !same(&outcome) || !predictors.iter().all(same) {
        return None;
    }
    let mut variables = vec![outcome];
    variables.extend_from_slice(predictors);
    let (covariance, rows) = covariances(&variables, weights);
    if (0..=p).any(|i| covariance[(i, i)] <= 0.0) {
        return None;
    }
    let correlation = DMatrix::from_fn(p + 1, p + 1, |i, j| {
        covariance[(i, j)] / (covariance[(i, i)] * covariance[(j, j)]).sqrt()
    });
    let among = correlation.view((1, 1), (p, p)).into_owned();
    let with = DVector::from_fn(p, |i, _| correlation[(0, i + 1)]);
    let explained = explained_by_subset(&among, &with)?;
    let result = Drivers {
        r_squared: *explained.last()?,
        shapley: shapley(&explained, p),
        relative_weights: relative_weights(among, &with)?,
        n: rows.len() as u64,
    };
    let all = result.shapley.iter().chain(&result.relative_weights);
    let finite = all.chain([&result.r_squared]).all(|x| x.is_finite());
    finite.then_some(result)
}

/// R² of every subset of the predictors; the subset's bits are its position.
fn explained_by_subset(among: &DMatrix<f64>, with: &DVector<f64>) -> Option<Vec<f64>> {
    let p = with.len();
    let mut explained = vec![0.0; 1 << p];
    for (subset, slot) in explained.iter_mut().enumerate().skip(1) {
        let members: Vec<usize> = (0..p).filter(|i| subset >> i & 1 == 1).collect();
        let matrix = among.select_rows(&members).select_columns(&members);
        let right = with.select_rows(&members);
        let factor = matrix.cholesky()?;
        // A diagonal entry near zero: the predictor follows from the others.
        if factor.l_dirty().diagonal().iter().any(|d| *d < 1e-7) {
            return None;
        }
        *slot = right.dot(&factor.solve(&right));
    }
    Some(explained)
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

    #[test]
    fn shares_add_up_and_a_copy_of_a_predictor_gives_nothing() {
        let numbers = |v: &[f64]| Variable::numbers(v.to_vec()).unwrap();
        let y = numbers(&[1.0, 2.0, 4.0, 3.0, 5.0, 2.0]);
        let (a, b) =
            (numbers(&[1.0, 2.0, 3.0, 3.0, 5.0, 1.0]), numbers(&[2.0, 1.0, 4.0, 3.0, 4.0, 3.0]));
        let found = drivers(&y, &[&a, &b], &[1.0; 6]).unwrap();
        assert!((found.shapley.iter().sum::<f64>() - found.r_squared).abs() < 1e-12);
        assert!((found.relative_weights.iter().sum::<f64>() - found.r_squared).abs() < 1e-12);
        assert_eq!(drivers(&y, &[&a, &a], &[1.0; 6]), None);
        assert_eq!(drivers(&y, &[], &[1.0; 6]), None);
    }
}
