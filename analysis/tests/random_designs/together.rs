//! Several figures at once: intervals that hold together, adjusted tests, ranks.

use analysis::multiplicity::{Adjustment, adjust_p_values};
use analysis::{
    Ask, Basis, Design, Draws, Est, Family, Figure, Lonely, RankRule, Together, Variable,
    simultaneous_intervals,
};
use proptest::prelude::*;

use super::survey::{DESIGNS, Survey, score, survey};

const FEW: Draws = Draws { count: 400, seed: [5; 32] };

fn of_strata<'d>(survey: &Survey, design: &'d Design, answers: &Variable) -> Vec<Figure<'d>> {
    let of_stratum = |s| design.mean(answers, &design.in_strata(&[s])).expect("same rows");
    (0..survey.beyond.len()).map(of_stratum).collect()
}

fn width(est: &Est) -> Option<f64> {
    est.ci.map(|[low, high]| high - low)
}

fn shuffled(survey: &Survey, seed: u64) -> Survey {
    let mut shuffled = survey.clone();
    let mut state = seed | 1;
    for i in (1..shuffled.rows.len()).rev() {
        state = state.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
        let j = usize::try_from(state >> 33).expect("31 bits") % (i + 1);
        shuffled.rows.swap(i, j);
    }
    shuffled
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(DESIGNS))]

    #[test]
    fn intervals_that_hold_together_are_longer_and_those_by_covariance_no_longer_than_bonferroni(survey in survey()) {
        let design = survey.design();
        let answers = score(&survey, 0);
        let mut figures = of_strata(&survey, &design, &answers);
        figures.push(design.mean(&answers, &survey.inside()).expect("same rows"));
        let figures: Vec<&Figure<'_>> = figures.iter().collect();
        let ask = Ask::default();
        let bonferroni = simultaneous_intervals(&figures, &ask, Together::Bonferroni).expect("no rule refuses");
        let largest = simultaneous_intervals(&figures, &ask, Together::MaxT(FEW)).expect("no rule refuses");
        prop_assert!(0.95 <= largest.each && largest.each <= bonferroni.each && bonferroni.each < 1.0);
        for ((figure, wide), less) in figures.iter().zip(&bonferroni.estimates).zip(&largest.estimates) {
            let alone = figure.estimate().expect("no rule refuses");
            let slack = 1e-9;
            prop_assert!(width(&alone).is_none_or(|w| w <= width(less).expect("also") + slack));
            prop_assert!(width(less).is_none_or(|w| w <= width(wide).expect("also") + slack));
        }
    }

    #[test]
    fn adjusted_p_values_are_neither_below_the_plain_ones_nor_far_above_holms(survey in survey()) {
        let design = survey.design();
        let figures = of_strata(&survey, &design, &score(&survey, 0));
        let figures: Vec<&Figure<'_>> = figures.iter().collect();
        let family = Family::of(&figures, &Ask::default()).expect("no rule refuses");
        let adjusted = family.step_down(60.0, &FEW);
        let plain: Vec<Option<f64>> = family.estimates().iter().zip(family.basis()).zip(&figures)
            .map(|((_, basis), figure)| {
                let test = figure.test(60.0).expect("no rule refuses");
                test.filter(|_| *basis == Basis::Sample).map(|t| t.p_value)
            })
            .collect();
        let holm = adjust_p_values(&plain, Adjustment::Holm);
        for ((test, plain), holm) in adjusted.iter().zip(&plain).zip(holm) {
            prop_assert_eq!(test.is_some(), plain.is_some());
            if let (Some(test), Some(plain), Some(holm)) = (test, plain, holm) {
                prop_assert!(*plain <= test.p_value && test.p_value <= (holm + 0.15).min(1.0), "{} {} {}", plain, test.p_value, holm);
            }
        }
    }

    #[test]
    fn a_ranking_contradicts_neither_itself_nor_the_order_of_rows(survey in survey(), seed in any::<u64>()) {
        let rule = RankRule { draws: 100, ..RankRule::default() };
        let rank = |survey: &Survey| {
            let design = survey.design();
            let figures = of_strata(survey, &design, &score(survey, 0));
            let figures: Vec<&Figure<'_>> = figures.iter().collect();
            let family = Family::of(&figures, &Ask::default()).expect("no rule refuses");
            let ranking = family.ranking(&rule).expect("a usable rule");
            (family, ranking)
        };
        let (family, ranking) = rank(&survey);
        let (_, again) = rank(&shuffled(&survey, seed));
        prop_assert_eq!(format!("{ranking:?}"), format!("{again:?}"));
        let units = survey.beyond.len();
        let ranked: Vec<usize> = (0..units).filter(|&u| ranking.rank[u].is_some()).collect();
        for unit in 0..units {
            let value = family.estimates()[unit].value;
            prop_assert_eq!(value.is_some(), ranking.rank[unit].is_some());
            let (Some(rank), Some(best), Some(worst)) = (ranking.rank[unit], ranking.best[unit], ranking.worst[unit]) else {
                prop_assert!(ranking.alike[unit].is_empty() && ranking.band[unit].is_none());
                continue;
            };
            prop_assert!(1 <= best && best <= rank && rank <= worst && worst <= ranked.len());
            // A place more for everybody who cannot be told apart.
            prop_assert_eq!(worst - best, ranking.alike[unit].len());
            prop_assert!(ranking.alike[unit].iter().all(|&other| ranking.alike[other].contains(&unit)));
            if let Some(rows) = &ranking.probabilities {
                prop_assert!((rows[unit].iter().sum::<f64>() - 1.0).abs() < 1e-9);
            }
        }
        for &a in &ranked {
            for &b in &ranked {
                prop_assert!(ranking.rank[a] > ranking.rank[b] || ranking.band[a] <= ranking.band[b]);
            }
        }
        let census = !ranked.is_empty() && ranked.iter().all(|&u| family.basis()[u] == Basis::Census);
        prop_assert_eq!(ranking.descriptive, census);
        if census {
            prop_assert_eq!(&ranking.rank, &ranking.best);
        }
    }

    #[test]
    fn a_line_through_equal_rounds_is_flat_and_one_through_two_is_their_difference(survey in survey()) {
        // The rule `Average` scales variance and covariances by different strata.
        let survey = Survey { lonely: Lonely::Collapse, ..survey };
        let design = survey.design();
        let figures = of_strata(&survey, &design, &score(&survey, 0));
        let Some(first) = figures.iter().find(|f| f.value().is_some()) else { return Ok(()) };
        let flat = Family::of(&[first; 3], &Ask::default()).expect("no rule refuses");
        let trend = flat.trend(&[2024.0, 2025.0, 2026.0], 0.95).expect("two dates");
        prop_assert!(trend.plain.value.abs() < 1e-9 && trend.rounds == 3);
        let second = design.mean(&score(&survey, 1), &design.everyone()).expect("same rows");
        let both = Family::of(&[first, &second], &Ask::default()).expect("no rule refuses");
        let change = second.minus(first).expect("one design").estimate().expect("no rule refuses");
        if let (Some(trend), [Basis::Sample, Basis::Sample]) = (both.trend(&[1.0, 3.0], 0.95), both.basis()) {
            let value = change.value.expect("both have one");
            prop_assert!((trend.plain.value - 0.5 * value).abs() <= 1e-9 * (1.0 + value.abs()));
            if let (Some(got), Some(want)) = (trend.plain.se, change.se) {
                prop_assert!((got - 0.5 * want).abs() <= 1e-6 * (1.0 + want), "{} {}", got, want);
            }
        }
    }
}
