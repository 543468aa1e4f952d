use serde::{Deserialize, Serialize};
/// How a score (0–100) becomes points, as a share of the most points to be had.
///
/// Every conversion only ever rises with the score, so that an interval of scores
/// becomes an interval of points by converting its two ends.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Conversion {
    /// The share of the points is the score: 80 of 100 gives 80 % of the points.
    Linear,
    /// No points below a floor, all points from a ceiling on.
    Floor {
        /// The score from which there are points at all.
        floor: f64,
        /// The score from which there are all points.
        full_from: f64,
        /// What lies between the two.
        between: Between,
    },
    /// A table of steps, rising; below the first step there are no points.
    Steps(Vec<Step>),
}

/// What share of the points a score between floor and ceiling gives.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Between {
    /// The share is the score, as without a floor.
    Score,
    /// The share grows from 0 at the floor to 100 % at the ceiling.
    Stretched,
}

/// From the score `from` on, `share` (0–1) of the points.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Step {
    /// The lowest score of this step.
    pub from: f64,
    /// The share of the most points to be had.
    pub share: f64,
}

impl Conversion {
    /// The points for `score`, of at most `max_points`; never rounded.
    pub fn points(&self, score: f64, max_points: f64) -> f64 {
        self.share(score.clamp(0.0, 100.0)) * max_points
    }

    /// The points for an interval of scores, end by end.
    pub fn points_interval(&self, [low, high]: [f64; 2], max_points: f64) -> [f64; 2] {
        [self.points(low, max_points), self.points(high, max_points)]
    }

    fn share(&self, score: f64) -> f64 {
        match self {
            Self::Linear => score / 100.0,
            Self::Floor { floor, full_from, between } => {
                if score >= *full_from {
                    1.0
                } else if score < *floor {
                    0.0
                } else {
                    match between {
                        Between::Score => score / 100.0,
                        Between::Stretched => (score - floor) / (full_from - floor),
                    }
                }
            }
            Self::Steps(steps) => {
                let reached = steps.iter().rev().find(|step| score >= step.from);
                reached.map_or(0.0, |step| step.share)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn floor(between: Between) -> Conversion {
        Conversion::Floor { floor: 50.0, full_from: 90.0, between }
    }

    fn steps() -> Conversion {
        let step = |from, share| Step { from, share };
        Conversion::Steps(vec![step(60.0, 0.25), step(70.0, 0.5), step(90.0, 1.0)])
    }

    #[test]
    fn a_linear_rule_gives_the_share_of_the_points() {
        assert_eq!(Conversion::Linear.points(80.0, 2.5), 2.0);
    }

    #[test]
    fn below_the_floor_there_are_no_points_and_from_the_ceiling_on_all_of_them() {
        assert_eq!(floor(Between::Score).points(49.99, 4.0), 0.0);
        assert_eq!(floor(Between::Score).points(50.0, 4.0), 2.0);
        assert_eq!(floor(Between::Score).points(90.0, 4.0), 4.0);
        assert_eq!(floor(Between::Stretched).points(50.0, 4.0), 0.0);
        assert_eq!(floor(Between::Stretched).points(70.0, 4.0), 2.0);
    }

    #[test]
    fn a_step_begins_at_its_own_score() {
        let points: Vec<f64> =
            [59.9, 60.0, 69.9, 70.0, 100.0].map(|score| steps().points(score, 2.0)).to_vec();
        assert_eq!(points, [0.0, 0.5, 0.5, 1.0, 2.0]);
    }

    #[test]
    fn an_interval_that_leaves_the_scale_stays_within_the_points() {
        assert_eq!(Conversion::Linear.points_interval([-3.0, 104.0], 2.0), [0.0, 2.0]);
    }

    proptest! {
        #[test]
        fn a_higher_score_never_gives_fewer_points(a in -10.0..110.0f64, b in -10.0..110.0f64) {
            let (low, high) = (a.min(b), a.max(b));
            let stretched = floor(Between::Stretched);
            for conversion in [Conversion::Linear, floor(Between::Score), stretched, steps()] {
                let [from, to] = conversion.points_interval([low, high], 3.0);
                prop_assert!(0.0 <= from && from <= to && to <= 3.0);
            }
        }
    }
}
