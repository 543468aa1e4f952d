use super::grid::{Grid, cell};
use crate::{
    messages::Language,
    report::{CriterionResult, ScaleResult, dash, decimal, reliable, whole},
};
use maud::{Markup, html};

/// Whether the questions of a criterion measure one thing, form by form.
pub fn scales(one: &CriterionResult, language: Language) -> Markup {
    let say = |key| language.say(key);
    if one.scales.is_empty() {
        return html! {};
    }
    let caption = format!("{}: {}", one.heading.get(language.code()), say("figures.scales"));
    let mut grid = Grid::new(caption, say("figures.form"))
        .numbers(say("figures.alpha"))
        .words(say("figures.reliable"))
        .numbers(say("figures.correlation"))
        .numbers(say("figures.n"))
        .numbers(say("figures.questions"));
    for scale in &one.scales {
        grid.row(row(scale, language));
    }
    html! {
        h3 { (say("figures.scales")) }
        (grid.table())
        details {
            summary { (say("office.method")) }
            p.small { (say("figures.scales_how")) " " (say("figures.scales_method")) }
        }
    }
}

fn row(scale: &ScaleResult, language: Language) -> Vec<Markup> {
    let figures = scale.figures.as_ref();
    let number = |figure: Option<f64>| {
        cell(figure.map_or_else(|| dash().to_owned(), |figure| decimal(figure, 2, language)))
    };
    let verdict = match figures {
        None => "figures.scale_too_few",
        Some(figures) => reliable(figures.verdict()),
    };
    vec![
        cell(scale.form_title.get(language.code())),
        html! { b { (number(figures.and_then(|figures| figures.alpha))) } },
        cell(language.say(verdict)),
        number(figures.and_then(|figures| figures.average_correlation)),
        cell(figures.map_or_else(|| dash().to_owned(), |figures| whole(figures.n, language))),
        cell(scale.questions.to_string()),
    ]
}
