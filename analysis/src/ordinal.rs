//! Reliability of answers that are ordered classes: polychoric correlations and ordinal α.
//!
//! Five classes of satisfaction are a normal attitude cut at four points; α of the class numbers
//! is too low where classes are few or answers pile up at one end.
//!
//! Sources: U. Olsson (1979), Psychometrika 44 (polychoric correlation, two-step maximum
//! likelihood); B. D. Zumbo, A. M. Gadermann, C. Zeisser (2007), Journal of Modern Applied
//! Statistical Methods 6 (ordinal α).

use std::collections::BTreeMap;

use nalgebra::DMatrix;
use serde::Serialize;

use crate::binormal::{bivariate_normal_cdf, bivariate_normal_density};
use crate::distribution::normal_quantile;
use crate::exact_sum::{ExactSum, exact_sum};
use crate::matrix::eigen;
use crate::variable::Variable;

/// A correlation beyond ± this is at the border: no answer contradicts a perfect one.
const BORDER: f64 = 0.9999;

/// The correlation of two attitudes of which only classes were seen.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Polychoric {
    /// The correlation.
    pub correlation: f64,
    /// The likelihood still grew at ±0.9999: too few answers off the diagonal.
    pub at_border: bool,
    /// Respondents who answered both.
    pub n: u64,
}

/// Ordinal α of a scale.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct OrdinalReliability {
    /// Ordinal α; nothing with fewer than two questions of different answers.
    pub alpha: Option<f64>,
    /// Polychoric correlations by rows, of the questions that are in α.
    pub correlations: Vec<Vec<f64>>,
    /// Respondents who answered every question.
    pub n: u64,
    /// Questions left out because all answers are alike.
    pub without_variance: Vec<usize>,
    /// A correlation is at its border.
    pub at_border: bool,
    /// The correlations are none of any one population (an eigenvalue is negative): estimated
    /// pair by pair, they need not fit together. α is then a rough figure.
    pub indefinite: bool,
}

/// The polychoric correlation of two questions, whose distinct values are the ordered classes.
///
/// Rows that lack an answer or have a weight of zero or less take no part.
/// Nothing where either question has fewer than two classes, or lists differ in length.
#[must_use]
pub fn polychoric(first: &Variable, second: &Variable, weights: &[f64]) -> Option<Polychoric> {
    if first.len() != weights.len() || second.len() != weights.len() {
        return None;
    }
    let answered = |&row: &usize| {
        weights[row] > 0.0 && first.value(row).is_some() && second.value(row).is_some()
    };
    let rows: Vec<usize> = (0..weights.len()).filter(answered).collect();
    let table = Table::of(first, second, weights, &rows)?;
    let (correlation, at_border) = table.correlation()?;
    Some(Polychoric { correlation, at_border, n: rows.len() as u64 })
}

/// Ordinal α from the respondents who answered every question: α of the polychoric correlations.
///
/// Weights of 1 give that of the sample, design weights that of the population.
#[must_use]
pub fn ordinal_reliability(items: &[&Variable], weights: &[f64]) -> OrdinalReliability {
    let usable = items.iter().all(|v| v.len() == weights.len());
    let complete =
        |&row: &usize| weights[row] > 0.0 && items.iter().all(|v| v.value(row).is_some());
    let rows: Vec<usize> = (0..weights.len()).filter(|_| usable).filter(complete).collect();
    let varies = |&item: &usize| {
        let value = |row: usize| items[item].values[row];
        rows.iter().any(|&row| value(row) != value(rows[0]))
    };
    let (kept, without_variance): (Vec<usize>, Vec<usize>) =
        (0..items.len()).partition(|item| varies(item));
    let mut found = OrdinalReliability {
        alpha: None,
        correlations: vec![vec![1.0; kept.len()]; kept.len()],
        n: rows.len() as u64,
        without_variance,
        at_border: false,
        indefinite: false,
    };
    for (a, &i) in kept.iter().enumerate() {
        for (b, &j) in kept.iter().enumerate().take(a) {
            let table = Table::of(items[i], items[j], weights, &rows);
            let Some((correlation, at_border)) = table.and_then(|t| t.correlation()) else {
                return found;
            };
            found.at_border |= at_border;
            found.correlations[a][b] = correlation;
            found.correlations[b][a] = correlation;
        }
    }
    let k = kept.len() as f64;
    let matrix = DMatrix::from_fn(kept.len(), kept.len(), |i, j| found.correlations[i][j]);
    let sum = matrix.sum();
    let least = eigen(matrix).map(|e| e.eigenvalues.min());
    found.indefinite = least.is_some_and(|least| least < -1e-9);
    found.alpha = (k > 1.0 && sum > 0.0).then(|| k / (k - 1.0) * (1.0 - k / sum));
    found
}

