//! Small cells: what has to be withheld so that nobody's answer can be worked out.
//!
//! Source: A. Hundepool et al. (2012), Statistical Disclosure Control, chapter 4; feasibility
//! intervals in two-way tables by network flows: L. H. Cox (1995), JASA 90.

use serde::Serialize;
use thiserror::Error;

/// Beyond this many sets of cells the exact search gives way to the greedy one.
const MOST_SETS: u64 = 400_000;

/// Why a table cannot be protected.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum DisclosureError {
    /// Rows of different length.
    #[error("the table has rows of different length")]
    Ragged,
    /// Withholding every cell is not enough, or a cell lies outside the table.
    #[error("the table cannot be protected by withholding cells")]
    Impossible,
}

/// What a reader can work out about a withheld cell.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Feasible {
    /// Row, from 0.
    pub row: usize,
    /// Column, from 0.
    pub column: usize,
    /// The true count.
    pub value: u64,
    /// Least count that fits everything published.
    pub low: u64,
    /// Largest count that fits everything published.
    pub high: u64,
}

/// Cells to withhold besides the small ones.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Complement {
    /// The further cells, by row and column from 0.
    pub cells: Vec<(usize, usize)>,
    /// Their counts added up.
    pub value: u64,
    /// Whether no smaller set would do; otherwise the set was found cell by cell.
    pub optimal: bool,
}

/// A two-way table of counts, published with its margins.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CountTable {
    counts: Vec<Vec<u64>>,
    rows: usize,
    columns: usize,
}

impl CountTable {
    /// A table of counts, by rows.
    ///
    /// # Errors
    /// [`DisclosureError::Ragged`] for rows of different length.
    pub fn new(counts: Vec<Vec<u64>>) -> Result<Self, DisclosureError> {
        let (rows, columns) = (counts.len(), counts.first().map_or(0, Vec::len));
        if counts.iter().any(|row| row.len() != columns) {
            return Err(DisclosureError::Ragged);
        }
        Ok(Self { counts, rows, columns })
    }

    /// The range of counts of each withheld cell that fit the published ones and the margins.
    ///
    /// # Errors
    /// [`DisclosureError::Impossible`] for a cell outside the table.
    pub fn feasible(&self, withheld: &[(usize, usize)]) -> Result<Vec<Feasible>, DisclosureError> {
        let mask = self.mask(withheld)?;
        Ok(withheld.iter().map(|&(row, column)| self.interval(&mask, row, column)).collect())
    }

    /// Cells below a threshold.
    #[must_use]
    pub fn small(&self, threshold: u64) -> Vec<(usize, usize)> {
        let all = (0..self.rows).flat_map(|row| (0..self.columns).map(move |column| (row, column)));
        all.filter(|&(row, column)| self.counts[row][column] < threshold).collect()
    }

    /// The fewest further cells to withhold, and among those of the least count, so that the
    /// interval of every small cell is at least `width` wide (highest less lowest count).
    ///
    /// Empty cells stay published.
    ///
    /// # Errors
    /// [`DisclosureError::Impossible`] if no set of cells protects the small ones.
    pub fn complement(
        &self,
        small: &[(usize, usize)],
        width: u64,
    ) -> Result<Complement, DisclosureError> {
        let mask = self.mask(small)?;
        let free: Vec<(usize, usize)> = (0..self.rows)
            .flat_map(|row| (0..self.columns).map(move |column| (row, column)))
            .filter(|&(row, column)| !mask[row][column] && self.counts[row][column] > 0)
            .collect();
        let mut search = Search { table: self, small, width, free: &free, mask, best: None };
        let mut sets: u64 = 1;
        for size in 0..=free.len() {
            if size > 0 {
                sets = sets.saturating_mul((free.len() - size + 1) as u64) / size as u64;
            }
            if sets > MOST_SETS {
                return search.greedy();
            }
            search.exact(size, 0, &mut Vec::new(), 0);
            if let Some((value, cells)) = search.best.take() {
                return Ok(Complement { cells, value, optimal: true });
            }
        }
        Err(DisclosureError::Impossible)
    }

    fn mask(&self, cells: &[(usize, usize)]) -> Result<Vec<Vec<bool>>, DisclosureError> {
        let mut mask = vec![vec![false; self.columns]; self.rows];
        for &(row, column) in cells {
            let slot = mask.get_mut(row).and_then(|r| r.get_mut(column));
            *slot.ok_or(DisclosureError::Impossible)? = true;
        }
        Ok(mask)
    }

    fn interval(&self, mask: &[Vec<bool>], row: usize, column: usize) -> Feasible {
        let value = self.counts[row][column];
        let up = self.change(mask, (row, column), true);
        let down = self.change(mask, (row, column), false).min(value);
        Feasible { row, column, value, low: value - down, high: value.saturating_add(up) }
    }

    /// By how much a cell can grow (or shrink) while others make up for it.
    ///
    /// More in a cell is less elsewhere in its row and column: a flow through withheld cells
    /// from the column back to the row, along which cells alternately lose and gain.
    fn change(&self, mask: &[Vec<bool>], cell: (usize, usize), grow: bool) -> u64 {
        let nodes = self.rows + self.columns;
        let mut room = vec![vec![0u64; nodes]; nodes];
        for row in 0..self.rows {
            for column in 0..self.columns {
                if !mask[row][column] || (row, column) == cell {
                    continue;
                }
                // Row → column: the cell gains; column → row: it loses.
                room[row][self.rows + column] = u64::MAX / 4;
                room[self.rows + column][row] = self.counts[row][column];
            }
        }
        let (row, column) = (cell.0, self.rows + cell.1);
        if grow { flow(room, column, row) } else { flow(room, row, column) }
    }
}

