//! Intervals and tests that hold together: over k figures the chance of one wrong statement, not
//! of each, is kept.
//!
//! Sources: O. J. Dunn (1961), JASA 56 (Bonferroni); Z. Šidák (1967), JASA 62; T. Hothorn,
//! F. Bretz, P. Westfall (2008), Biometrical Journal 50 (maximum from the covariance matrix);
//! J. P. Romano, M. Wolf (2005), JASA 100 (step-down with the largest statistic).

use serde::Serialize;

use crate::contrast::Test;
use crate::distribution::{normal_quantile, normal_tail, student_t_two_sided};
use crate::error::FigureError;
use crate::estimate::{Ask, Est};
use crate::family::{Basis, Family};
use crate::figure::Figure;
use crate::interval::tail_of;
use crate::simulate::{Critical, Draws, Errors};

/// How k intervals are made to hold together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Together {
    /// Each at the level 1 − α/k: holds whatever the figures have to do with each other.
    #[default]
    Bonferroni,
    /// Each at the level at which, by the covariances of the figures, all hold with the chance
    /// asked for: never longer than the former.
    MaxT(Draws),
}

/// Intervals that hold together.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Simultaneous {
    /// The figures; their intervals have the level `each`.
    pub estimates: Vec<Est>,
    /// Level at which all of them hold together.
    pub level: f64,
    /// Level of each by itself.
    pub each: f64,
    /// How many figures have an interval that chance enters: no censuses, none without value.
    pub compared: usize,
}

