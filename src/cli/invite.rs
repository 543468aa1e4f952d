//! `phieu invite`: access codes and links, for letters and messages.

use super::{Failure, Result, Settings, data::write_out};
use crate::text;
use clap::Subcommand;
use std::path::PathBuf;

#[derive(Debug, Subcommand)]
pub enum InviteAct {
    /// Write everybody invited with code and link, as CSV
    Export {
        /// The round
        #[arg(long)]
        round: String,
        /// The address under which respondents reach the service, such as `https://phieu.example.gov.vn`
        /// [default: the address of `phieu.toml`]
        #[arg(long, env = "PHIEU_ADDRESS")]
        address: Option<String>,
        /// The file to write [default: standard output]
        #[arg(long)]
        out: Option<PathBuf>,
    },
}

pub async fn run(act: InviteAct, settings: &Settings) -> Result<()> {
    let InviteAct::Export { round, address, out } = act;
    let Some(address) = settings.public_address(address.as_deref())? else {
        return Err(Failure::Environment(text!("cli.no_public_address")));
    };
    let office = settings.office().await?;
    let round = office.round(&round).await?;
    let made = office.make_invitations(&round).await?;
    let invited = office.invited(&round).await?;
    let mut csv = csv::Writer::from_writer(Vec::from("\u{feff}"));
    let unwritable = |problem: &dyn std::error::Error| Failure::environment(problem);
    csv.write_record([
        "unit", "group", "rank", "wave", "id", "name", "phone", "email", "code", "link",
    ])
    .map_err(|problem| unwritable(&problem))?;
    for one in &invited {
        let link = format!("{}/p/{}", address.as_str(), one.code.compact());
        csv.write_record([
            guarded(&one.unit),
            guarded(&one.group),
            one.draw_rank.to_string(),
            one.wave.to_string(),
            guarded(&one.frame_id),
            guarded(&one.name),
            guarded(&one.phone),
            guarded(&one.email),
            one.code.to_string(),
            link,
        ])
        .map_err(|problem| unwritable(&problem))?;
    }
    let bytes = csv.into_inner().map_err(|problem| unwritable(&problem))?;
    write_out(out.as_deref(), &bytes)?;
    eprintln!(
        "{}",
        text!("cli.exported", people = invited.len(), new = made).say(settings.language)
    );
    Ok(())
}

/// A cell that a spreadsheet would take for a formula gets an apostrophe in front.
fn guarded(cell: &str) -> String {
    if cell.starts_with(['=', '+', '-', '@', '\t', '\r']) {
        format!("'{cell}")
    } else {
        cell.to_owned()
    }
}
