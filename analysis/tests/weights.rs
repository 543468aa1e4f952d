//! Weights for non-response and weights that meet margins under a cap.

use analysis::nonresponse::{JoinRule, ResponseCell, adjust_for_nonresponse};
use analysis::response_rate::{Dispositions, NonresponseError};
use analysis::{CalibrationError, Cap, Declaration, Design, Limits, Margin, Stratum, Weights};
use proptest::prelude::*;

/// A cell in which so many of those asked answered, each with weight 1.
fn cell(name: &str, branches: &[&str], answered: u32, silent: u32) -> ResponseCell {
    ResponseCell {
        name: name.into(),
        branches: branches.iter().map(|&b| b.to_owned()).collect(),
        outcomes: Dispositions {
            complete: f64::from(answered),
            no_contact: f64::from(silent),
            ..Dispositions::default()
        },
        respondents: u64::from(answered),
        planned_census: false,
    }
}

fn joined(cells: &[ResponseCell]) -> Vec<Vec<usize>> {
    let found = adjust_for_nonresponse(cells, &JoinRule::default()).expect("somebody answered");
    found.joined.into_iter().map(|joined| joined.cells).collect()
}

#[test]
fn thin_cells_are_joined_along_the_tree_and_no_further_than_needed() {
    let cells = [
        cell("A, nữ", &["A"], 5, 5),
        cell("A, nam", &["A"], 40, 10),
        cell("B, nữ", &["B"], 30, 10),
        cell("B, nam", &["B"], 8, 30),
        cell("C", &["C"], 4, 1),
    ];
    let found = adjust_for_nonresponse(&cells, &JoinRule::default()).expect("somebody answered");
    let names: Vec<Vec<String>> = found.joined.iter().map(|j| j.names.clone()).collect();
    // B, nam is joined within B; C, alone in its branch, with the neighbour before it.
    assert_eq!(names, [vec!["A, nữ", "A, nam"], vec!["B, nữ", "B, nam", "C"]]);
    assert_eq!(found.factors[..2], [60.0 / 45.0; 2]);
    assert_eq!(found.factors[2..], [83.0 / 42.0; 3]);
    assert!(found.joined.iter().all(|j| !j.thin));
    assert_eq!(
        found.weights(&[2.0, 3.0], &[0, 4]),
        Some(vec![2.0 * 60.0 / 45.0, 3.0 * 83.0 / 42.0])
    );
    assert_eq!(found.weights(&[2.0], &[5]), None);
    assert_eq!(found.weights(&[2.0], &[]), None);
}

#[test]
fn a_planned_census_is_never_joined() {
    let mut officials = cell("công chức", &["A"], 3, 9);
    officials.planned_census = true;
    let cells = [officials.clone(), cell("người dân", &["A"], 50, 50), cell("khác", &["A"], 2, 2)];
    let found = adjust_for_nonresponse(&cells, &JoinRule::default()).expect("somebody answered");
    let members: Vec<Vec<usize>> = found.joined.iter().map(|j| j.cells.clone()).collect();
    assert_eq!(members, [vec![0], vec![1, 2]]);
    assert_eq!(found.factors[0], 4.0);
    officials.outcomes.complete = 0.0;
    let silent = adjust_for_nonresponse(&[officials, cells[1].clone()], &JoinRule::default());
    assert_eq!(silent, Err(NonresponseError::NobodyAnswered { cell: 0, sampled: 9.0 }));
}

#[test]
fn where_few_answer_everywhere_cells_keep_their_differences() {
    // Factors of 5 and 4: above 3, but below twice that of all, and so the cells stay.
    let cells = [cell("A", &["A"], 30, 120), cell("B", &["B"], 30, 90)];
    assert_eq!(joined(&cells), [vec![0], vec![1]]);
    // One of 21 among cells of 2 is joined.
    let cells = [cell("A", &["A"], 20, 400), cell("B", &["B"], 400, 400)];
    assert_eq!(joined(&cells), [vec![0, 1]]);
}

