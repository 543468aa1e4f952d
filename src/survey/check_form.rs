//! Holds the questionnaires against the survey and its criteria.

use super::check::Check;
use crate::{
    criteria::CriterionMethod,
    messages::Text,
    questionnaire::{Form, Kind, Mistake, Question},
    text,
};
use toml::{Spanned, de::DeTable};

/// Every form is used, speaks the survey's languages and counts for surveyed criteria.
pub(super) fn check_forms(check: &mut Check<'_>) {
    let files = check.files;
    for (name, form) in &files.forms {
        let file = format!("forms/{name}.toml");
        let used = check.survey.parts.iter().any(|part| part.value.form == *name);
        if !used && check.is_sound("survey.toml") {
            check.note(&file, 1, text!("survey.form_unused"));
        }
        for language in &check.survey.languages {
            if !form.languages.contains(language) {
                check.note(&file, 1, text!("survey.form_language", language = language));
            }
        }
        for question in form.questions.iter().filter(|question| question.criterion.is_some()) {
            if let Some(problem) = criterion_problem(check, question) {
                note_question(check, &file, form, question, problem);
            }
        }
    }
}

fn criterion_problem(check: &Check<'_>, question: &Question) -> Option<Text> {
    let name = question.criterion.as_ref()?;
    if !matches!(question.kind, Kind::Scale(_)) {
        return Some(text!("survey.criterion_without_scale"));
    }
    let framework = check.files.framework.as_ref()?;
    let Some(criterion) = framework.find(name) else {
        return Some(text!("survey.unknown_criterion", criterion = name));
    };
    if criterion.method != Some(CriterionMethod::Survey) {
        return Some(text!("survey.criterion_not_surveyed", criterion = name));
    }
    let label = criterion.label();
    (label != name).then(|| text!("survey.criterion_by_code", criterion = name, code = label))
}

/// Notes a problem at the line of the question.
pub(super) fn note_question(
    check: &mut Check<'_>,
    file: &str,
    form: &Form,
    question: &Question,
    problem: Text,
) {
    let text = check.bundle.text(file).unwrap_or_default();
    let line = line_of(text, form, question).unwrap_or(1);
    let name = Some(question.name.clone());
    check.mistakes.push(Mistake { question: name, ..Mistake::new(file, line, problem) });
}

/// A form that was read keeps no lines, so the one of a question is looked up again.
fn line_of(text: &str, form: &Form, question: &Question) -> Option<usize> {
    let position = form.questions.iter().position(|known| known.name == question.name)?;
    let page = question.page.checked_sub(1)?;
    let within = position - form.pages.get(page)?.questions.start;
    let table = DeTable::parse(text).ok()?;
    let pages = list(table.get_ref(), "page")?;
    let questions = list(pages.get(page)?.get_ref().as_table()?, "question")?;
    let start = questions.get(within)?.span().start;
    Some(1 + text.bytes().take(start).filter(|byte| *byte == b'\n').count())
}

fn list<'t>(table: &'t DeTable<'_>, key: &str) -> Option<Vec<&'t Spanned<toml::de::DeValue<'t>>>> {
    let (_, value) = table.iter().find(|(known, _)| known.get_ref() == key)?;
    Some(value.get_ref().as_array()?.iter().collect())
}
