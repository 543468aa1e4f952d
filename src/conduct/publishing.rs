//! Publishing: figures stay as they were published, whatever is withdrawn later.
//!
//! Somebody who sees the figures before and after one answer was withdrawn knows that answer.
//! So every page, command and document shows the latest published version. The first is made
//! when the box is opened; a further one only for enough changes, and on purpose.

use super::{ConductError, Office, Result, Round, refuse};
use crate::{
    fieldwork::RoundState,
    report::{Blocked, Release, release},
    storage::{PublicationRow, StorageError},
    text,
};
use serde_json::json;

/// A published version of a round's figures.
#[derive(Debug, Clone)]
pub struct Published {
    /// 1 for the first version.
    pub number: i64,
    /// The day it was published, as an ISO date.
    pub day: String,
    /// The figures.
    pub release: Release,
}

impl Office {
    /// The latest published version; the first is made if there is none.
    pub async fn published(&self, round: &Round) -> Result<Published> {
        match self.latest_version(round).await? {
            Some(version) => Ok(version),
            None => self.publish(round).await,
        }
    }

    /// Publishes the figures as the answers now give them, as a further version.
    ///
    /// Refused when nothing has changed, and when fewer than five answers make the difference
    /// between any figure and the version before.
    pub async fn publish(&self, round: &Round) -> Result<Published> {
        if round.row.state != RoundState::Opened {
            return refuse(text!("cli.not_opened", round = round.row.code));
        }
        let (facts, survey) = (self.facts(round).await?, round.survey.clone());
        let made = tokio::task::spawn_blocking(move || release(&facts, &survey))
            .await
            .expect("computing figures does not panic")
            .map_err(blocked)?;
        let before = self.latest_version(round).await?;
        if let Some(before) = &before {
            match made.since(&before.release) {
                Ok(true) => {}
                Ok(false) => {
                    let (number, code) = (before.number, &round.row.code);
                    return refuse(text!("conduct.nothing_new", round = code, number = number));
                }
                Err(leaks) => return Err(blocked(leaks)),
            }
        }
        let version = PublicationRow {
            number: before.map_or(1, |before| before.number + 1),
            day: self.clock.today().to_string(),
            document: serde_json::to_string(&made).expect("figures are plain data"),
        };
        let mut tx = self.store.write().await?;
        if tx.keep_publication(round.row.id, &version).await? {
            let about = json!({ "round": round.row.code, "version": version.number });
            self.record(&mut tx, "round.publish", &about).await?;
        }
        tx.commit().await?;
        // Somebody else may have published in the same moment: what is kept is what counts.
        let kept = self.latest_version(round).await?;
        Ok(kept.expect("a version was just kept, and none is ever removed"))
    }

    async fn latest_version(&self, round: &Round) -> Result<Option<Published>> {
        let Some(row) = self.store.read().await?.publication(round.row.id).await? else {
            return Ok(None);
        };
        let release = serde_json::from_str(&row.document)
            .map_err(|_| StorageError::Corrupt { table: "publication", column: "document" })?;
        Ok(Some(Published { number: row.number, day: row.day, release }))
    }
}

fn blocked(why: Blocked) -> ConductError {
    ConductError::Blocked(Box::new(why))
}
