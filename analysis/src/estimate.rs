//! A figure with its uncertainty: [`Est`], what is asked for ([`Ask`]) and what to beware of
//! ([`Flag`]).

use std::collections::BTreeSet;

use serde::Serialize;

use crate::domain;
use crate::error::FigureError;
use crate::exact_sum::exact_sum;
use crate::figure::{Figure, Part};
use crate::interval::{
    Method, arcsine_interval, beta_interval, degenerate_interval, effective_size,
    hypergeometric_interval, likelihood_interval, logit_interval, t_interval, tail_of,
    wilson_interval,
};
use crate::variable::Range;
use crate::variance::{Variance, covariance};

/// Fewer degrees of freedom than this are flagged.
const LOW_DF: f64 = 8.0;
/// A smaller effective number of respondents is flagged.
const LOW_N_EFF: f64 = 30.0;
/// A larger coefficient of variation is flagged.
const HIGH_CV: f64 = 0.3;
/// A standard error below this part of its figure is rounding of a variance that is zero.
const ROUNDING: f64 = 4e-15;

/// What a reader of a figure has to know.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Flag {
    /// Nobody in the domain has a value (E0).
    NoData,
    /// One respondent, in the figure or in a part of it, and no census: no standard error (E1).
    OneRespondent,
    /// All answers alike: the standard error is 0 though not everybody was asked (Ev).
    ZeroVariance,
    /// Everybody answered: no sampling error (Ef).
    Census,
    /// A stratum has one sampling unit: it was joined with another, or a rule stood in for it.
    LonelyAdjusted,
    /// A stratum with one sampling unit has no other to be joined with: no standard error.
    LonelyUnknown,
    /// A population is not known: no finite population correction, forms pooled as they are.
    PopulationUnknown,
    /// More respondents than declared people; the population was taken to be the respondents.
    ClampedToCensus,
    /// A stratum of the domain gave no answer: the figure speaks for the others only.
    EmptyStratum,
    /// A part of a composite had no data; its weight went to the others.
    PartMissing,
    /// An iteration did not converge.
    NotConverged,
    /// The numbers are too large to be represented.
    NotFinite,
    /// The figure was withheld to protect the respondents.
    Suppressed,
    /// Fewer than 8 degrees of freedom.
    LowDf,
    /// Fewer than 30 effective respondents.
    LowNeff,
    /// The standard error is more than 30 % of the figure.
    HighCv,
}

/// Which degrees of freedom an interval uses.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub enum DegreesOfFreedom {
    /// Sampling units less strata, among the rows that take part.
    #[default]
    UnitsLessStrata,
    /// `(Σ v_h)² / Σ(v_h²/(n_h − 1))`: smaller when few strata carry the variance.
    ///
    /// Source: F. E. Satterthwaite (1946); Cochran (1977), equation (5.16).
    Satterthwaite,
    /// As given.
    Given(f64),
}

/// Which interval is made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum IntervalRule {
    /// For a share of one whole stratum, drawn by lot, the exact one; for other shares
    /// Korn and Graubard's with n* ≤ n, for other figures t, or logit where t leaves the scale.
    #[default]
    Automatic,
    /// θ ± t·se.
    T,
    /// On the logit scale.
    Logit,
    /// On the arcsine scale.
    Arcsine,
    /// Korn and Graubard's, n* at most n.
    KornGraubard,
    /// Korn and Graubard's as first published, n* without limit.
    KornGraubardUnlimited,
    /// Wilson's with the same n*.
    Wilson,
    /// Scaled likelihood.
    Likelihood,
}

/// What is asked of a figure.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Ask {
    /// Confidence level, 0.95 by default.
    pub level: f64,
    /// Degrees of freedom.
    pub df: DegreesOfFreedom,
    /// Interval.
    pub interval: IntervalRule,
    /// Compare with a simple random sample drawn with replacement (default: without).
    pub deff_with_replacement: bool,
}

impl Default for Ask {
    fn default() -> Self {
        Self {
            level: 0.95,
            df: DegreesOfFreedom::default(),
            interval: IntervalRule::default(),
            deff_with_replacement: false,
        }
    }
}

