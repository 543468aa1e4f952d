//! Cases over a design: means, totals, ratios, contrasts, intervals of shares.

use analysis::{Ask, DegreesOfFreedom, Est, Figure, IntervalRule, Variable, covariance_matrix};
use serde_json::Value;

use super::case::{Case, Trouble, list};
use super::compare::Check;
use super::sample::{Sample, refused};
use super::table::Tables;

pub fn run<'c>(case: &'c Case, tables: &Tables) -> Result<Check<'c>, Trouble> {
    let compute = match case.function.as_str() {
        "mean" | "total" => mean_or_total,
        "ratio" => ratio,
        "by_mean" | "by_total" => by_variable,
        "by_ratio" => by_ratio,
        "contrast" => contrast,
        "degf" => degrees_of_freedom,
        "ciprop" => share_interval,
        "weights" => weights,
        _ => return Err(Trouble::NotMine),
    };
    compute(case, &Sample::of(case, tables)?)
}

/// The plain t interval with the degrees of freedom of the whole domain.
fn ask(df: f64) -> Ask {
    Ask { df: DegreesOfFreedom::Given(df), interval: IntervalRule::T, ..Ask::default() }
}

fn mean_or_total<'c>(case: &'c Case, sample: &Sample) -> Result<Check<'c>, Trouble> {
    let mut check = Check::of(case);
    let variables = sample.variables(case)?;
    let domain = sample.complete(&variables);
    let df = sample.design.degrees_of_freedom(&sample.domain());
    let mut ask = ask(df);
    ask.level = case.expected["ci_level"].as_f64().unwrap_or(0.95);
    ask.deff_with_replacement = case.args["deff"] == "replace";
    let figure = |v: &Variable| match case.function.as_str() {
        "mean" => sample.design.mean(v, &domain),
        _ => sample.design.total(v, &domain),
    };
    let figures = variables.iter().map(figure).collect::<Result<Vec<_>, _>>().map_err(refused)?;
    let estimates: Vec<Est> =
        figures.iter().map(|f| f.estimate_with(&ask)).collect::<Result<_, _>>().map_err(refused)?;
    let each = |of: &dyn Fn(&Est) -> Option<f64>| estimates.iter().map(of).collect::<Vec<_>>();
    check.fields("estimate", &each(&|e| e.value));
    check.fields("se", &each(&|e| e.se));
    check.fields("ci_lower", &each(&|e| e.ci.map(|c| c[0])));
    check.fields("ci_upper", &each(&|e| e.ci.map(|c| c[1])));
    check.fields("deff", &each(&|e| e.deff));
    check.field("df", Some(df));
    let all: Vec<&Figure<'_>> = figures.iter().collect();
    let matrix = covariance_matrix(&all).map_err(refused)?;
    check.matrix("vcov", &matrix, &case.expected["vcov"]);
    Ok(check)
}

fn ratio<'c>(case: &'c Case, sample: &Sample) -> Result<Check<'c>, Trouble> {
    let mut check = Check::of(case);
    let domain = sample.domain();
    let df = sample.design.degrees_of_freedom(&domain);
    let numerator = sample.variable(&case.text("numerator")?)?;
    let denominator = sample.variable(&case.text("denominator")?)?;
    let figure = sample.design.ratio(&numerator, &denominator, &domain).map_err(refused)?;
    let est = figure.estimate_with(&ask(df)).map_err(refused)?;
    check.field("estimate", est.value);
    check.field("se", est.se);
    check.field("df", Some(df));
    check.field("ci_lower", est.ci.map(|c| c[0]));
    check.field("ci_upper", est.ci.map(|c| c[1]));
    Ok(check)
}

fn by_variable<'c>(case: &'c Case, sample: &Sample) -> Result<Check<'c>, Trouble> {
    let mut check = Check::of(case);
    for row in list(&case.expected["rows"]) {
        let name = match row["variable"].as_str() {
            Some(name) => name.to_owned(),
            None => case.text("variables")?,
        };
        let variable = sample.variable(&name)?;
        let domain = sample.cell(&row["by"])?;
        let figure = match case.function.as_str() {
            "by_mean" => sample.design.mean(&variable, &domain),
            _ => sample.design.total(&variable, &domain),
        };
        let est = figure.and_then(|f| f.estimate()).map_err(refused)?;
        compare_row(&mut check, &row, &est);
    }
    Ok(check)
}

fn by_ratio<'c>(case: &'c Case, sample: &Sample) -> Result<Check<'c>, Trouble> {
    let mut check = Check::of(case);
    let numerator = sample.variable(&case.text("numerator")?)?;
    let denominator = sample.variable(&case.text("denominator")?)?;
    for row in list(&case.expected["rows"]) {
        let domain = sample.cell(&row["by"])?;
        let figure = sample.design.ratio(&numerator, &denominator, &domain);
        let est = figure.and_then(|f| f.estimate()).map_err(refused)?;
        compare_row(&mut check, &row, &est);
    }
    Ok(check)
}

fn compare_row(check: &mut Check<'_>, row: &Value, est: &Est) {
    check.number(&format!("n of {}", row["by"]), Some(est.n as f64), &row["n"]);
    check.number(&format!("estimate of {}", row["by"]), est.value, &row["estimate"]);
    check.number(&format!("se of {}", row["by"]), est.se, &row["se"]);
}

