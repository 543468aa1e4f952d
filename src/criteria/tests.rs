use super::{
    Combination, Conversion, Finding, Framework, Method, Rule, check_scorecard, read_framework,
    read_rule, read_scorecard,
};
use crate::{
    messages::Language,
    questionnaire::{Labels, Mistake},
};
use std::collections::BTreeMap;

const SCORECARD: &str = include_str!("../../tests/data/scorecard-dak-nong-2022.csv");

const RULE: &str = r#"
id = "r"
version = "1"
title = { vi = "Quy tắc" }

[default]
method = "mean"
dont_know = { counts = 0.5 }
groups = "equal"
conversion = { kind = "linear" }
minimum_n = 5

[criteria."1"]

[criteria."2"]
method = { share_of = [4, 5] }
groups = { a = 0.25, b = 0.75 }
conversion = { kind = "floor", floor = 50, between = "stretched" }

[criteria."3"]
conversion = { kind = "steps", steps = [ { from = 50, share = 0.5 }, { from = 80, share = 1 } ] }

[rounding]
score = 2
points = 3

[[bands]]
from = 80
label = { vi = "Tốt" }

[[bands]]
from = 50
label = { vi = "Khá" }
"#;

fn vietnamese() -> Vec<String> {
    vec!["vi".to_owned()]
}

fn rule(text: &str) -> Result<Rule, Vec<Mistake>> {
    read_rule("rule.toml", text, &vietnamese())
}

fn framework(text: &str) -> Result<Framework, Vec<Mistake>> {
    let level = |code: &str| (code.to_owned(), Labels::new([("vi", code)]));
    let levels = BTreeMap::from([level("TC"), level("TCTP")]);
    read_framework("criteria.csv", text, &vietnamese(), &levels)
}

fn places(mistakes: Vec<Mistake>) -> Vec<(usize, &'static str)> {
    mistakes.into_iter().map(|mistake| (mistake.line, mistake.problem.key())).collect()
}

#[test]
fn the_printed_scorecard_of_2022_is_wrong_in_area_1_and_in_its_total() {
    let scorecard = read_scorecard("scorecard.csv", SCORECARD).expect("a scorecard");
    let findings = check_scorecard(&scorecard);
    let english = Language::parse("en").expect("English");
    let said: Vec<String> = findings.iter().map(|finding| finding.text().say(english)).collect();
    assert_eq!(
        said,
        [
            "Area 1: 67.31 % is printed, but 8.645 of 13 points are 66.50 %.",
            "Total: 80.567 points are printed, but the areas add up to 80.462.",
            "Area 1: with 8.75 instead of 8.645 points, the percent of the area and the total \
             both agree; most likely this one cell is misprinted.",
        ]
    );
    assert_eq!(findings.iter().map(Finding::line).collect::<Vec<_>>(), [2, 9, 2]);
}

#[test]
fn a_scorecard_with_the_right_cell_has_nothing_to_find() {
    let corrected = SCORECARD.replace("8.645", "8.75");
    let scorecard = read_scorecard("scorecard.csv", &corrected).expect("a scorecard");
    assert_eq!(check_scorecard(&scorecard), []);
}

#[test]
fn more_points_than_there_are_and_a_wrong_maximum_are_found() {
    let wrong = SCORECARD.replace("4,5,9,9,100", "4,5,9.5,9,100").replace(",99,", ",98,");
    let scorecard = read_scorecard("scorecard.csv", &wrong).expect("a scorecard");
    let findings = check_scorecard(&scorecard);
    let above =
        |finding: &&Finding| matches!(finding, Finding::AboveMaximum { row } if row.area == "4");
    assert_eq!(findings.iter().filter(above).count(), 1);
    let totals = findings.iter().filter(|finding| matches!(finding, Finding::Total { .. }));
    assert_eq!(totals.count(), 2);
}

#[test]
fn a_scorecard_that_cannot_be_read_says_where() {
    let mistakes = read_scorecard("s.csv", "area,points,max_points,printed_percent\n1,x,2,3\n");
    let expected = [(2, "survey.field_number"), (1, "survey.scorecard_without_total")];
    assert_eq!(places(mistakes.expect_err("mistakes")), expected);
}

