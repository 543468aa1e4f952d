//! Whole lists, read as offices hand them over.

mod hostile;
mod sameness;

use super::*;
use crate::messages::Language;
use rust_xlsxwriter::{Format, Formula, Workbook};
use std::time::Instant;

fn lists() -> Lists {
    Lists {
        units: vec![
            Known::new("VPS", &["Văn phòng Sở", "The Office"]),
            Known::new("01", &["Phòng Thanh tra"]),
            Known::new("CCBVM", &["Chi cục Bảo vệ môi trường"]),
        ],
        groups: vec![
            Known::new("cong-chuc", &["Công chức, viên chức", "Civil servants"]),
            Known::new("nguoi-dan", &["Người dân", "Citizens"]),
        ],
        subjects: vec![Known::new("so", &["Sở Tài nguyên và Môi trường"])],
    }
}

fn upload<'a>(name: &'a str, bytes: &'a [u8]) -> Upload<'a> {
    Upload { name, bytes, sheet: None }
}

fn read(text: &str) -> Result<Import, FrameReport> {
    read_frame(&[upload("danh-sach.csv", text.as_bytes())], &lists())
}

fn problems(text: &str) -> Vec<String> {
    let report = read(text).expect_err("the list has problems");
    report.problems.iter().map(|problem| problem.say(Language::default())).collect()
}

/// The cells as a workbook of text cells, below two title rows.
fn workbook(rows: &[Vec<String>]) -> Vec<u8> {
    let mut workbook = Workbook::new();
    let sheet = workbook.add_worksheet().set_name("Danh sách").unwrap();
    sheet.write_string(0, 0, "UBND TỈNH").unwrap();
    sheet.write_string(1, 0, "DANH SÁCH TỔNG THỂ").unwrap();
    for (row, cells) in (3..).zip(rows) {
        for (column, cell) in (0..).zip(cells) {
            sheet.write_string(row, column, cell).unwrap();
        }
    }
    workbook.save_to_buffer().unwrap()
}

fn with_headings(rows: &[Vec<String>]) -> Vec<Vec<String>> {
    let headings = ["Mã", "Họ và tên", "Mã đơn vị", "Nhóm đối tượng", "Điện thoại"];
    let headings = vec![headings.map(str::to_owned).to_vec()];
    [headings, rows.to_vec()].concat()
}

/// What matters of a reading: the people, or for each bad row its reasons.
fn outcome(bytes: &[u8]) -> Result<Vec<Entry>, Vec<String>> {
    match read_frame(&[upload("a", bytes)], &lists()) {
        Ok(import) => Ok(import.entries),
        Err(report) => {
            let mut said: Vec<_> = report.problems.iter().map(|p| p.reason.to_string()).collect();
            said.sort_unstable();
            Err(said)
        }
    }
}

const HEADINGS: &str = "Mã,Họ và tên,Mã đơn vị,Nhóm đối tượng,Điện thoại,Email,Mã hồ sơ\n";

#[test]
fn a_list_becomes_people_with_their_strata() {
    let import = read(
        "DANH SÁCH TỔNG THỂ;;;;;\n\nSTT;Mã;HỌ VÀ TÊN;don vi;Nhóm đối tượng;Điện thoại\n(1);(2);(3);(4);(5);(6)\n\
         1;007;  nguyễn   văn an ;Văn phòng Sở;người dân;0710 123 456\n\
         2;008;Lê Thị Bình;01;nguoi-dan;\n;;;;;\n3;007;Nguyễn Văn An;CCBVM;nguoi-dan;+84710123456\nTổng số: 3;;;;;\n",
    )
    .unwrap();
    assert_eq!(import.report.rows, 3);
    assert_eq!(import.report.people, 2);
    assert_eq!(import.report.in_several_strata, 1);
    assert_eq!(import.report.warnings, []);
    let an = &import.entries[0];
    assert_eq!((&*an.id, &*an.name, &*an.phone), ("007", "nguyễn văn an", "0710123456"));
    let units: Vec<_> = an.memberships.iter().map(|m| &*m.stratum.unit).collect();
    assert_eq!(units, ["CCBVM", "VPS"]);
    assert_eq!(import.entries[1].memberships[0].stratum.unit, "01");
}

