//! A page as a person sees it, as data: the web turns it into HTML.

use super::{
    Answer, Answers, Form, Kind, Question, Today, reading::Posted, situation::Situation,
    typed::written_number, words::written_date,
};
use crate::{messages::Language, text};

/// A page of the form, ready to be shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PageView {
    /// The page's number in the file, from 1; its address.
    pub number: usize,
    /// Which of the pages that are asked this is, from 1.
    pub place: usize,
    /// How many pages are asked, as far as the answers tell.
    pub count: usize,
    /// The number of the first question on the page ("Câu a–b trong n").
    pub first_question: usize,
    /// The number of the last question on the page; below the first if there is only text.
    pub last_question: usize,
    /// How many questions are asked, as far as the answers tell.
    pub question_count: usize,
    /// The heading over the questions, if the page has one.
    pub title: Option<String>,
    /// The questions and notes that are asked; none if the page is not asked.
    pub items: Vec<Item>,
}

/// A question or note on a page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Item {
    /// The name of the question and of its field.
    pub name: String,
    /// What it looks like.
    pub kind: ItemKind,
    /// The number of the question in the form; none for a note.
    pub number: Option<usize>,
    /// The wording, earlier answers in their places.
    pub label: String,
    /// A smaller text of the form that helps to answer.
    pub hint: Option<String>,
    /// How to answer, said by the program: "chọn tối đa 3", "ví dụ: 05/03/1980".
    pub instruction: Option<String>,
    /// Whether an answer is needed to go on.
    pub required: bool,
    /// The options, for the kinds that have them; "don't know" is the last.
    pub options: Vec<OptionView>,
    /// What stands in the field, for the kinds that have one.
    pub typed: String,
    /// What is wrong with the answer.
    pub problem: Option<String>,
    /// Whether the problem is a question back: a second submit lets the answer through.
    pub soft: bool,
}

/// How a question is answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ItemKind {
    /// One option of a scale.
    Scale,
    /// One option of a list.
    One,
    /// Any number of options. The page adds a hidden empty field of the same name, so
    /// that unticking all of them can be told from not having been asked.
    Several,
    /// A number, decimals allowed.
    Number,
    /// A whole number.
    Integer,
    /// A day, typed.
    Date,
    /// A line of text.
    Text,
    /// A text of several lines.
    LongText,
    /// Nothing to answer.
    Note,
}

/// An option to choose.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OptionView {
    /// The value of the field.
    pub code: String,
    /// The wording.
    pub label: String,
    /// Whether it is chosen.
    pub chosen: bool,
    /// Whether it stands apart from the others: "don't know" does.
    pub apart: bool,
}

/// What is wrong with one field of a posted page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FieldProblem {
    /// The question and its field.
    pub name: String,
    /// What is wrong, in the language of the page.
    pub message: String,
    /// Whether it is a question back: a second submit lets the answer through.
    pub soft: bool,
}

/// The page with number `page`, with what was answered so far.
pub fn show(
    form: &Form,
    answers: &Answers,
    page: usize,
    language: Language,
    today: &Today,
) -> PageView {
    let situation = Situation::of(form, answers, language.code(), today);
    page_view(&situation, page, language, None, &[])
}

/// The page as the situation has it, or as it was posted, with its problems.
pub(super) fn page_view(
    situation: &Situation<'_>,
    page: usize,
    language: Language,
    posted: Option<&Posted<'_>>,
    problems: &[FieldProblem],
) -> PageView {
    let form = situation.form;
    let shown = |number: &usize| situation.is_shown(*number);
    let definition = page.checked_sub(1).and_then(|at| form.pages.get(at)).filter(|_| shown(&page));
    let range = definition.map_or(0..0, |page| page.questions.clone());
    let counted = |range: std::ops::Range<usize>| range.filter(|at| situation.counts(*at)).count();
    let before = counted(0..range.start);
    let mut number = before;
    let mut items = Vec::with_capacity(range.len());
    for position in range {
        let question = &form.questions[position];
        if !situation.is_asked(position) || matches!(question.kind, Kind::Calculate(_)) {
            continue;
        }
        number += usize::from(question.kind.is_answered());
        let mut item = item(situation, position, language, posted);
        item.number = question.kind.is_answered().then_some(number);
        if let Some(problem) = problems.iter().find(|problem| problem.name == question.name) {
            item.problem = Some(problem.message.clone());
            item.soft = problem.soft;
        }
        items.push(item);
    }
    PageView {
        number: page,
        place: (1..=page.min(form.pages.len())).filter(shown).count(),
        count: (1..=form.pages.len()).filter(shown).count(),
        first_question: before + 1,
        last_question: number,
        question_count: counted(0..form.questions.len()),
        title: definition.and_then(|page| page.title.as_ref()).map(|title| situation.say(title)),
        items,
    }
}

