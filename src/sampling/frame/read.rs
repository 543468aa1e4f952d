//! From uploaded files to rows, then to people.

use super::{
    csv_file,
    headings::{Column, Headings},
    known::{Lists, Lookup},
    merge,
    report::{FrameReport, Import, Place, Reason, RowProblem},
    row::{Row, RowReader},
    sheet::column_letters,
    table::Table,
    xlsx_file,
};

/// A file as somebody handed it over.
#[derive(Debug, Clone, Copy)]
pub struct Upload<'a> {
    /// The name of the file, for the report.
    pub name: &'a str,
    /// Its content.
    pub bytes: &'a [u8],
    /// The only sheet to read; without it every visible sheet is read.
    pub sheet: Option<&'a str>,
}

/// Reads the lists in `files` into one frame, or reports everything that is wrong.
///
/// The order of files, sheets and rows never changes who is in the frame. A person
/// is told by the id column, or where there is none by a hash of the row.
pub fn read_frame(files: &[Upload<'_>], lists: &Lists) -> Result<Import, FrameReport> {
    let mut job = Job::new(lists);
    for file in files {
        let name = super::tidy(file.name).into_owned();
        if file.bytes.is_empty() {
            job.file_problem(&name, None, Reason::EmptyFile);
        } else if file.bytes.starts_with(&[0xd0, 0xcf, 0x11, 0xe0]) {
            job.file_problem(&name, None, Reason::OldOrLocked);
        } else if file.bytes.starts_with(b"PK") {
            xlsx_file::read(&name, file.bytes, file.sheet, &mut job);
        } else {
            read_csv(&name, file.bytes, &mut job);
        }
    }
    job.finish()
}

fn read_csv(name: &str, bytes: &[u8], job: &mut Job<'_>) {
    match csv_file::text(bytes) {
        Ok(text) => {
            let mut table = job.table(name, None, true);
            csv_file::read(&text, &mut table);
            if !table.finish() {
                job.file_problem(name, None, Reason::NoHeadings);
            }
        }
        Err((row, reason)) => {
            let source = job.source(name, None);
            job.problems.push(Remark { source, row, position: None, reason });
        }
    }
}

/// A remark that knows its place by numbers only, until the report is written.
pub(super) struct Remark {
    pub(super) source: usize,
    pub(super) row: Option<usize>,
    pub(super) position: Option<usize>,
    pub(super) reason: Reason,
}

/// A table that rows come from.
struct Source {
    file: String,
    sheet: Option<String>,
    headings: Headings,
}

/// One import under way.
pub(super) struct Job<'l> {
    sources: Vec<Source>,
    pub(super) reader: RowReader<'l>,
    pub(super) rows_seen: usize,
    pub(super) rows: Vec<Row>,
    pub(super) problems: Vec<Remark>,
    pub(super) warnings: Vec<Remark>,
}

impl<'l> Job<'l> {
    fn new(lists: &'l Lists) -> Self {
        let (units, groups) = (Lookup::new(&lists.units), Lookup::new(&lists.groups));
        Self {
            sources: Vec::new(),
            reader: RowReader { units, groups, subjects: Lookup::new(&lists.subjects) },
            rows_seen: 0,
            rows: Vec::new(),
            problems: Vec::new(),
            warnings: Vec::new(),
        }
    }

    fn source(&mut self, file: &str, sheet: Option<&str>) -> usize {
        let sheet = sheet.map(str::to_owned);
        self.sources.push(Source { file: file.to_owned(), sheet, headings: Headings::default() });
        self.sources.len() - 1
    }

    pub(super) fn file_problem(&mut self, file: &str, sheet: Option<&str>, reason: Reason) {
        let source = self.source(file, sheet);
        self.problems.push(Remark { source, row: None, position: None, reason });
    }

    pub(super) fn file_warning(&mut self, file: &str, sheet: &str, reason: Reason) {
        let source = self.source(file, Some(sheet));
        self.warnings.push(Remark { source, row: None, position: None, reason });
    }

    pub(super) fn table<'j>(
        &'j mut self,
        file: &str,
        sheet: Option<&str>,
        is_csv: bool,
    ) -> Table<'j, 'l> {
        let source = self.source(file, sheet);
        Table::new(self, source, is_csv)
    }

    pub(super) fn remember_headings(&mut self, source: usize, headings: &Headings) {
        self.sources[source].headings = headings.clone();
    }

    pub(super) fn place(&self, source: usize, row: usize) -> Place {
        let source = &self.sources[source];
        let (file, sheet) = (source.file.clone(), source.sheet.clone());
        Place { file, sheet, row: Some(row), column: None }
    }

    /// Where `column` stands in the table of a source.
    pub(super) fn position(&self, source: usize, column: Column) -> Option<usize> {
        self.sources[source].headings.of(column).map(|heading| heading.position)
    }

    fn written(&self, mut remarks: Vec<Remark>) -> Vec<RowProblem> {
        remarks.sort_by_key(|remark| (remark.source, remark.row, remark.position));
        let written = remarks.into_iter().map(|remark| {
            let source = &self.sources[remark.source];
            let column = remark.position.map(|position| source.column(position));
            let (file, sheet) = (source.file.clone(), source.sheet.clone());
            let place = Place { file, sheet, row: remark.row, column };
            RowProblem { place, reason: remark.reason }
        });
        written.collect()
    }

    fn finish(mut self) -> Result<Import, FrameReport> {
        let merged = merge::merge(&mut self);
        let problems = std::mem::take(&mut self.problems);
        let warnings = std::mem::take(&mut self.warnings);
        let mut report = FrameReport {
            rows: self.rows_seen,
            people: 0,
            in_several_strata: 0,
            problems: self.written(problems),
            warnings: self.written(warnings),
            duplicates: merged.duplicates,
        };
        if !report.problems.is_empty() {
            return Err(report);
        }
        report.people = merged.entries.len();
        report.in_several_strata = merged.entries.iter().filter(|entry| entry.strata() > 1).count();
        Ok(Import { entries: merged.entries, report })
    }
}

impl Source {
    /// The letter of a column, with its heading where it has one.
    fn column(&self, position: usize) -> String {
        let letters = column_letters(position);
        match self.headings.all().find(|heading| heading.position == position) {
            Some(heading) => format!("{letters} ({})", heading.written),
            None => letters,
        }
    }
}
