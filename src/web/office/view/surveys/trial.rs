//! What stands around a form that is tried out, beside the pages of respondents themselves.

use super::{Looked, page, path};
use crate::{
    messages::Language,
    questionnaire::{Form, Recorded},
    survey::Survey,
    text,
    web::{
        layout::{Html, Switch},
        respondent::view::{Around, Landing, PartLine, PartProgress},
    },
};
use maud::{Markup, html};
use std::collections::BTreeMap;

/// Says that nothing is kept.
pub fn band(language: Language) -> Markup {
    html! { p.made-up { b { (language.say("surveys.band")) } } }
}

/// Fields that travel along.
pub fn carried<const N: usize>(fields: [(&str, &str); N]) -> Markup {
    html! { @for (name, value) in fields { input type="hidden" name=(name) value=(value); } }
}

/// Ways for whoever tries the form: any page, the list of answers, and from the beginning.
pub fn tools(
    language: Language,
    survey: &str,
    jump: &str,
    anew: &str,
    check: &str,
    here: usize,
    pages: impl Iterator<Item = usize>,
) -> Markup {
    let say = |key| language.say(key);
    html! {
        details {
            summary { (say("surveys.tools")) }
            p { (say("surveys.tools_how")) }
            div.go {
                @for page in pages.filter(|page| *page != here) {
                    button.second type="submit" form="f" formnovalidate name=(jump) value=(page) {
                        (text!("surveys.to_page", page = page).say(language))
                    }
                }
                button.second type="submit" form="f" formnovalidate name=(jump) value=(check) { (say("surveys.to_check")) }
                button.second type="submit" form="f" formnovalidate name=(jump) value=(anew) { (say("surveys.anew")) }
            }
        }
        p { a.plain href=(path(survey, "")) { (say("surveys.back")) } }
    }
}

/// The introduction that somebody asked to answer the form would read.
pub fn introduction<'a>(
    survey: &'a Survey,
    form: &'a Form,
    notice: &'a str,
    language: Language,
) -> Landing<'a> {
    let code = language.code();
    let part = survey.parts.iter().find(|part| part.form == form.id);
    let group = part.and_then(|part| survey.group(&part.group));
    let subject = part.and_then(|part| survey.subject(&part.subject));
    let target = part.and_then(|part| {
        let mut targets = survey.targets.iter();
        targets.find(|target| target.group == part.group && part.is_for(&target.unit))
    });
    let unit = target.and_then(|target| survey.unit(&target.unit));
    Landing {
        who: survey.notice.who.get(code),
        why: survey.notice.why.get(code),
        document: survey.document.get(code),
        chosen: group.map_or("", |group| group.chosen.get(code)),
        group: group.map_or("", |group| group.label.get(code)),
        unit: unit.map_or("", |unit| unit.name.get(code)),
        minutes: survey.notice.minutes,
        last_day: None,
        keyholders: false,
        stored: survey.notice.stored.get(code),
        kept: survey.notice.kept.get(code),
        contact: survey.notice.contact.get(code),
        notice,
        address: None,
        parts: vec![PartLine {
            form: form.title.get(code),
            subject: subject.map_or("", |subject| subject.label.get(code)),
            progress: PartProgress::New,
            minutes: None,
        }],
        open: true,
    }
}

/// The end of a run: nothing was sent, and this is what would have been recorded.
pub fn sent(around: Around<'_>, form: &Form, recorded: &BTreeMap<String, Recorded>) -> Html {
    let say = |key| around.language.say(key);
    let title = say("surveys.tried");
    let body = html! {
        h1 { (title) }
        p { (say("surveys.tried_how")) }
        section.card {
            h2 { (say("surveys.would_record")) }
            dl.sum { @for question in &form.questions { @if let Some(value) = recorded.get(&question.name) {
                div { dt { (question.name) } dd { (written(value)) } }
            } } }
            p.small { (say("surveys.codes_how")) }
        }
        @if let Some(trial) = around.trial {
            form #f method="post" action=(trial.action) { (trial.carried) }
        }
    };
    around.page(title, "").switch(Switch::Nowhere).body(body)
}

/// A value as it is stored, without the sign of its kind.
fn written(value: &Recorded) -> String {
    match value {
        Recorded::Code(code) => code.to_string().replace('-', "−"),
        Recorded::Codes(codes) => codes.iter().map(i16::to_string).collect::<Vec<_>>().join(", "),
        Recorded::Number(number) => number.to_string(),
        Recorded::Date(text) | Recorded::Text(text) => text.clone(),
    }
}

/// A survey with mistakes cannot be tried out yet.
pub fn no_preview(language: Language, looked: &Looked) -> Html {
    let title = language.say("surveys.no_preview");
    let body = html! {
        h1 { (title) }
        p { (language.say("surveys.no_preview_why")) }
        div.go { a.button href=(path(&looked.survey.id, "")) { (language.say("surveys.back")) } }
    };
    page(language, looked, title, None, &body)
}
