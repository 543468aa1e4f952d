//! The largest studentised difference of each draw, worked out no further than a critical value
//! needs.
//!
//! A critical value is a quantile of these differences and hangs on the few largest. Of the other
//! draws it is enough to know that theirs are smaller. Two bounds tell: one by units instead of
//! pairs, and in a later step of the tests the difference of the step before, which was the
//! largest of more.

use std::collections::BTreeMap;

use rayon::prelude::*;

use super::comparison::Pair;
use crate::normal::{BLOCK, Block, NormalErrors};
use crate::simulate::Critical;

/// Of draws that may be among the largest, one in so many more than are needed is looked at.
const SPARE: usize = 4;
/// The bound by units is of no use where it may be this many times too large.
const LOOSE: f64 = 1.5;
/// Rounding may leave a bound this much too small.
const ROUNDED: f64 = 1.0 + 1e-6;

/// What is compared in a step.
#[derive(Clone, Copy)]
pub(super) struct Sides<'p> {
    /// Pairs that may still be told apart, in either direction.
    pub(super) open: &'p [Pair],
    /// Pairs told apart before, of which only the other direction is left.
    pub(super) settled: &'p [Pair],
}

/// Draws with what was drawn.
type Columns = Vec<(usize, Vec<f64>)>;

/// The largest differences of all draws so far.
pub(super) struct Tail<'a> {
    errors: &'a NormalErrors,
    covariance: &'a [Vec<f64>],
    /// 1/se of each estimate, 0 for one without error, and by how much the bound by units has to
    /// be larger for estimates with covariances; nothing where that bound is of no use.
    bound: Option<(Vec<f64>, f64)>,
    /// In whole blocks: the largest difference, or more.
    most: Vec<f64>,
    /// Draws that may be asked for again and that the errors do not keep.
    columns: BTreeMap<usize, Vec<f64>>,
}

impl<'a> Tail<'a> {
    /// Nothing drawn yet, for comparisons among `pairs`.
    pub(super) fn of(errors: &'a NormalErrors, covariance: &'a [Vec<f64>], pairs: &[Pair]) -> Self {
        let variance = |at: usize| covariance[at][at];
        let common = |p: &Pair| {
            let both = covariance[p.larger][p.smaller] + covariance[p.smaller][p.larger];
            0.5 * both / (variance(p.larger) * variance(p.smaller)).sqrt()
        };
        // |xₐ − x_b|² ≤ (zₐ² + z_b²)(vₐ + v_b) by Cauchy and Schwarz, where z = x/√v, and the
        // variance of the difference is (1 − ρ)(vₐ + v_b) or more.
        let correlation = pairs.iter().map(common).fold(0.0, f64::max);
        let factor = 1.0 / (1.0 - correlation).max(0.0);
        let useful = factor <= LOOSE && pairs.len() > 2 * covariance.len();
        let precision = |at: usize| match variance(at) {
            variance if variance > 0.0 => 1.0 / variance.sqrt(),
            _ => 0.0,
        };
        let bound = useful.then(|| ((0..covariance.len()).map(precision).collect(), factor));
        Self { errors, covariance, bound, most: Vec::new(), columns: BTreeMap::new() }
    }

    /// How many draws were made.
    pub(super) fn draws(&self) -> usize {
        self.most.len()
    }

    /// The quantile of the largest difference at `level`, by so many draws.
    ///
    /// From call to call, sides are left out only.
    pub(super) fn critical(&mut self, sides: Sides<'_>, draws: usize, level: f64) -> Critical {
        let needed = Critical::needed(draws, level);
        let mut worked_out = vec![false; draws.max(self.most.len()).next_multiple_of(BLOCK)];
        self.see(sides, draws, needed, &mut worked_out);
        worked_out.truncate(draws);
        // More than needed of those that may be largest; then all that may be larger than the
        // last one needed of these.
        let threshold = nth_largest(self.most[..draws].to_vec(), needed + needed / SPARE);
        self.work_out(sides, &mut worked_out, |most| most >= threshold);
        let known = self.most.iter().zip(&worked_out).filter(|&(_, &known)| known);
        let threshold = nth_largest(known.map(|(&most, _)| most).collect(), needed);
        self.work_out(sides, &mut worked_out, |most| most > threshold);
        Critical::of(self.most[..draws].to_vec(), level)
    }

    /// Goes on to a number of draws, of which so many of the largest will be needed.
    fn see(&mut self, sides: Sides<'_>, draws: usize, needed: usize, worked_out: &mut [bool]) {
        let before = self.most.len();
        if before >= draws {
            return;
        }
        // As many of those to come as of those before.
        let floor = match before {
            0 => f64::MAX,
            _ => nth_largest(self.most.clone(), (needed + 2 * needed / SPARE) * before / draws),
        };
        let see = |number: usize| {
            self.errors.with(number, |block| {
                let Some((precision, factor)) = &self.bound else {
                    return (self.largest(sides, block), Vec::new());
                };
                let most = bounds(block, precision, *factor);
                let again = |&lane: &usize| most[lane] >= floor && !self.errors.keeps(number);
                let column = |lane: usize| (number * BLOCK + lane, block.column(lane));
                (most, (0..BLOCK).filter(again).map(column).collect())
            })
        };
        let blocks: Vec<([f64; BLOCK], Columns)> =
            (before / BLOCK..draws.div_ceil(BLOCK)).into_par_iter().map(see).collect();
        for (most, columns) in blocks {
            self.most.extend(most);
            self.columns.extend(columns);
        }
        worked_out[before..].fill(self.bound.is_none());
    }

