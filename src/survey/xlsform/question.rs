//! Reading a row that asks something.

use super::{
    draft::{DraftKind, DraftQuestion},
    kinds::{Asked, Preset},
    rows::Rows,
    table::{Row, truth},
};
use crate::text;

/// Appearances that change what can be answered, or how.
const REFUSED: [&str; 10] = [
    "label",
    "month-year",
    "year",
    "ethiopian",
    "coptic",
    "islamic",
    "bikram-sambat",
    "myanmar",
    "persian",
    "counter",
];

impl Rows<'_, '_> {
    pub(super) fn question(&mut self, row: &Row, asked: Asked) {
        let name = match row.text("name") {
            Some(name) => name.to_owned(),
            None if asked == Asked::Note => format!("generated_note_name_{}", row.number),
            None => return self.refuse(row, text!("xlsform.no_name")),
        };
        self.refuse_columns(row, &asked);
        let mut question = DraftQuestion {
            row: row.number,
            name,
            section: self.path(),
            relevant: row.expression("relevant"),
            ..DraftQuestion::default()
        };
        let several_lines = self.appearance(row, &asked) | self.parameters(row, &asked);
        question.kind = match &asked {
            Asked::Text if several_lines => DraftKind::LongText,
            Asked::Text => DraftKind::Text,
            Asked::Integer => DraftKind::Integer,
            Asked::Decimal => DraftKind::Number,
            Asked::Date => DraftKind::Date,
            Asked::Note => DraftKind::Note,
            Asked::Calculate => DraftKind::Calculate,
            Asked::Preset(preset) if preset.integer => DraftKind::Integer,
            Asked::Preset(_) => DraftKind::Text,
            Asked::Select { several, list, .. } => {
                DraftKind::Select { several: *several, list: list.clone() }
            }
        };
        if asked == Asked::Calculate {
            self.calculate(row, &mut question);
        } else {
            self.words(row, &mut question);
        }
        if !matches!(asked, Asked::Calculate | Asked::Note) {
            self.answer(row, &mut question);
        } else {
            for column in ["required", "required_message", "constraint", "constraint_message"] {
                self.leave_out(row, column);
            }
        }
        if let Asked::Preset(preset) = &asked {
            self.preset(preset, &mut question);
        }
        let other = self.options(row, &asked, &mut question);
        self.questions.push(question);
        self.questions.extend(other);
    }

    /// What the standard has and a form of ours has not.
    fn refuse_columns(&mut self, row: &Row, asked: &Asked) {
        self.refuse_media(row);
        if row.has("default") {
            self.refuse(row, text!("xlsform.default_unsupported"));
        }
        let is_answered = !matches!(asked, Asked::Calculate | Asked::Note);
        let is_readonly = row.text("readonly").is_some_and(|text| truth(text) != Some(false));
        if is_answered && is_readonly {
            self.refuse(row, text!("xlsform.readonly_unsupported"));
        }
        if row.has("trigger") {
            self.refuse(row, text!("xlsform.trigger_unsupported"));
        }
        if row.has("calculation") && *asked != Asked::Calculate {
            self.refuse(row, text!("xlsform.calculation_unsupported"));
        }
        for column in ["guidance_hint", "autoplay", "save_to"] {
            self.leave_out(row, column);
        }
    }

    fn calculate(&mut self, row: &Row, question: &mut DraftQuestion) {
        question.calculation = row.expression("calculation");
        if question.calculation.is_none() {
            self.refuse(row, text!("xlsform.no_calculation"));
        }
        for column in ["label", "hint"] {
            self.leave_out(row, column);
        }
    }

    fn words(&mut self, row: &Row, question: &mut DraftQuestion) {
        question.label = self.texts(row, "label");
        question.hint = self.texts(row, "hint");
        if question.label.is_none() {
            self.refuse(row, text!("xlsform.no_label", name = question.name));
        }
    }

