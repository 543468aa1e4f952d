//! Cases over a design that are more than a mean: variances, tests, regressions, quantiles.

use analysis::{
    Ask, Figure, IndependenceRule, IntervalRule, QuantileRule, Variable, covariance_matrix,
};

use super::case::{Case, Trouble};
use super::compare::Check;
use super::expression::{Dual, evaluate};
use super::sample::{Sample, refused};
use super::table::Tables;

pub fn run<'c>(case: &'c Case, tables: &Tables) -> Result<Check<'c>, Trouble> {
    let compute = match case.function.as_str() {
        "variance" => variance,
        "nonlinear_contrast" => nonlinear,
        "ttest" => two_groups,
        "glm_linear" => regression,
        "chisq" => independence,
        "quantile" => quantile,
        _ => return Err(Trouble::NotMine),
    };
    compute(case, &Sample::of(case, tables)?)
}

fn variance<'c>(case: &'c Case, sample: &Sample) -> Result<Check<'c>, Trouble> {
    let mut check = Check::of(case);
    let variable = sample.variable(&case.text("variable")?)?;
    let figure = sample.design.variance(&variable, &sample.domain()).map_err(refused)?;
    let est = figure.estimate().map_err(refused)?;
    check.field("estimate", est.value);
    check.field("se", est.se);
    Ok(check)
}

fn nonlinear<'c>(case: &'c Case, sample: &Sample) -> Result<Check<'c>, Trouble> {
    let mut check = Check::of(case);
    let variables = sample.variables(case)?;
    let domain = sample.complete(&variables);
    let means = variables.iter().map(|v| sample.design.mean(v, &domain));
    let means = means.collect::<Result<Vec<_>, _>>().map_err(refused)?;
    let names = case.texts("variables");
    let text = case.text("r_expression")?;
    let values: Option<Vec<f64>> = means.iter().map(Figure::value).collect();
    let Dual { value, gradient } =
        evaluate(&text, &names, &values.unwrap_or_default()).map_err(Trouble::Wrong)?;
    let all: Vec<&Figure<'_>> = means.iter().collect();
    let figure = Figure::function(&all, |_| (value, gradient)).map_err(refused)?;
    let est = figure.estimate().map_err(refused)?;
    check.field("estimate", est.value);
    check.field("se", est.se);
    check.field("df", Some(sample.design.degrees_of_freedom(&sample.domain())));
    Ok(check)
}

fn two_groups<'c>(case: &'c Case, sample: &Sample) -> Result<Check<'c>, Trouble> {
    let mut check = Check::of(case);
    let outcome = sample.variable(&case.text("variable")?)?;
    let group = case.text("group")?;
    let levels = sample.table.levels(&group)?;
    let cells = sample.table.texts(&group)?;
    let second = cells.iter().map(|c| c.as_ref().map(|c| levels.get(1) == Some(c)));
    let columns = [sample.ones(), Variable::condition(second)];
    let figures = sample.design.regression(&outcome, &columns, &sample.domain());
    let figures = figures.map_err(refused)?;
    let [_, slope] = figures.as_slice() else { return Err(Trouble::Wrong("two columns".into())) };
    let mut all = columns.to_vec();
    all.push(outcome);
    let df = sample.design.degrees_of_freedom(&sample.complete(&all)) - 1.0;
    let est = slope.estimate().map_err(refused)?;
    let t = est.value.zip(est.se).map(|(v, se)| v / se);
    check.field("estimate", est.value);
    check.field("t", t);
    check.field("df", Some(df));
    check.field("p_value", t.and_then(|t| analysis::distribution::student_t_two_sided(t, df)));
    Ok(check)
}