/// Weighted shares of the pairs of classes, and the points at which the attitudes are cut.
struct Table {
    shares: Vec<Vec<f64>>,
    /// Including −∞ and ∞.
    cuts: [Vec<f64>; 2],
}

impl Table {
    fn of(first: &Variable, second: &Variable, weights: &[f64], rows: &[usize]) -> Option<Self> {
        let classes = |variable: &Variable| {
            let mut values: Vec<f64> = rows.iter().map(|&row| variable.values[row]).collect();
            values.sort_by(f64::total_cmp);
            values.dedup();
            values
        };
        let (a, b) = (classes(first), classes(second));
        if a.len() < 2 || b.len() < 2 {
            return None;
        }
        let mut sums: BTreeMap<(usize, usize), ExactSum> = BTreeMap::new();
        for &row in rows {
            let place = |classes: &[f64], value: f64| classes.partition_point(|&c| c < value);
            let cell = (place(&a, first.values[row]), place(&b, second.values[row]));
            sums.entry(cell).or_default().add(weights[row]);
        }
        let size = exact_sum(rows.iter().map(|&row| weights[row]));
        let mut shares = vec![vec![0.0; b.len()]; a.len()];
        for ((i, j), sum) in &sums {
            shares[*i][*j] = sum.value() / size;
        }
        let of_first = shares.iter().map(|row| exact_sum(row.iter().copied())).collect();
        let of_second = (0..b.len()).map(|j| exact_sum(shares.iter().map(|row| row[j]))).collect();
        Some(Self { cuts: [cuts(of_first)?, cuts(of_second)?], shares })
    }

    /// The correlation at which the slope of the likelihood is zero, and whether it is the border.
    fn correlation(&self) -> Option<(f64, bool)> {
        let (mut low, mut high) = (-BORDER, BORDER);
        if self.slope(low)? <= 0.0 {
            return Some((low, true));
        }
        if self.slope(high)? >= 0.0 {
            return Some((high, true));
        }
        for _ in 0..60 {
            let middle = 0.5 * (low + high);
            if self.slope(middle)? > 0.0 { low = middle } else { high = middle }
        }
        Some((0.5 * (low + high), false))
    }

    /// Σ share · (dπ/dρ)/π over the cells, π the probability of a cell.
    fn slope(&self, rho: f64) -> Option<f64> {
        let [rows, columns] = &self.cuts;
        let grid = |of: fn(f64, f64, f64) -> f64| -> Vec<Vec<f64>> {
            rows.iter().map(|&h| columns.iter().map(|&k| of(h, k, rho)).collect()).collect()
        };
        let (below, density) = (grid(bivariate_normal_cdf), grid(bivariate_normal_density));
        let cell = |of: &[Vec<f64>], i: usize, j: usize| {
            of[i + 1][j + 1] - of[i][j + 1] - of[i + 1][j] + of[i][j]
        };
        let mut sum = 0.0;
        for (i, row) in self.shares.iter().enumerate() {
            for (j, &share) in row.iter().enumerate().filter(|(_, share)| **share > 0.0) {
                // Far from the estimate a cell may be all but impossible; it then pulls hard.
                sum += share * cell(&density, i, j) / cell(&below, i, j).max(1e-15);
            }
        }
        sum.is_finite().then_some(sum)
    }
}

