//! Reading scales and lists of options.

use super::{
    super::{ChoiceOption, OptionList},
    Whole,
    table::{Table, integer, is_word},
};
use crate::text;
use std::collections::HashSet;
use toml::de::DeValue;

/// The most options of a list.
const MOST: usize = 2_000;

/// The lists under `key`, in order of their ids.
pub(super) fn lists(
    root: &mut Table<'_>,
    key: &'static str,
    scale: bool,
    whole: &Whole<'_>,
) -> Vec<OptionList> {
    let mut lists = Vec::new();
    for (id, mut table) in root.named_tables(key) {
        if !is_word(&id.value) {
            table.report(id.at, text!("questionnaire.bad_word", key = key, value = id.value));
        }
        let dont_know =
            table.labels("dont_know", &whole.languages).map(|label| whole.resolve(&table, label));
        let options = options(&mut table, &id.value, scale, whole);
        // In expressions, "0" is "don't know".
        if dont_know.is_some() && options.iter().any(|option| option.name == "0") {
            table.report(table.at(), text!("questionnaire.bad_option_name", name = "0"));
        }
        table.close();
        lists.push(OptionList { id: id.value, scale, options, dont_know });
    }
    lists
}

fn options(table: &mut Table<'_>, list: &str, scale: bool, whole: &Whole<'_>) -> Vec<ChoiceOption> {
    if !table.has("options") {
        table.missing("options");
    }
    let found = table.tables("options");
    if table.has("options") && found.is_empty() {
        table.report(table.at(), text!("questionnaire.no_options", list = list));
    }
    if found.len() > MOST {
        let problem = text!("questionnaire.too_many_options", list = list, most = MOST);
        table.report(table.at(), problem);
        return Vec::new();
    }
    let (mut codes, mut names) = (HashSet::new(), HashSet::new());
    let mut options = Vec::with_capacity(found.len());
    for option in found {
        let at = option.at();
        let Some(option) = read_option(option, scale, whole) else { continue };
        if !codes.insert(option.code) {
            let problem = text!("questionnaire.duplicate_code", list = list, code = option.code);
            table.report(at, problem);
        } else if !names.insert(option.name.clone()) {
            let problem = text!("questionnaire.duplicate_option", list = list, name = option.name);
            table.report(at, problem);
        }
        options.push(option);
    }
    options
}

fn read_option(mut table: Table<'_>, scale: bool, whole: &Whole<'_>) -> Option<ChoiceOption> {
    let code = code(&mut table);
    let name = name(&mut table);
    let label =
        table.needed_labels("label", &whole.languages).map(|label| whole.resolve(&table, label));
    let had_coefficient = table.has("coefficient");
    let coefficient = table.number("coefficient");
    match (scale, had_coefficient) {
        (true, false) => table.missing("coefficient"),
        (false, true) => {
            table.report(table.at(), text!("questionnaire.coefficient_in_list"));
        }
        _ => {}
    }
    let further = further(&table);
    let code = code?;
    Some(ChoiceOption {
        code,
        name: name.unwrap_or_else(|| code.to_string()),
        label: label?,
        coefficient,
        further,
    })
}

fn code(table: &mut Table<'_>) -> Option<i16> {
    let Some(value) = table.get("code") else {
        table.missing("code");
        return None;
    };
    let code = integer(value.get_ref()).and_then(|code| i16::try_from(code).ok());
    let code = code.filter(|code| *code >= 1);
    if code.is_none() {
        table.report(value.span().start, text!("questionnaire.bad_code"));
    }
    code
}

/// A name must be a single word, since several chosen ones are joined by blanks.
fn name(table: &mut Table<'_>) -> Option<String> {
    let name = table.text("name")?;
    let is_word = !name.value.is_empty() && !name.value.contains(char::is_whitespace);
    if !is_word {
        table.report(name.at, text!("questionnaire.bad_option_name", name = name.value));
        return None;
    }
    Some(name.value)
}

/// The keys that a `choice_filter` may ask for.
fn further(table: &Table<'_>) -> Vec<(String, String)> {
    let mut further = Vec::new();
    for (key, value) in table.further() {
        match (value.get_ref(), integer(value.get_ref())) {
            (DeValue::String(text), _) => further.push((key.value, text.to_string())),
            (_, Some(number)) => further.push((key.value, number.to_string())),
            _ => {
                let problem = text!("questionnaire.bad_option_key", key = key.value);
                table.report(value.span().start, problem);
            }
        }
    }
    further
}
