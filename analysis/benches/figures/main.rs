//! What the figures of a large survey cost.
//!
//! `cargo bench -p analysis --bench figures -- [DIR...] [--runs N]`
//!
//! Prints medians, each beside the least that the machine needs for it, measured in the same run.
//! A DIR is a folder that `benches/gen.py` wrote (`python3 gen.py 100000 DIR`); without any, two
//! surveys of the same shape, of 100,000 and 1,000,000 people, are made for the occasion.

mod data;
mod floor;
mod make;

use std::error::Error;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};
use std::time::Instant;

use analysis::{
    Ask, Declaration, Design, Domain, DontKnow, Est, Figure, Limits, Margin, RankRule, Scale,
    Scores, Variable, covariance_matrix, rank_sets, rank_sets_of,
};
use data::{QUESTIONS, Survey};

type Failure = Box<dyn Error>;

const REPLICATES: usize = 1_000;
const SEED: [u8; 32] = [7; 32];

fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(problem) => {
            eprintln!("{problem}");
            ExitCode::from(2)
        }
    }
}

fn run() -> Result<(), Failure> {
    // Cargo adds an argument of its own to benchmarks.
    let mut arguments = std::env::args().skip(1).filter(|argument| argument != "--bench");
    let (mut folders, mut runs) = (Vec::new(), 7);
    while let Some(argument) = arguments.next() {
        match argument.as_str() {
            "--runs" => runs = arguments.next().ok_or("--runs needs a number")?.parse()?,
            "--peak" => return peak(&arguments.next().ok_or("--peak needs a figure")?, &folders),
            folder => folders.push(PathBuf::from(folder)),
        }
    }
    if runs < 5 {
        return Err("a median needs 5 runs or more".into());
    }
    let own = std::env::temp_dir().join(format!("analysis-figures-{}", std::process::id()));
    if folders.is_empty() {
        for people in [100_000, 1_000_000] {
            folders.push(own.join(people.to_string()));
            make::make(&own.join(people.to_string()), people)?;
        }
    }
    let printed = folders.iter().try_for_each(|folder| figures(folder, runs));
    let _ = std::fs::remove_dir_all(&own);
    printed
}

/// One line of the result.
struct Line {
    figure: String,
    /// Seconds that it may take, if there is a bar for this number of people.
    bar: Option<f64>,
    seconds: f64,
    floor: f64,
    /// What the floor is.
    beside: &'static str,
}

fn figures(folder: &Path, runs: usize) -> Result<(), Failure> {
    let survey = Survey::read(folder)?;
    let people = survey.stratum_of.len();
    let bar = |at: [Option<f64>; 2]| match people {
        100_000 => at[0],
        1_000_000 => at[1],
        _ => None,
    };
    let design = Declaration::new(survey.strata.clone(), survey.stratum_of.clone()).build()?;
    let threads = std::thread::available_parallelism()?.get();
    println!("\n{people} people, {threads} threads, medians of {runs} runs");
    compare(folder, threads)?;
    let lines = [
        tables(folder, runs, bar([Some(0.05), Some(0.3)]), "60 units", units)?,
        tables(folder, runs, bar([None, Some(0.4)]), "180 cells", strata)?,
        raking(&survey, &design, runs, bar([None, Some(1.0)]))?,
        replicates(&survey, &design, runs, bar([Some(10.0), None]))?,
    ];
    let lines = lines.into_iter().chain(ranks(&survey, &design, runs, Some(1.0))?);
    println!("{:<46} {:>9} {:>7} {:>9} {:>6}  beside it", "", "median", "bar", "floor", "ratio");
    for Line { figure, bar, seconds, floor, beside } in lines {
        let bar = bar.map_or(String::new(), |bar| format!("{bar} s"));
        let ratio = seconds / floor;
        println!("{figure:<46} {seconds:>7.4} s {bar:>7} {floor:>7.4} s {ratio:>6.1}  {beside}");
    }
    let bar = bar([None, Some(150.0)]).map_or(String::new(), |bar| format!("{bar} MB"));
    let (own, floor) = (peak_of("table", folder)?, peak_of("floor", folder)?);
    println!("{:<46} {own:>6.0} MB {bar:>7} {floor:>6.0} MB", "peak memory of the table by units");
    println!("{:<46} {:>6.0} MB", "peak memory with replicates", peak_of("replicates", folder)?);
    Ok(())
}

/// Medians of two things done in turn.
fn medians(
    runs: usize,
    mut own: impl FnMut() -> Result<(), Failure>,
    mut floor: impl FnMut() -> Result<(), Failure>,
) -> Result<(f64, f64), Failure> {
    let (mut ours, mut theirs) = (Vec::new(), Vec::new());
    for _ in 0..runs {
        ours.push(seconds(&mut own)?);
        theirs.push(seconds(&mut floor)?);
    }
    Ok((median(&mut ours), median(&mut theirs)))
}

