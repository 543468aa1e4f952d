//! When people of the reserve are called, and how many.
//!
//! The rule is published before the round opens. Reserves go out in waves on fixed
//! days, in drawn order, and never in the last days: whoever is invited has time to
//! answer, and nobody is called in the place of a particular person who refused.
//! So everybody released counts alike (π = released / N), and a refusal stays a
//! refusal whoever was called after it.

use crate::{messages::Text, text};
use serde::{Deserialize, Serialize};

/// The published rule for releasing the reserve of every stratum of a round.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct WaveRule {
    /// The days on which a wave may go out, counted from the opening day, which is 0.
    pub days: Vec<u32>,
    /// In so many last days of the round nothing goes out.
    pub quiet_days: u32,
    /// How many of 100 newly invited people are expected to answer.
    pub fresh_percent: u32,
    /// How many of 100 who were invited and are silent so far are expected to answer.
    pub pending_percent: u32,
}

/// How a stratum stands on the day of a wave.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Progress {
    /// N: everybody in drawn order.
    pub population: u64,
    /// How many answers are wanted.
    pub target: u64,
    /// How many were invited, from rank 1 on.
    pub released: u64,
    /// How many have answered.
    pub completed: u64,
    /// How many will not answer any more: refused, not eligible, out of reach.
    pub closed: u64,
}

/// What goes out today: the ranks after those already released.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Release {
    /// How many ranks.
    pub ranks: u64,
    /// Why there are none.
    pub held: Option<Held>,
}

/// Why nothing goes out today.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Held {
    /// The rule names other days.
    NotAReleaseDay,
    /// The round is in its last days.
    LastDays,
    /// With those already invited the target is expected to be reached.
    OnTrack,
    /// Everybody of the stratum is invited.
    ReserveEmpty,
    /// The rule expects nobody, or more than everybody, to answer.
    BadRule,
}

impl Default for WaveRule {
    /// Waves on days 7, 14 and 21; none in the last 7 days; 50 and 20 of 100.
    fn default() -> Self {
        Self { days: vec![7, 14, 21], quiet_days: 7, fresh_percent: 50, pending_percent: 20 }
    }
}

impl WaveRule {
    /// The share of the people invited who are expected to answer in the end: at once, or as one
    /// of those who were silent at first.
    pub fn answering(&self) -> f64 {
        let share = |percent: u32| f64::from(percent.min(100)) / 100.0;
        let (fresh, pending) = (share(self.fresh_percent), share(self.pending_percent));
        fresh + (1.0 - fresh) * pending
    }
}

/// How many ranks of a stratum go out on `day`, `days_left` days before closing.
///
/// So many that completed answers, the expected answers of those still silent, and
/// the expected answers of the new ones together reach the target: the smallest k
/// with `100·completed + pending%·silent + fresh%·k ≥ 100·target`, at most what is
/// left of the reserve.
pub fn next_wave(rule: &WaveRule, day: u32, days_left: u32, progress: &Progress) -> Release {
    let held = |reason| Release { ranks: 0, held: Some(reason) };
    if !(1..=100).contains(&rule.fresh_percent) || rule.pending_percent > 100 {
        return held(Held::BadRule);
    }
    if !rule.days.contains(&day) {
        return held(Held::NotAReleaseDay);
    }
    if days_left <= rule.quiet_days {
        return held(Held::LastDays);
    }
    let silent =
        progress.released.saturating_sub(progress.completed).saturating_sub(progress.closed);
    let wanted = u128::from(progress.target) * 100;
    let expected = u128::from(progress.completed) * 100
        + u128::from(silent) * u128::from(rule.pending_percent);
    let missing = wanted.saturating_sub(expected).div_ceil(u128::from(rule.fresh_percent));
    let left = progress.population.saturating_sub(progress.released);
    match (missing, left) {
        (0, _) => held(Held::OnTrack),
        (_, 0) => held(Held::ReserveEmpty),
        _ => Release { ranks: u64::try_from(missing).map_or(left, |k| k.min(left)), held: None },
    }
}

impl Held {
    /// The sentence for the office.
    pub fn text(&self) -> Text {
        match self {
            Self::NotAReleaseDay => text!("draw.not_a_release_day"),
            Self::LastDays => text!("draw.last_days"),
            Self::OnTrack => text!("draw.on_track"),
            Self::ReserveEmpty => text!("draw.reserve_empty"),
            Self::BadRule => text!("draw.bad_wave_rule"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const STRATUM: Progress =
        Progress { population: 400, target: 60, released: 60, completed: 20, closed: 10 };

    fn wave(day: u32, days_left: u32, progress: &Progress) -> Release {
        next_wave(&WaveRule::default(), day, days_left, progress)
    }

    #[test]
    fn a_wave_fills_what_is_expected_to_be_missing() {
        // 60 wanted, 20 here, 30 silent of whom 6 will come: 34 missing, at 50 % 68 calls.
        assert_eq!(wave(7, 21, &STRATUM), Release { ranks: 68, held: None });
    }

    #[test]
    fn nothing_goes_out_on_other_days_or_near_the_end() {
        assert_eq!(wave(8, 20, &STRATUM).held, Some(Held::NotAReleaseDay));
        assert_eq!(wave(21, 7, &STRATUM).held, Some(Held::LastDays));
        assert_eq!(wave(21, 8, &STRATUM).held, None);
    }

    #[test]
    fn a_stratum_on_track_or_used_up_gets_nothing() {
        let on_track = Progress { completed: 58, closed: 0, ..STRATUM };
        assert_eq!(wave(7, 21, &on_track).ranks, 4);
        let on_track = Progress { completed: 60, ..on_track };
        assert_eq!(wave(7, 21, &on_track).held, Some(Held::OnTrack));
        let empty = Progress { population: 60, ..STRATUM };
        assert_eq!(wave(7, 21, &empty).held, Some(Held::ReserveEmpty));
        let nearly_empty = Progress { population: 65, ..STRATUM };
        assert_eq!(wave(7, 21, &nearly_empty).ranks, 5);
    }

    #[test]
    fn a_rule_that_expects_nobody_releases_nobody() {
        let rule = WaveRule { fresh_percent: 0, ..WaveRule::default() };
        assert_eq!(next_wave(&rule, 7, 21, &STRATUM).held, Some(Held::BadRule));
    }

    proptest! {
        #[test]
        fn more_answers_never_mean_more_calls(
            population in 0..5_000_u64, target in 0..500_u64, released in 0..500_u64,
            completed in 0..500_u64, closed in 0..500_u64,
        ) {
            let stands = Progress { population, target, released, completed, closed };
            let better = Progress { completed: completed + 1, ..stands };
            let (now, then) = (wave(7, 21, &stands), wave(7, 21, &better));
            prop_assert!(now.ranks <= population.saturating_sub(released));
            if completed + closed < released {
                prop_assert!(then.ranks <= now.ranks);
            }
        }
    }
}
