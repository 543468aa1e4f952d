//! The intervals cover the truth: a short run of `examples/coverage`, with the limits that its
//! Monte-Carlo error allows.

// The simulation prints more than it is asked here.
#[path = "../examples/coverage/draw.rs"]
mod draw;
#[path = "../examples/coverage/population.rs"]
mod population;
#[path = "../examples/coverage/ranks.rs"]
mod ranks;
#[path = "../examples/coverage/run.rs"]
mod run;
#[path = "../examples/coverage/tally.rs"]
mod tally;
#[expect(dead_code, reason = "words are printed by the example only")]
#[path = "../examples/coverage/verdict.rs"]
mod verdict;

use tally::{Question, Tally};
use verdict::limits;

/// Samples of each population, and of each league: unoptimised code is slow.
const SAMPLES: u64 = if cfg!(debug_assertions) { 60 } else { 1_000 };
const RANK_SAMPLES: u64 = if cfg!(debug_assertions) { 6 } else { 100 };

/// Whether a coverage is below 94 % for sure: its upper 99.9 % limit is, so that of a hundred
/// figures none is accused by chance.
fn surely_below(covered: u64, asked: u64) -> bool {
    let [_, high] = limits(covered, asked, 3.09);
    high < 0.94
}

fn mostly_warned(warned: u64, asked: u64) -> bool {
    2 * warned > asked
}

#[test]
fn the_default_covers_wherever_no_flag_warns() {
    let populations = population::all();
    let tallies = run::coverage(&populations, SAMPLES, 2);
    let mut asked = 0;
    for (population, tallies) in populations.iter().zip(&tallies) {
        for ((_, question), tally) in Question::ALL.into_iter().zip(tallies) {
            let low = surely_below(tally.covered, tally.asked);
            let silent = !mostly_warned(tally.warned[0], tally.asked);
            assert!(!(low && silent), "{}, {question}: {tally:?}", population.name);
            asked += u64::from(tally.asked > 0);
        }
    }
    assert!(asked >= 4 * 12, "{asked} figures");
}

#[test]
fn the_usual_intervals_are_caught_where_they_fail() {
    // Fifteen of three thousand, often all alike: limits made of the standard error miss.
    let populations = population::all();
    let agreeing: Vec<_> =
        populations.into_iter().filter(|p| p.name == "a large group that agrees").collect();
    let [tallies] = run::coverage(&agreeing, SAMPLES, 2).try_into().expect("one population");
    let share: &Tally = &tallies[0];
    for (hits, (rule, _)) in share.others.iter().zip(tally::RULES) {
        if rule != "beta n*≤n" {
            assert!(surely_below(*hits, share.asked), "{rule}: {share:?}");
        }
    }
}

#[test]
fn sets_of_ranks_hold_all_true_ranks_at_once() {
    let leagues = ranks::leagues();
    for (league, ranked) in leagues.iter().zip(ranks::ranks(&leagues, RANK_SAMPLES, 2)) {
        let low = surely_below(ranked.covered, ranked.asked);
        let silent = !mostly_warned(ranked.warned, ranked.asked);
        assert!(!(low && silent), "{}: {ranked:?}", league.population.name);
    }
}

#[test]
fn the_populations_are_those_of_the_field() {
    let populations = population::all();
    let groups = || populations.iter().flat_map(|p| p.strata()).map(|(_, group)| group);
    let people = || groups().map(|group| group.people);
    assert!(populations.len() >= 12);
    assert_eq!((people().min(), people().max()), (Some(3), Some(3_000)));
    let satisfied = || groups().map(|group| group.satisfied);
    assert_eq!(satisfied().reduce(f64::min), Some(0.02));
    assert_eq!(satisfied().reduce(f64::max), Some(0.99));
    assert!(populations.iter().any(|p| p.response < 1.0));
    assert!(populations.iter().any(|p| p.response == 1.0));
    assert!(populations.iter().any(|p| p.skipped > 0.0));
    assert!(populations.iter().any(|p| p.units.len() == 60 && p.units[0].len() == 3));
}

#[test]
fn the_number_of_threads_changes_nothing() {
    let populations = &population::all()[..3];
    assert_eq!(run::coverage(populations, 120, 1), run::coverage(populations, 120, 3));
}
