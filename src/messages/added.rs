//! Languages that an operator brings, in files like those of the program.
//!
//! A language for respondents needs the sections that their pages use, and no other.

use super::{CATALOGUE, Catalogue, Language, Text};
use crate::text;
use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::Path,
};

/// The sections that the pages of respondents use.
pub const FOR_RESPONDENTS: [&str; 3] = ["answers", "fieldwork", "pages"];

/// What is wrong with the files of an added language.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Flaw {
    /// The folder or a file cannot be read, or is no list of texts.
    Unreadable {
        /// The folder or file.
        file: String,
        /// Why.
        problem: String,
    },
    /// The file's name is not that of a section and a language that can be added.
    Name {
        /// The file.
        file: String,
    },
    /// A message has other placeholders than the Vietnamese one.
    Placeholders {
        /// The file.
        file: String,
        /// The message.
        key: String,
        /// The placeholders that it must have.
        wanted: String,
    },
    /// There is no such message.
    Unknown {
        /// The file.
        file: String,
        /// The message.
        key: String,
    },
    /// A message that respondents may read is missing or empty.
    Missing {
        /// The file.
        file: String,
        /// The message.
        key: String,
    },
}

impl Flaw {
    /// Whether something wrong would be said, rather than something in Vietnamese.
    pub fn is_grave(&self) -> bool {
        !matches!(self, Self::Missing { .. } | Self::Unknown { .. })
    }

    /// The flaw in words.
    pub fn text(&self) -> Text {
        match self {
            Self::Unreadable { file, problem } => {
                text!("cli.messages_unreadable", file = file, problem = problem)
            }
            Self::Name { file } => text!("cli.messages_name", file = file),
            Self::Placeholders { file, key, wanted } => {
                text!("cli.messages_placeholders", file = file, key = key, wanted = wanted)
            }
            Self::Unknown { file, key } => text!("cli.messages_unknown", file = file, key = key),
            Self::Missing { file, key } => text!("cli.messages_missing", file = file, key = key),
        }
    }
}

/// Adds the languages in `folder` to those of the program. Once, before anything is said.
pub fn add(folder: &Path) {
    let mut catalogue = Catalogue::read();
    catalogue.add(folder);
    let first = CATALOGUE.set(catalogue).is_ok();
    debug_assert!(first, "languages are added before anything is said");
}

/// What is wrong with the languages that were added.
pub fn flaws() -> &'static [Flaw] {
    &super::catalogue().flaws
}

impl Catalogue {
    fn add(&mut self, folder: &Path) {
        let mut found: BTreeMap<String, BTreeSet<&'static str>> = BTreeMap::new();
        for name in self.names(folder) {
            let parts = name.strip_suffix(".toml").and_then(|name| name.split_once('.'));
            let section = parts.and_then(|(section, _)| {
                FOR_RESPONDENTS.into_iter().find(|known| *known == section)
            });
            match (section, parts) {
                (Some(section), Some((_, code))) if self.can_be_added(code) => {
                    found.entry(code.to_owned()).or_default().insert(section);
                }
                _ => self.flaws.push(Flaw::Name { file: name }),
            }
        }
        for (code, sections) in found {
            // Languages live as long as the program.
            let language = Language(Box::leak(code.into_boxed_str()));
            self.languages.push(language);
            for section in FOR_RESPONDENTS {
                let file = format!("{section}.{}.toml", language.0);
                let texts = match sections.contains(section) {
                    true => self.texts(folder, &file),
                    false => Some(BTreeMap::new()),
                };
                if let Some(texts) = texts {
                    self.take(language, section, &file, texts);
                }
            }
        }
    }

