//! The one place where these pages draw random numbers.
//!
//! Keys, nonces and ids are random; nothing that changes a figure is.

use uuid::{Builder, Uuid};

/// Symbols of a reference: none that is misread over the telephone.
const SYMBOLS: &[u8; 29] = b"23456789ABCDEFGHJKMNPQRSTVWXY";

/// Fresh random bytes, good enough for keys.
pub fn bytes<const N: usize>() -> [u8; N] {
    let mut bytes = [0; N];
    rand::fill(&mut bytes);
    bytes
}

/// A fresh random id.
pub fn id() -> Uuid {
    Builder::from_random_bytes(bytes()).into_uuid()
}

/// A generator for those who need more than bytes.
pub fn generator() -> rand::rngs::ThreadRng {
    rand::rng()
}

/// A word that an error page shows and the log carries, so that one finds the other.
pub fn reference() -> String {
    bytes::<8>().iter().map(|&b| char::from(SYMBOLS[usize::from(b) % SYMBOLS.len()])).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_comes_twice() {
        assert_ne!(bytes::<32>(), bytes::<32>());
        assert_ne!(id(), id());
        assert_eq!(id().get_version_num(), 4);
        assert_eq!(reference().len(), 8);
    }
}
