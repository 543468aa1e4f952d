//! Texts of a form in each of its languages, with places for earlier answers.

use crate::messages::Language;
use serde::{
    Deserialize, Deserializer, Serialize, Serializer,
    de::{MapAccess, Visitor},
};
use std::fmt;

/// A text of a form or survey in each of its languages.
///
/// The first language is the one that speaks for the others where they are silent.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Labels(Vec<Wording>);

/// The text in one language.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Wording {
    language: String,
    text: String,
    /// Empty for a text without `${…}`, which is nearly every text.
    parts: Vec<Part>,
}

/// A stretch of a text that refers to answers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Part {
    /// Words of the form.
    Words(String),
    /// The place for the answer to a question, by its position in the form.
    Answer(usize),
}

/// Why the `${…}` in a text cannot be filled.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum PipingFault {
    /// `${` without its `}`.
    Open,
    /// No question has this name.
    Unknown(String),
}

impl Labels {
    /// A text in several languages, given as (language, text), the first language first.
    pub fn new<L: Into<String>, T: Into<String>>(texts: impl IntoIterator<Item = (L, T)>) -> Self {
        let wording = |(language, text): (L, T)| Wording {
            language: language.into(),
            text: text.into(),
            parts: Vec::new(),
        };
        Self(texts.into_iter().map(wording).collect())
    }

    /// The text in `language`, or in the first language if it is not there.
    ///
    /// References to answers stand in it as written (`${name}`).
    pub fn get(&self, language: &str) -> &str {
        self.wording(language).map_or("", |wording| wording.text.as_str())
    }

    /// Every language with its text, the first language first.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|wording| (wording.language.as_str(), wording.text.as_str()))
    }

    /// Whether there is no text at all.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The stretches of a text that refers to answers; `Err` is a text without references.
    pub(super) fn parts(&self, language: &str) -> Result<&[Part], &str> {
        match self.wording(language) {
            Some(wording) if wording.parts.is_empty() => Err(&wording.text),
            Some(wording) => Ok(&wording.parts),
            None => Err(""),
        }
    }

    /// Looks up every `${name}`, so that showing the text later needs no names.
    pub(super) fn resolve(
        &mut self,
        position: impl Fn(&str) -> Option<usize>,
    ) -> Result<(), PipingFault> {
        for wording in &mut self.0 {
            wording.parts = split(&wording.text, &position)?;
        }
        Ok(())
    }

    /// The questions whose answers stand in the text, in any language.
    pub(super) fn references(&self) -> impl Iterator<Item = usize> {
        self.0.iter().flat_map(|wording| &wording.parts).filter_map(|part| match part {
            Part::Answer(position) => Some(*position),
            Part::Words(_) => None,
        })
    }

    fn wording(&self, language: &str) -> Option<&Wording> {
        self.0.iter().find(|wording| wording.language == language).or_else(|| self.0.first())
    }
}

/// Whether texts may be missing in `language`, one of `languages`: the program itself does not
/// speak it, and the first of them speaks for it.
pub fn may_be_silent(language: &str, languages: &[String]) -> bool {
    let own = Language::own().iter().any(|own| own.code() == language);
    !own && languages.first().is_some_and(|first| first != language)
}

impl Serialize for Labels {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.iter())
    }
}

impl<'de> Deserialize<'de> for Labels {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(InOrder)
    }
}

/// Reads the languages in the order in which they were written: the first speaks for the others.
struct InOrder;

impl<'de> Visitor<'de> for InOrder {
    type Value = Labels;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("texts by language")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Labels, A::Error> {
        let mut texts: Vec<(String, String)> = Vec::new();
        while let Some(text) = map.next_entry()? {
            texts.push(text);
        }
        Ok(Labels::new(texts))
    }
}

fn split(text: &str, position: &impl Fn(&str) -> Option<usize>) -> Result<Vec<Part>, PipingFault> {
    let mut parts = Vec::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("${") {
        let (name, after) = after.split_once('}').ok_or(PipingFault::Open)?;
        let name = name.trim();
        let answer = position(name).ok_or_else(|| PipingFault::Unknown(name.to_owned()))?;
        if !before.is_empty() {
            parts.push(Part::Words(before.to_owned()));
        }
        parts.push(Part::Answer(answer));
        rest = after;
    }
    if !parts.is_empty() && !rest.is_empty() {
        parts.push(Part::Words(rest.to_owned()));
    }
    Ok(parts)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn position(name: &str) -> Option<usize> {
        ["a", "b"].iter().position(|known| *known == name)
    }

    #[test]
    fn a_missing_language_falls_back_to_the_first() {
        let labels = Labels::new([("vi", "Có"), ("en", "Yes")]);
        assert_eq!(labels.get("en"), "Yes");
        assert_eq!(labels.get("km"), "Có");
        assert_eq!(Labels::default().get("vi"), "");
        assert_eq!(serde_json::to_string(&labels).unwrap(), r#"{"vi":"Có","en":"Yes"}"#);
    }

    #[test]
    fn only_a_language_that_was_added_and_does_not_come_first_may_be_silent() {
        let languages = ["vi", "en", "km"].map(str::to_owned);
        assert!(may_be_silent("km", &languages));
        assert!(!may_be_silent("en", &languages) && !may_be_silent("vi", &languages));
        assert!(!may_be_silent("km", &languages[2..]));
    }

    #[test]
    fn references_to_answers_are_found_in_every_language() {
        let mut labels = Labels::new([("vi", "Tại ${ b }, ông/bà"), ("en", "${a}")]);
        assert_eq!(labels.resolve(position), Ok(()));
        let words = |text: &str| Part::Words(text.to_owned());
        let vietnamese = [words("Tại "), Part::Answer(1), words(", ông/bà")];
        assert_eq!(labels.parts("vi"), Ok(vietnamese.as_slice()));
        assert_eq!(labels.references().collect::<Vec<_>>(), [1, 0]);
    }

    #[test]
    fn a_reference_that_cannot_be_filled_is_named() {
        let resolved = |text: &str| Labels::new([("vi", text)]).resolve(position);
        assert_eq!(resolved("giá 5$ {a}"), Ok(()));
        assert_eq!(resolved("${c}"), Err(PipingFault::Unknown("c".to_owned())));
        assert_eq!(resolved("${a"), Err(PipingFault::Open));
    }
}
