//! What people said instead of answering, and the sealed slip that says why.

use crate::{
    fieldwork::Said,
    storage::{Result, Tx, on},
};
use std::collections::BTreeMap;
use uuid::Uuid;

/// Somebody says why they do not take part.
#[derive(Debug, Clone)]
pub struct Say {
    /// The invitation.
    pub invitation: Uuid,
    /// What is said; the last word counts.
    pub said: Said,
    /// The identity of the slip, random.
    pub slip: Uuid,
    /// The sealed slip. It is kept only if nothing was said before, so that an invitation puts
    /// one slip into the box, however often a button is pressed.
    pub body: Vec<u8>,
}

/// What one invitation says in one unit of work.
pub(super) struct Word {
    /// Its round.
    pub round: Uuid,
    /// The first thing said, whose slip is kept if nothing was said before.
    pub first: Say,
    /// The last thing said, which counts.
    pub last: Said,
}

impl Tx {
    /// Notes what was said by each invitation, and keeps the slips of those who had said nothing.
    pub(super) async fn write_said(&mut self, said: &BTreeMap<Uuid, Word>) -> Result<()> {
        on!(self, |conn| {
            for (invitation, Word { round, first, last }) in said {
                let silent =
                    sqlx::query("UPDATE invitation SET said = $2 WHERE id = $1 AND said = ''")
                        .bind(invitation)
                        .bind(last.as_str())
                        .execute(&mut *conn)
                        .await?
                        .rows_affected();
                if silent == 0 {
                    sqlx::query("UPDATE invitation SET said = $2 WHERE id = $1")
                        .bind(invitation)
                        .bind(last.as_str())
                        .execute(&mut *conn)
                        .await?;
                    continue;
                }
                sqlx::query("INSERT INTO said_slip (id, round_id, body) VALUES ($1, $2, $3)")
                    .bind(first.slip)
                    .bind(round)
                    .bind(&first.body)
                    .execute(&mut *conn)
                    .await?;
            }
        });
        Ok(())
    }
}
