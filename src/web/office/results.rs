//! What came of a round, once its box was opened.

use super::{OfficeApp, session::Staff, view};
use crate::{fieldwork::RoundState, report, web::WebError};
use axum::{
    extract::{Path, State},
    response::{IntoResponse, Response},
};

/// Shows scores and points, or why there are none yet.
pub async fn show(
    State(app): State<OfficeApp>,
    staff: Staff,
    Path(code): Path<String>,
) -> Result<Response, WebError> {
    let round = match app.round(&code, staff.language).await? {
        Ok(round) => round,
        Err(response) => return Ok(response),
    };
    if round.row.state != RoundState::Opened {
        return Ok(view::no_results(staff.language, &round).into_response());
    }
    let facts = app.office.facts(&round).await.map_err(super::failed)?;
    let page = app
        .long(move || {
            let results = report::results(&facts, &round.survey, &round.survey.rule);
            let progress = report::progress(&facts);
            view::Results { round: &round, results: &results, all: &progress.all }
                .page(staff.language)
        })
        .await?;
    Ok(page.into_response())
}
