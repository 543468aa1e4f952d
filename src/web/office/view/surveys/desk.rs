use super::{
    super::grid::{Grid, cell},
    Looked, MOST_LINES, Said, day, file_path, outcome, page, path, version_line, workbook_field,
};
use crate::{
    messages::Language,
    questionnaire::{Form, Labels, Mistake, Question},
    report::{dash, whole},
    text,
    web::layout::Html,
};
use maud::{Markup, html};

/// A survey: what is to be done, what it asks, its files and versions.
pub fn survey(language: Language, looked: &Looked, said: &Said) -> Html {
    let say = |key| language.say(key);
    let is_draft = looked.survey.draft.is_some();
    let body = html! {
        h1 { (looked.title(language.code())) }
        (outcome(language, said))
        @if is_draft { (to_do(language, looked)) } @else { (published(language, looked)) }
        (questions(language, looked))
        (files(language, looked))
        (upload(language, looked))
        @if !looked.survey.versions.is_empty() { (versions(language, looked)) }
        @if is_draft {
            p { a href=(path(&looked.survey.id, "/discard")) { (say("surveys.discard")) } }
        }
    };
    let at = path(&looked.survey.id, "");
    let at = matches!(said, Said::Nothing).then_some(at.as_str());
    page(language, looked, say("surveys.survey"), at, &body)
}

/// What stands between a draft and its publication, in the order of doing it.
fn to_do(language: Language, looked: &Looked) -> Markup {
    let say = |key| language.say(key);
    let id = &looked.survey.id;
    let is_well = looked.read.is_ok() && looked.blanks.is_empty() && looked.clashes.is_empty();
    html! {
        section #viec-can-lam {
            h2 { (say("surveys.to_do")) }
            @if !looked.blanks.is_empty() {
                p { (text!("surveys.blanks", count = looked.blanks.len()).say(language)) }
                div.go { a.button href=(path(id, "/fill")) { (say("surveys.fill")) } }
            }
            @if let Err(mistakes) = &looked.read {
                h3 { (text!("cli.mistakes", count = mistakes.len()).say(language)) }
                (told(language, id, mistakes))
            }
            @if !looked.clashes.is_empty() { (clashes(language, looked)) }
            @if is_well {
                div.seal { p { (say("surveys.is_well")) } }
            }
            (ways_to_try(language, looked))
            @if looked.read.is_ok() {
                div.go { a.button href=(path(id, "/changes")) { (say("surveys.to_changes")) } }
            }
        }
    }
}

/// Versions that are taken, and the way to free ones.
pub(super) fn clashes(language: Language, looked: &Looked) -> Markup {
    html! {
        div.beware {
            ul { @for clash in &looked.clashes { li { (clash.say(language)) } } }
        }
        form method="post" action=(path(&looked.survey.id, "/raise")) {
            input type="hidden" name="sha256" value=(looked.draft());
            div.go { button.second type="submit" { (language.say("surveys.raise")) } }
        }
    }
}

fn published(language: Language, looked: &Looked) -> Markup {
    let say = |key| language.say(key);
    let id = &looked.survey.id;
    html! {
        div {
            div.seal {
                p { (say("surveys.stays")) }
                p { (say("surveys.round_of_it")) }
                p { code.command { "phieu round create --survey " (id) " --code …" } }
            }
            (ways_to_try(language, looked))
            form method="post" action=(path(id, "/begin")) {
                div.go { button.second type="submit" { (say("surveys.begin")) } }
            }
        }
    }
}

fn ways_to_try(language: Language, looked: &Looked) -> Markup {
    let code = language.code();
    html! {
        @if let Ok(survey) = &looked.read {
            p { (language.say("surveys.try_forms")) }
            ul.tries { @for form in survey.forms.values() {
                li { a href=(path(&looked.survey.id, &format!("/preview/{}", form.id))) { (form.title.get(code)) } }
            } }
        }
    }
}

