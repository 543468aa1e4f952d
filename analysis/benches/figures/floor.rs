//! What the machine needs at least: the same results without a library around them.
//!
//! Nothing is checked, declared or kept; a mean has a standard error and nothing else.

use std::error::Error;
use std::path::Path;

use crate::data::QUESTIONS;

/// Codes are counted in eight places; those below 0 (missing) share that of 0, without value.
const LEVELS: usize = 8;

/// A line of `strata.csv`.
struct Stratum {
    unit: usize,
    population: f64,
    respondents: f64,
}

/// Reads the files, counts every answer once, and computes mean and standard error of every
/// question in every unit, unit after unit.
pub fn table(folder: &Path, threads: usize) -> Result<Vec<(f64, f64)>, Box<dyn Error>> {
    let mut strata = Vec::new();
    for line in std::fs::read_to_string(folder.join("strata.csv"))?.lines().skip(1) {
        let fields = line.split(',').map(str::parse).collect::<Result<Vec<f64>, _>>()?;
        let [_, _, _, population, respondents] = fields[..] else { return Err(line.into()) };
        let unit = line.split(',').nth(1).unwrap_or_default().parse()?;
        strata.push(Stratum { unit, population, respondents });
    }
    let answers = std::fs::read(folder.join("answers.i8"))?;
    let stratum_of = std::fs::read(folder.join("stratum.u16le"))?;
    let stratum_of: Vec<u16> =
        stratum_of.chunks_exact(2).map(|b| u16::from_le_bytes([b[0], b[1]])).collect();
    Ok(means(&strata, &count(&answers, &stratum_of, strata.len(), threads)))
}

/// Counts the answers by stratum, question and code.
pub fn count(answers: &[u8], stratum_of: &[u16], strata: usize, threads: usize) -> Vec<u64> {
    let step = stratum_of.len().div_ceil(threads).max(1);
    let parts: Vec<Vec<u32>> = std::thread::scope(|scope| {
        let rows = stratum_of.chunks(step).zip(answers.chunks(step * QUESTIONS));
        let workers: Vec<_> = rows
            .map(|(stratum_of, answers)| scope.spawn(move || tally(answers, stratum_of, strata)))
            .collect();
        workers.into_iter().map(|worker| worker.join().expect("counting ends")).collect()
    });
    let mut counts = vec![0; strata * QUESTIONS * LEVELS];
    for part in &parts {
        counts.iter_mut().zip(part).for_each(|(sum, &n)| *sum += u64::from(n));
    }
    counts
}

fn tally(answers: &[u8], stratum_of: &[u16], strata: usize) -> Vec<u32> {
    let mut counts = vec![0u32; strata * QUESTIONS * LEVELS];
    for (row, &stratum) in answers.chunks_exact(QUESTIONS).zip(stratum_of) {
        let home = &mut counts[usize::from(stratum) * QUESTIONS * LEVELS..][..QUESTIONS * LEVELS];
        for (slots, &code) in home.chunks_exact_mut(LEVELS).zip(row) {
            let slot = &mut slots[usize::from(code.cast_signed().max(0).cast_unsigned()) % LEVELS];
            *slot = slot.wrapping_add(1);
        }
    }
    counts
}

/// Means of the values 0, 25, …, 100 and their standard errors, from power sums.
fn means(strata: &[Stratum], counts: &[u64]) -> Vec<(f64, f64)> {
    let units = strata.iter().map(|s| s.unit + 1).max().unwrap_or(0);
    // Σ1, Σx, Σx² of each stratum and question.
    let moments: Vec<[f64; 3]> = counts
        .chunks_exact(LEVELS)
        .map(|counts| {
            let levels = counts[1..6].iter().zip([0.0, 25.0, 50.0, 75.0, 100.0]);
            levels.fold([0.0; 3], |[n, sum, squares], (&count, x)| {
                let count = count as f64;
                [n + count, sum + count * x, squares + count * x * x]
            })
        })
        .collect();
    let mut sums = vec![(0.0, 0.0); units * QUESTIONS];
    for (stratum, moments) in strata.iter().zip(moments.chunks_exact(QUESTIONS)) {
        let weight = stratum.population / stratum.respondents;
        for (sum, [n, total, _]) in sums[stratum.unit * QUESTIONS..].iter_mut().zip(moments) {
            *sum = (sum.0 + weight * n, sum.1 + weight * total);
        }
    }
    let mut variances = vec![0.0; units * QUESTIONS];
    for (stratum, moments) in strata.iter().zip(moments.chunks_exact(QUESTIONS)) {
        let n = stratum.respondents;
        let weight = stratum.population / n;
        let factor = weight * weight * n * (1.0 - n / stratum.population) / (n - 1.0);
        let own = stratum.unit * QUESTIONS..(stratum.unit + 1) * QUESTIONS;
        let cells = variances[own.clone()].iter_mut().zip(&sums[own]).zip(moments);
        for ((variance, (size, total)), [count, sum, squares]) in cells {
            let mean = total / size;
            let about = sum - mean * count;
            let square = squares - 2.0 * mean * sum + mean * mean * count;
            *variance += factor * (square - about * about / n);
        }
    }
    let figure =
        |((size, total), variance): (&(f64, f64), &f64)| (total / size, variance.sqrt() / size);
    sums.iter().zip(&variances).map(figure).collect()
}

/// Rakes weights to two margins in plain arithmetic: sums of every combination of classes, then
/// rounds over these, then the new weights.
pub fn rake(weights: &[f64], classes: [&[usize]; 2], counts: [&[f64]; 2]) -> Vec<f64> {
    let columns = counts[1].len();
    let cells = counts[0].len() * columns;
    let cell = |row: usize| classes[0][row] * columns + classes[1][row];
    let mut start = vec![0.0; cells];
    weights.iter().enumerate().for_each(|(row, weight)| start[cell(row)] += weight);
    let mut sums = start.clone();
    let mut error = 1.0f64;
    while error > 1e-12 {
        error = 0.0;
        for (count, row) in counts[0].iter().zip(sums.chunks_exact_mut(columns)) {
            let sum: f64 = row.iter().sum();
            error = error.max((sum - count).abs() / (1.0 + count));
            row.iter_mut().for_each(|cell| *cell *= count / sum);
        }
        for (column, count) in counts[1].iter().enumerate() {
            let sum: f64 = sums.iter().skip(column).step_by(columns).sum();
            error = error.max((sum - count).abs() / (1.0 + count));
            sums.iter_mut().skip(column).step_by(columns).for_each(|cell| *cell *= count / sum);
        }
    }
    weights.iter().enumerate().map(|(row, w)| w * sums[cell(row)] / start[cell(row)]).collect()
}
