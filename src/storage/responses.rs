//! Opened answers: a label that at least five share, and a vector of answers.

use super::{Result, StorageError, Tx, on};
use crate::fieldwork::{Reason, Said};
use std::collections::BTreeMap;
use uuid::Uuid;

/// Everything known of some responses besides their answers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LabelRow {
    /// Its identity.
    pub id: Uuid,
    /// The cells they came from.
    pub cells: Vec<Uuid>,
    /// The form's id.
    pub form: String,
    /// The form's version, or several joined by `+`.
    pub form_version: String,
    /// Who is judged.
    pub subject: String,
    /// How they came in.
    pub mode: String,
    /// How many shared it at opening.
    pub n: i64,
}

/// One opened response.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct ResponseRow {
    /// Its label.
    pub label_id: Uuid,
    /// The answers as a JSON object, question to code or value.
    pub answers: String,
}

/// How many parts of a cell ended how.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct OutcomeRow {
    /// The cell.
    pub cell_id: Uuid,
    /// The outcome's word.
    pub outcome: String,
    /// How many.
    pub n: i64,
}

#[derive(sqlx::FromRow)]
struct RawLabel {
    id: Uuid,
    cells: String,
    form: String,
    form_version: String,
    subject: String,
    mode: String,
    n: i64,
}

impl Tx {
    /// The labels of an opened round.
    pub async fn labels(&mut self, round: Uuid) -> Result<Vec<LabelRow>> {
        let raw: Vec<RawLabel> = on!(self, |conn| {
            sqlx::query_as(
            "SELECT id, cells, form, form_version, subject, mode, n FROM label WHERE round_id = $1"
        )
        .bind(round)
        .fetch_all(conn)
        .await?
        });
        raw.into_iter()
            .map(|raw| {
                let cells = serde_json::from_str(&raw.cells)
                    .map_err(|_| StorageError::corrupt("label", "cells"))?;
                Ok(LabelRow {
                    id: raw.id,
                    cells,
                    form: raw.form,
                    form_version: raw.form_version,
                    subject: raw.subject,
                    mode: raw.mode,
                    n: raw.n,
                })
            })
            .collect()
    }

    /// The responses of an opened round, in no order that means anything.
    pub async fn responses(&mut self, round: Uuid) -> Result<Vec<ResponseRow>> {
        Ok(on!(self, |conn| sqlx::query_as(
            "SELECT response.label_id, response.answers
               FROM response
               JOIN label ON label.id = response.label_id
              WHERE label.round_id = $1",
        )
        .bind(round)
        .fetch_all(conn)
        .await?))
    }

    /// How many people of an opened round said that they do not take part, and why.
    pub async fn reasons(&mut self, round: Uuid) -> Result<BTreeMap<(Said, Reason), i64>> {
        let rows: Vec<(String, String, i64)> = on!(self, |conn| sqlx::query_as(
            "SELECT said, reason, n FROM reason_count WHERE round_id = $1"
        )
        .bind(round)
        .fetch_all(conn)
        .await?);
        let read = |(said, reason, n): (String, String, i64)| {
            let said = Said::parse(&said)?;
            Some(((said, Reason::parse(said, &reason)?), n))
        };
        let unknown = || StorageError::corrupt("reason_count", "reason");
        rows.into_iter().map(|row| read(row).ok_or_else(unknown)).collect()
    }

    /// How the parts of an opened round ended.
    pub async fn outcomes(&mut self, round: Uuid) -> Result<Vec<OutcomeRow>> {
        Ok(on!(self, |conn| sqlx::query_as(
            "SELECT cell_id, outcome, n FROM outcome_count WHERE round_id = $1"
        )
        .bind(round)
        .fetch_all(conn)
        .await?))
    }
}
