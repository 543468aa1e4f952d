//! The cookies of a respondent's browser: the way in, one per draft, one per receipt, the language.
//!
//! The entry cookie carries the access code, encrypted, so that opening a link stores nothing
//! on the server. A draft's cookie holds its id and its key: nobody else can read the draft.
//! Names of drafts' and receipts' cookies are derived from the code, so several invitations
//! can be answered in one browser without one of them telling of another.

use crate::{
    fieldwork::{AccessCode, DraftKey, Key, Receipt, keyed_hash},
    messages::Language,
};
use axum::http::{HeaderMap, HeaderValue, header};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use chacha20poly1305::{KeyInit, XChaCha20Poly1305, XNonce, aead::Aead};
use std::fmt::Write;
use uuid::Uuid;

const ENTRY: &str = "phieu";
const LANGUAGE: &str = "lang";

/// Sixty days: longer than a round is open.
const LASTING: u32 = 60 * 24 * 60 * 60;
/// From a save to the page after it, on a slow line.
const NEXT_PAGE: u32 = 3;
/// More forms than anybody is ever asked to answer.
const MOST_PARTS: u8 = 32;
const NONCE: usize = 24;
const CODE: usize = 12;

/// What the entry cookie carries: a code, and which of its parts is being answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pass {
    /// The code that was typed or followed.
    pub code: AccessCode,
    /// The part being answered, from 0.
    pub position: u8,
}

/// What a draft's cookie carries.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ticket {
    /// The draft.
    pub draft: Uuid,
    /// Its key, which nobody else holds.
    pub key: DraftKey,
}

/// The cookies that a browser sent.
#[derive(Default)]
pub struct Cookies(String);

/// Makes and reads cookies.
pub struct CookieJar {
    entry: Key,
    names: Key,
    secure: bool,
}

impl Cookies {
    /// The cookies in `headers`.
    pub fn of(headers: &HeaderMap) -> Self {
        let mut all = headers.get_all(header::COOKIE).iter().filter_map(|v| v.to_str().ok());
        let Some(first) = all.next() else { return Self::default() };
        let mut cookies = first.to_owned();
        for more in all {
            cookies.push(';');
            cookies.push_str(more);
        }
        Self(cookies)
    }

    /// The language chosen in this browser.
    pub fn language(&self) -> Language {
        self.get(LANGUAGE).and_then(Language::parse).unwrap_or_default()
    }

    /// The same, or else the first of the languages that the browser asks for in `headers`, if it
    /// is one that was added. Who asks for English has not asked us: so are many telephones set.
    pub fn language_or_asked(&self, headers: &HeaderMap) -> Language {
        let chosen = self.get(LANGUAGE).and_then(Language::parse);
        chosen.or_else(|| wants(headers, Language::added())).unwrap_or_default()
    }

    /// The value of the cookie called `name`.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.0.split(';').find_map(|pair| pair.trim_start().strip_prefix(name)?.strip_prefix('='))
    }
}

/// The language that a browser wants most of those that we speak, if it is one of `added`.
fn wants(headers: &HeaderMap, added: &[Language]) -> Option<Language> {
    if added.is_empty() {
        return None;
    }
    let wanted = headers.get(header::ACCEPT_LANGUAGE)?.to_str().ok()?;
    let mut wanted: Vec<(f32, &str)> = wanted
        .split(',')
        .filter_map(|one| {
            let (tag, quality) = one.split_once(";q=").unwrap_or((one, "1"));
            Some((quality.trim().parse().ok()?, tag.trim()))
        })
        .filter(|(quality, _)| *quality > 0.0)
        .collect();
    // Stable: of two that are wanted alike, the first.
    wanted.sort_by(|(one, _), (other, _)| other.total_cmp(one));
    let spoken = wanted.into_iter().find_map(|(_, tag)| {
        let tag = tag.to_ascii_lowercase();
        let plain = tag.split('-').next().unwrap_or_default();
        Language::parse(&tag).or_else(|| Language::parse(plain))
    })?;
    added.contains(&spoken).then_some(spoken)
}

impl CookieJar {
    /// A jar under `secret`; `secure` cookies travel over HTTPS only.
    pub fn new(secret: &Key, secure: bool) -> Self {
        let (entry, names) =
            (secret.derive("entry cookie", &[]), secret.derive("cookie names", &[]));
        Self { entry, names, secure }
    }

    /// The pass that the browser brings, if it is one of ours.
    pub fn pass(&self, cookies: &Cookies) -> Option<Pass> {
        let sealed = URL_SAFE_NO_PAD.decode(cookies.get(ENTRY)?).ok()?;
        let (nonce, sealed) = sealed.split_first_chunk::<NONCE>()?;
        let plain = self.cipher().decrypt(&XNonce::from(*nonce), sealed).ok()?;
        let (code, position) = plain.split_first_chunk::<CODE>()?;
        Some(Pass { code: AccessCode::from_bytes(*code)?, position: *position.first()? })
    }

