//! Receipts: received or withdrawn, and nothing else.

use super::{Book, Desk, Result, on, read};
use crate::fieldwork::{Key, Receipt};

/// What a receipt says. Alike for counted, over-allocated and conflicting answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ReceiptState {
    /// The answers were received.
    Received,
    /// The respondent has withdrawn them.
    Withdrawn,
}

impl ReceiptState {
    fn of(withdrawn: bool) -> Self {
        if withdrawn { Self::Withdrawn } else { Self::Received }
    }
}

impl Desk {
    /// What `receipt` says of an answer in `round`'s unopened box.
    pub async fn receipt(&self, round: &Book, receipt: &Receipt) -> Result<Option<ReceiptState>> {
        let Some(key) = &round.round_key else { return Ok(None) };
        let withdrawn: Option<bool> = read!(self.store(), |pool| sqlx::query_scalar(
            "SELECT withdrawn FROM sealed WHERE receipt_before = $1"
        )
        .bind(&receipt.before(key)[..])
        .fetch_optional(pool)
        .await?);
        Ok(withdrawn.map(ReceiptState::of))
    }

    /// What `receipt` says, in whatever round, before or after opening.
    pub async fn find_receipt(
        &self,
        receipt: &Receipt,
        lasting: &Key,
    ) -> Result<Option<ReceiptState>> {
        for round in self.opened_books().await? {
            if let Some(state) = self.receipt(&round, receipt).await? {
                return Ok(Some(state));
            }
        }
        let withdrawn: Option<bool> = read!(self.store(), |pool| sqlx::query_scalar(
            "SELECT withdrawn FROM receipt WHERE receipt_after = $1"
        )
        .bind(&receipt.after(lasting)[..])
        .fetch_optional(pool)
        .await?);
        Ok(withdrawn.map(ReceiptState::of))
    }

    /// Withdraws the answers that `receipt` stands for; repeating it changes nothing.
    ///
    /// Before opening the sealed answer is marked and dies unread; afterwards the response is
    /// deleted. Published versions stay. `None` if there is no such receipt.
    pub async fn withdraw(&self, receipt: &Receipt, lasting: &Key) -> Result<Option<ReceiptState>> {
        let books = self.opened_books().await?;
        let mut tx = self.store().write().await?;
        let mut found = false;
        for key in books.iter().filter_map(|book| book.round_key.as_ref()) {
            found |= on!(&mut tx, |conn| sqlx::query(
                "UPDATE sealed SET withdrawn = TRUE WHERE receipt_before = $1"
            )
            .bind(&receipt.before(key)[..])
            .execute(conn)
            .await?
            .rows_affected())
                > 0;
        }
        let after = receipt.after(lasting);
        found |= on!(&mut tx, |conn| {
            sqlx::query("DELETE FROM response WHERE receipt_after = $1")
                .bind(&after[..])
                .execute(&mut *conn)
                .await?;
            sqlx::query("UPDATE receipt SET withdrawn = TRUE WHERE receipt_after = $1")
                .bind(&after[..])
                .execute(&mut *conn)
                .await?
                .rows_affected()
        }) > 0;
        tx.commit().await?;
        Ok(found.then_some(ReceiptState::Withdrawn))
    }
}
