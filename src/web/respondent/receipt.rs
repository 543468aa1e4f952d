//! A receipt says whether answers were received or withdrawn, and lets them be withdrawn.
//!
//! It needs no code and no cookie, and never stands in an address.

use super::{
    guest::Visitor,
    landing::set_cookie,
    view::{self, ReceiptPage},
};
use crate::{
    fieldwork::Receipt,
    messages::Language,
    storage::ReceiptState,
    text,
    web::{Fields, PublicApp, WebError, cookies},
};
use axum::{
    extract::State,
    http::StatusCode,
    response::{AppendHeaders, IntoResponse, Redirect, Response},
};

/// Asks for a receipt.
pub async fn show(visitor: Visitor) -> Response {
    let ask = ReceiptPage::Ask { typed: "", problem: None };
    view::receipt(visitor.language, ask).into_response()
}

/// Says what the receipt says, or withdraws the answers that it stands for.
pub async fn submit(
    State(app): State<PublicApp>,
    visitor: Visitor,
    fields: Fields,
) -> Result<Response, WebError> {
    let typed = fields.get("receipt").unwrap_or("").trim();
    let chosen = fields.language();
    let language = chosen.unwrap_or(visitor.language);
    let cookie =
        chosen.map(|language| cookies::set_language(language, app.settings.secure_cookies));
    let response = match typed.parse::<Receipt>() {
        Ok(receipt) => found(&app, &visitor, language, &receipt, fields.get("withdraw")).await?,
        Err(_) if typed.is_empty() && chosen.is_some() => {
            view::receipt(language, ReceiptPage::Ask { typed, problem: None }).into_response()
        }
        Err(_) if typed.is_empty() => wrong(language, typed, language.say("pages.receipt_missing")),
        Err(problem) => {
            let problem = problem.text().say(language);
            let problem = text!("pages.receipt_wrong", problem = problem).say(language);
            wrong(language, typed, &problem)
        }
    };
    Ok((AppendHeaders(cookie.map(set_cookie)), response).into_response())
}

/// Says that answers have just been withdrawn.
pub async fn withdrawn(visitor: Visitor) -> Response {
    view::receipt(visitor.language, ReceiptPage::Done).into_response()
}

async fn found(
    app: &PublicApp,
    visitor: &Visitor,
    language: Language,
    receipt: &Receipt,
    withdraw: Option<&str>,
) -> Result<Response, WebError> {
    let (lasting, now) = (&app.keys.receipt, app.clock.now());
    app.throttle.admit(visitor.network, now).map_err(|seconds| WebError::TooMany { seconds })?;
    let printed = receipt.to_string();
    let state = match withdraw {
        Some("yes") => app.desk.withdraw(receipt, lasting).await?,
        _ => app.desk.find_receipt(receipt, lasting).await?,
    };
    Ok(match (state, withdraw) {
        (Some(_), Some("yes")) => Redirect::to("/receipt/withdrawn").into_response(),
        (Some(ReceiptState::Withdrawn), _) => {
            view::receipt(language, ReceiptPage::Withdrawn(&printed)).into_response()
        }
        (Some(ReceiptState::Received), Some(_)) => {
            view::receipt(language, ReceiptPage::Sure(&printed)).into_response()
        }
        (Some(ReceiptState::Received), None) => {
            view::receipt(language, ReceiptPage::Received(&printed)).into_response()
        }
        (None, _) => {
            app.throttle.failed(visitor.network, now);
            let problem = Some(language.say("pages.receipt_unknown"));
            let page = view::receipt(language, ReceiptPage::Ask { typed: &printed, problem });
            (StatusCode::NOT_FOUND, page).into_response()
        }
    })
}

fn wrong(language: Language, typed: &str, problem: &str) -> Response {
    let page = view::receipt(language, ReceiptPage::Ask { typed, problem: Some(problem) });
    (StatusCode::UNPROCESSABLE_ENTITY, page).into_response()
}
