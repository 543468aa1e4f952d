//! How often do the intervals cover the truth? Samples from populations shaped like the field.
//!
//! `cargo run --release -p analysis --example coverage -- [SAMPLES]` (default 10,000) prints, for
//! each population, the coverage of every interval of a nominal 95 % in per cent, and the lower
//! 99 % Monte-Carlo limit of the default's.

use analysis::{
    Ask, Declaration, DontKnow, EmptyPart, Est, Figure, Flag, IntervalRule, Scores, Stratum,
    Variable,
};
use rand_chacha::ChaCha20Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};

/// Strata as (people, drawn, share of the top two answers), and who answers.
struct Population {
    name: &'static str,
    strata: &'static [(u64, u64, f64)],
    response: f64,
}

const POPULATIONS: &[Population] = &[
    Population { name: "a room of officials", strata: &[(14, 12, 0.7)], response: 0.9 },
    Population { name: "three officials each", strata: &[(3, 3, 0.7), (3, 2, 0.5)], response: 0.9 },
    Population { name: "one unit, one lot", strata: &[(400, 60, 0.85)], response: 0.8 },
    Population { name: "nearly all happy", strata: &[(300, 40, 0.98)], response: 0.8 },
    Population { name: "nearly all unhappy", strata: &[(800, 50, 0.02)], response: 0.7 },
    Population {
        name: "unit of three groups",
        strata: &[(25, 20, 0.9), (120, 40, 0.6), (3_000, 60, 0.75)],
        response: 0.75,
    },
    Population {
        name: "groups far apart",
        strata: &[(40, 15, 0.99), (90, 25, 0.4), (1_500, 50, 0.95)],
        response: 0.8,
    },
    Population {
        name: "citizens of six units",
        strata: &[
            (500, 20, 0.8),
            (700, 20, 0.85),
            (900, 20, 0.9),
            (1_200, 20, 0.75),
            (2_000, 20, 0.7),
            (3_000, 20, 0.95),
        ],
        response: 0.7,
    },
    Population { name: "ten tiny strata", strata: &[(8, 4, 0.8); 10], response: 0.85 },
    Population {
        name: "one giant, small samples",
        strata: &[(3_000, 12, 0.6), (30, 12, 0.9)],
        response: 1.0,
    },
    Population {
        name: "happy in four strata",
        strata: &[(200, 25, 0.99), (300, 25, 0.98), (400, 25, 0.99), (150, 25, 0.97)],
        response: 0.8,
    },
    Population {
        name: "evenly split",
        strata: &[(1_000, 100, 0.5), (600, 80, 0.55)],
        response: 0.65,
    },
];

const RULES: [(&str, IntervalRule); 7] = [
    ("default", IntervalRule::Automatic),
    ("t", IntervalRule::T),
    ("logit", IntervalRule::Logit),
    ("arcsine", IntervalRule::Arcsine),
    ("beta", IntervalRule::KornGraubard),
    ("beta, no limit", IntervalRule::KornGraubardUnlimited),
    ("wilson", IntervalRule::Wilson),
];

fn main() {
    let samples = std::env::args().nth(1).and_then(|a| a.parse().ok()).unwrap_or(10_000);
    print!("{:<26}", "population");
    for (name, _) in RULES {
        print!("{name:>16}");
    }
    println!("{:>16}{:>16}{:>16}{:>16}", "limit", "score", "groups equal", "flagged");
    for (number, population) in (0u64..).zip(POPULATIONS) {
        let tally = run(population, samples, number);
        let percent = |hits: u32, of: u32| 100.0 * f64::from(hits) / f64::from(of.max(1));
        print!("{:<26}", population.name);
        for hits in tally.share {
            print!("{:>16.2}", percent(hits, tally.asked));
        }
        let p = f64::from(tally.share[0]) / f64::from(tally.asked.max(1));
        let limit = p - 2.326 * (p * (1.0 - p) / f64::from(tally.asked.max(1))).sqrt();
        println!(
            "{:>16.2}{:>16.2}{:>16.2}{:>16.2}",
            100.0 * limit,
            percent(tally.score, tally.asked),
            percent(tally.equal, tally.asked),
            percent(tally.flagged, tally.asked)
        );
    }
}

#[derive(Default)]
struct Tally {
    asked: u32,
    share: [u32; RULES.len()],
    score: u32,
    equal: u32,
    flagged: u32,
}

