//! The responses as a sample: strata, their populations, and who answered in each.
//!
//! Labels may have merged cells when the box was opened. Cells that share a label, directly
//! or through others, are one stratum from then on: their populations add up, and so do
//! their respondents. Weights come from the merged strata alone; an old weight would name
//! the cell that somebody came from.

use super::facts::{Facts, ResponseFacts};
use analysis::{Declaration, Design, Oversampled, Stratum};
use std::collections::{BTreeMap, BTreeSet};

/// The responses of an opened round, in an order that depends on nothing but themselves.
pub(super) struct Sample<'f> {
    pub facts: &'f Facts,
    pub design: Design,
    /// The stratum of each cell.
    pub stratum_of_cell: Vec<usize>,
    /// The cells of each stratum.
    pub cells_of: Vec<Vec<usize>>,
    /// The responses, as rows of the design.
    pub rows: Vec<&'f ResponseFacts>,
    /// The stratum of each row.
    pub stratum_of_row: Vec<usize>,
}

impl<'f> Sample<'f> {
    pub fn new(facts: &'f Facts) -> Self {
        let stratum_of_cell = strata_of_cells(facts);
        let count = stratum_of_cell.iter().max().map_or(0, |last| last + 1);
        let mut cells_of = vec![Vec::new(); count];
        for cell in in_order(facts) {
            cells_of[stratum_of_cell[cell]].push(cell);
        }
        let mut placed: Vec<(usize, &ResponseFacts)> = facts
            .responses
            .iter()
            .filter_map(|response| {
                let label = facts.labels.get(response.label)?;
                Some((stratum_of_cell[*label.cells.first()?], response))
            })
            .collect();
        placed.sort_by_cached_key(|(stratum, response)| {
            (*stratum, serde_json::to_string(&response.answers).unwrap_or_default())
        });
        let (stratum_of_row, rows): (Vec<usize>, Vec<_>) = placed.into_iter().unzip();
        let strata = cells_of.iter().map(|cells| stratum(facts, cells)).collect();
        let design = Declaration::new(strata, stratum_of_row.clone())
            .oversampled(Oversampled::ClampToCensus)
            .build()
            .expect("every row has a declared stratum, and populations only clamp");
        Self { facts, design, stratum_of_cell, cells_of, rows, stratum_of_row }
    }

    /// The strata that these cells belong to.
    pub fn strata_of(&self, cells: &[usize]) -> Vec<usize> {
        let strata: BTreeSet<usize> =
            cells.iter().map(|&cell| self.stratum_of_cell[cell]).collect();
        strata.into_iter().collect()
    }

    /// Which part of the people of a stratum are in cells for which `is_one_of` holds.
    ///
    /// Where a population is not known, the people who were asked stand for it.
    pub fn part_of(&self, stratum: usize, is_one_of: impl Fn(usize) -> bool) -> f64 {
        let cells = &self.cells_of[stratum];
        let facts = |&cell: &usize| &self.facts.cells[cell];
        let known = cells.iter().all(|cell| facts(cell).population.is_some());
        let people = |cell: &usize| {
            if known { facts(cell).population.unwrap_or(0) } else { facts(cell).released }
        };
        let all: u64 = cells.iter().map(people).sum();
        let some: u64 = cells.iter().filter(|&&cell| is_one_of(cell)).map(people).sum();
        match (all, cells.iter().all(|&cell| is_one_of(cell))) {
            (_, true) => 1.0,
            (0, false) => 0.0,
            (all, false) => some as f64 / all as f64,
        }
    }

    /// The coefficient of each row's value in the mean of some cells over the rows that take
    /// part; zero for all others.
    pub fn coefficients(&self, cells: &[usize], takes_part: impl Fn(usize) -> bool) -> Vec<f64> {
        let strata = self.strata_of(cells);
        let known = strata.iter().all(|&s| self.design.strata()[s].population.is_some());
        let part = |stratum| self.part_of(stratum, |cell| cells.contains(&cell));
        let mut parts = vec![0.0; self.cells_of.len()];
        strata.into_iter().for_each(|stratum| parts[stratum] = part(stratum));
        let weight = |row: usize| {
            parts[self.stratum_of_row[row]] * if known { self.design.weights()[row] } else { 1.0 }
        };
        let rows = 0..self.rows.len();
        let weights: Vec<f64> =
            rows.map(|row| if takes_part(row) { weight(row) } else { 0.0 }).collect();
        let whole: f64 = weights.iter().sum();
        weights.into_iter().map(|weight| if whole > 0.0 { weight / whole } else { 0.0 }).collect()
    }

