//! The sample, declared once: strata, sampling units by stage, weights, populations.
//!
//! A [`Design`] is made from a [`Declaration`] and never changes; every question is asked of it.
//! Rows are respondents. A row stays in its stratum for ever: domains and missing answers only
//! decide what a row contributes, never how many sampling units its stratum has.

use std::collections::HashMap;
use std::sync::Arc;

use crate::collapse::collapse;
use crate::declaration::{Declaration, Lonely, Oversampled, Stage, Stratum, Weights};
use crate::domain::Domain;
use crate::error::DesignError;
use crate::residual::Adjustment;
use crate::unequal::Unequal;

/// Numbers beyond this are refused, so that squares and sums of squares stay finite.
pub(crate) const LARGEST: f64 = 1e60;

/// One stage after checking: units numbered through, with their parents.
#[derive(Debug, Clone)]
pub(crate) struct Level {
    /// Unit of each row.
    pub(crate) unit: Vec<u32>,
    /// Unit of the stage above (or variance stratum) of each row.
    pub(crate) parent: Vec<u32>,
    /// Units in the sample, by parent.
    pub(crate) sampled: Vec<u64>,
    /// Units in the population, by parent.
    pub(crate) population: Vec<Option<f64>>,
}

impl Level {
    /// 1 − n/N of a parent; exactly 0 for a census, exactly 1 without a known population.
    pub(crate) fn not_sampled(&self, parent: u32) -> f64 {
        let parent = parent as usize;
        match self.population[parent] {
            Some(population) if population > 0.0 => {
                let n = self.sampled[parent] as f64;
                if n >= population { 0.0 } else { (population - n) / population }
            }
            Some(_) => 0.0,
            None => 1.0,
        }
    }
}

/// A checked sample design.
#[derive(Debug, Clone)]
pub struct Design {
    pub(crate) strata: Vec<Stratum>,
    /// Declared stratum of each row.
    pub(crate) stratum_of: Vec<u32>,
    /// Stages; the parents of the first are variance strata (after collapsing).
    pub(crate) levels: Vec<Level>,
    pub(crate) weight: Vec<f64>,
    /// Weights come from the populations; otherwise they were given or calibrated.
    pub(crate) by_population: bool,
    /// Whether the weights of a declared stratum are on the scale of the population.
    pub(crate) scale_known: Vec<bool>,
    /// Respondents by declared stratum.
    pub(crate) respondents: Vec<u64>,
    /// Variance stratum of each declared stratum: another one where collapsing joined several.
    pub(crate) variance_stratum: Vec<usize>,
    /// Which strata were joined with another.
    pub(crate) collapsed: Vec<bool>,
    pub(crate) clamped: Vec<bool>,
    pub(crate) lonely: Lonely,
    pub(crate) lonely_in_domains: bool,
    /// Each row is its own sampling unit.
    pub(crate) elements: bool,
    /// Weight of the first row of each stratum.
    pub(crate) first_weight: Vec<f64>,
    /// Rows of one stratum weigh the same.
    pub(crate) equal_weights: Vec<bool>,
    /// Probabilities of a sample of persons drawn with unequal ones.
    pub(crate) unequal: Option<Arc<Unequal>>,
    /// What calibration did, in order.
    pub(crate) adjustments: Vec<Arc<Adjustment>>,
}

