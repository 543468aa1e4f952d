//! What is said about a workbook, and about which row.

use crate::{
    messages::{Language, Text},
    text,
};

/// A sheet of the workbook.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum SheetName {
    /// Questions and groups.
    Survey,
    /// Options.
    Choices,
    /// The form as a whole.
    Settings,
}

/// A remark on a place of a workbook: a refusal, or what was left out or filled in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// The sheet.
    pub sheet: SheetName,
    /// The row as a spreadsheet numbers it, from 1, if it is about one.
    pub row: Option<usize>,
    /// The question it is about, if it is about one.
    pub question: Option<String>,
    /// What is to be said.
    pub problem: Text,
    /// A name that is there and was perhaps meant.
    pub suggestion: Option<String>,
}

impl SheetName {
    /// The name as it stands on the tab.
    pub fn name(self) -> &'static str {
        match self {
            Self::Survey => "survey",
            Self::Choices => "choices",
            Self::Settings => "settings",
        }
    }
}

impl Finding {
    /// A remark on a row.
    pub(super) fn row(sheet: SheetName, row: usize, problem: Text) -> Self {
        Self { sheet, row: Some(row), question: None, problem, suggestion: None }
    }

    /// A remark on a sheet as a whole.
    pub(super) fn sheet(sheet: SheetName, problem: Text) -> Self {
        Self { sheet, row: None, question: None, problem, suggestion: None }
    }

    /// The same remark, about this question.
    pub(super) fn about(mut self, question: &str) -> Self {
        self.question = Some(question.to_owned()).filter(|name| !name.is_empty());
        self
    }

    /// The remark in one line: `form.xlsx, sheet survey, row 12: [name] what is wrong`.
    pub fn say(&self, file: &str, language: Language) -> String {
        let sheet = self.sheet.name();
        let mut said = match self.row {
            Some(row) => text!("xlsform.place", file = file, sheet = sheet, row = row),
            None => text!("xlsform.place_without_row", file = file, sheet = sheet),
        }
        .say(language);
        said.push_str(": ");
        if let Some(question) = &self.question {
            said.push_str(&format!("[{question}] "));
        }
        said.push_str(&self.problem.say(language));
        if let Some(name) = &self.suggestion {
            said.push(' ');
            said.push_str(&text!("questionnaire.suggestion", name = name).say(language));
        }
        said
    }
}
