//! Trends over rounds: a straight line with the full covariance of the rounds, and a test for a
//! change in one direction of any shape.
//!
//! Comparable rounds only: a new wording, another scale or another scoring rule between two
//! rounds is a break, and the caller leaves the rounds before it out.
//!
//! Sources: K. Wolter (2007), Introduction to Variance Estimation, 2nd ed., section 6.5
//! (functions of estimates); D. A. Binder (1983), International Statistical Review 51; E. L.
//! Korn, B. I. Graubard (1990), The American Statistician 44 (Wald statistics with few sampling
//! units); F. Bretz (2006), Computational Statistics & Data Analysis 50 (trend tests by the
//! largest of several contrasts).

use nalgebra::{DMatrix, DVector};
use serde::Serialize;

use crate::contrast::Test;
use crate::distribution::{fisher_f_tail, student_t_two_sided};
use crate::family::{Basis, Family};
use crate::interval::t_interval;
use crate::simulate::{Draws, Errors};
use crate::simultaneous::{as_normal, standard_errors};

/// A slope per unit of time.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Slope {
    /// Change of the figure per unit of time.
    pub value: f64,
    /// Standard error; 0 if all rounds were censuses, nothing if that of a round is not known.
    pub se: Option<f64>,
    /// Interval at the level asked for, by t.
    pub ci: Option<[f64; 2]>,
    /// Test against no change; nothing without a standard error above zero.
    pub test: Option<Test>,
}

/// A straight line through the rounds.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Trend {
    /// Rounds that have a value.
    pub rounds: usize,
    /// By least squares, each round alike: what a line drawn through the points by eye means.
    pub plain: Slope,
    /// By generalised least squares with Σ⁻¹: precise rounds count for more; nothing where a
    /// round has no variance (a census) or its variance is not known.
    pub weighted: Option<Slope>,
    /// Test whether the rounds lie on a line at all, about the weighted one; needs three rounds.
    pub bend: Option<Bend>,
    /// All rounds are censuses: the slope describes, there is nothing to infer.
    pub descriptive: bool,
}

/// Wald's test of the distances of the rounds from a line.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Bend {
    /// Reduced for few sampling units, referred to F.
    pub statistic: f64,
    /// Degrees of freedom above and below.
    pub df: [f64; 2],
    /// Probability of a statistic as large if the rounds lie on a line.
    pub p_value: f64,
}

/// A change in one direction, of any shape.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Direction {
    /// One-sided p-value against "no round is above an earlier one".
    pub rising: f64,
    /// One-sided p-value against "no round is below an earlier one".
    pub falling: f64,
    /// The last round, in the order given, before the largest change.
    pub changes_after: usize,
}

/// Rounds with a value, in the order of time.
struct Rounds {
    members: Vec<usize>,
    times: Vec<f64>,
    values: Vec<f64>,
    covariance: Vec<Vec<f64>>,
    df: f64,
    known: bool,
}

impl Family {
    /// A straight line through the members of a family, one for each round.
    ///
    /// `times` are the dates of the rounds in any unit.
    /// Nothing with fewer than two dates among the rounds that have a value, or with a level
    /// outside (0, 1).
    #[must_use]
    pub fn trend(&self, times: &[f64], level: f64) -> Option<Trend> {
        let rounds = self.rounds(times)?;
        t_interval(0.0, 1.0, f64::INFINITY, level)?;
        let line = rounds.weighted();
        let plain = rounds.plain();
        let slope = |(value, variance)| rounds.slope(value, variance, level);
        Some(Trend {
            rounds: rounds.members.len(),
            plain: slope(plain)?,
            weighted: line.as_ref().and_then(|line| slope((line.slope, Some(line.variance)))),
            bend: line.and_then(|line| rounds.bend(line.distance)),
            descriptive: rounds.members.iter().all(|&m| self.basis[m] == Basis::Census),
        })
    }

    /// Tests whether the rounds rise or fall, not necessarily along a line.
    ///
    /// For every date the mean of the rounds after it is compared with that of the rounds up to
    /// it; the largest of these studentised contrasts is referred to its distribution under
    /// N(0, Σ).
    /// Nothing unless each round with a value has a variance and there are two dates.
    #[must_use]
    pub fn direction(&self, times: &[f64], draws: &Draws) -> Option<Direction> {
        let rounds = self.rounds(times)?;
        let contrasts = rounds.contrasts();
        let covariance = rounds.covariance_of(&contrasts);
        let se = standard_errors(&covariance);
        if !rounds.known || se.iter().any(|&se| se <= 0.0) {
            return None;
        }
        let observed = contrasts.iter().zip(&se).map(|(c, se)| {
            let t = c.iter().zip(&rounds.values).map(|(c, v)| c * v).sum::<f64>() / se;
            as_normal(t, rounds.df)
        });
        let observed: Vec<f64> = observed.collect::<Option<_>>()?;
        let (rise, fall) = (largest(&observed), largest(&negated(&observed)));
        let mut errors = Errors::seeded(&covariance, draws.seed)?;
        let (mut rises, mut falls) = (1usize, 1usize);
        for _ in 0..draws.number() {
            let z: Vec<f64> = errors.next().iter().zip(&se).map(|(e, se)| e / se).collect();
            rises += usize::from(largest(&z) >= rise);
            falls += usize::from(largest(&negated(&z)) >= fall);
        }
        let share = |count: usize| count as f64 / (draws.number() as f64 + 1.0);
        let change = if rise >= fall { rise } else { -fall };
        let place = observed.iter().position(|&z| z == change)?;
        Some(Direction {
            rising: share(rises),
            falling: share(falls),
            changes_after: rounds.members[rounds.splits()[place] - 1],
        })
    }

