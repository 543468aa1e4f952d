use super::{Failure, Place, Result, address::PublicAddress};
use crate::{
    clock::Clock,
    messages::{self, Language},
    storage::Address,
    text,
};
use serde::Deserialize;
use std::{
    io::ErrorKind,
    net::SocketAddr,
    path::{Path, PathBuf},
};

/// The file of settings, beside which the program is started.
const FILE: &str = "phieu.toml";

/// What was set, by a flag, the environment or `phieu.toml`, or else the default.
#[derive(Clone)]
pub struct Settings {
    /// Where the data are.
    pub database: Address,
    /// Where the secrets are.
    pub secrets: PathBuf,
    /// Whether the database was named, or is the default.
    pub database_named: bool,
    /// Where to listen.
    pub listen: Option<SocketAddr>,
    /// The public address of the service, as `phieu.toml` sets it.
    pub address: Option<String>,
    /// The language of messages.
    pub language: Language,
    /// The time.
    pub clock: Clock,
    /// What only `phieu.toml` and the environment set.
    pub web: WebFile,
}

/// Settings of the pages.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WebFile {
    /// Cookies travel over TLS only.
    pub secure_cookies: Option<bool>,
    /// The client's address is the last of X-Forwarded-For.
    pub behind_proxy: Option<bool>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    database: Option<String>,
    secrets: Option<PathBuf>,
    listen: Option<SocketAddr>,
    address: Option<String>,
    lang: Option<String>,
    messages: Option<PathBuf>,
    #[serde(default)]
    web: WebFile,
}

impl Settings {
    /// Gathers what was set.
    pub fn gather(place: &Place) -> Result<Self> {
        let file = read(Path::new(FILE))?;
        if let Some(folder) = place.messages.as_deref().or(file.messages.as_deref()) {
            messages::add(folder);
            let grave: Vec<_> = messages::flaws().iter().filter(|flaw| flaw.is_grave()).collect();
            if !grave.is_empty() {
                return Err(Failure::Messages(grave));
            }
        }
        let named = place.database.clone().or(file.database);
        let database: Address = named.as_deref().unwrap_or("sqlite:phieu.db").parse()?;
        let code = place.lang.clone().or(file.lang).unwrap_or_else(|| "vi".to_owned());
        let own = Language::own().iter().copied().find(|language| language.code() == code);
        let language = own.ok_or_else(|| {
            let known: Vec<_> = Language::own().iter().map(|language| language.code()).collect();
            Failure::Environment(text!(
                "cli.no_such_language",
                code = code,
                known = known.join(", ")
            ))
        })?;
        Ok(Self {
            secrets: place.secrets.clone().or(file.secrets).unwrap_or_else(|| beside(&database)),
            database,
            database_named: named.is_some(),
            listen: file.listen,
            address: file.address,
            language,
            clock: Clock::System,
            web: file.web,
        })
    }
}

impl Settings {
    /// The public address of the service: by flag or environment, else by `phieu.toml`.
    pub fn public_address(&self, flag: Option<&str>) -> Result<Option<PublicAddress>> {
        flag.or(self.address.as_deref()).map(PublicAddress::read).transpose()
    }
}

/// `phieu.db.secrets` beside `phieu.db`; for a server, `phieu.secrets` where we are.
pub fn beside(database: &Address) -> PathBuf {
    match database.file() {
        Some(file) => {
            let mut name = file.as_os_str().to_owned();
            name.push(".secrets");
            PathBuf::from(name)
        }
        None => PathBuf::from("phieu.secrets"),
    }
}

fn read(path: &Path) -> Result<File> {
    match std::fs::read_to_string(path) {
        Ok(text) => toml::from_str(&text).map_err(|problem| {
            Failure::Environment(text!(
                "cli.settings_file",
                path = path.display(),
                problem = problem
            ))
        }),
        Err(problem) if problem.kind() == ErrorKind::NotFound => Ok(File::default()),
        Err(problem) => Err(Failure::Environment(text!(
            "cli.settings_file",
            path = path.display(),
            problem = problem
        ))),
    }
}
