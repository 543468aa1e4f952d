//! Files of a survey to take away.

use super::{super::OfficeApp, Staff, looked};
use crate::{
    survey::xlsform::export_form,
    web::{Fields, WebError},
};
use axum::{
    extract::{Path, RawQuery, State},
    http::header,
    response::{IntoResponse, Response},
};

const WORKBOOK: &str = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";

/// A file as it is (`?name=`), or a form as a workbook for Excel (`?form=`).
pub async fn download(
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
    if let Some(wanted) = query.get("form") {
        let mut forms = looked.forms.into_iter().filter_map(|(_, form)| form);
        let form = forms.find(|form| form.id == wanted).ok_or(WebError::NotFound)?;
        let workbook = app.long(move || export_form(&form)).await?;
        let bytes = workbook.map_err(|problem| WebError::internal(&problem))?;
        return Ok(attached(WORKBOOK, &format!("{wanted}.xlsx"), bytes));
    }
    let name = query.get("name").unwrap_or_default();
    let text = looked.files.text(name).ok_or(WebError::NotFound)?;
    let short = name.rsplit('/').next().unwrap_or(name);
    Ok(attached("text/plain; charset=utf-8", short, text.as_bytes().to_vec()))
}

/// Names of files are plain letters, so that a header can hold them; others are left out.
fn attached(kind: &'static str, name: &str, bytes: Vec<u8>) -> Response {
    let plain = |c: &char| c.is_ascii_alphanumeric() || matches!(c, '-' | '.' | '_');
    let name: String = name.chars().filter(plain).collect();
    let how = format!("attachment; filename=\"{name}\"");
    ([(header::CONTENT_TYPE, kind.to_owned()), (header::CONTENT_DISPOSITION, how)], bytes)
        .into_response()
}
