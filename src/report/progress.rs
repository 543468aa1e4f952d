//! How fieldwork stands: what is owed and what came in, by unit and group.
//!
//! None of these counts derives from an answer. What could name somebody who has just begun
//! is as of the last daily refresh.

use super::facts::{CellFacts, Facts};
use crate::fieldwork::RoundState;
use std::collections::BTreeMap;

/// The outcomes of people who answered validly, whether their answers could be scored or not.
const ANSWERED: [&str; 4] = ["answered", "over_target", "too_few", "unreadable"];

/// The table of a round, and its sums.
#[derive(Debug, Clone, PartialEq)]
pub struct Progress {
    /// One row per cell, by unit, group, form and subject.
    pub cells: Vec<ProgressRow>,
    /// Sums by unit.
    pub units: Vec<ProgressRow>,
    /// Sums by group.
    pub groups: Vec<ProgressRow>,
    /// The sum of all.
    pub all: ProgressRow,
    /// Whether all answer one form about one subject, so that a row is a unit and a group.
    pub one_part: bool,
}

/// Counts of one cell, or of several together.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ProgressRow {
    /// The unit's code; empty in sums over units.
    pub unit: String,
    /// The group's code; empty in sums over groups.
    pub group: String,
    /// The form's id; empty in sums.
    pub form: String,
    /// Who is judged; empty in sums.
    pub subject: String,
    /// How many people there are, if that is known.
    pub population: Option<u64>,
    /// How many answers are owed.
    pub target: u64,
    /// How many people were asked.
    pub released: u64,
    /// How many had begun, as of the last daily refresh.
    pub started: u64,
    /// How many answers count towards the target.
    pub completed: u64,
    /// Valid answers beyond the target.
    pub over_allocation: u64,
    /// How many people answered validly, within the target or beyond it. Once the box was
    /// opened, those who withdrew or whose code went astray are no longer among them.
    pub answered: u64,
    /// Further submits of parts already answered, as of the last daily refresh.
    pub conflicts: u64,
    /// How many people proved not to belong to the group; known once the box was opened.
    pub not_eligible: u64,
    /// How many answers are missing, summed cell by cell: a surplus elsewhere does not help.
    pub missing: u64,
}

/// How a cell stands against its target.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// The target is reached.
    Reached,
    /// It can still be reached.
    Running,
    /// Fewer people were asked than answers are owed: only the reserve can help.
    TooFewAsked,
    /// The round has closed and the target was not reached.
    Short,
}

impl ProgressRow {
    /// Answers as a share (0–1) of the people asked who belong to the group: the minimum
    /// response rate, AAPOR's RR1. Those not known to lie outside the group count as inside,
    /// so before the box is opened this is answers over people asked.
    pub fn response_rate(&self) -> Option<f64> {
        let eligible = self.released.saturating_sub(self.not_eligible);
        (eligible > 0).then(|| self.answered as f64 / eligible as f64)
    }

    /// Counted answers as a share (0–1) of the target, at most 1.
    pub fn share_of_target(&self) -> Option<f64> {
        let done = self.target - self.missing.min(self.target);
        (self.target > 0).then(|| done as f64 / self.target as f64)
    }

    /// How the row stands in a round that has come so far.
    pub fn standing(&self, state: RoundState) -> Standing {
        match state {
            _ if self.missing == 0 => Standing::Reached,
            RoundState::Closed | RoundState::Opened => Standing::Short,
            _ if self.released < self.target => Standing::TooFewAsked,
            _ => Standing::Running,
        }
    }

    fn of(cell: &CellFacts) -> Self {
        let ended = |how: &str| cell.outcomes.get(how).copied().unwrap_or(0);
        let answered = if cell.outcomes.is_empty() {
            cell.completed + cell.over_allocation
        } else {
            ANSWERED.iter().map(|how| ended(how)).sum()
        };
        Self {
            unit: cell.unit.clone(),
            group: cell.group.clone(),
            form: cell.form.clone(),
            subject: cell.subject.clone(),
            population: cell.population,
            target: cell.target,
            released: cell.released,
            started: cell.started,
            completed: cell.completed,
            over_allocation: cell.over_allocation,
            conflicts: cell.conflicts,
            not_eligible: ended("not_eligible"),
            answered,
            missing: cell.target.saturating_sub(cell.completed),
        }
    }

