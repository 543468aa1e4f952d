//! The list of people of the house: a workbook with a sheet for each group.

use super::{DemoStratum, Expected, Member, untidy};
use crate::demo::dice::Dice;
use rust_xlsxwriter::{DocProperties, ExcelDateTime, Format, Workbook, Worksheet, XlsxError};

const HEADINGS: [&str; 8] =
    ["TT", "ma so", "HO VA TEN", "Mã Đơn Vị", "nhom", "DIEN THOAI", "Email", "Ghi chú"];

/// Writes the workbook, with what an importer must find in it.
pub(super) fn write(
    dice: &mut Dice,
    strata: &[DemoStratum],
    members: &[Member],
    expected: &mut Expected,
) -> Vec<u8> {
    written(dice, strata, members, expected)
        .expect("a workbook of plain cells in memory can be written")
}

fn written(
    dice: &mut Dice,
    strata: &[DemoStratum],
    members: &[Member],
    expected: &mut Expected,
) -> Result<Vec<u8>, XlsxError> {
    let mut workbook = Workbook::new();
    // A workbook carries its date of creation; the demo has no clock.
    let date = ExcelDateTime::from_ymd(2024, 12, 2)?;
    workbook.set_properties(&DocProperties::new().set_creation_datetime(&date));
    let mut groups: Vec<&str> = Vec::new();
    for member in members {
        let group = &*strata[member.stratum].group;
        if !groups.contains(&group) {
            groups.push(group);
        }
    }
    for (number, group) in groups.iter().enumerate() {
        let sheet = workbook.add_worksheet().set_name(format!("Nhóm {}", number + 1))?;
        let of_group = members.iter().filter(|member| strata[member.stratum].group == **group);
        fill(dice, strata, of_group, sheet, expected)?;
    }
    notes(workbook.add_worksheet())?;
    old(workbook.add_worksheet())?;
    // One remark on the sheet of notes, one on the hidden sheet.
    expected.warnings += 2;
    workbook.save_to_buffer()
}

fn fill<'m>(
    dice: &mut Dice,
    strata: &[DemoStratum],
    members: impl Iterator<Item = &'m Member>,
    sheet: &mut Worksheet,
    expected: &mut Expected,
) -> Result<(), XlsxError> {
    sheet.write_string(0, 0, "CƠ QUAN CHỦ TRÌ ĐIỀU TRA (dữ liệu mô phỏng)")?;
    sheet.write_string(1, 1, "DANH SÁCH TỔNG THỂ ĐỐI TƯỢNG ĐIỀU TRA (1)")?;
    for (column, heading) in (0..).zip(HEADINGS) {
        sheet.write_string(3, column, heading)?;
    }
    let mut row = 4;
    for member in members {
        let (cells, is_useless) = untidy::row(dice, &strata[member.stratum], member);
        let times = if dice.chance(4) { 2 } else { 1 };
        // A cell typed as a number loses its zero; the format shows it all the same.
        let as_number = dice.chance(120) && !is_useless;
        for _ in 0..times {
            sheet.write_number(row, 0, row - 3)?;
            for (column, cell) in (1..).zip(&cells[..6]) {
                if column == 5 && as_number && !member.phone.is_empty() {
                    let shown = Format::new().set_num_format("0000000000");
                    let number: f64 = member.phone.parse().expect("made of digits");
                    sheet.write_number_with_format(row, column, number, &shown)?;
                } else if !cell.is_empty() {
                    sheet.write_string(row, column, cell)?;
                }
            }
            row += 1;
            expected.rows += 1;
            expected.warnings += usize::from(is_useless);
        }
        expected.duplicates += times - 1;
        if dice.chance(10) {
            row += 1;
        }
    }
    sheet.write_string(row + 1, 0, "Danh sách này có dữ liệu mô phỏng.")?;
    Ok(())
}

fn notes(sheet: &mut Worksheet) -> Result<(), XlsxError> {
    sheet.set_name("Hướng dẫn")?;
    sheet.write_string(0, 0, "Mỗi trang tính ghi một nhóm đối tượng.")?;
    Ok(())
}

/// Somebody hid last year's list in place of deleting it.
fn old(sheet: &mut Worksheet) -> Result<(), XlsxError> {
    sheet.set_name("Năm trước")?.set_hidden(true);
    for (column, heading) in (0..).zip(HEADINGS) {
        sheet.write_string(0, column, heading)?;
    }
    Ok(())
}
