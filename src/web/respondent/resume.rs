//! Going on with a form on another device: the number that carries it there, and the way in.
//!
//! A code alone never tells whether there is a draft: a number that opens nothing gets the
//! same answer in the same time, whatever was done with the code.

use super::{
    enter::admitted,
    guest::Guest,
    landing::{set_cookie, today},
    sitting::{Sitting, patiently, resume},
    view::{self, Around},
};
use crate::{
    fieldwork::{ResumeKey, ResumeNumber},
    storage::{Carry, Entry},
    text,
    web::{Fields, Html, PublicApp, WebError, chance, cookies, cookies::Ticket},
};
use axum::{
    extract::State,
    http::StatusCode,
    response::{AppendHeaders, IntoResponse, Redirect, Response},
};
use uuid::Uuid;

/// Says what the number is for.
pub async fn offer(State(app): State<PublicApp>, guest: Guest) -> Result<Response, WebError> {
    let language = guest.language();
    Ok(match Sitting::of(&app, guest).await? {
        Ok(sitting) => {
            view::elsewhere(sitting.around(language), &sitting.resume(), None).into_response()
        }
        Err(elsewhere) => elsewhere,
    })
}

/// Makes a number; the one before opens nothing any more.
pub async fn make(State(app): State<PublicApp>, guest: Guest) -> Result<Response, WebError> {
    let language = guest.language();
    let sitting = match Sitting::of(&app, guest).await? {
        Ok(sitting) => sitting,
        Err(elsewhere) => return Ok(elsewhere),
    };
    let draft = sitting.stored.id;
    let Some(invitation) = app.desk.invitation_of(sitting.stored.part).await? else {
        return sitting.gone(&app).await;
    };
    let number = ResumeNumber::new(chance::bytes());
    let key = slowly(&app, number, invitation).await?;
    let wrapped = key.wrap(&sitting.ticket.key, draft, chance::bytes());
    if !patiently(app.intake.carry(Carry { draft, resume: wrapped })).await? {
        return sitting.gone(&app).await;
    }
    let printed = number.to_string();
    let page = view::elsewhere(sitting.around(language), &sitting.resume(), Some(&printed));
    Ok(page.into_response())
}

/// Asks for the number.
pub async fn show(State(app): State<PublicApp>, guest: Guest) -> Result<Response, WebError> {
    Ok(match admitted(&app, &guest).await? {
        Ok(entry) => asking(&guest, &entry, "", None).into_response(),
        Err(elsewhere) => elsewhere,
    })
}

/// Goes on with the draft that the number opens.
pub async fn submit(
    State(app): State<PublicApp>,
    mut guest: Guest,
    fields: Fields,
) -> Result<Response, WebError> {
    let entry = match admitted(&app, &guest).await? {
        Ok(entry) => entry,
        Err(elsewhere) => return Ok(elsewhere),
    };
    let typed = fields.get("number").unwrap_or("").trim();
    if let Some(language) = fields.language() {
        let set = cookies::set_language(language, app.settings.secure_cookies);
        guest.visitor.language = language;
        let page = asking(&guest, &entry, typed, None);
        return Ok((AppendHeaders([set_cookie(set)]), page).into_response());
    }
    let say = |key| guest.language().say(key).to_owned();
    let (status, problem) = match typed.parse::<ResumeNumber>() {
        Ok(number) => match open(&app, &guest, &entry, number).await? {
            Some(opened) => return Ok(opened),
            None => (StatusCode::NOT_FOUND, say("pages.resume_unknown")),
        },
        Err(_) if typed.is_empty() => {
            (StatusCode::UNPROCESSABLE_ENTITY, say("pages.resume_missing"))
        }
        Err(problem) => {
            let problem = problem.text().say(guest.language());
            let problem = text!("pages.resume_wrong", problem = problem).say(guest.language());
            (StatusCode::UNPROCESSABLE_ENTITY, problem)
        }
    };
    Ok((status, asking(&guest, &entry, typed, Some(&problem))).into_response())
}

/// To where the draft was left, with its key; nothing if the number opens none.
async fn open(
    app: &PublicApp,
    guest: &Guest,
    entry: &Entry,
    number: ResumeNumber,
) -> Result<Option<Response>, WebError> {
    let (network, now) = (guest.visitor.network, app.clock.now());
    app.throttle.admit(network, now).map_err(|seconds| WebError::TooMany { seconds })?;
    let key = slowly(app, number, entry.invitation).await?;
    for (draft, wrapped) in app.desk.carried(entry.invitation).await? {
        let Some(key) = key.unwrap(&wrapped, draft) else { continue };
        let Some(stored) = app.desk.fresh_draft(draft).await? else { continue };
        let Ok(content) = key.decrypt(&stored.body, draft) else { continue };
        let pass = guest.part(stored.position);
        let address = resume(&stored, &content, &today(app));
        let cookies = [
            app.jar.set_pass(pass, chance::bytes()),
            app.jar.set_ticket(pass, &Ticket { draft, key }),
        ];
        let cookies = AppendHeaders(cookies.map(set_cookie));
        return Ok(Some((cookies, Redirect::to(&address)).into_response()));
    }
    app.throttle.failed(network, now);
    Ok(None)
}

/// What a number opens. Few are worked out at a time: each takes memory and a while.
async fn slowly(
    app: &PublicApp,
    number: ResumeNumber,
    invitation: Uuid,
) -> Result<ResumeKey, WebError> {
    let stopped = |_| WebError::unavailable("the service is stopping");
    let _permit = app.slow.acquire().await.map_err(stopped)?;
    let secret = app.keys.lookup.clone();
    let key = tokio::task::spawn_blocking(move || number.key(&secret, invitation)).await;
    key.map_err(|problem| WebError::internal(&problem))
}

fn asking(guest: &Guest, entry: &Entry, typed: &str, problem: Option<&str>) -> Html {
    let around = Around::new(guest.language(), &entry.round.survey, entry.round.synthetic);
    view::resume(around, typed, problem)
}
