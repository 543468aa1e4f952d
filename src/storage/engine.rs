//! Opening a database: where it is, that its schema is ours, and that it does not forget.

use super::{Result, StorageError};
use sqlx::{
    AssertSqlSafe, Connection, PgConnection, PgPool, Postgres, SqlSafeStr, Sqlite, SqlitePool,
    migrate::{Migration, Migrator},
    postgres::{PgConnectOptions, PgPoolOptions},
    sqlite::{
        SqliteConnectOptions, SqliteConnection, SqliteJournalMode, SqlitePoolOptions,
        SqliteSynchronous,
    },
};
use std::{fmt, io, path::PathBuf, str::FromStr, sync::Arc, time::Duration};

static MIGRATIONS: Migrator = sqlx::migrate!();

/// Readers of an SQLite database, and connections to a PostgreSQL one.
const READERS: u32 = 4;
const CONNECTIONS: u32 = 12;

/// How long a server may take to let the program in when it starts.
const CONNECTING: Duration = Duration::from_secs(10);

/// Where a database is, without its password when shown.
#[derive(Clone)]
pub enum Address {
    /// A file.
    Sqlite(PathBuf),
    /// A server, and the schema to use in it.
    Postgres(Box<PgConnectOptions>, Option<String>),
}

/// The database of one installation. Cloning shares it.
#[derive(Clone)]
pub struct Store {
    pools: Pools,
}

/// One pool per role and engine.
#[derive(Clone)]
pub(super) enum Pools {
    /// SQLite has one writer at a time: a second would only wait, and wait badly.
    Sqlite {
        writer: SqlitePool,
        readers: SqlitePool,
    },
    Postgres(PgPool),
}

/// One unit of work: everything in it happens, or nothing does.
pub enum Tx {
    /// On SQLite.
    Sqlite(sqlx::Transaction<'static, Sqlite>),
    /// On PostgreSQL.
    Postgres(sqlx::Transaction<'static, Postgres>),
}

impl FromStr for Address {
    type Err = StorageError;

    fn from_str(url: &str) -> Result<Self> {
        if let Some(file) = url.strip_prefix("sqlite:") {
            let file = file.strip_prefix("//").unwrap_or(file);
            if file.is_empty() || file.starts_with(":memory:") {
                return Err(StorageError::Address { url: url.to_owned() });
            }
            return Ok(Self::Sqlite(PathBuf::from(file)));
        }
        if url.starts_with("postgres://") || url.starts_with("postgresql://") {
            let options = url
                .parse()
                .map_err(|_| StorageError::Address { url: "postgres://…".to_owned() })?;
            return Ok(Self::Postgres(Box::new(options), None));
        }
        Err(StorageError::Address { url: without_password(url).chars().take(40).collect() })
    }
}

impl Address {
    /// The same server, with everything kept in `schema`.
    pub fn in_schema(self, schema: &str) -> Self {
        match self {
            Self::Sqlite(file) => Self::Sqlite(file),
            Self::Postgres(options, _) => {
                let options = options.options([("search_path", schema)]);
                Self::Postgres(Box::new(options), Some(schema.to_owned()))
            }
        }
    }

    /// The database file, if it is one.
    pub fn file(&self) -> Option<&PathBuf> {
        match self {
            Self::Sqlite(file) => Some(file),
            Self::Postgres(..) => None,
        }
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Sqlite(file) => write!(f, "sqlite:{}", file.display()),
            Self::Postgres(options, schema) => {
                write!(f, "postgres://{}:{}/", options.get_host(), options.get_port())?;
                f.write_str(options.get_database().unwrap_or(""))?;
                schema.as_ref().map_or(Ok(()), |schema| write!(f, " ({schema})"))
            }
        }
    }
}

impl Store {
    /// Opens the database at `address` and brings its schema up to date.
    ///
    /// Refuses a database that could forget what it has acknowledged.
    pub async fn open(address: &Address) -> Result<Self> {
        let unreachable = |problem: sqlx::Error| StorageError::Unreachable {
            address: address.to_string(),
            problem: Arc::new(problem),
        };
        connect_once(address).await.map_err(unreachable)?;
        let store = match address {
            Address::Sqlite(file) => Self::open_sqlite(file.clone()).await?,
            Address::Postgres(options, schema) => {
                Self::open_postgres(options.as_ref().clone(), schema.as_deref()).await?
            }
        };
        store.refuse_forgetting().await?;
        Ok(store)
    }