fn seconds(work: &mut impl FnMut() -> Result<(), Failure>) -> Result<f64, Failure> {
    let begin = Instant::now();
    work()?;
    Ok(begin.elapsed().as_secs_f64())
}

fn median(figures: &mut [f64]) -> f64 {
    figures.sort_by(f64::total_cmp);
    figures[figures.len() / 2]
}

fn scores() -> Scores {
    Scores::new([(1, 0.0), (2, 25.0), (3, 50.0), (4, 75.0), (5, 100.0)])
}

fn scale() -> Scale {
    Scale::scored(&scores(), DontKnow::Missing)
}

/// The domains of a table, each given by its strata.
type Domains = fn(&Survey) -> Vec<Vec<usize>>;

/// Every question in every domain, from the files.
fn table(folder: &Path, domains: Domains) -> Result<Vec<Est>, Failure> {
    let survey = Survey::read(folder)?;
    let domains = domains(&survey);
    let design = Declaration::new(survey.strata, survey.stratum_of).build()?;
    let counts = design.count_answers(&survey.answers, QUESTIONS)?.ok_or("different weights")?;
    Ok(counts.means(&scale(), &domains, &Ask::default())?)
}

fn units(survey: &Survey) -> Vec<Vec<usize>> {
    survey.units.clone()
}

fn strata(survey: &Survey) -> Vec<Vec<usize>> {
    (0..survey.strata.len()).map(|stratum| vec![stratum]).collect()
}

/// Reads the files for the first time, and says if the floor has other figures.
fn compare(folder: &Path, threads: usize) -> Result<(), Failure> {
    for (own, (mean, se)) in table(folder, units)?.iter().zip(floor::table(folder, threads)?) {
        let near = |own: Option<f64>, floor: f64| own.is_some_and(|x| (x - floor).abs() < 1e-9);
        if !(near(own.value, mean) && near(own.se, se)) {
            return Err(format!("the floor has another figure: {own:?}, {mean}, {se}").into());
        }
    }
    Ok(())
}

fn tables(
    folder: &Path,
    runs: usize,
    bar: Option<f64>,
    name: &str,
    domains: Domains,
) -> Result<Line, Failure> {
    let threads = std::thread::available_parallelism()?.get();
    let own = || table(folder, domains).map(|_| ());
    let (seconds, floor) = medians(runs, own, || floor::table(folder, threads).map(|_| ()))?;
    let figure = format!("{QUESTIONS} questions × {name}, from the files");
    Ok(Line { figure, bar, seconds, floor, beside: "read and count, mean and SE by unit" })
}

/// Two margins: the units, and the seven possible answers to the first question.
fn raking(
    survey: &Survey,
    design: &Design,
    runs: usize,
    bar: Option<f64>,
) -> Result<Line, Failure> {
    let mut unit_of = vec![0; survey.strata.len()];
    for (unit, strata) in survey.units.iter().enumerate() {
        strata.iter().for_each(|&stratum| unit_of[stratum] = unit);
    }
    let mut population = vec![0.0; survey.units.len()];
    for (stratum, &unit) in survey.strata.iter().zip(&unit_of) {
        population[unit] += stratum.population.ok_or("an unknown population")? as f64;
    }
    let all: f64 = population.iter().sum();
    let shares = [0.02, 0.03, 0.10, 0.20, 0.30, 0.25, 0.10];
    let answer = |row: &[i8]| usize::from((row[0] + 1).unsigned_abs());
    let margins = [
        Margin {
            class_of: survey.stratum_of.iter().map(|&stratum| unit_of[stratum]).collect(),
            counts: population,
        },
        Margin {
            class_of: survey.answers.chunks_exact(QUESTIONS).map(answer).collect(),
            counts: shares.map(|share| share * all).to_vec(),
        },
    ];
    let limits = Limits::default();
    let own = || design.raked(&margins, &limits).map(|_| ()).map_err(Failure::from);
    let classes = [margins[0].class_of.as_slice(), &margins[1].class_of];
    let counts = [margins[0].counts.as_slice(), &margins[1].counts];
    let floor = || {
        let weights = floor::rake(design.weights(), classes, counts);
        std::hint::black_box(weights);
        Ok(())
    };
    let (seconds, floor) = medians(runs, own, floor)?;
    let figure = "raking to two margins".to_owned();
    Ok(Line { figure, bar, seconds, floor, beside: "plain arithmetic, nothing kept or checked" })
}

