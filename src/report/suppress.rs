//! What may be shown of few people, and whether the rest can be worked out.
//!
//! A table with its margins is a network: every cell flows from its row to its column, every
//! margin is the sum of its cells. A hidden cell is safe when the range of values that agree
//! with everything shown is wide enough. Hiding one cell is rarely enough, so further cells
//! are hidden until every range is: the least cells first, and the same ones every time.

use serde::{Deserialize, Serialize};
use std::collections::VecDeque;

/// A cell of a unit or a group with fewer respondents is not shown.
pub const LEAST_OF_CELL: u64 = 10;
/// The hard floor: below it there is no score of a subject either.
pub const LEAST_OF_SUBJECT: u64 = 5;
/// A percentage of fewer respondents carries a mark.
pub const FEW: u64 = 30;

/// What is known of one cell of a table.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Shown<T> {
    /// It may be shown.
    Value(T),
    /// It is hidden: it, or another cell that could be worked out from it, is too small.
    Hidden,
    /// There is nobody in it.
    Nobody,
}

/// A table of counts whose margins are known to the reader.
#[derive(Debug, Clone)]
pub struct Table {
    nodes: usize,
    cells: Vec<Cell>,
}

#[derive(Debug, Clone)]
struct Cell {
    from: usize,
    to: usize,
    n: u64,
}

impl<T> Shown<T> {
    /// The value, if it may be shown.
    pub fn value(&self) -> Option<&T> {
        match self {
            Self::Value(value) => Some(value),
            Self::Hidden | Self::Nobody => None,
        }
    }
}

impl Table {
    /// Counts whose sum is known.
    pub fn row(counts: &[u64]) -> Self {
        Self { nodes: 2, cells: counts.iter().map(|&n| Cell { from: 0, to: 1, n }).collect() }
    }

    /// Counts in rows, and then the sum of each row, and then of each column; the sum of all
    /// is known. Sums are cells too: they are hidden when they are small.
    pub fn with_margins(rows: &[Vec<u64>]) -> Self {
        let width = rows.iter().map(Vec::len).max().unwrap_or(0);
        let (all_rows, all_columns) = (rows.len() + width, rows.len() + width + 1);
        let column = |at: usize| rows.len() + at;
        let mut cells = Vec::new();
        for (at, row) in rows.iter().enumerate() {
            let inner = row.iter().enumerate();
            cells.extend(inner.map(|(to, &n)| Cell { from: at, to: column(to), n }));
        }
        for (at, row) in rows.iter().enumerate() {
            cells.push(Cell { from: all_rows, to: at, n: row.iter().sum() });
        }
        for at in 0..width {
            let n = rows.iter().filter_map(|row| row.get(at)).sum();
            cells.push(Cell { from: column(at), to: all_columns, n });
        }
        Self { nodes: all_columns + 1, cells }
    }

    /// Which cells are not shown, in the order in which they were given.
    ///
    /// Those below `least`, and as many others as it takes that of each of them a range of at
    /// least `least` values remains possible. A cell without anybody is shown as such.
    pub fn hidden(&self, least: u64) -> Vec<bool> {
        let small = |cell: &Cell| 0 < cell.n && cell.n < least;
        let mut hidden: Vec<bool> = self.cells.iter().map(small).collect();
        while let Some(open) = self.exposed(&hidden, least) {
            let more = self.companions(&hidden, open, least);
            if more.is_empty() {
                break;
            }
            for at in more {
                hidden[at] = true;
            }
        }
        hidden
    }

    /// The least and the greatest value that each hidden cell can have, for all that is shown.
    pub fn ranges(&self, hidden: &[bool]) -> Vec<Option<[u64; 2]>> {
        (0..self.cells.len()).map(|at| hidden[at].then(|| self.range(hidden, at))).collect()
    }

    /// The first hidden cell whose value is known too closely.
    fn exposed(&self, hidden: &[bool], least: u64) -> Option<usize> {
        (0..self.cells.len()).find(|&at| {
            hidden[at] && {
                let [low, high] = self.range(hidden, at);
                high - low < least
            }
        })
    }

