//! The rounds, how far each has come, and what comes next.

use super::{OfficeApp, session::Staff, view};
use crate::web::WebError;
use axum::{
    extract::{Path, State},
    response::{IntoResponse, Redirect, Response},
};

/// Lists the rounds.
pub async fn show(State(app): State<OfficeApp>, staff: Staff) -> Result<Response, WebError> {
    let rows = app.office.rounds().await.map_err(super::failed)?;
    let mut rounds = Vec::with_capacity(rows.len());
    for row in rows {
        let records = app.office.store.read().await?.records(row.id).await?;
        let has = |kind| records.iter().any(|record| record.kind == kind);
        let (frozen, drawn) = (has("freeze"), has("draw"));
        let custody = app.office.custody(row.id).await.map_err(super::failed)?;
        rounds.push(view::RoundLine { row, frozen, drawn, custody });
    }
    Ok(view::rounds(staff.language, &rounds, app.office.clock.today()).into_response())
}

/// A round's first page is how it stands.
pub async fn enter(_: Staff, Path(code): Path<String>) -> Redirect {
    Redirect::to(&view::path(&code, view::Room::Progress))
}
