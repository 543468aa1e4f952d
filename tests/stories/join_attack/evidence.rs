//! What an attacker takes away: every row with its place, and the bytes of the files.

use crate::support::TestApp;
use phieu::storage::Address;
use sqlx::{AssertSqlSafe, PgPool, Row as _, SqlitePool, sqlite::SqliteConnectOptions};
use std::{
    collections::{BTreeMap, HashMap},
    path::{Path, PathBuf},
};
use uuid::Uuid;

/// Everything in a database at one moment.
pub struct Evidence {
    pub tables: BTreeMap<String, Vec<Row>>,
    /// The files behind the tables, dead rows, free pages and the write-ahead log included.
    pub raw: Vec<u8>,
}

/// One row, and where it lies as far as the engine tells.
pub struct Row {
    pub place: Vec<i64>,
    pub values: BTreeMap<String, Value>,
}

/// One value, whatever engine it was read from.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Value {
    Null,
    Whole(i64),
    Bytes(Vec<u8>),
}

impl Row {
    pub fn bytes(&self, column: &str) -> &[u8] {
        match self.values.get(column) {
            Some(Value::Bytes(bytes)) => bytes,
            other => panic!("{column} holds {other:?}"),
        }
    }

    pub fn text(&self, column: &str) -> &str {
        std::str::from_utf8(self.bytes(column)).unwrap()
    }

    pub fn whole(&self, column: &str) -> i64 {
        match self.values.get(column) {
            Some(Value::Whole(whole)) => *whole,
            other => panic!("{column} holds {other:?}"),
        }
    }
}

impl Evidence {
    pub async fn take(app: &TestApp) -> Self {
        match &app.address {
            Address::Sqlite(file) => sqlite(&app.folder, file).await,
            Address::Postgres(options, schema) => {
                let pool = PgPool::connect_with(options.as_ref().clone()).await.unwrap();
                let evidence = postgres(&pool, schema.as_ref().unwrap()).await;
                pool.close().await;
                evidence
            }
        }
    }

    pub fn rows(&self, table: &str) -> &[Row] {
        self.tables.get(table).unwrap_or_else(|| panic!("there is no table {table}"))
    }

    /// Where each of `needles` first lies in the files.
    pub fn places(&self, needles: &[&[u8]]) -> Vec<Option<usize>> {
        places(&self.raw, needles)
    }
}

/// Where in a PostgreSQL server's log the next change will be written.
pub async fn log_position(app: &TestApp) -> Option<String> {
    let Address::Postgres(options, _) = &app.address else { return None };
    let pool = PgPool::connect_with(options.as_ref().clone()).await.unwrap();
    let name = sqlx::query_scalar("SELECT pg_walfile_name(pg_current_wal_insert_lsn())");
    let name = name.fetch_one(&pool).await.unwrap();
    pool.close().await;
    Some(name)
}

/// Whether the log of a PostgreSQL server, from the file `since` on, holds any of `needles`.
pub async fn log_holds(app: &TestApp, since: &str, needles: &[&[u8]]) -> bool {
    let Address::Postgres(options, _) = &app.address else { return false };
    let pool = PgPool::connect_with(options.as_ref().clone()).await.unwrap();
    let mut found = false;
    for needle in needles {
        let held: i64 = sqlx::query_scalar(
            "SELECT COUNT(*)
               FROM pg_ls_waldir()
              WHERE name BETWEEN $1 AND pg_walfile_name(pg_current_wal_insert_lsn())
                AND position($2 IN pg_read_binary_file('pg_wal/' || name)) > 0",
        )
        .bind(since)
        .bind(*needle)
        .fetch_one(&pool)
        .await
        .unwrap();
        found |= held > 0;
    }
    pool.close().await;
    found
}

/// Where each of `needles`, of eight bytes at least, first lies in `hay`.
pub fn places(hay: &[u8], needles: &[&[u8]]) -> Vec<Option<usize>> {
    let mut heads: HashMap<[u8; 8], Vec<usize>> = HashMap::new();
    let mut filter = vec![false; 1 << 16];
    for (at, needle) in needles.iter().enumerate() {
        heads.entry(*needle.first_chunk().unwrap()).or_default().push(at);
        filter[usize::from(u16::from_le_bytes([needle[0], needle[1]]))] = true;
    }
    let mut found = vec![None; needles.len()];
    for at in 0..hay.len().saturating_sub(7) {
        if !filter[usize::from(u16::from_le_bytes([hay[at], hay[at + 1]]))] {
            continue;
        }
        let head: [u8; 8] = *hay[at..].first_chunk().unwrap();
        for &needle in heads.get(&head).into_iter().flatten() {
            if found[needle].is_none() && hay[at..].starts_with(needles[needle]) {
                found[needle] = Some(at);
            }
        }
    }
    found
}

