//! Reads texts that are given in every language of the survey.

use super::Section;
use crate::{
    questionnaire::{Labels, may_be_silent},
    text,
};
use toml::de::DeTable;

impl Section<'_> {
    /// A text in every language of the survey.
    pub(crate) fn labels(&self, key: &'static str, languages: &[String]) -> Option<Labels> {
        self.required(key)?;
        self.optional_labels(key, languages)
    }

    pub(crate) fn optional_labels(
        &self,
        key: &'static str,
        languages: &[String],
    ) -> Option<Labels> {
        let value = self.value(key)?;
        let Some(table) = value.as_table() else {
            return self.expected(key, text!("survey.expected_labels", key = key));
        };
        self.labels_of(key, table, languages)
    }

    /// A list of texts, each in every language of the survey.
    pub(crate) fn label_list(&self, key: &'static str, languages: &[String]) -> Vec<Labels> {
        let Some(value) = self.value(key) else { return Vec::new() };
        let tables = value.as_array().map(|list| list.iter().map(|item| item.get_ref().as_table()));
        let Some(tables) = tables.and_then(Iterator::collect::<Option<Vec<_>>>) else {
            let problem = text!("survey.expected_label_list", key = key);
            return self.expected(key, problem).unwrap_or_default();
        };
        tables.into_iter().filter_map(|table| self.labels_of(key, table, languages)).collect()
    }

    fn labels_of(&self, key: &str, table: &DeTable<'_>, languages: &[String]) -> Option<Labels> {
        let mut complete = true;
        let mut texts = Vec::new();
        for language in languages {
            let label = table.iter().find(|(known, _)| known.get_ref() == language);
            match label.map(|(_, label)| label.get_ref().as_str().unwrap_or_default()) {
                Some(label) if !label.trim().is_empty() => {
                    texts.push((language.clone(), label.to_owned()));
                }
                None if may_be_silent(language, languages) => {}
                _ => {
                    complete = false;
                    let problem = text!("survey.label_missing", key = key, language = language);
                    self.note(key, problem);
                }
            }
        }
        for (extra, _) in table {
            if !languages.iter().any(|language| extra.get_ref() == language) {
                complete = false;
                let line = self.found.line(&extra.span());
                let problem = text!("survey.label_extra", key = key, language = extra.get_ref());
                self.found.note(line, problem);
            }
        }
        complete.then(|| Labels::new(texts))
    }

    /// This table itself as a text in every language of the survey.
    pub(crate) fn own_labels(&self, name: &str, languages: &[String]) -> Option<Labels> {
        self.labels_of(name, self.table, languages)
    }
}
