//! Rules that turn a score into a share of the points to be had; none of them ever falls.

use std::fmt;

/// A score this near below a threshold is on it: scores are sums of rounded numbers, and 90 of
/// 100 must not become 89.999… by the order in which groups were combined.
const SAME: f64 = 1e-9;

/// How a score between 0 and 100 becomes a share (0–1) of the most points.
#[derive(Clone, Copy)]
pub enum Conversion<'a> {
    /// The share is the score: 80 of 100 gives 80 % of the points.
    Linear,
    /// No points below `floor`, all from `full_from` on.
    Floor {
        /// The score from which there are points at all.
        floor: f64,
        /// The score from which there are all points.
        full_from: f64,
        /// Between the two the share grows from 0 to 1; otherwise it is the score.
        stretched: bool,
    },
    /// From each score on, this share; below the first there are no points.
    Steps(&'a [(f64, f64)]),
    /// Any other rule that never falls.
    Other(&'a (dyn Fn(f64) -> f64 + Sync)),
}

impl fmt::Debug for Conversion<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Linear => f.write_str("Linear"),
            Self::Floor { floor, full_from, stretched } => {
                write!(f, "Floor({floor}, {full_from}, stretched: {stretched})")
            }
            Self::Steps(steps) => write!(f, "Steps({steps:?})"),
            Self::Other(_) => f.write_str("Other"),
        }
    }
}

impl Conversion<'_> {
    /// The share of the points for a score; scores outside of 0 to 100 count as the nearer end.
    #[must_use]
    pub fn share(&self, score: f64) -> f64 {
        let score = score.clamp(0.0, 100.0);
        match self {
            Self::Linear => score / 100.0,
            Self::Floor { floor, full_from, stretched } => match self.step(score) {
                0 => 0.0,
                2 => 1.0,
                _ if *stretched => ((score - floor) / (full_from - floor)).clamp(0.0, 1.0),
                _ => score / 100.0,
            },
            Self::Steps(steps) => match self.step(score) {
                0 => 0.0,
                step => steps[step - 1].1,
            },
            Self::Other(rule) => rule(score),
        }
    }

    /// Which step a score falls on, from 0; always 0 for a rule without steps.
    pub(crate) fn step(&self, score: f64) -> usize {
        let score = score.clamp(0.0, 100.0);
        self.thresholds().iter().filter(|&&threshold| score >= threshold - SAME).count()
    }

    /// How many steps there are; none for a rule without.
    pub(crate) fn steps(&self) -> usize {
        match self.thresholds().len() {
            0 => 0,
            count => count + 1,
        }
    }

    /// The score at which a step begins; nothing for the lowest.
    pub(crate) fn begins(&self, step: usize) -> Option<f64> {
        self.thresholds().get(step.checked_sub(1)?).copied()
    }

    /// Scores at which the points change by a jump or a kink.
    pub(crate) fn thresholds(&self) -> Vec<f64> {
        match self {
            Self::Floor { floor, full_from, .. } => vec![*floor, *full_from],
            Self::Steps(steps) => steps.iter().map(|step| step.0).collect(),
            Self::Linear | Self::Other(_) => Vec::new(),
        }
    }

    /// Whether thresholds and shares are numbers, rise, and shares lie between 0 and 1; a rule
    /// given as a function is believed.
    pub(crate) fn rises(&self) -> bool {
        let numbers = self.thresholds().iter().all(|t| t.is_finite());
        let thresholds = self.thresholds().windows(2).all(|pair| pair[0] < pair[1]);
        let shares = match self {
            Self::Steps(steps) => {
                steps.iter().all(|step| (0.0..=1.0).contains(&step.1))
                    && steps.windows(2).all(|pair| pair[0].1 <= pair[1].1)
            }
            _ => true,
        };
        numbers && thresholds && shares
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const STEPS: [(f64, f64); 3] = [(60.0, 0.25), (70.0, 0.5), (90.0, 1.0)];

    #[test]
    fn a_step_begins_at_its_own_score() {
        let rule = Conversion::Steps(&STEPS);
        let shares = [59.9, 60.0, 69.9, 70.0, 90.0, 120.0].map(|score| rule.share(score));
        assert_eq!(shares, [0.0, 0.25, 0.25, 0.5, 1.0, 1.0]);
        assert_eq!(rule.share(0.1 * 3.0 * 300.0 - 1e-12), 1.0);
        assert_eq!((rule.steps(), rule.begins(0), rule.begins(3)), (4, None, Some(90.0)));
    }

    #[test]
    fn below_the_floor_there_are_no_points_and_from_the_ceiling_on_all_of_them() {
        let rule = |stretched| Conversion::Floor { floor: 50.0, full_from: 90.0, stretched };
        let shares = |rule: Conversion<'_>| [49.9, 50.0, 70.0, 90.0].map(|s| rule.share(s));
        assert_eq!(shares(rule(false)), [0.0, 0.5, 0.7, 1.0]);
        assert_eq!(shares(rule(true)), [0.0, 0.0, 0.5, 1.0]);
    }

    #[test]
    fn rules_that_fall_are_known() {
        assert!(!Conversion::Steps(&[(60.0, 0.5), (70.0, 0.25)]).rises());
        assert!(!Conversion::Steps(&[(70.0, 0.25), (60.0, 0.5)]).rises());
        assert!(!Conversion::Floor { floor: 90.0, full_from: 50.0, stretched: true }.rises());
        assert!(!Conversion::Steps(&[(f64::NAN, 0.5)]).rises());
        assert!(Conversion::Steps(&STEPS).rises() && Conversion::Linear.rises());
    }

    proptest! {
        #[test]
        fn a_higher_score_never_gives_fewer_points(a in -10.0..110.0f64, b in -10.0..110.0f64) {
            let floor = |stretched| Conversion::Floor { floor: 40.0, full_from: 80.0, stretched };
            let root = |score: f64| (score / 100.0).sqrt();
            let rules = [Conversion::Linear, floor(true), floor(false), Conversion::Steps(&STEPS), Conversion::Other(&root)];
            for rule in rules {
                prop_assert!(rule.share(a.min(b)) <= rule.share(a.max(b)));
                prop_assert!((0.0..=1.0).contains(&rule.share(a)));
            }
        }
    }
}
