//! Cases over replicate weights.

use analysis::interval::t_interval;
use analysis::replicate::rao_wu_factor;
use analysis::{Replicated, Replicates};
use serde_json::Value;

use super::case::{Case, Trouble, list, numbers};
use super::compare::Check;
use super::sample::{Sample, refused};
use super::table::Tables;

pub fn run<'c>(case: &'c Case, tables: &Tables) -> Result<Check<'c>, Trouble> {
    let mut check = Check::of(case);
    if case.function == "raowu_weight_factors" {
        factors(case, &mut check)?;
        return Ok(check);
    }
    if case.design["replicates"].is_null() {
        return Err(Trouble::NotMine);
    }
    let sample = Sample::with_replicates(case, tables)?;
    let replicates = declare(case, &sample, tables)?;
    match case.function.as_str() {
        "mean" | "total" => variables(case, &sample, &replicates, &mut check)?,
        "ratio" => ratio(case, &sample, &replicates, &mut check)?,
        "by_mean" | "by_total" => by_variable(case, &sample, &replicates, &mut check)?,
        "contrast" => contrast(case, &sample, &replicates, &mut check)?,
        _ => return Err(Trouble::NotMine),
    }
    Ok(check)
}

fn declare(case: &Case, sample: &Sample, tables: &Tables) -> Result<Replicates, Trouble> {
    let spec = &case.design["replicates"];
    let name = spec["weights_data"].as_str().unwrap_or_default();
    let columns = tables.get(name)?.all_numbers()?;
    let scale = spec["scale"].as_f64().unwrap_or(1.0);
    let mut scales = numbers(&spec["rscales"]);
    if scales.len() == 1 {
        scales = vec![scales[0]; columns.len()];
    }
    let combined = spec["combined"] == true;
    let base = sample.design.weights();
    Replicates::given(base, columns, combined, (scale, scales), spec["mse"] == true)
        .map_err(refused)
}

fn se(replicates: &Replicates, of: &Replicated) -> Option<f64> {
    replicates.covariance(of, of).map(f64::sqrt)
}

fn variables(
    case: &Case,
    sample: &Sample,
    replicates: &Replicates,
    check: &mut Check<'_>,
) -> Result<(), Trouble> {
    let variables = sample.variables(case)?;
    let domain = sample.complete(&variables);
    let all: Vec<Replicated> = variables
        .iter()
        .map(|v| match case.function.as_str() {
            "mean" => replicates.mean(v, &domain),
            _ => replicates.total(v, &domain),
        })
        .collect();
    let df = replicates.degrees_of_freedom();
    let level = case.expected["ci_level"].as_f64().unwrap_or(0.95);
    let limits: Vec<Option<[f64; 2]>> =
        all.iter().map(|r| t_interval(r.value?, se(replicates, r)?, df, level)).collect();
    check.fields("estimate", &all.iter().map(|r| r.value).collect::<Vec<_>>());
    check.fields("se", &all.iter().map(|r| se(replicates, r)).collect::<Vec<_>>());
    check.fields("ci_lower", &limits.iter().map(|l| l.map(|l| l[0])).collect::<Vec<_>>());
    check.fields("ci_upper", &limits.iter().map(|l| l.map(|l| l[1])).collect::<Vec<_>>());
    check.field("df", Some(df));
    let row = |a: &Replicated| {
        all.iter().map(|b| replicates.covariance(a, b).unwrap_or(f64::NAN)).collect()
    };
    let matrix: Vec<Vec<f64>> = all.iter().map(row).collect();
    check.matrix("vcov", &matrix, &case.expected["vcov"]);
    Ok(())
}

fn ratio(
    case: &Case,
    sample: &Sample,
    replicates: &Replicates,
    check: &mut Check<'_>,
) -> Result<(), Trouble> {
    let above = sample.variable(&case.text("numerator")?)?;
    let below = sample.variable(&case.text("denominator")?)?;
    let found = replicates.ratio(&above, &below, &sample.domain());
    let df = replicates.degrees_of_freedom();
    let se = se(replicates, &found);
    let limits = found.value.zip(se).and_then(|(v, se)| t_interval(v, se, df, 0.95));
    check.field("estimate", found.value);
    check.field("se", se);
    check.field("df", Some(df));
    check.field("ci_lower", limits.map(|l| l[0]));
    check.field("ci_upper", limits.map(|l| l[1]));
    Ok(())
}

fn by_variable(
    case: &Case,
    sample: &Sample,
    replicates: &Replicates,
    check: &mut Check<'_>,
) -> Result<(), Trouble> {
    for row in list(&case.expected["rows"]) {
        let name =
            row["variable"].as_str().map_or_else(|| case.text("variables"), |n| Ok(n.into()))?;
        let variable = sample.variable(&name)?;
        let domain = sample.cell(&row["by"])?;
        let found = match case.function.as_str() {
            "by_mean" => replicates.mean(&variable, &domain),
            _ => replicates.total(&variable, &domain),
        };
        check.number("estimate", found.value, &row["estimate"]);
        check.number("se", se(replicates, &found), &row["se"]);
    }
    Ok(())
}

fn contrast(
    case: &Case,
    sample: &Sample,
    replicates: &Replicates,
    check: &mut Check<'_>,
) -> Result<(), Trouble> {
    let variable = sample.variable(&case.text("variable")?)?;
    let cells = list(&case.expected["cells"]);
    let means = cells
        .iter()
        .map(|cell| Ok(replicates.mean(&variable, &sample.cell(&cell["by"])?)))
        .collect::<Result<Vec<_>, Trouble>>()?;
    let coefficient = |i: usize| cells[i]["coefficient"].as_f64().unwrap_or(0.0);
    let sum = |value: &dyn Fn(&Replicated) -> Option<f64>| -> Option<f64> {
        means.iter().enumerate().map(|(i, m)| Some(coefficient(i) * value(m)?)).sum()
    };
    let found = Replicated {
        value: sum(&|m| m.value),
        replicates: (0..replicates.len()).map(|r| sum(&|m| m.replicates[r])).collect(),
    };
    check.field("estimate", found.value);
    check.field("se", se(replicates, &found));
    Ok(())
}

fn factors(case: &Case, check: &mut Check<'_>) -> Result<(), Trouble> {
    let (n, m, f) = (case.counts("n_h"), case.counts("m_h"), case.numbers("f_h"));
    for (row, drawn) in list(&case.args["resample_counts"]).iter().enumerate() {
        let got: Vec<Option<f64>> = list(drawn)
            .iter()
            .map(|r| r.as_u64().map(|r| rao_wu_factor(r, m[row], n[row], 1.0 - f[row])))
            .collect();
        let want = case.expected["factors"].get(row).map(list).unwrap_or_default();
        check.list("factors", &got, &want);
    }
    if case.expected["factors"] == Value::Null {
        return Err(Trouble::Wrong("nothing to compare with".into()));
    }
    Ok(())
}