    fn answer(&mut self, row: &Row, question: &mut DraftQuestion) {
        question.required = row.expression("required").filter(|when| when != "false()");
        question.constraint = row.expression("constraint");
        question.soft_constraint = row.expression("phieu_soft_constraint");
        let message = |rows: &mut Self, given: bool, column: &str| {
            if given {
                return rows.texts(row, column);
            }
            rows.leave_out(row, column);
            None
        };
        question.required_message = message(self, question.required.is_some(), "required_message");
        question.constraint_message =
            message(self, question.constraint.is_some(), "constraint_message");
        question.soft_message =
            message(self, question.soft_constraint.is_some(), "phieu_soft_message");
    }

    fn preset(&self, preset: &Preset, question: &mut DraftQuestion) {
        question.constraint.get_or_insert_with(|| preset.constraint.to_owned());
        if question.hint.is_none() && !preset.hint.is_empty() {
            question.hint = Some(self.languages.everywhere(preset.hint));
        }
    }

    /// What has to do with options; the question after “other”, if the type asks for it.
    fn options(
        &mut self,
        row: &Row,
        asked: &Asked,
        question: &mut DraftQuestion,
    ) -> Option<DraftQuestion> {
        let Asked::Select { list, other, .. } = asked else {
            self.leave_out(row, "choice_filter");
            return None;
        };
        if !self.choices.has(list) {
            self.refuse(row, text!("xlsform.unknown_list", list = list));
        }
        question.choice_filter = row.expression("choice_filter");
        question.criterion = row.text("phieu_criterion").map(str::to_owned);
        question.without_dont_know = row.text("phieu_dont_know").and_then(truth) == Some(false);
        if !other {
            return None;
        }
        if question.choice_filter.is_some() {
            self.refuse(row, text!("xlsform.filter_with_other"));
        }
        self.choices.with_other.insert(list.clone());
        Some(DraftQuestion {
            row: row.number,
            name: format!("{}_other", question.name),
            section: question.section.clone(),
            label: Some(self.languages.said("Xin nêu rõ.", "Specify other.")),
            relevant: Some(format!("selected(${{{}}}, 'other')", question.name)),
            ..DraftQuestion::default()
        })
    }

    /// Whether the row asks for a text of several lines.
    fn parameters(&mut self, row: &Row, asked: &Asked) -> bool {
        let mut several_lines = *asked == Asked::Text && row.has("rows");
        let parameters = row.text("parameters").unwrap_or_default().to_owned();
        let pieces = parameters.split([' ', ';', ',', '\n']).filter(|piece| !piece.is_empty());
        for piece in pieces {
            match piece.split_once('=') {
                Some(("rows", _)) if *asked == Asked::Text => several_lines = true,
                Some(("randomize", "false")) => {}
                _ => self.refuse(row, text!("xlsform.parameter_unsupported", parameter = piece)),
            }
        }
        several_lines
    }

    /// Whether the row asks for a text of several lines.
    fn appearance(&mut self, row: &Row, asked: &Asked) -> bool {
        let mut several_lines = false;
        let appearance = row.text("appearance").unwrap_or_default().to_owned();
        let changes = |word: &str| {
            REFUSED.contains(&word)
                || word.contains('(')
                || ["ex:", "printer:"].iter().any(|start| word.starts_with(start))
        };
        if appearance.split(' ').any(changes) {
            let problem = text!("xlsform.appearance_unsupported", appearance = appearance);
            self.refuse(row, problem);
            return false;
        }
        for word in appearance.split(' ').filter(|word| !word.is_empty()) {
            match word {
                "multiline" if *asked == Asked::Text => several_lines = true,
                _ => self.leave_layout_out(row, "appearance"),
            }
        }
        several_lines
    }

    /// Questions of a group stand on pages of their own anyway.
    pub(super) fn group_appearance(&mut self, row: &Row) {
        if row.text("appearance").is_some_and(|appearance| appearance != "field-list") {
            self.leave_layout_out(row, "appearance");
        }
    }
}
