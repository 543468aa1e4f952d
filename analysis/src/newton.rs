//! The calibration equations, solved by Newton's method.

use crate::calibrate::{CalibrationError, Distance, Limits};
use crate::exact_sum::exact_sum;
use crate::matrix::Pseudoinverse;
use crate::residual::cross_products;

/// g as a function of x'λ.
pub(crate) struct Curve {
    distance: Distance,
    low: f64,
    high: f64,
}

impl Curve {
    pub(crate) fn of(distance: Distance, bounds: Option<[f64; 2]>) -> Option<Self> {
        let [low, high] = bounds.unwrap_or([f64::NEG_INFINITY, f64::INFINITY]);
        let around_one = low < 1.0 && high > 1.0;
        let finite = low.is_finite() && high.is_finite();
        (around_one && (distance != Distance::Logit || finite)).then_some(Self {
            distance,
            low,
            high,
        })
    }

    /// The value and its slope.
    fn at(&self, u: f64) -> (f64, f64) {
        let Self { low, high, .. } = *self;
        let cut = |value: f64, slope: f64| {
            if value <= low {
                (low, 0.0)
            } else if value >= high {
                (high, 0.0)
            } else {
                (value, slope)
            }
        };
        match self.distance {
            Distance::Linear => cut(1.0 + u, 1.0),
            Distance::Raking => {
                let g = u.min(700.0).exp();
                cut(g, g)
            }
            Distance::Logit => {
                let speed = (high - low) / ((high - 1.0) * (1.0 - low));
                let e = (speed * u).clamp(-700.0, 700.0).exp();
                let below = high - 1.0 + (1.0 - low) * e;
                let g = (low * (high - 1.0) + high * (1.0 - low) * e) / below;
                (g, speed * (g - low) * (high - g) / (high - low))
            }
        }
    }
}

pub(crate) struct Solution {
    pub(crate) ratios: Vec<f64>,
    pub(crate) rounds: usize,
    pub(crate) margin_error: f64,
    pub(crate) dependent: usize,
}

/// Newton's method on λ, halving steps that lead away.
pub(crate) fn solve(
    columns: &[Vec<f64>],
    totals: &[f64],
    weight: &[f64],
    curve: &Curve,
    limits: &Limits,
) -> Result<Solution, CalibrationError> {
    let mut lambda = vec![0.0; columns.len()];
    let mut state = State::at(columns, totals, weight, curve, &lambda);
    let mut best = state.error;
    let (mut rounds, mut dependent) = (0, 0);
    while state.error > limits.tolerance && rounds < limits.iterations.max(1) {
        let slopes: Vec<f64> = weight.iter().zip(&state.slopes).map(|(w, s)| w * s).collect();
        let Some(inverse) = Pseudoinverse::of(&cross_products(columns, &slopes)) else { break };
        dependent = inverse.dependent;
        let mut step = inverse.solve(&state.misfit);
        let mut next = state.error;
        for _ in 0..40 {
            let trial: Vec<f64> = lambda.iter().zip(&step).map(|(l, s)| l + s).collect();
            let candidate = State::at(columns, totals, weight, curve, &trial);
            next = candidate.error;
            if next < state.error {
                (lambda, state) = (trial, candidate);
                break;
            }
            step.iter_mut().for_each(|s| *s *= 0.5);
        }
        rounds += 1;
        if next >= best {
            // The last digits are reached, or there is no way on.
            break;
        }
        best = state.error;
    }
    let margin_error = state.error;
    if margin_error.is_nan() || margin_error > limits.tolerance.max(1e-9) {
        return Err(CalibrationError::Infeasible { iterations: rounds, margin_error });
    }
    Ok(Solution { ratios: state.ratios, rounds, margin_error, dependent })
}

struct State {
    ratios: Vec<f64>,
    slopes: Vec<f64>,
    misfit: Vec<f64>,
    /// Largest misfit relative to 1 + total.
    error: f64,
}

impl State {
    fn at(
        columns: &[Vec<f64>],
        totals: &[f64],
        weight: &[f64],
        curve: &Curve,
        lambda: &[f64],
    ) -> Self {
        let linear = |row: usize| columns.iter().zip(lambda).map(|(x, l)| x[row] * l).sum::<f64>();
        let (ratios, slopes): (Vec<f64>, Vec<f64>) =
            (0..weight.len()).map(|row| curve.at(linear(row))).unzip();
        let reached = |x: &Vec<f64>| {
            exact_sum((0..weight.len()).map(|row| weight[row] * ratios[row] * x[row]))
        };
        let misfit: Vec<f64> = columns.iter().zip(totals).map(|(x, t)| t - reached(x)).collect();
        let relative = misfit.iter().zip(totals).map(|(m, t)| m.abs() / (1.0 + t.abs()));
        let error =
            relative.fold(0.0, |most: f64, e| if e.is_nan() { f64::NAN } else { most.max(e) });
        Self { ratios, slopes, misfit, error }
    }
}
