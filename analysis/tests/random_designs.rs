//! What must hold for every design, tried on random ones: empty, one row, census, all answers
//! alike, weights of zero, lonely strata, clusters, unknown populations.

#[path = "random_designs/rounds.rs"]
mod rounds;
#[path = "random_designs/survey.rs"]
mod survey;
#[path = "random_designs/sway.rs"]
mod sway;
#[path = "random_designs/together.rs"]
mod together;

use analysis::sway::Term;
use analysis::{
    Ask, Cap, Design, Distance, Domain, DontKnow, EmptyPart, Est, Figure, Flag, IntervalRule,
    Limits, Margin, Replicates, Scale, Variable,
};
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;
use survey::{DESIGNS, Survey, scale, score, survey};

fn share(survey: &Survey) -> Variable {
    Variable::share(&survey.codes(0), &scale(), &[4, 5], DontKnow::AsDenominator)
        .expect("known codes")
}

#[test]
fn the_random_designs_hold_every_degenerate_kind() {
    let mut runner = TestRunner::deterministic();
    let mut kinds = [0; 6];
    for _ in 0..DESIGNS {
        let survey = survey().new_tree(&mut runner).expect("a survey").current();
        let codes = || survey.rows.iter().flat_map(|row| row.codes);
        let some = !survey.rows.is_empty();
        let found = [
            !some,
            survey.rows.len() == 1,
            some && survey.beyond.iter().all(|beyond| *beyond == Some(0)),
            survey.rows.len() > 1 && codes().all(|code| code == 4),
            survey.given_weights && some && survey.rows.iter().all(|row| row.weight == 0.0),
            survey.given_weights && survey.rows.iter().any(|row| row.weight == 0.0),
        ];
        kinds.iter_mut().zip(found).for_each(|(count, found)| *count += u32::from(found));
    }
    // Empty, one row, census, all alike, all of weight zero, some of weight zero.
    assert!(kinds.iter().all(|&count| count * 200 >= DESIGNS), "{kinds:?} of {DESIGNS}");
}

/// Everything that the service would ask of a survey.
fn figures(survey: &Survey, design: &Design) -> Vec<Est> {
    let (first, second, share) = (score(survey, 0), score(survey, 1), share(survey));
    let ask = |figure: Figure<'_>| figure.estimate().expect("no rule refuses");
    let mean = |v: &Variable, d: &Domain| design.mean(v, d).expect("same rows");
    let (all, inside) = (design.everyone(), survey.inside());
    let strata: Vec<Figure<'_>> =
        (0..survey.beyond.len()).map(|s| mean(&first, &design.in_strata(&[s]))).collect();
    let parts: Vec<&Figure<'_>> = strata.iter().collect();
    let composite = Figure::mean_of(&parts, EmptyPart::Redistribute).expect("some strata");
    let difference = mean(&first, &inside).minus(&mean(&second, &all)).expect("one design");
    let shares: Vec<Figure<'_>> =
        (0..survey.beyond.len()).map(|s| mean(&share, &design.in_strata(&[s]))).collect();
    let shares: Vec<&Figure<'_>> = shares.iter().collect();
    let mixed = Figure::mean_of(&shares, EmptyPart::NoValue).expect("some strata");
    let one_lot = mean(&share, &design.in_strata(&[0]));
    let mut all_of_them = vec![composite, difference, mixed, one_lot];
    all_of_them.extend([mean(&first, &all), mean(&first, &inside), mean(&share, &inside)]);
    all_of_them.push(mean(&share, &all).scaled(100.0).expect("a factor"));
    all_of_them.push(design.total(&first, &inside).expect("same rows"));
    all_of_them.push(design.ratio(&first, &second, &inside).expect("same rows"));
    all_of_them.into_iter().map(ask).collect()
}

