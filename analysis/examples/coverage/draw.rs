//! A sample of a population: a lot in every stratum, and chance about who answers.

use analysis::{Declaration, Design, MISSING, Scores, Stratum};
use rand_chacha::ChaCha20Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};

use crate::population::Population;

/// A population with everybody's opinion.
pub struct People<'p> {
    pub population: &'p Population,
    /// By stratum.
    pub opinions: Vec<Vec<i8>>,
}

impl<'p> People<'p> {
    pub fn of(population: &'p Population) -> Self {
        let opinions = population.strata().map(|(_, group)| population.opinions(group)).collect();
        Self { population, opinions }
    }

    /// The mean over those with an opinion in some strata.
    pub fn mean(&self, strata: &[usize], value: impl Fn(i8) -> f64) -> f64 {
        let opinions = strata.iter().flat_map(|&s| &self.opinions[s]).filter(|&&a| a > 0);
        let (sum, count) = opinions.fold((0.0, 0.0), |(s, n), &a| (s + value(a), n + 1.0));
        sum / count
    }

    /// One sample; `number` is all its chance depends on.
    pub fn sample(&self, number: u64) -> Sample {
        let mut chance = Chance::of(number);
        let (mut stratum_of, mut answers) = (Vec::new(), Vec::new());
        for (stratum, (_, group)) in self.population.strata().enumerate() {
            let mut lot = self.opinions[stratum].clone();
            for i in 0..usize::try_from(group.drawn).unwrap_or(usize::MAX).min(lot.len()) {
                let j = i + chance.below(lot.len() - i);
                lot.swap(i, j);
                if chance.happens(self.population.response) {
                    stratum_of.push(stratum);
                    let skipped = chance.happens(self.population.skipped);
                    answers.push(if skipped { MISSING } else { lot[i] });
                }
            }
        }
        Sample { stratum_of, answers }
    }

    pub fn design(&self, sample: &Sample) -> Design {
        let strata = self
            .population
            .strata()
            .map(|(unit, group)| Stratum::new("", Some(group.people)).within(unit.to_string()));
        let declaration = Declaration::new(strata.collect(), sample.stratum_of.clone());
        declaration.build().expect("a lot holds no more than the population")
    }
}

/// Who answered what.
pub struct Sample {
    pub stratum_of: Vec<usize>,
    pub answers: Vec<i8>,
}

/// The five answers as scores from 0 to 100.
pub fn scale() -> Scores {
    Scores::new((1..=5).map(|answer| (answer, score(answer))))
}

pub fn score(answer: i8) -> f64 {
    f64::from(answer - 1) * 25.0
}

struct Chance(ChaCha20Rng);

impl Chance {
    fn of(number: u64) -> Self {
        let mut random = ChaCha20Rng::from_seed([42; 32]);
        random.set_stream(number);
        Self(random)
    }

    /// Below a small number, each as likely up to 1 in 2⁵⁰.
    fn below(&mut self, limit: usize) -> usize {
        let product = u128::from(self.0.next_u64()) * limit as u128;
        usize::try_from(product >> 64).expect("smaller than the limit")
    }

    fn happens(&mut self, probability: f64) -> bool {
        ((self.0.next_u64() >> 11) as f64) < probability * (1u64 << 53) as f64
    }
}
