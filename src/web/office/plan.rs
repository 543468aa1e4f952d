//! Planning the sample: what is typed in the address is reckoned, and nothing is changed.

use super::{OfficeApp, session::Staff, view};
use crate::{
    conduct::{ConductError, PlanBasis},
    sampling::{PlanRequest, plan},
    web::{Fields, WebError},
};
use axum::{
    extract::{Path, RawQuery, State},
    http::StatusCode,
    response::{IntoResponse, Response},
};

/// Shows the form, and what its numbers lead to.
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
    let typed = Fields::read(query.unwrap_or_default().as_bytes())?;
    let basis = match app.office.plan_basis(&round).await {
        Ok(basis) => basis,
        Err(ConductError::Refused(why)) => {
            return Ok(view::nothing_to_plan(staff.language, &round, &why).into_response());
        }
        Err(error) => return Err(super::failed(error)),
    };
    let groups: Vec<&str> = round.survey.groups.iter().map(|group| group.code.as_str()).collect();
    let least = u64::from(round.survey.merging.least);
    let outcome = match PlanRequest::read(typed.all(), &groups, least) {
        Err(wrong) => view::Planned::Wrong(wrong),
        Ok(request) => reckoned(&app, &basis, request).await?,
    };
    let status = match outcome {
        view::Planned::Plan(_) => StatusCode::OK,
        _ => StatusCode::UNPROCESSABLE_ENTITY,
    };
    let page = view::Planning {
        round: &round,
        typed: typed.all(),
        source: basis.source,
        outcome: &outcome,
    };
    Ok((status, page.page(staff.language)).into_response())
}

/// Plans of many cells take a processor for a while, so they are made away from the requests.
async fn reckoned(
    app: &OfficeApp,
    basis: &PlanBasis,
    request: PlanRequest,
) -> Result<view::Planned, WebError> {
    let cells = basis.cells.clone();
    let made = app.long(move || plan(&cells, &request)).await?;
    Ok(made.map_or_else(
        |refused| view::Planned::Refused(refused.text()),
        |plan| view::Planned::Plan(Box::new(plan)),
    ))
}
