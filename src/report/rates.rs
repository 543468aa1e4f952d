//! Response rates: of those who were asked, how many answered, declined, or gave no sign.
//!
//! These are counts of people, known from how invitations ended and not from answers. Still,
//! "one of three leaders declined" names somebody. So how people ended is told only where at
//! least [`LEAST_OF_CELL`] were asked, and of further cells it is withheld until no small one
//! can be worked out from the sums.

use super::{
    facts::{CellFacts, Facts},
    suppress::{LEAST_OF_CELL, Shown, Table},
};
use crate::{fieldwork::Outcome, questionnaire::Labels, survey::Survey};
use analysis::response_rate::Dispositions;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// The response rates of a round.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Rates {
    /// All cells together.
    pub all: RateRow,
    /// By group and, where a group answers several forms or about several subjects, by these.
    pub groups: Vec<RateRow>,
    /// By unit.
    pub units: Vec<RateRow>,
    /// Cell by cell.
    pub cells: Vec<RateRow>,
}

/// Who was asked in one cell, or in several together, and how that ended.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RateRow {
    /// The unit's code; empty in sums over units.
    pub unit: String,
    /// The group's code; empty in sums over groups.
    pub group: String,
    /// The form's id; empty in sums over groups.
    pub form: String,
    /// Who is judged; empty in sums over groups.
    pub subject: String,
    /// What it is called: unit or group or, of a cell, both; and where a group answers several
    /// forms or about several subjects, form and subject.
    pub names: Vec<Labels>,
    /// How many people were asked.
    pub asked: u64,
    /// How it ended, if that may be told.
    pub ended: Shown<Ended>,
}

/// How it ended for those who were asked. The four counts add up to them.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Ended {
    /// Answered validly, whether the answers are scored or not.
    pub answered: u64,
    /// Declined, broke off, or took the answers back.
    pub declined: u64,
    /// No sign of the person, or the code went astray: whether they belong to the group is not
    /// known.
    pub silent: u64,
    /// Does not belong to the group.
    pub not_eligible: u64,
    /// Answers over all who may belong to the group: AAPOR's RR1, the least rate there can be.
    pub response: Option<f64>,
    /// The same if as many of the silent belong to the group as of the others: RR3.
    pub likely_response: Option<f64>,
    /// Those who declined over all who may belong to the group: REF1.
    pub refusal: Option<f64>,
}

/// What a cell is besides its unit: group, form and subject.
type Part<'f> = (&'f str, &'f str, &'f str);

/// The response rates of an opened round.
pub(super) fn rates(facts: &Facts, survey: &Survey) -> Rates {
    let mut cells: Vec<&CellFacts> = facts.cells.iter().collect();
    cells.sort_by_key(|cell| cell.key());
    let units: BTreeSet<&str> = cells.iter().map(|cell| cell.unit.as_str()).collect();
    let parts: BTreeSet<Part<'_>> = cells.iter().map(|cell| part(cell)).collect();
    let groups: BTreeSet<&str> = parts.iter().map(|part| part.0).collect();
    let one_part = parts.len() == groups.len();
    let (units, parts) = (Vec::from_iter(units), Vec::from_iter(parts));
    let place = |cell: &CellFacts| {
        let row = units.partition_point(|&one| one < cell.unit.as_str());
        (row, parts.partition_point(|&one| one < part(cell)))
    };
    let mut asked = vec![vec![0; parts.len()]; units.len()];
    for cell in &cells {
        let (row, column) = place(cell);
        asked[row][column] += cell.released;
    }
    let hidden = Table::with_margins(&asked).hidden(LEAST_OF_CELL);
    let (inner, sums) = hidden.split_at(units.len() * parts.len());
    let (of_units, of_parts) = sums.split_at(units.len());
    let row = |unit: &str, part: Part<'_>, members: &[&CellFacts], hidden: bool| RateRow {
        unit: unit.to_owned(),
        group: part.0.to_owned(),
        form: part.1.to_owned(),
        subject: part.2.to_owned(),
        names: names(survey, unit, part, one_part),
        asked: members.iter().map(|cell| cell.released).sum(),
        ended: ended(members, hidden),
    };
    let of = |keep: &dyn Fn(&CellFacts) -> bool| -> Vec<&CellFacts> {
        cells.iter().copied().filter(|cell| keep(cell)).collect()
    };
    let nothing = ("", "", "");
    let few = cells.iter().map(|cell| cell.released).sum::<u64>() < LEAST_OF_CELL;
    Rates {
        all: row("", nothing, &cells, few),
        groups: parts
            .iter()
            .zip(of_parts)
            .map(|(&one, &hidden)| row("", one, &of(&|cell| part(cell) == one), hidden))
            .collect(),
        units: units
            .iter()
            .zip(of_units)
            .map(|(&one, &hidden)| row(one, nothing, &of(&|cell| cell.unit == one), hidden))
            .collect(),
        cells: cells
            .iter()
            .map(|&cell| {
                let (at, column) = place(cell);
                row(&cell.unit, part(cell), &[cell], inner[at * parts.len() + column])
            })
            .collect(),
    }
}

