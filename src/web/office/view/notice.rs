use super::{Room, room, ways};
use crate::{
    clock::written,
    conduct::Round,
    fieldwork::RoundState,
    messages::Language,
    report::Blocked,
    text,
    web::layout::{Html, Page, Switch},
};
use maud::html;

/// Says that there is no round of this name.
pub fn no_such_round(language: Language, code: &str) -> Html {
    let title = language.say("office.no_such_round");
    let body = html! {
        h1 { (title) }
        p { (text!("office.no_such_round_why", code = code).say(language)) }
        p { a.button href="/office" { (language.say("office.rounds")) } }
    };
    Page::new(language, title)
        .under(language.say("office.office"))
        .switch(Switch::Nowhere)
        .office(ways(language))
        .body(body)
}

/// Says why no figure may be published, and which ones stand in the way.
pub fn blocked(language: Language, round: &Round, why: &Blocked) -> Html {
    let say = |key| language.say(key);
    let body = html! {
        h1 { (say("office.blocked")) }
        p { (say("office.blocked_why")) }
        ul { @for sentence in why.sentences(language) { li { (sentence) } } }
        p { a href=(super::path(&round.row.code, Room::Progress)) { (say("office.to_progress")) } }
    };
    room(language, round, Room::Results, false, &body)
}

/// Says why there are no results yet, and when there will be.
pub fn no_results(language: Language, round: &Round) -> Html {
    let say = |key| language.say(key);
    let last = round.row.closes_on.as_deref().and_then(|day| day.parse().ok()).map(written);
    let next = match (round.row.state, last) {
        (RoundState::Setup, _) => say("office.results_setup").to_owned(),
        (RoundState::Closed, _) => say("office.results_closed").to_owned(),
        (_, Some(day)) => text!("office.results_open_until", day = day).say(language),
        (_, None) => say("office.results_open").to_owned(),
    };
    let body = html! {
        h1 { (say("office.no_results")) }
        div.seal {
            p { (say("office.no_results_why")) }
            p { (next) }
        }
        p { a href=(super::path(&round.row.code, Room::Progress)) { (say("office.to_progress")) } }
    };
    room(language, round, Room::Results, false, &body)
}
