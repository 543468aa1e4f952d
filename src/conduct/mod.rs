//! Conducting a round: the acts of the office, step by step, each one unit of work.
//!
//! The command line, the office's pages and the demo all act through [`Office`], so that what
//! can be done in the browser can be done from the command line, in the same way.

mod drawing;
mod field;
mod frame;
mod inviting;
mod keyholders;
mod planning;
mod publishing;
mod results;
mod setup;
mod surveys;
mod unsealing;

pub use drawing::{DrawSummary, Verdict};
pub use field::Released;
pub use frame::Frozen;
pub use inviting::Invited;
pub use keyholders::Custody;
pub use planning::{
    PlanBasis, PopulationSource, ProposedTargets, plan_assumptions, plan_misses, plan_remarks,
    plan_rows, proposed_targets,
};
pub use publishing::Published;
pub use setup::RoundPlan;
pub use surveys::{Draft, Prospect, PublishedSurvey, SurveyInHand};
pub use unsealing::Unsealed;

use crate::{
    clock::Clock,
    messages::{Language, Text},
    questionnaire::Mistake,
    report::Blocked,
    sampling::FrameReport,
    secrets::{Secrets, SecretsError},
    storage::{Address, Desk, RoundRow, StorageError, Store},
    survey::{Bundle, Survey, read_survey},
    text,
};
use serde_json::Value;
use std::{path::Path, sync::Arc};

/// Everything an office needs to act: what is kept, the keys, the time, and who acts.
#[derive(Clone)]
pub struct Office {
    /// What is kept.
    pub store: Store,
    /// The keys.
    pub secrets: Secrets,
    /// The time.
    pub clock: Clock,
    /// Who acts, for the audit log.
    pub actor: String,
}

/// A round with the survey it took.
#[derive(Clone)]
pub struct Round {
    /// The round.
    pub row: RoundRow,
    /// What is asked, of whom, and how it counts, as it was when the round took it.
    pub survey: Survey,
}

/// Why an act was not done. Nothing of it was kept.
#[derive(Debug, thiserror::Error)]
pub enum ConductError {
    /// The data or the state of the round forbid it.
    #[error("{0}")]
    Refused(Text),
    /// Together, the figures would give away the answers of a few people.
    #[error("{}", .0.sentences(Language::default()).join("\n"))]
    Blocked(Box<Blocked>),
    /// The list of people has problems.
    #[error("{}", .0.summary())]
    Frame(Box<FrameReport>),
    /// The survey's files have mistakes.
    #[error("{}", mistakes(.0))]
    Survey(Vec<Mistake>),
    /// The database failed.
    #[error(transparent)]
    Storage(#[from] StorageError),
    /// The keys cannot be used.
    #[error(transparent)]
    Secrets(#[from] SecretsError),
}

/// What an act of the office returns.
pub type Result<T, E = ConductError> = std::result::Result<T, E>;

fn mistakes(mistakes: &[Mistake]) -> String {
    mistakes.iter().map(|mistake| mistake.text().to_string()).collect::<Vec<_>>().join("\n")
}

fn refuse<T>(why: Text) -> Result<T> {
    Err(ConductError::Refused(why))
}

impl Office {
    /// Opens the database at `address` with the secrets in `directory`, which are made when
    /// both are new. Secrets of another database are refused.
    pub async fn open(
        address: &Address,
        directory: &Path,
        clock: Clock,
        actor: &str,
    ) -> Result<Self> {
        let store = Store::open(address).await?;
        let known = store.read().await?.fact("secrets").await?;
        let secrets = match known {
            None => {
                let secrets = Secrets::create(directory)?;
                let mut tx = store.write().await?;
                tx.note_fact("secrets", &secrets.fingerprint()).await?;
                tx.commit().await?;
                secrets
            }
            Some(fingerprint) => {
                let secrets = Secrets::open(directory)?;
                if secrets.fingerprint() != fingerprint {
                    return Err(
                        SecretsError::OfAnotherDatabase { path: directory.to_owned() }.into()
                    );
                }
                secrets
            }
        };
        Ok(Self { store, secrets, clock, actor: actor.to_owned() })
    }

    /// The round called `code`, with its survey.
    pub async fn round(&self, code: &str) -> Result<Round> {
        let mut tx = self.store.read().await?;
        let Some(row) = tx.round(code).await? else {
            let known = tx.rounds().await?;
            let known: Vec<String> = known.into_iter().map(|round| round.code).collect();
            return refuse(if known.is_empty() {
                text!("conduct.no_rounds", code = code)
            } else {
                text!("conduct.no_such_round", code = code, known = known.join(", "))
            });
        };
        let survey = survey_of(&tx.survey_files(&row.survey_sha256).await?.unwrap_or_default())?;
        Ok(Round { row, survey })
    }

    /// Every round.
    pub async fn rounds(&self) -> Result<Vec<RoundRow>> {
        Ok(self.store.read().await?.rounds().await?)
    }

    /// The respondents' reading room.
    pub fn desk(&self) -> Desk {
        let secrets = self.secrets.clone();
        Desk::new(self.store.clone(), Arc::new(move |round| secrets.round_key(round)))
    }

    async fn record(&self, tx: &mut crate::storage::Tx, act: &str, detail: &Value) -> Result<()> {
        Ok(tx.record_act(self.clock.now(), &self.actor, act, detail).await?)
    }
}

fn survey_of(files: &str) -> Result<Survey> {
    let corrupt = || StorageError::Corrupt { table: "survey_copy", column: "files" };
    let bundle = Bundle::from_json(files).map_err(|_| corrupt())?;
    Ok(read_survey(&bundle).map_err(|_| corrupt())?)
}
