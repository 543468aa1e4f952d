//! All pairs of units compared at once, in steps.

use super::RankRule;
use super::tail::{Sides, Tail};
use crate::distribution::{normal_quantile, student_t_quantile};
use crate::marginal::{Other, Side, critical_value};
use crate::matrix::square_root;
use crate::normal::NormalErrors;
use crate::simulate::{Critical, MOST_DRAWS};
use crate::simultaneous::{is_diagonal, standard_errors};

/// A decision this many Monte-Carlo standard errors from its critical value does not hang on the
/// seed.
const SAFE: f64 = 3.0;
/// At most this many times as many draws are made for a decision that is nearer.
const AGAIN: usize = 4;

#[derive(Default)]
pub(super) struct Decision {
    /// Pairs told apart: the first unit is larger than the second.
    pub(super) apart: Vec<(usize, usize)>,
    pub(super) critical_values: Vec<f64>,
    pub(super) margin: Option<f64>,
    /// A decision hangs on the seed even after more draws.
    pub(super) close: bool,
}

/// A pair of units by their places, the first of them the larger estimate.
#[derive(Clone, Copy)]
pub(super) struct Pair {
    pub(super) larger: usize,
    pub(super) smaller: usize,
    /// Standard error of the difference.
    pub(super) se: f64,
    statistic: f64,
}

impl Pair {
    /// Two units whose estimates do not differ.
    pub(super) fn of(larger: usize, smaller: usize, covariance: &[Vec<f64>]) -> Self {
        let size = covariance[larger][larger] + covariance[smaller][smaller];
        let variance = size - (covariance[larger][smaller] + covariance[smaller][larger]);
        let se = if variance > 1e-14 * size { variance.sqrt() } else { 0.0 };
        Self { larger, smaller, se, statistic: 0.0 }
    }
}

/// Units in an order of their own: each has a place.
pub(super) struct Comparison<'a> {
    /// Which unit has a place.
    unit_at: &'a [usize],
    pairs: Vec<Pair>,
    /// Covariances by place, where the largest variance is 1.
    covariance: Vec<Vec<f64>>,
    errors: NormalErrors,
    /// Standard errors of the estimates by place, if no two have a covariance.
    independent: Option<Vec<f64>>,
}

impl<'a> Comparison<'a> {
    /// Degrees of freedom by unit are of the variances; none where these are known.
    pub(super) fn of(
        estimates: &[f64],
        covariance: &[Vec<f64>],
        df: Option<&[f64]>,
        unit_at: &'a [usize],
        rule: &RankRule,
    ) -> Option<Self> {
        let p = estimates.len();
        let largest = (0..p).map(|unit| covariance[unit][unit]).fold(0.0, f64::max);
        let unit = if largest > 0.0 { largest } else { 1.0 };
        let row = |&i: &usize| unit_at.iter().map(|&j| covariance[i][j] / unit).collect();
        let covariance: Vec<Vec<f64>> = unit_at.iter().map(row).collect();
        let root = square_root(&covariance)?;
        let mut pairs = Vec::with_capacity(p * p.saturating_sub(1) / 2);
        for a in 0..p {
            for b in a + 1..p {
                let [one, other] = [a, b].map(|place| estimates[unit_at[place]]);
                let (larger, smaller) = if one >= other { (a, b) } else { (b, a) };
                let pair = Pair::of(larger, smaller, &covariance);
                let statistic = (one - other).abs() / (pair.se * unit.sqrt());
                pairs.push(Pair { statistic, ..pair });
            }
        }
        // Censuses are compared without any draw, and hardly ever a single pair with some.
        let open = pairs.iter().filter(|pair| pair.se > 0.0).count();
        let draws = if open > 1 { rule.draws } else { 0 };
        let df = df.map(|df| unit_at.iter().map(|&unit| df[unit].max(1.0)).collect());
        let errors = NormalErrors::new(&root, df, rule.seed, draws);
        let independent = is_diagonal(&covariance).then(|| standard_errors(&covariance));
        Some(Self { unit_at, pairs, covariance, errors, independent })
    }

