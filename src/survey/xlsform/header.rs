//! What the headings of columns mean, as the reference implementation reads them.

use super::finding::SheetName;

/// What a column holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Header {
    /// The column's own name, the same for all its spellings.
    pub(super) key: String,
    /// The language that the heading names, as written.
    pub(super) language: Option<String>,
    /// The heading as written.
    pub(super) written: String,
}

/// Spellings of columns of the sheet of questions, in small letters with underscores.
const SURVEY: [(&str, &str); 42] = [
    ("type", "type"),
    ("command", "type"),
    ("name", "name"),
    ("tag", "name"),
    ("value", "name"),
    ("label", "label"),
    ("caption", "label"),
    ("hint", "hint"),
    ("guidance_hint", "guidance_hint"),
    ("relevant", "relevant"),
    ("relevance", "relevant"),
    ("required", "required"),
    ("requiredmsg", "required_message"),
    ("required_message", "required_message"),
    ("jr:requiredmsg", "required_message"),
    ("constraint", "constraint"),
    ("constraint_message", "constraint_message"),
    ("constraining_message", "constraint_message"),
    ("jr:constraintmsg", "constraint_message"),
    ("calculation", "calculation"),
    ("calculate", "calculation"),
    ("choice_filter", "choice_filter"),
    ("appearance", "appearance"),
    ("default", "default"),
    ("read_only", "readonly"),
    ("readonly", "readonly"),
    ("trigger", "trigger"),
    ("parameters", "parameters"),
    ("repeat_count", "repeat_count"),
    ("count", "repeat_count"),
    ("jr:count", "repeat_count"),
    ("rows", "rows"),
    ("disabled", "disabled"),
    ("image", "media"),
    ("big-image", "media"),
    ("audio", "media"),
    ("video", "media"),
    ("autoplay", "autoplay"),
    ("phieu_criterion", "phieu_criterion"),
    ("phieu_dont_know", "phieu_dont_know"),
    ("phieu_soft_constraint", "phieu_soft_constraint"),
    ("phieu_soft_message", "phieu_soft_message"),
];

/// Spellings of columns of the sheet of options.
const CHOICES: [(&str, &str); 13] = [
    ("list_name", "list_name"),
    ("name", "name"),
    ("value", "name"),
    ("label", "label"),
    ("caption", "label"),
    ("image", "media"),
    ("big-image", "media"),
    ("audio", "media"),
    ("video", "media"),
    ("sms_option", "sms_option"),
    ("order", "order"),
    ("phieu_code", "phieu_code"),
    ("phieu_coefficient", "phieu_coefficient"),
];

/// Spellings of the settings.
const SETTINGS: [(&str, &str); 7] = [
    ("form_title", "form_title"),
    ("set_form_title", "form_title"),
    ("title", "form_title"),
    ("form_id", "form_id"),
    ("set_form_id", "form_id"),
    ("version", "version"),
    ("default_language", "default_language"),
];

/// First words that only say where in a form something is kept.
const KEPT_IN: [&str; 4] = ["bind", "control", "body", "media"];

/// Reads the headings of a sheet; `None` where there is no heading.
pub(super) fn headers(sheet: SheetName, written: &[String]) -> Vec<Option<Header>> {
    let double = written.iter().any(|heading| heading.contains("::"));
    let heading = |written: &String| {
        let written = written.split_whitespace().collect::<Vec<_>>().join(" ");
        if written.is_empty() { None } else { Some(header(sheet, written, double)) }
    };
    written.iter().map(heading).collect()
}

fn header(sheet: SheetName, written: String, double: bool) -> Header {
    let known = |spelling: &str| {
        let spellings: &[(&str, &str)] = match sheet {
            SheetName::Survey => &SURVEY,
            SheetName::Choices => &CHOICES,
            SheetName::Settings => &SETTINGS,
        };
        spellings.iter().find(|(known, _)| *known == spelling).map(|(_, key)| (*key).to_owned())
    };
    if let Some(key) = known(&snake(&written)) {
        return Header { key, language: None, written };
    }
    let mut words = parts(&written, double);
    let mut first = snake(&words.remove(0));
    if KEPT_IN.contains(&first.as_str()) && !words.is_empty() {
        first = snake(&words.remove(0));
    }
    let language = (!words.is_empty()).then(|| words.join("::"));
    match known(&first) {
        Some(key) => Header { key, language, written },
        // Filters ask for further columns by the heading as it was written.
        None => Header { key: written.clone(), language: None, written },
    }
}

/// The parts of a heading. Single colons part it only in sheets that have no double ones,
/// and not the `jr:` of names like `jr:constraintMsg`.
fn parts(written: &str, double: bool) -> Vec<String> {
    let trimmed = |part: &str| part.trim().to_owned();
    if double {
        return written.split("::").map(trimmed).collect();
    }
    let mut parts: Vec<String> = Vec::new();
    for part in written.split(':').map(trimmed) {
        match parts.last_mut() {
            Some(last) if last == "jr" => *last = format!("jr:{part}"),
            _ => parts.push(part),
        }
    }
    parts
}

fn snake(words: &str) -> String {
    words.split_whitespace().collect::<Vec<_>>().join("_").to_lowercase()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(sheet: SheetName, written: &[&str]) -> Vec<(String, Option<String>)> {
        let written: Vec<String> = written.iter().map(|heading| (*heading).to_owned()).collect();
        headers(sheet, &written).into_iter().flatten().map(|h| (h.key, h.language)).collect()
    }

    #[test]
    fn one_column_is_spelt_in_many_ways() {
        let spelt = [
            "bind:jr:constraintMsg",
            "bind: relevant",
            "Constraint Message",
            "label:English",
            "LABEL : EN",
            "control:appearance",
        ];
        let found = read(SheetName::Survey, &spelt);
        let keys: Vec<&str> = found.iter().map(|(key, _)| key.as_str()).collect();
        let message = "constraint_message";
        assert_eq!(keys, [message, "relevant", message, "label", "label", "appearance"]);
        assert_eq!(found[3].1.as_deref(), Some("English"));
        assert_eq!(found[4].1.as_deref(), Some("EN"));
    }

    #[test]
    fn double_colons_leave_single_ones_alone() {
        let found = read(SheetName::Survey, &["label::a:b", "media::image::vi", "x:y"]);
        assert_eq!(found[0], ("label".to_owned(), Some("a:b".to_owned())));
        assert_eq!(found[1], ("media".to_owned(), Some("vi".to_owned())));
        assert_eq!(found[2], ("x:y".to_owned(), None));
    }

    #[test]
    fn further_columns_of_options_keep_their_spelling() {
        let found = read(SheetName::Choices, &["list name", "Tỉnh", "value", "", "LIST_NAME"]);
        let keys: Vec<&str> = found.iter().map(|(key, _)| key.as_str()).collect();
        assert_eq!(keys, ["list_name", "Tỉnh", "name", "list_name"]);
    }
}
