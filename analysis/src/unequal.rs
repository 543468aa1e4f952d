//! Variances for samples of persons drawn with unequal probabilities, without replacement.
//!
//! Sources: D. G. Horvitz, D. J. Thompson (1952), JASA 47; A. R. Sen (1953), F. Yates and P. M.
//! Grundy (1953), JRSS B 15; W. S. Overton (1985); K. R. W. Brewer, M. E. Donadio (2003), Survey
//! Methodology 29.

use crate::design::Design;
use crate::error::DesignError;
use crate::exact_sum::{ExactSum, exact_sum};
use crate::variance::Variance;

/// How the probability that two people are drawn together enters the variance.
#[derive(Debug, Clone, PartialEq)]
pub enum Joint {
    /// Known for every pair of rows, in the order of the rows.
    Known(Vec<Vec<f64>>),
    /// Overton's approximation, `(n − 1)π_i π_j/(n − (π_i + π_j)/2)`, within a stratum.
    Overton,
    /// Brewer's: n/(n − 1)·Σ(1 − π)(z − z̄)² within a stratum, without joint probabilities.
    Brewer,
}

/// Which estimator of the variance is used with joint probabilities.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum PairForm {
    /// Horvitz and Thompson's; where it is negative Sen, Yates and Grundy's takes its place.
    #[default]
    HorvitzThompson,
    /// Sen, Yates and Grundy's.
    YatesGrundy,
}

/// A sample drawn with unequal probabilities.
#[derive(Debug, Clone, PartialEq)]
pub struct Unequal {
    /// Probability of each row to be in the sample, above 0 and at most 1.
    pub probabilities: Vec<f64>,
    /// Pairs.
    pub joint: Joint,
    /// Estimator of the variance.
    pub form: PairForm,
}

impl Unequal {
    /// Refuses probabilities that are none, and matrices that do not fit.
    pub(crate) fn checked(&self, rows: usize) -> Result<(), DesignError> {
        let length = |what, got| match got == rows {
            true => Ok(()),
            false => Err(DesignError::LengthMismatch { what, expected: rows, got }),
        };
        length("probabilities", self.probabilities.len())?;
        let probable = |p: &f64| *p > 0.0 && *p <= 1.0;
        if let Some(row) = self.probabilities.iter().position(|p| !probable(p)) {
            return Err(DesignError::NotANumber { what: "probabilities", row });
        }
        if let Joint::Known(matrix) = &self.joint {
            length("joint probabilities", matrix.len())?;
            for (row, pairs) in matrix.iter().enumerate() {
                length("joint probabilities", pairs.len())?;
                if !pairs.iter().all(probable) {
                    return Err(DesignError::NotANumber { what: "joint probabilities", row });
                }
            }
        }
        Ok(())
    }

    /// The covariance of two figures from the scores of the rows that have one.
    pub(crate) fn covariance(&self, design: &Design, scores: &[(u32, f64, f64)]) -> Variance {
        let census = !scores.is_empty()
            && scores.iter().all(|&(row, ..)| self.probabilities[row as usize] == 1.0);
        let value = match (&self.joint, self.form) {
            (Joint::Brewer, _) => self.brewer(design, scores),
            (_, PairForm::YatesGrundy) => self.pairs(design, scores, true),
            (_, PairForm::HorvitzThompson) => {
                let plain = self.pairs(design, scores, false);
                let one_figure = scores.iter().all(|&(_, a, b)| a == b);
                if one_figure && plain < 0.0 {
                    let other = self.pairs(design, scores, true);
                    return Variance {
                        value: other,
                        census,
                        negative: true,
                        ..Variance::default()
                    };
                }
                plain
            }
        };
        Variance { value, census, ..Variance::default() }
    }

    /// `ΣΣ Δ_ij a_i b_j` with `Δ_ij = 1 − π_i π_j/π_ij`; for Yates and Grundy less
    /// `Σ a_i b_i Σ Δ_ij`.
    fn pairs(&self, design: &Design, scores: &[(u32, f64, f64)], yates_grundy: bool) -> f64 {
        let mut sum = ExactSum::default();
        for &(i, a, _) in scores {
            for &(j, _, b) in scores {
                sum.add(self.check(design, i, j) * a * b);
            }
        }
        if yates_grundy {
            let rows = (0u32..).zip(&design.stratum_of).map(|(row, _)| row);
            for &(i, a, b) in scores {
                let whole = exact_sum(rows.clone().map(|j| self.check(design, i, j)));
                sum.add(-(a * b * whole));
            }
        }
        sum.value()
    }

