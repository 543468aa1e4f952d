//! Taking in one posted page: reading its fields, checking them, keeping what is good.

use super::{
    Answer, Answers, Constraint, Form, Kind, Question, Today,
    expression::Value,
    reading::{Posted, Reading, read},
    situation::Situation,
    typed::DecimalSign,
    validity::{self, Fault, Unreadable},
    view::{FieldProblem, PageView, page_view},
};
use crate::{messages::Language, text};
use rust_decimal::Decimal;

/// What became of a posted page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Accepted {
    /// All answers, with the valid ones of this page merged in. An answer of this page
    /// that does not do leaves the earlier answer in its place.
    pub answers: Answers,
    /// The page again, with everything as it was typed and the problems beside it.
    pub view: PageView,
    /// What is wrong, in the order of the questions; empty if the page is complete.
    pub problems: Vec<FieldProblem>,
}

/// What checking a page found.
#[derive(Default)]
struct Checked {
    problems: Vec<FieldProblem>,
    /// Answers to take back or to read in their second way.
    corrections: Vec<(String, Option<Answer>)>,
}

/// What becomes of what was posted for one question.
enum Verdict {
    /// It does.
    Good,
    /// It does in the second reading of the number.
    Otherwise(Answer),
    /// It does, but the form asks back.
    Doubtful(String),
    /// It is no answer that could be kept.
    Bad(String),
}

/// Takes in the fields of page `page`: reads, checks and merges them.
///
/// Several values of one question are repeated fields. A field that is not there
/// changes nothing, an empty one clears the answer. Fields of other pages and of no
/// question are passed over, so hostile fields change nothing.
pub fn accept(
    form: &Form,
    answers: &Answers,
    page: usize,
    fields: &[(String, String)],
    language: Language,
    today: &Today,
) -> Accepted {
    let posted = Posted::of(form, page, fields);
    let sign = DecimalSign::of(language.code());
    let mut merged = answers.clone();
    let mut readings = Vec::with_capacity(posted.values.len());
    for (question, values) in form.questions_of(page).iter().zip(&posted.values) {
        let reading = read(form, question, values.as_deref(), sign);
        match &reading {
            Reading::Blank => merged.clear(&question.name),
            Reading::Read(answer, _) => merged.set(question.name.as_str(), answer.clone()),
            Reading::Absent | Reading::Unreadable(_) => {}
        }
        readings.push(reading);
    }
    let situation = Situation::of(form, &merged, language.code(), today);
    let Checked { problems, corrections } =
        check(&situation, answers, &posted, &readings, language);
    if corrections.is_empty() && problems.is_empty() {
        let view = page_view(&situation, page, language, None, &[]);
        let kept = kept_calculations(&situation, page);
        correct(&mut merged, kept);
        return Accepted { answers: merged, view, problems };
    }
    correct(&mut merged, corrections);
    let situation = Situation::of(form, &merged, language.code(), today);
    let as_typed = Some(&posted).filter(|_| !problems.is_empty());
    let view = page_view(&situation, page, language, as_typed, &problems);
    let kept = kept_calculations(&situation, page);
    correct(&mut merged, kept);
    Accepted { answers: merged, view, problems }
}

/// Checks the questions that the page asks, each by itself.
fn check(
    situation: &Situation<'_>,
    earlier: &Answers,
    posted: &Posted<'_>,
    readings: &[Reading],
    language: Language,
) -> Checked {
    let mut checked = Checked::default();
    for (at, reading) in readings.iter().enumerate() {
        let position = posted.first + at;
        if !situation.counts(position) {
            continue;
        }
        let name = &situation.form.questions[position].name;
        let earlier = earlier.get(name);
        let mut report = |message: String, soft: bool| {
            checked.problems.push(FieldProblem { name: name.clone(), message, soft });
        };
        match verdict(situation, position, reading, language) {
            Verdict::Good => {}
            Verdict::Otherwise(answer) => checked.corrections.push((name.clone(), Some(answer))),
            Verdict::Doubtful(message) => {
                // What was seen to be meant is not asked back, nor what was saved before.
                if !posted.confirmed[at] && earlier != situation.answer(position) {
                    report(message, true);
                }
            }
            Verdict::Bad(message) => {
                report(message, false);
                if matches!(reading, Reading::Blank | Reading::Read(..)) {
                    checked.corrections.push((name.clone(), earlier.cloned()));
                }
            }
        }
    }
    checked
}

