//! Confidence intervals: for means and scores, for shares, and for the cases without variance.
//!
//! All functions are total: where an interval is not defined they return `None`.

use libm::lgamma as ln_gamma;
use serde::Serialize;

use crate::distribution::{beta_quantile, normal_quantile, student_t_quantile};

/// How an interval was made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Method {
    /// θ ± t·se.
    T,
    /// θ ± t·se on the logit scale of a bounded figure.
    Logit,
    /// θ ± t·se on the arcsine scale of a share.
    Arcsine,
    /// Beta limits with an effective number (Korn and Graubard 1998).
    KornGraubard,
    /// Wilson's score limits with the effective sample size.
    Wilson,
    /// Scaled binomial likelihood (Rao and Scott).
    Likelihood,
    /// Exact limits for a simple random sample from a finite population.
    Hypergeometric,
    /// Clopper and Pearson's limits with Kish's effective number: all answers alike.
    ClopperPearson,
    /// From the limits of both sides of a difference (Newcombe 1998; Zou and Donner 2008).
    Recovered,
    /// All answers alike on a scale: as many people differ, and as far, as can be.
    WorstCase,
    /// Everybody answered: there is no sampling error.
    Census,
    /// No interval.
    None,
}

/// θ ± t(df)·se; `None` without degrees of freedom.
#[must_use]
pub fn t_interval(value: f64, se: f64, df: f64, level: f64) -> Option<[f64; 2]> {
    let t = critical_t(df, level)?;
    finite([value - t * se, value + t * se])
}

/// θ ± t·se on the logit scale of a figure between `low` and `high`.
///
/// The limits never leave (low, high).
#[must_use]
pub fn logit_interval(
    value: f64,
    se: f64,
    df: f64,
    [low, high]: [f64; 2],
    level: f64,
) -> Option<[f64; 2]> {
    let width = high - low;
    let p = (value - low) / width;
    if !(p > 0.0 && p < 1.0) {
        return None;
    }
    let half = critical_t(df, level)? * (se / width) / (p * (1.0 - p));
    let centre = (p / (1.0 - p)).ln();
    let back = |x: f64| low + width / (1.0 + (-x).exp());
    finite([back(centre - half), back(centre + half)])
}

/// θ ± t·se of a share on the scale asin √p (Korn and Graubard 1999, section 3.2).
#[must_use]
pub fn arcsine_interval(p: f64, se: f64, df: f64, level: f64) -> Option<[f64; 2]> {
    let half = critical_t(df, level)? * se / (2.0 * (p * (1.0 - p)).sqrt());
    let centre = p.sqrt().asin();
    let quarter = std::f64::consts::FRAC_PI_2;
    let back = |x: f64| x.clamp(0.0, quarter).sin().powi(2);
    finite([back(centre - half), back(centre + half)])
}

/// The effective sample size of a share, corrected for its degrees of freedom.
///
/// n* = p(1−p)/V · (t(n−1)/t(df))²; without degrees of freedom it is 0.
///
/// Source: E. L. Korn, B. I. Graubard (1998), Survey Methodology 24, 193–201.
#[must_use]
pub fn effective_size(p: f64, variance: f64, n: f64, df: f64, level: f64) -> Option<f64> {
    let raw = p * (1.0 - p) / variance;
    let (Some(of_n), Some(of_df)) = (critical_t(n - 1.0, level), critical_t(df, level)) else {
        return (n >= 1.0 && raw.is_finite()).then_some(0.0);
    };
    let size = raw * (of_n / of_df).powi(2);
    (size.is_finite() && size >= 0.0).then_some(size)
}

/// The number of people who would say yes or no with the variance of a figure between 0 and 1,
/// corrected for the degrees of freedom of that variance.
///
/// n* = p(1−p)/V · (z/t(df))².
/// Beta limits with it are Korn and Graubard's, but for the reference z instead of t(n−1): their
/// limits are those of people counted one by one, for whom V needs no estimate, while for scores
/// it does.
/// It may exceed n: answers that differ little, and a large part of the population observed, are
/// worth more than as many persons who say yes or no.
#[must_use]
pub fn effective_number(p: f64, variance: f64, df: f64, level: f64) -> Option<f64> {
    let z = normal_quantile(1.0 - tail_of(level)?)?;
    let size = p * (1.0 - p) / variance * (z / critical_t(df, level)?).powi(2);
    (size.is_finite() && size >= 0.0).then_some(size)
}

/// Beta limits of a share with an effective sample size (Clopper and Pearson 1934, Korn and
/// Graubard 1998).
#[must_use]
pub fn beta_interval(p: f64, size: f64, level: f64) -> Option<[f64; 2]> {
    let tail = tail_of(level)?;
    if !((0.0..=1.0).contains(&p) && size >= 0.0 && size.is_finite()) {
        return None;
    }
    let (yes, no) = (size * p, size * (1.0 - p));
    let low = if yes > 0.0 { beta_quantile(tail, yes, no + 1.0)? } else { 0.0 };
    let high = if no > 0.0 { beta_quantile(1.0 - tail, yes + 1.0, no)? } else { 1.0 };
    // With no information at all every share is possible.
    Some(if size == 0.0 { [0.0, 1.0] } else { [low, high] })
}

