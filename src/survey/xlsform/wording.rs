//! Which languages a workbook speaks, and which text stands for which of them.

use super::{
    draft::Wording,
    finding::{Finding, SheetName},
    language,
    table::{Table, Texts},
};
use crate::text;

/// The language of a workbook that names none.
const UNNAMED: &str = "vi";

/// The languages of a form, and how texts without a language are meant.
#[derive(Debug)]
pub(super) struct Languages {
    /// The first speaks for the others.
    pub(super) all: Vec<String>,
    /// The language that columns without one are in.
    plain: String,
}

impl Languages {
    /// Tells the languages from the columns; `unnamed` is that of columns that name none.
    pub(super) fn of(
        survey: &Table,
        choices: &Table,
        default: Option<&str>,
        unnamed: Option<&str>,
    ) -> Self {
        let named = |table: &Table| -> Vec<String> {
            table.columns.iter().filter_map(|(_, language)| language.clone()).collect()
        };
        let mut all: Vec<String> = Vec::new();
        for code in named(survey).into_iter().chain(named(choices)) {
            if !all.contains(&code) {
                all.push(code);
            }
        }
        let default = default.and_then(language::code).map(|(code, _)| code);
        let has_plain_labels = survey.columns.contains(&("label".to_owned(), None));
        let default =
            default.filter(|code| all.is_empty() || all.contains(code) || has_plain_labels);
        let is_first = default.is_some() || all.is_empty() || has_plain_labels;
        let plain = default.unwrap_or_else(|| {
            let code = unnamed.and_then(language::code).map(|(code, _)| code);
            code.unwrap_or_else(|| UNNAMED.to_owned())
        });
        // Labels with and without a language are two translations.
        if is_first {
            all.retain(|code| *code != plain);
            all.insert(0, plain.clone());
        }
        Self { all, plain }
    }

    /// The text for every language, and the languages for which another had to stand in.
    fn spread(&self, table: &Table, key: &str, texts: &Texts) -> Option<(Wording, Vec<String>)> {
        let translated =
            table.columns.iter().any(|(known, language)| known == key && language.is_some());
        let plain = texts.get("");
        let own = |language: &String| {
            texts.get(language).or(plain.filter(|_| !translated || *language == self.plain))
        };
        let first = self.all.iter().find_map(own).or(plain)?;
        let mut lacking = Vec::new();
        let wording = self.all.iter().map(|language| {
            let text = own(language).unwrap_or_else(|| {
                if plain.is_none() {
                    lacking.push(language.clone());
                }
                plain.unwrap_or(first)
            });
            (language.clone(), text.clone())
        });
        let wording = wording.collect();
        Some((wording, lacking))
    }

    /// The text of a row for every language; what another stands in for is noticed.
    pub(super) fn wording(
        &self,
        (sheet, table): (SheetName, &Table),
        (row, name): (usize, &str),
        (key, texts): (&str, &Texts),
        notices: &mut Vec<Finding>,
    ) -> Option<Wording> {
        let (wording, lacking) = self.spread(table, key, texts)?;
        for language in lacking {
            let other = self.all.iter().find(|other| texts.contains_key(*other));
            let other = other.map_or("", String::as_str);
            let name = format!("{name} ({key})");
            let problem =
                text!("xlsform.label_filled_in", name = name, language = language, other = other);
            notices.push(Finding::row(sheet, row, problem));
        }
        Some(wording)
    }

    /// The same words in every language.
    pub(super) fn everywhere(&self, text: &str) -> Wording {
        self.all.iter().map(|language| (language.clone(), text.to_owned())).collect()
    }

    /// Words of the program for every language; English where it speaks none.
    pub(super) fn said(&self, vietnamese: &str, english: &str) -> Wording {
        let words = |language: &String| match language.as_str() {
            "vi" => vietnamese.to_owned(),
            _ => english.to_owned(),
        };
        self.all.iter().map(|language| (language.clone(), words(language))).collect()
    }
}
