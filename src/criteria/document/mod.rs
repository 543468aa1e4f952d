//! Reads a TOML file piece by piece and notes every mistake instead of the first.

mod labels;

use crate::{messages::Text, questionnaire::Mistake, text};
use std::{cell::RefCell, collections::BTreeSet, ops::Range};
use toml::{
    Spanned,
    de::{DeTable, DeValue},
};

/// The mistakes found so far in one file.
pub(crate) struct Found<'f> {
    file: &'f str,
    text: &'f str,
    mistakes: RefCell<Vec<Mistake>>,
}

/// One table of a TOML file; what is asked for is read, what remains is unknown.
pub(crate) struct Section<'f> {
    found: &'f Found<'f>,
    table: &'f DeTable<'f>,
    line: usize,
    known: RefCell<BTreeSet<&'static str>>,
}

/// The whole file as a table; what cannot be read is noted in `found`.
pub(crate) fn parse<'f>(found: &Found<'f>) -> Spanned<DeTable<'f>> {
    let (table, errors) = DeTable::parse_recoverable(found.text);
    for error in errors {
        let line = error.span().map_or(1, |span| found.line(&span));
        found.note(line, text!("survey.toml_syntax", detail = error.message()));
    }
    table
}

impl<'f> Found<'f> {
    pub(crate) fn new(file: &'f str, text: &'f str) -> Self {
        Self { file, text, mistakes: RefCell::default() }
    }

    /// What is read several times, as a default of a rule is, is noted once.
    pub(crate) fn note(&self, line: usize, problem: Text) {
        let mistake = Mistake::new(self.file, line, problem);
        let mut mistakes = self.mistakes.borrow_mut();
        if !mistakes.contains(&mistake) {
            mistakes.push(mistake);
        }
    }

    pub(crate) fn into_mistakes(self) -> Vec<Mistake> {
        self.mistakes.into_inner()
    }

    fn line(&self, span: &Range<usize>) -> usize {
        1 + self.text.bytes().take(span.start).filter(|byte| *byte == b'\n').count()
    }
}

impl<'f> Section<'f> {
    pub(crate) fn root(found: &'f Found<'f>, table: &'f Spanned<DeTable<'f>>) -> Self {
        Self::new(found, table.get_ref(), 1)
    }

    fn new(found: &'f Found<'f>, table: &'f DeTable<'f>, line: usize) -> Self {
        Self { found, table, line, known: RefCell::default() }
    }

    pub(crate) fn line(&self) -> usize {
        self.line
    }

    /// The line of `key`, or of the table when it has no such key.
    pub(crate) fn line_of(&self, key: &str) -> usize {
        self.table
            .keys()
            .find(|known| known.get_ref() == key)
            .map_or(self.line, |known| self.found.line(&known.span()))
    }

    pub(crate) fn note(&self, key: &str, problem: Text) {
        self.found.note(self.line_of(key), problem);
    }

    /// Every key that nobody asked for is a mistake: most often a misspelt one.
    pub(crate) fn finish(self) {
        let known = self.known.borrow();
        for key in self.table.keys().filter(|key| !known.contains(key.get_ref().as_ref())) {
            let line = self.found.line(&key.span());
            self.found.note(line, text!("survey.unknown_key", key = key.get_ref()));
        }
    }

    pub(crate) fn has(&self, key: &'static str) -> bool {
        self.value(key).is_some()
    }

    pub(crate) fn text(&self, key: &'static str) -> Option<String> {
        self.required(key)?;
        self.optional_text(key)
    }

    pub(crate) fn optional_text(&self, key: &'static str) -> Option<String> {
        let value = self.value(key)?;
        match value.as_str() {
            Some(text) if !text.trim().is_empty() => Some(text.to_owned()),
            _ => self.expected(key, text!("survey.expected_text", key = key)),
        }
    }

    /// A text that names something: letters, digits, hyphen, dot, underscore.
    pub(crate) fn code(&self, key: &'static str) -> Option<String> {
        let code = self.text(key)?;
        if is_code(&code) {
            return Some(code);
        }
        self.expected(key, text!("survey.bad_code", code = code))
    }

