//! `phieu round`: set up, list, open, close; keyholders and the opening of the box.

use super::{
    Failure, Result, Settings,
    data::print,
    keys::{Shares, listed, read_public},
    survey::named_survey,
};
use crate::{
    clock,
    conduct::{Published, RoundPlan},
    fieldwork::{KeyShare, RoundState},
    text,
};
use clap::Subcommand;
use jiff::civil::Date;
use std::path::PathBuf;

#[derive(Debug, Subcommand)]
pub enum RoundAct {
    /// Set up a round of a survey; it keeps the survey's files as they are now
    Create {
        /// The folder of the survey, or a published version (ID@NUMBER, ID for the latest)
        #[arg(long)]
        survey: String,
        /// How people will name the round
        #[arg(long)]
        code: String,
        /// The announced last day, dd/mm/yyyy or yyyy-mm-dd
        #[arg(long)]
        closes: Option<String>,
        /// Minutes for which a saved page may still be submitted after closing
        #[arg(long, default_value_t = 30)]
        lease: u32,
        /// The people and answers are made up: every page says so
        #[arg(long)]
        synthetic: bool,
    },
    /// List the rounds
    List,
    /// Open a round for answers
    Open {
        /// The round
        code: String,
    },
    /// Close a round: nobody may start any more
    Close {
        /// The round
        code: String,
    },
    /// Put the key of the box into the hands of three keyholders, before the round opens; or
    /// register shares that replace lost ones
    Keyholders {
        /// The round
        code: String,
        /// The public file that `phieu keys make` or `phieu keys replace` has written
        #[arg(long)]
        public: PathBuf,
    },
    /// Prove that the keyholders' shares open the box, with a trial answer
    Rehearse {
        /// The round
        code: String,
        #[command(flatten)]
        shares: Shares,
    },
    /// Open the box of a closed round, once, destroy its key, and publish the figures
    OpenBox {
        /// The round
        code: String,
        #[command(flatten)]
        shares: Shares,
    },
    /// Publish the figures anew, after answers were withdrawn
    Publish {
        /// The round
        code: String,
    },
}

pub async fn run(act: RoundAct, settings: &Settings) -> Result<()> {
    let office = settings.office().await?;
    let say = |text: crate::messages::Text| print(text.say(settings.language));
    match act {
        RoundAct::Create { survey, code, closes, lease, synthetic } => {
            let plan = RoundPlan {
                code,
                closes_on: closes.as_deref().map(date).transpose()?,
                lease: Some(i64::from(lease) * 60_000),
                synthetic,
            };
            let files = named_survey(&survey, settings).await?;
            let round = office.set_up_round(&files, &plan).await?;
            say(text!(
                "cli.round_set_up",
                round = round.row.code,
                survey = round.survey.id,
                sha256 = round.row.survey_sha256
            ))?;
        }
        RoundAct::List => {
            for round in office.rounds().await? {
                print(format_args!(
                    "{}\t{}\t{}\t{}",
                    round.code,
                    round.state.as_str(),
                    round.opened_on.as_deref().unwrap_or("-"),
                    round.closes_on.as_deref().unwrap_or("-"),
                ))?;
            }
        }
        RoundAct::Open { code } => {
            let invited = office.open_round(&office.round(&code).await?).await?;
            say(text!("cli.round_opened", round = code, invitations = invited))?;
        }
        RoundAct::Close { code } => {
            let last = office.close_round(&office.round(&code).await?).await?;
            say(text!("cli.round_closed", round = code, last = moment(last)))?;
        }
        RoundAct::Keyholders { code, public } => {
            let round = office.round(&code).await?;
            let known =
                office.register_keyholders(&round, &read_public(&public)?).await?.keyholders;
            let (key, split) = (known.box_digits(), known.split);
            say(match round.row.state {
                RoundState::Setup => {
                    text!("keys.registered", round = code, box = key, split = split)
                }
                _ => text!("keys.registered_open", round = code, box = key, split = split),
            })?;
        }
        RoundAct::Rehearse { code, shares } => {
            let round = office.round(&code).await?;
            let shares = shares.read(settings.language)?;
            let custody = office.rehearse(&round, &shares).await?;
            let mut numbers: Vec<u8> = shares.iter().map(KeyShare::number).collect();
            numbers.sort_unstable();
            say(text!("keys.rehearsed", round = code, numbers = listed(&numbers)))?;
            say(match &custody.to_rehearse()[..] {
                [] => text!("keys.all_rehearsed"),
                missing => text!("keys.still_to_rehearse", numbers = listed(missing)),
            })?;
        }
        RoundAct::OpenBox { code, shares } => {
            let round = office.round(&code).await?;
            let shares = shares.read(settings.language)?;
            let unsealed = office.open_box(&round, &shares).await?;
            say(text!("cli.box_opened", round = code, responses = unsealed.responses))?;
            for (outcome, n) in unsealed.outcomes {
                print(format_args!("  {outcome}\t{n}"))?;
            }
            published(&office.published(&office.round(&code).await?).await?, &code, settings)?;
        }
        RoundAct::Publish { code } => {
            let version = office.publish(&office.round(&code).await?).await?;
            published(&version, &code, settings)?;
        }
    }
    Ok(())
}

/// Which version was published, and what had to be withheld from it.
fn published(version: &Published, round: &str, settings: &Settings) -> Result<()> {
    let number = version.number;
    print(text!("cli.published", round = round, number = number).say(settings.language))?;
    for figure in version.release.withheld() {
        let figure = figure.say(settings.language);
        print(text!("cli.withheld", figure = figure).say(settings.language))?;
    }
    Ok(())
}

/// `05/03/2026` or `2026-03-05`.
fn date(typed: &str) -> Result<Date> {
    typed
        .parse()
        .or_else(|_| Date::strptime("%d/%m/%Y", typed))
        .map_err(|_| Failure::Environment(text!("cli.not_a_date", typed = typed)))
}

fn moment(millis: clock::Millis) -> String {
    clock::written_moment(millis)
}
