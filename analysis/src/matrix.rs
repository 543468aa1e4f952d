//! Small symmetric systems, solved so that collinear columns do no harm.

use nalgebra::{DMatrix, DVector, Dyn, SymmetricEigen};

/// Eigenvalues below this part of the largest count as zero (after scaling to unit diagonal).
const SINGULAR: f64 = 1e-12;

/// Eigenvalues and eigenvectors; nothing for an empty matrix or one that is not finite.
pub(crate) fn eigen(matrix: DMatrix<f64>) -> Option<SymmetricEigen<f64, Dyn>> {
    let usable = !matrix.is_empty() && matrix.iter().all(|x| x.is_finite());
    if usable { SymmetricEigen::try_new(matrix, f64::EPSILON, 10_000) } else { None }
}

/// A square root R of a covariance matrix, RR' = Σ, whatever the rank of Σ.
///
/// The matrix is made symmetric first; eigenvalues below zero count as zero.
pub(crate) fn square_root(covariance: &[Vec<f64>]) -> Option<DMatrix<f64>> {
    let size = covariance.len();
    let matrix = DMatrix::from_fn(size, size, |i, j| 0.5 * (covariance[i][j] + covariance[j][i]));
    let eigen = eigen(matrix)?;
    let roots = DMatrix::from_diagonal(&eigen.eigenvalues.map(|v| v.max(0.0).sqrt()));
    Some(&eigen.eigenvectors * roots)
}

/// The least-norm solution of a symmetric, non-negative definite system, by its eigenvectors.
pub(crate) struct Pseudoinverse {
    inverse: DMatrix<f64>,
    /// Columns that depend on the others.
    pub(crate) dependent: usize,
}

impl Pseudoinverse {
    /// `None` if an entry is not finite.
    pub(crate) fn of(matrix: &[Vec<f64>]) -> Option<Self> {
        let size = matrix.len();
        let scale: Vec<f64> = (0..size)
            .map(|i| if matrix[i][i] > 0.0 { 1.0 / matrix[i][i].sqrt() } else { 0.0 })
            .collect();
        let scaled = DMatrix::from_fn(size, size, |i, j| matrix[i][j] * scale[i] * scale[j]);
        let eigen = eigen(scaled)?;
        let largest = eigen.eigenvalues.iter().fold(0.0f64, |m, &v| m.max(v.abs()));
        let keep = |v: f64| v > SINGULAR * largest;
        let inverted = eigen.eigenvalues.map(|v| if keep(v) { 1.0 / v } else { 0.0 });
        let dependent = eigen.eigenvalues.iter().filter(|&&v| !keep(v)).count();
        let vectors = &eigen.eigenvectors;
        let inverse = vectors * DMatrix::from_diagonal(&inverted) * vectors.transpose();
        let inverse = DMatrix::from_fn(size, size, |i, j| inverse[(i, j)] * scale[i] * scale[j]);
        Some(Self { inverse, dependent })
    }

    /// The solution for one right-hand side.
    pub(crate) fn solve(&self, right: &[f64]) -> Vec<f64> {
        let solution = &self.inverse * DVector::from_column_slice(right);
        solution.iter().copied().collect()
    }

    /// An entry of the inverse.
    pub(crate) fn entry(&self, row: usize, column: usize) -> f64 {
        self.inverse[(row, column)]
    }
}
