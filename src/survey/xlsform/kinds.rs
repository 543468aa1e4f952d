//! What the column `type` can say.

/// What a row of the sheet of questions is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum RowKind {
    /// A question of a kind that this program asks.
    Question(Asked),
    /// The beginning of a group.
    BeginGroup,
    /// The end of a group.
    EndGroup,
    /// The end of something that was refused where it began.
    EndRepeat,
    /// When, where and by whom a form is filled in.
    Metadata,
    /// A repeat.
    Repeat,
    /// A question with options from outside the workbook.
    External,
    /// A question that lacks the name of its list.
    WithoutList,
    /// A type of the standard that is not supported.
    Unsupported,
    /// No type of the standard.
    Unknown,
}

/// The kinds of questions that are asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Asked {
    Text,
    Integer,
    Decimal,
    Date,
    Note,
    Calculate,
    /// A whole number or text that brings its own constraint and hint.
    Preset(&'static Preset),
    Select {
        several: bool,
        list: String,
        other: bool,
    },
}

/// A type that is another one with a constraint and a hint.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Preset {
    name: &'static str,
    pub(super) integer: bool,
    pub(super) constraint: &'static str,
    pub(super) hint: &'static str,
}

static PRESETS: [Preset; 5] = [
    preset("phone_number", false, r"regex(., '^\d*$')", "Enter numbers only."),
    preset("percentage", true, "0 <= . and . <= 100", ""),
    preset("number_of_days_in_last_month", true, "0 <= . and . <= 31", "Enter a number 0-31."),
    preset(
        "number_of_days_in_last_six_months",
        true,
        "0 <= . and . <= 183",
        "Enter a number 0-183.",
    ),
    preset("number_of_days_in_last_year", true, "0 <= . and . <= 365", "Enter a number 0-365."),
];

const fn preset(
    name: &'static str,
    integer: bool,
    constraint: &'static str,
    hint: &'static str,
) -> Preset {
    Preset { name, integer, constraint, hint }
}

/// How questions with options begin; longer beginnings stand first.
const SELECTS: [(&str, bool); 14] = [
    ("add select one prompt using ", false),
    ("add select multiple prompt using ", true),
    ("select all that apply from ", true),
    ("select multiple from ", true),
    ("select multiple using ", true),
    ("select one from ", false),
    ("select one using ", false),
    ("select all that apply ", true),
    ("select_multiple ", true),
    ("select multiple ", true),
    ("select_one ", false),
    ("select one ", false),
    ("select1 ", false),
    ("select ", true),
];

const EXTERNAL: [&str; 6] = [
    "select_one_external",
    "select one external",
    "select_one_from_file",
    "select one from file",
    "select_multiple_from_file",
    "select multiple from file",
];

const OTHER: [&str; 3] = [" or specify other", " or_other", " or other"];

/// Types without a list that are recorded without asking.
const METADATA: [&str; 24] = [
    "start",
    "start_time",
    "get_start_time",
    "end",
    "end_time",
    "get_end_time",
    "today",
    "get_today",
    "deviceid",
    "device_id",
    "get_device_id",
    "imei",
    "subscriberid",
    "subscriber_id",
    "get_subscriber_id",
    "simserial",
    "sim_id",
    "get_sim_id",
    "phonenumber",
    "get_phone_number",
    "username",
    "email",
    "audit",
    "uri",
];

/// Types of the standard that are refused by name.
const UNSUPPORTED: [&str; 44] = [
    "time",
    "datetime",
    "date_time",
    "acknowledge",
    "trigger",
    "geopoint",
    "geotrace",
    "geoshape",
    "gps",
    "location",
    "start-geopoint",
    "background-geopoint",
    "barcode",
    "image",
    "photo",
    "picture",
    "audio",
    "video",
    "file",
    "background-audio",
    "range",
    "rank",
    "hidden",
    "osm",
    "csv-external",
    "xml-external",
    "include",
    "loop",
    "q_picture",
    "q_image",
    "q_audio",
    "q_video",
    "q_barcode",
    "q_geopoint",
    "q_acknowledge",
    "add_image_prompt",
    "add_photo_prompt",
    "add_audio_prompt",
    "add_video_prompt",
    "add_file_prompt",
    "add_barcode_prompt",
    "add_location_prompt",
    "add_acknowledge_prompt",
    "cascading_select",
];

