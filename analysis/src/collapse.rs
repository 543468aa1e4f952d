//! Strata with one sampling unit, joined with a neighbour so that a variance can be estimated.
//!
//! Source: K. Wolter (2007), Introduction to Variance Estimation, 2nd ed., section 2.5 (collapsed
//! strata).

use crate::declaration::Stratum;
use crate::design::Level;

/// Joins every lonely stratum with its nearest neighbour.
///
/// Gives the variance stratum of each stratum, and which of them were joined.
pub(crate) fn collapse(strata: &[Stratum], level: &mut Level) -> (Vec<usize>, Vec<bool>) {
    let mut root: Vec<usize> = (0..strata.len()).collect();
    let mut joined = vec![false; strata.len()];
    for stratum in 0..strata.len() {
        let lonely = level.sampled[stratum] == 1 && level.not_sampled(index(stratum)) > 0.0;
        if !lonely || joined[stratum] {
            continue;
        }
        let Some(partner) = neighbour(strata, level, stratum) else { continue };
        let (from, to) = (root[stratum], root[partner]);
        for slot in &mut root {
            if *slot == from {
                *slot = to;
            }
        }
        joined[stratum] = true;
        joined[partner] = true;
    }
    merge(level, &root);
    (root, joined)
}

/// The nearest stratum with respondents: same family and no census first.
fn neighbour(strata: &[Stratum], level: &Level, lonely: usize) -> Option<usize> {
    let rank = |other: usize| {
        let census = level.not_sampled(index(other)) == 0.0;
        let stranger = strata[other].family != strata[lonely].family;
        (census, stranger, other.abs_diff(lonely), other)
    };
    let candidates = (0..strata.len()).filter(|&o| o != lonely && level.sampled[o] > 0);
    candidates.min_by_key(|&other| rank(other))
}

fn merge(level: &mut Level, root: &[usize]) {
    let mut sampled = vec![0; root.len()];
    let mut population: Vec<Option<f64>> = vec![Some(0.0); root.len()];
    for (stratum, &target) in root.iter().enumerate() {
        // A stratum without respondents is nobody's neighbour and keeps to itself.
        sampled[target] += level.sampled[stratum];
        population[target] = match (population[target], level.population[stratum]) {
            (Some(sum), Some(count)) => Some(sum + count),
            _ => None,
        };
    }
    for parent in &mut level.parent {
        *parent = index(root[*parent as usize]);
    }
    level.sampled = sampled;
    level.population = population;
}

/// Positions of strata fit: `checked` has refused more than `u32` can number.
fn index(position: usize) -> u32 {
    u32::try_from(position).expect("the number of strata was checked")
}

#[cfg(test)]
mod tests {
    use crate::{Declaration, Stratum};

    #[test]
    fn a_lonely_stratum_joins_its_family_before_its_neighbour() {
        let stratum = |i: usize| Stratum::new(format!("s{i}"), Some(50));
        let mut strata: Vec<Stratum> = (0..4).map(stratum).collect();
        strata[1].family = Some("A".into());
        strata[3].family = Some("A".into());
        let design = Declaration::new(strata, vec![0, 0, 1, 2, 2, 3, 3]).build().expect("a design");
        assert_eq!(design.collapsed, [false, true, false, true]);
        assert_eq!(design.levels[0].parent, [0, 0, 3, 2, 2, 3, 3]);
        assert_eq!(design.levels[0].population[3], Some(100.0));
    }
}
