//! The operator's password. Kept as a hash that is slow to try.

use super::OfficeApp;
use crate::{
    conduct::{ConductError, Office},
    storage::StorageError,
    text,
    web::{WebError, chance},
};
use argon2::{
    Algorithm, Argon2, Params, PasswordHasher, PasswordVerifier, Version,
    password_hash::phc::PasswordHash,
};
use serde_json::json;

/// The fact under which the hash is kept.
const FACT: &str = "operator_password";
/// Fewer characters than this can be guessed.
pub(super) const SHORTEST: usize = 12;
/// More than anybody types; longer ones only cost time.
const LONGEST: usize = 1024;

/// Sets the operator's password, and ends every session.
///
/// The hash is Argon2id with 19 MiB, two passes and one lane.
pub async fn set_operator_password(office: &Office, password: &str) -> Result<(), ConductError> {
    let length = password.chars().count();
    if !(SHORTEST..=LONGEST).contains(&length) {
        return Err(ConductError::Refused(text!(
            "office.password_length",
            least = SHORTEST,
            most = LONGEST
        )));
    }
    let password = password.to_owned();
    let hash = tokio::task::spawn_blocking(move || hashed(&password))
        .await
        .expect("hashing a password does not panic");
    let mut tx = office.store.write().await?;
    tx.note_fact(FACT, &hash).await?;
    tx.end_all_office_sessions().await?;
    tx.record_act(office.clock.now(), &office.actor, "operator.password", &json!({})).await?;
    Ok(tx.commit().await?)
}

/// Whether a password has been set.
pub(super) async fn is_set(office: &Office) -> Result<bool, StorageError> {
    Ok(office.store.read().await?.fact(FACT).await?.is_some())
}

/// Whether `password` is the operator's.
pub(super) async fn is_right(app: &OfficeApp, password: String) -> Result<bool, WebError> {
    let Some(hash) = app.office.store.read().await?.fact(FACT).await? else { return Ok(false) };
    if password.len() > 4 * LONGEST {
        return Ok(false);
    }
    let stopped = |_| WebError::unavailable("the service is stopping");
    let _permit = app.checks.acquire().await.map_err(stopped)?;
    let checked = tokio::task::spawn_blocking(move || matches(&password, &hash)).await;
    checked.map_err(|problem| WebError::internal(&problem))
}

fn argon2() -> Argon2<'static> {
    let params = Params::new(19 * 1024, 2, 1, None).expect("these parameters are permitted");
    Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
}

fn hashed(password: &str) -> String {
    let salt: [u8; 16] = chance::bytes();
    let hash: PasswordHash = argon2()
        .hash_password_with_salt(password.as_bytes(), &salt)
        .expect("salt and password have permitted lengths");
    hash.to_string()
}

fn matches(password: &str, hash: &str) -> bool {
    PasswordHash::new(hash)
        .is_ok_and(|hash| argon2().verify_password(password.as_bytes(), &hash).is_ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_password_itself_matches_its_hash() {
        let hash = hashed("mật khẩu rất dài");
        assert!(hash.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{hash}");
        assert!(matches("mật khẩu rất dài", &hash));
        assert!(!matches("mật khẩu rất dài ", &hash));
        assert!(!matches("", &hash));
        assert!(!matches("mật khẩu rất dài", "not a hash"));
        assert_ne!(hash, hashed("mật khẩu rất dài"));
    }
}
