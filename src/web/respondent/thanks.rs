//! After a submit: thanks, the receipt, and the next form.

use super::{
    guest::Guest,
    landing::set_cookie,
    view::{self, Around, Thanks},
};
use crate::{
    fieldwork::RoundState,
    storage::{Entry, EntryPart},
    web::{PublicApp, WebError},
};
use axum::{
    extract::State,
    response::{AppendHeaders, IntoResponse, Redirect, Response},
};

/// Shows the receipt, as often as this browser asks.
pub async fn show(State(app): State<PublicApp>, guest: Guest) -> Result<Response, WebError> {
    let Some(receipt) = app.jar.receipt(&guest.visitor.cookies, guest.pass) else {
        return Ok(Redirect::to("/phieu").into_response());
    };
    let entry = match guest.entry(&app).await? {
        Ok(entry) => entry,
        Err(elsewhere) => return Ok(elsewhere),
    };
    let (survey, language) = (&entry.round.survey, guest.language());
    let form = |part: &EntryPart| {
        survey.forms.get(&part.form).map_or("", |form| form.title.get(language.code()))
    };
    let next = next_part(&app, &guest, &entry).map(|position| {
        let part = &entry.parts[position];
        let subject = survey.subject(&part.subject).map_or("", |s| s.label.get(language.code()));
        (position, form(part), subject)
    });
    let around = Around::new(language, survey, entry.round.synthetic);
    let answered = entry.parts.get(usize::from(guest.pass.position));
    let around = around.form(answered.map_or(around.survey, form));
    let shown = Thanks { receipt: receipt.to_string(), next };
    Ok(view::thanks(around, &shown).into_response())
}

/// Makes this browser forget the invitation, for machines that several people use.
pub async fn forget(State(app): State<PublicApp>, guest: Guest) -> Response {
    let gone = app.jar.forget(&guest.visitor.cookies, guest.pass);
    (AppendHeaders(gone.into_iter().map(set_cookie)), Redirect::to("/")).into_response()
}

/// The first form that can still be answered and was not submitted from here.
fn next_part(app: &PublicApp, guest: &Guest, entry: &Entry) -> Option<usize> {
    let cookies = &guest.visitor.cookies;
    (0..entry.parts.len()).find(|&position| {
        let pass = guest.part(position);
        let begun = app.jar.ticket(cookies, pass).is_some();
        let open = entry.state == RoundState::Open && !entry.parts[position].full;
        app.jar.receipt(cookies, pass).is_none() && (begun || open)
    })
}
