//! Numbers as people write them: 1.234,5 in Vietnamese, 1,234.5 in English.

use crate::{criteria::round_half_away, messages::Language, text};

/// Does not break a line between a number and its unit.
pub const NBSP: char = '\u{a0}';

/// `figure` with so many decimals, halves rounded away from zero; a dash for no number.
pub fn decimal(figure: f64, decimals: u32, language: Language) -> String {
    let Some(rounded) = round_half_away(figure, decimals) else { return dash().to_owned() };
    let digits = format!("{:.*}", usize::try_from(decimals).unwrap_or(0), rounded.abs());
    let (whole, part) = digits.split_once('.').unwrap_or((&digits, ""));
    let sign = if rounded.is_sign_negative() && !rounded.is_zero() { "−" } else { "" };
    let mut said = format!("{sign}{}", grouped(whole, language));
    if !part.is_empty() {
        said.push_str(language.say("report.decimal_mark"));
        said.push_str(part);
    }
    said
}

/// A whole number.
pub fn whole(n: u64, language: Language) -> String {
    grouped(&n.to_string(), language)
}

/// A share (0–1) as a percentage.
pub fn percent(share: f64, decimals: u32, language: Language) -> String {
    format!("{}{}", decimal(share * 100.0, decimals, language), language.say("report.percent"))
}

/// The same with one decimal, or none if that is 0.
pub fn brief_percent(share: f64, language: Language) -> String {
    let (long, short) = (percent(share, 1, language), percent(share, 0, language));
    let zero =
        format!("{}0{}", language.say("report.decimal_mark"), language.say("report.percent"));
    if long.ends_with(&zero) { short } else { long }
}

/// Half the width of the interval of a share; more than 50 % says nothing at all.
pub fn margin(half: Option<f64>, language: Language) -> String {
    match half {
        None => dash().to_owned(),
        Some(half) if half > 0.5 => {
            text!("report.more_than", figure = percent(0.5, 0, language)).say(language)
        }
        Some(half) => format!("±{NBSP}{}", percent(half, 1, language)),
    }
}

/// An interval.
pub fn interval([low, high]: [f64; 2], decimals: u32, language: Language) -> String {
    format!("{} – {}", decimal(low, decimals, language), decimal(high, decimals, language))
}

/// An ISO date as dates are written in Viet Nam.
pub fn day(iso: &str) -> String {
    match iso.split('-').collect::<Vec<_>>()[..] {
        [year, month, day] => format!("{day}/{month}/{year}"),
        _ => iso.to_owned(),
    }
}

/// What stands where there is no figure.
pub fn dash() -> &'static str {
    "–"
}

fn grouped(digits: &str, language: Language) -> String {
    let mark = language.say("report.thousands_mark");
    let mut said = String::with_capacity(digits.len() + 4);
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            said.push_str(mark);
        }
        said.push(digit);
    }
    said
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_written_as_in_the_language() {
        let (vi, en) = (Language::default(), Language::parse("en").unwrap());
        assert_eq!(decimal(1234.565, 2, vi), "1.234,57");
        assert_eq!(decimal(1234.565, 2, en), "1,234.57");
        assert_eq!(decimal(83.870_967, 2, vi), "83,87");
        assert_eq!(decimal(80.0, 2, vi), "80,00");
        assert_eq!(decimal(-0.004, 2, vi), "0,00");
        assert_eq!(decimal(-1.5, 0, vi), "−2");
        assert_eq!(decimal(f64::NAN, 2, vi), "–");
        assert_eq!(whole(1_234_567, vi), "1.234.567");
        assert_eq!(whole(999, en), "999");
        assert_eq!(percent(0.456, 1, vi), "45,6\u{a0}%");
        assert_eq!(percent(0.456, 1, en), "45.6%");
        assert_eq!([brief_percent(0.7, vi), brief_percent(0.025, vi)], ["70\u{a0}%", "2,5\u{a0}%"]);
        assert_eq!(margin(Some(0.049), vi), "±\u{a0}4,9\u{a0}%");
        assert_eq!(margin(Some(0.61), en), "over 50%");
        assert_eq!(margin(None, vi), "–");
        assert_eq!(interval([1.0, 2.25], 1, vi), "1,0 – 2,3");
        assert_eq!(day("2026-03-05"), "05/03/2026");
    }
}
