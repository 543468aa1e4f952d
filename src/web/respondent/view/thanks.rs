use super::Around;
use crate::{text, web::layout::Html};
use maud::{Markup, html};

/// What the page after a submit shows.
pub struct Thanks<'a> {
    /// The receipt, as it is printed.
    pub receipt: String,
    /// The next form to answer: its place, its title, who is judged.
    pub next: Option<(usize, &'a str, &'a str)>,
}

/// Thanks, the receipt, and the next form if there is one.
pub fn thanks(around: Around<'_>, shown: &Thanks<'_>) -> Html {
    let say = |key| around.say(key);
    let title = format!("{} – {}", say("pages.thanks"), around.survey);
    let body = html! {
        div.seal {
            h1 { (say("pages.thanks")) }
            p { (say("pages.thanks_lead")) }
        }
        @if let Some((position, form, subject)) = shown.next {
            form.card method="post" action="/phieu/start" {
                h2 { (say("pages.next_part")) }
                p { (form) br; (text!("pages.part_about", subject = subject).say(around.language)) }
                div.go { button type="submit" name="part" value=(position) { (say("pages.to_next_part")) } }
            }
        }
        section.card {
            h2 { (say("pages.receipt")) }
            (number(&shown.receipt))
            p { (say("pages.receipt_what")) }
            form method="post" action="/receipt" {
                input type="hidden" name="receipt" value=(shown.receipt);
                div.go { button.second type="submit" { (say("pages.receipt_look")) } }
            }
        }
        form method="post" action="/phieu/forget" {
            h2 { (say("pages.shared_machine")) }
            p { (say("pages.shared_machine_why")) }
            div.go { button.second type="submit" { (say("pages.forget")) } }
        }
    };
    around.page(&title, "/phieu/thanks").keeping().body(body)
}

/// A receipt in its groups, which may break between two lines but not within one.
pub(super) fn number(receipt: &str) -> Markup {
    html! {
        p.receipt {
            @for (at, group) in receipt.split('-').enumerate() {
                @if at > 0 { "-" wbr; }
                (group)
            }
        }
    }
}