    pub(crate) fn number(&self, key: &'static str) -> Option<f64> {
        let value = self.value(key)?;
        match number_of(value) {
            Some(number) => Some(number),
            None => self.expected(key, text!("survey.expected_number", key = key)),
        }
    }

    pub(crate) fn required_number(&self, key: &'static str) -> Option<f64> {
        self.required(key)?;
        self.number(key)
    }

    pub(crate) fn whole(&self, key: &'static str) -> Option<u32> {
        let value = self.value(key)?;
        match value.as_integer().and_then(|integer| integer.as_str().parse().ok()) {
            Some(number) => Some(number),
            None => self.expected(key, text!("survey.expected_whole", key = key)),
        }
    }

    pub(crate) fn required_whole(&self, key: &'static str) -> Option<u32> {
        self.required(key)?;
        self.whole(key)
    }

    pub(crate) fn flag(&self, key: &'static str) -> Option<bool> {
        let value = self.value(key)?;
        match value.as_bool() {
            Some(flag) => Some(flag),
            None => self.expected(key, text!("survey.expected_flag", key = key)),
        }
    }

    /// One of a closed list of words.
    pub(crate) fn word<T: Copy>(&self, key: &'static str, words: &[(&str, T)]) -> Option<T> {
        let word = self.optional_text(key)?;
        self.one_of(key, &word, words)
    }

    pub(crate) fn required_word<T: Copy>(
        &self,
        key: &'static str,
        words: &[(&str, T)],
    ) -> Option<T> {
        self.required(key)?;
        self.word(key, words)
    }

    /// Several of a closed list of words.
    pub(crate) fn words<T: Copy>(&self, key: &'static str, words: &[(&str, T)]) -> Vec<T> {
        self.texts(key).iter().filter_map(|word| self.one_of(key, word, words)).collect()
    }

    fn one_of<T: Copy>(&self, key: &'static str, word: &str, words: &[(&str, T)]) -> Option<T> {
        if let Some((_, meaning)) = words.iter().find(|(known, _)| *known == word) {
            return Some(*meaning);
        }
        let known: Vec<_> = words.iter().map(|(known, _)| *known).collect();
        let known = known.join(", ");
        self.expected(key, text!("survey.unknown_word", key = key, word = word, known = known))
    }

    pub(crate) fn texts(&self, key: &'static str) -> Vec<String> {
        let Some(value) = self.value(key) else { return Vec::new() };
        match texts_of(value) {
            Some(texts) => texts,
            None => {
                self.expected(key, text!("survey.expected_texts", key = key)).unwrap_or_default()
            }
        }
    }

    /// A list of lists of texts.
    pub(crate) fn text_lists(&self, key: &'static str) -> Vec<Vec<String>> {
        let Some(value) = self.value(key) else { return Vec::new() };
        let lists = value
            .as_array()
            .and_then(|lists| lists.iter().map(|list| texts_of(list.get_ref())).collect());
        match lists {
            Some(lists) => lists,
            None => self
                .expected(key, text!("survey.expected_text_lists", key = key))
                .unwrap_or_default(),
        }
    }

    pub(crate) fn section(&self, key: &'static str) -> Option<Self> {
        let value = self.value(key)?;
        let Some(table) = value.as_table() else {
            return self.expected(key, text!("survey.expected_table", key = key));
        };
        Some(Self::new(self.found, table, self.line_of(key)))
    }

    pub(crate) fn required_section(&self, key: &'static str) -> Option<Self> {
        self.required(key)?;
        self.section(key)
    }

    /// The tables `[[key]]`.
    pub(crate) fn sections(&self, key: &'static str) -> Vec<Self> {
        let Some(value) = self.value(key) else { return Vec::new() };
        let Some(list) = value.as_array() else {
            let problem = text!("survey.expected_tables", key = key);
            return self.expected(key, problem).unwrap_or_default();
        };
        let mut sections = Vec::new();
        for item in list.iter() {
            let line = self.found.line(&item.span());
            match item.get_ref().as_table() {
                Some(table) => sections.push(Self::new(self.found, table, line)),
                None => self.found.note(line, text!("survey.expected_tables", key = key)),
            }
        }
        sections
    }

