//! What a cell shows, as text.

use calamine::{CellErrorType, DataType, ExcelDateTime};

/// The cell as text of at most `most` bytes: whole numbers without a decimal point,
/// dates as ISO.
pub fn shown(value: &impl DataType, most: usize) -> String {
    let clipped = |text: &str| text[..text.floor_char_boundary(most)].to_owned();
    if let Some(text) = value.get_string() {
        return clipped(text);
    }
    if let Some(text) = value.get_datetime_iso().or(value.get_duration_iso()) {
        return clipped(text);
    }
    if let Some(number) = value.get_int() {
        return number.to_string();
    }
    if let Some(number) = value.get_float() {
        return number_shown(number);
    }
    if let Some(truth) = value.get_bool() {
        return if truth { "TRUE" } else { "FALSE" }.to_owned();
    }
    if let Some(moment) = value.get_datetime() {
        return moment_shown(&moment);
    }
    value.get_error().map_or("", error_shown).to_owned()
}

fn number_shown(number: f64) -> String {
    // Rust writes a whole f64 without ".0" here, and never with an exponent.
    if number == 0.0 { "0".to_owned() } else { format!("{number}") }
}

fn moment_shown(moment: &ExcelDateTime) -> String {
    if !moment.is_datetime() {
        return number_shown(moment.as_f64());
    }
    let (year, month, day, hour, minute, second, _) = moment.to_ymd_hms_milli();
    match (hour, minute, second) {
        (0, 0, 0) => format!("{year:04}-{month:02}-{day:02}"),
        _ => format!("{year:04}-{month:02}-{day:02} {hour:02}:{minute:02}:{second:02}"),
    }
}

fn error_shown(error: &CellErrorType) -> &'static str {
    match error {
        CellErrorType::Div0 => "#DIV/0!",
        CellErrorType::NA => "#N/A",
        CellErrorType::Name => "#NAME?",
        CellErrorType::Null => "#NULL!",
        CellErrorType::Num => "#NUM!",
        CellErrorType::Ref => "#REF!",
        CellErrorType::Value => "#VALUE!",
        _ => "#ERROR!",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_read_back_as_a_person_sees_them() {
        let shown: Vec<_> = [912_345_678.0, 0.0, -0.0, 1.5, 1e15, -3.0].map(number_shown).to_vec();
        assert_eq!(shown, ["912345678", "0", "0", "1.5", "1000000000000000", "-3"]);
    }
}
