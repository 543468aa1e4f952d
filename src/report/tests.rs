use super::{trial, *};
use crate::{fieldwork::RoundState, messages::Language};
use proptest::prelude::*;

/// 0, 0, 5, 16 and 10 forms, from worst to best.
fn published() -> Vec<i16> {
    [(1, 0), (2, 0), (3, 5), (4, 16), (5, 10)]
        .into_iter()
        .flat_map(|(code, n)| std::iter::repeat_n(code, n))
        .collect()
}

#[test]
fn the_published_forms_give_the_published_figures_under_three_rules() {
    let survey = trial::published();
    let facts = trial::one_cell(&published(), None);
    for (rule, printed) in
        [("hai-muc-cao-nhat", "83,87"), ("trung-binh-thang", "83,23"), ("quy-doi-0-1", "79,03")]
    {
        let results = results(&facts, &survey, survey.rule_called(rule).unwrap());
        let one = &results.criteria[0];
        assert_eq!(decimal(one.score.unwrap(), 2, Language::default()), printed);
        assert_eq!((one.n, one.population), (Some(31), None));
        assert!(one.flags.contains(&Flag::PopulationUnknown));
        let table = text_table(&results, Language::default());
        assert!(table.contains(printed) && table.contains(rule), "{table}");
    }
}

#[test]
fn whoever_asks_everybody_has_no_sampling_error() {
    let one = |population| {
        let facts = trial::one_cell(&published(), population);
        trial::scored(&facts, &trial::published()).criteria.remove(0)
    };
    let census = one(Some(31));
    assert_eq!((census.se, census.ci), (Some(0.0), census.score.map(|score| [score, score])));
    assert!(census.flags.contains(&Flag::Census));
    let [known, unknown] = [one(Some(62)), one(None)].map(|one| one.se.unwrap());
    assert!(0.0 < known && known < unknown);
    assert_eq!(one(Some(62)).population, Some(62));
}

#[test]
fn before_the_box_is_opened_there_are_no_figures() {
    let mut facts = trial::one_cell(&published(), None);
    facts.state = RoundState::Closed;
    let results = trial::scored(&facts, &trial::published());
    assert!(results.criteria.is_empty() && results.questions.is_empty());
    assert_eq!(results.cells.len(), 1);
    assert!(text_table(&results, Language::default()).contains("chưa"));
}

#[test]
fn too_few_answers_give_no_score() {
    let survey = trial::published();
    let one = |n: usize| {
        let facts = trial::one_cell(&published()[..n], Some(40));
        trial::scored(&facts, &survey).criteria.remove(0)
    };
    let four = one(4);
    assert_eq!((four.n, four.score, four.ci, four.points), (None, None, None, None));
    assert!(four.flags.contains(&Flag::Suppressed) && four.by_group.is_empty());
    let none = one(0);
    assert_eq!((none.n, none.score), (Some(0), None));
    assert!(none.flags.contains(&Flag::NoData));
    let mut strict = survey.rule.clone();
    strict.criteria[0].minimum_n = 7;
    let six = results(&trial::one_cell(&published()[..6], Some(40)), &survey, &strict);
    assert_eq!((six.criteria[0].n, six.criteria[0].score), (Some(6), None));
    assert!(six.criteria[0].flags.contains(&Flag::BelowMinimum));
}

#[test]
fn groups_count_as_the_rule_says() {
    let codes = [
        trial::answers(0, 12, 5),
        trial::answers(1, 30, 3),
        trial::answers(2, 14, 5),
        trial::answers(3, 40, 3),
    ]
    .concat();
    let facts = trial::two_groups(&[], &codes);
    let score =
        |groups: &str| trial::scored(&facts, &trial::two_by_two(groups)).criteria[0].score.unwrap();
    assert!((score("\"population\"") - (50.0 * 87.5 + 1000.0 * 37.5) / 1050.0).abs() < 1e-9);
    assert!((score("\"equal\"") - (87.5 + 37.5) / 2.0).abs() < 1e-9);
    assert!((score("{ cc = 0.8, nd = 0.2 }") - (0.8 * 87.5 + 0.2 * 37.5)).abs() < 1e-9);
}

