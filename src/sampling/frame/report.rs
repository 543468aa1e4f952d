//! What was found in the lists: everything that is wrong, and where.

use super::{entry::Entry, headings::Column};
use crate::{
    messages::{Language, Text},
    text,
};
use std::fmt;

/// People read from the lists, and what was noticed on the way.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Import {
    /// The people, sorted by id; the same whatever the order of rows and files.
    pub entries: Vec<Entry>,
    /// Duplicates and warnings; its `problems` are empty.
    pub report: FrameReport,
}

/// What was found in the lists, in the order of files, sheets and rows.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct FrameReport {
    /// Rows that speak of a person.
    pub rows: usize,
    /// People, each counted once; 0 while there are problems.
    pub people: usize,
    /// People who stand in more than one stratum; one is drawn for each later.
    pub in_several_strata: usize,
    /// What keeps the lists from being imported. One is enough.
    pub problems: Vec<RowProblem>,
    /// What somebody should look at; the lists are imported all the same.
    pub warnings: Vec<RowProblem>,
    /// Rows that repeat an earlier row; each person counts once.
    pub duplicates: Vec<Duplicate>,
}

/// A remark on a place of a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RowProblem {
    /// Where.
    pub place: Place,
    /// What.
    pub reason: Reason,
}

/// A row that repeats an earlier one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Duplicate {
    /// The row that counts.
    pub first: Place,
    /// The row that repeats it.
    pub again: Place,
}

/// A file, and as far as it is known a sheet, a row and a column of it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    /// The name of the file.
    pub file: String,
    /// The sheet of a workbook.
    pub sheet: Option<String>,
    /// The row as a spreadsheet numbers it, from 1.
    pub row: Option<usize>,
    /// The column's letter and heading: `C (Mã đơn vị)`.
    pub column: Option<String>,
}

/// Why a row, a sheet or a file is remarked on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reason {
    /// The file holds nothing.
    EmptyFile,
    /// The file is larger than is read, in megabytes.
    TooLarge {
        /// Its size.
        size: usize,
        /// The largest size read.
        most: usize,
    },
    /// An old `.xls` workbook, or one locked by a password.
    OldOrLocked,
    /// Text in UTF-16.
    Utf16,
    /// Text that is not UTF-8 (TCVN3, VNI, Windows-1258 …).
    NotUtf8,
    /// A damaged workbook.
    Damaged {
        /// What the reader said.
        detail: String,
    },
    /// A workbook that unpacks to far more than a list of people can need.
    Swollen,
    /// A workbook with more cells than are read.
    TooManyCells {
        /// The largest number read.
        most: usize,
    },
    /// No sheet of the wanted name.
    NoSuchSheet {
        /// The sheets that there are.
        sheets: String,
    },
    /// No heading row was found.
    NoHeadings,
    /// A column that every list needs is missing.
    NoColumn {
        /// The column.
        column: Column,
    },
    /// None of the columns by which a person could be told is there.
    NoIdentityColumn,
    /// Two headings mean the same column.
    SameColumnTwice {
        /// The other heading, with its letter.
        other: String,
    },
    /// Headings stand there, but no person below them.
    NoPeople,
    /// A CSV row with more cells than headings.
    MoreCellsThanHeadings,
    /// A CSV cell that swallowed the rows below it.
    OpenQuote,
    /// A text too long for its column.
    TooLong {
        /// The largest number of characters read.
        most: usize,
    },
    /// A formula that failed.
    FormulaError {
        /// What the cell shows.
        shown: String,
    },
    /// The row does not say who it is about.
    Nobody,
    /// The row names no unit.
    NoUnit,
    /// The row names no group.
    NoGroup,
    /// No such unit, group or subject.
    Unknown {
        /// Which of them.
        column: Column,
        /// What the cell says.
        given: String,
        /// What was perhaps meant.
        near: Option<String>,
    },
    /// A name shared by several units, groups or subjects.
    Ambiguous {
        /// Which of them.
        column: Column,
        /// What the cell says.
        given: String,
        /// The codes that it could mean.
        codes: String,
    },
    /// The same id with different content elsewhere.
    Contradiction {
        /// The id.
        id: String,
        /// What the other row says.
        other: String,
        /// Where the other row stands.
        first: Box<Place>,
    },
    /// A telephone number to which nothing can be sent (a warning).
    BadPhone {
        /// What the cell says.
        given: String,
    },
    /// An e-mail address to which nothing can be sent (a warning).
    BadEmail {
        /// What the cell says.
        given: String,
    },
    /// An empty cell in the column of ids (a warning).
    NoId,
    /// A sheet without a heading row was passed over (a warning).
    SheetWithoutHeadings,
    /// A hidden sheet was passed over (a warning).
    HiddenSheet,
    /// A column that means nothing here was passed over (a warning).
    IgnoredColumn,
}

impl RowProblem {
    /// The place and the reason in `language`, as one line.
    pub fn say(&self, language: Language) -> String {
        format!("{}: {}", self.place.say(language), self.reason.text().say(language))
    }
}

impl fmt::Display for RowProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.say(Language::default()))
    }
}

impl Duplicate {
    /// Which row repeats which, in `language`, as one line.
    pub fn say(&self, language: Language) -> String {
        let first = self.first.say(language);
        let again = self.again.say(language);
        text!("frame.duplicate", again = again, first = first).say(language)
    }
}

impl Place {
    /// The place in `language`: "danh-sach.xlsx, trang tính Người dân, dòng 7".
    pub fn say(&self, language: Language) -> String {
        let parts = [
            self.sheet.as_ref().map(|sheet| text!("frame.place_sheet", sheet = sheet)),
            self.row.map(|row| text!("frame.place_row", row = row)),
            self.column.as_ref().map(|column| text!("frame.place_column", column = column)),
        ];
        let mut said = self.file.clone();
        for part in parts.iter().flatten().map(|part: &Text| part.say(language)) {
            said.push_str(", ");
            said.push_str(&part);
        }
        said
    }
}

impl FrameReport {
    /// A sentence on the whole: rows, people, problems, warnings, duplicates.
    pub fn summary(&self) -> Text {
        let (rows, people) = (self.rows, self.people);
        let (warnings, duplicates) = (self.warnings.len(), self.duplicates.len());
        if self.problems.is_empty() {
            text!(
                "frame.summary_good",
                rows = rows,
                people = people,
                several = self.in_several_strata,
                duplicates = duplicates,
                warnings = warnings
            )
        } else {
            text!(
                "frame.summary_bad",
                rows = rows,
                problems = self.problems.len(),
                duplicates = duplicates,
                warnings = warnings
            )
        }
    }
}