    fn check(&self, design: &Design, i: u32, j: u32) -> f64 {
        let (i, j) = (i as usize, j as usize);
        let (p, q) = (self.probabilities[i], self.probabilities[j]);
        if i == j {
            return 1.0 - p;
        }
        match &self.joint {
            Joint::Known(matrix) => 1.0 - p * q / matrix[i][j],
            _ if design.stratum_of[i] != design.stratum_of[j] => 0.0,
            _ => {
                let n = design.respondents[design.stratum_of[i] as usize] as f64;
                1.0 - (n - (p + q) / 2.0) / (n - 1.0)
            }
        }
    }

    fn brewer(&self, design: &Design, scores: &[(u32, f64, f64)]) -> f64 {
        let stratum = |row: u32| design.stratum_of[row as usize];
        let mut sorted = scores.to_vec();
        sorted.sort_by_key(|&(row, ..)| stratum(row));
        let mut sum = ExactSum::default();
        for members in sorted.chunk_by(|a, b| stratum(a.0) == stratum(b.0)) {
            let home = stratum(members[0].0);
            let n = design.respondents[home as usize] as f64;
            if n < 2.0 {
                continue;
            }
            let first = exact_sum(members.iter().map(|m| m.1)) / n;
            let second = exact_sum(members.iter().map(|m| m.2)) / n;
            let scale = n / (n - 1.0);
            let mut rest = ExactSum::default();
            for (row, _) in design.stratum_of.iter().enumerate().filter(|r| *r.1 == home) {
                rest.add(1.0 - self.probabilities[row]);
            }
            let mut present = ExactSum::default();
            for &(row, a, b) in members {
                let open = 1.0 - self.probabilities[row as usize];
                present.add(open);
                sum.add(scale * open * (a - first) * (b - second));
            }
            // Rows outside the domain have the score zero.
            sum.add(scale * (rest.value() - present.value()) * first * second);
        }
        sum.value()
    }
}

#[cfg(test)]
mod tests {
    use crate::{Declaration, Stratum, Variable};

    use super::*;

    fn se(joint: Option<Joint>, form: PairForm) -> f64 {
        let strata = vec![Stratum::new("a", Some(20))];
        let mut declaration = Declaration::new(strata, vec![0; 5]);
        if let Some(joint) = joint {
            let probabilities = vec![0.25; 5];
            declaration = declaration.unequal(Unequal { probabilities, joint, form });
        }
        let design = declaration.build().unwrap();
        let variable = Variable::numbers(vec![1.0, 4.0, 2.0, f64::NAN, 5.0]).unwrap();
        let figure = design.mean(&variable, &design.everyone()).unwrap();
        figure.estimate().unwrap().se.unwrap()
    }

    #[test]
    fn with_equal_probabilities_every_form_is_the_usual_variance() {
        let usual = se(None, PairForm::HorvitzThompson);
        let together = 5.0 * 4.0 / (20.0 * 19.0);
        let matrix = (0..5).map(|i| (0..5).map(|j| if i == j { 0.25 } else { together }).collect());
        let known = Joint::Known(matrix.collect());
        assert!((se(Some(known.clone()), PairForm::YatesGrundy) - usual).abs() < 1e-12);
        assert!((se(Some(known), PairForm::HorvitzThompson) - usual).abs() < 1e-12);
        assert!((se(Some(Joint::Brewer), PairForm::HorvitzThompson) - usual).abs() < 1e-12);
    }

    #[test]
    fn probabilities_of_zero_are_refused() {
        let declaration = Declaration::new(vec![Stratum::new("a", None)], vec![0]);
        let unequal =
            Unequal { probabilities: vec![0.0], joint: Joint::Overton, form: PairForm::default() };
        assert!(declaration.unequal(unequal).build().is_err());
    }
}
