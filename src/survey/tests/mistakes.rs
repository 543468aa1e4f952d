use super::{all, files, folder};
use crate::{
    messages::Language,
    questionnaire::Mistake,
    survey::{Bundle, read_survey},
};
use proptest::prelude::*;

/// The survey of the fixture with some texts replaced; a file that is not there is added.
fn changed(changes: &[(&str, &str, &str)]) -> Bundle {
    let mut files = files(&folder("tests/data/hai-long-2022"));
    for (file, from, to) in changes {
        match files.iter_mut().find(|(name, _)| name == file) {
            Some((_, text)) => {
                let old = String::from_utf8(text.clone()).expect("text");
                assert!(old.contains(from), "{file} has no {from}");
                *text = old.replace(from, to).into_bytes();
            }
            None => files.push(((*file).to_owned(), to.as_bytes().to_vec())),
        }
    }
    Bundle::new(files).expect("texts")
}

fn mistakes(changes: &[(&str, &str, &str)]) -> Vec<(String, usize, &'static str)> {
    let mistakes = read_survey(&changed(changes)).expect_err("mistakes");
    let brief = |mistake: Mistake| (mistake.file, mistake.line, mistake.problem.key());
    mistakes.into_iter().map(brief).collect()
}

fn one(file: &str, line: usize, key: &'static str) -> Vec<(String, usize, &'static str)> {
    vec![(file.to_owned(), line, key)]
}

#[test]
fn mistakes_of_several_files_are_named_at_once_with_their_lines() {
    let found = mistakes(&[
        ("survey.toml", "version = \"1\"", "verson = \"1\""),
        ("units.csv", "so-tnmt,Sở", "so tnmt,Sở"),
        ("targets.csv", "nd,31", "nd,ba mươi mốt"),
        ("criteria.csv", "survey,10", "poll,mười"),
        ("rule.toml", "\"top_two\"", "\"top_three\""),
    ]);
    let expected = [
        one("criteria.csv", 2, "survey.field_number"),
        one("criteria.csv", 2, "survey.unknown_method"),
        one("criteria.csv", 2, "survey.leaf_without_method"),
        one("rule.toml", 6, "survey.unknown_word"),
        one("survey.toml", 1, "survey.key_missing"),
        one("survey.toml", 4, "survey.unknown_key"),
        one("targets.csv", 2, "survey.field_whole"),
        one("units.csv", 2, "survey.bad_code"),
    ];
    assert_eq!(found, expected.concat());
}

#[test]
fn a_group_that_nobody_asks_is_named() {
    let group = "[[subject]]";
    let added = "[[group]]\ncode = \"dn\"\nlabel = { vi = \"a\", en = \"a\" }\n\
                 chosen = { vi = \"a\", en = \"a\" }\nreminders = \"everyone\"\n\n[[subject]]";
    let found = mistakes(&[("survey.toml", group, added)]);
    let keys: Vec<&str> = found.iter().map(|(_, _, key)| *key).collect();
    assert_eq!(keys, ["survey.group_without_part", "survey.group_without_target"]);
}

#[test]
fn a_form_must_count_for_a_surveyed_criterion() {
    let form = "forms/hai-long.toml";
    let unknown = mistakes(&[(form, "criterion = \"8.2\"", "criterion = \"8.3\"")]);
    assert_eq!(unknown[0], (form.to_owned(), 18, "survey.unknown_criterion"));
    assert!(unknown.iter().any(|(_, _, key)| *key == "survey.criterion_not_asked"));
    let other = mistakes(&[("criteria.csv", "survey,10", "self_score,10")]);
    assert!(other.contains(&(form.to_owned(), 18, "survey.criterion_not_surveyed")));
    let by_id = mistakes(&[(form, "criterion = \"8.2\"", "criterion = \"c8.2\"")]);
    assert!(by_id.contains(&(form.to_owned(), 18, "survey.criterion_by_code")));
}

#[test]
fn a_rule_must_cover_exactly_the_surveyed_criteria() {
    let found = mistakes(&[(
        "criteria.csv",
        "c8.2,",
        "c3.6,,criterion,3.6,Chất lượng,Quality,survey,,\nc8.2,",
    )]);
    let uncovered = found.iter().filter(|(_, _, key)| *key == "survey.criterion_without_rule");
    assert_eq!(uncovered.count(), 3, "{found:?}");
    let extra = mistakes(&[("rule.toml", "criteria.\"8.2\"", "criteria.\"8.1\"")]);
    assert!(extra.contains(&("rule.toml".to_owned(), 5, "survey.unknown_criterion")), "{extra:?}");
}

