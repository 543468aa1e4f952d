//! Writing a form as an XLSForm workbook.

use super::{
    finding::SheetName,
    language,
    outline::{DONT_KNOW, Group, choice_filter, constraint, groups, kind},
};
use crate::questionnaire::{Expression, Form, Kind, Labels, OptionList, Question};
use rust_xlsxwriter::{DocProperties, ExcelDateTime, Format, Workbook, Worksheet, XlsxError};

/// Columns for texts of questions; each has one column per language.
const WORDS: [&str; 5] =
    ["label", "hint", "constraint_message", "required_message", "phieu_soft_message"];

/// Writes a form as a workbook. The same form always gives the same bytes.
pub fn export_form(form: &Form) -> Result<Vec<u8>, XlsxError> {
    let mut workbook = Workbook::new();
    let written = ExcelDateTime::from_ymd(2000, 1, 1)?;
    workbook.set_properties(&DocProperties::new().set_creation_datetime(&written));
    write(workbook.add_worksheet(), SheetName::Survey, survey(form))?;
    write(workbook.add_worksheet(), SheetName::Choices, choices(form))?;
    write(workbook.add_worksheet(), SheetName::Settings, settings(form))?;
    workbook.save_to_buffer()
}

/// Rows of cells under their headings; a column with nothing in it is left out.
struct Grid {
    headings: Vec<String>,
    /// Headings that are there even with nothing under them.
    always: usize,
    rows: Vec<Vec<String>>,
}

impl Grid {
    fn new(headings: Vec<String>, always: usize) -> Self {
        Self { headings, always, rows: Vec::new() }
    }

    fn add(&mut self) -> Cells<'_> {
        self.rows.push(vec![String::new(); self.headings.len()]);
        Cells { headings: &self.headings, row: self.rows.last_mut() }
    }
}

/// A row that is being filled in.
struct Cells<'g> {
    headings: &'g [String],
    row: Option<&'g mut Vec<String>>,
}

impl Cells<'_> {
    fn set(&mut self, heading: &str, text: impl Into<String>) {
        let place = self.headings.iter().position(|known| known == heading);
        if let (Some(place), Some(row)) = (place, &mut self.row) {
            row[place] = text.into();
        }
    }

    fn set_some(&mut self, heading: &str, text: Option<&str>) {
        if let Some(text) = text {
            self.set(heading, text);
        }
    }

    fn set_labels(&mut self, key: &str, labels: Option<&Labels>) {
        for (code, text) in labels.iter().flat_map(|labels| labels.iter()) {
            self.set(&translated(key, code), text);
        }
    }
}

fn translated(key: &str, code: &str) -> String {
    format!("{key}::{}", language::heading(code))
}

fn write(sheet: &mut Worksheet, name: SheetName, grid: Grid) -> Result<(), XlsxError> {
    sheet.set_name(name.name())?;
    sheet.set_freeze_panes(1, 0)?;
    let heading = Format::new().set_bold();
    let wrapped = Format::new().set_text_wrap();
    let filled = |at: usize| grid.rows.iter().any(|row| !row[at].is_empty());
    let kept = (0..grid.headings.len()).filter(|at| *at < grid.always || filled(*at));
    for (column, at) in kept.enumerate() {
        let column = u16::try_from(column).unwrap_or(u16::MAX);
        sheet.write_string_with_format(0, column, &grid.headings[at], &heading)?;
        let wide = grid.headings[at].contains("::");
        sheet.set_column_width(column, if wide { 50 } else { 18 })?;
        for (row, cells) in grid.rows.iter().enumerate() {
            let row = u32::try_from(row + 1).unwrap_or(u32::MAX);
            if !cells[at].is_empty() {
                sheet.write_string_with_format(row, column, &cells[at], &wrapped)?;
            }
        }
    }
    Ok(())
}

fn survey(form: &Form) -> Grid {
    let mut headings = vec!["type".to_owned(), "name".to_owned()];
    let words = |key: &'static str| form.languages.iter().map(move |code| translated(key, code));
    headings.extend(words(WORDS[0]));
    headings.extend(words(WORDS[1]));
    headings.extend(["required", "relevant", "constraint"].map(str::to_owned));
    headings.extend(words(WORDS[2]));
    headings.extend(["choice_filter", "calculation", "appearance"].map(str::to_owned));
    let always = headings.len();
    headings.extend(words(WORDS[3]));
    headings
        .extend(["phieu_criterion", "phieu_dont_know", "phieu_soft_constraint"].map(str::to_owned));
    headings.extend(words(WORDS[4]));
    let mut grid = Grid::new(headings, always);
    let mut open: Vec<String> = Vec::new();
    for page in &form.pages {
        let around = groups(form, page);
        let same = open.iter().zip(&around).take_while(|(name, group)| **name == group.name);
        // Two pages of one heading after each other are two groups of different names.
        let same = same.count();
        while open.len() > same {
            open.pop();
            grid.add().set("type", "end_group");
        }
        for group in &around[same..] {
            begin(&mut grid, group);
            open.push(group.name.clone());
        }
        for question in &form.questions[page.questions.clone()] {
            row(&mut grid, form, question);
        }
    }
    for _ in open {
        grid.add().set("type", "end_group");
    }
    grid
}

