//! What a ranking may say: which places a unit may have, who could be among the best, which
//! units cannot be told apart.
//!
//! Sources: M. Mogstad, J. P. Romano, A. M. Shaikh, D. Wilhelm (2024), Review of Economic
//! Studies 91 (rank sets and the τ-best); H. Goldstein, D. J. Spiegelhalter (1996), Journal of
//! the Royal Statistical Society A 159 (why a league table needs them).

use serde::Serialize;

use crate::family::{Basis, Family};
use crate::rank::{RankError, RankRule, RankSets, rank_sets};
use crate::simulate::{Draws, Errors};

impl RankSets {
    /// Units that could be among the best `places` (the τ-best of the source).
    ///
    /// For simultaneous sets the chance that every one of the true best is named is the level of
    /// the sets or more, whatever the number of places.
    #[must_use]
    pub fn could_be_best(&self, places: usize) -> Vec<usize> {
        (0..self.best.len()).filter(|&unit| self.best[unit] <= places).collect()
    }

    /// Units that could be among the worst `places`.
    #[must_use]
    pub fn could_be_worst(&self, places: usize) -> Vec<usize> {
        let units = self.worst.len();
        (0..units).filter(|&unit| self.worst[unit].saturating_add(places) > units).collect()
    }

    /// Units that are among the best `places` for sure, at the level of the sets.
    #[must_use]
    pub fn surely_best(&self, places: usize) -> Vec<usize> {
        (0..self.worst.len()).filter(|&unit| self.worst[unit] <= places).collect()
    }

    /// Units that are among the worst `places` for sure, at the level of the sets.
    #[must_use]
    pub fn surely_worst(&self, places: usize) -> Vec<usize> {
        let units = self.best.len();
        (0..units).filter(|&unit| self.best[unit].saturating_add(places) > units).collect()
    }
}

/// The share of draws from N(θ̂, Σ) in which each unit (row) has each rank (column).
///
/// This describes how far the estimates lie from each other; it is no probability of the true
/// rank, and no inference.
/// Equal values share the better rank, so that a row adds up to 1 and a column need not.
/// Nothing unless estimates and covariances fit together and are finite.
#[must_use]
pub fn rank_probabilities(
    estimates: &[f64],
    covariance: &[Vec<f64>],
    draws: &Draws,
) -> Option<Vec<Vec<f64>>> {
    let units = estimates.len();
    if covariance.len() != units || !estimates.iter().all(|x| x.is_finite()) {
        return None;
    }
    if units == 0 {
        return Some(Vec::new());
    }
    let mut errors = Errors::seeded(covariance, draws.seed)?;
    let mut counts = vec![vec![0u64; units]; units];
    let mut order: Vec<usize> = (0..units).collect();
    let mut drawn = vec![0.0; units];
    for _ in 0..draws.number() {
        for (slot, (value, error)) in drawn.iter_mut().zip(estimates.iter().zip(errors.next())) {
            *slot = value + error;
        }
        order.sort_by(|&a, &b| drawn[b].total_cmp(&drawn[a]));
        let mut rank = 0;
        for (place, &unit) in order.iter().enumerate() {
            if place == 0 || drawn[unit] != drawn[order[place - 1]] {
                rank = place;
            }
            counts[unit][rank] += 1;
        }
    }
    let share =
        |row: Vec<u64>| row.into_iter().map(|count| count as f64 / draws.number() as f64).collect();
    Some(counts.into_iter().map(share).collect())
}

/// A ranking of units with what is known of it; rank 1 is the largest value.
///
/// Lists have one entry for each unit; a unit without a value (E0) is not ranked and has none.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Ranking {
    /// Rank by the estimates alone; equal ones share the better rank.
    pub rank: Vec<Option<usize>>,
    /// Best rank that a unit may have.
    pub best: Vec<Option<usize>>,
    /// Worst rank that a unit may have.
    pub worst: Vec<Option<usize>>,
    /// Band of each unit, from 0 (A, the highest).
    ///
    /// From the top, a new band begins with the first unit that is told apart from the leader
    /// of the band before: nobody in a band is told apart from its leader.
    /// Neighbours across a border may not be: `alike` is exact.
    pub band: Vec<Option<usize>>,
    /// Units from which each unit cannot be told apart, in ascending order.
    pub alike: Vec<Vec<usize>>,
    /// As [`rank_probabilities`], with an empty row for a unit that is not ranked; nothing where
    /// the uncertainty of a unit is not known.
    pub probabilities: Option<Vec<Vec<f64>>>,
    /// Every unit that is ranked is a census: places are facts about those who were asked, and
    /// there is no sampling error to be kept apart from.
    pub descriptive: bool,
    /// Units whose value is known and whose uncertainty is not: told apart from nobody.
    pub of_unknown_uncertainty: Vec<usize>,
    /// As [`RankSets::settled`].
    pub settled: bool,
}

