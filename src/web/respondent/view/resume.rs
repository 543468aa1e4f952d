use super::{Around, thanks::number};
use crate::{
    text,
    web::layout::{Html, Switch},
};
use maud::html;

/// Going on elsewhere: what that is, and the number once it was made. `back` leads to the form.
pub fn elsewhere(around: Around<'_>, back: &str, made: Option<&str>) -> Html {
    let say = |key| around.say(key);
    let title = format!("{} – {}", say("pages.elsewhere"), around.line);
    let body = html! {
        h1 { (say("pages.elsewhere")) }
        @match made {
            None => {
                p { (say("pages.elsewhere_what")) }
                p.note { (say("pages.elsewhere_secret")) }
                form method="post" action="/phieu/elsewhere" {
                    div.go {
                        button type="submit" { (say("pages.elsewhere_make")) }
                        a.button.second href=(back) { (say("pages.elsewhere_back")) }
                    }
                }
            }
            Some(made) => {
                section.card {
                    h2 { (say("pages.resume_number")) }
                    (number(made))
                    ol {
                        li { (say("pages.elsewhere_1")) }
                        li { (say("pages.elsewhere_2")) }
                        li { (say("pages.elsewhere_3")) }
                    }
                }
                p.note { (say("pages.elsewhere_secret")) }
                p { (say("pages.elsewhere_newer")) }
                div.go { a.button href=(back) { (say("pages.elsewhere_back")) } }
            }
        }
    };
    let switch = if made.is_some() { Switch::Nowhere } else { Switch::Link("/phieu/elsewhere") };
    around.page(&title, "/phieu/elsewhere").switch(switch).body(body)
}

/// The form that asks for the number; why it is shown again, if it is.
pub fn resume(around: Around<'_>, typed: &str, problem: Option<&str>) -> Html {
    let say = |key| around.say(key);
    let described = if problem.is_some() { "number-h number-e" } else { "number-h" };
    let heading = say("pages.resume");
    let title = match problem {
        Some(_) => text!("pages.title_with_error", title = heading).say(around.language),
        None => format!("{heading} – {}", around.survey),
    };
    let body = html! {
        @if let Some(problem) = problem {
            div.errors role="alert" tabindex="-1" autofocus {
                h2 { (say("pages.errors")) }
                ul { li { a href="#number" { (problem) } } }
            }
        }
        h1 { (heading) }
        p { (say("pages.resume_lead")) }
        form #f.card method="post" action="/phieu/resume" novalidate {
            label.q for="number" { (say("pages.resume_number")) }
            p.hint #number-h { (say("pages.resume_hint")) }
            @if let Some(problem) = problem {
                p.error #number-e { span.off { (say("pages.error")) } " " (problem) }
            }
            input #number.code type="text" name="number" value=(typed) required autocomplete="off"
                autocapitalize="characters" spellcheck="false" aria-describedby=(described)
                aria-invalid=[problem.map(|_| "true")];
            div.go { button type="submit" { (say("pages.go_on")) } }
        }
        p { a.plain href="/phieu" { (say("pages.to_landing")) } }
        p.small { (say("pages.resume_without")) }
    };
    around.page(&title, "/phieu/resume").switch(Switch::Form("f")).body(body)
}