/// Wilson's score limits of a share with an effective sample size (E. B. Wilson 1927, JASA 22).
#[must_use]
pub fn wilson_interval(p: f64, size: f64, level: f64) -> Option<[f64; 2]> {
    let z = normal_quantile(1.0 - tail_of(level)?)?;
    if size == 0.0 {
        return Some([0.0, 1.0]);
    }
    let z2 = z * z;
    let centre = (p + z2 / (2.0 * size)) / (1.0 + z2 / size);
    let inside = p * (1.0 - p) / size + z2 / (4.0 * size * size);
    let half = z * inside.sqrt() / (1.0 + z2 / size);
    finite([(centre - half).max(0.0), (centre + half).min(1.0)])
}

/// Limits where the scaled binomial likelihood falls by t²/2 (Rao and Scott 1984).
///
/// `size` is p(1−p)/V·(n − 1)/n: the variance of the binomial model is estimated by its Pearson
/// residuals, with n − 1 below.
#[must_use]
pub fn likelihood_interval(p: f64, size: f64, df: f64, level: f64) -> Option<[f64; 2]> {
    let t = critical_t(df, level)?;
    if !(p > 0.0 && p < 1.0 && size > 0.0 && size.is_finite()) {
        return None;
    }
    let excess = |q: f64| {
        let deviance = p * (p / q).ln() + (1.0 - p) * ((1.0 - p) / (1.0 - q)).ln();
        2.0 * size * deviance - t * t
    };
    let limit = |mut far: f64, mut near: f64| {
        for _ in 0..200 {
            let middle = 0.5 * (far + near);
            if middle == far || middle == near {
                break;
            }
            if excess(middle) > 0.0 {
                far = middle;
            } else {
                near = middle;
            }
        }
        near
    };
    finite([limit(0.0, p), limit(1.0, p)])
}

/// Exact limits for the number of people who would say yes, in a population of `population`
/// of which `respondents`, drawn at random, answered and `yes` said yes.
///
/// The lower limit is the smallest K with P(X ≥ yes | K) > α/2, the upper the largest K with
/// P(X ≤ yes | K) > α/2, for X hypergeometric; a census gives the point.
/// Nothing for populations beyond 10⁹.
///
/// Source: T. Wright (1991), Exact Confidence Bounds when Sampling from Small Finite Universes;
/// J. P. Wendell, J. Schmee (1996), JASA 91.
#[must_use]
pub fn hypergeometric_interval(
    yes: u64,
    respondents: u64,
    population: u64,
    level: f64,
) -> Option<[u64; 2]> {
    let tail = tail_of(level)? * (1.0 + 1e-10);
    // Beyond this the logarithms of factorials lose the digits that decide.
    let countable = population <= 1_000_000_000;
    if yes > respondents || respondents > population || respondents == 0 || !countable {
        return None;
    }
    let urn = Urn { population, respondents };
    let last = population - (respondents - yes);
    let (mut low, mut high) = (yes, last);
    while low < high {
        let middle = low + (high - low) / 2;
        if urn.at_least(yes, middle) > tail { high = middle } else { low = middle + 1 }
    }
    let lower = low;
    let (mut low, mut high) = (yes, last);
    while low < high {
        let middle = low + (high - low).div_ceil(2);
        if urn.at_most(yes, middle) > tail { low = middle } else { high = middle - 1 }
    }
    Some([lower, low])
}

/// Limits of a share when all of an effective number of answers are alike.
///
/// No gain is taken from a finite population: several strata may hide one dissenter each.
///
/// Source: C. J. Clopper, E. S. Pearson (1934), Biometrika 26, with Kish's effective number.
#[must_use]
pub fn degenerate_interval(effective: f64, all_yes: bool, level: f64) -> Option<[f64; 2]> {
    let tail = tail_of(level)?;
    if !(effective > 0.0 && effective.is_finite()) {
        return None;
    }
    let limit = tail.powf(1.0 / effective);
    Some(if all_yes { [limit, 1.0] } else { [0.0, 1.0 - limit] })
}

/// Draws without replacement from a population with some people who say yes.
struct Urn {
    population: u64,
    respondents: u64,
}

impl Urn {
    /// P(X ≥ x) when `k` of the population say yes.
    fn at_least(&self, x: u64, k: u64) -> f64 {
        let mean = self.respondents as f64 * k as f64 / self.population as f64;
        if (x as f64) > mean {
            self.upwards(x, k)
        } else {
            1.0 - self.downwards(x.checked_sub(1), k)
        }
    }

