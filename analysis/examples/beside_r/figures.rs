//! Estimates, intervals and tests as R survey makes them, and what the default says beside.

use std::path::Path;

use analysis::{
    Ask, DegreesOfFreedom, Design, Domain, Est, Figure, IndependenceRule, IntervalRule, Lonely,
    QuantileRule, Stage, Variable,
};

use crate::reference::{Failure, Table};
use crate::row::{Row, limits};

/// As R survey asks: units less strata, and limits by t unless told otherwise.
pub const AS_R: Ask = Ask {
    level: 0.95,
    df: DegreesOfFreedom::UnitsLessStrata,
    interval: IntervalRule::T,
    deff_with_replacement: false,
};

/// The value and standard error of a figure; not a number where there is none.
pub fn with_error(figure: &Figure<'_>) -> Result<Vec<f64>, Failure> {
    let est = figure.estimate_with(&AS_R)?;
    Ok(vec![est.value.unwrap_or(f64::NAN), est.se.unwrap_or(f64::NAN)])
}

fn with_limits(est: &Est) -> Vec<f64> {
    let [low, high] = est.ci.unwrap_or([f64::NAN; 2]);
    vec![est.df.unwrap_or(f64::NAN), low, high]
}

/// What the default says of a figure for which R's way was asked.
fn by_default(est: &Est) -> String {
    format!("default: {} with {:.1} df", limits(est.ci), est.df.unwrap_or(f64::NAN))
}

pub fn schools(data: &Path) -> Result<Vec<Row>, Failure> {
    let schools = Table::read(data, "apistrat")?;
    let design = schools.weighted(Some("stype"), Some("fpc"), "pw")?;
    let without_fpc = schools.weighted(Some("stype"), None, "pw")?;
    let everyone = schools.everyone();
    let [points, pupils] = [schools.variable("api00")?, schools.variable("enroll")?];
    let mean = design.mean(&points, &everyone)?;
    let est = mean.estimate_with(&AS_R)?;
    let replaced = mean.estimate_with(&Ask { deff_with_replacement: true, ..AS_R })?;
    let plain = without_fpc.mean(&points, &everyone)?.estimate_with(&AS_R)?;
    let tested = design.ratio(&schools.variable("api.stu")?, &pupils, &everyone)?;
    Ok(vec![
        Row::new("mean", "mean and SE", with_error(&mean)?),
        Row::new("mean_limits", "df and limits of a mean without bounds", with_limits(&est))
            .remark(by_default(&mean.estimate()?)),
        Row::new("without_fpc", "SE without the fpc", vec![plain.se.unwrap_or(f64::NAN)]),
        Row::new(
            "deff",
            "design effect, drawn without and with replacement",
            [est.deff, replaced.deff].iter().map(|deff| deff.unwrap_or(f64::NAN)).collect(),
        ),
        Row::new("total", "total and SE", with_error(&design.total(&pupils, &everyone)?)?),
        Row::new("ratio", "ratio and SE", with_error(&tested)?),
        Row::new("two_stages", "mean and SE, two stages", two_stages(data)?),
    ])
}

fn two_stages(data: &Path) -> Result<Vec<f64>, Failure> {
    let schools = Table::read(data, "apiclus2")?;
    let stage = |units: &str, population: &str| -> Result<Stage, Failure> {
        let units = schools.classes(units)?.into_iter().map(|unit| unit as u64).collect();
        Ok(Stage { units, population: schools.numbers(population)? })
    };
    let declared = schools.declared(None, None)?;
    let declared = declared.stage(stage("dnum", "fpc1")?).stage(stage("snum", "fpc2")?);
    let design = declared.build()?;
    with_error(&design.mean(&schools.variable("api00")?, &schools.everyone())?)
}

