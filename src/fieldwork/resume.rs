//! The number that carries a draft to another device.

use super::{
    access_code::{AccessCode, InvalidCode},
    draft::DraftKey,
    keyed::{Key, keyed_hash},
};
use argon2::{Algorithm, Argon2, Params, Version};
use chacha20poly1305::{
    KeyInit, XChaCha20Poly1305, XNonce,
    aead::{Aead, Payload},
};
use std::{fmt, str::FromStr};
use uuid::Uuid;
use zeroize::Zeroizing;

const NONCE: usize = 24;

/// Twelve symbols like those of a code, which only the respondent knows.
///
/// A code and this number together read a draft, neither does alone. The number has 53 bits, so
/// trying numbers is made slow, and needs a secret that is not in the database.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct ResumeNumber(AccessCode);

/// What a number opens of one invitation, slow to work out.
pub struct ResumeKey(Zeroizing<[u8; 32]>);

impl ResumeNumber {
    /// A number made of random `bytes`.
    pub fn new(bytes: [u8; 16]) -> Self {
        Self(AccessCode::from_number(u128::from_le_bytes(bytes)))
    }

    /// What the number opens of `invitation`: Argon2id with 19 MiB, two passes and one lane.
    pub fn key(&self, secret: &Key, invitation: Uuid) -> ResumeKey {
        let params = Params::new(19 * 1024, 2, 1, None).expect("these parameters are permitted");
        let argon2 = Argon2::new(Algorithm::Argon2id, Version::V0x13, params);
        let password = keyed_hash(secret, "resume number", &[&self.0.to_bytes()]);
        let mut key = Zeroizing::new([0; 32]);
        argon2
            .hash_password_into(&password, invitation.as_bytes(), &mut *key)
            .expect("salt, password and key have permitted lengths");
        ResumeKey(key)
    }
}

impl ResumeKey {
    /// The key of `draft`, to be stored beside it. The `nonce` must be random.
    pub fn wrap(&self, key: &DraftKey, draft: Uuid, nonce: [u8; NONCE]) -> Vec<u8> {
        let wrapped = self
            .cipher()
            .encrypt(&XNonce::from(nonce), Payload { msg: key.bytes(), aad: draft.as_bytes() })
            .expect("encryption in memory cannot fail");
        [&nonce[..], &wrapped].concat()
    }

    /// Reads what [`ResumeKey::wrap`] wrote beside `draft`; nothing under another number.
    pub fn unwrap(&self, wrapped: &[u8], draft: Uuid) -> Option<DraftKey> {
        let (nonce, wrapped) = wrapped.split_first_chunk::<NONCE>()?;
        let payload = Payload { msg: wrapped, aad: draft.as_bytes() };
        let key = self.cipher().decrypt(&XNonce::from(*nonce), payload).ok()?;
        Some(DraftKey::new(key.try_into().ok()?))
    }

    fn cipher(&self) -> XChaCha20Poly1305 {
        XChaCha20Poly1305::new((&*self.0).into())
    }
}

/// In groups of three, so that it does not look like a code.
impl fmt::Display for ResumeNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, symbol) in self.0.compact().chars().enumerate() {
            if at > 0 && at % 3 == 0 {
                f.write_str("-")?;
            }
            write!(f, "{symbol}")?;
        }
        Ok(())
    }
}

/// The number opens answers, so it never reaches a log.
impl fmt::Debug for ResumeNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ResumeNumber(…)")
    }
}

impl FromStr for ResumeNumber {
    type Err = InvalidCode;

    fn from_str(typed: &str) -> Result<Self, InvalidCode> {
        typed.parse().map(Self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_is_read_as_it_is_printed() {
        let number = ResumeNumber::new([9; 16]);
        let printed = number.to_string();
        assert_eq!(printed.len(), 15);
        assert_eq!(printed.to_lowercase().replace('-', " ").parse(), Ok(number));
        assert!(printed.replacen(&printed[..1], "", 1).parse::<ResumeNumber>().is_err());
    }

    #[test]
    fn only_number_secret_invitation_and_draft_together_give_the_key() {
        let (number, secret, invitation) =
            (ResumeNumber::new([1; 16]), Key::new([2; 32]), Uuid::from_u128(3));
        let (key, draft) = (DraftKey::new([4; 32]), Uuid::from_u128(5));
        let opened_by = number.key(&secret, invitation);
        let wrapped = opened_by.wrap(&key, draft, [6; NONCE]);
        assert_eq!(number.key(&secret, invitation).unwrap(&wrapped, draft), Some(key));
        assert_eq!(opened_by.unwrap(&wrapped, Uuid::from_u128(6)), None);
        assert_eq!(opened_by.unwrap(&wrapped[..30], draft), None);
        let others = [
            ResumeNumber::new([7; 16]).key(&secret, invitation),
            number.key(&Key::new([8; 32]), invitation),
            number.key(&secret, Uuid::from_u128(9)),
        ];
        assert!(others.iter().all(|other| other.unwrap(&wrapped, draft).is_none()));
    }
}
