//! A figure before its uncertainty is asked for: a value and everybody's influence on it.
//!
//! The influence of a respondent is the linearised score `z_i = w_i ∂θ̂/∂w_i`.
//! Because figures carry it, any two figures of one design have a covariance, and any sum,
//! difference or smooth function of figures is a figure again.
//!
//! Source: C.-E. Särndal, B. Swensson, J. Wretman (1992), Model Assisted Survey Sampling,
//! section 5.5; A. Demnati, J. N. K. Rao (2004), Survey Methodology 30.

use std::collections::BTreeSet;

use crate::alike::{Alike, Answers, Sorted, sorted};
use crate::design::{Design, Level};
use crate::domain::Domain;
use crate::error::FigureError;
use crate::estimate::Flag;
use crate::exact_sum::exact_sum;
use crate::variable::{Range, Variable};

/// What one row contributes to a figure.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Influence {
    pub(crate) row: u32,
    /// The linearised score.
    pub(crate) score: f64,
    /// By how much the figure grows when the answer of this row grows by one.
    pub(crate) share: f64,
}

/// What a composite was made of: what its standard error cannot say.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Part {
    pub(crate) coefficient: f64,
    pub(crate) value: f64,
    pub(crate) range: Option<Range>,
    /// Respondents.
    pub(crate) n: u64,
    /// Respondents and population, if the part is the whole of one stratum of persons.
    pub(crate) stratum: Option<(u64, u64)>,
    /// Strata, not observed completely, whose answers are all alike.
    pub(crate) alike: Vec<Alike>,
    /// A stratum has a single sampling unit, in which people differ.
    pub(crate) hidden: bool,
    /// All strata concerned are observed completely.
    pub(crate) census: bool,
}

/// The variance that a simple random sample of the same size would give.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Reference {
    /// s²/n on the scale of the figure, drawn with replacement.
    pub(crate) with_replacement: f64,
    /// 1 − n/N̂, where N̂ is known.
    pub(crate) not_sampled: Option<f64>,
}

/// An estimate of one quantity of a design, open to be combined with others.
///
/// [`Figure::estimate`] gives its standard error, degrees of freedom and interval.
#[derive(Debug, Clone)]
pub struct Figure<'d> {
    pub(crate) design: &'d Design,
    pub(crate) value: Option<f64>,
    /// By ascending row; rows of weight zero are not listed.
    pub(crate) influence: Vec<Influence>,
    pub(crate) range: Option<Range>,
    pub(crate) parts: Vec<Part>,
    pub(crate) reference: Option<Reference>,
    /// Declared strata of the domain.
    pub(crate) strata: Option<Vec<u32>>,
    pub(crate) flags: BTreeSet<Flag>,
}

/// The rows that take part in a figure.
struct Taking {
    rows: Vec<u32>,
    weights: Vec<f64>,
    flags: BTreeSet<Flag>,
    /// Whether Σw estimates the population.
    scale_known: bool,
}

