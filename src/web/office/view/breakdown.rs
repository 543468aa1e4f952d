use super::{
    grid::{Grid, cell},
    results::Printed,
};
use crate::{
    messages::Language,
    questionnaire::Labels,
    report::{
        BreakdownRow, CriterionResult, Place, Ranking, Shown, dash, mini_chart, rank_chart, whole,
    },
    text,
};
use maud::{Markup, html};

/// A criterion by group of respondents.
pub fn groups(one: &CriterionResult, shown: &Printed<'_>) -> Markup {
    let say = |key| shown.language.say(key);
    html! {
        @if one.by_group.len() > 1 {
            h3 { (say("office.by_group")) }
            (table(one, say("office.by_group"), say("office.col_group"), (&one.by_group, None), shown))
        }
    }
}

/// A criterion by unit, with the ranks that the units may have.
pub fn units(one: &CriterionResult, shown: &Printed<'_>) -> Markup {
    let say = |key| shown.language.say(key);
    html! {
        @if one.by_unit.len() > 1 {
            h3 { (say("office.by_unit")) }
            @let ranking = one.unit_ranks.as_ref();
            (table(one, say("office.by_unit"), say("office.col_unit"), (&one.by_unit, ranking), shown))
            @match ranking {
                Some(ranking) => { (explained(ranking, shown.language)) }
                None => { p.small { (say("figures.ranks_none")) } }
            }
        }
    }
}

fn table(
    one: &CriterionResult,
    title: &str,
    first: &str,
    (rows, ranking): (&[BreakdownRow], Option<&Ranking>),
    shown: &Printed<'_>,
) -> Markup {
    let language = shown.language;
    let say = |key| language.say(key);
    let (heading, subject) =
        (one.heading.get(language.code()), one.subject_label.get(language.code()));
    let mut grid = Grid::new(format!("{heading}, {subject}: {title}"), first)
        .numbers(say("office.col_score"))
        .numbers(say("office.col_ci"))
        .words(say("office.col_picture"))
        .numbers(say("office.col_n"));
    if ranking.is_some() {
        grid = grid.numbers(say("figures.rank"));
    }
    for row in rows {
        let name = html! {
            (joined(&row.labels, language))
            @if row.labels.len() > 1 { " " small { (say("office.merged")) } }
        };
        let mut cells = match &row.figures {
            Shown::Value(part) => vec![
                name,
                html! { b { (shown.score(Some(part.score))) } },
                cell(shown.scores(part.ci)),
                mini_chart(part.score, part.ci),
                html! { (whole(part.n, language)) @if part.few { " " small { (say("office.few")) } } },
            ],
            Shown::Hidden => vec![name, hidden(say("office.hidden")), none(), none(), none()],
            Shown::Nobody => vec![name, hidden(say("office.nobody")), none(), none(), none()],
        };
        cells.extend(ranking.map(|ranking| rank(ranking, &row.codes)));
        grid.row(cells);
    }
    grid.table()
}

/// A rank as a cell: in figures and as a picture.
pub fn rank(ranking: &Ranking, codes: &[String]) -> Markup {
    match ranking.place_of(codes) {
        Some(place) => html! {
            b { (place.written()) } " " (rank_chart(place.best, place.worst, ranking.places.len()))
        },
        None => none(),
    }
}

/// What the ranks mean, who differs from whom, and how they were found.
pub fn explained(ranking: &Ranking, language: Language) -> Markup {
    let say = |key| language.say(key);
    let meaning = match ranking.descriptive {
        true => "figures.ranks_descriptive",
        false => "figures.ranks_say",
    };
    html! {
        p.small { (say(meaning)) " " (say("figures.ranks_shown")) }
        details {
            summary { (say("figures.alike_title")) }
            dl.differ { @for place in &ranking.places {
                @let said = text!("figures.rank_said", rank = place.written(), of = ranking.places.len());
                dt { (joined(&place.labels, language)) " (" (said.say(language)) ")" }
                dd { (alike(ranking, place, language)) }
            } }
        }
        details {
            summary { (say("figures.ranks_how")) }
            p.small { (say("figures.ranks_method")) }
        }
    }
}

fn alike(ranking: &Ranking, place: &Place, language: Language) -> String {
    match place.alike.len() {
        0 => language.say("figures.alike_with_none").to_owned(),
        all if all + 1 == ranking.places.len() => language.say("figures.alike_with_all").to_owned(),
        _ => {
            let others =
                place.alike.iter().map(|&other| joined(&ranking.places[other].labels, language));
            let others: Vec<String> = others.collect();
            text!("figures.alike_with", others = others.join("; ")).say(language)
        }
    }
}

fn joined(labels: &[Labels], language: Language) -> String {
    let names: Vec<&str> = labels.iter().map(|label| label.get(language.code())).collect();
    names.join(" + ")
}

fn hidden(said: &str) -> Markup {
    html! { span.none { (said) } }
}

fn none() -> Markup {
    cell(dash())
}
