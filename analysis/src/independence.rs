//! Are two answers of a person independent? Tests for tables from a sample design.
//!
//! Sources: J. N. K. Rao, A. J. Scott (1984), Annals of Statistics 12 (first and second order
//! corrections); D. R. Thomas, J. N. K. Rao (1987), JASA 82 (F form); G. G. Koch, D. H. Freeman,
//! J. L. Freeman (1975), International Statistical Review 43 (Wald); saddlepoint for a linear combination:
//! D. Kuonen (1999), Biometrika 86.

use nalgebra::{DMatrix, DVector};
use serde::Serialize;

use crate::contrast::covariance_matrix;
use crate::design::Design;
use crate::distribution::{chi_squared_tail, fisher_f_tail, normal_tail};
use crate::domain::Domain;
use crate::error::FigureError;
use crate::figure::Figure;
use crate::matrix::eigen;
use crate::variable::Variable;

/// Which test is made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum IndependenceRule {
    /// Rao and Scott's second-order correction, referred to F (the default).
    #[default]
    RaoScottF,
    /// Rao and Scott's first-order correction, referred to chi-squared.
    RaoScottChiSquared,
    /// Wald's test of observed less expected shares, referred to F.
    Wald,
    /// The same, reduced for few sampling units.
    AdjustedWald,
    /// The linear combination of chi-squareds over the variance of its scale, by saddlepoint.
    Saddlepoint,
}

/// The result of a test of independence.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Independence {
    /// The statistic: F for the F forms, Pearson's X² scaled to n for the others.
    pub statistic: f64,
    /// Degrees of freedom of the numerator, where the reference has some.
    pub df: Option<f64>,
    /// Degrees of freedom of the denominator, where the reference has some.
    pub df_below: Option<f64>,
    /// Probability of a statistic as large if the answers are independent.
    pub p_value: f64,
    /// Rows and columns of the table that had somebody in them.
    pub table: [usize; 2],
    /// Respondents.
    pub n: u64,
}

impl Design {
    /// Tests whether two classifications of the people in a domain are independent.
    ///
    /// A row of the sample without a class in either takes no part.
    /// Empty rows and columns of the table are left out; with fewer than two of either, or
    /// without a usable variance, there is no test.
    ///
    /// # Errors
    /// As [`Design::mean`] and [`Figure::covariance`].
    pub fn independence(
        &self,
        rows: &[Option<usize>],
        columns: &[Option<usize>],
        domain: &Domain,
        rule: IndependenceRule,
    ) -> Result<Option<Independence>, FigureError> {
        let (row_levels, column_levels) = self.occurring(rows, columns, domain);
        let (r, c) = (row_levels.len(), column_levels.len());
        if r < 2 || c < 2 {
            return Ok(None);
        }
        let mut cells: Vec<Figure<'_>> = Vec::with_capacity(r * c);
        for row in &row_levels {
            for column in &column_levels {
                let answers = rows.iter().zip(columns).map(|pair| match pair {
                    (Some(a), Some(b)) => Some(a == row && b == column),
                    _ => None,
                });
                cells.push(self.mean(&Variable::condition(answers), domain)?);
            }
        }
        let complete = domain.and(&self.rows_where(|i| {
            matches!((rows.get(i), columns.get(i)), (Some(Some(_)), Some(Some(_))))
        }));
        if matches!(rule, IndependenceRule::Wald | IndependenceRule::AdjustedWald) {
            // Koch's test compares counts, whose total is an estimate too: the influences are
            // those of a count divided by a fixed population.
            for cell in &mut cells {
                let share = cell.value.unwrap_or(0.0);
                cell.influence.iter_mut().for_each(|i| i.score += share * i.share);
            }
        }
        let all: Vec<&Figure<'_>> = cells.iter().collect();
        let variance = covariance_matrix(&all)?;
        let table = Table {
            shares: cells.iter().map(|f| f.value().unwrap_or(0.0)).collect(),
            variance: DMatrix::from_fn(r * c, r * c, |i, j| variance[i][j]),
            size: [r, c],
            n: cells[0].respondents(),
            df: self.degrees_of_freedom(&complete),
        };
        Ok(table.test(rule))
    }

