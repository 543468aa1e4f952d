//! How long answering takes, as a count of whole minutes that knows nobody.

use std::collections::BTreeMap;

/// Fewer measurements than this are neither kept together nor told.
pub const LEAST_OF_PACE: u64 = 20;

/// Whoever takes longer is counted here.
pub const MOST_MINUTES: u32 = 60;

/// How many took how many minutes: `5` counts who took at least five and less than six.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Pace(BTreeMap<u32, u64>);

impl Pace {
    /// Adds `n` people who took so many whole minutes.
    pub fn add(&mut self, minutes: u32, n: u64) {
        *self.0.entry(minutes.min(MOST_MINUTES)).or_insert(0) += n;
    }

    /// Adds what another has counted.
    pub fn add_all(&mut self, other: &Self) {
        for (&minutes, &n) in &other.0 {
            self.add(minutes, n);
        }
    }

    /// How many were measured.
    pub fn n(&self) -> u64 {
        self.0.values().sum()
    }

    /// Each number of minutes that somebody took, and how many.
    pub fn iter(&self) -> impl Iterator<Item = (u32, u64)> {
        self.0.iter().map(|(&minutes, &n)| (minutes, n))
    }

    /// The minutes within which half of those measured finish, if enough were.
    ///
    /// The median is interpolated within the minute in which it falls, and rounded up: so it is
    /// the end of that minute. Among those who took longest it has no end.
    pub fn median(&self) -> Option<u32> {
        let n = self.n();
        if n < LEAST_OF_PACE {
            return None;
        }
        let mut so_far = 0;
        let within = self.iter().find(|(_, more)| {
            so_far += more;
            so_far * 2 >= n
        });
        within.map(|(minutes, _)| minutes + 1).filter(|&end| end <= MOST_MINUTES)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn pace(counts: &[(u32, u64)]) -> Pace {
        let mut pace = Pace::default();
        counts.iter().for_each(|&(minutes, n)| pace.add(minutes, n));
        pace
    }

    #[test]
    fn half_finish_within_the_median() {
        assert_eq!(pace(&[(4, 10), (6, 10)]).median(), Some(5));
        assert_eq!(pace(&[(4, 9), (6, 11)]).median(), Some(7));
        assert_eq!(pace(&[(0, 20)]).median(), Some(1));
        assert_eq!(pace(&[(4, 10), (6, 9)]).median(), None);
        assert_eq!(pace(&[(3, 5), (75, 30)]).median(), None);
        assert_eq!(Pace::default().median(), None);
    }

    proptest! {
        #[test]
        fn as_many_finish_within_the_median_as_it_says(seconds in prop::collection::vec(0u32..3_599, 20..200)) {
            let mut pace = Pace::default();
            seconds.iter().for_each(|seconds| pace.add(seconds / 60, 1));
            let median = pace.median().unwrap();
            let within = |minutes: u32| seconds.iter().filter(|&&one| one < minutes * 60).count() * 2;
            prop_assert!(within(median) >= seconds.len());
            prop_assert!(within(median - 1) < seconds.len());
        }
    }
}
