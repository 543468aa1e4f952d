//! `phieu frame`: import and freeze the list of people.

use super::{
    Failure, Result, Settings,
    data::{Files, print},
};
use crate::{sampling::Stratum, text};
use clap::Subcommand;
use std::path::{Path, PathBuf};

#[derive(Debug, Subcommand)]
pub enum FrameAct {
    /// Import the list of people, all of it or nothing, in place of an earlier one
    Import {
        /// The round
        #[arg(long)]
        round: String,
        /// CSV and XLSX files; together they are one list
        #[arg(required = true)]
        files: Vec<PathBuf>,
        /// The sheet of XLSX files to read [default: every visible sheet]
        #[arg(long)]
        sheet: Option<String>,
    },
    /// Freeze the list: from now on its fingerprint tells any change
    Freeze {
        /// The round
        #[arg(long)]
        round: String,
        /// A CSV file `unit,group,reason` that explains gaps above 2 % to the independent totals
        #[arg(long)]
        reasons: Option<PathBuf>,
    },
}

pub async fn run(act: FrameAct, settings: &Settings) -> Result<()> {
    let office = settings.office().await?;
    match act {
        FrameAct::Import { round, files, sheet } => {
            let round = office.round(&round).await?;
            let files = Files::read(&files)?;
            let report = office.import_frame(&round, &files.uploads(sheet.as_deref())).await?;
            for warning in &report.warnings {
                eprintln!("{}", warning.say(settings.language));
            }
            for duplicate in &report.duplicates {
                eprintln!("{}", duplicate.say(settings.language));
            }
            print(report.summary().say(settings.language))?;
        }
        FrameAct::Freeze { round, reasons } => {
            let round = office.round(&round).await?;
            let reasons = reasons.as_deref().map(read_reasons).transpose()?.unwrap_or_default();
            let frozen = office.freeze_frame(&round, &reasons).await?;
            print(
                text!(
                    "cli.frozen",
                    number = frozen.number,
                    people = frozen.people,
                    sha256 = frozen.frame_sha256
                )
                .say(settings.language),
            )?;
        }
    }
    Ok(())
}

fn read_reasons(path: &Path) -> Result<Vec<(Stratum, String)>> {
    let bad = |problem: csv::Error| {
        Failure::Environment(text!("cli.unreadable", path = path.display(), problem = problem))
    };
    let mut reader = csv::Reader::from_path(path).map_err(bad)?;
    reader
        .deserialize::<(String, String, String)>()
        .map(|row| {
            let (unit, group, reason) = row.map_err(bad)?;
            Ok((Stratum::new(&unit, &group), reason))
        })
        .collect()
}
