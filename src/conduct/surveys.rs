//! A survey on its way: drafted, tried out, published. What is published never changes.

use super::{ConductError, Office, Result, refuse};
use crate::{
    criteria::is_code,
    messages::Text,
    storage::{StorageError, SurveyDraftRow, SurveyVersionRow, Tx},
    survey::{
        Bundle, Changes, Clash, Survey, changes, clashes, read_survey, survey_id, to_fill_in,
    },
    text,
};
use serde_json::{Value, json};

/// A survey with all that the office has of it.
#[derive(Debug, Clone)]
pub struct SurveyInHand {
    /// Its id.
    pub id: String,
    /// What the office is working on.
    pub draft: Option<Draft>,
    /// What was published, the first version first.
    pub versions: Vec<SurveyVersionRow>,
}

/// What an office is working on.
#[derive(Debug, Clone)]
pub struct Draft {
    /// The files.
    pub files: Bundle,
    /// Their SHA-256: who saves or publishes names what they saw.
    pub sha256: String,
    /// The day of the last change, as an ISO date.
    pub day: String,
}

/// A version that was published, with its files.
#[derive(Debug, Clone)]
pub struct PublishedSurvey {
    /// Which version it is.
    pub row: SurveyVersionRow,
    /// Its files.
    pub files: Bundle,
    /// What they say.
    pub survey: Survey,
}

/// What publishing some files would do, or why it cannot be done.
#[derive(Debug, Clone)]
pub struct Prospect {
    /// The latest version published, which these files would follow.
    pub latest: Option<PublishedSurvey>,
    /// What differs from it.
    pub changes: Option<Changes>,
    /// Versions that are published already, with other content.
    pub clashes: Vec<Clash>,
    /// What else stands in the way.
    pub obstacle: Option<Text>,
}

impl SurveyInHand {
    /// The latest version.
    pub fn latest(&self) -> Option<&SurveyVersionRow> {
        self.versions.last()
    }
}

impl Prospect {
    /// Why these files cannot be published, one reason after the other.
    pub fn refusals(&self) -> Vec<Text> {
        self.clashes.iter().map(Clash::text).chain(self.obstacle.clone()).collect()
    }
}

impl Office {
    /// Every survey that has a draft or a published version, by id.
    pub async fn surveys(&self) -> Result<Vec<SurveyInHand>> {
        let mut tx = self.store.read().await?;
        let (drafts, versions) = (tx.survey_drafts().await?, tx.survey_versions().await?);
        let mut ids: Vec<&String> = drafts.iter().map(|draft| &draft.survey).collect();
        ids.extend(versions.iter().map(|version| &version.survey));
        ids.sort();
        ids.dedup();
        let in_hand = |id: &String| {
            let draft = drafts.iter().find(|draft| draft.survey == *id);
            Ok(SurveyInHand {
                id: id.clone(),
                draft: draft.cloned().map(opened).transpose()?,
                versions: versions.iter().filter(|one| one.survey == *id).cloned().collect(),
            })
        };
        ids.into_iter().map(in_hand).collect()
    }

    /// The survey with this id.
    pub async fn survey_in_hand(&self, id: &str) -> Result<SurveyInHand> {
        let all = self.surveys().await?;
        let known: Vec<String> = all.iter().map(|survey| survey.id.clone()).collect();
        match all.into_iter().find(|survey| survey.id == id) {
            Some(survey) => Ok(survey),
            None => {
                let known = if known.is_empty() { "–".to_owned() } else { known.join(", ") };
                refuse(text!("surveys.no_such_survey", id = id, known = known))
            }
        }
    }

    /// A published version, the latest if no number is given.
    pub async fn published_survey(&self, id: &str, number: Option<i64>) -> Result<PublishedSurvey> {
        let mut tx = self.store.read().await?;
        let versions = tx.survey_versions().await?.into_iter().filter(|one| one.survey == id);
        let versions: Vec<SurveyVersionRow> = versions.collect();
        let wanted = |one: &&SurveyVersionRow| number.is_none_or(|number| one.number == number);
        let Some(row) = versions.iter().rfind(wanted) else {
            let known: Vec<String> =
                versions.iter().map(|one| format!("{id}@{}", one.number)).collect();
            let known = if known.is_empty() { "–".to_owned() } else { known.join(", ") };
            let id = number.map_or_else(|| id.to_owned(), |number| format!("{id}@{number}"));
            return refuse(text!("surveys.not_published", id = id, known = known));
        };
        published(&mut tx, row.clone()).await
    }

    /// Keeps a draft of a survey. `was` is the SHA-256 of the draft that these files replace,
    /// nothing if there must be none.
    pub async fn keep_draft(&self, id: &str, files: &Bundle, was: Option<&str>) -> Result<()> {
        if !is_code(id) {
            return refuse(text!("survey.bad_code", code = id));
        }
        let mut tx = self.store.write().await?;
        let row = SurveyDraftRow {
            survey: id.to_owned(),
            sha256: files.sha256(),
            files: files.to_json(),
            day: self.clock.today().to_string(),
        };
        let done = match was {
            Some(was) => tx.change_survey_draft(was, &row).await?,
            None => tx.begin_survey_draft(&row).await?,
        };
        if !done {
            return refuse(match was {
                Some(_) => text!("surveys.draft_changed"),
                None => text!("surveys.draft_there", id = id),
            });
        }
        self.record(&mut tx, "survey.draft", &about(id, &row.sha256)).await?;
        Ok(tx.commit().await?)
    }

