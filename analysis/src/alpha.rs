//! Intervals for Cronbach's α.
//!
//! Sources: L. S. Feldt (1965), Psychometrika 30; L. S. Feldt, D. J. Woodruff, F. A. Salih (1987),
//! Applied Psychological Measurement 11 (simple random samples); J. N. K. Rao, C. F. J. Wu,
//! K. Yue (1992), Survey Methodology 18 (designs).

use serde::Serialize;

use crate::distribution::fisher_f_quantile;
use crate::interval::tail_of;
use crate::reliability::{alpha_of, reliability};
use crate::replicate::Replicates;
use crate::variable::Variable;

/// Percentiles of fewer replicates than this say nothing about the tails.
const FEWEST: usize = 1_000;

/// Cronbach's α with its bootstrap distribution.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct AlphaInterval {
    /// α by the design weights; nothing where [`crate::reliability::reliability`] has none.
    pub alpha: Option<f64>,
    /// Standard error by the replicates.
    pub se: Option<f64>,
    /// Percentiles of the replicates; nothing with fewer than 1,000 that have an α.
    pub ci: Option<[f64; 2]>,
    /// Level of the interval.
    pub level: f64,
    /// Respondents who answered every question.
    pub n: u64,
    /// Replicates that have an α.
    pub replicates: usize,
}

/// Feldt's interval for α of `questions` questions answered by a simple random sample of n.
///
/// (1 − α)/(1 − α̂) has the F distribution with n − 1 and (n − 1)(k − 1) degrees of freedom, if
/// answers are normal and covariances alike.
/// It knows no weights, strata or finite populations: for these see [`alpha_interval`].
/// Nothing for fewer than two questions or respondents, an α of 1 or more, or a level outside
/// (0, 1).
#[must_use]
pub fn feldt_interval(alpha: f64, n: u64, questions: usize, level: f64) -> Option<[f64; 2]> {
    let tail = tail_of(level)?;
    if n < 2 || questions < 2 || alpha.is_nan() || alpha >= 1.0 {
        return None;
    }
    let above = (n - 1) as f64;
    let below = above * (questions - 1) as f64;
    let limit = |p: f64| fisher_f_quantile(p, above, below).map(|f| 1.0 - (1.0 - alpha) * f);
    let ci = [limit(1.0 - tail)?, limit(tail)?];
    ci.iter().all(|x| x.is_finite()).then_some(ci)
}

/// α of a scale by the weights of a design, with the percentiles of its replicates.
///
/// `weights` are those of the design that the replicates were made of; make them with `by` naming
/// the questions, so that the order of rows changes nothing.
#[must_use]
pub fn alpha_interval(
    items: &[&Variable],
    weights: &[f64],
    replicates: &Replicates,
    level: f64,
) -> AlphaInterval {
    let found = replicates.apply(|weights| alpha_of(items, weights));
    let alpha = found.value;
    let with_alpha = found.replicates.iter().flatten().count();
    let se = replicates.covariance(&found, &found).map(|v| v.max(0.0).sqrt());
    let ci = found.percentiles(level);
    AlphaInterval {
        alpha,
        se: se.filter(|_| alpha.is_some()),
        ci: ci.filter(|_| with_alpha >= FEWEST && alpha.is_some()),
        level,
        n: reliability(items, weights).n,
        replicates: with_alpha,
    }
}
