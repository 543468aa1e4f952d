//! A figure with its uncertainty: [`Est`], what is asked for ([`Ask`]) and what to beware of
//! ([`Flag`]).

use std::borrow::Cow;
use std::collections::BTreeSet;

use serde::Serialize;

use crate::domain;
use crate::error::FigureError;
use crate::exact_sum::exact_sum;
use crate::figure::Figure;
use crate::interval::{Method, tail_of};
use crate::reading::{Reading, Uncertainty};
use crate::variance::variance;

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
    /// The variance of Horvitz and Thompson was negative; that of Sen, Yates and Grundy is shown.
    NegativeVariance,
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
    /// What the variance estimate is worth, at most units less strata: fewer where few strata or
    /// few people carry the variance.
    ///
    /// Two divided by the relative variance of the variance; the module `stability` has the
    /// formula.
    /// For samples drawn with unequal probabilities it is units less strata.
    ///
    /// Source: R. Valliant, K. F. Rust (2010), Journal of Official Statistics 26, 585–602.
    #[default]
    Effective,
    /// Sampling units less strata, among the rows that take part (Korn and Graubard 1999,
    /// section 5.2).
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
    /// For a share of one whole stratum, drawn by lot, the exact one; for other shares and for
    /// scores between two limits beta limits with the effective number (see
    /// [`crate::interval::effective_number`]); for a difference of independent figures recovered
    /// from the limits of both; for other differences and for figures without limits t. Strata
    /// whose answers are all alike widen it.
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
    /// As many respondents of a simple random sample would be as precise; strata whose answers
    /// are all alike count with what they may hide.
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
    pub(crate) fn without_value(n: u64, population: Option<u64>, level: f64) -> Self {
        Self {
            value: None,
            se: None,
            df: None,
            n,
            n_eff: None,
            deff: None,
            ci: None,
            level,
            method: Method::None,
            population,
            flags: BTreeSet::new(),
        }
    }

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
        let mut est = Est::without_value(self.respondents(), population, ask.level);
        est.flags.clone_from(&self.flags);
        let Some(value) = self.value else { return Ok(est) };
        self.reading(value, ask)?.fill(&mut est);
        Ok(est)
    }

    /// What a comparison with other figures has to know besides the variance.
    pub(crate) fn uncertainty(&self) -> Result<Uncertainty, FigureError> {
        let ask = Ask { interval: IntervalRule::T, ..Ask::default() };
        let reading = self.reading(self.value.unwrap_or_default(), &ask)?;
        Ok(reading.uncertainty())
    }

    fn reading<'a>(&'a self, value: f64, ask: &'a Ask) -> Result<Reading<'a>, FigureError> {
        Ok(Reading {
            ask,
            value,
            variance: variance(self.design, &self.influence)?,
            df: self.design.units_less_strata(self.influence.iter().map(|i| i.row)),
            n: self.respondents(),
            kish: kish(|| self.influence.iter().map(|i| i.share)),
            range: self.range,
            parts: Cow::Borrowed(&self.parts),
            reference: self.reference,
            sides: self.sides(ask)?,
        })
    }
}

/// (Σc)²/Σc² with c the weights of the respondents in a figure (Kish 1965, section 11.7).
pub(crate) fn kish<I: Iterator<Item = f64>>(shares: impl Fn() -> I) -> Option<f64> {
    let sum = exact_sum(shares());
    let squares = exact_sum(shares().map(|s| s * s));
    // A difference gives its respondents opposite weights: it has no effective number.
    let one_sign = shares().all(|s| s >= 0.0) || shares().all(|s| s <= 0.0);
    (one_sign && squares > 0.0).then(|| sum * sum / squares)
}
