//! Response rates by the definitions of AAPOR, and weights for non-response.
//!
//! Source: American Association for Public Opinion Research (2016), Standard Definitions, 9th
//! edition: response, cooperation, refusal and contact rates.

use serde::Serialize;
use thiserror::Error;

use crate::exact_sum::exact_sum;

/// Final dispositions of the people who were drawn; weighted counts are allowed.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Dispositions {
    /// Complete interviews (I).
    pub complete: f64,
    /// Partial interviews (P).
    pub partial: f64,
    /// Refusals and break-offs (R).
    pub refusal: f64,
    /// Eligible, not contacted (NC).
    pub no_contact: f64,
    /// Eligible, other reasons (O).
    pub other: f64,
    /// Unknown whether there is an eligible person (UH).
    pub unknown_household: f64,
    /// Unknown, other (UO).
    pub unknown_other: f64,
    /// Known not to be eligible (NE): in no rate, needed for the CASRO estimate of e.
    pub not_eligible: f64,
}

/// The rates; a rate with nobody below the line is `None`.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct ResponseRates {
    /// Response rates 1 to 6.
    pub response: [Option<f64>; 6],
    /// Cooperation rates 1 to 4.
    pub cooperation: [Option<f64>; 4],
    /// Refusal rates 1 to 3.
    pub refusal: [Option<f64>; 3],
    /// Contact rates 1 to 3.
    pub contact: [Option<f64>; 3],
    /// Share of the unknown cases that is taken to be eligible.
    pub eligible: Option<f64>,
}

impl Dispositions {
    /// e by the rule of CASRO: the share of eligible among the cases that are known.
    #[must_use]
    pub fn eligible_share(&self) -> Option<f64> {
        let known = self.known();
        rate(known, known + self.not_eligible)
    }

    /// Known to be eligible, whatever became of them.
    pub(crate) fn known(&self) -> f64 {
        exact_sum([self.complete, self.partial, self.refusal, self.no_contact, self.other])
    }

    /// Not known whether they are eligible.
    pub(crate) fn unknown(&self) -> f64 {
        self.unknown_household + self.unknown_other
    }

    /// All rates, with `e` the share of unknown cases that are eligible.
    #[must_use]
    pub fn rates(&self, e: Option<f64>) -> ResponseRates {
        let (i, p, r, o) = (self.complete, self.partial, self.refusal, self.other);
        let known = self.known();
        let unknown = self.unknown();
        let all = known + unknown;
        let likely = match e {
            Some(e) => known + e * unknown,
            None if unknown == 0.0 => known,
            None => f64::NAN,
        };
        let contacted = i + p + r + o;
        ResponseRates {
            response: [
                rate(i, all),
                rate(i + p, all),
                rate(i, likely),
                rate(i + p, likely),
                rate(i, known),
                rate(i + p, known),
            ],
            cooperation: [
                rate(i, contacted),
                rate(i + p, contacted),
                rate(i, i + p + r),
                rate(i + p, i + p + r),
            ],
            refusal: [rate(r, all), rate(r, likely), rate(r, known)],
            contact: [rate(contacted, all), rate(contacted, likely), rate(contacted, known)],
            eligible: e,
        }
    }
}

fn rate(above: f64, below: f64) -> Option<f64> {
    let rate = above / below;
    (below > 0.0 && rate.is_finite()).then_some(rate)
}

/// Why non-response cannot be adjusted for.
#[derive(Debug, Clone, PartialEq, Error)]
#[non_exhaustive]
pub enum NonresponseError {
    /// Nobody answered in a cell where somebody was asked.
    #[error("cell {cell}: {sampled} weighted people were asked and nobody answered")]
    NobodyAnswered {
        /// Cell, from 0.
        cell: usize,
        /// Weighted number asked.
        sampled: f64,
    },
    /// A count that is negative or infinite, more answers than people, or a factor beyond all
    /// numbers.
    #[error("cell {cell}: not a usable count")]
    Unusable {
        /// Cell, from 0.
        cell: usize,
    },
}

/// The factor of each adjustment cell, Σw of all eligible asked over Σw of those who answered.
///
/// A cell where nobody was asked has the factor 1.
///
/// Source: Särndal and Lundström (2005), Estimation in Surveys with Nonresponse, chapter 6
/// (response homogeneity groups).
///
/// # Errors
/// [`NonresponseError::NobodyAnswered`], naming the cell to be joined with another.
pub fn nonresponse_factors(asked: &[f64], answered: &[f64]) -> Result<Vec<f64>, NonresponseError> {
    let factor = |(cell, (&sampled, &responded)): (usize, (&f64, &f64))| {
        if !(sampled >= responded && responded >= 0.0 && sampled.is_finite()) {
            return Err(NonresponseError::Unusable { cell });
        }
        if sampled == 0.0 {
            return Ok(1.0);
        }
        if responded == 0.0 {
            return Err(NonresponseError::NobodyAnswered { cell, sampled });
        }
        let factor = sampled / responded;
        if factor.is_finite() { Ok(factor) } else { Err(NonresponseError::Unusable { cell }) }
    };
    asked.iter().zip(answered).enumerate().map(factor).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rate_over_nobody_is_not_known() {
        let rates = Dispositions::default().rates(Some(1.0));
        assert!(rates.response.iter().chain(&rates.contact).all(Option::is_none));
    }

    #[test]
    fn without_e_only_the_rates_that_need_it_are_missing() {
        let cases = Dispositions { complete: 5.0, unknown_other: 5.0, ..Dispositions::default() };
        let rates = cases.rates(None);
        assert_eq!(rates.response[0], Some(0.5));
        assert_eq!(rates.response[2], None);
        assert_eq!(rates.response[4], Some(1.0));
    }

    #[test]
    fn a_cell_without_answers_is_named() {
        let error = nonresponse_factors(&[4.0, 3.0], &[2.0, 0.0]).unwrap_err();
        assert_eq!(error, NonresponseError::NobodyAnswered { cell: 1, sampled: 3.0 });
        assert_eq!(nonresponse_factors(&[4.0, 0.0], &[2.0, 0.0]), Ok(vec![2.0, 1.0]));
    }
}
