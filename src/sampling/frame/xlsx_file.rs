//! Reading workbooks cell by cell, so that no cell far away costs memory.

use super::{read::Job, report::Reason, sheet::MOST_COLUMNS, table::Table};
use crate::workbook::{BadWorkbook, LARGEST, MOST_CELLS, check_archive, shown};
use calamine::{Cell, DataRef, Reader, SheetType, SheetVisible, Xlsx};
use std::{
    io::Cursor,
    panic::{AssertUnwindSafe, catch_unwind},
};

/// As much of a text as shows that it is too long: a huge one may stand in every cell.
const ENOUGH: usize = 4_100;

type Workbook<'b> = Xlsx<Cursor<&'b [u8]>>;

/// Hands every row of the wanted sheets to `job`.
pub(super) fn read(file: &str, bytes: &[u8], wanted: Option<&str>, job: &mut Job<'_>) {
    let most = LARGEST;
    if bytes.len() > most {
        let size = bytes.len().div_ceil(1 << 20);
        job.file_problem(file, None, Reason::TooLarge { size, most: most >> 20 });
        return;
    }
    // A reader of strangers' files is not trusted never to panic.
    let reading = AssertUnwindSafe(|| sheets(file, bytes, wanted, job));
    let outcome = catch_unwind(reading)
        .unwrap_or_else(|_| Err(Reason::Damaged { detail: "panic".to_owned() }));
    if let Err(reason) = outcome {
        job.file_problem(file, None, reason);
    }
}

fn sheets(file: &str, bytes: &[u8], wanted: Option<&str>, job: &mut Job<'_>) -> Result<(), Reason> {
    check_archive(bytes).map_err(bad)?;
    let mut workbook: Workbook<'_> = Xlsx::new(Cursor::new(bytes)).map_err(damaged)?;
    let all = workbook.sheets_metadata().to_vec();
    let names: Vec<&str> = all.iter().map(|sheet| sheet.name.as_str()).collect();
    if wanted.is_some_and(|wanted| !names.contains(&wanted)) {
        let sheets = names.join(", ");
        job.file_problem(file, wanted, Reason::NoSuchSheet { sheets });
        return Ok(());
    }
    let (mut cells, mut with_headings, mut passed_over) = (0, 0, Vec::new());
    for sheet in all.iter().filter(|sheet| sheet.typ == SheetType::WorkSheet) {
        if wanted.is_some_and(|wanted| wanted != sheet.name) {
            continue;
        }
        if wanted.is_none() && sheet.visible != SheetVisible::Visible {
            job.file_warning(file, &sheet.name, Reason::HiddenSheet);
            continue;
        }
        let mut table = job.table(file, Some(&sheet.name), false);
        let any = rows(&mut workbook, &sheet.name, &mut cells, &mut table)?;
        match table.finish() {
            true => with_headings += 1,
            false if any => passed_over.push(sheet.name.clone()),
            false => {}
        }
    }
    match with_headings {
        0 => job.file_problem(file, wanted, Reason::NoHeadings),
        _ => passed_over
            .iter()
            .for_each(|sheet| job.file_warning(file, sheet, Reason::SheetWithoutHeadings)),
    }
    Ok(())
}

/// Reads one sheet; says whether it holds anything.
fn rows(
    workbook: &mut Workbook<'_>,
    sheet: &str,
    cells: &mut usize,
    table: &mut Table<'_, '_>,
) -> Result<bool, Reason> {
    let mut reader = workbook.worksheet_cells_reader(sheet).map_err(damaged)?;
    let mut row: Vec<String> = Vec::new();
    let mut number = 0;
    let mut any = false;
    while let Some(cell) = next(&mut reader)? {
        *cells += 1;
        if *cells > MOST_CELLS {
            return Err(Reason::TooManyCells { most: MOST_CELLS });
        }
        let (cell_row, column) = cell.get_position();
        let cell_row = cell_row as usize + 1;
        if cell_row != number {
            if !row.is_empty() {
                table.row(number, &row);
            }
            row.clear();
            number = cell_row;
        }
        let column = column as usize;
        let text = shown(cell.get_value(), ENOUGH);
        if !text.is_empty() && column < MOST_COLUMNS {
            any = true;
            if row.len() <= column {
                row.resize(column + 1, String::new());
            }
            row[column] = text;
        }
    }
    if !row.is_empty() {
        table.row(number, &row);
    }
    Ok(any)
}

fn next<'w>(
    reader: &mut calamine::XlsxCellReader<'w, Cursor<&[u8]>>,
) -> Result<Option<Cell<DataRef<'w>>>, Reason> {
    reader.next_cell().map_err(damaged)
}

fn bad(why: BadWorkbook) -> Reason {
    match why {
        BadWorkbook::Damaged(detail) => Reason::Damaged { detail },
        BadWorkbook::Locked => Reason::OldOrLocked,
        BadWorkbook::TooManyCells => Reason::TooManyCells { most: MOST_CELLS },
        _ => Reason::Swollen,
    }
}

fn damaged(error: calamine::XlsxError) -> Reason {
    match error {
        calamine::XlsxError::Password => Reason::OldOrLocked,
        error => Reason::Damaged { detail: error.to_string() },
    }
}