impl Family {
    /// Ranks the members of a family.
    ///
    /// Ranks come from unrounded values.
    /// Members all of whose answers are alike, without being a census, are compared by the
    /// variance that their interval stands for ([`Basis::Interval`]).
    ///
    /// # Errors
    /// As [`rank_sets`].
    pub fn ranking(&self, rule: &RankRule) -> Result<Ranking, RankError> {
        let known = self.members(&[Basis::Sample, Basis::Census, Basis::Interval]);
        let unknown = self.members(&[Basis::Unknown]);
        let values: Vec<f64> = known.iter().map(|&m| self.value(m)).collect();
        let covariance = self.covariance_of(&known);
        let sets = rank_sets(&values, &covariance, rule)?;
        let together = match rule.simultaneous {
            true => None,
            false => {
                Some(rank_sets(&values, &covariance, &RankRule { simultaneous: true, ..*rule })?)
            }
        };
        let places = |pairs: &[(usize, usize)]| -> Vec<(usize, usize)> {
            pairs.iter().map(|&(larger, smaller)| (known[larger], known[smaller])).collect()
        };
        let mut ranked = [known.clone(), unknown.clone()].concat();
        ranked.sort_unstable();
        let apart = Apart::of(self.basis.len(), &places(&together.as_ref().unwrap_or(&sets).apart));
        // A unit of unknown uncertainty may stand above or below anybody.
        let count = ranked.len();
        let mut best = vec![None; self.basis.len()];
        let mut worst = vec![None; self.basis.len()];
        unknown.iter().for_each(|&m| (best[m], worst[m]) = (Some(1), Some(count)));
        for (place, &m) in known.iter().enumerate() {
            best[m] = Some(sets.best[place]);
            worst[m] = Some(sets.worst[place] + unknown.len());
        }
        let draws = Draws { count: rule.draws, seed: rule.seed };
        let probabilities = match unknown.is_empty() {
            true => {
                rank_probabilities(&values, &covariance, &draws).map(|p| self.spread(&known, p))
            }
            false => None,
        };
        Ok(Ranking {
            rank: self.ranks(&ranked),
            best,
            worst,
            band: self.bands(&ranked, &apart),
            alike: (0..self.basis.len()).map(|m| apart.alike(m, &ranked)).collect(),
            probabilities,
            descriptive: !ranked.is_empty()
                && ranked.iter().all(|&m| self.basis[m] == Basis::Census),
            of_unknown_uncertainty: unknown,
            settled: sets.settled && together.is_none_or(|sets| sets.settled),
        })
    }

    fn ranks(&self, ranked: &[usize]) -> Vec<Option<usize>> {
        let mut ranks = vec![None; self.basis.len()];
        for &m in ranked {
            let above = ranked.iter().filter(|&&other| self.value(other) > self.value(m)).count();
            ranks[m] = Some(1 + above);
        }
        ranks
    }

    fn bands(&self, ranked: &[usize], apart: &Apart) -> Vec<Option<usize>> {
        let mut order = ranked.to_vec();
        order.sort_by(|&a, &b| self.value(b).total_cmp(&self.value(a)));
        let mut bands = vec![None; self.basis.len()];
        let Some(&first) = order.first() else { return bands };
        let (mut band, mut leader) = (0, first);
        // Equal values are of one band, whichever stands first.
        for equal in order.chunk_by(|&a, &b| self.value(a) == self.value(b)) {
            if let Some(&next) = equal.iter().find(|&&m| apart.told(leader, m)) {
                (band, leader) = (band + 1, next);
            }
            equal.iter().for_each(|&m| bands[m] = Some(band));
        }
        bands
    }

    /// Rows of ranks for all members, from rows for those that are ranked.
    fn spread(&self, known: &[usize], rows: Vec<Vec<f64>>) -> Vec<Vec<f64>> {
        let mut all = vec![Vec::new(); self.basis.len()];
        for (&m, row) in known.iter().zip(rows) {
            all[m] = row;
        }
        all
    }
}

/// Which units are told apart: the first is larger than the second.
struct Apart {
    pairs: Vec<Vec<bool>>,
}

impl Apart {
    fn of(units: usize, told: &[(usize, usize)]) -> Self {
        let mut pairs = vec![vec![false; units]; units];
        for &(larger, smaller) in told {
            pairs[larger][smaller] = true;
        }
        Self { pairs }
    }

    fn told(&self, larger: usize, smaller: usize) -> bool {
        self.pairs[larger][smaller]
    }

