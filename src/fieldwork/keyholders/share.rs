//! One share as text: what stands in its file, below its QR code, and is typed from paper.
//!
//! Bech32m (BIP 350): 75 symbols without look-alikes, the last six of them check symbols that
//! notice up to four wrong ones and can tell where a single one stands.

use super::ShareError;
use bech32::{Bech32m, Hrp, primitives::decode::CheckedHrpstring};
use sha2::{Digest, Sha256};
use std::{fmt, str::FromStr};
use zeroize::{Zeroize, ZeroizeOnDrop, Zeroizing};

const PREFIX: &str = "phieu";
const SYMBOLS: &str = "qpzry9x8gf2tvdw0s3jn54khce6mua7l";
/// The symbols of a share.
pub const LENGTH: usize = 75;
const GROUP: usize = 5;
const FORMAT: u8 = 1;
/// Format, box, split, number, and the secret bytes.
const BYTES: usize = 1 + 4 + 1 + 1 + 32;

/// One of three shares of a box key. Alone it tells nothing of the key.
#[derive(Clone, PartialEq, Eq, Zeroize, ZeroizeOnDrop)]
pub struct KeyShare([u8; BYTES]);

impl KeyShare {
    /// A share of the `split`th split of a box's key, whose `part` is its number and its bytes.
    pub(super) fn new(box_id: [u8; 4], split: u8, part: &[u8]) -> Self {
        let mut bytes = [FORMAT; BYTES];
        bytes[1..5].copy_from_slice(&box_id);
        bytes[5] = split;
        bytes[6..].copy_from_slice(part);
        Self(bytes)
    }

    /// 1, 2 or 3.
    pub fn number(&self) -> u8 {
        self.0[6]
    }

    /// 1 for the first split of the key, and one more for each that replaced it.
    pub fn split(&self) -> u8 {
        self.0[5]
    }

    /// The digits by which people tell the box of this share from others.
    pub fn box_digits(&self) -> String {
        super::hex(&self.box_id())
    }

    /// Tells this share from any other without telling anything of it.
    pub fn fingerprint(&self) -> [u8; 32] {
        Sha256::digest([&b"phieu key share 1"[..], &self.0].concat()).into()
    }

    /// The symbols without spaces, in capitals: as a QR code holds them in the least space.
    pub fn compact(&self) -> Zeroizing<String> {
        let prefix = Hrp::parse(PREFIX).expect("a short lower-case word");
        let written = bech32::encode_upper::<Bech32m>(prefix, &self.0);
        Zeroizing::new(written.expect("a share is shorter than the longest text"))
    }

    /// The symbols in groups of five, as they are printed and typed.
    pub fn groups(&self) -> Vec<Zeroizing<String>> {
        let compact = self.compact();
        let group = |at: usize| Zeroizing::new(compact[at..at + GROUP].to_lowercase());
        (0..LENGTH).step_by(GROUP).map(group).collect()
    }

    pub(super) fn box_id(&self) -> [u8; 4] {
        [self.0[1], self.0[2], self.0[3], self.0[4]]
    }

    pub(super) fn part(&self) -> Vec<u8> {
        self.0[6..].to_vec()
    }
}

/// Finds a share in what somebody typed, or in a file that says more than the share: it begins
/// a line with `phieu1`; case, spaces, hyphens and line breaks within it do not matter.
impl FromStr for KeyShare {
    type Err = ShareError;

    fn from_str(text: &str) -> Result<Self, ShareError> {
        let symbols = Zeroizing::new(symbols(text).ok_or(ShareError::Absent)?);
        for (at, symbol) in symbols.chars().enumerate().skip(PREFIX.len() + 1) {
            if !SYMBOLS.contains(symbol) {
                return Err(ShareError::Symbol(symbol, at / GROUP + 1));
            }
        }
        if symbols.len() != LENGTH {
            return Err(ShareError::Length(symbols.len()));
        }
        let Ok(checked) = CheckedHrpstring::new::<Bech32m>(&symbols) else {
            return Err(ShareError::Mistyped(wrong_group(&symbols)));
        };
        let bytes = Zeroizing::new(checked.byte_iter().collect::<Vec<u8>>());
        let bytes: [u8; BYTES] = bytes[..].try_into().map_err(|_| ShareError::Later)?;
        if bytes[0] == FORMAT { Ok(Self(bytes)) } else { Err(ShareError::Later) }
    }
}

/// The group in which one symbol is wrong or two neighbours have changed places, if that is all.
///
/// By trying: the library's own search panics on some texts with three wrong symbols.
fn wrong_group(symbols: &str) -> Option<usize> {
    let sound = |bytes: &[u8]| {
        std::str::from_utf8(bytes).is_ok_and(|text| CheckedHrpstring::new::<Bech32m>(text).is_ok())
    };
    let mut tried = Zeroizing::new(symbols.as_bytes().to_vec());
    for at in PREFIX.len() + 1..LENGTH {
        let was = tried[at];
        for symbol in SYMBOLS.bytes() {
            tried[at] = symbol;
            if sound(&tried) {
                return Some(at / GROUP + 1);
            }
        }
        tried[at] = was;
        if at + 1 < LENGTH {
            tried.swap(at, at + 1);
            if sound(&tried) {
                return Some(at / GROUP + 1);
            }
            tried.swap(at, at + 1);
        }
    }
    None
}

/// The symbols of a share, in lower case and without what separates them.
fn symbols(text: &str) -> Option<String> {
    let mut lines = text.lines().skip_while(|line| !begins(line)).peekable();
    lines.peek()?;
    let mut symbols = String::with_capacity(LENGTH + 8);
    for line in lines.take_while(|line| !line.trim().is_empty()) {
        if symbols.len() >= LENGTH {
            break;
        }
        symbols.extend(line.chars().filter(|c| !is_separator(*c)).flat_map(char::to_lowercase));
    }
    Some(symbols)
}

fn begins(line: &str) -> bool {
    let mut symbols = line.chars().filter(|c| !is_separator(*c)).flat_map(char::to_lowercase);
    PREFIX.chars().chain(['1']).all(|expected| symbols.next() == Some(expected))
}

fn is_separator(c: char) -> bool {
    c.is_whitespace() || matches!(c, '-' | '‑' | '–' | '\u{feff}' | '\u{200b}')
}

/// A share opens a box together with another, so it never reaches a log.
impl fmt::Debug for KeyShare {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "KeyShare({} of split {}, …)", self.number(), self.split())
    }
}
