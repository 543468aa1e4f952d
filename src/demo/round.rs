//! One demo round: its survey, its people, and its days in the field.

use super::{
    behaviour::Person,
    people::{DemoFrame, DemoStratum, people},
    visitor::Line,
};
use crate::{
    cli::Failure,
    conduct::{DrawSummary, Invited, Office, Round, RoundPlan},
    sampling::{FrameReport, Stratum, Upload, WaveRule},
    survey::{Bundle, Survey, read_survey},
    text,
};
use include_dir::{Dir, include_dir};
use jiff::civil::Date;
use sha2::{Digest, Sha256};
use std::{collections::BTreeMap, net::SocketAddr};
use tokio::task::JoinSet;

static SURVEYS: Dir<'static> = include_dir!("$CARGO_MANIFEST_DIR/surveys");

/// People before browsers at the same time.
const LINES: usize = 16;

type Result<T, E = Failure> = std::result::Result<T, E>;

/// A survey scaled to the wanted number of people.
pub struct DemoSurvey {
    pub files: Bundle,
    pub survey: Survey,
    strata: Vec<DemoStratum>,
}

impl DemoSurvey {
    /// The survey `id` of this repository; its people are `people` altogether, or as many as
    /// its targets say.
    pub fn new(id: &str, people: Option<usize>) -> Self {
        let folder = SURVEYS.get_dir(id).expect("the demo's surveys are compiled in");
        let prefix = format!("{id}/");
        let mut files: Vec<(String, Vec<u8>)> = files_of(folder)
            .map(|file| {
                let path = file.path().to_string_lossy();
                let name = path.strip_prefix(&prefix).unwrap_or(&path).to_owned();
                (name, file.contents().to_vec())
            })
            .collect();
        let original = read(&files);
        if let Some(people) = people {
            let targets = scaled_targets(&original, people);
            for (name, contents) in &mut files {
                if name == "targets.csv" {
                    *contents = targets.clone().into_bytes();
                }
            }
        }
        let survey = read(&files);
        let files = Bundle::new(files).expect("the demo's surveys are checked by a test");
        let strata = strata(&survey);
        Self { files, survey, strata }
    }

    /// The made-up people of the survey.
    pub fn people(&self, seed: u64) -> DemoFrame {
        people(seed, &self.strata)
    }
}

/// Prepares a round up to the draw. Returns what the importer said of the bad file and of the
/// good ones, and the draw.
pub async fn prepare(
    office: &Office,
    demo: &DemoSurvey,
    code: &str,
    seed: u64,
    closes_on: Date,
) -> Result<(Round, FrameReport, FrameReport, DrawSummary)> {
    let plan = RoundPlan {
        code: code.to_owned(),
        closes_on: Some(closes_on),
        lease: None,
        synthetic: true,
    };
    let round = office.set_up_round(&demo.files, &plan).await?;
    let frame = demo.people(seed);
    let bad = Upload { name: &frame.bad.0, bytes: &frame.bad.1, sheet: None };
    let refused = match office.import_frame(&round, &[bad]).await {
        Err(crate::conduct::ConductError::Frame(report)) => *report,
        Err(problem) => return Err(problem.into()),
        Ok(_) => return Err(Failure::Data(text!("demo.bad_list_accepted"))),
    };
    let good: Vec<Upload<'_>> =
        frame.good.iter().map(|(name, bytes)| Upload { name, bytes, sheet: None }).collect();
    let imported = office.import_frame(&round, &good).await?;
    let reasons: Vec<(Stratum, String)> = demo
        .strata
        .iter()
        .map(|stratum| {
            let reason = text!("demo.coverage_reason").to_string();
            (Stratum::new(&stratum.unit, &stratum.group), reason)
        })
        .collect();
    office.freeze_frame(&round, &reasons).await?;
    let source = text!("demo.public_value_source").to_string();
    let drawn = office.draw_sample(&round, &public_value(seed), &source, "").await?;
    Ok((round, refused, imported, drawn))
}

