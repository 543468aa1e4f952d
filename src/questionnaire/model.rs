//! A form: its pages, questions and options, read and checked.

use super::{Expression, Labels};
use std::{collections::HashMap, ops::Range};

/// A questionnaire in one version, ready to be asked.
///
/// [`read_form`](super::read_form) is the only way to one, so a `Form` is always
/// sound: names are unique, references resolved, nothing is circular.
#[derive(Debug, Clone)]
pub struct Form {
    /// The form's id, as in `forms/<id>.toml`.
    pub id: String,
    /// The version; a version that was published never changes.
    pub version: String,
    /// The title in each language.
    pub title: Labels,
    /// The languages of the form, the fallback first.
    pub languages: Vec<String>,
    /// The scales and lists of options, in order of their ids, scales first.
    pub lists: Vec<OptionList>,
    /// The sections that pages stand in, by their paths; an outer one before its inner ones.
    pub sections: Vec<Section>,
    /// The pages in order.
    pub pages: Vec<Page>,
    /// Every question in order; each page is a stretch of this.
    pub questions: Vec<Question>,
    pub(super) positions: HashMap<String, usize>,
    /// What is decided first stands first.
    pub(super) order: Vec<Node>,
    /// The calculations whose value is kept (`once()`).
    pub(super) kept: Vec<usize>,
}

/// A page of the form.
#[derive(Debug, Clone, PartialEq)]
pub struct Page {
    /// The page's id, unique in the form.
    pub id: String,
    /// Which of the form's sections the page stands in, if it stands in one.
    pub section: Option<usize>,
    /// A heading over the questions: the page's own, or that of its section.
    pub title: Option<Labels>,
    /// When the page is asked, by its own condition or all those of its sections; always,
    /// if there is no condition.
    pub relevant: Option<Expression>,
    /// Which of the form's questions stand on the page.
    pub questions: Range<usize>,
}

/// Pages under one heading or one condition; a section may stand in another.
#[derive(Debug, Clone, PartialEq)]
pub struct Section {
    /// The section's names from the outermost to its own, joined by `/`.
    pub path: String,
    /// The heading over its pages, if it has one of its own.
    pub title: Option<Labels>,
    /// Its own condition, as written.
    pub relevant: Option<String>,
}

/// A question, a note between questions, or a value calculated from answers.
#[derive(Debug, Clone, PartialEq)]
pub struct Question {
    /// The name, unique in the form: its column, its form field, its `${name}`.
    pub name: String,
    /// The number of the page that it stands on, from 1.
    pub page: usize,
    /// What kind of answer it takes.
    pub kind: Kind,
    /// The wording; empty for a calculation.
    pub label: Labels,
    /// A smaller text that helps to answer.
    pub hint: Option<Labels>,
    /// Whether the page is held up until there is an answer.
    pub required: bool,
    /// A condition under which it is held up, where it is not always.
    pub required_when: Option<Expression>,
    /// What is said when a required answer is missing, instead of the usual text.
    pub required_message: Option<Labels>,
    /// When the question is asked; always, if there is no condition.
    pub relevant: Option<Expression>,
    /// What every answer must fulfil.
    pub constraint: Option<Constraint>,
    /// What an answer should fulfil; asked once, then let through.
    pub soft_constraint: Option<Constraint>,
    /// The criterion that the answers count for.
    pub criterion: Option<String>,
}

/// A condition on an answer, and what is said when it fails.
#[derive(Debug, Clone, PartialEq)]
pub struct Constraint {
    /// The condition; `.` is the answer.
    pub condition: Expression,
    /// What is said when the condition fails, instead of the usual text.
    pub message: Option<Labels>,
}

/// The kinds of questions.
#[derive(Debug, Clone, PartialEq)]
pub enum Kind {
    /// One option of a scale, whose options have coefficients.
    Scale(Choices),
    /// One option of a list.
    One(Choices),
    /// Any number of options of a list.
    Several {
        /// The options.
        choices: Choices,
        /// How many must be chosen, if any are.
        minimum: Option<usize>,
        /// How many may be chosen.
        maximum: Option<usize>,
    },
    /// A number, decimals allowed.
    Number,
    /// A whole number.
    Integer,
    /// A day.
    Date,
    /// A line of text.
    Text,
    /// A text of several lines.
    LongText,
    /// A text to read; nothing is answered.
    Note,
    /// A value computed from answers; nothing is shown.
    Calculate(Expression),
}

