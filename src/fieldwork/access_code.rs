//! The code printed on an invitation letter.

use super::keyed::{Key, keyed_hash};
use crate::{messages::Text, text};
use std::{fmt, str::FromStr};
use uuid::Uuid;

/// No `0` or `O`, no `1`, `I` or `L`, no `U`, no `Z`: a code survives handwriting and a phone call.
pub(super) const ALPHABET: &[u8; 29] = b"23456789ABCDEFGHJKMNPQRSTVWXY";
const RADIX: u128 = ALPHABET.len() as u128;
const LENGTH: usize = 12;
const GROUP: usize = 4;

/// A well-formed access code: twelve symbols, the last a check symbol.
///
/// Parsing forgives case, spaces and hyphens, and rejects every single-symbol typo and every
/// swap of two symbols; so a mistyped code is told apart from an unknown one without asking
/// the database.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct AccessCode([u8; LENGTH]);

/// Why something typed cannot be an access code.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum InvalidCode {
    /// Too few or too many symbols.
    Length(usize),
    /// A character that no code contains.
    Symbol(char),
    /// One symbol is wrong, or two have changed places.
    Check,
}

impl AccessCode {
    /// The code of an invitation's `issue`, derived so that a letter can be printed again.
    pub fn derive(secret: &Key, invitation: Uuid, issue: i64) -> Self {
        let hash =
            keyed_hash(secret, "access code", &[invitation.as_bytes(), &issue.to_le_bytes()]);
        let (number, _) = hash.split_first_chunk::<16>().expect("a hash has 32 bytes");
        Self::from_number(u128::from_le_bytes(*number))
    }

    /// The code whose first eleven symbols are the last digits of `number` to base 29.
    pub fn from_number(mut number: u128) -> Self {
        let mut symbols = [0; LENGTH];
        for symbol in &mut symbols[..LENGTH - 1] {
            *symbol = u8::try_from(number % RADIX).expect("a digit to base 29 is small");
            number /= RADIX;
        }
        symbols[LENGTH - 1] = check_symbol(&symbols[..LENGTH - 1]);
        Self(symbols)
    }

    /// The keyed hash under which the database knows this code.
    pub fn hash(&self, lookup: &Key) -> [u8; 32] {
        keyed_hash(lookup, "code look-up", &[&self.0])
    }

    /// The twelve symbols without hyphens, as in a link.
    pub fn compact(&self) -> String {
        self.0.iter().map(|&symbol| char::from(ALPHABET[usize::from(symbol)])).collect()
    }

    /// The code as bytes, to be carried encrypted in a cookie.
    pub fn to_bytes(self) -> [u8; LENGTH] {
        self.0
    }

    /// Reads what [`AccessCode::to_bytes`] wrote.
    pub fn from_bytes(bytes: [u8; LENGTH]) -> Option<Self> {
        let known = bytes.iter().all(|&symbol| usize::from(symbol) < ALPHABET.len());
        (known && bytes[LENGTH - 1] == check_symbol(&bytes[..LENGTH - 1])).then_some(Self(bytes))
    }
}

impl FromStr for AccessCode {
    type Err = InvalidCode;

    fn from_str(typed: &str) -> Result<Self, InvalidCode> {
        let symbols = symbols(typed).map_err(InvalidCode::Symbol)?;
        let code: [u8; LENGTH] =
            symbols.try_into().map_err(|s: Vec<u8>| InvalidCode::Length(s.len()))?;
        Self::from_bytes(code).ok_or(InvalidCode::Check)
    }
}

/// As printed on the letter: `7KQ4-MR2X-WD9C`.
impl fmt::Display for AccessCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&grouped(&self.0))
    }
}

/// A code opens somebody's questionnaire, so it never reaches a log.
impl fmt::Debug for AccessCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("AccessCode(…)")
    }
}

