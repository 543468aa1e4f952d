//! Reading a form file, with every mistake in it at once.
//!
//! The file is gone through twice: first for the names of its questions, so that
//! expressions can be read with the question they stand in; then for everything.
//! `table` reads TOML values and remembers where they stood, `options` reads scales
//! and lists, `sections`, `pages` and `question` what is asked, `order` finds circles and
//! references to answers that are not there yet.

mod near;
mod options;
mod order;
mod pages;
mod question;
mod sections;
mod table;

use super::{Form, Labels, Mistake, labels::PipingFault};
use crate::text;
use near::nearest;
use pages::{Names, Pages};
use std::cell::Cell;
use table::{Placed, Source, Table};
use toml::de::{DeTable, DeValue};

/// No form of a survey comes near this; it bounds the work that a file can cause.
const LARGEST: usize = 2_000_000;

/// Reads and checks a form; `file` is the name that mistakes are reported under.
pub fn read_form(file: &str, text: &str) -> Result<Form, Vec<Mistake>> {
    if text.len() > LARGEST {
        let problem = text!("questionnaire.file_too_large", most = LARGEST);
        return Err(vec![Mistake::new(file, 1, problem)]);
    }
    let source = Source::new(file, text);
    let (root, errors) = DeTable::parse_recoverable(text);
    for error in &errors {
        let at = error.span().map_or(0, |span| span.start);
        source.report(at, None, text!("questionnaire.not_toml", problem = error.message()));
    }
    // What follows a slip of syntax is guesswork, and its mistakes would mislead.
    if !errors.is_empty() {
        return Err(source.into_mistakes());
    }
    let mut root = Table::new(&source, root.get_ref(), 0, None);
    let form = form(&mut root);
    root.close();
    let mistakes = source.into_mistakes();
    if mistakes.is_empty() { Ok(form) } else { Err(mistakes) }
}

/// What the parts of a form need to know of the whole.
struct Whole<'s> {
    source: &'s Source,
    languages: Vec<String>,
    names: Names,
    /// How many patterns were compiled so far.
    patterns: Cell<usize>,
}

fn form(root: &mut Table<'_>) -> Form {
    let id = root.id("form").unwrap_or_default();
    let version = root.filled("version").unwrap_or_default();
    let languages = languages(root);
    let whole = Whole {
        source: root.source(),
        languages,
        names: pages::names(root),
        patterns: Cell::new(0),
    };
    let title = root.needed_labels("title", &whole.languages);
    plain(&whole, title.as_ref());
    let mut lists = options::lists(root, "scales", true, &whole);
    lists.extend(options::lists(root, "lists", false, &whole));
    let sections = sections::sections(root, &whole);
    let Pages { pages, questions, uses } = pages::pages(root, &lists, &sections, &whole);
    let order = order::order(&whole, &pages, &questions, &uses);
    let calculated = |at: &usize| matches!(&questions[*at].kind, super::Kind::Calculate(expression) if expression.keeps());
    Form {
        id,
        version,
        title: title.map(|title| title.value).unwrap_or_default(),
        languages: whole.languages,
        lists,
        sections: sections.sections,
        kept: (0..questions.len()).filter(calculated).collect(),
        pages,
        questions,
        positions: whole.names.positions,
        order,
    }
}

/// The languages of the form. Where they cannot be read, those of the title stand in,
/// so that the other texts are not held against a guess.
fn languages(root: &mut Table<'_>) -> Vec<String> {
    let mut languages: Vec<String> = Vec::new();
    let Some(found) = root.texts("languages") else { return languages_of_title(root) };
    for language in found {
        let known = languages.contains(&language.value);
        let well_formed = (2..=8).contains(&language.value.len())
            && language.value.bytes().all(|b| b.is_ascii_lowercase() || b == b'-');
        if known || !well_formed {
            let value = language.value;
            root.report(language.at, text!("questionnaire.bad_language", value = value));
        } else {
            languages.push(language.value);
        }
    }
    if languages.is_empty() {
        root.report(root.at_of("languages"), text!("questionnaire.no_languages"));
        return languages_of_title(root);
    }
    languages
}

fn languages_of_title(root: &Table<'_>) -> Vec<String> {
    match root.peek("title").and_then(DeValue::as_table) {
        Some(title) => title.keys().map(|language| language.get_ref().to_string()).collect(),
        None => vec!["vi".to_owned()],
    }
}

/// A text that stands before every answer cannot refer to one.
fn plain(whole: &Whole<'_>, labels: Option<&Placed<Labels>>) {
    let Some(labels) = labels else { return };
    if labels.value.iter().any(|(_, text)| text.contains("${")) {
        whole.source.report(labels.at, None, text!("questionnaire.title_with_reference"));
    }
}

impl Whole<'_> {
    fn position(&self, name: &str) -> Option<usize> {
        self.names.positions.get(name).copied()
    }

    /// The name of a question that was perhaps meant.
    fn nearest_question(&self, name: &str) -> Option<String> {
        nearest(name, self.names.positions.keys().map(String::as_str))
    }

    /// Looks up the `${name}` in a text of the form, which stands in `table`.
    fn resolve(&self, table: &Table<'_>, labels: Placed<Labels>) -> Labels {
        let Placed { at, value: mut labels } = labels;
        match labels.resolve(|name| self.position(name)) {
            Ok(()) => {}
            Err(PipingFault::Open) => table.report(at, text!("questionnaire.open_reference")),
            Err(PipingFault::Unknown(name)) => {
                let problem = text!("questionnaire.unknown_reference", name = name);
                table.report_near(at, problem, || self.nearest_question(&name));
            }
        }
        labels
    }
}

#[cfg(test)]
mod tests;
