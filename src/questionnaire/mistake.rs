//! A mistake in the files of a survey, and where it is.

use crate::messages::{Language, Text};
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
    /// What is wrong and, where that is known, what to write instead.
    pub problem: Text,
}

impl Mistake {
    /// A mistake that is about no single question.
    pub fn new(file: impl Into<String>, line: usize, problem: Text) -> Self {
        Self { file: file.into(), line, question: None, problem }
    }

    /// What is wrong, without the place.
    pub fn text(&self) -> Text {
        self.problem.clone()
    }

    /// The whole mistake in one line: `forms/a.toml:12: [name] what is wrong`.
    pub fn say(&self, language: Language) -> String {
        let Self { file, line, question, problem } = self;
        let problem = problem.say(language);
        match question {
            Some(question) => format!("{file}:{line}: [{question}] {problem}"),
            None => format!("{file}:{line}: {problem}"),
        }
    }
}

impl fmt::Display for Mistake {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.say(Language::default()))
    }
}