    /// The cells to be hidden for the sake of `open`: those, with the fewest people, that close
    /// a circle of sums with it; or else the smallest cell that is left.
    fn companions(&self, hidden: &[bool], open: usize, least: u64) -> Vec<usize> {
        let around = self.circle(hidden, open, least);
        if !around.is_empty() {
            return around;
        }
        let left = (0..self.cells.len()).filter(|&at| !hidden[at] && self.cells[at].n > 0);
        left.min_by_key(|&at| (self.cells[at].n, at)).into_iter().collect()
    }

    /// The cheapest way round from one end of `open` to the other, over cells that leave room;
    /// what is hidden already costs nothing.
    ///
    /// Source of the problem: J. P. Kelly, B. L. Golden, A. A. Assad (1992), Networks 22.
    fn circle(&self, hidden: &[bool], open: usize, least: u64) -> Vec<usize> {
        let mut cost = vec![u64::MAX; self.nodes];
        let mut came: Vec<Option<(usize, usize)>> = vec![None; self.nodes];
        let Cell { from, to, .. } = self.cells[open];
        cost[from] = 0;
        for _ in 0..self.nodes {
            for (at, cell) in self.cells.iter().enumerate() {
                if at == open || cell.n <= least {
                    continue;
                }
                let price = if hidden[at] { 0 } else { cell.n };
                for (here, there) in [(cell.from, cell.to), (cell.to, cell.from)] {
                    let through = cost[here].saturating_add(price);
                    if through < cost[there] {
                        (cost[there], came[there]) = (through, Some((here, at)));
                    }
                }
            }
        }
        let mut circle = Vec::new();
        let mut node = to;
        while node != from {
            let Some((before, at)) = came[node] else { return Vec::new() };
            if !hidden[at] {
                circle.push(at);
            }
            node = before;
        }
        circle
    }

    /// Everybody knows that a hidden cell is not empty.
    fn range(&self, hidden: &[bool], at: usize) -> [u64; 2] {
        let Cell { from, to, n } = self.cells[at];
        let spare = n.saturating_sub(1);
        let down = self.flow(hidden, at, [from, to], spare);
        let up = self.flow(hidden, at, [to, from], u64::MAX);
        [n - down, n.saturating_add(up)]
    }

    /// How much the cells other than `without` can carry from one node to another: a hidden
    /// cell may grow without limit and shrink to 1.
    fn flow(&self, hidden: &[bool], without: usize, [from, to]: [usize; 2], most: u64) -> u64 {
        let others: Vec<&Cell> = self
            .cells
            .iter()
            .enumerate()
            .filter(|&(at, _)| hidden[at] && at != without)
            .map(|(_, cell)| cell)
            .collect();
        let mut moved = vec![0i64; others.len()];
        let mut flow = 0u64;
        while flow < most {
            let Some(path) = self.path(&others, &moved, from, to) else { break };
            let room = |&(at, forward): &(usize, bool)| match forward {
                true => u64::MAX,
                false => shrinkable(others[at], moved[at]),
            };
            let step = path.iter().map(room).min().unwrap_or(0).min(most - flow);
            // A path on which every cell grows carries any amount.
            if step > u64::from(u32::MAX) {
                return most;
            }
            let signed = i64::try_from(step).unwrap_or(i64::MAX);
            for (at, forward) in path {
                moved[at] += if forward { signed } else { -signed };
            }
            flow += step;
        }
        flow
    }

    /// A shortest way from one node to another, as cells that grow (true) or shrink.
    fn path(
        &self,
        others: &[&Cell],
        moved: &[i64],
        from: usize,
        to: usize,
    ) -> Option<Vec<(usize, bool)>> {
        let mut came: Vec<Option<(usize, usize, bool)>> = vec![None; self.nodes];
        let mut queue = VecDeque::from([from]);
        while let Some(node) = queue.pop_front() {
            for (at, cell) in others.iter().enumerate() {
                let forward = cell.from == node;
                let next = if forward { cell.to } else { cell.from };
                let backward = cell.to == node && shrinkable(cell, moved[at]) > 0;
                if !(forward || backward) || next == from || came[next].is_some() {
                    continue;
                }
                came[next] = Some((node, at, forward));
                queue.push_back(next);
            }
        }
        let mut path = Vec::new();
        let mut node = to;
        while node != from {
            let (before, at, forward) = came[node]?;
            path.push((at, forward));
            node = before;
        }
        Some(path)
    }
}