#[test]
fn a_group_without_data_is_named_and_its_share_goes_to_the_others() {
    let codes = [trial::answers(0, 12, 5), trial::answers(2, 14, 5)].concat();
    let facts = trial::two_groups(&[], &codes);
    let one = trial::scored(&facts, &trial::two_by_two("\"equal\"")).criteria.remove(0);
    assert_eq!(one.without_data, ["nd"]);
    assert_eq!(one.score, Some(87.5));
    assert!(one.flags.contains(&Flag::GroupWithoutData));
    let mut survey = trial::two_by_two("\"equal\"");
    survey.rule.criteria[0].without_data = crate::criteria::WithoutData::NoScore;
    let one = trial::scored(&facts, &survey).criteria.remove(0);
    assert_eq!((one.score, one.without_data), (None, vec!["nd".to_owned()]));
}

#[test]
fn merged_cells_count_for_each_group_as_far_as_they_make_up_its_people() {
    // Cells 0 (20 officials) and 1 (400 citizens) of unit a lie under one label.
    let codes = [trial::answers(0, 30, 4), trial::answers(2, 14, 5), trial::answers(3, 40, 3)];
    let facts = trial::two_groups(&[0, 1], &codes.concat());
    let one = trial::scored(&facts, &trial::two_by_two("\"equal\"")).criteria.remove(0);
    // Officials: 20 people at 62.5 and 30 at 87.5; citizens: 400 at 62.5 and 600 at 37.5.
    let [officials, citizens] =
        [(20.0 * 62.5 + 30.0 * 87.5) / 50.0, (400.0 * 62.5 + 600.0 * 37.5) / 1000.0];
    assert!((one.score.unwrap() - (officials + citizens) / 2.0).abs() < 1e-9);
    assert!(one.flags.contains(&Flag::MergedCells));
    assert_eq!(one.by_group.len(), 1);
    assert_eq!(one.by_group[0].codes, ["nd", "cc"]);
    assert_eq!(one.by_unit.len(), 2);
}

#[test]
fn a_small_group_is_hidden_together_with_one_that_would_give_it_away() {
    let codes = [
        trial::answers(0, 3, 5),
        trial::answers(1, 30, 4),
        trial::answers(2, 4, 5),
        trial::answers(3, 40, 3),
    ];
    let facts = trial::two_groups(&[], &codes.concat());
    let one = trial::scored(&facts, &trial::two_by_two("\"population\"")).criteria.remove(0);
    assert!(one.by_group.iter().all(|row| row.figures == Shown::Hidden));
    assert!(one.by_unit.iter().all(|row| row.figures.value().is_some()));
    assert_eq!(one.n, Some(77));
}

#[test]
fn answers_are_spread_over_levels_only_where_enough_people_chose_one() {
    let spread = |codes: &[i16]| {
        let facts = trial::one_cell(codes, None);
        trial::scored(&facts, &trial::published()).questions.remove(0).answers
    };
    let Shown::Value(published) = spread(&published()) else { panic!("not shown") };
    let shares: Vec<f64> = published.levels.iter().map(|level| level.share * 31.0).collect();
    for (share, wanted) in shares.iter().zip([10.0, 16.0, 5.0, 0.0, 0.0]) {
        assert!((share - wanted).abs() < 1e-9, "{shares:?}");
    }
    assert_eq!((published.n, published.dont_know), (31, None));
    assert_eq!(spread(&[5; 9]), Shown::Hidden);
    assert_eq!(spread(&[-1; 20]), Shown::Nobody);
}

