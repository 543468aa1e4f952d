//! Rounds and quarters, against one stacked design that says the same.

use std::collections::BTreeSet;

use analysis::rounds::{Stacked, across, independent_change, mean_across};
use analysis::year::{Quarter, yearly};
use analysis::{
    Ask, Declaration, DegreesOfFreedom, Domain, EmptyPart, Est, Figure, FigureError, IntervalRule,
    Lonely, Method, Stage, Stratum, Variable, Weights,
};
use proptest::prelude::*;

use super::survey::{DESIGNS, Survey, score, survey};

fn near(a: Option<f64>, b: Option<f64>) -> bool {
    let pair = a.zip(b).map(|(a, b)| (a - b).abs() <= 1e-9 * (1.0 + b.abs()));
    pair.unwrap_or(a.is_none() && b.is_none())
}

fn alike(a: &Est, b: &Est) -> bool {
    let ends = |e: &Est| e.ci.map_or([None; 2], |ci| ci.map(Some));
    near(a.value, b.value)
        && near(a.se, b.se)
        && near(a.df, b.df)
        && near(ends(a)[0], ends(b)[0])
        && near(ends(a)[1], ends(b)[1])
        && a.method == b.method
        && a.flags == b.flags
}

/// Two surveys as one, the strata of the second after those of the first.
fn stacked(first: &Survey, second: &Survey) -> Survey {
    let mut both = first.clone();
    both.beyond.extend(&second.beyond);
    both.rows.extend(second.rows.iter().cloned().map(|mut row| {
        row.stratum += first.beyond.len();
        row
    }));
    both
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(DESIGNS))]

    #[test]
    fn independent_rounds_are_strata_of_one_design(first in survey(), second in survey()) {
        let plain = |survey: Survey| Survey { clusters: false, given_weights: false, lonely: Lonely::Remove, ..survey };
        let (first, second) = (plain(first), plain(second));
        let whole = stacked(&first, &second);
        let (one, two, both) = (first.design(), second.design(), whole.design());
        let before = one.mean(&score(&first, 0), &one.everyone()).expect("same rows");
        let after = two.mean(&score(&second, 0), &two.everyone()).expect("same rows");
        let by_t = Ask { interval: IntervalRule::T, ..Ask::default() };
        let got = independent_change(&before, &after, &by_t).expect("no rule refuses");
        let answers = score(&whole, 0);
        let strata: Vec<usize> = (0..whole.beyond.len()).collect();
        let (early, late) = strata.split_at(first.beyond.len());
        let mean = |s: &[usize]| both.mean(&answers, &both.in_strata(s)).expect("same rows");
        let want = mean(late).minus(&mean(early)).expect("one design");
        let want = want.estimate_with(&by_t).expect("no rule refuses");
        // Without a variance, limits rest on what each sample may hide, which two samples know
        // less of than one.
        let by_variance = want.method == Method::T;
        prop_assert!(near(got.value, want.value) && near(got.se, want.se) && near(got.df, want.df)
            || want.value.is_none(), "{:?} {:?}", got, want);
        // Without a value only that is said of both.
        prop_assert!(alike(&got, &want) || !by_variance || got.value.is_none() && want.value.is_none(), "{:?} {:?}", got, want);
    }

    #[test]
    fn a_year_of_quarters_is_the_mean_over_their_people(first in survey(), second in survey()) {
        let known = |survey: Survey| Survey {
            beyond: survey.beyond.into_iter().map(|more| more.or(Some(7))).collect(),
            clusters: false,
            given_weights: false,
            lonely: Lonely::Remove,
            rows: survey.rows.into_iter().map(|mut row| { row.codes[0] = row.codes[0].max(1); row }).collect(),
        };
        let (first, second) = (known(first), known(second));
        let whole = stacked(&first, &second);
        let everybody_answered_somewhere = (0..whole.beyond.len())
            .all(|s| whole.beyond[s] == Some(0) || whole.rows.iter().any(|row| row.stratum == s));
        let (one, two, both) = (first.design(), second.design(), whole.design());
        let people = |survey: &Survey| survey.rows.len() as u64 + survey.beyond.iter().flatten().sum::<u64>();
        let a = one.mean(&score(&first, 0), &one.everyone()).expect("same rows");
        let b = two.mean(&score(&second, 0), &two.everyone()).expect("same rows");
        let quarters = [Quarter { figure: &a, people: people(&first) }, Quarter { figure: &b, people: people(&second) }];
        let year = yearly(&quarters, EmptyPart::NoValue, &Ask::default());
        if people(&first) + people(&second) == 0 {
            prop_assert_eq!(year, Err(FigureError::NothingToCombine));
            return Ok(());
        }
        let year = year.expect("people");
        prop_assert_eq!(year.people, people(&first) + people(&second));
        // With a form in every stratum, the weights of the stacked design are those of the year.
        if everybody_answered_somewhere {
            let figure = both.mean(&score(&whole, 0), &both.everyone()).expect("same rows");
            let want = figure.estimate().expect("no rule refuses");
            prop_assert!(near(year.estimate.value, want.value), "{:?} {:?}", year, want);
            // A quarter of one form has no variance of its own.
            if first.rows.len() > 1 && second.rows.len() > 1 {
                prop_assert!(near(year.estimate.se, want.se), "{:?} {:?}", year, want);
            }
            prop_assert_eq!(year.n, want.n);
        }
        let plain: Vec<f64> = (0..whole.rows.len()).filter_map(|row| score(&whole, 0).value(row)).collect();
        let equal_in_quarters = [&first, &second].iter().all(|s| s.beyond.len() == 1);
        if equal_in_quarters && first.rows.len() as u64 * people(&second) > 0 && !second.rows.is_empty() {
            let pool = plain.iter().sum::<f64>() / plain.len() as f64;
            prop_assert!(near(year.pooled, Some(pool)), "{:?} {}", year, pool);
        }
    }

    #[test]
    fn rounds_of_different_people_have_no_covariance(first in survey(), second in survey()) {
        let plain = |survey: Survey| Survey { clusters: false, beyond: vec![None; survey.beyond.len()], lonely: Lonely::Remove, ..survey };
        let (first, second) = (plain(first), plain(second));
        let (one, two) = (first.design(), second.design());
        let numbers = |from: u64, survey: &Survey| (from..).take(survey.rows.len()).collect::<Vec<u64>>();
        let (early, late) = (numbers(0, &first), numbers(1_000, &second));
        let stack = Stacked::of(&[(&one, &early), (&two, &late)]).expect("plain rounds");
        let answers = stack.variable(&[&score(&first, 0), &score(&second, 0)]).expect("same rows");
        let mean = |round: usize| stack.design().mean(&answers, &stack.round(round)).expect("same rows");
        let (a, b) = (mean(0), mean(1));
        let covariance = a.covariance(&b).expect("finite");
        // Strata of the same name are one: n_h is that of both rounds, and C is −n_h·z̄₁·z̄₂/(n_h − 1).
        let scale = a.covariance(&a).expect("finite").max(b.covariance(&b).expect("finite"));
        prop_assert!(covariance.abs() <= scale + 1e-12);
        prop_assert_eq!(a.value(), one.mean(&score(&first, 0), &one.everyone()).expect("same rows").value());
    }
}

