//! Quantiles with Woodruff's interval.
//!
//! Source: R. S. Woodruff (1952), JASA 47; R. J. Hyndman, Y. Fan (1996), The American
//! Statistician 50, for the rules of interpolation.

use serde::Serialize;

use crate::design::Design;
use crate::domain::Domain;
use crate::error::FigureError;
use crate::estimate::{Ask, DegreesOfFreedom, IntervalRule};
use crate::exact_sum::ExactSum;
use crate::interval::critical_t;
use crate::variable::Variable;

/// Cumulated weights that differ by less than this part of their total are equal.
const SAME: f64 = 1e-9;

/// Where a quantile lies between two answers.
///
/// With x sorted, C the cumulated weights and W their total, k is the last answer with C ≤ pW.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum QuantileRule {
    /// The mean of both neighbours where C meets pW, else the next answer.
    #[default]
    School,
    /// The answer where C meets pW, else the next one: always an answer that was given.
    Math,
    /// Linear in C/W (type 4 of Hyndman and Fan).
    ///
    /// The linear rules depend on the order of rows where equal answers have unequal weights.
    Linear4,
    /// Linear in C/(W + last weight) (type 6).
    Linear6,
    /// Linear in the weights before each answer (type 7).
    Linear7,
    /// Linear at one third and two thirds (type 8).
    Linear8,
}

/// A quantile of the people in a domain.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Quantile {
    /// The estimate; nothing without answers.
    pub value: Option<f64>,
    /// Lower and upper limit; either may not exist.
    pub ci: [Option<f64>; 2],
    /// Width of the interval over 2t; nothing without both limits or where they coincide.
    pub se: Option<f64>,
    /// Degrees of freedom of the domain.
    pub df: f64,
    /// Respondents.
    pub n: u64,
}

impl Design {
    /// The p-quantile of a variable in a domain, with the interval of Woodruff.
    ///
    /// `ask.interval` chooses the limits for the share of people at or below the estimate;
    /// the degrees of freedom are those of the domain unless given.
    ///
    /// # Errors
    /// As [`Design::mean`] and [`crate::Figure::estimate_with`].
    pub fn quantile(
        &self,
        variable: &Variable,
        domain: &Domain,
        p: f64,
        rule: QuantileRule,
        ask: &Ask,
    ) -> Result<Quantile, FigureError> {
        let mean = self.mean(variable, domain)?;
        let df = match ask.df {
            DegreesOfFreedom::Given(df) => df,
            _ => self.degrees_of_freedom(domain),
        };
        let mut result =
            Quantile { value: None, ci: [None, None], se: None, df, n: mean.respondents() };
        let rows = mean.influence.iter().map(|i| i.row as usize);
        let answers = rows.map(|row| (variable.values[row], self.weight[row])).collect();
        let Some(ladder) = Ladder::of(answers) else { return Ok(result) };
        let Some(value) = ladder.at(p, rule) else { return Ok(result) };
        result.value = Some(value);
        let below = |row: usize| variable.value(row).map(|v| v <= value);
        let share = Variable::condition((0..self.rows()).map(below));
        let ask = Ask { df: DegreesOfFreedom::Given(df), ..*ask };
        let est = self.mean(&share, domain)?.estimate_with(&ask)?;
        let limits = est.ci.or_else(|| {
            // The logit has no limits where everybody is at or below: the exact ones have.
            let automatic = Ask { interval: IntervalRule::Automatic, ..ask };
            let est = self.mean(&share, domain).and_then(|f| f.estimate_with(&automatic));
            est.ok().and_then(|est| est.ci)
        });
        let inside = |p: f64| (0.0..=1.0).contains(&p).then(|| ladder.at(p, rule)).flatten();
        if let Some([low, high]) = limits {
            result.ci = [inside(low), inside(high)];
        }
        if let ([Some(low), Some(high)], Some(t)) = (result.ci, critical_t(df, ask.level)) {
            result.se = Some((high - low) / (2.0 * t)).filter(|se| *se > 0.0);
        }
        Ok(result)
    }
}

/// Answers in order with their cumulated weights.
struct Ladder {
    values: Vec<f64>,
    weights: Vec<f64>,
    cumulated: Vec<f64>,
}

impl Ladder {
    fn of(mut answers: Vec<(f64, f64)>) -> Option<Self> {
        answers.sort_by(|a, b| a.0.total_cmp(&b.0));
        let mut sum = ExactSum::default();
        let cumulated: Vec<f64> = answers
            .iter()
            .map(|&(_, weight)| {
                sum.add(weight);
                sum.value()
            })
            .collect();
        let (values, weights) = answers.into_iter().unzip();
        cumulated.last().is_some_and(|&w| w > 0.0).then_some(Self { values, weights, cumulated })
    }

    fn at(&self, p: f64, rule: QuantileRule) -> Option<f64> {
        if !(0.0..=1.0).contains(&p) {
            return None;
        }
        let last = self.values.len() - 1;
        let whole = self.cumulated[last];
        match rule {
            QuantileRule::Math | QuantileRule::School => Some(self.step(p * whole, rule)),
            QuantileRule::Linear4 => Some(self.line(p, |i| self.cumulated[i] / whole)),
            QuantileRule::Linear6 => {
                Some(self.line(p, |i| self.cumulated[i] / (whole + self.weights[last])))
            }
            QuantileRule::Linear7 if last == 0 => Some(self.values[0]),
            QuantileRule::Linear7 => {
                let below = self.cumulated[last - 1];
                Some(self.line(p, |i| if i == 0 { 0.0 } else { self.cumulated[i - 1] / below }))
            }
            QuantileRule::Linear8 => Some(self.line(p, |i| {
                let before = if i == 0 { 0.0 } else { self.cumulated[i - 1] };
                let third = before / 3.0 + 2.0 * self.cumulated[i] / 3.0;
                third / (whole + self.weights[last] / 3.0)
            })),
        }
    }

    fn step(&self, target: f64, rule: QuantileRule) -> f64 {
        let last = self.values.len() - 1;
        let slack = SAME * self.cumulated[last];
        let next = self.cumulated.partition_point(|&c| c < target - slack).min(last);
        // Rows of the same cumulated weight (weight 0) were left out before: `next` meets or
        // passes the target.
        let meets = (self.cumulated[next] - target).abs() <= slack;
        match rule {
            QuantileRule::School if meets && next < last => {
                0.5 * (self.values[next] + self.values[next + 1])
            }
            _ => self.values[next],
        }
    }

    /// Linear between the points (height of i, value of i); the end values outside.
    fn line(&self, p: f64, height: impl Fn(usize) -> f64) -> f64 {
        let last = self.values.len() - 1;
        let next = (0..=last).find(|&i| height(i) > p);
        let Some(next) = next else { return self.values[last] };
        if next == 0 {
            return self.values[0];
        }
        let (low, high) = (height(next - 1), height(next));
        let step = (p - low) / (high - low);
        self.values[next - 1] + step * (self.values[next] - self.values[next - 1])
    }
}
