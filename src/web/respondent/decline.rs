//! "I do not want to answer" and "I do not belong to this group".

use super::{
    enter::{about, admitted},
    guest::Guest,
    view::Notice,
};
use crate::{
    fieldwork::Said,
    web::{Fields, PublicApp, WebError},
};
use axum::{
    extract::State,
    response::{IntoResponse, Redirect, Response},
};

/// Records what the person said. A later submit wins over it.
pub async fn submit(
    State(app): State<PublicApp>,
    guest: Guest,
    fields: Fields,
) -> Result<Response, WebError> {
    let entry = match admitted(&app, &guest).await? {
        Ok(entry) => entry,
        Err(elsewhere) => return Ok(elsewhere),
    };
    let said = match fields.get("said") {
        Some("refused") => Said::Refused,
        Some("not_eligible") => Said::NotEligible,
        _ => return Ok(Redirect::to("/phieu").into_response()),
    };
    app.intake.say(entry.invitation, said).await?;
    Ok(Redirect::to("/phieu/declined").into_response())
}

/// Says that it was heard.
pub async fn show(State(app): State<PublicApp>, guest: Guest) -> Result<Response, WebError> {
    Ok(match guest.entry(&app).await? {
        Ok(entry) => about(&guest, &entry, Notice::Declined).into_response(),
        Err(elsewhere) => elsewhere,
    })
}
