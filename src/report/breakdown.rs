//! Scores of groups and units, as far as they may be shown.

use super::{
    judged::Judged,
    suppress::{FEW, LEAST_OF_CELL, Shown, Table},
};
use crate::questionnaire::Labels;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// One group or unit of a criterion, or several whose answers were put together.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct BreakdownRow {
    /// The codes of what is in it, in the order of the survey.
    pub codes: Vec<String>,
    /// What they are called.
    pub labels: Vec<Labels>,
    /// The figures, if they may be shown.
    pub figures: Shown<PartFigures>,
}

/// The figures of a group or unit.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PartFigures {
    /// Respondents whose answers count.
    pub n: u64,
    /// The estimate, 0–100.
    pub score: f64,
    /// The 95 % confidence interval.
    pub ci: Option<[f64; 2]>,
    /// Whether they are so few that the figure says little.
    pub few: bool,
}

/// By group of respondents.
pub(super) fn by_group(judged: &Judged<'_>) -> Vec<BreakdownRow> {
    let known = judged.survey.groups.iter().map(|group| (group.code.as_str(), &group.label));
    rows(judged, &known.collect::<Vec<_>>(), |cell| &judged.sample.facts.cells[cell].group)
}

/// By unit that handed out and collected.
pub(super) fn by_unit(judged: &Judged<'_>) -> Vec<BreakdownRow> {
    let known = judged.survey.units.iter().map(|unit| (unit.code.as_str(), &unit.name));
    rows(judged, &known.collect::<Vec<_>>(), |cell| &judged.sample.facts.cells[cell].unit)
}

fn rows<'a>(
    judged: &'a Judged<'_>,
    known: &[(&str, &Labels)],
    code: impl Fn(usize) -> &'a str,
) -> Vec<BreakdownRow> {
    let place = |code: &str| known.iter().position(|(known, _)| *known == code);
    let mut blocks = judged.sample.blocks(&judged.cells, &code);
    blocks.sort_by_key(|block| block.iter().map(|code| place(code)).min());
    let cells_of = |block: &BTreeSet<&str>| -> Vec<usize> {
        judged.cells.iter().copied().filter(|&cell| block.contains(code(cell))).collect()
    };
    let cells: Vec<Vec<usize>> = blocks.iter().map(cells_of).collect();
    let counts: Vec<u64> = cells.iter().map(|cells| judged.respondents(cells)).collect();
    let hidden = Table::row(&counts).hidden(LEAST_OF_CELL);
    blocks
        .iter()
        .enumerate()
        .map(|(at, block)| {
            let mut members: Vec<(Option<usize>, &str)> =
                block.iter().map(|code| (place(code), *code)).collect();
            members.sort_unstable();
            let named = |&(place, code): &(Option<usize>, &str)| match place {
                Some(place) => known[place].1.clone(),
                None => Labels::new([("vi", code)]),
            };
            BreakdownRow {
                codes: members.iter().map(|(_, code)| (*code).to_owned()).collect(),
                labels: members.iter().map(named).collect(),
                figures: figures(judged, &cells[at], counts[at], hidden[at]),
            }
        })
        .collect()
}

fn figures(judged: &Judged<'_>, cells: &[usize], n: u64, hidden: bool) -> Shown<PartFigures> {
    if n == 0 {
        return Shown::Nobody;
    }
    if hidden {
        return Shown::Hidden;
    }
    let est = judged.figure(cells).and_then(|figure| figure.estimate());
    let Some((est, score)) = est.ok().and_then(|est| est.value.map(|score| (est, score))) else {
        return Shown::Nobody;
    };
    Shown::Value(PartFigures { n, score, ci: est.ci, few: n < FEW })
}