/// Φ⁻¹ of the cumulated shares.
fn cuts(shares: Vec<f64>) -> Option<Vec<f64>> {
    let mut cuts = vec![f64::NEG_INFINITY];
    let mut sum = 0.0;
    for share in &shares[..shares.len() - 1] {
        sum += share;
        cuts.push(normal_quantile(sum)?);
    }
    cuts.push(f64::INFINITY);
    Some(cuts)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A table of counts as answers.
    fn answers(counts: &[&[u32]]) -> (Variable, Variable, Vec<f64>) {
        let (mut a, mut b) = (Vec::new(), Vec::new());
        for (i, row) in counts.iter().enumerate() {
            for (j, &count) in row.iter().enumerate() {
                a.extend(vec![i as f64; count as usize]);
                b.extend(vec![j as f64; count as usize]);
            }
        }
        let weights = vec![1.0; a.len()];
        (Variable::numbers(a).unwrap(), Variable::numbers(b).unwrap(), weights)
    }

    #[test]
    fn two_halves_have_the_correlation_of_sheppards_theorem() {
        // Both cut at the median: P(both low) = 1/4 + asin(ρ)/2π = 0.4.
        let (a, b, weights) = answers(&[&[40, 10], &[10, 40]]);
        let found = polychoric(&a, &b, &weights).unwrap();
        let want = (2.0 * std::f64::consts::PI * 0.15).sin();
        assert!((found.correlation - want).abs() < 1e-9, "{} {want}", found.correlation);
        assert_eq!((found.at_border, found.n), (false, 100));
    }

    #[test]
    fn no_other_correlation_is_more_likely() {
        let (a, b, weights) = answers(&[&[13, 7, 2], &[5, 20, 9], &[1, 8, 25], &[0, 2, 8]]);
        let rows: Vec<usize> = (0..weights.len()).collect();
        let table = Table::of(&a, &b, &weights, &rows).unwrap();
        let likelihood = |rho: f64| {
            let p =
                |i: usize, j: usize| bivariate_normal_cdf(table.cuts[0][i], table.cuts[1][j], rho);
            let mut sum = 0.0;
            for (i, row) in table.shares.iter().enumerate() {
                for (j, share) in row.iter().enumerate().filter(|(_, share)| **share > 0.0) {
                    let cell = p(i + 1, j + 1) - p(i, j + 1) - p(i + 1, j) + p(i, j);
                    sum += share * cell.ln();
                }
            }
            sum
        };
        let best = polychoric(&a, &b, &weights).unwrap().correlation;
        for step in -99..100 {
            assert!(likelihood(f64::from(step) / 100.0) <= likelihood(best) + 1e-12);
        }
        // Classes in the other order turn the sign and nothing else.
        let turned =
            Variable::numbers((0..b.len()).map(|r| -b.value(r).unwrap()).collect()).unwrap();
        let turned = polychoric(&a, &turned, &weights).unwrap().correlation;
        assert!((turned + best).abs() < 1e-9, "{turned} {best}");
    }

    #[test]
    fn perfect_agreement_is_at_the_border_and_one_class_gives_nothing() {
        let (a, b, weights) = answers(&[&[10, 0], &[0, 10]]);
        let found = polychoric(&a, &b, &weights).unwrap();
        assert!(found.at_border && found.correlation > 0.999);
        let (a, b, weights) = answers(&[&[10, 5]]);
        assert_eq!(polychoric(&a, &b, &weights), None);
        assert_eq!(polychoric(&a, &b, &[]), None);
    }

    #[test]
    fn ordinal_alpha_follows_from_the_correlations() {
        let (a, b, weights) = answers(&[&[20, 10, 3], &[8, 22, 9], &[2, 9, 17]]);
        let constant = Variable::numbers(vec![4.0; weights.len()]).unwrap();
        let found = ordinal_reliability(&[&a, &constant, &b], &weights);
        let r = polychoric(&a, &b, &weights).unwrap().correlation;
        assert_eq!(found.without_variance, [1]);
        assert!((found.alpha.unwrap() - 2.0 * r / (1.0 + r)).abs() < 1e-12);
        assert_eq!(ordinal_reliability(&[&a], &weights).alpha, None);
        assert_eq!(ordinal_reliability(&[], &[]).n, 0);
    }
}
