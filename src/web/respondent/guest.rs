//! Who is asking, as far as the cookies tell.

use crate::{
    messages::Language,
    storage::Entry,
    web::{
        PublicApp, WebError,
        cookies::{Cookies, Pass},
        throttle::Network,
    },
};
use axum::{
    extract::FromRequestParts,
    http::request::Parts,
    response::{IntoResponse, Redirect, Response},
};
use std::convert::Infallible;

/// Anybody: a browser with its language, cookies and network.
pub struct Visitor {
    /// The language chosen in this browser.
    pub language: Language,
    /// Its cookies.
    pub cookies: Cookies,
    /// Where it is, as coarsely as guessing is counted.
    pub network: Network,
}

/// Somebody who came in with a code.
pub struct Guest {
    /// The browser.
    pub visitor: Visitor,
    /// The code, and the part being answered.
    pub pass: Pass,
}

impl FromRequestParts<PublicApp> for Visitor {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, app: &PublicApp) -> Result<Self, Infallible> {
        let cookies = Cookies::of(&parts.headers);
        let network = Network::of(parts, app.settings.behind_proxy);
        Ok(Self { language: cookies.language_or_asked(&parts.headers), cookies, network })
    }
}

impl FromRequestParts<PublicApp> for Guest {
    type Rejection = Redirect;

    async fn from_request_parts(parts: &mut Parts, app: &PublicApp) -> Result<Self, Redirect> {
        let Ok(visitor) = Visitor::from_request_parts(parts, app).await;
        let pass = app.jar.pass(&visitor.cookies).ok_or_else(|| Redirect::to("/"))?;
        Ok(Self { visitor, pass })
    }
}

impl Guest {
    /// The language chosen in this browser.
    pub fn language(&self) -> Language {
        self.visitor.language
    }

    /// What the code leads to; the way back to the entry if it leads nowhere any more.
    pub async fn entry(&self, app: &PublicApp) -> Result<Result<Entry, Response>, WebError> {
        let entry = app.desk.entry(&self.pass.code.hash(&app.keys.lookup)).await?;
        Ok(entry.ok_or_else(|| Redirect::to("/").into_response()))
    }

    /// The pass for the part at `position`.
    pub fn part(&self, position: usize) -> Pass {
        Pass { position: u8::try_from(position).unwrap_or(u8::MAX), ..self.pass }
    }

    /// Whether this browser has begun or submitted any of `parts` parts.
    pub fn has_begun(&self, app: &PublicApp, parts: usize) -> bool {
        (0..parts).map(|position| self.part(position)).any(|part| {
            app.jar.ticket(&self.visitor.cookies, part).is_some()
                || app.jar.receipt(&self.visitor.cookies, part).is_some()
        })
    }
}
