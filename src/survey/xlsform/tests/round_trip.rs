//! There and back again.

use super::{
    super::{
        ImportOptions, export_form, import_form, new_survey, outline, outline::OutlineRequired,
    },
    imported, survey, workbook,
};
use crate::{
    questionnaire::{Form, Kind, read_form},
    survey::{Bundle, read_survey},
};
use proptest::prelude::*;
use std::{fs, path::PathBuf};

/// The form after it was written as a workbook and read again.
fn there_and_back(form: &Form) -> Form {
    imported(&export_form(form).expect("a workbook")).form
}

#[test]
fn a_form_of_everything_that_is_supported_survives() {
    let bytes = workbook(&[
        (
            "survey",
            "type|name|label::Tiếng Việt (vi)|label::English (en)|hint::Tiếng Việt (vi)|hint::English (en)|required|required_message::vi|required_message::en|relevant|constraint|constraint_message::vi|constraint_message::en|choice_filter|calculation|appearance
start|start
note|loi_chao|Xin chào|Hello
begin group|chung|Thông tin chung|About you
select_one tinh|tinh|Tỉnh|Province|||yes|Xin chọn tỉnh|Please choose
select_one huyen|huyen|Huyện thuộc ${tinh}|District of ${tinh}|||no|||||||tinh = ${tinh}
integer|tuoi|Tuổi|Age|Tròn năm|In years|${tinh} = 'hn'||||. >= 18 and . <= 120|Từ 18 tuổi|18 or more
end group
begin_group|dich-vu|Dịch vụ|Services||||||${tuoi} >= 18
begin_group|chi_tiet||||||||${tinh} != ''
select_multiple kenh or_other|kenh|Kênh|Channels||||||not(selected(${huyen}, 'h1'))|count-selected(.) <= 2|Tối đa 2|At most 2
decimal|phi|Phí|Fee
end_group
date|ngay|Ngày|Day|||||||. <= today()
text|gop_y|Góp ý|Remarks||||||||||||multiline
end_group
calculate|tong|||||||||||||${phi} * 2
",
        ),
        (
            "choices",
            "list_name|name|label::Tiếng Việt (vi)|label::English (en)|tinh
tinh|hn|Hà Nội|Hanoi
tinh|hue|Huế|Hue
huyen|h1|Ba Đình|Ba Dinh|hn
huyen|h2|Phú Xuân|Phu Xuan|hue
kenh|0|Trực tiếp|In person
kenh|1|Trực tuyến|Online
",
        ),
        ("settings", "form_title|form_id|version|default_language\nPhiếu|phieu_1|2024.1|Tiếng Việt (vi)\n"),
    ]);
    let imported = imported(&bytes);
    let rows: Vec<_> = imported.notices.iter().map(|notice| notice.row).collect();
    assert_eq!(rows, [Some(2)], "{:#?}", imported.notices);
    let form = imported.form;
    let told = outline(&form);
    let names: Vec<&str> = told.questions.iter().map(|question| question.name.as_str()).collect();
    let expected =
        ["loi_chao", "tinh", "huyen", "tuoi", "kenh", "kenh_other", "phi", "ngay", "gop_y", "tong"];
    assert_eq!(names, expected);
    let question = |name: &str| told.questions.iter().find(|q| q.name == name).expect(name);
    assert_eq!(question("phi").group.as_deref(), Some("dich-vu/chi_tiet"));
    assert_eq!(
        question("kenh").relevant.as_deref(),
        Some("(${tuoi} >= 18) and (${tinh} != '') and (not(selected(${huyen}, 'h1')))")
    );
    assert_eq!(question("tuoi").required, OutlineRequired::When("${tinh} = 'hn'".to_owned()));
    assert_eq!(question("kenh").choices[2].label.get("vi"), "Khác");
    let again = there_and_back(&form);
    assert_eq!(outline(&again), told);
    assert_eq!((&again.id, &again.version, &again.title), (&form.id, &form.version, &form.title));
    assert_eq!(again.sections, form.sections);
    assert_eq!(again.pages, form.pages);
    assert_eq!(again.questions, form.questions);
    assert_eq!(again.lists, form.lists);
}

