//! What became of everybody who was drawn: response rates by stratum and in all, of questions,
//! and how alike the strata respond.
//!
//! Sources: American Association for Public Opinion Research (2016), Standard Definitions, 9th
//! edition; B. Schouten, F. Cobben, J. Bethlehem (2009), Survey Methodology 35 (R-indicator).

use serde::Serialize;

use crate::exact_sum::exact_sum;
use crate::response_rate::{Dispositions, ResponseRates};
use crate::variable::{DONT_KNOW, MISSING, NOT_ASKED};

/// What became of one person who was drawn, in the classes of AAPOR.
///
/// A form that was begun and never sent is a break-off, and so a refusal: where only sent forms
/// are read there is nothing to call partial.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Disposition {
    /// Complete (I).
    Complete,
    /// Partial, with enough answers to be used (P).
    Partial,
    /// Refused or broken off (R).
    Refusal,
    /// Eligible, never reached (NC).
    NoContact,
    /// Eligible, other reasons: ill, away, another language (O).
    Other,
    /// Unknown whether there is an eligible person (UH).
    UnknownHousehold,
    /// Unknown, other (UO).
    UnknownOther,
    /// Not eligible (NE).
    NotEligible,
}

impl Dispositions {
    /// Counts people, each with a weight: 1 for plain counts, the design weight for weighted ones.
    #[must_use]
    pub fn counted(people: impl IntoIterator<Item = (Disposition, f64)>) -> Self {
        let mut weights: [Vec<f64>; 8] = Default::default();
        for (disposition, weight) in people {
            weights[disposition as usize].push(weight);
        }
        Self::from_all(weights.map(exact_sum))
    }

    /// The counts in the order of [`Disposition`].
    pub(crate) fn all(&self) -> [f64; 8] {
        [
            self.complete,
            self.partial,
            self.refusal,
            self.no_contact,
            self.other,
            self.unknown_household,
            self.unknown_other,
            self.not_eligible,
        ]
    }

    fn from_all(counts: [f64; 8]) -> Self {
        let [complete, partial, refusal, no_contact, other, household, unknown_other, not_eligible] =
            counts;
        Self {
            complete,
            partial,
            refusal,
            no_contact,
            other,
            unknown_household: household,
            unknown_other,
            not_eligible,
        }
    }

    /// These counts and others together.
    #[must_use]
    pub fn plus(&self, other: &Self) -> Self {
        let mut sum = self.all();
        sum.iter_mut().zip(other.all()).for_each(|(sum, count)| *sum += count);
        Self::from_all(sum)
    }

    /// These counts, each times a weight.
    #[must_use]
    pub fn times(&self, weight: f64) -> Self {
        Self::from_all(self.all().map(|count| count * weight))
    }
}

/// The people drawn in a stratum.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct StratumOutcome {
    /// What became of them, each counted once.
    pub outcomes: Dispositions,
    /// Weight of each by the draw, N/n.
    pub weight: f64,
}

/// Response rates of a sample.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct RateTable {
    /// Rates of each stratum, with its own e (CASRO); weights cancel within a stratum.
    pub strata: Vec<ResponseRates>,
    /// Rates of all who were drawn, each counted once.
    pub unweighted: ResponseRates,
    /// Rates of all, by the weights of the draw: what would have come of asking everybody.
    pub weighted: ResponseRates,
}

/// Response rates by stratum and in all.
///
/// In the totals, the unknown cases of each stratum count as eligible by the e of that stratum;
/// a stratum without any known case takes the e of all known cases.
#[must_use]
pub fn rate_table(strata: &[StratumOutcome]) -> RateTable {
    let total = |weight: &dyn Fn(&StratumOutcome) -> f64| {
        let sum = strata.iter().fold(Dispositions::default(), |sum, stratum| {
            sum.plus(&stratum.outcomes.times(weight(stratum)))
        });
        let likely = strata.iter().filter_map(|stratum| {
            let e = stratum.outcomes.eligible_share().or(sum.eligible_share())?;
            Some(e * stratum.outcomes.unknown() * weight(stratum))
        });
        let unknown = sum.unknown();
        let e =
            if unknown > 0.0 { Some(exact_sum(likely) / unknown) } else { sum.eligible_share() };
        sum.rates(e.filter(|_| sum.known() + sum.not_eligible > 0.0))
    };
    let own = |stratum: &StratumOutcome| stratum.outcomes.rates(stratum.outcomes.eligible_share());
    RateTable {
        strata: strata.iter().map(own).collect(),
        unweighted: total(&|_| 1.0),
        weighted: total(&|stratum| stratum.weight),
    }
}

