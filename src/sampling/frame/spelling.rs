//! One spelling for every way of typing the same Vietnamese text.

use std::borrow::Cow;
use unicode_normalization::{UnicodeNormalization, char::is_combining_mark, is_nfc};

/// The text in NFC, trimmed, with every run of white space as one blank.
///
/// No-break blanks count as white space; zero-width characters, which come along
/// when text is copied from a web page, and other control characters are dropped,
/// so a tidy text never holds a tab or a line break.
pub fn tidy(text: &str) -> Cow<'_, str> {
    if is_tidy(text) {
        return Cow::Borrowed(text);
    }
    let mut tidied = String::with_capacity(text.len());
    for letter in text.nfc() {
        if letter.is_whitespace() {
            if !tidied.is_empty() && !tidied.ends_with(' ') {
                tidied.push(' ');
            }
        } else if !is_invisible(letter) {
            tidied.push(letter);
        }
    }
    tidied.truncate(tidied.trim_end().len());
    // What an invisible character kept apart may compose now that it is gone.
    if is_nfc(&tidied) { Cow::Owned(tidied) } else { Cow::Owned(tidied.nfc().collect()) }
}

/// The text for comparing: lower case without diacritics and punctuation, đ as d.
pub fn fold(text: &str) -> String {
    let mut folded = String::with_capacity(text.len());
    for letter in text.nfkd().filter(|letter| !is_combining_mark(*letter)) {
        for letter in letter.to_lowercase() {
            match letter {
                'đ' => folded.push('d'),
                _ if letter.is_alphanumeric() => folded.push(letter),
                _ if is_combining_mark(letter) => {}
                _ if is_invisible(letter) && !letter.is_whitespace() => {}
                _ if folded.is_empty() || folded.ends_with(' ') => {}
                _ => folded.push(' '),
            }
        }
    }
    folded.truncate(folded.trim_end().len());
    folded
}

/// Most cells are ASCII without a blemish and need no second look.
fn is_tidy(text: &str) -> bool {
    let blemish = |byte: u8| byte < b' ' || byte == 0x7f;
    !text.starts_with(' ')
        && !text.ends_with(' ')
        && !text.contains("  ")
        && !text.bytes().any(blemish)
        && (text.is_ascii()
            || (is_nfc(text)
                && !text.chars().any(|letter| {
                    is_invisible(letter) || (letter.is_whitespace() && letter != ' ')
                })))
}

fn is_invisible(letter: char) -> bool {
    letter.is_control()
        || matches!(letter, '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}'
            | '\u{2060}'..='\u{2064}' | '\u{2066}'..='\u{206f}' | '\u{feff}')
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn composed_and_decomposed_letters_become_one() {
        let decomposed: String = "Nguyễn Thị Ánh Đào".nfd().collect();
        assert_ne!(decomposed, "Nguyễn Thị Ánh Đào");
        assert_eq!(tidy(&decomposed), "Nguyễn Thị Ánh Đào");
        assert_eq!(fold(&decomposed), "nguyen thi anh dao");
    }

    #[test]
    fn blanks_of_every_kind_collapse() {
        assert_eq!(tidy("\u{feff} Lê\u{a0}\u{a0}Văn \t An\r\n"), "Lê Văn An");
        assert_eq!(tidy(""), "");
    }

    #[test]
    fn punctuation_and_case_do_not_matter_for_comparing() {
        assert_eq!(fold("Mã_Đơn-vị (*)"), "ma don vi");
        assert_eq!(fold("  HỌ VÀ TÊN:"), "ho va ten");
    }

    proptest! {
        #[test]
        fn a_tidy_text_stays_as_it_is(text in "\\PC{0,40}|[ \ta-zA-Zà-ỹĐđ\u{301}\u{302}\u{200b}]{0,20}") {
            let once = tidy(&text).into_owned();
            prop_assert_eq!(tidy(&once).into_owned(), once.clone());
            prop_assert!(!once.contains(['\t', '\n', '\r']));
            prop_assert_eq!(fold(&once), fold(&text));
        }
    }
}
