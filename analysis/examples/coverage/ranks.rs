//! Do the sets of ranks hold the true ranks of all units at once?

use analysis::{DontKnow, Figure, RankRule, Variable, rank_sets_of};

use crate::draw::{People, scale, score};
use crate::population::{Answers, Group, Population, sixty};
use crate::run::in_parallel;

/// Units to be ranked, by score.
pub struct League {
    pub population: Population,
    /// Random draws for the critical values.
    pub draws: usize,
    /// Samples for one that is asked for: more where the coverage is close to the nominal one.
    pub times: u64,
}

/// What came of the samples of a league.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Ranked {
    /// Samples in which every unit had an answer.
    pub asked: u64,
    /// Samples in which the sets held the true ranks of all units.
    pub covered: u64,
    /// Ranks in the sets, over all units and samples.
    pub wide: u64,
    /// Samples in which most units were marked as only nearly keeping the level.
    pub warned: u64,
}

pub fn leagues() -> Vec<League> {
    let group = |people, drawn, satisfied| Group { people, drawn, satisfied, no_opinion: 0.0 };
    let league = |name, units: Vec<Vec<Group>>, times| League {
        population: Population {
            name,
            answers: Answers::Usual,
            response: 0.8,
            skipped: 0.0,
            units,
        },
        draws: 2_000,
        times,
    };
    let twelve = |of: fn(u64) -> f64| (0..12).map(|u| vec![group(400, 60, of(u))]).collect();
    let office = |u: u64| vec![group(8 + 2 * u, 8 + 2 * u, 0.55 + 0.04 * u as f64)];
    vec![
        league("12 units, all apart", twelve(|u| 0.40 + 0.05 * u as f64), 1),
        league("12 units, all tied", twelve(|_| 0.75), 4),
        league("12 units, tied by threes", twelve(|u| 0.5 + 0.1 * (u / 3) as f64), 1),
        league("12 units, nearly all happy", twelve(|u| 0.95 + 0.01 * (u % 4) as f64), 1),
        league("10 offices of 8 to 26 people", (0..10).map(office).collect(), 1),
        league("20 units of 12 answers, tied", vec![vec![group(500, 15, 0.7)]; 20], 2),
        League { population: sixty("60 units of three groups", 0.0), draws: 500, times: 1 },
    ]
}

/// Ranks of units by their true scores: best and worst, ties sharing the ranks between.
fn true_ranks(scores: &[f64]) -> Vec<[usize; 2]> {
    let above = |a: f64, b: f64| a > b + 1e-9;
    let ranks = scores.iter().map(|&own| {
        let better = scores.iter().filter(|&&other| above(other, own)).count();
        let worse = scores.iter().filter(|&&other| above(own, other)).count();
        [1 + better, scores.len() - worse]
    });
    ranks.collect()
}

pub fn ranks(leagues: &[League], samples: u64, threads: usize) -> Vec<Ranked> {
    let people: Vec<People<'_>> = leagues.iter().map(|l| People::of(&l.population)).collect();
    let of = |(l, league): (usize, &League)| (0..samples * league.times).map(move |s| (l, s));
    let jobs: Vec<(usize, u64)> = leagues.iter().enumerate().flat_map(of).collect();
    let empty = || vec![Ranked::default(); leagues.len()];
    let work = |&(l, sample): &(usize, u64), found: &mut Vec<Ranked>| {
        found[l].add(&one(&people[l], leagues[l].draws, (l as u64 + 1) << 48 | sample));
    };
    let mut sums = empty();
    for found in in_parallel(&jobs, threads, empty, work) {
        sums.iter_mut().zip(&found).for_each(|(sum, found)| sum.add(found));
    }
    sums
}

impl Ranked {
    fn add(&mut self, other: &Self) {
        self.asked += other.asked;
        self.covered += other.covered;
        self.wide += other.wide;
        self.warned += other.warned;
    }
}

fn one(people: &People<'_>, draws: usize, number: u64) -> Ranked {
    let sample = people.sample(number);
    let design = people.design(&sample);
    let answers = Variable::scored(&sample.answers, &scale(), DontKnow::Missing);
    let answers = answers.expect("known answers");
    let units = 0..people.population.units.len();
    let strata: Vec<Vec<usize>> = units.map(|unit| people.population.strata_of(unit)).collect();
    let figure = |s: &Vec<usize>| design.mean(&answers, &design.in_strata(s)).expect("same rows");
    let figures: Vec<Figure<'_>> = strata.iter().map(figure).collect();
    if figures.iter().any(|figure| figure.value().is_none()) {
        return Ranked::default();
    }
    let all: Vec<&Figure<'_>> = figures.iter().collect();
    let mut seed = [0; 32];
    seed[..8].copy_from_slice(&number.to_le_bytes());
    let rule = RankRule { draws, seed, ..RankRule::default() };
    let sets = rank_sets_of(&all, &rule).expect("figures of one design with values");
    let scores: Vec<f64> = strata.iter().map(|s| people.mean(s, score)).collect();
    let found = sets.best.iter().zip(&sets.worst);
    let held = true_ranks(&scores)
        .iter()
        .zip(found.clone())
        .all(|(truth, (&best, &worst))| best <= truth[0] && truth[1] <= worst);
    let wide = found.map(|(best, worst)| (worst - best + 1) as u64).sum();
    let warned = u64::from(2 * sets.approximate.len() > strata.len());
    Ranked { asked: 1, covered: u64::from(held), wide, warned }
}
