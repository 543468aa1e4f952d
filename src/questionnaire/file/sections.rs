//! Reading the sections that pages stand in.

use super::{
    super::{Expression, Labels, Page, Section},
    Whole,
    pages::{Moment, Use},
    question,
    table::{Placed, Table, is_id},
};
use crate::text;

/// The sections of a form, and where their parts stand in the file.
pub(super) struct Sections {
    pub(super) sections: Vec<Section>,
    read: Vec<Read>,
}

/// One section as it was read.
struct Read {
    title: Option<Placed<Labels>>,
    relevant: Option<Placed<Expression>>,
    /// The section around it.
    outer: Option<usize>,
}

/// Reads `[sections]`; paths in their order put an outer section before its inner ones.
pub(super) fn sections(root: &mut Table<'_>, whole: &Whole<'_>) -> Sections {
    let mut named = root.named_tables("sections");
    named.sort_by(|(one, _), (other, _)| one.value.split('/').cmp(other.value.split('/')));
    let mut sections = Sections { sections: Vec::new(), read: Vec::new() };
    for (path, mut table) in named {
        if !path.value.split('/').all(is_id) {
            table.report(path.at, text!("questionnaire.bad_section", path = path.value));
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
        table.close();
        sections.sections.push(Section {
            path: path.value,
            title: title.as_ref().map(|title| title.value.clone()),
            relevant: relevant.as_ref().map(|when| when.value.source().to_owned()),
        });
        sections.read.push(Read { title, relevant, outer: around });
    }
    sections
}

impl Sections {
    fn position(&self, path: &str) -> Option<usize> {
        self.sections.iter().position(|section| section.path == path)
    }

    /// Gives a page the heading and the conditions of the section that its table names.
    pub(super) fn enter(
        &self,
        table: &mut Table<'_>,
        page: &mut Page,
        number: usize,
        whole: &Whole<'_>,
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
        let mut conditions = Vec::new();
        let mut next = page.section;
        while let Some(read) = next.map(|at| &self.read[at]) {
            next = read.outer;
            if let (None, Some(title)) = (&page.title, &read.title) {
                let of = title.value.references().collect();
                let moment = Moment::Before(number);
                uses.push(Use { at: title.at, question: None, key: "title", of, moment });
                page.title = Some(title.value.clone());
            }
            if let Some(Placed { at, value }) = &read.relevant {
                let of = value.uses().to_vec();
                let moment = Moment::Before(number);
                uses.push(Use { at: *at, question: None, key: "relevant", of, moment });
                conditions.push(value.source());
            }
        }
        conditions.reverse();
        page.relevant = question::all_of(table, &conditions, path.at, whole);
    }
}
