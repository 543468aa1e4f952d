//! Sampling units drawn again: the factors of the bootstrap and of the jackknife.

use rand_chacha::ChaCha20Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};

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
    if n < 2 || m == 0 || not_sampled <= 0.0 {
        return 1.0;
    }
    let (m, n) = (m as f64, n as f64);
    let lambda = (m * not_sampled / (n - 1.0)).sqrt();
    1.0 - lambda + lambda * (n / m) * drawn as f64
}

impl Units {
    pub(crate) fn of(design: &Design, by: &[&Variable]) -> Self {
        let level = &design.levels[0];
        let count = level.unit.iter().max().map_or(0, |&last| last as usize + 1);
        // A row is known by its weight and its answers; a unit by its rows.
        let row_key = |row: usize| -> Vec<u64> {
            let value = |v: &&Variable| v.value(row).map_or(u64::MAX, f64::to_bits);
            std::iter::once(design.weight[row].to_bits()).chain(by.iter().map(value)).collect()
        };
        let mut keys: Vec<Vec<Vec<u64>>> = vec![Vec::new(); count];
        let mut parent = vec![0u32; count];
        for (row, (&unit, &stratum)) in level.unit.iter().zip(&level.parent).enumerate() {
            keys[unit as usize].push(row_key(row));
            parent[unit as usize] = stratum;
        }
        keys.iter_mut().for_each(|rows| rows.sort_unstable());
        let mut order: Vec<u32> = (0u32..).zip(&parent).map(|(unit, _)| unit).collect();
        order.sort_by(|&a, &b| {
            let (a, b) = (a as usize, b as usize);
            parent[a].cmp(&parent[b]).then_with(|| keys[a].cmp(&keys[b]))
        });
        let same = |a: &u32, b: &u32| parent[*a as usize] == parent[*b as usize];
        let strata: Vec<Vec<u32>> = order.chunk_by(same).map(<[u32]>::to_vec).collect();
        let rest = |members: &Vec<u32>| level.not_sampled(parent[members[0] as usize]);
        let not_sampled = strata.iter().map(rest).collect();
        Self { unit: level.unit.clone(), strata, not_sampled, count }
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
        let mut random = ChaCha20Rng::from_seed(self.seed);
        random.set_stream(replicate as u64);
        let mut factors = vec![1.0; self.units.count];
        for (members, &rest) in self.units.strata.iter().zip(&self.units.not_sampled) {
            let n = members.len() as u64;
            if n < 2 || rest <= 0.0 {
                continue;
            }
            let mut drawn = vec![0u64; members.len()];
            for _ in 0..n - 1 {
                drawn[below(&mut random, members.len())] += 1;
            }
            for (&unit, &times) in members.iter().zip(&drawn) {
                factors[unit as usize] = rao_wu_factor(times, n - 1, n, rest);
            }
        }
        factors
    }
}

/// A whole number below `limit`, each as likely (D. Lemire 2019).
pub(crate) fn below(random: &mut ChaCha20Rng, limit: usize) -> usize {
    let limit = limit as u64;
    loop {
        let product = u128::from(random.next_u64()) * u128::from(limit);
        let low = product & u128::from(u64::MAX);
        if low >= u128::from(limit.wrapping_neg() % limit) {
            return usize::try_from(product >> 64).expect("smaller than a usize");
        }
    }
}
