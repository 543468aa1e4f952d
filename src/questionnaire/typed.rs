//! Reading what people type: numbers and dates as they are written in Viet Nam.

use super::calendar::Day;
use rust_decimal::Decimal;
use unicode_normalization::{UnicodeNormalization, is_nfc};

/// The longest text that is accepted, in characters.
pub(super) const LONGEST_TEXT: usize = 5_000;

/// Which sign begins the decimals, where both readings are possible.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum DecimalSign {
    Comma,
    Point,
}

impl DecimalSign {
    /// Vietnamese writes 1.234,5; the other languages so far write 1,234.5.
    pub(super) fn of(language: &str) -> Self {
        if language == "vi" { Self::Comma } else { Self::Point }
    }

    fn decimal(self) -> char {
        if self == Self::Comma { ',' } else { '.' }
    }

    fn group(self) -> char {
        if self == Self::Comma { '.' } else { ',' }
    }
}

/// The numbers that a typed text can mean, the likeliest first; none if it is no number.
///
/// There are two only for a text like `1.234`, which is 1234 to most people in
/// Viet Nam and 1.234 to some; the constraint of the question then decides.
pub(super) fn numbers(typed: &str, sign: DecimalSign) -> Vec<Decimal> {
    let compact: String = typed.trim().chars().map(plain_sign).collect();
    let (negative, digits) = match compact.strip_prefix(['-', '+']) {
        Some(digits) => (compact.starts_with('-'), digits.trim_start()),
        None => (false, compact.as_str()),
    };
    if digits.is_empty() || digits.len() > 60 {
        return Vec::new();
    }
    let mut found = Vec::new();
    for sign in
        [sign, if sign == DecimalSign::Comma { DecimalSign::Point } else { DecimalSign::Comma }]
    {
        if let Some(number) = reading(digits, sign) {
            let number = if negative { -number } else { number }.normalize();
            if !found.contains(&number) {
                found.push(number);
            }
        }
    }
    found
}

/// Minus signs and spaces of typesetting become those of the keyboard.
fn plain_sign(c: char) -> char {
    match c {
        '\u{2212}' | '\u{2013}' => '-',
        c if c.is_whitespace() => ' ',
        c => c,
    }
}

/// The number that the digits are when this sign begins the decimals.
fn reading(digits: &str, sign: DecimalSign) -> Option<Decimal> {
    let (whole, decimals) = match digits.split_once(sign.decimal()) {
        Some((whole, decimals)) => (whole, Some(decimals)),
        None => (digits, None),
    };
    if decimals.is_some_and(|decimals| decimals.is_empty() || !all_digits(decimals)) {
        return None;
    }
    let whole = if whole.is_empty() && decimals.is_some() {
        "0".to_owned()
    } else {
        ungrouped(whole, sign.group())?
    };
    let plain = match decimals {
        Some(decimals) => format!("{whole}.{decimals}"),
        None => whole,
    };
    Decimal::from_str_exact(&plain).ok()
}

/// Removes the signs between groups of three digits; all groups must be whole.
fn ungrouped(whole: &str, group: char) -> Option<String> {
    let separator = [group, ' '].into_iter().find(|sign| whole.contains(*sign));
    let Some(separator) = separator else {
        return all_digits(whole).then(|| whole.to_owned());
    };
    let mut groups = whole.split(separator);
    let first = groups.next().filter(|first| {
        (1..=3).contains(&first.len()) && all_digits(first) && !first.starts_with('0')
    })?;
    let mut plain = first.to_owned();
    for group in groups {
        if group.len() != 3 || !all_digits(group) {
            return None;
        }
        plain.push_str(group);
    }
    Some(plain)
}

fn all_digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit())
}

/// A number as it is written in `language`; with groups of three where it is only read.
pub(super) fn written_number(number: Decimal, language: &str, grouped: bool) -> String {
    let sign = DecimalSign::of(language);
    let plain = number.normalize().to_string();
    let (minus, digits) = match plain.strip_prefix('-') {
        Some(digits) => ("-", digits),
        None => ("", plain.as_str()),
    };
    let (whole, decimals) = digits.split_once('.').unwrap_or((digits, ""));
    let mut written = minus.to_owned();
    for (place, digit) in whole.char_indices() {
        // A number of four digits needs no sign to be read (a year, an amount of people).
        if grouped && whole.len() > 4 && place > 0 && (whole.len() - place) % 3 == 0 {
            written.push(sign.group());
        }
        written.push(digit);
    }
    if !decimals.is_empty() {
        written.push(sign.decimal());
        written.push_str(decimals);
    }
    written
}

/// Why a typed text is not taken as a date.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum DateFault {
    /// It does not look like a date.
    NotADate,
    /// The calendar does not have this day.
    NoSuchDay,
    /// The year has fewer than four digits.
    ShortYear,
}

/// Reads a date: `5/3/1980`, `05-03-1980`, `05031980`, `1980-03-05`, in words too.
pub(super) fn date(typed: &str) -> Result<Day, DateFault> {
    let typed: String = typed.nfc().collect::<String>().to_lowercase();
    let mut plain = typed;
    for word in ["ngày", "tháng", "năm"] {
        plain = plain.replace(word, " ");
    }
    let parts: Vec<&str> = plain
        .split(|c: char| c.is_whitespace() || matches!(c, '/' | '-' | '.' | ',' | '\u{2013}'))
        .filter(|part| !part.is_empty())
        .collect();
    if !parts.iter().all(|part| all_digits(part)) {
        return Err(DateFault::NotADate);
    }
    match parts.as_slice() {
        [digits] if digits.len() == 8 => day(&digits[4..], &digits[2..4], &digits[..2])
            .or_else(|_| day(&digits[..4], &digits[4..6], &digits[6..])),
        [year, month, date] if year.len() == 4 => day(year, month, date),
        [date, month, year] if year.len() == 4 => day(year, month, date),
        [date, month, year] if date.len() <= 2 && month.len() <= 2 && year.len() < 4 => {
            Err(DateFault::ShortYear)
        }
        _ => Err(DateFault::NotADate),
    }
}

