//! What a model of small areas needs before and after: sampling variances that are not themselves
//! chance, and estimates that add up to what was published for all.
//!
//! Sources: K. Wolter (2007), Introduction to Variance Estimation, 2nd ed., chapter 7 (generalized
//! variance functions); J. N. K. Rao, I. Molina (2015), Small Area Estimation, 2nd ed., sections
//! 6.4.1 (smoothed variances) and 6.4.6 (benchmarking).

use crate::exact_sum::exact_sum;
use crate::matrix::Pseudoinverse;

/// An area as a generalized variance function sees it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct AreaVariance {
    /// Its estimated variance; 0 for a census or where all answers are alike.
    pub variance: f64,
    /// Respondents.
    pub n: u64,
    /// The estimate as a share of 0 to 1, if it is one.
    pub share: Option<f64>,
    /// Everybody answered: the variance is 0 and stays so.
    pub census: bool,
}

/// Sampling variances by a line through their logarithms: ln D on ln n and, where all areas are
/// shares, ln p(1 − p).
///
/// A variance estimated from twelve answers is as uncertain as the estimate itself, and one of
/// zero from answers all alike is no certainty.
/// The line is drawn through the variances above zero and raised so that their sum is kept;
/// shares are moved off 0 and 1 by half an answer, (np + ½)/(n + 1).
/// Nothing with no more than two variances above zero than coefficients, a variance that is no
/// number, or an area of no respondents that is no census.
#[must_use]
pub fn smoothed_variances(areas: &[AreaVariance]) -> Option<Vec<f64>> {
    let usable = |area: &AreaVariance| {
        area.variance >= 0.0 && area.variance.is_finite() && (area.n > 0 || area.census)
    };
    let shares = areas.iter().all(|area| area.share.is_some());
    if !areas.iter().all(usable) || areas.iter().any(|a| a.share.is_some_and(f64::is_nan)) {
        return None;
    }
    let columns = |area: &AreaVariance| {
        let n = area.n as f64;
        let share = area.share.map(|p| (n * p.clamp(0.0, 1.0) + 0.5) / (n + 1.0));
        let unit = share.filter(|_| shares).map(|p| (p * (1.0 - p)).ln());
        [Some(1.0), Some(n.ln()), unit].into_iter().flatten().collect::<Vec<f64>>()
    };
    let sampled = |area: &&AreaVariance| !area.census && area.variance > 0.0;
    let fitted: Vec<&AreaVariance> = areas.iter().filter(sampled).collect();
    let rows: Vec<Vec<f64>> = fitted.iter().map(|area| columns(area)).collect();
    let size = rows.first().map_or(0, Vec::len);
    if fitted.len() < size + 2 || size == 0 {
        return None;
    }
    let product = |i: usize, j: usize| exact_sum(rows.iter().map(|row| row[i] * row[j]));
    let matrix: Vec<Vec<f64>> =
        (0..size).map(|i| (0..size).map(|j| product(i, j)).collect()).collect();
    let right: Vec<f64> = (0..size)
        .map(|i| exact_sum(rows.iter().zip(&fitted).map(|(row, a)| row[i] * a.variance.ln())))
        .collect();
    // Areas of one size determine no slope; the least-norm line is then as good as any.
    let line = Pseudoinverse::of(&matrix)?.solve(&right);
    let expected = |area: &AreaVariance| {
        columns(area).iter().zip(&line).map(|(x, b)| x * b).sum::<f64>().exp()
    };
    let whole = exact_sum(fitted.iter().map(|area| area.variance));
    let raise = whole / exact_sum(fitted.iter().map(|area| expected(area)));
    let smoothed = |area: &AreaVariance| match area.census {
        true => 0.0,
        false => raise * expected(area),
    };
    let all: Vec<f64> = areas.iter().map(smoothed).collect();
    all.iter().all(|v| v.is_finite()).then_some(all)
}

/// Estimates raised or lowered in proportion so that `Σ weight·estimate` is the published total.
///
/// Nothing unless lists fit, the sum is above zero and all is finite.
#[must_use]
pub fn benchmarked(estimates: &[f64], weights: &[f64], total: f64) -> Option<Vec<f64>> {
    if estimates.len() != weights.len() {
        return None;
    }
    let sum = exact_sum(estimates.iter().zip(weights).map(|(e, w)| e * w));
    let factor = total / sum;
    let all: Vec<f64> = estimates.iter().map(|e| e * factor).collect();
    (sum > 0.0 && all.iter().all(|e| e.is_finite())).then_some(all)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn area(variance: f64, n: u64, share: Option<f64>) -> AreaVariance {
        AreaVariance { variance, n, share, census: false }
    }

    #[test]
    fn variances_on_a_line_stay_and_one_of_zero_is_lifted_to_it() {
        let binomial = |p: f64, n: u64| {
            let moved = (n as f64 * p + 0.5) / (n as f64 + 1.0);
            moved * (1.0 - moved) / n as f64
        };
        let shares = [(0.8, 20), (0.6, 35), (0.9, 50), (0.5, 80), (0.7, 10), (0.95, 40)];
        let mut areas: Vec<AreaVariance> =
            shares.iter().map(|&(p, n)| area(binomial(p, n), n, Some(p))).collect();
        areas.push(area(0.0, 12, Some(1.0)));
        areas.push(AreaVariance { census: true, ..area(0.0, 5, Some(0.6)) });
        let smoothed = smoothed_variances(&areas).unwrap();
        for (got, area) in smoothed.iter().zip(&areas[..6]) {
            assert!((got / area.variance - 1.0).abs() < 1e-6, "{smoothed:?}");
        }
        assert!((smoothed[6] / binomial(1.0, 12) - 1.0).abs() < 1e-6);
        assert_eq!(smoothed[7], 0.0);
    }

    #[test]
    fn the_sum_of_the_variances_is_kept() {
        let areas: Vec<AreaVariance> = [(9.0, 20), (4.0, 35), (6.0, 50), (2.0, 80), (14.0, 10)]
            .iter()
            .map(|&(v, n)| area(v, n, None))
            .collect();
        let smoothed = smoothed_variances(&areas).unwrap();
        assert!((smoothed.iter().sum::<f64>() - 35.0).abs() < 1e-9);
        assert!(smoothed[4] > smoothed[0] && smoothed[0] > smoothed[3]);
    }

    #[test]
    fn too_little_gives_nothing() {
        assert_eq!(smoothed_variances(&[area(1.0, 9, None); 3]), None);
        assert_eq!(smoothed_variances(&[]), None);
        assert_eq!(smoothed_variances(&[area(f64::NAN, 9, None); 6]), None);
        assert_eq!(smoothed_variances(&[area(1.0, 0, None); 6]), None);
        let same = smoothed_variances(&[area(2.0, 9, None); 6]).unwrap();
        assert!(same.iter().all(|v| (v - 2.0).abs() < 1e-9));
    }

    #[test]
    fn benchmarked_estimates_add_up_to_the_total() {
        let found = benchmarked(&[80.0, 60.0], &[0.25, 0.75], 70.0).unwrap();
        assert!((0.25 * found[0] + 0.75 * found[1] - 70.0).abs() < 1e-12);
        assert!((found[0] / found[1] - 80.0 / 60.0).abs() < 1e-12);
        assert_eq!(benchmarked(&[0.0], &[1.0], 5.0), None);
        assert_eq!(benchmarked(&[1.0], &[], 5.0), None);
    }
}
