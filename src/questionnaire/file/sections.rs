//! Reading the sections that pages stand in.

use super::{
    super::{Expression, Labels, Page, Section},
    Whole,
    pages::{Moment, Use},
    question,
    table::{Placed, Table, is_word},
};
use crate::text;
use std::collections::HashMap;

/// The sections of a form, and where their parts stand in the file.
#[derive(Default)]
pub(super) struct Sections {
    pub(super) sections: Vec<Section>,
    places: HashMap<String, usize>,
    read: Vec<Read>,
}

/// One section as it was read.
struct Read {
    title: Option<Placed<Labels>>,
    relevant: Option<Placed<Expression>>,
    /// The condition of the section and of those around it.
    all: Option<Expression>,
    /// The section around it.
    outer: Option<usize>,
}

/// Sections stand in one another at most so deeply.
const DEEPEST: usize = 20;

/// Reads `[sections]`; paths in their order put an outer section before its inner ones.
pub(super) fn sections(root: &mut Table<'_>, whole: &Whole<'_>) -> Sections {
    let mut named = root.named_tables("sections");
    named.sort_by(|(one, _), (other, _)| one.value.split('/').cmp(other.value.split('/')));
    let mut sections = Sections::default();
    for (path, mut table) in named {
        let depth = path.value.split('/').count();
        if depth > DEEPEST || !path.value.split('/').all(is_word) {
            table.report(path.at, text!("questionnaire.bad_section", path = path.value));
            table.get("title");
            table.get("relevant");
            continue;
        }
        let outer = path.value.rsplit_once('/').map(|(outer, _)| outer);
        let around = outer.and_then(|outer| sections.position(outer));
        if let (Some(outer), None) = (outer, around) {
            table.report(path.at, text!("questionnaire.unknown_section", path = outer));
        }
        let title = table.labels("title", &whole.languages);
        let title = title.map(|title| {
            let at = title.at;
            Placed { at, value: whole.resolve(&table, title) }
        });
        let relevant = question::condition(&mut table, whole);
        let mut conditions: Vec<&str> = sections.around(around).filter_map(Read::source).collect();
        conditions.reverse();
        conditions.extend(relevant.as_ref().map(|when| when.value.source()));
        let all = question::all_of(&table, &conditions, path.at, whole);
        table.close();
        sections.places.insert(path.value.clone(), sections.sections.len());
        sections.sections.push(Section {
            path: path.value,
            title: title.as_ref().map(|title| title.value.clone()),
            relevant: relevant.as_ref().map(|when| when.value.source().to_owned()),
        });
        sections.read.push(Read { title, relevant, all, outer: around });
    }
    sections
}

impl Read {
    fn source(&self) -> Option<&str> {
        self.relevant.as_ref().map(|when| when.value.source())
    }
}

impl Sections {
    fn position(&self, path: &str) -> Option<usize> {
        self.places.get(path).copied()
    }

    /// A section and those around it, from the inside out.
    fn around(&self, section: Option<usize>) -> impl Iterator<Item = &Read> {
        let read = |at: usize| self.read.get(at);
        std::iter::successors(section.and_then(read), move |inner| inner.outer.and_then(read))
    }

    /// Gives a page the heading and the conditions of the section that its table names.
    pub(super) fn enter(
        &self,
        table: &mut Table<'_>,
        page: &mut Page,
        number: usize,
        uses: &mut Vec<Use>,
    ) {
        let Some(path) = table.text("section") else { return };
        for key in ["title", "relevant"] {
            if table.has(key) {
                table.report(table.at_of(key), text!("questionnaire.page_in_section", key = key));
            }
        }
        page.section = self.position(&path.value);
        if page.section.is_none() {
            table.report(path.at, text!("questionnaire.unknown_section", path = path.value));
        }
        let moment = Moment::Before(number);
        let mut note = |at: usize, key: &'static str, of: Vec<usize>| {
            uses.push(Use { at, question: None, key, of, moment });
        };
        for read in self.around(page.section) {
            if let (None, Some(title)) = (&page.title, &read.title) {
                note(title.at, "title", title.value.references().collect());
                page.title = Some(title.value.clone());
            }
            if let Some(when) = &read.relevant {
                note(when.at, "relevant", when.value.uses().to_vec());
            }
        }
        page.relevant = page.section.and_then(|at| self.read[at].all.clone());
    }
}
