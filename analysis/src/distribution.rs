//! Student's t, normal, chi-squared, F and beta, without the weak spots of the library below.
//!
//! Everything here is total: arguments outside the domain give `None`, never a panic or a NaN.
//! Upper tails are computed as tails, never as one minus a distribution function.

use libm::{erfc, lgamma as ln_gamma};
use statrs::function::erf::erfc_inv;
use statrs::function::gamma::{checked_gamma_lr, checked_gamma_ur};

/// Above this many degrees of freedom the t quantile is taken from its expansion in 1/df.
///
/// The inverse of the library loses digits there (6e-5 at 10⁶); the expansion is exact to 1e-13.
const LARGE_DF: f64 = 1_000.0;

/// Above this a beta or a chi-squared distribution is taken as normal (after a cube root for the
/// latter, Wilson and Hilferty 1931).
const LARGE_SHAPE: f64 = 1e7;

/// The quantile of the standard normal distribution, for 0 < p < 1.
#[must_use]
pub fn normal_quantile(p: f64) -> Option<f64> {
    if !(p > 0.0 && p < 1.0) {
        return None;
    }
    let mut z = -std::f64::consts::SQRT_2 * erfc_inv(2.0 * p);
    // One step of Halley on the lower of the two tails removes the error of the inverse.
    for _ in 0..2 {
        let (target, tail, sign) =
            if p <= 0.5 { (p, normal_tail(-z), 1.0) } else { (1.0 - p, normal_tail(z), -1.0) };
        let density = (-0.5 * z * z).exp() / (2.0 * std::f64::consts::PI).sqrt();
        let step = sign * (tail - target) / density;
        let next = z - step / (1.0 + 0.5 * z * step);
        if !next.is_finite() {
            break;
        }
        z = next;
    }
    Some(z)
}

/// P(Z > z) for a standard normal Z.
#[must_use]
pub fn normal_tail(z: f64) -> f64 {
    0.5 * erfc(z / std::f64::consts::SQRT_2)
}

/// P(Z ≤ z) for a standard normal Z.
#[must_use]
pub fn normal_cdf(z: f64) -> f64 {
    normal_tail(-z)
}

/// The quantile of Student's t with `df` > 0 degrees of freedom (infinity = normal).
///
/// Beyond 1,000 degrees of freedom by the expansion of Fisher and Cornish (1960), as in
/// Abramowitz and Stegun (1964), formula 26.7.5.
#[must_use]
pub fn student_t_quantile(p: f64, df: f64) -> Option<f64> {
    if !(p > 0.0 && p < 1.0 && df > 0.0) {
        return None;
    }
    if p == 0.5 {
        return Some(0.0);
    }
    if df > LARGE_DF {
        return normal_quantile(p).map(|z| t_from_normal(z, df));
    }
    if df > 30.0
        && let Some(t) = polished_t(p, df)
    {
        return Some(t);
    }
    // 2·tail = I_y(df/2, 1/2) with y = df/(df + t²); the smaller tail keeps its digits.
    let tail = p.min(1.0 - p);
    let y = beta_quantile(2.0 * tail, 0.5 * df, 0.5)?;
    let rest = beta_complement(2.0 * tail, 0.5 * df, y)?;
    let t = (df * rest / y).sqrt();
    t.is_finite().then_some(if p > 0.5 { t } else { -t })
}

/// Newton's method on the tail, from the expansion; nothing if it does not settle.
fn polished_t(p: f64, df: f64) -> Option<f64> {
    let tail = p.min(1.0 - p);
    let mut t = t_from_normal(normal_quantile(1.0 - tail)?, df);
    for _ in 0..8 {
        let (x, y) = (df / (df + t * t), t * t / (df + t * t));
        // The density of t is that of y = t²/(df + t²) times dy/dt over two.
        let density = beta_front(y, x, 0.5, 0.5 * df) / t;
        let step = (0.5 * beta_tail(x, y, 0.5 * df, 0.5)? - tail) / density;
        if !step.is_finite() {
            return None;
        }
        t += step;
        if step.abs() <= 1e-14 * t.abs() {
            return Some(if p > 0.5 { t } else { -t });
        }
    }
    None
}

/// 1 − y where y is the beta(a, 1/2) quantile of p, without cancellation near y = 1.
fn beta_complement(p: f64, a: f64, y: f64) -> Option<f64> {
    if y < 0.9 { Some(1.0 - y) } else { beta_quantile(1.0 - p, 0.5, a) }
}

