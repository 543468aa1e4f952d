use super::{Around, decline::ways_out};
use crate::{
    messages::Text,
    text,
    web::layout::{Html, Page, Preview, Switch},
};
use maud::{Markup, html};

/// What the landing page says.
pub struct Landing<'a> {
    /// Who asks.
    pub who: &'a str,
    /// What for.
    pub why: &'a str,
    /// The document that ordered the survey.
    pub document: &'a str,
    /// Why this person was chosen.
    pub chosen: &'a str,
    /// The group the answers count in.
    pub group: &'a str,
    /// The unit the answers count in.
    pub unit: &'a str,
    /// How many minutes it is thought to take.
    pub minutes: u32,
    /// The announced last day, as it is written.
    pub last_day: Option<String>,
    /// The key of the box is with keyholders and not on the server.
    pub keyholders: bool,
    /// What the survey says about what is stored.
    pub stored: &'a str,
    /// How long it is kept.
    pub kept: &'a str,
    /// Whom to ask.
    pub contact: &'a str,
    /// The version of the notice.
    pub notice: &'a str,
    /// The public address of the service.
    pub address: Option<&'a str>,
    /// The forms to answer.
    pub parts: Vec<PartLine<'a>>,
    /// Whether answering can still begin.
    pub open: bool,
}

/// One form about one subject.
pub struct PartLine<'a> {
    /// The form's title.
    pub form: &'a str,
    /// Who is judged.
    pub subject: &'a str,
    /// How far this browser has come with it.
    pub progress: PartProgress,
    /// The minutes within which half of those who answered it finished, if enough did.
    pub minutes: Option<u32>,
}

/// How far a browser has come with a form. Nothing of it is known without its cookie.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PartProgress {
    /// Not begun here.
    New,
    /// Not begun here, and no more are taken.
    Full,
    /// Begun.
    Begun,
    /// Submitted.
    Sent,
}

/// Who asks, why, what happens with the answers; and the ways to begin, go on or decline.
pub fn landing(around: Around<'_>, shown: &Landing<'_>) -> Html {
    let say = |key| around.say(key);
    let body = html! {
        p.kicker { (shown.who) }
        h1 { (around.survey) }
        p { (shown.why) }
        @if !shown.chosen.is_empty() { p { (shown.chosen) } }
        (facts(around, shown))
        p { a.plain href="/genuine" { (say("pages.genuine")) } }
        div.seal {
            h2 { (say("pages.sealed")) }
            p { (say("pages.sealed_1")) }
            p { (say("pages.sealed_2")) }
            @if shown.keyholders { p { (say("pages.sealed_keyholders")) } }
            p { (say("pages.sealed_3")) }
        }
        (stored(around, shown))
        (who_can_know(around, shown.keyholders))
        (ways_in(around, shown))
        @if shown.open && around.trial.is_none() { (ways_out(around)) }
        @if !shown.contact.is_empty() {
            h2 { (say("pages.contact")) }
            p { (shown.contact) }
        }
    };
    let page = Page::new(around.language, around.survey)
        .synthetic(around.synthetic)
        .switch(Switch::Link(around.action("/phieu")))
        .preview(Preview { title: around.survey, description: shown.who, address: shown.address });
    let page = around.dressed(page).body(body);
    let untouched = shown
        .parts
        .iter()
        .all(|part| matches!(part.progress, PartProgress::New | PartProgress::Full));
    if untouched && around.trial.is_none() { page.shared() } else { page }
}

fn facts(around: Around<'_>, shown: &Landing<'_>) -> Markup {
    let say = |text: Text| text.say(around.language);
    html! {
        dl.facts {
            div {
                dt { (around.say("pages.takes")) }
                dd { (say(takes(shown))) }
            }
            @if let Some(day) = &shown.last_day {
                div {
                    dt { (around.say("pages.last_day")) }
                    dd { (say(text!("pages.until", day = day))) }
                }
            }
            @if let [part] = &shown.parts[..] {
                div {
                    dt { (around.say("pages.about")) }
                    dd { (part.subject) }
                }
            }
            @if !shown.document.is_empty() {
                div {
                    dt { (around.say("pages.document")) }
                    dd { (shown.document) }
                }
            }
        }
    }
}

