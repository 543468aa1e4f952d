//! A version that was published, or asked in a round, never changes.

use super::bundle::Bundle;
use crate::{criteria::hex, messages::Text, text};
use sha2::{Digest, Sha256};
use std::collections::BTreeSet;
use toml::de::DeTable;

/// A version that is there already, with other content.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Clash {
    /// The form, or nothing for the survey as a whole.
    pub form: Option<String>,
    /// The version that both name.
    pub version: String,
}

/// What a file calls itself, and the hash of what that stands for.
struct Stamp<'b> {
    file: &'b str,
    form: Option<String>,
    version: String,
    sha256: String,
}

const SURVEY: &str = "survey.toml";

/// The id in a survey's files, if it can be read.
pub fn survey_id(files: &Bundle) -> Option<String> {
    named(files.text(SURVEY)?, "id").map(|(id, _)| id)
}

/// The survey and forms of `files` whose version `kept` holds with other content.
///
/// Only surveys of the same id are held against each other: two surveys may each have a
/// form of one name.
pub fn clashes(files: &Bundle, kept: &[Bundle]) -> Vec<Clash> {
    let id = survey_id(files);
    let same = kept.iter().filter(|other| survey_id(other) == id).flat_map(stamps);
    let known: Vec<Stamp<'_>> = same.collect();
    let taken = |stamp: &Stamp<'_>| {
        known.iter().any(|known| {
            known.form == stamp.form
                && known.version == stamp.version
                && known.sha256 != stamp.sha256
        })
    };
    let clashing = stamps(files).into_iter().filter(taken);
    clashing.map(|stamp| Clash { form: stamp.form, version: stamp.version }).collect()
}

/// The same files with a free version in the place of each that clashes.
pub fn with_free_versions(files: &Bundle, kept: &[Bundle]) -> Bundle {
    let mut raised = files.clone();
    // A form that gets another version makes another survey, which is looked at again.
    for _ in 0..2 {
        for clash in clashes(&raised, kept) {
            let taken: BTreeSet<String> = kept
                .iter()
                .flat_map(stamps)
                .filter(|stamp| stamp.form == clash.form)
                .map(|stamp| stamp.version)
                .collect();
            let mut version = clash.version.clone();
            while taken.contains(&version) {
                version = next(&version);
            }
            raised = with_version(&raised, &clash, &version);
        }
    }
    raised
}

impl Clash {
    /// What is wrong and what to do, for a person.
    pub fn text(&self) -> Text {
        let version = &self.version;
        match &self.form {
            Some(form) => text!("surveys.form_clash", form = form, version = version),
            None => text!("surveys.survey_clash", version = version),
        }
    }
}

fn stamps(files: &Bundle) -> Vec<Stamp<'_>> {
    let whole = |text: &str| named(text, "version").map(|(version, _)| version);
    let of_file = |(file, text): (&'_ str, &str)| {
        let version = whole(text)?;
        let (form, sha256) = if file == SURVEY {
            (None, files.sha256())
        } else if file.starts_with("forms/") {
            (Some(named(text, "form")?.0), hex(&Sha256::digest(text)))
        } else {
            return None;
        };
        Some((form, version, sha256))
    };
    let all = files.files().filter_map(|(file, text)| {
        let (form, version, sha256) = of_file((file, text))?;
        Some(Stamp { file, form, version, sha256 })
    });
    all.collect()
}

fn with_version(files: &Bundle, clash: &Clash, version: &str) -> Bundle {
    let stamped = stamps(files).into_iter().find(|stamp| stamp.form == clash.form);
    let Some((file, text)) = stamped.and_then(|it| Some((it.file, files.text(it.file)?))) else {
        return files.clone();
    };
    let Some((_, place)) = named(text, "version") else { return files.clone() };
    // A version came from a quoted text and its successor adds digits and a dot at most.
    let quoted = toml::Value::String(version.to_owned()).to_string();
    let text = format!("{}{quoted}{}", &text[..place.start], &text[place.end..]);
    files.with(file, &text).unwrap_or_else(|_| files.clone())
}

/// The text under a key of a TOML file, and where it stands.
fn named(text: &str, key: &str) -> Option<(String, std::ops::Range<usize>)> {
    let (table, _) = DeTable::parse_recoverable(text);
    let (_, value) = table.get_ref().iter().find(|(known, _)| known.get_ref() == key)?;
    Some((value.get_ref().as_str()?.to_owned(), value.span()))
}

/// `2` follows on `1`, `2026.10` on `2026.9`, and `a.2` on `a`.
fn next(version: &str) -> String {
    let words = version.trim_end_matches(|c: char| c.is_ascii_digit());
    match version[words.len()..].parse::<u64>().ok().and_then(|number| number.checked_add(1)) {
        Some(number) => format!("{words}{number}"),
        None => format!("{version}.2"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn files(survey: &str, form: &str) -> Bundle {
        let survey = format!("id = \"a\"\nversion = \"{survey}\"\n");
        Bundle::new([("survey.toml", survey), ("forms/b.toml", form.to_owned())]).unwrap()
    }

    fn form(version: &str, words: &str) -> String {
        format!("form = \"b\"\nversion = \"{version}\" # one\ntitle = {{ vi = \"{words}\" }}\n")
    }

    #[test]
    fn other_content_needs_another_version_and_the_same_content_none() {
        let one = files("1", &form("1", "Phiếu"));
        let other = files("1", &form("1", "Mẫu"));
        assert_eq!(clashes(&one, std::slice::from_ref(&one)), []);
        let version = "1".to_owned();
        let survey = Clash { form: None, version: version.clone() };
        let found = clashes(&other, std::slice::from_ref(&one));
        assert_eq!(found, [Clash { form: Some("b".to_owned()), version }, survey]);
        let text = found[0].text().to_string();
        assert!(text.contains('b') && text.contains("version"), "{text}");
        let of_another = one.with("survey.toml", "id = \"c\"\nversion = \"1\"\n").unwrap();
        assert_eq!(clashes(&other, &[of_another]), []);
    }

    #[test]
    fn a_free_version_is_found_and_nothing_else_is_altered() {
        let kept = [files("1", &form("1", "Phiếu")), files("2", &form("2", "Mẫu"))];
        let raised = with_free_versions(&files("1", &form("1", "Khác")), &kept);
        assert_eq!(raised, files("3", &form("3", "Khác")));
        // A form that stays as it is keeps its version.
        let raised = with_free_versions(&files("1", &form("2", "Mẫu")), &kept);
        assert_eq!(raised, files("3", &form("2", "Mẫu")));
    }

    #[test]
    fn versions_go_on_counting() {
        for (version, after) in [("1", "2"), ("2026.9", "2026.10"), ("a", "a.2"), ("", ".2")] {
            assert_eq!(next(version), after);
        }
        assert_eq!(next("99999999999999999999"), "99999999999999999999.2");
    }
}