    /// The other ranked units from which one is not told apart.
    fn alike(&self, unit: usize, ranked: &[usize]) -> Vec<usize> {
        let alike = |&&other: &&usize| {
            other != unit && !self.pairs[unit][other] && !self.pairs[other][unit]
        };
        match ranked.contains(&unit) {
            true => ranked.iter().filter(alike).copied().collect(),
            false => Vec::new(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Ask, Declaration, DontKnow, Figure, Scores, Stratum, Variable};

    fn sets(estimates: &[f64], variance: f64) -> RankSets {
        let p = estimates.len();
        let entry = |i: usize, j: usize| if i == j { variance } else { 0.0 };
        let covariance: Vec<Vec<f64>> =
            (0..p).map(|i| (0..p).map(|j| entry(i, j)).collect()).collect();
        rank_sets(estimates, &covariance, &RankRule { draws: 5_000, ..RankRule::default() })
            .unwrap()
    }

    #[test]
    fn who_could_be_among_the_best_and_the_worst() {
        let sets = sets(&[90.0, 50.0, 89.5, 10.0, 50.5], 1.0);
        assert_eq!(sets.could_be_best(1), [0, 2]);
        assert_eq!(sets.surely_best(1), [0usize; 0]);
        assert_eq!(sets.surely_best(2), [0, 2]);
        assert_eq!(sets.could_be_best(3), [0, 1, 2, 4]);
        assert_eq!(sets.could_be_worst(1), [3]);
        assert_eq!(sets.could_be_worst(2), [1, 3, 4]);
        assert_eq!(sets.surely_worst(3), [1, 3, 4]);
        assert_eq!(sets.could_be_best(0), [0usize; 0]);
        assert_eq!(sets.could_be_worst(usize::MAX).len(), 5);
    }

    #[test]
    fn two_equal_units_lead_half_of_the_time_each() {
        let covariance = vec![vec![1.0, 0.0], vec![0.0, 1.0]];
        let draws = Draws { count: 40_000, ..Draws::default() };
        let found = rank_probabilities(&[3.0, 3.0], &covariance, &draws).unwrap();
        assert!(found.iter().flatten().all(|p| (p - 0.5).abs() < 0.01), "{found:?}");
        // Without any error they share the first rank.
        let ties = rank_probabilities(&[3.0, 3.0], &[vec![0.0; 2], vec![0.0; 2]], &draws).unwrap();
        assert_eq!(ties, [[1.0, 0.0], [1.0, 0.0]]);
        assert_eq!(rank_probabilities(&[1.0], &[], &draws), None);
        assert_eq!(rank_probabilities(&[], &[], &draws), Some(Vec::new()));
    }

    /// Units of one stratum each: answers and population.
    fn ranking(units: &[(&[i8], u64)]) -> Ranking {
        let strata = units.iter().map(|(_, n)| Stratum::new("s", Some(*n))).collect();
        let each = units.iter().enumerate().flat_map(|(s, (codes, _))| vec![s; codes.len()]);
        let codes: Vec<i8> = units.iter().flat_map(|(codes, _)| codes.to_vec()).collect();
        let design = Declaration::new(strata, each.collect()).build().unwrap();
        let scale = Scores::new([(1, 0.0), (2, 25.0), (3, 50.0), (4, 75.0), (5, 100.0)]);
        let scores = Variable::scored(&codes, &scale, DontKnow::Missing).unwrap();
        let figures: Vec<Figure<'_>> = (0..units.len())
            .map(|s| design.mean(&scores, &design.in_strata(&[s])).unwrap())
            .collect();
        let figures: Vec<&Figure<'_>> = figures.iter().collect();
        let family = Family::of(&figures, &Ask::default()).unwrap();
        family.ranking(&RankRule { draws: 5_000, ..RankRule::default() }).unwrap()
    }

    #[test]
    fn a_ranking_of_censuses_is_descriptive_and_exact() {
        let found = ranking(&[(&[4, 4], 2), (&[5, 5], 2), (&[3, 5], 2), (&[1], 1)]);
        assert!(found.descriptive && found.settled);
        assert_eq!(found.rank, [2, 1, 2, 4].map(Some));
        assert_eq!(
            (found.best, found.worst),
            ([2, 1, 2, 4].map(Some).to_vec(), [3, 1, 3, 4].map(Some).to_vec())
        );
        assert_eq!(found.band, [1, 0, 1, 2].map(Some));
        assert_eq!(found.alike, [vec![2], vec![], vec![0], vec![]]);
    }

    #[test]
    fn happy_answers_of_a_few_are_not_ranked_as_a_certainty() {
        // Three of forty, all content, beside a census of nearly content people.
        let found = ranking(&[(&[5, 5, 5], 40), (&[5, 5, 5, 5, 4], 5)]);
        assert!(!found.descriptive);
        assert_eq!(found.rank, [1, 2].map(Some));
        assert_eq!((found.best, found.worst), (vec![Some(1); 2], vec![Some(2); 2]));
        assert_eq!(found.band, [0, 0].map(Some));
    }

    #[test]
    fn a_unit_without_answers_is_not_ranked() {
        let found = ranking(&[(&[1, 1, 2], 3), (&[], 10), (&[5, 5, 4], 3)]);
        assert_eq!(found.rank, [Some(2), None, Some(1)]);
        assert_eq!(found.band, [Some(1), None, Some(0)]);
        assert_eq!(found.probabilities.unwrap()[1], Vec::<f64>::new());
        let nobody = ranking(&[(&[], 10)]);
        assert_eq!((nobody.rank, nobody.descriptive), (vec![None], false));
    }
}