pub fn units(data: &Path) -> Result<Vec<Row>, Failure> {
    let people = Table::read(data, "pub_units")?;
    let design = people.declared(Some("stratum"), Some("N_h"))?.build()?;
    let score = people.scores("q1")?;
    let one = people.domain("unit", "U03")?;
    let mean = design.mean(&score, &one)?;
    let mut rows = vec![
        Row::new("limits", "df and limits of a score", with_limits(&mean.estimate_with(&AS_R)?))
            .remark(by_default(&mean.estimate()?)),
    ];
    let share = design.mean(&people.share("sat1")?, &one)?;
    for (name, quantity, interval) in [
        ("share_beta", "limits of a share, beta", IntervalRule::KornGraubardUnlimited),
        ("share_logit", "– logit", IntervalRule::Logit),
        ("share_asin", "– arcsine", IntervalRule::Arcsine),
        ("share_likelihood", "– likelihood", IntervalRule::Likelihood),
    ] {
        let est = share.estimate_with(&Ask { interval, ..AS_R })?;
        let row = Row::new(name, quantity, est.ci.unwrap_or([f64::NAN; 2]).to_vec());
        rows.push(match interval {
            IntervalRule::KornGraubardUnlimited => row.remark(by_default(&share.estimate()?)),
            IntervalRule::Likelihood => row.remark("R interpolates the likelihood"),
            _ => row,
        });
    }
    rows.push(all_happy(&people, &design)?);
    let units = people.levels("unit")?;
    let domains =
        units.iter().map(|unit| people.domain("unit", unit)).collect::<Result<Vec<_>, _>>()?;
    let means =
        domains.iter().map(|d| design.mean(&score, d)).collect::<Result<Vec<Figure<'_>>, _>>()?;
    let ests =
        means.iter().map(|mean| mean.estimate_with(&AS_R)).collect::<Result<Vec<Est>, _>>()?;
    let each = |of: fn(&Est) -> Option<f64>| ests.iter().map(move |e| of(e).unwrap_or(f64::NAN));
    let both = each(|e| e.value).chain(each(|e| e.se)).collect();
    rows.push(Row::new("domains", "means of 12 units, and SE", both));
    let difference = means[0].minus(&means[1])?;
    rows.push(
        Row::new("difference", "difference of two units, and SE", with_error(&difference)?)
            .remark("R's `svyby(covmat = TRUE)` stops at missing answers: they were taken out"),
    );
    let second: Vec<Option<bool>> = people.is("gender", "M")?.into_iter().map(Some).collect();
    let compared = design.two_groups(&score, &second, &people.everyone(), &AS_R)?;
    let test = compared.by_regression.ok_or("two groups without a test")?;
    rows.push(Row::new("two_groups", "t and p of two groups", vec![test.t, test.p_value]));
    Ok(rows)
}

/// Everybody answered alike, in one stratum and in two.
fn all_happy(people: &Table, design: &Design) -> Result<Row, Failure> {
    let happy = people.share("sat8")?;
    let strata = people.levels("stratum")?;
    let mut found = Vec::new();
    for names in [&["U11_official"][..], &["U11_official", "U02_enterprise"]] {
        let places: Vec<usize> =
            names.iter().filter_map(|name| strata.iter().position(|s| s == name)).collect();
        let est = design.mean(&happy, &design.in_strata(&places))?.estimate()?;
        found.extend(est.ci.unwrap_or([f64::NAN; 2]));
    }
    let quantity = "limits of a share of 1: one stratum, two strata";
    let remark =
        "R: none, or certainty by a rounding error; ours: exact, and by Kish's effective number";
    Ok(Row::new("all_happy", quantity, found).on_purpose(remark))
}

