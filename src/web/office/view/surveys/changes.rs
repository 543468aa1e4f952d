use super::{
    super::grid::{Grid, cell},
    Looked, MOST_LINES, desk, page, path, version_line,
};
use crate::{
    conduct::{Prospect, PublishedSurvey},
    messages::Language,
    questionnaire::Labels,
    report::{dash, whole},
    survey::{Change, Changes, Series},
    text,
    web::layout::Html,
};
use maud::{Markup, html};

/// What publishing the draft would change, and the way to do it.
pub fn prospect(language: Language, looked: &Looked, prospect: &Prospect) -> Html {
    let say = |key| language.say(key);
    let refusals = prospect.refusals();
    let number = prospect.latest.as_ref().map_or(0, |latest| latest.row.number) + 1;
    let body = html! {
        h1 { (say("surveys.changes")) }
        @match (&prospect.latest, &prospect.changes) {
            (Some(latest), Some(found)) => {
                p { (text!("surveys.since", number = latest.row.number, version = latest.row.version).say(language)) }
                (told(language, found))
            }
            _ => p { (say("surveys.first_version")) }
        }
        section {
            h2 { (say("surveys.publish")) }
            @if refusals.is_empty() {
                p { (say("surveys.publish_how")) }
                form method="post" action=(path(&looked.survey.id, "/publish")) {
                    // What is published is what was shown, or nothing.
                    input type="hidden" name="sha256" value=(looked.draft());
                    div.go {
                        button type="submit" { (text!("surveys.publish_as", number = number).say(language)) }
                        a.button.second href=(path(&looked.survey.id, "")) { (say("surveys.back")) }
                    }
                }
            } @else {
                p { (say("surveys.cannot_publish")) }
                @if let Some(why) = &prospect.obstacle { p.note { (why.say(language)) } }
                @if !prospect.clashes.is_empty() { (desk::clashes(language, looked)) }
                p { a href=(path(&looked.survey.id, "")) { (say("surveys.back")) } }
            }
        }
    };
    let at = path(&looked.survey.id, "/changes");
    page(language, looked, say("surveys.changes"), Some(&at), &body)
}

/// What a published version changed.
pub fn version(
    language: Language,
    looked: &Looked,
    now: &PublishedSurvey,
    found: Option<&Changes>,
) -> Html {
    let say = |key| language.say(key);
    let row = &now.row;
    let body = html! {
        h1 { (version_line(language, row.number, &row.version, &row.day)) }
        p.small { "SHA-256 " code.command { (row.sha256) } }
        @match found {
            Some(found) => {
                p { (text!("surveys.since_number", number = row.number - 1).say(language)) }
                (told(language, found))
            }
            None => p { (say("surveys.first_version")) }
        }
        p { a href=(path(&looked.survey.id, "")) { (say("surveys.back")) } }
    };
    let at = path(&looked.survey.id, &format!("/changes?version={}", row.number));
    page(language, looked, say("surveys.changes"), Some(&at), &body)
}

fn told(language: Language, found: &Changes) -> Markup {
    let say = |key| language.say(key);
    if found.is_empty() {
        return html! { p.note { (say("surveys.no_changes")) } };
    }
    let title = text!("surveys.changes_count", count = found.changes.len()).say(language);
    let mut grid = Grid::new(title.as_str(), say("surveys.col_place"))
        .words(say("surveys.col_what"))
        .words(say("surveys.col_before"))
        .words(say("surveys.col_after"))
        .words(say("office.col_criterion"));
    for change in found.changes.iter().take(MOST_LINES) {
        grid.row(row(language, change));
    }
    html! {
        section { h2 { (title) } (grid.table()) }
        section {
            h2 { (say("surveys.series")) }
            p { (say("surveys.series_how")) }
            (series(language, &found.series))
        }
    }
}

fn row(language: Language, change: &Change) -> Vec<Markup> {
    let criteria: Vec<&str> = change.criteria.iter().map(String::as_str).collect();
    let none = || html! { (dash()) };
    let shown = |text: &Option<Labels>| {
        let lang = change.language.as_deref();
        let written = text.as_ref().map(|text| text.get(language.code()).to_owned());
        written.map_or_else(none, |text| html! { span lang=[lang] { (text) } })
    };
    vec![
        cell(change.place.text().say(language)),
        html! {
            (change.what.text().say(language))
            @if let Some(of) = &change.language { " (" (of) ")" }
        },
        shown(&change.before),
        shown(&change.after),
        if criteria.is_empty() { none() } else { cell(criteria.join(", ")) },
    ]
}

fn series(language: Language, all: &[Series]) -> Markup {
    let (say, code) = (|key| language.say(key), language.code());
    let mut grid = Grid::new(say("surveys.series"), say("office.col_criterion"))
        .words(say("office.col_subject"))
        .words(say("surveys.col_series"))
        .words(say("office.col_reason"));
    for one in all {
        let mark = match (one.ends, one.breaks.is_empty()) {
            (true, _) => html! { span.chip.care { (say("surveys.series_ends")) } },
            (_, true) => html! { span.chip.good { (say("surveys.series_goes_on")) } },
            _ => html! { span.chip.care { (say("surveys.series_breaks")) } },
        };
        let reasons: Vec<String> =
            one.breaks.iter().map(|reason| reason.text().say(language)).collect();
        grid.row(vec![
            html! { b { (one.heading.get(code)) } " " (one.name.get(code)) },
            cell(one.subject_label.get(code)),
            mark,
            cell(if reasons.is_empty() { dash().to_owned() } else { reasons.join(" ") }),
        ]);
    }
    let broken = all.iter().filter(|one| one.ends || !one.breaks.is_empty()).count();
    let count =
        text!("surveys.series_count", broken = whole(broken as u64, language), all = all.len());
    html! { p { (count.say(language)) } (grid.table()) }
}
