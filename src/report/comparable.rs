//! Do the figures of two rounds mean the same?

use super::{CellFacts, CriterionResult, Flag, Results};
use crate::survey::{Break, Judged, Survey};
use std::collections::BTreeSet;

/// One criterion of one subject in one round.
pub(super) type Side<'a> = (&'a Results, &'a Survey, &'a CriterionResult);

/// What breaks the comparison of one criterion of one subject.
pub(super) fn breaks(now: Side<'_>, earlier: Side<'_>) -> BTreeSet<Break> {
    let (one, then) = (judged(now), judged(earlier));
    let flag = |side: Side<'_>, flag| side.2.flags.contains(&flag);
    let without_data = |side: Side<'_>| !side.2.without_data.is_empty();
    let found = [
        (Break::GroupWithoutData, without_data(now) || without_data(earlier)),
        (Break::Mode, now.0.ways != earlier.0.ways),
        (
            Break::Population,
            flag(now, Flag::PopulationUnknown) != flag(earlier, Flag::PopulationUnknown),
        ),
        (Break::Synthetic, now.0.synthetic != earlier.0.synthetic),
        (Break::Units, units(now) != units(earlier)),
    ];
    let of_rounds = found.into_iter().filter(|(_, is_so)| *is_so).map(|(reason, _)| reason);
    let of_surveys = match (&one, &then) {
        (Some(one), Some(then)) => one.breaks_with(then),
        _ => BTreeSet::from([Break::NotInEarlier]),
    };
    of_rounds.chain(of_surveys).collect()
}

/// How many people there are in the cells that are asked about a criterion of a subject;
/// nothing if that is not known.
pub(super) fn people_asked(side: Side<'_>) -> Option<u64> {
    let cells = cells(side);
    let people = cells.iter().try_fold(0u64, |sum, cell| sum.checked_add(cell.population?));
    people.filter(|_| !cells.is_empty())
}

fn judged<'a>((results, survey, one): Side<'a>) -> Option<Judged<'a>> {
    let rule = survey.rule_called(&results.rule.id)?;
    Judged::of(survey, rule, &one.rule.criterion, &one.subject)
}

/// The cells whose people are asked.
fn cells<'a>(side: Side<'a>) -> Vec<&'a CellFacts> {
    let Some(judged) = judged(side) else { return Vec::new() };
    let (results, _, one) = side;
    let of_subject = results.cells.iter().filter(|cell| cell.subject == one.subject);
    of_subject.filter(|cell| judged.asks(&cell.form, &cell.group)).collect()
}

fn units<'a>(side: Side<'a>) -> BTreeSet<&'a str> {
    cells(side).into_iter().map(|cell| &*cell.unit).collect()
}