/// Standard errors of every question in every unit from replicates.
fn replicated(survey: &Survey, design: &Design) -> Result<Vec<Est>, Failure> {
    let drawn = design.replicate_answers(&survey.answers, QUESTIONS, REPLICATES, SEED)?;
    let drawn = drawn.ok_or("different weights")?;
    let means = drawn.means(&scale(), &survey.units)?;
    Ok(means.iter().map(|mean| drawn.estimate(mean, 0, f64::INFINITY, 0.95)).collect())
}

fn replicates(
    survey: &Survey,
    design: &Design,
    runs: usize,
    bar: Option<f64>,
) -> Result<Line, Failure> {
    let answers: Vec<u8> = survey.answers.iter().map(|code| code.cast_unsigned()).collect();
    let narrow = survey.stratum_of.iter().map(|&stratum| u16::try_from(stratum));
    let narrow = narrow.collect::<Result<Vec<u16>, _>>()?;
    let threads = std::thread::available_parallelism()?.get();
    let own = || replicated(survey, design).map(|_| ());
    let floor = || {
        let strata = survey.strata.len();
        std::hint::black_box(floor::count(&answers, &narrow, strata, threads));
        Ok(())
    };
    let (seconds, floor) = medians(runs, own, floor)?;
    let figure = format!("{REPLICATES} replicates of the table by units");
    let floor = floor * REPLICATES as f64;
    Ok(Line { figure, bar, seconds, floor, beside: "as many times one counting of all answers" })
}

/// With variances that are taken to be known, and with what each variance estimate is worth.
fn ranks(
    survey: &Survey,
    design: &Design,
    runs: usize,
    bar: Option<f64>,
) -> Result<[Line; 2], Failure> {
    let first: Vec<i8> = survey.answers.chunks(QUESTIONS).map(|row| row[0]).collect();
    let answers = Variable::scored(&first, &scores(), DontKnow::Missing)?;
    let domains: Vec<Domain> = survey.units.iter().map(|unit| design.in_strata(unit)).collect();
    let figures = domains
        .iter()
        .map(|unit| design.mean(&answers, unit))
        .collect::<Result<Vec<Figure>, _>>()?;
    let figures: Vec<&Figure> = figures.iter().collect();
    let estimates: Vec<f64> = figures.iter().filter_map(|figure| figure.value()).collect();
    let covariance = covariance_matrix(&figures)?;
    let size = figures.len();
    let rule = RankRule::default();
    let floor = || {
        let mut chance = make::Chance::new();
        let sum: f64 = (0..rule.draws * size).map(|_| chance.normal()).sum();
        std::hint::black_box(sum);
        Ok(())
    };
    let line = |how: &str, seconds: f64, floor: f64| Line {
        figure: format!("rank sets of {size} units, {} draws{how}", rule.draws),
        bar,
        seconds,
        floor,
        beside: "as many normal numbers, one thread",
    };
    let known = || rank_sets(&estimates, &covariance, &rule).map(|_| ()).map_err(Failure::from);
    let (known, beside) = medians(runs, known, floor)?;
    let estimated = || rank_sets_of(&figures, &rule).map(|_| ()).map_err(Failure::from);
    let (estimated, again) = medians(runs, estimated, floor)?;
    Ok([line("", known, beside), line(" by t", estimated, again)])
}

/// The peak memory of a process that does one thing, in MB.
fn peak_of(figure: &str, folder: &Path) -> Result<f64, Failure> {
    let output =
        Command::new(std::env::current_exe()?).arg(folder).args(["--peak", figure]).output()?;
    let text = String::from_utf8(output.stdout)?;
    text.trim().parse().map_err(|_| format!("no peak memory of {figure}: {text}").into())
}

/// Does one thing and prints how much memory this process needed, where the system tells.
fn peak(figure: &str, folders: &[PathBuf]) -> Result<(), Failure> {
    let folder = folders.first().ok_or("--peak needs a folder before it")?;
    match figure {
        "table" => drop(table(folder, units)?),
        "floor" => drop(floor::table(folder, std::thread::available_parallelism()?.get())?),
        "replicates" => {
            let survey = Survey::read(folder)?;
            let declared = Declaration::new(survey.strata.clone(), survey.stratum_of.clone());
            drop(replicated(&survey, &declared.build()?)?);
        }
        _ => return Err(format!("there is no figure {figure}").into()),
    }
    let status = std::fs::read_to_string("/proc/self/status")?;
    let line = status.lines().find(|line| line.starts_with("VmHWM:")).ok_or("no VmHWM")?;
    let kilobytes: f64 = line.split_whitespace().nth(1).ok_or("no VmHWM")?.parse()?;
    println!("{}", kilobytes / 1024.0);
    Ok(())
}
