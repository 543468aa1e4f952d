//! A browser as far as tests need one: cookies, links followed, forms filled in.

use axum::{
    Router,
    body::Body,
    extract::ConnectInfo,
    http::{Request, header},
    response::Response,
};
use http_body_util::BodyExt;
use std::{collections::BTreeMap, net::SocketAddr};
use tower::ServiceExt;

/// One person's browser.
#[derive(Clone)]
pub struct Browser {
    pages: Router,
    pub cookies: BTreeMap<String, String>,
    pub from: SocketAddr,
}

/// A page that came back.
#[derive(Debug, Clone)]
pub struct Answered {
    pub status: u16,
    pub location: Option<String>,
    pub headers: Vec<(String, String)>,
    pub body: String,
}

impl Browser {
    pub fn new(pages: Router) -> Self {
        let from = SocketAddr::from(([127, 0, 0, 1], 40_000));
        Self { pages, cookies: BTreeMap::new(), from }
    }

    /// Asks for a page, without following where it leads.
    pub async fn get(&mut self, path: &str) -> Answered {
        self.ask(Request::get(path).body(Body::empty()).unwrap()).await
    }

    /// Sends a form, without following where it leads.
    pub async fn post(&mut self, path: &str, fields: &[(&str, &str)]) -> Answered {
        let body: Vec<String> = fields
            .iter()
            .map(|(name, value)| format!("{}={}", escaped(name), escaped(value)))
            .collect();
        let request = Request::post(path)
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
            .body(Body::from(body.join("&")))
            .unwrap();
        self.ask(request).await
    }

    /// Sends a form from a page of another site.
    pub async fn post_from(
        &mut self,
        origin: &str,
        path: &str,
        fields: &[(&str, &str)],
    ) -> Answered {
        let body: Vec<String> = fields
            .iter()
            .map(|(name, value)| format!("{}={}", escaped(name), escaped(value)))
            .collect();
        let request = Request::post(path)
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
            .header(header::ORIGIN, origin)
            .body(Body::from(body.join("&")))
            .unwrap();
        self.ask(request).await
    }

    /// Sends a form with a file, as browsers do.
    pub async fn upload(
        &mut self,
        path: &str,
        (field, name, bytes): (&str, &str, &[u8]),
        fields: &[(&str, &str)],
    ) -> Answered {
        let mut body = Vec::new();
        for (name, value) in fields {
            body.extend_from_slice(
                format!(
                    "--limit\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n"
                )
                .as_bytes(),
            );
        }
        body.extend_from_slice(
            format!("--limit\r\nContent-Disposition: form-data; name=\"{field}\"; filename=\"{name}\"\r\nContent-Type: application/octet-stream\r\n\r\n")
                .as_bytes(),
        );
        body.extend_from_slice(bytes);
        body.extend_from_slice(b"\r\n--limit--\r\n");
        let request = Request::post(path)
            .header(header::CONTENT_TYPE, "multipart/form-data; boundary=limit")
            .body(Body::from(body))
            .unwrap();
        self.ask(request).await
    }

    /// Opens an invitation's link and begins.
    pub async fn begin(&mut self, code: &str) -> Answered {
        let opened = self.get(&format!("/p/{code}")).await;
        assert_eq!(opened.status, 303, "{}", opened.body);
        self.post("/phieu/start", &[]).await
    }

    /// Answers the one question of the smallest survey, and stops before submitting.
    pub async fn answer(&mut self, code: &str, choice: &str) {
        let begun = self.begin(code).await;
        assert_eq!((begun.status, begun.location.as_deref()), (303, Some("/phieu/q/1")));
        let saved = self.post("/phieu/q/1", &[("hai_long", choice)]).await;
        assert_eq!((saved.status, saved.location.as_deref()), (303, Some("/phieu/check")));
    }

    /// Submits what was answered.
    pub async fn submit(&mut self) -> Answered {
        self.post("/phieu/check", &[]).await
    }

    async fn ask(&mut self, mut request: Request<Body>) -> Answered {
        let cookies: Vec<String> =
            self.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
        if !cookies.is_empty() {
            request.headers_mut().insert(header::COOKIE, cookies.join("; ").parse().unwrap());
        }
        request.headers_mut().insert(header::HOST, "localhost".parse().unwrap());
        request.extensions_mut().insert(ConnectInfo(self.from));
        let response = self.pages.clone().oneshot(request).await.unwrap();
        self.keep_cookies(&response);
        read(response).await
    }

    fn keep_cookies(&mut self, response: &Response) {
        for cookie in response.headers().get_all(header::SET_COOKIE) {
            let cookie = cookie.to_str().unwrap();
            let (pair, attributes) = cookie.split_once(';').unwrap_or((cookie, ""));
            let (name, value) = pair.split_once('=').unwrap();
            if attributes.contains("Max-Age=0") || value.is_empty() {
                self.cookies.remove(name);
            } else {
                self.cookies.insert(name.to_owned(), value.to_owned());
            }
        }
    }
}

impl Answered {
    /// The receipt that a page of thanks shows.
    pub fn receipt(&self) -> String {
        let (_, after) = self.body.split_once("name=\"receipt\" value=\"").expect("a receipt");
        after.split('"').next().unwrap().to_owned()
    }
}

async fn read(response: Response) -> Answered {
    let headers: Vec<(String, String)> = response
        .headers()
        .iter()
        .map(|(name, value)| (name.to_string(), value.to_str().unwrap().to_owned()))
        .collect();
    let location = headers.iter().find(|(name, _)| name == "location");
    let location = location.map(|(_, value)| value.clone());
    let status = response.status().as_u16();
    let body = response.into_body().collect().await.unwrap().to_bytes();
    Answered { status, location, headers, body: String::from_utf8(body.to_vec()).unwrap() }
}

fn escaped(text: &str) -> String {
    text.bytes()
        .map(|byte| match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' => char::from(byte).to_string(),
            _ => format!("%{byte:02X}"),
        })
        .collect()
}
