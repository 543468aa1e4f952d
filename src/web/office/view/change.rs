use super::{
    Room,
    grid::{Grid, cell},
    path,
    results::{Printed, kept, several_subjects},
};
use crate::{
    conduct::Round,
    messages::{Language, Text},
    report::{Change, CriterionChange, Results, RuleNamed, change_in_words},
    storage::RoundRow,
    text,
};
use maud::{Markup, html};

/// What has changed since an earlier round, and the choice of one.
pub struct Against<'a> {
    /// The rounds to choose from, the latest first.
    pub earlier: &'a [RoundRow],
    /// Why the round that was asked for is none of them.
    pub refused: Option<&'a Text>,
}

impl Against<'_> {
    /// The section of the page.
    pub fn section(&self, round: &Round, results: &Results, language: Language) -> Markup {
        let say = |key| language.say(key);
        html! {
            section #so-voi-dot-truoc {
                h2 { (say("figures.change")) }
                @if let Some(why) = self.refused {
                    p.note role="alert" { (why.say(language)) }
                }
                @if self.earlier.is_empty() {
                    p.small { (say("figures.no_earlier")) }
                } @else {
                    (self.choice(round, results, language))
                }
                @if let Some(change) = &results.change {
                    (told(change, results, language))
                }
            }
        }
    }

    fn choice(&self, round: &Round, results: &Results, language: Language) -> Markup {
        let (say, chosen) = (|key| language.say(key), results.change.as_ref());
        let is_chosen = |row: &RoundRow| chosen.is_some_and(|change| change.earlier == row.code);
        html! {
            form.choice method="get" action={ (path(&round.row.code, Room::Results)) "#so-voi-dot-truoc" } {
                label for="against" { (say("figures.earlier_round")) }
                select #against name="against" {
                    @for row in self.earlier {
                        option value=(row.code) selected[is_chosen(row)] { (row.code) }
                    }
                }
                (kept(results, "against"))
                button.second type="submit" { (say("figures.compare")) }
            }
        }
    }
}

fn told(change: &Change, results: &Results, language: Language) -> Markup {
    let say = |key| language.say(key);
    let title = text!("figures.change_since", round = change.earlier).say(language);
    let several = several_subjects(results);
    let mut grid = Grid::new(title.as_str(), say("office.col_criterion"));
    if several {
        grid = grid.words(say("office.col_subject"));
    }
    let mut grid = grid
        .words(say("figures.verdict"))
        .numbers(say("figures.difference"))
        .numbers(say("office.col_ci"))
        .numbers(say("figures.now"))
        .numbers(say("figures.before"))
        .numbers(say("figures.points_difference"));
    let shown = Printed { results, language };
    for one in &change.criteria {
        grid.row(row(one, several, &shown));
    }
    html! {
        h3 { (title) }
        (grid.table())
        (reasons(change, several, language))
        p.small { (say("figures.change_how")) }
        details {
            summary { (say("office.method")) }
            p.small { (say("figures.change_method")) }
            p.small { (rule_of(&change.earlier, &change.rule, language)) }
        }
    }
}

fn row(one: &CriterionChange, several: bool, shown: &Printed<'_>) -> Vec<Markup> {
    let (language, code) = (shown.language, shown.language.code());
    let said = language.say(change_in_words(one.difference.as_ref(), &one.breaks));
    let broken = one.breaks.iter().any(|one| one.concerns_scores());
    let difference = one.difference.as_ref();
    let mut cells = vec![html! { b { (one.heading.get(code)) } " " (one.name.get(code)) }];
    if several {
        cells.push(cell(one.subject_label.get(code)));
    }
    cells.extend([
        html! { @if broken { span.chip.care { (said) } } @else { b { (said) } } },
        cell(signed(shown.score(difference.map(|one| one.value)), difference.map(|one| one.value))),
        cell(shown.scores(difference.and_then(|one| one.ci))),
        cell(shown.score(one.now)),
        cell(shown.score(one.before)),
        cell(signed(shown.points(one.points), one.points)),
    ]);
    cells
}

/// A rise carries its sign as a fall does.
fn signed(written: String, figure: Option<f64>) -> String {
    if figure.is_some_and(|figure| figure > 0.0) { format!("+{written}") } else { written }
}

fn reasons(change: &Change, several: bool, language: Language) -> Markup {
    let code = language.code();
    let broken: Vec<&CriterionChange> =
        change.criteria.iter().filter(|one| !one.breaks.is_empty()).collect();
    html! {
        @if !broken.is_empty() {
            div.beware {
                p { b { (language.say("figures.breaks")) } }
                ul { @for one in broken { @for reason in &one.breaks {
                    li {
                        b { (one.heading.get(code)) @if several { ", " (one.subject_label.get(code)) } ":" } " "
                        (reason.text().say(language))
                    }
                } } }
            }
        }
    }
}

/// By which rule the figures of another round were computed.
pub fn rule_of(round: &str, rule: &RuleNamed, language: Language) -> String {
    text!(
        "figures.rule_then",
        round = round,
        title = rule.title.get(language.code()),
        id = rule.id,
        version = rule.version,
        sha = rule.sha256.get(..12).unwrap_or(&rule.sha256)
    )
    .say(language)
}