    /// `codes` put together where a stratum holds cells of several of them.
    pub fn blocks<'a>(
        &self,
        cells: &[usize],
        code: impl Fn(usize) -> &'a str,
    ) -> Vec<BTreeSet<&'a str>> {
        let mut blocks: Vec<BTreeSet<&'a str>> = Vec::new();
        for stratum in self.strata_of(cells) {
            let inside = self.cells_of[stratum].iter().filter(|cell| cells.contains(cell));
            let mut together: BTreeSet<&'a str> = inside.map(|&cell| code(cell)).collect();
            blocks.retain(|block| {
                let apart = block.is_disjoint(&together);
                if !apart {
                    together.extend(block);
                }
                apart
            });
            blocks.push(together);
        }
        blocks
    }
}

/// Numbers the cells' strata by the first cell of each, in the order of the cells' names.
fn strata_of_cells(facts: &Facts) -> Vec<usize> {
    let mut root: Vec<usize> = (0..facts.cells.len()).collect();
    fn find(root: &mut [usize], mut at: usize) -> usize {
        while root[at] != at {
            root[at] = root[root[at]];
            at = root[at];
        }
        at
    }
    for label in &facts.labels {
        for pair in label.cells.windows(2) {
            let (one, other) = (find(&mut root, pair[0]), find(&mut root, pair[1]));
            root[one.max(other)] = one.min(other);
        }
    }
    let mut numbers = BTreeMap::new();
    for cell in in_order(facts) {
        let next = numbers.len();
        numbers.entry(find(&mut root, cell)).or_insert(next);
    }
    (0..root.len()).map(|cell| numbers[&find(&mut root, cell)]).collect()
}

/// The cells by their names: which engine they came from must not matter.
fn in_order(facts: &Facts) -> Vec<usize> {
    let mut order: Vec<usize> = (0..facts.cells.len()).collect();
    order.sort_by_key(|&at| facts.cells[at].key());
    order
}

fn stratum(facts: &Facts, cells: &[usize]) -> Stratum {
    let members = cells.iter().map(|&cell| &facts.cells[cell]);
    let population = members.clone().map(|cell| cell.population).sum::<Option<u64>>();
    let names: Vec<String> = members
        .clone()
        .map(|cell| format!("{}/{}/{}/{}", cell.unit, cell.group, cell.form, cell.subject))
        .collect();
    let family = members.map(|cell| cell.unit.as_str()).next().unwrap_or_default();
    Stratum::new(names.join(" + "), population).within(family)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::trial;

    #[test]
    fn cells_that_share_a_label_are_one_stratum() {
        let mut facts = trial::two_groups(&[], &[]);
        facts.labels = vec![trial::label(&[0, 2]), trial::label(&[2, 3]), trial::label(&[1])];
        let sample = Sample::new(&facts);
        assert_eq!(sample.stratum_of_cell, [0, 1, 0, 0]);
        assert_eq!(sample.design.strata()[0].population, Some(20 + 30 + 600));
        assert_eq!(sample.design.strata()[1].population, Some(400));
    }

    #[test]
    fn one_unknown_population_makes_the_sum_unknown() {
        let mut facts = trial::two_groups(&[], &[]);
        facts.labels = vec![trial::label(&[0, 2])];
        facts.cells[2].population = None;
        let sample = Sample::new(&facts);
        assert_eq!(sample.design.strata()[0].population, None);
        assert_eq!(sample.part_of(0, |cell| cell == 0), 0.5);
    }

    #[test]
    fn groups_that_were_merged_somewhere_are_shown_together() {
        let mut facts = trial::two_groups(&[], &[]);
        facts.labels = vec![trial::label(&[0, 1])];
        let sample = Sample::new(&facts);
        let all = [0, 1, 2, 3];
        assert_eq!(sample.blocks(&all, |cell| &facts.cells[cell].group).len(), 1);
        assert_eq!(sample.blocks(&all, |cell| &facts.cells[cell].unit).len(), 2);
        assert_eq!(sample.blocks(&[2, 3], |cell| &facts.cells[cell].group).len(), 2);
    }
}