async fn sqlite(folder: &Path, file: &Path) -> Evidence {
    // A copy, so that looking does not change what is looked at.
    let copies = folder.join(format!("copy-{}", Uuid::new_v4()));
    std::fs::create_dir_all(&copies).unwrap();
    let copy = copies.join("copy.db");
    let mut raw = std::fs::read(file).unwrap();
    std::fs::write(&copy, &raw).unwrap();
    let beside = |file: &Path| PathBuf::from(format!("{}-wal", file.display()));
    if let Ok(log) = std::fs::read(beside(file)) {
        std::fs::write(beside(&copy), &log).unwrap();
        raw.extend(log);
    }
    let pool = SqlitePool::connect_with(SqliteConnectOptions::new().filename(&copy)).await.unwrap();
    let names: Vec<(String, String)> = sqlx::query_as(
        "SELECT name, sql FROM sqlite_master WHERE type = 'table' AND name NOT LIKE '\\_sqlx%' ESCAPE '\\'",
    )
    .fetch_all(&pool)
    .await
    .unwrap();
    let mut tables = BTreeMap::new();
    for (table, sql) in names {
        let columns: Vec<String> = sqlx::query_scalar("SELECT name FROM pragma_table_info($1)")
            .bind(&table)
            .fetch_all(&pool)
            .await
            .unwrap();
        let has_rowid = !sql.contains("WITHOUT ROWID");
        let rowid = if has_rowid { "rowid" } else { "CAST(-1 AS BIGINT)" };
        let values: Vec<String> = columns
            .iter()
            .map(|name| format!("typeof(\"{name}\") || ':' || COALESCE(hex(\"{name}\"), '')"))
            .collect();
        let query = format!("SELECT {rowid}, {} FROM \"{table}\"", values.join(", "));
        let rows = sqlx::query(AssertSqlSafe(query)).fetch_all(&pool).await.unwrap();
        let rows = rows.iter().enumerate().map(|(scanned, row)| Row {
            place: vec![row.get::<i64, _>(0), i64::try_from(scanned).unwrap()],
            values: (1..)
                .zip(&columns)
                .map(|(at, name)| (name.clone(), sqlite_value(row.get(at))))
                .collect(),
        });
        tables.insert(table, rows.collect());
    }
    pool.close().await;
    Evidence { tables, raw }
}

fn sqlite_value(written: String) -> Value {
    let (kind, hex) = written.split_once(':').unwrap();
    let bytes = unhex(hex);
    match kind {
        "null" => Value::Null,
        "integer" => Value::Whole(std::str::from_utf8(&bytes).unwrap().parse().unwrap()),
        _ => Value::Bytes(bytes),
    }
}

async fn postgres(pool: &PgPool, schema: &str) -> Evidence {
    let names: Vec<String> = sqlx::query_scalar(
        "SELECT tablename::text FROM pg_tables WHERE schemaname = $1 AND tablename NOT LIKE '\\_sqlx%'",
    )
    .bind(schema)
    .fetch_all(pool)
    .await
    .unwrap();
    let mut tables = BTreeMap::new();
    for table in names {
        let query = format!(
            "SELECT xmin::text, ctid::text, to_jsonb(one)::text FROM \"{schema}\".\"{table}\" one"
        );
        let rows: Vec<(String, String, String)> =
            sqlx::query_as(AssertSqlSafe(query)).fetch_all(pool).await.unwrap();
        let rows = rows.into_iter().map(|(xmin, ctid, row)| {
            let mut place = vec![xmin.parse().unwrap()];
            let ctid = ctid.trim_matches(['(', ')']).split(',').map(|part| part.parse::<i64>());
            place.extend(ctid.map(|part| part.unwrap()));
            let row: BTreeMap<String, serde_json::Value> = serde_json::from_str(&row).unwrap();
            let values = row.into_iter().map(|(name, value)| (name, postgres_value(value)));
            Row { place, values: values.collect() }
        });
        tables.insert(table, rows.collect());
    }
    // The files themselves, so that rows are seen which no query shows any more.
    sqlx::query("CHECKPOINT").execute(pool).await.unwrap();
    let files: Vec<Vec<u8>> = sqlx::query_scalar(
        "SELECT pg_read_binary_file(pg_relation_filepath(pg_class.oid))
           FROM pg_class
          WHERE relkind IN ('r', 't', 'i')
            AND (relnamespace = to_regnamespace($1)
                 OR oid IN (SELECT reltoastrelid FROM pg_class WHERE relnamespace = to_regnamespace($1)))
          ORDER BY relname",
    )
    .bind(schema)
    .fetch_all(pool)
    .await
    .unwrap();
    Evidence { tables, raw: files.concat() }
}

fn postgres_value(value: serde_json::Value) -> Value {
    match value {
        serde_json::Value::Null => Value::Null,
        serde_json::Value::Bool(yes) => Value::Whole(yes.into()),
        serde_json::Value::Number(number) => Value::Whole(number.as_i64().unwrap()),
        serde_json::Value::String(text) => Value::Bytes(match text.strip_prefix("\\x") {
            Some(hex) => unhex(hex),
            None => {
                text.parse::<Uuid>().map_or_else(|_| text.into_bytes(), |id| id.as_bytes().to_vec())
            }
        }),
        other => panic!("a column holds {other}"),
    }
}

fn unhex(digits: &str) -> Vec<u8> {
    (0..digits.len() / 2)
        .map(|at| u8::from_str_radix(&digits[at * 2..at * 2 + 2], 16).unwrap())
        .collect()
}
