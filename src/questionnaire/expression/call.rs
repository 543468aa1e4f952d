//! What each function does.

use super::{super::calendar::Day, functions::Function, value::Value};
use std::{borrow::Cow, collections::HashMap};

/// The longest text that an expression makes, in characters; the rest is cut off.
pub(super) const LONGEST: usize = 5_000;

/// Calls `function` with as many values as it takes, which was checked when the form was
/// read. `if` and `once` are not called: they evaluate only what they need.
pub(super) fn call<'a>(function: Function, values: &[Value<'a>], today: &'a str) -> Value<'a> {
    let text = |at: usize| values[at].as_text();
    let number = |at: usize| values[at].number();
    let optional = |at: usize| values.get(at).map(Value::number);
    match function {
        Function::If | Function::Once => unreachable!("evaluated where they stand"),
        Function::Coalesce => coalesce(values),
        Function::True => Value::Truth(true),
        Function::False => Value::Truth(false),
        Function::Not => Value::Truth(!values[0].truth()),
        Function::Boolean => Value::Truth(values[0].truth()),
        Function::BooleanFromString => Value::Truth(matches!(text(0).as_ref(), "1" | "true")),
        Function::Selected => Value::Truth(selected(&text(0), &text(1))),
        Function::Contains => Value::Truth(text(0).contains(text(1).as_ref())),
        Function::StartsWith => Value::Truth(text(0).starts_with(text(1).as_ref())),
        Function::EndsWith => Value::Truth(text(0).ends_with(text(1).as_ref())),
        // Only days are known here, so the decimal of a time is that of its day.
        Function::Number | Function::DecimalDateTime => Value::Number(number(0)),
        Function::Pi => Value::Number(std::f64::consts::PI),
        Function::Sqrt => Value::Number(number(0).sqrt()),
        Function::Int => Value::Number(number(0).trunc()),
        Function::Round => Value::Number(round(number(0), optional(1).unwrap_or(0.0))),
        Function::Floor => Value::Number(number(0).floor()),
        Function::Ceiling => Value::Number(number(0).ceil()),
        Function::Abs => Value::Number(number(0).abs()),
        Function::Pow => Value::Number(number(0).powf(number(1))),
        Function::Min => extreme(values, |one, other| one < other),
        Function::Max => extreme(values, |one, other| one > other),
        Function::Sum => Value::Number(values.iter().map(Value::number).sum()),
        Function::CountSelected => count(text(0).split_whitespace().count()),
        Function::StringLength => count(text(0).chars().count()),
        Function::SelectedAt => owned(selected_at(&text(0), number(1))),
        Function::String => Value::Text(values[0].clone().text()),
        Function::Concat => owned(joined("", values)),
        Function::Join => owned(joined(&text(0), &values[1..])),
        Function::NormalizeSpace => owned(normalized(&text(0))),
        Function::Substr => owned(substr(&text(0), number(1), optional(2))),
        Function::Substring => owned(substring(&text(0), number(1), optional(2))),
        Function::SubstringBefore => {
            owned(text(0).split_once(text(1).as_ref()).map_or("", |(before, _)| before))
        }
        Function::SubstringAfter => {
            owned(text(0).split_once(text(1).as_ref()).map_or("", |(_, after)| after))
        }
        Function::Translate => owned(translate(&text(0), &text(1), &text(2))),
        Function::Today => Value::Text(Cow::Borrowed(today)),
        Function::Date => owned(day(&values[0]).map(Day::iso).unwrap_or_default()),
        Function::FormatDate => {
            owned(day(&values[0]).map(|day| format_date(day, &text(1))).unwrap_or_default())
        }
    }
}

fn owned<'a>(text: impl Into<String>) -> Value<'a> {
    Value::Text(Cow::Owned(text.into()))
}

#[expect(clippy::cast_precision_loss, reason = "texts are far shorter than 2^52")]
fn count<'a>(count: usize) -> Value<'a> {
    Value::Number(count as f64)
}

/// The first value that is not empty.
fn coalesce<'a>(values: &[Value<'a>]) -> Value<'a> {
    values.iter().find(|value| !value.is_empty()).cloned().unwrap_or(Value::EMPTY)
}

fn normalized(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn selected(chosen: &str, option: &str) -> bool {
    let option = option.trim();
    chosen.split_whitespace().any(|code| code == option)
}

/// The option chosen at `place`, counted from 0.
fn selected_at(chosen: &str, place: f64) -> &str {
    match whole(place) {
        Some(place) => chosen.split_whitespace().nth(place).unwrap_or(""),
        None => "",
    }
}

/// A number as a place in a text; none if it is negative or no number.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a cast of a float saturates, and no text is that long"
)]
fn whole(number: f64) -> Option<usize> {
    (number >= 0.0).then_some(number as usize)
}

