//! Cases without a design: distributions and exact intervals.

use analysis::distribution::{
    beta_cdf, beta_quantile, chi_squared_quantile, chi_squared_tail, fisher_f_quantile,
    fisher_f_tail, normal_cdf, normal_quantile, student_t_quantile, student_t_two_sided,
};
use analysis::interval::{degenerate_interval, hypergeometric_interval};

use analysis::multiplicity::{Adjustment, adjust_p_values};
use serde_json::Value;

use super::case::{Case, Trouble, list};
use super::compare::Check;
use super::table::Tables;

pub fn run<'c>(case: &'c Case, _tables: &Tables) -> Result<Check<'c>, Trouble> {
    let mut check = Check::of(case);
    match case.function.as_str() {
        "normal" => {
            let quantiles = each(case, "p", normal_quantile);
            check.fields("quantile", &quantiles);
            check.fields("cdf", &each(case, "x", |x| Some(normal_cdf(x))));
        }
        "student_t" => {
            let df = infinite_or(case, "df");
            check.fields("quantile", &each(case, "p", |p| student_t_quantile(p, df)));
            check.fields("two_sided_p", &each(case, "x", |x| student_t_two_sided(x, df)));
        }
        "chi_squared" => {
            let df = case.number("df")?;
            check.fields("quantile", &each(case, "p", |p| chi_squared_quantile(p, df)));
            check.fields("upper_tail", &each(case, "x", |x| chi_squared_tail(x, df)));
        }
        "beta" => {
            let (a, b) = (case.number("a")?, case.number("b")?);
            check.fields("quantile", &each(case, "p", |p| beta_quantile(p, a, b)));
            check.field("cdf_at_mean", beta_cdf(a / (a + b), a, b));
        }
        "fisher_f" => {
            let (d1, d2) = (case.number("d1")?, infinite_or(case, "d2"));
            check.fields("quantile", &each(case, "p", |p| fisher_f_quantile(p, d1, d2)));
            check.fields("upper_tail", &each(case, "x", |x| fisher_f_tail(x, d1, d2)));
        }
        "ciprop_hypergeometric" => hypergeometric(case, &mut check)?,
        "ciprop_degenerate" => degenerate(case, &mut check)?,
        "p_adjust" => adjusted_p_values(case, &mut check),
        _ => return Err(Trouble::NotMine),
    }
    Ok(check)
}

fn adjusted_p_values(case: &Case, check: &mut Check<'_>) {
    let p: Vec<Option<f64>> = list(&case.args["p"]).iter().map(Value::as_f64).collect();
    for (key, rule) in [
        ("holm", Adjustment::Holm),
        ("hochberg", Adjustment::Hochberg),
        ("bh", Adjustment::BenjaminiHochberg),
        ("by", Adjustment::BenjaminiYekutieli),
        ("bonferroni", Adjustment::Bonferroni),
    ] {
        check.fields(key, &adjust_p_values(&p, rule));
    }
}

fn each(case: &Case, key: &str, of: impl Fn(f64) -> Option<f64>) -> Vec<Option<f64>> {
    case.numbers(key).into_iter().map(of).collect()
}

/// JSON has no infinity: it stands as null or as a text.
fn infinite_or(case: &Case, key: &str) -> f64 {
    case.number(key).unwrap_or(f64::INFINITY)
}

fn hypergeometric(case: &Case, check: &mut Check<'_>) -> Result<(), Trouble> {
    let (yes, n) = (case.count("satisfied")?, case.count("respondents")?);
    let population = case.count("population")?;
    let level = case.number("level")?;
    let limits = hypergeometric_interval(yes, n, population, level);
    let counts = limits.map(|l| l.map(|k| k as f64));
    check.field("count_lower", counts.map(|c| c[0]));
    check.field("count_upper", counts.map(|c| c[1]));
    check.field("lower", counts.map(|c| c[0] / population as f64));
    check.field("upper", counts.map(|c| c[1] / population as f64));
    check.field("estimate", Some(yes as f64 / n as f64));
    Ok(())
}

fn degenerate(case: &Case, check: &mut Check<'_>) -> Result<(), Trouble> {
    let weights = case.numbers("weights");
    let sum: f64 = weights.iter().sum();
    let squares: f64 = weights.iter().map(|w| w * w).sum();
    let effective = sum * sum / squares;
    let all = case.args["all_satisfied"] == true;
    let limits = degenerate_interval(effective, all, case.number("level")?);
    check.field("n_effective", Some(effective));
    check.field("lower", limits.map(|l| l[0]));
    check.field("upper", limits.map(|l| l[1]));
    Ok(())
}
