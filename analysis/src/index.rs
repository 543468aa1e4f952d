//! From criteria scores to index points, with their uncertainty.
//!
//! Where points are a linear function of the scores they are a figure like any other: the full
//! covariance of the criteria, answered by the same people, is in it ([`linear_points`]).
//! A rule with a floor or with steps ("from 90 % all points") is not smooth, and no derivative
//! tells how its points vary: there the replicates of the scores go through the rule, and what
//! comes out is the distribution of the points ([`points`], [`index`]).
//!
//! Sources: J. Shao, D. Tu (1995), The Jackknife and Bootstrap, section 3.2 (what the delta
//! method needs) and 6.2 (bootstrap under stratified sampling); J. N. K. Rao, C. F. J. Wu, K. Yue
//! (1992), Survey Methodology 18.

use std::collections::BTreeSet;

use serde::Serialize;
use thiserror::Error;

use crate::conversion::Conversion;
use crate::error::FigureError;
use crate::estimate::{Ask, Est, Flag};
use crate::exact_sum::exact_sum;
use crate::figure::Figure;
use crate::replicate::Replicated;

/// Percentiles of fewer replicates than this say nothing about the tails.
const FEWEST: usize = 1_000;

/// Why points have no distribution.
#[derive(Debug, Clone, PartialEq, Error)]
#[non_exhaustive]
pub enum IndexError {
    /// Fewer than 1,000 replicates in which every score has a value.
    #[error("{got} replicates, where percentiles need 1,000")]
    TooFewReplicates {
        /// Replicates with a value.
        got: usize,
    },
    /// The scores were replicated with sets of weights of different number.
    #[error("criterion {criterion} has {got} replicates, the first one {expected}")]
    ReplicatesDiffer {
        /// Criterion, from 0.
        criterion: usize,
        /// Replicates of the first criterion.
        expected: usize,
        /// Replicates of this one.
        got: usize,
    },
    /// A weight or a number of points that is negative or not finite, or steps that do not rise.
    #[error("criterion {criterion}: the conversion is not usable")]
    Conversion {
        /// Criterion, from 0.
        criterion: usize,
    },
    /// The figure itself cannot be estimated.
    #[error(transparent)]
    Figure(#[from] FigureError),
}

/// A criterion of an index: its score and the rule that turns it into points.
pub struct Criterion<'a, 'd> {
    /// The score, on the scale of the conversion (0–100).
    pub score: &'a Figure<'d>,
    /// The same score in every replicate; those of all criteria must be of the same weights.
    pub replicated: &'a Replicated,
    /// Its weight in the index (1 for a criterion by itself).
    pub weight: f64,
    /// The most points to be had.
    pub most: f64,
    /// The rule.
    pub conversion: Conversion<'a>,
}

/// A step of a rule, and how likely the sample makes it.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Outcome {
    /// The score from which it holds; nothing for the lowest.
    pub from: Option<f64>,
    /// Share of the replicates that fall on it; nothing where replicates do not tell (all
    /// answers alike without a census, one respondent).
    pub probability: Option<f64>,
    /// The estimate falls on it.
    pub reached: bool,
}

/// How far a score is from the nearest threshold of its rule.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct DecisionMargin {
    /// The threshold.
    pub threshold: f64,
    /// Score less threshold.
    pub distance: f64,
    /// The distance in standard errors of the score; nothing for a census or where the standard
    /// error is not known.
    pub in_standard_errors: Option<f64>,
}

/// How an interval of points was made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum PointsMethod {
    /// Percentiles of the replicates.
    Percentile,
    /// The ends of the scores' intervals through their rules, at a level shared out over the
    /// criteria (Bonferroni): where replicates of a criterion do not tell.
    Ends,
    /// Censuses: no sampling error.
    Census,
    /// No interval.
    None,
}