#[test]
fn every_problem_is_named_by_row_column_and_reason_at_once() {
    let said = problems(&format!(
        "{HEADINGS}1,An,VPSS,nguoi-dan,,,\n2,Bình,,cán bộ,,,\n,,VPS,nguoi-dan,,,\n1,Chi,VPS,nguoi-dan,,,\n4,Dũng,VPS,nguoi-dan,#N/A,,\n4,Dương,VPS,nguoi-dan,,,\n5,Em,VPS,nguoi-dan,,,,thừa\n"
    ));
    let expected = [
        "danh-sach.csv, dòng 2, cột C (Mã đơn vị): không có đơn vị “VPSS” trong cuộc điều tra; có phải là “VPS” không?",
        "danh-sach.csv, dòng 3, cột C (Mã đơn vị): chưa ghi đơn vị.",
        "danh-sach.csv, dòng 3, cột D (Nhóm đối tượng): không có nhóm đối tượng “cán bộ” trong cuộc điều tra.",
        "danh-sach.csv, dòng 4: dòng không cho biết đó là ai: mã, họ và tên, điện thoại, email và mã hồ sơ đều trống.",
        "danh-sach.csv, dòng 6, cột E (Điện thoại): công thức trong ô bị lỗi (#N/A).",
        "danh-sach.csv, dòng 8, cột H: dòng có nhiều ô hơn dòng tiêu đề; có thể một ô chứa dấu phân cách nhưng không được đặt trong dấu ngoặc kép.",
    ];
    assert_eq!(said, expected);
}

#[test]
fn rows_are_numbered_as_a_spreadsheet_shows_them() {
    for end in ["\n", "\r\n"] {
        let lines = [
            "",
            "Danh sách",
            "",
            "",
            "id,name,unit,group",
            "",
            "1,\"An",
            "(tổ 1)\",VPS,nguoi-dan",
            "",
            "2,Bình,XX,nguoi-dan",
            "3,Chi,XX,nguoi-dan",
        ];
        let report = read(&lines.join(end)).unwrap_err();
        let rows: Vec<_> = report.problems.iter().map(|p| p.place.row.unwrap()).collect();
        // The second line of An's name is no row, so Bình stands one higher than the line.
        assert_eq!(rows, [9, 10], "{end:?}");
    }
}

#[test]
fn the_same_id_with_other_content_is_a_contradiction() {
    let said = problems(&format!("{HEADINGS}4,Dũng,VPS,nguoi-dan,,,\n4,Dương,01,nguoi-dan,,,\n"));
    assert_eq!(
        said,
        [
            "danh-sach.csv, dòng 3, cột B (Họ và tên): mã “4” đã được dùng với nội dung khác (“Dũng”) tại danh-sach.csv, dòng 2."
        ]
    );
}

#[test]
fn exact_duplicates_are_reported_and_counted_once() {
    let text = format!(
        "{HEADINGS},An,VPS,nguoi-dan,0710123456,,\n,An,VPS,nguoi-dan,0710123456,,\n9,LÊ BÌNH,VPS,nguoi-dan,,,\n9,Lê Bình,VPS,nguoi-dan,,,\n"
    );
    let import = read(&text).unwrap();
    assert_eq!((import.report.rows, import.report.people), (4, 2));
    let rows = |d: &Duplicate| (d.first.row.unwrap(), d.again.row.unwrap());
    let duplicates: Vec<_> = import.report.duplicates.iter().map(rows).collect();
    assert_eq!(duplicates, [(2, 3), (4, 5)]);
    assert_eq!(import.entries[0].name, "Lê Bình");
    assert_eq!(import.entries[1].id.len(), 32);
}

#[test]
fn an_unusable_contact_is_a_remark_and_the_person_stays() {
    let import = read(&format!("{HEADINGS}1,An,VPS,nguoi-dan,không có,an@,\n")).unwrap();
    assert_eq!(import.report.people, 1);
    assert_eq!(import.report.warnings.len(), 2);
    assert_eq!(import.entries[0].phone, "");
    let english = Language::parse("en").unwrap();
    assert!(
        import.report.warnings[0]
            .say(english)
            .contains("column E (Điện thoại): nothing can be sent")
    );
}

#[test]
fn several_subjects_and_dossiers_of_a_person_come_together() {
    let import = read(
        "id,name,unit,group,subject,dossier\n1,An,VPS,Citizens,so,H2\n1,An,VPS,Citizens,,H1\n",
    )
    .unwrap();
    let member = &import.entries[0].memberships[0];
    assert_eq!(member.subjects, ["so"]);
    assert_eq!(member.dossiers, ["H1", "H2"]);
    assert_eq!(import.report.duplicates, []);
}

#[test]
fn text_that_is_not_utf8_is_refused_with_advice() {
    let mut windows = b"id,name,unit,group\n1,Nguy".to_vec();
    windows.extend([0xea, 0xf2, b'n', b'\n']);
    let cases: [(&[u8], Reason, Option<usize>); 5] = [
        (&windows, Reason::NotUtf8, Some(2)),
        (b"\xff\xfei\0d\0", Reason::Utf16, None),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", Reason::OldOrLocked, None),
        (b"", Reason::EmptyFile, None),
        (b"\xef\xbb\xbf \r\n", Reason::EmptyFile, None),
    ];
    for (bytes, reason, row) in cases {
        let report = read_frame(&[upload("a.csv", bytes)], &lists()).unwrap_err();
        assert_eq!(report.problems.len(), 1);
        assert_eq!(report.problems[0].reason, reason);
        assert_eq!(report.problems[0].place.row, row);
    }
}