/// Rounds to `decimals` places, halves upwards as in `XPath`.
fn round(number: f64, decimals: f64) -> f64 {
    let factor = 10f64.powf(decimals.trunc());
    let rounded = (number * factor + 0.5).floor() / factor;
    if rounded.is_finite() { rounded } else { number }
}

/// The least or greatest number; not a number, if one of them is not.
fn extreme<'a>(values: &[Value<'_>], better: impl Fn(f64, f64) -> bool) -> Value<'a> {
    let choose = |best: f64, next: f64| {
        if best.is_nan() || !(next.is_nan() || better(next, best)) { best } else { next }
    };
    Value::Number(values.iter().map(Value::number).reduce(choose).unwrap_or(f64::NAN))
}

/// Joins texts, and stops at the longest text that there may be.
fn joined(separator: &str, values: &[Value<'_>]) -> String {
    let mut text = String::new();
    for (place, value) in values.iter().enumerate() {
        if place > 0 {
            text.push_str(separator);
        }
        text.push_str(&value.as_text());
        if text.len() > LONGEST
            && let Some((end, _)) = text.char_indices().nth(LONGEST)
        {
            text.truncate(end);
            break;
        }
    }
    text
}

/// The characters from `start` to before `end`, from 0; negative places count from the end.
fn substr(text: &str, start: f64, end: Option<f64>) -> String {
    let length = text.chars().count();
    let place = |number: f64| match whole(number.trunc()) {
        Some(place) => place.min(length),
        None => length.saturating_sub(whole(-number).unwrap_or(length)),
    };
    let (start, end) = (place(start), end.map_or(length, place));
    text.chars().take(end).skip(start).collect()
}

/// `XPath`'s own `substring`: counted from 1, with a length, both rounded.
fn substring(text: &str, start: f64, length: Option<f64>) -> String {
    let start = round(start, 0.0);
    let end = length.map_or(f64::INFINITY, |length| start + round(length, 0.0));
    let mut place = 0.0;
    text.chars()
        .filter(|_| {
            place += 1.0;
            place >= start && place < end
        })
        .collect()
}

/// Replaces each character of `from` by the one at its place in `to`, or removes it.
fn translate(text: &str, from: &str, to: &str) -> String {
    let mut table: HashMap<char, Option<char>> = HashMap::new();
    let mut to = to.chars();
    for letter in from.chars() {
        let replacement = to.next();
        table.entry(letter).or_insert(replacement);
    }
    text.chars().filter_map(|c| table.get(&c).copied().unwrap_or(Some(c))).collect()
}

/// The day that a value is: an ISO date, or a number of days since 1970-01-01.
#[expect(
    clippy::cast_possible_truncation,
    reason = "a cast of a float saturates, and the calendar refuses the ends"
)]
fn day(value: &Value<'_>) -> Option<Day> {
    let days = value.number();
    if days.is_nan() { None } else { Day::from_number(days.floor() as i32) }
}

/// Writes a date by a format of `%Y %y %m %n %d %e` and other characters.
fn format_date(day: Day, format: &str) -> String {
    let mut text = String::new();
    let mut letters = format.chars();
    while let Some(letter) = letters.next() {
        if letter != '%' {
            text.push(letter);
            continue;
        }
        match letters.next() {
            Some('Y') => text.push_str(&format!("{:04}", day.year)),
            Some('y') => text.push_str(&format!("{:02}", day.year % 100)),
            Some('m') => text.push_str(&format!("{:02}", day.month)),
            Some('n') => text.push_str(&day.month.to_string()),
            Some('d') => text.push_str(&format!("{:02}", day.day)),
            Some('e') => text.push_str(&day.day.to_string()),
            Some(other) => text.extend(['%', other]),
            None => text.push('%'),
        }
    }
    text
}

/// The letter of a date format that means nothing here, if there is one.
pub(super) fn unknown_date_letter(format: &str) -> Option<String> {
    let mut pieces = format.split('%');
    pieces.next();
    pieces.find(|piece| !piece.starts_with(['Y', 'y', 'm', 'n', 'd', 'e'])).map(|piece| {
        let letter: String = piece.chars().take(1).collect();
        format!("%{letter}")
    })
}