    /// Works out those draws that are `wanted` by what is known of them.
    fn work_out(
        &mut self,
        sides: Sides<'_>,
        worked_out: &mut [bool],
        wanted: impl Fn(f64) -> bool,
    ) {
        let is_wanted = |&draw: &usize| !worked_out[draw] && wanted(self.most[draw]);
        let draws: Vec<usize> = (0..worked_out.len()).filter(is_wanted).collect();
        let at_hand =
            |draw: usize| self.errors.keeps(draw / BLOCK) || self.columns.contains_key(&draw);
        let missing: Vec<usize> = draws.iter().copied().filter(|&draw| !at_hand(draw)).collect();
        let blocks: Vec<&[usize]> = missing.chunk_by(|a, b| a / BLOCK == b / BLOCK).collect();
        let drawn = blocks.into_par_iter().flat_map_iter(|draws| {
            let column = |block: &Block, draw: usize| (draw, block.column(draw % BLOCK));
            let columns = |block: &Block| draws.iter().map(|&draw| column(block, draw)).collect();
            self.errors.with::<Columns>(draws[0] / BLOCK, columns)
        });
        self.columns.extend(drawn.collect::<Columns>());
        let found: Vec<[f64; BLOCK]> =
            draws.par_chunks(BLOCK).map(|some| self.largest(sides, &self.gathered(some))).collect();
        for (&draw, found) in draws.iter().zip(found.as_flattened()) {
            (self.most[draw], worked_out[draw]) = (*found, true);
        }
    }

    /// Some draws that are at hand, at most a block of them.
    fn gathered(&self, draws: &[usize]) -> Block {
        let column = |&draw: &usize| match self.columns.get(&draw) {
            Some(column) => column.clone(),
            None => self.errors.with(draw / BLOCK, |block| block.column(draw % BLOCK)),
        };
        let columns: Vec<Vec<f64>> = draws.iter().map(column).collect();
        Block::of_columns(self.covariance.len(), &columns)
    }

    /// The largest difference in each draw of a block, 0 at least.
    fn largest(&self, sides: Sides<'_>, block: &Block) -> [f64; BLOCK] {
        match block.scales.as_slice() {
            [] => {
                let mut most = largest(sides.open, &block.errors, [0.0; BLOCK], f64::abs);
                most = largest(sides.settled, &block.errors, most, |distance| -distance);
                most
            }
            scales => {
                let studentised = Studentised::of(&block.errors, scales, self.covariance);
                let most = studentised.largest(sides.open, [0.0; BLOCK], |distance| distance);
                let most = studentised.largest(sides.settled, most, |distance| distance.min(0.0));
                most.map(f64::sqrt)
            }
        }
    }
}

/// The n-th largest of some numbers, of which there are so many.
fn nth_largest(mut numbers: Vec<f64>, n: usize) -> f64 {
    let n = n.clamp(1, numbers.len());
    *numbers.select_nth_unstable_by(n - 1, |a, b| b.total_cmp(a)).1
}

/// No difference of a draw is larger.
fn bounds(block: &Block, precision: &[f64], factor: f64) -> [f64; BLOCK] {
    let (mut top, mut bottom) = ([0.0; BLOCK], [0.0; BLOCK]);
    for (place, (errors, precision)) in block.errors.iter().zip(precision).enumerate() {
        for lane in 0..BLOCK {
            let scale = block.scales.get(place).map_or(1.0, |scales| scales[lane]);
            let z = errors[lane] * precision / scale;
            top[lane] = if z > top[lane] { z } else { top[lane] };
            bottom[lane] = if z < bottom[lane] { z } else { bottom[lane] };
        }
    }
    std::array::from_fn(|lane| {
        let squares = top[lane] * top[lane] + bottom[lane] * bottom[lane];
        (squares * factor).sqrt() * ROUNDED
    })
}

/// Lifts the largest distances to those of the pairs, with known standard errors.
fn largest(
    pairs: &[Pair],
    errors: &[[f64; BLOCK]],
    mut most: [f64; BLOCK],
    direction: impl Fn(f64) -> f64,
) -> [f64; BLOCK] {
    for pair in pairs {
        let scale = 1.0 / pair.se;
        let (larger, smaller) = (&errors[pair.larger], &errors[pair.smaller]);
        for ((most, a), b) in most.iter_mut().zip(larger).zip(smaller) {
            let distance = direction((a - b) * scale);
            // Unlike `f64::max`, this is done for several numbers at once.
            *most = if distance > *most { distance } else { *most };
        }
    }
    most
}