impl Design {
    pub(crate) fn checked(declaration: Declaration) -> Result<Self, DesignError> {
        let Declaration {
            strata,
            stratum_of,
            stages,
            weights,
            lonely,
            lonely_in_domains,
            oversampled,
            unequal,
        } = declaration;
        let rows = stratum_of.len();
        if u32::try_from(rows).is_err() || u32::try_from(strata.len()).is_err() {
            return Err(DesignError::TooManyRows);
        }
        let stratum_of = checked_strata(&strata, &stratum_of)?;
        let elements = stages.is_empty();
        let mut levels = if elements {
            vec![element_level(&strata, &stratum_of)]
        } else {
            cluster_levels(&strata, &stratum_of, stages)?
        };
        let mut clamped = vec![false; strata.len()];
        for (position, level) in levels.iter_mut().enumerate() {
            check_population(level, position, &strata, &stratum_of, oversampled, &mut clamped)?;
        }
        let mut respondents = vec![0; strata.len()];
        for &stratum in &stratum_of {
            respondents[stratum as usize] += 1;
        }
        let weights = match (&unequal, weights) {
            (Some(unequal), Weights::FromPopulation) => {
                unequal.checked(rows)?;
                Weights::Given(unequal.probabilities.iter().map(|p| 1.0 / p).collect())
            }
            (Some(unequal), given) => {
                unequal.checked(rows)?;
                given
            }
            (None, weights) => weights,
        };
        let given = matches!(weights, Weights::Given(_));
        let known = known_scale(&levels, &stratum_of, &strata);
        let weight = checked_weights(weights, &levels, &stratum_of, &known)?;
        let (first_weight, equal_weights) = equal_weights(&weight, &stratum_of, strata.len());
        let scale_known = if given { vec![true; strata.len()] } else { known };
        let (variance_stratum, collapsed) = match lonely {
            Lonely::Collapse => collapse(&strata, &mut levels[0]),
            _ => ((0..strata.len()).collect(), vec![false; strata.len()]),
        };
        Ok(Self {
            strata,
            stratum_of,
            levels,
            weight,
            by_population: !given,
            scale_known,
            respondents,
            variance_stratum,
            collapsed,
            clamped,
            lonely,
            lonely_in_domains,
            elements,
            first_weight,
            equal_weights,
            unequal: unequal.map(Arc::new),
            adjustments: Vec::new(),
        })
    }

    /// Respondents in the sample, whatever they answered.
    #[must_use]
    pub fn rows(&self) -> usize {
        self.stratum_of.len()
    }

    /// The declared strata.
    #[must_use]
    pub fn strata(&self) -> &[Stratum] {
        &self.strata
    }

    /// Respondents of each declared stratum.
    #[must_use]
    pub fn respondents(&self) -> &[u64] {
        &self.respondents
    }

    /// The weight of each row (1 where the population of its stratum is not known).
    #[must_use]
    pub fn weights(&self) -> &[f64] {
        &self.weight
    }

    /// The weight that all rows of a stratum have, where they have the same.
    pub(crate) fn stratum_weight(&self, stratum: usize) -> f64 {
        self.first_weight[stratum]
    }

    /// Everyone.
    #[must_use]
    pub fn everyone(&self) -> Domain {
        let all: Vec<usize> = (0..self.strata.len()).collect();
        self.in_strata(&all)
    }

    /// Everyone in some strata (positions in the declared order; unknown ones hold nobody).
    ///
    /// A domain made this way knows its population, and that a stratum of it gave no answer.
    #[must_use]
    pub fn in_strata(&self, strata: &[usize]) -> Domain {
        let mut wanted = vec![false; self.strata.len()];
        for &stratum in strata {
            if let Some(slot) = wanted.get_mut(stratum) {
                *slot = true;
            }
        }
        let rows = (0u32..).zip(&self.stratum_of);
        let rows = rows.filter(|&(_, &s)| wanted[s as usize]).map(|(row, _)| row).collect();
        let strata = (0u32..).zip(&wanted).filter(|&(_, &w)| w).map(|(s, _)| s).collect();
        Domain { of: self.rows(), rows, strata: Some(strata) }
    }

    /// The rows for which a condition holds.
    #[must_use]
    pub fn rows_where(&self, mut condition: impl FnMut(usize) -> bool) -> Domain {
        let rows = (0u32..).zip(&self.stratum_of).map(|(row, _)| row);
        Domain {
            of: self.rows(),
            rows: rows.filter(|&r| condition(r as usize)).collect(),
            strata: None,
        }
    }

    /// Degrees of freedom of a domain: sampling units less strata among its weighted rows.
    ///
    /// Source: Korn and Graubard (1999), Analysis of Health Surveys, section 5.2.
    #[must_use]
    pub fn degrees_of_freedom(&self, domain: &Domain) -> f64 {
        let rows = domain.rows.iter().copied().filter(|&r| (r as usize) < self.rows());
        self.units_less_strata(rows.filter(|&r| self.weight[r as usize] != 0.0))
    }

