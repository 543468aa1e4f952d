//! How the fieldwork of a round stands.

use super::{OfficeApp, session::Staff, view};
use crate::{report, web::WebError};
use axum::{
    extract::{Path, State},
    response::{IntoResponse, Response},
};

/// Shows what is owed and what came in.
pub async fn show(
    State(app): State<OfficeApp>,
    staff: Staff,
    Path(code): Path<String>,
) -> Result<Response, WebError> {
    let round = match app.round(&code, staff.language).await? {
        Ok(round) => round,
        Err(response) => return Ok(response),
    };
    let facts = app.office.facts(&round).await.map_err(super::failed)?;
    let paces = app.office.paces(&round).await.map_err(super::failed)?;
    let counted_on = app.office.daily_counts_of().await.map_err(super::failed)?;
    let page = view::Progress {
        round: &round,
        progress: &report::progress(&facts),
        by_day: &facts.submits_by_day,
        consents: &facts.consents,
        paces: &paces,
        counted_on: counted_on.as_deref(),
        now: app.office.clock.now(),
    };
    Ok(page.page(staff.language).into_response())
}
