//! Reliability, missing answers and drivers, against closed forms and simulation.

use analysis::alpha::{alpha_interval, feldt_interval};
use analysis::distribution::normal_quantile;
use analysis::driver::{drivers, drivers_incomplete};
use analysis::importance::{Quadrant, driver_intervals, quadrants};
use analysis::incomplete::incomplete_covariances;
use analysis::reliability::reliability;
use analysis::{Declaration, Design, Est, Replicates, Stratum, Variable};
use proptest::prelude::*;
use rand_chacha::ChaCha20Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};

fn normal(random: &mut ChaCha20Rng) -> f64 {
    let uniform = ((random.next_u64() >> 11) as f64 + 0.5) / (1u64 << 53) as f64;
    normal_quantile(uniform).expect("inside (0, 1)")
}

fn numbers(values: Vec<f64>) -> Variable {
    Variable::numbers(values).expect("finite")
}

/// Answers of n people to k questions that share a factor.
fn answers(n: usize, k: usize, shared: f64, random: &mut ChaCha20Rng) -> Vec<Variable> {
    let factor: Vec<f64> = (0..n).map(|_| normal(random)).collect();
    let mut question = || {
        let own: Vec<f64> = (0..n).map(|_| normal(random)).collect();
        let answer = |(f, e): (&f64, &f64)| shared.sqrt() * f + (1.0 - shared).sqrt() * e;
        numbers(factor.iter().zip(&own).map(answer).collect())
    };
    (0..k).map(|_| question()).collect()
}

#[test]
fn feldts_interval_covers_as_often_as_it_says() {
    let (n, k, shared) = (20, 5, 0.4);
    let truth = 5.0 * shared / (1.0 + 4.0 * shared);
    let mut random = ChaCha20Rng::from_seed([9; 32]);
    let samples = 2_000;
    let mut covered = 0;
    for _ in 0..samples {
        let questions = answers(n, k, shared, &mut random);
        let items: Vec<&Variable> = questions.iter().collect();
        let alpha = reliability(&items, &vec![1.0; n]).alpha.expect("five questions");
        let [low, high] = feldt_interval(alpha, 20, k, 0.95).expect("an interval");
        assert!(low < alpha && alpha < high && high < 1.0);
        covered += u32::from(low < truth && truth < high);
    }
    // Three Monte-Carlo standard errors are 1.5 %.
    assert!((f64::from(covered) / f64::from(samples) - 0.95).abs() < 0.015, "{covered}");
}

#[test]
fn feldts_interval_is_not_defined_for_one_question_or_one_person() {
    assert_eq!(feldt_interval(0.8, 1, 5, 0.95), None);
    assert_eq!(feldt_interval(0.8, 30, 1, 0.95), None);
    assert_eq!(feldt_interval(1.0, 30, 5, 0.95), None);
    assert_eq!(feldt_interval(f64::NAN, 30, 5, 0.95), None);
    assert_eq!(feldt_interval(0.8, 30, 5, 0.0), None);
}

fn design(n: usize, population: u64) -> Design {
    let stratum = vec![Stratum::new("A", Some(population))];
    Declaration::new(stratum, vec![0; n]).build().expect("sound")
}

