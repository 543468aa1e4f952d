//! What a planned sample will be able to say.
//!
//! Before anybody is asked, the interval of a figure is as wide as the plan makes it: the people
//! of a domain stratum by stratum, the answers expected of each, and how far answers will differ.
//! The half-width given here is that of the normal interval, as in the official formula; the
//! intervals of small domains come out somewhat wider ([`crate::interval`]).
//!
//! Source: W. G. Cochran (1977), Sampling Techniques, 3rd ed., sections 5.3 and 13.2.

use crate::allocate::{AllocationError, floor_to_u64};
use crate::design::LARGEST;
use crate::exact_sum::ExactSum;
use crate::sample_size::{critical_z, whole};

/// One stratum of a plan.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct PlannedStratum {
    /// People there are.
    pub population: u64,
    /// Answers expected; an expectation need not be whole.
    pub respondents: f64,
    /// Standard deviation of the answers among these people (divisor N − 1).
    pub deviation: f64,
}

/// Answers that are to be expected: those wanted, or as many as the people drawn will give.
///
/// Where everybody is asked and not everybody answers, this is less than was wanted; the
/// half-width then is that of a sample and not 0, as for the estimates themselves, whose finite
/// population correction counts respondents.
///
/// # Errors
/// [`AllocationError::Unusable`] for a response rate outside [0, 1].
pub fn expected_respondents(
    wanted: u64,
    drawn: u64,
    response_rate: f64,
) -> Result<f64, AllocationError> {
    if !(0.0..=1.0).contains(&response_rate) {
        return Err(AllocationError::Unusable { what: "response rate" });
    }
    Ok((wanted as f64).min(drawn as f64 * response_rate))
}

/// People to draw so that as many answers as wanted are to be expected: ⌈n/r⌉, at most all.
///
/// # Errors
/// [`AllocationError::Unusable`] for a response rate outside (0, 1].
pub fn people_to_draw(
    wanted: u64,
    population: u64,
    response_rate: f64,
) -> Result<u64, AllocationError> {
    if !(response_rate > 0.0 && response_rate <= 1.0) {
        return Err(AllocationError::Unusable { what: "response rate" });
    }
    Ok(whole(wanted as f64 / response_rate, population))
}

/// The most answers that can be counted on when everybody is asked: ⌊r·N⌋, but one at least
/// where there is anybody.
///
/// # Errors
/// [`AllocationError::Unusable`] for a response rate outside [0, 1].
pub fn most_respondents(population: u64, response_rate: f64) -> Result<u64, AllocationError> {
    let expected = expected_respondents(population, population, response_rate)?;
    Ok(floor_to_u64(expected * (1.0 + 1e-12)).max(1).min(population))
}

/// The standard deviation of a share among N people: √(p(1 − p)·N/(N − 1)).
///
/// A share of one half has the largest; no answer between 0 and 1 spreads wider.
///
/// # Errors
/// [`AllocationError::Unusable`] for a share outside [0, 1].
pub fn share_deviation(population: u64, share: f64) -> Result<f64, AllocationError> {
    if !(0.0..=1.0).contains(&share) {
        return Err(AllocationError::Unusable { what: "share" });
    }
    let people = population as f64;
    let correction = if population > 1 { people / (people - 1.0) } else { 1.0 };
    Ok((share * (1.0 - share) * correction).sqrt())
}

