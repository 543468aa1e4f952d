use super::{Room, path, state, ways};
use crate::{
    clock::written,
    fieldwork::RoundState,
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
            p { b { (say("office.next")) } " " (advice) }
            @if let Some(command) = command { p { code.command { (command) } } }
            p.links {
                @for room in Room::ALL { a href=(path(&row.code, room)) { (room.name(language)) } " " }
            }
        }
    }
}

/// Where one most likely wants to go.
fn room_of(state: RoundState) -> Room {
    match state {
        RoundState::Setup => Room::Frame,
        RoundState::Open | RoundState::Closed => Room::Progress,
        RoundState::Opened => Room::Results,
    }
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
        RoundState::Closed => step("office.next_open_box", format!("phieu round open-box {code}")),
        RoundState::Opened => (language.say("office.next_results").to_owned(), None),
    }
}