#[test]
fn criteria_are_found_by_code_or_by_id() {
    let framework = framework(
        "id;parent;level;code;name_vi;method;max_points\n\
         a;;TC;1.2;Báo cáo;;2,5\n\
         a-1;a;TCTP;;Định kỳ;self_score;1\n\
         a-2;a;TCTP;1.2.2;Chuyên đề;survey;1,5\n",
    )
    .expect("a framework");
    assert_eq!(framework.find("1.2.2").map(|found| &*found.id), Some("a-2"));
    assert_eq!(framework.find("a-1").map(|found| found.label()), Some("a-1"));
    assert_eq!(framework.path("a-2").len(), 2);
    assert_eq!(framework.children("a").count(), 2);
    let reports = framework.find("1.2").expect("a criterion");
    assert_eq!(framework.heading(reports, "vi"), "TC 1.2");
    assert_eq!(reports.max_points, Some(2.5));
}

#[test]
fn every_mistake_of_a_tree_is_named_with_its_line() {
    let mistakes = framework(
        "id,parent,level,code,name_vi,method,max_points,assumed\n\
         a,,TC,1,Một,,2,\n\
         b,a,TCTP,1,Hai,survey,3,có\n\
         b,c,Mục,,,poll,,yes\n\
         d,d,TC,,Bốn,survey,-1,\n",
    );
    let mut places = places(mistakes.expect_err("mistakes"));
    places.sort_unstable();
    let expected = [
        (2, "survey.points_do_not_add_up"),
        (3, "survey.criterion_twice"),
        (3, "survey.expected_yes_no"),
        (4, "survey.assumed_without_points"),
        (4, "survey.field_missing"),
        (4, "survey.unknown_level"),
        (4, "survey.unknown_method"),
        (5, "survey.method_above_a_leaf"),
        (5, "survey.parents_in_a_circle"),
        (5, "survey.points_not_positive"),
    ];
    assert_eq!(places, expected);
}

#[test]
fn a_rule_says_for_each_criterion_what_the_default_does_not() {
    let rule = rule(RULE).expect("a rule");
    let names: Vec<&str> = rule.criteria.iter().map(|known| &*known.criterion).collect();
    assert_eq!(names, ["1", "2", "3"]);
    let second = rule.criterion("2").expect("a criterion");
    assert_eq!(second.method, Method::Share(vec![4, 5]));
    assert!(matches!(second.groups, Combination::Weights(_)));
    assert_eq!(second.minimum_n, 5);
    assert!(matches!(rule.criteria[2].conversion, Conversion::Steps(_)));
    assert_eq!(rule.band(79.99).map(|band| band.label.get("vi")), Some("Khá"));
    assert_eq!(rule.band(10.0), None);
}

#[test]
fn the_hash_of_a_rule_is_that_of_its_file() {
    let hash = |text: &str| rule(text).expect("a rule").sha256;
    assert_eq!(hash(RULE).len(), 64);
    assert_ne!(hash(RULE), hash(&RULE.replace("score = 2", "score = 1")));
}

#[test]
fn a_rule_that_could_lower_points_for_a_better_score_is_refused() {
    let falling = RULE.replace("share = 1 }", "share = 0.25 }");
    assert_eq!(places(rule(&falling).expect_err("a mistake")), [(21, "survey.steps_not_rising")]);
    let crossed = RULE.replace("floor = 50", "floor = 100");
    assert_eq!(places(rule(&crossed).expect_err("mistake")), [(18, "survey.floor_above_ceiling")]);
}

#[test]
fn every_mistake_of_a_rule_is_named_with_its_line() {
    let text = RULE
        .replace("counts = 0.5", "counts = 2")
        .replace("groups = \"equal\"\n", "")
        .replace("b = 0.75", "b = 0.7")
        .replace("points = 3", "points = 9")
        .replace("from = 50\nlabel", "from = 90\nlabel");
    let mut places = places(rule(&text).expect_err("mistakes"));
    places.sort_unstable();
    let expected = [
        (8, "survey.share_out_of_range"),
        (12, "survey.rule_key_missing"),
        (16, "survey.weights_do_not_add_up"),
        (19, "survey.rule_key_missing"),
        (24, "survey.too_many_decimals"),
        (31, "survey.bands_not_falling"),
    ];
    assert_eq!(places, expected);
}

#[test]
fn the_method_is_said_in_words_with_the_names_of_the_groups() {
    let rule = rule(RULE).expect("a rule");
    let name = |code: &str, label: &str| (code.to_owned(), Labels::new([("vi", label)]));
    let groups = [name("a", "Người dân"), name("b", "Doanh nghiệp")];
    let words = rule.criteria[1].in_words(&groups, Language::default()).join("\n");
    assert!(words.contains("Tỷ lệ câu trả lời có mã 4, 5"));
    assert!(words.contains("Người dân 25 %; Doanh nghiệp 75 %"));
    assert!(words.contains("Dưới 50 không có điểm; từ 100 trở lên đạt điểm tối đa"));
    assert!(words.contains("dưới 5 phiếu"));
    assert!(!words.contains('{'));
}