#[test]
fn native_forms_of_the_repository_survive() {
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("surveys");
    let mut forms = 0;
    for survey in fs::read_dir(root).expect("surveys") {
        let Ok(files) = fs::read_dir(survey.expect("an entry").path().join("forms")) else {
            continue;
        };
        for file in files {
            let path = file.expect("an entry").path();
            let text = fs::read_to_string(&path).expect("a form");
            let form = read_form("form", &text).expect("a sound form");
            let again = there_and_back(&form);
            assert_eq!(outline(&again), outline(&form), "{}", path.display());
            assert_eq!(again.title, form.title);
            let kept = |form: &Form| -> Vec<_> {
                let questions = form.questions.iter();
                questions.map(|q| (q.criterion.clone(), form.offers_dont_know(q))).collect()
            };
            assert_eq!(kept(&again), kept(&form), "{}", path.display());
            for list in &form.lists {
                let same = again.lists.iter().find(|other| other.id == list.id).expect("the list");
                assert_eq!(same.options, list.options);
                assert_eq!(same.dont_know, list.dont_know);
            }
            forms += 1;
        }
    }
    assert!(forms >= 5);
}

#[test]
fn names_of_options_that_are_numbers_are_their_codes() {
    let choices = "list_name|name|label\nl|0|Không\nl|1|Có\nl|98|Khác\nm|co|Có\nm|khong|Không\n";
    let rows = "type|name|label\nselect_one l|a|A\nselect_one m|b|B\n";
    let bytes = workbook(&[("survey", rows), ("choices", choices)]);
    let form = imported(&bytes).form;
    let codes = |form: &Form, list: &str| -> Vec<(String, i16)> {
        let list = form.lists.iter().find(|known| known.id == list).expect("a list");
        list.options.iter().map(|option| (option.name.clone(), option.code)).collect()
    };
    let named = |pairs: &[(&str, i16)]| -> Vec<(String, i16)> {
        pairs.iter().map(|(name, code)| ((*name).to_owned(), *code)).collect()
    };
    assert_eq!(codes(&form, "l"), named(&[("0", 99), ("1", 1), ("98", 98)]));
    assert_eq!(codes(&form, "m"), named(&[("co", 1), ("khong", 2)]));
    // An option that goes leaves its code unused, a new one gets a new code.
    let choices = choices.replace("m|co|Có\n", "").replace("m|khong", "m|moi|Mới\nm|khong");
    let bytes = workbook(&[("survey", rows), ("choices", &choices)]);
    let options = ImportOptions { earlier: Some(&form), ..ImportOptions::default() };
    let again = import_form(&bytes, &options).expect("the form again").form;
    assert_eq!(codes(&again, "m"), named(&[("moi", 3), ("khong", 2)]));
}

#[test]
fn languages_are_told_from_the_columns() {
    let of = |headings: &str, row: &str, settings: &str| {
        let survey = format!("type|name|{headings}\ntext|a|{row}\n");
        let bytes = workbook(&[("survey", &survey), ("settings", settings)]);
        let form = imported(&bytes).form;
        let label = &outline(&form).questions[0].label;
        let words: Vec<String> =
            label.iter().map(|(code, text)| format!("{code}={text}")).collect();
        words.join(" ")
    };
    let none = "version\n1\n";
    assert_eq!(of("label", "A", none), "vi=A");
    assert_eq!(of("label", "A", "default_language\nEnglish\n"), "en=A");
    assert_eq!(of("label::English (en)|label::Tiếng Việt (vi)", "A|B", none), "en=A vi=B");
    let default = "default_language\nTiếng Việt (vi)\n";
    assert_eq!(of("label:English|label:Vietnamese", "A|B", default), "vi=B en=A");
    assert_eq!(of("label|label::English (en)", "A|B", default), "vi=A en=B");
    assert_eq!(of("label|label::English (en)", "A|B", none), "vi=A en=B");
    assert_eq!(of("label::English (en)|label::vi", "A|", none), "en=A vi=A");
}