fn is_sound(est: &Est) -> Result<(), TestCaseError> {
    let numbers = [est.value, est.se, est.df, est.n_eff, est.deff];
    prop_assert!(numbers.iter().flatten().all(|x| x.is_finite()), "{est:?}");
    prop_assert!(est.se.is_none_or(|se| se >= 0.0));
    prop_assert_eq!(
        est.value.is_none(),
        est.has(Flag::NoData)
            || est.n == 0
            || est.has(Flag::PopulationUnknown) && est.value.is_none()
    );
    if let Some([low, high]) = est.ci {
        let value = est.value.expect("an interval has a value");
        let slack = 1e-9 * (1.0 + value.abs());
        prop_assert!(low <= high && low - slack <= value && value <= high + slack, "{est:?}");
        let wide = low < high;
        prop_assert!(wide || est.has(Flag::Census) || est.has(Flag::ZeroVariance), "{est:?}");
    }
    if est.has(Flag::Census) {
        prop_assert_eq!(est.se, Some(0.0));
    } else if est.se == Some(0.0) {
        prop_assert!(est.has(Flag::ZeroVariance));
    }
    if est.value.is_some() && est.se.is_none() {
        prop_assert!(est.has(Flag::OneRespondent) || est.has(Flag::LonelyUnknown), "{est:?}");
    }
    Ok(())
}