/// Points with their uncertainty.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Points {
    /// The points; nothing if a criterion has no score.
    pub value: Option<f64>,
    /// Interval at the level asked for.
    pub ci: Option<[f64; 2]>,
    /// How the interval was made.
    pub method: PointsMethod,
    /// Steps of each criterion, lowest first; empty for a linear rule or one given as a function.
    pub outcomes: Vec<Vec<Outcome>>,
    /// Distance of each score from its nearest threshold.
    pub margins: Vec<Option<DecisionMargin>>,
    /// What to beware of, in any criterion.
    pub flags: BTreeSet<Flag>,
}

/// Points by linear rules: `Σ weight·most/100·score`, a figure with the full covariance.
///
/// `parts` are weight times most points, and the score (0–100).
///
/// # Errors
/// As [`Figure::combine`].
pub fn linear_points<'d>(parts: &[(f64, &Figure<'d>)]) -> Result<Figure<'d>, FigureError> {
    let scaled: Vec<(f64, &Figure<'d>)> =
        parts.iter().map(|&(points, score)| (points / 100.0, score)).collect();
    Figure::combine(&scaled)
}

/// The points of one criterion by its replicates.
///
/// # Errors
/// [`IndexError`].
pub fn points(criterion: &Criterion<'_, '_>, ask: &Ask) -> Result<Points, IndexError> {
    index(std::slice::from_ref(criterion), ask)
}

/// The points of several criteria together, `Σ weight·most·share(score)`, by their replicates.
///
/// # Errors
/// [`IndexError`].
pub fn index(criteria: &[Criterion<'_, '_>], ask: &Ask) -> Result<Points, IndexError> {
    for (criterion, part) in criteria.iter().enumerate() {
        let usable = [part.weight, part.most].iter().all(|x| *x >= 0.0 && x.is_finite());
        if !usable || !part.conversion.rises() {
            return Err(IndexError::Conversion { criterion });
        }
        let (expected, got) =
            (criteria[0].replicated.replicates.len(), part.replicated.replicates.len());
        if got != expected {
            return Err(IndexError::ReplicatesDiffer { criterion, expected, got });
        }
    }
    let parts: Vec<Part<'_, '_, '_>> =
        criteria.iter().map(|c| Part::of(c, ask)).collect::<Result<_, _>>()?;
    let mut points = Points {
        value: total(parts.iter().map(|part| part.est.value.map(|v| part.criterion.points(v)))),
        ci: None,
        method: PointsMethod::None,
        outcomes: parts.iter().map(Part::outcomes).collect(),
        margins: parts.iter().map(Part::margin).collect(),
        flags: parts.iter().flat_map(|part| part.est.flags.iter().copied()).collect(),
    };
    if points.value.is_none() {
        points.flags.insert(Flag::NoData);
        return Ok(points);
    }
    if parts.iter().all(|part| part.est.has(Flag::Census)) {
        (points.ci, points.method) = (points.value.map(|v| [v, v]), PointsMethod::Census);
    } else if parts.iter().all(Part::replicates_tell) {
        (points.ci, points.method) = (percentiles(&parts, ask)?, PointsMethod::Percentile);
        if parts.iter().any(|p| p.criterion.replicated.replicates.iter().any(Option::is_none)) {
            points.flags.insert(Flag::NotConverged);
        }
    } else {
        points.ci = ends(&parts, ask)?;
        points.method = points.ci.map_or(PointsMethod::None, |_| PointsMethod::Ends);
    }
    Ok(points)
}

impl Criterion<'_, '_> {
    fn points(&self, score: f64) -> f64 {
        self.weight * self.most * self.conversion.share(score)
    }
}

/// A criterion with its estimate.
struct Part<'p, 'a, 'd> {
    criterion: &'p Criterion<'a, 'd>,
    est: Est,
}

impl<'p, 'a, 'd> Part<'p, 'a, 'd> {
    fn of(criterion: &'p Criterion<'a, 'd>, ask: &Ask) -> Result<Self, FigureError> {
        Ok(Self { criterion, est: criterion.score.estimate_with(ask)? })
    }

    /// Replicates show how the score varies: it does, or everybody answered.
    fn replicates_tell(&self) -> bool {
        self.est.has(Flag::Census) || self.est.se.is_some_and(|se| se > 0.0)
    }

