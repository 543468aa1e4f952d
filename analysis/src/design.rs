//! The sample, declared once: strata, sampling units by stage, weights, populations.
//!
//! A [`Design`] is made from a [`Declaration`] and never changes; every question is asked of it.
//! Rows are respondents. A row stays in its stratum for ever: domains and missing answers only
//! decide what a row contributes, never how many sampling units its stratum has.

use std::collections::HashMap;
use std::sync::Arc;

use crate::calibrate::Adjustment;
use crate::domain::Domain;
use crate::error::DesignError;

/// Numbers beyond this are refused, so that squares and sums of squares stay finite.
pub(crate) const LARGEST: f64 = 1e60;

/// A stratum of the population, named for messages.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stratum {
    /// The name that errors and notices use.
    pub name: String,
    /// Sampling units in the population, if known.
    ///
    /// Without it there is no finite population correction, and figures say so.
    pub population: Option<u64>,
    /// Strata of the same family (for example of the same unit) are collapsed together first.
    pub family: Option<String>,
}

impl Stratum {
    /// A stratum with a known or an unknown population.
    #[must_use]
    pub fn new(name: impl Into<String>, population: Option<u64>) -> Self {
        Self { name: name.into(), population, family: None }
    }

    /// Names the family in which this stratum looks for a neighbour if it is lonely.
    #[must_use]
    pub fn within(mut self, family: impl Into<String>) -> Self {
        self.family = Some(family.into());
        self
    }
}

/// Where the weights of the rows come from.
#[derive(Debug, Clone, PartialEq, Default)]
pub enum Weights {
    /// N/r: the population of a stratum spread over its respondents (product over stages).
    ///
    /// A figure over strata of which one has no known population counts each row once instead
    /// and carries the flag [`crate::Flag::PopulationUnknown`].
    #[default]
    FromPopulation,
    /// One weight per row, ≥ 0. A row of weight 0 keeps its place in its stratum.
    Given(Vec<f64>),
}

/// What to do with a stratum that has one sampling unit and is not a census.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Lonely {
    /// Join it with the nearest stratum in declared order, of the same family if there is one.
    ///
    /// Source: K. Wolter (2007), Introduction to Variance Estimation, 2nd ed., section 2.5.
    #[default]
    Collapse,
    /// Refuse to estimate over it.
    Fail,
    /// Let it contribute nothing, as if it were a census.
    Remove,
    /// Measure its deviation from the mean of the whole domain instead of its own.
    Adjust,
    /// Let it contribute as much as the other strata do on average.
    Average,
}

/// What to do when a stratum has more respondents than its declared population (case EN).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Oversampled {
    /// Refuse the design, naming the stratum.
    #[default]
    Refuse,
    /// Take the population to be the number of respondents; figures carry a flag.
    ClampToCensus,
}

/// Sampling units of one stage, by row.
#[derive(Debug, Clone, PartialEq)]
pub struct Stage {
    /// Id of the sampling unit of each row; ids need be unique only within the unit above.
    pub units: Vec<u64>,
    /// Sampling units in the population of the row's stratum (first stage) or of the row's unit
    /// of the stage before; empty = unknown, no finite population correction.
    pub population: Vec<f64>,
}

/// What is known of a sample, before it is checked.
#[derive(Debug, Clone, PartialEq)]
pub struct Declaration {
    strata: Vec<Stratum>,
    stratum_of: Vec<usize>,
    stages: Vec<Stage>,
    weights: Weights,
    lonely: Lonely,
    lonely_in_domains: bool,
    oversampled: Oversampled,
}

impl Declaration {
    /// Declares the strata and, for each row, the stratum (its position among them).
    ///
    /// Unless told otherwise each row is a sampling unit of its own, the weight is N/r, and
    /// lonely strata are collapsed.
    #[must_use]
    pub fn new(strata: Vec<Stratum>, stratum_of: Vec<usize>) -> Self {
        Self {
            strata,
            stratum_of,
            stages: Vec::new(),
            weights: Weights::default(),
            lonely: Lonely::default(),
            lonely_in_domains: false,
            oversampled: Oversampled::default(),
        }
    }

