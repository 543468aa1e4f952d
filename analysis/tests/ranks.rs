//! Ranks with their uncertainty: what must hold in the simplest cases.

use analysis::{RankRule, rank_sets};

#[test]
fn censuses_are_compared_exactly_and_ties_share_their_ranks() {
    let none = vec![vec![0.0; 3]; 3];
    let sets = rank_sets(&[5.0, 7.0, 5.0], &none, &RankRule::default()).unwrap();
    assert_eq!(sets.best, [2, 1, 2]);
    assert_eq!(sets.worst, [3, 1, 3]);
}

#[test]
fn one_unit_has_rank_one_and_bad_input_is_refused() {
    let sets = rank_sets(&[5.0], &[vec![1.0]], &RankRule::default()).unwrap();
    assert_eq!((sets.best, sets.worst), (vec![1], vec![1]));
    let empty = rank_sets(&[], &[], &RankRule::default()).unwrap();
    assert!(empty.best.is_empty());
    assert!(
        rank_sets(&[1.0, f64::NAN], &[vec![1.0; 2], vec![1.0; 2]], &RankRule::default()).is_err()
    );
    assert!(rank_sets(&[1.0], &[], &RankRule::default()).is_err());
}

#[test]
fn two_units_far_apart_are_told_apart() {
    let covariance = vec![vec![1.0, 0.5], vec![0.5, 1.0]];
    let rule = RankRule { draws: 20_000, ..RankRule::default() };
    let sets = rank_sets(&[10.0, 0.0], &covariance, &rule).unwrap();
    assert_eq!((sets.best, sets.worst), (vec![1, 2], vec![1, 2]));
    // One pair: the critical value is that of |Z|.
    assert!((sets.critical_values[0] - 1.96).abs() < 0.03);
}