fn contrast<'c>(case: &'c Case, sample: &Sample) -> Result<Check<'c>, Trouble> {
    let mut check = Check::of(case);
    let names = case.texts("variable");
    let variables =
        names.iter().map(|n| sample.variable(n)).collect::<Result<Vec<Variable>, _>>()?;
    let complete = sample.complete(&variables);
    let mut figures = Vec::new();
    let mut coefficients = Vec::new();
    for cell in list(&case.expected["cells"]) {
        let position = names.iter().position(|n| cell["variable"] == **n).unwrap_or(0);
        let variable = variables.get(position).ok_or(Trouble::Wrong("no variable".into()))?;
        let domain = sample.cell(&cell["by"])?.and(&complete);
        figures.push(sample.design.mean(variable, &domain).map_err(refused)?);
        coefficients.push(cell["coefficient"].as_f64().unwrap_or(0.0));
    }
    let means: Vec<Option<f64>> = figures.iter().map(Figure::value).collect();
    check.fields("cell_means", &means);
    let all: Vec<&Figure<'_>> = figures.iter().collect();
    let matrix = covariance_matrix(&all).map_err(refused)?;
    check.matrix("cell_vcov", &matrix, &case.expected["cell_vcov"]);
    let parts: Vec<(f64, &Figure<'_>)> = coefficients.into_iter().zip(all).collect();
    let figure = Figure::combine(&parts).map_err(refused)?;
    let domain = match names.len() {
        1 => complete,
        _ => sample.domain(),
    };
    let df = sample.design.degrees_of_freedom(&domain);
    let est = figure.estimate_with(&ask(df)).map_err(refused)?;
    check.field("estimate", est.value);
    check.field("se", est.se);
    check.field("df", est.df);
    let t = est.value.zip(est.se).map(|(v, se)| v / se);
    check.field("t", t);
    let p = t.and_then(|t| analysis::distribution::student_t_two_sided(t, df));
    check.field("p_value_two_sided", p);
    Ok(check)
}

fn degrees_of_freedom<'c>(case: &'c Case, sample: &Sample) -> Result<Check<'c>, Trouble> {
    let mut check = Check::of(case);
    check.field("df", Some(sample.design.degrees_of_freedom(&sample.domain())));
    check.field("n_rows", Some(sample.domain().len() as f64));
    Ok(check)
}

fn share_interval<'c>(case: &'c Case, sample: &Sample) -> Result<Check<'c>, Trouble> {
    let mut check = Check::of(case);
    let literal = case.text("equals").unwrap_or_else(|_| case.args["equals"].to_string());
    let quoted = literal.trim().trim_matches(['\'', '"']);
    let value = match quoted.parse::<f64>() {
        Ok(number) if quoted == literal.trim() => Value::from(number),
        _ => Value::from(quoted),
    };
    let name = case.text("variable")?;
    let hits = sample.table.equals(&name, &value)?;
    let cells = sample.table.texts(&name)?;
    let answers = hits.iter().zip(cells).map(|(&hit, cell)| cell.is_some().then_some(hit));
    let variable = Variable::condition(answers);
    let df = sample.design.degrees_of_freedom(&sample.domain());
    let interval = match case.text("method")?.as_str() {
        "mean" => IntervalRule::T,
        "logit" | "xlogit" => IntervalRule::Logit,
        "asin" => IntervalRule::Arcsine,
        "beta" => IntervalRule::KornGraubardUnlimited,
        "wilson" => IntervalRule::Wilson,
        "likelihood" => IntervalRule::Likelihood,
        other => return Err(Trouble::Wrong(format!("unknown interval {other}"))),
    };
    let level = case.number("level").unwrap_or(0.95);
    let ask = Ask { level, interval, ..ask(df) };
    let figure = sample.design.mean(&variable, &sample.domain()).map_err(refused)?;
    let est = figure.estimate_with(&ask).map_err(refused)?;
    check.field("estimate", est.value);
    check.field("se", est.se);
    check.field("df", Some(df));
    check.field("ci_lower", est.ci.map(|c| c[0]));
    check.field("ci_upper", est.ci.map(|c| c[1]));
    Ok(check)
}

fn weights<'c>(case: &'c Case, sample: &Sample) -> Result<Check<'c>, Trouble> {
    let mut check = Check::of(case);
    let domain = sample.domain();
    let weights: Vec<f64> = domain.rows().map(|row| sample.design.weights()[row]).collect();
    let (n, sum) = (weights.len() as f64, weights.iter().sum::<f64>());
    let squares: f64 = weights.iter().map(|w| w * w).sum();
    check.field("n", Some(n));
    check.field("sum", Some(sum));
    check.field("sum_squares", Some(squares));
    check.field("min", weights.iter().copied().reduce(f64::min));
    check.field("max", weights.iter().copied().reduce(f64::max));
    check.field("kish_deff", Some(n * squares / (sum * sum)));
    check.fields("weights", &weights.iter().map(|&w| Some(w)).collect::<Vec<_>>());
    Ok(check)
}