    pub(crate) fn units_less_strata(&self, rows: impl Iterator<Item = u32>) -> f64 {
        let level = &self.levels[0];
        let mut seen: Vec<(u32, u32)> =
            rows.map(|r| (level.parent[r as usize], level.unit[r as usize])).collect();
        seen.sort_unstable();
        seen.dedup();
        let units = seen.len();
        seen.dedup_by_key(|pair| pair.0);
        (units - seen.len()) as f64
    }
}

fn checked_strata(strata: &[Stratum], stratum_of: &[usize]) -> Result<Vec<u32>, DesignError> {
    let check = |(row, &stratum): (usize, &usize)| match u32::try_from(stratum) {
        Ok(index) if stratum < strata.len() => Ok(index),
        _ => Err(DesignError::UnknownStratum { row, stratum }),
    };
    stratum_of.iter().enumerate().map(check).collect()
}

fn element_level(strata: &[Stratum], stratum_of: &[u32]) -> Level {
    let mut sampled = vec![0; strata.len()];
    for &stratum in stratum_of {
        sampled[stratum as usize] += 1;
    }
    Level {
        unit: (0u32..).zip(stratum_of).map(|(row, _)| row).collect(),
        parent: stratum_of.to_vec(),
        sampled,
        population: strata.iter().map(|s| s.population.map(|n| n as f64)).collect(),
    }
}

fn cluster_levels(
    strata: &[Stratum],
    stratum_of: &[u32],
    stages: Vec<Stage>,
) -> Result<Vec<Level>, DesignError> {
    let mut parent = stratum_of.to_vec();
    let mut parents = strata.len();
    let mut levels = Vec::with_capacity(stages.len());
    for (position, stage) in stages.into_iter().enumerate() {
        let rows = parent.len();
        for (what, got) in
            [("sampling units", stage.units.len()), ("populations", stage.population.len())]
        {
            if got != rows && !(what == "populations" && got == 0) {
                return Err(DesignError::LengthMismatch { what, expected: rows, got });
            }
        }
        let (unit, sampled) = numbered(&parent, &stage.units, parents);
        let mut population = vec![None; parents];
        if position == 0 && stage.population.is_empty() {
            population = strata.iter().map(|s| s.population.map(|n| n as f64)).collect();
        }
        for (row, &stated) in stage.population.iter().enumerate() {
            if !(0.0..=LARGEST).contains(&stated) {
                return Err(DesignError::NotANumber { what: "populations", row });
            }
            let slot = &mut population[parent[row] as usize];
            if slot.is_some_and(|before| before != stated) {
                let stratum = strata[stratum_of[row] as usize].name.clone();
                return Err(DesignError::PopulationDiffers { stratum });
            }
            *slot = Some(stated);
        }
        parents = sampled_units(&unit);
        let next = unit.clone();
        levels.push(Level { unit, parent, sampled, population });
        parent = next;
    }
    Ok(levels)
}

/// Numbers the units through all parents, and counts the units of each parent.
fn numbered(parent: &[u32], ids: &[u64], parents: usize) -> (Vec<u32>, Vec<u64>) {
    let mut number: HashMap<(u32, u64), u32> = HashMap::new();
    let mut sampled = vec![0; parents];
    let mut next = 0;
    let unit = parent.iter().zip(ids).map(|(&parent, &id)| {
        *number.entry((parent, id)).or_insert_with(|| {
            sampled[parent as usize] += 1;
            next += 1;
            next - 1
        })
    });
    let unit = unit.collect();
    (unit, sampled)
}

fn sampled_units(unit: &[u32]) -> usize {
    unit.iter().max().map_or(0, |&last| last as usize + 1)
}

fn check_population(
    level: &mut Level,
    position: usize,
    strata: &[Stratum],
    stratum_of: &[u32],
    rule: Oversampled,
    clamped: &mut [bool],
) -> Result<(), DesignError> {
    for parent in 0..level.sampled.len() {
        let n = level.sampled[parent];
        let Some(population) = level.population[parent] else { continue };
        if n as f64 <= population {
            continue;
        }
        let row = level.parent.iter().position(|&p| p as usize == parent);
        let stratum = match row {
            Some(row) if position > 0 => stratum_of[row] as usize,
            _ => parent,
        };
        if rule == Oversampled::Refuse {
            let stratum = strata[stratum].name.clone();
            return Err(DesignError::FpcBelowSample { stratum, n, population });
        }
        clamped[stratum] = true;
        level.population[parent] = Some(n as f64);
    }
    Ok(())
}

