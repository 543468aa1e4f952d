//! Small areas: direct estimates drawn towards what a model expects of them.
//!
//! For internal use unless marked as model-based.
//!
//! Sources: R. E. Fay, R. A. Herriot (1979), JASA 74; G. S. Datta, P. Lahiri (2000), Statistica
//! Sinica 10 (mean squared error under restricted maximum likelihood); J. N. K. Rao, I. Molina
//! (2015), Small Area Estimation, 2nd ed., chapter 6.

use nalgebra::{DMatrix, DVector};
use serde::Serialize;

/// Estimates by the model of Fay and Herriot.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct SmallAreas {
    /// Variance between areas that the model does not explain.
    pub between: f64,
    /// Coefficients of the model.
    pub coefficients: Vec<f64>,
    /// Estimate of each area.
    pub estimates: Vec<f64>,
    /// Mean squared error of each estimate.
    pub squared_errors: Vec<f64>,
    /// Weight of each direct estimate; 1 for a census.
    pub shrinkage: Vec<f64>,
    /// The variance between areas was estimated as zero: the estimates are the model's alone.
    pub synthetic: bool,
}

/// Fits the model by restricted maximum likelihood.
///
/// `direct` are the estimates of the areas, `variances` their sampling variances (0 = census),
/// `columns` the explaining variables (a column of ones for an intercept).
/// Nothing when the lists do not fit, areas are not more than columns, columns depend on each
/// other, or the iteration does not converge.
#[must_use]
pub fn fay_herriot(direct: &[f64], variances: &[f64], columns: &[Vec<f64>]) -> Option<SmallAreas> {
    let (m, p) = (direct.len(), columns.len());
    let fits = variances.len() == m && columns.iter().all(|c| c.len() == m) && p > 0 && m > p;
    let numbers = direct.iter().chain(columns.iter().flatten()).all(|x| x.is_finite());
    if !fits || !numbers || !variances.iter().all(|v| *v >= 0.0 && v.is_finite()) {
        return None;
    }
    let x = DMatrix::from_fn(m, p, |i, j| columns[j][i]);
    let y = DVector::from_column_slice(direct);
    let model = Model { x, y, d: DVector::from_column_slice(variances) };
    let between = model.restricted_likelihood()?;
    let (q, beta) = model.fit(between)?;
    let weight = |i: usize| match between + variances[i] {
        0.0 => 1.0,
        whole => between / whole,
    };
    let synthetic = &model.x * &beta;
    let information: f64 =
        variances.iter().filter(|d| between + **d > 0.0).map(|d| (between + d).powi(-2)).sum();
    let squared = |i: usize| {
        let (g, d) = (weight(i), variances[i]);
        let row = model.x.row(i).transpose();
        let by_coefficients = (1.0 - g).powi(2) * row.dot(&(&q * &row));
        let by_variance =
            if d == 0.0 { 0.0 } else { d * d / (between + d).powi(3) * 2.0 / information };
        g * d + by_coefficients + 2.0 * by_variance
    };
    let estimate = |i: usize| weight(i) * direct[i] + (1.0 - weight(i)) * synthetic[i];
    let found = SmallAreas {
        between,
        coefficients: beta.iter().copied().collect(),
        estimates: (0..m).map(estimate).collect(),
        squared_errors: (0..m).map(squared).collect(),
        shrinkage: (0..m).map(weight).collect(),
        synthetic: between == 0.0,
    };
    let numbers = found.estimates.iter().chain(&found.squared_errors).chain(&found.coefficients);
    let finite = numbers.chain(&found.shrinkage).all(|x| x.is_finite());
    finite.then_some(found)
}

struct Model {
    x: DMatrix<f64>,
    y: DVector<f64>,
    d: DVector<f64>,
}

impl Model {
    /// (X'V⁻¹X)⁻¹ and the generalized least-squares coefficients.
    fn fit(&self, between: f64) -> Option<(DMatrix<f64>, DVector<f64>)> {
        let floor = 1e-12 * (1.0 + self.d.amax());
        let inverse = self.d.map(|d| 1.0 / (between + d).max(floor));
        let scaled =
            DMatrix::from_fn(self.x.nrows(), self.x.ncols(), |i, j| self.x[(i, j)] * inverse[i]);
        let q = (self.x.transpose() * &scaled).cholesky()?.inverse();
        let beta = &q * (scaled.transpose() * &self.y);
        beta.iter().all(|b| b.is_finite()).then_some((q, beta))
    }

    /// Fisher scoring for the variance between areas, held at zero or above.
    fn restricted_likelihood(&self) -> Option<f64> {
        let (_, plain) = self.fit(1e6 * (1.0 + self.d.amax()))?;
        let residual = &self.y - &self.x * plain;
        let spread = residual.dot(&residual) / (self.y.len() as f64 - 1.0);
        let mut between = (spread - self.d.mean()).max(0.01 * spread.max(1e-12));
        for _ in 0..2_000 {
            let (score, information) = self.scoring(between)?;
            let next = (between + score / information).max(0.0);
            if !next.is_finite() {
                return None;
            }
            let change = (next - between).abs();
            between = next;
            if change <= 1e-13 * (1.0 + between) {
                return Some(between);
            }
        }
        None
    }

    /// Derivative of the restricted likelihood, and its expected curvature.
    fn scoring(&self, between: f64) -> Option<(f64, f64)> {
        let (q, _) = self.fit(between)?;
        let floor = 1e-12 * (1.0 + self.d.amax());
        let inverse = self.d.map(|d| 1.0 / (between + d).max(floor));
        let scaled =
            DMatrix::from_fn(self.x.nrows(), self.x.ncols(), |i, j| self.x[(i, j)] * inverse[i]);
        let projection = DMatrix::from_diagonal(&inverse) - &scaled * &q * scaled.transpose();
        let fitted = &projection * &self.y;
        let score = 0.5 * fitted.dot(&fitted) - 0.5 * projection.trace();
        let information = 0.5 * projection.component_mul(&projection).sum();
        (information > 0.0).then_some((score, information))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_census_keeps_its_estimate_and_the_others_move_towards_the_model() {
        let direct = [80.0, 71.0, 90.0, 62.0, 77.0, 84.0];
        let variances = [0.0, 9.0, 25.0, 16.0, 4.0, 36.0];
        let ones = vec![vec![1.0; 6]];
        let found = fay_herriot(&direct, &variances, &ones).expect("a model");
        assert_eq!((found.estimates[0], found.shrinkage[0]), (80.0, 1.0));
        assert_eq!(found.squared_errors[0], 0.0);
        let centre = found.coefficients[0];
        for (before, after) in direct.iter().zip(&found.estimates).skip(1) {
            assert!((after - centre).abs() < (before - centre).abs());
        }
        assert!(found.squared_errors[1..].iter().all(|e| *e > 0.0));
    }

    #[test]
    fn areas_that_differ_by_chance_only_get_the_model_alone() {
        let found =
            fay_herriot(&[5.0, 5.1, 4.9, 5.0], &[4.0; 4], &[vec![1.0; 4]]).expect("a model");
        assert!(found.synthetic);
        assert!(found.estimates.iter().all(|e| (e - 5.0).abs() < 1e-9));
    }

    #[test]
    fn too_few_areas_give_nothing() {
        assert_eq!(fay_herriot(&[5.0], &[1.0], &[vec![1.0]]), None);
        assert_eq!(fay_herriot(&[], &[], &[]), None);
        assert_eq!(fay_herriot(&[1.0, 2.0], &[1.0, -1.0], &[vec![1.0; 2]]), None);
    }
}
