use super::Around;
use crate::{
    messages::Language,
    questionnaire::{CONFIRM, Item, ItemKind, OptionView, PageView},
    text,
    web::layout::{Html, Switch},
};
use maud::{Markup, html};

/// The field of a page that was opened from the list of answers. No question has this name.
pub const FROM_CHECK: &str = "from-check";
/// The button that leads to the page before. No question has this name.
pub const GO_BACK: &str = "go-back";
/// The button that leads to going on with another device. No question has this name.
pub const GO_ELSEWHERE: &str = "go-elsewhere";

/// How a page of the form is asked.
#[derive(Clone, Copy, Default)]
pub struct Asked<'a> {
    /// There is a page before it.
    pub has_previous: bool,
    /// It was opened from the list of answers, and leads back there.
    pub from_check: bool,
    /// It could not be saved: what to say about that.
    pub failure: Option<&'a str>,
}

/// One page of the form, its problems beside the questions and listed at its top.
pub fn question(around: Around<'_>, page: &PageView, asked: Asked<'_>) -> Html {
    let language = around.language;
    let action = format!("/phieu/q/{}", page.number);
    let step = step(page, language);
    let heading = heading(page);
    let body = html! {
        @if let Some(failure) = asked.failure {
            div.errors role="alert" tabindex="-1" autofocus {
                h2 { (around.say("pages.not_saved")) }
                p { (failure) }
            }
        }
        (summary(page, language))
        form #f method="post" action=(around.action(&action)) novalidate {
            @if let Some(trial) = around.trial { (trial.carried) }
            @if asked.from_check { input type="hidden" name=(FROM_CHECK) value="1"; }
            @match heading {
                Heading::Title(title) => {
                    @if let Some(step) = &step { p.step { (step) } }
                    h1 { (title) }
                }
                Heading::Step => { h1.step { (step.as_deref().unwrap_or(around.line)) } }
                Heading::Question => @if let Some(step) = &step { p.step { (step) } }
            }
            @for item in &page.items { (self::item(item, language, heading)) }
            p #kept role="status" data-saved=(around.say("pages.kept_saved"))
                data-unsaved=(around.say("pages.kept_unsaved")) data-offline=(around.say("pages.kept_offline")) {}
            div.go {
                button type="submit" { (around.say("pages.continue")) }
                @if asked.has_previous {
                    button.second type="submit" name=(GO_BACK) value="1" { (around.say("pages.back")) }
                }
            }
            @if around.trial.is_none() {
                button.plain type="submit" name=(GO_ELSEWHERE) value="1" { (around.say("pages.elsewhere")) }
            }
        }
    };
    let title = title(page, around, step.as_deref());
    let blank = page.items.iter().all(is_blank) && asked.failure.is_none();
    let html = around.page(&title, &action).switch(Switch::Form("f"));
    let html = around.keeping(html).body(body);
    if blank && around.trial.is_none() { html.shared() } else { html }
}

/// Where the page's only first-level heading is.
#[derive(Clone, Copy)]
enum Heading<'a> {
    Title(&'a str),
    Step,
    Question,
}

fn heading(page: &PageView) -> Heading<'_> {
    match (&page.title, &page.items[..]) {
        (Some(title), _) => Heading::Title(title),
        (None, [_]) => Heading::Question,
        (None, _) => Heading::Step,
    }
}

/// "Câu 3–9 trong 24".
fn step(page: &PageView, language: Language) -> Option<String> {
    let (first, last, all) = (page.first_question, page.last_question, page.question_count);
    let step = match last.checked_sub(first)? {
        0 => text!("pages.question_of", number = first, all = all),
        _ => text!("pages.questions_of", first = first, last = last, all = all),
    };
    Some(step.say(language))
}

fn title(page: &PageView, around: Around<'_>, step: Option<&str>) -> String {
    let title = match step.or(page.title.as_deref()) {
        Some(step) => format!("{step} – {}", around.line),
        None => around.line.to_owned(),
    };
    if page.items.iter().any(|item| item.problem.is_some()) {
        text!("pages.title_with_error", title = title).say(around.language)
    } else {
        title
    }
}

fn is_blank(item: &Item) -> bool {
    item.problem.is_none()
        && item.typed.is_empty()
        && item.options.iter().all(|option| !option.chosen)
}

