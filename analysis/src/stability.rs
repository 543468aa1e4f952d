//! How far an estimated variance can be trusted: its degrees of freedom.
//!
//! A variance that rests on few sampling units, or on few people who differ from all others, is
//! itself uncertain, and limits that trust it are too narrow.
//! An estimate whose relative variance is 2/df is worth df degrees of freedom (F. E.
//! Satterthwaite 1946, Biometrics Bulletin 2).
//! The rule of thumb, sampling units less strata, is that of normal answers and equal strata;
//! how poor it can be, and that kurtosis has to be looked at, is shown by R. Valliant, K. F. Rust
//! (2010), Degrees of Freedom Approximations and Rules-of-Thumb, Journal of Official Statistics
//! 26, 585–602.

use crate::exact_sum::exact_sum;

/// What one stratum contributes to a variance, and the moments of its scores.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Term {
    /// The contribution, `factor · squares` unless a rule for lonely strata stood in.
    pub(crate) value: f64,
    /// (1 − f) n/(n − 1); 0 where a rule stood in.
    pub(crate) factor: f64,
    /// Sampling units of the stratum.
    pub(crate) n: f64,
    /// Those of them that have a score.
    pub(crate) present: f64,
    /// Sums over the n units of the 2nd, 3rd and 4th power of z − z̄.
    pub(crate) powers: [f64; 3],
}

/// `(Σ v_h)² / Σ(v_h²/(n_h − 1))`.
///
/// Source: Satterthwaite (1946); Cochran (1977), equation (5.16).
pub(crate) fn satterthwaite(terms: &[Term], variance: f64) -> Option<f64> {
    let strata = terms.iter().filter(|t| t.value > 0.0 && t.n > 1.0);
    let below = exact_sum(strata.map(|t| t.value / variance * t.value / (t.n - 1.0)));
    Some(variance / below).filter(|df| df.is_finite())
}

/// The degrees of freedom that the variance V of a figure is worth, at least 1 and at most
/// `plain`, sampling units less strata.
///
/// Limits on a scale with two ends rest on n* = p(1 − p)/V, so its stability counts; `slope` is
/// the derivative of log p(1 − p) by the figure, or 0 where limits rest on V alone.
/// The relative variance is estimated in two ways, and the larger one is taken:
///
/// - as for normal answers, `2 Σ (v_h/V)²/(m_h − 1)` with m the units of a
///   stratum that have a score;
/// - by the answers as they are, `Σ_h n_h/(n_h − 1) Σ_i (u_hi − ū_h)²` with
///   `u = (1 − f) n/(n − 1) (z − z̄)²/V − slope · (z − z̄)`, the linearised score of log V less
///   log p(1 − p).
///
/// The second is large where few people differ far from the others.
/// For answers with two values at the ends of the scale it is nothing, as p alone says what V is.
/// It takes no finite population correction, so it is on the safe side.
pub(crate) fn effective(terms: &[Term], variance: f64, slope: f64, plain: f64) -> f64 {
    if variance <= 0.0 || plain <= 1.0 {
        return plain;
    }
    let share = |t: &Term| t.value / variance;
    let normal =
        exact_sum(terms.iter().map(|t| 2.0 * share(t).powi(2) / (t.present - 1.0).max(1.0)));
    let observed = exact_sum(terms.iter().filter(|t| t.n > 1.0).map(|t| {
        let [squares, cubes, fourths] = t.powers;
        let part = t.factor / variance;
        let about_mean = part * part * (fourths - squares * squares / t.n)
            - 2.0 * slope * part * cubes
            + slope * slope * squares;
        t.n / (t.n - 1.0) * about_mean.max(0.0)
    }));
    let df = 2.0 / normal.max(observed);
    if df.is_finite() { df.clamp(1.0, plain) } else { plain }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// One stratum whose mean is the figure, without a finite population correction.
    fn term(answers: &[f64]) -> Term {
        let n = answers.len() as f64;
        let mean = answers.iter().sum::<f64>() / n;
        let power = |k| answers.iter().map(|y| ((y - mean) / n).powi(k)).sum::<f64>();
        let factor = n / (n - 1.0);
        let powers = [power(2), power(3), power(4)];
        Term { value: factor * powers[0], factor, n, present: n, powers }
    }

    #[test]
    fn one_stratum_of_even_answers_has_the_usual_degrees_of_freedom() {
        let term = term(&[1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0, 9.0]);
        assert_eq!(effective(&[term], term.value, 0.0, 8.0), 8.0);
        assert!((satterthwaite(&[term], term.value).unwrap() - 8.0).abs() < 1e-12);
    }

    #[test]
    fn a_stratum_that_carries_the_variance_gives_its_own() {
        let (large, small) =
            (term(&[0.0, 40.0, 90.0, 10.0]), term(&[1.0, 2.0, 1.0, 2.0, 1.0, 2.0]));
        let df = effective(&[large, small], large.value + small.value, 0.0, 8.0);
        assert!((3.0..3.1).contains(&df), "{df}");
    }

    #[test]
    fn one_who_differs_from_all_others_is_no_ground_for_a_variance() {
        let mut answers = vec![75.0; 50];
        answers[7] = 0.0;
        let term = term(&answers);
        let df = effective(&[term], term.value, 0.0, 49.0);
        assert!((1.9..2.2).contains(&df), "{df}");
    }

    #[test]
    fn a_share_says_its_variance_itself() {
        let mut answers = vec![1.0; 50];
        answers[7] = 0.0;
        let (term, p) = (term(&answers), 0.98);
        let slope = (1.0 - 2.0 * p) / (p * (1.0 - p));
        let df = effective(&[term], term.value, slope, 49.0);
        assert!((df - 49.0).abs() < 1e-9, "{df}");
    }
}
