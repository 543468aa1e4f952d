//! Files that are damaged or made to do harm.

use super::{super::*, *};
use proptest::prelude::*;
use std::io::Write;

#[test]
fn a_workbook_that_would_swell_is_not_opened() {
    let mut zip = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    let options = zip::write::SimpleFileOptions::default();
    zip.start_file("xl/worksheets/sheet1.xml", options).unwrap();
    let blanks = vec![b' '; 1 << 20];
    for _ in 0..20 {
        zip.write_all(&blanks).unwrap();
    }
    let bomb = zip.finish().unwrap().into_inner();
    let report = read_frame(&[upload("a.xlsx", &bomb)], &lists()).unwrap_err();
    assert_eq!(report.problems[0].reason, Reason::Swollen);
}

#[test]
fn a_workbook_that_announces_too_many_strings_is_not_opened() {
    let good = workbook(&[vec!["id".to_owned(), "unit".to_owned()]]);
    let mut archive = zip::ZipArchive::new(std::io::Cursor::new(good)).unwrap();
    let mut zip = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    for at in 0..archive.len() {
        let mut part = archive.by_index(at).unwrap();
        let name = part.name().unwrap().to_string();
        let mut text = String::new();
        std::io::Read::read_to_string(&mut part, &mut text).unwrap();
        let text = text.replace("uniqueCount=\"", "uniqueCount=\"99999999");
        zip.start_file(name, zip::write::SimpleFileOptions::default()).unwrap();
        zip.write_all(text.as_bytes()).unwrap();
    }
    let bytes = zip.finish().unwrap().into_inner();
    let report = read_frame(&[upload("a.xlsx", &bytes)], &lists()).unwrap_err();
    assert_eq!(report.problems[0].reason, Reason::Swollen);
}

#[test]
fn a_huge_text_in_every_cell_is_too_long() {
    let mut workbook = Workbook::new();
    let sheet = workbook.add_worksheet();
    for (column, heading) in (0..).zip(["Mã", "Họ tên", "Đơn vị", "Nhóm"]) {
        sheet.write_string(0, column, heading).unwrap();
    }
    let huge = "ă".repeat(32_000);
    for row in 1..50_u32 {
        for column in 0..40_u16 {
            sheet.write_string(row, column, &huge).unwrap();
        }
    }
    let bytes = workbook.save_to_buffer().unwrap();
    let report = read_frame(&[upload("a.xlsx", &bytes)], &lists()).unwrap_err();
    assert_eq!(report.problems.len(), 49);
    assert_eq!(report.problems[0].reason, Reason::TooLong { most: 1_000 });
}

#[test]
fn too_many_cells_are_refused() {
    let mut workbook = Workbook::new();
    let sheet = workbook.add_worksheet();
    for row in 0..4_000_u32 {
        for column in 0..251_u16 {
            sheet.write_number(row, column, 1).unwrap();
        }
    }
    let bytes = workbook.save_to_buffer().unwrap();
    let report = read_frame(&[upload("a.xlsx", &bytes)], &lists()).unwrap_err();
    assert_eq!(report.problems[0].reason, Reason::TooManyCells { most: 1_000_000 });
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn no_bytes_make_the_reader_panic(bytes in prop::collection::vec(any::<u8>(), 0..400), kind in 0..4_u8) {
        let start: &[u8] = match kind {
            0 => b"PK\x03\x04",
            1 => b"id,name,unit,group\n",
            2 => b"\xef\xbb\xbfid\tname\tunit\tgroup\n",
            _ => b"",
        };
        let _ = outcome(&[start, &bytes].concat());
    }

    #[test]
    fn a_damaged_workbook_never_panics(flips in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..20), cut: prop::sample::Index) {
        let rows = with_headings(&[vec!["1".into(), "An".into(), "VPS".into(), "nguoi-dan".into(), String::new()]]);
        let mut bytes = workbook(&rows);
        for (at, byte) in flips {
            let at = at.index(bytes.len());
            bytes[at] = byte;
        }
        let _ = outcome(&bytes);
        bytes.truncate(cut.index(bytes.len()));
        let _ = outcome(&bytes);
    }
}
