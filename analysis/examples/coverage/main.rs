//! How often do the intervals cover the truth? Samples from populations shaped like the field.
//!
//! `cargo run --release -p analysis --example coverage -- [SAMPLES [RANK SAMPLES]]` (10,000 of
//! either by default) prints, for every population and figure, how often the intervals of a
//! nominal 95 % cover the truth, with the lower 99 % Monte-Carlo limit for the default, how many
//! samples carried a flag that warns, and why the coverage is beyond 98 % where it is.
//! Then it does the same for simultaneous sets of ranks.
//! It ends with status 1 where the default fails without a warning.

mod draw;
mod population;
mod ranks;
mod run;
mod tally;
mod verdict;

use std::process::ExitCode;

use population::{Group, Population};
use ranks::{League, Ranked};
use tally::{Question, RULES, Tally};
use verdict::{Verdict, least, percent};

fn main() -> ExitCode {
    let mut numbers = std::env::args().skip(1).map(|argument| argument.parse::<u64>());
    let mut next = |otherwise| numbers.next().unwrap_or(Ok(otherwise));
    let (Ok(samples), Ok(of_ranks)) = (next(10_000), next(10_000)) else {
        eprintln!("usage: coverage [SAMPLES [RANK SAMPLES]]");
        return ExitCode::from(2);
    };
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    println!("Coverage in % of intervals of nominal 95 %; {samples} samples of each population.");
    println!("≥: lower 99 % Monte-Carlo limit. warned: samples with a flag that warns.");
    let populations = population::all();
    let tallies = run::coverage(&populations, samples, threads);
    for (population, tallies) in populations.iter().zip(&tallies) {
        describe(population);
        for ((question, name), tally) in Question::ALL.into_iter().zip(tallies) {
            if tally.asked > 0 {
                line(question, name, tally);
            }
        }
    }
    println!("\nSimultaneous sets of ranks by score, of nominal 95 %");
    let leagues = ranks::leagues();
    let ranked = ranks::ranks(&leagues, of_ranks, threads);
    leagues.iter().zip(&ranked).for_each(|(league, ranked)| rank_line(league, ranked));
    let figures = tallies.iter().flatten().filter(|tally| tally.asked > 0).map(Tally::verdict);
    let verdicts: Vec<Verdict> = figures.chain(ranked.iter().map(Ranked::verdict)).collect();
    let count = |wanted| verdicts.iter().filter(|&&verdict| verdict == wanted).count();
    println!(
        "\n{} figures and rankings: the default holds in {}, a flag warns in {}, it fails in {}.",
        verdicts.len(),
        count(Verdict::Holds),
        count(Verdict::Warned),
        count(Verdict::Fails)
    );
    if count(Verdict::Fails) == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// The population in one line, and the head of its table.
fn describe(population: &Population) {
    let groups: Vec<&Group> = population.strata().map(|(_, group)| group).collect();
    let ends = |of: fn(&Group) -> f64| {
        let values = || groups.iter().map(|group| of(group));
        let (low, high) = (values().fold(f64::MAX, f64::min), values().fold(0.0, f64::max));
        if low < high { format!("{low:.0} to {high:.0}") } else { format!("{low:.0}") }
    };
    println!(
        "\n{}\n  {} strata in {} units: {} people, {} drawn, {} % satisfied, {} % without opinion; \
         {:.0} % answer",
        population.name,
        groups.len(),
        population.units.len(),
        ends(|g| g.people as f64),
        ends(|g| g.drawn as f64),
        ends(|g| 100.0 * g.satisfied),
        ends(|g| 100.0 * g.no_opinion),
        100.0 * population.response,
    );
    let rules = RULES.map(|(name, _)| format!("{name:>10}")).concat();
    println!("  {:<24}{:>8}{:>8}  {:<13}{:>7} |{rules}", "", "default", "≥", "verdict", "warned");
}

fn line(question: Question, name: &str, tally: &Tally) {
    let rules = question.rules().iter().zip(tally.others);
    let rules: String =
        rules.map(|(_, hits)| format!("{:>10.2}", percent(hits, tally.asked))).collect();
    println!(
        "  {name:<24}{:>8.2}{:>8.2}  {:<13}{:>7.1} |{rules}",
        percent(tally.covered, tally.asked),
        100.0 * least(tally.covered, tally.asked),
        tally.verdict().in_words(),
        percent(tally.warned[0], tally.asked),
    );
    let mut notes = vec![format!("made by {}", tally.made_by())];
    let quiet = tally.asked - tally.warned[0];
    if tally.warned[0] > 0 {
        let covered = percent(tally.covered - tally.warned[1], quiet);
        notes.push(format!("flags: {}", tally.warnings_in_words()));
        if quiet > 0 {
            notes.push(format!("without a flag {covered:.1}"));
        }
    }
    notes.extend(tally.excess().map(|reason| format!("beyond 98 %: {reason}")));
    println!("      {}", notes.join("; "));
}

fn rank_line(league: &League, ranked: &Ranked) {
    let units = league.population.units.len() as u64;
    println!(
        "  {:<30}{:>8.2}{:>8.2}  {:<13}{:>7.1} | {} samples, {} draws each; {:.1} of {units} ranks \
         in a set",
        league.population.name,
        percent(ranked.covered, ranked.asked),
        100.0 * least(ranked.covered, ranked.asked),
        ranked.verdict().in_words(),
        percent(ranked.warned, ranked.asked),
        ranked.asked,
        league.draws,
        ranked.wide as f64 / (ranked.asked * units).max(1) as f64,
    );
}
