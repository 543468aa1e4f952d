//! A first attempt at the list from outside, with every kind of mistake once.

use super::{
    DemoStratum, Expected, Member,
    csv_list::{finished, numbered, record, started},
    untidy::Cells,
};

/// How many right rows stand above the mistakes.
const RIGHT_ROWS: usize = 30;

/// Writes the list, with how many problems an importer must find in it.
pub(super) fn write(
    strata: &[DemoStratum],
    members: &[Member],
    expected: &mut Expected,
) -> Vec<u8> {
    let mut writer = started();
    let rows: Vec<Cells> = members.iter().map(|member| typed(strata, member)).collect();
    let mut number = 0;
    let mut write = |row: Vec<String>| record(&mut writer, &row);
    let right = RIGHT_ROWS.min(rows.len());
    for cells in &rows[..right] {
        number += 1;
        write(numbered(number, cells));
    }
    // The mistakes are made in rows of people further down; a short list has fewer.
    for (mistake, cells) in MISTAKES.iter().zip(&rows[right..]) {
        number += 1;
        let mut cells = cells.clone();
        expected.bad_problems += mistake(&mut cells, &rows[0]);
        write(numbered(number, &cells));
    }
    if let Some(cells) = rows.get(right + MISTAKES.len()) {
        // A name with the separator in it, unquoted, moves everything to the right.
        let mut row = numbered(number + 1, cells);
        row.insert(3, "Chi nhánh".to_owned());
        row[4] = row[5].clone();
        row[10] = "xem dòng trên".to_owned();
        expected.bad_problems += 1;
        write(row);
    }
    finished(writer)
}

type Mistake = fn(&mut Cells, &Cells) -> usize;

/// Each makes its mistake and says how many problems that is.
const MISTAKES: [Mistake; 8] = [
    |row, _| {
        row[2].clear();
        1
    },
    |row, _| {
        // A slip of the pen in the code of the unit.
        row[2].push('x');
        1
    },
    |row, _| {
        row[3] = "cán bộ hưu trí".to_owned();
        1
    },
    |row, _| {
        for column in [0, 1, 4, 5, 6] {
            row[column].clear();
        }
        1
    },
    |row, first| {
        // Somebody else under an id that is taken.
        (row[0], row[1]) = (first[0].clone(), "Phạm Văn Trùng Mã".to_owned());
        (row[4], row[5]) = (String::new(), String::new());
        1
    },
    |row, _| {
        row[4] = "#REF!".to_owned();
        1
    },
    |row, _| {
        row[3].clear();
        1
    },
    |row, _| {
        (row[2], row[3]) = ("Phòng Hành chính cũ".to_owned(), String::new());
        2
    },
];

fn typed(strata: &[DemoStratum], member: &Member) -> Cells {
    let stratum = &strata[member.stratum];
    [
        member.id.clone(),
        member.name.clone(),
        stratum.unit.clone(),
        stratum.group.clone(),
        member.phone.clone(),
        member.email.clone(),
        member.dossier.clone(),
    ]
}
