use crate::{
    messages::Language,
    text,
    web::layout::{Html, Page, Preview, Switch},
};
use maud::html;

/// The form that asks for the code; `problem` explains why it is shown again.
///
/// Messengers that keep no cookies end here when they follow the link of an invitation, so it
/// says what that link is about. `address` is the service's public address.
pub fn entry(
    language: Language,
    typed: &str,
    problem: Option<&str>,
    address: Option<&str>,
) -> Html {
    let say = |key| language.say(key);
    let title = match problem {
        Some(_) => text!("pages.title_with_error", title = say("pages.entry")).say(language),
        None => say("pages.entry").to_owned(),
    };
    let described = if problem.is_some() { "code-h code-e" } else { "code-h" };
    let body = html! {
        @if let Some(problem) = problem {
            div.errors role="alert" tabindex="-1" autofocus {
                h2 { (say("pages.errors")) }
                ul { li { a href="#code" { (problem) } } }
            }
        }
        h1 { (say("pages.entry")) }
        p { (say("pages.entry_lead")) }
        form #f.card method="post" action="/" novalidate {
            label.q for="code" { (say("pages.code")) }
            p.hint #code-h { (say("pages.code_hint")) }
            @if let Some(problem) = problem {
                p.error #code-e { span.off { (say("pages.error")) } " " (problem) }
            }
            input #code.code type="text" name="code" value=(typed) required autocomplete="off"
                autocapitalize="characters" spellcheck="false" aria-describedby=(described)
                aria-invalid=[problem.map(|_| "true")];
            div.go { button type="submit" { (say("pages.continue")) } }
        }
        details {
            summary { (say("pages.no_code")) }
            p { (say("pages.no_code_advice")) }
            p { (say("pages.no_cookie")) }
        }
    };
    let page = Page::new(language, &title)
        .switch(Switch::Form("f"))
        .preview(Preview {
            title: say("pages.preview_title"),
            description: say("pages.preview"),
            address,
        })
        .body(body);
    if typed.is_empty() { page.shared() } else { page }
}