    /// Levels of either classification that somebody with weight has.
    fn occurring(
        &self,
        rows: &[Option<usize>],
        columns: &[Option<usize>],
        domain: &Domain,
    ) -> (Vec<usize>, Vec<usize>) {
        let (mut first, mut second) = (Vec::new(), Vec::new());
        for row in domain.rows().filter(|&row| self.weight.get(row).is_some_and(|&w| w != 0.0)) {
            if let (Some(Some(a)), Some(Some(b))) = (rows.get(row), columns.get(row)) {
                first.push(*a);
                second.push(*b);
            }
        }
        for levels in [&mut first, &mut second] {
            levels.sort_unstable();
            levels.dedup();
        }
        (first, second)
    }
}

/// Estimated shares of a table, by rows, with their covariance.
struct Table {
    shares: Vec<f64>,
    variance: DMatrix<f64>,
    size: [usize; 2],
    n: u64,
    df: f64,
}

impl Table {
    fn test(&self, rule: IndependenceRule) -> Option<Independence> {
        let (statistic, df, df_below, p_value) = match rule {
            IndependenceRule::Wald | IndependenceRule::AdjustedWald => self.wald(rule)?,
            _ => self.rao_scott(rule)?,
        };
        let finite = statistic.is_finite() && p_value.is_finite();
        let (table, n) = (self.size, self.n);
        finite.then_some(Independence { statistic, df, df_below, p_value, table, n })
    }

    fn margins(&self) -> (Vec<f64>, Vec<f64>) {
        let [r, c] = self.size;
        let row = |i: usize| (0..c).map(|j| self.shares[i * c + j]).sum();
        let column = |j: usize| (0..r).map(|i| self.shares[i * c + j]).sum();
        ((0..r).map(row).collect(), (0..c).map(column).collect())
    }

    fn pearson(&self) -> f64 {
        let [_, c] = self.size;
        let (rows, columns) = self.margins();
        let mut sum = 0.0;
        for (i, row) in rows.iter().enumerate() {
            for (j, column) in columns.iter().enumerate() {
                let expected = row * column;
                sum += (self.shares[i * c + j] - expected).powi(2) / expected;
            }
        }
        self.n as f64 * sum
    }

    /// The generalized design effects: eigenvalues of (C'D⁻¹C/n)⁻¹ C'D⁻¹VD⁻¹C.
    fn design_effects(&self) -> Option<Vec<f64>> {
        let [r, c] = self.size;
        let inverse: Vec<f64> =
            self.shares.iter().map(|&p| if p > 0.0 { 1.0 / p } else { 0.0 }).collect();
        // Contrasts orthogonal to both margins: (e_i − e_r) ⊗ (e_j − e_c).
        let contrasts = DMatrix::from_fn(r * c, (r - 1) * (c - 1), |cell, k| {
            let side = |level: usize, own: usize, last: usize| {
                if level == own {
                    1.0
                } else if level == last {
                    -1.0
                } else {
                    0.0
                }
            };
            let row = side(cell / c, k / (c - 1), r - 1);
            row * side(cell % c, k % (c - 1), c - 1) * inverse[cell]
        });
        let plain = DMatrix::from_diagonal(&DVector::from_column_slice(&self.shares));
        let below = contrasts.transpose() * plain * &contrasts / self.n as f64;
        let above = contrasts.transpose() * &self.variance * &contrasts;
        let root = below.cholesky()?.l();
        let half = root.solve_lower_triangular(&above)?;
        let both = root.solve_lower_triangular(&half.transpose())?;
        let symmetric = (&both + both.transpose()) * 0.5;
        let mut values: Vec<f64> = eigen(symmetric)?.eigenvalues.iter().copied().collect();
        values.sort_by(f64::total_cmp);
        Some(values)
    }

    fn rao_scott(&self, rule: IndependenceRule) -> Option<Outcome> {
        let effects = self.design_effects()?;
        let trace: f64 = effects.iter().sum();
        let squares: f64 = effects.iter().map(|e| e * e).sum();
        if trace <= 0.0 {
            return None;
        }
        let pearson = self.pearson();
        let count = effects.len() as f64;
        match rule {
            IndependenceRule::RaoScottChiSquared => {
                let p = chi_squared_tail(pearson / (trace / count), count)?;
                Some((pearson, Some(count), None, p))
            }
            IndependenceRule::Saddlepoint => {
                // The scale has the degrees of freedom of the F form.
                let below = trace * trace / squares * self.df;
                Some((pearson, None, None, combination_tail(pearson, &effects, below)?))
            }
            _ => {
                let statistic = pearson / trace;
                let df = trace * trace / squares;
                let p = fisher_f_tail(statistic, df, df * self.df)?;
                Some((statistic, Some(df), Some(df * self.df), p))
            }
        }
    }

