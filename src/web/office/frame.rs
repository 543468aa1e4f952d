//! Handing in the list of people of a round.

use super::{
    OfficeApp,
    session::Staff,
    upload::{File, LARGEST, Uploaded},
    view,
};
use crate::{
    conduct::{ConductError, Round},
    sampling::{FrameReport, Upload},
    text,
    web::WebError,
};
use axum::{
    extract::{Path, Request, State},
    http::StatusCode,
    response::{IntoResponse, Response},
};

/// Asks for the list.
pub async fn show(
    State(app): State<OfficeApp>,
    staff: Staff,
    Path(code): Path<String>,
) -> Result<Response, WebError> {
    let round = match app.round(&code, staff.language).await? {
        Ok(round) => round,
        Err(response) => return Ok(response),
    };
    let state = state(&app, &round).await?;
    Ok(view::Frame { round: &round, state, said: view::Said::Nothing }
        .page(staff.language)
        .into_response())
}

/// Takes the list: all of it, or nothing and every reason why.
pub async fn submit(
    State(app): State<OfficeApp>,
    staff: Staff,
    Path(code): Path<String>,
    request: Request,
) -> Result<Response, WebError> {
    let round = match app.round(&code, staff.language).await? {
        Ok(round) => round,
        Err(response) => return Ok(response),
    };
    let files = match Uploaded::read(request).await {
        Ok(came) if !came.files.is_empty() => Ok(came.files),
        Ok(_) => Err((StatusCode::UNPROCESSABLE_ENTITY, text!("office.no_file"))),
        Err(status) if status == StatusCode::PAYLOAD_TOO_LARGE => {
            Err((status, text!("office.file_too_large", most = LARGEST >> 20)))
        }
        Err(status) => Err((status, text!("office.upload_broken"))),
    };
    let (status, said) = match files {
        Err((status, why)) => (status, view::Said::Refused(why)),
        Ok(files) => match import(&app, &round, files).await? {
            Ok(report) => (StatusCode::OK, view::Said::Imported(report)),
            Err(ConductError::Frame(report)) => {
                (StatusCode::UNPROCESSABLE_ENTITY, view::Said::Problems(*report))
            }
            Err(ConductError::Refused(why)) => {
                (StatusCode::UNPROCESSABLE_ENTITY, view::Said::Refused(why))
            }
            Err(error) => return Err(super::failed(error)),
        },
    };
    let state = state(&app, &round).await?;
    let page = view::Frame { round: &round, state, said }.page(staff.language);
    Ok((status, page).into_response())
}

/// Reading a list takes a processor for a while, so it is done away from the requests.
async fn import(
    app: &OfficeApp,
    round: &Round,
    files: Vec<File>,
) -> Result<Result<FrameReport, ConductError>, WebError> {
    let (office, round) = (app.office.clone(), round.clone());
    let runtime = tokio::runtime::Handle::current();
    app.long(move || {
        let uploads: Vec<Upload<'_>> = files
            .iter()
            .map(|file| Upload { name: &file.name, bytes: &file.bytes, sheet: None })
            .collect();
        runtime.block_on(office.import_frame(&round, &uploads))
    })
    .await
}

async fn state(app: &OfficeApp, round: &Round) -> Result<view::FrameState, WebError> {
    let mut tx = app.office.store.read().await?;
    let records = tx.records(round.row.id).await?;
    let has = |kind| records.iter().any(|record| record.kind == kind);
    Ok(view::FrameState { frozen: has("freeze"), drawn: has("draw") })
}