/// Intervals over figures of one design that hold together at `ask.level`.
///
/// The interval of each figure is of the kind that it would have by itself (exact, beta, logit
/// or t with its own degrees of freedom), at a level of its own that makes all hold together.
///
/// # Errors
/// As [`Family::of`].
pub fn simultaneous_intervals(
    figures: &[&Figure<'_>],
    ask: &Ask,
    rule: Together,
) -> Result<Simultaneous, FigureError> {
    joint(figures, &Family::of(figures, ask)?, ask, rule)
}

/// The same for figures of independent samples.
///
/// # Errors
/// As [`Family::independent`].
pub fn simultaneous_intervals_across(
    figures: &[&Figure<'_>],
    ask: &Ask,
    rule: Together,
) -> Result<Simultaneous, FigureError> {
    joint(figures, &Family::independent(figures, ask)?, ask, rule)
}

fn joint(
    figures: &[&Figure<'_>],
    family: &Family,
    ask: &Ask,
    rule: Together,
) -> Result<Simultaneous, FigureError> {
    let each = family.level_of_each(ask.level, rule).unwrap_or(ask.level);
    let ask_each = Ask { level: each, ..*ask };
    let estimates = figures.iter().map(|f| f.estimate_with(&ask_each)).collect::<Result<_, _>>()?;
    let compared = family.members(&UNCERTAIN).len();
    Ok(Simultaneous { estimates, level: ask.level, each, compared })
}

/// Members that chance enters.
const UNCERTAIN: [Basis; 3] = [Basis::Sample, Basis::Interval, Basis::Unknown];

impl Family {
    /// The level at which each interval is to be made so that all hold together at `level`.
    ///
    /// With [`Together::MaxT`] it is that of the quantile of `max |e_k|/se_k` for errors e from
    /// N(0, Σ); without any covariance it is Šidák's level^(1/k), and nothing is drawn.
    /// Degrees of freedom enter through each interval: its own at the common level.
    /// Nothing for a level outside (0, 1).
    #[must_use]
    pub fn level_of_each(&self, level: f64, rule: Together) -> Option<f64> {
        let tail = tail_of(level)?;
        let count = self.members(&UNCERTAIN).len().max(1) as f64;
        let bonferroni = 1.0 - 2.0 * tail / count;
        let Together::MaxT(draws) = rule else { return Some(bonferroni) };
        let unknown = self.members(&[Basis::Unknown]).len();
        // What a figure of unknown variance has to do with the others is not known either.
        let members = self.members(&[Basis::Sample, Basis::Interval]);
        if unknown > 0 || members.len() < 2 {
            return Some(bonferroni);
        }
        let covariance = self.covariance_of(&members);
        if is_diagonal(&covariance) {
            return Some(level.powf(1.0 / count));
        }
        let errors = Errors::seeded(&covariance, draws.seed)?;
        let largest = largest_of_draws(errors, &standard_errors(&covariance), &draws);
        let critical = Critical::of(largest, level);
        // On the safe side of the error of the draws, and no further than Bonferroni.
        let safe = critical.value + 2.0 * critical.error;
        Some((1.0 - 2.0 * normal_tail(safe)).clamp(level, bonferroni))
    }

    /// Tests of each figure against `null`, adjusted for making them together: the step-down
    /// p-values of Romano and Wolf.
    ///
    /// The statistic is (θ − null)/se; its two-sided p-value, with the figure's own degrees of
    /// freedom, says to which |z| it corresponds.
    /// The j-th largest is compared with the largest of the j-th and all smaller ones under
    /// N(0, Σ), and no p-value is below that of a larger statistic.
    /// With B draws no p-value is below 1/(B + 1).
    /// Figures without a standard error are not tested and do not count.
    #[must_use]
    pub fn step_down(&self, null: f64, draws: &Draws) -> Vec<Option<Test>> {
        let mut result = vec![None; self.estimates.len()];
        let tests: Vec<(usize, Test, f64)> = self
            .members(&[Basis::Sample])
            .into_iter()
            .filter_map(|i| self.single(i, null))
            .collect();
        let members: Vec<usize> = tests.iter().map(|t| t.0).collect();
        let covariance = self.covariance_of(&members);
        let Some(mut errors) = Errors::seeded(&covariance, draws.seed) else { return result };
        let se = standard_errors(&covariance);
        let mut order: Vec<usize> = (0..tests.len()).collect();
        order.sort_by(|&a, &b| tests[b].2.total_cmp(&tests[a].2));
        let mut exceeded = vec![0usize; tests.len()];
        for _ in 0..draws.number() {
            let error = errors.next();
            let mut largest: f64 = 0.0;
            for &k in order.iter().rev() {
                largest = largest.max(error[k].abs() / se[k]);
                exceeded[k] += usize::from(largest >= tests[k].2);
            }
        }
        let mut before: f64 = 0.0;
        for &k in &order {
            let (member, test, _) = tests[k];
            let drawn = (exceeded[k] as f64 + 1.0) / (draws.number() as f64 + 1.0);
            // The last one stands alone: its own p-value is exact.
            before = before.max(drawn.max(test.p_value)).min(1.0);
            result[member] = Some(Test { p_value: before, ..test });
        }
        result
    }

    /// The test of one figure by itself, and the |z| that is as unlikely.
    fn single(&self, member: usize, null: f64) -> Option<(usize, Test, f64)> {
        let est = &self.estimates[member];
        let (value, se, df) = (est.value?, est.se?, self.df_of_tests[member]?);
        let t = (value - null) / se;
        let p_value = student_t_two_sided(t, df).filter(|_| t.is_finite())?;
        Some((member, Test { t, df, p_value }, as_normal(t, df)?.abs()))
    }
}

/// The standard normal number that is as unlikely, on its side, as a t of `df` degrees of freedom.
pub(crate) fn as_normal(t: f64, df: f64) -> Option<f64> {
    let tail = 0.5 * student_t_two_sided(t, df)?;
    // So far out that the tail has no digits left, t stands for itself.
    let z = if tail > 0.0 { -normal_quantile(tail)? } else { t.abs() };
    Some(if t < 0.0 { -z } else { z })
}

pub(crate) fn is_diagonal(covariance: &[Vec<f64>]) -> bool {
    let beside = |(i, row): (usize, &Vec<f64>)| {
        row.iter().enumerate().all(|(j, &value)| i == j || value == 0.0)
    };
    covariance.iter().enumerate().all(beside)
}

pub(crate) fn standard_errors(covariance: &[Vec<f64>]) -> Vec<f64> {
    covariance.iter().enumerate().map(|(i, row)| row[i].max(0.0).sqrt()).collect()
}

/// `max |e_k|/se_k` of each draw.
fn largest_of_draws(mut errors: Errors, se: &[f64], draws: &Draws) -> Vec<f64> {
    let one = |_| {
        let studentised = errors.next().iter().zip(se).map(|(e, se)| e.abs() / se);
        studentised.fold(0.0, f64::max)
    };
    (0..draws.number()).map(one).collect()
}
