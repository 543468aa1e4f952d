//! Signing in and out.

use super::{
    OfficeApp, password,
    session::{Caller, forget, local},
    view,
};
use crate::web::{Fields, WebError};
use axum::{
    extract::{RawQuery, State},
    http::{StatusCode, header},
    response::{AppendHeaders, IntoResponse, Redirect, Response},
};
use url::form_urlencoded;

/// Asks for the password, or says how to set one.
pub async fn show(
    State(app): State<OfficeApp>,
    caller: Caller,
    RawQuery(query): RawQuery,
) -> Result<Response, WebError> {
    let query = query.unwrap_or_default();
    let to = form_urlencoded::parse(query.as_bytes()).find(|(name, _)| name == "to");
    let to = to.map_or_else(String::new, |(_, path)| path.into_owned());
    if caller.is_signed_in(&app.office).await? {
        return Ok(Redirect::to(local(&to)).into_response());
    }
    let page = match password::is_set(&app.office).await? {
        true => view::login(caller.language, local(&to), None),
        false => view::no_password(caller.language),
    };
    Ok(page.into_response())
}

/// Checks the password; a new session begins, whatever the browser brought.
pub async fn submit(
    State(app): State<OfficeApp>,
    caller: Caller,
    fields: Fields,
) -> Result<Response, WebError> {
    let to = local(fields.get("to").unwrap_or_default());
    let now = app.office.clock.now();
    if let Err(seconds) = app.throttle.admit(caller.network, now) {
        return Err(WebError::TooMany { seconds });
    }
    let typed = fields.get("password").unwrap_or_default();
    if !typed.is_empty() && password::is_right(&app, typed.to_owned()).await? {
        let set = caller.sign_in(&app).await?;
        return Ok((AppendHeaders([(header::SET_COOKIE, set)]), Redirect::to(to)).into_response());
    }
    if !typed.is_empty() {
        app.throttle.failed(caller.network, now);
    }
    let page = match password::is_set(&app.office).await? {
        true => view::login(caller.language, to, Some(typed.is_empty())),
        false => view::no_password(caller.language),
    };
    Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response())
}

/// Ends the session.
pub async fn leave(State(app): State<OfficeApp>, caller: Caller) -> Result<Response, WebError> {
    caller.sign_out(&app.office).await?;
    let gone = AppendHeaders([(header::SET_COOKIE, forget(&app))]);
    Ok((gone, Redirect::to("/office/login")).into_response())
}
