use super::{folder, survey};
use crate::{
    criteria::{Counted, person_score, round_half_away},
    messages::Language,
    questionnaire::{
        Answers, Form, Item, ItemKind, Kind, Recorded, Step, Today, accept, finish, first_gap,
        first_page, page_after, show,
    },
    survey::{MergeStep, Policy},
};
use std::fs;

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
fn targets_are_written_as_they_are_read() {
    for path in ["surveys/so-tnmt-2024", "surveys/bo-tnmt-2020", "tests/data/hai-long-2022"] {
        let file = fs::read_to_string(folder(path).join("targets.csv")).expect("targets.csv");
        assert_eq!(crate::survey::targets_csv(&survey(path).targets), file);
    }
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

/// Answers every page as somebody who takes the option `pick` names, as a browser would.
fn answered(form: &Form, pick: impl Fn(&Item) -> String) -> Answers {
    let today = Today("2024-10-01".to_owned());
    let mut answers = Answers::default();
    let mut next = first_page(form, &answers, &today);
    while let Step::Page(page) = next {
        let view = show(form, &answers, page, Language::default(), &today);
        assert!(!view.items.is_empty(), "{} page {page}", form.id);
        let asked = view.items.iter().filter(|item| item.kind != ItemKind::Note);
        let fields: Vec<_> = asked.map(|item| (item.name.clone(), pick(item))).collect();
        let accepted = accept(form, &answers, page, &fields, Language::default(), &today);
        assert!(accepted.problems.is_empty(), "{} page {page}: {:?}", form.id, accepted.problems);
        answers = accepted.answers;
        next = page_after(form, &answers, page, &today);
    }
    assert_eq!(first_gap(form, &answers, &today), None);
    answers
}

fn option(item: &Item, place: usize) -> String {
    match item.kind {
        ItemKind::Integer => "1".to_owned(),
        ItemKind::LongText => "Không có".to_owned(),
        _ => item.options[place.min(item.options.len() - 1)].code.clone(),
    }
}

#[test]
fn every_form_can_be_answered_to_the_end() {
    for path in ["surveys/so-tnmt-2024", "surveys/bo-tnmt-2020", "tests/data/hai-long-2022"] {
        for form in survey(path).forms.values() {
            for place in 0..5 {
                answered(form, |item| option(item, place));
            }
        }
    }
}

#[test]
fn who_never_saw_the_website_is_not_asked_about_it() {
    let survey = survey("surveys/so-tnmt-2024");
    for form in survey.forms.values() {
        let never = |item: &Item| option(item, usize::from(item.name == "da_truy_cap"));
        let answers = answered(form, never);
        let record = finish(form, &answers, &Today("2024-10-01".to_owned()));
        let web = survey.scored_questions(&survey.rule, "7.3.2", &form.id).expect("scales");
        assert_eq!(web.len(), 6);
        for question in web {
            assert_eq!(record[&question.name], Recorded::NOT_ASKED, "{}", question.name);
        }
    }
}
