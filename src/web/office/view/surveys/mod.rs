//! Pages about surveys on their way.

mod changes;
mod desk;
mod edit;
mod trial;

pub use changes::{prospect, version};
pub use desk::survey;
pub use edit::{File, discard, fill, may_be_left_out};
pub use trial::{band, carried, introduction, no_preview, sent, tools};

use super::ways;
use crate::{
    clock::written,
    conduct::SurveyInHand,
    messages::{Language, Text},
    survey::xlsform::{Finding, Imported},
    text,
    web::{
        layout::{Html, Page, Switch},
        office::surveys::Looked,
    },
};
use maud::{Markup, html};
use url::form_urlencoded;

/// Lines of a report on one page.
const MOST_LINES: usize = 2_000;

/// What came of something that was just sent.
pub enum Said {
    /// Nothing was.
    Nothing,
    /// A form was imported from this file.
    Imported {
        /// The file's name.
        file: String,
        /// The form, and what was left out or filled in.
        imported: Box<Imported>,
    },
    /// These places of a workbook need a change, and nothing of it was kept.
    Findings {
        /// The file's name.
        file: String,
        /// The places.
        findings: Vec<Finding>,
    },
    /// It was refused.
    Refused(Text),
}

/// Where a page of a survey is found. The id of a survey needs no escaping.
pub fn path(id: &str, rest: &str) -> String {
    format!("/office/surveys/{id}{rest}")
}

/// Where a file of a survey is edited.
pub fn file_path(id: &str, name: &str, saved: bool) -> String {
    let mut query = form_urlencoded::Serializer::new(String::new());
    query.append_pair("name", name);
    if saved {
        query.append_pair("saved", "1");
    }
    path(id, &format!("/file?{}", query.finish()))
}

/// Lists the surveys, and takes a new one from Excel.
pub fn list(language: Language, surveys: &[SurveyInHand], said: &Said) -> Html {
    let say = |key| language.say(key);
    let answer = !matches!(said, Said::Nothing);
    let body = html! {
        h1 { (say("surveys.surveys")) }
        (outcome(language, said))
        @if surveys.is_empty() { p { (say("surveys.none")) } }
        ul.rounds { @for survey in surveys { (line(language, survey)) } }
        form.card method="post" action="/office/surveys" enctype="multipart/form-data" {
            h2 { (say("surveys.new")) }
            (workbook_field(language))
            label.q for="survey" { (say("surveys.new_id")) }
            p.hint #survey-hint { (say("surveys.new_id_hint")) }
            input #survey.short type="text" name="survey" autocomplete="off" maxlength="64"
                aria-describedby="survey-hint";
            div.go { button type="submit" { (say("surveys.import")) } }
        }
    };
    let switch = if answer { Switch::Nowhere } else { Switch::Link("/office/surveys") };
    Page::new(language, say("surveys.surveys"))
        .under(say("office.office"))
        .switch(switch)
        .office(ways(language))
        .body(body)
}

fn line(language: Language, survey: &SurveyInHand) -> Markup {
    html! {
        li.card {
            h2 { a href=(path(&survey.id, "")) { (survey.id) } " " (state(language, survey)) }
            @if let Some(latest) = survey.latest() {
                p { (version_line(language, latest.number, &latest.version, &latest.day)) }
            }
            @if let Some(draft) = &survey.draft {
                p { (text!("surveys.draft_of", day = day(&draft.day)).say(language)) }
            }
        }
    }
}

fn version_line(language: Language, number: i64, version: &str, published: &str) -> String {
    text!("surveys.version_line", number = number, version = version, day = day(published))
        .say(language)
}

/// A day as people write it.
fn day(iso: &str) -> String {
    iso.parse().map_or_else(|_| iso.to_owned(), written)
}

/// How far a survey has come, as a mark.
fn state(language: Language, survey: &SurveyInHand) -> Markup {
    html! {
        @if survey.latest().is_some() { span.chip.good { (language.say("surveys.published")) } " " }
        @if survey.draft.is_some() { span.chip.care { (language.say("surveys.draft")) } }
    }
}

