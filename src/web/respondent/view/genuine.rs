use crate::{
    messages::Language,
    text,
    web::layout::{Html, Page, Preview, Switch},
};
use maud::{Markup, html};

/// A survey that people are invited to now.
pub struct Running<'a> {
    /// What it is called.
    pub title: &'a str,
    /// Who asks.
    pub who: &'a str,
    /// The document that ordered it.
    pub document: &'a str,
    /// Whom to ask.
    pub contact: &'a str,
    /// The announced last day, as it is written.
    pub last_day: Option<String>,
    /// Made-up people and answers.
    pub synthetic: bool,
}

/// Which surveys are running, what an invitation never asks for, and how to make sure without
/// trusting the link.
pub fn genuine(language: Language, running: &[Running<'_>], address: Option<&str>) -> Html {
    let say = |key| language.say(key);
    let body = html! {
        h1 { (say("pages.genuine")) }
        p { (say("pages.genuine_lead")) }
        h2 { (say("pages.genuine_running")) }
        @if running.is_empty() { p { (say("pages.genuine_none")) } }
        @for one in running { (survey(language, one)) }
        h2 { (say("pages.genuine_check")) }
        ul {
            li { (say("pages.genuine_call")) }
            li { (say("pages.genuine_ask")) }
            li { (say("pages.genuine_address")) }
            li { (say("pages.genuine_type")) }
        }
        h2 { (say("pages.genuine_never")) }
        ul {
            li { (say("pages.genuine_never_who")) }
            li { (say("pages.genuine_never_secret")) }
            li { (say("pages.genuine_never_money")) }
            li { (say("pages.genuine_never_app")) }
        }
        p.note { (say("pages.genuine_otherwise")) }
    };
    let all_made_up = !running.is_empty() && running.iter().all(|one| one.synthetic);
    Page::new(language, say("pages.genuine"))
        .switch(Switch::Link("/genuine"))
        .synthetic(all_made_up)
        .preview(Preview {
            title: say("pages.genuine"),
            description: say("pages.genuine_lead"),
            address,
        })
        .body(body)
        .shared()
}

fn survey(language: Language, one: &Running<'_>) -> Markup {
    let say = |key| language.say(key);
    html! {
        section.card {
            h3 { (one.title) }
            p { (one.who) }
            dl.facts {
                @if !one.document.is_empty() {
                    div { dt { (say("pages.document")) } dd { (one.document) } }
                }
                @if let Some(day) = &one.last_day {
                    div { dt { (say("pages.last_day")) } dd { (text!("pages.until", day = day).say(language)) } }
                }
                @if !one.contact.is_empty() {
                    div { dt { (say("pages.contact")) } dd { (one.contact) } }
                }
            }
        }
    }
}