    fn add(&mut self, other: &Self) {
        self.population = self.population.zip(other.population).map(|(a, b)| a + b);
        self.target += other.target;
        self.released += other.released;
        self.started += other.started;
        self.completed += other.completed;
        self.over_allocation += other.over_allocation;
        self.answered += other.answered;
        self.conflicts += other.conflicts;
        self.not_eligible += other.not_eligible;
        self.missing += other.missing;
    }
}

/// How the fieldwork of a round stands.
pub fn progress(facts: &Facts) -> Progress {
    let mut cells: Vec<ProgressRow> = facts.cells.iter().map(ProgressRow::of).collect();
    cells.sort_by(|a, b| {
        (&a.unit, &a.group, &a.form, &a.subject).cmp(&(&b.unit, &b.group, &b.form, &b.subject))
    });
    let mut parts: Vec<(&str, &str, &str)> =
        cells.iter().map(|row| (&*row.unit, &*row.group, "")).collect();
    parts.dedup();
    Progress {
        units: sums(&cells, |row| ProgressRow { unit: row.unit.clone(), ..empty() }),
        groups: sums(&cells, |row| ProgressRow { group: row.group.clone(), ..empty() }),
        all: sums(&cells, |_| empty()).pop().unwrap_or_default(),
        one_part: parts.len() == cells.len(),
        cells,
    }
}

fn empty() -> ProgressRow {
    ProgressRow { population: Some(0), ..ProgressRow::default() }
}

fn sums(cells: &[ProgressRow], head: impl Fn(&ProgressRow) -> ProgressRow) -> Vec<ProgressRow> {
    let mut sums: BTreeMap<(String, String), ProgressRow> = BTreeMap::new();
    for cell in cells {
        let head = head(cell);
        sums.entry((head.unit.clone(), head.group.clone())).or_insert(head).add(cell);
    }
    sums.into_values().collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::trial;

    #[test]
    fn rows_add_up_by_unit_by_group_and_overall() {
        let mut facts = trial::two_groups(&[], &[]);
        facts.cells[0].completed = 15;
        facts.cells[1].completed = 20;
        facts.cells[1].over_allocation = 3;
        facts.cells[3].population = None;
        let progress = progress(&facts);
        let unit = |code: &str| progress.units.iter().find(|row| row.unit == code).unwrap();
        assert_eq!((unit("a").completed, unit("a").missing, unit("a").over_allocation), (35, 5, 3));
        assert_eq!((unit("a").population, unit("b").population), (Some(420), None));
        assert_eq!(progress.groups.len(), 2);
        assert_eq!((progress.all.target, progress.all.missing), (80, 45));
        assert!(progress.one_part);
    }

    #[test]
    fn a_surplus_in_one_cell_does_not_hide_a_gap_in_another() {
        let mut facts = trial::two_groups(&[], &[]);
        facts.cells[0].completed = 40;
        let all = progress(&facts).all;
        assert_eq!((all.missing, all.share_of_target()), (60, Some(0.25)));
    }

    #[test]
    fn the_response_rate_leaves_out_who_does_not_belong_to_the_group() {
        let mut facts = trial::two_groups(&[], &[]);
        let cell = &mut facts.cells[0];
        (cell.completed, cell.over_allocation, cell.released) = (20, 4, 40);
        let row = ProgressRow::of(cell);
        assert_eq!(row.response_rate(), Some(0.6));
        let ended = [("answered", 21), ("too_few", 3), ("withdrawn", 2), ("not_eligible", 10)];
        cell.outcomes = ended.map(|(how, n)| (how.to_owned(), n)).into();
        assert_eq!(ProgressRow::of(cell).response_rate(), Some(0.8));
        cell.released = 0;
        assert_eq!(ProgressRow::of(cell).response_rate(), None);
    }

    #[test]
    fn a_gap_is_named_for_what_can_be_done_about_it() {
        let row = |released, completed| ProgressRow {
            target: 10,
            released,
            completed,
            missing: 10 - completed,
            ..ProgressRow::default()
        };
        assert_eq!(row(20, 10).standing(RoundState::Closed), Standing::Reached);
        assert_eq!(row(20, 4).standing(RoundState::Open), Standing::Running);
        assert_eq!(row(8, 4).standing(RoundState::Open), Standing::TooFewAsked);
        assert_eq!(row(20, 4).standing(RoundState::Opened), Standing::Short);
    }

    #[test]
    fn a_round_without_cells_has_an_empty_table() {
        let mut facts = trial::two_groups(&[], &[]);
        facts.cells.clear();
        assert_eq!(progress(&facts).all, ProgressRow::default());
    }
}
