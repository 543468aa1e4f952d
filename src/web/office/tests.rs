use super::*;
use crate::{
    clock::{Clock, Millis},
    conduct::RoundPlan,
    storage::Address,
    survey::Bundle,
    web::dressed,
};
use axum::{
    body::Body,
    http::{HeaderMap, Request, header},
};
use http_body_util::BodyExt;
use std::{os::unix::fs::PermissionsExt, path::PathBuf};
use tower::ServiceExt;

const PASSWORD: &str = "mật khẩu đủ dài";
const NOW: Millis = 1_772_643_600_000;
const MINUTE: Millis = 60_000;

/// An office with a database and pages of its own.
struct Trial {
    office: Office,
    pages: Router,
    folder: PathBuf,
}

/// What came back.
struct Reply {
    status: StatusCode,
    headers: HeaderMap,
    body: String,
}

impl Trial {
    async fn new() -> Self {
        let folder = std::env::temp_dir().join(format!("phieu-office-{}", uuid::Uuid::new_v4()));
        std::fs::create_dir_all(folder.join("secrets")).unwrap();
        let only_us = std::fs::Permissions::from_mode(0o700);
        std::fs::set_permissions(folder.join("secrets"), only_us).unwrap();
        let address: Address =
            format!("sqlite:{}", folder.join("trial.db").display()).parse().unwrap();
        let clock = Clock::standing_at(NOW);
        let office = Office::open(&address, &folder.join("secrets"), clock, "test").await.unwrap();
        let settings = WebSettings::default();
        let pages = dressed(router(OfficeApp::new(office.clone(), &settings)), &settings);
        Self { office, pages, folder }
    }

    /// The same, with a password and a round that is being set up.
    async fn with_a_round() -> Self {
        let trial = Self::new().await;
        set_operator_password(&trial.office, PASSWORD).await.unwrap();
        let plan =
            RoundPlan { code: "r1".to_owned(), closes_on: None, lease: None, synthetic: false };
        trial.office.set_up_round(&bundle(), &plan).await.unwrap();
        trial
    }

    async fn ask(&self, request: Request<Body>) -> Reply {
        let response = self.pages.clone().oneshot(request).await.unwrap();
        let (parts, body) = response.into_parts();
        let body = body.collect().await.unwrap().to_bytes();
        let body = String::from_utf8_lossy(&body).into_owned();
        Reply { status: parts.status, headers: parts.headers, body }
    }

    async fn get(&self, path: &str, cookie: &str) -> Reply {
        let request = Request::get(path).header(header::COOKIE, cookie);
        self.ask(request.body(Body::empty()).unwrap()).await
    }

    async fn post(&self, path: &str, cookie: &str, form: &[(&str, &str)]) -> Reply {
        let form = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(form).finish();
        let request = Request::post(path).header(header::COOKIE, cookie);
        self.ask(request.body(Body::from(form)).unwrap()).await
    }

    async fn sign_in(&self) -> String {
        let reply = self.post("/office/login", "", &[("password", PASSWORD)]).await;
        assert_eq!(reply.status, StatusCode::SEE_OTHER, "{}", reply.body);
        reply.cookie()
    }

    async fn upload(&self, cookie: &str, name: &str, list: &[u8]) -> Reply {
        let mut body = format!(
            "--limit\r\nContent-Disposition: form-data; name=\"list\"; filename=\"{name}\"\r\n\r\n"
        )
        .into_bytes();
        body.extend_from_slice(list);
        body.extend_from_slice(b"\r\n--limit--\r\n");
        let request = Request::post("/office/rounds/r1/frame")
            .header(header::COOKIE, cookie)
            .header(header::CONTENT_TYPE, "multipart/form-data; boundary=limit");
        self.ask(request.body(Body::from(body)).unwrap()).await
    }
}

impl Drop for Trial {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}

impl Reply {
    fn location(&self) -> &str {
        self.headers[header::LOCATION].to_str().unwrap()
    }