/// Half the width of the interval of a domain's mean: z·√(deff·Σ(N/ΣN)²S²(1/n − 1/N)).
///
/// `strata` are those of the domain: of a unit its groups, of a group its units, or all. Nothing
/// is known (`None`) of a domain without people, and of one with a stratum in which nobody is
/// expected to answer. A stratum without people does not count.
///
/// # Errors
/// [`AllocationError::Unusable`] for a level outside (0, 1), a design effect that is not
/// positive, and for numbers below 0 or not finite.
pub fn expected_half_width(
    strata: &[PlannedStratum],
    level: f64,
    deff: f64,
) -> Result<Option<f64>, AllocationError> {
    let unusable = |what| Err(AllocationError::Unusable { what });
    let z = critical_z(level)?;
    if !(deff > 0.0 && deff <= LARGEST) {
        return unusable("deff");
    }
    let all = strata.iter().fold(0u64, |sum, s| sum.saturating_add(s.population)) as f64;
    let mut variance = ExactSum::default();
    let mut unknown = strata.iter().all(|s| s.population == 0);
    for stratum in strata {
        let PlannedStratum { population, respondents, deviation } = *stratum;
        if !(0.0..=LARGEST).contains(&respondents) {
            return unusable("respondents");
        }
        if !(0.0..=LARGEST).contains(&deviation) {
            return unusable("deviations");
        }
        let people = population as f64;
        if population == 0 || respondents >= people {
            continue;
        }
        let per_answer = 1.0 / respondents - 1.0 / people;
        if !per_answer.is_finite() {
            unknown = true;
            continue;
        }
        variance.add((people / all * deviation).powi(2) * per_answer);
    }
    let half = z * (deff * variance.value()).sqrt();
    Ok((!unknown && half.is_finite()).then_some(half))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::sample_size::expected_margin;

    fn planned(population: u64, respondents: f64) -> PlannedStratum {
        let deviation = share_deviation(population, 0.5).unwrap();
        PlannedStratum { population, respondents, deviation }
    }

    #[test]
    fn two_strata_are_known_better_together_than_each() {
        let (a, b) = (planned(400, 80.0), planned(100, 50.0));
        let half =
            |strata: &[PlannedStratum]| expected_half_width(strata, 0.95, 1.0).unwrap().unwrap();
        // By hand: (0.8² · 0.25·400/399 · (1/80 − 1/400) + 0.2² · 0.25·100/99 · (1/50 − 1/100)).
        let variance = 0.64 * 0.25 * 400.0 / 399.0 * 0.01 + 0.04 * 0.25 * 100.0 / 99.0 * 0.01;
        assert!((half(&[a, b]) - 1.959_963_984_540_054 * f64::sqrt(variance)).abs() < 1e-15);
        assert!(half(&[a, b]) < half(&[a]) && half(&[a]) < half(&[b]));
    }

    #[test]
    fn a_census_is_only_one_if_everybody_answers() {
        let answers = |rate| expected_respondents(40, 40, rate).unwrap();
        let half = |rate| expected_half_width(&[planned(40, answers(rate))], 0.95, 1.0).unwrap();
        assert_eq!(half(1.0), Some(0.0));
        assert!(half(0.7).unwrap() > 0.08);
        assert_eq!(half(0.0), None);
        assert_eq!(expected_respondents(40, 100, 0.7), Ok(40.0));
        assert!(expected_respondents(40, 100, 1.1).is_err());
    }

    #[test]
    fn more_people_are_drawn_than_answers_wanted() {
        assert_eq!(people_to_draw(60, 1_000, 0.6), Ok(100));
        assert_eq!(people_to_draw(60, 80, 0.6), Ok(80));
        assert_eq!(people_to_draw(0, 80, 0.6), Ok(0));
        assert!(people_to_draw(60, 80, 0.0).is_err());
        let most = [0u64, 1, 10, 200].map(|people| most_respondents(people, 0.7).unwrap());
        assert_eq!(most, [0, 1, 7, 140]);
    }

    #[test]
    fn nothing_is_known_of_nobody() {
        assert_eq!(expected_half_width(&[], 0.95, 1.0), Ok(None));
        assert_eq!(expected_half_width(&[planned(0, 0.0)], 0.95, 1.0), Ok(None));
        let half = expected_half_width(&[planned(0, 0.0), planned(9, 9.0)], 0.95, 1.0);
        assert_eq!(half, Ok(Some(0.0)));
        assert!(expected_half_width(&[planned(9, -1.0)], 0.95, 1.0).is_err());
        assert!(expected_half_width(&[planned(9, 1.0)], 1.0, 1.0).is_err());
        assert!(share_deviation(9, 1.1).is_err());
        assert_eq!(share_deviation(1, 0.5), Ok(0.5));
    }

    proptest! {
        #[test]
        fn one_stratum_is_the_textbook_formula(
            population in 2u64..100_000,
            permille in 0u64..1_000,
            share in 0.0..=1.0f64,
            deff in 0.5..3.0f64,
        ) {
            let respondents = (population * permille / 1_000).max(1);
            let stratum = PlannedStratum {
                population,
                respondents: respondents as f64,
                deviation: share_deviation(population, share).unwrap(),
            };
            let half = expected_half_width(&[stratum], 0.9, deff).unwrap().unwrap();
            let known = expected_margin(respondents, population, share, 0.9, deff).unwrap();
            prop_assert!((half - known).abs() <= 1e-12 * (1.0 + known));
        }

        #[test]
        fn more_answers_never_widen_an_interval(
            strata in prop::collection::vec((1u64..5_000, 0.01..1.0f64, 0.0..1.0f64), 1..8),
            which in 0usize..8,
        ) {
            let plan: Vec<PlannedStratum> = strata
                .iter()
                .map(|&(population, part, _)| planned(population, part * population as f64))
                .collect();
            let mut more = plan.clone();
            let at = which % plan.len();
            more[at].respondents += strata[at].2 * 10.0;
            let half = |plan: &[PlannedStratum]| expected_half_width(plan, 0.95, 1.0).unwrap().unwrap();
            prop_assert!(half(&more) <= half(&plan));
            // The order of the strata changes no bit.
            let turned: Vec<PlannedStratum> = plan.iter().rev().copied().collect();
            prop_assert_eq!(half(&turned).to_bits(), half(&plan).to_bits());
        }
    }
}
