//! Check your answers, and submit them into the sealed box.

use super::{
    guest::Guest,
    sitting::{Sitting, address, patiently, sent},
    view::{self, Notice},
};
use crate::{
    clock::date_of,
    fieldwork::{Key, MOST_MINUTES, Receipt, SealedContent},
    messages::Language,
    questionnaire::{Form, Step, finish, first_gap, review},
    storage::{Received, Submit, Timed},
    web::{Html, PublicApp, WebError, chance},
};
use axum::{
    extract::State,
    http::StatusCode,
    response::{IntoResponse, Redirect, Response},
};

/// Lists all answers.
pub async fn show(State(app): State<PublicApp>, guest: Guest) -> Result<Response, WebError> {
    let language = guest.language();
    let sitting = match Sitting::fresh(&app, guest).await? {
        Ok(sitting) => sitting,
        Err(elsewhere) => return Ok(elsewhere),
    };
    Ok(match gap(&sitting) {
        Some(gap) => gap,
        None => list(&sitting, language, None).into_response(),
    })
}

/// Seals the answers and hands them in. Repeating it changes nothing: the draft's key makes
/// the same receipt again.
pub async fn submit(State(app): State<PublicApp>, guest: Guest) -> Result<Response, WebError> {
    let language = guest.language();
    let sitting = match Sitting::fresh(&app, guest).await? {
        Ok(sitting) => sitting,
        Err(elsewhere) => return Ok(elsewhere),
    };
    if let Some(gap) = gap(&sitting) {
        return Ok(gap);
    }
    let receipt = sitting.ticket.key.receipt();
    let Some(round_key) = &sitting.stored.round.round_key else {
        return Ok(closed(&sitting, language));
    };
    let submit = sealed(&app, &sitting, &receipt, round_key)?;
    match patiently(app.intake.submit(submit)).await {
        Ok(Received::Yes) => Ok(sent(&app, sitting.guest.pass, &receipt)),
        Ok(Received::Closed) => Ok(closed(&sitting, language)),
        Ok(Received::Gone) => sitting.gone(&app).await,
        Err(error) => {
            let advice = error.advice("pages.not_sent_advice", language);
            let page = list(&sitting, language, Some(&advice));
            Ok((error.headers(), (error.status(), page)).into_response())
        }
    }
}

/// Puts the answers into their envelope.
fn sealed(
    app: &PublicApp,
    sitting: &Sitting,
    receipt: &Receipt,
    round_key: &Key,
) -> Result<Submit, WebError> {
    let (form, stored) = (sitting.form(), &sitting.stored);
    let content = SealedContent {
        part: stored.part,
        form: form.id.clone(),
        form_version: form.version.clone(),
        mode: "web".to_owned(),
        answers: finish(form, &sitting.draft.answers, &sitting.today),
    };
    let round = &stored.round;
    let after = receipt.after(&app.keys.receipt);
    let body = round
        .box_key
        .as_ref()
        .expect("a draft is begun after the round has opened")
        .seal(&content, &after, round.id, &mut chance::generator())
        .map_err(|error| WebError::internal(&error))?;
    Ok(Submit {
        draft: stored.id,
        part: stored.part,
        issue: stored.issue,
        receipt_before: receipt.before(round_key),
        body,
        took: took(app, sitting),
    })
}

/// How many whole minutes answering took, if it was begun today and went on without a long pause.
fn took(app: &PublicApp, sitting: &Sitting) -> Option<(Timed, u32)> {
    let (began, now) = (sitting.began(app)?, app.clock.now());
    if began >= now || date_of(began) != date_of(now) {
        return None;
    }
    let minutes = u32::try_from((now - began) / 60_000).unwrap_or(MOST_MINUTES);
    Some((timed(sitting.form(), sitting.stored.round.synthetic), minutes))
}

/// What the time for answering `form` depends on.
pub(super) fn timed(form: &Form, synthetic: bool) -> Timed {
    Timed { form: form.id.clone(), version: form.version.clone(), synthetic }
}

/// To the first question that still needs an answer.
fn gap(sitting: &Sitting) -> Option<Response> {
    let gap = first_gap(sitting.form(), &sitting.draft.answers, &sitting.today)?;
    Some(Redirect::to(&address(Step::Page(gap))).into_response())
}

fn list(sitting: &Sitting, language: Language, failure: Option<&str>) -> Html {
    let sections = review(sitting.form(), &sitting.draft.answers, language, &sitting.today);
    view::check(sitting.around(language), &sections, failure)
}

fn closed(sitting: &Sitting, language: Language) -> Response {
    let contact = sitting.stored.round.survey.notice.contact.get(language.code());
    let page = view::notice(sitting.around(language), Notice::Closed, contact);
    (StatusCode::GONE, page).into_response()
}
