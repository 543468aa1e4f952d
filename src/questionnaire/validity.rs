//! What makes an answer invalid, for the page and for the form as a whole.

use super::{Answer, Constraint, Kind, Question, expression::Value, situation::Situation};
use crate::{messages::Text, text};

/// Why the answer to a question that is asked does not do.
pub(super) enum Fault<'a> {
    /// There must be an answer and there is none.
    Missing,
    /// Fewer options chosen than must be.
    TooFew(usize),
    /// More options chosen than may be.
    TooMany(usize),
    /// A condition of the form does not hold.
    Constraint(&'a Constraint),
}

/// What is wrong with the answer that counts now.
pub(super) fn fault<'a>(situation: &Situation<'a>, position: usize) -> Option<Fault<'a>> {
    let question = &situation.form.questions[position];
    if !situation.counts(position) {
        return None;
    }
    let Some(answer) = situation.answer(position) else {
        return situation.requires(position).then_some(Fault::Missing);
    };
    if let (Kind::Several { minimum, maximum, .. }, Answer::Several(_)) = (&question.kind, answer) {
        let value = situation.value_of(position).text();
        let chosen = value.split(' ').count();
        if let Some(minimum) = minimum.filter(|minimum| chosen < *minimum) {
            return Some(Fault::TooFew(minimum));
        }
        if let Some(maximum) = maximum.filter(|maximum| chosen > *maximum) {
            return Some(Fault::TooMany(maximum));
        }
    }
    broken(situation, question.constraint.as_ref(), answer, situation.value_of(position))
        .map(Fault::Constraint)
}

/// The soft constraint that the answer breaks, if it does.
pub(super) fn doubt<'a>(situation: &Situation<'a>, position: usize) -> Option<&'a Constraint> {
    let question: &Question = &situation.form.questions[position];
    let answer = situation.answer(position).filter(|_| situation.counts(position))?;
    broken(situation, question.soft_constraint.as_ref(), answer, situation.value_of(position))
}

/// "Don't know" breaks no condition: there is nothing that a condition could be about.
fn broken<'a>(
    situation: &Situation<'a>,
    constraint: Option<&'a Constraint>,
    answer: &Answer,
    value: Value<'a>,
) -> Option<&'a Constraint> {
    constraint
        .filter(|_| *answer != Answer::DontKnow)
        .filter(|constraint| !situation.allows(&constraint.condition, value))
}

/// Why a field cannot be read as an answer at all.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Unreadable {
    NotOffered,
    DontKnowAmongOthers,
    NotANumber,
    NotWhole,
    NotADate,
    NoSuchDay,
    ShortYear,
    TooLong,
}

impl Unreadable {
    pub(super) fn text(self) -> Text {
        match self {
            Self::NotOffered => text!("answers.not_offered"),
            Self::DontKnowAmongOthers => text!("answers.dont_know_among_others"),
            Self::NotANumber => text!("answers.not_a_number"),
            Self::NotWhole => text!("answers.not_whole"),
            Self::NotADate => text!("answers.not_a_date"),
            Self::NoSuchDay => text!("answers.no_such_day"),
            Self::ShortYear => text!("answers.short_year"),
            Self::TooLong => {
                text!("answers.too_long", most = super::typed::LONGEST_TEXT)
            }
        }
    }
}
