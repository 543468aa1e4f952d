//! Reading the sheet of options.

use super::{
    draft::{DraftList, DraftOption, DraftQuestion},
    finding::{Finding, SheetName},
    table::{Row, Table},
    wording::Languages,
};
use crate::{messages::Text, text};
use std::collections::{BTreeMap, BTreeSet};

/// Columns that mean something by themselves; every other is one that filters ask for.
const KNOWN: [&str; 6] = ["list_name", "name", "label", "media", "phieu_code", "phieu_coefficient"];

/// Keys of an option in a form file, which a column for filters cannot have.
const TAKEN: [&str; 2] = ["code", "coefficient"];

/// The lists of a workbook before it is known which are used.
#[derive(Debug, Default)]
pub(super) struct Choices<'t> {
    /// Names of lists with their rows, in the order of the sheet.
    lists: Vec<(String, Vec<&'t Row>)>,
    places: BTreeMap<String, usize>,
    /// Lists that need an option “other” besides.
    pub(super) with_other: BTreeSet<String>,
}

/// Where the words of a list come from and go to.
pub(super) struct Reading<'r> {
    pub(super) table: &'r Table,
    pub(super) languages: &'r Languages,
    /// The codes that options had before, by list and name.
    pub(super) codes: &'r BTreeMap<(String, String), i16>,
    pub(super) refused: &'r mut Vec<Finding>,
    pub(super) notices: &'r mut Vec<Finding>,
}

impl<'t> Choices<'t> {
    /// The rows of each list.
    pub(super) fn of(table: &'t Table) -> Self {
        let mut lists: Vec<(String, Vec<&Row>)> = Vec::new();
        let mut places: BTreeMap<String, usize> = BTreeMap::new();
        for row in &table.rows {
            let Some(name) = row.text("list_name") else { continue };
            let place = *places.entry(name.to_owned()).or_insert(lists.len());
            match lists.get_mut(place) {
                Some((_, rows)) => rows.push(row),
                None => lists.push((name.to_owned(), vec![row])),
            }
        }
        Self { lists, places, with_other: BTreeSet::new() }
    }

    pub(super) fn has(&self, list: &str) -> bool {
        self.places.contains_key(list)
    }

    /// Reads every list; a faulty one that no question uses is left out.
    pub(super) fn read(
        &self,
        questions: &[DraftQuestion],
        reading: &mut Reading<'_>,
    ) -> Vec<DraftList> {
        let mut lists = Vec::new();
        for (name, rows) in &self.lists {
            let is_used = questions.iter().any(|question| question.list() == Some(name));
            if let Some(problem) = fault(name, rows).filter(|_| !is_used) {
                reading.notices.push(Finding::row(SheetName::Choices, rows[0].number, problem));
                continue;
            }
            let filters = questions.iter().filter(|question| question.list() == Some(name));
            let filters = filters.filter(|question| question.choice_filter.is_some()).collect();
            lists.push(self.list(name, rows, filters, reading));
        }
        lists
    }

    fn list(
        &self,
        name: &str,
        rows: &[&Row],
        filters: Vec<&DraftQuestion>,
        reading: &mut Reading<'_>,
    ) -> DraftList {
        let mut list =
            DraftList { name: name.to_owned(), row: rows[0].number, ..DraftList::default() };
        let mut codes = Vec::new();
        let mut names = BTreeSet::new();
        for row in rows {
            let Some(option) = reading.option(name, row) else { continue };
            let code = reading.whole(row, "phieu_code");
            if code == Some(0) {
                list.dont_know = Some(option.label);
            } else if !names.insert(option.name.clone()) {
                let problem = text!("xlsform.option_twice", list = name, name = option.name);
                reading.refused.push(Finding::row(SheetName::Choices, row.number, problem));
            } else {
                codes.push(code);
                list.options.push(option);
            }
        }
        if self.with_other.contains(name)
            && !list.options.iter().any(|option| option.name == "other")
        {
            codes.push(None);
            list.options.push(DraftOption {
                row: list.row,
                code: 0,
                name: "other".to_owned(),
                label: reading.languages.said("Khác", "Other"),
                coefficient: None,
                further: Vec::new(),
            });
        }
        list.scale = !list.options.is_empty()
            && list.options.iter().any(|option| option.coefficient.is_some());
        reading.filters(&filters);
        reading.number(&mut list, &codes);
        list
    }
}

/// What is wrong with a list that nobody uses.
fn fault(list: &str, rows: &[&Row]) -> Option<Text> {
    let mut names = BTreeSet::new();
    if rows.iter().any(|row| row.media().is_some()) {
        return Some(text!("xlsform.list_with_media", list = list));
    }
    let sound = rows.iter().all(|row| row.text("name").is_some_and(|name| names.insert(name)));
    (!sound).then(|| text!("xlsform.list_incomplete", list = list))
}