impl Design {
    /// The mean of a variable in a domain, Σwy/Σw over the rows with a value.
    ///
    /// Source: Särndal, Swensson, Wretman (1992), section 5.7 (the ratio estimator of Hájek).
    ///
    /// # Errors
    /// [`FigureError::LengthMismatch`] when variable or domain are of another sample.
    pub fn mean(&self, variable: &Variable, domain: &Domain) -> Result<Figure<'_>, FigureError> {
        let taking = self.taking(&[variable], domain)?;
        let value = |i: usize| variable.values[taking.rows[i] as usize];
        let mut figure = self.empty_figure(domain, &taking);
        figure.range = variable.range;
        let size = exact_sum(taking.weights.iter().copied());
        if taking.rows.is_empty() || size == 0.0 {
            return Ok(figure);
        }
        let count = taking.rows.len();
        let low = (0..count).map(value).fold(f64::INFINITY, f64::min);
        let high = (0..count).map(value).fold(f64::NEG_INFINITY, f64::max);
        // Measured from the lowest answer, so that equal answers give exactly that answer.
        let excess = exact_sum((0..count).map(|i| taking.weights[i] * (value(i) - low)));
        let mut mean = low + excess / size;
        if taking.weights.iter().all(|&w| w > 0.0) {
            // Rounding must not push the mean out of the answers.
            mean = mean.clamp(low, high);
        }
        figure.value = Some(mean);
        figure.influence = influence(&taking, |i, w| (w * (value(i) - mean) / size, w / size));
        let squares = (0..count).map(|i| taking.weights[i] * (value(i) - mean).powi(2));
        let spread = exact_sum(squares) / size;
        figure.reference = reference(spread, size, 1.0, &taking);
        let values: Vec<f64> = (0..count).map(value).collect();
        figure.parts = vec![self.part(&figure, &taking, &values)];
        Ok(figure)
    }

    /// The variance of a variable among the people of a domain, n/(n − 1)·Σw(y − ȳ)²/Σw.
    ///
    /// # Errors
    /// [`FigureError::LengthMismatch`] when variable or domain are of another sample.
    pub fn variance(
        &self,
        variable: &Variable,
        domain: &Domain,
    ) -> Result<Figure<'_>, FigureError> {
        let mean = self.mean(variable, domain)?;
        let n = mean.influence.len() as f64;
        let squares = match mean.value {
            Some(mean) if n > 1.0 => {
                let square = |v: &f64| (v - mean).powi(2) * n / (n - 1.0);
                variable.values.iter().map(square).collect()
            }
            _ => vec![f64::NAN; variable.len()],
        };
        self.mean(&Variable { values: squares, range: None }, domain)
    }

    /// The total of a variable in a domain, Σwy.
    ///
    /// Where a population is not known there is no total, only a flag.
    ///
    /// Source: D. G. Horvitz, D. J. Thompson (1952), JASA 47.
    ///
    /// # Errors
    /// [`FigureError::LengthMismatch`] when variable or domain are of another sample.
    pub fn total(&self, variable: &Variable, domain: &Domain) -> Result<Figure<'_>, FigureError> {
        let taking = self.taking(&[variable], domain)?;
        let value = |i: usize| variable.values[taking.rows[i] as usize];
        let mut figure = self.empty_figure(domain, &taking);
        if taking.rows.is_empty() || !taking.scale_known {
            return Ok(figure);
        }
        let count = taking.rows.len();
        let total = exact_sum((0..count).map(|i| taking.weights[i] * value(i)));
        let size = exact_sum(taking.weights.iter().copied());
        figure.value = Some(total);
        figure.influence = influence(&taking, |i, w| (w * value(i), w));
        let mean = total / size;
        let squares = (0..count).map(|i| taking.weights[i] * (value(i) - mean).powi(2));
        figure.reference = reference(exact_sum(squares) / size, size, size, &taking);
        figure.parts = vec![self.part(&figure, &taking, &[])];
        Ok(figure)
    }

    /// The ratio of two totals in a domain, Σwy/Σwx, over the rows with both values.
    ///
    /// Source: Cochran (1977), section 6.3; Särndal, Swensson, Wretman (1992), section 5.6.
    ///
    /// # Errors
    /// [`FigureError::LengthMismatch`] when a variable or the domain are of another sample.
    pub fn ratio(
        &self,
        numerator: &Variable,
        denominator: &Variable,
        domain: &Domain,
    ) -> Result<Figure<'_>, FigureError> {
        let taking = self.taking(&[numerator, denominator], domain)?;
        let y = |i: usize| numerator.values[taking.rows[i] as usize];
        let x = |i: usize| denominator.values[taking.rows[i] as usize];
        let mut figure = self.empty_figure(domain, &taking);
        let count = taking.rows.len();
        let above = exact_sum((0..count).map(|i| taking.weights[i] * y(i)));
        let below = exact_sum((0..count).map(|i| taking.weights[i] * x(i)));
        let ratio = above / below;
        if !ratio.is_finite() {
            return Ok(figure);
        }
        figure.value = Some(ratio);
        figure.influence =
            influence(&taking, |i, w| (w * (y(i) - ratio * x(i)) / below, w / below));
        figure.parts = vec![self.part(&figure, &taking, &[])];
        Ok(figure)
    }

    fn taking(&self, variables: &[&Variable], domain: &Domain) -> Result<Taking, FigureError> {
        let expected = self.rows();
        if domain.of != expected {
            return Err(FigureError::LengthMismatch { what: "domain", expected, got: domain.of });
        }
        if let Some(wrong) = variables.iter().find(|v| v.len() != expected) {
            let got = wrong.len();
            return Err(FigureError::LengthMismatch { what: "variable", expected, got });
        }
        let usable = |row: usize| {
            self.weight[row] != 0.0 && variables.iter().all(|v| !v.values[row].is_nan())
        };
        let rows: Vec<u32> = domain.rows.iter().copied().filter(|&r| usable(r as usize)).collect();
        let stratum = |&r: &u32| self.stratum_of[r as usize] as usize;
        let scale_known = rows.iter().all(|r| self.scale_known[stratum(r)]);
        let weight = |&r: &u32| if scale_known { self.weight[r as usize] } else { 1.0 };
        let weights = rows.iter().map(weight).collect();
        let mut flags = BTreeSet::new();
        let touched: BTreeSet<usize> = rows.iter().map(stratum).collect();
        if rows.is_empty() {
            flags.insert(Flag::NoData);
        }
        let level = &self.levels[0];
        let unknown = |&r: &u32| level.population[level.parent[r as usize] as usize].is_none();
        if rows.iter().any(unknown) {
            flags.insert(Flag::PopulationUnknown);
        }
        for &stratum in &touched {
            if self.collapsed[stratum] {
                flags.insert(Flag::LonelyAdjusted);
            }
            if self.clamped[stratum] {
                flags.insert(Flag::ClampedToCensus);
            }
        }
        Ok(Taking { rows, weights, flags, scale_known })
    }

    fn empty_figure(&self, domain: &Domain, taking: &Taking) -> Figure<'_> {
        let mut flags = taking.flags.clone();
        let unanswered = |&s: &u32| {
            let stratum = s as usize;
            self.respondents[stratum] == 0 && self.strata[stratum].population != Some(0)
        };
        if domain.strata.iter().flatten().any(unanswered) {
            flags.insert(Flag::EmptyStratum);
        }
        Figure {
            design: self,
            value: None,
            influence: Vec::new(),
            range: None,
            parts: Vec::new(),
            reference: None,
            strata: domain.strata.clone(),
            flags,
        }
    }

    /// What is kept of a figure besides its influences; `values` are the answers of those who
    /// take part, or nothing for a figure of several variables.
    fn part(&self, figure: &Figure<'_>, taking: &Taking, values: &[f64]) -> Part {
        let level = &self.levels[0];
        let not_sampled = |row: u32| {
            let of = |l: &Level| l.not_sampled(l.parent[row as usize]);
            match (&self.unequal, self.levels.as_slice()) {
                (Some(unequal), _) => 1.0 - unequal.probabilities[row as usize],
                (None, [only]) => of(only),
                (None, stages) => 1.0 - stages.iter().map(|l| 1.0 - of(l)).product::<f64>(),
            }
        };
        let stratum = |row: u32| self.stratum_of[row as usize] as usize;
        let home = taking.rows.first().map(|&row| stratum(row));
        let home = home.filter(|&s| {
            let (rows, n) = (&taking.rows, self.respondents[s]);
            self.elements
                && self.equal_weights[s]
                && rows.iter().all(|&row| stratum(row) == s)
                && rows.len() as u64 == n
                && level.sampled[level.parent[rows[0] as usize] as usize] == n
        });
        let answers = taking.rows.iter().zip(&taking.weights).zip(values);
        let answers = answers.map(|((&row, &weight), &value)| Answers {
            stratum: level.parent[row as usize],
            value,
            weight,
            count: 1,
            not_sampled: not_sampled(row),
        });
        let size = exact_sum(taking.weights.iter().copied());
        let Sorted { alike, hidden } = sorted(level, answers, size);
        Part {
            coefficient: 1.0,
            value: figure.value.unwrap_or_default(),
            range: figure.range,
            n: taking.rows.len() as u64,
            stratum: home
                .and_then(|s| self.people(s))
                .map(|people| (taking.rows.len() as u64, people)),
            alike,
            hidden,
            census: taking.rows.iter().all(|&row| not_sampled(row) == 0.0),
        }
    }

    /// The population of a stratum, as the finite population correction takes it.
    pub(crate) fn people(&self, stratum: usize) -> Option<u64> {
        match self.clamped[stratum] {
            true => Some(self.respondents[stratum]),
            false => self.strata[stratum].population,
        }
    }
}

