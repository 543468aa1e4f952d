//! The same thing typed by many hands.

use super::{DemoStratum, Member};
use crate::{demo::dice::Dice, sampling::fold};
use unicode_normalization::UnicodeNormalization;

/// What stands in the rows of a list: id, name, unit, group, phone, e-mail, dossier.
pub(super) type Cells = [String; 7];

/// A member as somebody typed it, and whether the telephone number is of no use.
pub(super) fn row(dice: &mut Dice, stratum: &DemoStratum, member: &Member) -> (Cells, bool) {
    let is_useless = dice.chance(6) && !member.phone.is_empty();
    let phone = match is_useless {
        true => (*dice.pick(&["không có", "0710", "chưa cập nhật"])).to_owned(),
        false => phone(dice, &member.phone),
    };
    let cells = [
        member.id.clone(),
        text(dice, &member.name),
        code(dice, &stratum.unit, &stratum.unit_name),
        code(dice, &stratum.group, &stratum.group_name),
        phone,
        email(dice, &member.email),
        member.dossier.clone(),
    ];
    (cells, is_useless)
}

/// A text in capitals, with blanks too many, or with letters in two parts.
pub(super) fn text(dice: &mut Dice, text: &str) -> String {
    match dice.below(100) {
        0..4 => text.to_uppercase(),
        4..14 => text.nfd().collect(),
        14..19 => format!("{text} "),
        19..22 => text.replacen(' ', "  ", 1),
        22..24 => text.replacen(' ', "\u{a0}", 1),
        _ => text.to_owned(),
    }
}

fn code(dice: &mut Dice, code: &str, name: &str) -> String {
    match dice.below(100) {
        0..15 => text(dice, name),
        15..20 => fold(name),
        20..25 => name.to_lowercase(),
        25..30 => code.to_uppercase(),
        _ => code.to_owned(),
    }
}

fn phone(dice: &mut Dice, phone: &str) -> String {
    let Some((head, tail)) = phone.split_at_checked(4) else { return phone.to_owned() };
    let (middle, tail) = tail.split_at(3);
    match dice.below(100) {
        0..12 => format!("{head} {middle} {tail}"),
        12..20 => format!("{head}.{middle}.{tail}"),
        20..28 => format!("+84{}{middle}{tail}", &head[1..]),
        28..31 => format!("{phone} "),
        _ => phone.to_owned(),
    }
}

fn email(dice: &mut Dice, email: &str) -> String {
    match dice.below(100) {
        0..5 => email.to_uppercase(),
        5..8 => format!(" {email}"),
        _ => email.to_owned(),
    }
}
