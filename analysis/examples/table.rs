//! Every question by every unit from a folder that `benches/gen.py` wrote: one JSON line.
//!
//! `cargo run --release -p analysis --example table -- DIR [--threads N]`

use std::error::Error;
use std::path::Path;
use std::process::ExitCode;
use std::time::Instant;

use analysis::{Ask, Declaration, DontKnow, Est, Scale, Scores, Stratum};
use serde_json::json;

const QUESTIONS: usize = 34;

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
    let started = Instant::now();
    let (n, table) = compute(Path::new(folder), threads)?;
    let wall = started.elapsed().as_secs_f64();
    let (cpu, peak) = used();
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
fn compute(folder: &Path, threads: usize) -> Result<(usize, Vec<Est>), Box<dyn Error>> {
    let text = std::fs::read_to_string(folder.join("strata.csv"))?;
    let (mut strata, mut units): (Vec<Stratum>, Vec<Vec<usize>>) = (Vec::new(), Vec::new());
    for (number, line) in text.lines().skip(1).enumerate() {
        let fields: Vec<&str> = line.split(',').collect();
        let [name, unit, _, population, ..] = fields.as_slice() else {
            return Err(format!("strata.csv, line {}: too few fields", number + 2).into());
        };
        let unit: usize = unit.parse()?;
        units.resize(units.len().max(unit + 1), Vec::new());
        units[unit].push(number);
        strata.push(Stratum::new(*name, Some(population.parse()?)).within(unit.to_string()));
    }
    let stratum_of = std::fs::read(folder.join("stratum.u16le"))?
        .chunks_exact(2)
        .map(|b| usize::from(u16::from_le_bytes([b[0], b[1]])))
        .collect();
    let design = Declaration::new(strata, stratum_of).build()?;
    let answers: Vec<i8> =
        std::fs::read(folder.join("answers.i8"))?.into_iter().map(u8::cast_signed).collect();
    let counts = design.count_answers(&answers, QUESTIONS, threads)?;
    let counts = counts.ok_or("rows of a stratum have different weights")?;
    let scores = Scores::new([(1, 0.0), (2, 25.0), (3, 50.0), (4, 75.0), (5, 100.0)]);
    let scale = Scale::scored(&scores, DontKnow::Missing);
    let ask = Ask::default();
    let mut table = Vec::with_capacity(units.len() * QUESTIONS);
    for unit in &units {
        for question in 0..QUESTIONS {
            table.push(counts.mean(question, &scale, unit, &ask)?);
        }
    }
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