#[test]
fn json_is_what_other_programs_were_promised() {
    let survey = trial::published();
    let json = results_json(&trial::scored(&trial::one_cell(&published(), Some(62)), &survey));
    let start = format!(
        "{{\"round\":\"thu\",\"rule\":{{\"id\":\"hai-muc-cao-nhat\",\"version\":\"1\",\"sha256\":\"{}\"}},\"criteria\":[{{\"code\":\"8.2\",\"name\":\"Kết quả khảo sát\",\"subject\":\"so-tnmt\",\"method\":\"Tỷ lệ hai mức cao nhất\",\"score\":83.87096774193549,\"se\":",
        survey.rule.sha256
    );
    assert!(json.starts_with(&start), "{json}");
    let cells = "\"cells\":[{\"unit\":\"so-tnmt\",\"group\":\"nd\",\"form\":\"hai-long\",\"subject\":\"so-tnmt\",\"population\":62,\"target\":20,\"released\":20,\"completed\":31,\"over_allocation\":0}],\"units\":";
    assert!(json.contains(cells), "{json}");
    let value: serde_json::Value = serde_json::from_str(&json).unwrap();
    let keys: Vec<&String> = value["criteria"][0].as_object().unwrap().keys().collect();
    assert_eq!(keys.len(), 15);
    let further = ["units", "subjects", "beside", "reliability", "rates", "change"];
    let places = further
        .map(|key| json.find(&format!(",\"{key}\":[")).or(json.find(&format!(",\"{key}\":"))));
    assert!(places.is_sorted() && places.iter().all(Option::is_some), "{json}");
    let none = results_json(&trial::scored(&trial::one_cell(&[], Some(62)), &survey));
    assert!(none.contains("\"score\":null,\"se\":null,\"df\":null,\"ci\":null,\"n\":0"), "{none}");
}

#[test]
fn made_up_answers_are_called_so() {
    let mut facts = trial::one_cell(&published(), None);
    facts.synthetic = true;
    let results = trial::scored(&facts, &trial::published());
    assert!(results.criteria[0].flags.contains(&Flag::Synthetic));
    assert!(text_table(&results, Language::default()).contains("GIẢ ĐỊNH"));
}

#[test]
fn the_table_lines_up_and_speaks_both_languages() {
    let results = trial::scored(&trial::one_cell(&published(), None), &trial::published());
    for &language in Language::all() {
        let table = text_table(&results, language);
        let lines: Vec<&str> = table.lines().collect();
        let rule = lines.iter().position(|line| line.starts_with('─')).unwrap();
        let width = |line: &str| line.chars().count();
        assert_eq!(width(lines[rule - 1]), width(lines[rule]));
        assert_eq!(width(lines[rule + 1]), width(lines[rule]));
        assert!(!table.contains("report."), "{table}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn the_order_of_responses_labels_and_cells_changes_no_bit(
        codes in prop::collection::vec((0usize..4, -2i16..6), 0..120),
        turn in 0usize..120,
    ) {
        let survey = trial::two_by_two("\"equal\"");
        let facts = trial::two_groups(&[2, 3], &codes);
        let mut other = facts.clone();
        other.responses.reverse();
        other.cells.swap(0, 3);
        for cell in other.labels.iter_mut().flat_map(|label| &mut label.cells) {
            *cell = [3, 1, 2, 0][*cell];
        }
        let turn = turn % other.responses.len().max(1);
        other.responses.rotate_left(turn);
        let last = other.labels.len() - 1;
        other.labels.swap(0, last);
        for response in &mut other.responses {
            response.label = match response.label {
                0 => last,
                at if at == last => 0,
                at => at,
            };
        }
        prop_assert_eq!(
            results_json(&trial::scored(&facts, &survey)),
            results_json(&trial::scored(&other, &survey))
        );
    }

    #[test]
    fn nothing_of_fewer_than_five_people_is_ever_told(
        codes in prop::collection::vec((0usize..4, 0i16..6), 0..60),
        groups in prop::sample::select(vec!["\"equal\"", "\"population\"", "{ cc = 0.5, nd = 0.5 }"]),
    ) {
        let survey = trial::two_by_two(groups);
        let results = trial::scored(&trial::two_groups(&[0, 1], &codes), &survey);
        for one in &results.criteria {
            prop_assert!(one.n.is_some_and(|n| n == 0 || n >= 5) || one.flags.contains(&Flag::Suppressed));
            prop_assert!(one.score.is_none() || one.n >= Some(5));
            for row in one.by_group.iter().chain(&one.by_unit) {
                prop_assert!(row.figures.value().is_none_or(|part| part.n >= 10));
            }
        }
        for question in &results.questions {
            prop_assert!(question.answers.value().is_none_or(|spread| spread.n >= 10));
        }
    }
}
