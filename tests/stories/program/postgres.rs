//! A PostgreSQL server of one test's own, to be stopped, killed and set wrongly.

use sqlx::{AssertSqlSafe, Connection, PgConnection};
use std::{
    net::TcpListener,
    path::PathBuf,
    process::{Command, Output},
};
use uuid::Uuid;

/// A server in a folder of its own; stopped and removed when dropped.
pub struct Cluster {
    folder: PathBuf,
    port: String,
    pub url: String,
}

impl Cluster {
    /// Makes a server and starts it.
    pub fn start_new() -> Self {
        // Sockets have short names, so the folder must have one.
        let id = &Uuid::new_v4().simple().to_string()[..12];
        let folder = std::env::temp_dir().join(format!("phieu-pg-{id}"));
        let free = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
        let mut cluster = Self { folder, port: free.port().to_string(), url: String::new() };
        cluster.start();
        cluster
    }

    pub fn start(&mut self) {
        self.url = self.script("start");
    }

    pub fn stop(&self) {
        self.script("stop");
    }

    /// SIGKILL to the postmaster and all its children.
    pub fn kill(&self) {
        self.script("kill");
    }

    /// The processes of the server, the postmaster first.
    pub fn processes(&self) -> Vec<u32> {
        let file = std::fs::read_to_string(self.folder.join("data/postmaster.pid")).unwrap();
        let postmaster = file.lines().next().unwrap().to_owned();
        let children = Command::new("pgrep").args(["-P", &postmaster]).output().unwrap();
        let children = String::from_utf8(children.stdout).unwrap();
        std::iter::once(postmaster.as_str())
            .chain(children.lines())
            .map(|process| process.parse().unwrap())
            .collect()
    }

    /// Runs statements as its superuser.
    pub async fn execute(&self, statements: &[&str]) {
        let mut connection = PgConnection::connect(&self.url).await.unwrap();
        for &statement in statements {
            sqlx::query(AssertSqlSafe(statement.to_owned()))
                .execute(&mut connection)
                .await
                .unwrap();
        }
        connection.close().await.unwrap();
    }

    fn script(&self, act: &str) -> String {
        let output = self.try_script(act);
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "postgres {act}: {said}");
        String::from_utf8(output.stdout).unwrap().trim().to_owned()
    }

    fn try_script(&self, act: &str) -> Output {
        let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/stories/support/postgres");
        Command::new(script).arg(act).arg(&self.folder).arg(&self.port).output().unwrap()
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        self.try_script("stop");
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}