#[test]
fn tables_without_the_needed_columns_are_refused() {
    let reasons = |text: &str| -> Vec<Reason> {
        read(text).unwrap_err().problems.into_iter().map(|problem| problem.reason).collect()
    };
    assert_eq!(reasons("a,b\n1,2\n"), [Reason::NoHeadings]);
    assert_eq!(
        reasons("id,name\n1,An\n"),
        [Reason::NoColumn { column: Column::Unit }, Reason::NoColumn { column: Column::Group },]
    );
    assert_eq!(reasons("unit,group\nVPS,nguoi-dan\n"), [Reason::NoIdentityColumn]);
    assert_eq!(reasons("id,unit,group\n"), [Reason::NoPeople]);
    let other = "C (Email)".to_owned();
    assert_eq!(reasons("unit,group,Email,EMAIL\n"), [Reason::SameColumnTwice { other }]);
}

#[test]
fn a_quotation_mark_left_open_is_found_and_not_swallowed() {
    let text = "id,name,unit,group\n1,\"An,VPS,nguoi-dan\n2,Bình,VPS,nguoi-dan\n3,\"Chi,VPS,nguoi-dan\n4,Em,VPS,nguoi-dan\n";
    let report = read(text).unwrap_err();
    assert!(report.problems.iter().any(|problem| problem.reason == Reason::OpenQuote));
    let fine = "id,name,unit,group\n1,\"An\n(tổ 1)\",VPS,nguoi-dan\n2,\"Em, ông\",XX,nguoi-dan\n";
    let report = read(fine).unwrap_err();
    assert_eq!(report.problems.len(), 1);
    assert_eq!(report.problems[0].place.row, Some(3));
}

#[test]
fn numbers_and_formulas_of_a_workbook_read_back_as_shown() {
    let mut workbook = Workbook::new();
    let sheet = workbook.add_worksheet().set_name("Tháng 1").unwrap();
    for (column, heading) in (0..).zip(["Mã", "Họ tên", "Đơn vị", "Nhóm", "Điện thoại"])
    {
        sheet.write_string(0, column, heading).unwrap();
    }
    sheet.write_number(1, 0, 123.0).unwrap();
    sheet.write_string(1, 1, "An").unwrap();
    sheet.write_string(1, 2, "01").unwrap();
    sheet.write_formula(1, 3, Formula::new("=A1").set_result("nguoi-dan")).unwrap();
    sheet
        .write_number_with_format(1, 4, 710_123_456.0, &Format::new().set_num_format("0000000000"))
        .unwrap();
    workbook.add_worksheet().set_name("Ghi chú").unwrap().write_string(0, 0, "ghi").unwrap();
    workbook.add_worksheet().set_name("Trống").unwrap();
    let hidden = workbook.add_worksheet().set_name("Ẩn").unwrap();
    hidden.set_hidden(true).write_string(0, 0, "Mã").unwrap();
    let bytes = workbook.save_to_buffer().unwrap();
    let import = read_frame(&[upload("a.xlsx", &bytes)], &lists()).unwrap();
    let an = &import.entries[0];
    assert_eq!((&*an.id, &*an.phone), ("123", "0710123456"));
    let warnings: Vec<_> = import
        .report
        .warnings
        .iter()
        .map(|w| (w.place.sheet.as_deref().unwrap(), &w.reason))
        .collect();
    assert_eq!(
        warnings,
        [("Ẩn", &Reason::HiddenSheet), ("Ghi chú", &Reason::SheetWithoutHeadings),]
    );
    let named = Upload { name: "a.xlsx", bytes: &bytes, sheet: Some("Tháng 2") };
    let report = read_frame(&[named], &lists()).unwrap_err();
    assert!(matches!(report.problems[0].reason, Reason::NoSuchSheet { .. }));
}

#[test]
fn a_hundred_thousand_rows_take_moments() {
    let mut text = HEADINGS.to_owned();
    for number in 0..100_000 {
        text.push_str(&format!(
            "CB{number:06},Nguyễn Thị Hồng {number},{},Người dân,0710{number:06},{number}@thu.example,H-{number}\n",
            ["VPS", "Phòng Thanh tra", "chi cục bảo vệ môi trường"][number % 3]
        ));
    }
    let begun = Instant::now();
    let import = read(&text).unwrap();
    assert_eq!(import.report.people, 100_000);
    let most = if cfg!(debug_assertions) { 60 } else { 2 };
    assert!(begun.elapsed().as_secs() < most, "{:?}", begun.elapsed());
}
