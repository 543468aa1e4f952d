//! Reads `units.csv` and `targets.csv`.

use super::model::{Target, Unit};
use crate::{
    criteria::{Placed, Row, Table, is_above_itself, per_language},
    questionnaire::Mistake,
    text,
};
use jiff::civil::Date;
use std::collections::{BTreeMap, BTreeSet};

const UNIT_COLUMNS: [&str; 6] =
    ["short", "parent", "valid_from", "valid_to", "predecessors", "note"];

/// Reads the tree of units.
pub(super) fn read_units(
    file: &str,
    text: &str,
    languages: &[String],
) -> (Vec<Placed<Unit>>, Vec<Mistake>) {
    let mut required = vec!["code".to_owned()];
    let (must, may) = per_language("name", languages);
    required.extend(must);
    let optional: Vec<&str> =
        UNIT_COLUMNS.into_iter().chain(may.iter().map(String::as_str)).collect();
    let table = Table::read(file, text, &required, &optional);
    let read = |row: Row<'_>| {
        let line = row.line;
        read_unit(&row, languages).map(|value| Placed { line, value })
    };
    let units: Vec<_> = table.rows().filter_map(read).collect();
    check_units(&table, &units);
    (units, table.into_mistakes())
}

fn read_unit(row: &Row<'_>, languages: &[String]) -> Option<Unit> {
    let code = row.code("code");
    let name = row.labels("name", languages);
    let (valid_from, valid_to) = (read_day(row, "valid_from"), read_day(row, "valid_to"));
    if let (Some(from), Some(to)) = (valid_from, valid_to)
        && from > to
    {
        row.note(text!("survey.days_in_wrong_order"));
    }
    let predecessors = row.optional("predecessors").unwrap_or_default();
    Some(Unit {
        code: code?,
        short: row.optional("short"),
        name: name?,
        parent: row.optional("parent"),
        valid_from: valid_from.map(|day| day.to_string()),
        valid_to: valid_to.map(|day| day.to_string()),
        predecessors: predecessors.split_whitespace().map(str::to_owned).collect(),
    })
}

fn read_day(row: &Row<'_>, column: &str) -> Option<Date> {
    let field = row.optional(column)?;
    let day = field.parse::<Date>().ok().filter(|day| day.to_string() == field);
    if day.is_none() {
        row.note(text!("survey.bad_day", column = column, field = field));
    }
    day
}

fn check_units(table: &Table<'_>, units: &[Placed<Unit>]) {
    let mut codes = BTreeSet::new();
    for Placed { line, value } in units {
        if !codes.insert(value.code.as_str()) {
            table.note(*line, text!("survey.unit_twice", unit = value.code));
        }
    }
    if table.is_empty() {
        table.note(1, text!("survey.no_rows"));
    }
    let parents: BTreeMap<&str, &str> = units
        .iter()
        .map(|unit| (unit.value.code.as_str(), unit.value.parent.as_deref().unwrap_or_default()))
        .collect();
    for Placed { line, value } in units {
        let Some(parent) = &value.parent else { continue };
        if !codes.contains(parent.as_str()) {
            table.note(*line, text!("survey.unknown_parent", parent = parent));
        } else if is_above_itself(&value.code, &parents) {
            table.note(*line, text!("survey.parents_in_a_circle", name = value.code));
        }
    }
}

/// Reads the table of targets.
pub(super) fn read_targets(file: &str, text: &str) -> (Vec<Placed<Target>>, Vec<Mistake>) {
    let required = ["unit", "group", "target"].map(str::to_owned);
    let table = Table::read(file, text, &required, &["population", "note"]);
    let read = |row: Row<'_>| {
        let line = row.line;
        read_target(&row).map(|value| Placed { line, value })
    };
    let targets: Vec<_> = table.rows().filter_map(read).collect();
    let mut strata = BTreeSet::new();
    for Placed { line, value } in &targets {
        if !strata.insert((&value.unit, &value.group)) {
            let problem = text!("survey.target_twice", unit = value.unit, group = value.group);
            table.note(*line, problem);
        }
    }
    if table.is_empty() {
        table.note(1, text!("survey.no_rows"));
    }
    (targets, table.into_mistakes())
}

fn read_target(row: &Row<'_>) -> Option<Target> {
    let (unit, group) = (row.required("unit"), row.required("group"));
    let target = row.required("target").and_then(|_| row.whole("target"));
    let population = row.whole("population");
    if target == Some(0) {
        row.note(text!("survey.target_zero"));
    }
    if let (Some(target), Some(population)) = (target, population)
        && target > population
    {
        let problem =
            text!("survey.target_above_population", target = target, population = population);
        row.note(problem);
    }
    Some(Target { unit: unit?, group: group?, target: target?, population })
}

/// The text of a `targets.csv` with these targets, as a survey's files hold it.
pub fn targets_csv(targets: &[Target]) -> String {
    let mut text = "unit,group,target,population\n".to_owned();
    for Target { unit, group, target, population } in targets {
        let population = population.map_or_else(String::new, |people| people.to_string());
        // Codes hold no comma, quotation mark or line end, so nothing needs quoting.
        text.push_str(&format!("{unit},{group},{target},{population}\n"));
    }
    text
}