impl Figure<'_> {
    /// The value, or nothing if nobody in the domain has one (edge case E0).
    #[must_use]
    pub fn value(&self) -> Option<f64> {
        self.value.filter(|v| v.is_finite())
    }

    /// Respondents who take part, each counted once.
    #[must_use]
    pub fn respondents(&self) -> u64 {
        self.influence.len() as u64
    }

    /// Says between which limits the figure must lie, where it does not know itself.
    #[must_use]
    pub fn bounded(mut self, low: f64, high: f64) -> Self {
        self.range = crate::variable::range(low, high, false);
        if let [part] = self.parts.as_mut_slice() {
            part.range = self.range;
        }
        self
    }
}

fn influence(taking: &Taking, score: impl Fn(usize, f64) -> (f64, f64)) -> Vec<Influence> {
    let rows = taking.rows.iter().zip(&taking.weights).enumerate();
    rows.map(|(i, (&row, &w))| {
        let (score, share) = score(i, w);
        Influence { row, score, share }
    })
    .collect()
}

/// `spread` is Σw(y − ȳ)²/Σw; `scale` turns the mean into the figure.
fn reference(spread: f64, size: f64, scale: f64, taking: &Taking) -> Option<Reference> {
    let n = taking.rows.len() as f64;
    let with_replacement = scale * scale * spread / (n - 1.0);
    let not_sampled = taking.scale_known.then(|| 1.0 - n / size);
    (n > 1.0 && with_replacement.is_finite()).then_some(Reference { with_replacement, not_sampled })
}
