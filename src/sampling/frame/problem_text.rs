//! Each reason as a sentence that says what to do.

use super::{
    headings::Column,
    report::{Place, Reason},
};
use crate::{
    messages::{Language, Text},
    text,
};

impl Reason {
    /// The sentence for the office.
    pub fn text(&self) -> Text {
        match self {
            Self::EmptyFile => text!("frame.empty_file"),
            Self::TooLarge { size, most } => text!("frame.too_large", size = size, most = most),
            Self::OldOrLocked => text!("frame.old_or_locked"),
            Self::Utf16 => text!("frame.utf16"),
            Self::NotUtf8 => text!("frame.not_utf8"),
            Self::Damaged { detail } => text!("frame.damaged", detail = detail),
            Self::Swollen => text!("frame.swollen"),
            Self::TooManyCells { most } => text!("frame.too_many_cells", most = most),
            Self::NoSuchSheet { sheets } => text!("frame.no_such_sheet", sheets = sheets),
            Self::NoHeadings => text!("frame.no_headings"),
            Self::NoColumn { column: Column::Unit } => text!("frame.no_unit_column"),
            Self::NoColumn { .. } => text!("frame.no_group_column"),
            Self::NoIdentityColumn => text!("frame.no_identity_column"),
            Self::SameColumnTwice { other } => text!("frame.same_column_twice", other = other),
            Self::NoPeople => text!("frame.no_people"),
            _ => self.row_text(),
        }
    }

    fn row_text(&self) -> Text {
        match self {
            Self::MoreCellsThanHeadings => text!("frame.more_cells_than_headings"),
            Self::OpenQuote => text!("frame.open_quote"),
            Self::TooLong { most } => text!("frame.too_long", most = most),
            Self::FormulaError { shown } => text!("frame.formula_error", shown = shown),
            Self::Nobody => text!("frame.nobody"),
            Self::NoUnit => text!("frame.no_unit"),
            Self::NoGroup => text!("frame.no_group"),
            Self::Unknown { column, given, near: None } => match column {
                Column::Group => text!("frame.unknown_group", given = given),
                Column::Subject => text!("frame.unknown_subject", given = given),
                _ => text!("frame.unknown_unit", given = given),
            },
            Self::Unknown { column, given, near: Some(near) } => match column {
                Column::Group => text!("frame.unknown_group_near", given = given, near = near),
                Column::Subject => text!("frame.unknown_subject_near", given = given, near = near),
                _ => text!("frame.unknown_unit_near", given = given, near = near),
            },
            Self::Ambiguous { given, codes, .. } => {
                text!("frame.ambiguous", given = given, codes = codes)
            }
            Self::Contradiction { id, other, first } => contradiction(id, other, first),
            _ => self.warning_text(),
        }
    }

    fn warning_text(&self) -> Text {
        match self {
            Self::BadPhone { given } => text!("frame.bad_phone", given = given),
            Self::BadEmail { given } => text!("frame.bad_email", given = given),
            Self::NoId => text!("frame.no_id"),
            Self::SheetWithoutHeadings => text!("frame.sheet_without_headings"),
            Self::HiddenSheet => text!("frame.hidden_sheet"),
            _ => text!("frame.ignored_column"),
        }
    }
}

fn contradiction(id: &str, other: &str, first: &Place) -> Text {
    let row = first.row.unwrap_or_default();
    let file = &first.file;
    match &first.sheet {
        Some(sheet) => text!(
            "frame.contradiction_sheet",
            id = id,
            other = other,
            file = file,
            sheet = sheet,
            row = row
        ),
        None => text!("frame.contradiction", id = id, other = other, file = file, row = row),
    }
}

impl std::fmt::Display for Reason {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.text().say(Language::default()))
    }
}
