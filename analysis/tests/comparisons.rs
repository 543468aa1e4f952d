//! Tests and intervals over several figures, against closed forms.

use analysis::comparison::equivalence;
use analysis::distribution::{fisher_f_tail, student_t_two_sided};
use analysis::{
    Ask, Declaration, DegreesOfFreedom, Design, Domain, Draws, Est, Family, Figure, RankRule,
    Stratum, Together, Variable, rank_sets, simultaneous_intervals,
};
use proptest::prelude::*;

/// Rounds, each a stratum without a known population.
fn design(sizes: &[usize]) -> Design {
    let strata = sizes.iter().map(|_| Stratum::new("đợt", None)).collect();
    let rows = sizes.iter().enumerate().flat_map(|(round, &n)| vec![round; n]);
    Declaration::new(strata, rows.collect()).build().expect("sound")
}

fn of_strata<'d>(design: &'d Design, answers: &Variable) -> Vec<Figure<'d>> {
    let mean = |s| design.mean(answers, &design.in_strata(&[s])).expect("same rows");
    (0..design.strata().len()).map(mean).collect()
}

fn family(figures: &[Figure<'_>]) -> Family {
    let figures: Vec<&Figure<'_>> = figures.iter().collect();
    Family::of(&figures, &Ask::default()).expect("one design")
}

fn numbers(values: &[f64]) -> Variable {
    Variable::numbers(values.to_vec()).expect("finite")
}

fn near(got: f64, want: f64, slack: f64) {
    assert!((got - want).abs() <= slack, "{got} is not {want}");
}

#[test]
fn figures_without_covariance_have_sidaks_level() {
    let design = design(&[4, 5, 6]);
    let answers = numbers(&[1., 2., 3., 5., 2., 2., 3., 4., 4., 1., 5., 2., 3., 1., 1.]);
    let figures = of_strata(&design, &answers);
    let together = family(&figures);
    let level = together.level_of_each(0.95, Together::MaxT(Draws::default()));
    near(level.expect("a level"), 0.95f64.powf(1.0 / 3.0), 1e-15);
    let bonferroni = together.level_of_each(0.95, Together::Bonferroni);
    near(bonferroni.expect("a level"), 1.0 - 0.05 / 3.0, 1e-15);
    assert_eq!(together.level_of_each(1.0, Together::Bonferroni), None);
}

#[test]
fn the_same_figure_three_times_needs_no_longer_interval() {
    let design = design(&[6]);
    let figure = &of_strata(&design, &numbers(&[1., 2., 3., 5., 2., 4.]))[0];
    let rule = Together::MaxT(Draws::default());
    let found = simultaneous_intervals(&[figure; 3], &Ask::default(), rule).expect("one design");
    near(found.each, 0.95, 0.003);
    assert_eq!(found.compared, 3);
}

#[test]
fn a_census_is_not_compared_and_costs_the_others_nothing() {
    let strata = vec![Stratum::new("A", Some(3)), Stratum::new("B", Some(90))];
    let design = Declaration::new(strata, vec![0, 0, 0, 1, 1, 1, 1]).build().expect("sound");
    let figures = of_strata(&design, &numbers(&[1., 2., 3., 5., 2., 2., 4.]));
    let refs: Vec<&Figure<'_>> = figures.iter().collect();
    let found =
        simultaneous_intervals(&refs, &Ask::default(), Together::Bonferroni).expect("one design");
    assert_eq!((found.compared, found.each), (1, 0.95));
    assert_eq!(found.estimates[1], figures[1].estimate().expect("no rule refuses"));
}

#[test]
fn adjusted_tests_of_independent_figures_are_sidaks_step_down() {
    let design = design(&[30, 40, 50]);
    let answers: Vec<f64> = (0..120).map(|i| f64::from((i * i + 3 * i) % 7)).collect();
    let figures = of_strata(&design, &numbers(&answers));
    let together = family(&figures);
    let draws = Draws { count: 400_000, ..Draws::default() };
    let adjusted = together.step_down(2.6, &draws);
    let plain: Vec<f64> =
        figures.iter().map(|f| f.test(2.6).expect("known").expect("a test").p_value).collect();
    let mut order = [0, 1, 2];
    order.sort_by(|&a, &b| plain[a].total_cmp(&plain[b]));
    let mut before: f64 = 0.0;
    for (place, &k) in order.iter().enumerate() {
        let left = 3 - i32::try_from(place).expect("small");
        before = before.max(1.0 - (1.0 - plain[k]).powi(left));
        near(adjusted[k].expect("a test").p_value, before, 0.004);
    }
    // The least significant of all is compared with itself alone.
    assert!(adjusted[order[2]].expect("a test").p_value >= plain[order[2]]);
}

/// Three rounds of equal precision and one of double size.
fn rounds() -> (Design, Variable) {
    let answers = [1., 2., 3., 4., 2., 3., 4., 5., 3., 5., 4., 5., 4., 4., 6., 6., 5., 5., 7., 7.];
    (design(&[4, 4, 4, 8]), numbers(&answers))
}

#[test]
fn a_trend_is_the_textbook_line() {
    let (design, answers) = rounds();
    let figures = of_strata(&design, &answers);
    let times = [2021.0, 2022.0, 2024.0, 2025.0];
    let trend = family(&figures).trend(&times, 0.95).expect("four dates");
    let y: Vec<f64> = figures.iter().map(|f| f.value().expect("a value")).collect();
    let v: Vec<f64> = figures.iter().map(|f| f.covariance(f).expect("finite")).collect();
    // Least squares: Σ(t − t̄)y/Σ(t − t̄)², with its variance term by term.
    let d: Vec<f64> = times.iter().map(|t| t - 2023.0).collect();
    let squares: f64 = d.iter().map(|d| d * d).sum();
    let slope = d.iter().zip(&y).map(|(d, y)| d * y).sum::<f64>() / squares;
    let variance = d.iter().zip(&v).map(|(d, v)| d * d * v).sum::<f64>() / squares.powi(2);
    near(trend.plain.value, slope, 1e-12);
    near(trend.plain.se.expect("known"), variance.sqrt(), 1e-12);
    let test = trend.plain.test.expect("a test");
    let df = 16.0;
    let p = student_t_two_sided(slope / variance.sqrt(), df).expect("a tail");
    near(test.p_value, p, 1e-12);
    assert_eq!(test.df, df);
    // Weights 1/v: slope and residual sum of squares of the weighted line.
    let w: Vec<f64> = v.iter().map(|v| 1.0 / v).collect();
    let sum = |f: &dyn Fn(usize) -> f64| (0..4).map(|i| w[i] * f(i)).sum::<f64>();
    let (t0, y0) = (sum(&|i| d[i]) / sum(&|_| 1.0), sum(&|i| y[i]) / sum(&|_| 1.0));
    let spread = sum(&|i| (d[i] - t0).powi(2));
    let b = sum(&|i| (d[i] - t0) * (y[i] - y0)) / spread;
    let weighted = trend.weighted.expect("every round has a variance");
    near(weighted.value, b, 1e-12);
    near(weighted.se.expect("known"), spread.powf(-0.5), 1e-12);
    let rest = sum(&|i| (y[i] - y0 - b * (d[i] - t0)).powi(2));
    let bend = trend.bend.expect("four rounds");
    near(bend.statistic, rest * (df - 1.0) / (2.0 * df), 1e-10);
    assert_eq!(Some(bend.p_value), fisher_f_tail(bend.statistic, 2.0, df - 1.0));
    assert!(!trend.descriptive);
}

#[test]
fn rounds_that_rise_rise_and_do_not_fall() {
    let (design, answers) = rounds();
    let figures = of_strata(&design, &answers);
    let draws = Draws { count: 20_000, ..Draws::default() };
    let found = family(&figures).direction(&[1.0, 2.0, 3.0, 4.0], &draws).expect("four dates");
    assert!(found.rising < 0.01 && found.falling > 0.9, "{found:?}");
    // By hand the three contrasts are 2.7, 3.4 and 3.8 standard errors.
    assert_eq!(found.changes_after, 2);
    let back = family(&figures).direction(&[4.0, 3.0, 2.0, 1.0], &draws).expect("four dates");
    assert!(back.falling < 0.01 && back.rising > 0.9, "{back:?}");
    // Two rounds: the one-sided test of their difference.
    let two = family(&figures[..2]).direction(&[1.0, 2.0], &draws).expect("two dates");
    let difference = figures[1].minus(&figures[0]).expect("one design");
    let p = difference.test(0.0).expect("known").expect("a test").p_value;
    near(two.rising, 0.5 * p, 0.01);
}

#[test]
fn a_trend_needs_two_dates_and_a_trend_of_censuses_describes() {
    let strata = vec![Stratum::new("2024", Some(2)), Stratum::new("2025", Some(2))];
    let design = Declaration::new(strata, vec![0, 0, 1, 1]).build().expect("sound");
    let figures = of_strata(&design, &numbers(&[1.0, 3.0, 4.0, 6.0]));
    let family = family(&figures);
    let trend = family.trend(&[2024.0, 2025.0], 0.95).expect("two dates");
    assert!(trend.descriptive && trend.weighted.is_none() && trend.bend.is_none());
    assert_eq!(
        (trend.plain.value, trend.plain.se, trend.plain.ci),
        (3.0, Some(0.0), Some([3.0; 2]))
    );
    assert_eq!(trend.plain.test, None);
    assert_eq!(family.trend(&[2024.0, 2024.0], 0.95), None);
    assert_eq!(family.trend(&[2024.0], 0.95), None);
    assert_eq!(family.trend(&[2024.0, f64::NAN], 0.95), None);
    assert_eq!(family.trend(&[2024.0, 2025.0], 1.5), None);
    assert_eq!(family.direction(&[2024.0, 2025.0], &Draws::default()), None);
}

fn difference(values: &[f64], population: Option<u64>) -> Est {
    let stratum = vec![Stratum::new("A", population)];
    let design = Declaration::new(stratum, vec![0; values.len()]).build().expect("sound");
    let figure = design.mean(&numbers(values), &design.everyone()).expect("same rows");
    figure.estimate().expect("no rule refuses")
}

#[test]
fn no_change_is_shown_by_an_interval_within_the_margin() {
    let est = difference(&[0.4, -0.3, 0.1, -0.2, 0.2, 0.1, -0.1, 0.3], None);
    let (value, se) = (est.value.expect("a value"), est.se.expect("known"));
    for margin in [0.05, 0.15, 0.2, 0.4] {
        let found = equivalence(&est, margin, 0.05).expect("a test");
        // The larger of the two one-sided tests, each by its own t.
        let upper = |t: f64| {
            let two = student_t_two_sided(t, 7.0).expect("a tail");
            if t > 0.0 { 0.5 * two } else { 1.0 - 0.5 * two }
        };
        let want = upper((margin - value) / se).max(upper((value + margin) / se));
        near(found.p_value.expect("known"), want, 1e-12);
        assert_eq!(found.equivalent, want < 0.05);
    }
    assert_eq!(equivalence(&est, 0.0, 0.05), None);
    assert_eq!(equivalence(&est, 0.1, 0.5), None);
    assert_eq!(equivalence(&est, f64::NAN, 0.05), None);
}

#[test]
fn a_census_is_compared_with_the_margin_itself() {
    let est = difference(&[0.4, -0.2], Some(2));
    let found = equivalence(&est, 0.11, 0.05).expect("an answer");
    assert!(found.equivalent && found.p_value.is_none());
    assert!(!equivalence(&est, 0.1, 0.05).expect("an answer").equivalent);
    // All alike and no limits to the scale: nothing is known of the others.
    assert_eq!(equivalence(&difference(&[0.1; 5], Some(50)), 1.0, 0.05), None);
}

#[test]
fn two_groups_are_compared_as_a_regression_on_the_group_does() {
    let design = design(&[5, 7]);
    let answers = numbers(&[1., 2., 3., 5., 2., 2., 3., 4., 4., 1., 5., 2.]);
    let second: Vec<Option<bool>> =
        (0..12).map(|i| if i == 4 { None } else { Some(i % 3 == 0) }).collect();
    let by_units = Ask { df: DegreesOfFreedom::UnitsLessStrata, ..Ask::default() };
    let found = design.two_groups(&answers, &second, &design.everyone(), &by_units);
    let found = found.expect("same rows");
    let ones = Variable::condition(vec![Some(true); 12]);
    let columns = [ones, Variable::condition(second.clone())];
    let slope = &design.regression(&answers, &columns, &design.everyone()).expect("same rows")[1];
    let slope = slope.estimate().expect("no rule refuses");
    near(found.difference.value.expect("a value"), slope.value.expect("a value"), 1e-12);
    near(found.difference.se.expect("known"), slope.se.expect("known"), 1e-12);
    let (test, less) = (found.test.expect("a test"), found.by_regression.expect("a test"));
    assert_eq!((test.df, less.df, test.t), (9.0, 8.0, less.t));
    assert!(less.p_value > test.p_value);
    let nobody = Domain::from_mask(&[false; 12]);
    let found = design.two_groups(&answers, &second, &nobody, &Ask::default()).expect("same rows");
    assert_eq!((found.difference.value, found.test), (None, None));
    assert!(design.two_groups(&answers, &second[1..], &nobody, &Ask::default()).is_err());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(if cfg!(debug_assertions) { 5 } else { 100 }))]

    #[test]
    fn rank_sets_that_are_settled_do_not_depend_on_the_seed(
        estimates in prop::collection::vec(0.0..10.0f64, 2..7),
        errors in prop::collection::vec(0.2..2.0f64, 6),
        simultaneous in any::<bool>(),
    ) {
        let p = estimates.len();
        let entry = |i: usize, j: usize| if i == j { errors[i] * errors[i] } else { 0.1 * errors[i] * errors[j] };
        let covariance: Vec<Vec<f64>> = (0..p).map(|i| (0..p).map(|j| entry(i, j)).collect()).collect();
        let sets = |seed: u8| {
            let rule = RankRule { draws: 10_000, seed: [seed; 32], simultaneous, ..RankRule::default() };
            rank_sets(&estimates, &covariance, &rule).expect("usable")
        };
        let (one, two) = (sets(1), sets(2));
        if one.settled && two.settled {
            prop_assert_eq!((one.best, one.worst, one.apart), (two.best, two.worst, two.apart));
        }
    }
}

