//! From a figure and its variance to everything that is shown of it.

use std::borrow::Cow;

use crate::alike::{Moves, moves};
use crate::estimate::{Ask, DegreesOfFreedom, Est, Flag, IntervalRule};
use crate::figure::{Part, Reference};
use crate::interval::{
    Method, arcsine_interval, beta_interval, critical_t, effective_number, effective_size,
    hypergeometric_interval, likelihood_interval, logit_interval, t_interval, wilson_interval,
};
use crate::stability;
use crate::variable::Range;
use crate::variance::Variance;

/// Fewer degrees of freedom than 8 are flagged; the last digits do not decide.
const LOW_DF: f64 = 8.0 - 1e-9;
/// A smaller effective number of respondents than 30 is flagged.
const LOW_N_EFF: f64 = 30.0 - 1e-9;
/// A larger coefficient of variation is flagged.
const HIGH_CV: f64 = 0.3;
/// A standard error below this part of its figure is rounding of a variance that is zero.
const ROUNDING: f64 = 4e-15;

/// What is known of a figure before the question is answered.
pub(crate) struct Reading<'a> {
    pub(crate) ask: &'a Ask,
    pub(crate) value: f64,
    pub(crate) variance: Variance,
    /// Sampling units less strata among the rows that take part.
    pub(crate) df: f64,
    /// Respondents who take part.
    pub(crate) n: u64,
    /// (Σc)²/Σc² with c the weight of each respondent in the figure (Kish 1965, section 11.7).
    pub(crate) kish: Option<f64>,
    pub(crate) range: Option<Range>,
    pub(crate) parts: Cow<'a, [Part]>,
    pub(crate) reference: Option<Reference>,
    /// What is added and what is subtracted, in a difference of independent figures.
    pub(crate) sides: Option<Box<[Self; 2]>>,
}