#[test]
fn alpha_of_a_design_has_a_bootstrap_interval_like_feldts_and_a_census_none() {
    let mut random = ChaCha20Rng::from_seed([4; 32]);
    let questions = answers(200, 4, 0.5, &mut random);
    let items: Vec<&Variable> = questions.iter().collect();
    let large = design(200, 1_000_000);
    let replicates = Replicates::rao_wu(&large, 1_000, [1; 32], &items);
    let found = alpha_interval(&items, large.weights(), &replicates, 0.95);
    let alpha = found.alpha.expect("four questions");
    let feldt = feldt_interval(alpha, 200, 4, 0.95).expect("an interval");
    let ci = found.ci.expect("1,000 replicates");
    assert!(ci[0] < alpha && alpha < ci[1]);
    assert!(((ci[1] - ci[0]) / (feldt[1] - feldt[0]) - 1.0).abs() < 0.3, "{ci:?} {feldt:?}");
    assert_eq!((found.n, found.replicates), (200, 1_000));
    let census = design(200, 200);
    let replicates = Replicates::rao_wu(&census, 1_000, [1; 32], &items);
    let found = alpha_interval(&items, census.weights(), &replicates, 0.95);
    assert_eq!((found.se, found.ci), (Some(0.0), found.alpha.map(|alpha| [alpha; 2])));
    let few = Replicates::rao_wu(&large, 999, [1; 32], &items);
    assert_eq!(alpha_interval(&items, large.weights(), &few, 0.95).ci, None);
    let one = alpha_interval(&items[..1], large.weights(), &replicates, 0.95);
    assert_eq!((one.alpha, one.se, one.ci), (None, None, None));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(if cfg!(debug_assertions) { 50 } else { 1_000 }))]

    #[test]
    fn missing_answers_to_the_second_question_have_a_closed_form(
        rows in prop::collection::vec((0.0..10.0f64, 0.0..10.0f64, 0.5..3.0f64, prop::bool::weighted(0.6)), 6..30),
    ) {
        // Anderson (1957): regress the second on the first where both are there, and evaluate at
        // the mean and the variance of the first among all.
        let first = numbers(rows.iter().map(|r| r.0).collect());
        let second = numbers(rows.iter().map(|r| if r.3 { r.0 + r.1 } else { f64::NAN }).collect());
        let weights: Vec<f64> = rows.iter().map(|r| r.2).collect();
        prop_assume!(rows.iter().filter(|r| r.3).count() > 3);
        let found = incomplete_covariances(&[&first, &second], &weights).expect("two that vary");
        prop_assert!(found.converged, "{:?}", found);
        let moment = |of: &dyn Fn(usize) -> f64, complete: bool| {
            let inside = || (0..rows.len()).filter(|&i| rows[i].3 || !complete);
            inside().map(|i| weights[i] * of(i)).sum::<f64>() / inside().map(|i| weights[i]).sum::<f64>()
        };
        let (x, y) = (|i: usize| rows[i].0, |i: usize| rows[i].0 + rows[i].1);
        let (mx, my) = (moment(&x, true), moment(&y, true));
        let sxx = moment(&|i| (x(i) - mx).powi(2), true);
        let sxy = moment(&|i| (x(i) - mx) * (y(i) - my), true);
        let syy = moment(&|i| (y(i) - my).powi(2), true);
        prop_assume!(sxx > 0.5);
        let mean = moment(&x, false);
        let spread = moment(&|i| (x(i) - mean).powi(2), false);
        let slope = sxy / sxx;
        let want = [my + slope * (mean - mx), slope * spread, syy + slope * slope * (spread - sxx)];
        let got = [found.means[1], found.covariance[0][1], found.covariance[1][1]];
        for (got, want) in got.iter().zip(want) {
            prop_assert!((got - want).abs() <= 1e-6 * (1.0 + want.abs()), "{} {}", got, want);
        }
        prop_assert_eq!((found.n, found.complete), (rows.len() as u64, rows.iter().filter(|r| r.3).count() as u64));
    }
}

