use super::grid::{Grid, cell};
use crate::{
    messages::Language,
    report::{RateRow, Rates, Shown, dash, percent, whole},
    text,
};
use maud::{Markup, html};

/// How many of those asked answered, by group, by unit and cell by cell.
pub fn rates(rates: &Rates, language: Language) -> Markup {
    let say = |key| language.say(key);
    let likely = rates.all.ended.value().and_then(|ended| ended.likely_response);
    html! {
        section #ty-le-tra-loi {
            h2 { (say("figures.rates")) }
            p.small { (say("figures.rates_how")) }
            h3 { (say("figures.by_group")) }
            (table(say("figures.by_group"), say("office.col_group"), &rates.groups, Some(&rates.all), language))
            details.full {
                summary { (say("figures.by_unit")) " (" (rates.units.len()) ")" }
                (table(say("figures.by_unit"), say("office.col_unit"), &rates.units, None, language))
            }
            details.full {
                summary { (say("figures.by_cell")) " (" (rates.cells.len()) ")" }
                p.small { (say("figures.rates_hidden")) }
                (table(say("figures.by_cell"), say("office.col_unit"), &rates.cells, None, language))
            }
            details {
                summary { (say("office.method")) }
                p.small { (say("figures.rates_classes")) }
                @if let Some(rate) = likely {
                    p.small { (text!("figures.rates_likely", rate = percent(rate, 1, language)).say(language)) }
                }
            }
        }
    }
}

fn table(
    caption: &str,
    first: &str,
    rows: &[RateRow],
    sum: Option<&RateRow>,
    language: Language,
) -> Markup {
    let say = |key| language.say(key);
    let mut grid = Grid::new(format!("{}: {caption}", say("figures.rates")), first)
        .numbers(say("figures.response_rate"))
        .numbers(say("figures.asked"))
        .numbers(say("figures.answered"))
        .numbers(say("figures.declined"))
        .numbers(say("figures.silent"))
        .numbers(say("figures.not_eligible"))
        .numbers(say("figures.refusal_rate"));
    for row in rows {
        let names: Vec<&str> = row.names.iter().map(|name| name.get(language.code())).collect();
        grid.row(line(names.join(" · "), row, language));
    }
    if let Some(row) = sum {
        grid.sum(line(say("figures.all").to_owned(), row, language));
    }
    grid.table()
}

fn line(name: String, row: &RateRow, language: Language) -> Vec<Markup> {
    let count = |n: u64| cell(whole(n, language));
    let share = |share: Option<f64>| {
        cell(share.map_or_else(|| dash().to_owned(), |share| percent(share, 1, language)))
    };
    let asked = count(row.asked);
    match &row.ended {
        Shown::Value(ended) => vec![
            cell(name),
            html! { b { (share(ended.response)) } },
            asked,
            count(ended.answered),
            count(ended.declined),
            count(ended.silent),
            count(ended.not_eligible),
            share(ended.refusal),
        ],
        Shown::Hidden => {
            let hidden = html! { span.none { (language.say("figures.hidden")) } };
            let mut cells = vec![cell(name), hidden, asked];
            cells.extend(std::iter::repeat_n(cell(dash()), 5));
            cells
        }
        Shown::Nobody => {
            let mut cells = vec![cell(name), cell(dash()), asked];
            cells.extend(std::iter::repeat_n(cell(dash()), 5));
            cells
        }
    }
}
