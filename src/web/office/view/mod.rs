//! What the office sees. Values go in, pages come out; nothing here reads or decides.

mod breakdown;
mod change;
mod criterion;
mod frame;
mod grid;
mod login;
mod notice;
mod plan;
mod progress;
mod rates;
mod reasons;
mod results;
mod rounds;
mod scale;
pub mod surveys;
#[cfg(test)]
mod tests;
mod year;

pub use change::Against;
pub use frame::{Frame, FrameState, Said};
pub use login::{login, no_password};
pub use notice::{blocked, no_results, no_such_round};
pub use plan::{Planned, Planning, nothing_to_plan};
pub use progress::Progress;
pub use results::Results;
pub use rounds::{RoundLine, rounds};
pub use year::OfYear;

use crate::{
    conduct::Round,
    fieldwork::RoundState,
    messages::Language,
    survey::Survey,
    web::layout::{Html, Page, Switch},
};
use maud::{Markup, html};

/// The pages of a round.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Room {
    /// How its fieldwork stands.
    Progress,
    /// What came of it.
    Results,
    /// Its list of people.
    Frame,
    /// How many of them are to answer, and how sure that makes the results.
    Plan,
}

impl Room {
    const ALL: [Self; 4] = [Self::Frame, Self::Plan, Self::Progress, Self::Results];

    fn word(self) -> &'static str {
        match self {
            Self::Progress => "progress",
            Self::Results => "results",
            Self::Frame => "frame",
            Self::Plan => "plan",
        }
    }

    fn name(self, language: Language) -> &'static str {
        language.say(match self {
            Self::Progress => "office.room_progress",
            Self::Results => "office.room_results",
            Self::Frame => "office.room_frame",
            Self::Plan => "office.room_plan",
        })
    }
}

/// Where a page of a round is found. The code of a round needs no escaping.
pub fn path(code: &str, room: Room) -> String {
    format!("/office/rounds/{code}/{}", room.word())
}

/// A page of one round, with ways to its others. `answer` pages answer a form and have no
/// address of their own.
fn room(language: Language, round: &Round, room: Room, answer: bool, body: &Markup) -> Html {
    let here = path(&round.row.code, room);
    let switch = if answer { Switch::Nowhere } else { Switch::Link(&here) };
    room_at(language, round, room, switch, body)
}

/// The same for a page whose address says more than its path.
fn room_at(
    language: Language,
    round: &Round,
    room: Room,
    switch: Switch<'_>,
    body: &Markup,
) -> Html {
    let code = &round.row.code;
    let title = format!("{} – {code}", room.name(language));
    let whole = html! {
        nav.trail aria-label=(language.say("office.trail")) {
            a href="/office" { (language.say("office.rounds")) } " › " b { (code) } " "
            (state(round.row.state, language))
        }
        nav.tabs aria-label=(language.say("office.pages_of_round")) {
            @for other in Room::ALL {
                @let current = (other == room).then_some("page");
                a href=(path(code, other)) aria-current=[current] { (other.name(language)) }
            }
        }
        (body)
    };
    Page::new(language, &title)
        .under(round.survey.title.get(language.code()))
        .synthetic(round.row.synthetic)
        .switch(switch)
        .office(ways(language))
        .body(whole)
}

/// What stands at the foot of every page of somebody who is signed in.
fn ways(language: Language) -> Markup {
    html! {
        a href="/office" { (language.say("office.rounds")) }
        a href="/office/surveys" { (language.say("surveys.surveys")) }
        form.leave method="post" action="/office/logout" {
            button.second type="submit" { (language.say("office.logout")) }
        }
    }
}

/// How far a round has come, as a mark.
fn state(state: RoundState, language: Language) -> Markup {
    let (class, key) = match state {
        RoundState::Setup => ("chip", "office.state_setup"),
        RoundState::Open => ("chip good", "office.state_open"),
        RoundState::Closed => ("chip care", "office.state_closed"),
        RoundState::Opened => ("chip", "office.state_opened"),
    };
    html! { span class=(class) { (language.say(key)) } }
}

/// What a unit is called; its code, if the survey does not know it.
fn unit_name<'a>(survey: &'a Survey, code: &'a str, language: Language) -> &'a str {
    survey.unit(code).map_or(code, |unit| unit.name.get(language.code()))
}

/// What a group of respondents is called.
fn group_name<'a>(survey: &'a Survey, code: &'a str, language: Language) -> &'a str {
    survey.group(code).map_or(code, |group| group.label.get(language.code()))
}

/// What a subject is called.
fn subject_name<'a>(survey: &'a Survey, code: &'a str, language: Language) -> &'a str {
    survey.subject(code).map_or(code, |subject| subject.label.get(language.code()))
}

/// What a form is called.
fn form_name<'a>(survey: &'a Survey, id: &'a str, language: Language) -> &'a str {
    survey.forms.get(id).map_or(id, |form| form.title.get(language.code()))
}
