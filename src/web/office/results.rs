//! What came of a round, once its box was opened.

use super::{OfficeApp, session::Staff, view};
use crate::{
    conduct::{ConductError, Published, Round},
    fieldwork::RoundState,
    messages::Text,
    report::{self, Blocked},
    survey::Survey,
    web::WebError,
};
use axum::{
    extract::{Path, RawQuery, State},
    http::StatusCode,
    response::{IntoResponse, Response},
};
use url::form_urlencoded;

/// Shows scores and points, or why there are none yet. `?against=CODE` holds them against those
/// of an earlier round, `?year=CODE&year=CODE` puts them together with those of earlier ones.
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
    let query = query.as_deref().unwrap_or_default();
    let (earlier, not_comparable) = match asked(query, "against").into_iter().next() {
        Some(code) => told(earlier(&app, &round, &code).await?),
        None => (None, None),
    };
    let (quarters, no_year) = match asked(query, "year") {
        codes if codes.is_empty() => (None, None),
        codes => told(quarters(&app, &round, &codes).await?),
    };
    let facts = app.office.facts(&round).await.map_err(super::failed)?;
    let all = report::progress(&facts).all;
    let refused = not_comparable.is_some() || no_year.is_some();
    let status = if refused { StatusCode::NOT_FOUND } else { StatusCode::OK };
    let page = app
        .long(move || {
            let mut results = published.release.main().clone();
            if let Some((earlier, then)) = &earlier {
                let then = (then.release.main(), &earlier.survey);
                results.change = Some(report::change((&results, &round.survey), then));
            }
            if let Some(quarters) = &quarters {
                let quarters: Vec<(&report::Results, &Survey)> =
                    quarters.iter().map(|(one, told)| (told.release.main(), &one.survey)).collect();
                results.year = Some(report::year((&results, &round.survey), &quarters));
            }
            let against = view::Against { earlier: &rounds, refused: not_comparable.as_ref() };
            let year = view::OfYear { earlier: &rounds, refused: no_year.as_ref() };
            let (round, results, published) = (&round, &results, &published);
            let page = view::Results { round, results, published, all: &all, against, year };
            page.page(staff.language)
        })
        .await?;
    Ok((status, page).into_response())
}

/// The rounds that were asked for under `name`.
fn asked(query: &str, name: &str) -> Vec<String> {
    let asked = form_urlencoded::parse(query.as_bytes()).filter(|(asked, _)| asked == name);
    asked.map(|(_, code)| code.into_owned()).filter(|code| !code.is_empty()).collect()
}

/// What was found, or else why nothing was.
fn told<T>(found: Result<T, Text>) -> (Option<T>, Option<Text>) {
    match found {
        Ok(found) => (Some(found), None),
        Err(why) => (None, Some(why)),
    }
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

/// The rounds called `codes` with what was published of them, or why they make up no year with
/// `round`.
async fn quarters(
    app: &OfficeApp,
    round: &Round,
    codes: &[String],
) -> Result<Result<Vec<(Round, Published)>, Text>, WebError> {
    let rounds = match app.office.rounds_of_year(round, codes).await {
        Ok(rounds) => rounds,
        Err(ConductError::Refused(why)) => return Ok(Err(why)),
        Err(error) => return Err(super::failed(error)),
    };
    let mut found = Vec::with_capacity(rounds.len());
    for round in rounds {
        let published = app.office.published(&round).await.map_err(super::failed)?;
        found.push((round, published));
    }
    Ok(Ok(found))
}
