use super::{
    breakdown::{groups, units},
    group_name,
    results::{Printed, anchor, rule_line, several_subjects},
    scale::scales,
    subject_name,
};
use crate::{
    conduct::Round,
    messages::Language,
    report::{
        CriterionResult, Flag, QuestionResult, Results, Shown, Spread, dash, levels_chart, percent,
        whole,
    },
    text,
};
use maud::{Markup, html};

/// Everything about one criterion of one subject.
pub fn criterion(
    round: &Round,
    results: &Results,
    one: &CriterionResult,
    language: Language,
) -> Markup {
    let (say, code) = (|key| language.say(key), language.code());
    let shown = Printed { results, language };
    html! {
        section.criterion #(anchor(one)) {
            h2 { (one.heading.get(code)) " " (one.name.get(code)) }
            @if several_subjects(results) { p { (one.subject_label.get(code)) } }
            p.figure {
                b { (shown.score(one.score)) }
                @if one.ci.is_some() { " " span { (say("office.ci")) " " (shown.scores(one.ci)) } }
            }
            dl.days {
                div { dt { (say("office.col_points")) } dd { (shown.points(one.points)) " / " (shown.most(one)) } }
                @if one.points_ci.is_some() {
                    div { dt { (say("office.col_points_ci")) } dd { (shown.points_range(one.points_ci)) } }
                }
                div { dt { (say("office.col_n")) } dd { (one.n.map_or_else(|| dash().to_owned(), |n| whole(n, language))) } }
                @if one.n.is_some_and(|n| n != one.official) {
                    div { dt { (say("figures.official")) } dd { (whole(one.official, language)) } }
                }
                @if let Some(band) = &one.band {
                    div { dt { (say("office.band")) } dd { (band.get(code)) } }
                }
                @if let Some(share) = one.dont_know {
                    div { dt { (say("office.dont_know")) } dd { (percent(share, 1, language)) } }
                }
                @if let Some(most) = one.one_form {
                    div { dt { (say("figures.one_form")) } dd { "± " (shown.score(Some(most))) } }
                }
                @if let Some(bounds) = one.bounds.filter(|_| one.dont_know.is_some_and(|share| share > 0.0)) {
                    div.long { dt { (say("office.bounds")) } dd { (shown.scores(Some(bounds))) } }
                }
            }
            (remarks(round, one, language))
            (method(round, results, one, language))
            (groups(one, &shown))
            (units(one, &shown))
            (scales(one, language))
            (questions(round, results, one, language))
        }
    }
}

fn questions(
    round: &Round,
    results: &Results,
    one: &CriterionResult,
    language: Language,
) -> Markup {
    let asked: Vec<&QuestionResult> = results
        .questions
        .iter()
        .filter(|question| {
            question.criterion.as_deref() == Some(&one.code) && question.subject == one.subject
        })
        .collect();
    html! {
        @if !asked.is_empty() {
            details {
                summary { (language.say("office.questions")) " (" (asked.len()) ")" }
                @for one in asked { (question(round, one, language)) }
            }
        }
    }
}

/// How the answers to one question are spread over its levels.
pub fn question(round: &Round, one: &QuestionResult, language: Language) -> Markup {
    let (say, code) = (|key| language.say(key), language.code());
    let label = one.label.get(code);
    html! {
        div.question {
            p.q { (label) }
            p.small {
                (one.form_title.get(code))
                @if round.survey.subjects.len() > 1 {
                    " · " (subject_name(&round.survey, &one.subject, language))
                }
                @if let Shown::Value(spread) = &one.answers {
                    " · " (text!("office.n_is", n = whole(spread.n, language)).say(language))
                    @if spread.few { " · " (say("office.few")) }
                }
            }
            @match &one.answers {
                Shown::Value(spread) => { (self::spread(label, spread, language)) }
                Shown::Hidden => { p.none { (say("office.hidden")) } }
                Shown::Nobody => { p.none { (say("office.nobody")) } }
            }
        }
    }
}

fn spread(label: &str, spread: &Spread, language: Language) -> Markup {
    let shares: Vec<(String, f64)> = spread
        .levels
        .iter()
        .map(|level| (level.label.get(language.code()).to_owned(), level.share))
        .collect();
    html! {
        figure { (levels_chart(label, &shares, language)) }
        ul.legend {
            @for (at, (label, share)) in shares.iter().enumerate() {
                @let class = format!("swatch l{}", crate::report::shade(at + 1, shares.len()));
                li { span class=(class) {} (label) " " b { (percent(*share, 1, language)) } }
            }
            @if let Some(share) = spread.dont_know {
                li { span.swatch {} (language.say("office.dont_know")) " " b { (percent(share, 1, language)) } }
            }
        }
    }
}

/// What to beware of, and which groups are missing.
fn remarks(round: &Round, one: &CriterionResult, language: Language) -> Markup {
    let missing: Vec<&str> =
        one.without_data.iter().map(|code| group_name(&round.survey, code, language)).collect();
    // That everything is made up stands at the top of the page.
    let flags = || one.flags.iter().filter(|flag| **flag != Flag::Synthetic);
    html! {
        @if flags().next().is_some() {
            ul.beware {
                @for flag in flags() { li { (capital(&flag.text().say(language))) } }
                @if !missing.is_empty() {
                    li { (text!("office.groups_missing", groups = missing.join(", ")).say(language)) }
                }
            }
        }
    }
}

fn method(round: &Round, results: &Results, one: &CriterionResult, language: Language) -> Markup {
    let say = |key| language.say(key);
    let sentences = one.rule.in_words(&round.survey.group_names(), language);
    html! {
        details.method {
            summary { (say("office.method")) }
            p.small { (sentences.join(" ")) }
            p.small { (say("figures.bounds_how")) " " (say("figures.one_form_how")) " " (say("figures.official_how")) }
            p.small { (rule_line(results, language)) }
        }
    }
}

/// A sentence as it stands alone.
fn capital(sentence: &str) -> String {
    let mut letters = sentence.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}