/// An estimate, as it may be shown: no number in it is ever infinite or not a number.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Est {
    /// The estimate; nothing if nobody has a value.
    pub value: Option<f64>,
    /// Standard error; nothing if it is not known.
    pub se: Option<f64>,
    /// Degrees of freedom.
    pub df: Option<f64>,
    /// Respondents who take part, each counted once.
    pub n: u64,
    /// As many respondents of a simple random sample would be as precise.
    pub n_eff: Option<f64>,
    /// Variance relative to that of a simple random sample of the same size.
    pub deff: Option<f64>,
    /// Confidence interval, lower and upper limit.
    pub ci: Option<[f64; 2]>,
    /// Confidence level of the interval.
    pub level: f64,
    /// How the interval was made.
    pub method: Method,
    /// People in the domain, if it was declared by strata whose populations are all known.
    pub population: Option<u64>,
    /// What to beware of.
    pub flags: BTreeSet<Flag>,
}

impl Est {
    /// Whether a flag is set.
    #[must_use]
    pub fn has(&self, flag: Flag) -> bool {
        self.flags.contains(&flag)
    }

    /// The value and the interval on another scale, through a function that never falls.
    ///
    /// For step rules (points) the interval of the steps is conservative; the probability of
    /// each step needs replicates.
    #[must_use]
    pub fn through(&self, rising: impl Fn(f64) -> f64) -> (Option<f64>, Option<[f64; 2]>) {
        let value = self.value.map(&rising).filter(|v| v.is_finite());
        let ci = self.ci.map(|[low, high]| [rising(low), rising(high)]);
        (value, ci.filter(|c| c[0].is_finite() && c[1].is_finite()))
    }
}

impl Figure<'_> {
    /// Standard error, degrees of freedom, 95 % interval and the rest, by the default rules.
    ///
    /// # Errors
    /// [`FigureError::LonelyPsu`] if the design was declared with [`crate::Lonely::Fail`].
    pub fn estimate(&self) -> Result<Est, FigureError> {
        self.estimate_with(&Ask::default())
    }

    /// Standard error, degrees of freedom, interval and the rest.
    ///
    /// # Errors
    /// [`FigureError::Level`] for a level outside (0, 1); [`FigureError::LonelyPsu`] if the
    /// design was declared with [`crate::Lonely::Fail`].
    pub fn estimate_with(&self, ask: &Ask) -> Result<Est, FigureError> {
        if tail_of(ask.level).is_none() {
            return Err(FigureError::Level { level: ask.level });
        }
        let population = self.strata.as_deref().and_then(|s| domain::population(self.design, s));
        let mut est = Est {
            value: None,
            se: None,
            df: None,
            n: self.respondents(),
            n_eff: None,
            deff: None,
            ci: None,
            level: ask.level,
            method: Method::None,
            population,
            flags: self.flags.clone(),
        };
        let Some(value) = self.value else { return Ok(est) };
        let variance = covariance(self.design, &self.influence, &self.influence)?;
        if !value.is_finite() || !variance.value.is_finite() {
            est.flags.insert(Flag::NotFinite);
            return Ok(est);
        }
        est.value = Some(value);
        Reading { figure: self, ask, value, variance }.fill(&mut est);
        Ok(est)
    }
}

/// A figure, its variance, and the question asked.
struct Reading<'f, 'd> {
    figure: &'f Figure<'d>,
    ask: &'f Ask,
    value: f64,
    variance: Variance,
}

impl Reading<'_, '_> {
    fn fill(&self, est: &mut Est) {
        let census = self.variance.census && est.n > 0;
        let se = self.standard_error();
        let lone = self.figure.parts.iter().any(is_lone);
        let unknown = !census && (self.variance.unknown || lone && !self.has_own_variance(se));
        est.df = self.degrees_of_freedom().filter(|df| df.is_finite());
        est.se = (!unknown).then_some(se);
        (est.deff, est.n_eff) = self.effectiveness(est.n, se, census);
        let (ci, method) = self.interval(se, unknown, census, est.df.unwrap_or(0.0), est.n);
        est.ci = ci;
        est.method = if ci.is_some() { method } else { Method::None };
        let mut flag = |yes: bool, flag: Flag| {
            if yes {
                est.flags.insert(flag);
            }
        };
        flag(census, Flag::Census);
        flag(lone && !census, Flag::OneRespondent);
        flag(self.variance.unknown && !census, Flag::LonelyUnknown);
        flag(self.variance.stood_in && !self.variance.unknown, Flag::LonelyAdjusted);
        flag(!census && !unknown && se == 0.0, Flag::ZeroVariance);
        flag(!census && est.df.is_some_and(|df| df < LOW_DF), Flag::LowDf);
        flag(!census && est.n_eff.is_some_and(|n| n < LOW_N_EFF), Flag::LowNeff);
        flag(!unknown && se > HIGH_CV * self.value.abs(), Flag::HighCv);
    }

