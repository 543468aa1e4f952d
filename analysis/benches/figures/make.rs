//! A made-up survey of the shape that `benches/gen.py` makes, without Python.
//!
//! 60 units × 3 groups of people are 180 strata of very different size; 34 questions with five
//! levels have effects of unit, group, person and question; 3 % of the answers are "không biết",
//! 2 % are missing. The random numbers are others than those of `gen.py`: figures on its data
//! are compared by giving its folder.

use std::error::Error;
use std::fmt::Write;
use std::path::Path;

use rand_chacha::ChaCha20Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};

use crate::data::QUESTIONS;

const UNITS: usize = 60;
const GROUPS: usize = 3;
const GROUP_SHARES: [f64; GROUPS] = [0.72, 0.18, 0.10];
const GROUP_EFFECTS: [f64; GROUPS] = [0.0, -0.15, 0.3];
/// Limits between the five levels.
const LIMITS: [f64; 4] = [-1.2, -0.3, 0.6, 1.8];

/// Writes a survey of `people` respondents into a folder.
pub fn make(folder: &Path, people: usize) -> Result<(), Box<dyn Error>> {
    let mut chance = Chance::new();
    let sampled = strata_sizes(&mut chance, people);
    let mut table = String::from("stratum,unit,rtype,N_h,n_h\n");
    for (stratum, &n) in sampled.iter().enumerate() {
        let population = (n as f64 * (1.05 + 10.95 * chance.uniform())).ceil();
        let (unit, group) = (stratum / GROUPS, stratum % GROUPS);
        writeln!(table, "{stratum},{unit},{group},{population},{n}")?;
    }
    let mut stratum_of: Vec<u16> =
        (0u16..).zip(&sampled).flat_map(|(stratum, &n)| std::iter::repeat_n(stratum, n)).collect();
    for last in (1..stratum_of.len()).rev() {
        stratum_of.swap(last, chance.below(last + 1));
    }
    let unit_effects: [f64; UNITS] = std::array::from_fn(|_| 0.35 * chance.normal());
    let question_effects: [f64; QUESTIONS] = std::array::from_fn(|_| 0.4 * chance.normal());
    let mut answers = Vec::with_capacity(stratum_of.len() * QUESTIONS);
    for &stratum in &stratum_of {
        let (unit, group) = (usize::from(stratum) / GROUPS, usize::from(stratum) % GROUPS);
        let person = 1.1 + unit_effects[unit] + GROUP_EFFECTS[group] + 0.8 * chance.normal();
        for effect in question_effects {
            let opinion = person + effect + 0.9 * chance.normal();
            let level = (1i8..).zip(LIMITS).find(|(_, limit)| opinion <= *limit).map_or(5, |l| l.0);
            answers.push(match chance.uniform() {
                x if x < 0.03 => 0,
                x if x > 0.98 => (-1i8).cast_unsigned(),
                _ => level.cast_unsigned(),
            });
        }
    }
    std::fs::create_dir_all(folder)?;
    std::fs::write(folder.join("strata.csv"), table)?;
    let bytes: Vec<u8> = stratum_of.iter().flat_map(|stratum| stratum.to_le_bytes()).collect();
    std::fs::write(folder.join("stratum.u16le"), bytes)?;
    std::fs::write(folder.join("answers.i8"), answers)?;
    Ok(())
}

/// Respondents of each stratum: the shares of the units are Dirichlet with parameter 8.
fn strata_sizes(chance: &mut Chance, people: usize) -> Vec<usize> {
    let weights: [f64; UNITS] =
        std::array::from_fn(|_| (0..8).map(|_| -(1.0 - chance.uniform()).ln()).sum());
    let sum: f64 = weights.iter().sum();
    let sizes = weights.iter().flat_map(|weight| GROUP_SHARES.map(|share| weight / sum * share));
    let mut sizes: Vec<usize> = sizes.map(|share| whole(share * people as f64).max(2)).collect();
    // What rounding down left over is in the first stratum.
    sizes[0] += people.saturating_sub(sizes.iter().sum());
    sizes
}

/// A whole number of people.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a number of people between 0 and a few millions"
)]
fn whole(number: f64) -> usize {
    number as usize
}

/// Random numbers, the same in every run.
pub struct Chance {
    random: ChaCha20Rng,
    spare: Option<f64>,
}

impl Chance {
    pub fn new() -> Self {
        Self { random: ChaCha20Rng::from_seed([26; 32]), spare: None }
    }

    /// Uniform from 0 to 1.
    pub fn uniform(&mut self) -> f64 {
        (self.random.next_u64() >> 11) as f64 / (1u64 << 53) as f64
    }

    /// Any number below a limit; the limits are so small that the remainder does no harm.
    fn below(&mut self, limit: usize) -> usize {
        whole(self.uniform() * limit as f64)
    }

    /// Standard normal, by the polar method.
    pub fn normal(&mut self) -> f64 {
        if let Some(spare) = self.spare.take() {
            return spare;
        }
        loop {
            let (x, y) = (2.0 * self.uniform() - 1.0, 2.0 * self.uniform() - 1.0);
            let s = x * x + y * y;
            if s > 0.0 && s < 1.0 {
                let factor = (-2.0 * s.ln() / s).sqrt();
                self.spare = Some(y * factor);
                return x * factor;
            }
        }
    }
}
