//! Figures as they were published: they stay, whatever is withdrawn later.

use super::{Result, Tx, on};
use uuid::Uuid;

/// One version of what was published of a round.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct PublicationRow {
    /// 1 for the first.
    pub number: i64,
    /// The day, as an ISO date.
    pub day: String,
    /// The figures, a JSON document.
    pub document: String,
}

impl Tx {
    /// The latest version of what was published of a round.
    pub async fn publication(&mut self, round: Uuid) -> Result<Option<PublicationRow>> {
        Ok(on!(self, |conn| sqlx::query_as(
            "SELECT number, day, document
               FROM publication
              WHERE round_id = $1
              ORDER BY number DESC
              LIMIT 1"
        )
        .bind(round)
        .fetch_optional(conn)
        .await?))
    }

    /// Keeps a version. Returns `false`, and changes nothing, if there is one of that number.
    pub async fn keep_publication(
        &mut self,
        round: Uuid,
        version: &PublicationRow,
    ) -> Result<bool> {
        let kept = on!(self, |conn| sqlx::query(
            "INSERT INTO publication (round_id, number, day, document)
             VALUES ($1, $2, $3, $4)
                 ON CONFLICT DO NOTHING"
        )
        .bind(round)
        .bind(version.number)
        .bind(&version.day)
        .bind(&version.document)
        .execute(conn)
        .await?
        .rows_affected());
        Ok(kept > 0)
    }
}
