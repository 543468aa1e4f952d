//! The list of people from outside: CSV with semicolons, as a spreadsheet saves it.

use super::{
    DemoStratum, Expected, Member,
    untidy::{self, Cells},
};
use crate::demo::dice::Dice;
use csv::{QuoteStyle, Writer, WriterBuilder};

/// Titles, then the headings as somebody typed them, then the numbers below them.
pub(super) const TOP: [&[&str]; 5] = [
    &["CƠ QUAN CHỦ TRÌ ĐIỀU TRA (dữ liệu mô phỏng)"],
    &["", "DANH SÁCH TỔNG THỂ ĐỐI TƯỢNG ĐIỀU TRA (2)"],
    &[""],
    &[
        "STT",
        "MÃ",
        "Họ và Tên",
        "đơn vị",
        "NHÓM ĐỐI TƯỢNG",
        "Số điện thoại",
        "E-mail",
        "ma_ho_so",
        "Lĩnh vực",
        "Ghi chú",
    ],
    &["(1)", "(2)", "(3)", "(4)", "(5)", "(6)", "(7)", "(8)", "(9)", "(10)"],
];

/// Writes the list, with what an importer must find in it.
pub(super) fn write(
    dice: &mut Dice,
    strata: &[DemoStratum],
    members: &[Member],
    expected: &mut Expected,
) -> Vec<u8> {
    // The column "Lĩnh vực" means nothing to the importer.
    expected.warnings += 1;
    let mut writer = started();
    let mut number = 0;
    for member in members {
        let (cells, is_useless) = untidy::row(dice, &strata[member.stratum], member);
        let times = if dice.chance(4) { 2 } else { 1 };
        for _ in 0..times {
            number += 1;
            record(&mut writer, &numbered(number, &cells));
            expected.rows += 1;
            expected.warnings += usize::from(is_useless);
        }
        expected.duplicates += times - 1;
        if dice.chance(3) {
            record(&mut writer, &[""; 10].map(str::to_owned));
        }
    }
    record(&mut writer, &["Tổng cộng".to_owned()]);
    finished(writer)
}

/// A file with its byte order mark and everything above the people.
pub(super) fn started() -> Writer<Vec<u8>> {
    let mut builder = WriterBuilder::new();
    builder.delimiter(b';').quote_style(QuoteStyle::Necessary).flexible(true);
    let mut writer = builder.from_writer("\u{feff}".as_bytes().to_vec());
    for cells in TOP {
        record(&mut writer, &cells.iter().map(|&cell| cell.to_owned()).collect::<Vec<_>>());
    }
    writer
}

/// A row as it stands in the list: with its number, a field and a remark.
pub(super) fn numbered(number: usize, cells: &Cells) -> Vec<String> {
    let fields = ["Đất đai", "Môi trường", "Tài nguyên nước", "Khoáng sản"];
    let mut row = vec![number.to_string()];
    row.extend(cells.iter().cloned());
    row.extend([fields[number % 4].to_owned(), String::new()]);
    row
}

pub(super) fn record(writer: &mut Writer<Vec<u8>>, cells: &[String]) {
    writer.write_record(cells).expect("memory takes every record");
}

pub(super) fn finished(writer: Writer<Vec<u8>>) -> Vec<u8> {
    writer.into_inner().expect("memory can always be flushed")
}
