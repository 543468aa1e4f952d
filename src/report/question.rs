//! How the answers to each question are spread over its levels.

use super::{
    sample::Sample,
    suppress::{FEW, LEAST_OF_CELL, Shown},
};
use crate::{
    questionnaire::{Form, Kind, Labels, Question, Recorded},
    survey::Survey,
};
use analysis::Variable;
use serde::{Deserialize, Serialize};

/// A question of a scale, as the people asked about one subject answered it.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct QuestionResult {
    /// The form's id.
    pub form: String,
    /// What the form is called.
    pub form_title: Labels,
    /// Who is judged.
    pub subject: String,
    /// The name of the question.
    pub name: String,
    /// Its wording.
    pub label: Labels,
    /// The criterion that it counts for.
    pub criterion: Option<String>,
    /// How the answers are spread, if enough people chose a level.
    pub answers: Shown<Spread>,
}

/// Shares of the people whom the sample speaks for.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Spread {
    /// Respondents who chose a level.
    pub n: u64,
    /// The levels in the order in which they are asked, with their shares (0–1) of `n`.
    pub levels: Vec<Level>,
    /// The share (0–1) of all who answered that said "don't know"; `None` if it is no answer.
    pub dont_know: Option<f64>,
    /// Whether they are so few that the shares say little.
    pub few: bool,
}

/// One level of a scale.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Level {
    /// Its code.
    pub code: i16,
    /// Its wording.
    pub label: Labels,
    /// The share (0–1) of those who chose a level.
    pub share: f64,
}

/// Every question of a scale, by form, subject and place in the form.
pub(super) fn questions(sample: &Sample<'_>, survey: &Survey) -> Vec<QuestionResult> {
    let mut found = Vec::new();
    for form in survey.forms.values() {
        for subject in &survey.subjects {
            let cells = sample.facts.cells.iter().enumerate();
            let cells: Vec<usize> = cells
                .filter(|(_, cell)| cell.form == form.id && cell.subject == subject.code)
                .map(|(at, _)| at)
                .collect();
            if cells.is_empty() {
                continue;
            }
            let scales = form.questions.iter().filter(|one| matches!(one.kind, Kind::Scale(_)));
            found.extend(scales.map(|question| QuestionResult {
                form: form.id.clone(),
                form_title: form.title.clone(),
                subject: subject.code.clone(),
                name: question.name.clone(),
                label: question.label.clone(),
                criterion: question.criterion.clone(),
                answers: spread(sample, &cells, form, question),
            }));
        }
    }
    found
}

fn spread(sample: &Sample<'_>, cells: &[usize], form: &Form, question: &Question) -> Shown<Spread> {
    let strata = sample.strata_of(cells);
    let code = |row: usize| match sample.rows[row].answers.get(&question.name) {
        Some(Recorded::Code(code)) if strata.contains(&sample.stratum_of_row[row]) => Some(*code),
        _ => None,
    };
    let codes: Vec<Option<i16>> = (0..sample.rows.len()).map(code).collect();
    let n = codes.iter().filter(|code| code.is_some_and(|code| code > 0)).count() as u64;
    if n == 0 {
        return Shown::Nobody;
    }
    if n < LEAST_OF_CELL {
        return Shown::Hidden;
    }
    let domain = sample.design.in_strata(&strata);
    let share = |counts: &dyn Fn(i16) -> Option<bool>| {
        let values = codes.iter().map(|code| code.and_then(counts));
        let figure = sample.design.mean(&Variable::condition(values), &domain);
        figure.ok().and_then(|figure| figure.value()).unwrap_or(0.0)
    };
    let options = form.list_of(question).map_or(&[][..], |list| &list.options);
    let levels = options.iter().map(|option| Level {
        code: option.code,
        label: option.label.clone(),
        share: share(&|code| (code > 0).then_some(code == option.code)),
    });
    let dont_know =
        form.offers_dont_know(question).then(|| share(&|code| (code >= 0).then_some(code == 0)));
    Shown::Value(Spread { n, levels: levels.collect(), dont_know, few: n < FEW })
}
