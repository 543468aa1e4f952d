//! The front door: type the code from the letter, or follow the link.
//!
//! The code stands in this one request. A cookie carries it on, encrypted, and no address,
//! header or log shows it again.

use super::{
    guest::{Guest, Visitor},
    view::{self, Around, Notice},
};
use crate::{
    fieldwork::{AccessCode, RoundState},
    messages::Language,
    storage::{CodeState, Entry},
    text,
    web::{
        Fields, Html, PublicApp, WebError, chance,
        cookies::{self, Pass},
        front::language_in,
    },
};
use axum::{
    extract::{Path, RawQuery, State},
    http::{HeaderValue, StatusCode, header},
    response::{AppendHeaders, IntoResponse, Redirect, Response},
};

/// Asks for the code.
pub async fn show(State(app): State<PublicApp>, visitor: Visitor) -> Response {
    ask(&app, visitor.language, "", None).into_response()
}

fn ask(app: &PublicApp, language: Language, typed: &str, problem: Option<&str>) -> Html {
    view::entry(language, typed, problem, app.settings.address.as_deref())
}

/// Takes a typed code.
pub async fn submit(
    State(app): State<PublicApp>,
    visitor: Visitor,
    fields: Fields,
) -> Result<Response, WebError> {
    let typed = fields.get("code").unwrap_or("").trim();
    if let Some(language) = fields.language() {
        let set = cookies::set_language(language, app.settings.secure_cookies);
        let page = ask(&app, language, typed, None);
        return Ok(([(header::SET_COOKIE, set)], page).into_response());
    }
    if typed.is_empty() {
        let problem = visitor.language.say("pages.code_missing");
        let page = ask(&app, visitor.language, "", Some(problem));
        return Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response());
    }
    match typed.parse::<AccessCode>() {
        Ok(code) => enter(&app, visitor, code, typed).await,
        Err(problem) => {
            let problem = problem.text().say(visitor.language);
            let problem = text!("pages.code_wrong", problem = problem).say(visitor.language);
            let page = ask(&app, visitor.language, typed, Some(&problem));
            Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response())
        }
    }
}

/// Takes a code from a link or a QR code. Mail gateways open links too: nothing is stored.
pub async fn follow(
    State(app): State<PublicApp>,
    mut visitor: Visitor,
    Path(code): Path<String>,
    RawQuery(query): RawQuery,
) -> Result<Response, WebError> {
    let chosen = query.as_deref().and_then(language_in);
    visitor.language = chosen.unwrap_or(visitor.language);
    let mut response = match code.parse::<AccessCode>() {
        Ok(code) => enter(&app, visitor, code, "").await?,
        Err(problem) => {
            let problem = problem.text().say(visitor.language);
            let problem = text!("pages.link_wrong", problem = problem).say(visitor.language);
            let page = ask(&app, visitor.language, "", Some(&problem));
            (StatusCode::NOT_FOUND, page).into_response()
        }
    };
    if let Some(language) = chosen {
        let set = cookies::set_language(language, app.settings.secure_cookies);
        response.headers_mut().append(header::SET_COOKIE, set);
    }
    Ok(response)
}

/// Looks the code up and lets the browser in.
async fn enter(
    app: &PublicApp,
    visitor: Visitor,
    code: AccessCode,
    typed: &str,
) -> Result<Response, WebError> {
    let now = app.clock.now();
    let came_in_before = app.jar.pass(&visitor.cookies).is_some();
    if !came_in_before && let Err(seconds) = app.throttle.admit(visitor.network, now) {
        return Err(WebError::TooMany { seconds });
    }
    let Some(entry) = app.desk.entry(&code.hash(&app.keys.lookup)).await? else {
        if !came_in_before {
            app.throttle.failed(visitor.network, now);
        }
        let problem = visitor.language.say("pages.code_unknown");
        let page = ask(app, visitor.language, typed, Some(problem));
        return Ok((StatusCode::NOT_FOUND, page).into_response());
    };
    let guest = Guest { visitor, pass: Pass { code, position: 0 } };
    if let Some(refusal) = refusal(app, &guest, &entry) {
        return Ok(refusal);
    }
    let set: HeaderValue = app.jar.set_pass(guest.pass, chance::bytes());
    Ok((AppendHeaders([(header::SET_COOKIE, set)]), Redirect::to("/phieu")).into_response())
}

/// Why somebody with this code cannot come in, if so. Alike whether it was answered or not.
pub(super) fn refusal(app: &PublicApp, guest: &Guest, entry: &Entry) -> Option<Response> {
    let begun = || guest.has_begun(app, entry.parts.len());
    let (status, what) = match (entry.code_state, entry.state) {
        (CodeState::Misdirected, _) => (StatusCode::GONE, Notice::Misdirected),
        (CodeState::Replaced, _) if !begun() => (StatusCode::GONE, Notice::Replaced),
        (_, RoundState::Setup) => (StatusCode::FORBIDDEN, Notice::NotYet),
        (_, RoundState::Closed | RoundState::Opened) if !begun() => {
            (StatusCode::GONE, Notice::Closed)
        }
        _ => return None,
    };
    Some((status, about(guest, entry, what)).into_response())
}

/// What the code of `guest` leads to, or why it leads nowhere now.
pub(super) async fn admitted(
    app: &PublicApp,
    guest: &Guest,
) -> Result<Result<Entry, Response>, WebError> {
    Ok(match guest.entry(app).await? {
        Ok(entry) => match refusal(app, guest, &entry) {
            Some(refusal) => Err(refusal),
            None => Ok(entry),
        },
        Err(elsewhere) => Err(elsewhere),
    })
}

/// A page that says one thing about a round.
pub(super) fn about(guest: &Guest, entry: &Entry, what: Notice) -> Html {
    let survey = &entry.round.survey;
    let around = Around::new(guest.language(), survey, entry.round.synthetic);
    view::notice(around, what, survey.notice.contact.get(guest.language().code()))
}
