//! What can be wrong with an expression.

use crate::{messages::Text, text};

/// Why an expression is not understood, and at which character.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExpressionFault {
    /// The character of the expression, from 1.
    pub at: usize,
    /// What is wrong there.
    pub(super) kind: FaultKind,
}

/// The ways in which an expression can be wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum FaultKind {
    /// There is nothing in it.
    Empty,
    /// It ends where something more must follow.
    Ends,
    /// This does not belong here.
    Unexpected(String),
    /// A text in quotes that is not closed.
    OpenText,
    /// `${` that is not closed.
    OpenReference,
    /// No question has this name.
    UnknownQuestion(String),
    /// The question has no options, so there is no option to name.
    NoOptions(String),
    /// No function has this name.
    UnknownFunction(String),
    /// `XPath` has this, the subset does not.
    Unsupported(String),
    /// A function has too few or too many arguments.
    Arguments { function: &'static str, least: usize, most: usize, given: usize },
    /// This argument must be a text in quotes, so that it can be checked now.
    NotQuoted(&'static str),
    /// The pattern of `regex()` is not a pattern.
    BadPattern(String),
    /// A date format has a letter that is not known.
    BadDateFormat(String),
    /// A bare word, where `${word}` or `'word'` is meant.
    BareWord(String),
    /// No option has this key.
    UnknownColumn(String),
    /// `.` where there is no answer to speak of.
    NoOwnAnswer,
    /// `once()` outside a calculation.
    NoOnce,
    /// Longer than an expression may be.
    TooLong,
    /// Nested more deeply than an expression may be.
    TooDeep,
}

impl ExpressionFault {
    /// The name that no question has, if that is the fault.
    pub(in super::super) fn unknown_question(&self) -> Option<&str> {
        match &self.kind {
            FaultKind::UnknownQuestion(name) => Some(name),
            _ => None,
        }
    }

    /// The name that no function has, if that is the fault.
    pub(in super::super) fn unknown_function(&self) -> Option<&str> {
        match &self.kind {
            FaultKind::UnknownFunction(name) => Some(name),
            _ => None,
        }
    }

    /// What is wrong with the expression under `key`, with the position.
    pub fn text(&self, key: &str) -> Text {
        let at = self.at;
        match &self.kind {
            FaultKind::Empty => text!("questionnaire.expression_empty", key = key),
            FaultKind::Ends => text!("questionnaire.expression_ends", key = key),
            FaultKind::Unexpected(found) => {
                text!("questionnaire.expression_unexpected", key = key, at = at, found = found)
            }
            FaultKind::OpenText => text!("questionnaire.expression_open_text", key = key, at = at),
            FaultKind::OpenReference => {
                text!("questionnaire.expression_open_reference", key = key, at = at)
            }
            FaultKind::UnknownQuestion(name) => {
                text!("questionnaire.expression_unknown_question", key = key, at = at, name = name)
            }
            FaultKind::NoOptions(name) => {
                text!("questionnaire.expression_no_options", key = key, at = at, name = name)
            }
            FaultKind::UnknownFunction(name) => {
                text!("questionnaire.expression_unknown_function", key = key, at = at, name = name)
            }
            FaultKind::Unsupported(what) => {
                text!("questionnaire.expression_unsupported", key = key, at = at, what = what)
            }
            FaultKind::Arguments { function, least, most, given } => text!(
                "questionnaire.expression_arguments",
                key = key,
                at = at,
                function = function,
                needed = needed(*least, *most),
                given = given,
            ),
            FaultKind::NotQuoted(function) => {
                text!(
                    "questionnaire.expression_not_quoted",
                    key = key,
                    at = at,
                    function = function
                )
            }
            FaultKind::BadPattern(pattern) => {
                text!("questionnaire.expression_bad_pattern", key = key, at = at, pattern = pattern)
            }
            FaultKind::BadDateFormat(letter) => text!(
                "questionnaire.expression_bad_date_format",
                key = key,
                at = at,
                letter = letter
            ),
            FaultKind::BareWord(word) => text!(
                "questionnaire.expression_bare_word",
                key = key,
                at = at,
                word = word,
                reference = format!("${{{word}}}"),
            ),
            FaultKind::UnknownColumn(column) => {
                text!(
                    "questionnaire.expression_unknown_column",
                    key = key,
                    at = at,
                    column = column
                )
            }
            FaultKind::NoOwnAnswer => {
                text!("questionnaire.expression_no_own_answer", key = key, at = at)
            }
            FaultKind::NoOnce => text!("questionnaire.expression_no_once", key = key, at = at),
            FaultKind::TooLong => text!("questionnaire.expression_too_long", key = key),
            FaultKind::TooDeep => text!("questionnaire.expression_too_deep", key = key, at = at),
        }
    }
}

/// How many arguments a function takes: `2`, `2–3`, `≥ 2`.
fn needed(least: usize, most: usize) -> String {
    match most {
        usize::MAX => format!("≥ {least}"),
        most if most == least => least.to_string(),
        most => format!("{least}–{most}"),
    }
}