fn verdict(
    situation: &Situation<'_>,
    position: usize,
    reading: &Reading,
    language: Language,
) -> Verdict {
    match reading {
        Reading::Unreadable(why) => return Verdict::Bad(why.text().say(language)),
        Reading::Read(..) if situation.answer(position).is_none() => {
            return Verdict::Bad(Unreadable::NotOffered.text().say(language));
        }
        _ => {}
    }
    if let Some(fault) = validity::fault(situation, position) {
        let question = &situation.form.questions[position];
        return match second_reading(situation, &fault, reading) {
            Some(answer) => Verdict::Otherwise(answer),
            None => Verdict::Bad(fault_message(situation, question, &fault, language)),
        };
    }
    match validity::doubt(situation, position) {
        Some(doubt) => Verdict::Doubtful(broken_message(situation, doubt, language)),
        None => Verdict::Good,
    }
}

/// The second reading of a number, if it fulfils the constraint that the first breaks.
fn second_reading(
    situation: &Situation<'_>,
    fault: &Fault<'_>,
    reading: &Reading,
) -> Option<Answer> {
    match (fault, reading) {
        (Fault::Constraint(constraint), Reading::Read(_, Some(Answer::Number(number)))) => {
            let value = Value::Text(number.normalize().to_string().into());
            let fits = situation.allows(&constraint.condition, value);
            fits.then_some(Answer::Number(*number))
        }
        _ => None,
    }
}

fn fault_message(
    situation: &Situation<'_>,
    question: &Question,
    fault: &Fault<'_>,
    language: Language,
) -> String {
    let text = match fault {
        Fault::Constraint(constraint) => return broken_message(situation, constraint, language),
        Fault::Missing => match (&question.required_message, &question.kind) {
            (Some(message), _) => return situation.say(message),
            (None, Kind::Several { .. }) => text!("answers.missing_several"),
            (None, kind) if kind.choices().is_some() => text!("answers.missing_choice"),
            _ => text!("answers.missing"),
        },
        Fault::TooFew(least) => text!("answers.too_few", least = least),
        Fault::TooMany(most) => text!("answers.too_many", most = most),
    };
    text.say(language)
}

fn broken_message(
    situation: &Situation<'_>,
    constraint: &Constraint,
    language: Language,
) -> String {
    match &constraint.message {
        Some(message) => situation.say(message),
        None => text!("answers.not_allowed").say(language),
    }
}

/// Calculations with `once()` whose value is there for the first time.
fn kept_calculations(situation: &Situation<'_>, page: usize) -> Vec<(String, Option<Answer>)> {
    let form = situation.form;
    let kept = form.kept.iter().copied().filter(|&position| {
        form.questions[position].page <= page
            && situation.is_answered(position)
            && !situation.is_kept(position)
    });
    kept.map(|position| {
        let is_number = matches!(situation.calculated(position), Value::Number(_));
        let value = situation.value_of(position).text().into_owned();
        let number = Decimal::from_str_exact(&value).ok().filter(|_| is_number);
        let answer = number.map_or(Answer::Text(value), Answer::Number);
        (form.questions[position].name.clone(), Some(answer))
    })
    .collect()
}

fn correct(answers: &mut Answers, corrections: Vec<(String, Option<Answer>)>) {
    for (name, answer) in corrections {
        match answer {
            Some(answer) => answers.set(name, answer),
            None => answers.clear(&name),
        }
    }
}
