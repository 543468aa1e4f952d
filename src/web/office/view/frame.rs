use super::{
    Room,
    grid::{Grid, cell},
    room,
};
use crate::{
    conduct::Round,
    fieldwork::RoundState,
    messages::{Language, Text},
    report::{dash, whole},
    sampling::{Duplicate, FrameReport, RowProblem},
    text,
    web::layout::Html,
};
use maud::{Markup, html};

/// Lines of a report on one page; the command line prints them all.
const MOST_LINES: usize = 2_000;

/// The page of a round's list of people.
pub struct Frame<'a> {
    /// The round.
    pub round: &'a Round,
    /// What has been done with the list.
    pub state: FrameState,
    /// What came of a list that was just handed in.
    pub said: Said,
}

/// What has been done with a list of people.
#[derive(Debug, Clone, Copy)]
pub struct FrameState {
    /// It was frozen.
    pub frozen: bool,
    /// A sample was drawn from it.
    pub drawn: bool,
}

/// What came of a list that was handed in.
pub enum Said {
    /// None was.
    Nothing,
    /// It is the list now.
    Imported(FrameReport),
    /// It has problems, and nothing of it was kept.
    Problems(FrameReport),
    /// It was not read at all.
    Refused(Text),
}

impl Frame<'_> {
    /// The page.
    pub fn page(&self, language: Language) -> Html {
        let say = |key| language.say(key);
        let answer = !matches!(self.said, Said::Nothing);
        let body = html! {
            h1 { (say("office.frame_title")) }
            (self.outcome(language))
            @if self.round.row.state != RoundState::Setup || self.state.drawn {
                p.note { (say("office.frame_drawn")) }
            } @else {
                @if self.state.frozen { p.note { (say("office.frame_frozen")) } }
                (self.form(language))
                (self.wanted(language))
            }
        };
        room(language, self.round, Room::Frame, answer, &body)
    }

    fn outcome(&self, language: Language) -> Markup {
        let say = |key| language.say(key);
        match &self.said {
            Said::Nothing => html! {},
            Said::Refused(why) => html! {
                div.errors role="alert" tabindex="-1" autofocus {
                    h2 { (say("office.not_imported")) }
                    p { (why.say(language)) }
                }
            },
            Said::Problems(report) => html! {
                div.errors role="alert" tabindex="-1" autofocus {
                    h2 { (say("office.not_imported")) }
                    p { (report.summary().say(language)) }
                }
                (remarks(say("office.problems"), &report.problems, language))
                (remarks(say("office.warnings"), &report.warnings, language))
            },
            Said::Imported(report) => html! {
                div.seal role="status" tabindex="-1" autofocus {
                    h2 { (say("office.imported")) }
                    p { (report.summary().say(language)) }
                    p { (say("office.imported_next")) }
                    p { code.command { "phieu frame freeze --round " (self.round.row.code) } }
                }
                (remarks(say("office.warnings"), &report.warnings, language))
                (duplicates(&report.duplicates, language))
            },
        }
    }

    fn form(&self, language: Language) -> Markup {
        let say = |key| language.say(key);
        html! {
            form.card method="post" enctype="multipart/form-data"
                action=(super::path(&self.round.row.code, Room::Frame)) {
                label.q for="list" { (say("office.choose_list")) }
                p.hint #list-hint { (say("office.choose_list_hint")) }
                input #list type="file" name="list" multiple accept=".csv,.xlsx"
                    aria-describedby="list-hint";
                div.go { button type="submit" { (say("office.import")) } }
            }
        }
    }

    fn wanted(&self, language: Language) -> Markup {
        let say = |key| language.say(key);
        let columns = [
            ("mã, id", "office.column_id"),
            ("họ và tên, name", "office.column_name"),
            ("mã đơn vị, unit", "office.column_unit"),
            ("nhóm đối tượng, group", "office.column_group"),
            ("đối tượng đánh giá, subject", "office.column_subject"),
            ("điện thoại, phone", "office.column_phone"),
            ("email", "office.column_email"),
            ("mã hồ sơ, dossier", "office.column_dossier"),
        ];
        let survey = &self.round.survey;
        let code = language.code();
        html! {
            details {
                summary { (say("office.columns")) }
                p { (say("office.columns_how")) }
                dl.sum { @for (names, what) in columns {
                    div { dt { (names) } dd { (say(what)) } }
                } }
            }
            details {
                summary { (say("office.codes")) }
                h2 { (say("office.col_unit")) }
                ul { @for unit in &survey.units { li { b { (unit.code) } " " (unit.name.get(code)) } } }
                h2 { (say("office.col_group")) }
                ul { @for group in &survey.groups { li { b { (group.code) } " " (group.label.get(code)) } } }
                h2 { (say("office.col_subject")) }
                ul { @for subject in &survey.subjects {
                    li { b { (subject.code) } " " (subject.label.get(code)) }
                } }
            }
        }
    }
}

/// Remarks on places of a list, one a row.
fn remarks(title: &str, remarks: &[RowProblem], language: Language) -> Markup {
    if remarks.is_empty() {
        return html! {};
    }
    let say = |key| language.say(key);
    let mut grid = Grid::new(title, say("office.col_file"))
        .words(say("office.col_sheet"))
        .numbers(say("office.col_row"))
        .words(say("office.col_column"))
        .words(say("office.col_reason"));
    for remark in remarks.iter().take(MOST_LINES) {
        let place = &remark.place;
        let row = place.row.map(|row| row.to_string());
        grid.row(vec![
            cell(&place.file),
            cell(place.sheet.as_deref().unwrap_or(dash())),
            cell(row.as_deref().unwrap_or(dash())),
            cell(place.column.as_deref().unwrap_or(dash())),
            cell(remark.reason.text().say(language)),
        ]);
    }
    html! {
        section {
            h2 { (title) " (" (whole(remarks.len() as u64, language)) ")" }
            (grid.table())
            (more(remarks.len(), language))
        }
    }
}

fn duplicates(duplicates: &[Duplicate], language: Language) -> Markup {
    if duplicates.is_empty() {
        return html! {};
    }
    html! {
        section {
            h2 { (language.say("office.duplicates")) " (" (whole(duplicates.len() as u64, language)) ")" }
            ul.small { @for one in duplicates.iter().take(MOST_LINES) { li { (one.say(language)) } } }
            (more(duplicates.len(), language))
        }
    }
}

fn more(lines: usize, language: Language) -> Markup {
    html! {
        @if let Some(more) = lines.checked_sub(MOST_LINES).filter(|more| *more > 0) {
            p.note { (text!("office.more_lines", more = whole(more as u64, language)).say(language)) }
        }
    }
}
