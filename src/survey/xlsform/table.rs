//! A sheet as rows of named columns.

use super::{
    finding::{Finding, SheetName},
    header::{Header, headers},
    language,
};
use crate::{text, workbook::Sheet};
use std::collections::{BTreeMap, BTreeSet};

/// After so many columns without heading there are no more headings.
const EMPTY_COLUMNS: usize = 20;

/// After so many rows without a cell under a heading the reference implementation reads
/// no more.
const EMPTY_ROWS: usize = 60;

/// A text per language, by code; without a language it stands under `""`.
pub(super) type Texts = BTreeMap<String, String>;

/// The rows of a sheet below its headings.
#[derive(Debug, Default)]
pub(super) struct Table {
    /// The keys of the columns with the codes of their languages, from left to right.
    pub(super) columns: Vec<(String, Option<String>)>,
    /// The headings of columns, by key, as they were first written.
    pub(super) written: BTreeMap<String, String>,
    pub(super) rows: Vec<Row>,
}

/// A row with at least one cell under a heading.
#[derive(Debug)]
pub(super) struct Row {
    pub(super) number: usize,
    cells: BTreeMap<String, Texts>,
    /// The heading over each cell that holds pictures or sound.
    media: Option<String>,
}

impl Table {
    /// Reads the sheet; what is wrong with its headings goes to `refused`.
    pub(super) fn read(
        name: SheetName,
        sheet: &Sheet,
        refused: &mut Vec<Finding>,
        notices: &mut Vec<Finding>,
    ) -> Self {
        let mut rows = sheet.rows.iter();
        let Some(first) = rows.next().filter(|row| row.number == 1) else {
            return Self::default();
        };
        let headers = placed(name, &first.cells);
        let mut table = Self::default();
        let mut codes: Vec<Option<String>> = Vec::new();
        let mut seen = BTreeSet::new();
        for header in &headers {
            let Some(header) = header else {
                codes.push(None);
                continue;
            };
            let code = code_of(name, header, refused, notices);
            let fresh = seen.insert((header.key.clone(), code.clone()));
            if !fresh && header.key != "media" {
                let problem = text!("xlsform.column_twice", column = header.written);
                refused.push(Finding::row(name, 1, problem));
            }
            table.columns.push((header.key.clone(), code.clone()));
            table.written.entry(header.key.clone()).or_insert(header.written.clone());
            codes.push(code);
        }
        for row in rows {
            let mut read = Row { number: row.number, cells: BTreeMap::new(), media: None };
            for (column, text) in &row.cells {
                let Some(Some(header)) = headers.get(*column) else { continue };
                let text = cleaned(text);
                if text.is_empty() {
                    continue;
                }
                if header.key == "media" {
                    read.media = Some(header.written.clone());
                }
                let language = codes[*column].clone().unwrap_or_default();
                read.cells.entry(header.key.clone()).or_default().insert(language, text);
            }
            let last = table.rows.last().map_or(1, |last| last.number);
            if !read.cells.is_empty() && read.number > last + EMPTY_ROWS + 1 {
                let problem = text!("xlsform.rows_left_out", row = read.number, most = EMPTY_ROWS);
                notices.push(Finding::row(name, read.number, problem));
                break;
            }
            if !read.cells.is_empty() {
                table.rows.push(read);
            }
        }
        table
    }

    pub(super) fn has(&self, key: &str) -> bool {
        self.columns.iter().any(|(known, _)| known == key)
    }
}

impl Row {
    /// The text of a column that has no languages; whichever stands there first, if it has.
    pub(super) fn text(&self, key: &str) -> Option<&str> {
        self.cells.get(key)?.values().next().map(String::as_str)
    }

    /// The texts of a column by language.
    pub(super) fn texts(&self, key: &str) -> Texts {
        self.cells.get(key).cloned().unwrap_or_default()
    }

    pub(super) fn has(&self, key: &str) -> bool {
        self.cells.contains_key(key)
    }

    /// The keys of the columns that are filled in.
    pub(super) fn keys(&self) -> impl Iterator<Item = &str> {
        self.cells.keys().map(String::as_str)
    }

    /// The heading over a picture or sound, if there is one.
    pub(super) fn media(&self) -> Option<&str> {
        self.media.as_deref()
    }

    /// An expression: quotes that a word processor curled are made straight again.
    pub(super) fn expression(&self, key: &str) -> Option<String> {
        let straight = |c: char| match c {
            '\u{2018}' | '\u{2019}' => '\'',
            '\u{201c}' | '\u{201d}' => '"',
            other => other,
        };
        let text: String = self.text(key)?.chars().map(straight).collect();
        Some(match truth(&text) {
            Some(true) => "true()".to_owned(),
            Some(false) => "false()".to_owned(),
            None => text,
        })
    }
}

/// The headings in their columns, up to a long stretch of columns without any.
fn placed(name: SheetName, cells: &[(usize, String)]) -> Vec<Option<Header>> {
    let mut written: Vec<String> = Vec::new();
    for (column, text) in cells {
        if *column > written.len() + EMPTY_COLUMNS {
            break;
        }
        written.resize(column + 1, String::new());
        written[*column] = text.replace('\u{a0}', " ");
    }
    headers(name, &written)
}

fn code_of(
    name: SheetName,
    header: &Header,
    refused: &mut Vec<Finding>,
    notices: &mut Vec<Finding>,
) -> Option<String> {
    let written = header
        .language
        .as_deref()
        .filter(|language| !language.is_empty() && !language.eq_ignore_ascii_case("default"))?;
    // The language of a picture or of a width says nothing about the texts of the form.
    if !matches!(
        header.key.as_str(),
        "label"
            | "hint"
            | "constraint_message"
            | "required_message"
            | "phieu_soft_message"
            | "form_title"
    ) {
        return None;
    }
    match language::code(written) {
        Some((code, made_up)) => {
            if made_up {
                let problem = text!("xlsform.language_named", name = written, code = code);
                let notice = Finding::row(name, 1, problem);
                if !notices.contains(&notice) {
                    notices.push(notice);
                }
            }
            Some(code)
        }
        None => {
            let problem = text!("xlsform.bad_language", column = header.written);
            refused.push(Finding::row(name, 1, problem));
            None
        }
    }
}

/// A cell without blanks around it, each run of blanks in it made one.
fn cleaned(text: &str) -> String {
    let mut cleaned = String::with_capacity(text.len());
    for c in text.trim().chars() {
        let c = if c == '\u{a0}' { ' ' } else { c };
        if !(c == ' ' && cleaned.ends_with(' ')) {
            cleaned.push(c);
        }
    }
    cleaned
}

/// What a cell for yes or no says; neither, if it says something else.
pub(super) fn truth(text: &str) -> Option<bool> {
    match text.trim().to_lowercase().as_str() {
        "yes" | "true" | "true()" => Some(true),
        "no" | "false" | "false()" => Some(false),
        _ => None,
    }
}