fn item(
    situation: &Situation<'_>,
    position: usize,
    language: Language,
    posted: Option<&Posted<'_>>,
) -> Item {
    let question = &situation.form.questions[position];
    let kind = item_kind(&question.kind);
    let posted = posted.and_then(|posted| posted.values(position));
    let answer = situation.answer(position);
    Item {
        name: question.name.clone(),
        kind,
        number: None,
        label: situation.say(&question.label),
        hint: question.hint.as_ref().map(|hint| situation.say(hint)),
        instruction: instruction(&question.kind, language),
        required: situation.requires(position),
        options: options(situation, question, answer, posted),
        typed: match posted {
            Some(values) if question.kind.choices().is_none() => {
                values.last().copied().unwrap_or("").to_owned()
            }
            _ => typed(answer, language),
        },
        problem: None,
        soft: false,
    }
}

fn item_kind(kind: &Kind) -> ItemKind {
    match kind {
        Kind::Scale(_) => ItemKind::Scale,
        Kind::One(_) => ItemKind::One,
        Kind::Several { .. } => ItemKind::Several,
        Kind::Number => ItemKind::Number,
        Kind::Integer => ItemKind::Integer,
        Kind::Date => ItemKind::Date,
        Kind::Text => ItemKind::Text,
        Kind::LongText => ItemKind::LongText,
        Kind::Note | Kind::Calculate(_) => ItemKind::Note,
    }
}

fn instruction(kind: &Kind, language: Language) -> Option<String> {
    let text = match kind {
        Kind::Several { minimum, maximum, .. } => match (minimum, maximum) {
            (Some(least), Some(most)) if least == most => {
                text!("answers.choose_exactly", number = most)
            }
            (Some(least), Some(most)) => {
                text!("answers.choose_between", least = least, most = most)
            }
            (Some(least), None) => text!("answers.choose_at_least", least = least),
            (None, Some(most)) => text!("answers.choose_at_most", most = most),
            (None, None) => text!("answers.choose_any"),
        },
        Kind::Date => text!("answers.date_example"),
        _ => return None,
    };
    Some(text.say(language))
}

fn options(
    situation: &Situation<'_>,
    question: &Question,
    answer: Option<&Answer>,
    posted: Option<&[&str]>,
) -> Vec<OptionView> {
    let is_chosen = |code: i16, written: &str| match (posted, answer) {
        (Some(values), _) => values.contains(&written),
        (None, Some(Answer::Choice(chosen))) => *chosen == code,
        (None, Some(Answer::Several(chosen))) => chosen.contains(&code),
        (None, Some(Answer::DontKnow)) => code == 0,
        _ => false,
    };
    let view = |code: i16, label, apart| {
        let written = code.to_string();
        let chosen = is_chosen(code, &written);
        OptionView { code: written, label: situation.say(label), chosen, apart }
    };
    let Some(list) = situation.form.list_of(question) else { return Vec::new() };
    let dont_know = list.dont_know.as_ref().filter(|_| situation.form.offers_dont_know(question));
    situation
        .options(question)
        .map(|option| view(option.code, &option.label, false))
        .chain(dont_know.map(|label| view(0, label, true)))
        .collect()
}

/// An answer as it stands in its field: typed back, it is read as the same answer.
fn typed(answer: Option<&Answer>, language: Language) -> String {
    match answer {
        Some(Answer::Number(number)) => written_number(*number, language.code(), false),
        Some(Answer::Date(date)) => written_date(date),
        Some(Answer::Text(text)) => text.clone(),
        _ => String::new(),
    }
}
