//! What a form means to one person at one moment: what is asked, and every value.

use super::{
    Answer, Answers, ChoiceOption, Expression, Form, Kind, Question, Today,
    expression::{Surroundings, Value},
    model::Node,
};
use rust_decimal::prelude::ToPrimitive;
use std::borrow::Cow;

/// The value of "don't know" in expressions.
const DONT_KNOW: &str = "0";

/// What is asked and what was answered, decided once for a set of answers.
///
/// Everything is decided in the order in which things depend on each other, which the
/// form worked out when it was read; so nothing here recurses or is decided twice.
pub(super) struct Situation<'a> {
    pub(super) form: &'a Form,
    pub(super) language: &'a str,
    today: &'a str,
    pages: Vec<bool>,
    asked: Vec<bool>,
    answers: Vec<Option<&'a Answer>>,
    values: Vec<Value<'a>>,
}

/// The surroundings of one expression.
struct Around<'s, 'a> {
    situation: &'s Situation<'a>,
    own: Value<'a>,
    option: Option<&'a ChoiceOption>,
}

impl<'a> Situation<'a> {
    pub(super) fn of(
        form: &'a Form,
        answers: &'a Answers,
        language: &'a str,
        today: &'a Today,
    ) -> Self {
        let mut situation = Self {
            form,
            language,
            today: &today.0,
            pages: vec![false; form.pages.len()],
            asked: vec![false; form.questions.len()],
            answers: vec![None; form.questions.len()],
            values: vec![Value::EMPTY; form.questions.len()],
        };
        for (name, answer) in answers.iter() {
            if let Some(&position) = form.positions.get(name) {
                situation.answers[position] = Some(answer);
            }
        }
        for node in &form.order {
            match *node {
                Node::Page(at) => {
                    situation.pages[at] = situation.condition(form.pages[at].relevant.as_ref());
                }
                Node::Question(position) => situation.decide(position),
            }
        }
        situation
    }

    /// Decides whether a question is asked and what its value is.
    fn decide(&mut self, position: usize) {
        let question = &self.form.questions[position];
        let asked = self.pages[question.page - 1]
            && self.condition(question.relevant.as_ref())
            && self.has_options(question);
        self.asked[position] = asked;
        if asked {
            self.values[position] = match &question.kind {
                Kind::Calculate(_) => self.calculated(position).recorded(),
                _ => match self.answers[position] {
                    Some(answer) => self.answer_value(question, answer),
                    None => Value::EMPTY,
                },
            };
        }
    }

    /// A question whose options are all filtered away is not asked: it could not be answered.
    fn has_options(&self, question: &'a Question) -> bool {
        match question.kind.choices() {
            Some(choices) if choices.filter.is_some() => self.options(question).next().is_some(),
            _ => true,
        }
    }

