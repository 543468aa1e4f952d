//! The sealed box: submitted answers that nobody can read until the round is opened.
//!
//! HPKE (RFC 9180, base mode, X25519, HKDF-SHA-256, ChaCha20-Poly1305) to the round's public
//! key. One envelope holds two messages: first the receipt's hash, then the answers. So at
//! opening every receipt can be kept, while answers that are not scored die unread. The
//! content is padded first, and bound to its round and part, so that neither its length nor
//! a swap of two rows tells anything.

mod slip;

use super::padding::{SEALED_SIZES, pad, unpad};
use crate::questionnaire::Recorded;
use hpke::{
    Deserializable, Kem, OpModeR, OpModeS, Serializable, aead::ChaCha20Poly1305, kdf::HkdfSha256,
    kem::X25519HkdfSha256, rand_core::CryptoRng,
};
use serde::{Deserialize, Serialize};
use std::{collections::BTreeMap, fmt};
use uuid::Uuid;

type Exchange = X25519HkdfSha256;
type PublicKey = <Exchange as Kem>::PublicKey;
type PrivateKey = <Exchange as Kem>::PrivateKey;
type Encapsulated = <Exchange as Kem>::EncappedKey;

const INFO: &[u8] = b"phieu sealed answer 1";
const ENCAPSULATED: usize = 32;
/// 32 bytes of hash and 16 of authentication.
const RECEIPT: usize = 48;

type OpeningContext = hpke::aead::AeadCtxR<ChaCha20Poly1305, HkdfSha256, Exchange>;

/// The half of a box key that seals.
#[derive(Clone)]
pub struct BoxPublicKey(PublicKey);

/// The half of a box key that opens. It dies with the box.
#[derive(Clone)]
pub struct BoxPrivateKey(PrivateKey);

/// What is inside a sealed answer.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SealedContent {
    /// The part it answers; checked at opening against the row it was found in.
    pub part: Uuid,
    /// The form's id.
    pub form: String,
    /// The form's version.
    pub form_version: String,
    /// How the answers came in: `web`, `paper` …
    pub mode: String,
    /// The answers, as codes and values.
    pub answers: BTreeMap<String, Recorded>,
}

/// Why an answer could not be sealed or opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SealError {
    /// The answers are longer than the largest envelope.
    #[error("the answers are too long to be sealed")]
    TooLong,
    /// Not a key of this kind.
    #[error("this is not a key of a sealed box")]
    BadKey,
    /// The key does not fit, the envelope is damaged, or it lay in another's place.
    #[error("this sealed answer cannot be opened with this key in this place")]
    Unopenable,
}

impl BoxPrivateKey {
    /// A new key.
    pub fn generate(rng: &mut impl CryptoRng) -> Self {
        Self(Exchange::gen_keypair_with_rng(rng).0)
    }

    /// The half that may be stored in the database.
    pub fn public(&self) -> BoxPublicKey {
        BoxPublicKey(Exchange::sk_to_pk(&self.0))
    }

    /// The bytes of the key, for the key file or its shares.
    pub fn to_bytes(&self) -> Vec<u8> {
        self.0.to_bytes().to_vec()
    }

    /// Reads what [`BoxPrivateKey::to_bytes`] wrote.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, SealError> {
        PrivateKey::from_bytes(bytes).map(Self).map_err(|_| SealError::BadKey)
    }

    /// Takes only the receipt's hash out of an envelope; the answers stay unread.
    pub fn open_receipt(
        &self,
        sealed: &[u8],
        round: Uuid,
        part: Uuid,
    ) -> Result<[u8; 32], SealError> {
        Ok(self.receipt_and_rest(sealed, round, part)?.0)
    }

    /// Opens what [`BoxPublicKey::seal`] sealed for `part` of `round`: the receipt's hash and
    /// the answers.
    pub fn open(
        &self,
        sealed: &[u8],
        round: Uuid,
        part: Uuid,
    ) -> Result<([u8; 32], SealedContent), SealError> {
        let (receipt, mut context, body) = self.receipt_and_rest(sealed, round, part)?;
        let padded = context.open(body, &place(round, part)).map_err(|_| SealError::Unopenable)?;
        let content: SealedContent = unpad(&padded)
            .and_then(|plain| serde_json::from_slice(plain).ok())
            .ok_or(SealError::Unopenable)?;
        if content.part == part { Ok((receipt, content)) } else { Err(SealError::Unopenable) }
    }

    fn receipt_and_rest<'a>(
        &self,
        sealed: &'a [u8],
        round: Uuid,
        part: Uuid,
    ) -> Result<([u8; 32], OpeningContext, &'a [u8]), SealError> {
        let (encapsulated, rest) =
            sealed.split_at_checked(ENCAPSULATED).ok_or(SealError::Unopenable)?;
        let (receipt, body) = rest.split_at_checked(RECEIPT).ok_or(SealError::Unopenable)?;
        let encapsulated =
            Encapsulated::from_bytes(encapsulated).map_err(|_| SealError::Unopenable)?;
        let mut context = hpke::setup_receiver::<ChaCha20Poly1305, HkdfSha256, Exchange>(
            &OpModeR::Base,
            &self.0,
            &encapsulated,
            INFO,
        )
        .map_err(|_| SealError::Unopenable)?;
        let receipt = context
            .open(receipt, &place(round, part))
            .ok()
            .and_then(|receipt| receipt.try_into().ok())
            .ok_or(SealError::Unopenable)?;
        Ok((receipt, context, body))
    }
}

