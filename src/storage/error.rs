use std::sync::Arc;

/// The database failed us, or holds something it should not.
#[derive(Debug, Clone, thiserror::Error)]
#[non_exhaustive]
pub enum StorageError {
    /// The database refused, or did not answer. Nothing of the unit of work was kept.
    #[error("the database did not do what was asked: {0}")]
    Database(Arc<sqlx::Error>),
    /// There is no database to talk to at this address.
    #[error("the database {address} cannot be reached: {problem}")]
    Unreachable {
        /// Where it should be, without its password.
        address: String,
        /// What the system or the database says.
        problem: Arc<sqlx::Error>,
    },
    /// The schema is not the one that this program knows.
    #[error("the database schema could not be brought up to date: {0}")]
    Migration(Arc<sqlx::migrate::MigrateError>),
    /// The address of the database cannot be read.
    #[error(
        "“{url}” is not the address of a database; write sqlite:FILE or postgres://USER@HOST/DATABASE"
    )]
    Address {
        /// What was given, without its password.
        url: String,
    },
    /// The database may forget what it has acknowledged.
    #[error(
        "the database runs with {setting} = {value}: it could forget answers that were acknowledged; {remedy}"
    )]
    Forgetful {
        /// The setting.
        setting: &'static str,
        /// What it is set to.
        value: String,
        /// What to do.
        remedy: &'static str,
    },
    /// A stored value that no version of this program should have written.
    #[error("{table}.{column} holds a value that makes no sense")]
    Corrupt {
        /// Where it lies.
        table: &'static str,
        /// In which column.
        column: &'static str,
    },
    /// The task that writes has ended: the service is stopping.
    #[error("the service is stopping and takes no more answers")]
    Stopping,
}

impl StorageError {
    /// A value in `table.column` that cannot be read.
    pub(crate) fn corrupt(table: &'static str, column: &'static str) -> Self {
        Self::Corrupt { table, column }
    }

    /// Whether another writer was in the way and the same work may succeed now.
    pub(crate) fn is_collision(&self) -> bool {
        let Self::Database(error) = self else { return false };
        let Some(error) = error.as_database_error() else { return false };
        // PostgreSQL: serialization failure, deadlock. SQLite: busy, in its extended forms.
        matches!(error.code().as_deref(), Some("40001" | "40P01" | "5" | "261" | "517"))
    }

    /// Whether a statement was refused for what it would have stored.
    pub(crate) fn is_refusal(&self) -> bool {
        let Self::Database(error) = self else { return false };
        error.as_database_error().is_some_and(|error| {
            error.is_unique_violation()
                || error.is_check_violation()
                || error.is_foreign_key_violation()
        })
    }
}

impl From<sqlx::Error> for StorageError {
    fn from(error: sqlx::Error) -> Self {
        Self::Database(Arc::new(error))
    }
}

impl From<sqlx::migrate::MigrateError> for StorageError {
    fn from(error: sqlx::migrate::MigrateError) -> Self {
        Self::Migration(Arc::new(error))
    }
}
