//! From a workbook to a form file.

use super::{
    choices::{self, Choices},
    draft::Draft,
    finding::{Finding, SheetName},
    form_file::FormFile,
    rows::Rows,
    table::Table,
    wording::Languages,
};
use crate::{
    questionnaire::{Form, Mistake, read_form},
    text,
    workbook::{BadWorkbook, Sheet, read_workbook},
};
use std::collections::BTreeMap;

/// What an import is told besides the workbook.
#[derive(Debug, Clone, Default)]
pub struct ImportOptions<'o> {
    /// What the form is called if the workbook has no `form_id`.
    pub fallback_id: &'o str,
    /// The language of texts that name none, if it is not Vietnamese.
    pub unnamed_language: Option<&'o str>,
    /// The form that the workbook replaces: its options keep their codes.
    pub earlier: Option<&'o Form>,
}

/// A form that was imported.
#[derive(Debug)]
pub struct Imported {
    /// The form.
    pub form: Form,
    /// Its file.
    pub text: String,
    /// What was left out or filled in.
    pub notices: Vec<Finding>,
}

/// Why a workbook was not imported.
#[derive(Debug)]
pub enum NotImported {
    /// It cannot be read.
    Unreadable(BadWorkbook),
    /// These places need a change.
    Refused(Vec<Finding>),
}

/// The most questions of a form; a larger sheet is not shared out over pages.
const MOST_QUESTIONS: usize = 2_000;

/// With more places than this to change, nothing further is looked for.
const MOST_REFUSED: usize = 1_000;

/// Settings that say something here.
const SETTINGS: [&str; 4] = ["form_title", "form_id", "version", "default_language"];

/// Reads a workbook; what is not supported is refused with its row, never dropped.
pub fn import_form(bytes: &[u8], options: &ImportOptions<'_>) -> Result<Imported, NotImported> {
    let mut names = std::cell::RefCell::new(Vec::new());
    let wanted = |name: &str| {
        names.borrow_mut().push(name.to_owned());
        ["survey", "choices", "settings"].contains(&name.to_lowercase().as_str())
    };
    let mut sheets = read_workbook(bytes, wanted).map_err(NotImported::Unreadable)?;
    // A workbook with one sheet only may call it as it likes.
    if sheets.is_empty() && names.get_mut().len() == 1 {
        sheets = read_workbook(bytes, |_| true).map_err(NotImported::Unreadable)?;
        sheets.iter_mut().for_each(|sheet| sheet.name = "survey".to_owned());
    }
    let mut import = Import { options, refused: Vec::new(), notices: Vec::new() };
    let draft = import.draft(&sheets, names.get_mut());
    let too_many = draft.questions.len() > MOST_QUESTIONS;
    if too_many {
        let problem = text!("questionnaire.too_many_questions", most = MOST_QUESTIONS);
        import.refused.push(Finding::sheet(SheetName::Survey, problem));
    }
    let form =
        if too_many || import.refused.len() > MOST_REFUSED { None } else { import.form(&draft) };
    import.refused.sort_by_key(|finding| (finding.sheet, finding.row));
    import.notices.sort_by_key(|finding| (finding.sheet, finding.row));
    match form {
        Some((form, text)) => Ok(Imported { form, text, notices: import.notices }),
        None => Err(NotImported::Refused(import.refused)),
    }
}

struct Import<'o> {
    options: &'o ImportOptions<'o>,
    refused: Vec<Finding>,
    notices: Vec<Finding>,
}