/// How a question was answered by those who were asked it.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct ItemRates {
    /// Forms on which it was asked.
    pub asked: u64,
    /// Share of those asked who left it empty; nothing if nobody was asked.
    pub empty: Option<f64>,
    /// Share of those who answered who said "không biết"; nothing if nobody answered.
    pub dont_know: Option<f64>,
    /// Share of those asked who gave an answer other than "không biết".
    pub substantive: Option<f64>,
}

/// Item non-response and the rate of "không biết" of one question.
///
/// `weights` of 1 give the rates of the forms, design weights those of the population; a form of
/// weight 0 or less, or beyond the shorter of the two lists, takes no part.
/// Forms on which the question was not asked are in no rate.
#[must_use]
pub fn item_rates(codes: &[i8], weights: &[f64]) -> ItemRates {
    let forms = || codes.iter().zip(weights).filter(|(c, w)| **c != NOT_ASKED && **w > 0.0);
    let sum = |wanted: &dyn Fn(i8) -> bool| {
        exact_sum(forms().filter(|(code, _)| wanted(**code)).map(|(_, w)| *w))
    };
    let (asked, empty, unsure) =
        (sum(&|_| true), sum(&|code| code == MISSING), sum(&|code| code == DONT_KNOW));
    let answered = sum(&|code| code != MISSING);
    let substantive = sum(&|code| code != MISSING && code != DONT_KNOW);
    let share = |part: f64, whole: f64| {
        (whole > 0.0).then(|| part / whole).filter(|share| share.is_finite())
    };
    ItemRates {
        asked: forms().count() as u64,
        empty: share(empty, asked),
        dont_know: share(unsure, answered),
        substantive: share(substantive, asked),
    }
}

/// How alike groups respond.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Representativity {
    /// R = 1 − 2S: 1 if all groups respond alike, 0 if everybody of some and nobody of others do.
    pub indicator: f64,
    /// S/ρ̄, the largest bias of a mean in standard deviations of what is asked.
    pub largest_bias: f64,
}

