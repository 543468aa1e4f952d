//! The facts of a round from which its figures are computed, and the rounds before it.

use super::{Office, Result, Round, refuse};
use crate::{
    fieldwork::RoundState,
    questionnaire::Recorded,
    report::{CellFacts, Facts, LabelFacts, ResponseFacts},
    storage::{CellRow, RoundRow, StorageError},
    text,
};
use std::collections::{BTreeMap, HashMap};
use uuid::Uuid;

impl Office {
    /// The opened rounds that `round` can be held against, the latest first: those that began
    /// no later than it did.
    pub async fn earlier_rounds(&self, round: &Round) -> Result<Vec<RoundRow>> {
        let mut earlier = self.rounds().await?;
        earlier.retain(|other| is_earlier(other, &round.row));
        earlier.sort_by(|a, b| (&b.opened_on, &b.code).cmp(&(&a.opened_on, &a.code)));
        Ok(earlier)
    }

    /// The round called `code`, if `round` can be held against it.
    pub async fn earlier_round(&self, round: &Round, code: &str) -> Result<Round> {
        let earlier = self.round(code).await?;
        if !is_earlier(&earlier.row, &round.row) {
            let why = text!("figures.not_comparable", round = code, now = round.row.code);
            return refuse(why);
        }
        Ok(earlier)
    }

    /// The rounds called `codes`, in the order of time, if they can make up a year with `round`,
    /// which comes after them.
    pub async fn rounds_of_year(&self, round: &Round, codes: &[String]) -> Result<Vec<Round>> {
        let mut rounds: Vec<Round> = Vec::new();
        for code in codes {
            let other = self.round(code).await?;
            if !is_earlier(&other.row, &round.row) {
                return refuse(text!("figures.not_in_year", round = code, now = round.row.code));
            }
            if rounds.iter().any(|known| known.row.id == other.row.id) {
                return refuse(text!("figures.twice_in_year", round = code));
            }
            rounds.push(other);
        }
        rounds
            .sort_by(|a, b| (&a.row.opened_on, &a.row.code).cmp(&(&b.row.opened_on, &b.row.code)));
        Ok(rounds)
    }

    /// Everything that figures about `round` may be computed from. Before the box is opened
    /// there are cells and counts, and no responses.
    pub async fn facts(&self, round: &Round) -> Result<Facts> {
        let mut tx = self.store.read().await?;
        let cells = tx.cells(round.row.id).await?;
        let at: HashMap<Uuid, usize> = (0..).zip(&cells).map(|(at, cell)| (cell.id, at)).collect();
        let daily: HashMap<Uuid, (i64, i64)> = tx
            .daily_counts(round.row.id)
            .await?
            .into_iter()
            .map(|row| (row.id, (row.started_shown, row.conflicts_shown)))
            .collect();
        let mut outcomes: HashMap<Uuid, BTreeMap<String, u64>> = HashMap::new();
        for row in tx.outcomes(round.row.id).await? {
            outcomes.entry(row.cell_id).or_default().insert(row.outcome, whole(row.n));
        }
        let labels = tx.labels(round.row.id).await?;
        let label_at: HashMap<Uuid, usize> =
            (0..).zip(&labels).map(|(at, label)| (label.id, at)).collect();
        let mut responses = Vec::new();
        for row in tx.responses(round.row.id).await? {
            let answers: BTreeMap<String, Recorded> = serde_json::from_str(&row.answers)
                .map_err(|_| StorageError::Corrupt { table: "response", column: "answers" })?;
            let Some(&label) = label_at.get(&row.label_id) else { continue };
            responses.push(ResponseFacts { label, answers });
        }
        Ok(Facts {
            round: round.row.code.clone(),
            state: round.row.state,
            synthetic: round.row.synthetic,
            opened_on: round.row.opened_on.clone(),
            closes_on: round.row.closes_on.clone(),
            submits_by_day: tx.submits_by_day(round.row.id).await?,
            consents: tx
                .consents(round.row.id)
                .await?
                .into_iter()
                .map(|(notice, n)| (notice, whole(n)))
                .collect(),
            reasons: tx
                .reasons(round.row.id)
                .await?
                .into_iter()
                .map(|(said, n)| (said, whole(n)))
                .collect(),
            labels: labels
                .into_iter()
                .map(|label| LabelFacts {
                    cells: label.cells.iter().filter_map(|cell| at.get(cell).copied()).collect(),
                    form: label.form,
                    form_version: label.form_version,
                    subject: label.subject,
                    mode: label.mode,
                })
                .collect(),
            responses,
            cells: cells
                .into_iter()
                .map(|cell| {
                    let (started, conflicts) = daily.get(&cell.id).copied().unwrap_or_default();
                    let outcomes = outcomes.remove(&cell.id).unwrap_or_default();
                    cell_facts(cell, started, conflicts, outcomes)
                })
                .collect(),
        })
    }
}

fn is_earlier(other: &RoundRow, round: &RoundRow) -> bool {
    other.state == RoundState::Opened
        && other.id != round.id
        && other.opened_on.is_some()
        && other.opened_on <= round.opened_on
}

fn cell_facts(
    cell: CellRow,
    started: i64,
    conflicts: i64,
    outcomes: BTreeMap<String, u64>,
) -> CellFacts {
    CellFacts {
        unit: cell.unit,
        group: cell.group,
        form: cell.form,
        subject: cell.subject,
        policy: cell.state.policy,
        population: cell.population.map(whole),
        target: whole(cell.state.target),
        released: whole(cell.released),
        started: whole(started),
        completed: whole(cell.state.completed),
        over_allocation: whole(cell.state.over_allocation),
        conflicts: whole(conflicts),
        outcomes,
    }
}

fn whole(n: i64) -> u64 {
    u64::try_from(n).unwrap_or(0)
}
