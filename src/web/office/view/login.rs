use super::super::password::SHORTEST;
use crate::{
    messages::Language,
    text,
    web::layout::{Html, Page, Switch},
};
use maud::{Markup, html};

/// Asks for the operator's password. `wrong` says that one was tried: `true` if it was empty.
pub fn login(language: Language, to: &str, wrong: Option<bool>) -> Html {
    let say = |key| language.say(key);
    let problem = wrong
        .map(|empty| say(if empty { "office.password_missing" } else { "office.password_wrong" }));
    let title = match problem {
        Some(_) => text!("pages.title_with_error", title = say("office.login")).say(language),
        None => say("office.login").to_owned(),
    };
    let body = html! {
        div.narrow {
            @if let Some(problem) = problem {
                div.errors role="alert" tabindex="-1" autofocus {
                    h2 { (say("pages.errors")) }
                    ul { li { a href="#password" { (problem) } } }
                }
            }
            h1 { (say("office.login")) }
            p { (say("office.login_lead")) }
            form.card method="post" action="/office/login" {
                input type="hidden" name="to" value=(to);
                label.q for="password" { (say("office.password")) }
                @if let Some(problem) = problem { p.error #password-problem { (problem) } }
                input #password type="password" name="password" autocomplete="current-password"
                    aria-invalid=[problem.map(|_| "true")]
                    aria-describedby=[problem.map(|_| "password-problem")];
                div.go { button type="submit" { (say("office.enter")) } }
            }
            p.small { (say("office.session_ends")) }
        }
    };
    page(language, &title, &body)
}

/// Says that no password has been set, and how to set one.
pub fn no_password(language: Language) -> Html {
    let say = |key| language.say(key);
    let body = html! {
        div.narrow {
            h1 { (say("office.no_password")) }
            p { (say("office.no_password_how")) }
            p { code.command { "phieu user password" } }
            p { (text!("office.no_password_rule", least = SHORTEST).say(language)) }
            p { a.button href="/office/login" { (say("office.try_again")) } }
        }
    };
    page(language, say("office.login"), &body)
}

fn page(language: Language, title: &str, body: &Markup) -> Html {
    Page::new(language, title)
        .under(language.say("office.office"))
        .switch(Switch::Link("/office/login"))
        .office(html! { a href="/" { (language.say("pages.to_entry")) } })
        .body(body.clone())
}
