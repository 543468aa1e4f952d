//! What is reachable, against trying every set of people in exact arithmetic.

use analysis::{Audit, AuditError, Reachable};
use proptest::prelude::*;

/// Arithmetic with whole numbers modulo a prime: no rounding hides or makes a dependence.
const PRIME: u64 = (1 << 31) - 1;

fn inverse(number: u64) -> u64 {
    let (mut result, mut base, mut exponent) = (1, number, PRIME - 2);
    while exponent > 0 {
        if exponent & 1 == 1 {
            result = result * base % PRIME;
        }
        base = base * base % PRIME;
        exponent >>= 1;
    }
    result
}

fn rank(mut rows: Vec<Vec<u64>>) -> usize {
    let width = rows.first().map_or(0, Vec::len);
    let mut rank = 0;
    for column in 0..width {
        let Some(pivot) = (rank..rows.len()).find(|&row| rows[row][column] != 0) else { continue };
        rows.swap(rank, pivot);
        let factor = inverse(rows[rank][column]);
        for row in rank + 1..rows.len() {
            let times = rows[row][column] * factor % PRIME;
            let pivot = rows[rank].clone();
            for (entry, above) in rows[row].iter_mut().zip(pivot).skip(column) {
                *entry = (*entry + PRIME - times * above % PRIME) % PRIME;
            }
        }
        rank += 1;
    }
    rank
}

/// A release in which figure by figure each unknown counts so many times.
#[derive(Debug, Clone)]
struct Trial {
    people: Vec<u64>,
    block_of: Vec<usize>,
    figures: Vec<Vec<u64>>,
}

impl Trial {
    fn audit(&self, weight: impl Fn(usize) -> f64) -> Audit {
        let mut audit = Audit::default();
        let blocks: Vec<usize> = self.people.iter().map(|&n| audit.block(n)).collect();
        for &block in &self.block_of {
            audit.unknown(blocks[block]);
        }
        for figure in &self.figures {
            audit.figure(figure.iter().enumerate().map(|(u, &c)| (u, c as f64 * weight(u))));
        }
        audit
    }

    /// Some combination is zero outside these blocks, but not everywhere.
    fn gives_away(&self, blocks: &[usize]) -> bool {
        let outside = |unknown: &usize| !blocks.contains(&self.block_of[*unknown]);
        let kept: Vec<usize> = (0..self.block_of.len()).filter(outside).collect();
        let rest = self.figures.iter().map(|f| kept.iter().map(|&u| f[u]).collect()).collect();
        rank(rest) < rank(self.figures.clone())
    }

    /// All least sets of fewer than `least` people, by trying.
    fn by_trying(&self, least: u64) -> Vec<Vec<usize>> {
        let mut found: Vec<Vec<usize>> = Vec::new();
        let mut sets: Vec<Vec<usize>> = (1u32..1 << self.people.len())
            .map(|set| (0..self.people.len()).filter(|&b| set >> b & 1 == 1).collect())
            .collect();
        sets.sort_by_key(Vec::len);
        for set in sets {
            let people: u64 = set.iter().map(|&b| self.people[b]).sum();
            let holds = |known: &Vec<usize>| known.iter().all(|b| set.contains(b));
            if people < least && !found.iter().any(holds) && self.gives_away(&set) {
                found.push(set);
            }
        }
        found.sort();
        found
    }
}

fn trial() -> impl Strategy<Value = Trial> {
    (1usize..8, 1usize..3, 1usize..7).prop_flat_map(|(blocks, each, figures)| {
        let people = prop::collection::vec(1u64..9, blocks);
        let counts = prop::collection::vec(
            prop_oneof![3 => Just(0u64), 4 => Just(1), 1 => 2u64..4],
            blocks * each,
        );
        (people, prop::collection::vec(counts, figures)).prop_map(move |(people, figures)| Trial {
            people,
            block_of: (0..blocks * each).map(|unknown| unknown / each).collect(),
            figures,
        })
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(if cfg!(debug_assertions) { 300 } else { 20_000 }))]

    #[test]
    fn the_audit_finds_what_trying_everything_finds(trial in trial()) {
        let wanted = trial.by_trying(5);
        let found = trial.audit(|_| 1.0).reachable(5).unwrap();
        for one in &found {
            prop_assert_eq!(one.people, one.blocks.iter().map(|&b| trial.people[b]).sum::<u64>());
        }
        let mut blocks: Vec<Vec<usize>> = found.into_iter().map(|one| one.blocks).collect();
        blocks.sort();
        prop_assert_eq!(blocks, wanted);
    }

    #[test]
    fn weights_of_people_hide_nothing(trial in trial(), weights in prop::collection::vec(0.001f64..400.0, 16)) {
        let plain = trial.audit(|_| 1.0).reachable(5).unwrap();
        let weighted = trial.audit(|unknown| weights[unknown % 16]).reachable(5).unwrap();
        let blocks = |found: &[Reachable]| found.iter().map(|one| one.blocks.clone()).collect::<Vec<_>>();
        prop_assert_eq!(blocks(&plain), blocks(&weighted));
    }
}

