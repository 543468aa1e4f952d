//! How many respondents a figure needs.
//!
//! Sources: W. G. Cochran (1977), Sampling Techniques, 3rd ed., chapter 4; T. Yamane (1967).

use serde::Serialize;

use crate::allocate::{AllocationError, floor_to_u64};
use crate::distribution::normal_quantile;
use crate::interval::tail_of;

/// A sample size with the steps that led to it.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct SampleSize {
    /// For an infinite population.
    pub infinite: f64,
    /// Respondents needed from this population, before rounding.
    pub exact: f64,
    /// Respondents needed.
    pub respondents: u64,
    /// People to draw, so that enough of them answer.
    pub draw: u64,
}

/// The official formula n = N/(1 + N·e²): a share of one half, z = 2, no design effect.
///
/// Source: T. Yamane (1967), Statistics: An Introductory Analysis, 2nd ed.
///
/// # Errors
/// [`AllocationError::Unusable`] unless 0 < e < 1.
pub fn sample_size_yamane(population: u64, margin: f64) -> Result<SampleSize, AllocationError> {
    if !(margin > 0.0 && margin < 1.0) {
        return Err(AllocationError::Unusable { what: "margin" });
    }
    let people = population as f64;
    let infinite = 1.0 / (margin * margin);
    let exact = people / (1.0 + people * margin * margin);
    let respondents = whole(exact, population);
    Ok(SampleSize { infinite, exact, respondents, draw: respondents })
}

/// What a planned survey is to reach.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Precision {
    /// Half the width of the interval.
    pub margin: f64,
    /// Confidence level.
    pub level: f64,
    /// Design effect expected.
    pub deff: f64,
    /// Share of the people drawn who answer.
    pub response_rate: f64,
}

/// Respondents for a share: n₀ = z²p(1−p)/d²·deff, n = n₀/(1 + (n₀ − 1)/N).
///
/// Source: Cochran (1977), section 4.4.
///
/// # Errors
/// [`AllocationError::Unusable`] for an argument outside its domain.
pub fn sample_size_share(
    population: u64,
    share: f64,
    precision: &Precision,
) -> Result<SampleSize, AllocationError> {
    if !(0.0..=1.0).contains(&share) {
        return Err(AllocationError::Unusable { what: "share" });
    }
    sized(population, share * (1.0 - share), precision)
}

/// Respondents for a mean of standard deviation `deviation` (Cochran 1977, section 4.6).
///
/// # Errors
/// [`AllocationError::Unusable`] for an argument outside its domain.
pub fn sample_size_mean(
    population: u64,
    deviation: f64,
    precision: &Precision,
) -> Result<SampleSize, AllocationError> {
    if !(deviation >= 0.0 && deviation.is_finite()) {
        return Err(AllocationError::Unusable { what: "deviation" });
    }
    sized(population, deviation * deviation, precision)
}

fn sized(
    population: u64,
    spread: f64,
    precision: &Precision,
) -> Result<SampleSize, AllocationError> {
    let Precision { margin, level, deff, response_rate } = *precision;
    let check =
        |yes: bool, what| if yes { Ok(()) } else { Err(AllocationError::Unusable { what }) };
    check(margin > 0.0 && margin.is_finite(), "margin")?;
    check(deff > 0.0 && deff.is_finite(), "deff")?;
    check(response_rate > 0.0 && response_rate <= 1.0, "response rate")?;
    let z = critical_z(level)?;
    let people = population as f64;
    let infinite = z * z * spread / (margin * margin) * deff;
    let exact = infinite / (1.0 + (infinite - 1.0) / people);
    let exact = if population == 0 || exact < 0.0 { 0.0 } else { exact };
    let respondents = whole(exact, population);
    let draw = whole(respondents as f64 / response_rate, population);
    Ok(SampleSize { infinite, exact, respondents, draw })
}

