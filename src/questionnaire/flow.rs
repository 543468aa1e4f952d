//! The way through a form: which page comes when, what is missing, what is recorded.
//!
//! Every function here is pure: the same form, answers and day give the same outcome.

use super::{
    Answer, Answers, Form, Kind, Recorded, expression::Value, situation::Situation, validity,
};
use rust_decimal::Decimal;
use std::collections::BTreeMap;

/// The day on which a form is answered, in ISO form.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Today(pub String);

/// Where a person goes next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// To the page with this number, counted from 1 in the order of the file.
    Page(usize),
    /// To the list of all answers, to check and submit them.
    Check,
}

/// The first page that is asked.
pub fn first_page(form: &Form, answers: &Answers, today: &Today) -> Step {
    page_after(form, answers, 0, today)
}

/// The page that follows `page`; pages that are not asked are passed over.
pub fn page_after(form: &Form, answers: &Answers, page: usize, today: &Today) -> Step {
    let situation = situation(form, answers, today);
    (page.saturating_add(1)..=form.pages.len())
        .find(|next| situation.is_shown(*next))
        .map_or(Step::Check, Step::Page)
}

/// The page before `page`, if there is one; of the list of answers, the last page.
pub fn page_before(form: &Form, answers: &Answers, page: usize, today: &Today) -> Option<usize> {
    let situation = situation(form, answers, today);
    (1..page.min(form.pages.len() + 1)).rev().find(|earlier| situation.is_shown(*earlier))
}

/// Whether the page exists and is asked now.
pub fn is_asked(form: &Form, answers: &Answers, page: usize, today: &Today) -> bool {
    situation(form, answers, today).is_shown(page)
}

/// The first page with a required question that has no answer, or with an invalid answer.
pub fn first_gap(form: &Form, answers: &Answers, today: &Today) -> Option<usize> {
    let situation = situation(form, answers, today);
    (0..form.questions.len())
        .find(|&position| validity::fault(&situation, position).is_some())
        .map(|position| form.questions[position].page)
}

/// What is recorded when the form is submitted: every question, and nothing else.
///
/// What is asked is decided anew here: answers to questions that are no longer asked
/// stay in the draft and do not count.
pub fn finish(form: &Form, answers: &Answers, today: &Today) -> BTreeMap<String, Recorded> {
    let situation = situation(form, answers, today);
    let questions = form.questions.iter().enumerate();
    questions
        .filter(|(_, question)| !matches!(question.kind, Kind::Note))
        .map(|(position, question)| (question.name.clone(), record(&situation, position)))
        .collect()
}

fn situation<'a>(form: &'a Form, answers: &'a Answers, today: &'a Today) -> Situation<'a> {
    let language = form.languages.first().map_or("", String::as_str);
    Situation::of(form, answers, language, today)
}

fn record(situation: &Situation<'_>, position: usize) -> Recorded {
    let question = &situation.form.questions[position];
    if !situation.is_asked(position) {
        return Recorded::NOT_ASKED;
    }
    if let Kind::Calculate(_) = question.kind {
        return recorded_value(situation.calculated(position));
    }
    match situation.answer(position) {
        None => Recorded::MISSING,
        Some(Answer::Choice(code)) => Recorded::Code(*code),
        Some(Answer::DontKnow) => Recorded::DONT_KNOW,
        Some(Answer::Several(codes)) => {
            let shown = situation.options(question).map(|option| option.code);
            Recorded::Codes(shown.filter(|code| codes.contains(code)).collect())
        }
        Some(Answer::Number(number)) => Recorded::Number(number.normalize()),
        Some(Answer::Date(date)) => Recorded::Date(date.clone()),
        Some(Answer::Text(text)) => Recorded::Text(text.clone()),
    }
}

/// What a calculation came to; nothing and "not a number" are missing.
fn recorded_value(value: Value<'_>) -> Recorded {
    let is_number = matches!(value, Value::Number(_));
    let text = value.text();
    if is_number {
        return Decimal::from_str_exact(&text).map_or(Recorded::MISSING, Recorded::Number);
    }
    if text.is_empty() { Recorded::MISSING } else { Recorded::Text(text.into_owned()) }
}