/// People 0–5 asked in both rounds, 6–8 in the first only, 9–10 in the second only.
struct Overlap {
    persons: [Vec<u64>; 2],
    strata: [Vec<usize>; 2],
    answers: [Vec<f64>; 2],
}

fn overlap() -> Overlap {
    Overlap {
        persons: [vec![0, 1, 2, 3, 4, 5, 6, 7, 8], vec![5, 4, 3, 2, 1, 0, 9, 10]],
        strata: [vec![0, 0, 0, 1, 1, 1, 0, 1, 1], vec![1, 1, 1, 0, 0, 0, 0, 1]],
        answers: [
            vec![3.0, 4.0, 2.0, 5.0, 1.0, 4.0, 2.0, 3.0, 5.0],
            vec![5.0, 2.0, 5.0, 3.0, 4.0, 4.0, 1.0, 3.0],
        ],
    }
}

fn numbers(values: &[f64]) -> Variable {
    Variable::numbers(values.to_vec()).expect("finite")
}

#[test]
fn people_asked_twice_are_one_sampling_unit_with_two_answers() {
    let Overlap { persons, strata, answers } = overlap();
    let names = || vec![Stratum::new("A", Some(40)), Stratum::new("B", Some(90))];
    let design =
        |round: usize| Declaration::new(names(), strata[round].clone()).build().expect("sound");
    let (one, two) = (design(0), design(1));
    let stack = Stacked::of(&[(&one, &persons[0]), (&two, &persons[1])]).expect("plain rounds");
    let both = stack.variable(&[&numbers(&answers[0]), &numbers(&answers[1])]).expect("same rows");
    let mean = |round| stack.design().mean(&both, &stack.round(round)).expect("same rows");
    let got = mean(1).minus(&mean(0)).expect("one design").estimate().expect("an answer");

    // The same declared by hand: no population, persons as clusters, weights of each round.
    let unknown = vec![Stratum::new("A", None), Stratum::new("B", None)];
    let hand = Declaration::new(unknown, strata.concat())
        .stage(Stage { units: persons.concat(), population: Vec::new() })
        .weights(Weights::Given([one.weights(), two.weights()].concat()))
        .build()
        .expect("sound");
    let round = |wanted: usize| {
        Domain::from_mask(&(0..17).map(|row| (row >= 9) == (wanted == 1)).collect::<Vec<_>>())
    };
    let all = numbers(&answers.concat());
    let mean = |wanted| hand.mean(&all, &round(wanted)).expect("same rows");
    let want = mean(1).minus(&mean(0)).expect("one design").estimate().expect("an answer");
    assert_eq!(got, want);
    let by_units = Ask { df: DegreesOfFreedom::UnitsLessStrata, ..Ask::default() };
    let change = mean(1).minus(&mean(0)).expect("one design");
    assert_eq!(change.estimate_with(&by_units).expect("an answer").df, Some(11.0 - 2.0));
    // Answers of the same people go together: the change is surer than between strangers.
    let alone = |round| mean(round).covariance(&mean(round)).expect("finite");
    assert!(got.se.expect("known").powi(2) < alone(0) + alone(1));
}

