//! Reading one question.

use super::{
    super::{
        Choices, Constraint, Expression, Kind, Labels, OptionList, Question,
        expression::{Scope, function_names},
    },
    Whole,
    near::nearest,
    pages::{Moment, Use},
    table::{Placed, Table},
};
use crate::text;
use toml::de::DeValue;

/// Names that mean something else in a posted page or in a data file.
const RESERVED: [&str; 12] = [
    "confirm", "part", "page", "code", "cell", "unit", "group", "subject", "form", "mode",
    "weight", "id",
];

/// Every kind of question.
const KINDS: [&str; 10] = [
    "scale",
    "one",
    "several",
    "number",
    "integer",
    "date",
    "text",
    "long_text",
    "note",
    "calculate",
];

/// Every key that a question of some kind has.
const KEYS: [&str; 18] = [
    "name",
    "kind",
    "label",
    "hint",
    "required",
    "required_message",
    "relevant",
    "constraint",
    "constraint_message",
    "soft_constraint",
    "soft_message",
    "scale",
    "list",
    "choice_filter",
    "dont_know",
    "minimum",
    "maximum",
    "calculation",
];

/// The most `regex()` of a form: each takes memory as long as the form is there.
const MOST_PATTERNS: usize = 500;

/// A question that is being read.
struct Reading<'r, 't> {
    table: Table<'t>,
    position: usize,
    page: usize,
    lists: &'r [OptionList],
    whole: &'r Whole<'r>,
    uses: &'r mut Vec<Use>,
}

/// Reads the condition of a page.
pub(super) fn page_condition(
    table: &mut Table<'_>,
    page: usize,
    whole: &Whole<'_>,
    uses: &mut Vec<Use>,
) -> Option<Expression> {
    let Placed { at, value: expression } = condition(table, whole)?;
    let of = expression.uses().to_vec();
    let moment = Moment::Before(page);
    uses.push(Use { at, question: None, key: "relevant", of, moment });
    Some(expression)
}

/// Reads the condition of a page or section.
pub(super) fn condition(table: &mut Table<'_>, whole: &Whole<'_>) -> Option<Placed<Expression>> {
    let source = table.text("relevant")?;
    let value = plain_condition(table, &source, whole)?;
    Some(Placed { at: source.at, value })
}

/// The condition that holds where all of these hold.
pub(super) fn all_of(
    table: &Table<'_>,
    conditions: &[&str],
    at: usize,
    whole: &Whole<'_>,
) -> Option<Expression> {
    let value = match conditions {
        [] => return None,
        [only] => (*only).to_owned(),
        several => format!("({})", several.join(") and (")),
    };
    plain_condition(table, &Placed { at, value }, whole)
}

fn plain_condition(
    table: &Table<'_>,
    source: &Placed<String>,
    whole: &Whole<'_>,
) -> Option<Expression> {
    let scope = Scope {
        question: &|name| whole.position(name),
        has_options: &|position| whole.names.with_options[position],
        column: None,
        own: false,
        once: false,
    };
    compile(table, source, "relevant", &scope, whole)
}

/// Reads the question at `position`, which stands on page `page`.
pub(super) fn question(
    table: Table<'_>,
    position: usize,
    page: usize,
    lists: &[OptionList],
    whole: &Whole<'_>,
    uses: &mut Vec<Use>,
) -> Question {
    let mut reading = Reading { table, position, page, lists, whole, uses };
    let name = reading.name();
    let kind_name = reading.table.needed("kind").map(|kind| kind.value).unwrap_or_default();
    let kind = reading.kind(&kind_name);
    let is_answered = kind.as_ref().is_none_or(Kind::is_answered);
    let is_shown = kind_name != "calculate";
    let label = if is_shown { reading.needed_labels("label") } else { None };
    let hint = if is_shown { reading.labels("hint", Moment::Before(page)) } else { None };
    let mut question = Question {
        name,
        page,
        kind: Kind::Text,
        label: label.unwrap_or_default(),
        hint,
        required: false,
        required_when: None,
        required_message: None,
        relevant: reading.expression("relevant", Moment::Before(page)),
        constraint: None,
        soft_constraint: None,
        criterion: reading.criterion(kind.as_ref()),
    };
    if is_answered {
        (question.required, question.required_when) = reading.required();
        question.required_message = reading.labels("required_message", Moment::With(page));
        question.constraint = reading.constraint("constraint", "constraint_message");
        question.soft_constraint = reading.constraint("soft_constraint", "soft_message");
    }
    reading.close(&kind_name, kind.is_some());
    // Any kind will do for a form with a mistake; this one draws no further mistakes.
    question.kind = kind.unwrap_or(Kind::Text);
    question
}

