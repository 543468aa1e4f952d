//! `phieu keys`: the key of a box, made and split on a machine that is not the server.
//!
//! These commands know no database. The key itself is never written anywhere: what is written
//! are three shares, each as a file and as a sheet to print, and a public file for the server.

mod sheet;

use super::{Failure, Result, Settings, data::print};
use crate::{
    fieldwork::{BoxPrivateKey, HOLDERS, KeyShare, Keyholders, ShareError, recover},
    messages::Language,
    text,
};
use clap::{Args, Subcommand};
use std::{
    fs,
    io::{self, BufRead, ErrorKind, IsTerminal, Write},
    os::unix::fs::{DirBuilderExt, OpenOptionsExt},
    path::{Path, PathBuf},
};
use zeroize::Zeroizing;

/// The public file of a split key.
const PUBLIC: &str = "box-public.json";

#[derive(Debug, Subcommand)]
pub enum KeysAct {
    /// Make the key of a box and split it among three keyholders
    Make(Written),
    /// Split a key again with two of its shares, in the place of a lost one
    Replace {
        #[command(flatten)]
        shares: Shares,
        #[command(flatten)]
        written: Written,
    },
    /// Check that a share can be read, as before it is put into its envelope
    Check {
        #[command(flatten)]
        shares: Shares,
    },
}

/// Where shares are written, and for whom.
#[derive(Debug, Args)]
pub struct Written {
    /// A new folder for the shares, such as one on a USB stick
    #[arg(long)]
    out: PathBuf,
    /// The round, to stand on the sheets
    #[arg(long)]
    round: Option<String>,
    /// A keyholder's name, to stand on the sheet; three times or not at all
    #[arg(long)]
    holder: Vec<String>,
}

/// Shares of keyholders, as files or typed.
#[derive(Debug, Args)]
pub struct Shares {
    /// The file of a keyholder's share, or `-` to type it; once for each keyholder
    #[arg(long = "share", value_name = "FILE")]
    files: Vec<PathBuf>,
}

pub fn run(act: KeysAct, settings: &Settings) -> Result<()> {
    let language = settings.language;
    match act {
        KeysAct::Make(written) => {
            let key = BoxPrivateKey::generate(&mut rand::rng());
            written.write(&key, 1, language)
        }
        KeysAct::Replace { shares, written } => {
            let shares = shares.read(language)?;
            let key = recover(&shares).map_err(|problem| Failure::Data(problem.text()))?;
            let split = shares.iter().map(KeyShare::split).max().unwrap_or(0);
            let next = split.checked_add(1).ok_or(ShareError::Later);
            written.write(&key, next.map_err(|problem| Failure::Data(problem.text()))?, language)
        }
        KeysAct::Check { shares } => {
            for share in shares.read(language)? {
                let (number, split) = (share.number(), share.split());
                let key = share.box_digits();
                let well = text!("keys.share_is_well", number = number, box = key, split = split);
                print(well.say(language))?;
            }
            Ok(())
        }
    }
}

impl Written {
    /// Writes the shares of `key`, or nothing at all.
    fn write(&self, key: &BoxPrivateKey, split: u8, language: Language) -> Result<()> {
        let holders: [String; HOLDERS] = match self.holder.len() {
            0 => Default::default(),
            _ => (self.holder.clone().try_into())
                .map_err(|_| Failure::Environment(text!("keys.three_holders")))?,
        };
        let (public, shares) = Keyholders::split(key, split, &holders, rand::rng());
        let mut files = vec![(PUBLIC.to_owned(), Zeroizing::new(public.to_json()))];
        for (share, holder) in shares.iter().zip(&holders) {
            let number = share.number();
            files.push((format!("share-{number}.txt"), share_file(share, language)));
            let round = self.round.as_deref();
            let sheet = sheet::sheet(share, round, holder, language);
            files.push((format!("share-{number}.html"), sheet));
        }
        write_all(&self.out, &files)?;
        let (key, path) = (public.box_digits(), self.out.display());
        let mut lines = vec![match split {
            1 => text!("keys.made", box = key, path = path),
            _ => text!("keys.replaced", box = key, path = path, split = split),
        }];
        lines.push(text!("keys.file_public", name = PUBLIC));
        for holder in &public.shares {
            let number = holder.number;
            let name = format!("share-{number}.html, share-{number}.txt");
            let holder = match &holder.holder[..] {
                "" => String::new(),
                holder => text!("keys.holder", name = holder).say(language),
            };
            lines.push(text!("keys.file_share", name = name, number = number, holder = holder));
        }
        lines.iter().try_for_each(|line| print(line.say(language)))
    }
}

