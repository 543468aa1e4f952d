//! The cube method: a random sample that meets known totals.
//!
//! The probabilities of the units are a point in a cube whose corners are the samples. The flight
//! moves it at random along lines on which all balancing totals stay as they are, until it can
//! move no more; the landing gives up one balancing variable after the other, the last named
//! first, until a corner is reached. Each move leaves every unit's chance as it was.
//!
//! Sources: J.-C. Deville, Y. Tillé (2004), "Efficient balanced sampling: the cube method",
//! Biometrika 91; G. Chauvet, Y. Tillé (2006), "A fast algorithm for balanced sampling",
//! Computational Statistics 21 (few units at a time; landing by suppression of variables).

use super::{SelectionError, checked, one_each};
use crate::design::LARGEST;
use crate::exact_sum::exact_sum;

/// A probability this near to 0 or 1 is there.
const CORNER: f64 = 1e-9;
/// A pivot below this part of its row counts as 0.
const SINGULAR: f64 = 1e-9;

/// A balanced sample.
#[derive(Debug, Clone, PartialEq)]
pub struct Balanced {
    /// Positions of the units taken, in the order of the list.
    pub units: Vec<usize>,
    /// Units decided in the landing, where balance was given up step by step.
    pub landed: usize,
    /// For each variable the estimated total Σ x/π of the sample less the true one; `None` where
    /// that is too large a number.
    pub imbalance: Vec<Option<f64>>,
}

/// Takes a sample of which the estimated totals of the variables are the true ones, as nearly as
/// whole units allow.
///
/// `variables` are lists of one value for each unit, the most important first. The size of the
/// sample is balanced before all of them: it is the sum of the probabilities, or one of the whole
/// numbers beside it. Chances are exact. `numbers` are independent and between 0 and 1, at most
/// one for each unit is used, in order; the same lists and numbers give the same sample.
///
/// # Errors
/// [`SelectionError`] for probabilities outside [0, 1], lists of different length, numbers
/// outside [0, 1), and values that are not finite.
pub fn cube(
    probabilities: &[f64],
    variables: &[Vec<f64>],
    numbers: &[f64],
) -> Result<Balanced, SelectionError> {
    checked(probabilities, numbers)?;
    for variable in variables {
        one_each("balancing variable", variable.len(), probabilities.len())?;
        let unusable = |x: &f64| !(-LARGEST..=LARGEST).contains(x);
        if let Some(unit) = variable.iter().position(unusable) {
            return Err(SelectionError::Value { unit, value: variable[unit] });
        }
    }
    let mut flight = Flight::new(probabilities, variables, numbers);
    let mut landed = 0;
    for balanced in (0..=flight.rows.len()).rev() {
        flight.fly(balanced);
        if balanced == flight.rows.len() {
            landed = flight.open.len();
        }
    }
    let units: Vec<usize> = (0..probabilities.len()).filter(|&k| flight.point[k] >= 0.5).collect();
    let imbalance = |variable: &Vec<f64>| {
        let estimated = units.iter().map(|&k| variable[k] / probabilities[k]);
        let known = |k: usize| if probabilities[k] > 0.0 { -variable[k] } else { 0.0 };
        let difference = exact_sum(estimated.chain((0..probabilities.len()).map(known)));
        Some(difference).filter(|x| x.is_finite())
    };
    Ok(Balanced { imbalance: variables.iter().map(imbalance).collect(), units, landed })
}

struct Flight<'n> {
    /// Where the units are on their way from probability to 0 or 1.
    point: Vec<f64>,
    /// The units between 0 and 1, in the order of the list.
    open: Vec<usize>,
    /// x/π of each variable as parts of its largest; first of all 1, for the size.
    rows: Vec<Vec<f64>>,
    numbers: std::slice::Iter<'n, f64>,
}

impl<'n> Flight<'n> {
    fn new(probabilities: &[f64], variables: &[Vec<f64>], numbers: &'n [f64]) -> Self {
        let is_open = |p: f64| p > 0.0 && p < 1.0;
        let row = |variable: &Vec<f64>| {
            let weighted = |(x, &p): (&f64, &f64)| if is_open(p) { x / p } else { 0.0 };
            let row: Vec<f64> = variable.iter().zip(probabilities).map(weighted).collect();
            let largest = row.iter().fold(0.0f64, |most, x| most.max(x.abs()));
            let scale = if largest > 0.0 && largest.is_finite() { largest } else { 1.0 };
            row.into_iter().map(|x| if x.is_finite() { x / scale } else { 0.0 }).collect()
        };
        let mut rows = vec![vec![1.0; probabilities.len()]];
        rows.extend(variables.iter().map(row));
        Self {
            point: probabilities.to_vec(),
            open: (0..probabilities.len()).filter(|&k| is_open(probabilities[k])).collect(),
            rows,
            numbers: numbers.iter(),
        }
    }