    /// Sets the entry cookie.
    pub fn set_pass(&self, pass: Pass, nonce: [u8; NONCE]) -> HeaderValue {
        let mut plain = [0; CODE + 1];
        plain[..CODE].copy_from_slice(&pass.code.to_bytes());
        plain[CODE] = pass.position;
        let sealed = self
            .cipher()
            .encrypt(&XNonce::from(nonce), &plain[..])
            .expect("encryption in memory cannot fail");
        self.set(ENTRY, &URL_SAFE_NO_PAD.encode([&nonce[..], &sealed].concat()), LASTING)
    }

    /// The draft that the browser holds the key of.
    pub fn ticket(&self, cookies: &Cookies, pass: Pass) -> Option<Ticket> {
        let value = decode::<48>(cookies.get(&self.name('d', pass))?)?;
        let (draft, key) = value.split_first_chunk::<16>()?;
        let key = key.first_chunk::<32>()?;
        Some(Ticket { draft: Uuid::from_bytes(*draft), key: DraftKey::new(*key) })
    }

    /// Gives the browser the key of a draft.
    pub fn set_ticket(&self, pass: Pass, ticket: &Ticket) -> HeaderValue {
        let mut value = [0; 48];
        value[..16].copy_from_slice(ticket.draft.as_bytes());
        value[16..].copy_from_slice(ticket.key.bytes());
        self.set(&self.name('d', pass), &URL_SAFE_NO_PAD.encode(value), LASTING)
    }

    /// The version of the draft that this browser has just seen saved.
    pub fn saved(&self, cookies: &Cookies, pass: Pass) -> Option<i64> {
        cookies.get(&self.name('s', pass))?.parse().ok()
    }

    /// Tells the browser which version was saved, for as long as it takes to ask for the next page.
    pub fn set_saved(&self, pass: Pass, version: i64) -> HeaderValue {
        self.set(&self.name('s', pass), &version.to_string(), NEXT_PAGE)
    }

    /// The receipt of what this browser submitted.
    pub fn receipt(&self, cookies: &Cookies, pass: Pass) -> Option<Receipt> {
        decode::<16>(cookies.get(&self.name('r', pass))?).map(Receipt::new)
    }

    /// After a submit: the receipt takes the place of the draft's key, which is gone for good.
    pub fn set_receipt(&self, pass: Pass, receipt: &Receipt) -> [HeaderValue; 2] {
        let value = URL_SAFE_NO_PAD.encode(receipt.bytes());
        [self.set(&self.name('r', pass), &value, LASTING), self.drop_ticket(pass)]
    }

    /// Takes back the key of a draft that no longer exists.
    pub fn drop_ticket(&self, pass: Pass) -> HeaderValue {
        self.set(&self.name('d', pass), "", 0)
    }

    /// Makes the browser forget an invitation and everything that came of it.
    pub fn forget(&self, cookies: &Cookies, pass: Pass) -> Vec<HeaderValue> {
        let places = (0..MOST_PARTS).flat_map(|position| {
            let pass = Pass { position, ..pass };
            ['d', 'r', 's'].map(|kind| self.name(kind, pass))
        });
        let gone = places.filter(|name| cookies.get(name).is_some());
        std::iter::once(ENTRY.to_owned()).chain(gone).map(|name| self.set(&name, "", 0)).collect()
    }

    /// The name tells nothing of the code to somebody who looks at the phone.
    fn name(&self, kind: char, pass: Pass) -> String {
        let hash =
            keyed_hash(&self.names, "draft cookie", &[&pass.code.to_bytes(), &[pass.position]]);
        let mut name = String::with_capacity(11);
        name.push(kind);
        for byte in &hash[..5] {
            let _ = write!(name, "{byte:02x}");
        }
        name
    }

    fn set(&self, name: &str, value: &str, seconds: u32) -> HeaderValue {
        cookie(name, value, seconds, self.secure)
    }

    fn cipher(&self) -> XChaCha20Poly1305 {
        XChaCha20Poly1305::new(self.entry.bytes().into())
    }
}

/// Remembers the language.
pub fn set_language(language: Language, secure: bool) -> HeaderValue {
    cookie(LANGUAGE, language.code(), LASTING, secure)
}

fn cookie(name: &str, value: &str, seconds: u32, secure: bool) -> HeaderValue {
    let secure = if secure { "; Secure" } else { "" };
    let cookie =
        format!("{name}={value}; Path=/; HttpOnly; SameSite=Lax; Max-Age={seconds}{secure}");
    HeaderValue::try_from(cookie).expect("cookies are made of plain letters")
}