/// How long it takes: measured where one form is to be answered and enough people have.
fn takes(shown: &Landing<'_>) -> Text {
    match &shown.parts[..] {
        [PartLine { minutes: Some(minutes), .. }] => half_finish(*minutes),
        _ => text!("pages.minutes", minutes = shown.minutes),
    }
}

fn half_finish(minutes: u32) -> Text {
    text!("pages.half_finish", minutes = minutes)
}

fn stored(around: Around<'_>, shown: &Landing<'_>) -> Markup {
    let say = |key| around.say(key);
    let label = text!("pages.stored_answers", group = shown.group, unit = shown.unit);
    html! {
        details {
            summary { (say("pages.stored")) }
            @if !shown.stored.is_empty() { p { (shown.stored) } }
            h3 { (say("pages.is_stored")) }
            ul {
                li { (label.say(around.language)) }
                li { (say("pages.stored_begun")) }
                li { (say("pages.stored_draft")) }
            }
            h3 { (say("pages.is_not_stored")) }
            ul {
                li { (say("pages.not_stored_name")) }
                li { (say("pages.not_stored_time")) }
                li { (say("pages.not_stored_machine")) }
            }
            @if !shown.kept.is_empty() {
                h3 { (say("pages.kept")) }
                p { (shown.kept) }
            }
            p { (say("pages.may_withdraw")) }
        }
    }
}

fn who_can_know(around: Around<'_>, keyholders: bool) -> Markup {
    let say = |key| around.say(key);
    let operator =
        if keyholders { "pages.who_knows_operator" } else { "pages.who_knows_operator_key" };
    html! {
        details {
            summary { (say("pages.who_knows")) }
            p { (say("pages.who_knows_lead")) }
            ul {
                li { (say("pages.who_knows_beside")) }
                li { (say("pages.who_knows_phone")) }
                li { (say(operator)) }
                li { (say("pages.who_knows_carrier")) }
                li { (say("pages.who_knows_writing")) }
                li { (say("pages.who_knows_few")) }
            }
        }
    }
}

fn ways_in(around: Around<'_>, shown: &Landing<'_>) -> Markup {
    let say = |key| around.say(key);
    let begun = shown.parts.iter().any(|part| part.progress == PartProgress::Begun);
    let new = shown.parts.iter().any(|part| part.progress == PartProgress::New);
    if !begun && !new {
        return html! {
            p.note { (say("pages.sent_here")) }
            div.go { a.button href="/phieu/thanks" { (say("pages.to_thanks")) } }
            (parts(around, shown))
        };
    }
    html! {
        form id=[around.trial.map(|_| "f")] method="post" action=(around.action("/phieu/start")) {
            @if let Some(trial) = around.trial { (trial.carried) }
            @if begun {
                p.note { (say(if shown.open { "pages.begun_here" } else { "pages.begun_closed" })) }
            } @else {
                p { (say("pages.consent")) }
                p.small { (text!("pages.notice_version", version = shown.notice).say(around.language)) }
            }
            (parts(around, shown))
        }
        @if around.trial.is_none() {
            p { a.plain href="/phieu/resume" { (say("pages.resume_elsewhere")) } }
        }
    }
}

fn parts(around: Around<'_>, shown: &Landing<'_>) -> Markup {
    let several = shown.parts.len() > 1;
    html! {
        @for (position, part) in shown.parts.iter().enumerate() {
            @if several {
                h2 { (text!("pages.part", number = position + 1, form = part.form).say(around.language)) }
                p { (text!("pages.part_about", subject = part.subject).say(around.language)) }
                @if let Some(minutes) = part.minutes {
                    p.small { (half_finish(minutes).say(around.language)) }
                }
            }
            (way_in(around, position, part, several))
        }
    }
}

fn way_in(around: Around<'_>, position: usize, part: &PartLine<'_>, several: bool) -> Markup {
    html! {
        @match part.progress {
            PartProgress::New => {
                div.go { button type="submit" name="part" value=(position) { (around.say("pages.agree")) } }
            }
            PartProgress::Begun => {
                div.go { button type="submit" name="part" value=(position) { (around.say("pages.go_on")) } }
            }
            PartProgress::Full => { p.note { (around.say("pages.full")) } }
            PartProgress::Sent => @if several { p.note { (around.say("pages.part_sent")) } }
        }
    }
}