/// Whether every stage knows its populations, by declared stratum.
fn known_scale(levels: &[Level], stratum_of: &[u32], strata: &[Stratum]) -> Vec<bool> {
    let mut known: Vec<bool> = levels[0].population.iter().map(Option::is_some).collect();
    known.resize(strata.len(), false);
    for level in &levels[1..] {
        for (row, &parent) in level.parent.iter().enumerate() {
            known[stratum_of[row] as usize] &= level.population[parent as usize].is_some();
        }
    }
    known
}

fn checked_weights(
    weights: Weights,
    levels: &[Level],
    stratum_of: &[u32],
    known: &[bool],
) -> Result<Vec<f64>, DesignError> {
    let rows = stratum_of.len();
    let Weights::Given(given) = weights else {
        let expansion = |level: &Level, row: usize| {
            let parent = level.parent[row] as usize;
            level.population[parent].map_or(1.0, |n| n / level.sampled[parent] as f64)
        };
        let weight = |row: usize| match known[stratum_of[row] as usize] {
            true => levels.iter().map(|level| expansion(level, row)).product(),
            false => 1.0,
        };
        return Ok((0..rows).map(weight).collect());
    };
    if given.len() != rows {
        let (expected, got) = (rows, given.len());
        return Err(DesignError::LengthMismatch { what: "weights", expected, got });
    }
    for (row, &weight) in given.iter().enumerate() {
        if !weight.is_finite() || weight.abs() > LARGEST {
            return Err(DesignError::NotANumber { what: "weights", row });
        }
        if weight < 0.0 {
            return Err(DesignError::NegativeWeight { row, weight });
        }
    }
    Ok(given)
}

/// The first weight of each stratum, and whether all its rows have it.
pub(crate) fn equal_weights(
    weight: &[f64],
    stratum_of: &[u32],
    strata: usize,
) -> (Vec<f64>, Vec<bool>) {
    let mut first: Vec<Option<f64>> = vec![None; strata];
    let mut equal = vec![true; strata];
    for (&weight, &stratum) in weight.iter().zip(stratum_of) {
        let before = *first[stratum as usize].get_or_insert(weight);
        equal[stratum as usize] &= before == weight && weight > 0.0;
    }
    (first.into_iter().map(Option::unwrap_or_default).collect(), equal)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn strata(populations: &[Option<u64>]) -> Vec<Stratum> {
        populations.iter().enumerate().map(|(i, &n)| Stratum::new(format!("s{i}"), n)).collect()
    }

    #[test]
    fn weights_are_population_over_respondents() {
        let design = Declaration::new(strata(&[Some(10), Some(3)]), vec![0, 0, 1]).build().unwrap();
        assert_eq!(design.weights(), [5.0, 5.0, 3.0]);
        assert_eq!(design.respondents(), [2, 1]);
    }

    #[test]
    fn more_respondents_than_people_names_the_stratum_unless_clamped() {
        let declaration = Declaration::new(strata(&[Some(1)]), vec![0, 0]);
        let error = declaration.clone().build().unwrap_err();
        assert_eq!(
            error,
            DesignError::FpcBelowSample { stratum: "s0".into(), n: 2, population: 1.0 }
        );
        let design = declaration.oversampled(Oversampled::ClampToCensus).build().unwrap();
        assert_eq!(design.weights(), [1.0, 1.0]);
        assert!(design.clamped[0]);
    }

    #[test]
    fn bad_weights_and_rows_are_refused() {
        let design = |w: f64| {
            Declaration::new(strata(&[None]), vec![0]).weights(Weights::Given(vec![w])).build()
        };
        assert!(matches!(design(-1.0), Err(DesignError::NegativeWeight { row: 0, .. })));
        assert!(matches!(design(f64::NAN), Err(DesignError::NotANumber { row: 0, .. })));
        assert!(design(0.0).is_ok());
        let unknown = Declaration::new(strata(&[None]), vec![0, 7]).build().unwrap_err();
        assert_eq!(unknown, DesignError::UnknownStratum { row: 1, stratum: 7 });
        assert!(Declaration::new(vec![], vec![]).build().is_ok());
    }
}
