//! Sums and means of figures of independent samples of which only what was published is known.
//!
//! A published figure has a value, a standard error, degrees of freedom and limits, and nothing of
//! the answers behind it. Where the answers are at hand, [`crate::rounds`] and [`crate::year`]
//! know more.
//!
//! Source: F. E. Satterthwaite (1946), Biometrics Bulletin 2, and B. L. Welch (1947), Biometrika
//! 34 (degrees of freedom); G. Y. Zou, A. Donner (2008), Statistics in Medicine 27 (limits
//! recovered from those of the parts: right for limits that are no t limits, as those near an end
//! of a scale or of answers that are all alike).

use serde::Serialize;

use crate::exact_sum::{ExactSum, exact_sum};

/// A figure as it was published.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Published {
    /// The value.
    pub value: f64,
    /// The standard error; 0 for a census.
    pub se: Option<f64>,
    /// The degrees of freedom of the standard error.
    pub df: Option<f64>,
    /// The limits, of the same level for all figures that are combined.
    pub ci: Option<[f64; 2]>,
    /// Everybody was asked and answered: nothing is left to chance.
    pub census: bool,
}

/// The sum `Σ c_k θ_k`; a part with the coefficient 0 has no say in it.
///
/// Nothing without parts, or if the value is not a finite number. Standard error, degrees of
/// freedom and limits are each left out if a part does not have them.
#[must_use]
pub fn combined(parts: &[(f64, Published)]) -> Option<Published> {
    let parts: Vec<(f64, Published)> = parts.iter().copied().filter(|part| part.0 != 0.0).collect();
    if parts.is_empty() {
        return None;
    }
    let mut sum = ExactSum::default();
    parts.iter().for_each(|(c, part)| sum.add_product(*c, part.value));
    let value = finite(sum.value())?;
    let census = parts.iter().all(|(_, part)| part.census);
    let errors: Option<Vec<f64>> = parts.iter().map(|(c, part)| error(*c, part)).collect();
    Some(Published {
        value,
        se: errors.as_deref().and_then(|errors| finite(length(errors))),
        df: errors.and_then(|errors| degrees_of_freedom(&errors, &parts)),
        ci: if census { Some([value; 2]) } else { limits(value, &parts) },
        census,
    })
}

/// The mean `Σ w_k θ_k / Σ w_k`, as of the quarters of a year by their people; a part of weight
/// 0 has no say in it.
///
/// As [`combined`]; and nothing if a weight is negative, or their sum is no finite number above 0.
#[must_use]
pub fn weighted_mean(parts: &[(f64, Published)]) -> Option<Published> {
    if parts.iter().any(|(weight, _)| weight.is_nan() || *weight < 0.0) {
        return None;
    }
    let whole = finite(exact_sum(parts.iter().map(|(weight, _)| *weight)))?;
    // One division at the end: parts that are all the same have that mean to the last bit.
    let sum = combined(parts)?;
    Some(Published {
        value: finite(sum.value / whole)?,
        se: sum.se.and_then(|se| finite(se / whole)),
        ci: sum.ci.and_then(|ci| both_finite(ci.map(|limit| limit / whole))),
        ..sum
    })
}

/// What a part adds to the standard error, as a standard error.
fn error(c: f64, part: &Published) -> Option<f64> {
    if part.census {
        return Some(0.0);
    }
    part.se.filter(|se| *se >= 0.0).and_then(|se| finite(c.abs() * se))
}

/// (Σ v)² / Σ v²/ν with the variances v of the parts; a part without variance has no say.
fn degrees_of_freedom(errors: &[f64], parts: &[(f64, Published)]) -> Option<f64> {
    let largest = errors.iter().copied().fold(0.0, f64::max);
    let mut terms = Vec::new();
    for (error, (_, part)) in errors.iter().zip(parts).filter(|(error, _)| **error > 0.0) {
        // In units of the largest, so that no square is too large or too small.
        terms.push(((error / largest).powi(2), part.df.filter(|df| *df > 0.0)?));
    }
    let above = exact_sum(terms.iter().map(|(v, _)| *v)).powi(2);
    finite(above / exact_sum(terms.iter().map(|(v, df)| v * v / df)))
}