    /// Throws a draft away, if it still is the one of this SHA-256.
    pub async fn discard_draft(&self, id: &str, was: &str) -> Result<()> {
        let mut tx = self.store.write().await?;
        if !tx.end_survey_draft(id, was).await? {
            return refuse(text!("surveys.draft_changed"));
        }
        self.record(&mut tx, "survey.discard", &about(id, was)).await?;
        Ok(tx.commit().await?)
    }

    /// What publishing `files` would do.
    pub async fn prospect(&self, files: &Bundle, survey: &Survey) -> Result<Prospect> {
        prospect(&mut self.store.read().await?, files, survey).await
    }

    /// The files of surveys whose versions are fixed.
    pub async fn binding_surveys(&self) -> Result<Vec<Bundle>> {
        binding(&mut self.store.read().await?).await
    }

    /// Publishes the draft of a survey, if it still is the one of this SHA-256, and ends it.
    pub async fn publish_draft(&self, id: &str, was: &str) -> Result<SurveyVersionRow> {
        let mut tx = self.store.write().await?;
        let draft = tx.survey_draft(id).await?.filter(|draft| draft.sha256 == was);
        let Some(draft) = draft.map(opened).transpose()? else {
            return refuse(text!("surveys.draft_changed"));
        };
        if survey_id(&draft.files).as_deref() != Some(id) {
            return refuse(text!("surveys.other_id", id = id));
        }
        let row = self.publish_files(&mut tx, &draft.files).await?;
        tx.end_survey_draft(id, was).await?;
        tx.commit().await?;
        Ok(row)
    }

    /// Publishes the survey in `files`.
    pub async fn publish_survey(&self, files: &Bundle) -> Result<SurveyVersionRow> {
        let mut tx = self.store.write().await?;
        let row = self.publish_files(&mut tx, files).await?;
        tx.commit().await?;
        Ok(row)
    }

    async fn publish_files(&self, tx: &mut Tx, files: &Bundle) -> Result<SurveyVersionRow> {
        let survey = read_survey(files).map_err(ConductError::Survey)?;
        let prospect = prospect(tx, files, &survey).await?;
        if let Some(why) = prospect.refusals().into_iter().next() {
            return refuse(why);
        }
        let row = SurveyVersionRow {
            number: prospect.latest.map_or(0, |latest| latest.row.number) + 1,
            survey: survey.id,
            version: survey.version,
            sha256: survey.sha256,
            day: self.clock.today().to_string(),
        };
        tx.keep_survey(&row.sha256, &files.to_json()).await?;
        if !tx.keep_survey_version(&row).await? {
            return refuse(text!("surveys.survey_clash", version = row.version));
        }
        let detail = json!({ "version": row.number, "of": about(&row.survey, &row.sha256) });
        self.record(tx, "survey.publish", &detail).await?;
        Ok(row)
    }

    /// Refuses files that call other content by a version that is fixed.
    pub(super) async fn versions_are_free(tx: &mut Tx, files: &Bundle) -> Result<()> {
        match clashes(files, &binding(tx).await?).first() {
            Some(clash) => refuse(clash.text()),
            None => Ok(()),
        }
    }
}

async fn prospect(tx: &mut Tx, files: &Bundle, survey: &Survey) -> Result<Prospect> {
    let versions = tx.survey_versions().await?;
    let latest = match versions.into_iter().rfind(|one| one.survey == survey.id) {
        Some(row) => Some(published(tx, row).await?),
        None => None,
    };
    let differs = |then: &PublishedSurvey| changes((&then.survey, &then.files), (survey, files));
    let changes = latest.as_ref().map(differs);
    let same = changes.as_ref().is_some_and(Changes::is_empty);
    let obstacle = match (to_fill_in(files), same) {
        (Some((file, line)), _) => Some(text!("surveys.to_fill_in", file = file, line = line)),
        (None, true) => Some(text!("surveys.nothing_changed")),
        (None, false) => None,
    };
    Ok(Prospect { clashes: clashes(files, &binding(tx).await?), latest, changes, obstacle })
}

async fn binding(tx: &mut Tx) -> Result<Vec<Bundle>> {
    let kept = tx.binding_survey_files().await?;
    kept.iter().map(|files| bundle("survey_copy", files)).collect()
}

async fn published(tx: &mut Tx, row: SurveyVersionRow) -> Result<PublishedSurvey> {
    let files = tx.survey_files(&row.sha256).await?.unwrap_or_default();
    let files = bundle("survey_copy", &files)?;
    let survey = read_survey(&files).map_err(ConductError::Survey)?;
    Ok(PublishedSurvey { row, files, survey })
}

fn opened(row: SurveyDraftRow) -> Result<Draft> {
    let files = bundle("survey_draft", &row.files)?;
    Ok(Draft { files, sha256: row.sha256, day: row.day })
}

fn bundle(table: &'static str, files: &str) -> Result<Bundle> {
    let corrupt = |_| StorageError::Corrupt { table, column: "files" };
    Ok(Bundle::from_json(files).map_err(corrupt)?)
}

fn about(id: &str, sha256: &str) -> Value {
    json!({ "survey": id, "survey_sha256": sha256 })
}
