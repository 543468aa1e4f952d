//! What calibration does to variances: linearised scores become calibration residuals.
//!
//! Source: Deville and Särndal (1992), section 3; Särndal, Swensson, Wretman (1992), section 6.6.

use crate::exact_sum::{ExactSum, exact_sum};
use crate::matrix::Pseudoinverse;

/// What an adjustment of the weights does to linearised scores.
#[derive(Debug, Clone)]
pub(crate) enum Adjustment {
    Poststratified {
        class_of: Vec<usize>,
        old: Vec<f64>,
        new: Vec<f64>,
    },
    /// Combinations of classes: that of each row, and the class of each in every margin.
    Raked {
        cell_of: Vec<usize>,
        cells: Vec<Vec<usize>>,
        weight: Vec<f64>,
    },
    Regressed {
        columns: Vec<Vec<f64>>,
        old: Vec<f64>,
        new: Vec<f64>,
    },
}

impl Adjustment {
    /// Replaces the scores by their calibration residuals.
    pub(crate) fn residuals(&self, scores: &mut [f64]) {
        match self {
            Self::Poststratified { class_of, old, new } => centre(scores, class_of, new, old),
            Self::Raked { cell_of, cells, weight } => sweep(scores, cell_of, cells, weight),
            Self::Regressed { columns, old, new } => regress(scores, columns, old, new),
        }
    }
}

/// Takes the mean of score/weight, weighted by `by`, out of each class.
fn centre(scores: &mut [f64], class_of: &[usize], weight: &[f64], by: &[f64]) {
    let classes = class_of.iter().max().map_or(0, |&last| last + 1);
    let mut sums = vec![(ExactSum::default(), ExactSum::default()); classes];
    for (row, &class) in class_of.iter().enumerate() {
        if weight[row] != 0.0 {
            sums[class].0.add(scores[row] * by[row] / weight[row]);
            sums[class].1.add(by[row]);
        }
    }
    let means: Vec<f64> = sums
        .iter()
        .map(|(sum, size)| if size.value() != 0.0 { sum.value() / size.value() } else { 0.0 })
        .collect();
    for (row, &class) in class_of.iter().enumerate() {
        scores[row] -= means[class] * weight[row];
    }
}

/// Takes the class means of all margins out in turn until nothing is left of them.
///
/// Rows of the same classes lose the same, so that it is enough to follow their sums.
fn sweep(scores: &mut [f64], cell_of: &[usize], cells: &[Vec<usize>], weight: &[f64]) {
    let mut sums = vec![ExactSum::default(); cells.len()];
    let mut sizes = vec![0.0; cells.len()];
    for (row, &cell) in cell_of.iter().enumerate() {
        if weight[row] != 0.0 {
            sums[cell].add(scores[row] / weight[row]);
            sizes[cell] += 1.0;
        }
    }
    let mut sums: Vec<f64> = sums.iter().map(ExactSum::value).collect();
    let mut taken = vec![0.0; cells.len()];
    let margins = cells.first().map_or(0, Vec::len);
    let mut first: Option<f64> = None;
    for _ in 0..1_000 {
        let mut change: f64 = 0.0;
        for margin in 0..margins {
            let means = class_means(&sums, &sizes, cells, margin);
            for (cell, classes) in cells.iter().enumerate() {
                let mean = means[classes[margin]];
                sums[cell] -= mean * sizes[cell];
                taken[cell] += mean;
            }
            change = means.iter().fold(change, |most, mean| most.max(mean.abs()));
        }
        let start = *first.get_or_insert(change);
        if change <= 1e-14 * start || margins < 2 {
            break;
        }
    }
    for (row, &cell) in cell_of.iter().enumerate() {
        scores[row] -= taken[cell] * weight[row];
    }
}

/// The mean of each class of a margin, from sums and sizes of combinations of classes.
fn class_means(sums: &[f64], sizes: &[f64], cells: &[Vec<usize>], margin: usize) -> Vec<f64> {
    let classes = cells.iter().map(|classes| classes[margin] + 1).max().unwrap_or(0);
    let mut of_class = vec![(ExactSum::default(), 0.0); classes];
    for ((classes, &sum), &size) in cells.iter().zip(sums).zip(sizes) {
        let class = &mut of_class[classes[margin]];
        class.0.add(sum);
        class.1 += size;
    }
    of_class.iter().map(|(sum, size)| if *size > 0.0 { sum.value() / size } else { 0.0 }).collect()
}

/// Takes the regression of score/weight on the columns out, weighted by the old weights.
fn regress(scores: &mut [f64], columns: &[Vec<f64>], old: &[f64], new: &[f64]) {
    let rows = || (0..scores.len()).filter(|&row| old[row] != 0.0 && new[row] != 0.0);
    let right: Vec<f64> = columns
        .iter()
        .map(|x| exact_sum(rows().map(|row| old[row] * x[row] * scores[row] / new[row])))
        .collect();
    let Some(inverse) = Pseudoinverse::of(&cross_products(columns, old)) else { return };
    let mut slopes = inverse.solve(&right);
    // One step of refinement brings the residuals to full precision.
    let residual = |slopes: &[f64], row: usize| {
        scores[row] / new[row] - columns.iter().zip(slopes).map(|(x, b)| x[row] * b).sum::<f64>()
    };
    let left: Vec<f64> = columns
        .iter()
        .map(|x| exact_sum(rows().map(|row| old[row] * x[row] * residual(&slopes, row))))
        .collect();
    for (slope, step) in slopes.iter_mut().zip(inverse.solve(&left)) {
        *slope += step;
    }
    let residuals: Vec<f64> = (0..scores.len())
        .map(|row| if new[row] == 0.0 { 0.0 } else { residual(&slopes, row) * new[row] })
        .collect();
    scores.copy_from_slice(&residuals);
}

/// X'WX with exactly added entries.
pub(crate) fn cross_products(columns: &[Vec<f64>], weight: &[f64]) -> Vec<Vec<f64>> {
    let size = columns.len();
    let mut matrix = vec![vec![0.0; size]; size];
    for i in 0..size {
        for j in 0..=i {
            let terms =
                (0..weight.len()).map(|row| weight[row] * columns[i][row] * columns[j][row]);
            let sum = exact_sum(terms);
            matrix[i][j] = sum;
            matrix[j][i] = sum;
        }
    }
    matrix
}
