//! `phieu serve` in a process of its own.

use super::Place;
use std::{
    fs::File,
    net::SocketAddr,
    path::PathBuf,
    process::{Child, ExitStatus, Stdio},
    time::{Duration, Instant},
};
use uuid::Uuid;

/// A server that runs; killed when dropped.
pub struct Server {
    child: Child,
    log: PathBuf,
    address: Option<SocketAddr>,
}

impl Server {
    /// Starts the server of `place` and waits until it listens.
    pub async fn start(place: &Place) -> Self {
        let mut server = Self::spawn(place);
        server.listening().await;
        server
    }

    /// Starts the server of `place` and waits for nothing.
    pub fn spawn(place: &Place) -> Self {
        let log = place.folder.join(format!("serve-{}.log", Uuid::new_v4().simple()));
        let file = File::create(&log).unwrap();
        let child = place
            .command()
            .args(["serve", "--listen", "127.0.0.1:0"])
            .stdout(Stdio::null())
            .stderr(file)
            .spawn()
            .unwrap();
        Self { child, log, address: None }
    }

    /// Where it listens, once it does.
    pub async fn listening(&mut self) -> SocketAddr {
        let since = Instant::now();
        while self.address.is_none() {
            let log = self.log();
            let line = log.lines().find(|line| line.contains(" http://"));
            let address = line.and_then(|line| line.split(" http://").nth(1)?.split(' ').next());
            self.address = address.and_then(|address| address.parse().ok());
            let ended = self.child.try_wait().unwrap();
            assert!(ended.is_none(), "the server ended with {ended:?}: {log}");
            assert!(since.elapsed() < Duration::from_secs(60), "the server does not listen: {log}");
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        self.address.unwrap()
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address.expect("the server was waited for")
    }

    pub fn process(&self) -> u32 {
        self.child.id()
    }

    /// What it said so far.
    pub fn log(&self) -> String {
        std::fs::read_to_string(&self.log).unwrap_or_default()
    }

    /// Whether it still runs.
    pub fn runs(&mut self) -> bool {
        self.child.try_wait().unwrap().is_none()
    }

    /// SIGKILL: it gets no chance to put anything in order.
    pub fn kill(&mut self) {
        let _ = self.child.kill();
        self.child.wait().unwrap();
    }

    /// Asks it to stop, and waits until it has.
    pub fn stop(mut self) -> ExitStatus {
        let process = self.process().to_string();
        std::process::Command::new("kill").args(["-TERM", &process]).status().unwrap();
        self.child.wait().unwrap()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        if self.runs() {
            self.kill();
        }
    }
}
