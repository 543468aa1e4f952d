//! Writing a form file, with the row of the workbook behind each line.

use super::{
    draft::{Draft, DraftKind, DraftList, DraftQuestion, Wording},
    finding::SheetName,
    paging::pages,
};
use std::fmt::Write;

/// A form file, and where each of its lines comes from.
#[derive(Debug, Default)]
pub(super) struct FormFile {
    pub(super) text: String,
    origins: Vec<Option<(SheetName, usize)>>,
}

impl FormFile {
    /// Writes the file of a form.
    pub(super) fn of(draft: &Draft) -> Self {
        let mut file = Self::default();
        let settings = Some((SheetName::Settings, 2));
        file.line(settings, &format!("form = {}", quoted(&draft.id)));
        file.line(settings, &format!("version = {}", quoted(&draft.version)));
        file.line(settings, &format!("title = {}", wording(&draft.title)));
        let languages: Vec<String> = draft.languages.iter().map(|code| quoted(code)).collect();
        file.line(None, &format!("languages = [{}]", languages.join(", ")));
        for list in &draft.lists {
            file.list(list);
        }
        for section in &draft.sections {
            let origin = Some((SheetName::Survey, section.row));
            file.line(None, "");
            file.line(origin, &format!("[sections.{}]", key(&section.path)));
            if let Some(title) = &section.title {
                file.line(origin, &format!("title = {}", wording(title)));
            }
            file.text_line(origin, "relevant", section.relevant.as_deref());
        }
        for (at, page) in pages(draft).into_iter().enumerate() {
            let row = draft.questions.get(page.questions.start).map_or(1, |first| first.row);
            let origin = Some((SheetName::Survey, row));
            file.line(None, "");
            file.line(origin, "[[page]]");
            file.line(origin, &format!("id = \"trang-{}\"", at + 1));
            file.text_line(origin, "section", page.section.as_deref());
            for question in &draft.questions[page.questions] {
                file.question(question, draft);
            }
        }
        file
    }

    /// The row from which a line comes.
    pub(super) fn origin(&self, line: usize) -> Option<(SheetName, usize)> {
        *self.origins.get(line.checked_sub(1)?)?
    }

    fn line(&mut self, origin: Option<(SheetName, usize)>, line: &str) {
        self.text.push_str(line);
        self.text.push('\n');
        self.origins.push(origin);
    }

    fn text_line(&mut self, origin: Option<(SheetName, usize)>, key: &str, text: Option<&str>) {
        if let Some(text) = text {
            self.line(origin, &format!("{key} = {}", quoted(text)));
        }
    }

    fn wording_line(
        &mut self,
        origin: Option<(SheetName, usize)>,
        key: &str,
        text: Option<&Wording>,
    ) {
        if let Some(text) = text {
            self.line(origin, &format!("{key} = {}", wording(text)));
        }
    }

    fn list(&mut self, list: &DraftList) {
        let origin = Some((SheetName::Choices, list.row));
        let kind = if list.scale { "scales" } else { "lists" };
        self.line(None, "");
        self.line(origin, &format!("[{kind}.{}]", key(&list.name)));
        self.wording_line(origin, "dont_know", list.dont_know.as_ref());
        self.line(origin, "options = [");
        for option in &list.options {
            let mut line = format!("  {{ code = {}", option.code);
            if option.name != option.code.to_string() {
                push(&mut line, "name", &quoted(&option.name));
            }
            push(&mut line, "label", &wording(&option.label));
            if let Some(coefficient) = &option.coefficient {
                push(&mut line, "coefficient", &number(coefficient));
            }
            for (column, value) in &option.further {
                push(&mut line, &key(column), &quoted(value));
            }
            line.push_str(" },");
            self.line(Some((SheetName::Choices, option.row)), &line);
        }
        self.line(origin, "]");
    }