    fn cookie(&self) -> String {
        let set = self.headers[header::SET_COOKIE].to_str().unwrap();
        set.split(';').next().unwrap().to_owned()
    }
}

fn bundle() -> Bundle {
    Bundle::new([
        ("survey.toml", include_str!("../../../tests/data/hai-long-2022/survey.toml")),
        ("criteria.csv", include_str!("../../../tests/data/hai-long-2022/criteria.csv")),
        ("rule.toml", include_str!("../../../tests/data/hai-long-2022/rule.toml")),
        ("units.csv", include_str!("../../../tests/data/hai-long-2022/units.csv")),
        ("targets.csv", include_str!("../../../tests/data/hai-long-2022/targets.csv")),
        (
            "forms/hai-long.toml",
            include_str!("../../../tests/data/hai-long-2022/forms/hai-long.toml"),
        ),
    ])
    .unwrap()
}

#[tokio::test]
async fn nobody_gets_in_without_a_session() {
    let trial = Trial::with_a_round().await;
    for path in [
        "/office",
        "/office/rounds/r1",
        "/office/rounds/r1/progress",
        "/office/rounds/r1/results",
        "/office/rounds/r1/frame",
        "/office/rounds/r1/plan?margin=5",
        "/office/rounds/none/results",
    ] {
        for cookie in ["", "office=", "office=AAAA", &format!("office={}", "A".repeat(43))] {
            let reply = trial.get(path, cookie).await;
            assert_eq!(reply.status, StatusCode::SEE_OTHER, "{path}");
            assert!(reply.location().starts_with("/office/login"), "{path}");
        }
    }
    let reply = trial.get("/office/rounds/r1/results?a=b", "").await;
    assert_eq!(reply.location(), "/office/login?to=%2Foffice%2Frounds%2Fr1%2Fresults%3Fa%3Db");
    let reply = trial.upload("", "ds.csv", b"a,b").await;
    assert_eq!(reply.status, StatusCode::SEE_OTHER);
}

#[tokio::test]
async fn without_a_password_the_page_says_how_to_set_one() {
    let trial = Trial::new().await;
    let reply = trial.get("/office/login", "").await;
    assert_eq!(reply.status, StatusCode::OK);
    assert!(
        reply.body.contains("phieu user password") && !reply.body.contains("name=\"password\"")
    );
    let reply = trial.post("/office/login", "", &[("password", "")]).await;
    assert_eq!(reply.status, StatusCode::UNPROCESSABLE_ENTITY);
    let reply = trial.post("/office/login", "", &[("password", "anything at all")]).await;
    assert_eq!(reply.status, StatusCode::UNPROCESSABLE_ENTITY);
    let refused = set_operator_password(&trial.office, "quá ngắn").await.unwrap_err();
    assert!(refused.to_string().contains("12"), "{refused}");
}

#[tokio::test]
async fn the_right_password_opens_the_page_that_was_asked_for() {
    let trial = Trial::with_a_round().await;
    let wrong = trial.post("/office/login", "", &[("password", "sai mật khẩu rồi")]).await;
    assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(wrong.body.contains("aria-invalid") && !wrong.body.contains("sai mật khẩu rồi"));
    let to = "/office/rounds/r1/progress";
    let reply = trial.post("/office/login", "", &[("to", to), ("password", PASSWORD)]).await;
    assert_eq!((reply.status, reply.location()), (StatusCode::SEE_OTHER, to));
    let set = reply.headers[header::SET_COOKIE].to_str().unwrap();
    for flag in ["Path=/office", "HttpOnly", "SameSite=Lax"] {
        assert!(set.contains(flag), "{set}");
    }
    let page = trial.get(to, &reply.cookie()).await;
    assert_eq!(page.status, StatusCode::OK);
    assert!(page.body.contains("Khảo sát mức độ hài lòng năm 2022"));
    let list = trial.get("/office", &reply.cookie()).await;
    assert!(list.body.contains("/office/rounds/r1/frame"));
    let away = [("to", "https://elsewhere.example"), ("password", PASSWORD)];
    assert_eq!(trial.post("/office/login", "", &away).await.location(), "/office");
}