/// Half the width of the interval of a share that n of N respondents give.
///
/// # Errors
/// [`AllocationError::Unusable`] for an argument outside its domain.
pub fn expected_margin(
    respondents: u64,
    population: u64,
    share: f64,
    level: f64,
    deff: f64,
) -> Result<f64, AllocationError> {
    let unusable = |what| Err(AllocationError::Unusable { what });
    if respondents == 0 || respondents > population {
        return unusable("respondents");
    }
    if !(0.0..=1.0).contains(&share) {
        return unusable("share");
    }
    if !(deff > 0.0 && deff.is_finite()) {
        return unusable("deff");
    }
    if respondents == population {
        return Ok(0.0);
    }
    let (n, people) = (respondents as f64, population as f64);
    let variance = deff * share * (1.0 - share) / n * (people - n) / (people - 1.0);
    Ok(critical_z(level)? * variance.sqrt())
}

/// Respondents of each of two rounds that tell the shares `p1` and `p2` apart.
///
/// `n = (z + z')²·(p₁q₁ + p₂q₂ − 2πρ√(p₁q₁p₂q₂))/(p₁ − p₂)²` with the normal quantiles z of 1 − α/2
/// and z' of the power, where a share π of the people
/// answers in both rounds and their answers correlate by ρ.
///
/// # Errors
/// [`AllocationError::Unusable`] for an argument outside its domain.
pub fn sample_size_difference(
    shares: [f64; 2],
    level: f64,
    power: f64,
    overlap: f64,
    correlation: f64,
) -> Result<u64, AllocationError> {
    let [p1, p2] = shares;
    let inside = |x: f64| (0.0..=1.0).contains(&x);
    if !(inside(p1) && inside(p2) && p1 != p2) {
        return Err(AllocationError::Unusable { what: "shares" });
    }
    let needed = Comparison::of(p1, level, power, overlap, correlation)?.needed(p2 - p1);
    Ok(whole(needed.max(1.0), u64::MAX))
}

/// The smallest changes of a share between two rounds that a sample size can tell.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Detectable {
    /// How far the share has to fall; `None` if even a fall to 0 may go unnoticed.
    pub fall: Option<f64>,
    /// How far it has to rise; `None` if even a rise to 1 may go unnoticed.
    pub rise: Option<f64>,
}

/// The smallest differences to a share that `respondents` in each of two rounds tell with the
/// power asked for: the inverse of [`sample_size_difference`].
///
/// The sizes needed fall as the difference grows, except where nearly everybody answers twice
/// and nearly alike (π·ρ near 1); then this is the first difference for which the respondents are
/// enough, as far as a search in steps of a thousandth sees.
///
/// # Errors
/// [`AllocationError::Unusable`] for an argument outside its domain.
pub fn smallest_differences(
    respondents: u64,
    share: f64,
    level: f64,
    power: f64,
    overlap: f64,
    correlation: f64,
) -> Result<Detectable, AllocationError> {
    if respondents == 0 {
        return Err(AllocationError::Unusable { what: "respondents" });
    }
    if !(0.0..=1.0).contains(&share) {
        return Err(AllocationError::Unusable { what: "share" });
    }
    let comparison = Comparison::of(share, level, power, overlap, correlation)?;
    let n = respondents as f64;
    Ok(Detectable { fall: comparison.first(n, -share), rise: comparison.first(n, 1.0 - share) })
}

/// A share in one round, to be told from that in another.
struct Comparison {
    share: f64,
    /// (z + z')².
    certainty: f64,
    /// π·ρ.
    likeness: f64,
}

impl Comparison {
    fn of(
        share: f64,
        level: f64,
        power: f64,
        overlap: f64,
        correlation: f64,
    ) -> Result<Self, AllocationError> {
        if !((0.0..=1.0).contains(&overlap) && (-1.0..=1.0).contains(&correlation)) {
            return Err(AllocationError::Unusable { what: "overlap" });
        }
        let Some(beta) = normal_quantile(power) else {
            return Err(AllocationError::Unusable { what: "power" });
        };
        let certainty = (critical_z(level)? + beta).powi(2);
        Ok(Self { share, certainty, likeness: overlap * correlation })
    }

    /// Respondents of each round that tell a difference other than 0.
    fn needed(&self, difference: f64) -> f64 {
        let other = self.share + difference;
        let (v1, v2) = (self.share * (1.0 - self.share), (other * (1.0 - other)).max(0.0));
        let variance = v1 + v2 - 2.0 * self.likeness * (v1 * v2).sqrt();
        self.certainty * variance / difference.powi(2)
    }

