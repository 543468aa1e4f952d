//! No input makes a function panic or say something that is not a number.

use analysis::allocate::{
    PrecisionTarget, Share, StratumLimits, allocate, allocate_exactly, allocate_to_targets,
    allocate_within, round_largest_remainder,
};
use analysis::alpha::feldt_interval;
use analysis::comparison::equivalence;
use analysis::disclosure::CountTable;
use analysis::distribution::{
    beta_cdf, beta_quantile, chi_squared_quantile, chi_squared_tail, fisher_f_quantile,
    fisher_f_tail, normal_quantile, student_t_quantile, student_t_two_sided,
};
use analysis::driver::{drivers, drivers_incomplete, sampled_drivers};
use analysis::incomplete::incomplete_covariances;
use analysis::index::{Criterion, points};
use analysis::interval::{
    arcsine_interval, beta_interval, degenerate_interval, effective_size, hypergeometric_interval,
    likelihood_interval, logit_interval, t_interval, wilson_interval,
};
use analysis::multiplicity::{Adjustment, adjust_p_values};
use analysis::nonresponse::{JoinRule, ResponseCell, adjust_for_nonresponse};
use analysis::ordinal::ordinal_reliability;
use analysis::outcome::{StratumOutcome, item_rates, rate_table, representativity};
use analysis::planned::{PlannedStratum, expected_half_width, expected_respondents};
use analysis::published::{Published, combined, weighted_mean};
use analysis::rank::{RankRule, rank_sets};
use analysis::reliability::{one_factor, reliability, reliability_incomplete};
use analysis::response_rate::Dispositions;
use analysis::sample_size::{expected_margin, smallest_differences};
use analysis::select::{
    conditional_poisson, cube, inclusion_probabilities, pareto, sampford, systematic,
};
use analysis::small_area::fay_herriot;
use analysis::smoothing::{AreaVariance, benchmarked, smoothed_variances};
use analysis::standing::rank_probabilities;
use analysis::sway::Term;
use analysis::{
    Ask, Cap, Conversion, Declaration, DontKnow, Draws, Family, Figure, Limits, Margin,
    QuantileRule, Replicated, Scale, Scores, Stratum, Together, Variable, Weights,
    simultaneous_intervals,
};
use proptest::prelude::*;

fn wild() -> impl Strategy<Value = f64> {
    prop_oneof![
        4 => -5.0..5.0f64,
        2 => 0.0..1.0f64,
        1 => any::<f64>(),
        1 => prop::sample::select(vec![
            0.0, 1.0, -1.0, f64::NAN, f64::INFINITY, f64::NEG_INFINITY, 1e-300, 1e300, 1e6, 0.5,
        ]),
    ]
}

fn populations() -> impl Strategy<Value = u64> {
    prop_oneof![6 => 0u64..40, 2 => 0u64..100_000, 1 => any::<u64>()]
}

fn sound(values: impl IntoIterator<Item = Option<f64>>) -> Result<(), TestCaseError> {
    for value in values {
        prop_assert!(value.is_none_or(f64::is_finite), "{:?}", value);
    }
    Ok(())
}

