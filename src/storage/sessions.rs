//! Browsers signed in to the office. Only a hash of each cookie is kept.

use super::{Result, Tx, on};
use crate::clock::Millis;

impl Tx {
    /// Begins a session, and forgets those not seen since `stale`.
    pub async fn begin_office_session(
        &mut self,
        hash: &[u8],
        now: Millis,
        stale: Millis,
    ) -> Result<()> {
        on!(self, |conn| {
            sqlx::query("DELETE FROM office_session WHERE seen < $1")
                .bind(stale)
                .execute(&mut *conn)
                .await?;
            sqlx::query("INSERT INTO office_session (hash, started, seen) VALUES ($1, $2, $2)")
                .bind(hash)
                .bind(now)
                .execute(&mut *conn)
                .await?;
        });
        Ok(())
    }

    /// When the session began and was last seen.
    pub async fn office_session(&mut self, hash: &[u8]) -> Result<Option<(Millis, Millis)>> {
        Ok(on!(self, |conn| sqlx::query_as(
            "SELECT started, seen FROM office_session WHERE hash = $1"
        )
        .bind(hash)
        .fetch_optional(conn)
        .await?))
    }

    /// Notes that the session is in use.
    pub async fn see_office_session(&mut self, hash: &[u8], now: Millis) -> Result<()> {
        on!(self, |conn| sqlx::query("UPDATE office_session SET seen = $2 WHERE hash = $1")
            .bind(hash)
            .bind(now)
            .execute(conn)
            .await?
            .rows_affected());
        Ok(())
    }

    /// Ends a session.
    pub async fn end_office_session(&mut self, hash: &[u8]) -> Result<()> {
        on!(self, |conn| sqlx::query("DELETE FROM office_session WHERE hash = $1")
            .bind(hash)
            .execute(conn)
            .await?
            .rows_affected());
        Ok(())
    }

    /// Ends all sessions: the password has changed.
    pub async fn end_all_office_sessions(&mut self) -> Result<()> {
        on!(self, |conn| sqlx::query("DELETE FROM office_session")
            .execute(conn)
            .await?
            .rows_affected());
        Ok(())
    }
}