impl Reading<'_> {
    /// Fills in what a figure with a value has.
    pub(crate) fn fill(&self, est: &mut Est) {
        if !self.value.is_finite() || !self.variance.value.is_finite() {
            est.flags.insert(Flag::NotFinite);
            return;
        }
        est.value = Some(self.value);
        let known = self.known();
        let Known { se, census, unknown, .. } = known;
        est.df = known.df;
        est.se = (!unknown).then_some(se);
        (est.deff, est.n_eff) = self.effectiveness(&known);
        let (ci, method) = self.interval(&known);
        est.ci = ci;
        est.method = if ci.is_some() { method } else { Method::None };
        let mut flag = |yes: bool, flag: Flag| {
            if yes {
                est.flags.insert(flag);
            }
        };
        flag(census, Flag::Census);
        flag(self.variance.negative, Flag::NegativeVariance);
        flag(self.parts.iter().any(is_lone) && !census, Flag::OneRespondent);
        flag(self.variance.unknown && !census, Flag::LonelyUnknown);
        flag(self.variance.stood_in && !self.variance.unknown, Flag::LonelyAdjusted);
        flag(!census && !unknown && se == 0.0, Flag::ZeroVariance);
        flag(!census && est.df.is_some_and(|df| df < LOW_DF), Flag::LowDf);
        flag(!census && est.n_eff.is_some_and(|n| n < LOW_N_EFF), Flag::LowNeff);
        flag(!unknown && se > HIGH_CV * self.value.abs(), Flag::HighCv);
    }

    /// What a comparison with other figures has to know.
    pub(crate) fn uncertainty(&self) -> Uncertainty {
        let known = self.known();
        let nobody_knows = match known.moves {
            Moves::Within(_) => known.unknown && self.parts.iter().any(|part| part.hidden),
            Moves::Unlimited => known.unknown || known.se == 0.0,
            Moves::None => known.unknown,
        };
        let hidden = match (known.moves, critical_t(f64::INFINITY, self.ask.level)) {
            _ if nobody_knows => f64::INFINITY,
            (Moves::Within([down, up]), Some(z)) => (down.max(up) / z).powi(2),
            _ => 0.0,
        };
        let few = self.effectiveness(&known).1.is_some_and(|n| n < LOW_N_EFF);
        let approximate = !known.census && (known.unknown || few || known.t_df() < LOW_DF);
        Uncertainty { hidden, df: known.t_df(), approximate }
    }

    /// What the variance and the answers that are alike say.
    fn known(&self) -> Known {
        let census = self.variance.census && self.n > 0;
        let se = self.standard_error();
        let lone = self.parts.iter().any(is_lone);
        let unknown = !census && (self.variance.unknown || lone && !self.has_own_variance(se));
        // A single answer is measured by its distance from the others, if there is a variance.
        let singles = unknown || se == 0.0;
        let moves = if census { Moves::None } else { moves(&self.parts, self.ask.level, singles) };
        let df = self.degrees_of_freedom(se).filter(|df| df.is_finite());
        Known { se, df, census, unknown, moves }
    }

    /// A total over one respondent has a variance between units; a mean over one has none.
    fn has_own_variance(&self, se: f64) -> bool {
        matches!(*self.parts, [_]) && se > 0.0
    }

    fn standard_error(&self) -> f64 {
        let se = self.variance.value.max(0.0).sqrt();
        if se <= ROUNDING * self.value.abs() { 0.0 } else { se }
    }

    fn degrees_of_freedom(&self, se: f64) -> Option<f64> {
        let (terms, variance) = (&self.variance.terms, self.variance.value);
        match self.ask.df {
            DegreesOfFreedom::Given(df) => (df >= 0.0).then_some(df),
            DegreesOfFreedom::UnitsLessStrata => Some(self.df),
            DegreesOfFreedom::Satterthwaite => stability::satterthwaite(terms, variance),
            DegreesOfFreedom::Effective if se == 0.0 || terms.is_empty() => Some(self.df),
            DegreesOfFreedom::Effective => {
                Some(stability::effective(terms, variance, self.slope(), self.df))
            }
        }
    }

    /// The derivative of log p(1 − p) by the figure, where its limits rest on p(1 − p)/V.
    fn slope(&self) -> f64 {
        let Some(range) = self.range else { return 0.0 };
        if self.ask.interval == IntervalRule::T || self.is_difference() {
            return 0.0;
        }
        let (above, below) = (self.value - range.low, range.high - self.value);
        let slope = (below - above) / (above * below);
        if slope.is_finite() { slope } else { 0.0 }
    }

    /// A difference is tested against zero, for which t is made.
    fn is_difference(&self) -> bool {
        self.parts.iter().any(|part| part.coefficient < 0.0)
    }

    /// Design effect and effective number of respondents.
    fn effectiveness(&self, known: &Known) -> (Option<f64>, Option<f64>) {
        let variance = known.se * known.se;
        let plain = self.reference.map(|reference| {
            let without = match self.ask.deff_with_replacement {
                true => 1.0,
                // Without a known population there is nothing to correct for.
                false => reference.not_sampled.unwrap_or(1.0),
            };
            reference.with_replacement * without
        });
        let plain = plain.filter(|&plain| plain > 0.0 && variance > 0.0);
        let deff = plain.map(|plain| variance / plain).filter(|d| d.is_finite());
        if known.census {
            return (deff, Some(self.n as f64));
        }
        // The variance that the limits of the interval have: it knows what may be hidden.
        let recovered = match (known.moves, critical_t(known.t_df(), self.ask.level)) {
            (Moves::Within([down, up]), Some(t)) => {
                variance + down.hypot(up).powi(2) / (2.0 * t * t)
            }
            _ => variance,
        };
        let as_share = self.share().map(|p| self.unit(p) / recovered).filter(|_| variance > 0.0);
        let by_deff = plain.map(|plain| self.n as f64 * plain / recovered);
        let n_eff = as_share.or(by_deff).or(self.kish);
        (deff, n_eff.filter(|n| n.is_finite() && *n > 0.0))
    }

    /// p(1−p) on the scale of the figure.
    fn unit(&self, p: f64) -> f64 {
        let width = self.range.map_or(1.0, |r| r.high - r.low);
        p * (1.0 - p) * width * width
    }

    /// The figure as a share between 0 and 1, if it is one.
    fn share(&self) -> Option<f64> {
        let range = self.range.filter(|r| r.share)?;
        Some(((self.value - range.low) / (range.high - range.low)).clamp(0.0, 1.0))
    }

    fn interval(&self, known: &Known) -> (Option<[f64; 2]>, Method) {
        if known.census {
            return (Some([self.value, self.value]), Method::Census);
        }
        if self.ask.interval == IntervalRule::T && !known.unknown {
            return self.plain(known);
        }
        if let Some([added, taken]) = self.sides.as_deref() {
            return (self.recovered(added, taken), Method::Recovered);
        }
        if known.unknown || known.se == 0.0 {
            return self.without_variance(known);
        }
        let (ci, method) = self.with_variance(known);
        match (self.ask.interval, known.moves) {
            (IntervalRule::Automatic, Moves::Within(moves)) => {
                (ci.map(|ci| self.widened(ci, moves)), method)
            }
            _ => (ci, method),
        }
    }

    /// The limits of a difference from those of its sides.
    fn recovered(&self, added: &Self, taken: &Self) -> Option<[f64; 2]> {
        let [low, high] = added.interval(&added.known()).0?;
        let ci = [self.value - (added.value - low), self.value + (high - added.value)];
        let [low, high] = taken.interval(&taken.known()).0?;
        Some(self.widened(ci, [high - taken.value, taken.value - low]))
    }

    fn plain(&self, known: &Known) -> (Option<[f64; 2]>, Method) {
        (t_interval(self.value, known.se, known.t_df(), self.ask.level), Method::T)
    }

    /// The interval where there is a standard error.
    fn with_variance(&self, known: &Known) -> (Option<[f64; 2]>, Method) {
        let plain = self.plain(known);
        let Some(range) = self.range else { return plain };
        let limits = [range.low, range.high];
        let automatic = self.ask.interval == IntervalRule::Automatic;
        if automatic && let Some(exact) = self.exact(range) {
            return (Some(exact), Method::Hypergeometric);
        }
        if known.t_df() <= 0.0 {
            return (Some(limits), Method::WorstCase);
        }
        let inside = plain.0.is_some_and(|ci| ci[0] >= range.low && ci[1] <= range.high);
        if automatic && self.is_difference() && inside {
            return plain;
        }
        if automatic {
            return (self.beta(range, known), Method::KornGraubard);
        }
        if range.share {
            return self.share_interval(range, known);
        }
        (logit_interval(self.value, known.se, known.t_df(), limits, self.ask.level), Method::Logit)
    }

    /// Beta limits with the effective number, on the scale of the figure.
    fn beta(&self, range: Range, known: &Known) -> Option<[f64; 2]> {
        let width = range.high - range.low;
        let p = ((self.value - range.low) / width).clamp(0.0, 1.0);
        let variance = (known.se / width).powi(2);
        let size = effective_number(p, variance, known.t_df(), self.ask.level)?;
        let ci = beta_interval(p, size, self.ask.level)?;
        Some(ci.map(|limit| range.low + width * limit))
    }

    /// The interval of a share by a rule that was asked for.
    fn share_interval(&self, range: Range, known: &Known) -> (Option<[f64; 2]>, Method) {
        let width = range.high - range.low;
        let p = ((self.value - range.low) / width).clamp(0.0, 1.0);
        let (se, df, level) = (known.se / width, known.t_df(), self.ask.level);
        let people = self.n as f64;
        let size = effective_size(p, se * se, people, df, level);
        let plain_size = p * (1.0 - p) / (se * se) * (people - 1.0) / people;
        let (ci, method) = match self.ask.interval {
            IntervalRule::Logit => (logit_interval(p, se, df, [0.0, 1.0], level), Method::Logit),
            IntervalRule::Arcsine => (arcsine_interval(p, se, df, level), Method::Arcsine),
            IntervalRule::Wilson => {
                (size.and_then(|s| wilson_interval(p, s, level)), Method::Wilson)
            }
            IntervalRule::Likelihood => {
                (likelihood_interval(p, plain_size, df, level), Method::Likelihood)
            }
            IntervalRule::KornGraubardUnlimited => {
                (size.and_then(|s| beta_interval(p, s, level)), Method::KornGraubard)
            }
            _ => {
                let limited = size.map(|s| s.min(people));
                (limited.and_then(|s| beta_interval(p, s, level)), Method::KornGraubard)
            }
        };
        (ci.map(|ci| ci.map(|limit| range.low + width * limit)), method)
    }

    /// The interval where the variance is zero or not known, though it is no census: the strata
    /// whose answers are all alike are moved as far as their limits allow.
    fn without_variance(&self, known: &Known) -> (Option<[f64; 2]>, Method) {
        if self.parts.iter().any(|part| part.hidden) {
            return (None, Method::None);
        }
        let point = [self.value; 2];
        let moves = match known.moves {
            Moves::Within(moves) => moves,
            Moves::Unlimited => return (None, Method::None),
            Moves::None => {
                // Influences cancel, as in a figure less itself: known without error, if known.
                let lone = self.parts.iter().any(is_lone);
                let exact = known.se == 0.0 && !self.variance.unknown && !lone;
                return (exact.then_some(point), Method::T);
            }
        };
        let rest = if known.se > 0.0 { self.with_variance(known).0 } else { Some(point) };
        let method = match (&*self.parts, self.range) {
            ([part], Some(range)) if range.share && known.se == 0.0 => match part.stratum {
                Some(_) => Method::Hypergeometric,
                None => Method::ClopperPearson,
            },
            _ => Method::WorstCase,
        };
        (rest.map(|ci| self.widened(ci, moves)), method)
    }

    /// Limits of a sum of independent parts from the limits of each: distances from the value
    /// are added as standard errors are (G. Y. Zou, A. Donner 2008, Statistics in Medicine 27;
    /// R. G. Newcombe 1998, Statistics in Medicine 17).
    fn widened(&self, [low, high]: [f64; 2], [down, up]: [f64; 2]) -> [f64; 2] {
        let low = self.value - (self.value - low).hypot(down);
        let high = self.value + (high - self.value).hypot(up);
        // Limits do not leave the scale.
        self.range.map_or([low, high], |range| [low.max(range.low), high.min(range.high)])
    }

    /// Exact limits where the figure is a share of one whole stratum sampled by lot.
    fn exact(&self, range: Range) -> Option<[f64; 2]> {
        let [part] = &*self.parts else { return None };
        let (n, population) = part.stratum.filter(|_| range.share)?;
        let width = range.high - range.low;
        let count = ((self.value - range.low) / width * n as f64).round();
        // A share of persons: the count is a whole number between 0 and n.
        let yes = (0..=n).find(|&yes| yes as f64 == count)?;
        let limits = hypergeometric_interval(yes, n, population, self.ask.level)?;
        Some(limits.map(|k| range.low + width * (k as f64 / population as f64)))
    }
}

/// What a comparison with other figures has to know besides the variance.
pub(crate) struct Uncertainty {
    /// A variance for what strata that are alike may hide; infinite where nobody knows.
    pub(crate) hidden: f64,
    pub(crate) df: f64,
    /// Few respondents or degrees of freedom, or no standard error.
    pub(crate) approximate: bool,
}

/// What an interval is made of.
struct Known {
    se: f64,
    df: Option<f64>,
    /// Everybody was observed.
    census: bool,
    /// The standard error is not known.
    unknown: bool,
    moves: Moves,
}

impl Known {
    /// Degrees of freedom of t; none are 0.
    fn t_df(&self) -> f64 {
        self.df.unwrap_or(0.0)
    }
}

/// A part of which nothing but one answer is known.
fn is_lone(part: &Part) -> bool {
    part.n == 1 && !part.census
}
