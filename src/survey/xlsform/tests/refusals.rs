//! What is refused, with its row; what is left out, and said.

use super::{NotImported, import, imported, said, survey, workbook};
use crate::workbook::BadWorkbook;

/// What is said of the rows below `type|name|label|…`, as (row, key).
fn refused(headings: &str, rows: &str) -> Vec<(usize, &'static str)> {
    let headings = format!("type|name|label|{headings}");
    match import(&survey(&headings, rows)) {
        Err(NotImported::Refused(findings)) => {
            findings.iter().map(|one| (one.row.unwrap_or(0), one.problem.key())).collect()
        }
        other => panic!("{rows}: {other:?}"),
    }
}

fn noticed(headings: &str, rows: &str) -> Vec<(usize, &'static str)> {
    let headings = format!("type|name|label|{headings}");
    let imported = imported(&survey(&headings, rows));
    imported.notices.iter().map(|one| (one.row.unwrap_or(0), one.problem.key())).collect()
}

#[test]
fn every_type_that_is_not_asked_is_refused_by_name_and_row() {
    let types = [
        "time",
        "dateTime",
        "datetime",
        "acknowledge",
        "trigger",
        "geopoint",
        "geotrace",
        "geoshape",
        "gps",
        "start-geopoint",
        "background-geopoint",
        "barcode",
        "image",
        "photo",
        "audio",
        "video",
        "file",
        "background-audio",
        "range",
        "rank yn",
        "hidden",
        "osm yn",
        "csv-external",
        "xml-external",
        "q picture",
        "add audio prompt",
        "begin repeat",
        "begin_loop over yn",
        "select_one_from_file a.csv",
        "select_one_external yn",
        "select_one ${a}",
        "select_one",
        "select_multiple",
        "nonsense",
    ];
    for kind in types {
        let rows = format!("text|a|A\n{kind}|b|B\n");
        let why = import(&survey("type|name|label", &rows)).expect_err(kind);
        let said = said(&why);
        assert!(said[0].contains("sheet survey, row 3: [b]"), "{said:?}");
        assert!(said[0].contains(kind), "{said:?}");
    }
}

#[test]
fn every_column_that_is_not_kept_is_refused_by_name_and_row() {
    let of = |column: &str, cell: &str| refused(column, &format!("text|a|A|\ntext|b|B|{cell}\n"));
    assert_eq!(of("default", "x"), [(3, "xlsform.default_unsupported")]);
    assert_eq!(of("read_only", "yes"), [(3, "xlsform.readonly_unsupported")]);
    assert_eq!(of("trigger", "${a}"), [(3, "xlsform.trigger_unsupported")]);
    assert_eq!(of("calculation", "1"), [(3, "xlsform.calculation_unsupported")]);
    assert_eq!(of("media::image::en", "a.png"), [(3, "xlsform.media_unsupported")]);
    assert_eq!(of("parameters", "randomize=true"), [(3, "xlsform.parameter_unsupported")]);
    assert_eq!(of("appearance", "ex:org.app"), [(3, "xlsform.appearance_unsupported")]);
    assert_eq!(of("relevant", "position(..) = 1"), [(3, "questionnaire.expression_unsupported")]);
    let instance = "instance('l')/data/item[name = ${a}]/label = 'x'";
    assert_eq!(of("relevant", instance), [(3, "questionnaire.expression_unsupported")]);
    assert_eq!(of("relevant", "now() > 1"), [(3, "questionnaire.expression_unsupported")]);
    assert_eq!(of("relevant", "${c} = 1"), [(3, "questionnaire.expression_unknown_question")]);
    assert_eq!(of("relevant", "${b} = 1"), [(3, "questionnaire.refers_too_early")]);
    assert_eq!(of("constraint", "regex(., '(')"), [(3, "questionnaire.expression_bad_pattern")]);
}

#[test]
fn a_function_that_is_not_supported_is_named() {
    for (function, call) in [
        ("pulldata()", "pulldata('f', 'a', 'b', 'c') = 1"),
        ("instance()", "instance('l')/data/item[name = ${a}]/label = 'x'"),
        ("indexed-repeat()", "indexed-repeat(${a}, ${a}, 1) = 1"),
        ("position()", "position(..) > 1"),
        ("now()", "now() > 1"),
    ] {
        let rows = format!("text|a|A|\ntext|b|B|{call}\n");
        let why = import(&survey("type|name|label|relevant", &rows)).expect_err(call);
        let said = said(&why);
        assert!(said[0].contains("row 3: [b] relevant"), "{said:?}");
        assert!(said[0].contains(function), "{said:?}");
    }
}

#[test]
fn rows_that_lack_something_are_named() {
    assert_eq!(refused("", "text||A\n"), [(2, "xlsform.no_name")]);
    assert_eq!(refused("", "|a|A\n"), [(2, "xlsform.no_type")]);
    assert_eq!(refused("", "text|a|\n"), [(2, "xlsform.no_label")]);
    assert_eq!(refused("", "text|a|A\ntext|a|A\n"), [(3, "questionnaire.duplicate_name")]);
    assert_eq!(refused("", "text|tuổi|A\n"), [(2, "questionnaire.bad_name")]);
    assert_eq!(refused("", "calculate|a|\n"), [(2, "xlsform.no_calculation")]);
    assert_eq!(refused("", "select_one l|a|A\n"), [(2, "xlsform.unknown_list")]);
    assert_eq!(refused("", "begin_group|g|\ntext|a|A\n"), [(2, "xlsform.group_not_ended")]);
    assert_eq!(refused("", "text|a|A\nend_group||\n"), [(3, "xlsform.end_without_begin")]);
    assert_eq!(refused("", "note|n|\n"), [(2, "xlsform.no_label")]);
    let twice = "begin_group|g|\ntext|a|A\nend_group||\nbegin_group|g|\ntext|b|B\nend_group||\n";
    assert_eq!(refused("", twice), [(5, "xlsform.group_twice")]);
    let filter = "select_one yn or_other|a|A|region = 1\n";
    assert_eq!(refused("choice_filter", filter), [(2, "xlsform.filter_with_other")]);
    let unknown = "select_one yn|a|A|place = 1\n";
    assert_eq!(refused("choice_filter", unknown), [(2, "questionnaire.expression_unknown_column")]);
}