    /// Observed less expected shares of all but the last row and column.
    fn wald(&self, rule: IndependenceRule) -> Option<Outcome> {
        let [r, c] = self.size;
        let (rows, columns) = self.margins();
        let count = (r - 1) * (c - 1);
        let place = |k: usize| (k / (c - 1), k % (c - 1));
        let difference = DVector::from_fn(count, |k, _| {
            let (i, j) = place(k);
            self.shares[i * c + j] - rows[i] * columns[j]
        });
        let gradient = DMatrix::from_fn(count, r * c, |k, cell| {
            let (i, j) = place(k);
            let (a, b) = (cell / c, cell % c);
            let own = if (a, b) == (i, j) { 1.0 } else { 0.0 };
            let by_row = if a == i { columns[j] } else { 0.0 };
            let by_column = if b == j { rows[i] } else { 0.0 };
            own - by_row - by_column + rows[i] * columns[j]
        });
        let variance = &gradient * &self.variance * gradient.transpose();
        let solved = variance.cholesky()?.solve(&difference);
        let wald = difference.dot(&solved);
        let k = count as f64;
        let (statistic, below) = match rule {
            IndependenceRule::AdjustedWald => {
                (wald * (self.df - k + 1.0) / (k * self.df), self.df - k + 1.0)
            }
            _ => (wald / k, self.df),
        };
        Some((statistic, Some(k), Some(below), fisher_f_tail(statistic, k, below)?))
    }
}

/// Statistic, degrees of freedom above and below, p-value.
type Outcome = (f64, Option<f64>, Option<f64>, f64);

/// `P(Σ λ_i χ²_1 > x·χ²_ν/ν)` by the saddlepoint approximation.
fn combination_tail(x: f64, effects: &[f64], df: f64) -> Option<f64> {
    let largest = effects.iter().copied().fold(0.0, f64::max);
    if largest <= 0.0 || df <= 0.0 {
        return None;
    }
    // Terms (λ, multiplicity): the effects, and the scale with the opposite sign, whose
    // multiplicity is a whole number (as in R survey).
    let mut terms: Vec<(f64, f64)> = effects.iter().map(|e| (e / largest, 1.0)).collect();
    terms.push((-x / df / largest, df.floor()));
    let slope = |z: f64| terms.iter().map(|&(l, m)| m * l / (1.0 - 2.0 * z * l)).sum::<f64>();
    let least = terms.iter().map(|t| t.0).fold(0.0, f64::min);
    let mut low = if least < 0.0 { 0.5 / least } else { return Some(1.0) };
    let mut high = 0.5;
    for _ in 0..200 {
        let middle = 0.5 * (low + high);
        if slope(middle) > 0.0 { high = middle } else { low = middle }
    }
    let z = 0.5 * (low + high);
    let cumulant = -0.5 * terms.iter().map(|&(l, m)| m * (-2.0 * z * l).ln_1p()).sum::<f64>();
    let curvature =
        2.0 * terms.iter().map(|&(l, m)| m * (l / (1.0 - 2.0 * z * l)).powi(2)).sum::<f64>();
    let third =
        8.0 * terms.iter().map(|&(l, m)| m * (l / (1.0 - 2.0 * z * l)).powi(3)).sum::<f64>();
    if z.abs() < 1e-5 {
        // The limit of the formula where both terms vanish.
        let skew = third / curvature.powf(1.5);
        return Some(0.5 - skew / (6.0 * (2.0 * std::f64::consts::PI).sqrt()));
    }
    let w = z.signum() * (-2.0 * cumulant).max(0.0).sqrt();
    let v = z * curvature.sqrt();
    let p = normal_tail(w + (v / w).ln() / w);
    p.is_finite().then_some(p)
}