    fn rounds(&self, times: &[f64]) -> Option<Rounds> {
        let usable = times.len() == self.estimates.len() && times.iter().all(|t| t.is_finite());
        if !usable {
            return None;
        }
        let with_value = [Basis::Sample, Basis::Census, Basis::Interval, Basis::Unknown];
        let mut members = self.members(&with_value);
        members.sort_by(|&a, &b| times[a].total_cmp(&times[b]));
        let known = members.iter().all(|&m| self.basis[m] != Basis::Unknown);
        let rounds = Rounds {
            times: members.iter().map(|&m| times[m]).collect(),
            values: members.iter().map(|&m| self.value(m)).collect(),
            covariance: self.covariance_of(&members),
            df: self.df,
            known,
            members,
        };
        (!rounds.splits().is_empty()).then_some(rounds)
    }
}

struct Line {
    slope: f64,
    variance: f64,
    /// r'Σ⁻¹r of the residuals.
    distance: f64,
}

impl Rounds {
    /// Positions at which a later date begins.
    fn splits(&self) -> Vec<usize> {
        (1..self.times.len()).filter(|&k| self.times[k] > self.times[k - 1]).collect()
    }

    /// Mean of the rounds after each split less the mean of those before it.
    fn contrasts(&self) -> Vec<Vec<f64>> {
        let count = self.times.len();
        let of_split = |split: usize| {
            let (before, after) = (split as f64, (count - split) as f64);
            (0..count).map(|k| if k < split { -1.0 / before } else { 1.0 / after }).collect()
        };
        self.splits().into_iter().map(of_split).collect()
    }

    fn covariance_of(&self, contrasts: &[Vec<f64>]) -> Vec<Vec<f64>> {
        let product = |a: &[f64], b: &[f64]| {
            let row = |(i, x): (usize, &f64)| {
                x * b.iter().zip(&self.covariance[i]).map(|(y, v)| y * v).sum::<f64>()
            };
            a.iter().enumerate().map(row).sum::<f64>()
        };
        contrasts.iter().map(|a| contrasts.iter().map(|b| product(a, b)).collect()).collect()
    }

    /// Slope by least squares and its variance.
    fn plain(&self) -> (f64, Option<f64>) {
        let mean = self.times.iter().sum::<f64>() / self.times.len() as f64;
        let squares: f64 = self.times.iter().map(|t| (t - mean).powi(2)).sum();
        let contrast: Vec<f64> = self.times.iter().map(|t| (t - mean) / squares).collect();
        let value = contrast.iter().zip(&self.values).map(|(c, v)| c * v).sum();
        let variance = self.covariance_of(std::slice::from_ref(&contrast))[0][0];
        (value, self.known.then_some(variance))
    }

    /// Slope by generalised least squares; nothing unless Σ can be inverted.
    fn weighted(&self) -> Option<Line> {
        let count = self.times.len();
        let covariance = DMatrix::from_fn(count, count, |i, j| self.covariance[i][j]);
        let factor = covariance.cholesky().filter(|_| self.known)?;
        // Dates measured from their mean, so that large ones (2026) lose no digits.
        let mean = self.times.iter().sum::<f64>() / count as f64;
        let columns =
            DMatrix::from_fn(count, 2, |k, j| if j == 0 { 1.0 } else { self.times[k] - mean });
        let values = DVector::from_column_slice(&self.values);
        let weighted = factor.solve(&columns);
        let inverse = (columns.transpose() * &weighted).cholesky()?.inverse();
        let line = &inverse * (weighted.transpose() * &values);
        let residual = &values - &columns * &line;
        let distance = residual.dot(&factor.solve(&residual));
        let line = Line { slope: line[1], variance: inverse[(1, 1)], distance };
        [line.slope, line.variance, line.distance].iter().all(|x| x.is_finite()).then_some(line)
    }

    fn bend(&self, distance: f64) -> Option<Bend> {
        let free = self.times.len().checked_sub(2).filter(|&free| free > 0)? as f64;
        let below = self.df - free + 1.0;
        let statistic = distance * below / (free * self.df);
        let p_value = fisher_f_tail(statistic, free, below)?;
        let bend = Bend { statistic, df: [free, below], p_value };
        statistic.is_finite().then_some(bend)
    }

    fn slope(&self, value: f64, variance: Option<f64>, level: f64) -> Option<Slope> {
        let se = variance.map(|v| v.max(0.0).sqrt()).filter(|se| se.is_finite());
        let exact = se == Some(0.0);
        let uncertain = se.filter(|_| !exact);
        let test = uncertain.and_then(|se| {
            let t = value / se;
            student_t_two_sided(t, self.df).map(|p_value| Test { t, df: self.df, p_value })
        });
        let ci = match exact {
            true => Some([value; 2]),
            false => uncertain.and_then(|se| t_interval(value, se, self.df, level)),
        };
        value.is_finite().then_some(Slope { value, se, ci, test })
    }
}

fn largest(values: &[f64]) -> f64 {
    values.iter().copied().fold(f64::NEG_INFINITY, f64::max)
}

fn negated(values: &[f64]) -> Vec<f64> {
    values.iter().map(|v| -v).collect()
}