/// The field for a workbook.
fn workbook_field(language: Language) -> Markup {
    html! {
        label.q for="workbook" { (language.say("surveys.workbook")) }
        p.hint #workbook-hint { (language.say("surveys.workbook_hint")) }
        input #workbook type="file" name="workbook" accept=".xlsx,.xlsm,.xls"
            aria-describedby="workbook-hint";
    }
}

/// Says that there is no survey of this id.
pub fn no_such_survey(language: Language, why: &Text) -> Html {
    let title = language.say("surveys.no_such_survey_title");
    let body = html! {
        h1 { (title) }
        p { (why.say(language)) }
        div.go { a.button href="/office/surveys" { (language.say("surveys.surveys")) } }
    };
    Page::new(language, title)
        .under(language.say("office.office"))
        .switch(Switch::Nowhere)
        .office(ways(language))
        .body(body)
}

/// A page of one survey. `at` is its address, nothing if it answers a form.
fn page(language: Language, looked: &Looked, title: &str, at: Option<&str>, body: &Markup) -> Html {
    let id = &looked.survey.id;
    let whole = html! {
        nav.trail aria-label=(language.say("office.trail")) {
            a href="/office/surveys" { (language.say("surveys.surveys")) } " › "
            a href=(path(id, "")) { b { (id) } } " "
            (state(language, &looked.survey))
        }
        (body)
    };
    let title = format!("{title} – {id}");
    Page::new(language, &title)
        .under(looked.title(language.code()))
        .synthetic(looked.read.as_ref().is_ok_and(|survey| survey.synthetic))
        .switch(at.map_or(Switch::Nowhere, Switch::Link))
        .office(ways(language))
        .body(whole)
}

/// What came of a form that was sent.
fn outcome(language: Language, said: &Said) -> Markup {
    let say = |key| language.say(key);
    match said {
        Said::Nothing => html! {},
        Said::Refused(why) => refused(language, &why.say(language)),
        Said::Findings { file, findings } => {
            let count = findings.len();
            let summary = text!("xlsform.refusals", file = file, count = count).say(language);
            html! {
                (refused(language, &summary))
                (remarks(say("office.problems"), findings, language))
            }
        }
        Said::Imported { file, imported } => {
            let questions = imported.form.questions.len();
            let said = text!(
                "surveys.imported",
                file = file,
                questions = questions,
                form = imported.form.id
            );
            html! {
                div.seal role="status" tabindex="-1" autofocus {
                    h2 { (say("surveys.imported_title")) }
                    p { (said.say(language)) }
                }
                (remarks(say("surveys.left_out"), &imported.notices, language))
            }
        }
    }
}

fn refused(language: Language, why: &str) -> Markup {
    html! {
        div.errors role="alert" tabindex="-1" autofocus {
            h2 { (language.say("surveys.refused")) }
            p { (why) }
        }
    }
}

/// Remarks on places of a workbook, one a row.
fn remarks(title: &str, findings: &[Finding], language: Language) -> Markup {
    use super::grid::{Grid, cell};
    use crate::report::{dash, whole};
    if findings.is_empty() {
        return html! {};
    }
    let say = |key| language.say(key);
    let mut grid = Grid::new(title, say("office.col_sheet"))
        .numbers(say("office.col_row"))
        .words(say("surveys.col_question"))
        .words(say("office.col_reason"));
    for finding in findings.iter().take(MOST_LINES) {
        let row = finding.row.map(|row| row.to_string());
        let meant = finding.suggestion.as_ref();
        let meant = meant.map(|name| text!("questionnaire.suggestion", name = name).say(language));
        grid.row(vec![
            cell(finding.sheet.name()),
            cell(row.as_deref().unwrap_or(dash())),
            cell(finding.question.as_deref().unwrap_or(dash())),
            html! { (finding.problem.say(language)) @if let Some(meant) = meant { " " (meant) } },
        ]);
    }
    html! {
        section {
            h2 { (title) " (" (whole(findings.len() as u64, language)) ")" }
            (grid.table())
        }
    }
}