impl Reading<'_> {
    fn refuse(&mut self, row: &Row, problem: Text) {
        self.refused.push(Finding::row(SheetName::Choices, row.number, problem));
    }

    fn option(&mut self, list: &str, row: &Row) -> Option<DraftOption> {
        if let Some(column) = row.media() {
            self.refuse(row, text!("xlsform.media_unsupported", column = column));
        }
        let Some(name) = row.text("name") else {
            self.refuse(row, text!("xlsform.option_without_name"));
            return None;
        };
        let about = format!("{list}: {name}");
        let label = self.languages.wording(
            (SheetName::Choices, self.table),
            (row.number, &about),
            ("label", &row.texts("label")),
            self.notices,
        );
        let label = label.unwrap_or_else(|| {
            let problem = text!("xlsform.option_label_filled_in", name = about);
            self.notices.push(Finding::row(SheetName::Choices, row.number, problem));
            self.languages.everywhere(name)
        });
        let coefficient = row.text("phieu_coefficient").map(|number| number.replace(',', "."));
        if let Some(number) = &coefficient
            && number.parse::<f64>().ok().is_none_or(|number| !number.is_finite())
        {
            let problem = text!("xlsform.bad_number", column = "phieu_coefficient", value = number);
            self.refuse(row, problem);
        }
        let further = row.keys().filter(|key| is_further(key));
        let further = further.filter_map(|key| Some((key.to_owned(), row.text(key)?.to_owned())));
        Some(DraftOption {
            row: row.number,
            code: 0,
            name: name.to_owned(),
            label,
            coefficient,
            further: further.collect(),
        })
    }

    fn whole(&mut self, row: &Row, column: &str) -> Option<i16> {
        let value = row.text(column)?;
        match value.parse() {
            Ok(code) if code >= 0 => Some(code),
            _ => {
                self.refuse(row, text!("xlsform.bad_number", column = column, value = value));
                None
            }
        }
    }

    /// A filter that asks for a column which cannot be kept is refused with its question.
    fn filters(&mut self, filters: &[&DraftQuestion]) {
        for column in TAKEN.into_iter().filter(|column| self.table.has(column)) {
            for question in filters {
                let filter = question.choice_filter.as_deref().unwrap_or_default();
                let is_word = |c: char| !(c.is_alphanumeric() || matches!(c, '_' | '-' | '.'));
                if filter.split(is_word).any(|word| word == column) {
                    let problem = text!("xlsform.column_in_filter", column = column);
                    let finding = Finding::row(SheetName::Survey, question.row, problem);
                    self.refused.push(finding.about(&question.name));
                }
            }
        }
    }

    /// Gives every option its code: the one it was given or had, its name if that is a
    /// number, else the next one that is free.
    fn number(&mut self, list: &mut DraftList, given: &[Option<i16>]) {
        let mut used: BTreeSet<i16> = given.iter().flatten().copied().collect();
        let known = |name: &str| self.codes.get(&(list.name.clone(), name.to_owned())).copied();
        let of_list = self.codes.iter().filter(|((name, _), _)| *name == list.name);
        let before: BTreeSet<i16> = of_list.map(|(_, code)| *code).collect();
        let mut codes: Vec<Option<i16>> = given.to_vec();
        for (code, option) in codes.iter_mut().zip(&list.options) {
            let wanted = known(&option.name).or_else(|| own_number(&option.name));
            if code.is_none()
                && let Some(wanted) = wanted.filter(|wanted| used.insert(*wanted))
            {
                *code = Some(wanted);
            }
        }
        let highest = used.iter().chain(&before).max().copied().unwrap_or(0);
        let mut free = (highest..i16::MAX).map(|code| code + 1);
        for (code, option) in codes.iter().zip(&mut list.options) {
            let Some(code) = code.or_else(|| free.next()) else {
                let problem = text!("xlsform.too_many_codes", list = list.name);
                self.refused.push(Finding::row(SheetName::Choices, option.row, problem));
                return;
            };
            option.code = code;
        }
    }
}

/// The code that a name is by itself.
fn own_number(name: &str) -> Option<i16> {
    name.parse().ok().filter(|code: &i16| *code >= 1 && code.to_string() == name)
}

/// Whether a column is one that filters may ask for; a heading with blanks cannot be.
pub(super) fn is_further(key: &str) -> bool {
    !KNOWN.contains(&key) && !TAKEN.contains(&key) && !key.contains(' ')
}

/// Whether a column means something by itself.
pub(super) fn is_known(key: &str) -> bool {
    KNOWN.contains(&key)
}
