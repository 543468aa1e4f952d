//! A slip: why somebody does not take part, sealed like an answer until the box is opened.
//!
//! A count that grew with each slip would tell, to whoever holds two backups, what the one
//! person said who declined in between. A sealed slip tells no more than that one declined.

use super::{
    BoxPrivateKey, BoxPublicKey, ENCAPSULATED, Encapsulated, Exchange, SealError, pad, place, unpad,
};
use crate::fieldwork::{Reason, Said};
use hpke::{
    Deserializable, OpModeR, OpModeS, Serializable, aead::ChaCha20Poly1305, kdf::HkdfSha256,
    rand_core::CryptoRng,
};
use uuid::Uuid;

const INFO: &[u8] = b"phieu sealed slip 1";

/// All slips are of one length.
const SIZE: &[usize] = &[64];

impl BoxPublicKey {
    /// Seals what somebody said and why, as the slip `id` of `round`.
    pub fn seal_slip(
        &self,
        said: Said,
        reason: Reason,
        round: Uuid,
        id: Uuid,
        rng: &mut impl CryptoRng,
    ) -> Result<Vec<u8>, SealError> {
        let plain = format!("{}/{}", said.as_str(), reason.as_str());
        let padded = pad(plain.as_bytes(), SIZE).ok_or(SealError::TooLong)?;
        let (encapsulated, mut context) = hpke::setup_sender_with_rng::<
            ChaCha20Poly1305,
            HkdfSha256,
            Exchange,
        >(&OpModeS::Base, &self.0, INFO, rng)
        .map_err(|_| SealError::BadKey)?;
        let body = context.seal(&padded, &place(round, id)).map_err(|_| SealError::TooLong)?;
        Ok([&encapsulated.to_bytes()[..], &body].concat())
    }
}

impl BoxPrivateKey {
    /// Opens what [`BoxPublicKey::seal_slip`] sealed as the slip `id` of `round`.
    pub fn open_slip(
        &self,
        sealed: &[u8],
        round: Uuid,
        id: Uuid,
    ) -> Result<(Said, Reason), SealError> {
        let unopenable = SealError::Unopenable;
        let (encapsulated, body) = sealed.split_at_checked(ENCAPSULATED).ok_or(unopenable)?;
        let encapsulated = Encapsulated::from_bytes(encapsulated).map_err(|_| unopenable)?;
        let mut context = hpke::setup_receiver::<ChaCha20Poly1305, HkdfSha256, Exchange>(
            &OpModeR::Base,
            &self.0,
            &encapsulated,
            INFO,
        )
        .map_err(|_| unopenable)?;
        let padded = context.open(body, &place(round, id)).map_err(|_| unopenable)?;
        let plain = unpad(&padded).and_then(|plain| std::str::from_utf8(plain).ok());
        let (said, reason) = plain.and_then(|plain| plain.split_once('/')).ok_or(unopenable)?;
        let said = Said::parse(said).ok_or(unopenable)?;
        Ok((said, Reason::parse(said, reason).ok_or(unopenable)?))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand::{SeedableRng, rngs::StdRng};

    #[test]
    fn only_the_key_and_the_right_place_open_a_slip_and_all_are_of_one_length() {
        let mut rng = StdRng::seed_from_u64(1);
        let key = BoxPrivateKey::generate(&mut rng);
        let (round, id, other) = (Uuid::from_u128(1), Uuid::from_u128(2), Uuid::from_u128(3));
        let mut lengths = Vec::new();
        for said in [Said::Refused, Said::NotEligible] {
            for &reason in Reason::of(said) {
                let slip = key.public().seal_slip(said, reason, round, id, &mut rng).unwrap();
                assert_eq!(key.open_slip(&slip, round, id), Ok((said, reason)));
                assert_eq!(key.open_slip(&slip, round, other), Err(SealError::Unopenable));
                assert_eq!(key.open_slip(&slip, other, id), Err(SealError::Unopenable));
                assert_eq!(key.open_slip(&slip[..40], round, id), Err(SealError::Unopenable));
                lengths.push(slip.len());
            }
        }
        lengths.dedup();
        assert_eq!(lengths.len(), 1);
    }
}