    /// What a calculation comes to, with its kind.
    pub(super) fn calculated(&self, position: usize) -> Value<'a> {
        let Kind::Calculate(calculation) = &self.form.questions[position].kind else {
            return Value::EMPTY;
        };
        let kept = match self.answers[position] {
            Some(Answer::Text(kept)) => Value::Text(Cow::Borrowed(kept)),
            Some(Answer::Number(kept)) => Value::Number(kept.to_f64().unwrap_or(f64::NAN)),
            _ => Value::EMPTY,
        };
        self.value(calculation, kept, None)
    }

    /// The value of an answer in expressions; empty if the question cannot have it now.
    pub(super) fn answer_value(&self, question: &'a Question, answer: &'a Answer) -> Value<'a> {
        match (&question.kind, answer) {
            (Kind::Scale(_) | Kind::One(_), Answer::Choice(code)) => self
                .options(question)
                .find(|option| option.code == *code)
                .map_or(Value::EMPTY, |option| Value::Text(Cow::Borrowed(&option.name))),
            (Kind::Several { .. }, Answer::Several(codes)) => {
                let chosen: Vec<&str> = self
                    .options(question)
                    .filter(|option| codes.contains(&option.code))
                    .map(|option| option.name.as_str())
                    .collect();
                Value::Text(chosen.join(" ").into())
            }
            (_, Answer::DontKnow) if self.form.offers_dont_know(question) => {
                Value::Text(Cow::Borrowed(DONT_KNOW))
            }
            (Kind::Number | Kind::Integer, Answer::Number(number))
                if matches!(question.kind, Kind::Number) || number.is_integer() =>
            {
                Value::Text(number.normalize().to_string().into())
            }
            (Kind::Date, Answer::Date(text))
            | (Kind::Text | Kind::LongText, Answer::Text(text)) => Value::Text(Cow::Borrowed(text)),
            _ => Value::EMPTY,
        }
    }

    /// The options that are shown, in order, without "don't know".
    pub(super) fn options(&self, question: &'a Question) -> impl Iterator<Item = &'a ChoiceOption> {
        let choices = question.kind.choices();
        let options = choices.map(|choices| self.form.lists[choices.list].options.iter());
        let filter = choices.and_then(|choices| choices.filter.as_ref());
        options.into_iter().flatten().filter(move |option| {
            filter.is_none_or(|filter| self.value(filter, Value::EMPTY, Some(option)).truth())
        })
    }

    /// Whether the page has something to show; pages are counted from 1.
    pub(super) fn is_shown(&self, page: usize) -> bool {
        let Some(at) = page.checked_sub(1).filter(|at| *at < self.pages.len()) else {
            return false;
        };
        self.pages[at]
            && self.form.pages[at].questions.clone().any(|position| {
                self.asked[position]
                    && !matches!(self.form.questions[position].kind, Kind::Calculate(_))
            })
    }

    /// Whether the question is asked.
    pub(super) fn is_asked(&self, position: usize) -> bool {
        self.asked[position]
    }

    /// Whether the page is held up until the question has an answer.
    pub(super) fn requires(&self, position: usize) -> bool {
        let question = &self.form.questions[position];
        let when = question.required_when.as_ref();
        question.required || when.is_some_and(|when| self.condition(Some(when)))
    }

    /// Whether the question is asked and a person answers it.
    pub(super) fn counts(&self, position: usize) -> bool {
        self.asked[position] && self.form.questions[position].kind.is_answered()
    }

    /// Whether the question is asked and has an answer that it can have now.
    pub(super) fn is_answered(&self, position: usize) -> bool {
        !self.values[position].is_empty()
    }

    /// The answer that counts: none if it is not asked, or not one that it can have now.
    pub(super) fn answer(&self, position: usize) -> Option<&'a Answer> {
        self.answers[position].filter(|_| self.is_answered(position))
    }

    /// Whether a value of `once()` was kept for the question.
    pub(super) fn is_kept(&self, position: usize) -> bool {
        self.answers[position].is_some()
    }

    /// The value of a question as expressions see it.
    pub(super) fn value_of(&self, position: usize) -> Value<'a> {
        self.values[position].clone()
    }

    /// Whether a condition on an answer with this value holds.
    pub(super) fn allows(&self, condition: &'a Expression, own: Value<'a>) -> bool {
        self.value(condition, own, None).truth()
    }

    fn condition(&self, condition: Option<&'a Expression>) -> bool {
        condition.is_none_or(|condition| self.value(condition, Value::EMPTY, None).truth())
    }

    fn value(
        &self,
        expression: &'a Expression,
        own: Value<'a>,
        option: Option<&'a ChoiceOption>,
    ) -> Value<'a> {
        expression.value(&Around { situation: self, own, option })
    }
}

impl<'a> Surroundings<'a> for Around<'_, 'a> {
    fn question(&self, position: usize) -> Value<'a> {
        self.situation.values[position].clone()
    }

    fn own(&self) -> Value<'a> {
        self.own.clone()
    }

    fn column(&self, key: &str) -> &'a str {
        self.option.map_or("", |option| option.column(key))
    }

    fn today(&self) -> &'a str {
        self.situation.today
    }

    fn choice_name(&self, position: usize, option: &str) -> Cow<'a, str> {
        let form = self.situation.form;
        let Some(list) = form.list_of(&form.questions[position]) else { return "".into() };
        let label = match list.options.iter().find(|known| known.name == option) {
            Some(known) => Some(&known.label),
            None => list.dont_know.as_ref().filter(|_| option == DONT_KNOW),
        };
        label.map_or("", |label| label.get(self.situation.language)).into()
    }
}
