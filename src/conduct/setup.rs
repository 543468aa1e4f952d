//! Setting up a round: a survey, a period, units, groups and targets.

use super::{ConductError, Office, Result, Round, refuse};
use crate::{
    clock::Millis,
    storage::{NewRound, StratumRow},
    survey::{Bundle, Survey, read_survey, to_fill_in},
    text,
};
use jiff::civil::Date;
use serde_json::json;
use uuid::Uuid;

/// How long a saved page may still be submitted after closing.
const LEASE: Millis = 30 * 60 * 1000;

/// What a round is to be.
#[derive(Debug, Clone)]
pub struct RoundPlan {
    /// How people will name it: letters, digits, `-`, `.` and `_`.
    pub code: String,
    /// The announced last day.
    pub closes_on: Option<Date>,
    /// How long a saved page may still be submitted after closing, if not half an hour.
    pub lease: Option<Millis>,
    /// Made-up people and answers: every page will say so.
    pub synthetic: bool,
}

impl Office {
    /// Sets up a round of the survey in `files`, which the round keeps as they are now.
    pub async fn set_up_round(&self, files: &Bundle, plan: &RoundPlan) -> Result<Round> {
        let survey = read_survey(files).map_err(ConductError::Survey)?;
        let permitted = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '.' | '_');
        if plan.code.is_empty() || plan.code.len() > 40 || !plan.code.chars().all(permitted) {
            return refuse(text!("conduct.bad_round_code", code = plan.code));
        }
        // A made-up round may try a survey out before everything in it is known.
        let synthetic = plan.synthetic || survey.synthetic;
        if let (Some((file, line)), false) = (to_fill_in(files), synthetic) {
            return refuse(text!("conduct.to_fill_in", file = file, line = line));
        }
        let id = Uuid::new_v4();
        let closes_on = plan.closes_on.map(|day| day.to_string());
        let mut tx = self.store.write().await?;
        if !synthetic {
            Self::versions_are_free(&mut tx, files).await?;
        }
        tx.keep_survey(&files.sha256(), &files.to_json()).await?;
        let new = tx
            .set_up_round(&NewRound {
                id,
                code: &plan.code,
                survey_sha256: &files.sha256(),
                closes_on: closes_on.as_deref(),
                lease: plan.lease.unwrap_or(LEASE),
                synthetic,
            })
            .await?;
        if !new {
            return refuse(text!("conduct.round_exists", code = plan.code));
        }
        let mut strata = Vec::with_capacity(survey.targets.len());
        for target in &survey.targets {
            let unit = tx.unit(&target.unit, Uuid::new_v4()).await?;
            let stratum = StratumRow {
                id: Uuid::new_v4(),
                unit: target.unit.clone(),
                grp: target.group.clone(),
                target: i64::from(target.target),
                population: None,
                released: 0,
            };
            strata.push((stratum, unit));
        }
        tx.add_strata(id, &strata).await?;
        self.record(&mut tx, "round.set_up", &about(plan, &survey)).await?;
        tx.commit().await?;
        self.round(&plan.code).await
    }
}

fn about(plan: &RoundPlan, survey: &Survey) -> serde_json::Value {
    json!({
        "round": plan.code,
        "survey": survey.id,
        "survey_sha256": survey.sha256,
        "rule": survey.rule.id,
        "rule_sha256": survey.rule.sha256,
    })
}