fn both(interval: Option<[f64; 2]>) -> [Option<f64>; 2] {
    interval.map_or([None; 2], |i| i.map(Some))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1_000))]

    #[test]
    fn distributions_and_intervals(a in wild(), b in wild(), c in wild(), d in wild()) {
        sound([
            normal_quantile(a),
            student_t_quantile(a, b),
            student_t_two_sided(a, b),
            chi_squared_quantile(a, b),
            chi_squared_tail(a, b),
            beta_cdf(a, b, c),
            beta_quantile(a, b, c),
            fisher_f_quantile(a, b, c),
            fisher_f_tail(a, b, c),
            effective_size(a, b, c, d, 0.95),
        ])?;
        sound(both(t_interval(a, b, c, d)))?;
        sound(both(logit_interval(a, b, c, [0.0, d], 0.95)))?;
        sound(both(arcsine_interval(a, b, c, d)))?;
        sound(both(beta_interval(a, b, c)))?;
        sound(both(wilson_interval(a, b, c)))?;
        sound(both(likelihood_interval(a, b, c, d)))?;
        sound(both(degenerate_interval(a, true, b)))?;
        sound(both(feldt_interval(a, 12, 4, b)))?;
    }

    #[test]
    fn counts(x in 0..60u64, n in 0..60u64, all in prop_oneof![0..80u64, Just(u64::MAX)], level in wild()) {
        if let Some([low, high]) = hypergeometric_interval(x, n, all, level) {
            prop_assert!(low <= high && high <= all);
        }
    }

    #[test]
    fn published_figures(
        parts in prop::collection::vec((prop::array::uniform6(wild()), 0..8u8), 0..4),
    ) {
        let part = |&([c, value, se, df, low, high], known): &([f64; 6], u8)| {
            let knows = |bit: u8| known & bit != 0;
            let (se, df) = (Some(se).filter(|_| knows(1)), Some(df).filter(|_| !knows(6)));
            let ci = Some([low, high]).filter(|_| knows(2));
            (c, Published { value, se, df, ci, census: knows(4) })
        };
        let parts: Vec<(f64, Published)> = parts.iter().map(part).collect();
        for found in [combined(&parts), weighted_mean(&parts)].into_iter().flatten() {
            sound([Some(found.value), found.se, found.df])?;
            sound(both(found.ci))?;
            prop_assert!(found.se.is_none_or(|se| se >= 0.0));
            prop_assert!(found.ci.is_none_or(|[low, high]| low <= high));
        }
    }

    #[test]
    fn lists(values in prop::collection::vec(wild(), 0..7), n in 0..20u64, x in wild()) {
        let populations: Vec<u64> = (0..values.len() as u64).map(|i| i * i).collect();
        for share in [Share::Equal, Share::Proportional, Share::Neyman(&values)] {
            if let Ok(real) = allocate(x, &populations, &share) {
                sound(real.iter().map(|&r| Some(r)))?;
            }
        }
        let bounds: Vec<(u64, u64)> = populations.iter().map(|&p| (p.min(2), p)).collect();
        let _ = allocate_exactly(n, &populations, &values, &bounds);
        prop_assert_eq!(round_largest_remainder(&values, u64::MAX).len(), values.len());
        if let Ok(p) = inclusion_probabilities(&values, populations.len()) {
            prop_assert!(systematic(&p, x).len() <= p.len());
        }
        let p: Vec<Option<f64>> = values.iter().map(|&v| Some(v)).collect();
        sound(adjust_p_values(&p, Adjustment::BenjaminiYekutieli))?;
        let cases = Dispositions { complete: x, refusal: values.first().copied().unwrap_or(0.0), ..Dispositions::default() };
        sound(cases.rates(Some(x)).response)?;
        let table = rate_table(&[StratumOutcome { outcomes: cases, weight: x }; 2]);
        sound(table.weighted.response.into_iter().chain(table.strata[0].contact))?;
        let items = item_rates(&[5, -1, 0, -2, 3], &values);
        sound([items.empty, items.dont_know, items.substantive])?;
        sound(benchmarked(&values, &values, x).into_iter().flatten().map(Some))?;
        let area = |&variance: &f64| AreaVariance { variance, n, share: Some(x), census: n > 15 };
        let areas: Vec<AreaVariance> = values.iter().map(area).collect();
        sound(smoothed_variances(&areas).into_iter().flatten().map(Some))?;
        let groups = vec![n; values.len()];
        if let Some(found) = representativity(&values, &groups, &groups) {
            sound([Some(found.indicator), Some(found.largest_bias)])?;
        }
        let cell = |&complete: &f64| ResponseCell {
            name: String::new(),
            branches: Vec::new(),
            outcomes: Dispositions { complete, unknown_other: x, ..cases },
            respondents: n,
            planned_census: complete < 0.5,
        };
        let cells: Vec<ResponseCell> = values.iter().map(cell).collect();
        let rule = JoinRule { least_respondents: n, largest_factor: x };
        if let Ok(found) = adjust_for_nonresponse(&cells, &rule) {
            sound(found.factors.iter().map(|&f| Some(f)).chain(found.eligible_share))?;
        }
    }

    #[test]
    fn plans(
        strata in prop::collection::vec((populations(), wild(), wild(), 0u64..9, populations()), 0..6),
        targets in prop::collection::vec((prop::collection::vec(0usize..6, 0..4), wild(), wild()), 0..4),
        n in populations(),
        level in wild(),
    ) {
        let people: Vec<u64> = strata.iter().map(|s| s.0).collect();
        let deviations: Vec<f64> = strata.iter().map(|s| s.1).collect();
        let bounds: Vec<(u64, u64)> = strata.iter().map(|s| (s.3, s.4)).collect();
        let costs: Vec<f64> = strata.iter().map(|s| s.2).collect();
        for share in [Share::Neyman(&deviations), Share::Cost(&deviations, &costs), Share::Equal] {
            if let Ok(real) = allocate_within(n, &people, &share, &bounds) {
                sound(real.iter().map(|&r| Some(r)))?;
                for (x, (&(lower, upper), &all)) in real.iter().zip(bounds.iter().zip(&people)) {
                    let upper = upper.min(all);
                    prop_assert!(lower.min(upper) as f64 <= *x && *x <= upper as f64);
                }
            }
        }
        let limits: Vec<StratumLimits> = strata
            .iter()
            .map(|s| StratumLimits { population: s.0, cost: s.2, lower: s.3, upper: s.4 })
            .collect();
        let targets: Vec<PrecisionTarget> = targets
            .into_iter()
            .map(|(domain, variance, fixed)| PrecisionTarget {
                strata: domain.into_iter().map(|h| (h, deviations.get(h).copied().unwrap_or(1.0))).collect(),
                variance,
                others: 5,
                fixed,
            })
            .collect();
        if let Ok(sample) = allocate_to_targets(&limits, &targets) {
            prop_assert!(sample.bound.is_finite() && sample.bound <= sample.cost);
            for (n, (&(lower, upper), &all)) in sample.respondents.iter().zip(bounds.iter().zip(&people)) {
                let upper = upper.min(all);
                prop_assert!(lower.min(upper) <= *n && *n <= upper);
            }
        }
        let planned: Vec<PlannedStratum> = strata
            .iter()
            .map(|s| PlannedStratum { population: s.0, respondents: s.2, deviation: s.1 })
            .collect();
        sound(expected_half_width(&planned, level, 1.0))?;
        sound(expected_respondents(n, n, level).ok().map(Some))?;
        sound(expected_margin(n, n.saturating_add(9), level, 0.95, 1.0).ok().map(Some))?;
        if let Ok(found) = smallest_differences(n, level, 0.95, 0.8, 0.3, 0.5) {
            sound([found.fall, found.rise])?;
        }
    }

    #[test]
    fn selections(
        units in prop::collection::vec((wild(), wild(), wild()), 0..9),
        n in 0usize..6,
    ) {
        let sizes: Vec<f64> = units.iter().map(|u| u.0).collect();
        let numbers: Vec<f64> = units.iter().map(|u| u.1).collect();
        let values: Vec<f64> = units.iter().map(|u| u.2).collect();
        let reached = inclusion_probabilities(&sizes, n).unwrap_or_default();
        for p in [&sizes, &reached] {
            for select in [pareto, conditional_poisson, sampford] {
                if let Ok(taken) = select(p, &numbers) {
                    prop_assert!(taken.windows(2).all(|pair| pair[0] < pair[1]));
                    prop_assert!(taken.iter().all(|&k| p[k] > 0.0));
                }
            }
            if let Ok(sample) = cube(p, &[values.clone(), sizes.clone()], &numbers) {
                sound(sample.imbalance.iter().copied())?;
                prop_assert!(sample.units.iter().all(|&k| p[k] > 0.0));
            }
        }
    }

    #[test]
    fn models(values in prop::collection::vec(wild(), 12), weights in prop::collection::vec(wild(), 4)) {
        let columns: Vec<Variable> = values
            .chunks(4)
            .filter_map(|c| Variable::numbers(c.to_vec()).ok())
            .collect();
        let items: Vec<&Variable> = columns.iter().collect();
        let found = reliability(&items, &weights);
        sound([found.alpha, found.standardised_alpha, found.lambda6, found.average_correlation])?;
        sound(found.item_total.iter().chain(&found.alpha_if_dropped).copied())?;
        if let Some(model) = one_factor(&items, &weights) {
            prop_assert!(model.omega.is_finite());
        }
        if let [outcome, predictors @ ..] = items.as_slice()
            && let Some(found) = drivers(outcome, predictors, &weights)
        {
            sound(found.shapley.iter().map(|&s| Some(s)))?;
        }
        if let Some(found) = incomplete_covariances(&items, &weights) {
            sound(found.covariance.into_iter().flatten().map(Some))?;
        }
        if let Some(found) = reliability_incomplete(&items, &weights) {
            sound([found.alpha, found.lambda6])?;
        }
        sound([ordinal_reliability(&items, &weights).alpha])?;
        if let [outcome, predictors @ ..] = items.as_slice() {
            if let Some(found) = drivers_incomplete(outcome, predictors, &weights) {
                sound(found.coefficients.iter().map(|&c| Some(c)))?;
            }
            if let Some(found) = sampled_drivers(outcome, predictors, &weights, 3, [0; 32]) {
                sound(found.shapley.iter().map(|&s| Some(s)))?;
            }
        }
        if let Some(areas) = fay_herriot(&values[..4], &weights, &[values[4..8].to_vec()]) {
            sound(areas.estimates.iter().map(|&e| Some(e)))?;
        }
        let covariance: Vec<Vec<f64>> = values.chunks(4).take(3).map(|c| c[..3].to_vec()).collect();
        let rule = RankRule { draws: 20, ..RankRule::default() };
        if let Ok(sets) = rank_sets(&values[..3], &covariance, &rule) {
            prop_assert!(sets.best.iter().zip(&sets.worst).all(|(b, w)| 1 <= *b && *b <= *w && *w <= 3));
        }
        let draws = Draws { count: 20, seed: [0; 32] };
        if let Some(found) = rank_probabilities(&values[..3], &covariance, &draws) {
            prop_assert!(found.iter().all(|row| (row.iter().sum::<f64>() - 1.0).abs() < 1e-9));
        }
        let design = Declaration::new(vec![Stratum::new("a", Some(9))], vec![0; 4]).build();
        if let (Ok(design), Some(variable)) = (design, columns.first()) {
            for rule in [QuantileRule::School, QuantileRule::Linear7, QuantileRule::Linear8] {
                let ask = Ask::default();
                if let Ok(q) = design.quantile(variable, &design.everyone(), weights[0], rule, &ask) {
                    sound([q.value, q.se, q.ci[0], q.ci[1]])?;
                }
            }
        }
    }

    #[test]
    fn tables_of_answers(
        values in prop::collection::vec(wild(), 3),
        instead in wild(),
        codes in prop::collection::vec(-3..6i8, 0..12),
    ) {
        let strata = vec![Stratum::new("a", Some(40)), Stratum::new("b", None)];
        let stratum_of = (0..codes.len()).map(|row| row % 2).collect();
        let design = Declaration::new(strata, stratum_of).build().expect("40 people or more");
        let scores = Scores::new((1..4i8).zip(values));
        let scale = Scale::scored(&scores, DontKnow::AsValue(instead));
        if let Ok(Some(drawn)) = design.replicate_answers(&codes, 1, 20, [0; 32]) {
            let domains = [vec![0], vec![1, 0, 7]];
            if let Ok(figures) = drawn.counts().means(&scale, &domains, &Ask::default()) {
                sound(figures.iter().flat_map(|f| [f.value, f.se, f.deff, f.n_eff]))?;
                figures.iter().try_for_each(|figure| sound(both(figure.ci)))?;
            }
            for mean in drawn.means(&scale, &domains).into_iter().flatten() {
                sound([mean.value, drawn.covariance(&mean, &mean)])?;
                sound(mean.replicates)?;
            }
        }
    }

    #[test]
    fn families(values in prop::collection::vec(wild(), 8), times in prop::collection::vec(wild(), 2), x in wild(), margin in wild()) {
        let strata = vec![Stratum::new("a", Some(9)), Stratum::new("b", None)];
        let Ok(variable) = Variable::numbers(values.clone()) else { return Ok(()) };
        let declaration = Declaration::new(strata, vec![0, 0, 0, 0, 1, 1, 1, 1]);
        let design = declaration.clone().build().expect("sound");
        let domains = [design.in_strata(&[0]), design.in_strata(&[1])];
        let mean = |d| design.mean(&variable, d).expect("same rows").bounded(x, margin);
        let figures = [mean(&domains[0]), mean(&domains[1])];
        let figures: Vec<&Figure<'_>> = figures.iter().collect();
        let draws = Draws { count: 20, seed: [0; 32] };
        let ask = Ask::default();
        let Ok(family) = Family::of(&figures, &ask) else { return Ok(()) };
        if let Some(trend) = family.trend(&times, 0.9) {
            sound([Some(trend.plain.value), trend.plain.se, trend.weighted.map(|w| w.value)])?;
            sound([trend.weighted.and_then(|w| w.se), trend.bend.map(|b| b.p_value)])?;
        }
        if let Some(found) = family.direction(&times, &draws) {
            sound([Some(found.rising), Some(found.falling)])?;
        }
        sound(family.step_down(x, &draws).iter().map(|test| test.map(|t| t.p_value)))?;
        let rule = RankRule { draws: 20, ..RankRule::default() };
        if let Ok(found) = family.ranking(&rule) {
            prop_assert!(found.rank.len() == 2);
        }
        if let Ok(found) = simultaneous_intervals(&figures, &Ask { level: 0.9, ..ask }, Together::MaxT(draws)) {
            sound([Some(found.each)])?;
        }
        for est in family.estimates() {
            if let Some(found) = equivalence(est, margin, 0.05) {
                sound([found.p_value, Some(found.interval[0]), Some(found.interval[1])])?;
            }
        }
        let terms = [0, 1].map(|k| Term { coefficient: x, variable: &variable, domain: &domains[k] });
        if let Ok(Some(sway)) = design.sway(&terms) {
            sound([sway.largest()])?;
        }
        let replicated = Replicated { value: None, replicates: vec![Some(50.0); 1_000] };
        let steps = [(x, 0.5), (margin, 1.0)];
        let criterion = Criterion { score: figures[0], replicated: &replicated, weight: 1.0, most: x, conversion: Conversion::Steps(&steps) };
        if let Ok(found) = points(&criterion, &ask) {
            sound([found.value, found.ci.map(|c| c[0]), found.ci.map(|c| c[1])])?;
        }
        if let Ok(weighted) = declaration.weights(Weights::Given(values)).build() {
            let margins = [Margin { class_of: vec![0, 1, 0, 1, 0, 1, 0, 1], counts: times }];
            if let Ok((found, _)) = weighted.raked_and_trimmed(&margins, Cap::Medians(x), &Limits::default()) {
                sound(found.weights().iter().map(|&w| Some(w)))?;
            }
        }
    }

    #[test]
    fn tables(counts in prop::collection::vec(prop::collection::vec(0..30u64, 3), 0..4)) {
        let table = CountTable::new(counts).expect("rows of one length");
        let small = table.small(5);
        if let Ok(found) = table.complement(&small, 2) {
            let mut withheld = small.clone();
            withheld.extend(&found.cells);
            let cells = table.feasible(&withheld).expect("cells of the table");
            for cell in &cells[..small.len()] {
                prop_assert!(cell.high - cell.low >= 2 && cell.low <= cell.value);
            }
        }
    }
}
