//! Saying texts of the form with earlier answers in them, and answers in words.

use super::{
    Answer, Form, Kind, Labels, calendar::Day, expression::Value, labels::Part,
    situation::Situation, typed::written_number,
};
use rust_decimal::Decimal;

/// The longest text that is said, in bytes: answers inside answers could grow without end.
const LONGEST: usize = 20_000;

/// A label may hold an answer, and the wording of that answer another: no further.
const DEEPEST: usize = 2;

impl Situation<'_> {
    /// A text of the form with answers in their places.
    pub(super) fn say(&self, labels: &Labels) -> String {
        self.say_within(labels, DEEPEST)
    }

    /// The answer to a question in words; empty if there is none.
    pub(super) fn in_words(&self, position: usize) -> String {
        self.in_words_within(position, DEEPEST)
    }

    fn say_within(&self, labels: &Labels, depth: usize) -> String {
        let parts = match labels.parts(self.language) {
            Ok(parts) => parts,
            Err(plain) => return plain.to_owned(),
        };
        let mut said = String::new();
        for part in parts {
            match part {
                Part::Words(words) => said.push_str(words),
                Part::Answer(position) if depth > 0 && said.len() < LONGEST => {
                    said.push_str(&self.in_words_within(*position, depth - 1));
                }
                Part::Answer(_) => {}
            }
        }
        said
    }

    fn in_words_within(&self, position: usize, depth: usize) -> String {
        let form: &Form = self.form;
        let question = &form.questions[position];
        if let Kind::Calculate(_) = question.kind {
            return self.calculation_in_words(position);
        }
        let Some(answer) = self.answer(position) else { return String::new() };
        match answer {
            Answer::Choice(code) => self.options_in_words(position, &[*code], depth),
            Answer::Several(codes) => self.options_in_words(position, codes, depth),
            Answer::DontKnow => form
                .list_of(question)
                .and_then(|list| list.dont_know.as_ref())
                .map_or_else(String::new, |label| self.say_within(label, depth)),
            Answer::Number(number) => written_number(*number, self.language, true),
            Answer::Date(date) => written_date(date),
            Answer::Text(text) => text.clone(),
        }
    }

    fn options_in_words(&self, position: usize, codes: &[i16], depth: usize) -> String {
        let chosen: Vec<String> = self
            .options(&self.form.questions[position])
            .filter(|option| codes.contains(&option.code))
            .map(|option| self.say_within(&option.label, depth))
            .collect();
        chosen.join(", ")
    }

    fn calculation_in_words(&self, position: usize) -> String {
        let text = self.value_of(position).text().into_owned();
        match self.calculated(position) {
            Value::Number(_) => match Decimal::from_str_exact(&text) {
                Ok(number) => written_number(number, self.language, true),
                Err(_) => text,
            },
            _ => written_date(&text),
        }
    }
}

/// An ISO date as people write it; any other text as it is.
pub(super) fn written_date(text: &str) -> String {
    Day::from_iso(text).map_or_else(|| text.to_owned(), Day::written)
}
