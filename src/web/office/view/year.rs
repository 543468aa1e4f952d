use super::{
    Room,
    change::rule_of,
    grid::{Grid, cell},
    path,
    results::{Printed, kept, several_subjects},
};
use crate::{
    conduct::Round,
    messages::{Language, Text},
    report::{CriterionYear, Results, Year, dash, whole},
    storage::RoundRow,
    text,
};
use maud::{Markup, html};

/// The year that a round makes up with earlier ones, and the choice of these.
pub struct OfYear<'a> {
    /// The rounds to choose from, the latest first.
    pub earlier: &'a [RoundRow],
    /// Why the rounds that were asked for make up none.
    pub refused: Option<&'a Text>,
}

impl OfYear<'_> {
    /// The section of the page.
    pub fn section(&self, round: &Round, results: &Results, language: Language) -> Markup {
        let say = |key| language.say(key);
        html! {
            section #ca-nam {
                h2 { (say("figures.year")) }
                @if let Some(why) = self.refused {
                    p.note role="alert" { (why.say(language)) }
                }
                @if self.earlier.is_empty() {
                    p.small { (say("figures.no_year")) }
                } @else {
                    (self.choice(round, results, language))
                }
                @if let Some(year) = &results.year {
                    (told(year, results, language))
                }
            }
        }
    }

    fn choice(&self, round: &Round, results: &Results, language: Language) -> Markup {
        let say = |key| language.say(key);
        let code = &round.row.code;
        let year = results.year.as_ref();
        let is_chosen =
            |code: &str| year.is_some_and(|year| year.earlier().any(|one| one.round == code));
        html! {
            form.choice method="get" action={ (path(code, Room::Results)) "#ca-nam" } {
                fieldset aria-describedby="year-hint" {
                    legend.q { (say("figures.year_rounds")) }
                    p.hint #year-hint {
                        (text!("figures.year_rounds_hint", round = code).say(language))
                    }
                    @for row in self.earlier {
                        label.o {
                            input type="checkbox" name="year" value=(row.code)
                                checked[is_chosen(&row.code)];
                            span { (row.code) }
                        }
                    }
                }
                (kept(results, "year"))
                button.second type="submit" { (say("figures.year_show")) }
            }
        }
    }
}

fn told(year: &Year, results: &Results, language: Language) -> Markup {
    let say = |key| language.say(key);
    let shown = Printed { results, language };
    let several = several_subjects(results);
    html! {
        @for one in &year.criteria { (criterion(one, several, &shown)) }
        p.small { (say("figures.year_how")) }
        details {
            summary { (say("office.method")) }
            p.small { (say("figures.year_method")) }
            @for one in year.earlier() {
                p.small { (rule_of(&one.round, &one.rule, language)) }
            }
        }
    }
}

fn criterion(one: &CriterionYear, several: bool, shown: &Printed<'_>) -> Markup {
    let (language, code) = (shown.language, shown.language.code());
    let title = match several {
        true => format!("{}, {}", one.heading.get(code), one.subject_label.get(code)),
        false => one.heading.get(code).to_owned(),
    };
    let title = text!("figures.year_of", criterion = title).say(language);
    let reasons = one.reasons(language);
    html! {
        h3 { (title) }
        (quarters(one, &title, shown))
        @if let Some(pooled) = one.whole.and_then(|all| all.pooled) {
            p.small {
                (text!("figures.year_pooled", score = shown.score(Some(pooled))).say(language))
            }
        }
        @if !reasons.is_empty() {
            div.beware {
                p { b { (language.say("figures.year_none")) } }
                ul { @for reason in &reasons { li { (reason) } } }
            }
        }
    }
}

fn quarters(one: &CriterionYear, title: &str, shown: &Printed<'_>) -> Markup {
    let language = shown.language;
    let say = |key| language.say(key);
    let count = |n: Option<u64>| n.map_or_else(|| dash().to_owned(), |n| whole(n, language));
    let mut grid = Grid::new(title, say("figures.year_round"))
        .numbers(say("office.col_score"))
        .numbers(say("office.col_ci"))
        .numbers(say("office.col_n"))
        .numbers(say("figures.year_population"));
    for quarter in &one.quarters {
        grid.row(vec![
            cell(&quarter.round),
            cell(shown.score(quarter.score)),
            cell(shown.scores(quarter.ci)),
            cell(count(quarter.n)),
            cell(count(quarter.people)),
        ]);
    }
    let all = one.whole.as_ref();
    grid.sum(vec![
        cell(say("figures.year_whole")),
        cell(shown.score(all.map(|all| all.score))),
        cell(shown.scores(all.and_then(|all| all.ci))),
        cell(count(all.map(|all| all.n))),
        cell(count(all.map(|all| all.people))),
    ]);
    grid.table()
}
