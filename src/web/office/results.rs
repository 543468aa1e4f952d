//! What came of a round, once its box was opened.

use super::{OfficeApp, session::Staff, view};
use crate::{
    conduct::{ConductError, Published, Round},
    fieldwork::RoundState,
    messages::Text,
    report::{self, Blocked},
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
    let published = match published(&app, &round).await? {
        Ok(published) => published,
        Err(why) => return Ok(view::blocked(staff.language, &round, &why).into_response()),
    };
    let rounds = app.office.earlier_rounds(&round).await.map_err(super::failed)?;
    let (earlier, refused) = match against(query.as_deref().unwrap_or_default()) {
        Some(code) => match earlier(&app, &round, &code).await? {
            Ok(found) => (Some(found), None),
            Err(why) => (None, Some(why)),
        },
        None => (None, None),
    };
    let facts = app.office.facts(&round).await.map_err(super::failed)?;
    let all = report::progress(&facts).all;
    let status = if refused.is_some() { StatusCode::NOT_FOUND } else { StatusCode::OK };
    let page = app
        .long(move || {
            let mut results = published.release.main().clone();
            if let Some((earlier, then)) = &earlier {
                let then = (then.release.main(), &earlier.survey);
                results.change = Some(report::change((&results, &round.survey), then));
            }
            let against = view::Against { earlier: &rounds, refused: refused.as_ref() };
            let (round, results, published) = (&round, &results, &published);
            view::Results { round, results, published, all: &all, against }.page(staff.language)
        })
        .await?;
    Ok((status, page).into_response())
}

/// The earlier round that was asked for, if any.
fn against(query: &str) -> Option<String> {
    let asked = form_urlencoded::parse(query.as_bytes()).find(|(name, _)| name == "against");
    asked.map(|(_, code)| code.into_owned()).filter(|code| !code.is_empty())
}

/// What was published of a round, or why nothing can be.
async fn published(
    app: &OfficeApp,
    round: &Round,
) -> Result<Result<Published, Box<Blocked>>, WebError> {
    match app.office.published(round).await {
        Ok(published) => Ok(Ok(published)),
        Err(ConductError::Blocked(why)) => Ok(Err(why)),
        Err(error) => Err(super::failed(error)),
    }
}

/// The earlier round with what was published of it, or why `round` cannot be held against it.
async fn earlier(
    app: &OfficeApp,
    round: &Round,
    code: &str,
) -> Result<Result<(Round, Published), Text>, WebError> {
    match app.office.earlier_round(round, code).await {
        Ok(earlier) => {
            let published = app.office.published(&earlier).await.map_err(super::failed)?;
            Ok(Ok((earlier, published)))
        }
        Err(ConductError::Refused(why)) => Ok(Err(why)),
        Err(error) => Err(super::failed(error)),
    }
}
