//! A year made of quarters, `Σ N_q·p_q / Σ N_q`: people of the year, not a mean of percentages.
//!
//! Source: W. G. Cochran (1977), Sampling Techniques, 3rd ed., section 5.3 (quarters are strata,
//! each with a sample of its own).

use serde::Serialize;

use crate::contrast::EmptyPart;
use crate::error::FigureError;
use crate::estimate::{Ask, Est};
use crate::exact_sum::exact_sum;
use crate::figure::Figure;
use crate::rounds::mean_across;

/// A quarter: its figure and how many people (dossiers) it stands for.
#[derive(Debug, Clone, Copy)]
pub struct Quarter<'f, 'd> {
    /// The figure of the quarter, of a design of its own or of one common design.
    pub figure: &'f Figure<'d>,
    /// People in the quarter's population; 0 for a quarter in which there was nobody to ask.
    pub people: u64,
}

/// A year.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Year {
    /// `Σ N_q·p_q / Σ N_q` with its uncertainty; samples of different quarters are independent.
    pub estimate: Est,
    /// All forms thrown together, `Σ n_q·p_q / Σ n_q`, to be printed beside: it is the same only
    /// if every quarter asked the same share of its people. Nothing without forms.
    pub pooled: Option<f64>,
    /// Forms of the year.
    pub n: u64,
    /// People of the year, of those quarters that are in the estimate.
    pub people: u64,
}

/// The year of several quarters.
///
/// A quarter of no people is left out; what happens to a quarter of some people and no forms is
/// for the caller to say.
///
/// # Errors
/// [`FigureError::NothingToCombine`] if nobody was there all year; as [`mean_across`].
pub fn yearly(
    quarters: &[Quarter<'_, '_>],
    rule: EmptyPart,
    ask: &Ask,
) -> Result<Year, FigureError> {
    let parts: Vec<(f64, &Figure<'_>)> =
        quarters.iter().map(|q| (q.people as f64, q.figure)).collect();
    let estimate = mean_across(&parts, rule, ask)?;
    let with_forms = || quarters.iter().filter(|q| q.people > 0 && q.figure.value().is_some());
    let n = with_forms().map(|q| q.figure.respondents()).sum();
    let sum = exact_sum(
        with_forms().filter_map(|q| Some(q.figure.respondents() as f64 * q.figure.value()?)),
    );
    let everybody = rule != EmptyPart::Redistribute;
    let counted = quarters.iter().filter(|q| everybody || q.figure.value().is_some());
    Ok(Year {
        estimate,
        pooled: (n > 0).then(|| sum / n as f64).filter(|p| p.is_finite()),
        n,
        people: counted.fold(0, |sum, q| sum.saturating_add(q.people)),
    })
}
