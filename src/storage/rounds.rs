//! Rounds, the survey files they took, and the records of their draws.

use super::{Result, StorageError, Tx, on};
use crate::{clock::Millis, fieldwork::RoundState};
use uuid::Uuid;

/// One survey run for one period.
#[derive(Debug, Clone)]
pub struct RoundRow {
    /// Its identity.
    pub id: Uuid,
    /// How people name it.
    pub code: String,
    /// The survey files it took.
    pub survey_sha256: String,
    /// How far it has come.
    pub state: RoundState,
    /// The first day, as an ISO date, once it has opened.
    pub opened_on: Option<String>,
    /// The announced last day, as an ISO date.
    pub closes_on: Option<String>,
    /// How long a saved page may still be submitted after closing.
    pub lease: Millis,
    /// Set at closing: no lease runs longer.
    pub last_extension: Option<Millis>,
    /// The public half of the box key, once it has opened.
    pub box_key: Option<Vec<u8>>,
    /// Made-up people and answers.
    pub synthetic: bool,
}

/// What is needed to set up a round.
#[derive(Debug, Clone)]
pub struct NewRound<'a> {
    /// Its identity.
    pub id: Uuid,
    /// How people name it.
    pub code: &'a str,
    /// The survey files it takes.
    pub survey_sha256: &'a str,
    /// The announced last day, as an ISO date.
    pub closes_on: Option<&'a str>,
    /// How long a saved page may still be submitted after closing.
    pub lease: Millis,
    /// Made-up people and answers.
    pub synthetic: bool,
}

/// One numbered record of a round: a freeze, a draw or a release.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct RecordRow {
    /// 1 for the first.
    pub number: i64,
    /// `freeze`, `draw` or `release`.
    pub kind: String,
    /// The record itself, a JSON document.
    pub document: String,
}

#[derive(sqlx::FromRow)]
struct RawRound {
    id: Uuid,
    code: String,
    survey_sha256: String,
    state: String,
    opened_on: Option<String>,
    closes_on: Option<String>,
    lease: i64,
    last_extension: Option<i64>,
    box_key: Option<Vec<u8>>,
    synthetic: bool,
}

impl TryFrom<RawRound> for RoundRow {
    type Error = StorageError;

    fn try_from(raw: RawRound) -> Result<Self> {
        Ok(Self {
            state: RoundState::parse(&raw.state)
                .ok_or_else(|| StorageError::corrupt("round", "state"))?,
            id: raw.id,
            code: raw.code,
            survey_sha256: raw.survey_sha256,
            opened_on: raw.opened_on,
            closes_on: raw.closes_on,
            lease: raw.lease,
            last_extension: raw.last_extension,
            box_key: raw.box_key,
            synthetic: raw.synthetic,
        })
    }
}

impl Tx {
    /// Keeps the files of a survey under their hash; keeping them again changes nothing.
    pub async fn keep_survey(&mut self, sha256: &str, files: &str) -> Result<()> {
        on!(self, |conn| sqlx::query(
            "INSERT INTO survey_copy (sha256, files) VALUES ($1, $2) ON CONFLICT DO NOTHING"
        )
        .bind(sha256)
        .bind(files)
        .execute(conn)
        .await?
        .rows_affected());
        Ok(())
    }

    /// The files of a survey, as JSON.
    pub async fn survey_files(&mut self, sha256: &str) -> Result<Option<String>> {
        Ok(on!(self, |conn| sqlx::query_scalar("SELECT files FROM survey_copy WHERE sha256 = $1")
            .bind(sha256)
            .fetch_optional(conn)
            .await?))
    }

    /// Sets up a round. `false` if its code is taken.
    pub async fn set_up_round(&mut self, round: &NewRound<'_>) -> Result<bool> {
        let done = on!(self, |conn| sqlx::query(
            "INSERT INTO round (id, code, survey_sha256, state, closes_on, lease, synthetic)
             VALUES ($1, $2, $3, 'setup', $4, $5, $6)
             ON CONFLICT DO NOTHING",
        )
        .bind(round.id)
        .bind(round.code)
        .bind(round.survey_sha256)
        .bind(round.closes_on)
        .bind(round.lease)
        .bind(round.synthetic)
        .execute(conn)
        .await?
        .rows_affected());
        Ok(done == 1)
    }

    /// The round called `code`.
    pub async fn round(&mut self, code: &str) -> Result<Option<RoundRow>> {
        let raw: Option<RawRound> = on!(self, |conn| {
            sqlx::query_as(
            "SELECT id, code, survey_sha256, state, opened_on, closes_on, lease, last_extension, box_key, synthetic
               FROM round
              WHERE code = $1",
        )
        .bind(code)
        .fetch_optional(conn)
        .await?
        });
        raw.map(RoundRow::try_from).transpose()
    }

    /// Every round, by code.
    pub async fn rounds(&mut self) -> Result<Vec<RoundRow>> {
        let raw: Vec<RawRound> = on!(self, |conn| {
            sqlx::query_as(
            "SELECT id, code, survey_sha256, state, opened_on, closes_on, lease, last_extension, box_key, synthetic
               FROM round
              ORDER BY code",
        )
        .fetch_all(conn)
        .await?
        });
        raw.into_iter().map(RoundRow::try_from).collect()
    }

    /// Opens a round for answers. `false` if it was not being set up.
    pub async fn open_round(&mut self, round: Uuid, box_key: &[u8], day: &str) -> Result<bool> {
        let done = on!(self, |conn| {
            sqlx::query(
            "UPDATE round SET state = 'open', box_key = $2, opened_on = $3 WHERE id = $1 AND state = 'setup'"
        )
        .bind(round)
        .bind(box_key)
        .bind(day)
        .execute(conn)
        .await?
        .rows_affected()
        });
        Ok(done == 1)
    }

    /// Ends starts; no draft's lease will run beyond `last_extension`. `false` if it was not open.
    pub async fn close_round(&mut self, round: Uuid, last_extension: Millis) -> Result<bool> {
        let done = on!(self, |conn| {
            sqlx::query(
            "UPDATE round SET state = 'closed', last_extension = $2 WHERE id = $1 AND state = 'open'"
        )
        .bind(round)
        .bind(last_extension)
        .execute(conn)
        .await?
        .rows_affected()
        });
        Ok(done == 1)
    }

    /// Writes the next numbered record of a round.
    pub async fn add_record(&mut self, round: Uuid, kind: &str, document: &str) -> Result<i64> {
        let last: i64 = on!(self, |conn| {
            sqlx::query_scalar(
            "SELECT CAST(COALESCE(MAX(number), 0) AS BIGINT) FROM draw_record WHERE round_id = $1"
        )
        .bind(round)
        .fetch_one(&mut *conn)
        .await?
        });
        on!(self, |conn| sqlx::query(
            "INSERT INTO draw_record (round_id, number, kind, document) VALUES ($1, $2, $3, $4)"
        )
        .bind(round)
        .bind(last + 1)
        .bind(kind)
        .bind(document)
        .execute(conn)
        .await?
        .rows_affected());
        Ok(last + 1)
    }

    /// The records of a round, first to last.
    pub async fn records(&mut self, round: Uuid) -> Result<Vec<RecordRow>> {
        Ok(on!(self, |conn| sqlx::query_as(
            "SELECT number, kind, document FROM draw_record WHERE round_id = $1 ORDER BY number"
        )
        .bind(round)
        .fetch_all(conn)
        .await?))
    }
}
