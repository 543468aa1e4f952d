use crate::{criteria::hex, messages::Text, text};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;

/// Names the canonical form, so that a later one can be told apart.
const CANONICAL: &str = "phieu survey bundle 1\n";

/// The files of a survey: name inside its folder (with `/`) and text.
///
/// Texts are kept without byte order mark and with `\n` at line ends, so that the
/// same survey has the same SHA-256 wherever it was edited.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct Bundle {
    files: BTreeMap<String, String>,
}

/// Why a file cannot be part of a bundle, or a stored bundle cannot be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum BadBundle {
    /// The file is not UTF-8 text.
    NotText(String),
    /// The name leads out of the folder, or is none.
    BadName(String),
    /// There are two files of this name.
    Twice(String),
    /// The stored copy is not JSON of the expected shape.
    BadCopy(String),
}

#[derive(Deserialize)]
struct Copy {
    files: BTreeMap<String, String>,
}

impl Bundle {
    /// The files given as (name, bytes), in any order.
    pub fn new<N: Into<String>, B: AsRef<[u8]>>(
        files: impl IntoIterator<Item = (N, B)>,
    ) -> Result<Self, Vec<BadBundle>> {
        let mut bundle = Self::default();
        let mut problems = Vec::new();
        for (name, bytes) in files {
            if let Err(problem) = bundle.add(name.into(), bytes.as_ref()) {
                problems.push(problem);
            }
        }
        if problems.is_empty() { Ok(bundle) } else { Err(problems) }
    }

    fn add(&mut self, name: String, bytes: &[u8]) -> Result<(), BadBundle> {
        let Ok(text) = std::str::from_utf8(bytes) else { return Err(BadBundle::NotText(name)) };
        if !is_file_name(&name) {
            return Err(BadBundle::BadName(name));
        }
        if self.files.contains_key(&name) {
            return Err(BadBundle::Twice(name));
        }
        self.files.insert(name, canonical(text));
        Ok(())
    }

    /// The same with this text in a file, which may be new.
    pub fn with(&self, name: &str, text: &str) -> Result<Self, BadBundle> {
        let mut other = self.clone();
        other.files.remove(name);
        other.add(name.to_owned(), text.as_bytes())?;
        Ok(other)
    }

    /// The same without a file.
    pub fn without(&self, name: &str) -> Self {
        let mut other = self.clone();
        other.files.remove(name);
        other
    }

    /// The text of a file.
    pub fn text(&self, name: &str) -> Option<&str> {
        self.files.get(name).map(String::as_str)
    }

    /// Every file with its text, by name.
    pub fn files(&self) -> impl Iterator<Item = (&str, &str)> {
        self.files.iter().map(|(name, text)| (name.as_str(), text.as_str()))
    }

    /// The SHA-256 of all files in hexadecimal digits.
    ///
    /// It is taken over a first line naming the form, then for each file in the order
    /// of the names: the name, `\n`, the number of bytes, `\n`, the text.
    pub fn sha256(&self) -> String {
        let mut hash = Sha256::new();
        hash.update(CANONICAL);
        for (name, text) in &self.files {
            hash.update(format!("{name}\n{}\n", text.len()));
            hash.update(text);
        }
        hex(&hash.finalize())
    }

    /// The bundle as a JSON document, for a round's own copy.
    pub fn to_json(&self) -> String {
        serde_json::to_string(self).expect("a map of texts is always JSON")
    }

    /// The bundle that [`to_json`](Self::to_json) wrote.
    pub fn from_json(json: &str) -> Result<Self, BadBundle> {
        let bad = |detail: String| BadBundle::BadCopy(detail);
        let copy: Copy = serde_json::from_str(json).map_err(|error| bad(error.to_string()))?;
        Self::new(copy.files).map_err(|mut problems| problems.swap_remove(0))
    }
}

impl BadBundle {
    /// What is wrong, for a person.
    pub fn text(&self) -> Text {
        match self {
            Self::NotText(name) => text!("survey.file_not_text", file = name),
            Self::BadName(name) => text!("survey.file_name_bad", file = name),
            Self::Twice(name) => text!("survey.file_twice", file = name),
            Self::BadCopy(detail) => text!("survey.copy_bad", detail = detail),
        }
    }
}

/// A relative path of plain names; nothing hidden, nothing above the folder.
fn is_file_name(name: &str) -> bool {
    let plain = |part: &str| {
        !part.is_empty()
            && !part.starts_with('.')
            && !part.contains(|c: char| c.is_control() || matches!(c, '\\' | ':'))
    };
    name.len() <= 200 && name.split('/').all(plain)
}

fn canonical(text: &str) -> String {
    text.strip_prefix('\u{feff}').unwrap_or(text).replace("\r\n", "\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bundle(files: &[(&str, &str)]) -> Bundle {
        Bundle::new(files.iter().copied()).expect("a bundle")
    }

    #[test]
    fn the_editor_and_the_order_of_files_do_not_change_the_hash() {
        let unix = bundle(&[("a.csv", "1\n2\n"), ("forms/b.toml", "x")]);
        let windows = bundle(&[("forms/b.toml", "x"), ("a.csv", "\u{feff}1\r\n2\r\n")]);
        assert_eq!(unix.sha256(), windows.sha256());
    }

    #[test]
    fn text_that_moves_between_files_changes_the_hash() {
        let one = bundle(&[("a", "x"), ("b", "")]);
        let other = bundle(&[("a", ""), ("b", "x")]);
        assert_ne!(one.sha256(), other.sha256());
    }

    #[test]
    fn a_copy_is_the_same_bundle() {
        let kept = bundle(&[("survey.toml", "title = \"Phiếu\"\n")]);
        assert_eq!(Bundle::from_json(&kept.to_json()), Ok(kept));
        assert!(matches!(Bundle::from_json("[]"), Err(BadBundle::BadCopy(_))));
    }

    #[test]
    fn every_file_that_is_no_text_or_leads_outside_is_named() {
        let files: [(&str, &[u8]); 4] =
            [("a.csv", &[0xff, 0xfe]), ("../b", b""), ("c", b""), ("/etc/d", b"")];
        let problems = Bundle::new(files).expect_err("bad files");
        let bad = |name: &str| BadBundle::BadName(name.to_owned());
        assert_eq!(problems, [BadBundle::NotText("a.csv".to_owned()), bad("../b"), bad("/etc/d")]);
    }
}