impl Reading<'_, '_> {
    fn name(&mut self) -> String {
        let Some(name) = self.table.needed("name") else { return String::new() };
        self.table.about(&name.value);
        if !is_name(&name.value) {
            self.table.report(name.at, text!("questionnaire.bad_name", name = name.value));
        } else if RESERVED.contains(&name.value.as_str()) {
            self.table.report(name.at, text!("questionnaire.reserved_name", name = name.value));
        } else if self.whole.position(&name.value) != Some(self.position) {
            self.table.report(name.at, text!("questionnaire.duplicate_name", name = name.value));
        }
        name.value
    }

    fn kind(&mut self, name: &str) -> Option<Kind> {
        Some(match name {
            "scale" => Kind::Scale(self.choices("scale", true)?),
            "one" => Kind::One(self.choices("list", false)?),
            "several" => {
                let choices = self.choices("list", false);
                let (minimum, maximum) = (self.table.count("minimum"), self.table.count("maximum"));
                let choices = choices?;
                self.limits(&choices, minimum.as_ref(), maximum.as_ref());
                let value = |count: Option<Placed<usize>>| count.map(|count| count.value);
                Kind::Several { choices, minimum: value(minimum), maximum: value(maximum) }
            }
            "number" => Kind::Number,
            "integer" => Kind::Integer,
            "date" => Kind::Date,
            "text" => Kind::Text,
            "long_text" => Kind::LongText,
            "note" => Kind::Note,
            "calculate" => Kind::Calculate(self.calculation()?),
            "" => return None,
            other => {
                let problem = text!("questionnaire.unknown_kind", kind = other);
                let at = self.table.at_of("kind");
                self.table.report_near(at, problem, || nearest(other, KINDS));
                return None;
            }
        })
    }

    fn choices(&mut self, key: &'static str, scale: bool) -> Option<Choices> {
        let id = self.table.needed(key);
        let offers = self.table.truth("dont_know");
        let list = id.as_ref().and_then(|id| {
            self.lists.iter().position(|list| list.scale == scale && list.id == id.value)
        });
        let (Some(list), Some(id)) = (list, &id) else {
            // Which keys its options have is not known, so the filter cannot be read.
            self.table.get("choice_filter");
            if let Some(id) = id {
                let problem = if scale {
                    text!("questionnaire.unknown_scale", id = id.value)
                } else {
                    text!("questionnaire.unknown_list", id = id.value)
                };
                let ids = self.lists.iter().filter(|list| list.scale == scale);
                let suggestion = || nearest(&id.value, ids.map(|list| list.id.as_str()));
                self.table.report_near(id.at, problem, suggestion);
            }
            return None;
        };
        if offers == Some(true) && self.lists[list].dont_know.is_none() {
            let at = self.table.at_of("dont_know");
            self.table.report(at, text!("questionnaire.no_dont_know", id = id.value));
        }
        let filter = self.filter(list);
        let of: Vec<usize> = option_references(&self.lists[list]);
        if !of.is_empty() {
            self.uses(id.at, key, of, Moment::Before(self.page));
        }
        Some(Choices { list, filter, dont_know: offers.unwrap_or(true) })
    }

    fn filter(&mut self, list: usize) -> Option<Expression> {
        let options = &self.lists[list].options;
        let known = |key: &str| {
            matches!(key, "name" | "code")
                || options.iter().any(|option| option.further.iter().any(|(k, _)| k == key))
        };
        self.compiled("choice_filter", Moment::Before(self.page), Some(&known))
    }

    fn limits(
        &self,
        choices: &Choices,
        minimum: Option<&Placed<usize>>,
        maximum: Option<&Placed<usize>>,
    ) {
        let options = self.lists[choices.list].options.len();
        for (key, limit) in [("minimum", minimum), ("maximum", maximum)] {
            if let Some(limit) = limit.filter(|limit| limit.value > options) {
                let problem = text!(
                    "questionnaire.limit_above_options",
                    key = key,
                    limit = limit.value,
                    options = options,
                );
                self.table.report(limit.at, problem);
            }
        }
        if let (Some(minimum), Some(maximum)) = (minimum, maximum)
            && minimum.value > maximum.value
        {
            self.table.report(minimum.at, text!("questionnaire.minimum_above_maximum"));
        }
    }

    fn calculation(&mut self) -> Option<Expression> {
        if !self.table.has("calculation") {
            self.table.get("calculation");
            self.table.missing("calculation");
        }
        self.expression("calculation", Moment::Whenever)
    }