#[test]
fn unknown_cases_are_split_by_the_known_ones_of_their_cell() {
    let mut known = cell("A", &["A"], 30, 10);
    known.outcomes.not_eligible = 10.0;
    known.outcomes.unknown_other = 20.0;
    let mut unknown = cell("B", &["A"], 0, 0);
    unknown.outcomes.unknown_household = 10.0;
    let found = adjust_for_nonresponse(&[known, unknown], &JoinRule::default()).expect("answers");
    // e = 40/50 in both: B has no known case of its own.
    assert_eq!(found.eligible_share, [Some(0.8), Some(0.8)]);
    assert_eq!(found.joined.len(), 1);
    assert!((found.joined[0].eligible - (40.0 + 16.0 + 8.0)).abs() < 1e-12);
    assert!((found.factors[1] - 64.0 / 30.0).abs() < 1e-12);
}

#[test]
fn nobody_at_the_root_is_an_error_and_too_few_are_told() {
    let silent = [cell("A", &["A"], 0, 9), cell("B", &["B"], 0, 4)];
    let error = adjust_for_nonresponse(&silent, &JoinRule::default()).expect_err("nobody");
    assert_eq!(error, NonresponseError::NobodyAnswered { cell: 0, sampled: 13.0 });
    let few = [cell("A", &["A"], 3, 2), cell("B", &["B"], 4, 1)];
    let found = adjust_for_nonresponse(&few, &JoinRule::default()).expect("somebody answered");
    assert!(found.joined.len() == 1 && found.joined[0].thin);
    let nobody_asked = [cell("A", &["A"], 0, 0)];
    let found = adjust_for_nonresponse(&nobody_asked, &JoinRule::default()).expect("nobody asked");
    assert_eq!((found.factors, found.joined[0].thin), (vec![1.0], false));
    assert!(adjust_for_nonresponse(&[], &JoinRule::default()).expect("no cells").joined.is_empty());
    let mut broken = cell("A", &["A"], 3, 2);
    broken.outcomes.refusal = f64::NAN;
    let error = adjust_for_nonresponse(&[broken], &JoinRule::default()).expect_err("a NaN");
    assert_eq!(error, NonresponseError::Unusable { cell: 0 });
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(if cfg!(debug_assertions) { 500 } else { 10_000 }))]

    #[test]
    fn respondents_stand_for_all_who_were_asked_and_no_thin_cell_is_left_beside_others(
        rows in prop::collection::vec((0..3usize, 0..3usize, 0..60u32, 0..90u32, 0..9u32, prop::bool::weighted(0.2)), 1..14),
    ) {
        let cells: Vec<ResponseCell> = rows.iter().map(|&(a, b, answered, silent, unknown, census)| {
            let mut cell = cell("c", &[["x", "y", "z"][a], ["p", "q", "r"][b]], answered, silent);
            cell.outcomes.unknown_other = f64::from(unknown);
            cell.planned_census = census;
            cell
        }).collect();
        let Ok(found) = adjust_for_nonresponse(&cells, &JoinRule::default()) else {
            // Only where a census, or everybody else together, gave no answer.
            let asked = |c: &&ResponseCell| c.outcomes.no_contact + c.outcomes.unknown_other > 0.0;
            let silent = |c: &ResponseCell| c.respondents == 0;
            let census = cells.iter().filter(asked).any(|c| c.planned_census && silent(c));
            prop_assert!(census || cells.iter().filter(|c| !c.planned_census).all(silent));
            return Ok(());
        };
        let mut seen: Vec<usize> = found.joined.iter().flat_map(|j| j.cells.clone()).collect();
        seen.sort_unstable();
        prop_assert_eq!(seen, (0..cells.len()).collect::<Vec<_>>());
        let standing: f64 = cells.iter().zip(&found.factors).map(|(c, f)| c.outcomes.complete * f).sum();
        let asked: f64 = found.joined.iter().map(|j| j.eligible).sum();
        prop_assert!((standing - asked).abs() <= 1e-9 * (1.0 + asked));
        prop_assert!(found.factors.iter().all(|f| *f >= 1.0 && f.is_finite()));
        let open = found.joined.iter().filter(|j| j.eligible > 0.0 && !j.cells.iter().any(|&c| cells[c].planned_census));
        let (thin, count) = open.fold((0, 0), |(thin, count), j| (thin + u32::from(j.thin), count + 1));
        prop_assert!(thin == 0 || count == 1, "{:?}", found.joined);
        prop_assert!(found.joined.iter().all(|j| j.cells.len() == 1 || j.cells.iter().all(|&c| !cells[c].planned_census)));
    }
}

