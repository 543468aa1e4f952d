//! The number on the thank-you page: proof of receipt for the respondent alone.

use super::{
    access_code::{ALPHABET, check_symbol, grouped, symbols},
    keyed::{Key, keyed_hash},
};
use crate::{messages::Text, text};
use std::{fmt, str::FromStr};

/// Symbols that hold 128 bits: 29^27 > 2^128.
const BODY: usize = 27;

/// 128 random bits that only the respondent's browser and page know.
///
/// The database keeps two keyed hashes of it: one beside the sealed answer, one inside it.
/// The key of the first dies with the box, so the two can never be compared.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Receipt([u8; 16]);

/// Why something typed cannot be a receipt.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum InvalidReceipt {
    /// Too few or too many symbols.
    Length(usize),
    /// A character that no receipt contains.
    Symbol(char),
    /// One symbol is wrong, or two have changed places.
    Check,
}

impl Receipt {
    /// A receipt made of random `bytes`.
    pub fn new(bytes: [u8; 16]) -> Self {
        Self(bytes)
    }

    /// The bytes, to be carried in the respondent's cookie.
    pub fn bytes(&self) -> &[u8; 16] {
        &self.0
    }

    /// What lies beside the sealed answer, under a key that dies with the box.
    pub fn before(&self, round: &Key) -> [u8; 32] {
        keyed_hash(round, "receipt before opening", &[&self.0])
    }

    /// What lies inside the sealed answer, and beside the response after opening.
    pub fn after(&self, lasting: &Key) -> [u8; 32] {
        keyed_hash(lasting, "receipt after opening", &[&self.0])
    }
}

impl fmt::Display for Receipt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut number = u128::from_be_bytes(self.0);
        let mut symbols = [0; BODY + 1];
        for symbol in &mut symbols[..BODY] {
            *symbol = u8::try_from(number % 29).expect("a digit to base 29 is small");
            number /= 29;
        }
        symbols[BODY] = check_symbol(&symbols[..BODY]);
        f.write_str(&grouped(&symbols))
    }
}

/// A receipt lets its holder withdraw an answer, so it never reaches a log.
impl fmt::Debug for Receipt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Receipt(…)")
    }
}

impl FromStr for Receipt {
    type Err = InvalidReceipt;

    fn from_str(typed: &str) -> Result<Self, InvalidReceipt> {
        let symbols = symbols(typed).map_err(InvalidReceipt::Symbol)?;
        let symbols: [u8; BODY + 1] =
            symbols.try_into().map_err(|s: Vec<u8>| InvalidReceipt::Length(s.len()))?;
        if symbols[BODY] != check_symbol(&symbols[..BODY]) {
            return Err(InvalidReceipt::Check);
        }
        let mut number = 0u128;
        for &symbol in symbols[..BODY].iter().rev() {
            number = number
                .checked_mul(ALPHABET.len() as u128)
                .and_then(|shifted| shifted.checked_add(u128::from(symbol)))
                .ok_or(InvalidReceipt::Check)?;
        }
        Ok(Self(number.to_be_bytes()))
    }
}

impl InvalidReceipt {
    /// What to tell the person who typed it.
    pub fn text(&self) -> Text {
        match self {
            Self::Length(typed) => {
                text!("fieldwork.receipt_length", length = BODY + 1, typed = typed)
            }
            Self::Symbol(symbol) => text!("fieldwork.receipt_symbol", symbol = symbol),
            Self::Check => text!("fieldwork.receipt_check"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn a_printed_receipt_can_be_typed_back(bytes: [u8; 16]) {
            let receipt = Receipt::new(bytes);
            prop_assert_eq!(receipt.to_string().to_lowercase().parse(), Ok(receipt));
        }

        #[test]
        fn typing_anything_is_answered(typed in "[2-9A-Y -]{0,40}") {
            let _ = typed.parse::<Receipt>();
        }
    }

    #[test]
    fn the_two_hashes_have_nothing_in_common() {
        let (receipt, key) = (Receipt::new([3; 16]), Key::new([9; 32]));
        assert_ne!(receipt.before(&key), receipt.after(&key));
    }
}