pub fn models(data: &Path) -> Result<Vec<Row>, Failure> {
    let schools = Table::read(data, "apistrat")?;
    let design = schools.weighted(Some("stype"), Some("fpc"), "pw")?;
    let everyone = schools.everyone();
    let points = schools.variable("api00")?;
    let median = design.quantile(&points, &everyone, 0.5, QuantileRule::School, &AS_R)?;
    let [low, high] = median.ci.map(|limit| limit.unwrap_or(f64::NAN));
    let median = vec![median.value.unwrap_or(f64::NAN), low, high];
    let columns = [
        Variable::condition(everyone.rows().map(|_| Some(true))),
        schools.variable("ell")?,
        schools.variable("meals")?,
        schools.indicator("stype", "H")?,
        schools.indicator("stype", "M")?,
    ];
    let regression = design.regression(&points, &columns, &everyone)?;
    let pairs = regression.iter().map(with_error).collect::<Result<Vec<_>, _>>()?;
    let column = |k: usize| pairs.iter().map(move |pair| pair[k]);
    let mut rows = vec![
        Row::new("median", "median and its limits (Woodruff)", median)
            .remark("cumulated weights meet within 10⁻⁹; R compares them exactly"),
        Row::new(
            "regression",
            "regression: 5 coefficients, and SE",
            column(0).chain(column(1)).collect(),
        ),
    ];
    rows.extend(tests(data)?);
    Ok(rows)
}

fn tests(data: &Path) -> Result<Vec<Row>, Failure> {
    let schools = Table::read(data, "apiclus1")?;
    let design = clusters(&schools)?;
    let classes = |name| -> Result<Vec<Option<usize>>, Failure> {
        Ok(schools.classes(name)?.into_iter().map(Some).collect())
    };
    let (wide, kind) = (classes("sch.wide")?, classes("stype")?);
    let test = |rule: IndependenceRule| -> Result<[f64; 2], Failure> {
        let found = design.independence(&wide, &kind, &schools.everyone(), rule)?;
        let found = found.ok_or("a table without a test")?;
        Ok([found.statistic, found.p_value])
    };
    let wald = test(IndependenceRule::Wald)?;
    let others =
        [test(IndependenceRule::AdjustedWald)?[1], test(IndependenceRule::RaoScottChiSquared)?[1]];
    let saddlepoint = test(IndependenceRule::Saddlepoint)?[1];
    Ok(vec![
        Row::new(
            "rao_scott",
            "table: F of Rao and Scott, and p",
            test(IndependenceRule::RaoScottF)?.to_vec(),
        ),
        Row::new(
            "other_tests",
            "– Wald, p; p adjusted, first-order",
            wald.into_iter().chain(others).collect(),
        ),
        Row::new("saddlepoint", "– p by saddlepoint", vec![saddlepoint])
            .remark("R finds its root to 10⁻⁸"),
    ])
}

/// A sample of school districts.
pub fn clusters(schools: &Table) -> Result<Design, Failure> {
    let units = schools.classes("dnum")?.into_iter().map(|unit| unit as u64).collect();
    let stage = Stage { units, population: schools.numbers("fpc")? };
    let weights = analysis::Weights::Given(schools.numbers("pw")?);
    Ok(schools.declared(None, None)?.stage(stage).weights(weights).build()?)
}

/// A stratum of one, and a census.
pub fn ends(data: &Path) -> Result<Vec<Row>, Failure> {
    let people = Table::read(data, "pub_lonely")?;
    let score = people.scores("q1")?;
    let unit: Domain = people.domain("unit", "U02")?;
    let declared = || people.declared(Some("stratum"), Some("N_h"));
    let mut by_rule = Vec::new();
    for rule in [Lonely::Remove, Lonely::Adjust, Lonely::Average] {
        by_rule.extend(with_error(&declared()?.lonely(rule).build()?.mean(&score, &unit)?)?);
    }
    let joined = with_error(&declared()?.build()?.mean(&score, &unit)?)?;
    let census = Table::read(data, "pub_census")?;
    let everybody = census.declared(Some("stratum"), Some("N_h"))?.build()?;
    let census = with_error(&everybody.mean(&census.scores("q1")?, &census.everyone())?)?;
    Ok(vec![
        Row::new("lonely_rules", "a stratum of one: removed, adjusted, averaged", by_rule),
        Row::new("lonely_fail", "– by default", joined)
            .on_purpose("R stops; ours joins the nearest stratum and flags it"),
        Row::new("census", "census: mean and SE", census),
    ])
}
