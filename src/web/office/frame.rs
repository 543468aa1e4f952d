//! Handing in the list of people of a round.

use super::{OfficeApp, session::Staff, view};
use crate::{
    conduct::{ConductError, Round},
    sampling::{FrameReport, Upload},
    text,
    web::WebError,
};
use axum::{
    extract::{
        FromRequest, Multipart, Path, Request, State,
        multipart::{Field, MultipartError},
    },
    http::StatusCode,
    response::{IntoResponse, Response},
};

/// The largest list that is taken, all files together.
const LARGEST: usize = 10 << 20;
/// The same with what a form puts around files.
pub const LARGEST_REQUEST: usize = LARGEST + (64 << 10);
/// More files than any office keeps its people in.
const MOST_FILES: usize = 50;

/// A file as it came.
struct File {
    name: String,
    bytes: Vec<u8>,
}

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
    let files = match files(request).await {
        Ok(files) if !files.is_empty() => Ok(files),
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

async fn files(request: Request) -> Result<Vec<File>, StatusCode> {
    let mut form =
        Multipart::from_request(request, &()).await.map_err(|_| StatusCode::BAD_REQUEST)?;
    let broken = |problem: MultipartError| problem.status();
    let mut files = Vec::new();
    let mut left = LARGEST;
    while let Some(field) = form.next_field().await.map_err(broken)? {
        let Some(name) = field.file_name().map(str::to_owned) else { continue };
        let bytes = content(field, left).await?;
        left -= bytes.len();
        // A form sent without choosing a file carries an empty one without a name.
        if name.is_empty() && bytes.is_empty() {
            continue;
        }
        if files.len() == MOST_FILES {
            return Err(StatusCode::PAYLOAD_TOO_LARGE);
        }
        files.push(File { name, bytes });
    }
    Ok(files)
}

async fn content(mut field: Field<'_>, most: usize) -> Result<Vec<u8>, StatusCode> {
    let mut bytes = Vec::new();
    while let Some(piece) = field.chunk().await.map_err(|problem| problem.status())? {
        if bytes.len() + piece.len() > most {
            return Err(StatusCode::PAYLOAD_TOO_LARGE);
        }
        bytes.extend_from_slice(&piece);
    }
    Ok(bytes)
}

async fn state(app: &OfficeApp, round: &Round) -> Result<view::FrameState, WebError> {
    let mut tx = app.office.store.read().await?;
    let records = tx.records(round.row.id).await?;
    let has = |kind| records.iter().any(|record| record.kind == kind);
    Ok(view::FrameState { frozen: has("freeze"), drawn: has("draw") })
}
