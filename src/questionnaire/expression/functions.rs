//! The functions that expressions may call.

/// A function of the language; `regex` and `jr:choice-name` have shapes of their own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Function {
    Abs,
    Boolean,
    BooleanFromString,
    Ceiling,
    Coalesce,
    Concat,
    Contains,
    CountSelected,
    Date,
    DecimalDateTime,
    EndsWith,
    False,
    Floor,
    FormatDate,
    If,
    Int,
    Join,
    Max,
    Min,
    NormalizeSpace,
    Not,
    Number,
    Once,
    Pi,
    Pow,
    Round,
    Selected,
    SelectedAt,
    Sqrt,
    StartsWith,
    String,
    StringLength,
    Substr,
    Substring,
    SubstringAfter,
    SubstringBefore,
    Sum,
    Today,
    Translate,
    True,
}

/// A function with its name and how many arguments it takes.
pub(super) struct Entry {
    pub(super) name: &'static str,
    pub(super) function: Function,
    pub(super) least: usize,
    pub(super) most: usize,
}

const ANY: usize = usize::MAX;

/// The pattern function, whose second argument is compiled when the form is read.
pub(super) const REGEX: &str = "regex";

/// The function that names an option, whose second argument is a question.
pub(super) const CHOICE_NAME: &str = "jr:choice-name";

/// Every function in order of its name.
pub(super) const FUNCTIONS: [Entry; 40] = [
    entry("abs", Function::Abs, 1, 1),
    entry("boolean", Function::Boolean, 1, 1),
    entry("boolean-from-string", Function::BooleanFromString, 1, 1),
    entry("ceiling", Function::Ceiling, 1, 1),
    entry("coalesce", Function::Coalesce, 2, ANY),
    entry("concat", Function::Concat, 1, ANY),
    entry("contains", Function::Contains, 2, 2),
    entry("count-selected", Function::CountSelected, 1, 1),
    entry("date", Function::Date, 1, 1),
    entry("decimal-date-time", Function::DecimalDateTime, 1, 1),
    entry("ends-with", Function::EndsWith, 2, 2),
    entry("false", Function::False, 0, 0),
    entry("floor", Function::Floor, 1, 1),
    entry("format-date", Function::FormatDate, 2, 2),
    entry("if", Function::If, 3, 3),
    entry("int", Function::Int, 1, 1),
    entry("join", Function::Join, 2, ANY),
    entry("max", Function::Max, 1, ANY),
    entry("min", Function::Min, 1, ANY),
    entry("normalize-space", Function::NormalizeSpace, 1, 1),
    entry("not", Function::Not, 1, 1),
    entry("number", Function::Number, 1, 1),
    entry("once", Function::Once, 1, 1),
    entry("pi", Function::Pi, 0, 0),
    entry("pow", Function::Pow, 2, 2),
    entry("round", Function::Round, 1, 2),
    entry("selected", Function::Selected, 2, 2),
    entry("selected-at", Function::SelectedAt, 2, 2),
    entry("sqrt", Function::Sqrt, 1, 1),
    entry("starts-with", Function::StartsWith, 2, 2),
    entry("string", Function::String, 1, 1),
    entry("string-length", Function::StringLength, 1, 1),
    entry("substr", Function::Substr, 2, 3),
    entry("substring", Function::Substring, 2, 3),
    entry("substring-after", Function::SubstringAfter, 2, 2),
    entry("substring-before", Function::SubstringBefore, 2, 2),
    entry("sum", Function::Sum, 1, ANY),
    entry("today", Function::Today, 0, 0),
    entry("translate", Function::Translate, 3, 3),
    entry("true", Function::True, 0, 0),
];

/// What ODK `XPath` has and this subset leaves out, to be refused by name.
const LEFT_OUT: [&str; 37] = [
    "acos",
    "area",
    "asin",
    "atan",
    "atan2",
    "base64-decode",
    "checklist",
    "cos",
    "count",
    "count-non-empty",
    "current",
    "date-time",
    "decimal-time",
    "digest",
    "distance",
    "enclosed-area",
    "exp",
    "exp10",
    "format-date-time",
    "id",
    "indexed-repeat",
    "instance",
    "jr:itext",
    "last",
    "lang",
    "local-name",
    "log",
    "log10",
    "now",
    "position",
    "pulldata",
    "random",
    "randomize",
    "sin",
    "tan",
    "uuid",
    "weighted-checklist",
];

const fn entry(name: &'static str, function: Function, least: usize, most: usize) -> Entry {
    Entry { name, function, least, most }
}

/// The names of all functions.
pub(in super::super) fn function_names() -> impl Iterator<Item = &'static str> {
    FUNCTIONS.iter().map(|entry| entry.name).chain([REGEX, CHOICE_NAME])
}

/// The function called `name`.
pub(super) fn find(name: &str) -> Option<&'static Entry> {
    FUNCTIONS.iter().find(|entry| entry.name == name)
}

/// Whether ODK `XPath` knows the function although this subset does not.
pub(super) fn is_left_out(name: &str) -> bool {
    LEFT_OUT.contains(&name)
}

/// The first call of a function that is left out, with the byte at which it starts.
pub(super) fn left_out_in(source: &str) -> Option<(usize, &'static str)> {
    let calls = LEFT_OUT.iter().filter_map(|name| {
        let is_call = |at: &usize| {
            let part_of_word = |c: char| c.is_alphanumeric() || matches!(c, '_' | '-' | ':');
            source[at + name.len()..].trim_start().starts_with('(')
                && !source[..*at].ends_with(part_of_word)
        };
        source.match_indices(name).map(|(at, _)| at).find(is_call).map(|at| (at, *name))
    });
    calls.min_by_key(|(at, _)| *at)
}