#[test]
fn two_censuses_have_a_change_without_error() {
    let names = || vec![Stratum::new("A", Some(3))];
    let design = || Declaration::new(names(), vec![0; 3]).build().expect("sound");
    let (one, two) = (design(), design());
    // One left, one came: everybody was asked both times.
    let stack = Stacked::of(&[(&one, &[1, 2, 3]), (&two, &[2, 3, 4])]).expect("plain rounds");
    let both = stack
        .variable(&[&numbers(&[1.0, 2.0, 5.0]), &numbers(&[3.0, 4.0, 5.0])])
        .expect("same rows");
    let mean = |round| stack.design().mean(&both, &stack.round(round)).expect("same rows");
    let est = mean(1).minus(&mean(0)).expect("one design").estimate().expect("an answer");
    assert_eq!((est.se, est.ci), (Some(0.0), est.value.map(|v| [v, v])));
}

#[test]
fn a_panel_has_the_variance_of_its_individual_changes() {
    // The same 5 of 20 people twice: V = (1 − 5/20)·s²/5 of the changes.
    let design =
        || Declaration::new(vec![Stratum::new("A", Some(20))], vec![0; 5]).build().expect("sound");
    let (one, two) = (design(), design());
    let people = [7, 8, 9, 10, 11];
    let stack = Stacked::of(&[(&one, &people), (&two, &people)]).expect("plain rounds");
    let (first, second) = ([1.0, 4.0, 2.0, 5.0, 3.0], [2.0, 4.0, 4.0, 5.0, 1.0]);
    let both = stack.variable(&[&numbers(&first), &numbers(&second)]).expect("same rows");
    let mean = |round| stack.design().mean(&both, &stack.round(round)).expect("same rows");
    let est = mean(1).minus(&mean(0)).expect("one design").estimate().expect("an answer");
    let changes: Vec<f64> = first.iter().zip(&second).map(|(a, b)| b - a).collect();
    let centre = changes.iter().sum::<f64>() / 5.0;
    let variance = changes.iter().map(|c| (c - centre).powi(2)).sum::<f64>() / 4.0;
    let want = (0.75 * variance / 5.0f64).sqrt();
    assert!((est.se.expect("known") - want).abs() < 1e-12, "{est:?} {want}");
}

