//! What messengers and mail gateways see of an invitation's link, and that they use up nothing.

use crate::{
    program::{Field, Place, Server},
    support::{Small, TestApp},
};
use axum::{
    Router,
    body::Body,
    extract::ConnectInfo,
    http::{HeaderMap, Method, Request, StatusCode, header},
};
use http_body_util::BodyExt;
use phieu::web::{PublicApp, WebSettings, dressed, respondents};
use std::{fs, net::SocketAddr, sync::Arc};
use tower::ServiceExt;

const ADDRESS: &str = "https://phieu.example.gov.vn";

/// How such programs ask; none of them keeps cookies.
const BOTS: [(&str, &[(&str, &str)]); 5] = [
    (
        "facebookexternalhit/1.1 (+http://www.facebook.com/externalhit_uatext.php)",
        &[("accept", "*/*"), ("accept-encoding", "deflate"), ("range", "bytes=0-524287")],
    ),
    ("ZaloPC-win32-24v473", &[("accept", "*/*")]),
    ("TelegramBot (like TwitterBot)", &[("accept", "text/html")]),
    ("Mozilla/5.0 (compatible; Barracuda Sentinel)", &[("accept-language", "en-US")]),
    ("WhatsApp/2.23.20.0", &[("accept-language", "vi")]),
];

on_both_engines! {
    async fn a_link_has_a_preview_and_is_not_used_up(app: TestApp) {
        let (round, invited) = app.small_round(&Small::hard(12, 12)).await;
        let pages = at(&app, Some(ADDRESS));
        let link = format!("/p/{}", invited[0].code.compact());
        for (name, headers) in BOTS {
            let (status, _, page) = follow(&pages, name, headers, &link).await;
            assert_eq!(status, StatusCode::OK, "{name}");
            for tag in [
                r#"property="og:title" content="Phiếu điều tra xã hội học của cơ quan nhà nước""#,
                r#"property="og:description" content="Nơi trả lời phiếu điều tra"#,
                r#"property="og:image" content="https://phieu.example.gov.vn/preview.png""#,
                r#"property="og:image:width" content="1200""#,
            ] {
                assert!(page.contains(tag), "{name}: {tag} is not in {page}");
            }
            assert!(!page.contains("og:url"), "{name} would lead people away from their link");
            assert!(!page.contains(&invited[0].code.compact()), "{name}");
            let head = ask(&pages, Method::HEAD, name, headers, &link).await;
            assert_eq!(head.0, StatusCode::SEE_OTHER, "{name}");
        }
        let (status, headers, _) = follow(&pages, "Zalo", &[], "/preview.png").await;
        assert_eq!((status, &headers[header::CONTENT_TYPE]), (StatusCode::OK, &"image/png".parse().unwrap()));
        assert_eq!(headers["cross-origin-resource-policy"], "cross-origin");

        let mut tx = app.office.store.write().await.unwrap();
        tx.refresh_daily_counts().await.unwrap();
        assert_eq!(tx.daily_counts(round.row.id).await.unwrap()[0].started_shown, 0);
        assert!(tx.consents(round.row.id).await.unwrap().is_empty());
        drop(tx);
        let mut browser = app.browser();
        browser.answer(&invited[0].code.compact(), "4").await;
        assert_eq!(browser.submit().await.location.as_deref(), Some("/phieu/thanks"));
    }

    async fn a_page_that_is_shared_says_what_it_is(app: TestApp) {
        let (round, invited) = app.small_round(&Small::new(12, 12)).await;
        let cookies = {
            let mut browser = app.browser();
            browser.get(&format!("/p/{}", invited[0].code.compact())).await;
            browser.cookies.into_iter().map(|(name, value)| format!("{name}={value}"))
        };
        let cookies = cookies.collect::<Vec<_>>().join("; ");
        let title = round.survey.title.get("vi").to_owned();
        for (path, title) in [
            ("/phieu", title.as_str()),
            ("/genuine", "Thư mời này có thật không?"),
            ("/", "Phiếu điều tra xã hội học của cơ quan nhà nước"),
        ] {
            let tag = format!(r#"property="og:title" content="{title}""#);
            for address in [Some(ADDRESS), None] {
                let headers = [("cookie", cookies.as_str())];
                let (status, _, page) = follow(&at(&app, address), "Zalo", &headers, path).await;
                assert_eq!(status, StatusCode::OK, "{path}");
                assert!(page.contains(&tag), "{path}: {page}");
                assert_eq!(page.contains("og:image"), address.is_some(), "{path}");
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_public_address_is_set_once() {
    let place = Place::sqlite();
    let office = place.office().await;
    let fields = [Field { group: "nd", people: 2, target: 2, hard: false }];
    let invited = Field::open(&office, &fields, "r1", 60_000).await;
    office.store.close().await;
    let export = ["invite", "export", "--round", "r1"];
    place.run(&export).refused(2, &["--address", "PHIEU_ADDRESS"]);
    let wrong = ["serve", "--address", "http://phieu.example.gov.vn"];
    place.run(&wrong).refused(2, &["http://phieu.example.gov.vn", "https"]);

    fs::write(place.folder.join("phieu.toml"), format!("address = \"{ADDRESS}/\"\n")).unwrap();
    for one in &invited {
        place.run(&export).done(&[&format!("{ADDRESS}/p/{}", one.code)]);
    }
    let other = ["invite", "export", "--round", "r1", "--address", "https://b.example.gov.vn"];
    place.run(&other).done(&["https://b.example.gov.vn/p/"]);
    let server = Server::start(&place).await;
    let mut guest = crate::program::Guest::new(server.address());
    let page = guest.get("/").await.unwrap().body;
    assert!(page.contains("content=\"https://phieu.example.gov.vn/preview.png\""), "{page}");
}

/// The pages of `app` as they are under a public address.
fn at(app: &TestApp, address: Option<&str>) -> Router {
    let settings = WebSettings { address: address.map(str::to_owned), ..WebSettings::default() };
    let (desk, intake) = (app.desk.clone(), app.intake.clone());
    let keys = Arc::clone(&app.office.secrets.public);
    let public = PublicApp::new(desk, intake, keys, app.clock.clone(), settings.clone());
    dressed(respondents(public), &settings)
}

/// Asks as `name` does and follows where that leads, without keeping cookies.
async fn follow(
    pages: &Router,
    name: &str,
    headers: &[(&str, &str)],
    path: &str,
) -> (StatusCode, HeaderMap, String) {
    let mut path = path.to_owned();
    for _ in 0..5 {
        let answer = ask(pages, Method::GET, name, headers, &path).await;
        match answer.1.get(header::LOCATION) {
            Some(location) => path = location.to_str().unwrap().to_owned(),
            None => return answer,
        }
    }
    panic!("{name} is led about for ever");
}

async fn ask(
    pages: &Router,
    method: Method,
    name: &str,
    headers: &[(&str, &str)],
    path: &str,
) -> (StatusCode, HeaderMap, String) {
    let mut request = Request::builder()
        .method(method)
        .uri(path)
        .header(header::HOST, "phieu.example.gov.vn")
        .header(header::USER_AGENT, name)
        .extension(ConnectInfo(SocketAddr::from(([31, 13, 24, 1], 4_000))));
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let response = pages.clone().oneshot(request.body(Body::empty()).unwrap()).await.unwrap();
    let (parts, body) = response.into_parts();
    let body = body.collect().await.unwrap().to_bytes();
    (parts.status, parts.headers, String::from_utf8_lossy(&body).into_owned())
}
