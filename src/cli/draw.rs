//! `phieu draw`: draw the sample; prove that a draw follows from its frame and seed.

use super::{
    Failure, Result, Settings,
    data::{print, write_out},
};
use crate::{
    conduct::Verdict,
    sampling::{DrawRecord, FrozenFrame, verify},
    text,
};
use clap::{Args, Subcommand};
use std::path::{Path, PathBuf};

#[derive(Debug, Args)]
#[command(args_conflicts_with_subcommands = true)]
pub struct DrawArgs {
    #[command(subcommand)]
    act: Option<DrawAct>,
    /// The round
    #[arg(long, required = true)]
    round: Option<String>,
    /// A public value that did not exist when the list was frozen
    #[arg(long, required = true)]
    public_value: Option<String>,
    /// What the public value is, and where anybody can look it up
    #[arg(long, required = true)]
    source: Option<String>,
}

#[derive(Debug, Subcommand)]
enum DrawAct {
    /// Prove that record = list + seed, and name the first difference
    Verify {
        /// The round, in this database
        #[arg(long, conflicts_with_all = ["record", "frame"], required_unless_present = "record")]
        round: Option<String>,
        /// A record file, checked anywhere against a frozen list
        #[arg(long, requires = "frame")]
        record: Option<PathBuf>,
        /// The frozen list
        #[arg(long)]
        frame: Option<PathBuf>,
    },
    /// Write the record and the frozen list of a round, for others to verify
    Export {
        /// The round
        #[arg(long)]
        round: String,
        /// Where to write draw.json and frame.txt
        #[arg(long, default_value = ".")]
        to: PathBuf,
    },
}

pub async fn run(args: DrawArgs, settings: &Settings) -> Result<()> {
    match args.act {
        Some(DrawAct::Verify { record: Some(record), frame: Some(frame), .. }) => {
            verify_files(&record, &frame, settings)
        }
        Some(DrawAct::Verify { round, .. }) => {
            let office = settings.office().await?;
            let round = office.round(&round.unwrap_or_default()).await?;
            match office.verify_draw(&round).await? {
                Verdict::Proved { record_sha256, sample } => {
                    proved(&record_sha256, sample, settings)
                }
                Verdict::Differs(difference) => Err(Failure::Data(difference)),
            }
        }
        Some(DrawAct::Export { round, to }) => export(&round, &to, settings).await,
        None => draw(args, settings).await,
    }
}

async fn draw(args: DrawArgs, settings: &Settings) -> Result<()> {
    let (round, value, source) = (args.round, args.public_value, args.source);
    let office = settings.office().await?;
    let round = office.round(&round.unwrap_or_default()).await?;
    let summary = office
        .draw_sample(&round, &value.unwrap_or_default(), &source.unwrap_or_default(), "")
        .await?;
    print(
        text!(
            "cli.drawn",
            sample = summary.sample,
            population = summary.population,
            frame = summary.frame_sha256,
            seed = summary.seed,
            record = summary.record_sha256
        )
        .say(settings.language),
    )?;
    for (stratum, missing) in summary.short {
        eprintln!(
            "{}",
            text!(
                "cli.short_stratum",
                unit = stratum.unit,
                group = stratum.group,
                missing = missing
            )
            .say(settings.language)
        );
    }
    Ok(())
}

async fn export(round: &str, to: &Path, settings: &Settings) -> Result<()> {
    let office = settings.office().await?;
    let (record, frame) = office.draw_documents(&office.round(round).await?).await?;
    std::fs::create_dir_all(to).map_err(|problem| {
        Failure::Environment(text!("cli.unwritable", path = to.display(), problem = problem))
    })?;
    write_out(Some(&to.join("draw.json")), record.as_bytes())?;
    write_out(Some(&to.join("frame.txt")), frame.as_bytes())?;
    print(text!("cli.draw_exported", path = to.display()).say(settings.language))
}

fn verify_files(record: &Path, frame: &Path, settings: &Settings) -> Result<()> {
    let read = |path: &Path| {
        std::fs::read_to_string(path).map_err(|problem| {
            Failure::Environment(text!("cli.unreadable", path = path.display(), problem = problem))
        })
    };
    let record =
        DrawRecord::from_json(&read(record)?).map_err(|problem| Failure::Data(problem.text()))?;
    let frame =
        FrozenFrame::from_text(&read(frame)?).map_err(|problem| Failure::Data(problem.text()))?;
    verify(&record, &frame).map_err(|difference| Failure::Data(difference.text()))?;
    proved(&record.sha256_hex(), record.strata.iter().map(|stratum| stratum.sample).sum(), settings)
}

fn proved(record_sha256: &str, sample: usize, settings: &Settings) -> Result<()> {
    print(text!("cli.draw_proved", sha256 = record_sha256, sample = sample).say(settings.language))
}