#[test]
fn a_new_survey_passes_its_check() {
    for headings in ["type|name|label", "type|name|label::English (en)|label::vi"] {
        let imported = imported(&survey(headings, "text|a|A|Á\nselect_one yn|b|B|Bê\n"));
        let files = new_survey("Khảo sát 1", &imported.form, &imported.text);
        let bundle = Bundle::new(files).expect("texts");
        let survey = read_survey(&bundle).unwrap_or_else(|mistakes| panic!("{mistakes:#?}"));
        assert_eq!(survey.id, "Khao-sat-1");
    }
}

#[test]
fn a_new_survey_scores_what_the_workbook_says() {
    let choices = "list_name|name|label|phieu_coefficient\ns|1|Kém|0\ns|2|Tốt|1\n";
    let rows = "type|name|label|phieu_criterion\nselect_one s|a|A|3.6\n";
    let imported = imported(&workbook(&[("survey", rows), ("choices", choices)]));
    assert!(matches!(imported.form.questions[0].kind, Kind::Scale(_)));
    let files = new_survey("s", &imported.form, &imported.text);
    let bundle = Bundle::new(files).expect("texts");
    let survey = read_survey(&bundle).unwrap_or_else(|mistakes| panic!("{mistakes:#?}"));
    assert_eq!(survey.rule.criteria.len(), 1);
}

const KINDS: [&str; 7] =
    ["text", "integer", "decimal", "date", "note", "select_one l", "select_multiple l"];

proptest! {
    #![proptest_config(ProptestConfig::with_cases(60))]

    /// Whatever a workbook asks, the form that is written from it asks the same.
    #[test]
    fn random_workbooks_survive(
        rows in prop::collection::vec((0..KINDS.len(), 0..20usize, any::<[bool; 4]>(), "[a-zđế “&<\"']{1,9}"), 1..15),
    ) {
        let mut text = "type|name|label::vi|label::English (en)|required|relevant|constraint\n".to_owned();
        let mut open = false;
        let mut asked: Vec<usize> = Vec::new();
        for (at, (kind, earlier, [group, condition, required, constraint], label)) in rows.iter().enumerate() {
            if *group {
                text += if open { "end_group\n" } else { "" };
                text += &format!("begin_group|g{at}|Nhóm {label}|Group\n");
                open = true;
            }
            let about = asked.get(earlier % asked.len().max(1)).filter(|_| *condition);
            let relevant = about.map(|about| format!("${{q{about}}} != ''")).unwrap_or_default();
            let is_note = KINDS[*kind] == "note";
            let required = if *required && !is_note { "yes" } else { "" };
            let constraint = if *constraint && !is_note { "string-length(.) < 9" } else { "" };
            text += &format!("{}|q{at}|x{label}|y{label}|{required}|{relevant}|{constraint}\n", KINDS[*kind]);
            if !is_note {
                asked.push(at);
            }
        }
        text += if open { "end_group\n" } else { "" };
        let choices = "list_name|name|label::vi|label::English (en)|v\nl|a|A|A|1\nl|2|B|B\n";
        let form = imported(&workbook(&[("survey", &text), ("choices", choices)])).form;
        prop_assert_eq!(form.questions.len(), rows.len());
        let again = there_and_back(&form);
        prop_assert_eq!(outline(&again), outline(&form));
        prop_assert_eq!(&again.lists, &form.lists);
        let required = outline(&form).questions.iter().filter(|q| q.required == OutlineRequired::Plain(true)).count();
        let wanted = rows.iter().filter(|(kind, _, flags, _)| flags[2] && KINDS[*kind] != "note").count();
        prop_assert_eq!(required, wanted);
    }
}
