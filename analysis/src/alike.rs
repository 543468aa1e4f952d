//! Strata whose answers are all alike: how many people may differ from them, and how far.
//!
//! Such a stratum adds nothing to the standard error, though it was not asked completely.
//! Ten happy answers do not prove that everybody is happy: where such a stratum stands for many
//! people, limits made of the standard error alone would be far too narrow.

use std::collections::BTreeMap;

use crate::design::Level;
use crate::exact_sum::{ExactSum, exact_sum};
use crate::figure::Part;
use crate::interval::{degenerate_interval, hypergeometric_interval};

/// A stratum of a figure, not observed completely, whose answers are all alike.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Alike {
    /// Variance stratum.
    pub(crate) stratum: u32,
    /// The answer of all of them.
    pub(crate) answer: f64,
    /// Its part of the weights of the figure.
    pub(crate) share: f64,
    /// How many answered.
    pub(crate) n: u64,
    /// (Σw)²/Σw² of them (Kish 1965, section 11.7).
    pub(crate) kish: f64,
    /// 1 − f: the part of its people that was not observed.
    pub(crate) not_sampled: f64,
}

/// Answers of equal value and weight in a stratum.
pub(crate) struct Answers {
    /// Variance stratum.
    pub(crate) stratum: u32,
    pub(crate) value: f64,
    pub(crate) weight: f64,
    pub(crate) count: u64,
    /// 1 − f.
    pub(crate) not_sampled: f64,
}

/// What the strata of a figure are like.
#[derive(Debug, Clone, Default)]
pub(crate) struct Sorted {
    pub(crate) alike: Vec<Alike>,
    /// A stratum has a single sampling unit, in which people differ: its variance is not known.
    pub(crate) hidden: bool,
}

/// Sorts out the strata that were not observed completely.
pub(crate) fn sorted(level: &Level, answers: impl Iterator<Item = Answers>, size: f64) -> Sorted {
    struct Group {
        value: f64,
        same: bool,
        n: u64,
        weight: ExactSum,
        squares: ExactSum,
        not_sampled: f64,
    }
    let mut groups: BTreeMap<u32, Group> = BTreeMap::new();
    for Answers { stratum, value, weight, count, not_sampled } in answers {
        if not_sampled == 0.0 {
            continue;
        }
        let new = || Group {
            value,
            same: true,
            n: 0,
            weight: ExactSum::default(),
            squares: ExactSum::default(),
            not_sampled,
        };
        let group = groups.entry(stratum).or_insert_with(new);
        group.same &= group.value == value;
        group.not_sampled = group.not_sampled.max(not_sampled);
        if group.same {
            group.n += count;
            group.weight.add_product(weight, count as f64);
            group.squares.add_product(weight * weight, count as f64);
        }
    }
    let differ =
        |(&stratum, group): (&u32, &Group)| !group.same && level.sampled[stratum as usize] == 1;
    let hidden = groups.iter().any(differ);
    let alike = groups.into_iter().filter(|(_, group)| group.same).map(|(stratum, group)| {
        let weight = group.weight.value();
        Alike {
            stratum,
            answer: group.value,
            share: weight / size,
            n: group.n,
            kish: weight * weight / group.squares.value(),
            not_sampled: group.not_sampled,
        }
    });
    Sorted { alike: alike.collect(), hidden }
}

/// How far the strata that are alike may move a figure.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Moves {
    /// There are none.
    None,
    /// Nobody knows: the answers have no limits.
    Unlimited,
    /// At most so far down and up.
    Within([f64; 2]),
}

/// How far the strata that are alike may move a figure, at one level for all of them together.
///
/// The people who differ are at most the part that Clopper and Pearson's limit allows for Kish's
/// effective number of the answers (the exact limit where all answers are those of one stratum),
/// and at most those who were not observed.
/// Each of them is taken to have answered as the far end of the scale.
/// A single answer counts only with `singles`: its distance from the others is in the variance.
pub(crate) fn moves(parts: &[Part], level: f64, singles: bool) -> Moves {
    let counts = |alike: &&Alike| singles || alike.n > 1;
    // Questions answered by the same people differ together: their strata are added first.
    let mut strata: BTreeMap<u32, Room> = BTreeMap::new();
    for part in parts {
        for alike in part.alike.iter().filter(counts) {
            let Some(range) = part.range else { return Moves::Unlimited };
            let weight = alike.share * part.coefficient.abs();
            let (fall, rise) = (alike.answer - range.low, range.high - alike.answer);
            let (down, up) = if part.coefficient > 0.0 { (fall, rise) } else { (rise, fall) };
            let room = strata.entry(alike.stratum).or_default();
            room.down += weight * down;
            room.up += weight * up;
            room.whole += weight * (range.high - range.low);
            room.kish = if room.kish > 0.0 { room.kish.min(alike.kish) } else { alike.kish };
            room.not_sampled = alike.not_sampled;
        }
    }
    let sum = |of: fn(&Room) -> f64| exact_sum(strata.values().map(of));
    let whole = sum(|room| room.whole);
    if strata.is_empty() || whole <= 0.0 {
        return Moves::None;
    }
    let squares = sum(|room| room.whole * room.whole / room.kish);
    let exact = match parts {
        [part] => part.stratum.and_then(|(n, population)| {
            let [_, most] = hypergeometric_interval(0, n, population, level)?;
            Some(most as f64 / population as f64)
        }),
        _ => None,
    };
    let by_number = || degenerate_interval(whole * whole / squares, false, level).map(|ci| ci[1]);
    let Some(differing) = exact.or_else(by_number) else { return Moves::Unlimited };
    let down = (differing * sum(|room| room.down)).min(sum(|room| room.not_sampled * room.down));
    let up = (differing * sum(|room| room.up)).min(sum(|room| room.not_sampled * room.up));
    Moves::Within([down, up])
}

/// What the answers of a stratum leave open.
#[derive(Default)]
struct Room {
    /// If all of them went to the lower end of the scale, the figure would fall so far.
    down: f64,
    up: f64,
    /// The whole scale, times the weight.
    whole: f64,
    kish: f64,
    not_sampled: f64,
}
