//! Answers not yet submitted, readable only by the browser that gives them.

use super::{
    keyed::{Key, keyed_hash},
    padding::{DRAFT_SIZES, pad, unpad},
    receipt::Receipt,
};
use crate::questionnaire::Answers;
use chacha20poly1305::{
    KeyInit, XChaCha20Poly1305, XNonce,
    aead::{Aead, Payload},
};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

const NONCE: usize = 24;

/// What a respondent has answered so far.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Draft {
    /// The answers, those on pages that no longer apply included.
    #[serde(rename = "a")]
    pub answers: Answers,
    /// The furthest page reached.
    #[serde(rename = "p")]
    pub reached: usize,
    /// The version of the notice that was agreed to.
    #[serde(rename = "n")]
    pub notice: String,
    /// When it was begun, in milliseconds; `None` once there was a long pause, so that the time
    /// it took means nothing. It stands here alone and dies with the draft.
    #[serde(rename = "t", default, skip_serializing_if = "Option::is_none")]
    pub began: Option<i64>,
}

/// The key of one draft. The browser's cookie holds it, and nobody else.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DraftKey(Key);

/// A draft that this key does not open, or that is damaged.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the draft cannot be read with this key")]
pub struct UnreadableDraft;

impl DraftKey {
    /// A key made of random `bytes`.
    pub fn new(bytes: [u8; 32]) -> Self {
        Self(Key::new(bytes))
    }

    /// The bytes of the key, for the cookie.
    pub fn bytes(&self) -> &[u8; 32] {
        self.0.bytes()
    }

    /// The receipt of whatever is submitted from this draft.
    ///
    /// It depends on the key alone: however often a browser repeats a submit, it is one submit.
    pub fn receipt(&self) -> Receipt {
        let hash = keyed_hash(&self.0, "receipt", &[]);
        let (bytes, _) = hash.split_first_chunk::<16>().expect("a hash has 32 bytes");
        Receipt::new(*bytes)
    }

    /// Encrypts `draft` for storage in row `id`. The `nonce` must be random.
    pub fn encrypt(&self, draft: &Draft, id: Uuid, nonce: [u8; NONCE]) -> Option<Vec<u8>> {
        let plain = serde_json::to_vec(draft).expect("a draft is plain data");
        let padded = pad(&plain, DRAFT_SIZES)?;
        let sealed = self
            .cipher()
            .encrypt(&XNonce::from(nonce), Payload { msg: &padded, aad: id.as_bytes() })
            .expect("encryption in memory cannot fail");
        let mut body = Vec::with_capacity(NONCE + sealed.len());
        body.extend_from_slice(&nonce);
        body.extend_from_slice(&sealed);
        Some(body)
    }

    /// Reads what [`DraftKey::encrypt`] wrote into row `id`.
    pub fn decrypt(&self, body: &[u8], id: Uuid) -> Result<Draft, UnreadableDraft> {
        let (nonce, sealed) = body.split_first_chunk::<NONCE>().ok_or(UnreadableDraft)?;
        let padded = self
            .cipher()
            .decrypt(&XNonce::from(*nonce), Payload { msg: sealed, aad: id.as_bytes() })
            .map_err(|_| UnreadableDraft)?;
        let plain = unpad(&padded).ok_or(UnreadableDraft)?;
        serde_json::from_slice(plain).map_err(|_| UnreadableDraft)
    }

    fn cipher(&self) -> XChaCha20Poly1305 {
        XChaCha20Poly1305::new(self.0.bytes().into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn draft() -> Draft {
        Draft {
            answers: Answers::default(),
            reached: 3,
            notice: "1".to_owned(),
            began: Some(1_772_413_200_000),
        }
    }

    #[test]
    fn only_the_right_key_and_row_read_a_draft() {
        let (key, id) = (DraftKey::new([1; 32]), Uuid::from_u128(7));
        let body = key.encrypt(&draft(), id, [2; NONCE]).unwrap();
        assert_eq!(key.decrypt(&body, id), Ok(draft()));
        assert_eq!(DraftKey::new([2; 32]).decrypt(&body, id), Err(UnreadableDraft));
        assert_eq!(key.decrypt(&body, Uuid::from_u128(8)), Err(UnreadableDraft));
        assert_eq!(key.decrypt(&body[..20], id), Err(UnreadableDraft));
    }

    #[test]
    fn a_draft_of_an_earlier_version_of_the_program_is_read() {
        let before: Draft = serde_json::from_str(r#"{"a":{},"p":3,"n":"1"}"#).unwrap();
        assert_eq!(before, Draft { began: None, ..draft() });
    }

    #[test]
    fn short_drafts_are_all_of_one_length() {
        let (key, id) = (DraftKey::new([1; 32]), Uuid::from_u128(7));
        let one = key.encrypt(&Draft::default(), id, [2; NONCE]).unwrap();
        let other = key.encrypt(&draft(), id, [3; NONCE]).unwrap();
        assert_eq!(one.len(), other.len());
    }
}