    fn criterion(&mut self, kind: Option<&Kind>) -> Option<String> {
        let criterion = self.table.text("criterion")?;
        if criterion.value.trim().is_empty() {
            self.table.report(criterion.at, text!("questionnaire.empty", key = "criterion"));
        } else if !matches!(kind, None | Some(Kind::Scale(_))) {
            self.table.report(criterion.at, text!("questionnaire.criterion_without_scale"));
        }
        Some(criterion.value.trim().to_owned())
    }

    /// `true`, `false`, or a condition.
    fn required(&mut self) -> (bool, Option<Expression>) {
        match self.table.peek("required") {
            Some(DeValue::String(_)) => {
                (false, self.expression("required", Moment::Before(self.page)))
            }
            _ => (self.table.truth("required").unwrap_or(false), None),
        }
    }

    /// A message means nothing without its condition, nor a question back without its words.
    fn constraint(&mut self, key: &'static str, message_key: &'static str) -> Option<Constraint> {
        let (has, has_message) = (self.table.has(key), self.table.has(message_key));
        let condition = self.expression(key, Moment::With(self.page));
        let message = self.labels(message_key, Moment::With(self.page));
        if has_message && !has || has && !has_message && key == "soft_constraint" {
            let (given, missing) = if has { (key, message_key) } else { (message_key, key) };
            let problem = text!("questionnaire.goes_with", given = given, missing = missing);
            self.table.report(self.table.at_of(given), problem);
        }
        Some(Constraint { condition: condition?, message })
    }

    fn expression(&mut self, key: &'static str, moment: Moment) -> Option<Expression> {
        self.compiled(key, moment, None)
    }

    fn compiled(
        &mut self,
        key: &'static str,
        moment: Moment,
        column: Option<&dyn Fn(&str) -> bool>,
    ) -> Option<Expression> {
        let source = self.table.text(key)?;
        let whole = self.whole;
        let scope = Scope {
            question: &|name| whole.position(name),
            has_options: &|position| whole.names.with_options[position],
            column,
            own: matches!(key, "constraint" | "soft_constraint"),
            once: key == "calculation",
        };
        let expression = compile(&self.table, &source, key, &scope, whole)?;
        self.uses(source.at, key, expression.uses().to_vec(), moment);
        Some(expression)
    }

    fn needed_labels(&mut self, key: &'static str) -> Option<Labels> {
        if !self.table.has(key) {
            self.table.get(key);
            self.table.missing(key);
        }
        self.labels(key, Moment::Before(self.page))
    }

    fn labels(&mut self, key: &'static str, moment: Moment) -> Option<Labels> {
        let labels = self.table.labels(key, &self.whole.languages)?;
        let at = labels.at;
        let labels = self.whole.resolve(&self.table, labels);
        let of: Vec<usize> = labels.references().collect();
        if !of.is_empty() {
            self.uses(at, key, of, moment);
        }
        Some(labels)
    }

    fn uses(&mut self, at: usize, key: &'static str, of: Vec<usize>, moment: Moment) {
        self.uses.push(Use { at, question: Some(self.position), key, of, moment });
    }

    /// A key that questions have, but not of this kind, is told apart from a slip.
    /// Of a question whose kind was not read, nobody can say which keys belong to it.
    fn close(self, kind: &str, kind_was_read: bool) {
        for (key, _) in self.table.further() {
            if !KEYS.contains(&key.value.as_str()) {
                self.table.unknown_key(&key, &KEYS);
            } else if kind_was_read {
                let problem = text!("questionnaire.key_not_of_kind", key = key.value, kind = kind);
                self.table.report(key.at, problem);
            }
        }
    }
}

fn compile(
    table: &Table<'_>,
    source: &Placed<String>,
    key: &'static str,
    scope: &Scope<'_>,
    whole: &Whole<'_>,
) -> Option<Expression> {
    if whole.patterns.get() > MOST_PATTERNS {
        table.report(source.at, text!("questionnaire.too_many_patterns", most = MOST_PATTERNS));
        return None;
    }
    match Expression::parse(&source.value, scope) {
        Ok(expression) => {
            whole.patterns.set(whole.patterns.get() + expression.patterns());
            Some(expression)
        }
        Err(fault) => {
            let function = || nearest(fault.unknown_function()?, function_names());
            let question = || whole.nearest_question(fault.unknown_question()?);
            table.report_near(source.at, fault.text(key), || question().or_else(function));
            None
        }
    }
}

/// The questions that the wordings of a list refer to.
fn option_references(list: &OptionList) -> Vec<usize> {
    let labels = list.options.iter().map(|option| &option.label).chain(&list.dont_know);
    labels.flat_map(Labels::references).collect()
}

fn is_name(name: &str) -> bool {
    name.len() <= 64
        && name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
        && name.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-' | b'.'))
}
