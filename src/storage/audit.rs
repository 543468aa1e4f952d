//! The audit log: acts of staff, each chained to the one before by its hash.

use super::{Result, Tx, on};
use crate::clock::Millis;
use sha2::{Digest, Sha256};

/// One act of staff.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct AuditEntry {
    /// 1 for the first.
    pub number: i64,
    /// When.
    pub at: Millis,
    /// Who: an account, or `cli`.
    pub actor: String,
    /// What, in a word: `round.open`.
    pub act: String,
    /// Details as JSON, without anything personal.
    pub detail: String,
    /// The hash of the entry before.
    pub previous: String,
    /// The hash of this entry.
    pub hash: String,
}

impl AuditEntry {
    fn chained(&self) -> String {
        let mut hasher = Sha256::new();
        let (number, at) = (self.number.to_string(), self.at.to_string());
        for part in [&self.previous, &number, &at, &self.actor, &self.act, &self.detail] {
            hasher.update((part.len() as u64).to_le_bytes());
            hasher.update(part);
        }
        hex(&hasher.finalize())
    }
}

/// Bytes as hexadecimal digits.
pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

impl Tx {
    /// Records an act, in the same unit of work as the act itself.
    pub async fn record_act(
        &mut self,
        at: Millis,
        actor: &str,
        act: &str,
        detail: &serde_json::Value,
    ) -> Result<()> {
        let last: Option<(i64, String)> = on!(self, |conn| sqlx::query_as(
            "SELECT number, hash FROM audit ORDER BY number DESC LIMIT 1"
        )
        .fetch_optional(conn)
        .await?);
        let (number, previous) = last.unwrap_or((0, String::new()));
        let mut entry = AuditEntry {
            number: number + 1,
            at,
            actor: actor.to_owned(),
            act: act.to_owned(),
            detail: detail.to_string(),
            previous,
            hash: String::new(),
        };
        entry.hash = entry.chained();
        on!(self, |conn| sqlx::query(
            "INSERT INTO audit (number, at, actor, act, detail, previous, hash)
             VALUES ($1, $2, $3, $4, $5, $6, $7)",
        )
        .bind(entry.number)
        .bind(entry.at)
        .bind(&entry.actor)
        .bind(&entry.act)
        .bind(&entry.detail)
        .bind(&entry.previous)
        .bind(&entry.hash)
        .execute(conn)
        .await?
        .rows_affected());
        Ok(())
    }

    /// The whole log, first act first.
    pub async fn audit_log(&mut self) -> Result<Vec<AuditEntry>> {
        Ok(on!(self, |conn| sqlx::query_as(
            "SELECT number, at, actor, act, detail, previous, hash FROM audit ORDER BY number"
        )
        .fetch_all(conn)
        .await?))
    }
}

/// The number of the first entry that was altered, or after which one is missing.
pub fn first_broken_link(log: &[AuditEntry]) -> Option<i64> {
    let mut previous = "";
    for (entry, expected) in log.iter().zip(1..) {
        if entry.number != expected || entry.previous != previous || entry.hash != entry.chained() {
            return Some(expected);
        }
        previous = &entry.hash;
    }
    None
}
