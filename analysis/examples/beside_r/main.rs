//! We and R survey side by side: the tables of the README. `analysis/beside-r` runs it.
//!
//! `beside_r make FOLDER PEOPLE` writes a made-up survey.
//! `beside_r DATA FOLDER` prints the tables in Markdown: DATA holds the reference data, FOLDER
//! what `survey.R` (`r.tsv`, `bootstrap.csv`), `speed.R` (`speed.tsv`) and the example `table`
//! (`table.json`, a line per run) said.

#[path = "../../benches/figures/data.rs"]
mod data;
mod figures;
#[path = "../../benches/figures/make.rs"]
mod make;
mod reference;
mod row;
mod speed;
mod weights;

use std::path::Path;
use std::process::ExitCode;

use reference::{Failure, Said};

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let done = match words.as_slice() {
        ["make", folder, people] => people
            .parse()
            .map_err(Failure::from)
            .and_then(|people| make::make(Path::new(folder), people)),
        [data, folder] => print(Path::new(data), Path::new(folder)),
        _ => Err("run analysis/beside-r".into()),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(problem) => {
            eprintln!("{problem}");
            ExitCode::from(2)
        }
    }
}

fn print(data: &Path, folder: &Path) -> Result<(), Failure> {
    let r = Said::read(&folder.join("r.tsv"))?;
    let mut rows = figures::schools(data)?;
    rows.extend(figures::units(data)?);
    rows.extend(figures::models(data)?);
    rows.extend(weights::calibration(data)?);
    rows.extend(weights::replicates(data, folder, &r)?);
    rows.extend(figures::ends(data)?);
    println!("{}.", r.words("version")?);
    println!();
    println!("| quantity | ours, asked as R | R survey | largest relative difference | remark |");
    println!("|---|---|---|---|---|");
    for row in &rows {
        println!("{}", row.beside(&r.numbers(row.name)?));
    }
    println!();
    speed::print(folder)
}
