use super::{Looked, desk::told, file_path, page, path, refused};
use crate::{
    messages::{Language, Text},
    survey::{Blank, blanks},
    text,
    web::layout::Html,
};
use maud::{Markup, html};

/// Asks for what only the office knows, place by place.
pub fn fill(language: Language, looked: &Looked, why: Option<&Text>) -> Html {
    let say = |key| language.say(key);
    let at = path(&looked.survey.id, "/fill");
    let body = html! {
        h1 { (say("surveys.fill")) }
        @if let Some(why) = why { (refused(language, &why.say(language))) }
        @if looked.blanks.is_empty() {
            p { (say("surveys.no_blanks")) }
            div.go { a.button href=(path(&looked.survey.id, "")) { (say("surveys.back")) } }
        } @else {
            p { (say("surveys.fill_how")) }
            form method="post" action=(at) {
                input type="hidden" name="sha256" value=(looked.draft());
                @for (number, blank) in looked.blanks.iter().enumerate() {
                    (blank_field(language, number, blank))
                }
                div.go { button type="submit" { (say("surveys.save")) } }
            }
        }
    };
    page(language, looked, say("surveys.fill"), why.is_none().then_some(at.as_str()), &body)
}

fn blank_field(language: Language, number: usize, blank: &Blank) -> Markup {
    let name = format!("blank-{number}");
    let hint = format!("{name}-hint");
    let place = text!(
        "surveys.blank_place",
        file = blank.file,
        line = blank.line,
        language = blank.language
    );
    html! {
        div.card {
            label.q for=(name) lang=(blank.language) { (blank.asks) }
            p.hint id=(hint) { (place.say(language)) }
            input id=(name) type="text" name=(name) autocomplete="off" lang=(blank.language)
                aria-describedby=(hint);
        }
    }
}

/// A file of a survey to be edited.
pub struct File<'a> {
    /// Its name.
    pub name: &'a str,
    /// What stands in it, or was typed.
    pub text: &'a str,
    /// It was just saved.
    pub saved: bool,
    /// Why what was typed was not saved.
    pub refused: Option<&'a Text>,
}

/// Whether a survey can do without a file of this name.
pub fn may_be_left_out(name: &str) -> bool {
    name.starts_with("forms/") || name.starts_with("rules/") || name.ends_with(".md")
}

impl File<'_> {
    /// The page.
    pub fn page(&self, language: Language, looked: &Looked) -> Html {
        let say = |key| language.say(key);
        let id = &looked.survey.id;
        let mistakes: Vec<_> = match &looked.read {
            Err(mistakes) => mistakes.iter().filter(|one| one.file == self.name).cloned().collect(),
            Ok(_) => Vec::new(),
        };
        let lines = self.text.lines().count().clamp(8, 40);
        let body = html! {
            h1 { (self.name) }
            @if let Some(why) = self.refused { (refused(language, &why.say(language))) }
            @if self.saved {
                div.seal role="status" tabindex="-1" autofocus { p { (say("surveys.saved")) } }
            }
            @if !mistakes.is_empty() {
                h2 { (text!("cli.mistakes", count = mistakes.len()).say(language)) }
                (told(language, id, &mistakes))
            }
            @for blank in blanks(&looked.files).iter().filter(|one| one.file == self.name) {
                p.small { (text!("surveys.still_blank", line = blank.line, asks = blank.asks).say(language)) }
            }
            @if looked.survey.draft.is_none() { p.note { (say("surveys.edits_begin")) } }
            form method="post" action=(path(id, "/file")) {
                input type="hidden" name="sha256" value=(looked.draft());
                input type="hidden" name="name" value=(self.name);
                label.q for="text" { (say("surveys.content")) }
                p.hint #text-hint { (say(hint(self.name))) }
                // The first line break after the tag is not part of the text.
                textarea #text.file name="text" rows=(lines) spellcheck="false"
                    aria-describedby="text-hint" { "\n" (self.text) }
                div.go {
                    button type="submit" { (say("surveys.save")) }
                    a.button.second href=(path(id, "")) { (say("surveys.back")) }
                }
            }
            @if looked.survey.draft.is_some() && may_be_left_out(self.name) {
                form method="post" action=(path(id, "/file")) {
                    input type="hidden" name="sha256" value=(looked.draft());
                    input type="hidden" name="name" value=(self.name);
                    div.go { button.second type="submit" name="remove" value="1" { (say("surveys.leave_out")) } }
                }
            }
        };
        let at = file_path(id, self.name, false);
        page(language, looked, self.name, self.refused.is_none().then_some(at.as_str()), &body)
    }
}

fn hint(name: &str) -> &'static str {
    match name {
        "survey.toml" => "surveys.about_survey",
        "units.csv" => "surveys.about_units",
        "targets.csv" => "surveys.about_targets",
        "criteria.csv" => "surveys.about_criteria",
        _ if name.starts_with("rule") => "surveys.about_rule",
        _ if name.starts_with("forms/") => "surveys.about_form",
        _ => "surveys.about_text",
    }
}

/// Asks whether the draft is to be thrown away.
pub fn discard(language: Language, looked: &Looked) -> Html {
    let say = |key| language.say(key);
    let at = path(&looked.survey.id, "/discard");
    let kept = match looked.survey.latest() {
        Some(_) => "surveys.discard_keeps",
        None => "surveys.discard_all",
    };
    let body = html! {
        h1 { (say("surveys.discard")) }
        p { (say(kept)) }
        form method="post" action=(at) {
            input type="hidden" name="sha256" value=(looked.draft());
            div.go {
                button type="submit" { (say("surveys.discard_yes")) }
                a.button.second href=(path(&looked.survey.id, "")) { (say("surveys.back")) }
            }
        }
    };
    page(language, looked, say("surveys.discard"), Some(&at), &body)
}
