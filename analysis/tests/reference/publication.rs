//! Cases of what is said with the figures: ranks, reliability, drivers, small cells.

use analysis::Variable;
use analysis::disclosure::CountTable;
use analysis::driver::drivers;
use analysis::rank::{RankRule, rank_sets};
use analysis::reliability::{one_factor, reliability};
use serde_json::Value;

use super::case::{Case, Trouble, list, numbers, position};
use super::compare::Check;
use super::sample::{Sample, refused};
use super::table::{Table, Tables};

pub fn run<'c>(case: &'c Case, tables: &Tables) -> Result<Check<'c>, Trouble> {
    let mut check = Check::of(case);
    match case.function.as_str() {
        "rank_sets" => ranks(case, &mut check)?,
        "cronbach_alpha" => alpha(case, tables, &mut check)?,
        "cronbach_alpha_design" => {
            let sample = Sample::of(case, tables)?;
            let items = variables(&sample.table, &case.texts("variables"))?;
            let inside = sample.design.weights().iter().zip(&sample.mask);
            let weights: Vec<f64> = inside.map(|(w, &yes)| if yes { *w } else { 0.0 }).collect();
            check.field("alpha", reliability(&items.iter().collect::<Vec<_>>(), &weights).alpha);
        }
        "omega_total_one_factor_ml" => omega(case, tables, &mut check)?,
        "driver_importance" => importance(case, tables, &mut check)?,
        "complementary_suppression" => complement(case, &mut check)?,
        "suppression_intervals" => intervals(case, &mut check)?,
        _ => return Err(Trouble::NotMine),
    }
    Ok(check)
}

fn some(values: &[f64]) -> Vec<Option<f64>> {
    values.iter().map(|&v| Some(v)).collect()
}

fn variables(table: &Table, names: &[String]) -> Result<Vec<Variable>, Trouble> {
    names.iter().map(|n| Variable::numbers(table.numbers(n)?).map_err(refused)).collect()
}

fn ranks(case: &Case, check: &mut Check<'_>) -> Result<(), Trouble> {
    let covariance: Vec<Vec<f64>> = list(&case.args["covariance"]).iter().map(numbers).collect();
    let largest_first = case.args["rank_1_is"] != "smallest";
    let estimates: Vec<f64> =
        case.numbers("estimate").into_iter().map(|x| if largest_first { x } else { -x }).collect();
    let rule = RankRule {
        level: case.number("level").unwrap_or(0.95),
        simultaneous: case.args["simultaneous"] != false,
        step_down: case.args["stepdown"] != false,
        ..RankRule::default()
    };
    let sets = rank_sets(&estimates, &covariance, &rule).map_err(refused)?;
    for (key, got) in [("lower", &sets.best), ("upper", &sets.worst)] {
        let want: Vec<usize> =
            list(&case.expected[key]).iter().filter_map(|v| v.as_f64().map(position)).collect();
        if *got != want {
            check.wrong(format!("{key} is {got:?}, not {want:?}"));
        }
    }
    check.fields("critical_values", &some(&sets.critical_values));
    Ok(())
}

fn alpha(case: &Case, tables: &Tables, check: &mut Check<'_>) -> Result<(), Trouble> {
    let table = tables.get(&case.text("data")?)?;
    let items = variables(&table, &case.texts("variables"))?;
    let found = reliability(&items.iter().collect::<Vec<_>>(), &vec![1.0; table.rows]);
    check.field("n", Some(found.n as f64));
    check.field("raw_alpha", found.alpha);
    check.field("std_alpha", found.standardised_alpha);
    check.field("guttman_lambda6", found.lambda6);
    check.field("average_r", found.average_correlation);
    check.fields("alpha_if_dropped", &found.alpha_if_dropped);
    check.fields("corrected_item_total_r", &found.item_total);
    Ok(())
}

fn omega(case: &Case, tables: &Tables, check: &mut Check<'_>) -> Result<(), Trouble> {
    let table = tables.get(&case.text("data")?)?;
    let items = variables(&table, &case.texts("variables"))?;
    let model = one_factor(&items.iter().collect::<Vec<_>>(), &vec![1.0; table.rows]);
    let Some(model) = model else { return Err(Trouble::Wrong("no model".into())) };
    check.fields("loadings", &some(&model.loadings));
    check.fields("uniquenesses", &some(&model.uniquenesses));
    check.field("omega_total", Some(model.omega));
    Ok(())
}

fn importance(case: &Case, tables: &Tables, check: &mut Check<'_>) -> Result<(), Trouble> {
    let table = tables.get(&case.text("data")?)?;
    let outcome = variables(&table, &[case.text("outcome")?])?.remove(0);
    let predictors = variables(&table, &case.texts("predictors"))?;
    let weights = match case.text("weights") {
        Ok(column) => table.numbers(&column)?,
        Err(_) => vec![1.0; table.rows],
    };
    let found = drivers(&outcome, &predictors.iter().collect::<Vec<_>>(), &weights);
    let Some(found) = found else { return Err(Trouble::Wrong("no drivers".into())) };
    check.field("r2", Some(found.r_squared));
    check.field("n", Some(found.n as f64));
    check.fields("shapley_lmg", &some(&found.shapley));
    check.fields("johnson_relative_weights", &some(&found.relative_weights));
    Ok(())
}

fn count_table(case: &Case) -> Result<CountTable, Trouble> {
    let whole = |row: &Value| list(row).iter().filter_map(Value::as_u64).collect();
    CountTable::new(list(&case.args["table"]).iter().map(whole).collect()).map_err(refused)
}

fn complement(case: &Case, check: &mut Check<'_>) -> Result<(), Trouble> {
    let table = count_table(case)?;
    let small = table.small(case.count("primary_below")?);
    let found = table.complement(&small, 1).map_err(refused)?;
    check.field("extra_cells", Some(found.cells.len() as f64));
    check.field("extra_value", Some(found.value as f64));
    Ok(())
}

fn intervals(case: &Case, check: &mut Check<'_>) -> Result<(), Trouble> {
    let cell = |value: &Value| match numbers(value).as_slice() {
        [row, column] => Ok((position(row - 1.0), position(column - 1.0))),
        _ => Err(Trouble::Wrong("a cell is a row and a column".into())),
    };
    let withheld =
        list(&case.args["suppressed"]).iter().map(cell).collect::<Result<Vec<_>, _>>()?;
    let found = count_table(case)?.feasible(&withheld).map_err(refused)?;
    for want in list(&case.expected["cells"]) {
        let here = cell(&Value::from(vec![want["row"].clone(), want["col"].clone()]))?;
        let got = found.iter().find(|f| (f.row, f.column) == here);
        check.number("value", got.map(|f| f.value as f64), &want["value"]);
        check.number("low", got.map(|f| f.low as f64), &want["low"]);
        check.number("high", got.map(|f| f.high as f64), &want["high"]);
    }
    Ok(())
}
