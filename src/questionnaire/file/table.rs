//! Tables of a TOML file, read key by key; what is not read is a mistake.

use super::{
    super::{Labels, Mistake},
    near::nearest,
};
use crate::{messages::Text, questionnaire::may_be_silent, text};
use std::cell::RefCell;
use toml::{
    Spanned,
    de::{DeTable, DeValue},
};

/// Beyond so many mistakes nothing is suggested any more: a file full of wrong names must
/// not cost a comparison of each with all the right ones.
const MOST_SUGGESTED: usize = 100;

/// A file that is being read, and the mistakes found so far.
pub(super) struct Source {
    file: String,
    line_starts: Vec<usize>,
    mistakes: RefCell<Vec<Mistake>>,
}

/// A value and the byte of the file at which it stands.
#[derive(Debug, Clone)]
pub(super) struct Placed<T> {
    pub(super) at: usize,
    pub(super) value: T,
}

/// A table that is being read.
pub(super) struct Table<'t> {
    source: &'t Source,
    entries: &'t DeTable<'t>,
    at: usize,
    question: Option<String>,
    read: Vec<&'static str>,
}

impl Source {
    pub(super) fn new(file: &str, text: &str) -> Self {
        let ends = text.bytes().enumerate().filter(|(_, byte)| *byte == b'\n');
        let line_starts = std::iter::once(0).chain(ends.map(|(at, _)| at + 1)).collect();
        Self { file: file.to_owned(), line_starts, mistakes: RefCell::default() }
    }

    /// Notes a mistake at byte `at`.
    pub(super) fn report(&self, at: usize, question: Option<&str>, problem: Text) {
        self.report_near(at, question, problem, || None);
    }

    /// Notes a mistake at byte `at`, and what was perhaps meant.
    pub(super) fn report_near(
        &self,
        at: usize,
        question: Option<&str>,
        problem: Text,
        suggestion: impl FnOnce() -> Option<String>,
    ) {
        let crowded = self.mistakes.borrow().len() >= MOST_SUGGESTED;
        let suggestion = if crowded { None } else { suggestion() };
        let line = self.line_starts.partition_point(|start| *start <= at);
        let question = question.map(str::to_owned);
        let mistake = Mistake::new(self.file.as_str(), line, problem);
        self.mistakes.borrow_mut().push(Mistake { question, suggestion, ..mistake });
    }

    /// Every mistake, in the order of the lines, each once.
    pub(super) fn into_mistakes(self) -> Vec<Mistake> {
        let mut mistakes = self.mistakes.into_inner();
        mistakes.sort_by_key(|mistake| mistake.line);
        mistakes.dedup();
        mistakes
    }
}

impl<'t> Table<'t> {
    pub(super) fn new(
        source: &'t Source,
        entries: &'t DeTable<'t>,
        at: usize,
        question: Option<String>,
    ) -> Self {
        Self { source, entries, at, question, read: Vec::new() }
    }