    async fn open_sqlite(file: PathBuf) -> Result<Self> {
        let options = sqlite_options(file);
        // A table is altered by making a new one and dropping the old: with foreign keys
        // enforced, the drop would empty the tables that refer to it.
        let migrating = SqlitePoolOptions::new()
            .max_connections(1)
            .connect_with(options.clone().foreign_keys(false))
            .await?;
        sqlite_migrations().run(&migrating).await?;
        migrating.close().await;
        // A connection to a file does not break while nobody looks: asking it before each use
        // would cost every read a second way to its thread and back.
        let writer = SqlitePoolOptions::new()
            .max_connections(1)
            .test_before_acquire(false)
            .acquire_timeout(Duration::from_secs(60))
            .connect_with(options.clone())
            .await?;
        let readers = SqlitePoolOptions::new()
            .max_connections(READERS)
            .test_before_acquire(false)
            .connect_with(options.read_only(true))
            .await?;
        Ok(Self { pools: Pools::Sqlite { writer, readers } })
    }

    async fn open_postgres(options: PgConnectOptions, schema: Option<&str>) -> Result<Self> {
        let pool = PgPoolOptions::new()
            .max_connections(CONNECTIONS)
            .acquire_timeout(Duration::from_secs(20))
            .connect_with(options)
            .await?;
        if let Some(schema) = schema {
            let schema = quoted(schema);
            sqlx::query(AssertSqlSafe(format!("CREATE SCHEMA IF NOT EXISTS {schema}")))
                .execute(&pool)
                .await?;
        }
        MIGRATIONS.run(&pool).await?;
        Ok(Self { pools: Pools::Postgres(pool) })
    }

    /// Removes a PostgreSQL schema with everything in it. Only for demo data and tests.
    pub async fn drop_schema(address: &Address) -> Result<()> {
        if let Address::Postgres(options, Some(schema)) = address {
            let pool = PgPoolOptions::new()
                .max_connections(1)
                .connect_with(options.as_ref().clone())
                .await?;
            let schema = quoted(schema);
            sqlx::query(AssertSqlSafe(format!("DROP SCHEMA IF EXISTS {schema} CASCADE")))
                .execute(&pool)
                .await?;
            pool.close().await;
        }
        Ok(())
    }

    /// Which engine it is, in a word.
    pub fn engine(&self) -> &'static str {
        match self.pools {
            Pools::Sqlite { .. } => "SQLite",
            Pools::Postgres(_) => "PostgreSQL",
        }
    }

    /// Begins a unit of work that will write.
    pub async fn write(&self) -> Result<Tx> {
        Ok(match &self.pools {
            // Take the one writer's place now, not at the first write.
            Pools::Sqlite { writer, .. } => Tx::Sqlite(writer.begin_with("BEGIN IMMEDIATE").await?),
            Pools::Postgres(pool) => Tx::Postgres(pool.begin().await?),
        })
    }

    /// Begins a unit of work that only reads, and sees one state of the database throughout.
    pub async fn read(&self) -> Result<Tx> {
        Ok(match &self.pools {
            Pools::Sqlite { readers, .. } => Tx::Sqlite(readers.begin().await?),
            Pools::Postgres(pool) => Tx::Postgres(
                pool.begin_with("BEGIN ISOLATION LEVEL REPEATABLE READ, READ ONLY").await?,
            ),
        })
    }

    /// Throws the writing connection away, after a commit whose fate is unknown.
    pub(super) async fn renew_writer(&self) {
        if let Pools::Sqlite { writer, .. } = &self.pools
            && let Ok(connection) = writer.acquire().await
        {
            // The file may already be beyond saving; the next commit will say so.
            let _ = connection.close().await;
        }
    }

    /// Leaves nothing of what was deleted lying about: the write-ahead log is moved into the
    /// database file and emptied (SQLite), rows that nobody can see any more are removed
    /// (PostgreSQL).
    pub async fn sweep(&self) -> Result<()> {
        match &self.pools {
            Pools::Sqlite { writer, .. } => {
                let (busy, _, _): (i64, i64, i64) =
                    sqlx::query_as("PRAGMA wal_checkpoint(TRUNCATE)").fetch_one(writer).await?;
                if busy != 0 {
                    // What is deleted goes when the last connection closes, if not before.
                    tracing::warn!("the log could not be emptied yet: somebody is reading it");
                }
            }
            Pools::Postgres(pool) => {
                sqlx::query("VACUUM sealed, draft, part, invitation").execute(pool).await?;
            }
        }
        Ok(())
    }

    /// Ends all connections.
    pub async fn close(&self) {
        match &self.pools {
            Pools::Sqlite { writer, readers } => {
                readers.close().await;
                writer.close().await;
            }
            Pools::Postgres(pool) => pool.close().await,
        }
    }

    pub(super) fn pools(&self) -> &Pools {
        &self.pools
    }

