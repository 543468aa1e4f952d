//! Every degenerate case has a defined answer (codes E0, E1, Ev, Ew, Em, Ef, EN).

use analysis::{
    Declaration, Design, DesignError, DontKnow, EmptyPart, Est, Figure, FigureError, Flag, Lonely,
    Method, Scores, Stratum, Variable, Weights,
};

fn design(populations: &[Option<u64>], stratum_of: Vec<usize>) -> Design {
    let stratum = |(i, &n): (usize, &Option<u64>)| Stratum::new(format!("tầng {i}"), n);
    let strata = populations.iter().enumerate().map(stratum).collect();
    Declaration::new(strata, stratum_of).build().expect("a sound declaration")
}

fn scores(codes: &[i8]) -> Variable {
    let scale = Scores::new([(1, 0.0), (2, 25.0), (3, 50.0), (4, 75.0), (5, 100.0)]);
    Variable::scored(codes, &scale, DontKnow::Missing).expect("known codes")
}

fn top_two(codes: &[i8], dont_know: DontKnow) -> Variable {
    let scale = Scores::new([(1, 0.0), (2, 25.0), (3, 50.0), (4, 75.0), (5, 100.0)]);
    Variable::share(codes, &scale, &[4, 5], dont_know).expect("known codes")
}

fn mean(design: &Design, variable: &Variable) -> Est {
    let figure = design.mean(variable, &design.everyone()).expect("same rows");
    figure.estimate().expect("the default rule never refuses")
}

fn near(got: Option<f64>, want: f64) {
    let got = got.expect("a value");
    assert!((got - want).abs() < 1e-9, "{got} is not {want}");
}

#[test]
fn e0_nobody_gives_no_value_and_a_flag() {
    for (populations, rows, codes) in [
        (vec![], vec![], vec![]),
        (vec![Some(5)], vec![], vec![]),
        (vec![Some(5)], vec![0, 0], vec![0i8, -1]),
    ] {
        let est = mean(&design(&populations, rows), &scores(&codes));
        assert_eq!((est.value, est.se, est.ci, est.n), (None, None, None, 0));
        assert!(est.has(Flag::NoData));
        assert_eq!(est.method, Method::None);
    }
}

#[test]
fn e0_a_ratio_with_nothing_below_has_no_value() {
    let design = design(&[Some(9)], vec![0, 0]);
    let zero = Variable::numbers(vec![0.0, 0.0]).expect("finite");
    let ratio = design.ratio(&scores(&[4, 5]), &zero, &design.everyone()).expect("same rows");
    assert_eq!(ratio.estimate().expect("an answer").value, None);
}

#[test]
fn e1_one_respondent_has_a_value_but_no_standard_error() {
    let est = mean(&design(&[Some(30), Some(40)], vec![0, 1, 1]), &scores(&[4, -1, 0]));
    assert_eq!((est.value, est.se, est.n), (Some(75.0), None, 1));
    assert!(est.has(Flag::OneRespondent));
    let [low, high] = est.ci.expect("the scale bounds it");
    assert!(low < 5.0 && high > 98.0);
}

#[test]
fn e1_one_respondent_of_a_population_of_one_is_a_census() {
    let est = mean(&design(&[Some(1)], vec![0]), &scores(&[4]));
    assert_eq!((est.se, est.ci), (Some(0.0), Some([75.0, 75.0])));
    assert!(est.has(Flag::Census) && !est.has(Flag::OneRespondent));
}

#[test]
fn e1_a_composite_with_a_part_of_one_respondent_has_no_standard_error() {
    let design = design(&[Some(30), Some(40)], vec![0, 1, 1, 1]);
    let answers = scores(&[4, 5, 3, 1]);
    let part = |s: usize| design.mean(&answers, &design.in_strata(&[s])).expect("same rows");
    let (first, second) = (part(0), part(1));
    let score = Figure::mean_of(&[&first, &second], EmptyPart::Fail).expect("one design");
    let est = score.estimate().expect("an answer");
    assert_eq!((est.value, est.se), (Some(62.5), None));
    let [low, high] = est.ci.expect("the scale bounds it");
    assert!((0.0..25.0).contains(&low) && (80.0..=100.0).contains(&high), "{low} {high}");
}

#[test]
fn ev_answers_all_alike_keep_an_interval() {
    // One stratum drawn by lot: exact. 12 of 40 all say yes: at least 31 of 40 do (no is ≤ 9).
    let est = mean(&design(&[Some(40)], vec![0; 12]), &top_two(&[5; 12], DontKnow::Missing));
    assert_eq!((est.value, est.se), (Some(1.0), Some(0.0)));
    assert_eq!(est.method, Method::Hypergeometric);
    near(est.ci.map(|c| c[0]), 31.0 / 40.0);
    assert!(est.has(Flag::ZeroVariance));

    // Several strata: Clopper and Pearson with Kish's effective number, no gain from N.
    let rows = (0..25).map(|i| i % 5).collect();
    let est = mean(&design(&[Some(15); 5], rows), &top_two(&[4; 25], DontKnow::Missing));
    assert_eq!(est.method, Method::ClopperPearson);
    near(est.ci.map(|c| c[0]), 0.862_814_828_469_287);
    assert_eq!(est.ci.map(|c| c[1]), Some(1.0));

    // A score: as many people differ, and as far, as can be.
    let est = mean(&design(&[Some(40)], vec![0; 12]), &scores(&[4; 12]));
    assert_eq!(est.method, Method::WorstCase);
    near(est.ci.map(|c| c[0]), 75.0 - 75.0 * 9.0 / 40.0);
    near(est.ci.map(|c| c[1]), 75.0 + 25.0 * 9.0 / 40.0);
}