/// Every problem with a link to its field.
fn summary(page: &PageView, language: Language) -> Markup {
    let problems = || page.items.iter().filter_map(|item| Some((item, item.problem.as_ref()?)));
    let only_soft = problems().all(|(item, _)| item.soft);
    html! {
        @if problems().next().is_some() {
            div.errors.soft[only_soft] role="alert" tabindex="-1" autofocus {
                h2 { (language.say(if only_soft { "pages.look_again" } else { "pages.errors" })) }
                ul {
                    @for (item, problem) in problems() {
                        li {
                            a href={ "#" (item.name) } {
                                @if let Some(number) = item.number {
                                    (text!("pages.question", number = number).say(language)) ": "
                                }
                                (problem)
                            }
                        }
                    }
                }
            }
        }
    }
}

fn item(item: &Item, language: Language, heading: Heading<'_>) -> Markup {
    let bare = matches!(heading, Heading::Question);
    match item.kind {
        ItemKind::Note if bare => html! { h1 #(item.name).words { (item.label) } },
        ItemKind::Note => html! { p.words { (item.label) } },
        _ if item.options.is_empty() => field(item, language, bare),
        _ => choices(item, language, bare),
    }
}

fn choices(item: &Item, language: Language, bare: bool) -> Markup {
    let kind = if item.kind == ItemKind::Several { "checkbox" } else { "radio" };
    let required = item.required && kind == "radio";
    html! {
        div.card.wrong[item.problem.is_some()].soft[item.soft] {
            fieldset aria-describedby=[described(item)] {
                legend { (wording(item, language, bare, None)) }
                (help(item, language))
                @if kind == "checkbox" { input type="hidden" name=(item.name) value=""; }
                @for (at, OptionView { code, label, chosen, apart }) in item.options.iter().enumerate() {
                    label.o.apart[*apart] {
                        input id=[(at == 0).then_some(&item.name)] type=(kind) name=(item.name) value=(code)
                            checked[*chosen] required[required];
                        span { (label) }
                    }
                }
            }
        }
    }
}

fn field(item: &Item, language: Language, bare: bool) -> Markup {
    let mode = match item.kind {
        ItemKind::Number => Some("decimal"),
        ItemKind::Integer | ItemKind::Date => Some("numeric"),
        _ => None,
    };
    // What is only asked back about is not invalid: it passes when it is sent again.
    let invalid = (item.problem.is_some() && !item.soft).then_some("true");
    let described = described(item);
    html! {
        div.card.wrong[item.problem.is_some()].soft[item.soft] {
            (wording(item, language, bare, Some(&item.name)))
            (help(item, language))
            @if item.kind == ItemKind::LongText {
                // The first line break after the tag is not part of the text.
                textarea id=(item.name) name=(item.name) rows="5" required[item.required]
                    aria-describedby=[described] aria-invalid=[invalid] { "\n" (item.typed) }
            } @else {
                input.short[mode.is_some()] id=(item.name) type="text" name=(item.name) value=(item.typed)
                    inputmode=[mode] autocomplete="off" required[item.required]
                    aria-describedby=[described] aria-invalid=[invalid];
            }
        }
    }
}

/// The wording, as the heading of the page or of one question among several.
fn wording(item: &Item, language: Language, bare: bool, field: Option<&str>) -> Markup {
    let words = html! {
        @if !bare && let Some(number) = item.number {
            small { (text!("pages.question", number = number).say(language)) } " "
        }
        (item.label)
        @if !item.required { " " small { (language.say("pages.optional")) } }
    };
    let labelled = match field {
        Some(field) => html! { label for=(field) { (words) } },
        None => words,
    };
    if bare {
        html! { h1.q { (labelled) } }
    } else {
        html! { h2.q { (labelled) } }
    }
}

/// Hint, instruction and problem, and the field by which a soft problem is confirmed.
fn help(item: &Item, language: Language) -> Markup {
    html! {
        @if item.hint.is_some() || item.instruction.is_some() {
            p.hint id={ (item.name) "-h" } {
                @if let Some(hint) = &item.hint { (hint) " " }
                @if let Some(instruction) = &item.instruction { (instruction) }
            }
        }
        @if let Some(problem) = &item.problem {
            p.error.soft[item.soft] id={ (item.name) "-e" } {
                @if !item.soft { span.off { (language.say("pages.error")) } " " }
                (problem)
                @if item.soft { " " (language.say("pages.confirm")) }
            }
            @if item.soft { input type="hidden" name=(CONFIRM) value=(item.name); }
        }
    }
}

/// The ids of what a screen reader says after the wording.
fn described(item: &Item) -> Option<String> {
    let name = &item.name;
    match (item.hint.is_some() || item.instruction.is_some(), item.problem.is_some()) {
        (true, true) => Some(format!("{name}-h {name}-e")),
        (true, false) => Some(format!("{name}-h")),
        (false, true) => Some(format!("{name}-e")),
        (false, false) => None,
    }
}
