//! The door that every request comes in and every response goes out by.
//!
//! Here, once for all pages: security headers, compression, the language, the limit of time,
//! and a page for everything that went wrong without one.

use super::{
    WebSettings,
    compress::{self, Compressor},
    cookies::{self, Cookies},
    error::WebError,
    layout::{self, Html},
};
use crate::messages::Language;
use axum::{
    Router,
    body::Body,
    extract::{Request, State},
    http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, Uri, header},
    middleware::{Next, from_fn_with_state},
    response::{IntoResponse, Redirect, Response},
};
use std::{any::Any, sync::Arc, time::Duration};
use tower_http::{catch_panic::CatchPanicLayer, csrf::CsrfLayer};
use url::form_urlencoded;

/// Before the code in the link of an invitation.
const LINK: &str = "/p/";

/// No request may take longer.
const PATIENCE: Duration = Duration::from_secs(10);

/// Except those of the office, which may bring a long list over a slow line.
const PATIENCE_WITH_LISTS: Duration = Duration::from_secs(120);

struct Front {
    patience: Duration,
    compressor: Compressor,
    headers: Vec<(HeaderName, HeaderValue)>,
    secure: bool,
}

/// Puts around `pages` what all pages share.
pub fn dressed(pages: Router, settings: &WebSettings) -> Router {
    within(PATIENCE, pages, settings)
}

fn within(patience: Duration, pages: Router, settings: &WebSettings) -> Router {
    let front = Front {
        patience,
        compressor: Compressor::default(),
        headers: security_headers(settings),
        secure: settings.secure_cookies,
    };
    pages
        .fallback(async || WebError::NotFound)
        .layer(CsrfLayer::new())
        .layer(CatchPanicLayer::custom(panicked))
        .layer(from_fn_with_state(Arc::new(front), pass))
}

async fn pass(State(front): State<Arc<Front>>, mut request: Request, next: Next) -> Response {
    if let Some(response) = language_chosen(&request, front.secure) {
        return front.dress(response, false, Language::default());
    }
    conceal_code(&mut request);
    let gzip = compress::accepted(request.headers());
    let asked = [header::COOKIE, header::ACCEPT_LANGUAGE]
        .map(|name| request.headers().get(&name).cloned().map(|value| (name, value)));
    let brings_list =
        request.method() == Method::POST && request.uri().path().starts_with("/office/");
    let patience = if brings_list { PATIENCE_WITH_LISTS } else { front.patience };
    let response = match tokio::time::timeout(patience, next.run(request)).await {
        Ok(response) => response,
        Err(_) => WebError::unavailable("a request took too long").into_response(),
    };
    let visitor = || {
        let headers = HeaderMap::from_iter(asked.into_iter().flatten());
        Cookies::of(&headers).language_or_asked(&headers)
    };
    let language = if response.status().is_success() { Language::default() } else { visitor() };
    front.dress(response, gzip, language)
}

impl Front {
    fn dress(&self, mut response: Response, gzip: bool, language: Language) -> Response {
        if let Some(error) = complaint(&mut response) {
            response.extensions_mut().insert(error.page(language));
        }
        if let Some(page) = response.extensions_mut().remove::<Html>() {
            self.fill(&mut response, page, gzip);
        }
        let headers = response.headers_mut();
        for (name, value) in &self.headers {
            headers.entry(name).or_insert_with(|| value.clone());
        }
        response
    }

    fn fill(&self, response: &mut Response, page: Html, gzip: bool) {
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8"));
        headers.insert(header::VARY, HeaderValue::from_static("Accept-Encoding"));
        let body = if gzip {
            headers.insert(header::CONTENT_ENCODING, HeaderValue::from_static("gzip"));
            self.compressor.pack(page.bytes, page.shared)
        } else {
            page.bytes
        };
        *response.body_mut() = Body::from(body);
    }
}

/// What went wrong, if it did and there is no page that says so yet.
fn complaint(response: &mut Response) -> Option<WebError> {
    if let Some(error) = response.extensions_mut().remove::<WebError>() {
        return Some(error);
    }
    let status = response.status();
    let silent = response
        .headers()
        .get(header::CONTENT_TYPE)
        .is_none_or(|kind| kind.as_bytes().starts_with(b"text/plain"));
    let wrong = status.is_client_error() || status.is_server_error();
    let spoken = response.extensions().get::<Html>().is_some();
    (wrong && silent && !spoken).then(|| WebError::of_status(status))
}

/// Takes the code out of the address of a link.
///
/// The router has read it already; whatever logs an address further in, now or one day, has
/// nothing to log.
fn conceal_code(request: &mut Request) {
    let uri = request.uri();
    if !uri.path().starts_with(LINK) {
        return;
    }
    let query = uri.query().map(|query| format!("?{query}")).unwrap_or_default();
    let mut parts = uri.clone().into_parts();
    parts.path_and_query = format!("{LINK}{query}").parse().ok();
    *request.uri_mut() = Uri::from_parts(parts).unwrap_or_default();
}