    /// Moves until no line is left on which the first `balanced` totals stay as they are.
    ///
    /// Of so many units and one more there is always such a line, so only the first few open
    /// units are looked at.
    fn fly(&mut self, balanced: usize) {
        loop {
            let few: Vec<usize> = self.open.iter().take(balanced + 1).copied().collect();
            let Some(line) = self.line(balanced, &few) else { return };
            let Some(number) = self.numbers.next() else { return };
            self.step(&few, &line, *number);
            self.open.retain(|&k| {
                let p = self.point[k];
                CORNER < p && p < 1.0 - CORNER
            });
        }
    }

    /// A direction of the units in `few` that changes none of the first `balanced` totals.
    fn line(&self, balanced: usize, few: &[usize]) -> Option<Vec<f64>> {
        let matrix: Vec<Vec<f64>> =
            self.rows[..balanced].iter().map(|row| few.iter().map(|&k| row[k]).collect()).collect();
        null_vector(matrix, few.len())
    }

    /// Moves as far as the cube reaches, this way or that, so that nobody's chance changes.
    fn step(&mut self, few: &[usize], line: &[f64], number: f64) {
        let reach = |sign: f64| {
            let ends = few.iter().zip(line).filter_map(|(&k, &v)| {
                let (p, v) = (self.point[k], v * sign);
                if v > 0.0 {
                    Some(((1.0 - p) / v, k, 1.0))
                } else if v < 0.0 {
                    Some((p / -v, k, 0.0))
                } else {
                    None
                }
            });
            ends.min_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)))
        };
        let (Some(there), Some(back)) = (reach(1.0), reach(-1.0)) else { return };
        let forth = number * (there.0 + back.0) < back.0;
        let (way, (_, unit, corner)) = if forth { (there.0, there) } else { (-back.0, back) };
        for (&k, v) in few.iter().zip(line) {
            self.point[k] = (self.point[k] + way * v).clamp(0.0, 1.0);
        }
        self.point[unit] = corner;
        for &k in few {
            let p = self.point[k];
            if p <= CORNER || p >= 1.0 - CORNER {
                self.point[k] = p.round();
            }
        }
    }
}

/// A vector that a matrix of `columns` columns takes to 0, of largest entry 1; `None` if only 0
/// is one.
fn null_vector(mut matrix: Vec<Vec<f64>>, columns: usize) -> Option<Vec<f64>> {
    let mut pivots: Vec<usize> = Vec::new();
    let mut free = None;
    for column in 0..columns {
        let rank = pivots.len();
        let size = |row: &Vec<f64>| row[column].abs();
        let best = (rank..matrix.len())
            .max_by(|&a, &b| size(&matrix[a]).total_cmp(&size(&matrix[b])).then(b.cmp(&a)));
        match best.filter(|&row| size(&matrix[row]) > SINGULAR) {
            Some(row) => {
                matrix.swap(rank, row);
                reduce(&mut matrix, rank, column);
                pivots.push(column);
            }
            None => {
                free = Some(column);
                break;
            }
        }
    }
    let free = free?;
    let mut vector = vec![0.0; columns];
    vector[free] = 1.0;
    for (row, &pivot) in pivots.iter().enumerate() {
        vector[pivot] = -matrix[row][free];
    }
    let largest = vector.iter().fold(0.0f64, |most, v| most.max(v.abs()));
    Some(vector.into_iter().map(|v| v / largest).collect())
}