impl InvalidCode {
    /// What to tell the person who typed it.
    pub fn text(&self) -> Text {
        match self {
            Self::Length(symbols) => {
                text!("fieldwork.code_length", length = LENGTH, typed = symbols)
            }
            Self::Symbol(symbol @ ('0' | 'o' | 'O')) => {
                text!("fieldwork.code_look_alike", symbol = symbol, instead = "8, D, Q")
            }
            Self::Symbol(symbol @ ('1' | 'i' | 'I' | 'l' | 'L')) => {
                text!("fieldwork.code_look_alike", symbol = symbol, instead = "7, J, T")
            }
            Self::Symbol(symbol @ ('u' | 'U')) => {
                text!("fieldwork.code_look_alike", symbol = symbol, instead = "V")
            }
            Self::Symbol(symbol @ ('z' | 'Z')) => {
                text!("fieldwork.code_look_alike", symbol = symbol, instead = "2")
            }
            Self::Symbol(symbol) => text!("fieldwork.code_symbol", symbol = symbol),
            Self::Check => text!("fieldwork.code_check"),
        }
    }
}

/// The symbols of what was typed, or the first character that is none.
pub(super) fn symbols(typed: &str) -> Result<Vec<u8>, char> {
    let separator = |c: &char| c.is_whitespace() || matches!(c, '-' | '–' | '—' | '.' | '_');
    typed.chars().filter(|c| !separator(c)).map(|c| symbol(c).ok_or(c)).collect()
}

/// Symbols as printed, in groups of four.
pub(super) fn grouped(symbols: &[u8]) -> String {
    let mut printed = String::with_capacity(symbols.len() * 5 / 4);
    for (at, &symbol) in symbols.iter().enumerate() {
        if at > 0 && at % GROUP == 0 {
            printed.push('-');
        }
        printed.push(char::from(ALPHABET[usize::from(symbol)]));
    }
    printed
}

/// A weighted sum to a prime modulus: the prime catches typos, distinct weights catch swaps.
pub(super) fn check_symbol(body: &[u8]) -> u8 {
    let sum: usize =
        body.iter().zip(2..).map(|(&symbol, weight)| usize::from(symbol) * weight).sum();
    u8::try_from(sum % ALPHABET.len()).expect("a remainder by 29 is small")
}

fn symbol(c: char) -> Option<u8> {
    let upper = c.to_ascii_uppercase();
    ALPHABET.iter().position(|&a| char::from(a) == upper).and_then(|at| u8::try_from(at).ok())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn what_we_print_is_what_we_parse(number: u128) {
            let code = AccessCode::from_number(number);
            prop_assert_eq!(code.to_string().to_lowercase().parse(), Ok(code));
            prop_assert_eq!(code.compact().parse(), Ok(code));
            prop_assert_eq!(AccessCode::from_bytes(code.to_bytes()), Some(code));
        }

        #[test]
        fn one_wrong_symbol_is_always_noticed(number: u128, at in 0..LENGTH, by in 1..29u8) {
            let mut code = AccessCode::from_number(number);
            code.0[at] = (code.0[at] + by) % 29;
            prop_assert_eq!(code.to_string().parse::<AccessCode>(), Err(InvalidCode::Check));
        }

        #[test]
        fn two_swapped_symbols_are_always_noticed(number: u128, a in 0..LENGTH, b in 0..LENGTH) {
            let mut code = AccessCode::from_number(number);
            prop_assume!(code.0[a] != code.0[b]);
            code.0.swap(a, b);
            prop_assert_eq!(code.to_string().parse::<AccessCode>(), Err(InvalidCode::Check));
        }
    }

    #[test]
    fn every_issue_of_every_invitation_has_a_code_of_its_own() {
        let secret = Key::new([1; 32]);
        let codes: std::collections::HashSet<_> = (0..1000u128)
            .flat_map(|n| {
                [0, 1].map(|issue| AccessCode::derive(&secret, Uuid::from_u128(n), issue))
            })
            .collect();
        assert_eq!(codes.len(), 2000);
    }

    #[test]
    fn a_printed_code_is_three_groups_of_four() {
        let printed = AccessCode::from_number(u128::MAX).to_string();
        assert_eq!(printed.len(), 14);
        assert_eq!((&printed[4..5], &printed[9..10]), ("-", "-"));
    }

    #[test]
    fn a_look_alike_is_explained() {
        let problem = "O234-5678-9ABC".parse::<AccessCode>().unwrap_err();
        assert_eq!(problem, InvalidCode::Symbol('O'));
        assert!(problem.text().say(crate::messages::Language::default()).contains('O'));
    }

    #[test]
    fn a_code_never_reaches_a_log() {
        assert_eq!(format!("{:?}", AccessCode::from_number(5)), "AccessCode(…)");
    }
}