#[tokio::test]
async fn a_session_ends_by_leaving_by_waiting_by_age_and_by_a_new_password() {
    let trial = Trial::with_a_round().await;
    let is_in = async |cookie: &str| trial.get("/office", cookie).await.status == StatusCode::OK;
    let left = trial.sign_in().await;
    assert!(is_in(&left).await);
    let reply = trial.post("/office/logout", &left, &[]).await;
    assert!(reply.headers[header::SET_COOKIE].to_str().unwrap().contains("Max-Age=0"));
    assert!(!is_in(&left).await);
    let idle = trial.sign_in().await;
    trial.office.clock.set(NOW + 31 * MINUTE);
    assert!(!is_in(&idle).await);
    trial.office.clock.set(NOW);
    assert!(!is_in(&idle).await);
    let old = trial.sign_in().await;
    for step in 1..=36 {
        trial.office.clock.set(NOW + step * 20 * MINUTE);
        assert!(is_in(&old).await, "{step}");
    }
    trial.office.clock.set(NOW + 721 * MINUTE);
    assert!(!is_in(&old).await);
    let replaced = trial.sign_in().await;
    set_operator_password(&trial.office, "một mật khẩu khác").await.unwrap();
    assert!(!is_in(&replaced).await);
}

#[tokio::test]
async fn signing_in_again_replaces_the_session_of_this_browser() {
    let trial = Trial::with_a_round().await;
    let first = trial.sign_in().await;
    let reply = trial.post("/office/login", &first, &[("password", PASSWORD)]).await;
    assert_ne!(reply.cookie(), first);
    assert_eq!(trial.get("/office", &first).await.status, StatusCode::SEE_OTHER);
    assert_eq!(trial.get("/office", &reply.cookie()).await.status, StatusCode::OK);
}

#[tokio::test]
async fn guessing_the_password_is_slow() {
    let trial = Trial::with_a_round().await;
    for _ in 0..10 {
        let reply = trial.post("/office/login", "", &[("password", "một lần đoán")]).await;
        assert_eq!(reply.status, StatusCode::UNPROCESSABLE_ENTITY);
    }
    let reply = trial.post("/office/login", "", &[("password", PASSWORD)]).await;
    assert_eq!(reply.status, StatusCode::TOO_MANY_REQUESTS);
    assert!(reply.headers.contains_key(header::RETRY_AFTER));
    trial.office.clock.set(NOW + 2 * MINUTE);
    trial.sign_in().await;
}

#[tokio::test]
async fn before_the_box_is_opened_the_results_page_says_why_it_is_empty() {
    let trial = Trial::with_a_round().await;
    let cookie = trial.sign_in().await;
    let reply = trial.get("/office/rounds/r1/results", &cookie).await;
    assert_eq!(reply.status, StatusCode::OK);
    assert!(reply.body.contains("Chưa có kết quả"));
    let reply = trial.get("/office/rounds/none/results", &cookie).await;
    assert_eq!(reply.status, StatusCode::NOT_FOUND);
    let reply = trial.get("/office/rounds/r1", &cookie).await;
    assert_eq!(reply.location(), "/office/rounds/r1/progress");
}

