//! Box keys in the hands of keyholders: what may be known of a split, and what was rehearsed.

use super::{Result, Tx, on};
use uuid::Uuid;

/// The latest split of a round's box key.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct SplitRow {
    /// 1 for the first.
    pub split: i64,
    /// The public file, a JSON document.
    pub document: String,
}

impl Tx {
    /// The latest split of a round's box key; `None` if the key is on the server.
    pub async fn box_split(&mut self, round: Uuid) -> Result<Option<SplitRow>> {
        Ok(on!(self, |conn| sqlx::query_as(
            "SELECT split, document FROM box_split WHERE round_id = $1"
        )
        .bind(round)
        .fetch_optional(conn)
        .await?))
    }

    /// Keeps a split in the place of an earlier one, of which no rehearsal counts any more.
    pub async fn keep_box_split(&mut self, round: Uuid, split: &SplitRow) -> Result<()> {
        on!(self, |conn| {
            sqlx::query("DELETE FROM share_rehearsal WHERE round_id = $1")
                .bind(round)
                .execute(&mut *conn)
                .await?;
            sqlx::query(
                "INSERT INTO box_split (round_id, split, document)
                 VALUES ($1, $2, $3)
                     ON CONFLICT (round_id)
                     DO UPDATE SET split = excluded.split, document = excluded.document",
            )
            .bind(round)
            .bind(split.split)
            .bind(&split.document)
            .execute(conn)
            .await?
            .rows_affected()
        });
        Ok(())
    }

    /// Notes that a share was rehearsed.
    pub async fn note_rehearsal(&mut self, round: Uuid, number: i64, day: &str) -> Result<()> {
        on!(self, |conn| sqlx::query(
            "INSERT INTO share_rehearsal (round_id, number, day)
             VALUES ($1, $2, $3)
                 ON CONFLICT (round_id, number) DO UPDATE SET day = excluded.day",
        )
        .bind(round)
        .bind(number)
        .bind(day)
        .execute(conn)
        .await?
        .rows_affected());
        Ok(())
    }

    /// The shares that were rehearsed, with the last day of each.
    pub async fn rehearsals(&mut self, round: Uuid) -> Result<Vec<(i64, String)>> {
        Ok(on!(self, |conn| sqlx::query_as(
            "SELECT number, day FROM share_rehearsal WHERE round_id = $1 ORDER BY number"
        )
        .bind(round)
        .fetch_all(conn)
        .await?))
    }
}
