//! Counters that a unit of work adds to. They know a round, and nobody.

use crate::storage::{Result, Tx, on};
use std::collections::BTreeMap;
use uuid::Uuid;

impl Tx {
    /// Adds first submits of a day.
    pub(super) async fn count_submits(
        &mut self,
        day: &str,
        submits: &BTreeMap<Uuid, i64>,
    ) -> Result<()> {
        on!(self, |conn| {
            for (round, n) in submits {
                sqlx::query(
                    "INSERT INTO day_count (round_id, day, submits)
                     VALUES ($1, $2, $3)
                     ON CONFLICT (round_id, day) DO UPDATE SET submits = day_count.submits + excluded.submits",
                )
                .bind(round)
                .bind(day)
                .bind(n)
                .execute(&mut *conn)
                .await?;
            }
        });
        Ok(())
    }

    /// Adds consents to a round's versions of the notice.
    pub(super) async fn count_consents(
        &mut self,
        consents: &BTreeMap<(Uuid, String), i64>,
    ) -> Result<()> {
        on!(self, |conn| {
            for ((round, notice), n) in consents {
                sqlx::query(
                    "INSERT INTO consent_count (round_id, notice, n, n_shown)
                     VALUES ($1, $2, $3, 0)
                     ON CONFLICT (round_id, notice) DO UPDATE SET n = consent_count.n + excluded.n",
                )
                .bind(round)
                .bind(notice)
                .bind(n)
                .execute(&mut *conn)
                .await?;
            }
        });
        Ok(())
    }
}
