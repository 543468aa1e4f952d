//! What the person who received the letter sees, one file per page.
//!
//! Whoever holds only a code sees the same pages, byte for byte, whatever was done with the
//! code before: what these handlers look at is the browser's own cookies and the state of
//! round and cell, never the state of an invitation.

mod check;
mod decline;
mod enter;
mod genuine;
mod guest;
mod landing;
mod picture;
mod question;
mod receipt;
mod resume;
mod sitting;
mod thanks;
pub(super) mod view;

use super::{PublicApp, layout::PICTURE};
use axum::{
    Router,
    response::Redirect,
    routing::{get, post},
};

/// The pages for respondents.
pub fn router() -> Router<PublicApp> {
    // A form that was answered in place leaves its address in the browser: reading that
    // address leads back to the page with the form.
    let landing = async || Redirect::to("/phieu");
    Router::new()
        .route("/", get(enter::show).post(enter::submit))
        .route("/p/{code}", get(enter::follow))
        .route("/phieu", get(landing::show))
        .route("/phieu/start", post(landing::start).get(landing))
        .route("/phieu/decline", post(decline::submit).get(landing))
        .route("/phieu/declined", get(decline::show))
        .route("/phieu/q/{page}", get(question::show).post(question::submit))
        .route("/phieu/check", get(check::show).post(check::submit))
        .route("/phieu/elsewhere", get(resume::offer).post(resume::make))
        .route("/phieu/resume", get(resume::show).post(resume::submit))
        .route("/phieu/thanks", get(thanks::show))
        .route("/phieu/forget", post(thanks::forget).get(landing))
        .route("/genuine", get(genuine::show))
        .route(PICTURE, get(picture::show))
        .route("/receipt", get(receipt::show).post(receipt::submit))
        .route("/receipt/withdrawn", get(receipt::withdrawn))
}
