//! Every question by every unit from a folder that `benches/gen.py` wrote: one JSON line.
//!
//! `cargo run --release -p analysis --example table -- DIR [--threads N]`

#[path = "../benches/figures/data.rs"]
mod data;

use std::error::Error;
use std::path::Path;
use std::process::ExitCode;
use std::time::Instant;

use analysis::{Ask, Declaration, DegreesOfFreedom, DontKnow, Est, IntervalRule, Scale, Scores};
use data::{QUESTIONS, Survey};
use serde_json::json;

fn main() -> ExitCode {
    match run() {
        Ok(line) => {
            println!("{line}");
            ExitCode::SUCCESS
        }
        Err(problem) => {
            eprintln!("{problem}");
            ExitCode::from(2)
        }
    }
}

fn run() -> Result<serde_json::Value, Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let place = arguments.iter().position(|a| a == "--threads");
    let threads = match place {
        Some(place) => arguments.get(place + 1).ok_or("--threads needs a number")?.parse()?,
        None => std::thread::available_parallelism()?.get(),
    };
    let folder = arguments.first().ok_or("give the folder that gen.py wrote")?;
    let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build()?;
    // A program that Cargo starts inherits the processor time of Cargo.
    let before = used().0;
    let started = Instant::now();
    let (n, table) = pool.install(|| compute(Path::new(folder)).map_err(|e| e.to_string()))?;
    let wall = started.elapsed().as_secs_f64();
    let (after, peak) = used();
    let cpu = after.zip(before).map(|(after, before)| after - before);
    let first = &table[0];
    Ok(json!({
        "n": n, "cells": table.len(), "wall_s": wall, "cpu_s": cpu, "peak_mb": peak,
        "unit0_item1": {
            "estimate": first.value, "se": first.se, "df": first.df, "ci": first.ci,
            "n": first.n, "deff": first.deff,
        },
    }))
}

/// Units by questions, unit after unit.
fn compute(folder: &Path) -> Result<(usize, Vec<Est>), Box<dyn Error>> {
    let survey = Survey::read(folder)?;
    let design = Declaration::new(survey.strata, survey.stratum_of).build()?;
    let counts = design.count_answers(&survey.answers, QUESTIONS)?;
    let counts = counts.ok_or("rows of a stratum have different weights")?;
    let scores = Scores::new([(1, 0.0), (2, 25.0), (3, 50.0), (4, 75.0), (5, 100.0)]);
    let scale = Scale::scored(&scores, DontKnow::Missing);
    // As R survey answers, so that the two can be compared: units less strata, and limits by t.
    let ask =
        Ask { df: DegreesOfFreedom::UnitsLessStrata, interval: IntervalRule::T, ..Ask::default() };
    let table = counts.means(&scale, &survey.units, &ask)?;
    Ok((design.rows(), table))
}

/// Processor seconds and peak memory of this process, where the system tells them.
fn used() -> (Option<f64>, Option<f64>) {
    let stat = std::fs::read_to_string("/proc/self/stat").ok();
    let cpu = stat.and_then(|stat| {
        let fields: Vec<f64> = stat
            .rsplit(')')
            .next()?
            .split_whitespace()
            .skip(11)
            .take(2)
            .flat_map(str::parse)
            .collect();
        // In hundredths of a second, as Linux counts for programs.
        Some(fields.iter().sum::<f64>() / 100.0)
    });
    let status = std::fs::read_to_string("/proc/self/status").ok();
    let peak = status.and_then(|status| {
        let line = status.lines().find(|l| l.starts_with("VmHWM:"))?.to_owned();
        Some(line.split_whitespace().nth(1)?.parse::<f64>().ok()? / 1024.0)
    });
    (cpu, peak)
}
