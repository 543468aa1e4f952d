//! Reading workbooks cell by cell, so that no cell far away costs memory.

use super::{archive, read::Job, report::Reason, sheet::MOST_COLUMNS, table::Table};
use calamine::{
    Cell, CellErrorType, DataRef, ExcelDateTime, Reader, SheetType, SheetVisible, Xlsx,
};
use std::{
    io::Cursor,
    panic::{AssertUnwindSafe, catch_unwind},
};

/// The most cells read from one workbook.
const MOST_CELLS: usize = 1_000_000;

type Workbook<'b> = Xlsx<Cursor<&'b [u8]>>;

/// Hands every row of the wanted sheets to `job`.
pub(super) fn read(file: &str, bytes: &[u8], wanted: Option<&str>, job: &mut Job<'_>) {
    let most = archive::LARGEST_WORKBOOK;
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
    archive::check(bytes)?;
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
        let text = shown(cell.get_value());
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

fn damaged(error: calamine::XlsxError) -> Reason {
    match error {
        calamine::XlsxError::Password => Reason::OldOrLocked,
        error => Reason::Damaged { detail: error.to_string() },
    }
}

/// The cell as text: whole numbers without a decimal point, dates as ISO.
fn shown(value: &DataRef<'_>) -> String {
    match value {
        DataRef::String(text) | DataRef::DateTimeIso(text) | DataRef::DurationIso(text) => {
            clipped(text)
        }
        DataRef::SharedString(text) => clipped(text),
        DataRef::Int(number) => number.to_string(),
        DataRef::Float(number) => number_shown(*number),
        DataRef::Bool(true) => "TRUE".to_owned(),
        DataRef::Bool(false) => "FALSE".to_owned(),
        DataRef::DateTime(moment) => moment_shown(moment),
        DataRef::Error(error) => error_shown(error).to_owned(),
        DataRef::Empty => String::new(),
    }
}

/// As much of a text as shows that it is too long: a huge one may stand in every cell.
fn clipped(text: &str) -> String {
    const ENOUGH: usize = 4_100;
    text[..text.floor_char_boundary(ENOUGH)].to_owned()
}

fn number_shown(number: f64) -> String {
    // Rust writes a whole f64 without ".0" here, and never with an exponent.
    if number == 0.0 { "0".to_owned() } else { format!("{number}") }
}

fn moment_shown(moment: &ExcelDateTime) -> String {
    if !moment.is_datetime() {
        return number_shown(moment.as_f64());
    }
    let (year, month, day, hour, minute, second, _) = moment.to_ymd_hms_milli();
    match (hour, minute, second) {
        (0, 0, 0) => format!("{year:04}-{month:02}-{day:02}"),
        _ => format!("{year:04}-{month:02}-{day:02} {hour:02}:{minute:02}:{second:02}"),
    }
}

fn error_shown(error: &CellErrorType) -> &'static str {
    match error {
        CellErrorType::Div0 => "#DIV/0!",
        CellErrorType::NA => "#N/A",
        CellErrorType::Name => "#NAME?",
        CellErrorType::Null => "#NULL!",
        CellErrorType::Num => "#NUM!",
        CellErrorType::Ref => "#REF!",
        CellErrorType::Value => "#VALUE!",
        _ => "#ERROR!",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_read_back_as_a_person_sees_them() {
        let shown: Vec<_> = [912_345_678.0, 0.0, -0.0, 1.5, 1e15, -3.0].map(number_shown).to_vec();
        assert_eq!(shown, ["912345678", "0", "0", "1.5", "1000000000000000", "-3"]);
    }
}
