//! Reading the pages of a form.

use super::{
    super::{OptionList, Page, Question},
    Whole, question,
    sections::Sections,
    table::Table,
};
use crate::text;
use std::collections::{HashMap, HashSet};
use toml::{Spanned, de::DeValue};

/// The most questions of a form.
const MOST: usize = 2_000;

/// The pages and questions of a form, and what they refer to.
pub(super) struct Pages {
    pub(super) pages: Vec<Page>,
    pub(super) questions: Vec<Question>,
    pub(super) uses: Vec<Use>,
}

/// A place of the form that refers to questions.
pub(super) struct Use {
    /// The byte of the file.
    pub(super) at: usize,
    /// The question in which it stands, if it stands in one.
    pub(super) question: Option<usize>,
    /// The key in which it stands.
    pub(super) key: &'static str,
    /// The questions that it refers to.
    pub(super) of: Vec<usize>,
    /// When their answers must be there.
    pub(super) moment: Moment,
}

/// When an answer must be there to be referred to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Moment {
    /// When the page with this number is shown: from an earlier page.
    Before(usize),
    /// When the page with this number is checked: from that page or an earlier one.
    With(usize),
    /// Whenever it comes: calculations wait.
    Whenever,
}

/// What is known of the questions before any of them is read.
#[derive(Default)]
pub(super) struct Names {
    /// The positions of the questions.
    pub(super) positions: HashMap<String, usize>,
    /// Which questions have options.
    pub(super) with_options: Vec<bool>,
}

/// Goes through all questions for their names and kinds.
pub(super) fn names(root: &Table<'_>) -> Names {
    let mut names = Names::default();
    for page in root.peek("page").and_then(DeValue::as_array).into_iter().flatten() {
        let questions = page.get_ref().get("question").and_then(|q| q.get_ref().as_array());
        for question in questions.into_iter().flatten().map(Spanned::get_ref) {
            if !question.is_table() {
                continue;
            }
            let text = |key: &str| question.get(key).and_then(|value| value.get_ref().as_str());
            if let Some(name) = text("name") {
                names.positions.entry(name.to_owned()).or_insert(names.with_options.len());
            }
            let with_options = matches!(text("kind"), Some("scale" | "one" | "several"));
            names.with_options.push(with_options);
        }
    }
    names
}

/// Reads every page with its questions.
pub(super) fn pages(
    root: &mut Table<'_>,
    lists: &[OptionList],
    sections: &Sections,
    whole: &Whole<'_>,
) -> Pages {
    let mut read = Pages { pages: Vec::new(), questions: Vec::new(), uses: Vec::new() };
    if !root.has("page") {
        root.missing("page");
    }
    let mut ids = HashSet::new();
    // Every page has a question, so more pages are no form either.
    for (at, table) in root.tables("page").into_iter().enumerate().take(MOST + 1) {
        page(table, at + 1, &mut read, &mut ids, (lists, sections), whole);
    }
    if read.questions.len() > MOST || read.pages.len() > MOST {
        root.report(root.at(), text!("questionnaire.too_many_questions", most = MOST));
    }
    read
}

fn page(
    mut table: Table<'_>,
    number: usize,
    read: &mut Pages,
    ids: &mut HashSet<String>,
    (lists, sections): (&[OptionList], &Sections),
    whole: &Whole<'_>,
) {
    let id = table.id("id").unwrap_or_default();
    if !id.is_empty() && !ids.insert(id.clone()) {
        table.report(table.at(), text!("questionnaire.duplicate_page", id = id));
    }
    let title = table.labels("title", &whole.languages).map(|title| {
        let at = title.at;
        let labels = whole.resolve(&table, title);
        let of = labels.references().collect();
        let moment = Moment::Before(number);
        read.uses.push(Use { at, question: None, key: "title", of, moment });
        labels
    });
    let relevant = question::page_condition(&mut table, number, whole, &mut read.uses);
    let mut page = Page { id, section: None, title, relevant, questions: 0..0 };
    sections.enter(&mut table, &mut page, number, &mut read.uses);
    let first = read.questions.len();
    let questions = table.tables("question");
    if questions.is_empty() {
        table.report(table.at(), text!("questionnaire.empty_page"));
    }
    for question in questions {
        let position = read.questions.len();
        let question = question::question(question, position, number, lists, whole, &mut read.uses);
        read.questions.push(question);
    }
    table.close();
    page.questions = first..read.questions.len();
    read.pages.push(page);
}