    /// Declares a further stage of sampling; without any, each row is a sampling unit.
    #[must_use]
    pub fn stage(mut self, stage: Stage) -> Self {
        self.stages.push(stage);
        self
    }

    /// Declares where the weights come from.
    #[must_use]
    pub fn weights(mut self, weights: Weights) -> Self {
        self.weights = weights;
        self
    }

    /// Declares the rule for strata with one sampling unit.
    #[must_use]
    pub fn lonely(mut self, rule: Lonely) -> Self {
        self.lonely = rule;
        self
    }

    /// Applies the rules `Adjust` and `Average` also where only the domain leaves one unit.
    #[must_use]
    pub fn lonely_in_domains(mut self, yes: bool) -> Self {
        self.lonely_in_domains = yes;
        self
    }

    /// Declares the rule for strata with more respondents than population.
    #[must_use]
    pub fn oversampled(mut self, rule: Oversampled) -> Self {
        self.oversampled = rule;
        self
    }

    /// Checks the declaration.
    ///
    /// # Errors
    /// The first thing that cannot be read as a sample, naming the stratum or the row.
    pub fn build(self) -> Result<Design, DesignError> {
        Design::checked(self)
    }
}

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
    /// Whether the weights of a declared stratum are on the scale of the population.
    pub(crate) scale_known: Vec<bool>,
    /// Respondents by declared stratum.
    pub(crate) respondents: Vec<u64>,
    /// Variance stratum of each declared stratum, where collapsing joined several.
    pub(crate) collapsed: Vec<bool>,
    pub(crate) clamped: Vec<bool>,
    pub(crate) lonely: Lonely,
    pub(crate) lonely_in_domains: bool,
    /// Each row is its own sampling unit.
    pub(crate) elements: bool,
    /// Rows of one stratum weigh the same.
    pub(crate) equal_weights: Vec<bool>,
    /// What calibration did, in order.
    pub(crate) adjustments: Vec<Arc<Adjustment>>,
}

impl Design {
    fn checked(declaration: Declaration) -> Result<Self, DesignError> {
        let Declaration {
            strata,
            stratum_of,
            stages,
            weights,
            lonely,
            lonely_in_domains,
            oversampled,
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
        let given = matches!(weights, Weights::Given(_));
        let known = known_scale(&levels, &stratum_of, &strata);
        let weight = checked_weights(weights, &levels, &stratum_of, &known)?;
        let equal_weights = equal_weights(&weight, &stratum_of, strata.len());
        let scale_known = if given { vec![true; strata.len()] } else { known };
        let collapsed = match lonely {
            Lonely::Collapse => collapse(&strata, &mut levels[0]),
            _ => vec![false; strata.len()],
        };
        Ok(Self {
            strata,
            stratum_of,
            levels,
            weight,
            scale_known,
            respondents,
            collapsed,
            clamped,
            lonely,
            lonely_in_domains,
            elements,
            equal_weights,
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

pub(crate) fn equal_weights(weight: &[f64], stratum_of: &[u32], strata: usize) -> Vec<bool> {
    let mut first: Vec<Option<f64>> = vec![None; strata];
    let mut equal = vec![true; strata];
    for (&weight, &stratum) in weight.iter().zip(stratum_of) {
        let before = *first[stratum as usize].get_or_insert(weight);
        equal[stratum as usize] &= before == weight && weight > 0.0;
    }
    equal
}

/// Joins every lonely stratum with its nearest neighbour; tells which strata were joined.
fn collapse(strata: &[Stratum], level: &mut Level) -> Vec<bool> {
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
    joined
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
    fn a_lonely_stratum_joins_its_family_before_its_neighbour() {
        let mut strata = strata(&[Some(50), Some(50), Some(50), Some(50)]);
        strata[1].family = Some("A".into());
        strata[3].family = Some("A".into());
        let design = Declaration::new(strata, vec![0, 0, 1, 2, 2, 3, 3]).build().expect("a design");
        assert_eq!(design.collapsed, [false, true, false, true]);
        assert_eq!(design.levels[0].parent, [0, 0, 3, 2, 2, 3, 3]);
        assert_eq!(design.levels[0].population[3], Some(100.0));
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
