use super::{Bundle, MergeStep, Policy, Survey, read_survey};
use crate::{
    criteria::{Counted, person_score, round_half_away},
    messages::Language,
    questionnaire::{Kind, Mistake},
};
use std::{
    fs,
    path::{Path, PathBuf},
};

fn folder(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(path)
}

fn files(folder: &Path) -> Vec<(String, Vec<u8>)> {
    let mut files = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(next) = folders.pop() {
        for entry in fs::read_dir(&next).expect("a folder") {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                folders.push(path);
            } else {
                let name = path.strip_prefix(folder).expect("below the folder");
                let name = name.to_str().expect("a plain name").replace('\\', "/");
                files.push((name, fs::read(&path).expect("a file")));
            }
        }
    }
    files
}

fn survey(path: &str) -> Survey {
    let bundle = Bundle::new(files(&folder(path))).expect("texts");
    read_survey(&bundle).unwrap_or_else(|mistakes| panic!("{path}: {}", all(&mistakes)))
}

fn all(mistakes: &[Mistake]) -> String {
    let lines: Vec<String> = mistakes.iter().map(|mistake| mistake.say(english())).collect();
    lines.join("\n")
}

fn english() -> Language {
    Language::parse("en").expect("the program speaks English")
}

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
fn every_survey_of_the_repository_is_without_mistakes() {
    let surveys = fs::read_dir(folder("surveys")).expect("surveys");
    let mut read = 0;
    for entry in surveys {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            let name = path.file_name().and_then(|name| name.to_str()).expect("a plain name");
            assert_eq!(survey(&format!("surveys/{name}")).id, name);
            read += 1;
        }
    }
    assert!(read >= 2);
}

#[test]
fn the_department_is_scored_on_four_criteria_and_nothing_else() {
    let survey = survey("surveys/so-tnmt-2024");
    let rows: Vec<String> = survey
        .framework
        .surveyed()
        .flat_map(|criterion| {
            let subjects = survey.subjects_judged(criterion.label());
            let heading = survey.framework.heading(criterion, "vi");
            subjects.into_iter().map(move |subject| format!("{heading} {}", subject.code))
        })
        .collect();
    assert_eq!(rows, ["TC 3.6 so-tnmt", "TC 4.5 so-tnmt", "TCTP 7.3.2 so-tnmt", "TC 8.2 so-tnmt"]);
    assert!(survey.framework.surveyed().all(|criterion| criterion.assumed));
    assert_eq!(survey.framework.criteria().len(), 110);
    assert!(survey.synthetic);
}

#[test]
fn the_departments_targets_are_a_quarter_of_its_people() {
    let survey = survey("surveys/so-tnmt-2024");
    let target: u32 = survey.targets.iter().map(|target| target.target).sum();
    let people: u32 = survey.targets.iter().filter_map(|target| target.population).sum();
    assert_eq!((target, people), (1486, 6040));
    assert_eq!(survey.cells().len(), survey.targets.len());
}

#[test]
fn a_page_is_one_thing_or_a_short_battery_with_the_same_options() {
    for path in ["surveys/so-tnmt-2024", "surveys/bo-tnmt-2020"] {
        for form in survey(path).forms.values() {
            assert!(form.pages.len() <= 6, "{path}/{}", form.id);
            for page in &form.pages {
                let questions = &form.questions[page.questions.clone()];
                let asked = questions.iter().filter(|question| question.kind.is_answered());
                assert!(asked.count() <= 7, "{path}/{}/{}", form.id, page.id);
            }
        }
    }
}

#[test]
fn what_counts_offers_dont_know() {
    for path in ["surveys/so-tnmt-2024", "surveys/bo-tnmt-2020"] {
        for form in survey(path).forms.values() {
            let scales = form.questions.iter().filter(|q| matches!(q.kind, Kind::Scale(_)));
            for question in scales {
                let list = form.list_of(question).expect("a scale");
                assert!(list.dont_know.is_some(), "{path}/{}/{}", form.id, question.name);
            }
        }
    }
}

#[test]
fn people_of_the_ministry_judge_it_and_one_of_its_units() {
    let survey = survey("surveys/bo-tnmt-2020");
    let parts: Vec<_> =
        survey.parts_of("vu-pc", "cv").map(|part| (&*part.form, &*part.subject)).collect();
    assert_eq!(parts, [("bo", "bo"), ("don-vi", "cuc-cntt")]);
    let hard = survey.cells().into_iter().filter(|cell| cell.policy == Policy::Hard);
    assert_eq!(hard.map(|cell| cell.group).collect::<Vec<_>>(), ["so"]);
    let judged = survey.subjects_judged("4.1");
    assert_eq!(
        judged.iter().map(|subject| &*subject.code).collect::<Vec<_>>(),
        ["van-phong-bo", "cuc-cntt"]
    );
    assert_eq!(survey.merging.steps, [MergeStep::Mode, MergeStep::Unit]);
}

#[test]
fn three_rules_give_the_three_published_figures_of_31_forms() {
    let survey = survey("tests/data/hai-long-2022");
    let counts = [(1, 0), (2, 0), (3, 5), (4, 16), (5, 10)];
    let printed = |id: &str| {
        let rule = survey.rule_called(id).expect("a rule");
        let questions = survey.scored_questions(rule, "8.2", "hai-long").expect("a scale");
        let [question] = &questions[..] else { panic!("one question") };
        let (mut sum, mut people) = (0.0, 0.0);
        for (code, count) in counts {
            let score = person_score([question.scoring.of(code)], 0.0).expect("an answer");
            sum += score * f64::from(count);
            people += f64::from(count);
        }
        round_half_away(sum / people, rule.rounding.score).expect("a number").to_string()
    };
    assert_eq!(printed("hai-muc-cao-nhat"), "83.87");
    assert_eq!(printed("trung-binh-thang"), "83.23");
    assert_eq!(printed("quy-doi-0-1"), "79.03");
}

#[test]
fn the_three_rules_are_told_apart_in_words() {
    let survey = survey("tests/data/hai-long-2022");
    for language in Language::all() {
        let rules = std::iter::once(&survey.rule).chain(&survey.alternatives);
        let mut words: Vec<String> = rules
            .map(|rule| rule.criteria[0].in_words(&survey.group_names(), *language).join(" "))
            .collect();
        words.sort();
        words.dedup();
        assert_eq!(words.len(), 3);
    }
}

#[test]
fn dont_know_and_silence_do_not_count_as_answers() {
    let survey = survey("surveys/so-tnmt-2024");
    let questions = survey.scored_questions(&survey.rule, "3.6", "nguoi-dan").expect("scales");
    assert_eq!(questions.len(), 7);
    let counted = |codes: [i16; 7]| -> Vec<Counted> {
        questions.iter().zip(codes).map(|(question, code)| question.scoring.of(code)).collect()
    };
    assert_eq!(person_score(counted([5, 3, 4, 0, 5, -1, 3]), 0.5), Some(75.0));
    assert_eq!(person_score(counted([5, 5, 5, 0, 0, -1, 0]), 0.5), None);
    assert_eq!(person_score(counted([-2; 7]), 0.5), None);
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
