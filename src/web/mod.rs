//! What is seen: pages for respondents and pages for the office, and what both share.
//!
//! Pages are made on the server, complete in one response, and need no script. A page for
//! respondents sees a [`PublicApp`] and nothing else: there is no way from it to a name.

mod chance;
mod compress;
mod cookies;
mod error;
mod form;
mod front;
mod layout;
pub mod office;
mod respondent;
mod service;
mod throttle;

pub use error::WebError;
pub use form::Fields;
pub use front::dressed;
pub use layout::{Html, Page, Preview, Switch};
pub use service::{CannotListen, Service};

use crate::{
    clock::Clock,
    secrets::PublicKeys,
    storage::{Desk, Intake},
};
use axum::Router;
use cookies::CookieJar;
use std::sync::Arc;
use throttle::Throttle;
use tokio::sync::Semaphore;

/// Numbers that carry a draft elsewhere, worked out at a time: each takes 19 MiB and a processor
/// for 20 ms, and somebody who asks for them without end must leave the others to answer.
fn slow_at_once() -> usize {
    std::thread::available_parallelism().map_or(1, |all| (all.get() / 2).clamp(1, 8))
}

/// Everything that the pages for respondents know.
#[derive(Clone)]
pub struct PublicApp {
    /// What they may read.
    pub desk: Desk,
    /// What they may write.
    pub intake: Intake,
    /// The keys of codes, cookies and receipts.
    pub keys: Arc<PublicKeys>,
    /// The time.
    pub clock: Clock,
    /// How the service is reached.
    pub settings: Arc<WebSettings>,
    jar: Arc<CookieJar>,
    throttle: Arc<Throttle>,
    /// Lets few work out what a number opens at a time.
    slow: Arc<Semaphore>,
}

/// How the service is reached.
#[derive(Debug, Clone, Default)]
pub struct WebSettings {
    /// Browsers reach us over HTTPS only.
    pub secure_cookies: bool,
    /// A proxy of ours stands in front and says where requests come from.
    pub behind_proxy: bool,
    /// The public address of the service, without a slash at its end.
    pub address: Option<String>,
}

impl PublicApp {
    /// The respondents' side of the service.
    pub fn new(
        desk: Desk,
        intake: Intake,
        keys: Arc<PublicKeys>,
        clock: Clock,
        settings: WebSettings,
    ) -> Self {
        let jar = CookieJar::new(&keys.cookie, settings.secure_cookies);
        Self {
            desk,
            intake,
            keys,
            clock,
            settings: Arc::new(settings),
            jar: Arc::new(jar),
            throttle: Arc::default(),
            slow: Arc::new(Semaphore::new(slow_at_once())),
        }
    }
}

/// The pages for respondents, still without what [`dressed`] puts around all pages.
pub fn respondents(app: PublicApp) -> Router {
    respondent::router().with_state(app)
}
