//! Facts about this installation, by name.

use super::{Result, Tx, on};

impl Tx {
    /// The fact called `name`.
    pub async fn fact(&mut self, name: &str) -> Result<Option<String>> {
        Ok(on!(self, |conn| sqlx::query_scalar("SELECT value FROM installation WHERE name = $1")
            .bind(name)
            .fetch_optional(conn)
            .await?))
    }

    /// Writes down the fact called `name`, or corrects it.
    pub async fn note_fact(&mut self, name: &str, value: &str) -> Result<()> {
        on!(self, |conn| sqlx::query(
            "INSERT INTO installation (name, value)
             VALUES ($1, $2)
             ON CONFLICT (name) DO UPDATE SET value = excluded.value",
        )
        .bind(name)
        .bind(value)
        .execute(conn)
        .await?
        .rows_affected());
        Ok(())
    }
}
