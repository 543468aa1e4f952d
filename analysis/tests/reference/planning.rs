//! Cases of planning and fieldwork: sizes, allocation, selection, response.

use std::collections::BTreeMap;

use analysis::allocate::{
    Share, allocate, allocate_exactly, allocation_variance, round_largest_remainder,
};
use analysis::response_rate::{Dispositions, nonresponse_factors};
use analysis::sample_size::{Precision, sample_size_share, sample_size_yamane};
use analysis::select::{inclusion_probabilities, systematic};

use super::case::{Case, Trouble, list, position, whole};
use super::compare::Check;
use super::sample::refused;
use super::table::Tables;

pub fn run<'c>(case: &'c Case, tables: &Tables) -> Result<Check<'c>, Trouble> {
    let mut check = Check::of(case);
    match case.function.as_str() {
        "sample_size" => size(case, &mut check)?,
        "allocation" => allocation(case, &mut check)?,
        "allocation_exact_integer" => exact(case, &mut check)?,
        "response_rates" => rates(case, &mut check)?,
        "nonresponse_cell_adjustment" => nonresponse(case, tables, &mut check)?,
        "inclusion_probabilities" => {
            check.fields("pi", &some(&probabilities(case, tables)?));
        }
        "pps_systematic" => {
            let taken = systematic(&probabilities(case, tables)?, case.number("start")?);
            let rows: Vec<f64> = taken.into_iter().map(|unit| unit as f64 + 1.0).collect();
            check.fields("selected_rows_1based", &some(&rows));
        }
        _ => return Err(Trouble::NotMine),
    }
    Ok(check)
}

fn some(values: &[f64]) -> Vec<Option<f64>> {
    values.iter().map(|&v| Some(v)).collect()
}

fn size(case: &Case, check: &mut Check<'_>) -> Result<(), Trouble> {
    let population = case.count("N")?;
    if case.text("method")? == "yamane" {
        let size = sample_size_yamane(population, case.number("e")?).map_err(refused)?;
        check.field("n_real", Some(size.exact));
        check.field("n", Some(size.respondents as f64));
        return Ok(());
    }
    let precision = Precision {
        margin: case.number("margin")?,
        level: case.number("level")?,
        deff: case.number("deff").unwrap_or(1.0),
        response_rate: case.number("response_rate").unwrap_or(1.0),
    };
    let size = sample_size_share(population, case.number("p")?, &precision).map_err(refused)?;
    check.field("n0", Some(size.infinite));
    check.field("n_respondents_real", Some(size.exact));
    check.field("n_respondents", Some(size.respondents as f64));
    check.field("n_to_draw", Some(size.draw as f64));
    Ok(())
}

fn allocation(case: &Case, check: &mut Check<'_>) -> Result<(), Trouble> {
    let n = case.number("n")?;
    let (deviations, costs) = (case.numbers("S"), case.numbers("cost"));
    let (size, cv) = (case.numbers("X"), case.numbers("cv"));
    let method = case.text("method")?;
    let share = match method.as_str() {
        "proportional" => Share::Proportional,
        "equal" => Share::Equal,
        "neyman" => Share::Neyman(&deviations),
        "cost" => Share::Cost(&deviations, &costs),
        "power" => Share::Power { size: &size, cv: &cv, q: case.number("q")? },
        other => return Err(Trouble::Wrong(format!("unknown allocation {other}"))),
    };
    let populations = if method == "power" { vec![0; size.len()] } else { case.counts("N") };
    let real = allocate(n, &populations, &share).map_err(refused)?;
    check.fields("real", &some(&real));
    let rounded = round_largest_remainder(&real, whole(n));
    let rounded: Vec<f64> = rounded.into_iter().map(|x| x as f64).collect();
    check.fields("rounded_largest_remainder", &some(&rounded));
    Ok(())
}

fn exact(case: &Case, check: &mut Check<'_>) -> Result<(), Trouble> {
    let (populations, deviations) = (case.counts("N"), case.numbers("S"));
    let bounds: Vec<(u64, u64)> =
        case.counts("lower").into_iter().zip(case.counts("upper")).collect();
    let n = case.count("n")?;
    let given = allocate_exactly(n, &populations, &deviations, &bounds).map_err(refused)?;
    let objective = allocation_variance(&given, &populations, &deviations);
    check.field("objective", Some(objective));
    Ok(())
}

fn rates(case: &Case, check: &mut Check<'_>) -> Result<(), Trouble> {
    let number = |key: &str| case.number(key).unwrap_or(0.0);
    let cases = Dispositions {
        complete: number("I"),
        partial: number("P"),
        refusal: number("R"),
        no_contact: number("NC"),
        other: number("O"),
        unknown_household: number("UH"),
        unknown_other: number("UO"),
        not_eligible: number("NE"),
    };
    let rates = cases.rates(case.number("e").ok());
    for (prefix, values) in [
        ("RR", rates.response.as_slice()),
        ("COOP", rates.cooperation.as_slice()),
        ("REF", rates.refusal.as_slice()),
        ("CON", rates.contact.as_slice()),
    ] {
        for (number, &value) in values.iter().enumerate() {
            check.field(&format!("{prefix}{}", number + 1), value);
        }
    }
    Ok(())
}

/// The design weight is a column, or the quotient of two.
fn nonresponse(case: &Case, tables: &Tables, check: &mut Check<'_>) -> Result<(), Trouble> {
    let table = tables.get(&case.text("data")?)?;
    let text = case.text("design_weight")?;
    let weight: Vec<f64> = match text.split_once('/') {
        Some((above, below)) => {
            let (above, below) = (table.numbers(above.trim())?, table.numbers(below.trim())?);
            above.iter().zip(below).map(|(a, b)| a / b).collect()
        }
        None => table.numbers(&text)?,
    };
    let sampled = table.numbers(&case.text("sampled")?)?;
    let responded = table.numbers(&case.text("responded")?)?;
    let cells = table.texts(&case.text("cell")?)?;
    let mut sums: BTreeMap<&str, (f64, f64)> = BTreeMap::new();
    for (row, cell) in cells.iter().enumerate() {
        let sum = sums.entry(cell.as_deref().unwrap_or_default()).or_default();
        sum.0 += weight[row] * sampled[row];
        sum.1 += weight[row] * responded[row];
    }
    let asked: Vec<f64> = sums.values().map(|s| s.0).collect();
    let answered: Vec<f64> = sums.values().map(|s| s.1).collect();
    let factors = nonresponse_factors(&asked, &answered).map_err(refused)?;
    for (cell, &factor) in sums.keys().zip(&factors) {
        check.number(cell, Some(factor), &case.expected["adjustment"][*cell]);
    }
    let sum: f64 = factors.iter().zip(&answered).map(|(f, a)| f * a).sum();
    check.field("sum_adjusted_weights", Some(sum));
    if list(&case.expected["adjustment"]).is_empty() {
        check.wrong("nothing to compare with".into());
    }
    Ok(())
}

fn probabilities(case: &Case, tables: &Tables) -> Result<Vec<f64>, Trouble> {
    let sizes = tables.get(&case.text("data")?)?.numbers(&case.text("size")?)?;
    inclusion_probabilities(&sizes, position(case.number("n")?)).map_err(refused)
}
