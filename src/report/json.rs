//! The results as a JSON document for other programs.
//!
//! Numbers have their shortest round-trip form, what is undefined is null, arrays are sorted
//! by code, and flags come from one closed list.

use super::{Flag, Results};
use crate::messages::Language;
use serde::Serialize;

#[derive(Serialize)]
struct Document<'a> {
    round: &'a str,
    rule: Rule<'a>,
    criteria: Vec<Criterion<'a>>,
    cells: Vec<Cell<'a>>,
}

#[derive(Serialize)]
struct Rule<'a> {
    id: &'a str,
    version: &'a str,
    sha256: &'a str,
}

#[derive(Serialize)]
struct Criterion<'a> {
    code: &'a str,
    name: &'a str,
    subject: &'a str,
    method: String,
    score: Option<f64>,
    se: Option<f64>,
    df: Option<f64>,
    ci: Option<[f64; 2]>,
    n: Option<u64>,
    n_eff: Option<f64>,
    population: Option<u64>,
    max_points: Option<f64>,
    points: Option<f64>,
    points_ci: Option<[f64; 2]>,
    flags: Vec<Flag>,
}

#[derive(Serialize)]
struct Cell<'a> {
    unit: &'a str,
    group: &'a str,
    form: &'a str,
    subject: &'a str,
    population: Option<u64>,
    target: u64,
    released: u64,
    completed: u64,
    over_allocation: u64,
}

/// The results as one line of JSON, at full precision.
pub fn results_json(results: &Results) -> String {
    let mut criteria: Vec<Criterion<'_>> = results
        .criteria
        .iter()
        .map(|one| Criterion {
            code: &one.code,
            name: one.name.get(Language::default().code()),
            subject: &one.subject,
            method: one.rule.method_in_brief(Language::default()),
            score: one.score,
            se: one.se,
            df: one.df,
            ci: one.ci,
            n: one.n,
            n_eff: one.n_eff,
            population: one.population,
            max_points: one.max_points,
            points: one.points,
            points_ci: one.points_ci,
            flags: one.flags.iter().copied().collect(),
        })
        .collect();
    criteria.sort_by(|a, b| (a.code, a.subject).cmp(&(b.code, b.subject)));
    let cells = results.cells.iter().map(|cell| Cell {
        unit: &cell.unit,
        group: &cell.group,
        form: &cell.form,
        subject: &cell.subject,
        population: cell.population,
        target: cell.target,
        released: cell.released,
        completed: cell.completed,
        over_allocation: cell.over_allocation,
    });
    let rule = &results.rule;
    let document = Document {
        round: &results.round,
        rule: Rule { id: &rule.id, version: &rule.version, sha256: &rule.sha256 },
        criteria,
        cells: cells.collect(),
    };
    serde_json::to_string(&document).expect("results are plain data")
}
