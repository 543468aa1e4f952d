//! The office's pages: surveys on their way, the list of people, the plan of the sample, how a
//! round stands, and what came of it.
//!
//! One operator signs in with a password. Every page asks for the session first: a handler
//! that takes `session::Staff` cannot run without one.

mod frame;
mod login;
mod password;
mod plan;
mod progress;
mod results;
mod rounds;
mod session;
mod surveys;
#[cfg(test)]
mod tests;
mod upload;
mod view;

pub use password::set_operator_password;

use super::{WebError, WebSettings, throttle::Throttle};
use crate::{
    conduct::{ConductError, Office, Round},
    messages::Language,
};
use axum::{
    Router,
    extract::DefaultBodyLimit,
    http::StatusCode,
    response::{IntoResponse, Response},
    routing::{get, post},
};
use std::sync::Arc;
use tokio::sync::Semaphore;

/// Checking a password takes 19 MiB; no more of them at once.
const CHECKS_AT_ONCE: usize = 2;
/// Figures of a large round and long lists of people take a processor each.
const LONG_WORK_AT_ONCE: usize = 1;

/// Everything that the office's pages know.
#[derive(Clone)]
pub struct OfficeApp {
    office: Office,
    settings: Arc<WebSettings>,
    throttle: Arc<Throttle>,
    checks: Arc<Semaphore>,
    long_work: Arc<Semaphore>,
}

impl OfficeApp {
    /// The office's side of the service. What is done in its pages is done by `operator`.
    pub fn new(office: Office, settings: &WebSettings) -> Self {
        Self {
            office: Office { actor: "operator".to_owned(), ..office },
            settings: Arc::new(settings.clone()),
            throttle: Arc::default(),
            checks: Arc::new(Semaphore::new(CHECKS_AT_ONCE)),
            long_work: Arc::new(Semaphore::new(LONG_WORK_AT_ONCE)),
        }
    }

    /// Runs work that would keep respondents waiting if it ran among their requests.
    async fn long<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, WebError> {
        let stopped = |_| WebError::unavailable("the service is stopping");
        let _permit = self.long_work.acquire().await.map_err(stopped)?;
        let done = tokio::task::spawn_blocking(work).await;
        done.map_err(|problem| WebError::internal(&problem))
    }

    /// The round called `code`, or the page that says there is none.
    async fn round(
        &self,
        code: &str,
        language: Language,
    ) -> Result<Result<Round, Response>, WebError> {
        match self.office.round(code).await {
            Ok(round) => Ok(Ok(round)),
            Err(ConductError::Refused(_)) => {
                let page = view::no_such_round(language, code);
                Ok(Err((StatusCode::NOT_FOUND, page).into_response()))
            }
            Err(error) => Err(failed(error)),
        }
    }
}

/// The office's pages, still without what surrounds all pages.
pub fn router(app: OfficeApp) -> Router {
    let list = get(frame::show).post(frame::submit);
    Router::new()
        .route("/office", get(rounds::show))
        .route("/office/login", get(login::show).post(login::submit))
        .route("/office/logout", post(login::leave))
        .route("/office/rounds/{code}", get(rounds::enter))
        .route("/office/rounds/{code}/plan", get(plan::show))
        .route("/office/rounds/{code}/progress", get(progress::show))
        .route("/office/rounds/{code}/results", get(results::show))
        .route(
            "/office/rounds/{code}/frame",
            list.layer(DefaultBodyLimit::max(upload::LARGEST_REQUEST)),
        )
        .merge(surveys::router())
        .with_state(app)
}

/// An act that failed for another reason than the data.
fn failed(error: ConductError) -> WebError {
    match error {
        ConductError::Storage(error) => error.into(),
        error => WebError::internal(&error),
    }
}