fn t_from_normal(z: f64, df: f64) -> f64 {
    if df.is_infinite() {
        return z;
    }
    let z2 = z * z;
    let g1 = z * (z2 + 1.0) / 4.0;
    let g2 = z * ((5.0 * z2 + 16.0) * z2 + 3.0) / 96.0;
    let g3 = z * (((3.0 * z2 + 19.0) * z2 + 17.0) * z2 - 15.0) / 384.0;
    let g4 = z * ((((79.0 * z2 + 776.0) * z2 + 1482.0) * z2 - 1920.0) * z2 - 945.0) / 92_160.0;
    z + (((g4 / df + g3) / df + g2) / df + g1) / df
}

/// P(|T| > |t|) for Student's t with `df` > 0 degrees of freedom (infinity = normal).
#[must_use]
pub fn student_t_two_sided(t: f64, df: f64) -> Option<f64> {
    if t.is_nan() || df.is_nan() || df <= 0.0 {
        return None;
    }
    if t.is_infinite() {
        return Some(0.0);
    }
    if df.is_infinite() || df > 1e12 {
        return Some((2.0 * normal_tail(t.abs())).min(1.0));
    }
    let t2 = t * t;
    beta_tail(df / (df + t2), t2 / (df + t2), 0.5 * df, 0.5)
}

/// P(X > x) for chi-squared with `df` > 0 degrees of freedom.
#[must_use]
pub fn chi_squared_tail(x: f64, df: f64) -> Option<f64> {
    if x.is_nan() || !(df > 0.0 && df.is_finite()) {
        return None;
    }
    if x <= 0.0 {
        return Some(1.0);
    }
    if x.is_infinite() {
        return Some(0.0);
    }
    if x > 10.0 * df + 1e4 {
        return Some(0.0);
    }
    if df > LARGE_SHAPE {
        let shift = 2.0 / (9.0 * df);
        let z = ((x / df).cbrt() - (1.0 - shift)) / shift.sqrt();
        return Some(normal_tail(z)).filter(|p| p.is_finite());
    }
    checked_gamma_ur(0.5 * df, 0.5 * x).ok().and_then(probability)
}

/// The quantile of chi-squared with `df` > 0 degrees of freedom.
#[must_use]
pub fn chi_squared_quantile(p: f64, df: f64) -> Option<f64> {
    if !(p > 0.0 && p < 1.0 && df > 0.0 && df.is_finite()) {
        return None;
    }
    if df > LARGE_SHAPE {
        let shift = 2.0 / (9.0 * df);
        let root = 1.0 - shift + normal_quantile(p)? * shift.sqrt();
        return Some(df * root.powi(3)).filter(|x| x.is_finite());
    }
    let shape = 0.5 * df;
    let constant = ln_gamma(shape);
    let lower = p <= 0.5;
    let excess = |x: f64| -> Option<f64> {
        if lower {
            checked_gamma_lr(shape, x).ok().map(|v| v - p)
        } else {
            checked_gamma_ur(shape, x).ok().map(|v| (1.0 - p) - v)
        }
    };
    let density = |x: f64| ((shape - 1.0) * x.ln() - x - constant).exp();
    let mut high = shape + 1.0;
    while excess(high)? < 0.0 {
        high *= 2.0;
        if high > 1e300 {
            return None;
        }
    }
    newton_in_bracket(0.0, high, excess, density).map(|x| 2.0 * x)
}

/// P(B ≤ x) for a beta distribution with shapes `a`, `b` > 0.
#[must_use]
pub fn beta_cdf(x: f64, a: f64, b: f64) -> Option<f64> {
    beta_tail(x, 1.0 - x, a, b)
}

/// P(B ≤ x) with y = 1 − x given apart, so that neither loses digits near 0.
///
/// By the continued fraction of Lentz's method (Press et al. 2007, Numerical Recipes, 3rd ed.,
/// section 6.4), run until it converges: the library stops after 140 terms, too early for shapes
/// beyond about 10⁴.
/// The factor before it is Loader's (2000) saddle-point form, accurate for large shapes.
pub(crate) fn beta_tail(x: f64, y: f64, a: f64, b: f64) -> Option<f64> {
    if x.is_nan() || y.is_nan() || !(a > 0.0 && b > 0.0 && a.is_finite() && b.is_finite()) {
        return None;
    }
    if x <= 0.0 {
        return Some(0.0);
    }
    if y <= 0.0 {
        return Some(1.0);
    }
    if a.max(b) > LARGE_SHAPE {
        // Practically normal, and too long a fraction.
        let mean = a / (a + b);
        let spread = (mean * (b / (a + b)) / (a + b)).sqrt();
        return Some(normal_cdf((x - mean) / spread)).filter(|p| p.is_finite());
    }
    let front = beta_front(x, y, a, b);
    let value = if x < (a + 1.0) / (a + b + 2.0) {
        front * continued_fraction(x, a, b) / a
    } else {
        1.0 - front * continued_fraction(y, b, a) / b
    };
    value.is_finite().then_some(value.clamp(0.0, 1.0))
}

