//! What a form asks, told in the words of the XLSForm standard.

use crate::questionnaire::{Choices, Expression, Form, Kind, Labels, Page, Question};
use serde::Serialize;

/// A form as XLSForm sees it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Outline {
    /// The title in the first language.
    pub title: String,
    /// The codes of the languages, the fallback first.
    pub languages: Vec<String>,
    /// Questions, notes and calculations in the order of the form.
    pub questions: Vec<OutlineQuestion>,
}

/// A question, a note or a calculation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct OutlineQuestion {
    /// Its name.
    pub name: String,
    /// Its type, without the list.
    pub kind: &'static str,
    /// The wording in each language; empty for a calculation.
    pub label: Labels,
    /// The smaller text, if there is one.
    pub hint: Labels,
    /// Whether an answer is needed, or when.
    pub required: OutlineRequired,
    /// When it is asked: its own condition and those of all groups around it.
    pub relevant: Option<String>,
    /// What every answer must fulfil.
    pub constraint: Option<String>,
    /// What is said when it does not.
    pub constraint_message: Labels,
    /// The options, in order.
    pub choices: Vec<OutlineChoice>,
    /// Which of the options are shown.
    pub choice_filter: Option<String>,
    /// What a calculation computes.
    pub calculation: Option<String>,
    /// The names of the groups around it, from the outermost, joined by `/`.
    pub group: Option<String>,
}

/// Whether an answer is needed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(untagged)]
pub enum OutlineRequired {
    /// Always or never.
    Plain(bool),
    /// Where a condition holds.
    When(String),
}

/// An option.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct OutlineChoice {
    /// Its value in expressions.
    pub name: String,
    /// The wording in each language.
    pub label: Labels,
}

/// A group around a page.
pub(super) struct Group<'f> {
    pub(super) name: String,
    pub(super) title: Option<&'f Labels>,
    pub(super) relevant: Option<&'f str>,
    /// Whether the group is a page by itself.
    pub(super) page: bool,
}

/// The name of “don't know” among the options.
pub(super) const DONT_KNOW: &str = "0";

/// Tells what a form asks.
pub fn outline(form: &Form) -> Outline {
    let first = form.languages.first().map_or("", String::as_str);
    Outline {
        title: form.title.get(first).to_owned(),
        languages: form.languages.clone(),
        questions: form.questions.iter().map(|question| told(form, question)).collect(),
    }
}

fn told(form: &Form, question: &Question) -> OutlineQuestion {
    let groups = form.page_of(question).map(|page| groups(form, page)).unwrap_or_default();
    let mut conditions: Vec<&str> = groups.iter().filter_map(|group| group.relevant).collect();
    conditions.extend(question.relevant.as_ref().map(Expression::source));
    let names: Vec<&str> = groups.iter().map(|group| group.name.as_str()).collect();
    let message = question.constraint.as_ref().and_then(|constraint| constraint.message.clone());
    OutlineQuestion {
        name: question.name.clone(),
        kind: kind(question),
        label: question.label.clone(),
        hint: question.hint.clone().unwrap_or_default(),
        required: match &question.required_when {
            Some(when) => OutlineRequired::When(when.source().to_owned()),
            None => OutlineRequired::Plain(question.required),
        },
        relevant: all_of(&conditions),
        constraint: constraint(question),
        constraint_message: message.unwrap_or_default(),
        choices: choices(form, question),
        choice_filter: choice_filter(form, question),
        calculation: match &question.kind {
            Kind::Calculate(calculation) => Some(calculation.source().to_owned()),
            _ => None,
        },
        group: (!names.is_empty()).then(|| names.join("/")),
    }
}

/// The type of a question.
pub(super) fn kind(question: &Question) -> &'static str {
    match question.kind {
        Kind::Scale(_) | Kind::One(_) => "select_one",
        Kind::Several { .. } => "select_multiple",
        Kind::Number => "decimal",
        Kind::Integer => "integer",
        Kind::Date => "date",
        Kind::Text | Kind::LongText => "text",
        Kind::Note => "note",
        Kind::Calculate(_) => "calculate",
    }
}

/// The groups around a page, from the outermost. A page with a heading or condition of its
/// own is a group too: the standard has no pages.
pub(super) fn groups<'f>(form: &'f Form, page: &'f Page) -> Vec<Group<'f>> {
    let Some(section) = page.section.and_then(|at| form.sections.get(at)) else {
        if page.title.is_none() && page.relevant.is_none() {
            return Vec::new();
        }
        let taken = form.question(&page.id).is_some();
        return vec![Group {
            name: if taken { format!("page-{}", page.id) } else { page.id.clone() },
            title: page.title.as_ref(),
            relevant: page.relevant.as_ref().map(Expression::source),
            page: true,
        }];
    };
    let ends = section.path.match_indices('/').map(|(at, _)| at).chain([section.path.len()]);
    let around = ends.filter_map(|end| {
        let path = &section.path[..end];
        let known = form.sections.iter().find(|known| known.path == path)?;
        Some(Group {
            name: path.rsplit('/').next().unwrap_or(path).to_owned(),
            title: known.title.as_ref(),
            relevant: known.relevant.as_deref(),
            page: false,
        })
    });
    around.collect()
}

/// What an answer must fulfil, limits on the number of options among it.
pub(super) fn constraint(question: &Question) -> Option<String> {
    let own = question.constraint.as_ref().map(|constraint| constraint.condition.source());
    let mut conditions: Vec<String> = own.map(str::to_owned).into_iter().collect();
    if let Kind::Several { minimum, maximum, .. } = &question.kind {
        conditions.extend(minimum.map(|least| format!("count-selected(.) >= {least}")));
        conditions.extend(maximum.map(|most| format!("count-selected(.) <= {most}")));
    }
    let conditions: Vec<&str> = conditions.iter().map(String::as_str).collect();
    all_of(&conditions)
}

/// The condition for showing an option. To the standard, “don't know” is an option like
/// the others; here no filter hides it, and a question may leave it out.
pub(super) fn choice_filter(form: &Form, question: &Question) -> Option<String> {
    let Choices { list, filter, dont_know } = question.kind.choices()?;
    let filter = filter.as_ref().map(Expression::source);
    if form.lists[*list].dont_know.is_none() {
        return filter.map(str::to_owned);
    }
    let (joint, besides) = match dont_know {
        true => ("or", "name = '0'"),
        false => ("and", "name != '0'"),
    };
    match filter {
        None => (!dont_know).then(|| besides.to_owned()),
        Some(filter) if filter.ends_with(besides) => Some(filter.to_owned()),
        Some(filter) => Some(format!("({filter}) {joint} {besides}")),
    }
}

fn choices(form: &Form, question: &Question) -> Vec<OutlineChoice> {
    let Some(list) = form.list_of(question) else { return Vec::new() };
    let option =
        |name: &str, label: &Labels| OutlineChoice { name: name.to_owned(), label: label.clone() };
    let dont_know = list.dont_know.as_ref().map(|label| option(DONT_KNOW, label));
    list.options.iter().map(|known| option(&known.name, &known.label)).chain(dont_know).collect()
}

fn all_of(conditions: &[&str]) -> Option<String> {
    match conditions {
        [] => None,
        [only] => Some((*only).to_owned()),
        several => Some(format!("({})", several.join(") and ("))),
    }
}
