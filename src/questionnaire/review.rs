//! All answers in words, to be checked before they are submitted.

use super::{Answers, Form, Today, situation::Situation, validity};
use crate::messages::Language;

/// The answers of one page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReviewSection {
    /// The number of the page, where the answers can be changed.
    pub page: usize,
    /// The heading of the page, if it has one.
    pub title: Option<String>,
    /// The questions of the page that are asked.
    pub rows: Vec<ReviewRow>,
}

/// One question with its answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReviewRow {
    /// The name of the question.
    pub name: String,
    /// The number of the question in the form.
    pub number: usize,
    /// The wording.
    pub label: String,
    /// The answer in words; none if there is no answer.
    pub answer: Option<String>,
    /// Whether the form cannot be submitted with this answer, or without one.
    pub invalid: bool,
}

/// Everything that is asked, page by page, with the answers in words.
pub fn review(
    form: &Form,
    answers: &Answers,
    language: Language,
    today: &Today,
) -> Vec<ReviewSection> {
    let situation = Situation::of(form, answers, language.code(), today);
    let mut sections = Vec::new();
    let mut number = 0;
    for (at, page) in form.pages.iter().enumerate() {
        let mut rows = Vec::new();
        for position in page.questions.clone().filter(|position| situation.counts(*position)) {
            number += 1;
            let question = &form.questions[position];
            rows.push(ReviewRow {
                name: question.name.clone(),
                number,
                label: situation.say(&question.label),
                answer: situation.is_answered(position).then(|| situation.in_words(position)),
                invalid: validity::fault(&situation, position).is_some(),
            });
        }
        if !rows.is_empty() {
            let title = page.title.as_ref().map(|title| situation.say(title));
            sections.push(ReviewSection { page: at + 1, title, rows });
        }
    }
    sections
}
