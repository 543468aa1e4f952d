//! Numbers, dates and texts as different hands type them.

use crate::demo::dice::Dice;
use unicode_normalization::UnicodeNormalization;

/// What a field of a form asks to be typed.
#[derive(Debug, Clone, PartialEq)]
pub enum InputKind {
    /// A whole number.
    Integer {
        /// The smallest that makes sense.
        min: i64,
        /// The largest that makes sense.
        max: i64,
    },
    /// A number, perhaps with decimals.
    Number {
        /// The smallest that makes sense.
        min: i64,
        /// The largest that makes sense.
        max: i64,
    },
    /// A day.
    Date {
        /// The first year that makes sense.
        from_year: u16,
        /// The last year that makes sense.
        to_year: u16,
    },
    /// A few words.
    Text,
    /// A comment, which most people leave empty.
    LongText,
}

const WORDS: [&str; 8] = [
    "Đất đai",
    "Môi trường",
    "cấp giấy chứng nhận",
    "Khoáng sản",
    "tài nguyên nước",
    "đo đạc bản đồ",
    "Không",
    "Thế chấp quyền sử dụng đất",
];

const COMMENTS: [&str; 12] = [
    "Đề nghị rút ngắn thời gian trả kết quả.",
    "Cán bộ hướng dẫn nhiệt tình, cảm ơn.",
    "Nên cho nộp bản chụp thay cho bản sao chứng thực",
    "Trang web hơi khó tìm biểu mẫu trên điện thoại.",
    "không có ý kiến",
    "Cần công khai phí, lệ phí ngay tại bàn tiếp nhận.\r\nChỗ ngồi chờ còn ít.",
    "Mong có tin nhắn báo khi hồ sơ trễ hẹn",
    "ok",
    "Hồ sơ <tách thửa> phải đi lại nhiều lần & chờ lâu.",
    "Phần mềm nộp trực tuyến hay bị lỗi giờ cao điểm!",
    "=> đề nghị hướng dẫn một lần cho đầy đủ",
    "Thái độ phục vụ tốt hơn năm trước 👍",
];

/// Something that fits the field, in one of the ways in which people write it.
pub(super) fn typed(dice: &mut Dice, kind: &InputKind) -> String {
    match kind {
        InputKind::Integer { min, max } => {
            let number = between(dice, *min, *max);
            grouped(dice, number)
        }
        InputKind::Number { min, max } => {
            let whole = between(dice, *min, *max);
            match (whole < *max, dice.below(4)) {
                (true, 0) => format!("{whole},{}", 1 + dice.below(9)),
                (true, 1) => format!("{whole},{}5", dice.below(10)),
                _ => grouped(dice, whole),
            }
        }
        InputKind::Date { from_year, to_year } => date(dice, *from_year, *to_year),
        InputKind::Text => handed_in(dice, &WORDS),
        InputKind::LongText if dice.chance(720) => String::new(),
        InputKind::LongText => handed_in(dice, &COMMENTS),
    }
}

/// Something that does not fit the field, as people type before they read.
pub(super) fn slipped(dice: &mut Dice, kind: &InputKind) -> Option<String> {
    let slip = match kind {
        InputKind::Integer { .. } | InputKind::Number { .. } => {
            ["khoảng mười", "không nhớ", "1o", "12,,5"]
        }
        InputKind::Date { .. } => ["31/02/2024", "hôm qua", "2024", "13/13/2024"],
        InputKind::Text | InputKind::LongText => return None,
    };
    dice.chance(40).then(|| (*dice.pick(&slip)).to_owned())
}

fn between(dice: &mut Dice, min: i64, max: i64) -> i64 {
    let span = usize::try_from(max.saturating_sub(min)).unwrap_or(0).saturating_add(1);
    min.saturating_add(i64::try_from(dice.below(span)).unwrap_or(0))
}

/// A whole number, from a thousand on sometimes with groups of three.
fn grouped(dice: &mut Dice, number: i64) -> String {
    let plain = number.to_string();
    let separator = match dice.below(4) {
        0 => ".",
        1 => " ",
        2 if dice.chance(500) => return format!(" {plain}"),
        _ => return plain,
    };
    if !(1_000..1_000_000).contains(&number) {
        return plain;
    }
    let (head, tail) = plain.split_at(plain.len() - 3);
    format!("{head}{separator}{tail}")
}

fn date(dice: &mut Dice, from_year: u16, to_year: u16) -> String {
    let year = between(dice, i64::from(from_year), i64::from(to_year));
    // Days up to 28 are in every month.
    let (month, day) = (1 + dice.below(12), 1 + dice.below(28));
    match dice.below(6) {
        0 => format!("{year:04}-{month:02}-{day:02}"),
        1 => format!("{day:02}{month:02}{year:04}"),
        2 => format!("{day:02}-{month:02}-{year:04}"),
        3 => format!("{day}.{month}.{year:04}"),
        4 => format!("{day:02}/{month:02}/{year:04}"),
        _ => format!("{day}/{month}/{year:04}"),
    }
}

fn handed_in(dice: &mut Dice, texts: &[&str]) -> String {
    let text = *dice.pick(texts);
    match dice.below(10) {
        0 => text.nfd().collect(),
        1 => format!("  {text} "),
        _ => text.to_owned(),
    }
}
