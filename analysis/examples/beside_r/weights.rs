//! Weights made to meet known counts, and replicate weights.

use std::path::Path;

use analysis::{Design, Distance, Limits, Replicated, Replicates};

use crate::figures::{clusters, with_error};
use crate::reference::{Failure, Said, Table};
use crate::row::{Row, short};

const TYPES: [f64; 3] = [4_421.0, 755.0, 1_018.0];
const WIDE: [f64; 2] = [1_072.0, 5_122.0];
const REPLICATES: usize = 1_000;

pub fn calibration(data: &Path) -> Result<Vec<Row>, Failure> {
    let persons = Table::read(data, "apisrs")?;
    let design = persons.weighted(None, Some("fpc"), "pw")?;
    let mean = |design: &Design| -> Result<Vec<f64>, Failure> {
        with_error(&design.mean(&persons.variable("api00")?, &persons.everyone())?)
    };
    let types = persons.margin("stype", &TYPES)?;
    let wide = persons.margin("sch.wide", &WIDE)?;
    let (poststratified, _) = design.poststratified(&types)?;
    let (raked, _) = design.raked(&[types, wide], &Limits::default())?;
    Ok(vec![
        Row::new("poststratified", "post-stratified mean and SE", mean(&poststratified)?),
        Row::new("raked", "raked mean and SE", mean(&raked)?)
            .remark("R projects on the margins ten times"),
        Row::new("calibrated", "calibrated, linear, raking and logit", calibrated(data)?),
    ])
}

fn calibrated(data: &Path) -> Result<Vec<f64>, Failure> {
    let schools = Table::read(data, "apiclus1")?;
    let design = clusters(&schools)?;
    let dummy = |level: &str| -> Result<Vec<f64>, Failure> {
        Ok(schools.is("stype", level)?.into_iter().map(|yes| f64::from(u8::from(yes))).collect())
    };
    let ones = vec![1.0; design.rows()];
    let columns = [ones, dummy("H")?, dummy("M")?, schools.numbers("api99")?];
    let totals = [6_194.0, 755.0, 1_018.0, 3_914_069.0];
    let mut found = Vec::new();
    for (distance, bounds) in
        [(Distance::Linear, None), (Distance::Raking, None), (Distance::Logit, Some([0.3, 3.0]))]
    {
        let limits = Limits { bounds, ..Limits::default() };
        let (design, _) = design.calibrated(&columns, &totals, distance, &limits)?;
        let mean = design.mean(&schools.variable("api00")?, &schools.everyone())?;
        found.extend(with_error(&mean)?);
    }
    Ok(found)
}

/// `folder` holds the bootstrap weights that R drew.
pub fn replicates(data: &Path, folder: &Path, r: &Said) -> Result<Vec<Row>, Failure> {
    let schools = Table::read(data, "apistrat")?;
    let (points, everyone) = (schools.variable("api00")?, schools.everyone());
    let design = schools.weighted(Some("stype"), Some("fpc"), "pw")?;
    let jackknife = Replicates::jackknife(&design);
    let without_fpc = schools.weighted(Some("stype"), None, "pw")?;
    let scales = r.numbers("bootstrap_scales")?;
    let (scale, scales) = scales.split_first().ok_or("no scales of the bootstrap")?;
    let drawn = Table::read(folder, "bootstrap")?.all_numbers()?;
    let rule = (*scale, scales.to_vec());
    let bootstrap = Replicates::given(without_fpc.weights(), drawn, true, rule, false)?;
    let own = Replicates::rao_wu(&without_fpc, REPLICATES, [1; 32], &[&points]);
    let own = se(&own, &own.mean(&points, &everyone));
    Ok(vec![
        Row::new("jackknife", "mean and SE, jackknife", {
            let mean = jackknife.mean(&points, &everyone);
            vec![mean.value.unwrap_or(f64::NAN), se(&jackknife, &mean)]
        }),
        Row::new("balanced", "ratio and SE, BRR weights from elsewhere", balanced(data)?),
        Row::new("bootstrap", "mean and SE, bootstrap weights drawn by R", {
            let mean = bootstrap.mean(&points, &everyone);
            vec![mean.value.unwrap_or(f64::NAN), se(&bootstrap, &mean)]
        })
        .remark(format!("SE by {REPLICATES} of our own: {}", short(own))),
    ])
}

fn balanced(data: &Path) -> Result<Vec<f64>, Failure> {
    let table = Table::read(data, "scd")?;
    let factors = Table::read(data, "rep_scd_brr")?.all_numbers()?;
    let rule = (1.0 / factors.len() as f64, vec![1.0; factors.len()]);
    let replicates = Replicates::given(&table.numbers("one")?, factors, false, rule, false)?;
    let (above, below) = (table.variable("alive")?, table.variable("arrests")?);
    let ratio = replicates.ratio(&above, &below, &table.everyone());
    Ok(vec![ratio.value.unwrap_or(f64::NAN), se(&replicates, &ratio)])
}

fn se(replicates: &Replicates, of: &Replicated) -> f64 {
    replicates.covariance(of, of).map_or(f64::NAN, f64::sqrt)
}