    /// The first difference from 0 to `last` for which n are enough, without its sign.
    fn first(&self, n: f64, last: f64) -> Option<f64> {
        const STEPS: u32 = 1_000;
        let part = |step: u32| last * f64::from(step) / f64::from(STEPS);
        let enough = |difference: f64| difference != 0.0 && self.needed(difference) <= n;
        let step = (1..=STEPS).find(|&step| enough(part(step)))?;
        let (mut low, mut high) = (part(step - 1), part(step));
        while (high - low).abs() > 1e-12 {
            let middle = low + (high - low) / 2.0;
            if enough(middle) {
                high = middle;
            } else {
                low = middle;
            }
        }
        Some(high.abs())
    }
}

pub(crate) fn critical_z(level: f64) -> Result<f64, AllocationError> {
    let z = tail_of(level).and_then(|tail| normal_quantile(1.0 - tail));
    z.ok_or(AllocationError::Unusable { what: "level" })
}

/// The next whole number, at most `most`; rounding noise does not ask for one more.
pub(crate) fn whole(number: f64, most: u64) -> u64 {
    let up = (number - 1e-9 * number.abs().max(1.0)).ceil().max(0.0);
    if up >= most as f64 { most } else { floor_to_u64(up) }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn the_official_formula_asks_for_a_census_of_few_and_four_hundred_of_many() {
        let respondents = |n| sample_size_yamane(n, 0.05).unwrap().respondents;
        assert_eq!([respondents(0), respondents(1), respondents(100)], [0, 1, 80]);
        assert_eq!([respondents(400), respondents(1_000), respondents(10_000)], [200, 286, 385]);
        assert!(sample_size_yamane(10, 0.0).is_err());
    }
    #[test]
    fn without_overlap_the_smallest_difference_solves_a_quadratic_equation() {
        // (1 + n/K)·d² − (1 − 2p)·d − 2p(1 − p) = 0 with K = (z + z')².
        let (n, p) = (400u64, 0.7f64);
        let k = (1.959_963_984_540_054f64 + 0.841_621_233_572_914_3).powi(2);
        let (a, b, c) = (1.0 + 400.0 / k, 1.0 - 2.0 * p, 2.0 * p * (1.0 - p));
        let root = |b: f64| (b + f64::sqrt(b * b + 4.0 * a * c)) / (2.0 * a);
        let found = smallest_differences(n, p, 0.95, 0.8, 0.0, 0.0).unwrap();
        assert!((found.rise.unwrap() - root(b)).abs() < 1e-11);
        assert!((found.fall.unwrap() - root(-b)).abs() < 1e-11);
    }

    #[test]
    fn too_few_respondents_tell_nothing() {
        let found = smallest_differences(2, 0.9, 0.95, 0.8, 0.0, 0.0).unwrap();
        assert_eq!(found.rise, None);
        let none = Detectable { fall: None, rise: None };
        assert_eq!(smallest_differences(1, 0.5, 0.95, 0.8, 0.0, 0.0), Ok(none));
        assert!(smallest_differences(0, 0.5, 0.95, 0.8, 0.0, 0.0).is_err());
        assert!(smallest_differences(9, 0.5, 0.95, 1.0, 0.0, 0.0).is_err());
        assert!(smallest_differences(9, 1.5, 0.95, 0.8, 0.0, 0.0).is_err());
    }

    proptest! {
        #[test]
        fn the_smallest_difference_needs_just_these_respondents(
            n in 2u64..5_000,
            share in 0.0..=1.0f64,
            overlap in 0.0..0.9f64,
            correlation in -1.0..0.9f64,
        ) {
            let found = smallest_differences(n, share, 0.95, 0.8, overlap, correlation).unwrap();
            let needed = |to: f64| {
                sample_size_difference([share, to], 0.95, 0.8, overlap, correlation).unwrap()
            };
            for (difference, sign) in [(found.fall, -1.0), (found.rise, 1.0)] {
                let Some(d) = difference else { continue };
                prop_assert!(needed((share + sign * d).clamp(0.0, 1.0)) <= n);
                let less = share + sign * d * 0.99;
                prop_assert!(less == share || needed(less.clamp(0.0, 1.0)) >= n);
            }
        }
    }
}
