//! The secrets directory: keys that must never lie in the database.
//!
//! `public/` is all that the respondents' side needs, `office/` what it must not have: the
//! secret from which codes are made, and the private keys of boxes. Losing the directory loses
//! every code and every unopened box; whoever has it and the database can open the boxes.

use crate::fieldwork::{BoxPrivateKey, Key};
use rand::Rng;
use std::{
    fs, io,
    io::Write,
    os::unix::fs::{DirBuilderExt, MetadataExt, OpenOptionsExt},
    path::{Path, PathBuf},
    sync::Arc,
};
use uuid::Uuid;

/// The keys of an installation.
#[derive(Clone)]
pub struct Secrets {
    directory: PathBuf,
    /// What the respondents' side needs.
    pub public: Arc<PublicKeys>,
    /// From which access codes are made.
    codes: Option<Key>,
}

/// What the respondents' side needs.
#[derive(Clone)]
pub struct PublicKeys {
    /// Under which codes are looked up.
    pub lookup: Key,
    /// Under which the entry cookie is encrypted.
    pub cookie: Key,
    /// Under which receipts are known after opening.
    pub receipt: Key,
}

/// Why the secrets cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum SecretsError {
    /// The directory or a file in it cannot be read or written.
    #[error("{path}: {problem}")]
    File {
        /// Which.
        path: PathBuf,
        /// What the system says.
        problem: io::Error,
    },
    /// Others may read the directory.
    #[error("{path} may be read by others; run: chmod 700 {path}")]
    TooOpen {
        /// Which.
        path: PathBuf,
    },
    /// A file does not hold a key.
    #[error("{path} does not hold a key: expected 64 hexadecimal digits")]
    NotAKey {
        /// Which.
        path: PathBuf,
    },
    /// The directory belongs to another database.
    #[error(
        "the secrets in {path} are not those of this database; set PHIEU_SECRETS to the right directory, or restore it from its backup"
    )]
    OfAnotherDatabase {
        /// Which.
        path: PathBuf,
    },
    /// The database has secrets, and they are not there.
    #[error(
        "the secrets of this database are not in {path}; set PHIEU_SECRETS to the right directory, or restore it from its backup"
    )]
    Missing {
        /// Which.
        path: PathBuf,
    },
    /// The respondents' side alone was given a secrets directory without the office's keys.
    #[error(
        "this installation holds only the secrets of the respondents' side; run this command at the office"
    )]
    PublicOnly,
    /// The private key of a box is not there.
    #[error(
        "the key of this box is not in {path}: it was destroyed at opening, or the directory is not complete"
    )]
    NoBoxKey {
        /// Where it should be.
        path: PathBuf,
    },
}

type Result<T, E = SecretsError> = std::result::Result<T, E>;

impl Secrets {
    /// Makes new secrets in `directory`, unless there are some.
    pub fn create(directory: &Path) -> Result<Self> {
        for part in ["public", "office"] {
            let path = directory.join(part);
            fs::DirBuilder::new()
                .recursive(true)
                .mode(0o700)
                .create(&path)
                .map_err(|problem| SecretsError::File { path, problem })?;
        }
        for name in ["public/lookup", "public/cookie", "public/receipt", "office/codes"] {
            let path = key_file(directory, name);
            if !path.exists() {
                write_new(&path, &random())?;
            }
        }
        Self::open(directory)
    }

    /// Reads the secrets in `directory`.
    pub fn open(directory: &Path) -> Result<Self> {
        if !directory.join("public").is_dir() {
            return Err(SecretsError::Missing { path: directory.to_owned() });
        }
        let about = fs::metadata(directory)
            .map_err(|problem| SecretsError::File { path: directory.to_owned(), problem })?;
        if about.mode() & 0o077 != 0 {
            return Err(SecretsError::TooOpen { path: directory.to_owned() });
        }
        let key = |name: &str| read(&key_file(directory, name));
        let office = directory.join("office").is_dir();
        Ok(Self {
            directory: directory.to_owned(),
            public: Arc::new(PublicKeys {
                lookup: key("public/lookup")?,
                cookie: key("public/cookie")?,
                receipt: key("public/receipt")?,
            }),
            codes: if office { Some(key("office/codes")?) } else { None },
        })
    }

    /// Where they are.
    pub fn directory(&self) -> &Path {
        &self.directory
    }

    /// Tells these secrets from others without telling anything of them.
    pub fn fingerprint(&self) -> String {
        let hash = crate::fieldwork::keyed_hash(&self.public.lookup, "fingerprint", &[]);
        hash[..8].iter().map(|byte| format!("{byte:02x}")).collect()
    }

    /// The secret from which access codes are made.
    pub fn codes(&self) -> Result<&Key> {
        self.codes.as_ref().ok_or(SecretsError::PublicOnly)
    }

    /// Makes the key of the receipts of a round that is about to open.
    pub fn create_receipts(&self, round: Uuid) -> Result<()> {
        write_instead(&self.round_file(round), &random())
    }

    /// Makes the key of the box of a round that is about to open.
    pub fn create_box(&self, round: Uuid) -> Result<BoxPrivateKey> {
        let key = BoxPrivateKey::generate(&mut rand::rng());
        let bytes = key.to_bytes().try_into().expect("a box key has 32 bytes");
        write_instead(&self.box_file(round), &bytes)?;
        Ok(key)
    }

    /// The key of a round's receipts; `None` once the box was opened.
    pub fn round_key(&self, round: Uuid) -> Option<Key> {
        read(&self.round_file(round)).ok()
    }