#[test]
fn the_two_best_levels_of_a_short_scale_cannot_be_told() {
    let found = mistakes(&[("forms/hai-long.toml", "coefficient = 0.5", "coefficient = 0.75")]);
    let form = "forms/hai-long.toml";
    assert_eq!(found, one(form, 18, "survey.no_two_best"));
}

#[test]
fn weights_name_exactly_the_groups_that_are_asked() {
    let weights = "groups = { nd = 0.5, dn = 0.5 }";
    let found = mistakes(&[("rule.toml", "groups = \"population\"", weights)]);
    assert_eq!(found, one("rule.toml", 5, "survey.weight_of_unasked"));
    let short = "groups = { nd = 0.9 }";
    let found = mistakes(&[("rule.toml", "groups = \"population\"", short)]);
    assert_eq!(found, one("rule.toml", 8, "survey.weights_do_not_add_up"));
}

#[test]
fn units_above_themselves_are_found() {
    let circle = "Environment,b\nb,B,B,so-tnmt";
    let found = mistakes(&[("units.csv", "Environment,", circle)]);
    let key = "survey.parents_in_a_circle";
    assert_eq!(found, [one("units.csv", 2, key), one("units.csv", 3, key)].concat());
}

#[test]
fn a_target_fits_its_population_its_unit_and_its_group() {
    let rows = "nd,31,30\nso-tnmt,dn,5,\nso-khac,nd,5,\nso-tnmt,nd,0,";
    let found = mistakes(&[("targets.csv", "nd,31,", rows)]);
    let expected = [
        one("targets.csv", 2, "survey.target_above_population"),
        one("targets.csv", 3, "survey.unknown_group"),
        one("targets.csv", 4, "survey.unknown_unit"),
        one("targets.csv", 5, "survey.target_twice"),
        one("targets.csv", 5, "survey.target_zero"),
    ];
    let mut found = found;
    found.sort();
    assert_eq!(found, expected.concat());
}

#[test]
fn a_file_that_does_not_belong_and_one_that_lacks_are_named() {
    let stray = mistakes(&[("form/b.toml", "", "")]);
    assert_eq!(stray, one("form/b.toml", 1, "survey.file_unknown"));
    let empty = read_survey(&Bundle::default()).expect_err("no files");
    let files: Vec<&str> = empty.iter().map(|mistake| &*mistake.file).collect();
    assert_eq!(files, ["criteria.csv", "rule.toml", "survey.toml", "targets.csv", "units.csv"]);
}

#[test]
fn a_label_that_too_few_share_is_refused_before_the_draw() {
    let found = mistakes(&[("survey.toml", "least = 5", "least = 3")]);
    assert_eq!(found, one("survey.toml", 39, "survey.least_too_small"));
    let found = mistakes(&[("rule.toml", "minimum_n = 5", "minimum_n = 4")]);
    assert_eq!(found, one("rule.toml", 5, "survey.minimum_n_below_least"));
}

#[test]
fn every_mistake_reads_as_a_sentence_in_both_languages() {
    let bundle = changed(&[("survey.toml", "policy = \"drawn\"", "policy = \"lot\"")]);
    let mistakes = read_survey(&bundle).expect_err("a mistake");
    assert_eq!(
        all(&mistakes),
        "survey.toml:36: “policy” cannot be “lot”; it is one of: drawn, hard."
    );
    let vietnamese = mistakes[0].say(Language::default());
    assert!(vietnamese.ends_with("chỉ nhận một trong các giá trị: drawn, hard."));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn a_damaged_survey_ends_in_mistakes_and_never_in_a_panic(
        which in 0usize..16,
        at in 0usize..4000,
        cut in 0usize..60,
        noise in "[\\PC\n]{0,20}",
    ) {
        let mut files = files(&folder("tests/data/hai-long-2022"));
        files.sort();
        let count = files.len();
        let text = &mut files[which % count].1;
        let mut damaged = String::from_utf8(text.clone()).expect("text");
        let mut places = damaged.char_indices().map(|(place, _)| place).collect::<Vec<_>>();
        places.push(damaged.len());
        let start = at % places.len();
        let end = (start + cut).min(places.len() - 1);
        damaged.replace_range(places[start]..places[end], &noise);
        *text = damaged.into_bytes();
        if let Err(mistakes) = read_survey(&Bundle::new(files).expect("texts")) {
            prop_assert!(!mistakes.is_empty());
        }
    }
}
