//! A whole interview: code, landing, start, the pages, check, submit, thanks.
//!
//! The server's time on the processors is user and system together, as the kernel counts it.

use super::{
    load::{Line, cookies},
    one_a_page::{QUESTIONS, bodies, one_a_page},
};
use crate::support::{Engine, Options, Server, median, quiet_table};
use std::{collections::BTreeMap, sync::Arc, time::Instant};
use tokio::task::JoinSet;

/// Connections that interview at the same time.
const CONNECTIONS: usize = 64;

/// How the form is laid out.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Shape {
    /// The demo's form for citizens, on its six pages.
    AsItIs,
    /// Its first questions, each on a page.
    OneAPage,
}

/// Runs interviews; `bare` is the server's time for a POST that is read and not looked at.
pub async fn interviews(options: &Options, engine: &Engine, shape: Shape, bare: f64) {
    let (form, answers) = match shape {
        Shape::AsItIs => (None, PAGES.lines().map(str::to_owned).collect()),
        Shape::OneAPage => {
            let form = one_a_page(FORM);
            let bodies = bodies(&form, PAGES);
            assert_eq!(bodies.len(), QUESTIONS);
            (Some(form), bodies)
        }
    };
    let answers: Arc<Vec<String>> = Arc::new(answers);
    let each = 40 * usize::try_from(options.seconds).unwrap_or(1);
    let (mut rates, mut cpus, mut requests) = (Vec::new(), Vec::new(), 0);
    let mut largest = 0;
    for _ in 0..options.runs {
        let server = Server::start_with(engine, CONNECTIONS * each, form.as_deref()).await;
        let codes = server.codes(CONNECTIONS * each).to_vec();
        let mut lines = Vec::new();
        for codes in codes.chunks(each) {
            lines.push((Line::connect(&server).await, codes.to_vec()));
        }
        let cpu = server.cpu_seconds();
        let begin = Instant::now();
        let mut running = JoinSet::new();
        for (mut line, codes) in lines {
            let answers = Arc::clone(&answers);
            running.spawn(async move {
                let (mut asked, mut largest) = (0, 0);
                for code in codes {
                    let (requests, bytes) = interview(&mut line, &code, &answers).await;
                    asked += requests;
                    largest = largest.max(bytes);
                }
                (asked, largest)
            });
        }
        let (mut asked, interviews) = (0, CONNECTIONS * each);
        for (of_one, bytes) in running.join_all().await {
            asked += of_one;
            largest = largest.max(bytes);
        }
        rates.push(interviews as f64 / begin.elapsed().as_secs_f64());
        cpus.push((server.cpu_seconds() - cpu) * 1000.0 / interviews as f64);
        requests = asked / interviews;
        server.stop().await;
    }
    let name = engine.name;
    let pages = answers.len();
    println!("\n{name}: whole interviews, {pages} pages, {requests} requests each, gzip");
    let cpu = median(&mut cpus);
    quiet_table(
        &[
            "connections",
            "interviews/s",
            "server CPU ms each",
            "of a request",
            "beside a bare POST",
            "largest page with headers, bytes",
        ],
        &[vec![
            format!("{CONNECTIONS}"),
            format!("{:.0}", median(&mut rates)),
            format!("{cpu:.2}"),
            format!("{:.3}", cpu / requests as f64),
            format!("{:.1}", cpu / requests as f64 / bare),
            format!("{largest}"),
        ]],
    );
}

/// Goes through the form as a browser does; returns requests and the largest response.
async fn interview(line: &mut Line, code: &str, answers: &[String]) -> (usize, usize) {
    let mut visit = Visit { line, cookies: BTreeMap::new(), asked: 0, largest: 0 };
    visit.get(&format!("/p/{code}")).await;
    visit.get("/phieu").await;
    let mut at = visit.post("/phieu/start", "part=0").await;
    while at.starts_with("/phieu/q/") {
        visit.get(&at).await;
        let page: usize = at["/phieu/q/".len()..].parse().expect("pages are numbered");
        at = visit.post(&at, answers[page - 1].trim()).await;
    }
    assert_eq!(at, "/phieu/check");
    visit.get("/phieu/check").await;
    assert_eq!(visit.post("/phieu/check", "").await, "/phieu/thanks");
    visit.get("/phieu/thanks").await;
    (visit.asked, visit.largest)
}

/// The pages of the demo's form for citizens, answered in full, one a line.
const PAGES: &str = include_str!("pages.txt");

/// The form itself.
const FORM: &str = include_str!("../../surveys/so-tnmt-2024/forms/nguoi-dan.toml");

struct Visit<'l> {
    line: &'l mut Line,
    cookies: BTreeMap<String, String>,
    asked: usize,
    largest: usize,
}

impl Visit<'_> {
    async fn get(&mut self, path: &str) {
        let status = self.ask("GET", path, None).await;
        assert!(status == 200 || status == 303, "{path}: {}", self.line.response());
    }

    async fn post(&mut self, path: &str, body: &str) -> String {
        let status = self.ask("POST", path, Some(body)).await;
        let response = self.line.response();
        assert_eq!(status, 303, "{path}: {response}");
        let location = response.lines().find_map(|line| line.strip_prefix("location: "));
        location.expect("a redirect leads somewhere").to_owned()
    }

    async fn ask(&mut self, method: &str, path: &str, body: Option<&str>) -> u16 {
        let cookie: Vec<String> =
            self.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
        let mut request = format!(
            "{method} {path} HTTP/1.1\r\nHost: localhost\r\nAccept-Encoding: gzip, deflate, br\r\nSec-Fetch-Site: same-origin\r\n"
        );
        if !cookie.is_empty() {
            request.push_str(&format!("Cookie: {}\r\n", cookie.join("; ")));
        }
        if let Some(body) = body {
            request.push_str(&format!(
                "Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {}\r\n",
                body.len()
            ));
        }
        request.push_str("\r\n");
        request.push_str(body.unwrap_or(""));
        let status = self.line.exchange(request.as_bytes()).await;
        self.asked += 1;
        self.largest = self.largest.max(self.line.length());
        let response = self.line.response();
        for pair in cookies(&response).split("; ") {
            if let Some((name, value)) = pair.split_once('=') {
                self.cookies.insert(name.to_owned(), value.to_owned());
            }
        }
        status
    }
}
