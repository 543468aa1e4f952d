//! Two groups, and "no change": a test for a difference and a test for its absence.
//!
//! Sources: E. L. Korn, B. I. Graubard (1999), Analysis of Health Surveys, section 3.2 (domain
//! means); D. J. Schuirmann (1987), Journal of Pharmacokinetics and Biopharmaceutics 15
//! (two one-sided tests).

use serde::Serialize;

use crate::contrast::Test;
use crate::design::Design;
use crate::distribution::student_t_two_sided;
use crate::domain::Domain;
use crate::error::FigureError;
use crate::estimate::{Ask, Est, Flag};
use crate::interval::t_interval;
use crate::variable::Variable;

/// The difference of two groups.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct TwoGroups {
    /// Mean of the second group less that of the first.
    pub difference: Est,
    /// Test against no difference, with all degrees of freedom; nothing where the standard error
    /// is zero or not known.
    pub test: Option<Test>,
    /// The same with one degree of freedom less, as a regression on the group counts it.
    pub by_regression: Option<Test>,
}

impl Design {
    /// Compares the means of two groups of a domain; people without a group take no part.
    ///
    /// # Errors
    /// As [`Design::mean`] and [`crate::Figure::estimate_with`].
    pub fn two_groups(
        &self,
        variable: &Variable,
        second: &[Option<bool>],
        domain: &Domain,
        ask: &Ask,
    ) -> Result<TwoGroups, FigureError> {
        let (expected, got) = (self.rows(), second.len());
        if got != expected {
            return Err(FigureError::LengthMismatch { what: "groups", expected, got });
        }
        let group = |wanted: bool| domain.and(&self.rows_where(|row| second[row] == Some(wanted)));
        let (before, after) =
            (self.mean(variable, &group(false))?, self.mean(variable, &group(true))?);
        let difference = after.minus(&before)?.estimate_with(ask)?;
        let test = |less: f64| {
            let (value, se) = (difference.value?, difference.se.filter(|se| *se > 0.0)?);
            let (t, df) = (value / se, difference.df? - less);
            let p_value = student_t_two_sided(t, df).filter(|_| t.is_finite())?;
            Some(Test { t, df, p_value })
        };
        Ok(TwoGroups { test: test(0.0), by_regression: test(1.0), difference })
    }
}

/// Whether a figure is so near zero that the distance does not matter.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Equivalence {
    /// The figure is shown to lie between −margin and +margin.
    pub equivalent: bool,
    /// The larger of the two one-sided p-values; nothing where the standard error is zero or not
    /// known.
    pub p_value: Option<f64>,
    /// The interval of level 1 − 2α that decides: all of it must lie within the margin.
    pub interval: [f64; 2],
}

/// Tests that a difference is smaller than `margin` in either direction, at level `alpha`: two
/// one-sided tests.
///
/// "Not significant" is no proof of "no change"; this is.
/// A census is compared exactly.
/// Where the standard error is zero or not known, the interval of the estimate decides if its
/// level is 1 − 2α or more.
/// Nothing for a margin that is not above zero, an α outside (0, ½), or an estimate of which no
/// interval is known.
#[must_use]
pub fn equivalence(difference: &Est, margin: f64, alpha: f64) -> Option<Equivalence> {
    if !(margin > 0.0 && margin.is_finite() && alpha > 0.0 && alpha < 0.5) {
        return None;
    }
    let value = difference.value?;
    if difference.has(Flag::Census) {
        let equivalent = value.abs() < margin;
        return Some(Equivalence { equivalent, p_value: None, interval: [value; 2] });
    }
    let level = 1.0 - 2.0 * alpha;
    let within = |[low, high]: [f64; 2]| -margin < low && high < margin;
    let uncertain = difference.se.filter(|se| *se > 0.0).zip(difference.df);
    if let Some((se, df)) = uncertain
        && let Some(interval) = t_interval(value, se, df, level)
    {
        // How far inside the nearer limit, in standard errors.
        let t = (margin - value.abs()) / se;
        let two_sided = student_t_two_sided(t, df)?;
        let p_value = Some(if t > 0.0 { 0.5 * two_sided } else { 1.0 - 0.5 * two_sided });
        return Some(Equivalence { equivalent: within(interval), p_value, interval });
    }
    let interval = difference.ci.filter(|_| difference.level >= level - 1e-12)?;
    Some(Equivalence { equivalent: within(interval), p_value: None, interval })
}