#[test]
fn what_is_hidden_in_a_row_is_the_rest_of_the_sum() {
    let mut audit = Audit::default();
    let cells = [40, 3, 25, 60].map(|people| {
        let block = audit.block(people);
        audit.unknown(block)
    });
    audit.figure(cells.map(|cell| (cell, 1.0)));
    for shown in [0, 2, 3] {
        audit.figure([(cells[shown], 1.0)]);
    }
    let found = audit.reachable(5).unwrap();
    assert_eq!(found, [Reachable { people: 3, blocks: vec![1], figures: vec![0, 1, 2, 3] }]);
}

#[test]
fn two_versions_that_differ_by_one_form_give_it_away() {
    let mut audit = Audit::default();
    let (stay, gone) = (audit.block(80), audit.block(1));
    let (stay, gone) = (audit.unknown(stay), audit.unknown(gone));
    audit.figure([(stay, 2.5), (gone, 2.5)]);
    assert_eq!(audit.reachable(5), Ok(vec![]));
    audit.figure([(stay, 2.53)]);
    assert_eq!(audit.reachable(5).unwrap()[0].blocks, [1]);
}

#[test]
fn figures_that_hold_only_a_few_people_are_reachable_by_themselves() {
    let mut audit = Audit::default();
    let block = audit.block(4);
    let unknown = audit.unknown(block);
    let figure = audit.figure([(unknown, 0.3)]);
    assert_eq!(
        audit.reachable(5).unwrap(),
        [Reachable { people: 4, blocks: vec![0], figures: vec![figure] }]
    );
    assert_eq!(audit.reachable(4), Ok(vec![]));
}

#[test]
fn people_whose_answers_differ_in_kind_are_told_apart_by_their_coefficients() {
    // Forty people answered all six questions, three of them five: the score gives each of
    // their answers a fifth instead of a sixth, and the figures of the questions do not.
    let mut audit = Audit::default();
    let (full, partly) = (audit.block(40), audit.block(3));
    let full: Vec<usize> = (0..6).map(|_| audit.unknown(full)).collect();
    let partly: Vec<usize> = (0..5).map(|_| audit.unknown(partly)).collect();
    let score = full.iter().map(|&u| (u, 1.0 / 6.0)).chain(partly.iter().map(|&u| (u, 0.2)));
    audit.figure(score.collect::<Vec<_>>());
    assert_eq!(audit.reachable(5), Ok(vec![]));
    for (question, &all) in full.iter().enumerate() {
        let own = partly.get(question).map(|&u| (u, 1.0));
        audit.figure(own.into_iter().chain([(all, 1.0)]));
    }
    let found = audit.reachable(5).unwrap();
    assert_eq!((found[0].people, found[0].figures.len()), (3, 7));
}

#[test]
fn nothing_released_gives_nothing_away_and_nonsense_is_refused() {
    assert_eq!(Audit::default().reachable(5), Ok(vec![]));
    let mut audit = Audit::default();
    let block = audit.block(0);
    let unknown = audit.unknown(block);
    audit.figure([(unknown, 1.0)]);
    audit.figure([]);
    assert_eq!(audit.reachable(5), Ok(vec![]));
    audit.figure([(unknown, f64::NAN)]);
    assert_eq!(audit.reachable(5), Err(AuditError::Unusable { figure: 2 }));
    let mut audit = Audit::default();
    audit.figure([(7, 1.0)]);
    assert_eq!(audit.reachable(5), Err(AuditError::Unusable { figure: 0 }));
}