    async fn refuse_forgetting(&self) -> Result<()> {
        match &self.pools {
            Pools::Sqlite { writer, .. } => {
                let mut connection = writer.acquire().await?;
                refuse_forgetful_sqlite(&mut connection).await
            }
            Pools::Postgres(pool) => {
                for setting in ["fsync", "synchronous_commit", "full_page_writes"] {
                    let value: String = sqlx::query_scalar("SELECT current_setting($1)")
                        .bind(setting)
                        .fetch_one(pool)
                        .await?;
                    refuse_forgetful(setting, value, |value| value == "off")?;
                }
                Ok(())
            }
        }
    }
}

impl Tx {
    /// Makes the work permanent. Dropping a `Tx` instead undoes it.
    pub async fn commit(self) -> Result<()> {
        match self {
            Self::Sqlite(tx) => tx.commit().await?,
            Self::Postgres(tx) => tx.commit().await?,
        }
        Ok(())
    }
}

/// What may be shown of a mistyped address: nothing of who logs in, and how.
/// The name of a schema as SQL takes it: a name cannot be a parameter. Ours are fixed words of
/// the program.
fn quoted(schema: &str) -> String {
    format!("\"{}\"", schema.replace('"', "\"\""))
}

fn without_password(url: &str) -> String {
    let (Some(begin), Some(at)) = (url.find("//"), url.rfind('@')) else { return url.to_owned() };
    if begin + 2 > at { url.to_owned() } else { format!("{}…{}", &url[..begin + 2], &url[at..]) }
}

/// Connects and leaves: a pool would wait for a server that is not there, and not say why.
async fn connect_once(address: &Address) -> Result<(), sqlx::Error> {
    match address {
        Address::Sqlite(file) => {
            SqliteConnection::connect_with(&sqlite_options(file.clone())).await?.close().await
        }
        Address::Postgres(options, _) => {
            let connecting = PgConnection::connect_with(options);
            let late = |_| sqlx::Error::Io(io::ErrorKind::TimedOut.into());
            tokio::time::timeout(CONNECTING, connecting).await.map_err(late)??.close().await
        }
    }
}

fn sqlite_options(file: PathBuf) -> SqliteConnectOptions {
    SqliteConnectOptions::new()
        .filename(file)
        .create_if_missing(true)
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(SqliteSynchronous::Full)
        .busy_timeout(Duration::from_secs(20))
        // Deleted ciphertexts and names are overwritten, not left in free pages.
        .pragma("secure_delete", "ON")
        .foreign_keys(true)
}

async fn refuse_forgetful_sqlite(connection: &mut SqliteConnection) -> Result<()> {
    let synchronous: i64 =
        sqlx::query_scalar("PRAGMA synchronous").fetch_one(&mut *connection).await?;
    refuse_forgetful("synchronous", synchronous.to_string(), |_| synchronous < 2)?;
    let journal: String =
        sqlx::query_scalar("PRAGMA journal_mode").fetch_one(&mut *connection).await?;
    refuse_forgetful("journal_mode", journal, |mode| matches!(mode, "off" | "memory"))
}

fn refuse_forgetful(
    setting: &'static str,
    value: String,
    weak: impl Fn(&str) -> bool,
) -> Result<()> {
    if weak(&value) {
        let remedy = if setting == "synchronous_commit" {
            "set it to on, local, remote_write or remote_apply for this database and role"
        } else {
            "switch it on and restart the database"
        };
        return Err(StorageError::Forgetful { setting, value, remedy });
    }
    Ok(())
}

/// The same history, with the tables that must not keep their order of insertion marked for SQLite.
fn sqlite_migrations() -> Migrator {
    let migrations = MIGRATIONS
        .iter()
        .map(|migration| {
            let sql = migration.sql.as_str().replace("/*WR*/", " WITHOUT ROWID");
            Migration::new(
                migration.version,
                migration.description.clone(),
                migration.migration_type,
                AssertSqlSafe(sql).into_sql_str(),
                migration.no_tx,
            )
        })
        .collect();
    Migrator::with_migrations(migrations)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_that_is_none_says_what_to_write() {
        let problem = "mysql://x".parse::<Address>().map(|_| ()).unwrap_err().to_string();
        assert!(problem.contains("sqlite:FILE"), "{problem}");
        assert!("sqlite::memory:".parse::<Address>().is_err());
        let problem = "mysql://phieu:secret@host/x".parse::<Address>().map(|_| ()).unwrap_err();
        assert!(problem.to_string().contains("mysql://…@host/x"), "{problem}");
    }

    #[test]
    fn an_address_is_shown_without_its_password() {
        let address: Address = "postgres://phieu:secret@localhost:5433/round".parse().unwrap();
        assert_eq!(address.to_string(), "postgres://localhost:5433/round");
    }

    #[test]
    fn a_database_that_may_forget_is_refused() {
        let refuse = |value: &str| refuse_forgetful("fsync", value.to_owned(), |v| v == "off");
        assert!(refuse("on").is_ok());
        assert!(refuse("off").unwrap_err().to_string().contains("fsync = off"));
    }
}