    /// The private key of a round's box.
    pub fn box_key(&self, round: Uuid) -> Result<BoxPrivateKey> {
        let path = self.box_file(round);
        if !path.exists() {
            return Err(SecretsError::NoBoxKey { path });
        }
        let key = read(&path)?;
        BoxPrivateKey::from_bytes(key.bytes()).map_err(|_| SecretsError::NotAKey { path })
    }

    /// Destroys the keys of a round whose box was opened. Returns whether there were any.
    pub fn destroy_round(&self, round: Uuid) -> Result<bool> {
        let mut destroyed = false;
        for path in [self.box_file(round), self.round_file(round)] {
            if path.exists() {
                destroy(&path)?;
                destroyed = true;
            }
        }
        Ok(destroyed)
    }

    fn box_file(&self, round: Uuid) -> PathBuf {
        key_file(&self.directory, &format!("office/box-{round}"))
    }

    fn round_file(&self, round: Uuid) -> PathBuf {
        key_file(&self.directory, &format!("public/round-{round}"))
    }
}

fn key_file(directory: &Path, name: &str) -> PathBuf {
    directory.join(format!("{name}.key"))
}

fn random() -> [u8; 32] {
    let mut bytes = [0; 32];
    rand::rng().fill_bytes(&mut bytes);
    bytes
}

fn read(path: &Path) -> Result<Key> {
    let text = fs::read_to_string(path)
        .map_err(|problem| SecretsError::File { path: path.to_owned(), problem })?;
    let not_a_key = || SecretsError::NotAKey { path: path.to_owned() };
    let digits = text.trim();
    if digits.len() != 64 || !digits.is_ascii() {
        return Err(not_a_key());
    }
    let mut bytes = [0; 32];
    for (at, byte) in bytes.iter_mut().enumerate() {
        *byte = u8::from_str_radix(&digits[at * 2..at * 2 + 2], 16).map_err(|_| not_a_key())?;
    }
    Ok(Key::new(bytes))
}

/// Writes a key in the place of one that an opening which did not finish has left over: nothing
/// was sealed under it.
fn write_instead(path: &Path, bytes: &[u8; 32]) -> Result<()> {
    if path.exists() {
        destroy(path)?;
    }
    write_new(path, bytes)
}

/// Writes a key so that it is on the disk before anything relies on it.
fn write_new(path: &Path, bytes: &[u8; 32]) -> Result<()> {
    let digits: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
    let write = || {
        let mut file =
            fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(path)?;
        file.write_all(digits.as_bytes())?;
        file.write_all(b"\n")?;
        file.sync_all()?;
        fs::File::open(path.parent().unwrap_or(Path::new(".")))?.sync_all()
    };
    write().map_err(|problem| SecretsError::File { path: path.to_owned(), problem })
}

/// Overwrites a key before its name is removed. Copies that a file system or a disk keeps of
/// its own are beyond reach of a program; the operator's guide says so.
fn destroy(path: &Path) -> Result<()> {
    let destroy = || {
        let mut file = fs::OpenOptions::new().write(true).open(path)?;
        file.write_all(&[b'0'; 65])?;
        file.sync_all()?;
        fs::remove_file(path)
    };
    destroy().map_err(|problem| SecretsError::File { path: path.to_owned(), problem })
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::PermissionsExt;

    fn folder(name: &str) -> PathBuf {
        let folder = std::env::temp_dir().join(format!("phieu-secrets-{name}-{}", Uuid::new_v4()));
        fs::create_dir_all(&folder).unwrap();
        fs::set_permissions(&folder, fs::Permissions::from_mode(0o700)).unwrap();
        folder
    }

    #[test]
    fn secrets_are_made_once_and_read_again() {
        let folder = folder("once");
        let first = Secrets::create(&folder).unwrap();
        let again = Secrets::create(&folder).unwrap();
        assert_eq!(first.fingerprint(), again.fingerprint());
        fs::remove_dir_all(folder).unwrap();
    }

    #[test]
    fn the_keys_of_a_box_can_be_destroyed() {
        let folder = folder("box");
        let (secrets, round) = (Secrets::create(&folder).unwrap(), Uuid::new_v4());
        secrets.create_receipts(round).unwrap();
        let key = secrets.create_box(round).unwrap();
        assert_eq!(secrets.box_key(round).unwrap().to_bytes(), key.to_bytes());
        assert!(secrets.round_key(round).is_some());
        assert!(secrets.destroy_round(round).unwrap());
        assert!(!secrets.destroy_round(round).unwrap());
        assert!(matches!(secrets.box_key(round), Err(SecretsError::NoBoxKey { .. })));
        assert!(secrets.round_key(round).is_none());
        fs::remove_dir_all(folder).unwrap();
    }

    #[test]
    fn a_directory_that_others_may_read_is_refused() {
        let folder = folder("open");
        Secrets::create(&folder).unwrap();
        fs::set_permissions(&folder, fs::Permissions::from_mode(0o755)).unwrap();
        assert!(matches!(Secrets::open(&folder), Err(SecretsError::TooOpen { .. })));
        fs::remove_dir_all(folder).unwrap();
    }

    #[test]
    fn a_damaged_key_is_named() {
        let folder = folder("damaged");
        Secrets::create(&folder).unwrap();
        fs::write(folder.join("public/cookie.key"), "short").unwrap();
        let problem = Secrets::open(&folder).map(|_| ()).unwrap_err().to_string();
        assert!(problem.contains("cookie.key"), "{problem}");
        fs::remove_dir_all(folder).unwrap();
    }
}
