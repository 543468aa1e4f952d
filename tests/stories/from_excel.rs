//! A questionnaire that comes from Excel becomes a survey with a round, and goes back.

use crate::program::Place;
use std::fs;

const WORKBOOKS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/data/xlsform");

#[test]
fn a_workbook_becomes_a_survey_whose_round_can_be_set_up() {
    let place = Place::sqlite();
    let folder = place.folder.join("khao-sat");
    let to = folder.to_str().unwrap();
    let workbook = format!("{WORKBOOKS}/group.xlsx");
    place.run(&["survey", "import", &workbook, "--to", to]).done(&["group.xlsx", "3 câu hỏi"]);
    place.run(&["survey", "check", to]).done(&["không có lỗi"]);
    place.run(&["survey", "show", to]).done(&["Respondents", "group"]);
    let shown = place.run(&["survey", "show", to, "--json"]);
    let outline: serde_json::Value = serde_json::from_str(&shown.done(&[]).out).unwrap();
    let groups: Vec<&serde_json::Value> =
        outline["questions"].as_array().unwrap().iter().map(|one| &one["group"]).collect();
    assert_eq!(groups, [&serde_json::Value::Null, &"father".into(), &"father".into()]);
    let create = ["round", "create", "--survey", to, "--code", "thu", "--closes", "31/12/2099"];
    place.run(&create).refused(1, &["criteria.csv, dòng 2", "[Xin điền"]);
    place.run(&[&create[..], &["--synthetic"]].concat()).done(&["thu"]);
}

#[test]
fn a_form_is_edited_in_excel_and_keeps_what_excel_does_not_know() {
    let place = Place::sqlite();
    let folder = place.folder.join("survey");
    let to = folder.to_str().unwrap();
    for (name, text) in crate::support::folder("surveys/so-tnmt-2024") {
        let path = folder.join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
    let workbook = place.folder.join("can-bo.xlsx");
    let file = workbook.to_str().unwrap();
    place.run(&["survey", "export", to, "--to", file]).refused(1, &["--form", "can-bo"]);
    place.run(&["survey", "export", to, "--form", "can-bo", "--to", file]).done(&["can-bo"]);
    let show = ["survey", "show", to, "--json", "--form", "can-bo"];
    let before = place.run(&show).done(&[]).out.clone();
    place.run(&["survey", "import", file, "--to", to]).refused(1, &["--replace"]);
    place.run(&["survey", "import", file, "--to", to, "--replace"]).done(&["can-bo"]);
    assert_eq!(place.run(&show).done(&[]).out, before);
    // Scales, criteria and codes are those that the scoring rule counts on.
    place.run(&["survey", "check", to]).done(&["không có lỗi"]);
}

#[test]
fn what_stands_in_the_way_is_named_and_nothing_is_written() {
    let place = Place::sqlite();
    let folder = place.folder.join("khao-sat");
    let to = folder.to_str().unwrap();
    let workbook = format!("{WORKBOOKS}/sms_info.xls");
    let ran = place.run(&["survey", "import", &workbook, "--to", to]);
    ran.refused(1, &["trang survey, dòng 9", "“image”", "dòng 10", "“geopoint”"]);
    assert!(!folder.exists());
    let no_workbook = format!("{WORKBOOKS}/LICENSE");
    place
        .run(&["survey", "import", &no_workbook, "--to", to])
        .refused(1, &["không phải tệp Excel"]);
}