fn shrinkable(cell: &Cell, moved: i64) -> u64 {
    let now = i64::try_from(cell.n).unwrap_or(i64::MAX).saturating_add(moved);
    u64::try_from(now - 1).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn one_small_cell_takes_the_next_smallest_with_it() {
        assert_eq!(Table::row(&[40, 3, 25, 60]).hidden(10), [false, true, true, false]);
        assert_eq!(Table::row(&[40, 25, 60]).hidden(10), [false; 3]);
    }

    #[test]
    fn two_small_cells_that_are_small_together_take_a_third() {
        assert_eq!(Table::row(&[3, 4, 25, 60]).hidden(10), [true, true, true, false]);
        let table = Table::row(&[3, 4, 25, 60]);
        let ranges = table.ranges(&table.hidden(10));
        assert_eq!(ranges, [Some([1, 30]), Some([1, 30]), Some([1, 30]), None]);
    }

    #[test]
    fn a_cell_without_anybody_is_shown_and_protects_nothing() {
        assert_eq!(Table::row(&[0, 3, 25, 0]).hidden(10), [false, true, true, false]);
    }

    #[test]
    fn a_table_with_margins_hides_a_rectangle() {
        let rows = vec![vec![3, 20, 30], vec![40, 50, 60], vec![25, 70, 80]];
        let hidden = Table::with_margins(&rows).hidden(10);
        assert_eq!(hidden[..9].iter().filter(|&&hidden| hidden).count(), 4);
        assert!(hidden[0] && hidden[1] && hidden[9..].iter().all(|hidden| !hidden));
    }

    #[test]
    fn a_small_margin_is_hidden_too() {
        let rows = vec![vec![3, 4], vec![40, 50], vec![60, 70]];
        let hidden = Table::with_margins(&rows).hidden(10);
        assert!(hidden[6] && hidden[7..9].contains(&true));
    }

    /// Every value of a hidden cell for which the other hidden cells can be filled, by trying.
    fn possible(rows: &[Vec<u64>], hidden: &[bool], at: usize) -> [u64; 2] {
        let [a, b, c, d] = [rows[0][0], rows[0][1], rows[1][0], rows[1][1]];
        let whole = a + b + c + d;
        let mut seen = Vec::new();
        for x in 0..=whole {
            for y in 0..=whole - x {
                for z in 0..=whole - x - y {
                    let w = whole - x - y - z;
                    let cells = [x, y, z, w, x + y, z + w, x + z, y + w];
                    let true_cells = [a, b, c, d, a + b, c + d, a + c, b + d];
                    let agrees = (0..8).all(|i| match hidden[i] {
                        true => cells[i] > 0,
                        false => cells[i] == true_cells[i],
                    });
                    if agrees {
                        seen.push(cells[at]);
                    }
                }
            }
        }
        [*seen.iter().min().unwrap(), *seen.iter().max().unwrap()]
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]

        #[test]
        fn the_ranges_are_those_that_trying_everything_finds(
            a in 0u64..9, b in 0u64..9, c in 0u64..9, d in 0u64..9, hide in prop::array::uniform8(any::<bool>())
        ) {
            let rows = vec![vec![a, b], vec![c, d]];
            let table = Table::with_margins(&rows);
            let hidden: Vec<bool> =
                table.cells.iter().zip(hide).map(|(cell, hide)| hide && cell.n > 0).collect();
            for (at, range) in table.ranges(&hidden).into_iter().enumerate() {
                if let Some(range) = range {
                    prop_assert_eq!(range, possible(&rows, &hidden, at));
                }
            }
        }

        #[test]
        fn nothing_hidden_can_be_worked_out(
            rows in prop::collection::vec(prop::collection::vec(0u64..60, 3), 1..7)
        ) {
            for table in [Table::with_margins(&rows), Table::row(&rows.concat())] {
                let hidden = table.hidden(10);
                let shown: u64 = table.cells.iter().map(|cell| cell.n).sum();
                for (cell, hidden) in table.cells.iter().zip(&hidden) {
                    prop_assert!(*hidden || cell.n == 0 || cell.n >= 10);
                }
                let everything = table.cells.iter().zip(&hidden).all(|(c, h)| *h || c.n == 0);
                for [low, high] in table.ranges(&hidden).into_iter().flatten() {
                    prop_assert!(high - low >= 10 || everything, "{} {}", shown, high - low);
                }
            }
        }
    }
}
