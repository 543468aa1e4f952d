//! How long answering takes: gathered in memory, and kept in numbers that hide everybody.
//!
//! A time that was written as it came in would tell, beside the moment of the submit, how long
//! one person took. So times wait in memory until there are enough of a form, are written
//! together at a moment that has nothing to do with any of them, and are lost if the program
//! stops before.

use super::{Desk, Result, Tx, on, read};
use crate::fieldwork::{LEAST_OF_PACE, Pace};
use std::{
    collections::BTreeMap,
    sync::{Mutex, PoisonError},
    time::{Duration, Instant},
};

/// How long a pace that was read may be remembered.
const PACE_IS_FRESH: Duration = Duration::from_secs(60);

const PACE: &str =
    "SELECT minutes, n FROM pace WHERE form = $1 AND version = $2 AND synthetic = $3";

/// A form as far as the time that it takes depends on it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timed {
    /// The form's id.
    pub form: String,
    /// The form's version.
    pub version: String,
    /// Made-up people answer it: they say nothing about others.
    pub synthetic: bool,
}

/// Times that wait to be enough.
#[derive(Default)]
pub struct Measured(Mutex<BTreeMap<Timed, Pace>>);

/// What was read of paces, and when.
#[derive(Default)]
pub(super) struct Paces(Mutex<BTreeMap<Timed, (Instant, Option<u32>)>>);

impl Measured {
    /// Adds the time of one person.
    pub(super) fn add(&self, timed: &Timed, minutes: u32) {
        let mut waiting = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        waiting.entry(timed.clone()).or_default().add(minutes, 1);
    }

    /// Takes out the forms of which enough is known.
    pub fn take(&self) -> Vec<(Timed, Pace)> {
        let mut waiting = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let enough = waiting.extract_if(.., |_, pace| pace.n() >= LEAST_OF_PACE);
        enough.collect()
    }

    /// Puts back what could not be kept.
    pub fn put_back(&self, taken: &[(Timed, Pace)]) {
        let mut waiting = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        for (timed, pace) in taken {
            waiting.entry(timed.clone()).or_default().add_all(pace);
        }
    }
}

impl Tx {
    /// Adds what was measured of a form.
    pub async fn keep_pace(&mut self, timed: &Timed, pace: &Pace) -> Result<()> {
        on!(self, |conn| {
            for (minutes, n) in pace.iter() {
                sqlx::query(
                    "INSERT INTO pace (form, version, synthetic, minutes, n)
                     VALUES ($1, $2, $3, $4, $5)
                     ON CONFLICT (form, version, synthetic, minutes) DO UPDATE SET n = pace.n + excluded.n",
                )
                .bind(&timed.form)
                .bind(&timed.version)
                .bind(timed.synthetic)
                .bind(i64::from(minutes))
                .bind(i64::try_from(n).unwrap_or(i64::MAX))
                .execute(&mut *conn)
                .await?;
            }
        });
        Ok(())
    }

    /// What was measured of a form so far.
    pub async fn pace(&mut self, timed: &Timed) -> Result<Pace> {
        let rows: Vec<(i64, i64)> = on!(self, |conn| sqlx::query_as(PACE)
            .bind(&timed.form)
            .bind(&timed.version)
            .bind(timed.synthetic)
            .fetch_all(conn)
            .await?);
        Ok(pace(rows))
    }
}

impl Desk {
    /// The minutes within which half of those who answered a form finished, if enough did; may
    /// be a minute old.
    pub async fn minutes(&self, timed: &Timed) -> Result<Option<u32>> {
        let known = {
            let paces = self.paces().0.lock().unwrap_or_else(PoisonError::into_inner);
            paces.get(timed).copied()
        };
        if let Some((read, median)) = known
            && read.elapsed() < PACE_IS_FRESH
        {
            return Ok(median);
        }
        let rows: Vec<(i64, i64)> = read!(self.store(), |pool| sqlx::query_as(PACE)
            .bind(&timed.form)
            .bind(&timed.version)
            .bind(timed.synthetic)
            .fetch_all(pool)
            .await?);
        let median = pace(rows).median();
        let mut paces = self.paces().0.lock().unwrap_or_else(PoisonError::into_inner);
        paces.insert(timed.clone(), (Instant::now(), median));
        Ok(median)
    }
}

fn pace(rows: Vec<(i64, i64)>) -> Pace {
    let mut pace = Pace::default();
    for (minutes, n) in rows {
        pace.add(u32::try_from(minutes).unwrap_or(u32::MAX), u64::try_from(n).unwrap_or(0));
    }
    pace
}
