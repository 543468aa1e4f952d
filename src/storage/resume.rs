//! Drafts that are gone on with on another device.

use super::{Desk, Result, Tx, intake::Carry, on, read};
use uuid::Uuid;

impl Desk {
    /// The drafts of an invitation that somebody wants to go on with elsewhere, each with its
    /// wrapped key.
    pub async fn carried(&self, invitation: Uuid) -> Result<Vec<(Uuid, Vec<u8>)>> {
        Ok(read!(self.store(), |pool| sqlx::query_as(
            "SELECT draft.id, draft.resume
               FROM draft
               JOIN part ON part.id = draft.part_id
              WHERE part.invitation_id = $1 AND draft.resume IS NOT NULL
              ORDER BY draft.id"
        )
        .bind(invitation)
        .fetch_all(pool)
        .await?))
    }

    /// The invitation of a part.
    pub async fn invitation_of(&self, part: Uuid) -> Result<Option<Uuid>> {
        Ok(read!(self.store(), |pool| sqlx::query_scalar(
            "SELECT invitation_id FROM part WHERE id = $1"
        )
        .bind(part)
        .fetch_optional(pool)
        .await?))
    }
}

impl Tx {
    /// Keeps the wrapped key of a draft beside it; whether the draft is there.
    pub(super) async fn carry_draft(&mut self, carry: &Carry) -> Result<bool> {
        let changed = on!(self, |conn| sqlx::query("UPDATE draft SET resume = $2 WHERE id = $1")
            .bind(carry.draft)
            .bind(&carry.resume)
            .execute(conn)
            .await?
            .rows_affected());
        Ok(changed == 1)
    }
}
