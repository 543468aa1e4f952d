//! From scores to points: linear rules by covariance, rules with jumps by replicates.

use analysis::distribution::normal_cdf;
use analysis::index::{Criterion, IndexError, Points, PointsMethod, index, linear_points, points};
use analysis::{
    Ask, Conversion, Declaration, DegreesOfFreedom, Design, DontKnow, Est, Figure, Flag,
    Replicated, Replicates, Scores, Stratum, Variable,
};

const STEPS: [(f64, f64); 3] = [(60.0, 0.25), (70.0, 0.5), (80.0, 1.0)];

fn scores(codes: &[i8]) -> Variable {
    let scale = Scores::new([(1, 0.0), (2, 25.0), (3, 50.0), (4, 75.0), (5, 100.0)]);
    Variable::scored(codes, &scale, DontKnow::Missing).expect("known codes")
}

/// 80 citizens of 3,000 with two questions each.
fn survey() -> (Design, Variable, Variable) {
    let first: Vec<i8> = (0..80).map(|i| [5, 4, 4, 3, 2, 5, 4, 3][i % 8]).collect();
    let second: Vec<i8> =
        (0..80).map(|i| [5, 5, 4, 2, 3, 4, 4, 1, 0, 3][(i + i / 8) % 10]).collect();
    let strata = vec![Stratum::new("người dân", Some(3_000))];
    let design = Declaration::new(strata, vec![0; 80]).build().expect("sound");
    (design, scores(&first), scores(&second))
}

fn mean<'d>(design: &'d Design, variable: &Variable) -> Figure<'d> {
    design.mean(variable, &design.everyone()).expect("same rows")
}

fn one(
    score: &Figure<'_>,
    replicated: &Replicated,
    conversion: Conversion<'_>,
) -> Result<Points, IndexError> {
    points(&Criterion { score, replicated, weight: 1.0, most: 2.0, conversion }, &Ask::default())
}

fn estimate(figure: &Figure<'_>) -> Est {
    figure.estimate().expect("no rule refuses")
}

#[test]
fn linear_points_have_the_covariance_of_the_questions_in_them() {
    let (design, first, second) = survey();
    let (a, b) = (mean(&design, &first), mean(&design, &second));
    let figure = linear_points(&[(2.0, &a), (3.0, &b)]).expect("one design");
    let covariance = |x: &Figure<'_>, y: &Figure<'_>| x.covariance(y).expect("finite");
    let want = 0.02f64.powi(2) * covariance(&a, &a)
        + 0.03f64.powi(2) * covariance(&b, &b)
        + 2.0 * 0.02 * 0.03 * covariance(&a, &b);
    assert!((estimate(&figure).se.expect("known").powi(2) - want).abs() < 1e-12);
    assert!(estimate(&figure).ci.is_some_and(|[low, high]| 0.0 < low && high < 5.0));
}

#[test]
fn the_bootstrap_of_a_linear_rule_agrees_with_its_covariance() {
    let (design, first, second) = survey();
    let (a, b) = (mean(&design, &first), mean(&design, &second));
    let replicates = Replicates::rao_wu(&design, 16_000, [1; 32], &[&first, &second]);
    let all = design.everyone();
    let (ra, rb) = (replicates.mean(&first, &all), replicates.mean(&second, &all));
    let criterion = |score, replicated, most| Criterion {
        score,
        replicated,
        weight: 1.0,
        most,
        conversion: Conversion::Linear,
    };
    let found = index(&[criterion(&a, &ra, 2.0), criterion(&b, &rb, 3.0)], &Ask::default());
    let found = found.expect("16,000 replicates");
    let linear = linear_points(&[(2.0, &a), (3.0, &b)]).expect("one design");
    // Replicates do not know how far their own spread can be trusted.
    let by_units = Ask { df: DegreesOfFreedom::UnitsLessStrata, ..Ask::default() };
    let linear = linear.estimate_with(&by_units).expect("no rule refuses");
    assert_eq!(found.method, PointsMethod::Percentile);
    assert!((found.value.expect("a value") - linear.value.expect("a value")).abs() < 1e-12);
    let ([low, high], [l, h]) = (found.ci.expect("known"), linear.ci.expect("known"));
    assert!(((high - low) / (h - l) - 1.0).abs() < 0.06, "{low} {high} {l} {h}");
    assert!(found.outcomes.iter().all(Vec::is_empty) && found.margins == [None, None]);
    // The same replicate by replicate.
    let sum = Replicated::combine(&[(0.02, &ra), (0.03, &rb)]).expect("the same replicates");
    let [l, h] = sum.percentiles(0.95).expect("16,000 replicates");
    assert!((low - l).abs() < 1e-12 && (high - h).abs() < 1e-12);
    assert_eq!(Replicated::combine(&[]), None);
}

