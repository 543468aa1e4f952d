//! `phieu score`: scores and points of an opened round.

use super::{Failure, Result, Settings, data::print};
use crate::{
    conduct::{Office, Round},
    fieldwork::RoundState,
    report::{Results, change, results_json, text_annex, text_table, year},
    survey::Survey,
    text,
};
use clap::Args;

#[derive(Debug, Args)]
pub struct ScoreArgs {
    /// The round
    #[arg(long)]
    round: String,
    /// Print one JSON document instead of a table
    #[arg(long)]
    json: bool,
    /// Another of the survey's rules, for an annex; the round's own rule is the result
    #[arg(long)]
    rule: Option<String>,
    /// An earlier round, to say what has changed since
    #[arg(long, value_name = "ROUND")]
    against: Option<String>,
    /// The earlier rounds that make up a year with this one, with commas between them
    #[arg(long, value_name = "ROUNDS", value_delimiter = ',')]
    year: Vec<String>,
}

pub async fn run(args: ScoreArgs, settings: &Settings) -> Result<()> {
    let office = settings.office().await?;
    let round = office.round(&args.round).await?;
    if round.row.state != RoundState::Opened {
        return Err(Failure::Data(text!("cli.not_opened", round = args.round)));
    }
    let rule = args.rule.as_deref();
    let mut now = results_by(&office, &round, rule).await?;
    if let Some(code) = &args.against {
        let earlier = office.earlier_round(&round, code).await?;
        let then = results_by(&office, &earlier, rule).await?;
        now.change = Some(change((&now, &round.survey), (&then, &earlier.survey)));
    }
    if !args.year.is_empty() {
        let rounds = office.rounds_of_year(&round, &args.year).await?;
        let mut told = Vec::with_capacity(rounds.len());
        for earlier in &rounds {
            told.push(results_by(&office, earlier, rule).await?);
        }
        let earlier: Vec<(&Results, &Survey)> =
            told.iter().zip(&rounds).map(|(told, round)| (told, &round.survey)).collect();
        now.year = Some(year((&now, &round.survey), &earlier));
    }
    if args.json {
        print(results_json(&now))?;
    } else {
        let (table, annex) =
            (text_table(&now, settings.language), text_annex(&now, settings.language));
        print(format!("{table}\n{annex}").trim_end())?;
    }
    Ok(())
}

/// The published results by the rule called `id`, or by the round's own.
async fn results_by(office: &Office, round: &Round, id: Option<&str>) -> Result<Results> {
    let release = office.published(round).await?.release;
    let Some(id) = id else { return Ok(release.main().clone()) };
    release.by_rule(id).cloned().ok_or_else(|| {
        let known: Vec<&str> = std::iter::once(&round.survey.rule)
            .chain(&round.survey.alternatives)
            .map(|rule| rule.id.as_str())
            .collect();
        Failure::Data(text!("cli.no_such_rule", rule = id, known = known.join(", ")))
    })
}