/// Reads the type of a row.
pub(super) fn row_kind(written: &str) -> RowKind {
    let words = written.split_whitespace().collect::<Vec<_>>().join(" ");
    let lower = words.to_lowercase();
    if EXTERNAL.iter().any(|external| lower.starts_with(external)) {
        return RowKind::External;
    }
    if let Some(select) = select(&words, &lower) {
        return select;
    }
    let snake = lower.replace(' ', "_");
    let plain = snake.strip_prefix("q_").unwrap_or(&snake);
    let plain =
        plain.strip_prefix("add_").and_then(|rest| rest.strip_suffix("_prompt")).unwrap_or(plain);
    if let Some(preset) = PRESETS.iter().find(|preset| preset.name == snake) {
        return RowKind::Question(Asked::Preset(preset));
    }
    match plain {
        "text" | "string" => RowKind::Question(Asked::Text),
        "integer" | "int" => RowKind::Question(Asked::Integer),
        "decimal" => RowKind::Question(Asked::Decimal),
        "date" => RowKind::Question(Asked::Date),
        "note" => RowKind::Question(Asked::Note),
        "calculate" => RowKind::Question(Asked::Calculate),
        "begin_group" => RowKind::BeginGroup,
        "end_group" => RowKind::EndGroup,
        "end_repeat" | "end_loop" | "end_lgroup" | "end_looped_group" => RowKind::EndRepeat,
        _ if ["begin_repeat", "begin_loop", "begin_lgroup", "begin_looped_group"]
            .iter()
            .any(|begin| plain.starts_with(begin)) =>
        {
            RowKind::Repeat
        }
        _ if METADATA.contains(&snake.as_str()) || snake.starts_with("uri:") => RowKind::Metadata,
        _ if is_select(&lower) => RowKind::WithoutList,
        _ => {
            let first = lower.split(' ').next().unwrap_or_default();
            let known = |name: &str| UNSUPPORTED.contains(&name);
            let unsupported = known(&snake) || known(plain) || known(first);
            if unsupported { RowKind::Unsupported } else { RowKind::Unknown }
        }
    }
}

fn select(words: &str, lower: &str) -> Option<RowKind> {
    let (start, several) = SELECTS.iter().find(|(start, _)| lower.starts_with(start))?;
    // Small letters of the beginnings are ASCII, so both texts part at the same byte.
    let list = words.get(start.len()..)?;
    let other = OTHER.iter().find(|other| list.to_lowercase().ends_with(**other));
    let list = &list[..list.len() - other.map_or(0, |other| other.len())];
    if list.contains("${") {
        return Some(RowKind::External);
    }
    if list.is_empty() || list.contains(' ') {
        return Some(RowKind::Unknown);
    }
    let (several, other) = (*several, other.is_some());
    Some(RowKind::Question(Asked::Select { several, list: list.to_owned(), other }))
}

fn is_select(lower: &str) -> bool {
    SELECTS.iter().any(|(start, _)| start.trim_end() == lower)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn list(several: bool, list: &str, other: bool) -> RowKind {
        RowKind::Question(Asked::Select { several, list: list.to_owned(), other })
    }

    #[test]
    fn one_type_is_spelt_in_many_ways() {
        assert_eq!(row_kind("Select_One  yes_no"), list(false, "yes_no", false));
        assert_eq!(row_kind("select one from L or specify other"), list(false, "L", true));
        assert_eq!(row_kind("select_multiple l or_other"), list(true, "l", true));
        assert_eq!(row_kind("select all that apply from l"), list(true, "l", false));
        assert_eq!(row_kind("select1 l"), list(false, "l", false));
        assert_eq!(row_kind("int"), RowKind::Question(Asked::Integer));
        assert_eq!(row_kind("add text prompt"), RowKind::Question(Asked::Text));
        assert_eq!(row_kind("BEGIN GROUP"), RowKind::BeginGroup);
        assert_eq!(row_kind("end_group"), RowKind::EndGroup);
        assert_eq!(row_kind("begin repeat"), RowKind::Repeat);
    }

    #[test]
    fn what_is_not_asked_is_told_apart() {
        for external in ["select_one_from_file a.csv", "select_one ${a}", "select_one_external a"] {
            assert_eq!(row_kind(external), RowKind::External, "{external}");
        }
        for unsupported in ["geopoint", "barcode", "dateTime", "range", "rank a", "osm c1", "image"]
        {
            assert_eq!(row_kind(unsupported), RowKind::Unsupported, "{unsupported}");
        }
        assert_eq!(row_kind("uri:deviceid"), RowKind::Metadata);
        assert_eq!(row_kind("phonenumber"), RowKind::Metadata);
        assert_eq!(row_kind("select_one"), RowKind::WithoutList);
        assert_eq!(row_kind("select_one a b"), RowKind::Unknown);
        assert_eq!(row_kind("txt"), RowKind::Unknown);
    }
}
