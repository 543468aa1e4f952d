use super::Around;
use crate::web::layout::Html;
use maud::html;

/// A page that says one thing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Notice {
    /// The prescribed number of answers was reached.
    Full,
    /// The round is over.
    Closed,
    /// The round has not begun.
    NotYet,
    /// Another code was sent in place of this one.
    Replaced,
    /// The code had gone to the wrong person.
    Misdirected,
    /// The person said that they do not take part.
    Declined,
}

/// The page that says `what`.
pub fn notice(around: Around<'_>, what: Notice, contact: &str) -> Html {
    let (title, first, then) = match what {
        Notice::Full => ("pages.full", "pages.full_why", Some("pages.full_then")),
        Notice::Closed => ("pages.closed", "pages.closed_why", None),
        Notice::NotYet => ("pages.not_yet", "pages.not_yet_why", None),
        Notice::Replaced => ("pages.replaced", "pages.replaced_why", Some("pages.replaced_then")),
        Notice::Misdirected => ("pages.misdirected", "pages.misdirected_why", None),
        Notice::Declined => ("pages.declined", "pages.declined_why", Some("pages.declined_then")),
    };
    let title = around.say(title);
    let body = html! {
        h1 { (title) }
        p { (around.say(first)) }
        @if let Some(then) = then { p { (around.say(then)) } }
        @if what == Notice::Declined {
            p { a.button.second href="/phieu" { (around.say("pages.to_landing")) } }
        }
        @if !contact.is_empty() {
            h2 { (around.say("pages.contact")) }
            p { (contact) }
        }
    };
    around
        .page(title, if what == Notice::Declined { "/phieu/declined" } else { "/phieu" })
        .body(body)
}