    /// Tests the pairs, in steps: all of them, or those of one unit.
    pub(super) fn decide(&self, rule: &RankRule, only: Option<usize>) -> Decision {
        let mut decision = Decision::default();
        let units = |pair: &Pair| (self.unit_at[pair.larger], self.unit_at[pair.smaller]);
        let concerns = |pair: &&Pair| {
            let (larger, smaller) = units(pair);
            only.is_none_or(|unit| larger == unit || smaller == unit)
        };
        let concerned = self.pairs.iter().filter(concerns);
        let (exact, mut open): (Vec<Pair>, Vec<Pair>) = concerned.partition(|p| p.se == 0.0);
        decision.apart.extend(exact.iter().filter(|p| p.statistic > 0.0).map(units));
        let mut tail = Tail::of(&self.errors, &self.covariance, &open);
        // A pair told apart stays open in the other direction.
        let mut settled: Vec<Pair> = Vec::new();
        while !open.is_empty() {
            let sides = Sides { open: &open, settled: &settled };
            let (critical, nearest) = self.step(sides, &mut tail, rule);
            decision.close |= nearest < SAFE * critical.error;
            decision.critical_values.push(critical.value);
            decision.margin = Some(decision.margin.map_or(nearest, |m| m.min(nearest)));
            let (rejected, rest): (Vec<Pair>, Vec<Pair>) =
                open.iter().partition(|p| p.statistic > critical.value);
            decision.apart.extend(rejected.iter().map(units));
            if rejected.is_empty() || !rule.step_down {
                break;
            }
            settled.extend(rejected);
            open = rest;
        }
        decision
    }

    /// The critical value of a step and how far the nearest decision is from it; with more draws
    /// where that is too near to be sure of, unless even these would not do.
    fn step(&self, sides: Sides<'_>, tail: &mut Tail<'_>, rule: &RankRule) -> (Critical, f64) {
        let nearest = |critical: &Critical| {
            let distances = sides.open.iter().map(|p| (p.statistic - critical.value).abs());
            distances.fold(f64::MAX, f64::min)
        };
        let exact = match self.errors.df() {
            Some(df) => self.welch(sides, df, rule),
            None => self.exact_value(sides, rule),
        };
        if let Some(value) = exact {
            let critical = Critical::exact(value);
            return (critical, nearest(&critical));
        }
        let times_as_many = |times: usize| rule.draws.saturating_mul(times).min(MOST_DRAWS);
        // Draws that were made for an earlier step serve this one, too.
        let are_made = |&times: &usize| tail.draws() <= times_as_many(times);
        let mut times = (1..AGAIN).find(are_made).unwrap_or(AGAIN);
        loop {
            let draws = times_as_many(times);
            let critical = tail.critical(sides, draws, rule.level);
            let distance = nearest(&critical);
            let needed = draws as f64 * (SAFE * critical.error / distance).powi(2);
            let settles = |times: usize| needed <= times_as_many(times) as f64;
            if settles(times) || !settles(AGAIN) {
                return (critical, distance);
            }
            // A half more, as critical value and error will not stay quite what they are.
            let is_enough = |&times: &usize| 1.5 * needed <= times_as_many(times) as f64;
            times = (times + 1..AGAIN).find(is_enough).unwrap_or(AGAIN);
        }
    }

    /// The critical value of one pair of independent estimates whose variances are estimates.
    ///
    /// Source: B. L. Welch (1947), Biometrika 34.
    fn welch(&self, sides: Sides<'_>, df: &[f64], rule: &RankRule) -> Option<f64> {
        let ([pair], []) = (sides.open, sides.settled) else { return None };
        let errors = self.independent.as_ref()?;
        let below = |at: usize| errors[at].powi(4) / df[at];
        let df = pair.se.powi(4) / (below(pair.larger) + below(pair.smaller));
        student_t_quantile(0.5 * (1.0 + rule.level), df)
    }

    /// The critical value without draws: of one pair, or of one unit's pairs where all estimates
    /// are independent.
    fn exact_value(&self, sides: Sides<'_>, rule: &RankRule) -> Option<f64> {
        let Sides { open, settled } = sides;
        if open.len() == 1 && settled.is_empty() {
            return normal_quantile(0.5 * (1.0 + rule.level));
        }
        let errors = self.independent.as_ref()?;
        let first = open.first()?;
        let all = || open.iter().chain(settled);
        let has = |at: &usize| all().all(|p| p.larger == *at || p.smaller == *at);
        let one = [first.larger, first.smaller].into_iter().find(has)?;
        let other = |p: &Pair| if p.larger == one { p.smaller } else { p.larger };
        let compared = |p: &Pair, side: Side| Other { se: errors[other(p)], side };
        // What is open of a settled pair is that its smaller unit were the larger one.
        let reverse =
            |p: &Pair| if p.larger == one { Side::OtherLarger } else { Side::OtherSmaller };
        let mut others: Vec<Other> = open.iter().map(|p| compared(p, Side::Both)).collect();
        others.extend(settled.iter().map(|p| compared(p, reverse(p))));
        critical_value(errors[one], &others, rule.level)
    }
}
