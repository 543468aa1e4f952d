//! Reading CSV as spreadsheets in Viet Nam write it.

use super::{headings::Headings, report::Reason, table::Table};
use csv::{ReaderBuilder, StringRecord};
use std::borrow::Cow;

/// The largest CSV file read, in bytes: more than two million people.
const LARGEST: usize = 256 << 20;
const DELIMITERS: [u8; 3] = *b",;\t";
/// How many records are looked at when the delimiter is guessed.
const LOOKED_AT: usize = 60;

/// The text without its byte order mark, or from which row on it is none and why.
pub(super) fn text(bytes: &[u8]) -> Result<Cow<'_, str>, (Option<usize>, Reason)> {
    if bytes.len() > LARGEST {
        let reason = Reason::TooLarge { size: bytes.len() >> 20, most: LARGEST >> 20 };
        return Err((None, reason));
    }
    let marked = bytes.starts_with(&[0xff, 0xfe]) || bytes.starts_with(&[0xfe, 0xff]);
    if marked || bytes.iter().take(200).any(|&byte| byte == 0) {
        return Err((None, Reason::Utf16));
    }
    let text = match std::str::from_utf8(bytes) {
        Ok(text) => text.strip_prefix('\u{feff}').unwrap_or(text),
        Err(error) => {
            let before = &bytes[..error.valid_up_to()];
            let row = 1 + before.iter().filter(|&&byte| byte == b'\n').count();
            return Err((Some(row), Reason::NotUtf8));
        }
    };
    if text.trim().is_empty() {
        return Err((None, Reason::EmptyFile));
    }
    // Line ends of old Macintosh programs would make one row of the whole file.
    if !text.contains('\n') && text.contains('\r') {
        return Ok(Cow::Owned(text.replace('\r', "\n")));
    }
    Ok(Cow::Borrowed(text))
}

/// Hands every row of `text` to `table`.
pub(super) fn read(text: &str, table: &mut Table<'_, '_>) {
    let delimiter = delimiter(text);
    let mut reader = reader(text, delimiter);
    let mut record = StringRecord::new();
    // Rows are numbered as a spreadsheet does: a line break inside a cell is no new row,
    // and blank lines, which the reader passes over with the next record, are rows.
    let mut inside_cells = 0;
    while reader.read_record(&mut record).expect("UTF-8 in memory is read to its end") {
        let row = first_line(text, &record).saturating_sub(inside_cells);
        if record.as_slice().contains('\n') {
            inside_cells += record.as_slice().matches('\n').count();
            if let Some(position) = swallowed(&record, delimiter) {
                table.problem(row, Some(position), Reason::OpenQuote);
                continue;
            }
        }
        table.row(row, &record);
    }
}

/// The line, from 1, on which the record begins.
fn first_line(text: &str, record: &StringRecord) -> usize {
    let Some(position) = record.position() else { return 0 };
    let at = |number: u64| usize::try_from(number).unwrap_or(usize::MAX);
    let rest = text.as_bytes().get(at(position.byte())..).unwrap_or_default();
    let ends = rest.iter().take_while(|byte| matches!(byte, b'\r' | b'\n'));
    at(position.line()) + ends.filter(|byte| **byte == b'\n').count()
}

/// The cell that holds what looks like whole rows: a quotation mark was not closed.
fn swallowed(record: &StringRecord, delimiter: u8) -> Option<usize> {
    let is_row = |line: &str| line.bytes().filter(|byte| *byte == delimiter).count() >= 2;
    record.iter().position(|cell| cell.lines().skip(1).any(is_row))
}

/// The delimiter under which the file has the best heading row.
fn delimiter(text: &str) -> u8 {
    let headings = |delimiter: u8| {
        let mut reader = reader(text, delimiter);
        let records = reader.records().take(LOOKED_AT).map_while(Result::ok);
        let found = records.filter_map(|record| Headings::read(record.iter()));
        found.map(|headings| headings.found.iter().flatten().count()).max().unwrap_or(0)
    };
    // `max_by_key` takes the last of equals, so the comma comes last.
    DELIMITERS.into_iter().rev().max_by_key(|&delimiter| headings(delimiter)).unwrap_or(b',')
}

fn reader(text: &str, delimiter: u8) -> csv::Reader<&[u8]> {
    ReaderBuilder::new()
        .delimiter(delimiter)
        .has_headers(false)
        .flexible(true)
        .from_reader(text.as_bytes())
}
