//! Completing a draft: its blanks one by one, or a file as a whole.

use super::{super::OfficeApp, Staff, changed, done, looked, view};
use crate::{
    survey::filled,
    web::{Fields, WebError},
};
use axum::{
    extract::{FromRequest, Path, RawQuery, Request, State},
    http::StatusCode,
    response::{IntoResponse, Redirect, Response},
};

/// A file of a survey is typed into a form whose fields may be longer than those of others.
const LONGEST: usize = 1 << 20;

/// The fields of a form that may hold a whole file.
pub struct LongFields(Fields);

impl<S: Sync> FromRequest<S> for LongFields {
    type Rejection = WebError;

    async fn from_request(request: Request, _: &S) -> Result<Self, WebError> {
        let body = axum::body::to_bytes(request.into_body(), LONGEST).await;
        Ok(Self(Fields::read(&body.map_err(|_| WebError::TooLarge)?)?))
    }
}

/// Asks for what only the office knows.
pub async fn blanks(
    State(app): State<OfficeApp>,
    staff: Staff,
    Path(id): Path<String>,
) -> Result<Response, WebError> {
    Ok(match looked(&app, &staff, &id).await? {
        Ok(looked) => view::fill(staff.language, &looked, None).into_response(),
        Err(response) => response,
    })
}

/// Writes it into the files; what was left empty stays a blank.
pub async fn fill(
    State(app): State<OfficeApp>,
    staff: Staff,
    Path(id): Path<String>,
    LongFields(fields): LongFields,
) -> Result<Response, WebError> {
    let looked = match looked(&app, &staff, &id).await? {
        Ok(looked) => looked,
        Err(response) => return Ok(response),
    };
    let was = fields.get("sha256").unwrap_or_default();
    let mut files = looked.files.clone();
    for (at, blank) in looked.blanks.iter().enumerate() {
        let typed = fields.get(&format!("blank-{at}")).unwrap_or_default();
        if !typed.trim().is_empty() {
            files = filled(&files, blank, typed);
        }
    }
    // Which blank a field meant is known from the files that were shown only.
    match done(app.office.keep_draft(&id, &files, Some(was)).await)? {
        None => Ok(Redirect::to(&view::path(&id, "")).into_response()),
        Some(why) => {
            let page = view::fill(staff.language, &looked, Some(&why));
            Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response())
        }
    }
}

/// Shows a file to be edited.
pub async fn file(
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
    let name = query.get("name").unwrap_or_default();
    let Some(text) = looked.files.text(name) else { return Err(WebError::NotFound) };
    let saved = query.get("saved").is_some();
    let page = view::File { name, text, saved, refused: None };
    Ok(page.page(staff.language, &looked).into_response())
}

/// Keeps a file as it was edited, or leaves it out.
pub async fn save(
    State(app): State<OfficeApp>,
    staff: Staff,
    Path(id): Path<String>,
    LongFields(fields): LongFields,
) -> Result<Response, WebError> {
    let looked = match looked(&app, &staff, &id).await? {
        Ok(looked) => looked,
        Err(response) => return Ok(response),
    };
    let name = fields.get("name").unwrap_or_default();
    let was = fields.get("sha256").unwrap_or_default();
    if looked.files.text(name).is_none() {
        return Err(WebError::NotFound);
    }
    if fields.get("remove").is_some() && view::may_be_left_out(name) {
        let files = looked.files.without(name);
        let refused = done(app.office.keep_draft(&id, &files, Some(was)).await)?;
        return super::acted(&app, &staff, &id, refused).await;
    }
    let text = fields.get("text").unwrap_or_default();
    let refused = match was == looked.draft() {
        true => changed(&app, &looked, &[(name.to_owned(), text.to_owned())]).await?,
        false => Some(crate::text!("surveys.draft_changed")),
    };
    match refused {
        None => Ok(Redirect::to(&view::file_path(&id, name, true)).into_response()),
        Some(why) => {
            let page = view::File { name, text, saved: false, refused: Some(&why) };
            let page = page.page(staff.language, &looked);
            Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response())
        }
    }
}