fn begin(grid: &mut Grid, group: &Group<'_>) {
    let mut cells = grid.add();
    cells.set("type", "begin_group");
    cells.set("name", group.name.as_str());
    cells.set_labels("label", group.title);
    cells.set_some("relevant", group.relevant);
    if group.page {
        cells.set("appearance", "field-list");
    }
}

fn row(grid: &mut Grid, form: &Form, question: &Question) {
    let mut cells = grid.add();
    let list = form.list_of(question).map(|list| list_name(form, list));
    let kind = kind(question);
    cells.set("type", list.map_or(kind.to_owned(), |list| format!("{kind} {list}")));
    cells.set("name", question.name.as_str());
    cells.set_labels("label", Some(&question.label));
    cells.set_labels("hint", question.hint.as_ref());
    let when = question.required_when.as_ref().map(Expression::source);
    cells.set_some("required", when.or(question.required.then_some("yes")));
    cells.set_labels("required_message", question.required_message.as_ref());
    cells.set_some("relevant", question.relevant.as_ref().map(Expression::source));
    cells.set_some("constraint", constraint(question).as_deref());
    let message = question.constraint.as_ref().and_then(|constraint| constraint.message.as_ref());
    cells.set_labels("constraint_message", message);
    if let Some(soft) = &question.soft_constraint {
        cells.set("phieu_soft_constraint", soft.condition.source());
        cells.set_labels("phieu_soft_message", soft.message.as_ref());
    }
    cells.set_some("choice_filter", choice_filter(form, question).as_deref());
    cells.set_some("phieu_criterion", question.criterion.as_deref());
    if question.kind.choices().is_some_and(|choices| !choices.dont_know) {
        cells.set("phieu_dont_know", "no");
    }
    match &question.kind {
        Kind::Calculate(calculation) => cells.set("calculation", calculation.source()),
        Kind::LongText => cells.set("appearance", "multiline"),
        _ => {}
    }
}

fn choices(form: &Form) -> Grid {
    let mut headings = vec!["list_name".to_owned(), "name".to_owned()];
    headings.extend(form.languages.iter().map(|code| translated("label", code)));
    let always = headings.len();
    headings.extend(["phieu_code", "phieu_coefficient"].map(str::to_owned));
    let options = form.lists.iter().flat_map(|list| &list.options);
    for (key, _) in options.flat_map(|option| &option.further) {
        if !headings.contains(key) {
            headings.push(key.clone());
        }
    }
    let mut grid = Grid::new(headings, always);
    for list in &form.lists {
        let name = list_name(form, list);
        for option in &list.options {
            let mut cells = grid.add();
            cells.set("list_name", name.as_str());
            cells.set("name", option.name.as_str());
            cells.set_labels("label", Some(&option.label));
            // A name that is no number says nothing of its code.
            if option.name != option.code.to_string() {
                cells.set("phieu_code", option.code.to_string());
            }
            cells.set_some(
                "phieu_coefficient",
                option.coefficient.map(|number| number.to_string()).as_deref(),
            );
            for (key, value) in &option.further {
                cells.set(key, value.as_str());
            }
        }
        if let Some(label) = &list.dont_know {
            let mut cells = grid.add();
            cells.set("list_name", name.as_str());
            cells.set("name", DONT_KNOW);
            cells.set_labels("label", Some(label));
            cells.set("phieu_code", DONT_KNOW);
        }
    }
    grid
}

/// The name of a list; a scale may share that of a list here, not there.
fn list_name(form: &Form, list: &OptionList) -> String {
    let shared = form.lists.iter().any(|other| other.scale != list.scale && other.id == list.id);
    match list.scale && shared {
        true => format!("{}.scale", list.id),
        false => list.id.clone(),
    }
}

fn settings(form: &Form) -> Grid {
    let (first, further) = match form.languages.split_first() {
        Some((first, further)) => (first.as_str(), further),
        None => ("", &[][..]),
    };
    let mut headings =
        ["form_title", "form_id", "version", "default_language"].map(str::to_owned).to_vec();
    let always = headings.len();
    headings.extend(further.iter().map(|code| format!("phieu_title_{code}")));
    let mut grid = Grid::new(headings, always);
    let mut cells = grid.add();
    cells.set("form_title", form.title.get(first));
    cells.set("form_id", form.id.as_str());
    cells.set("version", form.version.as_str());
    cells.set("default_language", language::heading(first));
    for code in further {
        if form.title.get(code) != form.title.get(first) {
            cells.set(&format!("phieu_title_{code}"), form.title.get(code));
        }
    }
    grid
}
