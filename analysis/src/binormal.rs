//! The bivariate normal distribution.
//!
//! Source: R. L. Plackett (1954), Biometrika 41 (the integral over the correlation); Z. Drezner,
//! G. O. Wesolowsky (1990), Journal of Statistical Computation and Simulation 35, and A. Genz
//! (2004), Statistics and Computing 14 (the integral over its arc sine, and from the side of
//! perfect correlation where correlations are high).

use std::f64::consts::{FRAC_PI_2, PI};

use crate::distribution::normal_cdf;
use crate::quadrature::panel;

/// Above this correlation the integral is taken from the other side.
const HIGH: f64 = 0.8;

/// P(X ≤ h, Y ≤ k) for standard normal X and Y with correlation ρ in [−1, 1]; h and k may be
/// infinite.
///
/// Absolute error below 10⁻¹².
pub(crate) fn bivariate_normal_cdf(h: f64, k: f64, rho: f64) -> f64 {
    if h == f64::NEG_INFINITY || k == f64::NEG_INFINITY {
        return 0.0;
    }
    if h == f64::INFINITY || k == f64::INFINITY {
        return normal_cdf(h.min(k));
    }
    let value = if rho < 0.0 {
        // P(X ≤ h) − P(X ≤ h, −Y ≤ −k), and −Y has the correlation −ρ.
        normal_cdf(h) - positive(h, -k, -rho)
    } else {
        positive(h, k, rho)
    };
    value.clamp(0.0, 1.0)
}

/// The density at (h, k); 0 where either is infinite, and for perfect correlation.
pub(crate) fn bivariate_normal_density(h: f64, k: f64, rho: f64) -> f64 {
    let rest = 1.0 - rho * rho;
    if h.is_infinite() || k.is_infinite() || rest <= 0.0 {
        return 0.0;
    }
    (-0.5 * (h * h - 2.0 * rho * h * k + k * k) / rest).exp() / (2.0 * PI * rest.sqrt())
}

/// For correlations of 0 and above.
fn positive(h: f64, k: f64, rho: f64) -> f64 {
    if rho <= HIGH {
        let integrand = |angle: f64| {
            let (sine, cosine) = angle.sin_cos();
            (-0.5 * (h * h + k * k - 2.0 * h * k * sine) / (cosine * cosine)).exp()
        };
        let end = rho.asin();
        let panels = 4;
        let width = end / f64::from(panels);
        let panel = |i: i32| panel(f64::from(i) * width, f64::from(i + 1) * width, &integrand);
        return normal_cdf(h) * normal_cdf(k) + (0..panels).map(panel).sum::<f64>() / (2.0 * PI);
    }
    // With perfect correlation both are below when the smaller limit is not passed. The rest is
    // an integral whose integrand changes where the angle is like h − k: panels that halve.
    let distance = (h - k) * (h - k);
    let integrand = |angle: f64| {
        let (sine, cosine) = angle.sin_cos();
        (-0.5 * distance / (sine * sine) - h * k / (1.0 + cosine)).exp()
    };
    let mut end = FRAC_PI_2 - rho.min(1.0).asin();
    let mut sum = 0.0;
    for _ in 0..60 {
        // Below a fortieth of |h − k| the integrand is exp(−800).
        if end <= 0.0 || end * end * 1600.0 < distance {
            break;
        }
        sum += panel(0.5 * end, end, &integrand);
        end *= 0.5;
    }
    normal_cdf(h.min(k)) - sum / (2.0 * PI)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// ∫ φ(x) Φ((k − ρx)/√(1 − ρ²)) dx up to h, by Simpson's rule with steps of 1/4,000.
    fn by_conditioning(h: f64, k: f64, rho: f64) -> f64 {
        let rest = (1.0 - rho * rho).sqrt();
        let integrand =
            |x: f64| (-0.5 * x * x).exp() / (2.0 * PI).sqrt() * normal_cdf((k - rho * x) / rest);
        let (from, steps) = (-9.0, 72_000);
        let width = (h - from) / f64::from(steps);
        let weight = |i: i32| if i == 0 || i == steps { 1.0 } else { f64::from(2 + 2 * (i % 2)) };
        (0..=steps).map(|i| weight(i) * integrand(from + f64::from(i) * width)).sum::<f64>() * width
            / 3.0
    }

    #[test]
    fn it_agrees_with_integration_over_one_of_the_two() {
        for rho in [-0.99, -0.9, -0.5, -0.1, 0.0, 0.3, 0.79, 0.81, 0.95, 0.99] {
            for (h, k) in
                [(0.0, 0.0), (1.0, -0.5), (-2.0, -1.9), (0.3, 0.301), (2.5, 3.0), (-3.0, 2.0)]
            {
                let (got, want) = (bivariate_normal_cdf(h, k, rho), by_conditioning(h, k, rho));
                assert!((got - want).abs() < 1e-11, "{h} {k} {rho}: {got} {want}");
            }
        }
    }

    #[test]
    fn closed_forms_hold() {
        // Sheppard's theorem: P(X ≤ 0, Y ≤ 0) = 1/4 + asin(ρ)/2π.
        for rho in [-1.0f64, -0.97, -0.4, 0.0, 0.5, 0.8, 0.93, 0.999, 1.0] {
            let want = 0.25 + rho.asin() / (2.0 * PI);
            assert!((bivariate_normal_cdf(0.0, 0.0, rho) - want).abs() < 1e-13, "{rho}");
        }
        assert_eq!(bivariate_normal_cdf(f64::INFINITY, 0.7, 0.4), normal_cdf(0.7));
        assert_eq!(bivariate_normal_cdf(f64::NEG_INFINITY, 0.7, 0.4), 0.0);
        assert!((bivariate_normal_cdf(0.4, 0.9, 1.0) - normal_cdf(0.4)).abs() < 1e-15);
        assert!(bivariate_normal_cdf(0.4, -0.9, -1.0).abs() < 1e-15);
    }

    #[test]
    fn the_density_is_the_slope_over_the_correlation() {
        for rho in [-0.9, -0.3, 0.2, 0.85] {
            let step = 1e-5;
            let slope = (bivariate_normal_cdf(0.3, -0.8, rho + step)
                - bivariate_normal_cdf(0.3, -0.8, rho - step))
                / (2.0 * step);
            assert!((slope - bivariate_normal_density(0.3, -0.8, rho)).abs() < 1e-7);
        }
    }
}
