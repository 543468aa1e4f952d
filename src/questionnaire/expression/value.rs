//! Values of expressions, and how one kind is taken for another.

use super::super::calendar::Day;
use std::borrow::Cow;

/// What an expression evaluates to; dates are texts in ISO form.
#[derive(Debug, Clone, PartialEq)]
pub(in super::super) enum Value<'a> {
    /// A text; the empty text stands for no answer.
    Text(Cow<'a, str>),
    /// A number.
    Number(f64),
    /// A truth value.
    Truth(bool),
    /// The truth value that a calculation came to, as other expressions refer to it.
    ///
    /// Stored it is the text "true" or "false", and compares as that text with texts;
    /// as a condition it is what it says, so that `${la_nguoi_lon}` reads as it looks.
    Recorded(bool),
}

impl<'a> Value<'a> {
    /// No answer.
    pub(in super::super) const EMPTY: Self = Self::Text(Cow::Borrowed(""));

    /// The value as a text.
    pub(in super::super) fn text(self) -> Cow<'a, str> {
        match self {
            Self::Text(text) => text,
            Self::Number(number) => number_text(number).into(),
            Self::Truth(truth) | Self::Recorded(truth) => truth_text(truth).into(),
        }
    }

    /// The value as a text, borrowed where it is one.
    pub(super) fn as_text(&self) -> Cow<'_, str> {
        match self {
            Self::Text(text) => Cow::Borrowed(text),
            other => other.clone().text(),
        }
    }

    /// Whether this is no answer: the empty text.
    pub(in super::super) fn is_empty(&self) -> bool {
        matches!(self, Self::Text(text) if text.is_empty())
    }

    /// The value as a number; what is not a number is `NaN`.
    pub(in super::super) fn number(&self) -> f64 {
        match self {
            Self::Text(text) => text_number(text),
            Self::Number(number) => *number,
            Self::Truth(truth) | Self::Recorded(truth) => f64::from(u8::from(*truth)),
        }
    }

    /// The value as a condition: a text is true if there is any, a number if it is not 0.
    pub(in super::super) fn truth(&self) -> bool {
        match self {
            Self::Text(text) => !text.is_empty(),
            Self::Number(number) => *number != 0.0 && !number.is_nan(),
            Self::Truth(truth) | Self::Recorded(truth) => *truth,
        }
    }

    /// Whether `=` holds: as truth if either is one, else as numbers, else as texts.
    pub(super) fn equals(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Recorded(recorded), Self::Text(text))
            | (Self::Text(text), Self::Recorded(recorded)) => truth_text(*recorded) == text,
            (Self::Recorded(_), Self::Number(_)) | (Self::Number(_), Self::Recorded(_)) => {
                self.number() == other.number()
            }
            (Self::Truth(_) | Self::Recorded(_), _) | (_, Self::Truth(_)) => {
                self.truth() == other.truth()
            }
            (Self::Text(one), Self::Text(other)) => one == other,
            _ => self.number() == other.number(),
        }
    }

    /// The value as references to it see it.
    pub(in super::super) fn recorded(self) -> Self {
        match self {
            Self::Truth(truth) => Self::Recorded(truth),
            Self::Number(number) => Self::Text(number_text(number).into()),
            other => other,
        }
    }
}

/// The text of a number: no exponent, no point where there are no decimals.
pub(in super::super) fn number_text(number: f64) -> String {
    if number.is_nan() {
        "NaN".to_owned()
    } else if number.is_infinite() {
        if number > 0.0 { "Infinity" } else { "-Infinity" }.to_owned()
    } else if number == 0.0 {
        "0".to_owned()
    } else {
        number.to_string()
    }
}

/// The number that a text is: decimal digits, or the days of an ISO date since 1970.
pub(super) fn text_number(text: &str) -> f64 {
    let text = text.trim_matches([' ', '\t', '\r', '\n']);
    let digits = text.strip_prefix('-').unwrap_or(text);
    let mut points = 0;
    let plain = digits.bytes().any(|b| b.is_ascii_digit())
        && digits.bytes().all(|b| {
            points += usize::from(b == b'.');
            b.is_ascii_digit() || b == b'.'
        })
        && points <= 1;
    if plain {
        return text.parse().unwrap_or(f64::NAN);
    }
    Day::from_iso(text).map_or(f64::NAN, |day| f64::from(day.number()))
}

fn truth_text(truth: bool) -> &'static str {
    if truth { "true" } else { "false" }
}