    fn outcomes(&self) -> Vec<Outcome> {
        let conversion = &self.criterion.conversion;
        let replicates = || self.criterion.replicated.replicates.iter().flatten();
        let count = replicates().count() as f64;
        let outcome = |step: usize| {
            let hits = replicates().filter(|&&score| conversion.step(score) == step).count();
            let reached = self.est.value.map(|score| conversion.step(score)) == Some(step);
            let by_replicates = self.replicates_tell() && count > 0.0;
            let probability = match self.est.has(Flag::Census) {
                true => Some(if reached { 1.0 } else { 0.0 }),
                false => by_replicates.then(|| hits as f64 / count),
            };
            Outcome { from: conversion.begins(step), probability, reached }
        };
        (0..conversion.steps()).map(outcome).collect()
    }

    fn margin(&self) -> Option<DecisionMargin> {
        let score = self.est.value?;
        let distance = |threshold: &f64| (score - threshold).abs();
        let thresholds = self.criterion.conversion.thresholds();
        let threshold =
            thresholds.into_iter().min_by(|a, b| distance(a).total_cmp(&distance(b)))?;
        let se = self.est.se.filter(|se| *se > 0.0);
        let distance = score - threshold;
        Some(DecisionMargin { threshold, distance, in_standard_errors: se.map(|se| distance / se) })
    }
}

/// The points in each replicate in which every criterion has a score, and their percentiles.
fn percentiles(parts: &[Part<'_, '_, '_>], ask: &Ask) -> Result<Option<[f64; 2]>, IndexError> {
    let count = parts.first().map_or(0, |part| part.criterion.replicated.replicates.len());
    let drawn = |r: usize| {
        total(parts.iter().map(|part| {
            let score = part.criterion.replicated.replicates[r]?;
            Some(part.criterion.points(score))
        }))
    };
    let replicates: Vec<Option<f64>> = (0..count).map(drawn).collect();
    let got = replicates.iter().flatten().count();
    if got < FEWEST {
        return Err(IndexError::TooFewReplicates { got });
    }
    Ok(Replicated { value: None, replicates }.percentiles(ask.level))
}

/// The sum of the ends of the criteria's intervals, each at the level 1 − α/k.
fn ends(parts: &[Part<'_, '_, '_>], ask: &Ask) -> Result<Option<[f64; 2]>, IndexError> {
    let open = parts.iter().filter(|part| !part.est.has(Flag::Census)).count().max(1);
    let each = Ask { level: 1.0 - (1.0 - ask.level) / open as f64, ..*ask };
    let mut sum = [0.0; 2];
    for part in parts {
        let est = part.criterion.score.estimate_with(&each)?;
        let Some(ci) = est.ci else { return Ok(None) };
        let ends = ci.map(|score| part.criterion.points(score));
        sum.iter_mut().zip(ends).for_each(|(sum, end)| *sum += end);
    }
    Ok(Some(sum).filter(|ci| ci.iter().all(|end| end.is_finite())))
}

fn total(points: impl Iterator<Item = Option<f64>>) -> Option<f64> {
    let all: Option<Vec<f64>> = points.collect();
    all.map(exact_sum).filter(|sum| sum.is_finite())
}

impl Replicated {
    /// The sum `Σ c_k θ_k` of statistics of the same replicates, replicate by replicate.
    ///
    /// A replicate in which a part has no value has none; nothing for parts of different number
    /// of replicates, or for no parts.
    #[must_use]
    pub fn combine(parts: &[(f64, &Self)]) -> Option<Self> {
        let count = parts.first()?.1.replicates.len();
        if parts.iter().any(|(_, part)| part.replicates.len() != count) {
            return None;
        }
        let sum = |of: &dyn Fn(&Self) -> Option<f64>| {
            total(parts.iter().map(|(c, part)| of(part).map(|value| c * value)))
        };
        Some(Self {
            value: sum(&|part| part.value),
            replicates: (0..count).map(|r| sum(&|part| part.replicates[r])).collect(),
        })
    }
}
