//! From a figure and its variance to everything that is shown of it.

use crate::estimate::{Ask, DegreesOfFreedom, Est, Flag, IntervalRule};
use crate::exact_sum::exact_sum;
use crate::figure::{Part, Reference};
use crate::interval::{
    Method, arcsine_interval, beta_interval, degenerate_interval, effective_size,
    hypergeometric_interval, likelihood_interval, logit_interval, t_interval, wilson_interval,
};
use crate::variable::Range;
use crate::variance::Variance;

/// Fewer degrees of freedom than this are flagged.
const LOW_DF: f64 = 8.0;
/// A smaller effective number of respondents is flagged; 30 equal weights may come to a last
/// digit less.
const LOW_N_EFF: f64 = 30.0 * (1.0 - 1e-12);
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
    /// (Σc)²/Σc² with c the weight of each respondent in the figure (Kish 1965, section 11.7).
    pub(crate) kish: Option<f64>,
    pub(crate) range: Option<Range>,
    pub(crate) parts: &'a [Part],
    pub(crate) reference: Option<Reference>,
}

impl Reading<'_> {
    /// Fills in what a figure with a value has.
    pub(crate) fn fill(&self, est: &mut Est) {
        if !self.value.is_finite() || !self.variance.value.is_finite() {
            est.flags.insert(Flag::NotFinite);
            return;
        }
        est.value = Some(self.value);
        let census = self.variance.census && est.n > 0;
        let se = self.standard_error();
        let lone = self.parts.iter().any(is_lone);
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
        flag(self.variance.negative, Flag::NegativeVariance);
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
        matches!(self.parts, [_]) && se > 0.0
    }

    fn standard_error(&self) -> f64 {
        let se = self.variance.value.max(0.0).sqrt();
        if se <= ROUNDING * self.value.abs() { 0.0 } else { se }
    }

    fn degrees_of_freedom(&self) -> Option<f64> {
        match self.ask.df {
            DegreesOfFreedom::Given(df) => (df >= 0.0).then_some(df),
            DegreesOfFreedom::UnitsLessStrata => Some(self.df),
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
        let deff = self.reference.and_then(|reference| {
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
        let plain = (t_interval(self.value, se, df, self.ask.level), Method::T);
        if self.ask.interval == IntervalRule::T && !unknown {
            return plain;
        }
        if unknown || se == 0.0 {
            return self.without_variance(se, df);
        }
        let Some(range) = self.range else { return plain };
        if range.share {
            return self.share_interval(range, se, df, n);
        }
        let limits = [range.low, range.high];
        if df <= 0.0 {
            return (Some(limits), Method::WorstCase);
        }
        let outside = plain.0.is_none_or(|ci| ci[0] < range.low || ci[1] > range.high);
        // A difference is tested against zero, for which t is made.
        let difference = self.parts.iter().any(|part| part.coefficient < 0.0);
        match self.ask.interval {
            IntervalRule::Automatic if difference && !outside => plain,
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
        let exact = match self.parts {
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
        let open: Vec<&Part> = self.parts.iter().filter(|p| !p.census).collect();
        let alike: Vec<&Part> = open.iter().copied().filter(|p| p.alike).collect();
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
            let [least, most] = part.extremes;
            let down = differing * (most - range.low) * part.coefficient;
            let up = differing * (range.high - least) * part.coefficient;
            ci[0] -= if part.coefficient > 0.0 { down } else { -up };
            ci[1] += if part.coefficient > 0.0 { up } else { -down };
        }
        if let Some(range) = self.range {
            // Limits do not leave the scale, nor the value.
            ci = [ci[0].max(range.low), ci[1].min(range.high)];
        }
        let method = match alike.as_slice() {
            [part] if part.stratum.is_some() => Method::Hypergeometric,
            [part] if part.range.is_some_and(|r| r.share) => Method::ClopperPearson,
            _ => Method::WorstCase,
        };
        let share = self.range.is_some_and(|r| r.share);
        (Some(ci), if share && self.parts.len() == 1 { method } else { Method::WorstCase })
    }
}

/// A part of which nothing but one answer is known.
fn is_lone(part: &Part) -> bool {
    part.n == 1 && !part.census
}

/// The largest share of people who may differ from answers that are all alike.
fn differing(part: &Part, level: f64) -> Option<f64> {
    let exact = part.stratum.and_then(|(n, population)| {
        let [_, most] = hypergeometric_interval(0, n, population, level)?;
        Some(most as f64 / population as f64)
    });
    let by_number = || degenerate_interval(part.kish, false, level).map(|ci| ci[1] * part.open);
    exact.or_else(by_number)
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