    /// A total over one respondent has a variance between units; a mean over one has none.
    fn has_own_variance(&self, se: f64) -> bool {
        matches!(self.figure.parts.as_slice(), [_]) && se > 0.0
    }

    fn standard_error(&self) -> f64 {
        let se = self.variance.value.max(0.0).sqrt();
        if se <= ROUNDING * self.value.abs() { 0.0 } else { se }
    }

    fn degrees_of_freedom(&self) -> Option<f64> {
        match self.ask.df {
            DegreesOfFreedom::Given(df) => (df >= 0.0).then_some(df),
            DegreesOfFreedom::UnitsLessStrata => {
                let rows = self.figure.influence.iter().map(|i| i.row);
                Some(self.figure.design.units_less_strata(rows))
            }
            DegreesOfFreedom::Satterthwaite => {
                let strata = self.variance.by_stratum.iter().filter(|s| s.0 > 0.0 && s.1 > 0.0);
                let below = exact_sum(strata.map(|&(v, df)| v / self.variance.value * v / df));
                Some(self.variance.value / below).filter(|df| df.is_finite())
            }
        }
    }

    /// Design effect and effective number of respondents.
    fn effectiveness(&self, n: u64, se: f64, census: bool) -> (Option<f64>, Option<f64>) {
        let variance = se * se;
        let deff = self.figure.reference.and_then(|reference| {
            let without = match self.ask.deff_with_replacement {
                true => 1.0,
                // Without a known population there is nothing to correct for.
                false => reference.not_sampled.unwrap_or(1.0),
            };
            let plain = reference.with_replacement * without;
            (plain > 0.0 && variance > 0.0).then(|| variance / plain)
        });
        let deff = deff.filter(|d| d.is_finite());
        if census {
            return (deff, Some(n as f64));
        }
        let as_share = self.share().map(|p| self.unit(p) / variance).filter(|_| variance > 0.0);
        let by_deff = deff.map(|d| n as f64 / d);
        let n_eff = as_share.or(by_deff).or_else(|| self.kish());
        (deff, n_eff.filter(|n| n.is_finite() && *n > 0.0))
    }

    /// p(1−p) on the scale of the figure.
    fn unit(&self, p: f64) -> f64 {
        let width = self.figure.range.map_or(1.0, |r| r.high - r.low);
        p * (1.0 - p) * width * width
    }

    /// (Σc)²/Σc² with c the weight of each respondent in the figure (Kish 1965, section 11.7).
    fn kish(&self) -> Option<f64> {
        let shares = || self.figure.influence.iter().map(|i| i.share);
        let sum = exact_sum(shares());
        let squares = exact_sum(shares().map(|s| s * s));
        // A difference gives its respondents opposite weights: it has no effective number.
        let one_sign = shares().all(|s| s >= 0.0) || shares().all(|s| s <= 0.0);
        (one_sign && squares > 0.0).then(|| sum * sum / squares)
    }

    /// The figure as a share between 0 and 1, if it is one.
    fn share(&self) -> Option<f64> {
        let range = self.figure.range.filter(|r| r.share)?;
        Some(((self.value - range.low) / (range.high - range.low)).clamp(0.0, 1.0))
    }

    fn interval(
        &self,
        se: f64,
        unknown: bool,
        census: bool,
        df: f64,
        n: u64,
    ) -> (Option<[f64; 2]>, Method) {
        if census {
            return (Some([self.value, self.value]), Method::Census);
        }
        if unknown || se == 0.0 {
            return self.without_variance(se, df);
        }
        let range = self.figure.range;
        if let (Some(range), true) =
            (range.filter(|r| r.share), self.ask.interval != IntervalRule::T)
        {
            return self.share_interval(range, se, df, n);
        }
        let plain = (t_interval(self.value, se, df, self.ask.level), Method::T);
        let Some(range) = range else { return plain };
        let limits = [range.low, range.high];
        if df <= 0.0 {
            return (Some(limits), Method::WorstCase);
        }
        let outside = plain.0.is_none_or(|ci| ci[0] < range.low || ci[1] > range.high);
        match self.ask.interval {
            IntervalRule::T => plain,
            IntervalRule::Automatic if !outside => plain,
            _ => (logit_interval(self.value, se, df, limits, self.ask.level), Method::Logit),
        }
    }

