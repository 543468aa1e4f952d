//! What came of a round, once its box was opened.

use super::{OfficeApp, session::Staff, view};
use crate::{
    conduct::{ConductError, Round},
    fieldwork::RoundState,
    messages::Text,
    report::{self, Facts},
    web::WebError,
};
use axum::{
    extract::{Path, RawQuery, State},
    http::StatusCode,
    response::{IntoResponse, Response},
};
use url::form_urlencoded;

/// Shows scores and points, or why there are none yet. `?against=CODE` holds them against those
/// of an earlier round.
pub async fn show(
    State(app): State<OfficeApp>,
    staff: Staff,
    Path(code): Path<String>,
    RawQuery(query): RawQuery,
) -> Result<Response, WebError> {
    let round = match app.round(&code, staff.language).await? {
        Ok(round) => round,
        Err(response) => return Ok(response),
    };
    if round.row.state != RoundState::Opened {
        return Ok(view::no_results(staff.language, &round).into_response());
    }
    let rounds = app.office.earlier_rounds(&round).await.map_err(super::failed)?;
    let (earlier, refused) = match against(query.as_deref().unwrap_or_default()) {
        Some(code) => match earlier(&app, &round, &code).await? {
            Ok(found) => (Some(found), None),
            Err(why) => (None, Some(why)),
        },
        None => (None, None),
    };
    let facts = app.office.facts(&round).await.map_err(super::failed)?;
    let status = if refused.is_some() { StatusCode::NOT_FOUND } else { StatusCode::OK };
    let page = app
        .long(move || {
            let mut results = report::results(&facts, &round.survey, &round.survey.rule);
            if let Some((earlier, facts)) = &earlier {
                let then = report::results(facts, &earlier.survey, &earlier.survey.rule);
                let change = report::change((&results, &round.survey), (&then, &earlier.survey));
                results.change = Some(change);
            }
            let all = report::progress(&facts).all;
            let against = view::Against { earlier: &rounds, refused: refused.as_ref() };
            view::Results { round: &round, results: &results, all: &all, against }
                .page(staff.language)
        })
        .await?;
    Ok((status, page).into_response())
}

/// The earlier round that was asked for, if any.
fn against(query: &str) -> Option<String> {
    let asked = form_urlencoded::parse(query.as_bytes()).find(|(name, _)| name == "against");
    asked.map(|(_, code)| code.into_owned()).filter(|code| !code.is_empty())
}

/// The earlier round with its facts, or why `round` cannot be held against it.
async fn earlier(
    app: &OfficeApp,
    round: &Round,
    code: &str,
) -> Result<Result<(Round, Facts), Text>, WebError> {
    match app.office.earlier_round(round, code).await {
        Ok(earlier) => {
            let facts = app.office.facts(&earlier).await.map_err(super::failed)?;
            Ok(Ok((earlier, facts)))
        }
        Err(ConductError::Refused(why)) => Ok(Err(why)),
        Err(error) => Err(super::failed(error)),
    }
}