impl BoxPublicKey {
    /// The bytes of the key.
    pub fn to_bytes(&self) -> Vec<u8> {
        self.0.to_bytes().to_vec()
    }

    /// Reads what [`BoxPublicKey::to_bytes`] wrote.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, SealError> {
        PublicKey::from_bytes(bytes).map(Self).map_err(|_| SealError::BadKey)
    }

    /// Seals `content` and its receipt's hash, as an answer to the content's part of `round`.
    pub fn seal(
        &self,
        content: &SealedContent,
        receipt_after: &[u8; 32],
        round: Uuid,
        rng: &mut impl CryptoRng,
    ) -> Result<Vec<u8>, SealError> {
        let plain = serde_json::to_vec(content).expect("sealed content is plain data");
        let padded = pad(&plain, SEALED_SIZES).ok_or(SealError::TooLong)?;
        let place = place(round, content.part);
        let (encapsulated, mut context) = hpke::setup_sender_with_rng::<
            ChaCha20Poly1305,
            HkdfSha256,
            Exchange,
        >(&OpModeS::Base, &self.0, INFO, rng)
        .map_err(|_| SealError::BadKey)?;
        let receipt = context.seal(receipt_after, &place).map_err(|_| SealError::TooLong)?;
        let body = context.seal(&padded, &place).map_err(|_| SealError::TooLong)?;
        Ok([&encapsulated.to_bytes()[..], &receipt, &body].concat())
    }
}

/// Keys never reach a log.
impl fmt::Debug for BoxPrivateKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("BoxPrivateKey(…)")
    }
}

impl fmt::Debug for BoxPublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("BoxPublicKey(…)")
    }
}

fn place(round: Uuid, part: Uuid) -> [u8; 32] {
    let mut place = [0; 32];
    place[..16].copy_from_slice(round.as_bytes());
    place[16..].copy_from_slice(part.as_bytes());
    place
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand::{SeedableRng, rngs::StdRng};

    fn content(part: Uuid, note: &str) -> SealedContent {
        SealedContent {
            part,
            form: "nguoi-dan".to_owned(),
            form_version: "1".to_owned(),
            mode: "web".to_owned(),
            answers: BTreeMap::from([("y_kien".to_owned(), Recorded::Text(note.to_owned()))]),
        }
    }

    #[test]
    fn only_the_key_and_the_right_place_open_an_answer() {
        let mut rng = StdRng::seed_from_u64(1);
        let key = BoxPrivateKey::generate(&mut rng);
        let (round, part, other) = (Uuid::from_u128(1), Uuid::from_u128(2), Uuid::from_u128(3));
        let sealed = key.public().seal(&content(part, "tốt"), &[9; 32], round, &mut rng).unwrap();
        assert_eq!(key.open(&sealed, round, part), Ok(([9; 32], content(part, "tốt"))));
        assert_eq!(key.open_receipt(&sealed, round, part), Ok([9; 32]));
        assert_eq!(key.open(&sealed, round, other), Err(SealError::Unopenable));
        assert_eq!(key.open(&sealed, other, part), Err(SealError::Unopenable));
        assert_eq!(key.open(&sealed[..90], round, part), Err(SealError::Unopenable));
        let wrong = BoxPrivateKey::generate(&mut rng);
        assert_eq!(wrong.open(&sealed, round, part), Err(SealError::Unopenable));
    }

    #[test]
    fn keys_survive_their_files() {
        let key = BoxPrivateKey::generate(&mut StdRng::seed_from_u64(2));
        let again = BoxPrivateKey::from_bytes(&key.to_bytes()).unwrap();
        assert_eq!(again.public().to_bytes(), key.public().to_bytes());
        assert_eq!(BoxPublicKey::from_bytes(&[1; 3]).unwrap_err(), SealError::BadKey);
    }

    #[test]
    fn a_long_answer_and_a_short_one_are_of_one_length() {
        let mut rng = StdRng::seed_from_u64(3);
        let key = BoxPrivateKey::generate(&mut rng).public();
        let mut length = |note: &str| {
            key.seal(&content(Uuid::nil(), note), &[0; 32], Uuid::nil(), &mut rng).unwrap().len()
        };
        assert_eq!(length(""), length(&"ý".repeat(500)));
        assert!(length(&"ý".repeat(2000)) > length(""));
    }
}
