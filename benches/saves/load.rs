//! The load generator: as little work as possible beside the server under test.

use crate::support::Server;
use std::time::{Duration, Instant};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    task::JoinSet,
};

/// A page of the demo's form for citizens: seven questions, all answered.
const PAGE: &str = include_str!("page.txt");

/// What is sent.
pub enum Load<'a> {
    /// Pages of begun drafts, by their cookies.
    Saves(&'a [String]),
    /// The same requests to a handler that only reads them, over so many connections.
    Bare(usize),
}

/// What came back.
pub struct Outcome {
    pub answered: usize,
    pub refused: usize,
    seconds: f64,
    cpu_seconds: f64,
    latencies: Vec<f32>,
}

impl Outcome {
    pub fn rate(&self) -> f64 {
        self.answered as f64 / self.seconds
    }

    pub fn server_cpu_ms(&self) -> f64 {
        self.cpu_seconds * 1000.0 / self.answered.max(1) as f64
    }

    pub fn percentile(&self, share: f64) -> f64 {
        let below = |at: usize| at as f64 <= self.latencies.len() as f64 * share;
        let at = (0..self.latencies.len()).collect::<Vec<_>>().partition_point(|&at| below(at));
        f64::from(self.latencies.get(at).or(self.latencies.last()).copied().unwrap_or(0.0))
    }
}

/// Begins one draft per connection; returns the cookies that continue them.
pub async fn begin(server: &Server, connections: usize) -> Vec<String> {
    let mut cookies = Vec::with_capacity(connections);
    let mut line = Line::connect(server).await;
    for code in server.codes(connections) {
        cookies.push(line.begin(code).await);
    }
    cookies
}

/// Sends requests from every connection, one after another, for `seconds`.
pub async fn run_load(server: &Server, load: Load<'_>, seconds: u64) -> Outcome {
    let requests: Vec<Vec<u8>> = match load {
        Load::Saves(cookies) => cookies.iter().map(|cookie| save_request(cookie)).collect(),
        Load::Bare(connections) => vec![save_request("phieu=x; d0123456789=y"); connections],
    };
    let mut lines = Vec::with_capacity(requests.len());
    for request in requests {
        lines.push((Line::connect(server).await, request));
    }
    let cpu_before = server.cpu_seconds();
    let begin = Instant::now();
    let end = begin + Duration::from_secs(seconds);
    let mut running = JoinSet::new();
    for (mut line, request) in lines {
        running.spawn(async move {
            let (mut latencies, mut refused) = (Vec::with_capacity(4096), 0);
            while Instant::now() < end {
                let sent = Instant::now();
                let status = line.exchange(&request).await;
                if status >= 400 {
                    if refused == 0 {
                        eprintln!("refused: {}", line.response().lines().next().unwrap_or(""));
                    }
                    refused += 1;
                }
                latencies.push(sent.elapsed().as_secs_f32() * 1000.0);
            }
            (latencies, refused)
        });
    }
    let (mut latencies, mut refused) = (Vec::new(), 0);
    for (of_one, refused_one) in running.join_all().await {
        latencies.extend(of_one);
        refused += refused_one;
    }
    let seconds = begin.elapsed().as_secs_f64();
    latencies.sort_by(f32::total_cmp);
    Outcome {
        answered: latencies.len(),
        refused,
        seconds,
        cpu_seconds: server.cpu_seconds() - cpu_before,
        latencies,
    }
}

fn save_request(cookie: &str) -> Vec<u8> {
    let body = PAGE.trim();
    format!(
        "POST /phieu/q/2 HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/x-www-form-urlencoded\r\n\
         Accept-Encoding: gzip\r\nSec-Fetch-Site: same-origin\r\nCookie: {cookie}\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    )
    .into_bytes()
}

/// One connection.
pub struct Line {
    stream: TcpStream,
    buffer: Vec<u8>,
}

impl Line {
    pub async fn connect(server: &Server) -> Self {
        let stream = TcpStream::connect(server.address).await.expect("the server listens");
        stream.set_nodelay(true).expect("a socket takes options");
        Self { stream, buffer: Vec::with_capacity(64 << 10) }
    }

    /// Sends a request and reads its response; returns the status.
    pub async fn exchange(&mut self, request: &[u8]) -> u16 {
        self.stream.write_all(request).await.expect("the server reads");
        self.buffer.clear();
        loop {
            let read = self.stream.read_buf(&mut self.buffer).await.expect("the server answers");
            assert!(read > 0, "the server closed the line");
            if let Some(head) = find(&self.buffer, b"\r\n\r\n") {
                let length = content_length(&self.buffer[..head]);
                if self.buffer.len() >= head + 4 + length {
                    break;
                }
            }
        }
        std::str::from_utf8(&self.buffer[9..12])
            .ok()
            .and_then(|code| code.parse().ok())
            .unwrap_or(0)
    }

    /// How many bytes the response just read has, headers included.
    pub fn length(&self) -> usize {
        self.buffer.len()
    }

    /// The response just read, as text.
    pub fn response(&self) -> String {
        String::from_utf8_lossy(&self.buffer).into_owned()
    }

    /// Opens a link and begins; returns the cookies to go on with.
    pub async fn begin(&mut self, code: &str) -> String {
        let opened = format!("GET /p/{code} HTTP/1.1\r\nHost: localhost\r\n\r\n");
        assert_eq!(self.exchange(opened.as_bytes()).await, 303);
        let entry = cookies(&self.response());
        let start = format!(
            "POST /phieu/start HTTP/1.1\r\nHost: localhost\r\nSec-Fetch-Site: same-origin\r\nCookie: {entry}\r\n\
             Content-Type: application/x-www-form-urlencoded\r\nContent-Length: 6\r\n\r\npart=0"
        );
        let status = self.exchange(start.as_bytes()).await;
        assert_eq!(status, 303, "{}", self.response());
        cookies(&self.response())
    }
}

/// The cookies that a response sets, as a browser sends them back.
pub fn cookies(response: &str) -> String {
    response
        .lines()
        .filter_map(|line| line.strip_prefix("set-cookie: "))
        .filter_map(|cookie| cookie.split(';').next())
        .collect::<Vec<_>>()
        .join("; ")
}

fn find(bytes: &[u8], what: &[u8]) -> Option<usize> {
    bytes.windows(what.len()).position(|window| window == what)
}

fn content_length(head: &[u8]) -> usize {
    let head = std::str::from_utf8(head).unwrap_or("");
    let line = head.lines().find_map(|line| line.strip_prefix("content-length: "));
    line.and_then(|length| length.trim().parse().ok()).unwrap_or(0)
}
