//! Workbooks, sound and hostile.

use super::{BadWorkbook, LARGEST, read_workbook};
use rust_xlsxwriter::Workbook;
use std::{fs, io::Write, path::PathBuf};
use zip::{ZipWriter, write::SimpleFileOptions};

fn old() -> Vec<u8> {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/data/xlsform/widgets.xls");
    fs::read(path).expect("a workbook")
}

fn refused(bytes: &[u8]) -> BadWorkbook {
    read_workbook(bytes, |_| true).expect_err("a bad workbook")
}

#[test]
fn cells_are_read_with_their_rows_and_columns() {
    let mut workbook = Workbook::new();
    let sheet = workbook.add_worksheet();
    sheet.write_string(1, 0, "Huế").expect("a cell");
    sheet.write_number(1, 3, 2.0).expect("a cell");
    sheet.write_boolean(4, 1, true).expect("a cell");
    let bytes = workbook.save_to_buffer().expect("a workbook");
    let sheets = read_workbook(&bytes, |name| name == "Sheet1").expect("a sheet");
    let rows: Vec<_> = sheets[0].rows.iter().map(|row| (row.number, row.cells.clone())).collect();
    let text = |text: &str| text.to_owned();
    assert_eq!(rows, [(2, vec![(0, text("Huế")), (3, text("2"))]), (5, vec![(1, text("TRUE"))])]);
    assert!(read_workbook(&bytes, |_| false).expect("no sheet").is_empty());
}

#[test]
fn old_workbooks_are_read() {
    let sheets = read_workbook(&old(), |name| name == "survey").expect("sheets");
    assert_eq!(sheets[0].rows[1].cells[1], (1, "my_string".to_owned()));
}

#[test]
fn what_is_no_workbook_or_too_large_is_not_opened() {
    assert_eq!(refused(b"type,name"), BadWorkbook::NotAWorkbook);
    assert_eq!(refused(&[]), BadWorkbook::NotAWorkbook);
    assert_eq!(refused(&vec![b'P'; LARGEST + 1]), BadWorkbook::TooLarge);
}

#[test]
fn an_archive_that_swells_is_not_unpacked() {
    let mut archive = ZipWriter::new(std::io::Cursor::new(Vec::new()));
    archive.start_file("xl/workbook.xml", SimpleFileOptions::default()).expect("a part");
    archive.write_all(&vec![b' '; 50 << 20]).expect("blanks");
    let bytes = archive.finish().expect("an archive").into_inner();
    assert!(bytes.len() < 1 << 20);
    assert_eq!(refused(&bytes), BadWorkbook::Swollen);
}

#[test]
fn an_old_workbook_that_announces_the_moon_is_not_read() {
    let mut bytes = old();
    // The record of a sheet's dimensions, with rows up to 2^32.
    let start = bytes.windows(4).position(|four| four == [0, 2, 14, 0]).expect("dimensions");
    bytes[start + 8..start + 12].copy_from_slice(&[0xff; 4]);
    bytes[start + 14..start + 16].copy_from_slice(&[0xff, 0]);
    assert_eq!(refused(&bytes), BadWorkbook::Swollen);
}

#[test]
fn an_old_workbook_whose_sectors_run_in_a_circle_is_not_read() {
    let mut bytes = old();
    // The first sector of the table of sectors: every sector follows itself.
    let table = u32::from_le_bytes(bytes[76..80].try_into().expect("four bytes")) as usize;
    let start = 512 * (table + 1);
    for (sector, entry) in (0_u32..).zip(bytes[start..start + 512].chunks_exact_mut(4)) {
        entry.copy_from_slice(&sector.to_le_bytes());
    }
    assert!(matches!(refused(&bytes), BadWorkbook::Damaged(_)));
}

#[test]
fn no_damage_makes_the_reader_panic_or_hang() {
    let old = old();
    for at in (0..old.len()).step_by(1009) {
        let mut bytes = old.clone();
        bytes[at] ^= 0xff;
        let _ = read_workbook(&bytes, |_| true);
        let _ = read_workbook(&bytes[..at], |_| true);
    }
}
