//! "I do not want to answer" and "I do not belong to this group".

use super::{
    enter::{about, admitted},
    guest::Guest,
    view::Notice,
};
use crate::{
    fieldwork::{Reason, Said},
    storage::Say,
    web::{Fields, PublicApp, WebError, chance},
};
use axum::{
    extract::State,
    response::{IntoResponse, Redirect, Response},
};

/// Records what the person said, and puts the reason into the box. A later submit wins over it.
pub async fn submit(
    State(app): State<PublicApp>,
    guest: Guest,
    fields: Fields,
) -> Result<Response, WebError> {
    let entry = match admitted(&app, &guest).await? {
        Ok(entry) => entry,
        Err(elsewhere) => return Ok(elsewhere),
    };
    let said = fields.get("said").and_then(Said::parse);
    let (Some(said), Some(key)) = (said, &entry.round.box_key) else {
        return Ok(Redirect::to("/phieu").into_response());
    };
    let chosen = fields.get("why").and_then(|word| Reason::parse(said, word));
    let (reason, slip) = (chosen.unwrap_or(Reason::Open), chance::id());
    let body = key
        .seal_slip(said, reason, entry.round.id, slip, &mut chance::generator())
        .map_err(|error| WebError::internal(&error))?;
    app.intake.say(Say { invitation: entry.invitation, said, slip, body }).await?;
    Ok(Redirect::to("/phieu/declined").into_response())
}

/// Says that it was heard.
pub async fn show(State(app): State<PublicApp>, guest: Guest) -> Result<Response, WebError> {
    Ok(match guest.entry(&app).await? {
        Ok(entry) => about(&guest, &entry, Notice::Declined).into_response(),
        Err(elsewhere) => elsewhere,
    })
}
