//! A box key in the hands of three people, of whom any two can open the box.
//!
//! The key is made and split away from the server (Shamir's scheme over GF(256), A. Shamir,
//! "How to share a secret", 1979). The server knows the public half and a fingerprint of each
//! share, which tell nothing of the key, yet tell a share of this box from any other.
//! A lost share is replaced by splitting the same key again: shares of two splits do not fit
//! together, and the server takes those of the latest split only.

mod share;
#[cfg(test)]
mod tests;

pub use share::KeyShare;

use super::sealed_box::{BoxPrivateKey, BoxPublicKey, SealedContent};
use crate::{messages::Text, text};
use rand::CryptoRng;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use uuid::Uuid;
use vsss_rs::Gf256;
use zeroize::Zeroizing;

/// How many people hold a share.
pub const HOLDERS: usize = 3;
/// How many of them are needed.
pub const NEEDED: usize = 2;

/// What may be known of a split key: everything but the shares.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Keyholders {
    /// The public half of the box key, in hexadecimal digits.
    box_key: String,
    /// 1 for the first split of the key, and one more for each that replaced it.
    pub split: u8,
    /// Who holds which share.
    pub shares: Vec<Holder>,
}

/// One share as others may know it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Holder {
    /// 1, 2 or 3.
    pub number: u8,
    /// Who holds it; empty if it was not written down.
    pub holder: String,
    /// Tells this share from any other, in hexadecimal digits.
    pub fingerprint: String,
}

/// Why shares do not open a box.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ShareError {
    /// There is no share in what was given.
    Absent,
    /// Too few or too many symbols.
    Length(usize),
    /// A character that no share contains, and the group in which it stands, from 1.
    Symbol(char, usize),
    /// The check symbols do not agree; the group in which something is wrong, if that can be told.
    Mistyped(Option<usize>),
    /// Written by a later version of this program.
    Later,
    /// Fewer shares than are needed.
    TooFew(usize),
    /// One share was given twice.
    Twice(u8),
    /// The share belongs to another box.
    OtherBox(u8),
    /// The share is of a split that was replaced, or of a later one.
    OtherSplit {
        /// Which share.
        number: u8,
        /// The split that it is of.
        split: u8,
        /// The split that is needed.
        needed: u8,
    },
    /// The share is not the one that was handed out under its number.
    Unknown(u8),
    /// The shares are sound and yet do not give the key of this box.
    DoNotFit,
    /// What was given is no public file of a split key.
    NotPublic,
}

impl Keyholders {
    /// Splits `key` among `holders`, for the `split`th time.
    pub fn split(
        key: &BoxPrivateKey,
        split: u8,
        holders: &[String; HOLDERS],
        mut rng: impl CryptoRng,
    ) -> (Self, Vec<KeyShare>) {
        let secret = Zeroizing::new(key.to_bytes());
        let parts = Gf256::split_bytes(NEEDED, HOLDERS, &*secret, &mut rng)
            .expect("two of three is a valid split");
        let box_key = key.public().to_bytes();
        let shares: Vec<KeyShare> = parts
            .into_iter()
            .map(|part| KeyShare::new(box_id(&box_key), split, &Zeroizing::new(part)))
            .collect();
        let known = shares.iter().zip(holders).map(|(share, holder)| Holder {
            number: share.number(),
            holder: holder.clone(),
            fingerprint: hex(&share.fingerprint()),
        });
        (Self { box_key: hex(&box_key), split, shares: known.collect() }, shares)
    }

    /// Reads the public file of a split key.
    pub fn from_json(text: &str) -> Result<Self, ShareError> {
        let known: Self = serde_json::from_str(text).map_err(|_| ShareError::NotPublic)?;
        let numbers = known.shares.iter().map(|share| usize::from(share.number));
        let fingerprints = known.shares.iter().all(|share| unhex(&share.fingerprint).is_some());
        if known.box_key().is_some() && numbers.eq(1..=HOLDERS) && fingerprints {
            Ok(known)
        } else {
            Err(ShareError::NotPublic)
        }
    }

    /// The public file of a split key.
    pub fn to_json(&self) -> String {
        serde_json::to_string_pretty(self).expect("public facts are plain data") + "\n"
    }

    /// The public half of the box key.
    pub fn public(&self) -> BoxPublicKey {
        self.box_key().expect("checked when it was read")
    }

    /// The digits by which people tell this box from others.
    pub fn box_digits(&self) -> String {
        hex(&box_id(&self.public().to_bytes()))
    }