/// x^a y^b / B(a, b).
fn beta_front(x: f64, y: f64, a: f64, b: f64) -> f64 {
    let n = a + b;
    let exponent = stirling_error(n)
        - stirling_error(a)
        - stirling_error(b)
        - deviance(a, n * x)
        - deviance(b, n * y);
    (a * b / n) * (n / (2.0 * std::f64::consts::PI * a * b)).sqrt() * exponent.exp()
}

/// ln Γ(n + 1) less Stirling's formula (C. Loader 2000, Fast and accurate computation of
/// binomial probabilities).
fn stirling_error(n: f64) -> f64 {
    if n <= 15.0 {
        let half_log = 0.5 * (2.0 * std::f64::consts::PI).ln();
        return ln_gamma(n + 1.0) - (n + 0.5) * n.ln() + n - half_log;
    }
    let n2 = n * n;
    (1.0 / 12.0
        - (1.0 / 360.0 - (1.0 / 1260.0 - (1.0 / 1680.0 - 1.0 / 1188.0 / n2) / n2) / n2) / n2)
        / n
}

/// x·ln(x/m) + m − x without cancellation near x = m (Loader 2000).
fn deviance(x: f64, m: f64) -> f64 {
    let difference = x - m;
    if difference.abs() >= 0.1 * (x + m) {
        return x * (x / m).ln() + m - x;
    }
    let v = difference / (x + m);
    let mut sum = difference * v;
    let mut power = 2.0 * x * v;
    for j in 1..1000 {
        power *= v * v;
        let next = sum + power / f64::from(2 * j + 1);
        if next == sum {
            break;
        }
        sum = next;
    }
    sum
}

fn continued_fraction(x: f64, a: f64, b: f64) -> f64 {
    let guard = |v: f64| if v.abs() < 1e-300 { 1e-300 } else { v };
    let mut c = 1.0;
    let mut d = 1.0 / guard(1.0 - (a + b) * x / (a + 1.0));
    let mut h = d;
    for m in 1..20_000 {
        let m = f64::from(m);
        let even = m * (b - m) * x / ((a + 2.0 * m - 1.0) * (a + 2.0 * m));
        d = 1.0 / guard(1.0 + even * d);
        c = guard(1.0 + even / c);
        h *= d * c;
        let odd = -(a + m) * (a + b + m) * x / ((a + 2.0 * m) * (a + 2.0 * m + 1.0));
        d = 1.0 / guard(1.0 + odd * d);
        c = guard(1.0 + odd / c);
        let change = d * c;
        h *= change;
        if (change - 1.0).abs() <= 1e-16 {
            break;
        }
    }
    h
}

/// The quantile of a beta distribution with shapes `a`, `b` > 0.
#[must_use]
pub fn beta_quantile(p: f64, a: f64, b: f64) -> Option<f64> {
    if !((0.0..=1.0).contains(&p) && a > 0.0 && b > 0.0 && a.is_finite() && b.is_finite()) {
        return None;
    }
    if p == 0.0 || p == 1.0 {
        return Some(p);
    }
    // Work on the side where the quantile is small, so that it keeps its relative digits.
    if beta_cdf(0.5, a, b)? < p {
        return small_beta_quantile(p, a, b, true).map(|x| 1.0 - x);
    }
    small_beta_quantile(p, a, b, false)
}

/// The quantile in (0, 1/2] of beta(a, b), or of its mirror image beta(b, a).
fn small_beta_quantile(p: f64, a: f64, b: f64, mirrored: bool) -> Option<f64> {
    let (first, second) = if mirrored { (b, a) } else { (a, b) };
    let excess = |x: f64| {
        if mirrored {
            // P(B ≤ 1 − x) of the original, to be compared with p from above.
            beta_tail(1.0 - x, x, a, b).map(|v| p - v)
        } else {
            beta_tail(x, 1.0 - x, a, b).map(|v| v - p)
        }
    };
    let density = |x: f64| beta_front(x, 1.0 - x, first, second) / (x * (1.0 - x));
    newton_in_bracket(0.0, 0.5, excess, density)
}

/// P(F > x) for Fisher's F with `d1`, `d2` > 0 degrees of freedom (`d2` may be infinite).
#[must_use]
pub fn fisher_f_tail(x: f64, d1: f64, d2: f64) -> Option<f64> {
    if x.is_nan() || !(d1 > 0.0 && d1.is_finite() && d2 > 0.0) {
        return None;
    }
    if x <= 0.0 {
        return Some(1.0);
    }
    if x.is_infinite() {
        return Some(0.0);
    }
    if d2.is_infinite() {
        return chi_squared_tail(d1 * x, d1);
    }
    let whole = d2 + d1 * x;
    beta_tail(d2 / whole, d1 * x / whole, 0.5 * d2, 0.5 * d1)
}

