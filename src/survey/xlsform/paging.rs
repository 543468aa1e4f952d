//! Sharing the questions of a form out over pages.
//!
//! A page is shown as a whole, so what a question's condition, filter or wording speaks of
//! must have been answered on an earlier page. The order of the questions never changes.

use super::draft::{Draft, DraftKind, DraftQuestion, references};
use std::{
    collections::{BTreeMap, HashMap},
    ops::Range,
};

/// More questions than this make a page long on a telephone.
const MOST_ON_A_PAGE: usize = 7;

/// A page: which questions stand on it, and in which group.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct DraftPage {
    pub(super) section: Option<String>,
    pub(super) questions: Range<usize>,
}

/// The pages of a form.
pub(super) fn pages(draft: &Draft) -> Vec<DraftPage> {
    let mut paging = Paging::of(draft);
    let mut pages: Vec<DraftPage> = Vec::new();
    let mut on_page = 0;
    for (at, question) in draft.questions.iter().enumerate() {
        let asked = usize::from(question.kind != DraftKind::Calculate);
        let stays = pages.last().is_some_and(|page| {
            page.section == question.section
                && on_page + asked <= MOST_ON_A_PAGE
                && !paging.speaks_of_page(question, pages.len())
        });
        if !stays {
            pages.push(DraftPage { section: question.section.clone(), questions: at..at });
            on_page = 0;
        }
        on_page += asked;
        paging.page_of.insert(question.name.as_str(), pages.len());
        if let Some(page) = pages.last_mut() {
            page.questions.end = at + 1;
        }
    }
    pages
}

struct Paging<'d> {
    /// What is said of the options of a list, by its name.
    options: BTreeMap<&'d str, Vec<&'d str>>,
    calculations: HashMap<&'d str, &'d DraftQuestion>,
    /// The pages, from 1, of the questions so far.
    page_of: HashMap<&'d str, usize>,
}

impl<'d> Paging<'d> {
    fn of(draft: &'d Draft) -> Self {
        let mut options: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
        for list in &draft.lists {
            let labels = list.options.iter().map(|option| &option.label).chain(&list.dont_know);
            let texts = labels.flatten().map(|(_, text)| text.as_str());
            let named = texts.flat_map(references).collect();
            options.insert(list.name.as_str(), named);
        }
        let calculated = draft.questions.iter().filter(|q| q.kind == DraftKind::Calculate);
        Self {
            options,
            calculations: calculated.map(|q| (q.name.as_str(), q)).collect(),
            page_of: HashMap::new(),
        }
    }

    /// Whether what decides or words the question is answered on this very page.
    fn speaks_of_page(&self, question: &'d DraftQuestion, page: usize) -> bool {
        let conditions = [&question.relevant, &question.choice_filter, &question.required];
        let words = [&question.label, &question.hint];
        let spoken = conditions.into_iter().flatten().map(String::as_str);
        let spoken =
            spoken.chain(words.into_iter().flatten().flatten().map(|(_, text)| text.as_str()));
        let mut names: Vec<&str> = spoken.flat_map(references).collect();
        let options = question.list().and_then(|list| self.options.get(list));
        names.extend(options.into_iter().flatten());
        self.answered_on(names, page)
    }

    /// Whether one of the values is there only with this page. A calculation is there with
    /// the last answer that it draws on.
    fn answered_on(&self, mut names: Vec<&'d str>, page: usize) -> bool {
        let mut seen: Vec<&str> = Vec::new();
        while let Some(name) = names.pop() {
            if seen.contains(&name) {
                continue;
            }
            seen.push(name);
            match self.calculations.get(name) {
                Some(calculation) => {
                    let parts = [&calculation.calculation, &calculation.relevant];
                    names.extend(parts.into_iter().flatten().flat_map(|part| references(part)));
                }
                None if self.page_of.get(name).is_some_and(|at| *at >= page) => return true,
                None => {}
            }
        }
        false
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn question(name: &str, relevant: Option<&str>) -> DraftQuestion {
        let relevant = relevant.map(str::to_owned);
        DraftQuestion { name: name.to_owned(), relevant, ..DraftQuestion::default() }
    }

    fn starts(questions: Vec<DraftQuestion>) -> Vec<usize> {
        let draft = Draft { questions, ..Draft::default() };
        pages(&draft).into_iter().map(|page| page.questions.start).collect()
    }

    #[test]
    fn a_condition_on_the_same_page_begins_a_new_one() {
        let questions = vec![
            question("a", None),
            question("b", None),
            question("c", Some("${a} = 1")),
            question("d", Some("${a} = 1")),
            question("e", Some("${d} = 1")),
        ];
        assert_eq!(starts(questions), [0, 2, 4]);
    }

    #[test]
    fn a_calculation_is_there_with_what_it_draws_on() {
        let sum = DraftQuestion {
            name: "sum".to_owned(),
            kind: DraftKind::Calculate,
            calculation: Some("${a} + ${sum}".to_owned()),
            ..DraftQuestion::default()
        };
        let late = question("late", Some("${sum} > 1"));
        assert_eq!(starts(vec![sum, question("a", None), late]), [0, 2]);
    }

    #[test]
    fn a_group_and_a_full_page_begin_new_ones() {
        let mut questions: Vec<_> = (0..9).map(|at| question(&format!("q{at}"), None)).collect();
        questions[8].section = Some("g".to_owned());
        assert_eq!(starts(questions), [0, 7, 8]);
    }
}