    fn question(&mut self, question: &DraftQuestion, draft: &Draft) {
        let origin = Some((SheetName::Survey, question.row));
        self.line(None, "");
        self.line(origin, "[[page.question]]");
        self.text_line(origin, "name", Some(&question.name));
        let scale = |list: &str| draft.lists.iter().any(|known| known.name == list && known.scale);
        let (kind, list_key) = match &question.kind {
            DraftKind::Text => ("text", ""),
            DraftKind::LongText => ("long_text", ""),
            DraftKind::Integer => ("integer", ""),
            DraftKind::Number => ("number", ""),
            DraftKind::Date => ("date", ""),
            DraftKind::Note => ("note", ""),
            DraftKind::Calculate => ("calculate", ""),
            DraftKind::Select { several: true, .. } => ("several", "list"),
            DraftKind::Select { list, .. } if scale(list) => ("scale", "scale"),
            DraftKind::Select { .. } => ("one", "list"),
        };
        self.text_line(origin, "kind", Some(kind));
        self.text_line(origin, list_key, question.list());
        self.text_line(origin, "criterion", question.criterion.as_deref());
        self.wording_line(origin, "label", question.label.as_ref());
        self.wording_line(origin, "hint", question.hint.as_ref());
        match question.required.as_deref() {
            Some("true()") => self.line(origin, "required = true"),
            when => self.text_line(origin, "required", when),
        }
        self.wording_line(origin, "required_message", question.required_message.as_ref());
        self.text_line(origin, "relevant", question.relevant.as_deref());
        match maximum(question) {
            Some(maximum) => self.line(origin, &format!("maximum = {maximum}")),
            None => self.text_line(origin, "constraint", question.constraint.as_deref()),
        }
        self.wording_line(origin, "constraint_message", question.constraint_message.as_ref());
        self.text_line(origin, "soft_constraint", question.soft_constraint.as_deref());
        self.wording_line(origin, "soft_message", question.soft_message.as_ref());
        self.text_line(origin, "choice_filter", question.choice_filter.as_deref());
        if question.without_dont_know {
            self.line(origin, "dont_know = false");
        }
        self.text_line(origin, "calculation", question.calculation.as_deref());
    }
}

/// A limit without a message of its own: the program words it, and says it beforehand.
fn maximum(question: &DraftQuestion) -> Option<u16> {
    let DraftKind::Select { several: true, .. } = question.kind else { return None };
    let limit = question.constraint.as_deref().filter(|_| question.constraint_message.is_none())?;
    let digits = limit.strip_prefix("count-selected(.) <= ")?;
    digits.parse().ok().filter(|most: &u16| *most >= 1 && most.to_string() == digits)
}

fn push(line: &mut String, key: &str, value: &str) {
    let _ = write!(line, ", {key} = {value}");
}

/// A key as TOML reads it: bare where it can be.
fn key(text: &str) -> String {
    let is_bare = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-');
    match !text.is_empty() && text.bytes().all(is_bare) {
        true => text.to_owned(),
        false => quoted(text),
    }
}

/// A number as TOML writes it, which has no bare `.5` and no `+`.
fn number(text: &str) -> String {
    text.parse::<f64>().map_or_else(|_| quoted(text), |number| format!("{number:?}"))
}

pub(super) fn wording(wording: &Wording) -> String {
    let texts: Vec<String> =
        wording.iter().map(|(language, text)| format!("{language} = {}", quoted(text))).collect();
    format!("{{ {} }}", texts.join(", "))
}

/// A text in quotes as TOML reads it.
pub(super) fn quoted(text: &str) -> String {
    let mut quoted = String::with_capacity(text.len() + 2);
    quoted.push('"');
    for c in text.chars() {
        match c {
            '"' => quoted.push_str("\\\""),
            '\\' => quoted.push_str("\\\\"),
            '\n' => quoted.push_str("\\n"),
            '\r' => {}
            '\t' => quoted.push_str("\\t"),
            c if c.is_control() => {
                let _ = write!(quoted, "\\u{:04X}", u32::from(c));
            }
            c => quoted.push(c),
        }
    }
    quoted.push('"');
    quoted
}
