//! Changes between rounds, for independent samples and for samples that share people.
//!
//! Whether two rounds may be compared at all (same question, same scale, same scoring rule, same
//! units after a merger) is for the caller to say; what is compared here is taken as comparable.
//!
//! Source: K. Wolter (2007), Introduction to Variance Estimation, 2nd ed., section 2.2 (samples
//! as one stacked sample of primary units); S. M. Tam (1984), The American Statistician 38, and
//! L. Qualité, Y. Tillé (2008), Survey Methodology 34 (covariances from overlapping samples).

use std::borrow::Cow;
use std::collections::BTreeMap;

use thiserror::Error;

use crate::contrast::{EmptyPart, combined_range, shared_out};
use crate::declaration::{Declaration, Stage, Stratum, Weights};
use crate::design::Design;
use crate::domain::Domain;
use crate::error::{DesignError, FigureError};
use crate::estimate::{Ask, Est, Flag, kish};
use crate::exact_sum::{ExactSum, exact_sum};
use crate::figure::{Figure, Part};
use crate::interval::tail_of;
use crate::reading::Reading;
use crate::variable::Variable;
use crate::variance::{Variance, variance};

/// The sum `Σ c_k θ_k` over figures of independent samples: variances add up.
///
/// Figures of one design keep their covariance; samples of two designs are taken to have nothing
/// to do with each other.
/// For rounds that may have asked the same people see [`Stacked`].
/// The interval is made by the same rules as within one design, but for the limits of a difference
/// of small samples, which are not taken from those of its two sides; degrees of freedom add up.
///
/// # Errors
/// As [`Figure::combine`] and [`Figure::estimate_with`].
pub fn across(parts: &[(f64, &Figure<'_>)], ask: &Ask) -> Result<Est, FigureError> {
    if tail_of(ask.level).is_none() {
        return Err(FigureError::Level { level: ask.level });
    }
    let sums = by_design(parts)?;
    let mut est = Est::without_value(sums.iter().map(Figure::respondents).sum(), None, ask.level);
    est.flags.extend(sums.iter().flat_map(|figure| figure.flags.iter().copied()));
    let values: Option<Vec<f64>> = sums.iter().map(|figure| figure.value).collect();
    if values.is_none() {
        est.n = 0;
        est.flags.insert(Flag::NoData);
        return Ok(est);
    }
    reading(&sums, ask)?.fill(&mut est);
    Ok(est)
}

/// What is known of a sum of figures, one of each design, before the question is answered.
fn reading<'a>(sums: &[Figure<'_>], ask: &'a Ask) -> Result<Reading<'a>, FigureError> {
    let all: Vec<(f64, &Figure<'_>)> = sums.iter().map(|figure| (1.0, figure)).collect();
    let rows = sums.iter().map(|figure| figure.influence.len()).sum();
    let leaves: Vec<Part> = sums.iter().flat_map(|figure| figure.parts.iter().cloned()).collect();
    Ok(Reading {
        ask,
        value: exact_sum(sums.iter().filter_map(|figure| figure.value)),
        n: sums.iter().map(Figure::respondents).sum(),
        variance: added_variances(sums)?,
        df: sums
            .iter()
            .map(|f| f.design.units_less_strata(f.influence.iter().map(|i| i.row)))
            .sum(),
        kish: kish(|| sums.iter().flat_map(|f| f.influence.iter().map(|i| i.share))),
        range: combined_range(&all, rows),
        parts: Cow::Owned(leaves),
        reference: None,
        sides: None,
    })
}

/// The change from one round to another that asked an independent sample.
///
/// # Errors
/// As [`across`].
pub fn independent_change(
    before: &Figure<'_>,
    after: &Figure<'_>,
    ask: &Ask,
) -> Result<Est, FigureError> {
    across(&[(1.0, after), (-1.0, before)], ask)
}

/// `Σ w_k θ_k / Σ w_k` over figures of independent samples.
///
/// # Errors
/// As [`across`] and [`Figure::weighted_mean`].
pub fn mean_across(
    parts: &[(f64, &Figure<'_>)],
    rule: EmptyPart,
    ask: &Ask,
) -> Result<Est, FigureError> {
    let shared = shared_out(parts, rule)?;
    let mut est = across(&shared.parts, ask)?;
    if shared.redistributed {
        est.flags.insert(Flag::PartMissing);
    }
    Ok(est)
}

/// One figure for each design, with the coefficients inside.
fn by_design<'d>(parts: &[(f64, &Figure<'d>)]) -> Result<Vec<Figure<'d>>, FigureError> {
    let mut groups: Vec<Vec<(f64, &Figure<'d>)>> = Vec::new();
    for &part in parts.iter().filter(|part| part.0 != 0.0) {
        let own =
            |group: &&mut Vec<(f64, &Figure<'d>)>| std::ptr::eq(group[0].1.design, part.1.design);
        match groups.iter_mut().find(own) {
            Some(group) => group.push(part),
            None => groups.push(vec![part]),
        }
    }
    if groups.is_empty() {
        return Err(FigureError::NothingToCombine);
    }
    groups.iter().map(|group| Figure::combine(group)).collect()
}

fn added_variances(sums: &[Figure<'_>]) -> Result<Variance, FigureError> {
    let mut all = Variance { census: true, ..Variance::default() };
    let mut sum = ExactSum::default();
    for figure in sums {
        let own = variance(figure.design, &figure.influence)?;
        sum.add(own.value);
        all.terms.extend(own.terms);
        all.census &= own.census;
        all.unknown |= own.unknown;
        all.negative |= own.negative;
        all.stood_in |= own.stood_in;
    }
    all.value = sum.value();
    Ok(all)
}

/// Why rounds cannot be stacked.
#[derive(Debug, Clone, PartialEq, Error)]
#[non_exhaustive]
pub enum StackError {
    /// A round has another number of persons than rows.
    #[error("round {round}: {got} persons where the sample has {expected} rows")]
    Persons {
        /// Round, from 0.
        round: usize,
        /// Rows of its design.
        expected: usize,
        /// Persons given.
        got: usize,
    },
    /// A person is in one round twice.
    #[error("round {round}: person {person} is there twice")]
    Twice {
        /// Round, from 0.
        round: usize,
        /// The person.
        person: u64,
    },
    /// A round is a sample of clusters, has unequal probabilities or calibrated weights.
    #[error("round {round}: only samples of persons with the weights of their strata are stacked")]
    NotPlain {
        /// Round, from 0.
        round: usize,
    },
    /// The stacked sample is none.
    #[error(transparent)]
    Design(#[from] DesignError),
}

/// Rounds that may have asked the same people, as one sample in which a person is a sampling
/// unit with an answer in each round that asked them.
///
/// Figures of two rounds then have a covariance like any other two figures, and
/// V(change) = V₁ + V₂ − 2C.
///
/// Strata are the same if their names are; a person belongs to the stratum of their first round.
/// A stratum has a finite population correction where every round observed all of it (then it
/// adds nothing) or asked the same people of the same population.
/// Elsewhere there is none, and the standard error of a change is too large rather than too
/// small: the correction would take the variance of the individual changes, over N, away.
#[derive(Debug, Clone)]
pub struct Stacked {
    design: Design,
    /// First row of each round, and the number of all rows.
    starts: Vec<usize>,
}

impl Stacked {
    /// Stacks rounds: the sample of each, with a number for each person that is the same in
    /// every round.
    ///
    /// # Errors
    /// [`StackError`] for rounds that are not plain samples of persons.
    pub fn of(rounds: &[(&Design, &[u64])]) -> Result<Self, StackError> {
        for (round, &(design, persons)) in rounds.iter().enumerate() {
            check(round, design, persons)?;
        }
        let mut names: BTreeMap<&str, usize> = BTreeMap::new();
        let mut strata: Vec<Stratum> = Vec::new();
        let mut home: BTreeMap<u64, usize> = BTreeMap::new();
        let (mut stratum_of, mut units, mut weights) = (Vec::new(), Vec::new(), Vec::new());
        let mut starts = vec![0];
        for &(design, persons) in rounds {
            for stratum in &design.strata {
                names.entry(&stratum.name).or_insert_with(|| {
                    strata.push(Stratum { population: None, ..stratum.clone() });
                    strata.len() - 1
                });
            }
            for (row, &person) in persons.iter().enumerate() {
                let own = &design.strata[design.stratum_of[row] as usize].name;
                let own = names.get(own.as_str()).copied().unwrap_or_default();
                stratum_of.push(*home.entry(person).or_insert(own));
            }
            units.extend_from_slice(persons);
            weights.extend_from_slice(design.weights());
            starts.push(units.len());
        }
        let mut people: Vec<Vec<u64>> = vec![Vec::new(); strata.len()];
        for (&person, &stratum) in &home {
            people[stratum].push(person);
        }
        for (slot, people) in strata.iter_mut().zip(&people) {
            slot.population = population(rounds, &slot.name, people);
        }
        let lonely = rounds.first().map(|(design, _)| design.lonely).unwrap_or_default();
        let stage = Stage { units, population: Vec::new() };
        let declaration = Declaration::new(strata, stratum_of).stage(stage).lonely(lonely);
        let design = declaration.weights(Weights::Given(weights)).build()?;
        Ok(Self { design, starts })
    }

    /// The stacked sample.
    #[must_use]
    pub fn design(&self) -> &Design {
        &self.design
    }

    /// How many rounds there are.
    #[must_use]
    pub fn rounds(&self) -> usize {
        self.starts.len() - 1
    }

    /// The rows of one round; nobody for a round that does not exist.
    #[must_use]
    pub fn round(&self, round: usize) -> Domain {
        let start = self.starts.get(round).copied().unwrap_or(usize::MAX);
        let end = self.starts.get(round + 1).copied().unwrap_or(0);
        self.design.rows_where(|row| start <= row && row < end)
    }

    /// The rows of one round that a domain of that round selects.
    ///
    /// # Errors
    /// [`FigureError::LengthMismatch`] for a domain of another sample or an unknown round.
    pub fn within(&self, round: usize, domain: &Domain) -> Result<Domain, FigureError> {
        let (start, expected) = self.place(round)?;
        if domain.of != expected {
            return Err(FigureError::LengthMismatch { what: "domain", expected, got: domain.of });
        }
        let mut mask = vec![false; self.design.rows()];
        domain.rows().for_each(|row| mask[start + row] = true);
        Ok(Domain::from_mask(&mask))
    }

    /// A variable over all rounds from one for each.
    ///
    /// # Errors
    /// [`FigureError::LengthMismatch`] when a round has no variable or one of another sample.
    pub fn variable(&self, of_rounds: &[&Variable]) -> Result<Variable, FigureError> {
        let (expected, got) = (self.rounds(), of_rounds.len());
        if got != expected {
            return Err(FigureError::LengthMismatch { what: "rounds", expected, got });
        }
        let mut values = Vec::with_capacity(self.design.rows());
        for (round, variable) in of_rounds.iter().enumerate() {
            let (_, expected) = self.place(round)?;
            let got = variable.len();
            if got != expected {
                return Err(FigureError::LengthMismatch { what: "variable", expected, got });
            }
            values.extend_from_slice(&variable.values);
        }
        let first = of_rounds.first().and_then(|v| v.range);
        let range = first.filter(|_| of_rounds.iter().all(|v| v.range == first));
        Ok(Variable { values, range })
    }

    /// First row and number of rows of a round.
    fn place(&self, round: usize) -> Result<(usize, usize), FigureError> {
        match self.starts.get(round..round.saturating_add(2)) {
            Some(&[start, end]) => Ok((start, end - start)),
            _ => {
                let (expected, got) = (self.rounds(), round);
                Err(FigureError::LengthMismatch { what: "round", expected, got })
            }
        }
    }
}

fn check(round: usize, design: &Design, persons: &[u64]) -> Result<(), StackError> {
    let (expected, got) = (design.rows(), persons.len());
    if got != expected {
        return Err(StackError::Persons { round, expected, got });
    }
    let plain = design.elements && design.unequal.is_none() && design.adjustments.is_empty();
    if !plain {
        return Err(StackError::NotPlain { round });
    }
    let mut sorted = persons.to_vec();
    sorted.sort_unstable();
    match sorted.windows(2).find(|pair| pair[0] == pair[1]) {
        Some(pair) => Err(StackError::Twice { round, person: pair[0] }),
        None => Ok(()),
    }
}

/// The number of persons by which a stacked stratum may be corrected, if it may; `people` are
/// those who belong to it, in ascending order.
fn population(rounds: &[(&Design, &[u64])], name: &str, people: &[u64]) -> Option<u64> {
    let (mut census, mut panel) = (true, true);
    let mut stated = Vec::new();
    for (design, persons) in rounds {
        let Some(stratum) = design.strata.iter().position(|s| s.name == name) else { continue };
        let inside = |row: usize| design.stratum_of[row] as usize == stratum;
        let (own, others): (Vec<usize>, Vec<usize>) =
            (0..persons.len()).partition(|&row| inside(row));
        let belongs = |&row: &usize| people.binary_search(&persons[row]).is_ok();
        // Somebody who has moved carries the chance of the other stratum's draw.
        if !own.iter().all(belongs) || others.iter().any(belongs) {
            return None;
        }
        let number = design.people(stratum)?;
        census &= own.len() as u64 == number;
        panel &= own.len() == people.len();
        stated.push(number);
    }
    panel &= stated.windows(2).all(|pair| pair[0] == pair[1]);
    match census {
        true => Some(people.len() as u64),
        false => stated.first().copied().filter(|_| panel),
    }
}
