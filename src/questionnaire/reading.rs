//! Reading the fields of a posted page as answers.

use super::{
    Answer, Form, Kind, Question,
    typed::{self, DateFault, DecimalSign, LONGEST_TEXT},
    validity::Unreadable,
};
use rust_decimal::Decimal;

/// The field that carries the names of the questions whose soft checks were seen.
pub const CONFIRM: &str = "confirm";

/// The fields of a posted page that belong to its questions.
pub(super) struct Posted<'f> {
    /// The position of the first question.
    pub(super) first: usize,
    /// The values of each question; none if its field was not there.
    pub(super) values: Vec<Option<Vec<&'f str>>>,
    /// Whether the doubt about each question was seen.
    pub(super) confirmed: Vec<bool>,
}

/// What a field holds.
pub(super) enum Reading {
    /// The field was not posted at all: nothing is known, nothing changes.
    Absent,
    /// The field is empty: there is no answer.
    Blank,
    /// The field holds an answer; a number may have a second reading.
    Read(Answer, Option<Answer>),
    /// The field holds something that is no answer.
    Unreadable(Unreadable),
}

impl<'f> Posted<'f> {
    /// No question has more values than this; a longer post is not from our pages.
    const MOST: usize = 2_000;

    pub(super) fn of(form: &Form, page: usize, fields: &'f [(String, String)]) -> Self {
        let range = page
            .checked_sub(1)
            .and_then(|at| form.pages.get(at))
            .map_or(0..0, |page| page.questions.clone());
        let place = |name: &str| {
            let position = form.positions.get(name)?;
            range.contains(position).then(|| position - range.start)
        };
        let mut values: Vec<Option<Vec<&str>>> = vec![None; range.len()];
        let mut confirmed = vec![false; range.len()];
        for (name, value) in fields {
            if name == CONFIRM {
                if let Some(at) = place(value) {
                    confirmed[at] = true;
                }
            } else if let Some(at) = place(name) {
                let values = values[at].get_or_insert_default();
                if values.len() < Self::MOST {
                    values.push(value);
                }
            }
        }
        Self { first: range.start, values, confirmed }
    }

    /// What was posted for the question at `position`; none if its field was not there.
    pub(super) fn values(&self, position: usize) -> Option<&[&'f str]> {
        self.values.get(position.checked_sub(self.first)?)?.as_deref()
    }
}

/// What the values of a question's field mean.
pub(super) fn read(
    form: &Form,
    question: &Question,
    values: Option<&[&str]>,
    sign: DecimalSign,
) -> Reading {
    let Some(values) = values.filter(|_| question.kind.is_answered()) else {
        return Reading::Absent;
    };
    let filled = || values.iter().copied().filter(|value| !value.trim().is_empty());
    let Some(last) = filled().next_back() else { return Reading::Blank };
    if question.kind.choices().is_none() && last.chars().count() > LONGEST_TEXT {
        return Reading::Unreadable(Unreadable::TooLong);
    }
    match &question.kind {
        Kind::Scale(_) | Kind::One(_) => read_choice(form, question, last),
        Kind::Several { .. } => read_several(form, question, filled()),
        Kind::Number => read_number(last, sign, |_| true, Unreadable::NotANumber),
        Kind::Integer => read_number(last, sign, Decimal::is_integer, Unreadable::NotWhole),
        Kind::Date => match typed::date(last) {
            Ok(day) => Reading::Read(Answer::Date(day.iso()), None),
            Err(DateFault::NotADate) => Reading::Unreadable(Unreadable::NotADate),
            Err(DateFault::NoSuchDay) => Reading::Unreadable(Unreadable::NoSuchDay),
            Err(DateFault::ShortYear) => Reading::Unreadable(Unreadable::ShortYear),
        },
        Kind::Text | Kind::LongText => {
            let text = typed::text(last, matches!(question.kind, Kind::LongText));
            if text.is_empty() { Reading::Blank } else { Reading::Read(Answer::Text(text), None) }
        }
        Kind::Note | Kind::Calculate(_) => Reading::Absent,
    }
}

fn read_choice(form: &Form, question: &Question, value: &str) -> Reading {
    match value.parse() {
        Ok(0) if form.offers_dont_know(question) => Reading::Read(Answer::DontKnow, None),
        Ok(code) if form.list_of(question).is_some_and(|list| list.option(code).is_some()) => {
            Reading::Read(Answer::Choice(code), None)
        }
        _ => Reading::Unreadable(Unreadable::NotOffered),
    }
}

fn read_several<'f>(
    form: &Form,
    question: &Question,
    values: impl Iterator<Item = &'f str>,
) -> Reading {
    let Ok(mut codes) = values.map(str::parse::<i16>).collect::<Result<Vec<_>, _>>() else {
        return Reading::Unreadable(Unreadable::NotOffered);
    };
    codes.sort_unstable();
    codes.dedup();
    if codes == [0] && form.offers_dont_know(question) {
        return Reading::Read(Answer::DontKnow, None);
    }
    if codes.contains(&0) && form.offers_dont_know(question) {
        return Reading::Unreadable(Unreadable::DontKnowAmongOthers);
    }
    let options = form.list_of(question).map_or(&[][..], |list| &list.options);
    let known = options.iter().map(|option| option.code);
    let chosen: Vec<i16> = known.filter(|code| codes.binary_search(code).is_ok()).collect();
    if chosen.len() == codes.len() {
        Reading::Read(Answer::Several(chosen), None)
    } else {
        Reading::Unreadable(Unreadable::NotOffered)
    }
}

fn read_number(
    typed: &str,
    sign: DecimalSign,
    fits: impl Fn(&Decimal) -> bool,
    otherwise: Unreadable,
) -> Reading {
    let found = typed::numbers(typed, sign);
    let is_number = !found.is_empty();
    let mut fitting = found.into_iter().filter(fits).map(Answer::Number);
    match fitting.next() {
        Some(answer) => Reading::Read(answer, fitting.next()),
        None if is_number => Reading::Unreadable(otherwise),
        None => Reading::Unreadable(Unreadable::NotANumber),
    }
}