fn day(year: &str, month: &str, date: &str) -> Result<Day, DateFault> {
    if month.len() > 2 || date.len() > 2 {
        return Err(DateFault::NotADate);
    }
    let number = |digits: &str| digits.parse::<u16>().map_err(|_| DateFault::NotADate);
    let small = |digits: &str| digits.parse::<u8>().map_err(|_| DateFault::NotADate);
    let (year, month, date) = (number(year)?, small(month)?, small(date)?);
    if !(1800..=2200).contains(&year) {
        return Err(DateFault::NoSuchDay);
    }
    Day::new(year, month, date).ok_or(DateFault::NoSuchDay)
}

/// A text as it is kept: NFC, no control characters, no blanks around it.
///
/// Browsers send line ends as CR LF; a single line has none at all.
pub(super) fn text(typed: &str, lines: bool) -> String {
    let composed: String = if is_nfc(typed) { typed.to_owned() } else { typed.nfc().collect() };
    let kept = composed.replace("\r\n", "\n").replace('\r', "\n");
    let kept: String = kept
        .chars()
        .filter_map(|c| match c {
            '\n' if lines => Some('\n'),
            '\n' | '\t' => Some(' '),
            c if c.is_control() => None,
            c => Some(c),
        })
        .collect();
    kept.trim().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn read(typed: &str, sign: DecimalSign) -> Vec<String> {
        numbers(typed, sign).iter().map(Decimal::to_string).collect()
    }

    #[test]
    fn numbers_are_read_as_they_are_written_in_viet_nam() {
        for (typed, meant) in [
            ("12", vec!["12"]),
            (" 1234,5 ", vec!["1234.5"]),
            ("1.234,5", vec!["1234.5"]),
            ("1 234,5", vec!["1234.5"]),
            ("1\u{a0}234\u{202f}567", vec!["1234567"]),
            ("1.234.567", vec!["1234567"]),
            ("1.234", vec!["1234", "1.234"]),
            ("1,234", vec!["1.234", "1234"]),
            ("1.5", vec!["1.5"]),
            ("0.123", vec!["0.123"]),
            (",5", vec!["0.5"]),
            ("-3", vec!["-3"]),
            ("\u{2212}3", vec!["-3"]),
            ("+3", vec!["3"]),
            ("007", vec!["7"]),
            ("1,234.5", vec!["1234.5"]),
        ] {
            assert_eq!(read(typed, DecimalSign::Comma), meant, "{typed}");
        }
        assert_eq!(read("1.234", DecimalSign::Point), ["1.234", "1234"]);
    }

    #[test]
    fn what_is_no_number_is_refused() {
        for typed in [
            "",
            "-",
            "abc",
            "1.2.3",
            "12.34.567",
            "1,",
            ".",
            "1.2345.678",
            "1 23",
            "--1",
            "1e5",
            "1.234,5,6",
            "12 người",
            "٣",
            "99999999999999999999999999999999",
        ] {
            assert_eq!(read(typed, DecimalSign::Comma), Vec::<String>::new(), "{typed}");
        }
    }

    #[test]
    fn dates_are_read_as_people_type_them() {
        for typed in [
            "5/3/1980",
            "05/03/1980",
            "05-03-1980",
            "5.3.1980",
            "5 3 1980",
            "05031980",
            "1980-03-05",
            "1980/3/5",
            "19800305",
            "ngày 5 tháng 3 năm 1980",
            " 5 / 3 / 1980 ",
            "Nga\u{300}y 5 Tháng 3 Năm 1980",
        ] {
            assert_eq!(date(typed).map(Day::iso), Ok("1980-03-05".to_owned()), "{typed}");
        }
    }

    #[test]
    fn a_wrong_date_is_told_apart_from_no_date() {
        assert_eq!(date("30/2/1980"), Err(DateFault::NoSuchDay));
        assert_eq!(date("3/13/1980"), Err(DateFault::NoSuchDay));
        assert_eq!(date("5/3/0080"), Err(DateFault::NoSuchDay));
        assert_eq!(date("5/3/80"), Err(DateFault::ShortYear));
        for typed in ["", "hôm qua", "1980", "5/3", "5/3/1980/1", "005/3/1980"] {
            assert_eq!(date(typed), Err(DateFault::NotADate), "{typed}");
        }
    }

    #[test]
    fn texts_are_composed_and_cleaned() {
        assert_eq!(text(" Hue\u{302}\u{301}\r\nđẹp\u{0} ", true), "Huế\nđẹp");
        assert_eq!(text("một\r\nhai", false), "một hai");
    }

    proptest! {
        #[test]
        fn a_written_number_is_read_back(n in any::<i64>(), scale in 0..12u32) {
            let number = Decimal::new(n, scale).normalize();
            for language in ["vi", "en"] {
                let written = written_number(number, language, false);
                let sign = DecimalSign::of(language);
                prop_assert_eq!(numbers(&written, sign).first().copied(), Some(number), "{}", written);
                let written = written_number(number, language, true);
                prop_assert_eq!(numbers(&written, sign).first().copied(), Some(number), "{}", written);
            }
        }

        #[test]
        fn typing_anything_never_panics(typed in any::<String>()) {
            numbers(&typed, DecimalSign::Comma);
            let _ = date(&typed);
            text(&typed, true);
        }
    }
}
