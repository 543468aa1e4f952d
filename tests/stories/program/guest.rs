//! A browser at the other end of a socket.

use crate::support::Answered;
use std::{collections::BTreeMap, io::ErrorKind, net::SocketAddr, time::Duration};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

/// Longer than the service lets any request take.
const PATIENCE: Duration = Duration::from_secs(30);

/// One person's browser. A connection that broke is made again at the next request.
pub struct Guest {
    pub address: SocketAddr,
    pub cookies: BTreeMap<String, String>,
    stream: Option<TcpStream>,
}

/// There was no answer: the request may or may not have been carried out.
#[derive(Debug)]
pub struct Lost;

impl Guest {
    pub fn new(address: SocketAddr) -> Self {
        Self { address, cookies: BTreeMap::new(), stream: None }
    }

    pub async fn get(&mut self, path: &str) -> Result<Answered, Lost> {
        self.ask("GET", path, &[]).await
    }

    pub async fn post(&mut self, path: &str, fields: &[(&str, &str)]) -> Result<Answered, Lost> {
        self.ask("POST", path, fields).await
    }

    async fn ask(
        &mut self,
        method: &str,
        path: &str,
        fields: &[(&str, &str)],
    ) -> Result<Answered, Lost> {
        self.leave_what_was_closed();
        let request = self.request(method, path, fields);
        let exchange = self.exchange(request.as_bytes());
        let Ok(Ok(answered)) = tokio::time::timeout(PATIENCE, exchange).await else {
            self.stream = None;
            return Err(Lost);
        };
        self.keep_cookies(&answered);
        Ok(answered)
    }

    /// Sends a request and is gone before the answer comes, after a while.
    pub async fn hang_up(
        &mut self,
        post: bool,
        path: &str,
        fields: &[(&str, &str)],
        after: Duration,
    ) {
        self.leave_what_was_closed();
        let request = self.request(if post { "POST" } else { "GET" }, path, fields);
        let mut stream = match self.stream.take() {
            Some(stream) => stream,
            None => TcpStream::connect(self.address).await.unwrap(),
        };
        stream.write_all(request.as_bytes()).await.unwrap();
        tokio::time::sleep(after).await;
    }

    fn request(&self, method: &str, path: &str, fields: &[(&str, &str)]) -> String {
        let cookies: Vec<String> =
            self.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
        let body =
            url::form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
        format!(
            "{method} {path} HTTP/1.1\r\nHost: localhost\r\nCookie: {}\r\n\
             Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {}\r\n\r\n{body}",
            cookies.join("; "),
            body.len()
        )
    }

    /// The server closes connections that nobody used for a while.
    fn leave_what_was_closed(&mut self) {
        let closed = |stream: &TcpStream| match stream.try_read(&mut [0]) {
            Err(problem) => problem.kind() != ErrorKind::WouldBlock,
            Ok(_) => true,
        };
        if self.stream.as_ref().is_some_and(closed) {
            self.stream = None;
        }
    }

    async fn exchange(&mut self, request: &[u8]) -> std::io::Result<Answered> {
        let stream = match &mut self.stream {
            Some(stream) => stream,
            none => {
                let stream = TcpStream::connect(self.address).await?;
                stream.set_nodelay(true)?;
                none.insert(stream)
            }
        };
        stream.write_all(request).await?;
        let mut buffer = Vec::with_capacity(16 << 10);
        loop {
            if let Some(answered) = parse(&buffer) {
                return Ok(answered);
            }
            if stream.read_buf(&mut buffer).await? == 0 {
                return Err(ErrorKind::UnexpectedEof.into());
            }
        }
    }

    fn keep_cookies(&mut self, answered: &Answered) {
        for (_, cookie) in answered.headers.iter().filter(|(name, _)| name == "set-cookie") {
            let (pair, attributes) = cookie.split_once(';').unwrap_or((cookie, ""));
            let (name, value) = pair.split_once('=').unwrap();
            if attributes.contains("Max-Age=0") {
                self.cookies.remove(name);
            } else {
                self.cookies.insert(name.to_owned(), value.to_owned());
            }
        }
    }
}

/// The response in `buffer`, if it is complete.
fn parse(buffer: &[u8]) -> Option<Answered> {
    let end = buffer.windows(4).position(|four| four == b"\r\n\r\n")?;
    let head = std::str::from_utf8(&buffer[..end]).ok()?;
    let mut lines = head.split("\r\n");
    let status = lines.next()?.split(' ').nth(1)?.parse().ok()?;
    let headers: Vec<(String, String)> = lines
        .filter_map(|line| line.split_once(": "))
        .map(|(name, value)| (name.to_ascii_lowercase(), value.to_owned()))
        .collect();
    let header = |wanted: &str| {
        headers.iter().find(|(name, _)| name == wanted).map(|(_, value)| value.clone())
    };
    let length: usize = header("content-length")?.parse().ok()?;
    let body = buffer.get(end + 4..end + 4 + length)?.to_vec();
    let body = String::from_utf8(body).ok()?;
    Some(Answered { status, location: header("location"), headers, body })
}