    fn can_be_added(&self, code: &str) -> bool {
        let plain = code.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'-');
        plain && code.len() >= 2 && self.languages[..self.own].iter().all(|own| own.0 != code)
    }

    fn names(&mut self, folder: &Path) -> Vec<String> {
        let listed = fs::read_dir(folder).and_then(|entries| {
            let names = entries.map(|entry| Ok(entry?.file_name().to_string_lossy().into_owned()));
            names.collect::<std::io::Result<Vec<String>>>()
        });
        let mut names = listed.unwrap_or_else(|problem| {
            let (file, problem) = (folder.display().to_string(), problem.to_string());
            self.flaws.push(Flaw::Unreadable { file, problem });
            Vec::new()
        });
        names.retain(|name| name.ends_with(".toml"));
        names.sort();
        names
    }

    fn texts(&mut self, folder: &Path, file: &str) -> Option<BTreeMap<String, String>> {
        let read = fs::read_to_string(folder.join(file)).map_err(|problem| problem.to_string());
        let texts =
            read.and_then(|text| toml::from_str(&text).map_err(|problem| problem.to_string()));
        texts
            .inspect_err(|problem| {
                let (file, problem) = (file.to_owned(), problem.trim().to_owned());
                self.flaws.push(Flaw::Unreadable { file, problem });
            })
            .ok()
    }

    /// Takes the texts of one section, each held against the Vietnamese one.
    fn take(
        &mut self,
        language: Language,
        section: &str,
        file: &str,
        texts: BTreeMap<String, String>,
    ) {
        let own = &self.messages[&Language::default()];
        let mut known = BTreeMap::new();
        for (key, own) in own {
            if let Some(key) = key.strip_prefix(section).and_then(|key| key.strip_prefix('.')) {
                known.insert(key, own.as_str());
            }
        }
        let named = |key: &str| (file.to_owned(), key.to_owned());
        let mut flaws = Vec::new();
        let mut taken = Vec::new();
        for (&key, own) in &known {
            let Some(said) = texts.get(key).filter(|said| !said.trim().is_empty()) else {
                let (file, key) = named(key);
                flaws.push(Flaw::Missing { file, key });
                continue;
            };
            let wanted = placeholders(own);
            if placeholders(said) == wanted {
                taken.push((format!("{section}.{key}"), said.clone()));
            } else {
                let (file, key) = named(key);
                let wanted: Vec<String> = wanted.iter().map(|name| format!("{{{name}}}")).collect();
                flaws.push(Flaw::Placeholders { file, key, wanted: wanted.join(" ") });
            }
        }
        for key in texts.keys().filter(|key| !known.contains_key(key.as_str())) {
            let (file, key) = named(key);
            flaws.push(Flaw::Unknown { file, key });
        }
        self.messages.entry(language).or_default().extend(taken);
        self.flaws.extend(flaws);
    }
}

/// The names of the values that a message takes.
fn placeholders(text: &str) -> BTreeSet<&str> {
    let pieces = text.split('{').skip(1);
    pieces.map(|piece| piece.split_once('}').map_or(piece, |(name, _)| name)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A catalogue with the language `km` in the given files.
    fn with(files: &[(&str, &str)]) -> Catalogue {
        let folder = std::env::temp_dir().join(format!("phieu-messages-{}", uuid::Uuid::new_v4()));
        fs::create_dir_all(&folder).unwrap();
        for (name, text) in files {
            fs::write(folder.join(name), text).unwrap();
        }
        let mut catalogue = Catalogue::read();
        catalogue.add(&folder);
        fs::remove_dir_all(&folder).unwrap();
        catalogue
    }

    #[test]
    fn what_a_language_lacks_is_named_and_said_in_vietnamese() {
        let catalogue = with(&[("pages.km.toml", "language = \"ខ្មែរ\"\ncontinue = \" \"\n")]);
        let km = *catalogue.languages.last().unwrap();
        assert_eq!(km.code(), "km");
        let said = |key| catalogue.messages[&km].get(key).map(String::as_str);
        assert_eq!((said("pages.language"), said("pages.continue")), (Some("ខ្មែរ"), None));
        let missing = |file: &str, key: &str| {
            let (file, key) = (file.to_owned(), key.to_owned());
            catalogue.flaws.contains(&Flaw::Missing { file, key })
        };
        assert!(missing("pages.km.toml", "continue") && !missing("pages.km.toml", "language"));
        assert!(missing("answers.km.toml", "missing"));
        assert!(catalogue.flaws.iter().all(|flaw| !flaw.is_grave()));
    }

    #[test]
    fn what_would_be_said_wrongly_is_grave() {
        let catalogue = with(&[
            ("pages.km.toml", "until = \"{date}\"\nno_such_message = \"x\"\n"),
            ("pages.en.toml", "language = \"x\"\n"),
            ("office.km.toml", "language = \"x\"\n"),
            ("answers.lo.toml", "missing = 5\n"),
            ("readme.txt", "not a file of messages"),
        ]);
        let grave: Vec<&Flaw> = catalogue.flaws.iter().filter(|flaw| flaw.is_grave()).collect();
        let name = |file: &str| Flaw::Name { file: file.to_owned() };
        assert!(
            grave.contains(&&name("pages.en.toml")) && grave.contains(&&name("office.km.toml"))
        );
        assert!(grave.iter().any(|flaw| {
            matches!(flaw, Flaw::Placeholders { key, wanted, .. } if key == "until" && wanted == "{day}")
        }));
        assert!(grave.iter().any(|flaw| {
            matches!(flaw, Flaw::Unreadable { file, .. } if file == "answers.lo.toml")
        }));
        let unknown = ("pages.km.toml".to_owned(), "no_such_message".to_owned());
        let unknown = Flaw::Unknown { file: unknown.0, key: unknown.1 };
        assert!(catalogue.flaws.contains(&unknown) && grave.len() == 4);
    }

    #[test]
    fn a_folder_that_is_not_there_is_said_to_be_missing() {
        let mut catalogue = Catalogue::read();
        catalogue.add(Path::new("no-such-folder"));
        assert!(matches!(&catalogue.flaws[..], [Flaw::Unreadable { .. }]));
        assert_eq!(catalogue.languages.len(), catalogue.own);
    }
}
