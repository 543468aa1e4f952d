//! A mistake in the files of a survey, and where it is.

use crate::{
    messages::{Language, Text},
    text,
};
use std::fmt;

/// One mistake in a file, with its place; a file is read with all its mistakes at once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mistake {
    /// The file, as it was named by whoever read it.
    pub file: String,
    /// The line, from 1.
    pub line: usize,
    /// The question it is about, if it is about one.
    pub question: Option<String>,
    /// What is wrong.
    pub problem: Text,
    /// A name that is there and was perhaps meant.
    pub suggestion: Option<String>,
}

impl Mistake {
    /// A mistake that is about no single question.
    pub fn new(file: impl Into<String>, line: usize, problem: Text) -> Self {
        Self { file: file.into(), line, question: None, problem, suggestion: None }
    }

    /// The mistake itself: it is said like every error (`mistake.text().say(language)`),
    /// but with its place, which no single message holds.
    pub fn text(&self) -> &Self {
        self
    }

    /// The whole mistake in one line: `forms/a.toml:12: [name] what is wrong`.
    pub fn say(&self, language: Language) -> String {
        let mut said = format!("{}:{}: ", self.file, self.line);
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

impl fmt::Display for Mistake {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.say(Language::default()))
    }
}
