//! Linear regression over a sample design: its coefficients are figures like any other.
//!
//! Source: D. A. Binder (1983), International Statistical Review 51; W. A. Fuller (1975),
//! Sankhyā C 37.

use crate::design::Design;
use crate::domain::Domain;
use crate::error::FigureError;
use crate::exact_sum::exact_sum;
use crate::figure::{Figure, Influence};
use crate::matrix::Pseudoinverse;
use crate::variable::Variable;

impl Design {
    /// The coefficients of a weighted least-squares regression, one figure per column.
    ///
    /// Give a column of ones for an intercept.
    /// Rows that lack the outcome or a column take no part.
    /// Where columns depend on each other no coefficient is defined and none has a value.
    ///
    /// # Errors
    /// [`FigureError::LengthMismatch`]; [`FigureError::NothingToCombine`] without columns.
    pub fn regression(
        &self,
        outcome: &Variable,
        columns: &[Variable],
        domain: &Domain,
    ) -> Result<Vec<Figure<'_>>, FigureError> {
        let complete: Vec<bool> =
            (0..self.rows()).map(|row| columns.iter().all(|c| c.value(row).is_some())).collect();
        if columns.is_empty() {
            return Err(FigureError::NothingToCombine);
        }
        if let Some(wrong) = columns.iter().find(|c| c.len() != self.rows()) {
            let (expected, got) = (self.rows(), wrong.len());
            return Err(FigureError::LengthMismatch { what: "variable", expected, got });
        }
        let template = self.mean(outcome, &domain.and(&Domain::from_mask(&complete)))?;
        let rows: Vec<usize> = template.influence.iter().map(|i| i.row as usize).collect();
        let fit = Fit { design: self, outcome, columns, rows: &rows };
        let coefficients = fit.solve();
        let figures = (0..columns.len()).map(|k| {
            let mut figure = template.clone();
            figure.range = None;
            figure.reference = None;
            figure.value = coefficients.as_ref().map(|(_, beta)| beta[k]);
            figure.influence = match &coefficients {
                Some((inverse, beta)) => fit.influence(inverse, beta, k),
                None => Vec::new(),
            };
            for part in &mut figure.parts {
                part.range = None;
                part.alike.clear();
            }
            figure
        });
        Ok(figures.collect())
    }
}

struct Fit<'a> {
    design: &'a Design,
    outcome: &'a Variable,
    columns: &'a [Variable],
    rows: &'a [usize],
}

impl Fit<'_> {
    fn solve(&self) -> Option<(Pseudoinverse, Vec<f64>)> {
        let size = self.columns.len();
        let weighted = |row: usize, k: usize| self.design.weight[row] * self.columns[k].values[row];
        let mut matrix = vec![vec![0.0; size]; size];
        for (i, line) in matrix.iter_mut().enumerate() {
            for (j, entry) in line.iter_mut().enumerate() {
                let terms = self.rows.iter().map(|&r| weighted(r, i) * self.columns[j].values[r]);
                *entry = exact_sum(terms);
            }
        }
        let inverse = Pseudoinverse::of(&matrix)?;
        if inverse.dependent > 0 || self.rows.is_empty() {
            return None;
        }
        let mut beta = vec![0.0; size];
        // The second round refines the solution with exactly summed residuals.
        for _ in 0..3 {
            let left: Vec<f64> = (0..size)
                .map(|k| {
                    exact_sum(self.rows.iter().map(|&r| weighted(r, k) * self.residual(&beta, r)))
                })
                .collect();
            for (b, step) in beta.iter_mut().zip(inverse.solve(&left)) {
                *b += step;
            }
        }
        beta.iter().all(|b| b.is_finite()).then_some((inverse, beta))
    }

    fn residual(&self, beta: &[f64], row: usize) -> f64 {
        let fitted = self.columns.iter().zip(beta).map(|(c, b)| c.values[row] * b);
        self.outcome.values[row] - fitted.sum::<f64>()
    }

    /// `(X'WX)⁻¹ x_i w_i e_i`.
    fn influence(&self, inverse: &Pseudoinverse, beta: &[f64], k: usize) -> Vec<Influence> {
        let entry = |&row: &usize| {
            let direction = self.columns.iter().enumerate();
            let direction: f64 = direction.map(|(j, c)| inverse.entry(k, j) * c.values[row]).sum();
            let share = direction * self.design.weight[row];
            let row_number = u32::try_from(row).expect("rows were counted when declared");
            Influence { row: row_number, score: share * self.residual(beta, row), share }
        };
        self.rows.iter().map(entry).collect()
    }
}