    /// The key, from shares of this split. Every two of them must give it.
    pub fn recover(&self, shares: &[KeyShare]) -> Result<BoxPrivateKey, ShareError> {
        for share in shares {
            let number = share.number();
            if share.box_id() != box_id(&self.public().to_bytes()) {
                return Err(ShareError::OtherBox(number));
            }
            if share.split() != self.split {
                let (split, needed) = (share.split(), self.split);
                return Err(ShareError::OtherSplit { number, split, needed });
            }
            let known = self.shares.iter().find(|known| known.number == number);
            if known.is_none_or(|known| known.fingerprint != hex(&share.fingerprint())) {
                return Err(ShareError::Unknown(number));
            }
        }
        recover(shares)
    }

    /// Seals a trial answer under the public key, and opens it with the key that `shares` give.
    pub fn rehearse(&self, shares: &[KeyShare], mut rng: impl CryptoRng) -> Result<(), ShareError> {
        let (round, part) = (Uuid::nil(), Uuid::nil());
        let trial = SealedContent {
            part,
            form: "-".to_owned(),
            form_version: "-".to_owned(),
            mode: "-".to_owned(),
            answers: BTreeMap::new(),
        };
        let unfit = |_| ShareError::DoNotFit;
        let sealed = self.public().seal(&trial, &[1; 32], round, &mut rng).map_err(unfit)?;
        let key = self.recover(shares)?;
        let opened = key.open(&sealed, round, part).map_err(unfit)?;
        if opened == ([1; 32], trial) { Ok(()) } else { Err(ShareError::DoNotFit) }
    }

    fn box_key(&self) -> Option<BoxPublicKey> {
        BoxPublicKey::from_bytes(&unhex(&self.box_key)?).ok()
    }
}

/// The key that every two of `shares` give; the shares themselves say whether it is the right one.
pub fn recover(shares: &[KeyShare]) -> Result<BoxPrivateKey, ShareError> {
    for (at, share) in shares.iter().enumerate() {
        if shares[..at].iter().any(|before| before.number() == share.number()) {
            return Err(ShareError::Twice(share.number()));
        }
    }
    let pairs =
        (0..shares.len()).flat_map(|one| (one + 1..shares.len()).map(move |two| (one, two)));
    let mut key = None;
    for (one, two) in pairs {
        key = Some(recover_from_two(&shares[one], &shares[two])?);
    }
    key.ok_or(ShareError::TooFew(shares.len()))
}

fn recover_from_two(one: &KeyShare, two: &KeyShare) -> Result<BoxPrivateKey, ShareError> {
    if one.box_id() != two.box_id() || one.split() != two.split() {
        return Err(ShareError::DoNotFit);
    }
    let parts = Zeroizing::new(vec![one.part(), two.part()]);
    let secret = Gf256::combine_bytes(&*parts).map_err(|_| ShareError::DoNotFit)?;
    let key = BoxPrivateKey::from_bytes(&Zeroizing::new(secret));
    key.ok()
        .filter(|key| box_id(&key.public().to_bytes()) == one.box_id())
        .ok_or(ShareError::DoNotFit)
}

impl ShareError {
    /// What to tell whoever gave the shares.
    pub fn text(&self) -> Text {
        match self {
            Self::Absent => text!("keys.absent"),
            Self::Length(found) => text!("keys.length", found = found, needed = share::LENGTH),
            Self::Symbol(symbol, group) => text!("keys.symbol", symbol = symbol, group = group),
            Self::Mistyped(None) => text!("keys.mistyped"),
            Self::Mistyped(Some(group)) => text!("keys.mistyped_there", group = group),
            Self::Later => text!("keys.later"),
            Self::TooFew(found) => text!("keys.too_few", needed = NEEDED, found = found),
            Self::Twice(number) => text!("keys.twice", number = number),
            Self::OtherBox(number) => text!("keys.other_box", number = number),
            Self::OtherSplit { number, split, needed } if split < needed => {
                text!("keys.older_split", number = number, split = split, needed = needed)
            }
            Self::OtherSplit { number, split, needed } => {
                text!("keys.newer_split", number = number, split = split, needed = needed)
            }
            Self::Unknown(number) => text!("keys.unknown", number = number),
            Self::DoNotFit => text!("keys.do_not_fit"),
            Self::NotPublic => text!("keys.not_public"),
        }
    }
}

/// Names a box on its shares.
fn box_id(public_key: &[u8]) -> [u8; 4] {
    let hash: [u8; 32] = Sha256::digest([&b"phieu box 1"[..], public_key].concat()).into();
    [hash[0], hash[1], hash[2], hash[3]]
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn unhex(digits: &str) -> Option<[u8; 32]> {
    let mut bytes = [0; 32];
    if digits.len() != 64 || !digits.is_ascii() {
        return None;
    }
    for (at, byte) in bytes.iter_mut().enumerate() {
        *byte = u8::from_str_radix(&digits[at * 2..at * 2 + 2], 16).ok()?;
    }
    Some(bytes)
}