/// The quantile of Fisher's F with `d1`, `d2` > 0 degrees of freedom.
#[must_use]
pub fn fisher_f_quantile(p: f64, d1: f64, d2: f64) -> Option<f64> {
    if !(p > 0.0 && p < 1.0 && d1 > 0.0 && d1.is_finite() && d2 > 0.0) {
        return None;
    }
    if d2.is_infinite() {
        return chi_squared_quantile(p, d1).map(|x| x / d1);
    }
    // With B ~ beta(d1/2, d2/2), F = (d2/d1)·B/(1 − B); take whichever of B, 1 − B is small.
    let b = beta_quantile(p, 0.5 * d1, 0.5 * d2)?;
    let odds = if b < 0.5 {
        b / (1.0 - b)
    } else {
        let rest = beta_quantile(1.0 - p, 0.5 * d2, 0.5 * d1)?;
        (1.0 - rest) / rest
    };
    let x = odds * d2 / d1;
    x.is_finite().then_some(x)
}

/// Newton's method held inside a bracket: `excess` rises from below to above zero.
fn newton_in_bracket(
    mut low: f64,
    mut high: f64,
    excess: impl Fn(f64) -> Option<f64>,
    density: impl Fn(f64) -> f64,
) -> Option<f64> {
    let mut x = 0.5 * (low + high);
    for _ in 0..200 {
        let value = excess(x)?;
        if value == 0.0 {
            return Some(x);
        }
        if value > 0.0 {
            high = x;
        } else {
            low = x;
        }
        let mut next = x - value / density(x);
        if !(next > low && next < high) {
            // Geometric steps find quantiles as small as 1e-300 in few rounds.
            next = if low > 0.0 && high / low > 4.0 {
                (low * high).sqrt()
            } else if low == 0.0 && high > 1e-300 && x == high {
                high * 1e-2
            } else {
                0.5 * (low + high)
            };
        }
        if (next - x).abs() <= 1e-16 * x.abs() || next == x {
            return Some(next);
        }
        x = next;
    }
    Some(x)
}

/// A probability, or nothing if the library returned a non-number.
fn probability(value: f64) -> Option<f64> {
    value.is_finite().then_some(value.clamp(0.0, 1.0))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn close(got: Option<f64>, want: f64, relative: f64) {
        let got = got.expect("a value");
        assert!((got - want).abs() <= relative * want.abs().max(1e-300), "{got} is not {want}");
    }

    #[test]
    fn t_quantiles_hold_where_the_library_does_not() {
        close(student_t_quantile(0.975, 1.0), 12.706_204_736_174_7, 1e-12);
        close(student_t_quantile(0.975, 1e6), 1.959_966_356_814_1, 1e-12);
        close(student_t_quantile(0.975, f64::INFINITY), 1.959_963_984_540_05, 1e-12);
        for df in [999.0, 1_001.0] {
            let t = student_t_quantile(0.995, df).expect("a value");
            close(student_t_two_sided(t, df), 0.01, 1e-10);
        }
    }

    #[test]
    fn arguments_outside_the_domain_give_nothing() {
        for bad in [f64::NAN, -1.0, 0.0, 1.0, 2.0, f64::INFINITY] {
            assert_eq!(normal_quantile(bad), None);
            assert_eq!(student_t_quantile(bad, 5.0), None);
            assert_eq!(chi_squared_quantile(bad, 3.0), None);
        }
        assert_eq!(student_t_quantile(0.9, 0.0), None);
        assert_eq!(student_t_quantile(0.9, f64::NAN), None);
        assert_eq!(beta_quantile(0.5, 0.0, 1.0), None);
        assert_eq!(fisher_f_tail(1.0, -1.0, 2.0), None);
    }

    #[test]
    fn beta_quantiles_come_back_through_the_distribution_function() {
        for a in [0.01, 0.5, 1.0, 7.3, 400.0] {
            for b in [0.02, 0.5, 2.0, 33.0, 9e4] {
                for p in [1e-6, 0.025, 0.4, 0.975, 0.999] {
                    let x = beta_quantile(p, a, b).expect("a value");
                    assert!((0.0..=1.0).contains(&x));
                    if x > 1e-290 && x < 1.0 - 1e-6 {
                        close(beta_cdf(x, a, b), p, 1e-8);
                    }
                }
            }
        }
    }
}
