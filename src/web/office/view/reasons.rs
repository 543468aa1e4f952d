use super::grid::{Grid, cell};
use crate::{
    fieldwork::Said,
    messages::Language,
    report::{ReasonRow, Shown, whole},
};
use maud::{Markup, html};

/// Why people do not take part, as far as that may be told.
pub fn reasons(rows: &[ReasonRow], language: Language) -> Markup {
    let say = |key| language.say(key);
    html! {
        section #ly-do {
            h2 { (say("figures.reasons")) }
            p.small { (say("figures.reasons_how")) }
            @for (said, title) in [
                (Said::NotEligible, say("figures.not_eligible")),
                (Said::Refused, say("figures.refused")),
            ] {
                h3 { (title) }
                (table(title, rows.iter().filter(|row| row.said == said), language))
            }
        }
    }
}

fn table<'r>(
    caption: &str,
    rows: impl Iterator<Item = &'r ReasonRow>,
    language: Language,
) -> Markup {
    let say = |key| language.say(key);
    let mut grid =
        Grid::new(format!("{}: {caption}", say("figures.reasons")), say("figures.reason"))
            .numbers(say("figures.people"));
    for row in rows {
        let n = match row.n {
            Shown::Value(n) => cell(whole(n, language)),
            Shown::Nobody => cell(whole(0, language)),
            Shown::Hidden => html! { span.none { (say("figures.hidden")) } },
        };
        grid.row(vec![cell(say(row.reason.key())), n]);
    }
    grid.table()
}
