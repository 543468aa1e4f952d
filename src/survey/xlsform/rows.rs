//! Reading the sheet of questions: rows, and the groups around them.

use super::{
    choices::Choices,
    draft::{DraftQuestion, DraftSection},
    finding::{Finding, SheetName},
    kinds::{RowKind, row_kind},
    table::{Row, Table, truth},
    wording::Languages,
};
use crate::{messages::Text, text};
use std::collections::{BTreeMap, BTreeSet};

/// Groups stand in one another at most so deeply, as sections do.
const DEEPEST: usize = 20;

/// What is read from the rows.
pub(super) struct Rows<'r, 't> {
    pub(super) table: &'r Table,
    pub(super) languages: &'r Languages,
    pub(super) choices: &'r mut Choices<'t>,
    pub(super) refused: &'r mut Vec<Finding>,
    pub(super) notices: &'r mut Vec<Finding>,
    pub(super) sections: Vec<DraftSection>,
    pub(super) questions: Vec<DraftQuestion>,
    paths: BTreeSet<String>,
    open: Vec<Open>,
    /// The rows in which a column is left out, by message and heading.
    left_out: BTreeMap<(bool, String), Vec<usize>>,
}

/// A group or repeat that has begun and not ended.
struct Open {
    row: usize,
    name: String,
    repeat: bool,
    /// How many questions there were when it began.
    before: usize,
}

impl<'r, 't> Rows<'r, 't> {
    pub(super) fn new(
        table: &'r Table,
        languages: &'r Languages,
        choices: &'r mut Choices<'t>,
        refused: &'r mut Vec<Finding>,
        notices: &'r mut Vec<Finding>,
    ) -> Self {
        Self {
            table,
            languages,
            choices,
            refused,
            notices,
            sections: Vec::new(),
            questions: Vec::new(),
            paths: BTreeSet::new(),
            open: Vec::new(),
            left_out: BTreeMap::new(),
        }
    }

    /// Reads every row.
    pub(super) fn read(mut self) -> (Vec<DraftSection>, Vec<DraftQuestion>) {
        for row in &self.table.rows {
            self.row(row);
        }
        for open in std::mem::take(&mut self.open) {
            let problem = text!("xlsform.group_not_ended", name = open.name);
            self.refused.push(Finding::row(SheetName::Survey, open.row, problem));
        }
        for ((layout, column), rows) in std::mem::take(&mut self.left_out) {
            let first = rows.first().copied().unwrap_or(1);
            let rows: Vec<String> = rows.iter().map(ToString::to_string).collect();
            let rows = rows.join(", ");
            let problem = match layout {
                true => text!("xlsform.layout_left_out", column = column, rows = rows),
                false => text!("xlsform.column_left_out", column = column, rows = rows),
            };
            self.notices.push(Finding::row(SheetName::Survey, first, problem));
        }
        (self.sections, self.questions)
    }

    fn row(&mut self, row: &Row) {
        if row.text("disabled").and_then(truth) == Some(true) {
            self.notice(row, text!("xlsform.disabled_left_out"));
            return;
        }
        let Some(kind) = row.text("type") else {
            // A row with neither is a remark of the author.
            if row.has("name") || row.has("label") {
                self.refuse(row, text!("xlsform.no_type"));
            }
            return;
        };
        match row_kind(kind) {
            RowKind::Question(asked) => self.question(row, asked),
            RowKind::BeginGroup => self.begin(row, false),
            RowKind::Repeat => {
                self.refuse(row, text!("xlsform.repeat_unsupported", kind = kind));
                self.begin(row, true);
            }
            RowKind::EndGroup => self.end(row, kind, false),
            RowKind::EndRepeat => self.end(row, kind, true),
            RowKind::Metadata => {
                self.notice(row, text!("xlsform.metadata_left_out", kind = kind));
            }
            RowKind::External => self.refuse(row, text!("xlsform.external_list", kind = kind)),
            RowKind::WithoutList => {
                self.refuse(row, text!("xlsform.type_without_list", kind = kind));
            }
            RowKind::Unsupported => {
                self.refuse(row, text!("xlsform.type_unsupported", kind = kind));
            }
            RowKind::Unknown => self.refuse(row, text!("xlsform.type_unknown", kind = kind)),
        }
    }

    fn begin(&mut self, row: &Row, repeat: bool) {
        let name = row.text("name").unwrap_or_default().to_owned();
        if name.is_empty() {
            self.refuse(row, text!("xlsform.no_name"));
        }
        let before = self.questions.len();
        self.open.push(Open { row: row.number, name: name.clone(), repeat, before });
        if self.open.len() > DEEPEST {
            self.refuse(row, text!("xlsform.too_deep", most = DEEPEST));
            return;
        }
        if repeat || name.is_empty() {
            return;
        }
        self.refuse_media(row);
        for column in ["hint", "required", "constraint", "default", "guidance_hint"] {
            self.leave_out(row, column);
        }
        self.group_appearance(row);
        let title = self.texts(row, "label");
        let path = self.path().unwrap_or_default();
        if !self.paths.insert(path.clone()) {
            self.refuse(row, text!("xlsform.group_twice", name = name));
        }
        let relevant = row.expression("relevant");
        self.sections.push(DraftSection { row: row.number, path, title, relevant });
    }

    fn end(&mut self, row: &Row, kind: &str, repeat: bool) {
        let Some(open) = self.open.pop_if(|open| open.repeat == repeat) else {
            self.refuse(row, text!("xlsform.end_without_begin", kind = kind));
            return;
        };
        if open.before < self.questions.len() || repeat {
            return;
        }
        let problem = text!("xlsform.group_empty", name = open.name);
        self.notices.push(Finding::row(SheetName::Survey, open.row, problem));
        self.sections.retain(|section| section.row != open.row);
    }

    /// The names of the groups around, from the outermost.
    pub(super) fn path(&self) -> Option<String> {
        let groups = self.open.iter().take(DEEPEST).filter(|open| !open.repeat);
        let names: Vec<&str> = groups.map(|open| open.name.as_str()).collect();
        (!names.is_empty()).then(|| names.join("/"))
    }

    /// The texts of a column in every language.
    pub(super) fn texts(&mut self, row: &Row, key: &str) -> Option<super::draft::Wording> {
        let name = row.text("name").unwrap_or_default();
        self.languages.wording(
            (SheetName::Survey, self.table),
            (row.number, name),
            (key, &row.texts(key)),
            self.notices,
        )
    }

    pub(super) fn refuse(&mut self, row: &Row, problem: Text) {
        let finding = Finding::row(SheetName::Survey, row.number, problem);
        self.refused.push(finding.about(row.text("name").unwrap_or_default()));
    }

    pub(super) fn notice(&mut self, row: &Row, problem: Text) {
        let finding = Finding::row(SheetName::Survey, row.number, problem);
        self.notices.push(finding.about(row.text("name").unwrap_or_default()));
    }

    pub(super) fn refuse_media(&mut self, row: &Row) {
        if let Some(column) = row.media() {
            self.refuse(row, text!("xlsform.media_unsupported", column = column));
        }
    }

    /// Remembers that a column of a row is not used.
    pub(super) fn leave_out(&mut self, row: &Row, column: &str) {
        if row.has(column) {
            let rows = self.left_out.entry((false, column.to_owned())).or_default();
            rows.push(row.number);
        }
    }

    /// Remembers that a row says how something is to look.
    pub(super) fn leave_layout_out(&mut self, row: &Row, column: &str) {
        let rows = self.left_out.entry((true, column.to_owned())).or_default();
        if rows.last() != Some(&row.number) {
            rows.push(row.number);
        }
    }
}