    /// P(X ≤ x) when `k` of the population say yes.
    fn at_most(&self, x: u64, k: u64) -> f64 {
        let mean = self.respondents as f64 * k as f64 / self.population as f64;
        if (x as f64) < mean { self.downwards(Some(x), k) } else { 1.0 - self.upwards(x + 1, k) }
    }

    /// Σ_{i ≥ x} P(X = i), by the ratio of neighbouring terms.
    fn upwards(&self, x: u64, k: u64) -> f64 {
        let Self { population, respondents: n } = *self;
        let last = n.min(k);
        let first = x.max(n.saturating_sub(population - k));
        let mut term = self.probability(first, k);
        let mut sum = 0.0;
        for i in first..=last {
            sum += term;
            if term <= sum * 1e-18 {
                break;
            }
            let (i, k, n) = (i as f64, k as f64, n as f64);
            term *= (k - i) * (n - i) / ((i + 1.0) * (population as f64 - k - n + i + 1.0));
        }
        sum.min(1.0)
    }

    /// Σ_{i ≤ x} P(X = i).
    fn downwards(&self, x: Option<u64>, k: u64) -> f64 {
        let Self { population, respondents: n } = *self;
        let Some(x) = x else { return 0.0 };
        let first = n.saturating_sub(population - k);
        let last = x.min(n.min(k));
        if last < first {
            return 0.0;
        }
        let mut term = self.probability(last, k);
        let mut sum = 0.0;
        for i in (first..=last).rev() {
            sum += term;
            if term <= sum * 1e-18 {
                break;
            }
            let (i, k, n) = (i as f64, k as f64, n as f64);
            term *= i * (population as f64 - k - n + i) / ((k - i + 1.0) * (n - i + 1.0));
        }
        sum.min(1.0)
    }

    fn probability(&self, i: u64, k: u64) -> f64 {
        let Self { population, respondents: n } = *self;
        if i > k || i > n || n - i > population - k {
            return 0.0;
        }
        (ln_choose(k, i) + ln_choose(population - k, n - i) - ln_choose(population, n)).exp()
    }
}

fn ln_choose(n: u64, k: u64) -> f64 {
    let (n, k) = (n as f64, k as f64);
    ln_gamma(n + 1.0) - ln_gamma(k + 1.0) - ln_gamma(n - k + 1.0)
}

/// α/2 of a confidence level.
pub(crate) fn tail_of(level: f64) -> Option<f64> {
    (level > 0.0 && level < 1.0).then_some(0.5 * (1.0 - level))
}

pub(crate) fn critical_t(df: f64, level: f64) -> Option<f64> {
    student_t_quantile(1.0 - tail_of(level)?, df)
}

fn finite(interval: [f64; 2]) -> Option<[f64; 2]> {
    (interval[0].is_finite() && interval[1].is_finite()).then_some(interval)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn exact_limits_contain_only_possible_counts() {
        assert_eq!(hypergeometric_interval(9, 10, 14, 0.95), Some([10, 13]));
        assert_eq!(hypergeometric_interval(0, 12, 40, 0.95), Some([0, 9]));
        assert_eq!(hypergeometric_interval(7, 7, 7, 0.95), Some([7, 7]));
        assert_eq!(hypergeometric_interval(3, 2, 7, 0.95), None);
        assert_eq!(hypergeometric_interval(0, 0, 7, 0.95), None);
    }

    #[test]
    fn exact_tails_agree_with_plain_summation() {
        // Σ over all samples of 5 from 12 people of whom 4 say yes: 792 samples.
        let urn = Urn { population: 12, respondents: 5 };
        let ways = [56.0, 280.0, 336.0, 112.0, 8.0];
        for (count, x) in (0..=4u64).enumerate() {
            let at_most: f64 = ways.iter().take(count + 1).sum::<f64>() / 792.0;
            assert!((urn.at_most(x, 4) - at_most).abs() < 1e-12);
            let below = ways.iter().take(count).sum::<f64>() / 792.0;
            assert!((urn.at_least(x, 4) - (1.0 - below)).abs() < 1e-12);
        }
    }

    #[test]
    fn limits_never_leave_the_scale() {
        let [low, high] = logit_interval(97.0, 2.0, 7.0, [0.0, 100.0], 0.95).unwrap();
        assert!(low > 85.0 && low < 97.0 && high > 99.0 && high < 100.0);
        assert_eq!(logit_interval(100.0, 2.0, 7.0, [0.0, 100.0], 0.95), None);
        assert_eq!(t_interval(1.0, 1.0, 0.0, 0.95), None);
        assert_eq!(t_interval(1.0, 1.0, 3.0, 1.0), None);
        assert_eq!(beta_interval(0.3, 0.0, 0.95), Some([0.0, 1.0]));
    }
}
