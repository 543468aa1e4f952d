//! What a table of all questions by all units costs here, and a part of it in R.

use std::path::Path;

use analysis::{Declaration, DontKnow, Scale, Scores};

use crate::data::{QUESTIONS, Survey};
use crate::figures::AS_R;
use crate::reference::{Failure, Said};
use crate::row::{Row, short};

pub fn print(folder: &Path) -> Result<(), Failure> {
    let r = Said::read(&folder.join("speed.tsv"))?;
    let asked = (1..=QUESTIONS).take_while(|q| r.words(&format!("question_{q}")).is_ok()).count();
    let of = |name: &str| -> Result<[f64; 2], Failure> {
        let pair = r.numbers(name)?.try_into();
        pair.map_err(|_| format!("R said something else than two times of {name}").into())
    };
    let ([read, tables], [read_cpu, tables_cpu]) = (of("wall")?, of("cpu")?);
    let all = QUESTIONS as f64 / asked as f64;
    let runs = std::fs::read_to_string(folder.join("table.json"))?;
    let runs: Vec<serde_json::Value> =
        runs.lines().map(serde_json::from_str).collect::<Result<_, _>>()?;
    let ours = |name: &str| {
        let mut found: Vec<f64> = runs.iter().filter_map(|run| run[name].as_f64()).collect();
        found.sort_by(f64::total_cmp);
        found.get(found.len() / 2).copied().unwrap_or(f64::NAN)
    };
    let people = runs.first().and_then(|run| run["n"].as_u64()).unwrap_or(0);
    println!("| {QUESTIONS} questions × 60 units, {people} people | ours | R survey |");
    println!("|---|---|---|");
    println!("| measured | all, median of {} runs | {asked} questions, one run |", runs.len());
    let line = |what: &str, own: f64, read: f64, tables: f64| {
        println!(
            "| {what} | {own:.2} s | {:.1} s; by the number of questions {:.0} s for all |",
            read + tables,
            read + all * tables
        );
    };
    line("wall time, from the files", ours("wall_s"), read, tables);
    line("processor time", ours("cpu_s"), read_cpu, tables_cpu);
    let peak = r.numbers("peak_mb")?.first().copied().unwrap_or(f64::NAN);
    println!("| peak memory | {:.0} MB | {peak:.0} MB |", ours("peak_mb"));
    let difference = difference(folder, &r, asked)?;
    println!(
        "| largest relative difference of {} means and SE | {} | |",
        asked * 60,
        if difference == 0.0 { short(0.0) } else { format!("{difference:.0e}") }
    );
    Ok(())
}

/// Of the means and standard errors that R made.
fn difference(folder: &Path, r: &Said, asked: usize) -> Result<f64, Failure> {
    let survey = Survey::read(folder)?;
    let design = Declaration::new(survey.strata, survey.stratum_of).build()?;
    let counts = design.count_answers(&survey.answers, QUESTIONS)?;
    let counts = counts.ok_or("rows of a stratum have different weights")?;
    let scores = Scores::new((1..=5).map(|answer| (answer, f64::from(answer - 1) * 25.0)));
    let table = counts.means(&Scale::scored(&scores, DontKnow::Missing), &survey.units, &AS_R)?;
    let mut largest = 0.0f64;
    for question in 0..asked {
        let ests = || table.iter().skip(question).step_by(QUESTIONS);
        let values = ests().map(|est| est.value.unwrap_or(f64::NAN));
        let ours = values.chain(ests().map(|est| est.se.unwrap_or(f64::NAN))).collect();
        let row = Row::new("", "", ours);
        let theirs = r.numbers(&format!("question_{}", question + 1))?;
        largest = largest.max(row.difference(&theirs).ok_or("R made other figures")?);
    }
    Ok(largest)
}