fn names(
    survey: &Survey,
    unit: &str,
    (group, form, subject): Part<'_>,
    one_part: bool,
) -> Vec<Labels> {
    let code = |code: &str| Labels::new([("vi", code)]);
    let mut names = Vec::new();
    if !unit.is_empty() {
        names.push(survey.unit(unit).map_or_else(|| code(unit), |known| known.name.clone()));
    }
    if !group.is_empty() {
        names.push(survey.group(group).map_or_else(|| code(group), |known| known.label.clone()));
    }
    if !group.is_empty() && !one_part {
        names.push(survey.forms.get(form).map_or_else(|| code(form), |known| known.title.clone()));
        let known = survey.subject(subject);
        names.push(known.map_or_else(|| code(subject), |known| known.label.clone()));
    }
    names
}

fn part(cell: &CellFacts) -> Part<'_> {
    (&cell.group, &cell.form, &cell.subject)
}

fn ended(cells: &[&CellFacts], hidden: bool) -> Shown<Ended> {
    let asked: u64 = cells.iter().map(|cell| cell.released).sum();
    if asked == 0 {
        return Shown::Nobody;
    }
    if hidden {
        return Shown::Hidden;
    }
    let mut how: BTreeMap<Class, u64> = BTreeMap::new();
    for cell in cells {
        for (class, n) in classes(cell) {
            *how.entry(class).or_default() += n;
        }
    }
    let n = |class| how.get(&class).copied().unwrap_or(0);
    let cases = Dispositions {
        complete: n(Class::Answered) as f64,
        refusal: n(Class::Declined) as f64,
        unknown_other: n(Class::Silent) as f64,
        not_eligible: n(Class::NotEligible) as f64,
        ..Dispositions::default()
    };
    let rates = cases.rates(cases.eligible_share());
    Shown::Value(Ended {
        answered: n(Class::Answered),
        declined: n(Class::Declined),
        silent: n(Class::Silent),
        not_eligible: n(Class::NotEligible),
        response: rates.response[0],
        likely_response: rates.response[2],
        refusal: rates.refusal[0],
    })
}

/// Outcomes as response rates take them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Class {
    Answered,
    Declined,
    Silent,
    NotEligible,
}

