use super::{
    grid::{Grid, cell},
    group_name,
    results::{Printed, anchor, rule_line, several_subjects},
    subject_name,
};
use crate::{
    conduct::Round,
    messages::Language,
    report::{
        BreakdownRow, CriterionResult, Flag, QuestionResult, Results, Shown, Spread, dash,
        levels_chart, mini_chart, percent, whole,
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
                @if let Some(band) = &one.band {
                    div { dt { (say("office.band")) } dd { (band.get(code)) } }
                }
                @if let Some(share) = one.dont_know {
                    div { dt { (say("office.dont_know")) } dd { (percent(share, 1, language)) } }
                }
                @if let Some(bounds) = one.bounds.filter(|_| one.dont_know.is_some_and(|share| share > 0.0)) {
                    div { dt { (say("office.bounds")) } dd { (shown.scores(Some(bounds))) } }
                }
            }
            (remarks(round, one, language))
            (method(round, results, one, language))
            (breakdown(one, say("office.by_group"), say("office.col_group"), &one.by_group, &shown))
            (breakdown(one, say("office.by_unit"), say("office.col_unit"), &one.by_unit, &shown))
            @let questions = results.questions.iter().filter(|question| {
                question.criterion.as_deref() == Some(&one.code) && question.subject == one.subject
            });
            @for (at, question) in questions.enumerate() {
                @if at == 0 { h3 { (say("office.questions")) } }
                (self::question(round, question, language))
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
    let sentences = one.rule.in_words(&round.survey.group_names(), language);
    html! {
        div.method {
            h3 { (language.say("office.method")) }
            p.small { (sentences.join(" ")) }
            p.small { (rule_line(results, language)) }
        }
    }
}

fn breakdown(
    one: &CriterionResult,
    title: &str,
    first: &str,
    rows: &[BreakdownRow],
    shown: &Printed<'_>,
) -> Markup {
    let language = shown.language;
    let say = |key| language.say(key);
    if rows.len() < 2 {
        return html! {};
    }
    let (heading, subject) =
        (one.heading.get(language.code()), one.subject_label.get(language.code()));
    let mut grid = Grid::new(format!("{heading}, {subject}: {title}"), first)
        .numbers(say("office.col_score"))
        .numbers(say("office.col_ci"))
        .words(say("office.col_picture"))
        .numbers(say("office.col_n"));
    for row in rows {
        let names: Vec<&str> = row.labels.iter().map(|label| label.get(language.code())).collect();
        let name = html! {
            (names.join(" + "))
            @if names.len() > 1 { " " small { (say("office.merged")) } }
        };
        grid.row(match &row.figures {
            Shown::Value(part) => vec![
                name,
                html! { b { (shown.score(Some(part.score))) } },
                cell(shown.scores(part.ci)),
                mini_chart(part.score, part.ci),
                html! { (whole(part.n, language)) @if part.few { " " small { (say("office.few")) } } },
            ],
            Shown::Hidden => vec![name, hidden(say("office.hidden")), none(), none(), none()],
            Shown::Nobody => vec![name, hidden(say("office.nobody")), none(), none(), none()],
        });
    }
    html! { h3 { (title) } (grid.table()) }
}

fn hidden(said: &str) -> Markup {
    html! { span.none { (said) } }
}

fn none() -> Markup {
    cell(dash())
}

/// A sentence as it stands alone.
fn capital(sentence: &str) -> String {
    let mut letters = sentence.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}