#[test]
fn the_probability_of_a_step_is_that_of_a_score_beyond_its_threshold() {
    let (design, first, _) = survey();
    let score = mean(&design, &first);
    let est = estimate(&score);
    let (value, se) = (est.value.expect("a value"), est.se.expect("known"));
    let replicates = Replicates::rao_wu(&design, 10_000, [2; 32], &[&first]);
    let replicated = replicates.mean(&first, &design.everyone());
    let found = one(&score, &replicated, Conversion::Steps(&STEPS)).expect("enough replicates");
    let [outcomes] = found.outcomes.as_slice() else { panic!("one criterion") };
    let beyond = |threshold: f64| normal_cdf((value - threshold) / se);
    let want = [
        1.0 - beyond(60.0),
        beyond(60.0) - beyond(70.0),
        beyond(70.0) - beyond(80.0),
        beyond(80.0),
    ];
    for (outcome, want) in outcomes.iter().zip(want) {
        let got = outcome.probability.expect("replicates tell");
        assert!((got - want).abs() < 0.03, "{outcome:?} {want}");
    }
    let sum: f64 = outcomes.iter().map(|o| o.probability.expect("told")).sum();
    assert!((sum - 1.0).abs() < 1e-12);
    assert_eq!(outcomes.iter().filter(|o| o.reached).count(), 1);
    let margin = found.margins[0].expect("a rule with thresholds");
    assert_eq!((margin.threshold, margin.distance), (70.0, value - 70.0));
    assert!((margin.in_standard_errors.expect("known") - (value - 70.0) / se).abs() < 1e-12);
    // Points jump: their limits are steps.
    let [low, high] = found.ci.expect("known");
    assert!([0.0, 0.5, 1.0, 2.0].contains(&low) && [0.0, 0.5, 1.0, 2.0].contains(&high));
    // 68.75 of 100 gives a quarter of two points.
    assert_eq!((value, found.value), (68.75, Some(0.5)));
}

#[test]
fn a_census_has_points_without_error() {
    let design = Declaration::new(vec![Stratum::new("phòng", Some(4))], vec![0; 4]);
    let design = design.build().expect("sound");
    let answers = scores(&[5, 4, 3, 5]);
    let score = mean(&design, &answers);
    let replicates = Replicates::rao_wu(&design, 10, [0; 32], &[&answers]);
    let replicated = replicates.mean(&answers, &design.everyone());
    let found = one(&score, &replicated, Conversion::Steps(&STEPS)).expect("no percentiles needed");
    assert_eq!(
        (found.value, found.ci, found.method),
        (Some(2.0), Some([2.0; 2]), PointsMethod::Census)
    );
    let probabilities: Vec<Option<f64>> = found.outcomes[0].iter().map(|o| o.probability).collect();
    assert_eq!(probabilities, [0.0, 0.0, 0.0, 1.0].map(Some));
    assert_eq!(found.margins[0].expect("thresholds").in_standard_errors, None);
}

#[test]
fn answers_all_alike_do_not_make_a_step_certain() {
    let design = Declaration::new(vec![Stratum::new("phòng", Some(40))], vec![0; 6]);
    let design = design.build().expect("sound");
    let answers = scores(&[5; 6]);
    let score = mean(&design, &answers);
    let replicates = Replicates::rao_wu(&design, 1_000, [0; 32], &[&answers]);
    let replicated = replicates.mean(&answers, &design.everyone());
    assert!(replicated.replicates.iter().flatten().all(|score| (score - 100.0).abs() < 1e-9));
    let found = one(&score, &replicated, Conversion::Steps(&STEPS)).expect("an answer");
    assert_eq!((found.value, found.method), (Some(2.0), PointsMethod::Ends));
    assert!(found.ci.is_some_and(|[low, high]| low < 2.0 && high == 2.0));
    assert!(found.outcomes[0].iter().all(|outcome| outcome.probability.is_none()));
    assert!(found.flags.contains(&Flag::ZeroVariance));
}

#[test]
fn a_criterion_without_score_leaves_the_index_without_points() {
    let (design, first, _) = survey();
    let nobody = design.mean(&first, &design.in_strata(&[])).expect("same rows");
    let replicates = Replicates::rao_wu(&design, 1_000, [0; 32], &[&first]);
    let none = replicates.mean(&first, &design.in_strata(&[]));
    let found = one(&nobody, &none, Conversion::Steps(&STEPS)).expect("an answer");
    assert_eq!((found.value, found.ci, found.method), (None, None, PointsMethod::None));
    assert!(found.flags.contains(&Flag::NoData));
    assert!(found.outcomes[0].iter().all(|o| o.probability.is_none() && !o.reached));
    assert_eq!(index(&[], &Ask::default()).expect("nothing to add").value, Some(0.0));
}

#[test]
fn what_cannot_be_converted_is_refused_with_the_criterion() {
    let (design, first, _) = survey();
    let score = mean(&design, &first);
    let of = |count| {
        Replicates::rao_wu(&design, count, [0; 32], &[&first]).mean(&first, &design.everyone())
    };
    let (many, few) = (of(1_000), of(999));
    assert_eq!(
        one(&score, &few, Conversion::Linear),
        Err(IndexError::TooFewReplicates { got: 999 })
    );
    let falling = [(60.0, 0.5), (70.0, 0.4)];
    assert_eq!(
        one(&score, &many, Conversion::Steps(&falling)),
        Err(IndexError::Conversion { criterion: 0 })
    );
    let criterion = |replicated, most| Criterion {
        score: &score,
        replicated,
        weight: 1.0,
        most,
        conversion: Conversion::Linear,
    };
    let differing = index(&[criterion(&many, 1.0), criterion(&few, 1.0)], &Ask::default());
    assert_eq!(
        differing,
        Err(IndexError::ReplicatesDiffer { criterion: 1, expected: 1_000, got: 999 })
    );
    let negative = index(&[criterion(&many, -1.0)], &Ask::default());
    assert_eq!(negative, Err(IndexError::Conversion { criterion: 0 }));
    // A rule that is given as a function is believed.
    let root = |score: f64| (score / 100.0).sqrt();
    let found = one(&score, &many, Conversion::Other(&root)).expect("enough replicates");
    let value = score.value().expect("a value");
    assert_eq!(found.value, Some(2.0 * (value / 100.0).sqrt()));
}
