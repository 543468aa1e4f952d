//! The critical value of one unit's comparisons with others, where all estimates are independent.
//!
//! Given the unit's own error the comparisons are independent of each other, so that the
//! distribution of the largest is an integral over one normal variable: no draws, no seed.
//!
//! Source: C. W. Dunnett (1955), JASA 50 (comparisons with a control).

use crate::distribution::{normal_cdf, normal_quantile, normal_tail};
use crate::quadrature::integral;

/// Beyond this a standard normal is not found (10⁻¹³).
const FAR: f64 = 7.5;
/// Error of a probability that does not matter: critical values are then right to eight digits.
const SMALL: f64 = 1e-10;

/// In which direction a comparison is still open.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Side {
    /// In both.
    Both,
    /// The other unit may prove larger.
    OtherLarger,
    /// The other unit may prove smaller.
    OtherSmaller,
}

/// A comparison with another unit.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Other {
    /// Standard error of the other unit's estimate.
    pub(crate) se: f64,
    pub(crate) side: Side,
}

/// The level-quantile of the largest studentised difference, 0 at least; `own` is the standard
/// error of the unit's estimate, and no comparison is between two estimates without error.
pub(crate) fn critical_value(own: f64, others: &[Other], level: f64) -> Option<f64> {
    let both = others.iter().any(|other| other.side == Side::Both);
    let least = if both { 0.5 * (1.0 + level) } else { level };
    let mut low = normal_quantile(least)?.max(0.0);
    let mut high = normal_quantile(1.0 - 0.5 * (1.0 - level) / others.len().max(1) as f64)?;
    let excess = |c: f64| probability(own, others, c) - level;
    let (mut below, mut above) = (excess(low), excess(high));
    if below >= 0.0 || others.is_empty() {
        return Some(low);
    }
    if above <= 0.0 {
        return Some(high);
    }
    // The false position, the weight of an end that stays halved (Illinois).
    for _ in 0..100 {
        let c = high - above * (high - low) / (above - below);
        let value = excess(c);
        if value.abs() < SMALL || high - low < SMALL {
            return Some(c);
        }
        if value > 0.0 {
            (high, above) = (c, value);
            below *= 0.5;
        } else {
            (low, below) = (c, value);
            above *= 0.5;
        }
    }
    Some(0.5 * (low + high))
}

/// The probability that no studentised difference exceeds c.
fn probability(own: f64, others: &[Other], c: f64) -> f64 {
    let (mut from, mut to) = (-FAR, FAR);
    for other in others.iter().filter(|other| other.se == 0.0) {
        // Without an error of its own the other unit only limits the error of this one.
        if other.side != Side::OtherSmaller {
            from = f64::max(from, -c);
        }
        if other.side != Side::OtherLarger {
            to = f64::min(to, c);
        }
    }
    let within = |error: f64| -> f64 {
        let factor = |other: &Other| {
            let reach = c * (own * own + other.se * other.se).sqrt();
            let (low, high) = ((error - reach) / other.se, (error + reach) / other.se);
            match other.side {
                Side::Both => normal_cdf(high) - normal_cdf(low),
                Side::OtherLarger => normal_cdf(high),
                Side::OtherSmaller => normal_tail(low),
            }
        };
        others.iter().filter(|other| other.se > 0.0).map(factor).product()
    };
    if own == 0.0 {
        return within(0.0);
    }
    let density = |z: f64| (-0.5 * z * z).exp() / (2.0 * std::f64::consts::PI).sqrt();
    integral(from, to, 0.1 * SMALL, &|z| density(z) * within(own * z))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::simulate::{Critical, Errors};

    #[test]
    fn one_comparison_has_the_normal_quantile() {
        for (own, se) in [(1.0, 2.0), (0.0, 3.0), (2.0, 0.0)] {
            let two_sided = critical_value(own, &[Other { se, side: Side::Both }], 0.95).unwrap();
            assert!((two_sided - normal_quantile(0.975).unwrap()).abs() < 1e-8, "{own} {se}");
            for side in [Side::OtherLarger, Side::OtherSmaller] {
                let one_sided = critical_value(own, &[Other { se, side }], 0.95).unwrap();
                assert!((one_sided - normal_quantile(0.95).unwrap()).abs() < 1e-8, "{side:?}");
            }
        }
    }

    #[test]
    fn many_comparisons_agree_with_simulation() {
        let errors = [0.7, 1.0, 0.2, 3.0, 0.0];
        let sides = [Side::Both, Side::OtherLarger, Side::OtherSmaller, Side::Both];
        let others: Vec<Other> =
            errors[1..].iter().zip(sides).map(|(&se, side)| Other { se, side }).collect();
        let exact = critical_value(errors[0], &others, 0.9).unwrap();
        let entry = |i: usize, j: usize| if i == j { errors[i] * errors[i] } else { 0.0 };
        let covariance: Vec<Vec<f64>> =
            (0..5).map(|i| (0..5).map(|j| entry(i, j)).collect()).collect();
        let mut drawn = Errors::seeded(&covariance, [2; 32]).unwrap();
        let largest = (0..400_000).map(|_| {
            let e = drawn.next();
            let studentised = others.iter().enumerate().map(|(k, other)| {
                let t = (e[k + 1] - e[0]) / errors[0].hypot(other.se);
                match other.side {
                    Side::Both => t.abs(),
                    Side::OtherLarger => t,
                    Side::OtherSmaller => -t,
                }
            });
            studentised.fold(0.0, f64::max)
        });
        let simulated = Critical::of(largest.collect(), 0.9);
        let distance = (exact - simulated.value).abs();
        assert!(distance < 4.0 * simulated.error, "{exact} {simulated:?}");
    }

    #[test]
    fn a_low_level_and_no_comparison_give_the_least_value() {
        assert_eq!(critical_value(1.0, &[], 0.95), normal_quantile(0.95));
        let other = Other { se: 1.0, side: Side::OtherLarger };
        assert_eq!(critical_value(1.0, &[other], 0.3), Some(0.0));
        assert_eq!(critical_value(1.0, &[other], 1.0), None);
    }
}