/// `?lang=en` on any page remembers the language and leads to the page itself.
///
/// Not under `/p/`: a path that holds a code is never written into a header.
fn language_chosen(request: &Request, secure: bool) -> Option<Response> {
    let path = request.uri().path();
    let query = request.uri().query()?;
    if request.method() != Method::GET || path.starts_with("//") || path.starts_with(LINK) {
        return None;
    }
    let language = language_in(query)?;
    let rest = form_urlencoded::parse(query.as_bytes()).filter(|(name, _)| name != "lang");
    let rest = form_urlencoded::Serializer::new(String::new()).extend_pairs(rest).finish();
    let address = if rest.is_empty() { path.to_owned() } else { format!("{path}?{rest}") };
    let cookie = cookies::set_language(language, secure);
    Some(([(header::SET_COOKIE, cookie)], Redirect::to(&address)).into_response())
}

/// The language that a query asks for.
pub fn language_in(query: &str) -> Option<Language> {
    let mut fields = form_urlencoded::parse(query.as_bytes());
    let (_, code) = fields.find(|(name, _)| name == "lang")?;
    Language::parse(&code)
}

/// The cause was already printed where it happened; it may hold anything, so it is not shown.
fn panicked(_: Box<dyn Any + Send + 'static>) -> Response {
    WebError::of_status(StatusCode::INTERNAL_SERVER_ERROR).into_response()
}

fn security_headers(settings: &WebSettings) -> Vec<(HeaderName, HeaderValue)> {
    let fixed = |name, value| (name, HeaderValue::from_static(value));
    let mut headers = vec![
        (header::CONTENT_SECURITY_POLICY, layout::content_policy()),
        fixed(header::REFERRER_POLICY, "same-origin"),
        fixed(header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        fixed(header::CACHE_CONTROL, "no-store"),
        fixed(HeaderName::from_static("x-robots-tag"), "noindex"),
        fixed(HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
    ];
    if settings.secure_cookies {
        headers.push(fixed(header::STRICT_TRANSPORT_SECURITY, "max-age=31536000"));
    }
    headers
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::routing::get;
    use http_body_util::BodyExt;
    use tower::ServiceExt;

    fn pages() -> Router {
        let pages = Router::new()
            .route(
                "/",
                get(async || layout::Page::new(Language::default(), "Thử").body(maud::html! {})),
            )
            .route("/panic", get(async || -> Response { panic!("a panic that a test wants") }))
            .route("/wait", get(std::future::pending::<()>));
        within(Duration::from_millis(200), pages, &WebSettings::default())
    }

    async fn ask(request: axum::http::request::Builder) -> (StatusCode, HeaderMap, String) {
        let response = pages().oneshot(request.body(Body::empty()).unwrap()).await.unwrap();
        let (parts, body) = response.into_parts();
        let body = body.collect().await.unwrap().to_bytes();
        (parts.status, parts.headers, String::from_utf8_lossy(&body).into_owned())
    }

    #[tokio::test]
    async fn every_response_carries_the_security_headers() {
        for path in ["/", "/panic", "/nowhere", "/?lang=en"] {
            let (_, headers, _) = ask(Request::get(path)).await;
            for (name, value) in security_headers(&WebSettings::default()) {
                assert_eq!(headers.get(&name), Some(&value), "{path}");
            }
        }
    }

    #[tokio::test]
    async fn whatever_goes_wrong_there_is_a_page_in_the_visitors_language() {
        for (request, status) in [
            (Request::get("/nowhere"), StatusCode::NOT_FOUND),
            (Request::post("/"), StatusCode::METHOD_NOT_ALLOWED),
            (Request::get("/panic"), StatusCode::INTERNAL_SERVER_ERROR),
            (
                Request::post("/")
                    .header("origin", "https://elsewhere.example")
                    .header("host", "h"),
                StatusCode::FORBIDDEN,
            ),
        ] {
            let (was, _, body) = ask(request.header("cookie", "lang=en")).await;
            assert_eq!(was, status);
            assert!(body.contains("<html lang=\"en\">") && body.contains("<h1>"), "{status}");
            assert!(!body.contains("a panic that a test wants"));
        }
    }

    #[tokio::test]
    async fn a_request_that_takes_too_long_is_given_up() {
        let (status, headers, _) = ask(Request::get("/wait")).await;
        assert_eq!(status, StatusCode::SERVICE_UNAVAILABLE);
        assert!(headers.contains_key(header::RETRY_AFTER));
    }

    #[tokio::test]
    async fn choosing_a_language_leads_back_to_the_same_page() {
        let (status, headers, _) = ask(Request::get("/nowhere?a=1&lang=en")).await;
        assert_eq!(status, StatusCode::SEE_OTHER);
        assert_eq!(headers[header::LOCATION], "/nowhere?a=1");
        assert!(headers[header::SET_COOKIE].to_str().unwrap().starts_with("lang=en;"));
        for path in ["/p/7KQ4?lang=en", "//elsewhere.example?lang=en", "/?lang=xx"] {
            let (_, headers, _) = ask(Request::get(path)).await;
            assert!(!headers.contains_key(header::LOCATION), "{path}");
        }
    }

    #[tokio::test]
    async fn a_page_is_compressed_for_who_takes_it() {
        let (_, headers, _) = ask(Request::get("/").header("accept-encoding", "gzip")).await;
        assert_eq!(headers[header::CONTENT_ENCODING], "gzip");
        let (_, headers, _) = ask(Request::get("/")).await;
        assert!(!headers.contains_key(header::CONTENT_ENCODING));
    }
}