#[test]
fn shares_of_drivers_have_intervals_and_those_of_a_census_none() {
    let mut random = ChaCha20Rng::from_seed([6; 32]);
    let questions = answers(120, 4, 0.4, &mut random);
    let predictors: Vec<&Variable> = questions[1..].iter().collect();
    let by: Vec<&Variable> = questions.iter().collect();
    let sample = design(120, 5_000);
    let replicates = Replicates::rao_wu(&sample, 1_000, [1; 32], &by);
    let found = driver_intervals(&questions[0], &predictors, sample.weights(), &replicates, 0.95);
    let found = found.expect("three predictors");
    for (share, ci) in found.drivers.shapley.iter().zip(&found.shapley) {
        let [low, high] = ci.expect("1,000 replicates");
        assert!(0.0 <= low && low < *share && *share < high);
    }
    assert!(found.coefficients.iter().all(|ci| ci.is_some_and(|[low, high]| low < high)));
    assert_eq!(found.replicates, 1_000);
    let census = design(120, 120);
    let replicates = Replicates::rao_wu(&census, 1_000, [1; 32], &by);
    let found = driver_intervals(&questions[0], &predictors, census.weights(), &replicates, 0.95);
    let found = found.expect("three predictors");
    let shares = &found.drivers.shapley;
    assert!(found.shapley.iter().zip(shares).all(|(ci, share)| *ci == Some([*share; 2])));
}

#[test]
fn drivers_use_everybody_where_missing_answers_are_estimated() {
    let mut random = ChaCha20Rng::from_seed([8; 32]);
    let mut questions = answers(150, 3, 0.5, &mut random);
    let weights = vec![1.0; 150];
    let complete = drivers(&questions[0], &[&questions[1], &questions[2]], &weights);
    let estimated = drivers_incomplete(&questions[0], &[&questions[1], &questions[2]], &weights);
    let (complete, estimated) = (complete.expect("drivers"), estimated.expect("drivers"));
    assert!((complete.r_squared - estimated.r_squared).abs() < 1e-9);
    let holes = (0..150).map(|i| questions[2].value(i).filter(|_| i % 4 > 0).unwrap_or(f64::NAN));
    questions[2] = numbers(holes.collect());
    let (listwise, all) = (
        drivers(&questions[0], &[&questions[1], &questions[2]], &weights).expect("drivers"),
        drivers_incomplete(&questions[0], &[&questions[1], &questions[2]], &weights)
            .expect("drivers"),
    );
    assert_eq!((listwise.n, all.n), (112, 150));
    assert!((all.r_squared - complete.r_squared).abs() < 0.1);
}

#[test]
fn a_quadrant_is_sure_where_no_interval_crosses_its_lines() {
    let judged = |value: Option<f64>, ci: Option<[f64; 2]>| {
        let design = design(3, 30);
        let answers = numbers(vec![1.0, 2.0, 3.0]);
        let figure = design.mean(&answers, &design.everyone()).expect("same rows");
        Est { value, ci, ..figure.estimate().expect("no rule refuses") }
    };
    let importance = [
        (0.30, Some([0.2, 0.4])),
        (0.25, Some([0.05, 0.3])),
        (0.05, Some([0.01, 0.09])),
        (0.04, None),
        (0.20, None),
    ];
    let performance = [
        judged(Some(60.0), Some([50.0, 68.0])),
        judged(Some(90.0), Some([85.0, 95.0])),
        judged(Some(80.0), Some([60.0, 90.0])),
        judged(Some(50.0), Some([40.0, 60.0])),
        judged(None, None),
    ];
    let found = quadrants(&importance, &performance, Some([0.1, 70.0]));
    let quadrant: Vec<Option<Quadrant>> = found.iter().map(|p| p.map(|p| p.quadrant)).collect();
    use Quadrant::{Ease, Improve, KeepUp, LowPriority};
    assert_eq!(quadrant, [Some(Improve), Some(KeepUp), Some(Ease), Some(LowPriority), None]);
    let sure: Vec<[bool; 2]> =
        found.iter().flatten().map(|p| [p.importance_sure, p.performance_sure]).collect();
    assert_eq!(sure, [[true, true], [false, true], [true, false], [false, true]]);
    // The lines are the means of those that have both: 0.16 and 70.
    assert_eq!(quadrants(&importance, &performance, None)[1].expect("placed").quadrant, KeepUp);
    assert!(quadrants(&[], &[], None).is_empty());
}
