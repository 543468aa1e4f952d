//! Keyed hashes: one secret serves several purposes without mixing them.

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use std::fmt;
use zeroize::{Zeroize, ZeroizeOnDrop};

/// 32 secret bytes.
#[derive(Clone, PartialEq, Eq, Zeroize, ZeroizeOnDrop)]
pub struct Key([u8; 32]);

impl Key {
    /// A key made of `bytes`.
    pub fn new(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// The bytes of the key, for a cipher or a key file.
    pub fn bytes(&self) -> &[u8; 32] {
        &self.0
    }

    /// A key for one purpose, which tells nothing of this one.
    pub fn derive(&self, purpose: &str, context: &[u8]) -> Self {
        Self(keyed_hash(self, purpose, &[context]))
    }
}

/// Keys never reach a log.
impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Key(…)")
    }
}

/// HMAC-SHA-256 of `parts` under `key`, for one `purpose`.
///
/// Purpose and parts are written with their lengths, so no two inputs look alike.
pub fn keyed_hash(key: &Key, purpose: &str, parts: &[&[u8]]) -> [u8; 32] {
    let mut mac = Hmac::<Sha256>::new_from_slice(&key.0).expect("HMAC takes keys of any length");
    for part in std::iter::once(&purpose.as_bytes()).chain(parts) {
        mac.update(&(part.len() as u64).to_le_bytes());
        mac.update(part);
    }
    mac.finalize().into_bytes().into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_cannot_be_shifted_into_each_other() {
        let key = Key::new([7; 32]);
        let hash = |parts: &[&[u8]]| keyed_hash(&key, "test", parts);
        assert_ne!(hash(&[b"ab", b"c"]), hash(&[b"a", b"bc"]));
        assert_ne!(hash(&[b"abc"]), keyed_hash(&key, "tes", &[b"tabc"]));
        assert_eq!(hash(&[b"abc"]), hash(&[b"abc"]));
    }
}