/// Lets those invited in wave `wave` act, people of one stratum in drawn order.
pub async fn act(
    office: &Office,
    round: &Round,
    seed: u64,
    wave: i64,
    address: SocketAddr,
) -> Result<usize> {
    let mut strata: BTreeMap<(String, String), Vec<Invited>> = BTreeMap::new();
    let mut acting = 0;
    for one in office.invited(round).await?.into_iter().filter(|one| one.wave == wave) {
        strata.entry((one.unit.clone(), one.group.clone())).or_default().push(one);
        acting += 1;
    }
    let mut waiting = strata.into_iter();
    let mut lines = JoinSet::new();
    loop {
        while lines.len() < LINES
            && let Some(((unit, group), invited)) = waiting.next()
        {
            lines.spawn(stratum_acts(address, seed, format!("{unit}/{group}"), invited));
        }
        match lines.join_next().await {
            None => return Ok(acting),
            Some(Ok(done)) => done.map_err(|problem| Failure::environment(problem.as_ref()))?,
            Some(Err(problem)) => return Err(Failure::environment(&problem)),
        }
    }
}

/// Calls the reserve where the rule asks for it; returns how many people were called.
pub async fn call_reserve(office: &Office, code: &str) -> Result<u64> {
    let round = office.round(code).await?;
    let released = office.release_reserve(&round, &WaveRule::default()).await?;
    Ok(released.iter().map(|one| one.people).sum())
}

async fn stratum_acts(
    address: SocketAddr,
    seed: u64,
    stratum: String,
    invited: Vec<Invited>,
) -> std::result::Result<(), Box<dyn std::error::Error + Send + Sync>> {
    let mut line = Line::connect(address).await?;
    for one in invited {
        let person = Person::new(seed, &stratum, &one.frame_id);
        line.visit(&person, &format!("/p/{}", one.code.compact())).await?;
    }
    Ok(())
}

/// Five digits as of a lottery, which follow from the seed: the demo's stand-in for a value
/// that did not exist when the list was frozen.
fn public_value(seed: u64) -> String {
    let hash = Sha256::digest(format!("phieu demo public value {seed}"));
    let number = u32::from_be_bytes([hash[0], hash[1], hash[2], hash[3]]) % 100_000;
    format!("{number:05}")
}

fn files_of(
    folder: &'static Dir<'static>,
) -> Box<dyn Iterator<Item = &'static include_dir::File<'static>>> {
    Box::new(folder.files().chain(folder.dirs().flat_map(files_of)))
}

fn read(files: &[(String, Vec<u8>)]) -> Survey {
    let bundle =
        Bundle::new(files.iter().cloned()).expect("the demo's surveys are checked by a test");
    read_survey(&bundle).expect("the demo's surveys are checked by a test")
}

fn strata(survey: &Survey) -> Vec<DemoStratum> {
    survey
        .targets
        .iter()
        .map(|target| DemoStratum {
            unit: target.unit.clone(),
            unit_name: survey.unit(&target.unit).map_or("", |unit| unit.name.get("vi")).to_owned(),
            group: target.group.clone(),
            group_name: survey
                .group(&target.group)
                .map_or("", |group| group.label.get("vi"))
                .to_owned(),
            population: usize::try_from(target.population.unwrap_or(target.target)).unwrap_or(0),
        })
        .collect()
}

/// The targets, with populations and samples in proportion to `people` altogether.
fn scaled_targets(survey: &Survey, people: usize) -> String {
    let all: usize = strata(survey).iter().map(|stratum| stratum.population).sum();
    let scaled = |n: usize| (n * people + all / 2) / all.max(1);
    let mut csv = "unit,group,target,population\n".to_owned();
    for (target, stratum) in survey.targets.iter().zip(strata(survey)) {
        let population = scaled(stratum.population).max(stratum.population.min(3));
        let census = survey.group(&target.group).map_or(0, |group| group.census_up_to);
        let wanted = if u32::try_from(population).is_ok_and(|people| people <= census) {
            population
        } else {
            scaled(usize::try_from(target.target).unwrap_or(0)).clamp(1, population)
        };
        csv.push_str(&format!("{},{},{wanted},{population}\n", target.unit, target.group));
    }
    csv
}