impl Import<'_> {
    /// Writes and reads the form file; none, if something stands in the way.
    fn form(&mut self, draft: &Draft) -> Option<(Form, String)> {
        let file = FormFile::of(draft);
        let is_sound = self.refused.is_empty();
        match read_form("form", &file.text) {
            Ok(form) => Some((form, file.text)).filter(|_| is_sound),
            Err(mistakes) if is_sound => {
                self.translate(mistakes, &file);
                None
            }
            // What else the form would be refused for is said too.
            Err(mistakes) => {
                self.translate_new(mistakes, &file);
                None
            }
        }
    }

    fn draft(&mut self, sheets: &[Sheet], names: &[String]) -> Draft {
        let survey = self.table(SheetName::Survey, sheets);
        let choices = self.table(SheetName::Choices, sheets).unwrap_or_default();
        let settings = self.table(SheetName::Settings, sheets).unwrap_or_default();
        let Some(survey) = survey else {
            let problem = text!("xlsform.no_survey_sheet", sheets = names.join(", "));
            self.refused.push(Finding::sheet(SheetName::Survey, problem));
            return Draft::default();
        };
        self.unused_sheets(names);
        for column in ["type", "name"].into_iter().filter(|column| !survey.has(column)) {
            let problem = text!("xlsform.no_column", column = column);
            self.refused.push(Finding::row(SheetName::Survey, 1, problem));
        }
        if !choices.rows.is_empty() && !choices.has("list_name") {
            let problem = text!("xlsform.no_column", column = "list_name");
            self.refused.push(Finding::row(SheetName::Choices, 1, problem));
        }
        let setting = |key: &str| settings.rows.first().and_then(|row| row.text(key));
        let languages = Languages::of(
            &survey,
            &choices,
            setting("default_language"),
            self.options.unnamed_language,
        );
        self.unlisted_options(&choices);
        let mut lists = Choices::of(&choices);
        let rows = Rows::new(&survey, &languages, &mut lists, &mut self.refused, &mut self.notices);
        let (sections, questions) = rows.read();
        if questions.is_empty() && self.refused.is_empty() {
            self.refused.push(Finding::sheet(SheetName::Survey, text!("xlsform.no_questions")));
        }
        self.unused_columns(&choices);
        self.unused_settings(&settings);
        let codes = self.earlier_codes();
        let mut reading = choices::Reading {
            table: &choices,
            languages: &languages,
            codes: &codes,
            refused: &mut self.refused,
            notices: &mut self.notices,
        };
        let lists = lists.read(&questions, &mut reading);
        let id = self.id(setting("form_id"));
        let named = Some(self.options.fallback_id).filter(|name| !name.is_empty());
        let title =
            setting("form_title").or(setting("form_id")).or(named).unwrap_or(&id).to_owned();
        let title_in = |language: &String| {
            let own = setting(&format!("phieu_title_{language}")).unwrap_or(&title);
            (language.clone(), own.to_owned())
        };
        Draft {
            id,
            version: setting("version").unwrap_or("1").to_owned(),
            title: languages.all.iter().map(title_in).collect(),
            languages: languages.all.clone(),
            lists,
            sections,
            questions,
        }
    }

    fn table(&mut self, name: SheetName, sheets: &[Sheet]) -> Option<Table> {
        let sheet = sheets.iter().find(|sheet| sheet.name.to_lowercase() == name.name())?;
        Some(Table::read(name, sheet, &mut self.refused, &mut self.notices))
    }

    /// Sheets of the standard that mean nothing here.
    fn unused_sheets(&mut self, names: &[String]) {
        for name in names {
            if ["external_choices", "entities", "osm"].contains(&name.to_lowercase().as_str()) {
                let problem = text!("xlsform.sheet_left_out", sheet = name);
                self.notices.push(Finding::sheet(SheetName::Survey, problem));
            }
        }
    }

    fn unlisted_options(&mut self, choices: &Table) {
        for row in choices.rows.iter().filter(|row| !row.has("list_name")) {
            if row.has("name") || row.has("label") {
                let problem = text!("xlsform.option_left_out");
                self.notices.push(Finding::row(SheetName::Choices, row.number, problem));
            }
        }
    }

    /// Columns that no filter could ask for.
    fn unused_columns(&mut self, choices: &Table) {
        for (key, written) in &choices.written {
            let known = choices::is_known(key);
            if known || choices::is_further(key) {
                continue;
            }
            let rows = choices.rows.iter().filter(|row| row.has(key));
            let rows: Vec<String> = rows.map(|row| row.number.to_string()).collect();
            if !rows.is_empty() {
                let rows = rows.join(", ");
                let problem = text!("xlsform.column_left_out", column = written, rows = rows);
                self.notices.push(Finding::row(SheetName::Choices, 1, problem));
            }
        }
    }

    fn unused_settings(&mut self, settings: &Table) {
        let Some(row) = settings.rows.first() else { return };
        for key in row.keys() {
            if !SETTINGS.contains(&key) && !key.starts_with("phieu_title_") {
                let problem = text!("xlsform.setting_left_out", setting = key);
                self.notices.push(Finding::row(SheetName::Settings, row.number, problem));
            }
        }
    }

    /// The codes that options have in the form that is replaced.
    fn earlier_codes(&self) -> BTreeMap<(String, String), i16> {
        let lists = self.options.earlier.into_iter().flat_map(|form| &form.lists);
        let codes = lists.flat_map(|list| {
            let key = |name: &String| (list.id.clone(), name.clone());
            list.options.iter().map(move |option| (key(&option.name), option.code))
        });
        codes.collect()
    }

    /// The name of the form, which is also that of its file.
    fn id(&mut self, form_id: Option<&str>) -> String {
        let wanted = form_id.unwrap_or(self.options.fallback_id);
        let id = super::folder::name_from(wanted);
        if let Some(form_id) = form_id.filter(|form_id| *form_id != id) {
            let problem = text!("xlsform.form_named", form = id, form_id = form_id);
            self.notices.push(Finding::row(SheetName::Settings, 2, problem));
        }
        id
    }

    /// Says mistakes of the form file as what they are in the workbook.
    fn translate(&mut self, mut mistakes: Vec<Mistake>, file: &FormFile) {
        // Of a question that was not understood, nobody can say when its answer is there.
        let faulty: Vec<String> =
            mistakes.iter().filter_map(|mistake| mistake.question.clone()).collect();
        mistakes.retain(|mistake| {
            let early = mistake.problem.key() == "questionnaire.refers_too_early";
            let name = mistake.problem.value("name").unwrap_or_default();
            let other = mistake.question.as_deref() != Some(name);
            !(early && other && faulty.iter().any(|faulty| faulty == name))
        });
        for mistake in mistakes {
            let (sheet, row) = match file.origin(mistake.line) {
                Some((sheet, row)) => (sheet, Some(row)),
                None => (SheetName::Survey, None),
            };
            let Mistake { question, problem, suggestion, .. } = mistake;
            self.refused.push(Finding { sheet, row, question, problem, suggestion });
        }
        self.refused.dedup();
    }

    /// As `translate`, but only for rows that nothing was said of, and leaving out what
    /// follows from rows that were refused.
    fn translate_new(&mut self, mistakes: Vec<Mistake>, file: &FormFile) {
        let said = self.refused.clone();
        let follows = [
            "questionnaire.unknown_list",
            "questionnaire.unknown_reference",
            "questionnaire.expression_unknown_question",
            "questionnaire.missing_key",
            "questionnaire.no_options",
            "questionnaire.empty_page",
            "questionnaire.unknown_section",
            "questionnaire.bad_section",
            "questionnaire.no_languages",
            "questionnaire.limit_above_options",
        ];
        let fresh = mistakes.into_iter().filter(|mistake| {
            let origin = file.origin(mistake.line);
            let known = said.iter().any(|finding| {
                origin.is_none_or(|(sheet, row)| finding.sheet == sheet && finding.row == Some(row))
            });
            !known && !follows.contains(&mistake.problem.key())
        });
        let fresh = fresh.collect();
        self.translate(fresh, file);
    }
}
