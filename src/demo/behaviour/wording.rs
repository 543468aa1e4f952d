//! Reading options as a person does: by their words, not by their codes.

use crate::sampling::fold;

/// Words that praise, as [`fold`] leaves them.
const GOOD: [&str; 22] = [
    "tot",
    "kha",
    "hai long",
    "kip thoi",
    "dong y",
    "hop ly",
    "thuan loi",
    "day du",
    "ro rang",
    "dat",
    "dung hen",
    "phu hop",
    "nhanh",
    "good",
    "satisfied",
    "timely",
    "agree",
    "better",
    "excellent",
    "easy",
    "clear",
    "fully",
];
/// Words that blame.
const BAD: [&str; 14] = [
    "kem",
    "xau",
    "te",
    "cham",
    "kho",
    "poor",
    "dissatisfied",
    "disagree",
    "worse",
    "late",
    "bad",
    "difficult",
    "unclear",
    "never",
];
/// Words that do neither.
const NEUTRAL: [&str; 11] = [
    "binh thuong",
    "trung binh",
    "nhu truoc",
    "nhu cu",
    "phan van",
    "average",
    "neither",
    "neutral",
    "the same",
    "fair",
    "moderate",
];
const NEGATION: [&str; 4] = ["khong", "chua", "not", "no"];
const STRONG: [&str; 8] =
    ["rat", "nhieu", "hoan toan", "very", "much", "strongly", "completely", "extremely"];
const WEAK: [&str; 6] = ["co luc", "doi khi", "tuong doi", "sometimes", "somewhat", "fairly"];

/// What a list of options is to somebody who reads it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Kind {
    /// From worst to best: the positions of the options in that order.
    Scale(Vec<usize>),
    /// Yes or no: the position of yes, then of no.
    YesNo(usize, usize),
    /// Something to choose from.
    Choice,
}

/// What the options mean, those set apart left out.
pub(super) fn kind(labels: &[(usize, &str)]) -> Kind {
    let folded: Vec<(usize, String)> =
        labels.iter().map(|(position, label)| (*position, fold(label))).collect();
    let find = |words: [&str; 2]| {
        folded.iter().find(|(_, label)| words.contains(&&**label)).map(|(position, _)| *position)
    };
    if let (Some(yes), Some(no)) = (find(["co", "yes"]), find(["khong", "no"])) {
        return Kind::YesNo(yes, no);
    }
    let praise: Option<Vec<i32>> = folded.iter().map(|(_, label)| praise(label)).collect();
    let Some(praise) = praise.filter(|praise| praise.len() >= 2) else { return Kind::Choice };
    let positions = || labels.iter().map(|(position, _)| *position);
    match (praise.is_sorted(), praise.is_sorted_by(|one, other| one >= other)) {
        (true, false) => Kind::Scale(positions().collect()),
        (false, true) => Kind::Scale(positions().rev().collect()),
        _ => Kind::Choice,
    }
}

/// How much a label praises, where it does so at all: -20 to 20.
fn praise(label: &str) -> Option<i32> {
    let label = format!(" {label} ");
    let says = |words: &[&str]| words.iter().any(|word| label.contains(&format!(" {word} ")));
    // "Tốt hơn nhiều" is a matter of degree, a sentence with a good word in it is not.
    if label.split_whitespace().count() > 6 {
        return None;
    }
    let strength = if says(&STRONG) { 2 } else { 1 };
    if says(&NEUTRAL) || says(&WEAK) && says(&NEGATION) {
        Some(0)
    } else if says(&BAD) {
        Some(-10 * strength)
    } else if says(&GOOD) {
        let sign = if says(&NEGATION) { -10 } else { 10 };
        let is_faint = says(&WEAK) || label == " kha ";
        Some(if is_faint { sign / 2 } else { sign * strength })
    } else {
        says(&WEAK).then_some(0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(labels: &[&str]) -> Kind {
        kind(&labels.iter().copied().enumerate().collect::<Vec<_>>())
    }

    #[test]
    fn scales_are_known_in_both_directions_and_languages() {
        let falling = Kind::Scale(vec![4, 3, 2, 1, 0]);
        for labels in [
            ["Rất tốt", "Tốt", "Trung bình", "Kém", "Rất kém"],
            ["Rất hài lòng", "Hài lòng", "Bình thường", "Không hài lòng", "Rất không hài lòng"],
            ["Tốt hơn nhiều", "Tốt hơn", "Như trước", "Kém hơn", "Kém hơn nhiều"],
            ["Very good", "Good", "Average", "Poor", "Very poor"],
            [
                "Very satisfied",
                "Satisfied",
                "Neither satisfied nor dissatisfied",
                "Dissatisfied",
                "Very dissatisfied",
            ],
            ["Much better", "Better", "The same", "Worse", "Much worse"],
        ] {
            assert_eq!(of(&labels), falling, "{labels:?}");
            let rising: Vec<&str> = labels.iter().rev().copied().collect();
            assert_eq!(of(&rising), Kind::Scale(vec![0, 1, 2, 3, 4]));
        }
        assert_eq!(of(&["Tốt", "Khá", "Trung bình", "Kém"]), Kind::Scale(vec![3, 2, 1, 0]));
        let timely = ["Kịp thời", "Có lúc chưa kịp thời", "Không kịp thời"];
        assert_eq!(of(&timely), Kind::Scale(vec![2, 1, 0]));
        assert_eq!(of(&["Timely", "Sometimes late", "Late"]), Kind::Scale(vec![2, 1, 0]));
        assert_eq!(of(&["Good", "Fairly good", "Average", "Poor"]), Kind::Scale(vec![3, 2, 1, 0]));
    }

    #[test]
    fn yes_and_no_are_no_scale() {
        assert_eq!(of(&["Có", "Không", "Không muốn trả lời"]), Kind::YesNo(0, 1));
        assert_eq!(of(&["No", "Yes"]), Kind::YesNo(1, 0));
    }

    #[test]
    fn a_list_of_things_is_no_scale() {
        assert_eq!(of(&["Nộp trực tiếp", "Qua bưu chính công ích", "Trực tuyến"]), Kind::Choice);
        assert_eq!(of(&["Không phải đi lại", "1 lần", "2 lần", "3 lần trở lên"]), Kind::Choice);
        assert_eq!(of(&["Khen thưởng", "Phần mềm, cơ sở dữ liệu tốt hơn"]), Kind::Choice);
        assert_eq!(of(&[]), Kind::Choice);
    }
}