/// How many people of a cell ended how.
///
/// An answer that was begun and never sent cannot be read, so it is a break-off, which counts
/// as a refusal; so does an answer that was taken back. An invitation by name of which
/// nothing was ever heard leaves open whether the person belongs to the group at all.
///
/// Source: AAPOR (2016), Standard Definitions, 9th edition, on mail and internet surveys of
/// specifically named persons.
fn classes(cell: &CellFacts) -> [(Class, u64); 4] {
    let count = |outcomes: &[Outcome]| -> u64 {
        outcomes.iter().filter_map(|one| cell.outcomes.get(one.as_str())).sum()
    };
    let answered = match cell.outcomes.is_empty() {
        true => cell.completed + cell.over_allocation,
        false => {
            count(&[Outcome::Answered, Outcome::OverTarget, Outcome::TooFew, Outcome::Unreadable])
        }
    };
    let declined = count(&[Outcome::Refused, Outcome::BrokenOff, Outcome::Withdrawn]);
    let not_eligible = count(&[Outcome::NotEligible]);
    let silent = cell.released.saturating_sub(answered + declined + not_eligible);
    [
        (Class::Answered, answered),
        (Class::Declined, declined),
        (Class::Silent, silent),
        (Class::NotEligible, not_eligible),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::{progress, trial};
    use proptest::prelude::*;

    fn cell(facts: &mut Facts, at: usize, ended: &[(&str, u64)]) {
        let cell = &mut facts.cells[at];
        cell.outcomes = ended.iter().map(|(how, n)| ((*how).to_owned(), *n)).collect();
        cell.released =
            cell.outcomes.iter().filter(|(how, _)| *how != "conflict").map(|(_, n)| n).sum();
    }

    fn of(facts: &Facts) -> Rates {
        rates(facts, &trial::two_by_two("\"equal\""))
    }

    fn shown(row: &RateRow) -> Ended {
        *row.ended.value().unwrap_or_else(|| panic!("{row:?}"))
    }

    #[test]
    fn everybody_asked_ends_in_one_class() {
        let mut facts = trial::two_groups(&[], &[]);
        let outcomes = [
            ("answered", 20),
            ("over_target", 3),
            ("too_few", 2),
            ("unreadable", 1),
            ("refused", 4),
            ("broken_off", 5),
            ("withdrawn", 1),
            ("not_eligible", 6),
            ("no_contact", 8),
            ("misdirected", 2),
            ("conflict", 9),
        ];
        cell(&mut facts, 0, &outcomes);
        let ended = shown(&of(&facts).cells[0]);
        assert_eq!(
            (ended.answered, ended.declined, ended.silent, ended.not_eligible),
            (26, 10, 10, 6)
        );
        assert_eq!(ended.response, Some(26.0 / 46.0));
        assert_eq!(ended.refusal, Some(10.0 / 46.0));
        // 36 of 42 known people belong to the group, so perhaps 10·36/42 of the silent do.
        let likely = 26.0 / (36.0 + 10.0 * 36.0 / 42.0);
        assert!((ended.likely_response.unwrap() - likely).abs() < 1e-12);
    }

    #[test]
    fn the_rate_is_that_of_the_progress_page() {
        let mut facts = trial::two_groups(&[], &[]);
        for (at, answered) in [(0, 12), (1, 30), (2, 14), (3, 41)] {
            cell(
                &mut facts,
                at,
                &[("answered", answered), ("not_eligible", 3), ("no_contact", 11)],
            );
        }
        let (rates, progress) = (of(&facts), progress(&facts));
        assert_eq!(shown(&rates.all).response, progress.all.response_rate());
        for (row, other) in rates.units.iter().zip(&progress.units) {
            assert_eq!((&row.unit, shown(row).response), (&other.unit, other.response_rate()));
        }
        assert_eq!(rates.groups.iter().map(|row| &row.group).collect::<Vec<_>>(), ["cc", "nd"]);
    }

    #[test]
    fn a_refusal_among_three_people_cannot_be_worked_out() {
        let mut facts = trial::two_groups(&[], &[]);
        cell(&mut facts, 0, &[("answered", 2), ("refused", 1)]);
        for at in 1..4 {
            cell(&mut facts, at, &[("answered", 20), ("refused", 5)]);
        }
        let rates = of(&facts);
        assert_eq!(rates.cells.iter().filter(|row| row.ended == Shown::Hidden).count(), 4);
        assert!(rates.units.iter().chain(&rates.groups).all(|row| row.ended.value().is_some()));
    }

    #[test]
    fn nobody_asked_and_too_few_asked_have_no_rate() {
        let mut facts = trial::two_groups(&[], &[]);
        facts.cells.truncate(1);
        cell(&mut facts, 0, &[("answered", 9)]);
        assert_eq!(of(&facts).all.ended, Shown::Hidden);
        cell(&mut facts, 0, &[]);
        assert_eq!(of(&facts).all.ended, Shown::Nobody);
        facts.cells.clear();
        assert!(of(&facts).cells.is_empty());
    }

    proptest! {
        #[test]
        fn nothing_is_told_of_fewer_than_ten_people_nor_of_one_cell_by_itself(
            asked in prop::array::uniform4(0u64..40),
        ) {
            let mut facts = trial::two_groups(&[], &[]);
            for (at, &n) in asked.iter().enumerate() {
                cell(&mut facts, at, &[("answered", n / 2), ("refused", n - n / 2)]);
            }
            let rates = of(&facts);
            let rows = || rates.cells.iter().chain(&rates.units).chain(&rates.groups).chain([&rates.all]);
            for row in rows() {
                prop_assert!(row.ended.value().is_none() || row.asked >= 10);
            }
            // The sum of a shown row less its shown cells never leaves one small cell alone.
            for sum in rates.units.iter().chain(&rates.groups).filter(|row| row.ended.value().is_some()) {
                let inside = rates.cells.iter().filter(|cell| {
                    (sum.unit.is_empty() || cell.unit == sum.unit)
                        && (sum.group.is_empty() || cell.group == sum.group)
                });
                let hidden = inside.filter(|cell| cell.ended == Shown::Hidden).count();
                prop_assert!(hidden != 1, "{rates:?}");
            }
        }
    }
}
