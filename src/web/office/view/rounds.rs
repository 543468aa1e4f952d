use super::{Room, path, state, ways};
use crate::{
    clock::written,
    conduct::Custody,
    fieldwork::{HOLDERS, RoundState},
    messages::Language,
    storage::RoundRow,
    text,
    web::layout::{Html, Page, Switch},
};
use jiff::civil::Date;
use maud::{Markup, html};

/// A round and what has been done for it.
pub struct RoundLine {
    /// The round.
    pub row: RoundRow,
    /// Its list of people was frozen.
    pub frozen: bool,
    /// Its sample was drawn.
    pub drawn: bool,
    /// Who holds the key of its box; `None` if it is on the server.
    pub custody: Option<Custody>,
}

/// The rounds, and for each what comes next.
pub fn rounds(language: Language, rounds: &[RoundLine], today: Date) -> Html {
    let say = |key| language.say(key);
    let body = html! {
        h1 { (say("office.rounds")) }
        @if rounds.is_empty() {
            p { (say("office.no_rounds")) }
            p { code.command { "phieu round create --survey … --code …" } }
        }
        ul.rounds { @for round in rounds { (line(language, round, today)) } }
    };
    Page::new(language, say("office.rounds"))
        .under(say("office.office"))
        .switch(Switch::Link("/office"))
        .office(ways(language))
        .body(body)
}

fn line(language: Language, round: &RoundLine, today: Date) -> Markup {
    let (say, row) = (|key| language.say(key), &round.row);
    let date = |day: &Option<String>| day.as_deref().and_then(|day| day.parse::<Date>().ok());
    let (advice, command) = next(language, round, date(&row.closes_on), today);
    html! {
        li.card {
            h2 { a href=(path(&row.code, room_of(row.state))) { (row.code) } " " (state(row.state, language)) }
            @if row.synthetic { p.small { (say("office.made_up")) } }
            dl.days {
                @if let Some(day) = date(&row.opened_on) {
                    div { dt { (say("office.opened_on")) } dd { (written(day)) } }
                }
                @if let Some(day) = date(&row.closes_on) {
                    div { dt { (say("office.closes_on")) } dd { (written(day)) } }
                }
            }
            @if row.state != RoundState::Opened { (key_of_box(language, round.custody.as_ref())) }
            p { b { (say("office.next")) } " " (advice) }
            @if let Some(command) = command { p { code.command { (command) } } }
            p.links {
                @for room in Room::ALL { a href=(path(&row.code, room)) { (room.name(language)) } " " }
            }
        }
    }
}

/// Who can open the box.
fn key_of_box(language: Language, custody: Option<&Custody>) -> Markup {
    let label = language.say("keys.state_label");
    let Some(custody) = custody else {
        return html! { p.small { (label) ": " (language.say("keys.state_server")) "." } };
    };
    let held = text!("keys.state_keyholders", split = custody.keyholders.split).say(language);
    let (all, done) = (HOLDERS, custody.rehearsed.len());
    let rehearsed = text!("keys.state_rehearsed", done = done, all = all).say(language);
    html! { p.small { (label) ": " (held) "; " (rehearsed) "." } }
}

/// Where one most likely wants to go.
fn room_of(state: RoundState) -> Room {
    match state {
        RoundState::Setup => Room::Frame,
        RoundState::Open | RoundState::Closed => Room::Progress,
        RoundState::Opened => Room::Results,
    }
}

fn to_rehearse(round: &RoundLine) -> bool {
    round.custody.as_ref().is_some_and(|custody| !custody.to_rehearse().is_empty())
}

/// What comes next for a round, and the command for it where there is one.
fn next(
    language: Language,
    round: &RoundLine,
    last: Option<Date>,
    today: Date,
) -> (String, Option<String>) {
    let code = &round.row.code;
    let step = |key: &'static str, command: String| (language.say(key).to_owned(), Some(command));
    match round.row.state {
        RoundState::Setup if round.drawn && to_rehearse(round) => {
            step("keys.next_rehearse", format!("phieu round rehearse {code} --share … --share …"))
        }
        RoundState::Setup if round.drawn => {
            step("office.next_open", format!("phieu round open {code}"))
        }
        RoundState::Setup if round.frozen => step(
            "office.next_draw",
            format!("phieu draw --round {code} --public-value … --source …"),
        ),
        RoundState::Setup => {
            step("office.next_frame", format!("phieu frame freeze --round {code}"))
        }
        RoundState::Open => match last {
            Some(day) if day >= today => {
                (text!("office.next_wait", day = written(day)).say(language), None)
            }
            _ => step("office.next_close", format!("phieu round close {code}")),
        },
        RoundState::Closed if round.custody.is_some() => {
            step("keys.next_open_box", format!("phieu round open-box {code} --share … --share …"))
        }
        RoundState::Closed => step("office.next_open_box", format!("phieu round open-box {code}")),
        RoundState::Opened => (language.say("office.next_results").to_owned(), None),
    }
}