/// Every mistake with its file and line, which leads to where it is mended.
pub(super) fn told(language: Language, id: &str, mistakes: &[Mistake]) -> Markup {
    let say = |key| language.say(key);
    let title = text!("cli.mistakes", count = mistakes.len()).say(language);
    let mut grid = Grid::new(title.as_str(), say("office.col_file"))
        .numbers(say("office.col_row"))
        .words(say("surveys.col_question"))
        .words(say("office.col_reason"));
    for mistake in mistakes.iter().take(MOST_LINES) {
        let meant = mistake.suggestion.as_ref();
        let meant = meant.map(|name| text!("questionnaire.suggestion", name = name).say(language));
        grid.row(vec![
            html! { a href=(file_path(id, &mistake.file, false)) { (mistake.file) } },
            cell(whole(mistake.line as u64, language)),
            cell(mistake.question.as_deref().unwrap_or(dash())),
            html! { (mistake.problem.say(language)) @if let Some(meant) = meant { " " (meant) } },
        ]);
    }
    grid.table()
}

fn questions(language: Language, looked: &Looked) -> Markup {
    let say = |key| language.say(key);
    html! {
        section {
            h2 { (say("surveys.questions")) }
            @for (file, form) in &looked.forms { @match form {
                Some(form) => (one_form(language, form)),
                None => p { (text!("surveys.unreadable_form", file = file).say(language)) }
            } }
        }
    }
}

fn one_form(language: Language, form: &Form) -> Markup {
    let code = language.code();
    let asked = form.questions.iter().filter(|question| question.kind.is_answered()).count();
    let about = text!(
        "surveys.form_line",
        title = form.title.get(code),
        form = form.id,
        version = form.version,
        questions = asked
    );
    html! {
        details {
            summary { (about.say(language)) }
            ol.asked { @for question in &form.questions { @if question.kind.is_answered() {
                li { (one_question(language, form, question)) }
            } } }
        }
    }
}

fn one_question(language: Language, form: &Form, question: &Question) -> Markup {
    let code = language.code();
    let options = form.list_of(question).map(|list| {
        let labels = list.options.iter().map(|option| &option.label);
        let all = labels.chain(list.dont_know.as_ref().filter(|_| form.offers_dont_know(question)));
        all.map(|label: &Labels| label.get(code)).collect::<Vec<_>>().join(" · ")
    });
    let counts = question.criterion.as_ref();
    let counts = counts.map(|code| text!("surveys.counts_for", criterion = code).say(language));
    let when = question.relevant.as_ref();
    let when = when.map(|when| text!("surveys.asked_when", when = when.source()).say(language));
    html! {
        (question.label.get(code))
        @if let Some(options) = options { br; span.small { (options) } }
        @for more in [when, counts].into_iter().flatten() { br; span.small { (more) } }
    }
}

fn files(language: Language, looked: &Looked) -> Markup {
    let say = |key| language.say(key);
    let id = &looked.survey.id;
    let is_draft = looked.survey.draft.is_some();
    html! {
        section {
            h2 { (say("surveys.files")) }
            p { (say(if is_draft { "surveys.files_how" } else { "surveys.files_kept" })) }
            ul.tries {
                @for (name, _) in looked.files.files() {
                    @let query = file_path(id, name, false);
                    li {
                        @if is_draft { a href=(query) { (name) } " " } @else { (name) " " }
                        a href=(query.replacen("/file?", "/download?", 1)) {
                            (say("surveys.download")) span.off { " " (name) }
                        }
                    }
                }
                @for form in looked.forms.iter().filter_map(|(_, form)| form.as_ref()) {
                    li {
                        a href={ (path(id, "/download?form=")) (form.id) } {
                            (text!("surveys.excel_of", form = form.id).say(language))
                        }
                    }
                }
            }
        }
    }
}

fn upload(language: Language, looked: &Looked) -> Markup {
    let say = |key| language.say(key);
    html! {
        form.card method="post" enctype="multipart/form-data"
            action=(path(&looked.survey.id, "/upload")) {
            h2 { (say("surveys.more_from_excel")) }
            (workbook_field(language))
            label.o { input type="checkbox" name="replace" value="1"; span { (say("surveys.replace")) } }
            div.go { button type="submit" { (say("surveys.import")) } }
        }
    }
}

fn versions(language: Language, looked: &Looked) -> Markup {
    let say = |key| language.say(key);
    html! {
        section {
            h2 { (say("surveys.versions")) }
            ul.tries { @for one in looked.survey.versions.iter().rev() {
                li {
                    a href={ (path(&looked.survey.id, "/changes?version=")) (one.number) } {
                        (version_line(language, one.number, &one.version, &one.day))
                    }
                }
            } }
            @if let Some(draft) = &looked.survey.draft {
                p.small { (text!("surveys.draft_of", day = day(&draft.day)).say(language)) }
            }
        }
    }
}