/// The bytes in a cookie's value, if they are exactly `N`.
fn decode<const N: usize>(value: &str) -> Option<[u8; N]> {
    let mut bytes = [0; 64];
    let length = URL_SAFE_NO_PAD.decode_slice(value, &mut bytes).ok()?;
    if length == N { bytes.first_chunk().copied() } else { None }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn jar() -> CookieJar {
        CookieJar::new(&Key::new([5; 32]), true)
    }

    fn pass(position: u8) -> Pass {
        Pass { code: AccessCode::from_number(12_345), position }
    }

    /// What the browser sends back after being given `set`.
    fn returned(set: &[HeaderValue]) -> Cookies {
        let pairs: Vec<&str> =
            set.iter().map(|v| v.to_str().unwrap().split_once(';').unwrap().0).collect();
        Cookies(pairs.join("; "))
    }

    #[test]
    fn a_pass_comes_back_and_shows_nothing_of_the_code() {
        let set = jar().set_pass(pass(1), [9; NONCE]);
        assert_eq!(jar().pass(&returned(std::slice::from_ref(&set))), Some(pass(1)));
        assert!(!set.to_str().unwrap().contains(&pass(1).code.compact()));
        assert!(set.to_str().unwrap().ends_with("; Secure"));
        let other = CookieJar::new(&Key::new([6; 32]), true);
        assert_eq!(other.pass(&returned(&[set])), None);
    }

    #[test]
    fn a_draft_belongs_to_one_part_of_one_invitation() {
        let ticket = Ticket { draft: Uuid::from_u128(77), key: DraftKey::new([3; 32]) };
        let cookies = returned(&[jar().set_ticket(pass(0), &ticket)]);
        assert_eq!(jar().ticket(&cookies, pass(0)), Some(ticket));
        assert_eq!(jar().ticket(&cookies, pass(1)), None);
        assert_eq!(jar().receipt(&cookies, pass(0)), None);
    }

    #[test]
    fn after_a_submit_the_key_is_gone_from_the_browser() {
        let receipt = Receipt::new([8; 16]);
        let set = jar().set_receipt(pass(0), &receipt);
        let cookies = returned(&set);
        assert_eq!(jar().receipt(&cookies, pass(0)), Some(receipt));
        assert_eq!(jar().ticket(&cookies, pass(0)), None);
        assert!(set[1].to_str().unwrap().contains("Max-Age=0"));
    }

    #[test]
    fn a_shared_machine_forgets_this_invitation_and_no_other() {
        let other = Pass { code: AccessCode::from_number(777), position: 0 };
        let receipt = Receipt::new([8; 16]);
        let set =
            [&jar().set_receipt(pass(2), &receipt)[..1], &jar().set_receipt(other, &receipt)[..1]];
        let gone = jar().forget(&returned(&set.concat()), pass(0));
        assert_eq!(gone.len(), 2);
        assert!(gone.iter().all(|cookie| cookie.to_str().unwrap().contains("Max-Age=0")));
        assert!(gone[1].to_str().unwrap().starts_with(&jar().name('r', pass(2))));
    }

    #[test]
    fn damaged_cookies_are_as_good_as_none() {
        for value in ["", "x", "phieu=", "phieu=AAAA", "phieu=%%%", "phieuX=1; phieu"] {
            assert_eq!(jar().pass(&Cookies(value.to_owned())), None, "{value}");
        }
        let name = jar().name('d', pass(0));
        for value in ["", "AAAA", &"A".repeat(63), &"A".repeat(65), &"A".repeat(5000), "ờ"] {
            assert_eq!(jar().ticket(&Cookies(format!("{name}={value}")), pass(0)), None, "{value}");
        }
    }

    #[test]
    fn an_added_language_is_spoken_to_who_wants_it_most() {
        let en = Language::parse("en").unwrap();
        let asked = |wanted: &str, added: &[Language]| {
            let wanted = HeaderValue::from_str(wanted).unwrap();
            wants(&HeaderMap::from_iter([(header::ACCEPT_LANGUAGE, wanted)]), added)
        };
        for wanted in ["en", "en-GB,vi;q=0.5", "vi;q=0.5, EN", "fr, en;q=0.5", "*, en;q=0.1"] {
            assert_eq!(asked(wanted, &[en]), Some(en), "{wanted}");
        }
        for wanted in ["vi,en;q=0.9", "en;q=0, vi", "fr", "", "en;q=x", "vi-VN, en", "*"] {
            assert_eq!(asked(wanted, &[en]), None, "{wanted}");
        }
        assert_eq!(asked("en", &[]), None);
    }

    #[test]
    fn cookies_are_found_wherever_they_stand() {
        let mut headers = HeaderMap::new();
        headers.append(header::COOKIE, HeaderValue::from_static("lang2=xx; lang=en"));
        headers.append(header::COOKIE, HeaderValue::from_static("a=b"));
        let cookies = Cookies::of(&headers);
        assert_eq!((cookies.get("lang"), cookies.get("a")), (Some("en"), Some("b")));
        assert_eq!(cookies.get("b"), None);
    }
}
