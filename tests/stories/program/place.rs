//! Where one installation lives, and commands run there.

use crate::support::{TestApp, postgres_url};
use phieu::{
    clock::Clock,
    conduct::Office,
    storage::{Address, Store},
};
use std::{
    path::{Path, PathBuf},
    process::{Command, Stdio},
};
use uuid::Uuid;

/// A folder with everything of one installation. Removed with everything in it.
pub struct Place {
    pub folder: PathBuf,
    /// The database as the command line names it.
    pub database: String,
    pub secrets: PathBuf,
    address: Address,
}

/// How a command ended.
#[derive(Debug)]
pub struct Ran {
    pub code: Option<i32>,
    pub out: String,
    pub err: String,
}

impl Place {
    /// An installation in a new file.
    pub fn sqlite() -> Self {
        let folder = new_folder();
        let database = format!("sqlite:{}", folder.join("round.db").display());
        Self::over(folder, database)
    }

    /// An installation in a file that lies elsewhere.
    pub fn sqlite_at(file: &Path) -> Self {
        Self::over(new_folder(), format!("sqlite:{}", file.display()))
    }

    /// An installation in a schema of its own on the server that all tests share.
    pub fn postgres() -> Self {
        Self::postgres_at(&postgres_url())
    }

    /// An installation in a schema of its own on the PostgreSQL server at `url`.
    pub fn postgres_at(url: &str) -> Self {
        let schema = format!("test_{}", Uuid::new_v4().simple());
        let address = url.parse::<Address>().unwrap().in_schema(&schema);
        let database = format!("{url}?options[search_path]={schema}");
        let mut place = Self::over(new_folder(), database);
        place.address = address;
        place
    }

    /// The installation of a test within this process.
    pub fn of(app: &TestApp) -> Self {
        let database = match &app.address {
            Address::Sqlite(file) => format!("sqlite:{}", file.display()),
            Address::Postgres(_, schema) => {
                format!("{}?options[search_path]={}", postgres_url(), schema.as_deref().unwrap())
            }
        };
        let mut place = Self::over(new_folder(), database);
        place.secrets = app.folder.join("secrets");
        place
    }

    fn over(folder: PathBuf, database: String) -> Self {
        let address = database.parse().unwrap();
        Self { secrets: folder.join("secrets"), folder, database, address }
    }

    /// The office of this installation, within this process. Close its store before the
    /// program runs, where the test is about a file that nobody else holds open.
    pub async fn office(&self) -> Office {
        Office::open(&self.address, &self.secrets, Clock::System, "test").await.unwrap()
    }

    /// The program, told about this installation and nothing else.
    pub fn command(&self) -> Command {
        let mut command = self.bare_command();
        command.env("PHIEU_DATABASE", &self.database).env("PHIEU_SECRETS", &self.secrets);
        command
    }

    /// The program in this folder, told about nothing.
    pub fn bare_command(&self) -> Command {
        let binary = std::env::var("PHIEU").unwrap_or(env!("CARGO_BIN_EXE_phieu").to_owned());
        let mut command = Command::new(binary);
        command.current_dir(&self.folder).stdin(Stdio::null());
        for name in
            ["DATABASE", "SECRETS", "LANG", "LISTEN", "ADDRESS", "MESSAGES", "OPERATOR_PASSWORD"]
        {
            command.env_remove(format!("PHIEU_{name}"));
        }
        command.env_remove("RUST_LOG");
        command
    }

    /// Runs a command of the program to its end.
    pub fn run(&self, arguments: &[&str]) -> Ran {
        Ran::of(self.command().args(arguments))
    }

    /// Removes what lies outside the folder.
    pub async fn remove(self) {
        Store::drop_schema(&self.address).await.unwrap();
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        // A failed test leaves its folder behind, with the server's log in it.
        if !std::thread::panicking() {
            let _ = std::fs::remove_dir_all(&self.folder);
        }
    }
}

impl Ran {
    pub fn of(command: &mut Command) -> Self {
        let output = command.output().unwrap();
        let text = |bytes| String::from_utf8(bytes).unwrap();
        Self { code: output.status.code(), out: text(output.stdout), err: text(output.stderr) }
    }

    /// It refused: nothing on standard output, all of `words` on standard error.
    pub fn refused(&self, code: i32, words: &[&str]) {
        assert_eq!(self.code, Some(code), "{self:?}");
        assert_eq!(self.out, "", "{self:?}");
        for word in words {
            assert!(self.err.contains(word), "“{word}” is not said: {self:?}");
        }
    }

    /// It did what was asked, and says `words` on standard output.
    pub fn done(&self, words: &[&str]) -> &Self {
        assert_eq!(self.code, Some(0), "{self:?}");
        for word in words {
            assert!(self.out.contains(word), "“{word}” is not said: {self:?}");
        }
        self
    }
}

fn new_folder() -> PathBuf {
    let folder = std::env::temp_dir().join(format!("phieu-story-{}", Uuid::new_v4().simple()));
    std::fs::create_dir_all(&folder).unwrap();
    folder
}
