use super::{Around, FROM_CHECK};
use crate::{
    questionnaire::{ReviewRow, ReviewSection},
    text,
    web::layout::{Html, Switch},
};
use maud::{Markup, html};

/// All answers, each with a way to change it, and the button that submits them.
///
/// `failure` says that they could not be submitted.
pub fn check(around: Around<'_>, sections: &[ReviewSection], failure: Option<&str>) -> Html {
    let say = |key| around.say(key);
    let title = format!("{} – {}", say("pages.check"), around.line);
    let body = html! {
        @if let Some(failure) = failure {
            div.errors role="alert" tabindex="-1" autofocus {
                h2 { (say("pages.not_sent")) }
                p { (failure) }
            }
        }
        h1 { (say("pages.check")) }
        p { (say("pages.check_lead")) }
        @for section in sections { (self::section(around, section)) }
        form #f method="post" action=(around.action("/phieu/check")) {
            @if let Some(trial) = around.trial { (trial.carried) }
            p.note { (say("pages.before_sending")) }
            div.go { button type="submit" { (say("pages.send")) } }
        }
        @if around.trial.is_none() {
            p { a.plain href="/phieu/elsewhere" { (say("pages.elsewhere")) } }
        }
    };
    let page = around.page(&title, "/phieu/check");
    match around.trial {
        Some(_) => page.switch(Switch::Form("f")).body(body),
        None => page.keeping().body(body),
    }
}

fn section(around: Around<'_>, section: &ReviewSection) -> Markup {
    let (Some(first), Some(last)) = (section.rows.first(), section.rows.last()) else {
        return html! {};
    };
    let numbers = if first.number == last.number {
        text!("pages.question", number = first.number)
    } else {
        text!("pages.questions", first = first.number, last = last.number)
    };
    let numbers = numbers.say(around.language);
    html! {
        section.card {
            div.top {
                h2 { (section.title.as_deref().unwrap_or(&numbers)) }
                @let change = html! { (around.say("pages.change")) span.off { " " (numbers) } };
                @match around.trial {
                    Some(trial) => button.plain type="submit" form="f" name=(trial.jump) value=(section.page) { (change) },
                    None => a href={ "/phieu/q/" (section.page) "?" (FROM_CHECK) "=1" } { (change) }
                }
            }
            dl.sum { @for row in &section.rows { (self::row(around, row)) } }
        }
    }
}

fn row(around: Around<'_>, row: &ReviewRow) -> Markup {
    html! {
        div {
            dt { small { (text!("pages.question", number = row.number).say(around.language)) } " " (row.label) }
            @match &row.answer {
                Some(answer) => dd { (answer) }
                None => dd.none { (around.say("pages.no_answer")) }
            }
        }
    }
}