impl Shares {
    /// Reads the shares, each of which must be sound.
    pub fn read(&self, language: Language) -> Result<Vec<KeyShare>> {
        self.files.iter().enumerate().map(|(at, file)| read_share(file, at + 1, language)).collect()
    }
}

/// The public file of a split key.
pub fn read_public(path: &Path) -> Result<Keyholders> {
    let text = fs::read_to_string(path).map_err(|problem| unreadable(path, &problem))?;
    Keyholders::from_json(&text).map_err(|problem| Failure::Data(problem.text()))
}

/// `1, 3`.
pub fn listed(numbers: &[u8]) -> String {
    numbers.iter().map(u8::to_string).collect::<Vec<_>>().join(", ")
}

fn read_share(file: &Path, at: usize, language: Language) -> Result<KeyShare> {
    let typed = file == Path::new("-");
    let content = if typed {
        if io::stdin().is_terminal() {
            eprintln!("{}", text!("keys.share_prompt", at = at).say(language));
        }
        let mut line = Zeroizing::new(String::new());
        let read = io::stdin().lock().read_line(&mut line);
        read.map_err(|problem| unreadable(file, &problem))?;
        line
    } else {
        let bytes = fs::read(file).map_err(|problem| unreadable(file, &problem))?;
        Zeroizing::new(String::from_utf8_lossy(&bytes).into_owned())
    };
    content.parse().map_err(|problem: ShareError| {
        let source = match typed {
            true => language.say("keys.typed").to_owned(),
            false => file.display().to_string(),
        };
        let problem = problem.text().say(language);
        Failure::Data(text!("keys.share_where", source = source, problem = problem))
    })
}

fn unreadable(path: &Path, problem: &io::Error) -> Failure {
    Failure::Environment(text!("cli.unreadable", path = path.display(), problem = problem))
}

fn share_file(share: &KeyShare, language: Language) -> Zeroizing<String> {
    let title = text!(
        "keys.file_title",
        number = share.number(),
        all = HOLDERS,
        box = share.box_digits(),
        split = share.split()
    );
    let groups = share.groups();
    let groups =
        Zeroizing::new(groups.iter().map(|group| &group[..]).collect::<Vec<_>>().join(" "));
    let (title, secret) = (title.say(language), language.say("keys.file_secret"));
    Zeroizing::new(format!("{title}\n{secret}\n\n{}\n", *groups))
}

/// Writes the files into a new folder that only its owner may read.
fn write_all(folder: &Path, files: &[(String, Zeroizing<String>)]) -> Result<()> {
    let unwritable = |path: &Path, problem: &io::Error| {
        Failure::Environment(text!("cli.unwritable", path = path.display(), problem = problem))
    };
    let made = fs::DirBuilder::new().recursive(true).mode(0o700).create(folder);
    made.map_err(|problem| unwritable(folder, &problem))?;
    let mut there = fs::read_dir(folder).map_err(|problem| unwritable(folder, &problem))?;
    if there.next().is_some() {
        let path = folder.display();
        return Err(Failure::Environment(text!("keys.out_not_empty", path = path)));
    }
    let written = files.iter().try_for_each(|(name, content)| {
        let path = folder.join(name);
        write_new(&path, content.as_bytes()).map_err(|problem| unwritable(&path, &problem))
    });
    if written.is_err() {
        // Some shares without the others are of no use and a danger.
        for (name, _) in files {
            match fs::remove_file(folder.join(name)) {
                Err(problem) if problem.kind() != ErrorKind::NotFound => {
                    return Err(unwritable(&folder.join(name), &problem));
                }
                _ => {}
            }
        }
    }
    written
}

fn write_new(path: &Path, content: &[u8]) -> io::Result<()> {
    let mut file = fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(path)?;
    file.write_all(content)?;
    file.sync_all()
}
