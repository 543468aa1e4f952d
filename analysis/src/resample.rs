//! Sampling units drawn again: the factors of the bootstrap and of the jackknife.

use std::cmp::Ordering;

use rand_chacha::ChaCha20Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};
use rayon::prelude::*;

use crate::design::Design;
use crate::variable::Variable;

/// First-stage units by variance stratum, in an order that does not depend on the rows'.
#[derive(Debug, Clone)]
pub(crate) struct Units {
    /// Unit of each row.
    pub(crate) unit: Vec<u32>,
    /// Units of each stratum that has any.
    pub(crate) strata: Vec<Vec<u32>>,
    /// 1 − f of each such stratum.
    pub(crate) not_sampled: Vec<f64>,
    /// How many units there are.
    pub(crate) count: usize,
}

/// What the draws of a bootstrap depend on.
#[derive(Debug, Clone)]
pub(crate) struct Bootstrap {
    pub(crate) units: Units,
    pub(crate) seed: [u8; 32],
}

/// The factor of a weight in the bootstrap of Rao, Wu and Yue with m of n units drawn.
///
/// 1 − λ + λ·(n/m)·r with λ = √(m(1 − f)/(n − 1)), r = how often the unit was drawn; a census
/// gives 1, and so does a stratum of one unit.
#[must_use]
pub fn rao_wu_factor(drawn: u64, m: u64, n: u64, not_sampled: f64) -> f64 {
    let [kept, gained] = rao_wu_terms(m, n, not_sampled);
    kept + gained * drawn as f64
}

/// What is left of the weight of a unit that is not drawn, and what each time adds.
pub(crate) fn rao_wu_terms(m: u64, n: u64, not_sampled: f64) -> [f64; 2] {
    if m == 0 || !is_drawn(n, not_sampled) {
        return [1.0, 0.0];
    }
    let (m, n) = (m as f64, n as f64);
    let lambda = (m * not_sampled / (n - 1.0)).sqrt();
    [1.0 - lambda, lambda * (n / m)]
}

/// Whether units of a stratum are drawn at all: a lone unit and a census stay as they are.
pub(crate) fn is_drawn(n: u64, not_sampled: f64) -> bool {
    n >= 2 && not_sampled > 0.0
}

impl Units {
    pub(crate) fn of(design: &Design, by: &[&Variable]) -> Self {
        let level = &design.levels[0];
        let count = level.unit.iter().max().map_or(0, |&last| last as usize + 1);
        // A row is known by its weight, its stratum and its answers; a unit by its rows.
        let compared = |a: u32, b: u32| {
            let (a, b) = (a as usize, b as usize);
            let value = |v: &Variable, row: usize| v.value(row).map_or(u64::MAX, f64::to_bits);
            let values = || by.iter().map(|v| value(v, a).cmp(&value(v, b)));
            let weights = design.weight[a].to_bits().cmp(&design.weight[b].to_bits());
            weights
                .then_with(|| design.stratum_of[a].cmp(&design.stratum_of[b]))
                .then_with(|| values().find(|order| order.is_ne()).unwrap_or(Ordering::Equal))
        };
        let unit = |row: u32| level.unit[row as usize];
        let parent = |row: u32| level.parent[row as usize];
        let mut rows: Vec<u32> = (0u32..).zip(&level.unit).map(|(row, _)| row).collect();
        rows.par_sort_unstable_by(|&a, &b| unit(a).cmp(&unit(b)).then_with(|| compared(a, b)));
        let mut units: Vec<&[u32]> = rows.chunk_by(|&a, &b| unit(a) == unit(b)).collect();
        units.par_sort_by(|a, b| {
            let rows = || a.iter().zip(*b).map(|(&a, &b)| compared(a, b));
            let by_rows = || rows().find(|order| order.is_ne()).unwrap_or(a.len().cmp(&b.len()));
            parent(a[0]).cmp(&parent(b[0])).then_with(by_rows)
        });
        let strata = || units.chunk_by(|a, b| parent(a[0]) == parent(b[0]));
        Self {
            unit: level.unit.clone(),
            strata: strata().map(|of| of.iter().map(|rows| unit(rows[0])).collect()).collect(),
            not_sampled: strata().map(|of| level.not_sampled(parent(of[0][0]))).collect(),
            count,
        }
    }

    /// Factors that leave one unit out.
    pub(crate) fn without(&self, unit: usize) -> Vec<f64> {
        let mut factors = vec![1.0; self.count];
        let home = self.strata.iter().find(|members| members.iter().any(|&u| u as usize == unit));
        let Some(members) = home.filter(|members| members.len() > 1) else { return factors };
        let n = members.len() as f64;
        for &member in members {
            factors[member as usize] = if member as usize == unit { 0.0 } else { n / (n - 1.0) };
        }
        factors
    }
}

impl Bootstrap {
    /// Factors of one replicate.
    pub(crate) fn factors(&self, replicate: usize) -> Vec<f64> {
        let mut lot = Lot::of(self.seed, replicate);
        let mut factors = vec![1.0; self.units.count];
        for (members, &rest) in self.units.strata.iter().zip(&self.units.not_sampled) {
            let n = members.len() as u64;
            if !is_drawn(n, rest) {
                continue;
            }
            let mut drawn = vec![0u64; members.len()];
            lot.draw_again(members.len(), |place| drawn[place] += 1);
            for (&unit, &times) in members.iter().zip(&drawn) {
                factors[unit as usize] = rao_wu_factor(times, n - 1, n, rest);
            }
        }
        factors
    }
}

/// The random numbers of one replicate, which depend on the seed and its number alone.
pub(crate) struct Lot {
    random: ChaCha20Rng,
}

impl Lot {
    pub(crate) fn of(seed: [u8; 32], replicate: usize) -> Self {
        let mut random = ChaCha20Rng::from_seed(seed);
        random.set_stream(replicate as u64);
        Self { random }
    }

    /// Draws n − 1 of n units with replacement, telling the place of each.
    pub(crate) fn draw_again(&mut self, n: usize, mut drawn: impl FnMut(usize)) {
        // There are no more units than rows, and no more rows than 32 bits can number.
        let Ok(limit) = u32::try_from(n) else { return };
        for _ in 1..n {
            drawn(self.below(limit) as usize);
        }
    }

    /// A whole number below `limit`, each as likely (D. Lemire 2019).
    pub(crate) fn below(&mut self, limit: u32) -> u32 {
        loop {
            let product = u64::from(self.random.next_u32()) * u64::from(limit);
            let low = product & u64::from(u32::MAX);
            // The remainder is smaller than the limit, so it is seldom needed.
            if low >= u64::from(limit) || low >= u64::from(limit.wrapping_neg() % limit) {
                return (product >> 32) as u32;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_unit_is_drawn_as_often_as_the_others() {
        let mut lot = Lot::of([1; 32], 0);
        let mut times = [0u32; 7];
        for _ in 0..20_000 {
            lot.draw_again(7, |place| times[place] += 1);
        }
        assert_eq!(times.iter().sum::<u32>(), 120_000);
        // 120,000/7 each; the standard error is 121.
        assert!(times.iter().all(|&t| t.abs_diff(17_143) < 600), "{times:?}");
    }
}
