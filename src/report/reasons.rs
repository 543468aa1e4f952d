//! Why people do not take part, as counts of the whole round.
//!
//! These are counts of people who are known to their neighbours: "all five who declined do not
//! trust us" names five. So a count is told only where it and all the others together are large
//! enough, by the rule of [`super::rates`].

use super::{
    facts::Facts,
    suppress::{LEAST_OF_CELL, Shown, Table},
};
use crate::fieldwork::{Reason, Said};
use serde::{Deserialize, Serialize};

/// How many people gave one reason.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ReasonRow {
    /// What they said.
    pub said: Said,
    /// Why.
    pub reason: Reason,
    /// How many, if that may be told.
    pub n: Shown<u64>,
}

/// The reasons of an opened round, in the order in which they were offered.
pub(super) fn reasons(facts: &Facts) -> Vec<ReasonRow> {
    let of = |said: Said| {
        let offered = Reason::of(said);
        let count = |reason| facts.reasons.get(&(said, reason)).copied().unwrap_or(0);
        let counts: Vec<u64> = offered.iter().map(|&reason| count(reason)).collect();
        let shown = shown(&counts);
        offered.iter().zip(shown).map(move |(&reason, n)| ReasonRow { said, reason, n })
    };
    [Said::NotEligible, Said::Refused].into_iter().flat_map(of).collect()
}

/// Counts as they may be told. Where all gave one reason, or only hidden ones are left, the
/// zeros beside it would tell what everybody said.
fn shown(counts: &[u64]) -> Vec<Shown<u64>> {
    if counts.iter().sum::<u64>() == 0 {
        return vec![Shown::Nobody; counts.len()];
    }
    let hidden = Table::row(counts).hidden(LEAST_OF_CELL);
    let given = counts.iter().filter(|&&n| n > 0).count();
    if given < 2 || counts.iter().zip(&hidden).all(|(&n, &hidden)| n == 0 || hidden) {
        return vec![Shown::Hidden; counts.len()];
    }
    let shown = counts.iter().zip(hidden).map(|(&n, hidden)| match n {
        0 => Shown::Nobody,
        _ if hidden => Shown::Hidden,
        n => Shown::Value(n),
    });
    shown.collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::trial;
    use Shown::{Hidden, Nobody, Value};
    use proptest::prelude::*;

    #[test]
    fn every_reason_that_was_offered_has_a_row() {
        let mut facts = trial::two_groups(&[], &[]);
        facts.reasons.insert((Said::Refused, Reason::NoTime), 25);
        facts.reasons.insert((Said::Refused, Reason::NoTrust), 14);
        let rows = reasons(&facts);
        assert_eq!(rows.len(), 10);
        assert!(rows[..5].iter().all(|row| row.said == Said::NotEligible && row.n == Nobody));
        let told: Vec<_> = rows[5..].iter().map(|row| row.n.clone()).collect();
        assert_eq!(told, [Value(25), Value(14), Nobody, Nobody, Nobody]);
    }

    #[test]
    fn a_reason_of_few_takes_another_with_it() {
        assert_eq!(shown(&[30, 3, 12, 0, 40]), [Value(30), Hidden, Hidden, Nobody, Value(40)]);
    }

    #[test]
    fn what_all_of_them_said_is_not_told() {
        assert_eq!(shown(&[50, 0, 0]), [Hidden, Hidden, Hidden]);
        assert_eq!(shown(&[6, 0, 3]), [Hidden, Hidden, Hidden]);
        assert_eq!(shown(&[50, 4, 0]), [Hidden, Hidden, Hidden]);
    }

    proptest! {
        #[test]
        fn a_count_that_is_told_and_all_others_are_large(counts in prop::collection::vec(0u64..60, 5)) {
            let all: u64 = counts.iter().sum();
            for (n, shown) in counts.iter().zip(shown(&counts)) {
                if let Value(told) = shown {
                    prop_assert!(told == *n && told >= 10 && all - told >= 10, "{counts:?}");
                }
            }
        }
    }
}