fn weighted(weights: Vec<f64>) -> Design {
    let declaration = Declaration::new(vec![Stratum::new("A", None)], vec![0; weights.len()]);
    declaration.weights(Weights::Given(weights)).build().expect("sound")
}

fn margins() -> [Margin; 2] {
    [
        Margin { class_of: vec![0, 0, 0, 1, 1, 1, 0, 1], counts: vec![60.0, 40.0] },
        Margin { class_of: vec![0, 1, 0, 1, 0, 1, 1, 1], counts: vec![45.0, 55.0] },
    ]
}

#[test]
fn margins_and_cap_hold_together() {
    let design = weighted(vec![30.0, 5.0, 4.0, 6.0, 9.0, 2.0, 7.0, 5.0]);
    let (plain, _) = design.raked(&margins(), &Limits::default()).expect("consistent margins");
    let most = plain.weights().iter().copied().fold(0.0, f64::max);
    let cap = Cap::Weight(0.8 * most);
    let (found, report) =
        design.raked_and_trimmed(&margins(), cap, &Limits::default()).expect("room");
    assert_eq!(found.misfits(&margins()), []);
    assert!(found.weights().iter().all(|&w| w <= 0.8 * most * (1.0 + 1e-6)));
    assert!(report.turns > 0 && report.at_cap == 1 && report.cap == Some(0.8 * most));
    // Nothing to trim: raking alone.
    let wide = design.raked_and_trimmed(&margins(), Cap::Medians(50.0), &Limits::default());
    let (same, report) = wide.expect("room");
    assert_eq!((report.turns, report.at_cap, same.weights()), (0, 0, plain.weights()));
}

#[test]
fn with_one_margin_what_is_cut_stays_in_its_class() {
    let design = weighted(vec![50.0, 5.0, 5.0, 8.0, 8.0, 8.0]);
    let margin = Margin { class_of: vec![0, 0, 0, 1, 1, 1], counts: vec![60.0, 24.0] };
    let (found, _) = design
        .raked_and_trimmed(std::slice::from_ref(&margin), Cap::Weight(30.0), &Limits::default())
        .expect("room");
    for (got, want) in found.weights().iter().zip([30.0, 15.0, 15.0, 8.0, 8.0, 8.0]) {
        assert!((got - want).abs() < 1e-4, "{:?}", found.weights());
    }
}

#[test]
fn a_cap_that_cannot_hold_is_refused() {
    let design = weighted(vec![1.0; 8]);
    // Four rows cannot weigh 60 with 10 each.
    let refused = design.raked_and_trimmed(&margins(), Cap::Weight(10.0), &Limits::default());
    assert!(matches!(refused, Err(CalibrationError::Infeasible { .. })), "{refused:?}");
    let refused = design.raked_and_trimmed(&margins(), Cap::Weight(0.0), &Limits::default());
    assert!(matches!(refused, Err(CalibrationError::NotANumber { .. })));
    let nobody =
        weighted(vec![0.0; 8]).raked_and_trimmed(&[], Cap::Quartiles(6.0), &Limits::default());
    assert_eq!(nobody.expect("nothing to do").1.cap, None);
}

#[test]
fn classes_without_answers_are_named_and_left_out() {
    let design = weighted(vec![1.0, 2.0, 0.0]);
    let margin = Margin { class_of: vec![0, 0, 1], counts: vec![30.0, 10.0, 5.0] };
    assert!(design.poststratified(&margin).is_err());
    let (kept, empty) = design.answered_classes(&margin);
    assert_eq!((kept.counts, empty), (vec![30.0, 0.0, 0.0], vec![1, 2]));
    let misfits = design.misfits(std::slice::from_ref(&margin));
    assert_eq!(misfits.len(), 3);
    assert_eq!((misfits[0].class, misfits[0].count, misfits[0].weighted), (0, 30.0, 3.0));
}
