//! Who is signed in. A browser holds a random word; the database holds its hash.

use super::OfficeApp;
use crate::{
    clock::Millis,
    conduct::Office,
    messages::Language,
    storage::StorageError,
    web::{WebError, chance, cookies::Cookies, throttle::Network},
};
use axum::{
    extract::FromRequestParts,
    http::{HeaderValue, Method, request::Parts},
    response::{IntoResponse, Redirect, Response},
};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use sha2::{Digest, Sha256};
use std::convert::Infallible;
use url::form_urlencoded;

const COOKIE: &str = "office";
/// Without a request for so long, a session ends.
const IDLE: Millis = 30 * 60 * 1000;
/// No session lasts longer.
const LONGEST: Millis = 12 * 60 * 60 * 1000;
/// A session in use is noted so often.
const NOTED: Millis = 60 * 1000;
const HOME: &str = "/office";

/// Somebody who is signed in.
pub struct Staff {
    /// The language chosen in this browser.
    pub language: Language,
}

/// Anybody: a browser, perhaps with a session.
pub struct Caller {
    /// The language chosen in this browser.
    pub language: Language,
    /// Where it is, as coarsely as guessing is counted.
    pub network: Network,
    /// The hash of the word it brings.
    hash: Option<[u8; 32]>,
}

impl FromRequestParts<OfficeApp> for Caller {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, app: &OfficeApp) -> Result<Self, Infallible> {
        let cookies = Cookies::of(&parts.headers);
        Ok(Self {
            language: cookies.language().of_office(),
            network: Network::of(parts, app.settings.behind_proxy),
            hash: cookies.get(COOKIE).and_then(hash_of),
        })
    }
}

impl FromRequestParts<OfficeApp> for Staff {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, app: &OfficeApp) -> Result<Self, Response> {
        let Ok(caller) = Caller::from_request_parts(parts, app).await;
        match caller.is_signed_in(&app.office).await {
            Ok(true) => Ok(Self { language: caller.language }),
            Ok(false) => Err(to_login(parts).into_response()),
            Err(error) => Err(WebError::from(error).into_response()),
        }
    }
}

impl Caller {
    /// Whether the session that the browser brings is still good; notes that it is in use.
    pub async fn is_signed_in(&self, office: &Office) -> Result<bool, StorageError> {
        let Some(hash) = &self.hash else { return Ok(false) };
        let now = office.clock.now();
        let Some((started, seen)) = office.store.read().await?.office_session(hash).await? else {
            return Ok(false);
        };
        if now - seen > IDLE || now - started > LONGEST {
            self.sign_out(office).await?;
            return Ok(false);
        }
        if now - seen > NOTED {
            let mut tx = office.store.write().await?;
            tx.see_office_session(hash, now).await?;
            tx.commit().await?;
        }
        Ok(true)
    }

    /// Begins a new session in place of any that the browser brings.
    pub async fn sign_in(&self, app: &OfficeApp) -> Result<HeaderValue, StorageError> {
        let (office, word) = (&app.office, chance::bytes::<32>());
        let now = office.clock.now();
        let mut tx = office.store.write().await?;
        if let Some(old) = &self.hash {
            tx.end_office_session(old).await?;
        }
        tx.begin_office_session(&Sha256::digest(word), now, now - IDLE).await?;
        tx.commit().await?;
        Ok(cookie(&URL_SAFE_NO_PAD.encode(word), app.settings.secure_cookies))
    }

    /// Ends the session that the browser brings.
    pub async fn sign_out(&self, office: &Office) -> Result<(), StorageError> {
        let Some(hash) = &self.hash else { return Ok(()) };
        let mut tx = office.store.write().await?;
        tx.end_office_session(hash).await?;
        tx.commit().await
    }
}

/// Takes the session's word back from the browser.
pub fn forget(app: &OfficeApp) -> HeaderValue {
    let mut cookie = cookie("", app.settings.secure_cookies).as_bytes().to_vec();
    cookie.extend_from_slice(b"; Max-Age=0");
    HeaderValue::from_bytes(&cookie).expect("cookies are made of plain letters")
}

/// A path of ours to go to after signing in; anything else leads home.
pub fn local(path: &str) -> &str {
    let ours = path.strip_prefix(HOME).is_some_and(|rest| {
        rest.is_empty() || rest.starts_with('/') && !rest.starts_with("//") || rest.starts_with('?')
    });
    let plain = path.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'\\');
    let leads_back = path.starts_with("/office/login") || path.starts_with("/office/logout");
    if ours && plain && !leads_back && path.len() <= 500 { path } else { HOME }
}

fn to_login(parts: &Parts) -> Redirect {
    let path = parts.uri.path_and_query().map_or(HOME, |path| path.as_str());
    // A form whose session ended is sent again from its page, which has the same path.
    let path = if parts.method == Method::GET { path } else { parts.uri.path() };
    if local(path) == HOME {
        return Redirect::to("/office/login");
    }
    let query = form_urlencoded::Serializer::new(String::new()).append_pair("to", path).finish();
    Redirect::to(&format!("/office/login?{query}"))
}

fn hash_of(word: &str) -> Option<[u8; 32]> {
    let word: [u8; 32] = URL_SAFE_NO_PAD.decode(word).ok()?.try_into().ok()?;
    Some(Sha256::digest(word).into())
}

fn cookie(word: &str, secure: bool) -> HeaderValue {
    let secure = if secure { "; Secure" } else { "" };
    let cookie = format!("{COOKIE}={word}; Path={HOME}; HttpOnly; SameSite=Lax{secure}");
    HeaderValue::try_from(cookie).expect("cookies are made of plain letters")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn after_signing_in_one_stays_on_our_pages() {
        for path in ["/office", "/office/rounds/r1/results", "/office?lang=en"] {
            assert_eq!(local(path), path);
        }
        for path in [
            "",
            "https://elsewhere.example/",
            "//elsewhere.example",
            "/office//elsewhere.example",
            "/officer",
            "/phieu",
            "/office/\\elsewhere",
            "/office/a b",
            "/office/ü",
            "/office/\r\nSet-Cookie:a=b",
            "/office/login",
            "/office/logout",
        ] {
            assert_eq!(local(path), HOME, "{path}");
        }
    }

    #[test]
    fn only_a_word_of_the_right_length_is_looked_up() {
        assert!(hash_of(&URL_SAFE_NO_PAD.encode([7; 32])).is_some());
        for word in ["", "abc", &URL_SAFE_NO_PAD.encode([7; 31]), &"A".repeat(5000), "%%%"] {
            assert_eq!(hash_of(word), None);
        }
    }
}