/// The largest flow between two nodes, by shortest paths (Edmonds and Karp 1972).
fn flow(mut room: Vec<Vec<u64>>, from: usize, to: usize) -> u64 {
    let mut total: u64 = 0;
    loop {
        let mut before: Vec<Option<usize>> = vec![None; room.len()];
        let mut queue = std::collections::VecDeque::from([from]);
        before[from] = Some(from);
        while let Some(node) = queue.pop_front() {
            for next in 0..room.len() {
                if room[node][next] > 0 && before[next].is_none() {
                    before[next] = Some(node);
                    queue.push_back(next);
                }
            }
        }
        let mut path = Vec::new();
        let mut node = to;
        while node != from {
            let Some(previous) = before[node] else { return total };
            path.push((previous, node));
            node = previous;
        }
        let width = path.iter().map(|&(a, b)| room[a][b]).min().unwrap_or(0);
        for (a, b) in path {
            room[a][b] -= width;
            room[b][a] = room[b][a].saturating_add(width);
        }
        total = total.saturating_add(width);
    }
}

struct Search<'a> {
    table: &'a CountTable,
    small: &'a [(usize, usize)],
    width: u64,
    free: &'a [(usize, usize)],
    mask: Vec<Vec<bool>>,
    best: Option<(u64, Vec<(usize, usize)>)>,
}

impl Search<'_> {
    /// Tries all sets of `more` further cells.
    fn exact(&mut self, more: usize, next: usize, chosen: &mut Vec<(usize, usize)>, value: u64) {
        if self.best.as_ref().is_some_and(|(least, _)| value >= *least) {
            return;
        }
        if more == 0 {
            if self.paired() && self.protected() {
                self.best = Some((value, chosen.clone()));
            }
            return;
        }
        for place in next..self.free.len() {
            let cell = self.free[place];
            self.mask[cell.0][cell.1] = true;
            chosen.push(cell);
            let more_value = value.saturating_add(self.table.counts[cell.0][cell.1]);
            self.exact(more - 1, place + 1, chosen, more_value);
            chosen.pop();
            self.mask[cell.0][cell.1] = false;
        }
    }

    /// A small cell alone in its row or column is given away by the margin.
    fn paired(&self) -> bool {
        self.small.iter().all(|&(row, column)| {
            let in_row = self.mask[row].iter().filter(|&&m| m).count();
            let in_column = self.mask.iter().filter(|r| r[column]).count();
            in_row > 1 && in_column > 1
        })
    }

    fn protected(&self) -> bool {
        self.small.iter().all(|cell| self.wide(cell) >= self.width.max(1))
    }

    fn wide(&self, &(row, column): &(usize, usize)) -> u64 {
        let found = self.table.interval(&self.mask, row, column);
        found.high - found.low
    }

    /// Adds the cell that widens the narrowest intervals most, the smaller count first.
    fn greedy(mut self) -> Result<Complement, DisclosureError> {
        let (mut cells, mut value) = (Vec::new(), 0u64);
        while !self.protected() {
            let mut best: Option<(u64, std::cmp::Reverse<u64>, (usize, usize))> = None;
            for &cell in self.free {
                if self.mask[cell.0][cell.1] {
                    continue;
                }
                self.mask[cell.0][cell.1] = true;
                let gain =
                    self.small.iter().map(|s| self.wide(s).min(self.width.max(1))).sum::<u64>();
                // A cell that shares a line with a small one prepares the next step.
                let near = self.small.iter().filter(|s| s.0 == cell.0 || s.1 == cell.1).count();
                self.mask[cell.0][cell.1] = false;
                let score = gain.saturating_mul(1_000) + near as u64;
                let count = std::cmp::Reverse(self.table.counts[cell.0][cell.1]);
                let candidate = (score, count, cell);
                if best.is_none_or(|b| (candidate.0, candidate.1) > (b.0, b.1)) {
                    best = Some(candidate);
                }
            }
            let Some((_, count, cell)) = best else { return Err(DisclosureError::Impossible) };
            self.mask[cell.0][cell.1] = true;
            cells.push(cell);
            value = value.saturating_add(count.0);
        }
        Ok(Complement { cells, value, optimal: false })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cell_alone_in_its_row_is_known_exactly() {
        let table = CountTable::new(vec![vec![3, 20], vec![15, 12]]).unwrap();
        let [cell] = table.feasible(&[(0, 0)]).unwrap()[..] else { panic!("one cell") };
        assert_eq!((cell.low, cell.high), (3, 3));
        let cells = table.feasible(&[(0, 0), (0, 1), (1, 0), (1, 1)]).unwrap();
        assert_eq!((cells[0].low, cells[0].high), (0, 18));
    }

    #[test]
    fn a_table_of_one_row_cannot_hide_its_small_cell() {
        let table = CountTable::new(vec![vec![3, 20, 9]]).unwrap();
        assert_eq!(table.complement(&[(0, 0)], 1), Err(DisclosureError::Impossible));
        assert_eq!(table.feasible(&[(4, 0)]), Err(DisclosureError::Impossible));
    }

    #[test]
    fn a_large_table_is_protected_cell_by_cell() {
        let counts = (0..12).map(|i| (0..12).map(|j| 6 + (i * 7 + j * 5) % 23).collect()).collect();
        let mut table = CountTable::new(counts).unwrap();
        for i in 0..5 {
            table.counts[i][i + 1] = 2;
        }
        let small = table.small(5);
        let found = table.complement(&small, 3).unwrap();
        let mut withheld = small.clone();
        withheld.extend(&found.cells);
        for cell in &table.feasible(&withheld).unwrap()[..small.len()] {
            assert!(cell.high - cell.low >= 3);
        }
    }
}