/// Makes the pivot 1 and everything above and below it 0.
fn reduce(matrix: &mut [Vec<f64>], rank: usize, column: usize) {
    let pivot = matrix[rank][column];
    matrix[rank].iter_mut().for_each(|x| *x /= pivot);
    let source = matrix[rank].clone();
    for (row, values) in matrix.iter_mut().enumerate() {
        let factor = values[column];
        if row != rank && factor != 0.0 {
            values.iter_mut().zip(&source).for_each(|(x, s)| *x -= factor * s);
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::select::inclusion_probabilities;
    use crate::select::trial::{PROBABILITIES, frequencies, numbers};

    #[test]
    fn units_are_taken_as_often_as_their_probabilities_say() {
        let draws = 20_000;
        let size: Vec<f64> = (1..=7).map(f64::from).collect();
        let square: Vec<f64> = size.iter().map(|x| x * x).collect();
        for variables in [vec![], vec![size.clone()], vec![size, square]] {
            let taken = frequencies(draws, |u| cube(&PROBABILITIES, &variables, u).unwrap().units);
            for (share, p) in taken.iter().zip(PROBABILITIES) {
                let chance = 4.0 * (p * (1.0 - p) / f64::from(draws)).sqrt();
                assert!((share - p).abs() <= chance, "{share} {p}");
            }
        }
    }

    #[test]
    fn totals_that_a_sample_can_meet_are_met() {
        // Ten districts of eight people, of which two each: every district is a variable.
        let p = vec![0.25; 80];
        let district = |d: usize| (0..80).map(|k| f64::from(u8::from(k / 8 == d))).collect();
        let variables: Vec<Vec<f64>> = (0..9).map(district).collect();
        for draw in 0..30 {
            let sample = cube(&p, &variables, &numbers(draw, 80)).unwrap();
            assert_eq!(sample.units.len(), 20);
            for d in 0..10 {
                assert_eq!(sample.units.iter().filter(|&&k| k / 8 == d).count(), 2);
            }
            assert!(sample.imbalance.iter().all(|x| x.unwrap().abs() < 1e-6));
        }
    }

    #[test]
    fn totals_are_nearer_than_in_a_sample_drawn_without_balance() {
        let income: Vec<f64> = numbers(7, 400).iter().map(|u| 1.0 + 9.0 * u * u).collect();
        let p = vec![0.1; 400];
        let (mut balanced, mut plain) = (0.0, 0.0);
        for draw in 0..200 {
            let u = numbers(draw, 400);
            let sample = cube(&p, std::slice::from_ref(&income), &u).unwrap();
            assert_eq!(sample.units.len(), 40);
            balanced += sample.imbalance[0].unwrap().powi(2);
            let sample = super::super::pareto(&p, &u).unwrap();
            let total: f64 = sample.iter().map(|&k| income[k] / p[k]).sum();
            plain += (total - income.iter().sum::<f64>()).powi(2);
        }
        assert!(balanced * 20.0 < plain, "{balanced} {plain}");
    }

    #[test]
    fn without_a_whole_size_one_of_the_two_nearest_is_taken() {
        let sizes: Vec<usize> = (0..400)
            .map(|draw| cube(&[0.3; 5], &[], &numbers(draw, 5)).unwrap().units.len())
            .collect();
        assert!(sizes.iter().all(|&n| n == 1 || n == 2));
        let twos = sizes.iter().filter(|&&n| n == 2).count();
        assert!((160..240).contains(&twos), "{twos}");
    }

    proptest! {
        #[test]
        fn any_list_gives_a_sample_of_its_size(
            rows in prop::collection::vec((0.01..1.0f64, -5.0..5.0f64, 0u8..3), 1..40),
            percent in 0usize..100,
            draw in 0u64..1_000,
        ) {
            let sizes: Vec<f64> = rows.iter().map(|r| r.0).collect();
            let n = rows.len() * percent / 100;
            let p = inclusion_probabilities(&sizes, n).unwrap();
            let variables = [
                rows.iter().map(|r| r.1).collect(),
                rows.iter().map(|r| f64::from(r.2)).collect(),
                // Depends on the one before.
                rows.iter().map(|r| 2.0 * f64::from(r.2)).collect(),
            ];
            let u = numbers(draw, rows.len());
            let sample = cube(&p, &variables, &u).unwrap();
            prop_assert_eq!(sample.units.len(), n);
            prop_assert!(sample.units.iter().all(|&k| p[k] > 0.0));
            prop_assert!((0..p.len()).all(|k| p[k] < 1.0 || sample.units.contains(&k)));
            // Size and two variables are independent; what they leave open is landed.
            prop_assert!(sample.landed <= 3, "{}", sample.landed);
            prop_assert_eq!(&sample, &cube(&p, &variables, &u).unwrap());
        }
    }
}
