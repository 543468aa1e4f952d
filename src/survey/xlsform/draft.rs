//! A form on its way from a workbook to a form file: every part knows its row.

/// A text in each language of the form, in the order of the languages.
pub(super) type Wording = Vec<(String, String)>;

/// A form as the workbook means it.
#[derive(Debug, Default)]
pub(super) struct Draft {
    pub(super) id: String,
    pub(super) version: String,
    pub(super) title: Wording,
    pub(super) languages: Vec<String>,
    pub(super) lists: Vec<DraftList>,
    pub(super) sections: Vec<DraftSection>,
    pub(super) questions: Vec<DraftQuestion>,
}

/// A list of options.
#[derive(Debug, Default)]
pub(super) struct DraftList {
    pub(super) name: String,
    pub(super) row: usize,
    pub(super) scale: bool,
    pub(super) options: Vec<DraftOption>,
    pub(super) dont_know: Option<Wording>,
}

/// An option of a list.
#[derive(Debug)]
pub(super) struct DraftOption {
    pub(super) row: usize,
    pub(super) code: i16,
    pub(super) name: String,
    pub(super) label: Wording,
    pub(super) coefficient: Option<String>,
    pub(super) further: Vec<(String, String)>,
}

/// A group of questions.
#[derive(Debug)]
pub(super) struct DraftSection {
    pub(super) row: usize,
    pub(super) path: String,
    pub(super) title: Option<Wording>,
    pub(super) relevant: Option<String>,
}

/// A question, a note or a calculation.
#[derive(Debug, Default)]
pub(super) struct DraftQuestion {
    pub(super) row: usize,
    pub(super) name: String,
    pub(super) kind: DraftKind,
    pub(super) section: Option<String>,
    pub(super) label: Option<Wording>,
    pub(super) hint: Option<Wording>,
    /// An expression; `true()` if an answer is always needed.
    pub(super) required: Option<String>,
    pub(super) required_message: Option<Wording>,
    pub(super) relevant: Option<String>,
    pub(super) constraint: Option<String>,
    pub(super) constraint_message: Option<Wording>,
    pub(super) soft_constraint: Option<String>,
    pub(super) soft_message: Option<Wording>,
    pub(super) choice_filter: Option<String>,
    pub(super) calculation: Option<String>,
    pub(super) criterion: Option<String>,
    pub(super) without_dont_know: bool,
}

/// The kind of a question.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub(super) enum DraftKind {
    #[default]
    Text,
    LongText,
    Integer,
    Number,
    Date,
    Note,
    Calculate,
    /// One or several options of a list.
    Select {
        several: bool,
        list: String,
    },
}

impl DraftQuestion {
    /// The list that the question takes its options from.
    pub(super) fn list(&self) -> Option<&str> {
        match &self.kind {
            DraftKind::Select { list, .. } => Some(list),
            _ => None,
        }
    }
}

/// The names in every `${…}` of a text or expression.
pub(super) fn references(text: &str) -> impl Iterator<Item = &str> {
    text.split("${").skip(1).filter_map(|rest| Some(rest.split_once('}')?.0.trim()))
}