/// The variance formula written down plainly: dense scores, one stage, every stratum.
fn plain_variance(survey: &Survey, design: &Design, variable: &Variable) -> Option<f64> {
    let rows = survey.rows.len();
    let taking = |i: usize| design.weights()[i] > 0.0 && variable.value(i).is_some();
    let weight = |i: usize| if taking(i) { design.weights()[i] } else { 0.0 };
    let value = |i: usize| variable.value(i).unwrap_or(0.0);
    let size: f64 = (0..rows).map(weight).sum();
    let mean = (0..rows).map(|i| weight(i) * value(i)).sum::<f64>() / size;
    let z = |i: usize| weight(i) * (value(i) - mean) / size;
    let mut variance = 0.0;
    for (s, beyond) in survey.beyond.iter().enumerate() {
        let members: Vec<usize> = (0..rows).filter(|&i| survey.rows[i].stratum == s).collect();
        let n = members.len() as f64;
        let rest = beyond.map_or(1.0, |more| more as f64 / (n + more as f64));
        if members.is_empty() || rest == 0.0 {
            continue;
        }
        if members.len() == 1 {
            return None;
        }
        let centre = members.iter().map(|&i| z(i)).sum::<f64>() / n;
        let squares: f64 = members.iter().map(|&i| (z(i) - centre).powi(2)).sum();
        variance += rest * n / (n - 1.0) * squares;
    }
    (size > 0.0).then_some(variance)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(DESIGNS))]

    #[test]
    fn every_figure_of_every_design_is_sound(survey in survey()) {
        let design = survey.design();
        for est in figures(&survey, &design) {
            is_sound(&est)?;
        }
    }

    #[test]
    fn the_order_of_rows_changes_no_bit(survey in survey(), seed in any::<u64>()) {
        let mut shuffled = survey.clone();
        let mut state = seed | 1;
        for i in (1..shuffled.rows.len()).rev() {
            state = state.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
            let j = usize::try_from(state >> 33).expect("31 bits") % (i + 1);
            shuffled.rows.swap(i, j);
        }
        let all = |survey: &Survey| {
            let design = survey.design();
            let (first, second, inside) = (score(survey, 0), score(survey, 1), survey.inside());
            let terms = [(0.7, &first), (0.3, &second)]
                .map(|(coefficient, variable)| Term { coefficient, variable, domain: &inside });
            let replicates = Replicates::rao_wu(&design, 3, [9; 32], &[&first, &second]);
            let drawn = replicates.ratio(&first, &second, &design.everyone());
            (figures(survey, &design), design.sway(&terms).expect("same rows"), drawn)
        };
        prop_assert_eq!(format!("{:?}", all(&survey)), format!("{:?}", all(&shuffled)));
    }

    #[test]
    fn the_variance_is_the_plain_formula(survey in survey()) {
        let survey = Survey { clusters: false, ..survey };
        let known = survey.given_weights || survey.beyond.iter().all(Option::is_some);
        let design = survey.design();
        let variable = score(&survey, 0);
        let figure = design.mean(&variable, &design.everyone()).expect("same rows");
        let want = plain_variance(&survey, &design, &variable);
        if let (true, Some(want), Some(value)) = (known, want, figure.value()) {
            let got = figure.covariance(&figure).expect("finite");
            prop_assert!((got - want).abs() <= 1e-9 * (want + 1e-12 * value * value), "{} {}", got, want);
        }
    }

    #[test]
    fn totals_add_up_over_domains(survey in survey()) {
        let design = survey.design();
        let variable = score(&survey, 0);
        let outside = design.rows_where(|row| !survey.rows[row].inside);
        let total = |domain: &Domain| {
            design.total(&variable, domain).expect("same rows").value()
        };
        let parts = [total(&survey.inside()), total(&outside)];
        if let Some(all) = total(&design.everyone()) {
            let sum: f64 = parts.iter().flatten().sum();
            prop_assert!((sum - all).abs() <= 1e-12 * all.abs());
        }
    }

    #[test]
    fn scaling_the_weights_changes_no_mean(survey in survey(), factor in 0.01..100.0f64) {
        let mut scaled = Survey { given_weights: true, ..survey.clone() };
        let survey = Survey { given_weights: true, ..survey };
        for row in &mut scaled.rows {
            row.weight *= factor;
        }
        let mean = |survey: &Survey| {
            let design = survey.design();
            let figure = design.mean(&score(survey, 0), &design.everyone()).expect("same rows");
            figure.estimate().expect("no rule refuses")
        };
        let (before, after) = (mean(&survey), mean(&scaled));
        let close = |a: Option<f64>, b: Option<f64>| match (a, b) {
            (Some(a), Some(b)) => (a - b).abs() <= 1e-11 * (1.0 + a.abs()),
            (a, b) => a.is_none() && b.is_none(),
        };
        prop_assert!(close(before.value, after.value) && close(before.se, after.se));
        prop_assert_eq!(before.n, after.n);
    }

    #[test]
    fn a_table_of_counts_says_the_same_as_the_figures(survey in survey()) {
        let survey = Survey { clusters: false, given_weights: false, ..survey };
        let design = survey.design();
        let answers: Vec<i8> = survey.rows.iter().flat_map(|r| r.codes).collect();
        let counts = design.count_answers(&answers, 2).expect("known codes");
        let counts = counts.expect("persons with one weight per stratum");
        let strata: Vec<usize> = (0..survey.beyond.len()).filter(|s| s % 2 == 0).collect();
        let shares = Scale::share(&scale(), &[4, 5], DontKnow::AsDenominator);
        let scores = Scale::scored(&scale(), DontKnow::Missing);
        for (scale, variable) in [(&scores, score(&survey, 0)), (&shares, share(&survey))] {
            let figure = design.mean(&variable, &design.in_strata(&strata)).expect("same rows");
            let want = figure.estimate().expect("no rule refuses");
            let got = counts.mean(0, scale, &strata, &Ask::default()).expect("known codes");
            prop_assert_eq!(got.value.map(f64::to_bits), want.value.map(f64::to_bits));
            prop_assert_eq!((got.n, &got.flags), (want.n, &want.flags));
            prop_assert_eq!((got.method, got.population), (want.method, want.population));
            let ends = |e: &Est| e.ci.map_or([None; 2], |ci| ci.map(Some));
            let pairs = [
                (got.se, want.se),
                (got.df, want.df),
                (got.deff, want.deff),
                (got.n_eff, want.n_eff),
            ];
            let ends = ends(&got).into_iter().zip(ends(&want));
            for (a, b) in pairs.into_iter().chain(ends) {
                let near = a.zip(b).map(|(a, b)| (a - b).abs() <= 1e-9 * (1.0 + b.abs()));
                prop_assert!(near.unwrap_or(a.is_none() && b.is_none()), "{:?} {:?}", got, want);
            }
        }
    }

    #[test]
    fn calibrated_margins_are_met(survey in survey(), counts in prop::collection::vec(1.0..500.0f64, 4)) {
        let design = survey.design();
        let classes: Vec<usize> = survey.rows.iter().map(|r| usize::from(r.inside)).collect();
        let margin = |class_of: Vec<usize>, counts: &[f64]| Margin { class_of, counts: counts.to_vec() };
        let first = margin(classes, &counts[..2]);
        if let Ok((post, report)) = design.poststratified(&first) {
            for class in 0..2 {
                let inside = design.rows_where(|row| first.class_of[row] == class);
                let one = Variable::condition(vec![Some(true); survey.rows.len()]);
                let total = post.total(&one, &inside).expect("same rows").value();
                if let Some(total) = total {
                    prop_assert!((total - first.counts[class]).abs() <= 1e-9 * first.counts[class]);
                }
            }
            prop_assert!(report.weighting_effect >= 1.0 - 1e-12);
            // The margin itself has no error left.
            let share = Variable::condition(survey.rows.iter().map(|r| Some(r.inside)));
            let est = post.mean(&share, &post.everyone()).expect("same rows").estimate().expect("no rule refuses");
            prop_assert!(est.se.is_none_or(|se| se < 1e-6), "{:?}", est);
        }
        let other: Vec<usize> = survey.rows.iter().map(|r| usize::from(r.cluster > 1)).collect();
        let margins = [
            margin(first.class_of.clone(), &[counts[0] + counts[1], counts[2] + counts[3]]),
            margin(other, &[counts[0] + counts[2], counts[1] + counts[3]]),
        ];
        if let Ok((raked, _)) = design.raked(&margins, &Limits::default()) {
            prop_assert_eq!(raked.misfits(&margins), []);
        }
        let columns: Vec<Vec<f64>> = margins.iter().map(|m| m.class_of.iter().map(|&c| c as f64).collect()).collect();
        let totals = [margins[0].counts[1], margins[1].counts[1]];
        if let Ok((calibrated, _)) = design.calibrated(&columns, &totals, Distance::Linear, &Limits::default()) {
            for (column, total) in columns.iter().zip(totals) {
                let got: f64 = calibrated.weights().iter().zip(column).map(|(w, x)| w * x).sum();
                prop_assert!((got - total).abs() <= 1e-6 * (1.0 + total), "{} {}", got, total);
            }
        }
        if let Ok((kept, report)) = design.raked_and_trimmed(&margins, Cap::Medians(3.0), &Limits::default()) {
            prop_assert_eq!(kept.misfits(&margins), []);
            let most = report.cap.unwrap_or(f64::INFINITY) * (1.0 + 1e-5);
            prop_assert!(kept.weights().iter().all(|&w| w <= most));
        }
    }

    #[test]
    fn a_domain_never_drops_rows_from_the_design(survey in survey()) {
        // The mean in a domain is the mean of a variable that is missing outside of it.
        let design = survey.design();
        let inside = |row: usize| survey.rows[row].inside;
        let whole = score(&survey, 0);
        let cut: Vec<f64> = (0..survey.rows.len())
            .map(|row| whole.value(row).filter(|_| inside(row)).unwrap_or(f64::NAN))
            .collect();
        let cut = Variable::numbers(cut).expect("finite");
        let by_domain = design.mean(&whole, &survey.inside()).expect("same rows");
        let by_missing = design.mean(&cut, &design.everyone()).expect("same rows");
        prop_assert_eq!(by_domain.value(), by_missing.value());
        prop_assert_eq!(
            by_domain.covariance(&by_domain).expect("finite"),
            by_missing.covariance(&by_missing).expect("finite")
        );
    }

    #[test]
    fn every_interval_rule_stays_on_the_scale(survey in survey(), level in 0.5..0.999f64) {
        let design = survey.design();
        let figure = design.mean(&share(&survey), &survey.inside()).expect("same rows");
        for interval in [
            IntervalRule::Automatic,
            IntervalRule::Logit,
            IntervalRule::Arcsine,
            IntervalRule::KornGraubard,
            IntervalRule::KornGraubardUnlimited,
            IntervalRule::Wilson,
            IntervalRule::Likelihood,
        ] {
            let ask = Ask { level, interval, ..Ask::default() };
            let est = figure.estimate_with(&ask).expect("no rule refuses");
            is_sound(&est)?;
            prop_assert!(est.ci.is_none_or(|[low, high]| low >= 0.0 && high <= 1.0), "{:?}", est);
        }
    }
}
