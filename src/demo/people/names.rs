//! Names that nobody bears on purpose, in the shapes that names in Viet Nam have.

use crate::demo::dice::Dice;

/// Family names of the Kinh majority, about as common as they are.
const FAMILIES: [(usize, &str); 22] = [
    (310, "Nguyễn"),
    (110, "Trần"),
    (95, "Lê"),
    (70, "Phạm"),
    (40, "Hoàng"),
    (20, "Huỳnh"),
    (45, "Phan"),
    (25, "Vũ"),
    (20, "Võ"),
    (21, "Đặng"),
    (20, "Bùi"),
    (14, "Đỗ"),
    (13, "Hồ"),
    (13, "Ngô"),
    (10, "Dương"),
    (8, "Lý"),
    (7, "Đinh"),
    (6, "Trịnh"),
    (6, "Mai"),
    (5, "Cao"),
    (5, "Tạ"),
    (4, "Ông"),
];

const MIDDLES_OF_MEN: [&str; 12] =
    ["Văn", "Đức", "Hữu", "Minh", "Quốc", "Công", "Xuân", "Thanh", "Đình", "Ngọc", "Anh", "Trọng"];

const GIVENS_OF_MEN: [&str; 24] = [
    "An", "Bình", "Cường", "Dũng", "Đạt", "Giang", "Hải", "Hiếu", "Hoàng", "Hùng", "Khánh", "Long",
    "Nam", "Phúc", "Quân", "Sơn", "Thắng", "Thịnh", "Tiến", "Trung", "Tuấn", "Tùng", "Việt",
    "Vinh",
];

const MIDDLES_OF_WOMEN: [&str; 10] =
    ["Thị", "Thị Thu", "Thị Hồng", "Thị Kim", "Thanh", "Ngọc", "Thùy", "Thị Mỹ", "Bích", "Thị Ánh"];

const GIVENS_OF_WOMEN: [&str; 24] = [
    "Anh",
    "Ánh",
    "Chi",
    "Diệp",
    "Dung",
    "Đào",
    "Hà",
    "Hằng",
    "Hiền",
    "Hoa",
    "Hương",
    "Lan",
    "Linh",
    "Loan",
    "Mai",
    "Nga",
    "Nguyệt",
    "Nhung",
    "Oanh",
    "Phượng",
    "Thảo",
    "Thủy",
    "Trang",
    "Yến",
];

/// Names of other peoples, whole: many have no family name, or have it last.
const OTHER_PEOPLES: [&str; 24] = [
    "Điểu Xuân",
    "Điểu Hon",
    "Điểu S'Rây",
    "Thị Brơi",
    "Thị N'Glâu",
    "Thị Phôn", // S'tiêng, Mnông
    "Nông Văn Slình",
    "Triệu Thị Pham",
    "Lương Thị Slen",
    "Hoàng Văn Páo", // Tày, Nùng, Dao
    "Lâm Sa Rên",
    "Thạch Thị Sà Vane",
    "Danh Ươl",
    "Kim Sô Phia", // Khmer
    "H'Bia Niê",
    "H'Nuên Byă",
    "Y Wang Niê Kđăm",
    "Y Thịnh Mlô", // Ê Đê
    "Giàng A Sùng",
    "Sùng Thị Mỷ",
    "Vàng A Páo", // Mông
    "Ksor H'Lan",
    "Rmah Y Thoa", // Gia Rai
    "Vòng A Sáng", // Hoa
];

const KINDS_OF_FIRM: [&str; 6] = [
    "Công ty TNHH",
    "Công ty TNHH MTV",
    "Công ty Cổ phần",
    "Doanh nghiệp tư nhân",
    "Hợp tác xã",
    "Công ty TNHH Thương mại - Dịch vụ",
];

const WORDS_OF_FIRMS: [&str; 20] = [
    "Minh", "Phát", "Thành", "Đạt", "Hưng", "Thịnh", "Phú", "Lộc", "Tân", "Tiến", "An", "Khang",
    "Đại", "Lợi", "Hoàng", "Gia", "Bảo", "Long", "Việt", "Xanh",
];

/// The name of a person.
pub(super) fn person(dice: &mut Dice) -> String {
    if dice.chance(60) {
        return (*dice.pick(&OTHER_PEOPLES)).to_owned();
    }
    let family = *dice.weighted(&FAMILIES);
    let (middle, given) = match dice.chance(500) {
        true => (dice.pick(&MIDDLES_OF_MEN), dice.pick(&GIVENS_OF_MEN)),
        false => (dice.pick(&MIDDLES_OF_WOMEN), dice.pick(&GIVENS_OF_WOMEN)),
    };
    format!("{family} {middle} {given}")
}

/// The name of a firm or an organisation.
pub(super) fn firm(dice: &mut Dice) -> String {
    let kind = *dice.pick(&KINDS_OF_FIRM);
    let (first, second) = (*dice.pick(&WORDS_OF_FIRMS), *dice.pick(&WORDS_OF_FIRMS));
    format!("{kind} {first} {second}")
}
