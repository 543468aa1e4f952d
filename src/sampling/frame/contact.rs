//! Telephone numbers and e-mail addresses that a message can be sent to.

/// The number in one form, or nothing when no message could be sent to it.
///
/// A domestic number becomes `0…` with 10 or 11 digits, whether typed with `+84`,
/// `84`, blanks, dots, or without the zero that a spreadsheet drops from numbers.
/// Of several numbers in a cell the first usable one is taken.
pub(super) fn phone(typed: &str) -> Option<String> {
    typed.split([';', ',', '/', '|']).find_map(one_phone)
}

/// The address in lower case, or nothing when no message could be sent to it.
pub(super) fn email(typed: &str) -> Option<String> {
    typed.split([';', ',', ' ']).filter(|part| !part.is_empty()).find_map(one_email)
}

fn one_phone(typed: &str) -> Option<String> {
    let typed = typed.trim();
    let international = typed.starts_with('+');
    let digits: String = typed.chars().filter(char::is_ascii_digit).collect();
    let noise = |c: char| c.is_ascii_digit() || matches!(c, ' ' | '.' | '-' | '(' | ')' | '+');
    if !typed.chars().all(noise) || typed.rfind('+').is_some_and(|at| at > 0) {
        return None;
    }
    let national = match digits.as_str() {
        d if d.starts_with("0084") => format!("0{}", d[4..].trim_start_matches('0')),
        d if d.starts_with("84") && (international || d.len() >= 11) => {
            format!("0{}", d[2..].trim_start_matches('0'))
        }
        d if international => {
            return (8..=15).contains(&d.len()).then(|| format!("+{d}"));
        }
        d if d.len() == 9 && !d.starts_with('0') => format!("0{d}"),
        d => d.to_owned(),
    };
    let mobile =
        national.len() == 10 && matches!(national.as_bytes()[1], b'3' | b'5' | b'7'..=b'9');
    let fixed = national.starts_with("02") && matches!(national.len(), 10 | 11);
    (national.starts_with('0') && (mobile || fixed)).then_some(national)
}

fn one_email(typed: &str) -> Option<String> {
    let address = typed.trim_matches(['<', '>', '"', '\'']).to_lowercase();
    let (local, domain) = address.split_once('@')?;
    let plain = |c: char| c.is_alphanumeric() || ".!#$%&'*+/=?^_`{|}~-".contains(c);
    let label = |label: &str| {
        (1..=63).contains(&label.len())
            && label.chars().all(|c| c.is_alphanumeric() || c == '-')
            && !label.starts_with('-')
            && !label.ends_with('-')
    };
    let local_is_right = (1..=64).contains(&local.len())
        && local.chars().all(plain)
        && !local.starts_with('.')
        && !local.ends_with('.')
        && !local.contains("..");
    let domain_is_right =
        domain.len() <= 253 && domain.contains('.') && domain.split('.').all(label);
    (local_is_right && domain_is_right).then_some(address)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_is_one_number_however_it_is_typed() {
        for typed in [
            "0710 123 456",
            "0710.123.456",
            "+84 710123456",
            "84710123456",
            "0084710123456",
            "710123456",
            "(0710) 123-456",
            "+84(0)710123456",
            "0710123456; 0710999999",
        ] {
            assert_eq!(phone(typed).as_deref(), Some("0710123456"), "{typed}");
        }
        assert_eq!(phone("024 3795 6868").as_deref(), Some("02437956868"));
        assert_eq!(phone("+85620123456").as_deref(), Some("+85620123456"));
    }

    #[test]
    fn what_cannot_ring_is_no_number() {
        for typed in ["", "không có", "0912", "091234567890", "12345", "x0912345678", "0112345678"]
        {
            assert_eq!(phone(typed), None, "{typed}");
        }
    }

    #[test]
    fn an_address_needs_a_name_and_a_domain() {
        assert_eq!(email("An.Nguyen@Thu.Example").as_deref(), Some("an.nguyen@thu.example"));
        assert_eq!(email("<a@b.vn>; c@d.vn").as_deref(), Some("a@b.vn"));
        for typed in
            ["an", "an@", "@b.vn", "an@localhost", "a n@b", "a..b@c.vn", "a@-b.vn", "không"]
        {
            assert_eq!(email(typed), None, "{typed}");
        }
    }
}
