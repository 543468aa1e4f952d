use super::{
    Against, OfYear, Room,
    breakdown::{explained, rank},
    criterion::{criterion, question},
    grid::{Grid, cell},
    path,
    progress::consents,
    rates::rates,
    reasons::reasons,
    room_at,
};
use crate::{
    conduct::{Published, Round},
    messages::Language,
    report::{
        self, ChartRow, CriterionResult, NBSP, ProgressRow, Shown, dash, decimal, interval,
        interval_chart, percent, whole,
    },
    text,
    web::layout::{Html, Switch},
};
use maud::{Markup, html};

/// What came of a round.
pub struct Results<'a> {
    /// The round.
    pub round: &'a Round,
    /// The figures, as far as they may be shown.
    pub results: &'a report::Results,
    /// The published version that they are of.
    pub published: &'a Published,
    /// The counts of all cells together.
    pub all: &'a ProgressRow,
    /// The earlier rounds that it can be held against.
    pub against: Against<'a>,
    /// The earlier rounds that it can make up a year with.
    pub year: OfYear<'a>,
}

impl Results<'_> {
    /// The page.
    pub fn page(&self, language: Language) -> Html {
        let (say, results) = (|key| language.say(key), self.results);
        let body = html! {
            h1 { (say("office.room_results")) }
            p.small { (self.version(language)) " " (rule_line(results, language)) }
            (self.tiles(language))
            p.links {
                a href="#so-voi-dot-truoc" { (say("figures.change")) } " "
                a href="#ca-nam" { (say("figures.year")) } " "
                a href="#ty-le-tra-loi" { (say("figures.rates")) }
                @if !results.reasons.is_empty() { " " a href="#ly-do" { (say("figures.reasons")) } }
            }
            section {
                h2 { (say("office.scores")) }
                (charts(results, language))
                (self.summary(language))
                p.small { (say("office.scores_how")) }
            }
            (self.subject_ranks(language))
            (self.against.section(self.round, results, language))
            (self.year.section(self.round, results, language))
            @for one in &results.criteria { (criterion(self.round, results, one, language)) }
            (self.other_questions(language))
            @if let Some(all) = &results.rates { (rates(all, language)) }
            @if !results.reasons.is_empty() { (reasons(&results.reasons, language)) }
            (self.modes(language))
            (self.notes(language))
        };
        let here = self.address();
        room_at(language, self.round, Room::Results, Switch::Link(&here), &body)
    }

    /// The page's path with the rounds that were asked for. The codes of rounds need no escaping.
    fn address(&self) -> String {
        let path = path(&self.round.row.code, Room::Results);
        let asked: Vec<String> =
            asked(self.results).map(|(name, code)| format!("{name}={code}")).collect();
        if asked.is_empty() { path } else { format!("{path}?{}", asked.join("&")) }
    }

    /// The ranks of subjects, criterion by criterion.
    fn subject_ranks(&self, language: Language) -> Markup {
        let code = language.code();
        html! {
            @for (criterion, ranking) in &self.results.subject_ranks {
                @if let Some(one) = self.results.criteria.iter().find(|one| one.code == *criterion) {
                    section {
                        @let title = text!("figures.ranks_of_subjects", criterion = one.heading.get(code));
                        h3 { (title.say(language)) }
                        (explained(ranking, language))
                    }
                }
            }
        }
    }

    fn tiles(&self, language: Language) -> Markup {
        let (say, all) = (|key| language.say(key), self.all);
        let rate = all.response_rate().map(|rate| percent(rate, 1, language));
        let tiles = [
            (say("office.col_answered"), whole(all.answered, language)),
            (say("office.col_released"), whole(all.released, language)),
            (say("office.col_response_rate"), rate.unwrap_or_else(|| dash().to_owned())),
            (say("office.col_over"), whole(all.over_allocation, language)),
        ];
        html! {
            dl.tiles { @for (name, figure) in tiles { div { dt { (name) } dd { (figure) } } } }
        }
    }

    fn summary(&self, language: Language) -> Markup {
        let (say, results) = (|key| language.say(key), self.results);
        let several = several_subjects(results);
        let mut grid = Grid::new(say("office.scores"), say("office.col_criterion"));
        if several {
            grid = grid.words(say("office.col_subject"));
        }
        grid = grid
            .numbers(say("office.col_score"))
            .numbers(say("office.col_ci"))
            .numbers(say("office.col_n"))
            .numbers(say("office.col_n_eff"))
            .numbers(say("office.col_population"))
            .numbers(say("office.col_points"))
            .numbers(say("office.col_points_ci"))
            .numbers(say("office.col_max_points"));
        let ranked = !results.subject_ranks.is_empty();
        if ranked {
            grid = grid.numbers(say("figures.rank"));
        }
        let shown = Printed { results, language };
        for one in &results.criteria {
            let code = language.code();
            let mut cells = vec![html! {
                a href={ "#" (anchor(one)) } { b { (one.heading.get(code)) } } " " (one.name.get(code))
            }];
            if several {
                cells.push(cell(one.subject_label.get(code)));
            }
            cells.extend([
                html! { b { (shown.score(one.score)) } },
                cell(shown.scores(one.ci)),
                cell(one.n.map_or_else(|| dash().to_owned(), |n| whole(n, language))),
                cell(one.n_eff.map_or_else(|| dash().to_owned(), |n| decimal(n, 0, language))),
                cell(one.population.map_or_else(|| dash().to_owned(), |n| whole(n, language))),
                html! { b { (shown.points(one.points)) } },
                cell(shown.points_range(one.points_ci)),
                cell(shown.most(one)),
            ]);
            if ranked {
                let ranking = results.subject_ranks.get(&one.code);
                let own = std::slice::from_ref(&one.subject);
                cells.push(ranking.map_or_else(|| cell(dash()), |ranking| rank(ranking, own)));
            }
            grid.row(cells);
        }
        grid.table()
    }

    fn other_questions(&self, language: Language) -> Markup {
        let others = || self.results.questions.iter().filter(|one| one.criterion.is_none());
        html! {
            @if others().next().is_some() {
                section {
                    h2 { (language.say("office.other_questions")) }
                    details {
                        summary { (language.say("office.questions")) " (" (others().count()) ")" }
                        @for one in others() { (question(self.round, one, language)) }
                    }
                }
            }
        }
    }

    fn modes(&self, language: Language) -> Markup {
        html! {
            @if !self.results.modes.is_empty() {
                section {
                    h2 { (language.say("office.modes")) }
                    ul { @for (mode, n) in &self.results.modes {
                        li { (mode) ": " @match n {
                            Shown::Value(n) => { (whole(*n, language)) }
                            _ => { (language.say("office.hidden")) }
                        } }
                    } }
                }
            }
        }
    }

    /// Which version it is: figures stay as they were published.
    fn version(&self, language: Language) -> String {
        let (number, day) = (self.published.number, report::day(&self.published.day));
        text!("office.version", number = number, day = day).say(language)
    }

    fn notes(&self, language: Language) -> Markup {
        let (say, results) = (|key| language.say(key), self.results);
        html! {
            section {
                h2 { (say("office.notes")) }
                ul.small {
                    @for note in &results.notes { li { (note.get(language.code())) } }
                    li { (say("office.note_hidden")) }
                    @for (notice, n) in results.consent.iter().flat_map(|consent| &consent.given) {
                        li { (consents(notice, *n, language)) }
                    }
                    @for figure in self.published.release.withheld() {
                        li { (text!("office.withheld", figure = figure.say(language)).say(language)) }
                    }
                    li { (say("office.note_version")) }
                    li { (self.round.survey.rule.rounding_in_words(language)) }
                    li { (say("office.note_ci")) }
                    li { (say("office.word_response_rate")) }
                    li { (text!("office.note_rule", sha = results.rule.sha256).say(language)) }
                }
            }
        }
    }
}

