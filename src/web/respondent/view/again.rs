use crate::{
    messages::Language,
    web::layout::{Html, Page},
};
use maud::html;

/// What was typed, to be sent once more to `address`: not even the form could be read.
pub fn again(language: Language, address: &str, typed: &[(String, String)], advice: &str) -> Html {
    let title = language.say("pages.not_saved");
    let body = html! {
        h1 { (title) }
        div.errors role="alert" { p { (advice) } }
        form method="post" action=(address) {
            @for (name, value) in typed {
                input type="hidden" name=(name) value=(value);
            }
            div.go { button type="submit" { (language.say("pages.send_again")) } }
        }
    };
    Page::new(language, title).body(body)
}
