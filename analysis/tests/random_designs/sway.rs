//! What one form can do, against doing it: every form taken out, replaced and added.

use analysis::sway::{Change, Term};
use analysis::{Design, Domain, Figure};
use proptest::prelude::*;

use super::survey::{DESIGNS, Row, Survey, score, survey};

const COEFFICIENTS: [f64; 3] = [0.5, 0.3, -0.2];
/// The worst answer, the best, none.
const ANSWERS: [i8; 3] = [1, 5, -1];

/// A question among some, another among all, and the first again in one stratum.
fn domains(survey: &Survey, design: &Design) -> [Domain; 3] {
    [survey.inside(), design.everyone(), design.in_strata(&[0])]
}

fn value(survey: &Survey) -> Option<f64> {
    let design = survey.design();
    let questions = [score(survey, 0), score(survey, 1)];
    let figures: Vec<Figure<'_>> = domains(survey, &design)
        .iter()
        .zip([0, 1, 0])
        .map(|(domain, question)| design.mean(&questions[question], domain).expect("same rows"))
        .collect();
    let parts: Vec<(f64, &Figure<'_>)> = COEFFICIENTS.into_iter().zip(&figures).collect();
    Figure::combine(&parts).expect("one design").value()
}

/// The largest fall and rise that some surveys make, and whether one has no value.
fn extremes(before: f64, others: impl Iterator<Item = Survey>) -> (Option<Change>, bool) {
    let (mut change, mut vanishes) = (None, false);
    for survey in others {
        let Some(after) = value(&survey) else {
            vanishes = true;
            continue;
        };
        let change = change.get_or_insert(Change { fall: 0.0, rise: 0.0 });
        change.fall = change.fall.max(before - after);
        change.rise = change.rise.max(after - before);
    }
    (change, vanishes)
}

fn without(survey: &Survey, row: usize) -> Survey {
    let mut fewer = survey.clone();
    let gone = fewer.rows.remove(row);
    fewer.beyond[gone.stratum] = fewer.beyond[gone.stratum].map(|more| more + 1);
    fewer
}

fn replaced(survey: &Survey, row: usize) -> impl Iterator<Item = Survey> {
    ANSWERS.into_iter().flat_map(move |first| {
        ANSWERS.into_iter().map(move |second| {
            let mut other = survey.clone();
            other.rows[row].codes = [first, second];
            other
        })
    })
}

/// One form more in each stratum that has room, of the weight of the heaviest where weights are
/// given, and inside where somebody of the stratum takes part inside.
fn with_one_more(survey: &Survey) -> impl Iterator<Item = Survey> {
    let design = survey.design();
    let strata = (0..survey.beyond.len()).filter(|&s| survey.beyond[s] != Some(0));
    strata.flat_map(move |stratum| {
        let own = || survey.rows.iter().enumerate().filter(move |(_, row)| row.stratum == stratum);
        let people = design.strata()[stratum].population.map_or(1.0, |n| n as f64);
        let heaviest = own().map(|(_, row)| row.weight).fold(f64::NEG_INFINITY, f64::max);
        let weight = if own().next().is_none() { people } else { heaviest };
        let takes_part = |row: &Row, weight: f64| row.inside && row.codes[0] > 0 && weight > 0.0;
        let inside = own().any(|(place, row)| takes_part(row, design.weights()[place]));
        let added = move |codes| {
            let mut more = survey.clone();
            more.rows.push(Row { stratum, cluster: 0, weight, codes, inside });
            more.beyond[stratum] = more.beyond[stratum].map(|beyond| beyond - 1);
            more
        };
        let pairs = ANSWERS.into_iter().flat_map(|a| ANSWERS.into_iter().map(move |b| [a, b]));
        pairs.map(added).collect::<Vec<_>>()
    })
}

fn same(got: Option<Change>, want: Option<Change>) -> bool {
    let near = |a: f64, b: f64| (a - b).abs() <= 1e-9 * (1.0 + b.abs());
    match (got, want) {
        (Some(got), Some(want)) => near(got.fall, want.fall) && near(got.rise, want.rise),
        (got, want) => got.is_none() && want.is_none(),
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(DESIGNS / 10))]

    #[test]
    fn the_largest_change_of_one_form_is_found_without_trying_them_all(survey in survey()) {
        let survey = Survey { clusters: false, ..survey };
        let design = survey.design();
        let questions = [score(&survey, 0), score(&survey, 1)];
        let domains = domains(&survey, &design);
        let terms: Vec<Term<'_>> = (0..3)
            .map(|k| Term { coefficient: COEFFICIENTS[k], variable: &questions[k % 2], domain: &domains[k] })
            .collect();
        let sway = design.sway(&terms).expect("same rows");
        let Some(before) = value(&survey) else {
            prop_assert_eq!(sway, None);
            return Ok(());
        };
        let sway = sway.expect("a figure with a value");
        let rows = 0..survey.rows.len();
        let (removed, gone) = extremes(before, rows.clone().map(|row| without(&survey, row)));
        let (altered, emptied) = extremes(before, rows.flat_map(|row| replaced(&survey, row)));
        let (added, _) = extremes(before, with_one_more(&survey));
        prop_assert!(same(sway.removed, removed), "removed {:?} {:?}", sway, removed);
        prop_assert!(same(sway.altered, altered), "altered {:?} {:?}", sway, altered);
        prop_assert!(same(sway.added, added), "added {:?} {:?}", sway, added);
        prop_assert_eq!(sway.may_vanish, gone || emptied);
        prop_assert!(sway.largest().is_none_or(|largest| largest <= 200.0));
    }
}