/// The other rounds that the page tells of, as its forms ask for them.
pub fn asked(results: &report::Results) -> impl Iterator<Item = (&'static str, &str)> {
    let change = results.change.iter().map(|change| ("against", &*change.earlier));
    let year = results.year.iter().flat_map(|year| year.earlier().map(|one| ("year", &*one.round)));
    change.chain(year)
}

/// What a form asks for besides its own field, so that it stays as it was asked for.
pub fn kept(results: &report::Results, own: &str) -> Markup {
    html! { @for (name, code) in asked(results).filter(|(name, _)| *name != own) {
        input type="hidden" name=(name) value=(code);
    } }
}

/// Figures as they are printed by the rule.
pub struct Printed<'a> {
    /// The results with their rule.
    pub results: &'a report::Results,
    /// The language of the page.
    pub language: Language,
}

impl Printed<'_> {
    /// A score.
    pub fn score(&self, score: Option<f64>) -> String {
        self.number(score, self.results.rule.rounding.score)
    }

    /// An interval of scores.
    pub fn scores(&self, ci: Option<[f64; 2]>) -> String {
        self.range(ci, self.results.rule.rounding.score)
    }

    /// Points.
    pub fn points(&self, points: Option<f64>) -> String {
        self.number(points, self.results.rule.rounding.points)
    }

    /// An interval of points.
    pub fn points_range(&self, ci: Option<[f64; 2]>) -> String {
        self.range(ci, self.results.rule.rounding.points)
    }

    /// The most points to be had, and whether that is assumed.
    pub fn most(&self, one: &CriterionResult) -> String {
        let most = self.points(one.max_points);
        match one.assumed {
            true => format!("{most}{NBSP}({})", self.language.say("office.assumed")),
            false => most,
        }
    }

    fn number(&self, figure: Option<f64>, decimals: u32) -> String {
        figure.map_or_else(|| dash().to_owned(), |figure| decimal(figure, decimals, self.language))
    }

    fn range(&self, ci: Option<[f64; 2]>, decimals: u32) -> String {
        ci.map_or_else(|| dash().to_owned(), |ci| interval(ci, decimals, self.language))
    }
}