#[test]
fn ev_strata_that_are_each_alike_hide_dissent_too() {
    // A census of three that differ, and two of three who say no: V is 0, but one was not asked.
    // If he says yes, two of six do; fewer than the one of six already known cannot.
    let design = design(&[Some(3), Some(3)], vec![0, 0, 0, 1, 1]);
    let est = mean(&design, &top_two(&[5, 1, 1, 2, 2], DontKnow::Missing));
    assert_eq!(est.se, Some(0.0));
    assert!(est.has(Flag::ZeroVariance));
    let [low, high] = est.ci.expect("an interval");
    near(Some(low), 1.0 / 6.0);
    near(Some(high), 2.0 / 6.0);
}

#[test]
fn ew_a_row_of_weight_zero_keeps_its_place_but_is_not_counted() {
    let strata = vec![Stratum::new("một", Some(50))];
    let declaration = Declaration::new(strata, vec![0; 4]);
    let given = |w: Vec<f64>| declaration.clone().weights(Weights::Given(w)).build();
    let design = given(vec![2.0, 2.0, 2.0, 0.0]).expect("sound");
    let answers = scores(&[5, 3, 1, 5]);
    let figure = design.mean(&answers, &design.everyone()).expect("same rows");
    let est = figure.estimate().expect("an answer");
    assert_eq!((est.value, est.n, est.df), (Some(50.0), 3, Some(2.0)));
    // z = (50, 0, −50)/3 and a zero: n = 4 units, mean 0, (1 − 4/50)·4/3·Σz².
    let variance = (1.0 - 4.0 / 50.0) * 4.0 / 3.0 * 2.0 * (50.0f64 / 3.0).powi(2);
    near(est.se, variance.sqrt());

    let nobody = given(vec![0.0; 4]).expect("sound");
    assert!(mean(&nobody, &answers).has(Flag::NoData));
    let negative = given(vec![1.0, -1.0, 1.0, 1.0]).expect_err("a negative weight");
    assert_eq!(negative, DesignError::NegativeWeight { row: 1, weight: -1.0 });
}

#[test]
fn em_dont_know_is_outside_unless_it_is_asked_to_count() {
    let design = design(&[Some(80)], vec![0; 6]);
    let codes = [5, 4, 1, 0, -1, -2];
    let est = mean(&design, &top_two(&codes, DontKnow::Missing));
    assert_eq!(est.n, 3);
    near(est.value, 2.0 / 3.0);
    let est = mean(&design, &top_two(&codes, DontKnow::AsDenominator));
    assert_eq!((est.n, est.value), (4, Some(0.5)));
    near(mean(&design, &Variable::dont_know(&codes)).value, 0.25);
}

#[test]
fn em_missing_answers_do_not_leave_the_design() {
    // Two of four answered: n of the stratum stays 4, f stays 4/40.
    let est = mean(&design(&[Some(40)], vec![0; 4]), &scores(&[5, 1, -1, 0]));
    let z = 50.0 / 2.0;
    near(est.se, (0.9 * 4.0 / 3.0 * 2.0 * f64::powi(z, 2)).sqrt());
}

#[test]
fn ef_only_a_census_has_no_sampling_error() {
    let census = mean(&design(&[Some(3), Some(2)], vec![0, 0, 0, 1, 1]), &scores(&[5, 3, 1, 2, 4]));
    assert_eq!(census.se, Some(0.0));
    assert_eq!(census.ci, census.value.map(|v| [v, v]));
    assert!(census.has(Flag::Census) && !census.has(Flag::ZeroVariance));
    let one_short =
        mean(&design(&[Some(4), Some(2)], vec![0, 0, 0, 1, 1]), &scores(&[5, 3, 1, 2, 4]));
    assert!(one_short.se.is_some_and(|se| se > 0.0));
}

#[test]
fn en_a_population_below_the_sample_names_the_stratum() {
    let declaration = Declaration::new(vec![Stratum::new("Phòng A", Some(2))], vec![0, 0, 0]);
    let error = declaration.build().expect_err("three of two");
    assert!(error.to_string().contains("Phòng A"));
}