#[tokio::test]
async fn a_list_of_people_is_taken_whole_or_not_at_all() {
    let trial = Trial::with_a_round().await;
    let cookie = trial.sign_in().await;
    let reply = trial.get("/office/rounds/r1/frame", &cookie).await;
    assert!(reply.body.contains("multipart/form-data"));
    let bad = "mã,họ và tên,mã đơn vị,nhóm\n1,An,so-tnmt,nd\n2,Bình,ở đâu,nd\n3,Chi,so-tnmt,ai\n";
    let reply = trial.upload(&cookie, "ds <b>.csv", bad.as_bytes()).await;
    assert_eq!(reply.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(reply.body.contains("ở đâu") && reply.body.contains("“ai”"));
    assert!(reply.body.contains("ds &lt;b&gt;.csv") && !reply.body.contains("ds <b>"));
    let round = trial.office.round("r1").await.unwrap();
    let kept = trial.office.store.read().await.unwrap().people(round.row.id).await.unwrap();
    assert!(kept.is_empty());
    let good = "mã,họ và tên,mã đơn vị,nhóm\n1,An,so-tnmt,nd\n2,Bình,so-tnmt,Người dân, tổ chức\n";
    let good = good.replace("Người dân, tổ chức", "nd");
    let reply = trial.upload(&cookie, "ds.csv", good.as_bytes()).await;
    assert_eq!(reply.status, StatusCode::OK, "{}", reply.body);
    assert!(reply.body.contains("phieu frame freeze --round r1"));
    let kept = trial.office.store.read().await.unwrap().people(round.row.id).await.unwrap();
    assert_eq!(kept.len(), 2);
}

#[tokio::test]
async fn an_upload_that_cannot_be_read_is_explained() {
    let trial = Trial::with_a_round().await;
    let cookie = trial.sign_in().await;
    let nothing = trial.upload(&cookie, "", b"").await;
    assert_eq!(nothing.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(nothing.body.contains("ít nhất một tệp"));
    for size in [(10 << 20) + 1, 12 << 20] {
        let large = trial.upload(&cookie, "ds.csv", &vec![b'a'; size]).await;
        assert_eq!(large.status, StatusCode::PAYLOAD_TOO_LARGE);
        assert!(large.body.contains("10\u{a0}MB"));
    }
    let reply = trial.post("/office/rounds/r1/frame", &cookie, &[("list", "x")]).await;
    assert_eq!(reply.status, StatusCode::BAD_REQUEST);
    assert!(reply.body.contains("<h1>"));
}

#[tokio::test]
async fn a_plan_is_reckoned_from_the_address_and_says_what_it_cannot_use() {
    let trial = Trial::with_a_round().await;
    let cookie = trial.sign_in().await;
    let path = "/office/rounds/r1/plan";
    // The survey states no population and there is no list yet.
    let reply = trial.get(path, &cookie).await;
    assert_eq!(reply.status, StatusCode::OK);
    assert!(reply.body.contains("Chưa biết tổng thể") && reply.body.contains("r1/frame"));
    let mut list = "mã,họ và tên,mã đơn vị,nhóm\n".to_owned();
    (0..200).for_each(|n| list.push_str(&format!("{n},Nguyễn Văn {n},so-tnmt,nd\n")));
    assert_eq!(trial.upload(&cookie, "ds.csv", list.as_bytes()).await.status, StatusCode::OK);
    let reply = trial
        .get(&format!("{path}?method=margins&margin=5&n=&response-rate=100+%25"), &cookie)
        .await;
    assert_eq!(reply.status, StatusCode::OK);
    assert!(reply.body.contains("Tổng thể là số người trong danh sách đã nhập"));
    // 1,96·√(¼/n·(200 − n)/199) is 5 % at n = 132.
    assert!(reply.body.contains("<dd>132</dd>"), "{}", reply.body);
    let command =
        "phieu plan --round r1 --method margins --margin 5 --response-rate 100 --csv targets.csv";
    assert!(reply.body.contains(command));
    assert!(
        reply
            .body
            .contains("plan?method=margins&amp;margin=5&amp;response-rate=100+%25&amp;lang=en")
    );
    for (query, said) in [
        ("method=equal", "cần tổng số phiếu"),
        ("margin=abc", "“abc”"),
        ("n=3", "cần ít nhất"),
        ("share-khac=5", "“khac”"),
    ] {
        let reply = trial.get(&format!("{path}?{query}"), &cookie).await;
        assert_eq!(reply.status, StatusCode::UNPROCESSABLE_ENTITY, "{query}");
        assert!(reply.body.contains(said) && reply.body.contains("role=\"alert\""), "{query}");
    }
    let reply = trial.get("/office/rounds/none/plan", &cookie).await;
    assert_eq!(reply.status, StatusCode::NOT_FOUND);
}
