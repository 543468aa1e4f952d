//! `phieu reserve`: call people of the reserve.

use super::{Result, Settings, data::print};
use crate::{sampling::WaveRule, text};
use clap::Subcommand;

#[derive(Debug, Subcommand)]
pub enum ReserveAct {
    /// Call the next wave, in drawn order, if the published rule says that today is a day for it
    Release {
        /// The round
        #[arg(long)]
        round: String,
    },
}

pub async fn run(act: ReserveAct, settings: &Settings) -> Result<()> {
    let ReserveAct::Release { round } = act;
    let office = settings.office().await?;
    let round = office.round(&round).await?;
    let released = office.release_reserve(&round, &WaveRule::default()).await?;
    for one in &released {
        let line = match &one.held {
            None => text!("cli.released", unit = one.unit, group = one.group, people = one.people),
            Some(held) => text!(
                "cli.not_released",
                unit = one.unit,
                group = one.group,
                reason = held.text().say(settings.language)
            ),
        };
        print(line.say(settings.language))?;
    }
    Ok(())
}