fn regression<'c>(case: &'c Case, sample: &Sample) -> Result<Check<'c>, Trouble> {
    let mut check = Check::of(case);
    let text = case.text("r_formula")?;
    let (outcome, terms) =
        text.split_once('~').ok_or_else(|| Trouble::Wrong(format!("formula {text}")))?;
    let bare = |name: &str| name.trim().trim_matches('`').to_owned();
    let outcome = sample.variable(&bare(outcome))?;
    let mut columns = vec![sample.ones()];
    for term in terms.split('+').map(bare) {
        match term.as_str() {
            "1" => {}
            "0" => {
                columns.remove(0);
            }
            name => columns.extend(sample.factor(name)?),
        }
    }
    let figures = sample.design.regression(&outcome, &columns, &sample.domain());
    let figures = figures.map_err(refused)?;
    let ests =
        figures.iter().map(Figure::estimate).collect::<Result<Vec<_>, _>>().map_err(refused)?;
    check.fields("estimate", &ests.iter().map(|e| e.value).collect::<Vec<_>>());
    check.fields("se", &ests.iter().map(|e| e.se).collect::<Vec<_>>());
    let all: Vec<&Figure<'_>> = figures.iter().collect();
    let matrix = covariance_matrix(&all).map_err(refused)?;
    check.matrix("vcov", &matrix, &case.expected["vcov"]);
    let count = columns.len() as f64;
    columns.push(outcome);
    let df = sample.design.degrees_of_freedom(&sample.complete(&columns)) + 1.0 - count;
    check.field("df_residual", Some(df));
    Ok(check)
}

fn independence<'c>(case: &'c Case, sample: &Sample) -> Result<Check<'c>, Trouble> {
    let mut check = Check::of(case);
    let rule = match case.text("statistic")?.as_str() {
        "F" => IndependenceRule::RaoScottF,
        "Chisq" => IndependenceRule::RaoScottChiSquared,
        "Wald" => IndependenceRule::Wald,
        "adjWald" => IndependenceRule::AdjustedWald,
        "saddlepoint" => IndependenceRule::Saddlepoint,
        other => return Err(Trouble::Wrong(format!("unknown statistic {other}"))),
    };
    let rows = sample.classes(&case.text("row")?)?;
    let columns = sample.classes(&case.text("col")?)?;
    let test = sample.design.independence(&rows, &columns, &sample.domain(), rule);
    let test = test.map_err(refused)?;
    check.field("statistic", test.map(|t| t.statistic));
    check.field("p_value", test.map(|t| t.p_value));
    let parameter = &case.expected["parameter"];
    let df = test.and_then(|t| t.df);
    check.number("ndf", df, &parameter["ndf"]);
    check.number("df", df, &parameter["df"]);
    check.number("ddf", test.and_then(|t| t.df_below), &parameter["ddf"]);
    Ok(check)
}

fn quantile<'c>(case: &'c Case, sample: &Sample) -> Result<Check<'c>, Trouble> {
    let mut check = Check::of(case);
    let variable = sample.variable(&case.text("variable")?)?;
    let rule = match case.text("qrule")?.as_str() {
        "math" | "hf1" => QuantileRule::Math,
        "school" | "hf2" => QuantileRule::School,
        "hf4" => QuantileRule::Linear4,
        "hf6" => QuantileRule::Linear6,
        "hf7" => QuantileRule::Linear7,
        "hf8" => QuantileRule::Linear8,
        other => return Err(Trouble::Wrong(format!("unknown rule {other}"))),
    };
    let interval = match case.text("interval")?.as_str() {
        "mean" => IntervalRule::T,
        "beta" => IntervalRule::KornGraubardUnlimited,
        "xlogit" => IntervalRule::Logit,
        "asin" => IntervalRule::Arcsine,
        other => return Err(Trouble::Wrong(format!("unknown interval {other}"))),
    };
    let ask = Ask { interval, ..Ask::default() };
    let domain = sample.complete(std::slice::from_ref(&variable));
    let quantiles = case
        .numbers("probs")
        .into_iter()
        .map(|p| sample.design.quantile(&variable, &domain, p, rule, &ask).map_err(refused));
    let quantiles = quantiles.collect::<Result<Vec<_>, _>>()?;
    check.fields("estimate", &quantiles.iter().map(|q| q.value).collect::<Vec<_>>());
    check.fields("ci_lower", &quantiles.iter().map(|q| q.ci[0]).collect::<Vec<_>>());
    check.fields("ci_upper", &quantiles.iter().map(|q| q.ci[1]).collect::<Vec<_>>());
    let width = |q: &analysis::Quantile| q.se.or(q.ci[0].zip(q.ci[1]).map(|_| 0.0));
    check.fields("se", &quantiles.iter().map(width).collect::<Vec<_>>());
    check.field("df", Some(sample.design.degrees_of_freedom(&sample.domain())));
    Ok(check)
}
