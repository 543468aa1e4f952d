//! The workbooks of the reference implementation: each is imported with the meaning that
//! the `XForm` made of it has, or is refused at the right rows.

use super::{
    super::{OutlineQuestion, SheetName, outline, outline::OutlineRequired},
    NotImported, import,
    xform::{Element, Expected, questions},
};
use crate::questionnaire::Labels;
use std::{collections::BTreeMap, fs, path::PathBuf};

/// A sheet (`s` questions, `c` options), a row of it, and what is said.
type Refusal = (char, usize, &'static str);

/// What is not imported: the workbook, the rows, and what is said of each.
const REFUSED: &[(&str, &[Refusal])] = &[
    ("bad_calc.xlsx", &[('s', 2, "questionnaire.expression_open_text")]),
    ("bug_spaces_in_choices_header.xls", &[('s', 2, "xlsform.default_unsupported")]),
    // The filter asks for a translation of the label, which is not an option's value.
    ("bug_xl_date_ambiguous.xlsx", &[('s', 5, "questionnaire.expression_unsupported")]),
    (
        "case_insensitivity.xlsx",
        &[('s', 3, "xlsform.external_list"), ('s', 4, "xlsform.type_unsupported")],
    ),
    ("choice_name_as_type.xls", &[('s', 3, "xlsform.external_list")]),
    ("gps.xls", &[('s', 2, "xlsform.type_unsupported")]),
    ("hidden.xls", &[('s', 2, "xlsform.type_unsupported")]),
    ("include.xlsx", &[('s', 3, "xlsform.type_unsupported")]),
    ("pull_data.xlsx", &[('s', 2, "questionnaire.expression_unsupported")]),
    (
        "sms_info.xls",
        &[('s', 9, "xlsform.type_unsupported"), ('s', 10, "xlsform.type_unsupported")],
    ),
    (
        "table-list.xls",
        &[('c', 23, "xlsform.media_unsupported"), ('c', 24, "xlsform.media_unsupported")],
    ),
    (
        "widgets.xls",
        &[
            ('s', 4, "xlsform.default_unsupported"),
            ('s', 5, "xlsform.default_unsupported"),
            ('s', 6, "xlsform.type_unsupported"),
            ('s', 7, "xlsform.default_unsupported"),
            ('s', 8, "xlsform.default_unsupported"),
            ('s', 9, "xlsform.type_unsupported"),
            ('s', 10, "xlsform.readonly_unsupported"),
            ('s', 11, "xlsform.type_unsupported"),
            ('s', 12, "xlsform.type_unsupported"),
            ('s', 13, "xlsform.type_unsupported"),
            ('s', 14, "xlsform.type_unsupported"),
            ('s', 15, "xlsform.type_unsupported"),
            ('s', 17, "xlsform.type_unsupported"),
            ('s', 18, "xlsform.type_unsupported"),
            ('s', 25, "xlsform.appearance_unsupported"),
            ('s', 34, "xlsform.appearance_unsupported"),
            ('c', 20, "xlsform.media_unsupported"),
            ('c', 21, "xlsform.media_unsupported"),
            ('c', 23, "xlsform.media_unsupported"),
            ('c', 24, "xlsform.media_unsupported"),
        ],
    ),
    (
        "xlsform_spec_test.xlsx",
        &[
            ('s', 9, "xlsform.media_unsupported"),
            ('s', 10, "xlsform.media_unsupported"),
            ('s', 10, "xlsform.no_label"),
            ('s', 15, "xlsform.repeat_unsupported"),
            ('s', 21, "xlsform.appearance_unsupported"),
            ('s', 30, "xlsform.type_unsupported"),
            ('s', 32, "xlsform.type_unsupported"),
            ('s', 33, "xlsform.type_unsupported"),
            ('s', 34, "xlsform.type_unsupported"),
            ('s', 35, "xlsform.type_unsupported"),
            ('s', 36, "xlsform.type_unsupported"),
            ('s', 37, "xlsform.type_unsupported"),
            ('s', 38, "xlsform.type_unsupported"),
            ('s', 57, "xlsform.appearance_unsupported"),
            ('c', 4, "xlsform.media_unsupported"),
            ('c', 5, "xlsform.media_unsupported"),
        ],
    ),
];

fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/data/xlsform")
}

#[test]
fn every_workbook_of_the_reference_is_imported_as_it_is_meant_or_refused_by_row() {
    let (mut taken, mut refused) = (0, 0);
    for entry in fs::read_dir(folder()).expect("workbooks") {
        let path = entry.expect("an entry").path();
        let name = path.file_name().and_then(|name| name.to_str()).expect("a plain name");
        if !name.contains(".xls") {
            continue;
        }
        let outcome = import(&fs::read(&path).expect("a workbook"));
        let expected = REFUSED.iter().find(|(known, _)| *known == name);
        match (outcome, expected) {
            (Ok(imported), None) => {
                compare(name, &imported.form);
                taken += 1;
            }
            (Err(NotImported::Refused(findings)), Some((_, expected))) => {
                let found: Vec<(char, usize, &str)> = findings
                    .iter()
                    .map(|finding| {
                        let sheet = if finding.sheet == SheetName::Survey { 's' } else { 'c' };
                        (sheet, finding.row.unwrap_or(0), finding.problem.key())
                    })
                    .collect();
                assert_eq!(found, *expected, "{name}");
                refused += 1;
            }
            (outcome, _) => panic!("{name}: {outcome:?}"),
        }
    }
    assert_eq!((taken, refused), (12, REFUSED.len()));
}

fn compare(name: &str, form: &crate::questionnaire::Form) {
    let (stem, _) = name.rsplit_once('.').expect("an extension");
    let xform =
        fs::read_to_string(folder().join(format!("expected/{stem}.xml"))).expect("an XForm");
    let outline = outline(form);
    let expected = questions(&Element::parse(&xform), &outline.languages);
    let found: Vec<Expected> = outline.questions.into_iter().map(told).collect();
    assert_eq!(found, expected, "{name}");
}

fn told(question: OutlineQuestion) -> Expected {
    let texts = |labels: &Labels| -> BTreeMap<String, String> {
        labels.iter().map(|(code, text)| (code.to_owned(), text.to_owned())).collect()
    };
    let message = texts(&question.constraint_message).into_values().next();
    let choices = question.choices.iter();
    Expected {
        label: texts(&question.label),
        hint: texts(&question.hint),
        name: question.name,
        kind: question.kind.to_owned(),
        required: question.required == OutlineRequired::Plain(true),
        relevant: question.relevant,
        constraint: question.constraint,
        message,
        choices: choices.map(|choice| (choice.name.clone(), texts(&choice.label))).collect(),
        calculation: question.calculation,
        group: question.group,
    }
}
