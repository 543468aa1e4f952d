//! Lengths say nothing: what is encrypted is first filled up to one of a few sizes.

/// Sizes of an encrypted draft, in bytes.
pub const DRAFT_SIZES: &[usize] = &[512, 2 << 10, 8 << 10, 32 << 10, 128 << 10, 512 << 10];

/// Sizes of a sealed answer, in bytes.
pub const SEALED_SIZES: &[usize] = &[2 << 10, 8 << 10, 32 << 10, 128 << 10, 512 << 10];

const LENGTH: usize = 4;

/// `content` with its length in front and zeros behind, as long as the next of `sizes`.
///
/// `None` if it is longer than the largest.
pub fn pad(content: &[u8], sizes: &[usize]) -> Option<Vec<u8>> {
    let size = *sizes.iter().find(|&&size| content.len() + LENGTH <= size)?;
    let mut padded = Vec::with_capacity(size);
    padded.extend_from_slice(&u32::try_from(content.len()).ok()?.to_le_bytes());
    padded.extend_from_slice(content);
    padded.resize(size, 0);
    Some(padded)
}

/// The content of what [`pad`] made.
pub fn unpad(padded: &[u8]) -> Option<&[u8]> {
    let (length, rest) = padded.split_first_chunk::<LENGTH>()?;
    rest.get(..usize::try_from(u32::from_le_bytes(*length)).ok()?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn what_was_padded_comes_back(content in prop::collection::vec(any::<u8>(), 0..3000)) {
            let padded = pad(&content, SEALED_SIZES).unwrap();
            prop_assert!(SEALED_SIZES.contains(&padded.len()));
            prop_assert_eq!(unpad(&padded), Some(&content[..]));
        }

        #[test]
        fn damaged_padding_is_refused_or_read_but_never_fatal(bytes in prop::collection::vec(any::<u8>(), 0..64)) {
            let _ = unpad(&bytes);
        }
    }

    #[test]
    fn what_does_not_fit_is_refused() {
        assert_eq!(pad(&[0; 100], &[103]), None);
        assert!(pad(&[0; 99], &[103]).is_some());
    }
}