#[test]
fn a_close_decision_is_drawn_again_where_that_may_settle_it() {
    // The largest of three dependent differences has its 0.95 quantile near 2.34, by 1,000 draws
    // with an error of 0.06.
    let covariance = vec![vec![0.5, 0.1, 0.0], vec![0.1, 0.5, 0.0], vec![0.0, 0.0, 0.5]];
    let sets = |estimate: f64, draws| {
        let rule = RankRule { draws, ..RankRule::default() };
        rank_sets(&[estimate, 0.0, 0.0], &covariance, &rule).expect("usable")
    };
    let first = |estimate, draws| sets(estimate, draws).critical_values[0];
    let few = first(0.0, 1_000);
    assert!(sets(0.0, 1_000).settled && few != first(0.0, 4_000));
    // The difference to the third unit is so many standard errors.
    assert_eq!(first(few + 0.12, 1_000), first(0.0, 4_000));
    assert_eq!(first(few + 0.14, 1_000), first(0.0, 3_000));
    assert_eq!(first(few + 0.3, 1_000), few);
    let hopeless = sets(few + 0.01, 1_000);
    assert_eq!((hopeless.critical_values[0], hopeless.settled), (few, false));
}

#[test]
fn without_covariances_the_sets_of_each_unit_need_no_draws() {
    let errors = [0.4, 1.0, 0.8, 0.0, 2.0];
    let entry = |i: usize, j: usize| if i == j { errors[i] * errors[i] } else { 0.0 };
    let covariance: Vec<Vec<f64>> = (0..5).map(|i| (0..5).map(|j| entry(i, j)).collect()).collect();
    let estimates = [5.0, 2.0, 4.1, 6.2, 3.0];
    let sets = |covariance: &[Vec<f64>], draws, seed: u8| {
        let rule = RankRule { draws, seed: [seed; 32], simultaneous: false, ..RankRule::default() };
        rank_sets(&estimates, covariance, &rule).expect("usable")
    };
    assert_eq!(sets(&covariance, 2, 1), sets(&covariance, 100, 2));
    // A covariance too small to matter makes it draw.
    let mut drawn = covariance.clone();
    (drawn[0][1], drawn[1][0]) = (1e-9, 1e-9);
    let (exact, drawn) = (sets(&covariance, 2, 1), sets(&drawn, 200_000, 1));
    assert_eq!((exact.best, exact.worst, exact.apart), (drawn.best, drawn.worst, drawn.apart));
    assert!((exact.margin - drawn.margin).abs() < 0.02, "{} {}", exact.margin, drawn.margin);
}