    fn share_interval(&self, range: Range, se: f64, df: f64, n: u64) -> (Option<[f64; 2]>, Method) {
        let width = range.high - range.low;
        let p = ((self.value - range.low) / width).clamp(0.0, 1.0);
        let (se, level) = (se / width, self.ask.level);
        let people = n as f64;
        let size = effective_size(p, se * se, people, df, level);
        let plain_size = p * (1.0 - p) / (se * se) * (people - 1.0) / people;
        let exact = match self.figure.parts.as_slice() {
            [part] if self.ask.interval == IntervalRule::Automatic => exact(p, part, level),
            _ => None,
        };
        let (ci, method) = match (self.ask.interval, exact) {
            (_, Some(ci)) => (Some(ci), Method::Hypergeometric),
            (IntervalRule::Logit, _) => {
                (logit_interval(p, se, df, [0.0, 1.0], level), Method::Logit)
            }
            (IntervalRule::Arcsine, _) => (arcsine_interval(p, se, df, level), Method::Arcsine),
            (IntervalRule::Wilson, _) => {
                (size.and_then(|s| wilson_interval(p, s, level)), Method::Wilson)
            }
            (IntervalRule::Likelihood, _) => {
                (likelihood_interval(p, plain_size, df, level), Method::Likelihood)
            }
            (IntervalRule::KornGraubardUnlimited, _) => {
                (size.and_then(|s| beta_interval(p, s, level)), Method::KornGraubard)
            }
            _ => {
                let limited = size.map(|s| s.min(people));
                (limited.and_then(|s| beta_interval(p, s, level)), Method::KornGraubard)
            }
        };
        (ci.map(|ci| ci.map(|limit| range.low + width * limit)), method)
    }

    /// The interval where the variance is zero or not known, though it is no census.
    ///
    /// Every part whose answers are all alike is moved as far as its limits allow, at a level
    /// shared out over these parts (Bonferroni); a known standard error of the other parts
    /// takes a share of the level too.
    fn without_variance(&self, se: f64, df: f64) -> (Option<[f64; 2]>, Method) {
        let open: Vec<&Part> = self.figure.parts.iter().filter(|p| !p.census).collect();
        let alike: Vec<&Part> = open.iter().copied().filter(|p| p.constant).collect();
        if alike.is_empty() {
            // Influences cancel, as in a figure less itself: known without error, if known.
            let exact = se == 0.0 && !self.variance.unknown && !open.iter().any(|p| p.n < 2);
            return (exact.then_some([self.value; 2]), Method::T);
        }
        let shares = alike.len() + usize::from(se > 0.0);
        let level = 1.0 - (1.0 - self.ask.level) / shares as f64;
        let rest =
            if se > 0.0 { t_interval(self.value, se, df, level) } else { Some([self.value; 2]) };
        let Some(mut ci) = rest else { return (None, Method::None) };
        for part in &alike {
            let Some(range) = part.range else { return (None, Method::None) };
            let Some(differing) = differing(part, level) else { return (None, Method::None) };
            let down = differing * (part.value - range.low) * part.coefficient;
            let up = differing * (range.high - part.value) * part.coefficient;
            ci[0] -= if part.coefficient > 0.0 { down } else { -up };
            ci[1] += if part.coefficient > 0.0 { up } else { -down };
        }
        if let Some(range) = self.figure.range {
            ci = [ci[0].max(range.low), ci[1].min(range.high)];
        }
        let method = match alike.as_slice() {
            [part] if part.stratum.is_some() => Method::Hypergeometric,
            [part] if part.range.is_some_and(|r| r.share) => Method::ClopperPearson,
            _ => Method::WorstCase,
        };
        let share = self.figure.range.is_some_and(|r| r.share);
        (Some(ci), if share && self.figure.parts.len() == 1 { method } else { Method::WorstCase })
    }
}

/// A part of which nothing but one answer is known.
fn is_lone(part: &Part) -> bool {
    part.n == 1 && !part.census
}

/// The largest share of people who may differ from answers that are all alike.
fn differing(part: &Part, level: f64) -> Option<f64> {
    match part.stratum {
        Some((n, population)) => {
            let [_, most] = hypergeometric_interval(0, n, population, level)?;
            Some(most as f64 / population as f64)
        }
        None => degenerate_interval(part.kish, false, level).map(|ci| ci[1]),
    }
}

/// Exact limits where the figure is a share of one whole stratum sampled by lot.
fn exact(p: f64, part: &Part, level: f64) -> Option<[f64; 2]> {
    let (n, population) = part.stratum?;
    let count = (p * n as f64).round();
    // A share of persons: the count is a whole number between 0 and n.
    let yes = (0..=n).find(|&yes| yes as f64 == count)?;
    let limits = hypergeometric_interval(yes, n, population, level)?;
    Some(limits.map(|k| k as f64 / population as f64))
}