    pub(super) fn source(&self) -> &'t Source {
        self.source
    }

    /// The byte at which the table begins.
    pub(super) fn at(&self) -> usize {
        self.at
    }

    /// From here on, mistakes in this table are mistakes of this question.
    pub(super) fn about(&mut self, question: &str) {
        self.question = Some(question.to_owned());
    }

    pub(super) fn report(&self, at: usize, problem: Text) {
        self.source.report(at, self.question.as_deref(), problem);
    }

    pub(super) fn report_near(
        &self,
        at: usize,
        problem: Text,
        suggestion: impl FnOnce() -> Option<String>,
    ) {
        self.source.report_near(at, self.question.as_deref(), problem, suggestion);
    }

    /// The value of `key`, which is then known.
    pub(super) fn get(&mut self, key: &'static str) -> Option<&'t Spanned<DeValue<'t>>> {
        self.read.push(key);
        self.entries.get(key)
    }

    /// The value of `key`, without noting that it is known.
    pub(super) fn peek(&self, key: &str) -> Option<&'t DeValue<'t>> {
        self.entries.get(key).map(Spanned::get_ref)
    }

    /// Whether `key` is there, read or not.
    pub(super) fn has(&self, key: &str) -> bool {
        self.entries.contains_key(key)
    }

    /// A text, if the key is there.
    pub(super) fn text(&mut self, key: &'static str) -> Option<Placed<String>> {
        let value = self.get(key)?;
        match value.get_ref() {
            DeValue::String(text) => {
                Some(Placed { at: value.span().start, value: text.to_string() })
            }
            _ => self.wrong_kind(key, value, "kind_text"),
        }
    }

    /// A text that must be there and must not be empty.
    pub(super) fn needed(&mut self, key: &'static str) -> Option<Placed<String>> {
        if !self.has(key) {
            self.read.push(key);
            self.missing(key);
            return None;
        }
        let text = self.text(key)?;
        if text.value.trim().is_empty() {
            self.report(text.at, text!("questionnaire.empty", key = key));
            return None;
        }
        Some(text)
    }

    /// The text itself of a key that must be there.
    pub(super) fn filled(&mut self, key: &'static str) -> Option<String> {
        self.needed(key).map(|text| text.value.trim().to_owned())
    }

    /// An id, which must be there.
    pub(super) fn id(&mut self, key: &'static str) -> Option<String> {
        let id = self.needed(key)?;
        if !is_id(&id.value) {
            self.report(id.at, text!("questionnaire.bad_id", key = key, value = id.value));
            return None;
        }
        Some(id.value)
    }

    /// A list of texts that must be there.
    pub(super) fn texts(&mut self, key: &'static str) -> Option<Vec<Placed<String>>> {
        let Some(value) = self.get(key) else {
            self.missing(key);
            return None;
        };
        let texts = value.get_ref().as_array().and_then(|array| {
            let placed = |item: &Spanned<DeValue<'_>>| {
                let value = item.get_ref().as_str()?.to_owned();
                Some(Placed { at: item.span().start, value })
            };
            array.iter().map(placed).collect::<Option<Vec<_>>>()
        });
        texts.or_else(|| self.wrong_kind(key, value, "kind_texts"))
    }

    /// `true` or `false`, if the key is there.
    pub(super) fn truth(&mut self, key: &'static str) -> Option<bool> {
        let value = self.get(key)?;
        value.get_ref().as_bool().or_else(|| self.wrong_kind(key, value, "kind_truth"))
    }

    /// A whole number of at least 1, if the key is there.
    pub(super) fn count(&mut self, key: &'static str) -> Option<Placed<usize>> {
        let value = self.get(key)?;
        let count = integer(value.get_ref()).and_then(|count| usize::try_from(count).ok());
        match count.filter(|count| *count >= 1) {
            Some(count) => Some(Placed { at: value.span().start, value: count }),
            None => self.wrong_kind(key, value, "kind_count"),
        }
    }

    /// A number, if the key is there.
    pub(super) fn number(&mut self, key: &'static str) -> Option<f64> {
        let value = self.get(key)?;
        let number = match value.get_ref() {
            DeValue::Float(float) => float.as_str().parse::<f64>().ok(),
            other => integer(other).and_then(|whole| i32::try_from(whole).ok()).map(f64::from),
        };
        match number.filter(|number| number.is_finite()) {
            Some(number) => Some(number),
            None => self.wrong_kind(key, value, "kind_number"),
        }
    }

    /// A text in every language, if the key is there.
    pub(super) fn labels(
        &mut self,
        key: &'static str,
        languages: &[String],
    ) -> Option<Placed<Labels>> {
        let value = self.get(key)?;
        let at = value.span().start;
        let texts = match (value.get_ref(), languages) {
            (DeValue::String(text), [only]) => vec![(only.clone(), text.to_string())],
            (DeValue::Table(table), _) => {
                let mut texts = Table::new(self.source, table, at, self.question.clone());
                texts.in_languages(key, languages)
            }
            _ => return self.wrong_kind(key, value, "kind_labels"),
        };
        Some(Placed { at, value: Labels::new(texts) })
    }

    /// A text in every language, which must be there.
    pub(super) fn needed_labels(
        &mut self,
        key: &'static str,
        languages: &[String],
    ) -> Option<Placed<Labels>> {
        if !self.has(key) {
            self.read.push(key);
            self.missing(key);
            return None;
        }
        self.labels(key, languages)
    }

    fn in_languages(&mut self, key: &str, languages: &[String]) -> Vec<(String, String)> {
        let mut texts = Vec::new();
        for language in languages {
            match self.entries.get(language.as_str()).map(|value| (value, value.get_ref())) {
                Some((_, DeValue::String(text))) if !text.trim().is_empty() => {
                    texts.push((language.clone(), text.to_string()));
                }
                Some((value, _)) => {
                    let problem =
                        text!("questionnaire.empty_language", key = key, language = language);
                    self.report(value.span().start, problem);
                }
                None if may_be_silent(language, languages) => {}
                None => {
                    let problem =
                        text!("questionnaire.no_language", key = key, language = language);
                    self.report(self.at, problem);
                }
            }
        }
        for found in self.entries.keys() {
            let name = found.get_ref();
            if !languages.iter().any(|language| language == name) {
                let problem = text!("questionnaire.extra_language", key = key, language = name);
                self.report(found.span().start, problem);
            }
        }
        texts
    }

    /// The tables of an array, if the key is there.
    pub(super) fn tables(&mut self, key: &'static str) -> Vec<Self> {
        let Some(value) = self.get(key) else { return Vec::new() };
        let Some(array) = value.get_ref().as_array() else {
            self.wrong_kind::<()>(key, value, "kind_tables");
            return Vec::new();
        };
        let mut tables = Vec::new();
        for item in array {
            match item.get_ref().as_table() {
                Some(table) => tables.push(self.inner(table, item.span().start)),
                None => {
                    self.wrong_kind::<()>(key, item, "kind_tables");
                }
            }
        }
        tables
    }

    /// The tables of a table by their keys, if the key is there.
    pub(super) fn named_tables(&mut self, key: &'static str) -> Vec<(Placed<String>, Self)> {
        let Some(value) = self.get(key) else { return Vec::new() };
        let Some(tables) = value.get_ref().as_table() else {
            self.wrong_kind::<()>(key, value, "kind_table");
            return Vec::new();
        };
        let mut named = Vec::new();
        for (name, item) in tables {
            let at = name.span().start;
            match item.get_ref().as_table() {
                Some(table) => {
                    let name = Placed { at, value: name.get_ref().to_string() };
                    named.push((name, self.inner(table, at)));
                }
                None => {
                    self.wrong_kind::<()>(key, item, "kind_table");
                }
            }
        }
        named
    }

    fn inner(&self, entries: &'t DeTable<'t>, at: usize) -> Self {
        Self::new(self.source, entries, at, self.question.clone())
    }

    /// Keys that were not read, with their values.
    pub(super) fn further(
        &self,
    ) -> impl Iterator<Item = (Placed<String>, &'t Spanned<DeValue<'t>>)> {
        self.entries.iter().filter(|(key, _)| !self.read.contains(&key.get_ref().as_ref())).map(
            |(key, value)| {
                (Placed { at: key.span().start, value: key.get_ref().to_string() }, value)
            },
        )
    }

    /// Reports every key that nobody asked for.
    pub(super) fn close(self) {
        for (key, _) in self.further() {
            self.unknown_key(&key, &self.read);
        }
    }

    /// Reports a key that means nothing, where `known` ones mean something.
    pub(super) fn unknown_key(&self, key: &Placed<String>, known: &[&str]) {
        let absent = known.iter().copied().filter(|known| !self.has(known));
        let problem = text!("questionnaire.unknown_key", key = key.value);
        self.report_near(key.at, problem, || nearest(&key.value, absent));
    }

    /// The byte at which the value of `key` stands, or else the table.
    pub(super) fn at_of(&self, key: &str) -> usize {
        self.entries.get(key).map_or(self.at, |value| value.span().start)
    }

    pub(super) fn missing(&self, key: &str) {
        self.report(self.at, text!("questionnaire.missing_key", key = key));
    }

    fn wrong_kind<T>(
        &self,
        key: &str,
        value: &Spanned<DeValue<'_>>,
        needed: &'static str,
    ) -> Option<T> {
        let problem = match needed {
            "kind_text" => text!("questionnaire.kind_text", key = key),
            "kind_texts" => text!("questionnaire.kind_texts", key = key),
            "kind_truth" => text!("questionnaire.kind_truth", key = key),
            "kind_count" => text!("questionnaire.kind_count", key = key),
            "kind_number" => text!("questionnaire.kind_number", key = key),
            "kind_labels" => {
                let example = "{ vi = \"…\", en = \"…\" }";
                text!("questionnaire.kind_labels", key = key, example = example)
            }
            "kind_tables" => text!("questionnaire.kind_tables", key = key),
            _ => text!("questionnaire.kind_table", key = key),
        };
        self.report(value.span().start, problem);
        None
    }
}

/// A whole number of the file.
pub(super) fn integer(value: &DeValue<'_>) -> Option<i64> {
    let integer = value.as_integer()?;
    i64::from_str_radix(integer.as_str(), integer.radix()).ok()
}

/// Whether a text is an id: a letter, digit or underscore, then also hyphens and dots.
pub(super) fn is_id(text: &str) -> bool {
    text.len() <= 64
        && text.starts_with(|c: char| c.is_ascii_alphanumeric() || c == '_')
        && text.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-' | b'.'))
}

/// Whether a text can name a list or a section: as an id, but of any letters.
pub(super) fn is_word(text: &str) -> bool {
    text.len() <= 64
        && text.starts_with(|c: char| c.is_alphanumeric() || c == '_')
        && text.chars().all(|c| c.is_alphanumeric() || matches!(c, '_' | '-' | '.'))
}