/// The options of a choice question.
#[derive(Debug, Clone, PartialEq)]
pub struct Choices {
    /// Which of the form's lists.
    pub list: usize,
    /// Which options are shown; all, if there is no condition.
    pub filter: Option<Expression>,
    /// Whether the list's "don't know" is offered.
    pub dont_know: bool,
}

/// A scale or list of options.
#[derive(Debug, Clone, PartialEq)]
pub struct OptionList {
    /// The id, unique among scales and among lists.
    pub id: String,
    /// Whether this is a scale, whose options have coefficients.
    pub scale: bool,
    /// The options in the order in which they are shown.
    pub options: Vec<ChoiceOption>,
    /// The wording of "don't know", if that can be answered.
    pub dont_know: Option<Labels>,
}

/// One option of a scale or list.
#[derive(Debug, Clone, PartialEq)]
pub struct ChoiceOption {
    /// The code that is stored, 1 to 32767, never used again for something else.
    pub code: i16,
    /// The option's value in expressions: its code, unless the form names it.
    pub name: String,
    /// The wording.
    pub label: Labels,
    /// What choosing it is worth; options of scales have one.
    pub coefficient: Option<f64>,
    /// Further keys, for `choice_filter`.
    pub further: Vec<(String, String)>,
}

/// Something that is decided once per set of answers, in the order of dependence.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Node {
    /// Whether a page is asked, by its position from 0.
    Page(usize),
    /// Whether a question is asked and what its value is, by its position.
    Question(usize),
}

impl Form {
    /// The question called `name`.
    pub fn question(&self, name: &str) -> Option<&Question> {
        self.positions.get(name).map(|&position| &self.questions[position])
    }

    /// The questions of page `number`, counted from 1; none if there is no such page.
    pub fn questions_of(&self, number: usize) -> &[Question] {
        match number.checked_sub(1).and_then(|at| self.pages.get(at)) {
            Some(page) => &self.questions[page.questions.clone()],
            None => &[],
        }
    }

    /// The page that a question stands on.
    pub fn page_of(&self, question: &Question) -> Option<&Page> {
        self.pages.get(question.page.checked_sub(1)?)
    }

    /// The scale or list that a choice question takes its options from.
    pub fn list_of(&self, question: &Question) -> Option<&OptionList> {
        question.kind.choices().map(|choices| &self.lists[choices.list])
    }

    /// Whether "don't know" is one of the answers to the question.
    pub fn offers_dont_know(&self, question: &Question) -> bool {
        question.kind.choices().is_some_and(|choices| {
            choices.dont_know && self.lists[choices.list].dont_know.is_some()
        })
    }

    /// Every question that counts for criterion `code`.
    pub fn questions_for<'f>(&'f self, code: &'f str) -> impl Iterator<Item = &'f Question> {
        self.questions.iter().filter(move |question| question.criterion.as_deref() == Some(code))
    }
}

impl Kind {
    /// The kind as it is written in form files.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Scale(_) => "scale",
            Self::One(_) => "one",
            Self::Several { .. } => "several",
            Self::Number => "number",
            Self::Integer => "integer",
            Self::Date => "date",
            Self::Text => "text",
            Self::LongText => "long_text",
            Self::Note => "note",
            Self::Calculate(_) => "calculate",
        }
    }

    /// The options, for the kinds that have them.
    pub fn choices(&self) -> Option<&Choices> {
        match self {
            Self::Scale(choices) | Self::One(choices) | Self::Several { choices, .. } => {
                Some(choices)
            }
            _ => None,
        }
    }

    /// Whether a person answers it; notes and calculations are not answered.
    pub fn is_answered(&self) -> bool {
        !matches!(self, Self::Note | Self::Calculate(_))
    }
}

impl OptionList {
    /// The option with this code.
    pub fn option(&self, code: i16) -> Option<&ChoiceOption> {
        self.options.iter().find(|option| option.code == code)
    }
}

impl ChoiceOption {
    /// What a bare name in a `choice_filter` stands for.
    pub(super) fn column(&self, key: &str) -> &str {
        match key {
            "name" | "code" => &self.name,
            _ => self
                .further
                .iter()
                .find(|(known, _)| known == key)
                .map_or("", |(_, value)| value.as_str()),
        }
    }
}
