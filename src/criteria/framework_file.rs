use super::{
    Placed,
    framework::{Criterion, CriterionMethod, Framework},
    table::{Row, Table, per_language},
};
use crate::{
    questionnaire::{Labels, Mistake},
    text,
};
use std::collections::{BTreeMap, BTreeSet};

const OPTIONAL: [&str; 9] =
    ["parent", "stt", "code", "method", "max_points", "assumed", "lead", "cooperating", "note"];

/// How far the points of the parts may be from those of the whole: files are typed by hand.
const POINTS_TOLERANCE: f64 = 1e-9;

/// Reads the tree of criteria from CSV; `levels` names the levels it may use.
///
/// The columns are described in the README of the surveys' folder. The mistakes
/// are all those of the file.
pub fn read_framework(
    file: &str,
    text: &str,
    languages: &[String],
    levels: &BTreeMap<String, Labels>,
) -> Result<Framework, Vec<Mistake>> {
    let mut required = vec!["id".to_owned(), "level".to_owned()];
    let (must, may) = per_language("name", languages);
    required.extend(must);
    let optional: Vec<&str> = OPTIONAL.into_iter().chain(may.iter().map(String::as_str)).collect();
    let table = Table::read(file, text, &required, &optional);
    let read = |row: Row<'_>| {
        let line = row.line;
        read_criterion(&row, languages, levels).map(|value| Placed { line, value })
    };
    let criteria: Vec<_> = table.rows().filter_map(read).collect();
    check_names(&table, &criteria);
    check_parents(&table, &criteria);
    check_methods(&table, &criteria);
    check_points(&table, &criteria);
    let mistakes = table.into_mistakes();
    if !mistakes.is_empty() {
        return Err(mistakes);
    }
    let criteria = criteria.into_iter().map(|criterion| criterion.value).collect();
    Ok(Framework { criteria, levels: levels.clone() })
}

fn read_criterion(
    row: &Row<'_>,
    languages: &[String],
    levels: &BTreeMap<String, Labels>,
) -> Option<Criterion> {
    let id = row.code("id");
    let level = row.required("level");
    if let Some(level) = level.as_ref().filter(|level| !levels.contains_key(*level)) {
        row.note(text!("survey.unknown_level", level = level));
    }
    let name = row.labels("name", languages);
    let max_points = row.number("max_points");
    if max_points.is_some_and(|points| points <= 0.0) {
        row.note(text!("survey.points_not_positive"));
    }
    let assumed = read_assumed(row);
    if assumed && row.optional("max_points").is_none() {
        row.note(text!("survey.assumed_without_points"));
    }
    Some(Criterion {
        parent: row.optional("parent"),
        stt: row.optional("stt"),
        code: row.optional("code"),
        method: read_method(row),
        max_points,
        assumed,
        lead: row.optional("lead"),
        cooperating: row.optional("cooperating"),
        id: id?,
        level: level?,
        name: name?,
    })
}

fn read_method(row: &Row<'_>) -> Option<CriterionMethod> {
    let method = row.optional("method")?;
    match method.as_str() {
        "self_score" => Some(CriterionMethod::SelfScore),
        "survey" => Some(CriterionMethod::Survey),
        "survey_fieldwork" => Some(CriterionMethod::SurveyFieldwork),
        _ => {
            row.note(text!("survey.unknown_method", method = method));
            None
        }
    }
}

fn read_assumed(row: &Row<'_>) -> bool {
    match row.optional("assumed").as_deref() {
        None | Some("no") => false,
        Some("yes") => true,
        Some(other) => {
            row.note(text!("survey.expected_yes_no", column = "assumed", field = other));
            false
        }
    }
}

fn check_names(table: &Table<'_>, criteria: &[Placed<Criterion>]) {
    let mut ids = BTreeSet::new();
    let mut codes = BTreeSet::new();
    for Placed { line, value } in criteria {
        if !ids.insert(&value.id) {
            table.note(*line, text!("survey.criterion_twice", criterion = value.id));
        }
        if let Some(code) = value.code.as_ref().filter(|code| !codes.insert(*code)) {
            table.note(*line, text!("survey.criterion_twice", criterion = code));
        }
    }
}

fn check_parents(table: &Table<'_>, criteria: &[Placed<Criterion>]) {
    let parents: BTreeMap<&str, &str> = criteria
        .iter()
        .map(|placed| {
            (placed.value.id.as_str(), placed.value.parent.as_deref().unwrap_or_default())
        })
        .collect();
    for Placed { line, value } in criteria {
        let Some(parent) = &value.parent else { continue };
        if !parents.contains_key(parent.as_str()) {
            table.note(*line, text!("survey.unknown_parent", parent = parent));
        } else if is_above_itself(&value.id, &parents) {
            table.note(*line, text!("survey.parents_in_a_circle", name = value.id));
        }
    }
}

/// Whether going up from `name` leads back to it; used for units as well.
pub(crate) fn is_above_itself(name: &str, parents: &BTreeMap<&str, &str>) -> bool {
    let mut above = name;
    for _ in 0..parents.len() {
        match parents.get(above) {
            Some(parent) if *parent == name => return true,
            Some(parent) => above = parent,
            None => return false,
        }
    }
    false
}

/// Leaves have a method and nothing else has one: points are counted once.
fn check_methods(table: &Table<'_>, criteria: &[Placed<Criterion>]) {
    let parents: BTreeSet<&str> =
        criteria.iter().filter_map(|placed| placed.value.parent.as_deref()).collect();
    for Placed { line, value } in criteria {
        match (parents.contains(value.id.as_str()), value.method) {
            (true, Some(_)) => table.note(*line, text!("survey.method_above_a_leaf")),
            (false, None) => table.note(*line, text!("survey.leaf_without_method")),
            _ => {}
        }
    }
}

/// Where all parts of a whole have points, these add up to the points of the whole.
fn check_points(table: &Table<'_>, criteria: &[Placed<Criterion>]) {
    for Placed { line, value } in criteria {
        let Some(whole) = value.max_points else { continue };
        let parts = criteria.iter().filter(|part| part.value.parent.as_ref() == Some(&value.id));
        let points: Option<Vec<f64>> = parts.map(|part| part.value.max_points).collect();
        let Some(points) = points.filter(|points| !points.is_empty()) else { continue };
        let sum: f64 = points.iter().sum();
        if (sum - whole).abs() > POINTS_TOLERANCE {
            table.note(*line, text!("survey.points_do_not_add_up", whole = whole, sum = sum));
        }
    }
}