fn run(population: &Population, samples: u32, number: u64) -> Tally {
    let mut random = ChaCha20Rng::from_seed([42; 32]);
    random.set_stream(number);
    let people: Vec<Vec<i8>> = population
        .strata
        .iter()
        .map(|&(size, _, top)| (0..size).map(|i| answer(i, size, top)).collect())
        .collect();
    let mut tally = Tally::default();
    for _ in 0..samples {
        if let Some(sample) = draw(population, &people, &mut random) {
            sample.tally(&people, &mut tally);
        }
    }
    tally
}

/// The i-th person of a stratum: the top two answers for the first of them.
fn answer(i: u64, size: u64, top: f64) -> i8 {
    let place = (i as f64 + 0.5) / size as f64;
    if place < top * 0.55 {
        5
    } else if place < top {
        4
    } else if place < top + (1.0 - top) * 0.6 {
        3
    } else {
        2
    }
}

struct Sample {
    stratum_of: Vec<usize>,
    answers: Vec<i8>,
    populations: Vec<u64>,
}

fn draw(population: &Population, people: &[Vec<i8>], random: &mut ChaCha20Rng) -> Option<Sample> {
    let (mut stratum_of, mut answers) = (Vec::new(), Vec::new());
    for (stratum, (all, &(_, drawn, _))) in people.iter().zip(population.strata).enumerate() {
        let mut lot: Vec<i8> = all.clone();
        for i in 0..usize::try_from(drawn).ok()? {
            let rest = (lot.len() - i) as u64;
            let j = i + usize::try_from(random.next_u64() % rest).ok()?;
            lot.swap(i, j);
            let chance = (random.next_u64() >> 11) as f64 / (1u64 << 53) as f64;
            if chance < population.response {
                stratum_of.push(stratum);
                answers.push(lot[i]);
            }
        }
    }
    let populations = population.strata.iter().map(|s| s.0).collect();
    // A stratum of which nobody answers is another quantity (flagged); it is not counted here.
    let answered = (0..people.len()).all(|s| stratum_of.contains(&s));
    answered.then_some(Sample { stratum_of, answers, populations })
}

impl Sample {
    fn tally(&self, people: &[Vec<i8>], tally: &mut Tally) {
        let scale = Scores::new([(2, 25.0), (3, 50.0), (4, 75.0), (5, 100.0)]);
        let strata = self.populations.iter().map(|&n| Stratum::new("", Some(n))).collect();
        let design =
            Declaration::new(strata, self.stratum_of.clone()).build().expect("drawn by lot");
        let share = Variable::share(&self.answers, &scale, &[4, 5], DontKnow::Missing);
        let share = share.expect("known answers");
        let score = Variable::scored(&self.answers, &scale, DontKnow::Missing);
        let score = score.expect("known answers");
        let all = design.everyone();
        tally.asked += 1;
        let figure = design.mean(&share, &all).expect("same rows");
        let truth = mean(people.iter().flatten().map(|&a| if a >= 4 { 1.0 } else { 0.0 }));
        for (hits, (_, interval)) in tally.share.iter_mut().zip(RULES) {
            let est = figure.estimate_with(&Ask { interval, ..Ask::default() });
            let est = est.expect("no rule refuses");
            *hits += u32::from(covers(&est, truth));
            if interval == IntervalRule::Automatic {
                let warned = est.has(Flag::LowDf) || est.has(Flag::LowNeff);
                tally.flagged += u32::from(warned);
            }
        }
        let value = |a: i8| f64::from(a - 1) * 25.0;
        let est = design.mean(&score, &all).and_then(|f| f.estimate()).expect("same rows");
        let truth = mean(people.iter().flatten().map(|&a| value(a)));
        tally.score += u32::from(covers(&est, truth));
        let groups: Vec<Figure<'_>> = (0..people.len())
            .map(|s| design.mean(&score, &design.in_strata(&[s])).expect("same rows"))
            .collect();
        let groups: Vec<&Figure<'_>> = groups.iter().collect();
        let est = Figure::mean_of(&groups, EmptyPart::Fail).and_then(|f| f.estimate());
        let truth = mean(people.iter().map(|p| mean(p.iter().map(|&a| value(a)))));
        tally.equal += u32::from(covers(&est.expect("one design"), truth));
    }
}

fn mean(values: impl Iterator<Item = f64>) -> f64 {
    let (sum, count) = values.fold((0.0, 0.0), |(sum, count), v| (sum + v, count + 1.0));
    sum / count
}

fn covers(est: &Est, truth: f64) -> bool {
    est.ci.is_some_and(|[low, high]| low - 1e-9 <= truth && truth <= high + 1e-9)
}
