//! One table of a file: finding its headings, then reading row after row.

use super::{
    headings::{Column, Headings},
    read::{Job, Remark},
    report::Reason,
    sheet::{Cells, column_letters},
    spelling::{fold, tidy},
};

/// A heading row below this row is not looked for.
const LAST_HEADING_ROW: usize = 100;
/// A cell with more characters than this, anywhere in a row, is a slip.
const LONGEST_CELL: usize = 1_000;
/// Columns that every list has and nobody misses.
const UNREMARKABLE: [&str; 7] = ["stt", "tt", "so tt", "so thu tu", "no", "ghi chu", "note"];

/// One table of a file under way.
pub(super) struct Table<'j, 'l> {
    job: &'j mut Job<'l>,
    source: usize,
    headings: Option<Headings>,
    /// In CSV a cell beyond the headings means that the cells have shifted.
    is_csv: bool,
    width: usize,
    is_usable: bool,
    is_first_row: bool,
    people_seen: usize,
}

impl<'j, 'l> Table<'j, 'l> {
    pub(super) fn new(job: &'j mut Job<'l>, source: usize, is_csv: bool) -> Self {
        Self {
            job,
            source,
            headings: None,
            is_csv,
            width: 0,
            is_usable: false,
            is_first_row: true,
            people_seen: 0,
        }
    }

    pub(super) fn problem(&mut self, row: usize, position: Option<usize>, reason: Reason) {
        let remark = Remark { source: self.source, row: Some(row), position, reason };
        self.job.problems.push(remark);
    }

    fn warning(&mut self, row: usize, position: Option<usize>, reason: Reason) {
        let remark = Remark { source: self.source, row: Some(row), position, reason };
        self.job.warnings.push(remark);
    }

    /// Takes the next row: a title, the headings, or somebody of the list.
    pub(super) fn row(&mut self, number: usize, cells: &impl Cells) {
        let Some(headings) = self.headings.take() else {
            if number <= LAST_HEADING_ROW {
                self.look_for_headings(number, cells);
            }
            return;
        };
        if self.is_usable && is_about_somebody(cells, &headings, self.is_first_row) {
            self.is_first_row = false;
            self.people_seen += 1;
            self.job.rows_seen += 1;
            if self.is_well_formed(number, cells) {
                self.job.read_row(self.source, number, cells, &headings);
            }
        }
        self.headings = Some(headings);
    }

    /// Ends the table; says whether it had a heading row.
    pub(super) fn finish(self) -> bool {
        if self.is_usable && self.people_seen == 0 {
            let reason = Reason::NoPeople;
            let remark = Remark { source: self.source, row: None, position: None, reason };
            self.job.problems.push(remark);
        }
        self.headings.is_some()
    }

    fn look_for_headings(&mut self, number: usize, cells: &impl Cells) {
        let Some(headings) = Headings::read((0..cells.count()).map(|at| cells.cell(at))) else {
            return;
        };
        self.job.remember_headings(self.source, &headings);
        self.width = cells.count();
        self.is_usable = true;
        for column in [Column::Unit, Column::Group] {
            if headings.of(column).is_none() {
                self.is_usable = false;
                self.problem(number, None, Reason::NoColumn { column });
            }
        }
        if Column::IDENTIFYING.iter().all(|column| headings.of(*column).is_none()) {
            self.is_usable = false;
            self.problem(number, None, Reason::NoIdentityColumn);
        }
        for (_, first, second) in &headings.twice {
            self.is_usable = false;
            let other = format!("{} ({})", column_letters(first.position), first.written);
            self.problem(number, Some(second.position), Reason::SameColumnTwice { other });
        }
        for heading in &headings.ignored {
            if !UNREMARKABLE.contains(&fold(&heading.written).as_str()) {
                self.warning(number, Some(heading.position), Reason::IgnoredColumn);
            }
        }
        self.headings = Some(headings);
    }

    fn is_well_formed(&mut self, number: usize, cells: &impl Cells) -> bool {
        let count = cells.count();
        let too_long =
            |cell: &str| cell.len() > LONGEST_CELL && cell.chars().nth(LONGEST_CELL).is_some();
        if let Some(position) = (0..count).find(|at| too_long(cells.cell(*at))) {
            self.problem(number, Some(position), Reason::TooLong { most: LONGEST_CELL });
            return false;
        }
        let beyond = |at: &usize| !tidy(cells.cell(*at)).is_empty();
        match (self.width..count).find(beyond).filter(|_| self.is_csv) {
            Some(position) => {
                self.problem(number, Some(position), Reason::MoreCellsThanHeadings);
                false
            }
            None => true,
        }
    }
}

/// Whether the row speaks of a person, and is not blank, a sum below the table,
/// the headings again at the top of a page, or the numbers (1) (2) (3) below them.
fn is_about_somebody(cells: &impl Cells, headings: &Headings, is_first: bool) -> bool {
    let used = || headings.found.iter().flatten().map(|h| (h, cells.cell(h.position)));
    let says_something = used().any(|(_, cell)| !cell.is_empty() && !tidy(cell).is_empty());
    let is_headings_again = || used().all(|(heading, cell)| tidy(cell) == heading.written);
    says_something && !is_headings_again() && !(is_first && numbers_the_columns(cells))
}

/// Whether the row only numbers the columns, as official tables do.
fn numbers_the_columns(cells: &impl Cells) -> bool {
    let numbers: Option<Vec<usize>> = (0..cells.count())
        .map(|at| fold(cells.cell(at)))
        .filter(|cell| !cell.is_empty())
        .map(|cell| cell.parse().ok())
        .collect();
    numbers.is_some_and(|numbers| {
        numbers.len() >= 3 && numbers.windows(2).all(|pair| pair[0] + 1 == pair[1])
    })
}
