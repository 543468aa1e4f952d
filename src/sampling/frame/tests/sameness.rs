//! The same list in another file, spelling or order is the same frame.

use super::{super::*, *};
use proptest::prelude::*;
use unicode_normalization::UnicodeNormalization;

/// A row that may be good, odd or wrong.
fn any_row() -> impl Strategy<Value = Vec<String>> {
    let id = prop_oneof![Just(String::new()), "[0-9]{1,3}", "[a-zÀ-ỹ]{0,3}"];
    let name = prop_oneof![Just("Nguyễn Ánh".to_owned()), Just("Lê Đức".to_owned()), "\\PC{0,12}"];
    let unit = prop::sample::select(vec![
        "VPS",
        "01",
        "Phòng Thanh tra",
        "chi cục bảo vệ môi trường",
        "X",
        "",
    ]);
    let group =
        prop::sample::select(vec!["nguoi-dan", "Công chức, viên chức", "CÔNG CHỨC; VIÊN CHỨC", ""]);
    let phone = prop::sample::select(vec!["0710123456", "+84 710 123 456", "–", ""]);
    (id, name, unit, group, phone).prop_map(|(id, name, unit, group, phone)| {
        vec![id, name, unit.to_owned(), group.to_owned(), phone.to_owned()]
    })
}

fn csv_of(rows: &[Vec<String>], delimiter: u8) -> Vec<u8> {
    let mut writer = csv::WriterBuilder::new().delimiter(delimiter).from_writer(Vec::new());
    for row in rows {
        writer.write_record(row).unwrap();
    }
    writer.into_inner().unwrap()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn the_same_list_is_the_same_frame_in_any_file(
        rows in prop::collection::vec(any_row(), 1..12), delimiter in prop::sample::select(b",;\t".to_vec()),
    ) {
        let rows = with_headings(&rows);
        let plain = outcome(&csv_of(&rows, b','));
        let decomposed: Vec<Vec<String>> =
            rows.iter().map(|row| row.iter().map(|cell| cell.nfd().collect()).collect()).collect();
        let mut marked = b"\xef\xbb\xbf".to_vec();
        marked.extend(csv_of(&decomposed, delimiter));
        // What another row says is quoted with the place of that row, which differs.
        let place_free = |outcome: Result<Vec<Entry>, Vec<String>>| outcome.map_err(|said| said.len());
        prop_assert_eq!(outcome(&marked), plain.clone());
        prop_assert_eq!(place_free(outcome(&workbook(&rows))), place_free(plain));
    }

    #[test]
    fn the_order_of_rows_does_not_matter(
        rows in prop::collection::vec(any_row(), 1..12), seed: u64,
    ) {
        let mut shuffled = rows.clone();
        let mut state = seed;
        for at in (1..shuffled.len()).rev() {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            shuffled.swap(at, usize::try_from(state >> 33).unwrap() % (at + 1));
        }
        let one = outcome(&csv_of(&with_headings(&rows), b','));
        let other = outcome(&csv_of(&with_headings(&shuffled), b';'));
        match (one, other) {
            (Ok(one), Ok(other)) => prop_assert_eq!(one, other),
            (one, other) => prop_assert_eq!(one.is_ok(), other.is_ok()),
        }
    }
}
