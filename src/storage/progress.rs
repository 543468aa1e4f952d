//! Counts during fieldwork. Nothing here derives from an answer, and what could name somebody
//! who has just begun is refreshed once a day.

use super::{Result, Tx, on};
use uuid::Uuid;

/// The counts of one cell that are refreshed daily.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct ProgressRow {
    /// The cell.
    pub id: Uuid,
    /// Parts that somebody had begun, as of the last refresh.
    pub started_shown: i64,
    /// Submits of parts already answered, as of the last refresh.
    pub conflicts_shown: i64,
}

impl Tx {
    /// The daily counts of a round's cells.
    pub async fn daily_counts(&mut self, round: Uuid) -> Result<Vec<ProgressRow>> {
        Ok(on!(self, |conn| sqlx::query_as(
            "SELECT id, started_shown, conflicts_shown FROM cell WHERE round_id = $1"
        )
        .bind(round)
        .fetch_all(conn)
        .await?))
    }

    /// How many invitations of each stratum of a round were declined on the web.
    ///
    /// For the releases of the reserve alone: it is never shown.
    pub async fn declined(&mut self, round: Uuid) -> Result<Vec<(Uuid, i64)>> {
        Ok(on!(self, |conn| {
            sqlx::query_as(
            "SELECT stratum_id, COUNT(*) FROM invitation WHERE round_id = $1 AND said <> '' GROUP BY stratum_id"
        )
        .bind(round)
        .fetch_all(conn)
        .await?
        }))
    }

    /// Refreshes the daily counts of every round in the field.
    pub async fn refresh_daily_counts(&mut self) -> Result<()> {
        on!(self, |conn| {
            sqlx::query(
            "UPDATE cell
                SET started_shown   = (SELECT COUNT(*) FROM part WHERE part.cell_id = cell.id AND part.started),
                    conflicts_shown = (SELECT COUNT(*) FROM part
                                         JOIN sealed ON sealed.part_id = part.id AND sealed.ordinal > 1
                                        WHERE part.cell_id = cell.id)
              WHERE round_id IN (SELECT id FROM round WHERE state IN ('open', 'closed'))",
        )
        .execute(&mut *conn)
        .await?;
            sqlx::query(
                "UPDATE consent_count SET n_shown = n
                  WHERE round_id IN (SELECT id FROM round WHERE state IN ('open', 'closed'))",
            )
            .execute(&mut *conn)
            .await?;
        });
        Ok(())
    }

    /// How often each version of the notice of a round was agreed to, as of the last refresh or,
    /// once the box was opened, in all.
    pub async fn consents(&mut self, round: Uuid) -> Result<Vec<(String, i64)>> {
        Ok(on!(self, |conn| {
            sqlx::query_as(
            "SELECT notice, n_shown FROM consent_count WHERE round_id = $1 AND n_shown > 0 ORDER BY notice"
        )
        .bind(round)
        .fetch_all(conn)
        .await?
        }))
    }

    /// Submits per day of a round: the daily curve.
    pub async fn submits_by_day(&mut self, round: Uuid) -> Result<Vec<(String, i64)>> {
        Ok(on!(self, |conn| sqlx::query_as(
            "SELECT day, submits FROM day_count WHERE round_id = $1 ORDER BY day"
        )
        .bind(round)
        .fetch_all(conn)
        .await?))
    }
}