/// The R-indicator of response by groups.
///
/// `people` are the population counts of the groups, `asked` and `answered` plain counts.
/// S² is the variance of the response rates between people, less what chance alone adds to it
/// (section 5 of the source), and not below zero.
/// Nothing unless the lists fit and somebody was asked in every group of some people and
/// somebody answered in all.
#[must_use]
pub fn representativity(
    people: &[f64],
    asked: &[u64],
    answered: &[u64],
) -> Option<Representativity> {
    let fits = people.len() == asked.len() && asked.len() == answered.len();
    let usable = fits
        && people.iter().all(|n| *n >= 0.0 && n.is_finite())
        && asked.iter().zip(answered).all(|(asked, answered)| answered <= asked)
        && people.iter().zip(asked).all(|(people, asked)| *people == 0.0 || *asked > 0);
    if !usable {
        return None;
    }
    let groups: Vec<usize> = (0..people.len()).filter(|&g| people[g] > 0.0).collect();
    let all = exact_sum(groups.iter().map(|&g| people[g]));
    let rate = |g: usize| answered[g] as f64 / asked[g] as f64;
    let share = |g: usize| people[g] / all;
    let mean = exact_sum(groups.iter().map(|&g| share(g) * rate(g)));
    let between = exact_sum(groups.iter().map(|&g| share(g) * (rate(g) - mean).powi(2)));
    let by_chance = exact_sum(groups.iter().map(|&g| {
        let variance = rate(g) * (1.0 - rate(g)) / (asked[g].max(2) - 1) as f64;
        share(g) * (1.0 - share(g)) * variance
    }));
    let spread = (between - by_chance).max(0.0).sqrt();
    let found = Representativity { indicator: 1.0 - 2.0 * spread, largest_bias: spread / mean };
    (found.indicator.is_finite() && found.largest_bias.is_finite()).then_some(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn people_are_counted_by_what_became_of_them() {
        use Disposition::{Complete, NotEligible, Refusal, UnknownOther};
        let people = [
            (Complete, 2.0),
            (Refusal, 2.0),
            (Complete, 3.0),
            (NotEligible, 1.0),
            (UnknownOther, 4.0),
        ];
        let counts = Dispositions::counted(people);
        assert_eq!((counts.complete, counts.refusal, counts.not_eligible), (5.0, 2.0, 1.0));
        assert_eq!((counts.unknown(), counts.known()), (4.0, 7.0));
    }

    #[test]
    fn totals_take_the_e_of_each_stratum() {
        let stratum = |complete, refusal, unknown_other, not_eligible, weight| StratumOutcome {
            outcomes: Dispositions {
                complete,
                refusal,
                unknown_other,
                not_eligible,
                ..Dispositions::default()
            },
            weight,
        };
        let table =
            rate_table(&[stratum(6.0, 4.0, 10.0, 0.0, 1.0), stratum(5.0, 0.0, 20.0, 15.0, 10.0)]);
        // e is 1 in the first stratum and 5/20 in the second.
        assert_eq!(table.strata[0].response[2], Some(6.0 / 20.0));
        assert_eq!(table.strata[1].response[2], Some(5.0 / 10.0));
        assert_eq!(table.unweighted.response[2], Some(11.0 / 30.0));
        assert_eq!(table.weighted.response[2], Some((6.0 + 50.0) / (20.0 + 100.0)));
        assert_eq!(table.unweighted.response[0], Some(11.0 / 45.0));
    }

    #[test]
    fn a_stratum_of_unknown_cases_only_takes_the_e_of_all() {
        let only = |unknown_other| Dispositions { unknown_other, ..Dispositions::default() };
        let known = Dispositions { complete: 3.0, not_eligible: 1.0, ..Dispositions::default() };
        let strata = [only(8.0), known].map(|outcomes| StratumOutcome { outcomes, weight: 1.0 });
        let table = rate_table(&strata);
        assert_eq!(table.strata[0].response[2], None);
        assert_eq!(table.unweighted.response[2], Some(3.0 / (3.0 + 0.75 * 8.0)));
        let nobody = rate_table(&[]);
        assert!(nobody.weighted.response.iter().all(Option::is_none));
        let unknown = rate_table(&strata[..1]);
        assert_eq!(
            (unknown.unweighted.response[0], unknown.unweighted.response[2]),
            (Some(0.0), None)
        );
    }

    #[test]
    fn empty_answers_and_dont_knows_are_shares_of_those_who_could_give_them() {
        let codes = [5, 4, DONT_KNOW, MISSING, NOT_ASKED, 3, DONT_KNOW];
        let rates = item_rates(&codes, &[1.0; 7]);
        assert_eq!((rates.asked, rates.empty), (6, Some(1.0 / 6.0)));
        assert_eq!((rates.dont_know, rates.substantive), (Some(2.0 / 5.0), Some(0.5)));
        let weighted = item_rates(&codes, &[1.0, 1.0, 6.0, 2.0, 9.0, 0.0, 0.0]);
        assert_eq!((weighted.asked, weighted.empty), (4, Some(0.2)));
        assert_eq!(weighted.dont_know, Some(0.75));
        let nobody = item_rates(&[NOT_ASKED], &[1.0]);
        assert_eq!((nobody.asked, nobody.empty, nobody.dont_know), (0, None, None));
        assert_eq!(item_rates(&[MISSING], &[1.0]).dont_know, None);
    }

    #[test]
    fn groups_that_respond_alike_are_representative_and_others_less() {
        let alike = representativity(&[500.0, 500.0], &[100, 100], &[60, 60]).unwrap();
        assert_eq!((alike.indicator, alike.largest_bias), (1.0, 0.0));
        let apart =
            representativity(&[500.0, 500.0], &[100_000, 100_000], &[80_000, 40_000]).unwrap();
        // S = 0.2 by hand, less a little for chance.
        assert!(
            (apart.indicator - 0.6).abs() < 1e-4 && (apart.largest_bias - 1.0 / 3.0).abs() < 1e-4
        );
        let all_or_nothing = representativity(&[5.0, 5.0], &[9, 9], &[9, 0]).unwrap();
        assert_eq!(all_or_nothing.indicator, 0.0);
        assert_eq!(representativity(&[5.0], &[0], &[0]), None);
        assert_eq!(representativity(&[5.0], &[3], &[0]), None);
        assert_eq!(representativity(&[], &[], &[]), None);
    }
}
