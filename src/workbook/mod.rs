//! Sheets of strangers' Excel files, read as text within limits.
//!
//! [`read_workbook`] reads `.xlsx`, `.xlsm` and the old `.xls`. Nothing of a file is
//! unpacked or reserved before it was seen to be of a reasonable size: an archive is
//! looked into by [`check_archive`], an old workbook by `old::check`.

mod archive;
mod cell;
mod old;

pub use archive::check as check_archive;
pub use cell::shown;

use crate::{messages::Text, text};
use calamine::{DataType, Reader, SheetType, Xls, XlsError, Xlsx, XlsxError};
use std::{
    io::Cursor,
    panic::{AssertUnwindSafe, catch_unwind},
};

/// The largest workbook read, in bytes.
pub const LARGEST: usize = 10 << 20;

/// The most cells read from one workbook.
pub const MOST_CELLS: usize = 1_000_000;

/// Cells beyond this column are not read.
const MOST_COLUMNS: u32 = 512;

/// As much text as a cell of Excel can hold.
const LONGEST_CELL: usize = 4 * 32_767;

/// The most text that all cells together may hold, in bytes: a shared string is stored
/// once in the file, however many cells show it.
const MOST_TEXT: usize = 64 << 20;

/// How an archive begins, and how an old workbook does.
const ARCHIVE: &[u8] = b"PK";
const COMPOUND: &[u8] = &[0xd0, 0xcf, 0x11, 0xe0];

/// A sheet with the rows that hold something.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sheet {
    /// The name on its tab.
    pub name: String,
    /// The rows from the top.
    pub rows: Vec<SheetRow>,
}

/// A row of a sheet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SheetRow {
    /// Its number as a spreadsheet shows it, from 1.
    pub number: usize,
    /// The cells that hold something: column from 0, and text.
    pub cells: Vec<(usize, String)>,
}

/// Why a file cannot be read as a workbook.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum BadWorkbook {
    /// It is no workbook of Excel.
    NotAWorkbook,
    /// It is larger than is read.
    TooLarge,
    /// It would unpack to far more than a workbook needs.
    Swollen,
    /// It has more cells than are read.
    TooManyCells,
    /// It is locked by a password.
    Locked,
    /// It is damaged; this is what the reader said.
    Damaged(String),
}

/// Reads every sheet whose name is `wanted`.
pub fn read_workbook(
    bytes: &[u8],
    wanted: impl Fn(&str) -> bool,
) -> Result<Vec<Sheet>, BadWorkbook> {
    if bytes.len() > LARGEST {
        return Err(BadWorkbook::TooLarge);
    }
    let read = || match bytes {
        _ if bytes.starts_with(ARCHIVE) => read_archive(bytes, &wanted),
        _ if bytes.starts_with(COMPOUND) => read_old(bytes, &wanted),
        _ => Err(BadWorkbook::NotAWorkbook),
    };
    // A reader of strangers' files is not trusted never to panic.
    catch_unwind(AssertUnwindSafe(read))
        .unwrap_or_else(|_| Err(BadWorkbook::Damaged("panic".to_owned())))
}

fn read_archive(bytes: &[u8], wanted: &impl Fn(&str) -> bool) -> Result<Vec<Sheet>, BadWorkbook> {
    let damaged = |error: XlsxError| match error {
        XlsxError::Password => BadWorkbook::Locked,
        error => BadWorkbook::Damaged(error.to_string()),
    };
    check_archive(bytes)?;
    let mut workbook = Xlsx::new(Cursor::new(bytes)).map_err(damaged)?;
    let all = workbook.sheets_metadata().to_vec();
    let mut gathered = Gathered::default();
    for sheet in all.iter().filter(|sheet| sheet.typ == SheetType::WorkSheet) {
        if !wanted(&sheet.name) {
            continue;
        }
        gathered.begin(&sheet.name);
        let mut cells = workbook.worksheet_cells_reader(&sheet.name).map_err(damaged)?;
        while let Some(cell) = cells.next_cell().map_err(damaged)? {
            gathered.add(cell.get_position(), cell.get_value())?;
        }
    }
    Ok(gathered.sheets)
}

fn read_old(bytes: &[u8], wanted: &impl Fn(&str) -> bool) -> Result<Vec<Sheet>, BadWorkbook> {
    let damaged = |error: XlsError| match error {
        XlsError::Password => BadWorkbook::Locked,
        error => BadWorkbook::Damaged(error.to_string()),
    };
    old::check(bytes)?;
    let mut workbook = Xls::new(Cursor::new(bytes)).map_err(damaged)?;
    let mut gathered = Gathered::default();
    for name in workbook.sheet_names().into_iter().filter(|name| wanted(name)) {
        gathered.begin(&name);
        let range = workbook.worksheet_range(&name).map_err(damaged)?;
        let (top, left) = range.start().unwrap_or_default();
        for (row, column, value) in range.used_cells() {
            let place =
                |start: u32, at: usize| start.saturating_add(u32::try_from(at).unwrap_or(u32::MAX));
            gathered.add((place(top, row), place(left, column)), value)?;
        }
    }
    Ok(gathered.sheets)
}

/// The sheets so far, and how much is in them.
#[derive(Default)]
struct Gathered {
    sheets: Vec<Sheet>,
    cells: usize,
    text: usize,
}

impl Gathered {
    fn begin(&mut self, name: &str) {
        self.sheets.push(Sheet { name: name.to_owned(), rows: Vec::new() });
    }

    fn add(&mut self, (row, column): (u32, u32), value: &impl DataType) -> Result<(), BadWorkbook> {
        self.cells += 1;
        if self.cells > MOST_CELLS {
            return Err(BadWorkbook::TooManyCells);
        }
        let text = shown(value, LONGEST_CELL);
        let Some(sheet) = self.sheets.last_mut() else { return Ok(()) };
        if text.is_empty() || column >= MOST_COLUMNS {
            return Ok(());
        }
        self.text += text.len();
        if self.text > MOST_TEXT {
            return Err(BadWorkbook::Swollen);
        }
        let number = row as usize + 1;
        if sheet.rows.last().is_none_or(|last| last.number != number) {
            sheet.rows.push(SheetRow { number, cells: Vec::new() });
        }
        if let Some(row) = sheet.rows.last_mut() {
            row.cells.push((column as usize, text));
        }
        Ok(())
    }
}

impl BadWorkbook {
    /// Why the file is not read, for a person.
    pub fn text(&self) -> Text {
        match self {
            Self::NotAWorkbook => text!("xlsform.not_a_workbook"),
            Self::TooLarge => text!("xlsform.too_large", most = LARGEST >> 20),
            Self::Swollen => text!("xlsform.swollen"),
            Self::TooManyCells => text!("xlsform.too_many_cells", most = MOST_CELLS),
            Self::Locked => text!("xlsform.locked"),
            Self::Damaged(detail) => text!("xlsform.damaged", detail = detail),
        }
    }
}

#[cfg(test)]
mod tests;