/// A block of draws with standard errors that vary from draw to draw.
struct Studentised<'b> {
    errors: &'b [[f64; BLOCK]],
    scales: &'b [[f64; BLOCK]],
    /// The variances as they are in each draw.
    variances: Vec<[f64; BLOCK]>,
    covariance: &'b [Vec<f64>],
}

impl<'b> Studentised<'b> {
    fn of(
        errors: &'b [[f64; BLOCK]],
        scales: &'b [[f64; BLOCK]],
        covariance: &'b [Vec<f64>],
    ) -> Self {
        let variance =
            |(at, scales): (usize, &[f64; BLOCK])| scales.map(|x| covariance[at][at] * x * x);
        let variances = scales.iter().enumerate().map(variance).collect();
        Self { errors, scales, variances, covariance }
    }

    /// Lifts the largest squared distances to those of the pairs.
    fn largest(
        &self,
        pairs: &[Pair],
        mut most: [f64; BLOCK],
        direction: impl Fn(f64) -> f64,
    ) -> [f64; BLOCK] {
        for &Pair { larger, smaller, .. } in pairs {
            let common = self.covariance[larger][smaller] + self.covariance[smaller][larger];
            let [e, f] = [larger, smaller].map(|at| &self.errors[at]);
            let [v, w] = [larger, smaller].map(|at| &self.variances[at]);
            let [x, y] = [larger, smaller].map(|at| &self.scales[at]);
            for (lane, most) in most.iter_mut().enumerate() {
                let variance = v[lane] + w[lane] - common * x[lane] * y[lane];
                let variance =
                    if variance > f64::MIN_POSITIVE { variance } else { f64::MIN_POSITIVE };
                let distance = direction(e[lane] - f[lane]);
                let square = distance * distance / variance;
                *most = if square > *most { square } else { *most };
            }
        }
        most
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::matrix::square_root;

    const LEVEL: f64 = 0.95;

    fn pairs(covariance: &[Vec<f64>]) -> Vec<Pair> {
        let size = covariance.len();
        let all = (0..size).flat_map(|a| (a + 1..size).map(move |b| (a, b)));
        all.map(|(a, b)| Pair::of(a, b, covariance)).filter(|pair| pair.se > 0.0).collect()
    }

    /// As [`Tail::critical`], by every draw.
    fn in_full(tail: &Tail<'_>, sides: Sides<'_>, draws: usize) -> Critical {
        let block = |number| tail.errors.with(number, |block| tail.largest(sides, block));
        let mut all: Vec<f64> = (0..draws.div_ceil(BLOCK)).flat_map(block).collect();
        all.truncate(draws);
        Critical::of(all, LEVEL)
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(24))]

        #[test]
        fn the_value_is_that_of_all_draws(
            variances in prop::collection::vec(prop_oneof![Just(0.0), 0.01..1.0f64], 6..14),
            common in prop_oneof![Just(0.0), 0.0..0.3f64, Just(0.95)],
            df in prop::option::of(1.0..60.0f64),
            parts in [1usize..6, 1usize..6],
            kept in any::<bool>(),
        ) {
            let entry = |i: usize, j: usize| match i == j {
                true => variances[i],
                false => common * (variances[i] * variances[j]).sqrt(),
            };
            let size = variances.len();
            let covariance: Vec<Vec<f64>> =
                (0..size).map(|i| (0..size).map(|j| entry(i, j)).collect()).collect();
            let root = square_root(&covariance).unwrap();
            let draws = 20_001;
            let df = df.map(|df| vec![df; size]);
            let errors = NormalErrors::new(&root, df, [7; 32], if kept { draws } else { 0 });
            let pairs = pairs(&covariance);
            prop_assume!(pairs.len() > 6);
            let mut tail = Tail::of(&errors, &covariance, &pairs);
            // Some are settled, in two steps, and then there are more draws.
            let first = pairs.len() * parts[0] / 6;
            let second = first * parts[1] / 6;
            for (open, draws) in [(pairs.len(), draws), (first, draws), (second, draws), (second, 30_000)] {
                let sides = Sides { open: &pairs[..open], settled: &pairs[open..] };
                let found = tail.critical(sides, draws, LEVEL);
                prop_assert_eq!(found, in_full(&tail, sides, draws));
            }
        }
    }

    #[test]
    fn most_draws_are_never_worked_out() {
        let covariance: Vec<Vec<f64>> =
            (0..60).map(|i| (0..60).map(|j| f64::from(u8::from(i == j))).collect()).collect();
        let errors = NormalErrors::new(&square_root(&covariance).unwrap(), None, [1; 32], 0);
        let pairs = pairs(&covariance);
        let sides = Sides { open: &pairs, settled: &[] };
        let mut tail = Tail::of(&errors, &covariance, &pairs);
        tail.critical(sides, 10_000, LEVEL);
        tail.critical(sides, 60_000, LEVEL);
        let share = tail.columns.len() as f64 / 50_000.0;
        assert!((0.05..0.2).contains(&share), "{share}");
    }
}
