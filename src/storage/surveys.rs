//! Drafts of surveys, and their published versions, which stay as they are.

use super::{Result, Tx, on};

/// What an office is working on.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct SurveyDraftRow {
    /// The id of the survey.
    pub survey: String,
    /// The SHA-256 of the files.
    pub sha256: String,
    /// The files, a JSON document.
    pub files: String,
    /// The day of the last change, as an ISO date.
    pub day: String,
}

/// A version that was published. Its files are kept under their hash.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct SurveyVersionRow {
    /// The id of the survey.
    pub survey: String,
    /// 1 for the first.
    pub number: i64,
    /// What the files call it.
    pub version: String,
    /// The SHA-256 of the files.
    pub sha256: String,
    /// The day, as an ISO date.
    pub day: String,
}

impl Tx {
    /// Every draft, by the id of its survey.
    pub async fn survey_drafts(&mut self) -> Result<Vec<SurveyDraftRow>> {
        Ok(on!(self, |conn| sqlx::query_as(
            "SELECT survey, sha256, files, day FROM survey_draft ORDER BY survey"
        )
        .fetch_all(conn)
        .await?))
    }

    /// The draft of a survey.
    pub async fn survey_draft(&mut self, survey: &str) -> Result<Option<SurveyDraftRow>> {
        Ok(on!(self, |conn| sqlx::query_as(
            "SELECT survey, sha256, files, day FROM survey_draft WHERE survey = $1"
        )
        .bind(survey)
        .fetch_optional(conn)
        .await?))
    }

    /// Begins a draft. `false`, and nothing changes, if the survey has one.
    pub async fn begin_survey_draft(&mut self, draft: &SurveyDraftRow) -> Result<bool> {
        let done = on!(self, |conn| sqlx::query(
            "INSERT INTO survey_draft (survey, sha256, files, day)
             VALUES ($1, $2, $3, $4)
                 ON CONFLICT DO NOTHING"
        )
        .bind(&draft.survey)
        .bind(&draft.sha256)
        .bind(&draft.files)
        .bind(&draft.day)
        .execute(conn)
        .await?
        .rows_affected());
        Ok(done == 1)
    }

    /// Changes a draft. `false`, and nothing changes, if its files are no longer those of `was`.
    pub async fn change_survey_draft(&mut self, was: &str, draft: &SurveyDraftRow) -> Result<bool> {
        let done = on!(self, |conn| sqlx::query(
            "UPDATE survey_draft SET sha256 = $3, files = $4, day = $5
              WHERE survey = $1 AND sha256 = $2"
        )
        .bind(&draft.survey)
        .bind(was)
        .bind(&draft.sha256)
        .bind(&draft.files)
        .bind(&draft.day)
        .execute(conn)
        .await?
        .rows_affected());
        Ok(done == 1)
    }

    /// Ends a draft. `false`, and nothing changes, if its files are no longer those of `was`.
    pub async fn end_survey_draft(&mut self, survey: &str, was: &str) -> Result<bool> {
        let done = on!(self, |conn| sqlx::query(
            "DELETE FROM survey_draft WHERE survey = $1 AND sha256 = $2"
        )
        .bind(survey)
        .bind(was)
        .execute(conn)
        .await?
        .rows_affected());
        Ok(done == 1)
    }

    /// Every published version, by survey and number.
    pub async fn survey_versions(&mut self) -> Result<Vec<SurveyVersionRow>> {
        Ok(on!(self, |conn| {
            sqlx::query_as(
            "SELECT survey, number, version, sha256, day FROM survey_version ORDER BY survey, number"
        )
        .fetch_all(conn)
        .await?
        }))
    }

    /// Keeps a version whose files are kept already. `false`, and nothing changes, if there is
    /// one of that number or name.
    pub async fn keep_survey_version(&mut self, version: &SurveyVersionRow) -> Result<bool> {
        let done = on!(self, |conn| sqlx::query(
            "INSERT INTO survey_version (survey, number, version, sha256, day)
             VALUES ($1, $2, $3, $4, $5)
                 ON CONFLICT DO NOTHING"
        )
        .bind(&version.survey)
        .bind(version.number)
        .bind(&version.version)
        .bind(&version.sha256)
        .bind(&version.day)
        .execute(conn)
        .await?
        .rows_affected());
        Ok(done == 1)
    }

    /// The files of every survey that was published or asked in a round that is not made up,
    /// each a JSON document: what these call a version stays what it is.
    pub async fn binding_survey_files(&mut self) -> Result<Vec<String>> {
        Ok(on!(self, |conn| sqlx::query_scalar(
            "SELECT files
               FROM survey_copy
              WHERE sha256 IN (SELECT sha256 FROM survey_version)
                 OR sha256 IN (SELECT survey_sha256 FROM round WHERE NOT synthetic)
              ORDER BY sha256"
        )
        .fetch_all(conn)
        .await?))
    }
}
