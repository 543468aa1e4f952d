//! `phieu score`: scores and points of an opened round.

use super::{Failure, Result, Settings, data::print};
use crate::{
    fieldwork::RoundState,
    report::{results, results_json, text_table},
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
}

pub async fn run(args: ScoreArgs, settings: &Settings) -> Result<()> {
    let office = settings.office().await?;
    let round = office.round(&args.round).await?;
    if round.row.state != RoundState::Opened {
        return Err(Failure::Data(text!("cli.not_opened", round = args.round)));
    }
    let rule = match &args.rule {
        None => &round.survey.rule,
        Some(id) => round.survey.rule_called(id).ok_or_else(|| {
            let known: Vec<&str> = std::iter::once(&round.survey.rule)
                .chain(&round.survey.alternatives)
                .map(|rule| rule.id.as_str())
                .collect();
            Failure::Data(text!("cli.no_such_rule", rule = id, known = known.join(", ")))
        })?,
    };
    let facts = office.facts(&round).await?;
    let results = results(&facts, &round.survey, rule);
    if args.json {
        print(results_json(&results))?;
    } else {
        print(text_table(&results, settings.language))?;
    }
    Ok(())
}