#[test]
fn an_unknown_population_pools_the_forms_and_says_so() {
    let design = design(&[Some(1_000), None], vec![0, 0, 1, 1]);
    let est = mean(&design, &scores(&[5, 5, 1, 2]));
    assert_eq!(est.value, Some(56.25));
    assert_eq!(est.population, None);
    assert!(est.has(Flag::PopulationUnknown));
    let total = design.total(&scores(&[5, 5, 1, 2]), &design.everyone()).expect("same rows");
    assert_eq!(total.estimate().expect("an answer").value, None);
}

#[test]
fn a_stratum_without_answers_is_told() {
    let design = design(&[Some(100), Some(100)], vec![0, 0, 0]);
    let est = mean(&design, &scores(&[5, 4, 4]));
    assert!(est.has(Flag::EmptyStratum));
    assert_eq!(est.population, Some(200));
}

#[test]
fn a_lonely_stratum_is_joined_refused_or_removed_as_declared() {
    let strata = || vec![Stratum::new("A", Some(10)), Stratum::new("B", Some(10))];
    let with = |rule| {
        let design = Declaration::new(strata(), vec![0, 1, 1, 1]).lonely(rule).build();
        let design = design.expect("sound");
        let figure = design.mean(&scores(&[1, 5, 4, 4]), &design.everyone()).expect("same rows");
        figure.estimate()
    };
    let collapsed = with(Lonely::Collapse).expect("an answer");
    let removed = with(Lonely::Remove).expect("an answer");
    assert!(collapsed.has(Flag::LonelyAdjusted) && removed.has(Flag::LonelyAdjusted));
    assert!(collapsed.se > removed.se);
    assert_eq!(with(Lonely::Fail), Err(FigureError::LonelyPsu { stratum: "A".into() }));
}

#[test]
fn a_lonely_stratum_without_neighbours_has_no_standard_error() {
    let design = design(&[Some(10)], vec![0]);
    let total = design.total(&scores(&[4]), &design.everyone()).expect("same rows");
    let est = total.estimate().expect("an answer");
    assert_eq!((est.value, est.se), (Some(750.0), None));
    assert!(est.has(Flag::LonelyUnknown));
}

#[test]
fn a_missing_group_is_what_the_caller_says() {
    let design = design(&[Some(50), Some(50)], vec![0, 0]);
    let answers = scores(&[5, 3]);
    let part = |s: usize| design.mean(&answers, &design.in_strata(&[s])).expect("same rows");
    let parts = [part(0), part(1)];
    let parts = [&parts[0], &parts[1]];
    let failed = Figure::mean_of(&parts, EmptyPart::Fail).expect_err("no data");
    assert_eq!(failed, FigureError::EmptyPart { part: 1 });
    let ask = |rule| {
        let figure = Figure::mean_of(&parts, rule).expect("one design");
        figure.estimate().expect("an answer")
    };
    assert_eq!(ask(EmptyPart::NoValue).value, None);
    let spread = ask(EmptyPart::Redistribute);
    assert_eq!(spread.value, Some(75.0));
    assert!(spread.has(Flag::PartMissing) && !spread.has(Flag::NoData));
}

#[test]
fn figures_of_two_designs_do_not_mix() {
    let (one, other) = (design(&[Some(9)], vec![0, 0]), design(&[Some(9)], vec![0, 0]));
    let answers = scores(&[5, 3]);
    let figure = one.mean(&answers, &one.everyone()).expect("same rows");
    let stranger = other.mean(&answers, &other.everyone()).expect("same rows");
    assert_eq!(figure.minus(&stranger).expect_err("two designs"), FigureError::DifferentDesigns);
    assert!(one.mean(&scores(&[5]), &one.everyone()).is_err());
}

#[test]
fn a_figure_less_itself_is_exactly_nothing() {
    let design = design(&[Some(90)], vec![0; 5]);
    let figure = design.mean(&scores(&[5, 3, 1, 2, 4]), &design.everyone()).expect("same rows");
    let est = figure.minus(&figure).expect("one design").estimate().expect("an answer");
    assert_eq!((est.value, est.se, est.ci), (Some(0.0), Some(0.0), Some([0.0, 0.0])));
}

#[test]
fn the_published_forms_of_2022_give_their_three_figures() {
    // 31 forms: 10 very satisfied, 16 satisfied, 5 neutral; population not published.
    let mut codes = vec![5i8; 10];
    codes.extend([4; 16]);
    codes.extend([3; 5]);
    let design = design(&[None], vec![0; 31]);
    let share = mean(&design, &top_two(&codes, DontKnow::Missing));
    near(share.value, 26.0 / 31.0);
    let of_five = Scores::new([(1, 20.0), (2, 40.0), (3, 60.0), (4, 80.0), (5, 100.0)]);
    let of_five = Variable::scored(&codes, &of_five, DontKnow::Missing).expect("known codes");
    near(mean(&design, &of_five).value, 129.0 / 155.0 * 100.0);
    near(mean(&design, &scores(&codes)).value, 98.0 / 124.0 * 100.0);
    assert!(share.has(Flag::PopulationUnknown));
}