/// Distances from the value add up as standard errors do, each on its own side.
fn limits(value: f64, parts: &[(f64, Published)]) -> Option<[f64; 2]> {
    let (mut down, mut up) = (Vec::new(), Vec::new());
    for (c, part) in parts {
        let [low, high] = if part.census { [part.value; 2] } else { part.ci? };
        if low.is_nan() || high.is_nan() || low > high {
            return None;
        }
        // A value outside its own limits is as far as it goes on that side.
        let sides = [(part.value - low).max(0.0), (high - part.value).max(0.0)];
        let [below, above] = if *c > 0.0 { sides } else { [sides[1], sides[0]] };
        down.push(c.abs() * below);
        up.push(c.abs() * above);
    }
    both_finite([value - length(&down), value + length(&up)])
}

/// √Σt², whatever the order of the terms and however large or small they are.
fn length(terms: &[f64]) -> f64 {
    let largest = terms.iter().copied().fold(0.0, f64::max);
    if largest == 0.0 || largest == f64::INFINITY {
        return largest;
    }
    largest * exact_sum(terms.iter().map(|term| (term / largest).powi(2))).sqrt()
}

fn finite(number: f64) -> Option<f64> {
    Some(number).filter(|number| number.is_finite())
}

fn both_finite(ci: [f64; 2]) -> Option<[f64; 2]> {
    Some(ci).filter(|ci| ci.iter().all(|limit| limit.is_finite()))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::contrast::EmptyPart;
    use crate::distribution::student_t_quantile;
    use crate::estimate::{Ask, Est, Flag};
    use crate::rounds::independent_change;
    use crate::year::{Quarter, yearly};
    use crate::{Declaration, Design, Figure, Stratum, Variable};

    fn about(value: f64, se: f64, df: f64) -> Published {
        let half = student_t_quantile(0.975, df).unwrap() * se;
        let ci = Some([value - half, value + half]);
        Published { value, se: Some(se), df: Some(df), ci, census: false }
    }

    fn census(value: f64) -> Published {
        Published { value, se: Some(0.0), df: None, ci: Some([value; 2]), census: true }
    }

    fn of(est: &Est) -> Published {
        let census = est.flags.contains(&Flag::Census);
        Published { value: est.value.unwrap(), se: est.se, df: est.df, ci: est.ci, census }
    }

    fn near(a: f64, b: f64, tolerance: f64) -> bool {
        (a - b).abs() <= tolerance * b.abs().max(1.0)
    }

    /// A sample of some hundred people of three thousand, whose answers depend on `shift`.
    fn sample(shift: usize, n: usize) -> (Design, Variable) {
        let design = Declaration::new(vec![Stratum::new("all", Some(3_000))], vec![0; n]);
        let answers = (0..n).map(|at| ((at * 7 + shift) % (11 + shift)) as f64).collect();
        (design.build().unwrap(), Variable::numbers(answers).unwrap())
    }

    fn mean<'d>((design, answers): &'d (Design, Variable)) -> Figure<'d> {
        design.mean(answers, &design.everyone()).unwrap()
    }

    #[test]
    fn large_samples_have_the_year_and_the_change_that_their_answers_give() {
        let samples = [sample(1, 700), sample(2, 900), sample(4, 800), sample(3, 600)];
        let figures: Vec<Figure<'_>> = samples.iter().map(mean).collect();
        let known: Vec<Published> =
            figures.iter().map(|figure| of(&figure.estimate().unwrap())).collect();
        let people = [4_000, 2_500, 3_100, 5_000];
        let same = |got: Published, wanted: &Est| {
            assert!(near(got.value, wanted.value.unwrap(), 1e-12));
            assert!(near(got.se.unwrap(), wanted.se.unwrap(), 1e-12));
            let limits = got.ci.unwrap().into_iter().zip(wanted.ci.unwrap());
            limits.for_each(|(got, wanted)| assert!(near(got, wanted, 1e-3), "{got} {wanted}"));
        };
        let quarters: Vec<Quarter<'_, '_>> =
            figures.iter().zip(people).map(|(figure, people)| Quarter { figure, people }).collect();
        let year = yearly(&quarters, EmptyPart::Fail, &Ask::default()).unwrap();
        let parts: Vec<(f64, Published)> =
            people.iter().zip(&known).map(|(&people, &known)| (people as f64, known)).collect();
        same(weighted_mean(&parts).unwrap(), &year.estimate);
        let change = independent_change(&figures[0], &figures[2], &Ask::default()).unwrap();
        same(combined(&[(1.0, known[2]), (-1.0, known[0])]).unwrap(), &change);
    }

    #[test]
    fn skewed_limits_stay_skewed_and_change_sides_when_taken_away() {
        let top = Published {
            value: 100.0,
            se: Some(0.0),
            df: None,
            ci: Some([88.0, 100.0]),
            census: false,
        };
        let other =
            Published { value: 60.0, se: Some(2.0), df: Some(9.0), ci: Some([55.0, 64.0]), ..top };
        let difference = combined(&[(1.0, top), (-1.0, other)]).unwrap();
        assert_eq!(difference.value, 40.0);
        // Down √(12² + 4²), up √(0² + 5²).
        let [low, high] = difference.ci.unwrap();
        assert!(near(low, 40.0 - 160f64.sqrt(), 1e-15) && near(high, 45.0, 1e-15));
        // What is all alike has a standard error of 0 and no say in the degrees of freedom.
        assert_eq!((difference.se, difference.df), (Some(2.0), Some(9.0)));
        let back = combined(&[(1.0, other), (-1.0, top)]).unwrap();
        assert_eq!(back.ci.unwrap(), [-high, -low]);
    }

    #[test]
    fn censuses_leave_nothing_to_chance() {
        let year = weighted_mean(&[(300.0, census(50.0)), (100.0, census(90.0))]).unwrap();
        assert_eq!(year, census(60.0));
        let beside = combined(&[(0.5, census(50.0)), (0.5, about(70.0, 4.0, 30.0))]).unwrap();
        assert_eq!((beside.value, beside.se, beside.df), (60.0, Some(2.0), Some(30.0)));
        assert!(!beside.census);
        // Whatever a census was published with.
        let bare = Published { se: None, ci: None, ..census(50.0) };
        assert_eq!(combined(&[(2.0, bare)]), Some(census(100.0)));
    }

    #[test]
    fn what_is_not_known_is_left_out_and_nothing_else() {
        let known = about(50.0, 2.0, 20.0);
        assert_eq!((combined(&[]), weighted_mean(&[])), (None, None));
        assert_eq!(combined(&[(0.0, known)]), None);
        let with = |part: Published| combined(&[(0.5, known), (0.5, part)]).unwrap();
        let no_limits = with(Published { ci: None, ..known });
        assert!(no_limits.ci.is_none() && no_limits.se.is_some() && no_limits.df.is_some());
        let no_error = with(Published { se: None, ..known });
        assert!(no_error.ci.is_some() && no_error.se.is_none() && no_error.df.is_none());
        for df in [None, Some(0.0), Some(f64::NAN), Some(-1.0)] {
            let no_df = with(Published { df, ..known });
            assert!(no_df.ci.is_some() && no_df.se.is_some() && no_df.df.is_none());
        }
        for ci in [[f64::NAN, 60.0], [f64::NEG_INFINITY, 60.0], [60.0, 40.0]] {
            assert_eq!(with(Published { ci: Some(ci), ..known }).ci, None);
        }
        // A standard error of 0 is worth nothing, however many degrees of freedom it has.
        assert_eq!(combined(&[(1.0, about(50.0, 0.0, 20.0))]).unwrap().df, None);
        for value in [f64::NAN, f64::INFINITY] {
            assert_eq!(combined(&[(1.0, known), (1.0, Published { value, ..known })]), None);
        }
    }

    #[test]
    fn weights_are_weights() {
        let known = about(50.0, 2.0, 20.0);
        for weight in [-1.0, f64::NAN, f64::INFINITY] {
            assert_eq!(weighted_mean(&[(1.0, known), (weight, known)]), None);
        }
        assert_eq!(weighted_mean(&[(0.0, known)]), None);
        let whole = weighted_mean(&[(7.0, known), (0.0, about(90.0, 9.0, 9.0))]).unwrap();
        assert!(near(whole.se.unwrap(), 2.0, 1e-15) && near(whole.df.unwrap(), 20.0, 1e-15));
        assert_eq!(weighted_mean(&[(7.0, known); 3]).unwrap().value, 50.0);
    }

    fn parts() -> impl Strategy<Value = Vec<(f64, Published)>> {
        let part = (-4.0..4.0f64, 0.0..100.0f64, 0.01..9.0f64, 1.0..200.0f64);
        prop::collection::vec(part, 1..7).prop_map(|parts| {
            parts.into_iter().map(|(c, value, se, df)| (c, about(value, se, df))).collect()
        })
    }

    proptest! {
        #[test]
        fn errors_and_degrees_of_freedom_follow_the_plain_formulas(parts in parts()) {
            let got = combined(&parts).unwrap();
            let v = |(c, part): &(f64, Published)| (c * part.se.unwrap()).powi(2);
            let sum: f64 = parts.iter().map(v).sum();
            let below: f64 = parts.iter().map(|part| v(part).powi(2) / part.1.df.unwrap()).sum();
            prop_assert!(near(got.value, parts.iter().map(|(c, p)| c * p.value).sum(), 1e-12));
            prop_assert!(near(got.se.unwrap() / sum.sqrt(), 1.0, 1e-12));
            prop_assert!(near(got.df.unwrap() / (sum * sum / below), 1.0, 1e-12));
            // One t for all parts is that of the sum: MOVER then is value ± t·se.
            let alike: Vec<(f64, Published)> =
                parts.iter().map(|(c, p)| (*c, about(p.value, p.se.unwrap(), 40.0))).collect();
            let t = student_t_quantile(0.975, 40.0).unwrap();
            let [low, high] = combined(&alike).unwrap().ci.unwrap();
            prop_assert!(near(low, got.value - t * sum.sqrt(), 1e-9));
            prop_assert!(near(high, got.value + t * sum.sqrt(), 1e-9));
        }

        #[test]
        fn the_order_changes_no_bit_and_a_scale_only_scales(parts in parts(), power in -40..40i32) {
            let mut turned = parts.clone();
            turned.reverse();
            prop_assert_eq!(combined(&turned), combined(&parts));
            let sides: Vec<(f64, Published)> =
                parts.iter().map(|(c, part)| (c.abs(), *part)).collect();
            turned.iter_mut().for_each(|part| part.0 = part.0.abs());
            prop_assert_eq!(weighted_mean(&turned), weighted_mean(&sides));
            let scale = 2f64.powi(power);
            let scaled: Vec<(f64, Published)> =
                parts.iter().map(|(c, part)| (c * scale, *part)).collect();
            let (one, other) = (combined(&parts).unwrap(), combined(&scaled).unwrap());
            prop_assert_eq!(other.value, one.value * scale);
            prop_assert_eq!(other.se, one.se.map(|se| se * scale));
            prop_assert_eq!(other.df, one.df);
            prop_assert_eq!(other.ci, one.ci.map(|ci| ci.map(|limit| limit * scale)));
        }
    }
}
