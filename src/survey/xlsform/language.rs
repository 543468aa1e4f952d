//! Languages, which workbooks name in words and forms by codes.

/// Names of languages, the first of each code being the one that is written.
const NAMES: [(&str, &str); 40] = [
    ("vi", "Tiếng Việt"),
    ("vi", "Vietnamese"),
    ("vi", "Tieng Viet"),
    ("vi", "Việt"),
    ("en", "English"),
    ("en", "Tiếng Anh"),
    ("fr", "Français"),
    ("fr", "French"),
    ("fr", "Tiếng Pháp"),
    ("es", "Español"),
    ("es", "Spanish"),
    ("pt", "Português"),
    ("pt", "Portuguese"),
    ("de", "Deutsch"),
    ("de", "German"),
    ("zh", "中文"),
    ("zh", "Chinese"),
    ("zh", "Tiếng Trung"),
    ("ja", "日本語"),
    ("ja", "Japanese"),
    ("ko", "한국어"),
    ("ko", "Korean"),
    ("ru", "Русский"),
    ("ru", "Russian"),
    ("km", "ភាសាខ្មែរ"),
    ("km", "Khmer"),
    ("km", "Tiếng Khmer"),
    ("lo", "ລາວ"),
    ("lo", "Lao"),
    ("th", "ไทย"),
    ("th", "Thai"),
    ("ar", "العربية"),
    ("ar", "Arabic"),
    ("hi", "Hindi"),
    ("id", "Indonesian"),
    ("sw", "Swahili"),
    ("hmn", "Hmong"),
    ("tyz", "Tày"),
    ("rad", "Êđê"),
    ("jra", "Jrai"),
];

/// The code of the language called `name`; the flag says that it was made up from the name.
pub(super) fn code(name: &str) -> Option<(String, bool)> {
    let name = name.trim();
    if let Some((_, rest)) = name.rsplit_once('(')
        && let Some(code) = well_formed(rest.trim_end().trim_end_matches(')'))
    {
        return Some((code, false));
    }
    let lower = name.to_lowercase();
    if let Some((code, _)) = NAMES.iter().find(|(_, known)| known.to_lowercase() == lower) {
        return Some(((*code).to_owned(), false));
    }
    let is_code = name.len() <= 3 || name.get(2..3) == Some("-");
    if let Some(code) = well_formed(name).filter(|_| is_code) {
        return Some((code, false));
    }
    let letters: String = lower.chars().filter(char::is_ascii_lowercase).take(8).collect();
    well_formed(&letters).map(|code| (code, true))
}

/// The language as it is written into headings: `Tiếng Việt (vi)`.
pub(super) fn heading(code: &str) -> String {
    match NAMES.iter().find(|(known, _)| *known == code) {
        Some((_, name)) => format!("{name} ({code})"),
        None => format!("{code} ({code})"),
    }
}

fn well_formed(code: &str) -> Option<String> {
    let code = code.trim().to_lowercase();
    let fits = (2..=8).contains(&code.len())
        && code.starts_with(|c: char| c.is_ascii_lowercase())
        && code.bytes().all(|b| b.is_ascii_lowercase() || b == b'-');
    fits.then_some(code)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_language_is_told_by_its_code_or_its_name() {
        let told = |name: &str| code(name).map(|(code, _)| code).unwrap_or_default();
        assert_eq!(told("Tiếng Việt (vi)"), "vi");
        assert_eq!(told("english"), "en");
        assert_eq!(told("EN"), "en");
        assert_eq!(told("pt-BR"), "pt-br");
        assert_eq!(told("Klingonisch"), "klingoni");
        assert_eq!(told("?"), "");
        assert_eq!(told(&heading("vi")), "vi");
        assert_eq!(told(&heading("qaa")), "qaa");
    }
}
