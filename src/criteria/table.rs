//! Reads a CSV file with named columns and notes every mistake instead of the first.

use crate::{
    messages::Text,
    questionnaire::{Labels, Mistake, may_be_silent},
    text,
};
use csv::{ReaderBuilder, StringRecord};
use rust_decimal::{Decimal, prelude::ToPrimitive};
use std::{cell::RefCell, collections::BTreeMap};

/// The rows of a CSV file under its header, and the mistakes found so far.
pub(crate) struct Table<'t> {
    file: &'t str,
    columns: BTreeMap<String, usize>,
    rows: Vec<(usize, StringRecord)>,
    mistakes: RefCell<Vec<Mistake>>,
}

/// One row of a [`Table`].
pub(crate) struct Row<'t> {
    pub(crate) line: usize,
    table: &'t Table<'t>,
    record: &'t StringRecord,
}

impl<'t> Table<'t> {
    /// Reads `text`, whose header must have the columns `required` and may have `optional`.
    pub(crate) fn read(file: &'t str, text: &str, required: &[String], optional: &[&str]) -> Self {
        let mut table =
            Self { file, columns: BTreeMap::new(), rows: Vec::new(), mistakes: RefCell::default() };
        let mut reader = ReaderBuilder::new()
            .delimiter(delimiter(text))
            .flexible(true)
            .trim(csv::Trim::All)
            .from_reader(text.as_bytes());
        match reader.headers() {
            Ok(header) => table.read_header(&header.clone(), required, optional),
            Err(error) => table.note(1, text!("survey.csv_syntax", detail = error)),
        }
        let width = table.columns.len();
        for record in reader.records() {
            match record {
                Ok(record) => table.read_record(record, width),
                Err(error) => {
                    let line = error.position().map_or(1, line_of);
                    table.note(line, text!("survey.csv_syntax", detail = error));
                }
            }
        }
        table
    }

    fn read_header(&mut self, header: &StringRecord, required: &[String], optional: &[&str]) {
        for (index, name) in header.iter().enumerate() {
            if !required.iter().any(|known| known == name) && !optional.contains(&name) {
                self.note(1, text!("survey.unknown_column", column = name));
            }
            if self.columns.insert(name.to_owned(), index).is_some() {
                self.note(1, text!("survey.column_twice", column = name));
            }
        }
        for name in required.iter().filter(|name| !self.columns.contains_key(*name)) {
            self.note(1, text!("survey.column_missing", column = name));
        }
    }

    fn read_record(&mut self, record: StringRecord, width: usize) {
        let line = record.position().map_or(1, line_of);
        if record.len() != width {
            self.note(line, text!("survey.row_width", found = record.len(), expected = width));
        } else if record.iter().any(|field| !field.is_empty()) {
            self.rows.push((line, record));
        }
    }

    pub(crate) fn rows(&'t self) -> impl Iterator<Item = Row<'t>> {
        self.rows.iter().map(|(line, record)| Row { line: *line, table: self, record })
    }

    /// Whether nothing stands below the header.
    pub(crate) fn is_empty(&self) -> bool {
        self.rows.is_empty() && self.mistakes.borrow().is_empty()
    }

    pub(crate) fn note(&self, line: usize, problem: Text) {
        self.mistakes.borrow_mut().push(Mistake::new(self.file, line, problem));
    }

    pub(crate) fn into_mistakes(self) -> Vec<Mistake> {
        self.mistakes.into_inner()
    }
}

impl Row<'_> {
    /// What stands in a column; nothing when it is empty or there is no such column.
    pub(crate) fn optional(&self, column: &str) -> Option<String> {
        let index = *self.table.columns.get(column)?;
        self.record.get(index).filter(|field| !field.is_empty()).map(str::to_owned)
    }

    pub(crate) fn required(&self, column: &str) -> Option<String> {
        let field = self.optional(column);
        if field.is_none() && self.table.columns.contains_key(column) {
            self.note(text!("survey.field_missing", column = column));
        }
        field
    }

    /// A field that names something, such as `so-tnmt` or `01234`.
    pub(crate) fn code(&self, column: &str) -> Option<String> {
        let code = self.required(column)?;
        if super::document::is_code(&code) {
            return Some(code);
        }
        self.note(text!("survey.bad_code", code = code));
        None
    }

    /// The columns `name_vi`, `name_en` … together.
    pub(crate) fn labels(&self, column: &str, languages: &[String]) -> Option<Labels> {
        let mut texts = Vec::with_capacity(languages.len());
        let mut complete = true;
        for language in languages {
            let column = format!("{column}_{language}");
            let text = match may_be_silent(language, languages) {
                true => self.optional(&column),
                false => self.required(&column),
            };
            complete &= text.is_some() || may_be_silent(language, languages);
            texts.extend(text.map(|text| (language.clone(), text)));
        }
        complete.then(|| Labels::new(texts))
    }

    /// A number, with a decimal point or a decimal comma.
    pub(crate) fn decimal(&self, column: &str) -> Option<Decimal> {
        let field = self.optional(column)?;
        let number = Decimal::from_str_exact(&field.replacen(',', ".", 1)).ok();
        if number.is_none() {
            self.note(text!("survey.field_number", column = column, field = field));
        }
        number
    }

    /// The same as a binary number, for reckoning.
    pub(crate) fn number(&self, column: &str) -> Option<f64> {
        self.decimal(column)?.to_f64()
    }

    pub(crate) fn whole(&self, column: &str) -> Option<u32> {
        let field = self.optional(column)?;
        let number = field.parse().ok();
        if number.is_none() {
            self.note(text!("survey.field_whole", column = column, field = field));
        }
        number
    }

    pub(crate) fn note(&self, problem: Text) {
        self.table.note(self.line, problem);
    }
}

/// The columns `name_vi`, `name_en` … that a file has for these languages: those that it must
/// have, and those that it may.
pub(crate) fn per_language(column: &str, languages: &[String]) -> (Vec<String>, Vec<String>) {
    let name = |language: &String| format!("{column}_{language}");
    let (may, must): (Vec<&String>, Vec<&String>) =
        languages.iter().partition(|language| may_be_silent(language, languages));
    (must.into_iter().map(name).collect(), may.into_iter().map(name).collect())
}

/// Spreadsheets set to Vietnamese write `;` between columns.
fn delimiter(text: &str) -> u8 {
    let header = text.lines().next().unwrap_or_default();
    let count = |sign: char| header.matches(sign).count();
    if count(';') > count(',') {
        b';'
    } else if count('\t') > count(',') {
        b'\t'
    } else {
        b','
    }
}

fn line_of(position: &csv::Position) -> usize {
    usize::try_from(position.line()).expect("a file has fewer lines than memory has bytes")
}