#[test]
fn options_that_lack_something_are_named() {
    let of = |choices: &str| {
        let survey = "type|name|label\nselect_multiple l|a|A\n";
        let bytes = workbook(&[("survey", survey), ("choices", choices)]);
        let Err(NotImported::Refused(findings)) = import(&bytes) else { panic!("{choices}") };
        findings.iter().map(|one| (one.row.unwrap_or(0), one.problem.key())).collect::<Vec<_>>()
    };
    let twice = "list_name|name|label\nl|a|A\nl|a|B\n";
    assert_eq!(of(twice), [(3, "xlsform.option_twice")]);
    assert_eq!(of("list name|value|caption\nl||A\nl|b|B\n"), [(2, "xlsform.option_without_name")]);
    assert_eq!(of("list_name|name|label\nl|a b|A\n"), [(2, "questionnaire.bad_option_name")]);
    assert_eq!(of("list_name|name|label|image\nl|a|A|a.png\n"), [(2, "xlsform.media_unsupported")]);
    assert_eq!(of("name|label\na|A\n")[0], (2, "xlsform.unknown_list"));
}

#[test]
fn what_is_left_out_is_said_with_its_row() {
    let metadata =
        "start|start|\nend|end|\ntoday|today|\ndeviceid|d|\nusername|u|\naudit||\ntext|a|A\n";
    let left_out = noticed("", metadata);
    let rows: Vec<usize> = left_out.iter().map(|(row, _)| *row).collect();
    assert_eq!(rows, [2, 3, 4, 5, 6, 7]);
    assert!(left_out.iter().all(|(_, key)| *key == "xlsform.metadata_left_out"));
    assert_eq!(noticed("appearance", "text|a|A|w1\n"), [(2, "xlsform.layout_left_out")]);
    assert_eq!(noticed("guidance_hint", "text|a|A|x\n"), [(2, "xlsform.column_left_out")]);
    assert_eq!(
        noticed("disabled", "text|a|A|\ntext|b|B|yes\n"),
        [(3, "xlsform.disabled_left_out")]
    );
    assert_eq!(
        noticed("", "begin_group|g|\nend_group||\ntext|a|A\n"),
        [(2, "xlsform.group_empty")]
    );
    let far = format!("text|a|A\n{}text|b|B\n", "\n".repeat(61));
    assert_eq!(noticed("", &far), [(64, "xlsform.rows_left_out")]);
}

#[test]
fn a_value_that_is_not_recorded_cannot_be_asked_for() {
    let rows = "today|today||\ntext|a|A|${today} > '2024-01-01'\n";
    assert_eq!(refused("relevant", rows), [(3, "questionnaire.expression_unknown_question")]);
}

#[test]
fn what_is_no_workbook_is_refused() {
    let why = |bytes: &[u8]| match import(bytes) {
        Err(NotImported::Unreadable(why)) => why,
        other => panic!("{other:?}"),
    };
    assert_eq!(why(b"type,name\n"), BadWorkbook::NotAWorkbook);
    assert_eq!(why(&vec![0; crate::workbook::LARGEST + 1]), BadWorkbook::TooLarge);
    assert!(matches!(why(b"PK\x03\x04 and nothing more"), BadWorkbook::Damaged(_)));
    let no_survey = workbook(&[("a", "x"), ("b", "y")]);
    let said = said(&import(&no_survey).expect_err("no sheet survey"));
    assert!(said[0].contains("Sheets found: a, b"), "{said:?}");
}

/// Sheets of the greatest size that are full of costly things are still read quickly.
#[test]
fn hostile_workbooks_end_quickly() {
    let many = |row: &dyn Fn(usize) -> String| (0..8_000).map(row).collect::<String>();
    let survey = "type|name|label\nselect_one l1|a|A\n";
    for (rows, choices) in [
        (many(&|at| format!("text|q{at}|Q ${{q{at}}}\n")), String::new()),
        (many(&|at| format!("begin_group|g{at}|G\n")), String::new()),
        (many(&|at| format!("geopoint|q{at}|Q\n")), String::new()),
        (survey.to_owned(), many(&|at| format!("l{at}|a|A\n"))),
        (survey.to_owned(), many(&|at| format!("l1|a{at}|A\n"))),
        (survey.to_owned(), many(&|_| "l1|a|A\n".to_owned())),
    ] {
        let sheets = [
            ("survey", format!("type|name|label\n{rows}")),
            ("choices", format!("list_name|name|label\n{choices}")),
        ];
        let bytes = workbook(&sheets.each_ref().map(|(name, rows)| (*name, rows.as_str())));
        let start = crate::clock::busy();
        let outcome = import(&bytes);
        assert!((crate::clock::busy() - start).as_secs() < 10, "{rows:.60} {choices:.60}");
        assert!(outcome.is_err(), "{rows:.60} {choices:.60}");
    }
}
