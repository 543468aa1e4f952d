use super::{
    Room, form_name,
    grid::{Grid, cell},
    group_name, room, subject_name, unit_name,
};
use crate::{
    clock::{Millis, written_moment},
    conduct::Round,
    messages::Language,
    report::{self, ProgressRow, Standing, by_day_chart, percent, whole},
    text,
    web::layout::Html,
};
use maud::{Markup, html};

/// How the fieldwork of a round stands.
pub struct Progress<'a> {
    /// The round.
    pub round: &'a Round,
    /// The counts.
    pub progress: &'a report::Progress,
    /// First submits per day.
    pub by_day: &'a [(String, i64)],
    /// How often each version of the notice was agreed to, as of the last daily refresh.
    pub consents: &'a [(String, u64)],
    /// Forms, the minutes within which half of the people finish, and of how many.
    pub paces: &'a [(String, u32, u64)],
    /// The day of the last daily refresh, as an ISO date.
    pub counted_on: Option<&'a str>,
    /// The time of the live counts.
    pub now: Millis,
}

impl Progress<'_> {
    /// The page.
    pub fn page(&self, language: Language) -> Html {
        let say = |key| language.say(key);
        let survey = &self.round.survey;
        let by_unit = |row: &ProgressRow| cell(unit_name(survey, &row.unit, language));
        let by_group = |row: &ProgressRow| cell(group_name(survey, &row.group, language));
        let body = html! {
            h1 { (say("office.room_progress")) }
            p.small { (self.as_of(language)) }
            (self.tiles(language))
            @for (notice, n) in self.consents { p.small { (consents(notice, *n, language)) } }
            @for (form, minutes, n) in self.paces {
                @let (form, n) = (form_name(survey, form, language), whole(*n, language));
                p.small { (text!("office.pace", form = form, minutes = minutes, n = n).say(language)) }
            }
            @if !self.by_day.is_empty() {
                section {
                    h2 { (say("office.by_day")) }
                    figure { (by_day_chart(say("office.by_day"), self.by_day, language)) }
                }
            }
            @if self.progress.cells.is_empty() {
                p.note { (say("office.no_cells")) }
            } @else {
                section {
                    h2 { (say("office.by_group")) }
                    (self.sums(say("office.by_group"), say("office.col_group"), &self.progress.groups, by_group, language))
                }
                section {
                    h2 { (say("office.by_unit")) }
                    (self.sums(say("office.by_unit"), say("office.col_unit"), &self.progress.units, by_unit, language))
                }
                section {
                    h2 { (say("office.by_cell")) }
                    (self.cells(language))
                }
            }
            (words(language))
        };
        room(language, self.round, Room::Progress, false, &body)
    }

    fn as_of(&self, language: Language) -> String {
        let live = text!("office.counted_now", moment = written_moment(self.now)).say(language);
        match self.counted_on {
            Some(day) => {
                let daily = text!("office.counted_daily", day = report::day(day)).say(language);
                format!("{live} {daily}")
            }
            None => live,
        }
    }

    fn tiles(&self, language: Language) -> Markup {
        let (say, all) = (|key| language.say(key), &self.progress.all);
        let share = |share: Option<f64>| share.map(|share| percent(share, 1, language));
        let tiles = [
            (say("office.col_target"), whole(all.target, language), None),
            (
                say("office.col_completed"),
                whole(all.completed, language),
                share(all.share_of_target())
                    .map(|share| text!("office.of_target", share = share).say(language)),
            ),
            (say("office.col_over"), whole(all.over_allocation, language), None),
            (say("office.col_missing"), whole(all.missing, language), None),
            (say("office.col_released"), whole(all.released, language), None),
            (
                say("office.col_response_rate"),
                share(all.response_rate()).unwrap_or_else(|| report::dash().to_owned()),
                None,
            ),
        ];
        html! {
            dl.tiles { @for (name, figure, more) in tiles {
                div { dt { (name) } dd { (figure) @if let Some(more) = more { " " small { (more) } } } }
            } }
        }
    }

    fn sums(
        &self,
        caption: &str,
        first: &str,
        rows: &[ProgressRow],
        name: impl Fn(&ProgressRow) -> Markup,
        language: Language,
    ) -> Markup {
        let mut grid = self.columns(Grid::new(caption, first), language);
        for row in self.in_order(rows) {
            grid.row(self.line(vec![name(row)], row, language));
        }
        grid.sum(self.line(vec![cell(language.say("office.all"))], &self.progress.all, language));
        grid.table()
    }

    fn cells(&self, language: Language) -> Markup {
        let (say, survey) = (|key| language.say(key), &self.round.survey);
        let mut grid =
            Grid::new(say("office.by_cell"), say("office.col_unit")).words(say("office.col_group"));
        if !self.progress.one_part {
            grid = grid.words(say("office.col_form")).words(say("office.col_subject"));
        }
        let mut grid = self.columns(grid, language);
        for row in self.in_order(&self.progress.cells) {
            let mut names = vec![
                cell(unit_name(survey, &row.unit, language)),
                cell(group_name(survey, &row.group, language)),
            ];
            if !self.progress.one_part {
                names.push(cell(form_name(survey, &row.form, language)));
                names.push(cell(subject_name(survey, &row.subject, language)));
            }
            grid.row(self.line(names, row, language));
        }
        grid.table()
    }

    /// Units, groups, forms and subjects as the survey lists them.
    fn in_order<'r>(&self, rows: &'r [ProgressRow]) -> Vec<&'r ProgressRow> {
        let survey = &self.round.survey;
        let unit = |row: &ProgressRow| survey.units.iter().position(|one| one.code == row.unit);
        let group = |row: &ProgressRow| survey.groups.iter().position(|one| one.code == row.group);
        let part = |row: &ProgressRow| {
            survey
                .parts
                .iter()
                .position(|part| part.form == row.form && part.subject == row.subject)
        };
        let mut rows: Vec<&ProgressRow> = rows.iter().collect();
        rows.sort_by_key(|row| (unit(row), group(row), part(row)));
        rows
    }

    fn columns(&self, grid: Grid, language: Language) -> Grid {
        let say = |key| language.say(key);
        grid.numbers(say("office.col_target"))
            .numbers(say("office.col_released"))
            .numbers(say("office.col_started"))
            .numbers(say("office.col_completed"))
            .numbers(say("office.col_over"))
            .numbers(say("office.col_conflicts"))
            .numbers(say("office.col_response_rate"))
            .words(say("office.col_standing"))
    }

    fn line(&self, mut names: Vec<Markup>, row: &ProgressRow, language: Language) -> Vec<Markup> {
        let count = |n: u64| cell(whole(n, language));
        let rate = row.response_rate().map(|rate| percent(rate, 1, language));
        names.extend([
            count(row.target),
            count(row.released),
            count(row.started),
            count(row.completed),
            count(row.over_allocation),
            count(row.conflicts),
            cell(rate.as_deref().unwrap_or(report::dash())),
            self.standing(row, language),
        ]);
        names
    }

    fn standing(&self, row: &ProgressRow, language: Language) -> Markup {
        let missing = whole(row.missing, language);
        let (class, said) = match row.standing(self.round.row.state) {
            Standing::Reached => ("chip good", text!("office.standing_reached")),
            Standing::Running => ("chip", text!("office.standing_running", missing = missing)),
            Standing::TooFewAsked => {
                ("chip care", text!("office.standing_too_few_asked", missing = missing))
            }
            Standing::Short => ("chip bad", text!("office.standing_short", missing = missing)),
        };
        html! { span class=(class) { (said.say(language)) } }
    }
}

/// How often a version of the notice was agreed to.
pub(super) fn consents(notice: &str, n: u64, language: Language) -> String {
    text!("office.consents", n = whole(n, language), notice = notice).say(language)
}

/// What the columns mean.
fn words(language: Language) -> Markup {
    let say = |key| language.say(key);
    html! {
        section {
            h2 { (say("office.words")) }
            ul.small {
                li { (say("office.word_completed")) }
                li { (say("office.word_over")) }
                li { (say("office.word_started")) }
                li { (say("office.word_conflicts")) }
                li { (say("office.word_response_rate")) }
            }
        }
    }
}
