//! What changed, and publishing it; or throwing a draft away.

use super::{super::OfficeApp, super::failed, Staff, acted, done, looked, view};
use crate::{
    survey::changes,
    web::{Fields, WebError},
};
use axum::{
    extract::{Path, RawQuery, State},
    http::StatusCode,
    response::{IntoResponse, Redirect, Response},
};

/// What the draft changes, or what a published version (`?version=2`) changed.
pub async fn show(
    State(app): State<OfficeApp>,
    staff: Staff,
    Path(id): Path<String>,
    RawQuery(query): RawQuery,
) -> Result<Response, WebError> {
    let looked = match looked(&app, &staff, &id).await? {
        Ok(looked) => looked,
        Err(response) => return Ok(response),
    };
    let query = Fields::read(query.unwrap_or_default().as_bytes())?;
    let number = query.get("version").and_then(|number| number.parse::<i64>().ok());
    if let (Some(_), None, Ok(survey)) = (&looked.survey.draft, number, &looked.read) {
        let prospect = app.office.prospect(&looked.files, survey).await.map_err(failed)?;
        return Ok(view::prospect(staff.language, &looked, &prospect).into_response());
    }
    if looked.survey.draft.is_some() && number.is_none() {
        return Ok(Redirect::to(&view::path(&id, "")).into_response());
    }
    let is_there = |number: i64| looked.survey.versions.iter().any(|one| one.number == number);
    let latest = looked.survey.latest().map_or(0, |latest| latest.number);
    let number = number.unwrap_or(latest);
    if !is_there(number) {
        return Err(WebError::NotFound);
    }
    let now = app.office.published_survey(&id, Some(number)).await.map_err(failed)?;
    let found = match is_there(number - 1) {
        true => {
            let then = app.office.published_survey(&id, Some(number - 1)).await.map_err(failed)?;
            Some(changes((&then.survey, &then.files), (&now.survey, &now.files)))
        }
        false => None,
    };
    Ok(view::version(staff.language, &looked, &now, found.as_ref()).into_response())
}

/// Publishes the draft that was shown.
pub async fn submit(
    State(app): State<OfficeApp>,
    staff: Staff,
    Path(id): Path<String>,
    fields: Fields,
) -> Result<Response, WebError> {
    let was = fields.get("sha256").unwrap_or_default();
    let refused = done(app.office.publish_draft(&id, was).await)?;
    acted(&app, &staff, &id, refused).await
}

/// Asks whether the draft is to be thrown away.
pub async fn ask(
    State(app): State<OfficeApp>,
    staff: Staff,
    Path(id): Path<String>,
) -> Result<Response, WebError> {
    Ok(match looked(&app, &staff, &id).await? {
        Ok(looked) if looked.survey.draft.is_some() => {
            view::discard(staff.language, &looked).into_response()
        }
        Ok(_) => Redirect::to(&view::path(&id, "")).into_response(),
        Err(response) => response,
    })
}

/// Throws the draft away.
pub async fn discard(
    State(app): State<OfficeApp>,
    staff: Staff,
    Path(id): Path<String>,
    fields: Fields,
) -> Result<Response, WebError> {
    let was = fields.get("sha256").unwrap_or_default();
    if let Some(why) = done(app.office.discard_draft(&id, was).await)? {
        let said = view::Said::Refused(why);
        return super::shown(&app, &staff, &id, StatusCode::UNPROCESSABLE_ENTITY, &said).await;
    }
    Ok(Redirect::to("/office/surveys").into_response())
}