/// Which rule made the figures: printed beside every one of them.
pub fn rule_line(results: &report::Results, language: Language) -> String {
    let rule = &results.rule;
    text!(
        "office.rule_line",
        title = rule.title.get(language.code()),
        id = rule.id,
        version = rule.version,
        sha = rule.sha256.get(..12).unwrap_or(&rule.sha256)
    )
    .say(language)
}

/// Where a criterion's own section is found on the page.
pub fn anchor(one: &CriterionResult) -> String {
    format!("tc-{}-{}", one.code.replace('.', "-"), one.subject)
}

/// Whether one criterion is told for more than one subject.
pub fn several_subjects(results: &report::Results) -> bool {
    results.criteria.iter().any(|one| one.subject != results.criteria[0].subject)
}

/// All scores of one subject in one chart; with several subjects, a chart for each criterion.
fn charts(results: &report::Results, language: Language) -> Markup {
    let (say, code) = (|key| language.say(key), language.code());
    let row = |one: &CriterionResult, label: &str| ChartRow {
        label: label.to_owned(),
        value: one.score,
        ci: one.ci,
    };
    let decimals = results.rule.rounding.score;
    if !several_subjects(results) {
        let label =
            |one: &CriterionResult| format!("{} {}", one.heading.get(code), one.name.get(code));
        let rows: Vec<ChartRow> =
            results.criteria.iter().map(|one| row(one, &label(one))).collect();
        return html! { figure { (interval_chart(say("office.scores"), &rows, decimals, language)) } };
    }
    html! {
        @for together in results.criteria.chunk_by(|a, b| a.code == b.code) {
            @let title = together[0].heading.get(code);
            @let rows: Vec<ChartRow> =
                together.iter().map(|one| row(one, one.subject_label.get(code))).collect();
            figure {
                figcaption { (title) " " (together[0].name.get(code)) }
                (interval_chart(title, &rows, decimals, language))
            }
        }
    }
}
