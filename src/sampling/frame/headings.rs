//! Recognising the heading row and what stands in each column.

use super::spelling::{fold, tidy};

/// What a column of the list holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Column {
    /// The person's own id in the list.
    Id,
    /// The person's full name.
    Name,
    /// The unit that reaches the person.
    Unit,
    /// The respondent group.
    Group,
    /// The subject that the person judges.
    Subject,
    /// A telephone number.
    Phone,
    /// An e-mail address.
    Email,
    /// The code of a dossier.
    Dossier,
}

/// The headings of each column as [`fold`] leaves them, the surest first: where a
/// list has both "Mã đơn vị" and "Tên đơn vị", the code is read.
const HEADINGS: [(Column, &[&str]); 8] = [
    (
        Column::Id,
        &[
            "id",
            "ma",
            "ma so",
            "ma doi tuong",
            "ma nguoi",
            "ma can bo",
            "ma nhan vien",
            "ma cbccvc",
            "ma dinh danh",
            "dinh danh",
            "person id",
            "code",
        ],
    ),
    (
        Column::Name,
        &[
            "ho va ten",
            "ho ten",
            "name",
            "full name",
            "ho va ten nguoi tra loi",
            "ten nguoi tra loi",
            "ho va ten ca nhan",
            "ten ca nhan to chuc",
            "ten to chuc",
            "ten doanh nghiep",
            "ten",
        ],
    ),
    (
        Column::Unit,
        &[
            "ma don vi",
            "unit code",
            "unit id",
            "unit",
            "don vi",
            "ten don vi",
            "unit name",
            "phong don vi",
            "co quan don vi",
            "co quan",
        ],
    ),
    (
        Column::Group,
        &[
            "ma nhom doi tuong",
            "ma nhom",
            "group code",
            "group",
            "nhom doi tuong",
            "nhom",
            "doi tuong",
            "doi tuong dieu tra",
            "doi tuong tra loi",
            "loai doi tuong",
            "respondent group",
        ],
    ),
    (
        Column::Subject,
        &[
            "ma doi tuong duoc danh gia",
            "subject code",
            "subject",
            "doi tuong duoc danh gia",
            "doi tuong danh gia",
            "don vi duoc danh gia",
            "co quan duoc danh gia",
        ],
    ),
    (
        Column::Phone,
        &[
            "dien thoai",
            "so dien thoai",
            "phone",
            "phone number",
            "dt",
            "sdt",
            "so dt",
            "dtdd",
            "di dong",
            "so di dong",
            "dien thoai di dong",
            "telephone",
            "mobile",
            "tel",
        ],
    ),
    (
        Column::Email,
        &[
            "email",
            "e mail",
            "thu dien tu",
            "hop thu",
            "hop thu dien tu",
            "dia chi email",
            "dia chi thu dien tu",
            "email address",
        ],
    ),
    (
        Column::Dossier,
        &["ma ho so", "dossier", "dossier code", "dossier id", "so ho so", "ho so", "ma so ho so"],
    ),
];

/// A longer cell, in bytes, is text and no heading.
const LONGEST_HEADING: usize = 400;

/// A heading of the list, as written there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Heading {
    /// Counted from 0.
    pub(super) position: usize,
    /// As written, tidied.
    pub(super) written: String,
}

/// The columns of one list.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Headings {
    /// For each [`Column`], by its place in the enum, where it stands.
    pub(super) found: [Option<Heading>; 8],
    /// Two headings that are equally good for one column.
    pub(super) twice: Vec<(Column, Heading, Heading)>,
    /// Headings that mean nothing here; their cells are not read.
    pub(super) ignored: Vec<Heading>,
}

impl Headings {
    /// Reads `cells` as headings; nothing when this row is no heading row.
    ///
    /// A heading row names at least two different columns, so a title such as
    /// "Đơn vị: Văn phòng Sở" or a line of a letterhead is passed over.
    pub(super) fn read<'c>(cells: impl Iterator<Item = &'c str>) -> Option<Self> {
        let mut headings = Self::default();
        let mut ranks = [usize::MAX; 8];
        for (position, cell) in cells.enumerate() {
            if cell.len() > LONGEST_HEADING {
                continue;
            }
            let folded = fold(cell);
            if folded.is_empty() {
                continue;
            }
            let heading = Heading { position, written: tidy(cell).into_owned() };
            let Some((column, rank)) = recognised(&folded) else {
                headings.ignored.push(heading);
                continue;
            };
            let slot = &mut headings.found[column as usize];
            let best = &mut ranks[column as usize];
            match slot {
                Some(first) if rank == *best => {
                    headings.twice.push((column, first.clone(), heading));
                }
                Some(_) if rank > *best => headings.ignored.push(heading),
                _ => {
                    headings.ignored.extend(slot.replace(heading));
                    *best = rank;
                }
            }
        }
        (headings.found.iter().flatten().count() >= 2).then_some(headings)
    }

    /// Every heading, also those that are not used.
    pub(super) fn all(&self) -> impl Iterator<Item = &Heading> {
        let twice = self.twice.iter().map(|(_, _, second)| second);
        self.found.iter().flatten().chain(&self.ignored).chain(twice)
    }

    /// The heading of `column`, if the list has one.
    pub(super) fn of(&self, column: Column) -> Option<&Heading> {
        self.found[column as usize].as_ref()
    }
}

/// The column that a folded heading names, and how surely (0 is surest).
fn recognised(folded: &str) -> Option<(Column, usize)> {
    HEADINGS.iter().find_map(|(column, names)| {
        names.iter().position(|name| *name == folded).map(|rank| (*column, rank))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(cells: &[&str]) -> Option<Headings> {
        Headings::read(cells.iter().copied())
    }

    #[test]
    fn headings_are_known_in_both_languages_and_any_spelling() {
        let headings = read(&[
            "Mã",
            "HỌ VÀ TÊN",
            "ma_don_vi",
            "Nhóm đối tượng",
            "Subject",
            "ĐIỆN THOẠI",
            "E-mail",
            "Mã hồ sơ",
        ])
        .unwrap();
        for (position, heading) in headings.found.iter().enumerate() {
            assert_eq!(heading.as_ref().map(|h| h.position), Some(position));
        }
    }

    #[test]
    fn a_title_row_is_no_heading_row() {
        assert_eq!(read(&["Đơn vị", "Văn phòng Sở"]), None);
        assert_eq!(read(&["DANH SÁCH TỔNG THỂ"]), None);
        assert_eq!(read(&["", ""]), None);
    }

    #[test]
    fn the_code_of_a_unit_is_read_rather_than_its_name() {
        let headings = read(&["Tên đơn vị", "Mã đơn vị", "Nhóm", "STT"]).unwrap();
        assert_eq!(headings.of(Column::Unit).map(|h| h.position), Some(1));
        let ignored: Vec<_> = headings.ignored.iter().map(|h| h.written.as_str()).collect();
        assert_eq!(ignored, ["Tên đơn vị", "STT"]);
    }

    #[test]
    fn two_equal_headings_are_noticed() {
        let headings = read(&["Email", "Nhóm", "EMAIL"]).unwrap();
        assert_eq!(headings.twice.len(), 1);
    }
}
