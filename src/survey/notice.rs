//! Which text respondents agreed to, said in a few characters.

use super::Notice;
use crate::questionnaire::Labels;
use sha2::{Digest, Sha256};
use std::{collections::BTreeMap, fmt::Write};

/// Characters of the fingerprint by which a notice is called.
const SHOWN: usize = 12;

impl Notice {
    /// The texts of the notice by their names in `survey.toml`, and by language.
    pub fn texts(&self) -> BTreeMap<String, BTreeMap<String, String>> {
        let of = |text: &Labels| {
            text.iter().map(|(code, text)| (code.to_owned(), text.to_owned())).collect()
        };
        let named = [
            ("who", &self.who),
            ("why", &self.why),
            ("stored", &self.stored),
            ("kept", &self.kept),
            ("contact", &self.contact),
        ];
        named.into_iter().map(|(name, text)| (name.to_owned(), of(text))).collect()
    }

    /// The version of the notice: the beginning of the SHA-256 of its texts as JSON, names and
    /// languages in the order of the alphabet and without blanks.
    pub fn version(&self) -> String {
        let texts = serde_json::to_vec(&self.texts()).expect("texts are plain data");
        let mut version = String::with_capacity(SHOWN);
        for byte in &Sha256::digest(texts)[..SHOWN / 2] {
            let _ = write!(version, "{byte:02x}");
        }
        version
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn notice(why: &str) -> Notice {
        let text = |vi: &str, en: &str| Labels::new([("vi", vi), ("en", en)]);
        Notice {
            who: text("Sở", "Department"),
            why: text(why, "For the index"),
            minutes: 6,
            stored: Labels::default(),
            kept: text("Một năm", "One year"),
            contact: Labels::default(),
        }
    }

    #[test]
    fn another_text_is_another_version_and_another_estimate_is_none() {
        let first = notice("Để tính chỉ số").version();
        assert_eq!(first.len(), SHOWN);
        assert_ne!(first, notice("Để tính chỉ số.").version());
        assert_eq!(first, Notice { minutes: 9, ..notice("Để tính chỉ số") }.version());
    }

    #[test]
    fn anybody_can_compute_the_version() {
        // printf '%s' JSON | sha256sum
        let json = r#"{"contact":{},"kept":{"en":"One year","vi":"Một năm"},"stored":{},"who":{"en":"Department","vi":"Sở"},"why":{"en":"For the index","vi":"Để"}}"#;
        assert_eq!(serde_json::to_string(&notice("Để").texts()).unwrap(), json);
        assert_eq!(notice("Để").version(), "a570e741b8ae");
    }
}