    /// The tables inside a table whose keys are free: `[criteria."3.6"]`.
    pub(crate) fn named_sections(&self, key: &'static str) -> Vec<(String, Self)> {
        let Some(outer) = self.section(key) else { return Vec::new() };
        let mut sections = Vec::new();
        for (name, value) in outer.table {
            let line = self.found.line(&name.span());
            match value.get_ref().as_table() {
                Some(table) => {
                    sections.push((name.get_ref().to_string(), Self::new(self.found, table, line)));
                }
                None => self.found.note(line, text!("survey.expected_table", key = name.get_ref())),
            }
        }
        sections.sort_by_key(|(_, section)| section.line);
        sections
    }

    /// The numbers of a table whose keys are free: `{ ld = 0.4, cc = 0.6 }`.
    pub(crate) fn numbers(&self, key: &'static str) -> Option<Vec<(String, f64)>> {
        let table = self.section(key)?;
        let numbers = table.all_numbers();
        (numbers.len() == table.table.len()).then_some(numbers)
    }

    /// Every key of this table with its number; what is no number is noted.
    pub(crate) fn all_numbers(&self) -> Vec<(String, f64)> {
        let mut numbers = Vec::new();
        for (name, value) in self.table {
            match number_of(value.get_ref()) {
                Some(value) => numbers.push((name.get_ref().to_string(), value)),
                None => {
                    let line = self.found.line(&name.span());
                    self.found.note(line, text!("survey.expected_number", key = name.get_ref()));
                }
            }
        }
        numbers
    }

    /// A list of small whole numbers.
    pub(crate) fn whole_list(&self, key: &'static str) -> Vec<i16> {
        let Some(value) = self.value(key) else { return Vec::new() };
        let whole = |item: &DeValue<'_>| item.as_integer()?.as_str().parse().ok();
        let list = value.as_array();
        let numbers = list.map(|list| list.iter().map(|item| whole(item.get_ref())).collect());
        match numbers.flatten() {
            Some(numbers) => numbers,
            None => self
                .expected(key, text!("survey.expected_whole_list", key = key))
                .unwrap_or_default(),
        }
    }

    /// Whether `key` holds a table rather than a word.
    pub(crate) fn is_table(&self, key: &'static str) -> bool {
        self.value(key).is_some_and(DeValue::is_table)
    }

    fn required(&self, key: &'static str) -> Option<()> {
        if self.value(key).is_none() {
            self.found.note(self.line, text!("survey.key_missing", key = key));
            return None;
        }
        Some(())
    }

    fn value(&self, key: &'static str) -> Option<&'f DeValue<'f>> {
        self.known.borrow_mut().insert(key);
        let found = self.table.iter().find(|(known, _)| known.get_ref() == key);
        found.map(|(_, value)| value.get_ref())
    }

    fn expected<T>(&self, key: &str, problem: Text) -> Option<T> {
        self.note(key, problem);
        None
    }
}

/// The line of a key below other keys, or of the nearest one above it that is there.
pub(crate) fn line_of_key(text: &str, path: &[&str]) -> usize {
    let found = Found::new("", text);
    let (table, _) = DeTable::parse_recoverable(text);
    let (mut line, mut table) = (1, Some(table.get_ref()));
    for key in path {
        let entries = table.into_iter().flatten();
        let Some((name, value)) = entries.into_iter().find(|(name, _)| name.get_ref() == key)
        else {
            break;
        };
        line = found.line(&name.span());
        table = value.get_ref().as_table();
    }
    line
}

/// Whether `code` can name a unit, a group, a form or a file: it may stand in a link.
pub(crate) fn is_code(code: &str) -> bool {
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '.' | '_');
    !code.is_empty()
        && code.len() <= 64
        && code.starts_with(|c: char| c.is_ascii_alphanumeric())
        && code.chars().all(plain)
}

fn number_of(value: &DeValue<'_>) -> Option<f64> {
    let number: f64 = match value {
        DeValue::Integer(integer) if integer.radix() == 10 => integer.as_str().parse().ok()?,
        DeValue::Float(float) => float.as_str().parse().ok()?,
        _ => return None,
    };
    number.is_finite().then_some(number)
}

fn texts_of(value: &DeValue<'_>) -> Option<Vec<String>> {
    let list = value.as_array()?;
    list.iter().map(|item| item.get_ref().as_str().map(str::to_owned)).collect()
}
