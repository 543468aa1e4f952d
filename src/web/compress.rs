//! Compression, in one place: gzip for browsers that take it.
//!
//! Making a page is cheap and compressing it is not, so pages that hold nothing of a
//! respondent are kept compressed. They are found by a quick hash and compared byte by
//! byte, so no page can ever be taken for another.

use axum::{
    body::Bytes,
    http::{HeaderMap, header},
};
use flate2::{Compress, Compression, Crc, FlushCompress, Status};
use quick_cache::{Weighter, sync::Cache};
use std::cell::RefCell;

/// Bytes of pages kept, plain and compressed together.
const KEPT: u64 = 4 << 20;
const PAGES: usize = 300;
const LEVEL: Compression = Compression::new(2);

/// A gzip header without name or time.
const HEADER: [u8; 10] = [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 0xff];

thread_local! {
    /// A compressor needs a quarter of a megabyte, so each thread keeps one.
    static COMPRESS: RefCell<Compress> = RefCell::new(Compress::new(LEVEL, false));
}

/// Compresses pages, and keeps those that many people see.
pub struct Compressor {
    kept: Cache<u64, Kept, ByBytes>,
}

#[derive(Clone)]
struct Kept {
    plain: Bytes,
    packed: Bytes,
}

#[derive(Clone)]
struct ByBytes;

impl Weighter<u64, Kept> for ByBytes {
    fn weight(&self, _: &u64, kept: &Kept) -> u64 {
        (kept.plain.len() + kept.packed.len() + 100) as u64
    }
}

impl Default for Compressor {
    fn default() -> Self {
        Self { kept: Cache::with_weighter(PAGES, KEPT, ByBytes) }
    }
}

impl Compressor {
    /// `plain`, compressed; remembered if it is `shared` by many people.
    pub fn pack(&self, plain: Bytes, shared: bool) -> Bytes {
        if !shared {
            return gzip(&plain).into();
        }
        let key = quick_hash(&plain);
        if let Some(kept) = self.kept.get(&key)
            && kept.plain == plain
        {
            return kept.packed;
        }
        let packed = Bytes::from(gzip(&plain));
        self.kept.insert(key, Kept { plain, packed: packed.clone() });
        packed
    }
}

/// Whether the browser takes gzip.
pub fn accepted(headers: &HeaderMap) -> bool {
    let offers = headers.get_all(header::ACCEPT_ENCODING).iter().filter_map(|v| v.to_str().ok());
    offers.flat_map(|offer| offer.split(',')).any(|offer| {
        let (coding, weight) = offer.split_once(';').unwrap_or((offer, ""));
        let refused = weight.trim().strip_prefix("q=").is_some_and(|q| q.parse() == Ok(0.0));
        coding.trim().eq_ignore_ascii_case("gzip") && !refused
    })
}

/// `plain` as a gzip file of one member.
fn gzip(plain: &[u8]) -> Vec<u8> {
    let mut packed = Vec::with_capacity(plain.len() / 2 + 256);
    packed.extend_from_slice(&HEADER);
    COMPRESS.with_borrow_mut(|compress| {
        compress.reset();
        loop {
            let rest = &plain[usize::try_from(compress.total_in()).expect("pages are short")..];
            let status = compress.compress_vec(rest, &mut packed, FlushCompress::Finish);
            match status.expect("compression in memory cannot fail") {
                Status::StreamEnd => break,
                Status::Ok | Status::BufError => packed.reserve(packed.len()),
            }
        }
    });
    let mut crc = Crc::new();
    crc.update(plain);
    packed.extend_from_slice(&crc.sum().to_le_bytes());
    packed.extend_from_slice(&crc.amount().to_le_bytes());
    packed
}

/// A hash that only has to spread pages over a small cache.
fn quick_hash(bytes: &[u8]) -> u64 {
    const ODD: u64 = 0x9e37_79b9_7f4a_7c15;
    let mix = |hash: u64, word: u64| (hash ^ word).wrapping_mul(ODD).rotate_left(29);
    let (words, rest) = bytes.as_chunks::<8>();
    let hash = words.iter().fold(bytes.len() as u64, |h, &word| mix(h, u64::from_le_bytes(word)));
    let mut last = [0; 8];
    last[..rest.len()].copy_from_slice(rest);
    mix(hash, u64::from_le_bytes(last))
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::HeaderValue;
    use flate2::read::GzDecoder;
    use proptest::prelude::*;
    use std::io::Read;

    fn unpacked(packed: &[u8]) -> Vec<u8> {
        let mut plain = Vec::new();
        GzDecoder::new(packed).read_to_end(&mut plain).unwrap();
        plain
    }

    proptest! {
        #[test]
        fn what_was_packed_unpacks(plain in prop::collection::vec(any::<u8>(), 0..20_000)) {
            prop_assert_eq!(unpacked(&gzip(&plain)), plain);
        }
    }

    #[test]
    fn a_kept_page_is_the_page_that_was_asked_for() {
        let compressor = Compressor::default();
        let page = |text: &str| Bytes::from(text.repeat(500));
        for _ in 0..2 {
            for text in ["Câu 3 trong 24", "Câu 4 trong 24"] {
                let packed = compressor.pack(page(text), true);
                assert_eq!(unpacked(&packed), page(text));
                assert!(packed.len() < page(text).len() / 10);
            }
        }
    }

    #[test]
    fn only_who_takes_gzip_gets_it() {
        let takes = |offer: &'static str| {
            let offer = HeaderValue::from_static(offer);
            accepted(&HeaderMap::from_iter([(header::ACCEPT_ENCODING, offer)]))
        };
        assert!(takes("gzip") && takes("br, GZIP;q=0.5") && takes("deflate , gzip"));
        assert!(
            !takes("br") && !takes("gzip;q=0") && !takes("identity, gzip; q=0.0") && !takes("")
        );
        assert!(!accepted(&HeaderMap::new()));
    }
}