#[test]
fn what_cannot_be_stacked_is_refused_with_the_round() {
    let design = |rows: usize| {
        Declaration::new(vec![Stratum::new("A", None)], vec![0; rows]).build().expect("sound")
    };
    let (one, two) = (design(2), design(2));
    let refused = |rounds: &[(&analysis::Design, &[u64])]| {
        Stacked::of(rounds).expect_err("refused").to_string()
    };
    assert!(refused(&[(&one, &[1, 2]), (&two, &[1])]).contains("round 1"));
    assert!(refused(&[(&one, &[1, 1])]).contains("person 1 is there twice"));
    let clusters = Declaration::new(vec![Stratum::new("A", None)], vec![0, 0])
        .stage(Stage { units: vec![1, 1], population: Vec::new() })
        .build()
        .expect("sound");
    assert!(refused(&[(&clusters, &[1, 2])]).contains("round 0"));
    let none = Stacked::of(&[]).expect("an empty stack");
    assert!(
        none.rounds() == 0 && none.round(0).is_empty() && none.within(0, &none.round(0)).is_err()
    );
    let stack = Stacked::of(&[(&one, &[1, 2]), (&two, &[2, 3])]).expect("plain rounds");
    let first = two.rows_where(|row| row == 0);
    let rows: BTreeSet<usize> = stack.within(1, &first).expect("of round 1").rows().collect();
    assert_eq!(rows, BTreeSet::from([2]));
    assert!(stack.variable(&[&numbers(&[1.0, 2.0])]).is_err());
}

#[test]
fn a_quarter_without_forms_is_what_the_caller_says() {
    let design =
        Declaration::new(vec![Stratum::new("q", Some(50))], vec![0; 4]).build().expect("sound");
    let empty = Declaration::new(vec![Stratum::new("q", Some(30))], vec![]).build().expect("sound");
    let answered =
        design.mean(&numbers(&[1.0, 0.0, 1.0, 1.0]), &design.everyone()).expect("same rows");
    let nobody = empty.mean(&numbers(&[]), &empty.everyone()).expect("same rows");
    let quarters =
        [Quarter { figure: &answered, people: 50 }, Quarter { figure: &nobody, people: 30 }];
    let year = |rule| yearly(&quarters, rule, &Ask::default());
    assert_eq!(year(EmptyPart::Fail), Err(FigureError::EmptyPart { part: 1 }));
    assert_eq!(year(EmptyPart::NoValue).expect("an answer").estimate.value, None);
    let spread = year(EmptyPart::Redistribute).expect("an answer");
    assert_eq!(
        (spread.estimate.value, spread.people, spread.n, spread.pooled),
        (Some(0.75), 50, 4, Some(0.75))
    );
    assert!(spread.estimate.has(analysis::Flag::PartMissing));
    // A quarter in which there was nobody to ask does not matter.
    let quiet = [quarters[0], Quarter { figure: &nobody, people: 0 }];
    let year = yearly(&quiet, EmptyPart::Fail, &Ask::default()).expect("an answer");
    assert_eq!(year.estimate.value, Some(0.75));
}

#[test]
fn sums_across_designs_refuse_what_sums_within_one_refuse() {
    let design =
        Declaration::new(vec![Stratum::new("q", Some(50))], vec![0; 3]).build().expect("sound");
    let figure = design.mean(&numbers(&[1.0, 0.0, 1.0]), &design.everyone()).expect("same rows");
    let none: &[(f64, &Figure<'_>)] = &[];
    assert_eq!(across(none, &Ask::default()), Err(FigureError::NothingToCombine));
    assert!(across(&[(f64::NAN, &figure)], &Ask::default()).is_err());
    assert!(mean_across(&[(-1.0, &figure)], EmptyPart::Fail, &Ask::default()).is_err());
    assert!(across(&[(1.0, &figure)], &Ask { level: 2.0, ..Ask::default() }).is_err());
    let itself = across(&[(1.0, &figure)], &Ask::default()).expect("an answer");
    let plain = figure.estimate().expect("an answer");
    assert_eq!((itself.value, itself.se, itself.ci), (plain.value, plain.se, plain.ci));
}
